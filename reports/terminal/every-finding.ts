import type { Finding } from '../../src/core/run.ts'
import { severityWords } from '../../src/core/vocabulary.ts'
import { amounts, verdictWords } from '../../src/text/messages.ts'
import { visible } from '../../src/text/safe.ts'
import { messages } from './messages.ts'
import { entry, labelled, type Page, severityColor, verdictMark } from './page.ts'

/** One finding in full, for `--verbose`. Component ids stand here instead of names: they are exact. */
export function findingLines(page: Page, finding: Finding): string[] {
  const { t, seen, color } = page
  const words = `${t(verdictWords[finding.verdict])} ${t(severityWords[finding.severity])}`
  const where = [
    visible(finding.component),
    finding.scope ? `[${visible(finding.scope.kind)}:${visible(finding.scope.key)}]` : '',
    finding.row ? `${visible(finding.row.type)}:${visible(finding.row.name)}` : '',
    visible(finding.row?.version ?? ''),
    finding.count === undefined ? '' : `(${t(amounts.rows(finding.count))})`,
  ].filter((part) => part !== '')
  const evidence = finding.evidence.map((ref) => visible(ref.at === undefined ? ref.source : `${ref.source} ${ref.at}`))
  const mark = verdictMark(page, finding.verdict)
  const lines = [
    ...entry(
      page,
      `  ${mark.plain} ${words}  `,
      `  ${mark.styled} ${severityColor(page, finding.severity)(words)}  `,
      seen(finding.title),
    ),
    ...entry(
      page,
      '    ',
      '    ',
      [...where, `${visible(finding.baseline)}/${visible(finding.requirement)}`].join('  '),
      color.dim,
    ),
  ]
  if (finding.verdict === 'fail' || finding.verdict === 'pass' || finding.verdict === 'excepted') {
    lines.push(...labelled(page, 4, messages.found, seen(finding.actual)))
    lines.push(...labelled(page, 4, messages.asked, seen(finding.expected)))
  }
  if (finding.reason) lines.push(...labelled(page, 4, messages.why, seen(finding.reason)))
  if (finding.needs) lines.push(...labelled(page, 4, messages.needs, seen(finding.needs)))
  if (evidence.length > 0) lines.push(...labelled(page, 4, messages.evidence, evidence.join(' | ')))
  if (finding.controls.length > 0) {
    lines.push(...labelled(page, 4, messages.clauses, finding.controls.map(visible).join(', ')))
  }
  return lines
}
