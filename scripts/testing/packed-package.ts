import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { productionModules } from '../production-modules.ts'

const root = join(import.meta.dirname, '../..')

/** What a clone doesn't hold. */
const notCloned: ReadonlySet<string> = new Set(['.git', 'node_modules', 'dist', 'out', '.seisa'])

/** The environment of a child: npm must find the Node.js that runs us before an older one of the system. */
export const childEnvironment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${join(root, 'node_modules/.bin')}:${dirname(process.execPath)}:${process.env['PATH'] ?? '/usr/bin:/bin'}`,
})

/**
 * Copies the repository as a clone would have it, with the modules that are installed here, so that what builds or
 * writes does it there. Gives the copy's folder.
 */
export function cloneLike(folder: string): string {
  const copy = join(folder, 'clone')
  cpSync(root, copy, {
    recursive: true,
    filter: (from) => !notCloned.has(from.slice(root.length + 1).split('/')[0] ?? ''),
  })
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'))
  return copy
}

/**
 * Builds and packs the package in a copy of the repository and installs it below `folder` as npm would: the packed
 * files with the production modules beside them. Gives the folder of the installed package.
 */
export function packedPackage(folder: string): string {
  const copy = cloneLike(folder)
  // .npmrc switches every script off, ours too
  execFileSync('npm', ['pack', '--ignore-scripts=false', '--silent', '--pack-destination', folder], {
    cwd: copy,
    env: childEnvironment(),
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const archive = readdirSync(folder).find((name) => name.endsWith('.tgz'))
  if (!archive) throw new Error('npm pack made no archive')
  const modules = join(folder, 'installed/node_modules')
  const installed = join(modules, 'seisa')
  mkdirSync(installed, { recursive: true })
  execFileSync('tar', ['-xzf', join(folder, archive), '--strip-components=1', '-C', installed])
  for (const { path } of productionModules(root))
    cpSync(join(root, path), join(folder, 'installed', path), { recursive: true })
  return installed
}
