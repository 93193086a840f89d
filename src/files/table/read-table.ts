import { createHash } from 'node:crypto'
import type { Says } from '../excerpt.ts'
import { type Problem, problemsFault } from '../problems.ts'
import { hiddenCharacter, readFileBytes } from '../source.ts'
import { readCsv } from './csv.ts'
import { largestTableBytes, mostColumns } from './limits.ts'
import { cellName, placed, quotable } from './place.ts'
import type { SheetMarks } from './sheet-marks.ts'
import { isCell, type Table, type TableCell, type TableOptions, type TableRow, titleRows } from './table.ts'
import { readXlsx } from './xlsx.ts'

/**
 * Reads a table that people keep: CSV in any encoding that spreadsheets write, or one sheet of an .xlsx workbook.
 * Throws a `Fault('configuration')` that carries every problem.
 */
export async function readTable(path: string, options: TableOptions = {}): Promise<Table> {
  return parseTable(path, readFileBytes(path, largestTableBytes), options)
}

/** The same from bytes. `file` is only shown. */
export async function parseTable(file: string, bytes: Uint8Array, options: TableOptions = {}): Promise<Table> {
  if (bytes.length > largestTableBytes) throw problemsFault([placed(file, 1, 1, tooLarge)])
  const hash = createHash('sha256').update(bytes).digest('hex')
  if (isArchive(bytes) || /\.xlsx$/i.test(file)) {
    const { sheet, rows, marks } = await readXlsx(file, bytes, options.sheet)
    const place = (line: number, column?: number): string => `${sheet}!${column ? cellName(line, column) : line}`
    return tableOf({ file, sheet, hash, place, rows, marks, columnOf: (cell) => cell.column }, options)
  }
  if (options.sheet !== undefined) throw problemsFault([placed(file, 1, 1, sheetOfCsv)])
  const { rows, columnOf } = readCsv(file, bytes)
  return tableOf({ file, hash, rows, marks: { bad: [], merged: [], dressed: new Set() }, columnOf }, options)
}

/** ZIP, or the container of old and of encrypted Office files. */
const isArchive = (bytes: Uint8Array): boolean =>
  (bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4) ||
  (bytes[0] === 0xd0 && bytes[1] === 0xcf && bytes[2] === 0x11 && bytes[3] === 0xe0)

interface Found {
  readonly file: string
  readonly sheet?: string
  readonly hash: string
  readonly rows: readonly TableRow[]
  readonly marks: SheetMarks
  readonly columnOf: (cell: TableCell) => number
  /** How a spreadsheet calls a place. */
  readonly place?: (line: number, column?: number) => string
}

function tableOf(found: Found, options: TableOptions): Table {
  const { file, sheet, hash, place, marks } = found
  const all = fillMerged(found.rows, marks)
  const top = headerIndex(all, options)
  const head = all[top]
  if (!head) throw problemsFault([placed(file, 1, 1, noHeader)])
  const width = head.cells.findLastIndex((cell) => cell.text !== '') + 1
  const header: TableRow = { line: head.line, cells: head.cells.slice(0, width) }
  const problem = (at: TableCell | TableRow, says: Says): Problem => {
    const cell = isCell(at) ? at : undefined
    const heading = cell && cell.line > header.line ? header.cells[cell.column - 1]?.text : undefined
    return {
      ...placed(file, at.line, cell ? found.columnOf(cell) : 1, says),
      text: cell ? quotable(cell, heading) : '',
      ...(place && { place: place(at.line, cell?.column) }),
    }
  }
  const rows = all.slice(top + 1)
  const problems: Problem[] = []
  if (width > mostColumns) problems.push(problem(header, tooManyColumns))
  for (const { line, column, says } of marks.bad) {
    if (line >= header.line && column <= width) problems.push(problem(emptyCell(line, column), says))
  }
  for (const { top: first, bottom, left, right } of marks.merged) {
    if (bottom < header.line || left > width) continue
    // which heading would the value stand under? And a heading and its first row can't be told from two rows of headings
    const mixed = first <= header.line && bottom > header.line
    if (right > left || mixed) problems.push(problem(emptyCell(first, left), mergedAcross))
  }
  for (const row of [header, ...rows]) {
    const beyond = row === header ? undefined : row.cells.slice(width).find((cell) => cell.text !== '')
    if (beyond) problems.push(problem(beyond, noHeading))
    for (const cell of row.cells) {
      const hidden = hiddenCharacter(cell.text)
      if (hidden !== undefined) problems.push(problem(cell, hiddenText(hidden)))
    }
  }
  const titles = all.slice(0, top)
  for (const row of [...titles.filter(({ line }) => !isUpperHeading(line, header.line, marks)), ...rows])
    if (isSecondHeader(row, options)) problems.push(problem(row, secondHeader))
  if (problems.length > 0) throw problemsFault(problems)
  return {
    file,
    ...(sheet !== undefined && { sheet }),
    hash,
    titles,
    header,
    rows: rows.map(({ line, cells }) => ({
      line,
      cells: Array.from({ length: width }, (_, index) => cells[index] ?? emptyCell(line, index + 1)),
    })),
    at: (row) => (place ? `${file}:${place(row.line)}` : `${file}:${row.line}`),
    problem,
  }
}

const emptyCell = (line: number, column: number): TableCell => ({ text: '', kind: 'text', line, column })

const textsOf = (row: TableRow): readonly string[] => row.cells.map((cell) => cell.text).filter((text) => text !== '')

/**
 * The row of headings among the first ones: the one with the most headings that are known, so that a title above it may
 * hold some too (`名称：サーバ一覧、版：3`).
 */
function headerIndex(rows: readonly TableRow[], { isHeader, isHeading }: TableOptions): number {
  if (!isHeader) return 0
  const first = rows.slice(0, titleRows)
  const scores = first.map((row) => {
    const texts = textsOf(row)
    const known = isHeading ? texts.filter(isHeading).length : 0
    return isHeader(texts) ? mostColumns + 1 + known : known
  })
  const best = Math.max(0, ...scores)
  return best === 0 ? 0 : scores.indexOf(best)
}

/** A row of nothing but headings. */
function isSecondHeader(row: TableRow, { isHeader, isHeading }: TableOptions): boolean {
  if (!isHeader || !isHeading) return false
  const texts = textsOf(row)
  return texts.every(isHeading) && isHeader(texts)
}

/** Whether a row is the upper one of two rows of headings, as merged cells show. */
const isUpperHeading = (line: number, headerLine: number, { merged }: SheetMarks): boolean =>
  line === headerLine - 1 &&
  merged.some(
    ({ top, bottom, left, right }) => top <= line && (bottom === headerLine || (bottom === line && right > left)),
  )

/** A value that a person sees beside several rows holds for each of them. */
function fillMerged(rows: readonly TableRow[], { merged }: SheetMarks): readonly TableRow[] {
  const values = new Map<string, TableCell>()
  const lines = new Map(rows.map((row) => [row.line, row]))
  const last = rows.at(-1)?.line ?? 0
  let widest = 0
  for (const { top, bottom, left, right } of merged) {
    if (right > left) continue
    const value = lines.get(top)?.cells[left - 1]
    if (!value || value.text === '') continue
    widest = Math.max(widest, left)
    for (let line = top + 1; line <= Math.min(bottom, last); line++) values.set(`${line} ${left}`, value)
  }
  if (values.size === 0) return rows
  return rows.map((row) => ({
    line: row.line,
    cells: Array.from({ length: Math.max(widest, row.cells.length) }, (_, index) => {
      const value = values.get(`${row.line} ${index + 1}`)
      const own = row.cells[index] ?? emptyCell(row.line, index + 1)
      return value ? { ...value, line: own.line, column: own.column } : own
    }),
  }))
}

const tooLarge: Says = {
  what: { ja: 'ファイルが 16 MiB を超えている', en: 'the file is larger than 16 MiB' },
  expected: { ja: '16 MiB 以下のファイル（大きな物は分ける）', en: 'at most 16 MiB; split a larger one' },
}
const noHeader: Says = {
  what: { ja: '見出しの行がない', en: 'there is no row of headings' },
  expected: { ja: '1行目に見出し、2行目から内容', en: 'headings in the first row, then one row for each entry' },
}
const sheetOfCsv: Says = {
  what: { ja: 'CSV にシートはない', en: 'a CSV file has no sheets' },
  expected: { ja: 'sheet: を消す', en: 'no sheet:' },
}
const tooManyColumns: Says = {
  what: { ja: `列が ${mostColumns} を超えている`, en: `more than ${mostColumns} columns` },
  expected: { ja: '列の少ない表', en: 'a table with fewer columns' },
}
const mergedAcross: Says = {
  what: {
    ja: '見出しの行か、列をまたいでセルが結合されている',
    en: 'cells are merged across columns, or with the row of headings',
  },
  expected: { ja: '結合を解除して、それぞれのセルに書く', en: 'unmerge them and fill in each cell' },
}
const secondHeader: Says = {
  what: { ja: '見出しの行がもう1つある', en: 'there is a second row of headings' },
  expected: {
    ja: '1枚のシート（1つのファイル）に1つの表（2つ目の表や、繰り返した見出しは分けるか消す）',
    en: 'one table a sheet or file: move the other one away, or delete headings that only repeat',
  },
}
const hiddenText = (name: string): Says => ({
  what: { ja: `目に見えない文字がある（${name}）`, en: `a character that can not be seen (${name})` },
  expected: {
    ja: 'この文字を消す（読む人に見える通りに書く）',
    en: 'delete it: a file must say what its reader sees',
  },
})
const noHeading: Says = {
  what: { ja: '見出しのない列に値がある', en: 'a value in a column that has no heading' },
  expected: { ja: '列に見出しを付けるか、値を消す', en: 'a heading for the column, or no value' },
}
