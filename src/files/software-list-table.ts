import { basename } from 'node:path'
import type { SoftwareEntry, SoftwareList, SoftwareMatch, VersionRange } from '../core/software/list.ts'
import type { VersionScheme } from '../core/versions/index.ts'
import type { Says } from './excerpt.ts'
import { type Problem, problemsFault } from './problems.ts'
import {
  identifying,
  isPermitting,
  isSoftwareHeading,
  mayForbid,
  restriction,
  type SoftwareColumn,
  softwareColumn,
  unknownHeading,
} from './software-list-columns.ts'
import { type DraftEntry, finishEntries } from './software-list-entries.ts'
import { nameAndVersion } from './software-list-name-version.ts'
import * as says from './software-list-says.ts'
import { entryId } from './software-list-schema.ts'
import { readVersions } from './software-list-version.ts'
import { isConditional, readComponents, readRole, readState, readStatus, readTruth } from './software-list-words.ts'
import { cellDay } from './table/japanese-date.ts'
import { normalised } from './table/normal.ts'
import type { Table, TableCell, TableOptions, TableRow } from './table/table.ts'

/** How a list is recognised below a title. */
export const softwareTable: TableOptions = {
  isHeader: isSoftwareHeading,
  isHeading: (text) => softwareColumn(text) !== undefined,
}

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
  if (table.rows.length === 0) problems.push(table.problem(table.header, says.noRows))
  if (problems.length > 0) throw problemsFault(problems)
  return entries
}

type Columns = readonly (SoftwareColumn | undefined)[]

function columnsOf(table: Table, status: SoftwareEntry['status'] | undefined, problems: Problem[]): Columns {
  const seen = new Map<SoftwareColumn, string>()
  const columns = table.header.cells.map((cell, index) => {
    if (cell.text === '') {
      const filled = table.rows.map((row) => row.cells[index]).find((one) => one && one.text !== '')
      if (filled) problems.push(table.problem(filled, says.noHeading))
      return undefined
    }
    const column = softwareColumn(cell.text)
    if (!column) problems.push(table.problem(cell, unknownHeading(cell.text)))
    const first = column && seen.get(column)
    if (first !== undefined && column !== 'note') problems.push(table.problem(cell, says.twoColumns(first)))
    if (column) seen.set(column, cell.text)
    return column
  })
  if (problems.length > 0) return columns
  if (!identifying.some((column) => seen.has(column))) problems.push(table.problem(table.header, says.noName))
  if (seen.has('name-version') && (seen.has('name') || seen.has('version')))
    problems.push(table.problem(table.header, says.twoColumns(seen.get('name-version') ?? '')))
  if (!seen.has('status') && status === undefined) problems.push(...statusProblems(table))
  for (const { cells } of table.titles) {
    for (const [index, cell] of cells.entries()) {
      const column = restriction(cell.text, cells[index + 1]?.text ?? '')
      if (column && !seen.has(column)) problems.push(table.problem(cell, says.inTitle))
    }
  }
  return columns
}

/** What keeps a table without a column for it from being a list of what is allowed. */
function statusProblems(table: Table): readonly Problem[] {
  if (!table.header.cells.some((cell) => isPermitting(cell.text))) return [table.problem(table.header, says.noStatus)]
  const titles = table.titles.flatMap(({ cells }) => cells)
  // a title between the rows is the only thing in its row
  const between = table.rows.flatMap(({ cells }) => {
    const filled = cells.filter((cell) => cell.text !== '')
    return filled.length === 1 ? filled : []
  })
  const forbidding = [...titles, ...between].filter((cell) => mayForbid(cell.text))
  const names = [table.sheet ?? '', basename(table.file)]
  if (forbidding.length === 0 && names.some(mayForbid)) return [table.problem(table.header, says.noStatus)]
  return forbidding.map((cell) => table.problem(cell, says.noStatus))
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
  const written = (column: SoftwareColumn): TableCell | undefined => {
    const found = row.cells[columns.indexOf(column)]
    return columns.includes(column) && found && found.text !== '' ? found : undefined
  }
  const both = written('name-version')
  const parts = both && nameAndVersion(both.text)
  const cell = (column: SoftwareColumn): TableCell | undefined => {
    if (!both || (column !== 'name' && column !== 'version')) return written(column)
    const text = parts?.[column]
    return text === undefined ? undefined : { ...both, text }
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
  const listed = cell('status')
  const status = word('status', readStatus, says.badStatus) ?? reading.usual
  if (!listed && status === undefined)
    problems.push(table.problem(row.cells[columns.indexOf('status')] ?? row, says.badStatus))
  const reason = cell('reason')?.text ?? ''
  if (listed && isConditional(listed.text) && reason === '') report(listed, says.noCondition)
  const { id, match } = matchOf(cell, report)
  const read = versionsOf(cell('version'), status ?? 'deny', report)
  const scheme = word('scheme', readScheme, says.badScheme)
  const versions = read.versions && { ...(scheme && { scheme }), ...read.versions }
  const role = word('role', readRole, says.badRole)
  const where = cell('components')
  const components = where && readComponents(where.text)
  if (where && components === 'mixed') report(where, says.mixedComponents)
  const platform = cell('platform') && platformsOf(cell('platform')?.text ?? '')
  const [validUntil, registeredOn, approvedBy] = [day('valid-until'), day('registered-on'), cell('approved-by')?.text]
  const note = [...notesOf(row, reading), ...(read.note === undefined ? [] : [read.note])].join('\n')
  const entry: Omit<SoftwareEntry, 'id'> = {
    status: status ?? 'deny',
    state: word('state', readState, says.badState) ?? 'active',
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
  if (idCell && id !== undefined && !new RegExp(entryId).test(id)) report(idCell, says.badId)
  const name = idCell ? names?.text : (both?.[2] ?? names?.text)
  if (names && ((names.kind !== 'text' && names.kind !== 'number') || names.dressed)) report(names, says.notName)
  if (names && name?.includes('\n')) report(names, says.severalNames)
  for (const column of ['publisher', 'origin', 'identity', 'path', 'sha256'] as const) {
    const at = cell(column)
    if (at?.text.includes('\n')) report(at, says.severalLines)
  }
  const identity = cell('identity')
  const identified = identity ? identityOf(identity.text) : {}
  if (identity && 'what' in identified) report(identity, identified)
  const found: SoftwareMatch = 'what' in identified ? {} : identified
  const own = (column: 'publisher' | 'path' | 'sha256', given: string | undefined): string | undefined => {
    const at = cell(column)
    if (at && given !== undefined && at.text !== given) report(at, says.twoIdentities)
    return at?.text ?? given
  }
  const publisher = own('publisher', found.publisher)
  const path = withBackslashes(own('path', found.path))
  const hash = own('sha256', found.sha256)
    ?.toLowerCase()
    .replace(/^sha-?256[:=]\s*/, '')
  const hashCell = cell('sha256')
  if (hashCell && hash !== undefined && !/^[0-9a-f]{64}$/.test(hash)) report(hashCell, says.badHash)
  const base = cell('base-system')
  const baseSystem = base && readTruth(base.text)
  if (base && baseSystem === undefined) report(base, says.badTruth)
  const origin = cell('origin')?.text
  const formats = cell('format')
  const format =
    formats &&
    normalised(formats.text)
      .toLowerCase()
      .split(/[,、;/・\s]+/)
      .filter((word) => word !== '')
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
  const plain = normalised(withBackslashes(text) ?? '').replace(
    /^(?:sha-?256|ハッシュ値?|署名者|発行元|パス|path|signer)\s*[:：=]\s*/i,
    '',
  )
  if (/^[0-9a-f]{64}$/i.test(plain)) return { sha256: plain.toLowerCase() }
  if (
    /^(?:md5|sha-?1|sha-?384|sha-?512)\b/i.test(plain) ||
    /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{96}|[0-9a-f]{128})$/i.test(plain)
  )
    return says.badHash
  return /^(?:\/|[A-Za-z]:\\|\\\\)/.test(plain) ? { path: plain } : { publisher: plain }
}

/** In Japan a backslash looks like a yen sign, and is often typed as one. */
const withBackslashes = (path: string | undefined): string | undefined =>
  path !== undefined && /^(?:[A-Za-z]:|[¥￥]{2})/.test(path) ? path.replaceAll(/[¥￥]/g, '\\') : path

function versionsOf(
  at: TableCell | undefined,
  status: SoftwareEntry['status'],
  report: Report,
): { readonly versions?: VersionRange; readonly note?: string } {
  if (!at) return {}
  // a whole number has lost nothing that counts
  if (at.kind !== 'text' && !(at.kind === 'number' && /^\d+$/.test(at.text) && !at.dressed)) {
    report(at, at.kind === 'number' && at.dressed ? says.dressedNumber : says.versionNumber)
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
