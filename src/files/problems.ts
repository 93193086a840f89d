import { Fault } from '../core/fault.ts'
import { compareText } from '../core/order.ts'
import type { Language, LocalText } from '../core/text.ts'
import { displayWidth } from '../text/width.ts'
import { visible } from '../text/safe.ts'

/** One mistake in a file that a user wrote. */
export interface Problem {
  readonly file: string
  /** From 1. */
  readonly line: number
  /** From 1, in characters. */
  readonly column: number
  /** Instead of line and column, where the place has a name of its own: `Sheet1!B12`. */
  readonly place?: string
  /** The offending source, at most a line, with secrets hidden; empty where there is nothing to show. */
  readonly text: string
  /** What stands before and after it on its line, with secrets hidden. */
  readonly around: { readonly before: string; readonly after: string }
  readonly what: LocalText
  /** What to write instead. */
  readonly expected: LocalText
  readonly didYouMean?: string
}

/** Problems of one or several files in reading order. */
export const sortProblems = (problems: readonly Problem[]): readonly Problem[] =>
  [...problems].sort(
    (a, b) =>
      compareText(a.file, b.file) || a.line - b.line || a.column - b.column || compareText(a.what.en, b.what.en),
  )

/** Problems without those that say again, of the same place, what is wrong there: the first one is the most exact. */
export function withoutEchoes(problems: readonly Problem[]): readonly Problem[] {
  const byPlace = new Map<string, Problem>()
  for (const problem of problems) {
    const place = `${problem.file}:${problem.line}:${problem.column}:${problem.text}`
    if (!byPlace.has(place)) byPlace.set(place, problem)
  }
  return [...byPlace.values()]
}

/** More than these are only counted: the first ones usually explain the rest. */
const shownProblems = 50
const longestExcerpt = 100

/**
 * Every problem as `file:line:column: what`, followed by the source line with a caret, what was expected and
 * what was probably meant.
 */
export function formatProblems(problems: readonly Problem[], language: Language): string {
  const sorted = sortProblems(problems)
  const texts = sorted.slice(0, shownProblems).map((problem) => formatProblem(problem, language))
  const more = sorted.length - shownProblems
  if (more > 0) texts.push(language === 'ja' ? `ほかに ${more} 件` : `and ${more} more`)
  return texts.join('\n')
}

function formatProblem(problem: Problem, language: Language): string {
  const place = problem.place === undefined ? `${problem.line}:${problem.column}` : visible(problem.place)
  const lines = [`${visible(problem.file)}:${place}: ${visible(problem.what[language])}`]
  const { before, marked, after } = excerpt(problem)
  if ((before + marked + after).trim() !== '') {
    const number = String(problem.line)
    const caret = ' '.repeat(displayWidth(before)) + '^'.repeat(Math.max(1, displayWidth(marked)))
    lines.push(`  ${number} | ${before}${marked}${after}`, `  ${' '.repeat(number.length)} | ${caret}`)
  }
  lines.push(`  ${language === 'ja' ? '正しい書き方' : 'expected'}: ${visible(problem.expected[language])}`)
  if (problem.didYouMean !== undefined) {
    const meant = visible(problem.didYouMean)
    lines.push(language === 'ja' ? `  「${meant}」のことですか` : `  did you mean “${meant}”?`)
  }
  return lines.join('\n')
}

/** The parts of a line around the offending text, cut where they are long, everything in them visible. */
function excerpt({ text, around }: Problem): { before: string; marked: string; after: string } {
  const before = [...show(around.before)]
  const marked = [...show(text)]
  const after = [...show(around.after)]
  const room = Math.max(20, longestExcerpt - Math.min(before.length, 60) - Math.min(marked.length, 60))
  return {
    before: before.length > 60 ? `…${before.slice(-39).join('')}` : before.join(''),
    marked: marked.length > 60 ? `${marked.slice(0, 59).join('')}…` : marked.join(''),
    after: after.length > room ? `${after.slice(0, room - 1).join('')}…` : after.join(''),
  }
}

const show = (text: string): string => visible(text.replaceAll('\t', ' '))

/** The fault that a command ends with: its text holds every problem, `problemsOf` gives them as data. */
export function problemsFault(problems: readonly Problem[]): Fault {
  const sorted = sortProblems(problems)
  return new Fault(
    'configuration',
    { ja: formatProblems(sorted, 'ja'), en: formatProblems(sorted, 'en') },
    { cause: { problems: sorted } satisfies ProblemCause },
  )
}

interface ProblemCause {
  readonly problems: readonly Problem[]
}

/** The problems that a fault carries; undefined for any other error. */
export function problemsOf(error: unknown): readonly Problem[] | undefined {
  if (!(error instanceof Fault) || typeof error.cause !== 'object' || error.cause === null) return undefined
  return isProblemCause(error.cause) ? error.cause.problems : undefined
}

const isProblemCause = (cause: object): cause is ProblemCause => 'problems' in cause && Array.isArray(cause.problems)
