import { stringify } from 'yaml'
import { Fault } from '../core/fault.ts'
import type { Selector } from '../core/baseline.ts'
import type { SoftwareEntry, SoftwareList, VersionRange } from '../core/software/list.ts'
import { csvForPeople } from './table/write-csv.ts'

/** An entry to be written; where it stands is about to change. */
export type WrittenEntry = Omit<SoftwareEntry, 'at'>

/** A list to be written. */
export type WrittenList = Omit<SoftwareList, 'hash' | 'entries'> & { readonly entries: readonly WrittenEntry[] }

/** A list as YAML, one entry a line, after comment lines. `readSoftwareList` reads it back. */
export function softwareListYaml(list: WrittenList, comment: readonly string[] = []): string {
  const head = comment.map((line) => `# ${line.replaceAll(/[\r\n]+/g, ' ')}\n`).join('')
  const { entries, ...rest } = softwareListContent(list)
  const lines = entries.map((entry) => `  - ${flow(entry)}\n`).join('')
  return `${head}${stringify(rest, { lineWidth: 0 })}entries:\n${lines}`
}

/** One line that YAML reads as this value. */
const flow = (value: unknown): string =>
  stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false }).trim()

/** A list in the words of its YAML form. */
export function softwareListContent(list: WrittenList): {
  readonly entries: readonly object[]
  readonly [key: string]: unknown
} {
  return {
    'software-list': list.id,
    version: list.version,
    title: list.title,
    unlisted: list.unlisted,
    severity: list.severity,
    ...(list.controls.length > 0 && { controls: list.controls }),
    entries: list.entries.map(entryContent),
  }
}

/** An entry in the words of its YAML form. */
export function entryContent(entry: WrittenEntry): object {
  const { name, publisher, origin, path, sha256, baseSystem, format } = entry.match
  const onlyName = name !== undefined && Object.keys(entry.match).length === 1
  const { components, platform, versions } = entry
  return {
    id: entry.id,
    ...(onlyName
      ? { name }
      : {
          match: {
            ...(name !== undefined && { name }),
            ...(publisher !== undefined && { publisher }),
            ...(origin !== undefined && { origin }),
            ...(path !== undefined && { path }),
            ...(sha256 !== undefined && { sha256 }),
            ...(baseSystem !== undefined && { 'base-system': baseSystem }),
            ...(format && { format }),
          },
        }),
    ...(versions && { version: versions.scheme ? rangeContent(versions) : rangeSigns(versions) }),
    status: entry.status,
    ...(entry.state === 'retired' && { state: entry.state }),
    ...(platform && { platform }),
    ...(components && { components }),
    ...(entry.role && { role: entry.role }),
    // a table may leave it out, a file of our own may not
    reason: entry.reason === '' ? '—' : entry.reason,
    ...(entry.validUntil !== undefined && { 'valid-until': entry.validUntil }),
    ...(entry.registeredOn !== undefined && { 'registered-on': entry.registeredOn }),
    ...(entry.approvedBy !== undefined && { 'approved-by': entry.approvedBy }),
    ...(entry.note !== undefined && { note: entry.note }),
  }
}

/** Bounds as they are written: `>= 1.2, < 2`. */
export const rangeSigns = (range: VersionRange): string =>
  (
    [
      ['>=', range.atLeast],
      ['>', range.above],
      ['<=', range.atMost],
      ['<', range.below],
      ['=', range.equals],
    ] as const
  )
    .flatMap(([sign, bound]) => (bound === undefined ? [] : [`${sign} ${bound}`]))
    .join(', ')

const rangeContent = ({ scheme, atLeast, above, atMost, below, equals }: VersionRange): object => ({
  scheme,
  ...(atLeast !== undefined && { 'at-least': atLeast }),
  ...(above !== undefined && { above }),
  ...(atMost !== undefined && { 'at-most': atMost }),
  ...(below !== undefined && { below }),
  ...(equals !== undefined && { equals }),
})

/** Columns of a table for people, in the words of the documents, and what stands in them. */
const tableColumns: readonly (readonly [string, (entry: WrittenEntry) => string | undefined])[] = [
  ['ID', ({ id }) => id],
  ['区分', ({ status }) => (status === 'allow' ? '許可' : '禁止')],
  ['ソフトウェア名', ({ match }) => match.name],
  ['版', ({ versions }) => (versions ? rangeSigns(versions) : '全て')],
  ['版の順序', ({ versions }) => versions?.scheme],
  ['発行元', ({ match }) => match.publisher],
  ['配布元', ({ match }) => match.origin],
  ['パス', ({ match }) => match.path],
  ['SHA-256', ({ match }) => match.sha256],
  ['基本システム', ({ match }) => (match.baseSystem === undefined ? undefined : String(match.baseSystem))],
  ['形式', ({ match }) => match.format?.join(', ')],
  ['構成要素', ({ components }) => (components ? componentsText(components) : undefined)],
  ['プラットフォーム', ({ platform }) => platform?.join(', ')],
  ['対象者区分', ({ role }) => (role === 'administrator' ? '管理業務従事者' : role && 'その他')],
  ['理由・制限条件', ({ reason }) => reason],
  ['有効期限', ({ validUntil }) => validUntil],
  ['ステータス', ({ state }) => (state === 'active' ? '有効' : '廃止')],
  ['登録日', ({ registeredOn }) => registeredOn],
  ['承認者', ({ approvedBy }) => approvedBy],
  ['備考', ({ note }) => note],
]

/**
 * The rows of a table, headings first, without columns that nothing stands in. Throws a `Fault('usage')` for an entry
 * that a table can't hold.
 */
export function softwareListRows(entries: readonly WrittenEntry[]): readonly (readonly string[])[] {
  const always = new Set(['ID', '区分', 'ソフトウェア名', '版', '理由・制限条件', '有効期限', 'ステータス'])
  const rows = entries.map((entry) => tableColumns.map(([, read]) => read(entry) ?? ''))
  const kept = tableColumns.flatMap(([heading], at) =>
    always.has(heading) || rows.some((row) => row[at] !== '') ? [at] : [],
  )
  const headings = tableColumns.map(([heading]) => heading)
  return [headings, ...rows].map((row) => kept.map((at) => row[at] ?? ''))
}

/** A table for people as CSV, with byte order mark. */
export const softwareListCsv = (entries: readonly WrittenEntry[]): string => csvForPeople(softwareListRows(entries))

/** A table for people as an .xlsx workbook; every cell is text, so that no version becomes a number. */
export async function softwareListXlsx(entries: readonly WrittenEntry[]): Promise<Uint8Array> {
  const { default: writeXlsxFile } = await import('write-excel-file/node')
  const rows = softwareListRows(entries)
  const data = rows.map((row, line) =>
    row.map((value) => (value === '' ? null : { ...(line === 0 ? headingCell : textCell), value: storable(value) })),
  )
  return writeXlsxFile(data, {
    sheet: 'ソフトウェア一覧',
    columns: (rows[0] ?? []).map((_, column) => ({ width: widthOf(rows.map((row) => row[column] ?? '')) })),
    stickyRowsCount: 1,
    orientation: 'landscape',
  }).toBuffer()
}

const textCell = { type: String, format: '@', wrap: true, alignVertical: 'top' } as const
const headingCell = { ...textCell, fontWeight: 'bold', backgroundColor: '#DDE6F0' } as const

/** Width of a column in characters: its longest line, within what a page can show; the rest goes on below. */
function widthOf(texts: readonly string[]): number {
  let longest = 0
  for (const text of texts)
    for (const line of text.split('\n')) {
      let width = 0
      // Japanese characters take two places
      for (const character of line) width += character > '\u10ff' ? 2 : 1
      longest = Math.max(longest, width)
    }
  return Math.min(36, Math.max(8, longest + 2))
}

/**
 * The library keeps texts as keys of a plain object, so that `constructor` or `__proto__` would break the workbook. A
 * space at the end, which reading takes off again, makes them ordinary.
 */
const storable = (text: string): string => (text in Object.prototype ? `${text} ` : text)

function componentsText({ kind, label, component, platform }: Selector): string {
  const labels = Object.entries(label ?? {})
  const sorts = [kind, component, labels].filter((sort) => sort && sort.length > 0)
  const names = component?.some((name) => /[,、;\n=]/.test(name))
  if (sorts.length !== 1 || labels.length > 1 || platform || names) throw notInTable
  const [key, value] = labels[0] ?? []
  return key === undefined ? (kind ?? component ?? []).join(', ') : `label:${key}=${value}`
}

const notInTable = new Fault(
  'usage',
  {
    ja: '構成要素の指定が込み入っていて、表には書けない',
    en: 'components are chosen in a way that a table can not hold',
  },
  { next: { ja: '.yaml のファイルに書く', en: 'write a .yaml file' } },
)
