import type { Finding } from '../../src/core/run.ts'
import type { Language, LocalText } from '../../src/core/text.ts'
import { severityWords } from '../../src/core/vocabulary.ts'
import { noRemedy, verdictWords } from '../../src/text/messages.ts'
import { messages } from './messages.ts'
import { type Case, element } from './xml.ts'

/** A finding as a test case. Its name is the same in every run and language: CI keeps a history by it. */
export function testCase(finding: Finding, componentName: string, lang: Language): Case {
  const scope = finding.scope ? ` [${finding.scope.kind}:${finding.scope.key}]` : ''
  const row = finding.row ? ` ${finding.row.type}:${finding.row.key}` : ''
  return {
    name: `${finding.requirement}${scope}${row}`,
    classname: `${finding.baseline}.${componentName}`,
    outcome: outcome(finding, lang),
  }
}

function outcome(finding: Finding, lang: Language): string {
  const say = (text: LocalText): string => text[lang]
  const line = (label: LocalText, text: string): string => `${say(label)}: ${text}`
  const { verdict, reason, exception } = finding
  switch (verdict) {
    case 'pass':
      return ''
    case 'fail':
      return element('failure', finding.kind, `${say(finding.title)}: ${say(finding.actual)}`, [
        line(messages.found, say(finding.actual)),
        line(messages.asked, say(finding.expected)),
        ...details(finding, line, say),
        line(messages.remedy, say(finding.remedy ?? noRemedy)),
      ])
    case 'unknown':
      return element('error', 'unknown', `${say(finding.title)}: ${say(reason ?? verdictWords.unknown)}`, [
        line(messages.why, say(reason ?? verdictWords.unknown)),
        ...(finding.needs ? [line(messages.needs, say(finding.needs))] : []),
        ...details(finding, line, say),
      ])
    case 'excepted':
      return element(
        'skipped',
        '',
        exception
          ? `${say(verdictWords.excepted)} ${exception.id} (${exception.expiresOn})`
          : say(verdictWords.excepted),
        [line(messages.found, say(finding.actual)), line(messages.asked, say(finding.expected))],
      )
    case 'not-applicable':
      return element('skipped', '', say(reason ?? verdictWords['not-applicable']), [])
  }
}

function details(
  finding: Finding,
  line: (label: LocalText, text: string) => string,
  say: (text: LocalText) => string,
): string[] {
  const evidence = finding.evidence.map((ref) => (ref.at === undefined ? ref.source : `${ref.source} ${ref.at}`))
  return [
    line(messages.severity, say(severityWords[finding.severity])),
    line(messages.component, finding.component),
    ...(finding.row?.version === undefined ? [] : [line(messages.version, finding.row.version)]),
    ...(finding.partial ? [line(messages.partial, say(finding.partial))] : []),
    ...(finding.controls.length > 0 ? [line(messages.clauses, finding.controls.join(', '))] : []),
    ...(evidence.length > 0 ? [line(messages.evidence, evidence.join(' | '))] : []),
  ]
}
