import type { Says } from '../excerpt.ts'
import type { Problem } from '../problems.ts'
import { isSecretKey, looksSecret } from '../secret-text.ts'
import type { TableCell } from './table.ts'

/** A problem at a place, without quoting anything. */
export const placed = (file: string, line: number, column: number, says: Says): Problem => ({
  file,
  line,
  column,
  text: '',
  around: { before: '', after: '' },
  ...says,
})

/** As much of a cell as a message shows. */
const shown = 120

/**
 * What a message may quote of a cell. Its neighbours are never quoted: which of them is a password is told by the
 * heading above, not by the line.
 */
export const quotable = (cell: TableCell, heading: string | undefined): string =>
  heading !== undefined && isSecretKey(heading.trim())
    ? ''
    : looksSecret(cell.text.slice(0, 2000))
      ? ''
      : firstLine(cell.text)

const firstLine = (text: string): string => (text.split('\n')[0] ?? '').slice(0, shown)

/** `B12`: how spreadsheets call a cell. */
export function cellName(line: number, column: number): string {
  let letters = ''
  for (let rest = column; rest > 0; rest = Math.floor((rest - 1) / 26))
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters
  return `${letters}${line}`
}
