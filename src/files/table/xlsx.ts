import { visible } from '../../text/safe.ts'
import type { Says } from '../excerpt.ts'
import { problemsFault } from '../problems.ts'
import { longestCell } from './limits.ts'
import { trimmed } from './normal.ts'
import { placed } from './place.ts'
import { cellStyles, struckStrings } from './cell-styles.ts'
import { type Looks, type SheetMarks, sheetMarks } from './sheet-marks.ts'
import type { TableCell, TableRow } from './table.ts'
import { oddWorkbook, openWorkbook, type Sheet, type Workbook } from './workbook.ts'
import { storedZip } from './zip.ts'

/** Every row of a sheet that isn't empty, and what must be known of it besides. */
export interface XlsxRows {
  readonly sheet: string
  readonly rows: readonly TableRow[]
  readonly marks: SheetMarks
}

/**
 * Reads one sheet of a workbook: the one that is named, else the only one that is shown and has something in it. Throws
 * a `Fault('configuration')` for anything that isn't an .xlsx file, or that could be read in two ways.
 */
export async function readXlsx(file: string, bytes: Uint8Array, named: string | undefined): Promise<XlsxRows> {
  const refuse = (says: Says): Error => problemsFault([placed(file, 1, 1, says)])
  const book = openWorkbook(bytes)
  if ('what' in book) throw refuse(book)
  const candidates = named === undefined ? book.sheets.filter((sheet) => !sheet.hidden) : sheetsNamed(book, named)
  if (named !== undefined && candidates.length === 0) throw refuse(noSheet(named, book.sheets))
  const filled: XlsxRows[] = []
  for (const sheet of candidates) {
    const found = await readSheetRows(book, sheet)
    if ('what' in found) throw refuse(found)
    if (found.rows.length > 0) filled.push(found)
  }
  const [first, second] = filled
  if (!first) throw refuse(nothing)
  if (second) throw refuse(severalSheets(filled.map((one) => one.sheet)))
  return first
}

const sheetsNamed = (book: Workbook, name: string): readonly Sheet[] => {
  const wanted = trimmed(name).normalize('NFKC')
  const same = book.sheets.filter((sheet) => sheet.name === name)
  return same.length > 0 ? same : book.sheets.filter((sheet) => trimmed(sheet.name).normalize('NFKC') === wanted)
}

async function readSheetRows(book: Workbook, sheet: Sheet): Promise<XlsxRows | Says> {
  const parts = book.partsOf(sheet)
  if ('what' in parts) return parts
  const xml = parts.get(sheet.part)
  const looks = looksOf(book, parts)
  const marks = looks ? sheetMarks(new TextDecoder().decode(xml), looks) : oddWorkbook
  if ('what' in marks) return marks
  // Only what was looked at goes on, in an archive of our own: nothing can be in it that only the library sees.
  const { readSheet } = await import('read-excel-file/universal')
  const archive = Uint8Array.from(storedZip(parts))
  let values: readonly (readonly unknown[])[]
  try {
    values = await readSheet<NumberText>(archive.buffer, sheet.number, {
      trim: false,
      parseNumber: (number) => ({ number }),
    })
  } catch {
    return oddWorkbook
  }
  const rows: TableRow[] = []
  for (const [index, row] of values.entries()) {
    const line = index + 1
    const cells = row.map((value, column) => {
      const cell = cellOf(value, line, column + 1, book.from1904)
      return marks.dressed.has(`${line} ${column + 1}`) ? { ...cell, dressed: true } : cell
    })
    const long = cells.find((cell) => cell.text.length > longestCell)
    if (long) return tooLong
    if (cells.some((cell) => cell.text !== '')) rows.push({ line, cells })
  }
  return { sheet: sheet.name, rows, marks }
}

/** How the cells of a workbook look, from its parts; undefined where its styles can't be read. */
function looksOf(book: Workbook, parts: ReadonlyMap<string, Uint8Array>): Looks | undefined {
  const text = (name: string): string => new TextDecoder().decode(parts.get(name))
  const styles = cellStyles(text(book.stylesPart))
  return styles && { styles, struck: struckStrings(text(book.stringsPart)) }
}

/** A number as the file writes it, so that it isn't taken for a text. */
interface NumberText {
  readonly number: string
}

const isNumber = (value: unknown): value is NumberText =>
  typeof value === 'object' && value !== null && 'number' in value && typeof value.number === 'string'

function cellOf(value: unknown, line: number, column: number, from1904: boolean): TableCell {
  if (value instanceof Date) {
    const day = Number.isNaN(value.getTime()) ? undefined : isoDay(value.getTime())
    return { text: day ?? '', kind: 'date', ...(day !== undefined && { day }), line, column }
  }
  if (isNumber(value)) {
    const day = serialDay(Number(value.number), from1904)
    return { text: value.number, kind: 'number', ...(day !== undefined && { day }), line, column }
  }
  if (typeof value === 'boolean') return { text: value ? 'TRUE' : 'FALSE', kind: 'boolean', line, column }
  return {
    text: typeof value === 'string' ? trimmed(value.replaceAll(/\r\n?/g, '\n')) : '',
    kind: 'text',
    line,
    column,
  }
}

/** Half a second more, since the library rounds fractions of a day down. */
const isoDay = (milliseconds: number): string => new Date(milliseconds + 500).toISOString().slice(0, 10)

const dayMilliseconds = 86_400_000
/** Days from 1899-12-30, which is right from March 1900 on: Lotus took 1900 for a leap year. */
const [epoch1900, epoch1904] = [Date.UTC(1899, 11, 30), Date.UTC(1904, 0, 1)]

/** The day that a spreadsheet means by a number, between 1950 and 2150; undefined for other numbers. */
export function serialDay(number: number, from1904 = false): string | undefined {
  const days = Math.floor(number)
  const day = new Date((from1904 ? epoch1904 : epoch1900) + days * dayMilliseconds)
  const year = Number.isFinite(number) ? day.getUTCFullYear() : 0
  return year >= 1950 && year < 2150 ? day.toISOString().slice(0, 10) : undefined
}

const nothing: Says = {
  what: { ja: '表示されているシートに何も書かれていない', en: 'nothing is written in the sheets that are shown' },
  expected: { ja: '見出しの行と、その下の内容', en: 'a row of headings with rows below it' },
}
const tooLong: Says = {
  what: { ja: `${longestCell} 文字を超えるセルがある`, en: `a cell has more than ${longestCell} characters` },
  expected: { ja: '短い文', en: 'shorter texts' },
}
const names = (sheets: readonly string[]): string => sheets.slice(0, 10).map(visible).join(', ')
const noSheet = (name: string, sheets: readonly Sheet[]): Says => ({
  what: { ja: `シート「${visible(name)}」がない`, en: `there is no sheet “${visible(name)}”` },
  expected: {
    ja: `次のいずれか: ${names(sheets.map((sheet) => sheet.name))}`,
    en: `one of ${names(sheets.map((sheet) => sheet.name))}`,
  },
})
const severalSheets = (sheets: readonly string[]): Says => ({
  what: {
    ja: `内容のあるシートが2つ以上ある（${names(sheets)}）`,
    en: `several sheets have something in them (${names(sheets)})`,
  },
  expected: {
    ja: 'sheet: でシートの名前を指定する、または余分なシートを非表示にするか消す',
    en: 'the name of one with sheet:, or hide or delete the others',
  },
})
