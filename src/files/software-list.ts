import { basename, extname } from 'node:path'
import { digest } from '../core/canonical.ts'
import type { SoftwareEntry, SoftwareList } from '../core/software/list.ts'
import type { LocalText } from '../core/text.ts'
import { readFileBytes } from './source.ts'
import { usualSeverity, usualUnlisted } from './software-list-entries.ts'
import { entriesOfTable, softwareTable } from './software-list-table.ts'
import { parseSoftwareListYaml } from './software-list-yaml.ts'
import { readTable } from './table/read-table.ts'

/** What a table can't say of itself; a YAML file says it all. */
export interface TableListOptions {
  readonly id?: string
  readonly version?: number
  readonly title?: LocalText
  readonly unlisted?: SoftwareList['unlisted']
  /** What a table without a column for it means. */
  readonly status?: SoftwareEntry['status']
  readonly sheet?: string
}

/** How a file is called in results: as in the configuration, so that they don't hang on where a project lies. */
export interface ShownAs {
  readonly shownAs?: string
}

/** Whether a list is written in YAML and not in a table. */
export const isYamlList = (path: string): boolean => /\.ya?ml$/i.test(path)

/**
 * Reads a software list: YAML, CSV or one sheet of an .xlsx workbook (docs/software-lists.md). Throws a
 * `Fault('configuration')` that carries every problem in it.
 */
export async function readSoftwareList(path: string, options: TableListOptions & ShownAs = {}): Promise<SoftwareList> {
  const list = await readList(path, options)
  const { shownAs } = options
  if (shownAs === undefined) return list
  const shown = (at: string): string => (at.startsWith(path) ? shownAs + at.slice(path.length) : at)
  return { ...list, entries: list.entries.map((entry) => ({ ...entry, at: shown(entry.at) })) }
}

async function readList(path: string, options: TableListOptions): Promise<SoftwareList> {
  if (isYamlList(path)) return parseSoftwareListYaml(path, readFileBytes(path))
  const { sheet, status } = options
  const table = await readTable(path, { ...softwareTable, ...(sheet !== undefined && { sheet }) })
  const entries = entriesOfTable(table, status)
  const name = basename(path, extname(path))
  const title = sheet === undefined ? name : `${name} ${sheet}`
  return {
    id: options.id ?? listId(title),
    version: options.version ?? 1,
    title: options.title ?? { ja: title, en: title },
    hash: table.hash,
    unlisted: options.unlisted ?? usualUnlisted(entries),
    severity: usualSeverity,
    controls: [],
    entries,
  }
}

/** The name of a file as an id: ASCII, in lower case; a name with other characters is told apart by its hash. */
function listId(name: string): string {
  const plain = name.normalize('NFKC').toLowerCase()
  const ascii = plain.replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '')
  const hashed = digest(plain).slice(0, 8)
  return /^[a-z0-9 ._-]+$/.test(plain) && ascii !== '' ? ascii : `${ascii === '' ? 'list' : ascii}-${hashed}`
}
