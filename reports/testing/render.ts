import type { Report, ReportOptions, RunResult } from '../../src/core/run.ts'
import type { Language } from '../../src/core/text.ts'

/** Options of a plain report in one language. */
export const plainOptions = (lang: Language, more: Partial<ReportOptions> = {}): ReportOptions => ({
  lang,
  color: false,
  columns: 80,
  unicode: true,
  rows: false,
  verbose: false,
  timeZone: 'Asia/Tokyo',
  ...more,
})

/** A report as one text. */
export async function rendered(report: Report, result: RunResult, options: ReportOptions): Promise<string> {
  let text = ''
  for await (const piece of report.render(result, options)) text += piece
  return text
}
