import type { SoftwareEntry, SoftwareList, SoftwareMatch, VersionRange } from '../core/software/list.ts'
import type { VersionScheme } from '../core/versions/index.ts'
import type { Says } from './excerpt.ts'
import { type Problem, problemsFault } from './problems.ts'
import {
  identifying,
  isSoftwareHeading,
  type SoftwareColumn,
  softwareColumn,
  unknownHeading,
} from './software-list-columns.ts'
import { type DraftEntry, finishEntries } from './software-list-entries.ts'
import { entryId } from './software-list-schema.ts'
import { readVersions, versionForms } from './software-list-version.ts'
import { isConditional, readComponents, readRole, readState, readStatus, readTruth } from './software-list-words.ts'
import { cellDay } from './table/japanese-date.ts'
import { normalised } from './table/normal.ts'
import type { Table, TableCell, TableOptions, TableRow } from './table/table.ts'

/** How a list is recognised below a title. */
export const softwareTable: TableOptions = { isHeader: isSoftwareHeading }

/**
 * The entries of a table, one a row, in the columns of the documents' ledgers. `status` is what a table without a column
 * for it means. Throws a `Fault('configuration')` that carries every problem.
 */
export function entriesOfTable(table: Table, status?: SoftwareEntry['status']): SoftwareList['entries'] {
  const problems: Problem[] = []
  const columns = columnsOf(table, status, problems)
  if (problems.length > 0) throw problemsFault(problems)
  // who writes down what software is used for lists software that is used (NITE 第55条第2項)
  const usual = status ?? (columns.includes('status') ? undefined : 'allow')
  const drafts = table.rows.map((row) => readRow(row, { table, columns, usual, problems }))
  const { entries, problems: found } = finishEntries(drafts)
  problems.push(...found)
  if (table.rows.length === 0) problems.push(table.problem(table.header, noRows))
  if (problems.length > 0) throw problemsFault(problems)
  return entries
}

type Columns = readonly (SoftwareColumn | undefined)[]

function columnsOf(table: Table, status: SoftwareEntry['status'] | undefined, problems: Problem[]): Columns {
  const seen = new Map<SoftwareColumn, string>()
  const columns = table.header.cells.map((cell, index) => {
    if (cell.text === '') {
      const filled = table.rows.map((row) => row.cells[index]).find((one) => one && one.text !== '')
      if (filled) problems.push(table.problem(filled, noHeading))
      return undefined
    }
    const column = softwareColumn(cell.text)
    if (!column) problems.push(table.problem(cell, unknownHeading(cell.text)))
    const first = column && seen.get(column)
    if (first !== undefined && column !== 'note') problems.push(table.problem(cell, twoColumns(first)))
    if (column) seen.set(column, cell.text)
    return column
  })
  if (problems.length > 0) return columns
  if (!identifying.some((column) => seen.has(column))) problems.push(table.problem(table.header, noName))
  const purpose = table.header.cells.some((cell) => /用途|目的|purpose/i.test(cell.text))
  if (!seen.has('status') && status === undefined && !purpose) problems.push(table.problem(table.header, noStatus))
  return columns
}

interface Reading {
  readonly table: Table
  readonly columns: Columns
  /** Status of rows that say none, where there is no column for it. */
  readonly usual: SoftwareEntry['status'] | undefined
  readonly problems: Problem[]
}

function readRow(row: TableRow, reading: Reading): DraftEntry {
  const { table, columns, problems } = reading
  const cell = (column: SoftwareColumn): TableCell | undefined => {
    const found = row.cells[columns.indexOf(column)]
    return columns.includes(column) && found && found.text !== '' ? found : undefined
  }
  const report = (at: TableCell, says: Says): undefined => {
    problems.push(table.problem(at, says))
    return undefined
  }
  /** A word of a closed set; a cell that holds none of them is a problem. */
  const word = <T>(column: SoftwareColumn, read: (text: string) => T | undefined, says: Says): T | undefined => {
    const at = cell(column)
    const found = read(at?.text ?? '')
    return found === undefined && at ? report(at, says) : found
  }
  const day = (column: SoftwareColumn): string | undefined => {
    const at = cell(column)
    if (!at || (column === 'valid-until' && /^(?:無期限|期限なし|なし|-|ー)$/.test(normalised(at.text))))
      return undefined
    const found = cellDay(at)
    return 'day' in found ? found.day : report(at, found)
  }
  const written = cell('status')
  const status = word('status', readStatus, badStatus) ?? reading.usual
  if (!written && status === undefined)
    problems.push(table.problem(row.cells[columns.indexOf('status')] ?? row, badStatus))
  const reason = cell('reason')?.text ?? ''
  if (written && isConditional(written.text) && reason === '') report(written, noCondition)
  const { id, match } = matchOf(cell, report)
  const read = versionsOf(cell('version'), status ?? 'deny', report)
  const scheme = word('scheme', readScheme, badScheme)
  const versions = read.versions && { ...(scheme && { scheme }), ...read.versions }
  const role = word('role', readRole, badRole)
  const where = cell('components')
  const components = where && readComponents(where.text)
  if (where && components === 'mixed') report(where, mixedComponents)
  const platform = cell('platform') && platformsOf(cell('platform')?.text ?? '')
  const [validUntil, registeredOn, approvedBy] = [day('valid-until'), day('registered-on'), cell('approved-by')?.text]
  const note = [...notesOf(row, reading), ...(read.note === undefined ? [] : [read.note])].join('\n')
  const entry: Omit<SoftwareEntry, 'id'> = {
    status: status ?? 'deny',
    state: word('state', readState, badState) ?? 'active',
    match,
    ...(versions && { versions }),
    ...(platform && platform.length > 0 && { platform }),
    ...(components && components !== 'mixed' && { components }),
    ...(role && role !== 'everybody' && { role }),
    reason,
    ...(validUntil !== undefined && { validUntil }),
    ...(registeredOn !== undefined && { registeredOn }),
    ...(approvedBy !== undefined && { approvedBy }),
    ...(note !== '' && { note }),
    at: table.at(row),
  }
  return {
    entry,
    ...(id !== undefined && { id }),
    problem: (at, says) =>
      table.problem((at === 'id' ? cell('id') : at === 'match' ? cell('name') : undefined) ?? row, says),
  }
}

type CellOf = (column: SoftwareColumn) => TableCell | undefined
type Report = (at: TableCell, says: Says) => undefined

/** What a row takes, and its id, which may stand before the name in one cell (対象ID・名称). */
function matchOf(cell: CellOf, report: Report): { readonly id?: string; readonly match: SoftwareMatch } {
  const names = cell('name')
  const both = /^([A-Za-z]+[-_.]?\d+)\s*[\n:：]\s*(\S[\s\S]*)$/.exec(names?.text ?? '')
  const idCell = cell('id')
  const id = idCell ? normalised(idCell.text) : both?.[1]
  if (idCell && id !== undefined && !new RegExp(entryId).test(id)) report(idCell, badId)
  const name = idCell ? names?.text : (both?.[2] ?? names?.text)
  if (names && names.kind !== 'text' && names.kind !== 'number') report(names, notName)
  if (names && name?.includes('\n')) report(names, severalNames)
  const identity = cell('identity')
  const identified = identity ? identityOf(identity.text) : {}
  if (identity && 'what' in identified) report(identity, identified)
  const found: SoftwareMatch = 'what' in identified ? {} : identified
  const own = (column: 'publisher' | 'path' | 'sha256', given: string | undefined): string | undefined => {
    const at = cell(column)
    if (at && given !== undefined && at.text !== given) report(at, twoIdentities)
    return at?.text ?? given
  }
  const publisher = own('publisher', found.publisher)
  const path = own('path', found.path)
  const hash = own('sha256', found.sha256)
    ?.toLowerCase()
    .replace(/^sha-?256[:=]\s*/, '')
  const hashCell = cell('sha256')
  if (hashCell && hash !== undefined && !/^[0-9a-f]{64}$/.test(hash)) report(hashCell, badHash)
  const base = cell('base-system')
  const baseSystem = base && readTruth(base.text)
  if (base && baseSystem === undefined) report(base, badTruth)
  const origin = cell('origin')?.text
  const format = cell('format')
    ?.text.toLowerCase()
    .split(/[,、;\s]+/)
  return {
    ...(id !== undefined && id !== '' && { id }),
    match: {
      ...(name !== undefined && { name }),
      ...(publisher !== undefined && { publisher }),
      ...(origin !== undefined && { origin }),
      ...(path !== undefined && { path }),
      ...(hash !== undefined && { sha256: hash }),
      ...(baseSystem !== undefined && { baseSystem }),
      ...(format && { format }),
    },
  }
}

/** 識別（ハッシュ・署名者・パス）: told apart by their form. */
function identityOf(text: string): SoftwareMatch | Says {
  const plain = normalised(text).replace(/^(?:sha-?256|ハッシュ値?|署名者|発行元|パス|path|signer)\s*[:：=]\s*/i, '')
  if (/^[0-9a-f]{64}$/i.test(plain)) return { sha256: plain.toLowerCase() }
  if (
    /^(?:md5|sha-?1|sha-?384|sha-?512)\b/i.test(plain) ||
    /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{96}|[0-9a-f]{128})$/i.test(plain)
  )
    return badHash
  return /^(?:\/|[A-Za-z]:\\|\\\\)/.test(plain) ? { path: plain } : { publisher: plain }
}

function versionsOf(
  at: TableCell | undefined,
  status: SoftwareEntry['status'],
  report: Report,
): { readonly versions?: VersionRange; readonly note?: string } {
  if (!at) return {}
  // a whole number has lost nothing that counts
  if (at.kind !== 'text' && !(at.kind === 'number' && /^\d+$/.test(at.text))) {
    report(at, versionNumber)
    return {}
  }
  const found = readVersions(at.text)
  if ('what' in found) {
    report(at, found)
    return {}
  }
  if ('range' in found && found.range) return { versions: found.range }
  if (!('bare' in found)) return {}
  // a list of what is allowed names the lowest version; a prohibition must never forbid less than somebody meant
  return status === 'allow' ? { versions: { atLeast: found.bare } } : { note: everyVersion(found.bare) }
}

const everyVersion = (version: string): string =>
  `版「${version}」に範囲の指定がないため、全ての版を禁止とした（every version is forbidden, since “${version}” says no range）`

/** How versions are ordered; nothing leaves it to the package's own format. */
const readScheme = (text: string): VersionScheme | '' | undefined =>
  (['deb', 'rpm', 'dotted', ''] as const).find((one) => one === normalised(text).toLowerCase())

const platformsOf = (text: string): readonly string[] =>
  normalised(text)
    .toLowerCase()
    .split(/[,、;\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '' && part !== '全て' && part !== 'all' && part !== '*')

/** Columns that are kept as they are, with their headings where there are several. */
function notesOf(row: TableRow, { table, columns }: Reading): readonly string[] {
  return columns.flatMap((column, index) => {
    const [heading, text] = [table.header.cells[index]?.text ?? '', row.cells[index]?.text ?? '']
    if (column !== 'note' || text === '') return []
    return [
      /^(?:備考|注記|メモ|コメント|notes?|remarks|comment|memo)$/i.test(normalised(heading))
        ? text
        : `${heading}: ${text}`,
    ]
  })
}

const either = (ja: string, en: string, what: Says['what']): Says => ({ what, expected: { ja, en } })
const badStatus = either(
  '許可 または 禁止（○、×、allow、deny、ホワイト、ブラック も可）',
  'allow or deny (許可, 禁止, ○, ×)',
  {
    ja: '許可か禁止か分からない',
    en: 'neither allowed nor forbidden',
  },
)
const badState = either('有効 または 廃止', 'active or retired (有効, 廃止)', {
  ja: '有効か廃止か分からない',
  en: 'neither active nor retired',
})
const badRole = either('管理業務従事者、その他、または空（両方）', 'administrator, user, or nothing for both', {
  ja: '対象者の区分が分からない',
  en: 'a role that is not known',
})
const badScheme = either('deb、rpm、dotted、または空', 'deb, rpm, dotted or nothing', {
  ja: '版の順序が分からない',
  en: 'an ordering of versions that is not known',
})
const badTruth = either('true または false', 'true or false', { ja: '真偽の値でない', en: 'neither true nor false' })
const badId = either('英数字と . _ - だけの id', 'an id of letters, digits, . _ -', {
  ja: 'id に使えない文字がある',
  en: 'not an id',
})
const badHash = either('SHA-256（16進64桁）', 'SHA-256: 64 hexadecimal digits', {
  ja: 'SHA-256 のハッシュ値でない',
  en: 'not a SHA-256 hash',
})
const notName = either('名前（文字列）', 'a name, as text', {
  ja: '名前でなく日付などになっている',
  en: 'a date or the like instead of a name',
})
const severalNames = either('1行に1つの名前', 'one name a row', {
  ja: '1つのセルに名前が2つ以上ある',
  en: 'several names in one cell',
})
const versionNumber: Says = {
  what: {
    ja: 'セルが数値か日付になっている（1.10 は 1.1 になる）',
    en: 'the cell is a number or a date (1.10 has become 1.1)',
  },
  expected: {
    ja: `セルの表示形式を「文字列」にして入力し直す。${versionForms.ja}`,
    en: `format the cell as text and type it again: ${versionForms.en}`,
  },
}
const twoIdentities = either('どちらか1つ（もう一方は備考の列へ）', 'one of them; the other belongs in a note', {
  ja: '識別の列と違うことが書かれている',
  en: 'not what the column for identification says',
})
const mixedComponents = either(
  '種類（サーバ）、札（role=web）、名前のうち1種類。ほかは別の行に',
  'kinds, one label, or names; the others in rows of their own',
  {
    ja: '違う種類の指定が1つのセルにある',
    en: 'different sorts of choice in one cell',
  },
)
const noCondition = either('理由・制限条件の列に条件を書く', 'the condition, in the column for reasons', {
  ja: '条件付きなのに条件が書かれていない',
  en: 'allowed under a condition that is not written down',
})
const noHeading = either('1行目の見出し', 'a heading in the first row', {
  ja: '見出しのない列に値がある',
  en: 'a value in a column without a heading',
})
const noRows = either('見出しの下に1行に1項目', 'one entry a row below the headings', {
  ja: '項目が1つもない',
  en: 'there is no entry',
})
const noName = either('「ソフトウェア名」の列', 'a column “name”', {
  ja: 'ソフトウェアの名前の列がない',
  en: 'no column says which software is meant',
})
const noStatus = either(
  '「区分」（許可／禁止）の列、または seisa.yaml の status: allow（deny）',
  'a column “status” (allow or deny), or status: allow (or deny) in seisa.yaml',
  {
    ja: '許可の一覧か禁止の一覧か分からない',
    en: 'nothing says whether the list allows or forbids',
  },
)
const twoColumns = (first: string): Says => ({
  what: { ja: `同じ意味の列が2つある（「${first}」と）`, en: `two columns of one meaning (the other is “${first}”)` },
  expected: { ja: 'どちらか1つ（もう一方は見出しを 備考: … に）', en: 'one of them (rename the other “note: …”)' },
})
