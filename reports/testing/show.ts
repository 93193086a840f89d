// Prints a sample result through a report: node reports/testing/show.ts terminal oneMachine ja
import type { Language } from '../../src/core/text.ts'
import type { Report } from '../../src/core/run.ts'
import { columnsOf } from '../../src/text/terminal.ts'
import * as samples from './samples.ts'

const [format = 'terminal', sample = 'oneMachine', lang = 'ja', ...flags] = process.argv.slice(2)
const reports: Readonly<Record<string, Report>> = await import(`../${format}/index.ts`)
const report = reports[format]
const result = { ...samples }[sample]
if (!report || typeof result !== 'object' || !('findings' in result)) throw new Error(`no ${format} or ${sample}`)
const options = {
  lang: lang as Language,
  color: process.stdout.isTTY && !flags.includes('plain'),
  columns: columnsOf(process.stdout, process.env),
  unicode: !flags.includes('ascii'),
  rows: true,
  verbose: flags.includes('verbose'),
  timeZone: 'Asia/Tokyo',
}
for await (const text of report.render(result, options)) process.stdout.write(text)
