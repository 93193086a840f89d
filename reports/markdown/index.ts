import { isAboutList, type Report, type ReportOptions, type RunResult } from '../../src/core/run.ts'
import type { LocalText } from '../../src/core/text.ts'
import { severityWords } from '../../src/core/vocabulary.ts'
import { amounts, targetStateWords, verdictWords } from '../../src/text/messages.ts'
import { outcomeOf, outcomeText } from '../../src/text/outcome.ts'
import { markdownCode, markdownText, visible, visibleProse } from '../../src/text/safe.ts'
import { shownInstant } from '../../src/text/time.ts'
import { truncate } from '../../src/text/width.ts'
import { type Digest, digest, type RequirementGroup } from '../digest.ts'
import { messages } from './messages.ts'

/** Entries of one list without `--verbose`: a comment on a forge has a limit (65,536 characters on GitHub). */
const shownEntries = 50

/** For tickets and pull requests: verdict, what fails, what could not be read. Names from a target can't become markup. */
export const markdown: Report = {
  id: 'markdown',
  title: messages.title,
  extension: 'md',
  async *render(result: RunResult, options: ReportOptions) {
    const gathered = await digest(result, { examples: options.verbose ? 20 : 3 })
    const writer = writerFor(options, gathered)
    const shows = (verdict: 'fail' | 'unknown' | 'excepted'): boolean => !options.only || options.only.has(verdict)
    yield block(head(writer, result))
    if (shows('fail')) yield block(failing(writer))
    yield block(targets(writer, result))
    if (shows('unknown')) yield block(unread(writer))
    yield block(governance(writer, result))
    if (shows('excepted')) yield block(excepted(writer))
  },
}

const block = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('')

interface Writer {
  readonly digest: Digest
  readonly limit: number
  readonly timeZone: string
  readonly separator: string
  /** Own words. */
  readonly t: (text: LocalText) => string
  /** Words that are not ours. */
  readonly seen: (text: LocalText) => string
  /** A name or id. */
  readonly code: (text: string) => string
}

const writerFor = (options: ReportOptions, gathered: Digest): Writer => ({
  digest: gathered,
  limit: options.verbose ? Number.POSITIVE_INFINITY : shownEntries,
  timeZone: options.timeZone,
  separator: options.lang === 'ja' ? '、' : ', ',
  t: (text) => text[options.lang],
  seen: (text) => markdownText(truncate(visibleProse(text[options.lang]), 500)),
  code: (text) => markdownCode(truncate(visible(text), 200)),
})

/** A table; every cell is already Markdown. */
const table = (titles: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  `| ${titles.join(' | ')} |`,
  `|${titles.map(() => ' --- |').join('')}`,
  ...rows.map((row) => `| ${row.join(' | ')} |`),
]

const section = (writer: Writer, title: LocalText, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ['', `## ${writer.t(title)}`, '', ...lines]

function head(writer: Writer, result: RunResult): string[] {
  const { t, seen, code } = writer
  const { only, count } = writer.digest.components
  const subject = only
    ? `${code(only.name)} (${only.kind}, ${code(only.platform)})`
    : `${t(amounts.components(count))}${writer.separator}${t(amounts.targets(result.targets.length))}`
  const sign = outcomeOf(result) === 'clean' ? '✓' : result.summary.fail > 0 ? '✗' : '?'
  const titles = (['fail', 'unknown', 'excepted', 'pass', 'not-applicable'] as const).map((verdict) =>
    t(verdictWords[verdict]),
  )
  return [
    `# ${sign} ${t(outcomeText(result))} (${t(messages.exitCode(result.exit.code))})`,
    '',
    `${subject}, ${shownInstant(result.run.finishedAt, writer.timeZone)}, seisa ${code(result.run.seisa)}`,
    '',
    ...result.exit.reasons.map((reason) => `- ${reason.code}: ${seen(reason.text)}`),
    ...(result.exit.reasons.length > 0 ? [''] : []),
    ...table(
      [t(messages.baseline), ...titles],
      Object.entries(result.summary.byBaseline).map(([id, counts]) => [
        code(id),
        ...[counts.fail, counts.unknown, counts.excepted, counts.pass, counts.notApplicable].map(String),
      ]),
    ),
  ]
}

function place(writer: Writer, at: RequirementGroup['examples'][number]): string {
  const parts: string[] = []
  if (writer.digest.components.count !== 1 && !isAboutList(at))
    parts.push(writer.digest.names.get(at.component)?.name ?? at.component)
  if (at.scope) parts.push(`[${at.scope.kind}:${at.scope.key}]`)
  if (at.row) parts.push(at.row.name, ...(at.row.version === undefined ? [] : [at.row.version]))
  return parts.length === 0 ? '' : writer.code(parts.join(' '))
}

function places(writer: Writer, group: RequirementGroup): string {
  const shown = group.examples.map((example) => place(writer, example)).filter((text) => text !== '')
  const rest = group.findings - group.examples.length
  return [...new Set(shown), ...(rest > 0 ? [writer.t(messages.more(rest))] : [])].join(writer.separator)
}

/** What was found; several values with how often each. */
function found({ seen, separator, t }: Writer, { first, values, findings }: RequirementGroup): string {
  if (values.length < 2) return seen(first.actual)
  const shown = values.slice(0, 3)
  const rest = findings - shown.reduce((sum, value) => sum + value.findings, 0)
  const told = shown.map((value) => `${seen(value.actual)} (${value.findings})`)
  return [...told, ...(rest > 0 ? [t(messages.more(rest))] : [])].join(separator)
}

const idOf = (writer: Writer, group: RequirementGroup): string =>
  writer.code(`${group.first.baseline}/${group.first.requirement}`)

function moreLines(writer: Writer, total: number): string[] {
  return total > writer.limit ? ['', writer.t(messages.more(total - writer.limit))] : []
}

function failing(writer: Writer): string[] {
  const { t, seen, digest: gathered } = writer
  const shown = gathered.failing.slice(0, writer.limit)
  if (shown.length === 0) return []
  const rows = shown.map((group) => [
    t(severityWords[group.first.severity]),
    `${seen(group.first.title)} ${idOf(writer, group)}`,
    found(writer, group),
    seen(group.first.expected),
    places(writer, group),
    group.first.controls.map(writer.code).join(writer.separator),
  ])
  const remedies = shown.flatMap(({ first }) => [
    ...(first.remedy ? [`- **${seen(first.title)}** ${seen(first.remedy)}`] : []),
    ...(first.partial ? [`  - ${t(messages.partial)}: ${seen(first.partial)}`] : []),
  ])
  const titles = [
    messages.severity,
    messages.requirement,
    messages.found,
    messages.asked,
    messages.where,
    messages.clauses,
  ]
  return [
    ...section(writer, messages.failing, table(titles.map(t), rows)),
    ...moreLines(writer, gathered.failing.length),
    ...section(writer, messages.remedies, remedies),
  ]
}

function targets(writer: Writer, result: RunResult): string[] {
  const troubled = result.targets.filter((target) => target.state !== 'ok')
  const lines = troubled.slice(0, writer.limit).map((target) => {
    const problems = target.problems.map(writer.seen).join(writer.separator)
    return `- ${writer.code(target.name)}: ${writer.t(targetStateWords[target.state])}${problems === '' ? '' : `. ${problems}`}`
  })
  return [...section(writer, messages.targets, lines), ...moreLines(writer, troubled.length)]
}

function unread(writer: Writer): string[] {
  const { t, seen, digest: gathered } = writer
  if (gathered.questions.length === 0) return []
  const rows = gathered.questions
    .slice(0, writer.limit)
    .map((question) => [
      question.needs ? seen(question.needs) : '',
      question.why ? seen(question.why) : '',
      [
        ...(question.what.length > 0 ? [t(amounts.settings(question.what.length))] : []),
        ...(question.checks > 0 ? [t(amounts.checks(question.checks))] : []),
      ].join(writer.separator),
      question.requirements.slice(0, 5).map(seen).join(writer.separator),
    ])
  const titles = [messages.needs, messages.reason, messages.amount, messages.requirement]
  return [
    ...section(writer, messages.unread, table(titles.map(t), rows)),
    ...moreLines(writer, gathered.questions.length),
  ]
}

function governance(writer: Writer, result: RunResult): string[] {
  const { t, seen, code, digest: gathered } = writer
  const lines = [
    ...gathered.conflicts.map(
      ({ one, other, components }) =>
        `- ${[one, other].map((side) => `${code(`${side.baseline}/${side.requirement}`)} (${seen(side.expected)})`).join(' / ')}: ${t(messages.conflict)} (${t(amounts.components(components))})`,
    ),
    ...result.run.baselines
      .filter((baseline) => baseline.approval.state === 'unapproved')
      .map((baseline) => `- ${code(`${baseline.id} v${baseline.version}`)}: ${t(messages.unapproved)}`),
    ...gathered.governance.map((group) => `- ${idOf(writer, group)}: ${seen(group.first.title)}`),
    ...gathered.loosened.map(
      (group) =>
        `- ${idOf(writer, group)}: ${t(messages.loosened)}: ${group.first.loosened ? seen(group.first.loosened) : ''}`,
    ),
    ...result.run.baselines.flatMap((baseline) =>
      baseline.disabled.map(
        ({ requirement, reason }) =>
          `- ${code(`${baseline.id}/${requirement}`)}: ${t(messages.disabled)} (${seen({ ja: reason, en: reason })})`,
      ),
    ),
  ]
  return section(writer, messages.governance, lines)
}

function excepted(writer: Writer): string[] {
  const lines = writer.digest.excepted.slice(0, writer.limit).map((group) => {
    const { exception, title, actual } = group.first
    const until = exception ? ` (${writer.code(exception.id)}, ${writer.t(messages.until)} ${exception.expiresOn})` : ''
    return `- ${writer.seen(title)}${until}: ${writer.seen(actual)}`
  })
  return [...section(writer, messages.excepted, lines), ...moreLines(writer, writer.digest.excepted.length)]
}
