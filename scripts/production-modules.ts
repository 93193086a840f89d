import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A package that seisa needs when it runs, as the lockfile pins it. */
export interface ProductionModule {
  /** `node_modules/ajv`. */
  readonly path: string
  readonly name: string
  readonly version: string
  readonly license: string
  /** Subresource integrity, `sha512-…`. */
  readonly integrity: string
}

/** Packages of the lockfile that are neither for development nor optional, by path. */
export function productionModules(root: string): readonly ProductionModule[] {
  const lock: unknown = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  if (!isRecord(lock) || !isRecord(lock['packages'])) throw new Error('package-lock.json has no packages')
  return Object.entries(lock['packages']).flatMap(([path, entry]) => {
    if (
      !path.startsWith('node_modules/') ||
      !isRecord(entry) ||
      entry['link'] ||
      entry['dev'] ||
      entry['optional'] ||
      entry['devOptional']
    )
      return []
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
    return [
      {
        path,
        name,
        version: text(entry['version']),
        license: text(entry['license']),
        integrity: text(entry['integrity']),
      },
    ]
  })
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

const text = (value: unknown): string => (typeof value === 'string' ? value : '')
