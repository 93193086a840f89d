import type { Problem } from './problems.ts'

/** Start and end of a piece of source, as offsets; the end is exclusive. */
export type Range = readonly [number, number]

/** What a problem says apart from its place. */
export type Says = Pick<Problem, 'what' | 'expected' | 'didYouMean'>

/** Stands for a text that must not be shown. */
const hiddenText = '***'

/** Makes problems out of places in one source text, without ever quoting what lies in `hidden`. */
export function problemMaker(
  file: string,
  text: string,
  hidden: readonly Range[],
): (range: Range, says: Says) => Problem {
  const lineStarts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1)
  return ([start, end], says) => {
    const line = lineOf(lineStarts, Math.min(start, text.length))
    const lineStart = lineStarts[line - 1] ?? 0
    const lineEnd = endOfLine(text, lineStart)
    const from = Math.min(Math.max(start, lineStart), lineEnd)
    const to = Math.min(Math.max(end, from), lineEnd)
    const quote = (begin: number, stop: number): string => quoteWithout(text, begin, stop, hidden, lineStart)
    return {
      file,
      line,
      column: Array.from(text.slice(lineStart, start)).length + 1,
      text: quote(from, to),
      around: { before: quote(lineStart, from), after: quote(to, lineEnd) },
      ...says,
    }
  }
}

/** Last line that starts at or before an offset, from 1. */
function lineOf(lineStarts: readonly number[], offset: number): number {
  let low = 0
  let high = lineStarts.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if ((lineStarts[middle] ?? 0) <= offset) low = middle
    else high = middle
  }
  return low + 1
}

function endOfLine(text: string, start: number): number {
  const found = text.indexOf('\n', start)
  const end = found === -1 ? text.length : found
  return end > start && text[end - 1] === '\r' ? end - 1 : end
}

/** A hidden piece is marked once, where it starts, or at the start of the line that it reaches into. */
function quoteWithout(text: string, from: number, to: number, hidden: readonly Range[], lineStart: number): string {
  let quoted = ''
  let at = from
  for (const [start, end] of [...hidden].sort((a, b) => a[0] - b[0])) {
    if (end <= at || start >= to) continue
    if (start >= at) quoted += text.slice(at, start) + hiddenText
    else if (at === lineStart) quoted += hiddenText
    at = end
  }
  return at < to ? quoted + text.slice(at, to) : quoted
}
