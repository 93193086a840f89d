import type { Says } from '../excerpt.ts'
import type { Problem } from '../problems.ts'

/** One cell of a table. */
export interface TableCell {
  /** What is written, without the spaces around it; empty for an empty cell. */
  readonly text: string
  /**
   * What a spreadsheet takes it for. A number or a date has lost how it was typed: `1.10` arrives as the number
   * `1.1`. Everything in a CSV file is text.
   */
  readonly kind: 'text' | 'number' | 'date' | 'boolean'
  /** The day, `2026-12-31`, of a date cell, or of a number as a spreadsheet would count days. */
  readonly day?: string
  /** A number that is shown in other characters than its digits: `7系`, `2以下`, `100%`. */
  readonly dressed?: boolean
  /** Line of the file or row of the sheet, from 1. */
  readonly line: number
  /** Number of the column, from 1. */
  readonly column: number
}

/** One line of a table, with as many cells as the header. */
export interface TableRow {
  readonly line: number
  readonly cells: readonly TableCell[]
}

/** A table as a user wrote it. Empty rows are left out. */
export interface Table {
  readonly file: string
  readonly sheet?: string
  /** SHA-256 of the file's bytes, in hex. */
  readonly hash: string
  /** Rows above the headings: title, date, approver. */
  readonly titles: readonly TableRow[]
  readonly header: TableRow
  readonly rows: readonly TableRow[]
  /** Where a row stands, for people: `lists/a.csv:12`, `lists/a.xlsx:Sheet1!12`. */
  readonly at: (row: TableRow) => string
  /** A problem at a cell, or at a row as a whole. */
  readonly problem: (at: TableCell | TableRow, says: Says) => Problem
}

/** Which part of a file holds the table. */
export interface TableOptions {
  /** Name of the sheet in a workbook that has several. */
  readonly sheet?: string
  /**
   * Tells the row that holds the headings, for files that have a title above them. Without it, or where no row near
   * the top is one, the first row that isn't empty holds them.
   */
  readonly isHeader?: (texts: readonly string[]) => boolean
  /**
   * Tells a heading that the reader knows. With it the row with the most of them holds the headings, and a second row of
   * headings is refused: what stands below it may mean something else.
   */
  readonly isHeading?: (text: string) => boolean
}

/** Titles, dates and approvers above a heading take no more rows than this. */
export const titleRows = 20

export const isCell = (at: TableCell | TableRow): at is TableCell => 'column' in at
