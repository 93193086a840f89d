import { type CsvError, parse } from 'csv-parse/sync'
import type { Says } from '../excerpt.ts'
import { problemsFault } from '../problems.ts'
import { decodeTable } from './encoding.ts'
import { longestCell, mostRows } from './limits.ts'
import { trimmed } from './normal.ts'
import { placed } from './place.ts'
import type { TableCell, TableRow } from './table.ts'

/** Every line of a CSV file that isn't empty. */
export interface CsvRows {
  readonly rows: readonly TableRow[]
  /** Where a cell starts on its line, in characters from 1. */
  readonly columnOf: (cell: TableCell) => number
}

/**
 * Reads CSV as spreadsheets write it: RFC 4180 quotes, any line ends, comma, tab or semicolon (or what `sep=` says on
 * the first line). Throws a `Fault('configuration')` for bytes that are no text and for unbalanced quotes.
 */
export function readCsv(file: string, bytes: Uint8Array): CsvRows {
  const source = decodeTable(file, bytes)
  if (!source.ok) throw problemsFault([source.problem])
  // The parser counts a line break inside quotes twice when it is CR LF.
  const text = source.text.replaceAll(/\r\n?/g, '\n')
  const told = /^sep=([,;\t])\n/i.exec(text)
  const separator = told?.[1] ?? separatorOf(text)
  const records = parseRecords(file, text, told ? told[0].length : 0, separator)
  const rows: TableRow[] = []
  for (const { line, cells } of records) {
    const long = cells.findIndex((cell) => cell.length > longestCell)
    if (long !== -1) throw problemsFault([placed(file, line, 1, tooLong(long + 1))])
    if (cells.every((cell) => trimmed(cell) === '')) continue
    if (rows.length > mostRows) throw problemsFault([placed(file, line, 1, tooManyRows)])
    rows.push({ line, cells: cells.map((cell, index) => textCell(cell, line, index + 1)) })
  }
  let raws: ReadonlyMap<number, string> | undefined
  return {
    rows,
    columnOf: ({ line, column }) => {
      raws ??= new Map(records.map((record) => [record.line, record.raw]))
      return columnIn(raws.get(line) ?? '', column, separator)
    },
  }
}

const textCell = (written: string, line: number, column: number): TableCell => ({
  text: withoutGuard(trimmed(written)),
  kind: 'text',
  line,
  column,
})

/** Undoes `guarded` of `write-csv.ts`. */
const withoutGuard = (text: string): string => (/^'+[=+\-@\t\r＝＋－＠]/.test(text) ? text.slice(1) : text)

interface CsvRecord {
  /** Where it starts, from 1. */
  readonly line: number
  readonly raw: string
  readonly cells: readonly string[]
}

function parseRecords(file: string, text: string, start: number, separator: string): readonly CsvRecord[] {
  const records: CsvRecord[] = []
  let line = start === 0 ? 1 : 2
  let offset = start
  try {
    parse(text.slice(start), {
      delimiter: separator,
      record_delimiter: '\n',
      relax_column_count: true,
      skip_empty_lines: false,
      raw: true,
      info: true,
      on_record: (record: unknown) => {
        const { raw, cells } = recordOf(record)
        records.push({ line, raw, cells })
        line += raw.split('\n').length - (raw.endsWith('\n') ? 1 : 0)
        offset += raw.length
        return null
      },
    })
  } catch (error) {
    if (!isCsvError(error)) throw error
    const at = quoteAt(text, offset, error)
    const before = text.slice(0, at)
    throw problemsFault([placed(file, before.split('\n').length, at - before.lastIndexOf('\n'), quoteSays(error))])
  }
  return records
}

/** With `raw` and `info` the parser wraps each record; its types don't say so. */
function recordOf(record: unknown): { readonly raw: string; readonly cells: readonly string[] } {
  const wrapped: object = typeof record === 'object' && record !== null ? record : {}
  const raw = 'raw' in wrapped && typeof wrapped.raw === 'string' ? wrapped.raw : ''
  const cells = 'record' in wrapped && Array.isArray(wrapped.record) ? wrapped.record.map(String) : []
  return { raw, cells }
}

const isCsvError = (error: unknown): error is CsvError =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && /CSV_|QUOTE/.test(error.code)

/** The quote to point at: the one that nothing closes, else the last one of the line that the parser stopped in. */
function quoteAt(text: string, recordStart: number, error: CsvError): number {
  if (error.code === 'CSV_QUOTE_NOT_CLOSED') {
    let open = recordStart
    let inside = false
    for (let at = text.indexOf('"', recordStart); at !== -1; at = text.indexOf('"', at + 1)) {
      inside = !inside
      if (inside) open = at
    }
    return open
  }
  const at = text.indexOf('"', recordStart)
  return at === -1 ? recordStart : at
}

const quoteSays = (error: CsvError): Says => (error.code === 'CSV_QUOTE_NOT_CLOSED' ? unclosedQuote : misplacedQuote)

/** The separator that the first line with text uses most outside of quotes; a comma when there is none. */
function separatorOf(text: string): string {
  const counts = new Map([
    [',', 0],
    ['\t', 0],
    [';', 0],
  ])
  let quoted = false
  let seen = false
  for (const character of text) {
    if (character === '"') quoted = !quoted
    if (character === '\n' && !quoted && seen) break
    if (character !== '\n' && character.trim() !== '') seen = true
    const count = quoted ? undefined : counts.get(character)
    if (count !== undefined) counts.set(character, count + 1)
  }
  let best = ','
  for (const [separator, count] of counts) if (count > (counts.get(best) ?? 0)) best = separator
  return best
}

/** Where the nth cell of a record starts on its line, in characters from 1. */
function columnIn(raw: string, column: number, separator: string): number {
  let quoted = false
  let current = 1
  let lineStart = 0
  let from = 0
  for (let at = 0; at < raw.length && current < column; at++) {
    if (raw[at] === '"') quoted = !quoted
    if (raw[at] === '\n') lineStart = at + 1
    if (quoted || raw[at] !== separator) continue
    current++
    from = at + 1
  }
  return Array.from(raw.slice(Math.min(lineStart, from), from)).length + 1
}

const unclosedQuote: Says = {
  what: { ja: '閉じていない引用符「"」がある', en: 'a quote (") that nothing closes' },
  expected: {
    ja: '引用符を閉じる（文字としての引用符は "" と2つ重ね、セル全体を引用符で囲む）',
    en: 'close it; a quote that is meant as text is doubled (""), in a cell that stands in quotes',
  },
}
const misplacedQuote: Says = {
  what: {
    ja: '引用符「"」の位置が正しくない',
    en: 'a quote (") in a place where it has no meaning',
  },
  expected: {
    ja: 'セル全体を引用符で囲み、文字としての引用符は "" と2つ重ねる',
    en: 'put the whole cell in quotes and double (") the one that is meant as text',
  },
}
const tooLong = (column: number): Says => ({
  what: {
    ja: `${column} 列目のセルが ${longestCell} 文字を超えている`,
    en: `the cell in column ${column} has more than ${longestCell} characters`,
  },
  expected: { ja: '短い文', en: 'a shorter text' },
})
const tooManyRows: Says = {
  what: { ja: `行が ${mostRows} 行を超えている`, en: `more than ${mostRows} rows` },
  expected: { ja: '分けたファイル', en: 'smaller files' },
}
