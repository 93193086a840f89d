import type { Severity } from '../../src/core/baseline.ts'
import { type Finding, isAboutList, type ReportOptions, type Verdict } from '../../src/core/run.ts'
import type { LocalText } from '../../src/core/text.ts'
import { amounts } from '../../src/text/messages.ts'
import { visible, visibleProse } from '../../src/text/safe.ts'
import { type Palette, palette, type Symbols, symbols, type TableColumn, tableLines } from '../../src/text/terminal.ts'
import { displayWidth, truncate } from '../../src/text/width.ts'
import { hang, wrap } from '../../src/text/wrap.ts'
import type { Digest, RequirementGroup } from '../digest.ts'

/** How one report is set: language, colour, marks, width. */
export interface Page {
  readonly options: ReportOptions
  readonly color: Palette
  readonly mark: Symbols
  readonly columns: number
  /** Own words. */
  readonly t: (text: LocalText) => string
  /** Words from a baseline or a target, made visible, on one line, not endless. */
  readonly seen: (text: LocalText) => string
  /** What to do, whole: a command that breaks off helps nobody. */
  readonly advice: (text: LocalText) => string
}

/** Columns of one value of a target; longer ones are cut, unless everything is asked for. */
const longest = 300
/** Behind a wider label the following lines don't begin under the text, but near the left. */
const widestLabel = 10

/** A page for these options. */
export function pageFor(options: ReportOptions): Page {
  const mark = symbols(options.unicode)
  const limit = options.verbose ? 5000 : longest
  return {
    options,
    color: palette(options.color),
    mark,
    columns: options.columns,
    t: (text) => text[options.lang],
    seen: (text) => truncate(visibleProse(text[options.lang]), limit, mark.ellipsis),
    advice: (text) => truncate(visibleProse(text[options.lang]), 5000, mark.ellipsis),
  }
}

/** A heading: what it is, and quietly how much. */
export const heading = (page: Page, title: LocalText, detail = ''): string[] => [
  '',
  ...hang('', page.t(title) + (detail === '' ? '' : `  ${detail}`), page.columns).map((line, at) =>
    at > 0 || detail === ''
      ? page.color.bold(line)
      : page.color.bold(page.t(title)) + page.color.dim(line.slice(page.t(title).length)),
  ),
  '',
]

/** Wrapped text behind a beginning that looks different: `plain` is how the beginning reads, `styled` how it is written. */
export function entry(
  page: Page,
  plain: string,
  styled: string,
  text: string,
  style: (line: string) => string = (line) => line,
): string[] {
  const indent = ' '.repeat(displayWidth(plain))
  return hang(plain, text, page.columns).map((line, at) =>
    at === 0 ? styled + style(line.slice(plain.length)) : indent + style(line.trimStart()),
  )
}

/** A labelled text under an entry, `found: …`; the label is quiet. */
export function labelled(page: Page, indent: number, label: LocalText, text: string): string[] {
  const words = `${page.t(label)}${page.options.lang === 'ja' ? '：' : ': '}`
  const space = ' '.repeat(indent)
  if (displayWidth(words) <= widestLabel) return entry(page, space + words, space + page.color.dim(words), text)
  return wrap(words + text, page.columns - indent - 2).map((line, at) => {
    if (at > 0) return `${space}  ${line}`
    const said = line.startsWith(words) ? words.length : 0
    return space + page.color.dim(line.slice(0, said)) + line.slice(said)
  })
}

/** How a severity looks. Worse is louder; the word is always there. */
export const severityColor = (page: Page, severity: Severity): ((text: string) => string) =>
  severity === 'critical' || severity === 'high'
    ? page.color.red
    : severity === 'medium'
      ? page.color.yellow
      : page.color.dim

/** Mark of a verdict, as it reads and as it is written. */
export function verdictMark(page: Page, verdict: Verdict): { readonly plain: string; readonly styled: string } {
  const { color, mark } = page
  if (verdict === 'fail') return { plain: mark.fail, styled: color.red(mark.fail) }
  if (verdict === 'unknown') return { plain: mark.unknown, styled: color.yellow(mark.unknown) }
  if (verdict === 'pass') return { plain: mark.pass, styled: color.green(mark.pass) }
  return { plain: mark.none, styled: color.dim(mark.none) }
}

/** A component's name as a person knows it, or its id. */
export const componentName = (digest: Digest, id: string): string => visible(digest.names.get(id)?.name ?? id)

/** Where a finding was made: component (unless there is only one), scope, row. */
export function place(page: Page, digest: Digest, at: Pick<Finding, 'component' | 'scope' | 'row'>): string {
  const parts: string[] = []
  if (digest.components.count !== 1 && !isAboutList(at)) parts.push(componentName(digest, at.component))
  if (at.scope) parts.push(`[${visible(at.scope.kind)}:${visible(at.scope.key)}]`)
  if (at.row) parts.push(visible(at.row.name), ...(at.row.version === undefined ? [] : [visible(at.row.version)]))
  return truncate(parts.join(' '), longest, page.mark.ellipsis)
}

/** Numbers of components and rows, `3 components, 12 rows`; nothing when there is only one component and no row. */
export function extent(page: Page, digest: Digest, group: { components: number; rows: number }): string {
  const parts: string[] = []
  if (digest.components.count !== 1 && group.components > 0) {
    parts.push(page.t(amounts.components(group.components)))
  }
  if (group.rows > 0) parts.push(page.t(amounts.rows(group.rows)))
  return parts.join(page.options.lang === 'ja' ? '・' : ', ')
}

/** What was found and asked in one line of an entry, in how many findings, and where some of them were made. */
export interface ValueLine {
  readonly actual: string
  readonly expected: string
  readonly findings: number
  readonly places: readonly string[]
}

/** Examples with the same value share a line: names first, then what was found there. */
export function examplesByValue(page: Page, digest: Digest, group: RequirementGroup): readonly ValueLine[] {
  const lines = new Map<string, ValueLine & { findings: number; places: string[] }>()
  const lineOf = (value: { readonly actual: LocalText; readonly expected: LocalText }) => {
    const actual = page.seen(value.actual)
    const expected = page.seen(value.expected)
    const key = `${actual}\n${expected}`
    const line = lines.get(key) ?? { actual, expected, findings: 0, places: [] }
    lines.set(key, line)
    return line
  }
  for (const value of group.values) lineOf(value).findings += value.findings
  for (const example of group.examples) {
    const where = place(page, digest, example)
    if (where !== '') lineOf(example).places.push(where)
  }
  return [...lines.values()]
}

/** Items in a row, and how many more there are. */
export const listed = (page: Page, items: readonly string[], more: string): string =>
  [...items, ...(more === '' ? [] : [more])].join(page.options.lang === 'ja' ? '、' : ', ')

/** A left and a right part on one line, or under each other when they don't fit. */
export function leftAndRight(page: Page, left: string, right: string, style: (line: string) => string): string[] {
  const room = page.columns - displayWidth(left) - displayWidth(right)
  if (room >= 2) return [style(left) + ' '.repeat(room) + page.color.bold(right)]
  return [...entry(page, '', '', left, style), `  ${page.color.bold(right)}`]
}

/** A table under an entry; where it is too wide, its rows as `title value` one after the other. */
export function tableOrList(
  page: Page,
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
): string[] {
  const lines = tableLines(columns, rows)
  if (lines.every((line) => displayWidth(line) <= page.columns - 2)) {
    return lines.map((line, at) => `  ${at === 0 ? page.color.dim(line) : line}`)
  }
  return rows.flatMap(([first = '', ...cells]) => {
    const words = cells.map((cell, at) => `${columns[at + 1]?.title ?? ''} ${cell}`)
    return [...entry(page, '  ', '  ', first), ...entry(page, '    ', '    ', listed(page, words, ''))]
  })
}
