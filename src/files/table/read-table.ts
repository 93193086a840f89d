import { createHash } from 'node:crypto'
import type { Says } from '../excerpt.ts'
import { type Problem, problemsFault } from '../problems.ts'
import { readFileBytes } from '../source.ts'
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
  return tableOf({ file, hash, rows, marks: { bad: [], merged: [] }, columnOf }, options)
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
  const top = headerIndex(found.rows, options)
  const head = found.rows[top]
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
  const problems: Problem[] = []
  if (width > mostColumns) problems.push(problem(header, tooManyColumns))
  for (const { line, column, says } of marks.bad) {
    if (line >= header.line && column <= width) problems.push(problem(emptyCell(line, column), says))
  }
  const rows = fillMerged(found.rows.slice(top + 1), width, header.line, marks, (line, column) =>
    problems.push(problem(emptyCell(line, column), mergedAcross)),
  )
  for (const row of rows) {
    const beyond = row.cells.slice(width).find((cell) => cell.text !== '')
    if (beyond) problems.push(problem(beyond, noHeading))
  }
  if (problems.length > 0) throw problemsFault(problems)
  return {
    file,
    ...(sheet !== undefined && { sheet }),
    hash,
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

/** The row of headings among the first ones. */
function headerIndex(rows: readonly TableRow[], { isHeader }: TableOptions): number {
  if (!isHeader) return 0
  const found = rows.slice(0, titleRows).findIndex((row) => isHeader(row.cells.map((cell) => cell.text)))
  return Math.max(0, found)
}

/**
 * A value that a person sees beside several rows holds for each of them. Cells merged across columns have no such
 * meaning: which heading would the value stand under?
 */
function fillMerged(
  rows: readonly TableRow[],
  width: number,
  headerLine: number,
  marks: SheetMarks,
  refuse: (line: number, column: number) => void,
): readonly TableRow[] {
  const values = new Map<string, TableCell>()
  const lines = new Map(rows.map((row) => [row.line, row]))
  const last = rows.at(-1)?.line ?? 0
  for (const { top, bottom, left, right } of marks.merged) {
    if (bottom < headerLine || left > width) continue
    if (right > left || top <= headerLine) {
      // two rows of headings can't be told from a heading and its first row
      if (right > left || bottom > headerLine) refuse(top, left)
      continue
    }
    const value = lines.get(top)?.cells[left - 1]
    if (!value || value.text === '') continue
    for (let line = top + 1; line <= Math.min(bottom, last); line++) values.set(`${line} ${left}`, value)
  }
  if (values.size === 0) return rows
  return rows.map((row) => ({
    line: row.line,
    cells: Array.from({ length: Math.max(width, row.cells.length) }, (_, index) => {
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
const noHeading: Says = {
  what: { ja: '見出しのない列に値がある', en: 'a value in a column that has no heading' },
  expected: { ja: '列に見出しを付けるか、値を消す', en: 'a heading for the column, or no value' },
}
