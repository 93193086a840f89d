import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'oxc-parser'

/** One import that the house doesn't allow. */
export interface Violation {
  readonly file: string
  readonly line: number
  readonly imported: string
  readonly rule: string
}

/** Layers by path, first match wins, and the layers that each may import besides itself. */
const layers: readonly { readonly name: string; readonly path: RegExp; readonly may: readonly string[] }[] = [
  { name: 'tests', path: /\.test\.ts$|(^|\/)testing\/|^vitest\.config\.ts$/, may: ['*'] },
  { name: 'package-root', path: /^src\/package-root\.ts$/, may: [] },
  { name: 'core', path: /^src\/core\//, may: [] },
  { name: 'text', path: /^src\/text\//, may: ['core', 'package-root'] },
  { name: 'readers', path: /^src\/readers\//, may: ['core'] },
  { name: 'files', path: /^src\/files\//, may: ['core', 'text', 'package-root'] },
  { name: 'transport', path: /^src\/transport\//, may: ['core'] },
  { name: 'scan', path: /^src\/scan\//, may: ['core', 'readers', 'transport'] },
  { name: 'store', path: /^src\/store\//, may: ['core', 'transport'] },
  {
    name: 'cli',
    path: /^src\/cli\//,
    may: ['core', 'text', 'readers', 'files', 'transport', 'scan', 'store', 'package-root'],
  },
  { name: 'main', path: /^src\/main\.ts$/, may: ['*'] },
  { name: 'scanner', path: /^scanners\/[^/]+\//, may: ['core', 'transport', 'readers', 'text', 'package-root'] },
  { name: 'digest', path: /^reports\/digest\.ts$/, may: ['core', 'text'] },
  { name: 'report', path: /^reports\/[^/]+\//, may: ['core', 'text', 'digest'] },
  { name: 'tools', path: /^(scripts|bench|lab)\//, may: ['*'] },
]

const layerOf = (path: string): (typeof layers)[number] | undefined => layers.find((layer) => layer.path.test(path))

/** Scanners and reports must not know each other: their folder is a layer of its own. */
const unitOf = (path: string): string => {
  const layer = layerOf(path)
  return layer && ['scanner', 'report'].includes(layer.name)
    ? path.split('/').slice(0, 2).join('/')
    : (layer?.name ?? '')
}

/**
 * Violations of one module. `resolve` turns a relative specifier into a path from the root of the
 * repository.
 */
export function findViolations(
  file: string,
  source: string,
  resolve: (specifier: string) => string,
): readonly Violation[] {
  const from = layerOf(file)
  if (!from)
    return [{ file, line: 1, imported: '-', rule: 'this folder has no place in the house (scripts/import-rules.ts)' }]
  return specifiersOf(file, source).flatMap(({ specifier, line }) => {
    if (!specifier.startsWith('.')) return []
    const target = resolve(specifier)
    const to = layerOf(target)
    const allowed =
      from.may.includes('*') || unitOf(file) === unitOf(target) || (to !== undefined && from.may.includes(to.name))
    if (allowed) return []
    const may = from.may.length > 0 ? from.may.join(', ') : 'nothing of ours'
    return [{ file, line, imported: target, rule: `${from.name} may import ${may}` }]
  })
}

function specifiersOf(file: string, source: string): readonly { readonly specifier: string; readonly line: number }[] {
  const { module, errors } = parseSync(file, source)
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`)
  const at = (offset: number): number => source.slice(0, offset).split('\n').length
  const fixed = module.staticImports.map((one) => ({ specifier: one.moduleRequest.value, line: at(one.start) }))
  const exported = module.staticExports.flatMap((one) =>
    one.entries.flatMap((entry) =>
      entry.moduleRequest ? [{ specifier: entry.moduleRequest.value, line: at(one.start) }] : [],
    ),
  )
  const dynamic = module.dynamicImports.map((one) => ({
    specifier: source.slice(one.moduleRequest.start, one.moduleRequest.end).replaceAll(/^['"`]|['"`]$/g, ''),
    line: at(one.start),
  }))
  return [...fixed, ...exported, ...dynamic]
}

/** Every TypeScript module of the house below `root`. */
export function moduleFiles(root: string): readonly string[] {
  return ['src', 'scanners', 'reports', 'scripts', 'bench', 'lab', 'baselines'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
      .map((entry) => join(entry.parentPath, entry.name)),
  )
}
