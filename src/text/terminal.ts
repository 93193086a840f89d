import { padEnd, padStart, displayWidth } from './width.ts'

/** What is known of the terminal that text goes to. */
export interface TerminalFacts {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  readonly rows?: number | undefined
}
type Environment = Readonly<Record<string, string | undefined>>

/**
 * True when text may be coloured: a terminal that isn't `dumb`, no `--no-color`, and NO_COLOR (any non-empty value,
 * https://no-color.org) not set.
 */
export const colorAllowed = (terminal: TerminalFacts, env: Environment, asked = true): boolean =>
  asked && terminal.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb'

/** Width to write for: the terminal's, else COLUMNS, else 80; between 40 and 160, beyond which lines are hard to read. */
export function columnsOf(terminal: TerminalFacts, env: Environment): number {
  const stated = /^\d{1,4}$/.test(env['COLUMNS'] ?? '') ? Number(env['COLUMNS']) : 0
  return Math.min(160, Math.max(40, terminal.columns || stated || 80))
}

/** Ways to set off text. Each is a function, so that no caller meets an escape sequence. */
export interface Palette {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly red: (text: string) => string
  readonly yellow: (text: string) => string
  readonly green: (text: string) => string
  readonly cyan: (text: string) => string
}

const sgr =
  (on: number, off: number) =>
  (text: string): string =>
    text === '' ? '' : `\u001b[${on}m${text}\u001b[${off}m`
const plain = (text: string): string => text

/** The sixteen colours that every terminal has, so that a user's own theme decides how they look; or none. */
export const palette = (color: boolean): Palette =>
  color
    ? {
        bold: sgr(1, 22),
        dim: sgr(2, 22),
        red: sgr(31, 39),
        yellow: sgr(33, 39),
        green: sgr(32, 39),
        cyan: sgr(36, 39),
      }
    : { bold: plain, dim: plain, red: plain, yellow: plain, green: plain, cyan: plain }

/** Marks of verdicts and of layout. A word always stands beside a mark: neither colour nor mark means anything alone. */
export interface Symbols {
  readonly fail: string
  readonly unknown: string
  readonly pass: string
  readonly none: string
  readonly arrow: string
  readonly dot: string
  readonly ellipsis: string
}

/** Symbols, or what ASCII offers for them. */
export const symbols = (unicode: boolean): Symbols =>
  unicode
    ? { fail: '✗', unknown: '?', pass: '✓', none: '−', arrow: '→', dot: '·', ellipsis: '…' }
    : { fail: 'x', unknown: '?', pass: '+', none: '-', arrow: '->', dot: '-', ellipsis: '...' }

/** One column of a table. */
export interface TableColumn {
  readonly title: string
  readonly align?: 'start' | 'end'
}

/** Lines of a table whose columns are as wide as they must be, two spaces apart. The first line holds the titles. */
export function tableLines(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string[] {
  const widths = columns.map((column, at) =>
    Math.max(displayWidth(column.title), ...rows.map((row) => displayWidth(row[at] ?? ''))),
  )
  const line = (cells: readonly string[]): string =>
    columns
      .map((column, at) => (column.align === 'end' ? padStart : padEnd)(cells[at] ?? '', widths[at] ?? 0))
      .join('  ')
      .trimEnd()
  return [line(columns.map((column) => column.title)), ...rows.map(line)]
}
