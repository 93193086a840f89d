import type { Report, ReportOptions, RunResult } from '../../src/core/run.ts'
import { digest } from '../digest.ts'
import { findingLines } from './every-finding.ts'
import { messages } from './messages.ts'
import { heading, pageFor } from './page.ts'
import {
  countLines,
  exceptedLines,
  failingLines,
  governanceLines,
  headLines,
  targetLines,
  unreadLines,
  verdictLines,
} from './sections.ts'

/** What a person reads after a scan: the verdict first, then what to do, then what is not known, then the numbers. */
export const terminal: Report = {
  id: 'terminal',
  title: messages.title,
  extension: 'txt',
  async *render(result: RunResult, options: ReportOptions) {
    const page = pageFor(options)
    const gathered = await digest(result, { examples: options.verbose ? 50 : 5 })
    const shows = (verdict: 'fail' | 'unknown' | 'excepted'): boolean => !options.only || options.only.has(verdict)

    yield lines(headLines(page, result, gathered))
    yield lines(verdictLines(page, result))
    if (shows('fail')) yield lines(failingLines(page, gathered))
    yield lines(targetLines(page, result, gathered))
    if (shows('unknown')) yield lines(unreadLines(page, result, gathered))
    yield lines(governanceLines(page, result, gathered))
    if (shows('excepted')) yield lines(exceptedLines(page, gathered))
    yield lines(countLines(page, result, gathered))
    if (!options.verbose) return
    yield lines(heading(page, messages.allFindings))
    for await (const finding of result.findings()) {
      if (!options.only || options.only.has(finding.verdict)) yield lines(findingLines(page, finding))
    }
  },
}

const lines = (text: readonly string[]): string => text.map((line) => `${line}\n`).join('')
