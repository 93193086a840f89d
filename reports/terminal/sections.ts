import { codeOf } from '../../src/core/exit.ts'
import { severities } from '../../src/core/baseline.ts'
import { rowTypesById, settings } from '../../src/core/catalogue/index.ts'
import type { Counts, RunResult } from '../../src/core/run.ts'
import { severityWords } from '../../src/core/vocabulary.ts'
import { amounts, targetStateWords, verdictWords } from '../../src/text/messages.ts'
import { outcomeOf, outcomeText } from '../../src/text/outcome.ts'
import { visible } from '../../src/text/safe.ts'
import { shownInstant } from '../../src/text/time.ts'
import { displayWidth, padEnd } from '../../src/text/width.ts'
import type { Digest, OpenQuestion, RequirementGroup } from '../digest.ts'
import { messages } from './messages.ts'
import {
  componentName,
  entry,
  examplesByValue,
  extent,
  heading,
  labelled,
  leftAndRight,
  listed,
  type Page,
  place,
  severityColor,
  tableOrList,
  verdictMark,
} from './page.ts'

/** What is shown without `--verbose`: requirements in full, then by name only, questions, and settings of one. */
const shownInFull = 6
const shownByName = 40
const shownQuestions = 6
const shownSettings = 4

/** What was scanned, when, by which version. */
export function headLines(page: Page, result: RunResult, digest: Digest): string[] {
  const { only, count } = digest.components
  const subject = only
    ? `${visible(only.name)} (${only.kind}, ${visible(only.platform)})`
    : listed(page, [page.t(amounts.components(count)), page.t(amounts.targets(result.targets.length))], '')
  const when = shownInstant(result.run.finishedAt, page.options.timeZone)
  const dot = ` ${page.mark.dot} `
  return entry(page, '', '', [`seisa ${visible(result.run.seisa)}`, subject, when].join(dot), page.color.dim)
}

/** One line that says what the result is, with the exit code, its reasons and the numbers below. */
export function verdictLines(page: Page, result: RunResult): string[] {
  const { color, mark, t } = page
  const outcome = outcomeOf(result)
  const calm = outcome === 'clean'
  const open = outcome === 'incomplete' || outcome === 'nothing' || outcome === 'interrupted'
  const paint = calm ? color.green : open ? color.yellow : color.red
  const sign = calm ? mark.pass : open ? mark.unknown : mark.fail
  const left = `${sign} ${t(outcomeText(result))}`
  const earned = codeOf(result.exit.reasons)
  const right = t(
    result.exit.code === 0 && earned !== 0 ? messages.exitZero(earned) : messages.exitCode(result.exit.code),
  )
  const { summary } = result
  const numbers = (
    [
      ['fail', summary.fail],
      ['unknown', summary.unknown],
      ['pass', summary.pass],
      ['excepted', summary.excepted],
      ['not-applicable', summary.notApplicable],
    ] as const
  )
    .filter(([verdict, count]) => count > 0 || verdict === 'fail' || verdict === 'unknown')
    .map(([verdict, count]) => `${t(verdictWords[verdict])} ${count}`)
  return [
    '',
    ...leftAndRight(page, left, right, (line) => color.bold(paint(line))),
    ...entry(page, '  ', '  ', numbers.join(page.options.unicode ? ' · ' : ', ')),
    ...result.exit.reasons.flatMap((reason) => {
      const code = `${reason.code}`
      return entry(page, `  ${code}  `, `  ${color.dim(code)}  `, page.seen(reason.text))
    }),
  ]
}

/** What to put right: one entry a requirement, worst first, with what was found, what is asked, and what to do. */
export function failingLines(page: Page, digest: Digest): string[] {
  const { failing } = digest
  if (failing.length === 0) return []
  // One or two more than the limit may as well stand in full.
  const full = page.options.verbose || failing.length <= shownInFull + 2 ? failing.length : shownInFull
  const named = failing.slice(full, full + shownByName)
  const more = failing.length - full - named.length
  const shown = failing.slice(0, full + named.length)
  const wordWidth = Math.max(...shown.map((group) => displayWidth(page.t(severityWords[group.first.severity]))))
  return [
    ...heading(page, messages.failing, page.t(messages.failingCount(failing.length))),
    ...failing
      .slice(0, full)
      .flatMap((group, at) => [...(at > 0 ? [''] : []), ...failingEntry(page, digest, group, wordWidth)]),
    ...(named.length > 0 ? ['', ...entry(page, '  ', '  ', page.t(messages.alsoFailing), page.color.dim), ''] : []),
    ...named.flatMap((group) => titleLines(page, group, wordWidth, extent(page, digest, group))),
    ...(more > 0 ? entry(page, '  ', '  ', page.t(messages.moreRequirements(more)), page.color.dim) : []),
  ]
}

/** Mark, severity and title of a failing requirement, and on how much where nothing else follows. */
function titleLines(page: Page, { first }: RequirementGroup, wordWidth: number, amount = ''): string[] {
  const mark = verdictMark(page, 'fail')
  const word = padEnd(page.t(severityWords[first.severity]), wordWidth)
  return entry(
    page,
    `  ${mark.plain} ${word}  `,
    `  ${mark.styled} ${severityColor(page, first.severity)(word)}  `,
    page.seen(first.title) + (amount === '' ? '' : `  ${amount}`),
    amount === '' ? page.color.bold : undefined,
  )
}

function failingEntry(page: Page, digest: Digest, group: RequirementGroup, wordWidth: number): string[] {
  const { first } = group
  const { color, t, seen } = page
  const indent = wordWidth + 6
  const lines = titleLines(page, group, wordWidth)
  lines.push(...foundLines(page, digest, group, indent))
  if (first.kind === 'capability-gap')
    lines.push(...entry(page, ' '.repeat(indent), ' '.repeat(indent), t(messages.capabilityGap)))
  if (first.remedy) lines.push(...labelled(page, indent, messages.remedy, page.advice(first.remedy)))
  if (first.loosened) {
    lines.push(...labelled(page, indent, messages.loosened, `${t(messages.loosenedFrom)} ${seen(first.loosened)}`))
  }
  if (first.partial) lines.push(...labelled(page, indent, messages.partial, seen(first.partial)))
  const source = [`${visible(first.baseline)}/${visible(first.requirement)}`]
  if (first.controls.length > 0) source.push(first.controls.map(visible).join(', '))
  lines.push(...entry(page, ' '.repeat(indent), ' '.repeat(indent), source.join('  '), color.dim))
  return lines
}

/** What was found against what is asked. One value everywhere stands on one line; different ones follow each other. */
function foundLines(page: Page, digest: Digest, group: RequirementGroup, indent: number): string[] {
  const { t } = page
  const values = examplesByValue(page, digest, group)
  const shown = page.options.verbose ? values : values.slice(0, 3)
  const others = group.findings - shown.reduce((sum, value) => sum + value.findings, 0)
  const amount = group.findings > 1 ? extent(page, digest, group) : ''
  const lines = shown.flatMap(({ places, actual, expected, findings }, at) => {
    const rest = findings - Math.max(1, places.length)
    const where = listed(page, places, rest > 0 ? t(messages.more(rest)) : '')
    const label = at === 0 && amount !== '' ? messages.onAmount(amount) : messages.on
    return [
      ...comparison(page, indent, actual, expected),
      ...(where === '' ? [] : labelled(page, indent, label, where)),
    ]
  })
  const space = ' '.repeat(indent)
  return others > 0 ? [...lines, ...entry(page, space, space, t(messages.moreValues(others)), page.color.dim)] : lines
}

/** `title: found → asked` where that fits on a line, else both under each other. */
function comparison(page: Page, indent: number, actual: string, expected: string): string[] {
  const subject = /^.*?: /.exec(actual)?.[0] ?? ''
  const repeated = subject !== '' && expected.startsWith(subject) && expected.indexOf(': ', subject.length) < 0
  const line = `${actual} ${page.mark.arrow} ${repeated ? expected.slice(subject.length) : expected}`
  const space = ' '.repeat(indent)
  if (displayWidth(line) <= page.columns - indent) return [space + line]
  return [...labelled(page, indent, messages.found, actual), ...labelled(page, indent, messages.asked, expected)]
}

/** Targets that gave nothing or not all, apart from those whose gaps say the same. */
const troubledTargets = (result: RunResult, digest: Digest): RunResult['targets'] =>
  result.targets.filter(
    ({ state, problems }) =>
      state !== 'ok' && !(state === 'partial' && problems.every((problem) => digest.gapReasons.has(problem.en))),
  )

const shownTargets = (page: Page, troubled: RunResult['targets']): RunResult['targets'] =>
  page.options.verbose ? troubled : troubled.slice(0, 10)

/** What went wrong with them, and what to do about it. */
export function targetLines(page: Page, result: RunResult, digest: Digest): string[] {
  const troubled = troubledTargets(result, digest)
  if (troubled.length === 0) return []
  const shown = shownTargets(page, troubled)
  const mark = verdictMark(page, 'unknown')
  return [
    ...heading(page, messages.targets, page.t(amounts.targets(troubled.length))),
    ...shown.flatMap((target) => [
      ...entry(
        page,
        `  ${mark.plain} `,
        `  ${mark.styled} `,
        `${visible(target.name)} (${visible(target.scanner)}): ${page.t(targetStateWords[target.state])}`,
      ),
      ...target.problems.flatMap((problem) => {
        const next = digest.gapReasons.get(problem.en)
        return [
          ...entry(page, '    ', '    ', page.seen(problem), page.color.dim),
          ...(next ? labelled(page, 4, messages.remedy, page.seen(next)) : []),
        ]
      }),
    ]),
    ...(shown.length < troubled.length
      ? entry(page, '  ', '  ', page.t(messages.more(troubled.length - shown.length)), page.color.dim)
      : []),
  ]
}

/** What could not be read, by what would let it be read. */
export function unreadLines(page: Page, result: RunResult, digest: Digest): string[] {
  const told = new Set(shownTargets(page, troubledTargets(result, digest)).map(({ name }) => name))
  const questions = digest.questions.filter((question) => !isTold(question, told))
  if (questions.length === 0) return []
  const checks = questions.reduce((sum, question) => sum + question.checks, 0)
  const unread = new Set(questions.flatMap((question) => question.what)).size
  const quantities = [
    ...(checks > 0 ? [page.t(messages.undecidedChecks(checks))] : []),
    ...(unread > 0 ? [page.t(messages.unreadSettings(unread))] : []),
  ]
  const shown = page.options.verbose ? questions : questions.slice(0, shownQuestions)
  const more = questions.length - shown.length
  return [
    ...heading(page, messages.unread, listed(page, quantities, '')),
    ...shown.flatMap((question) => questionLines(page, digest, question)),
    ...(more > 0 ? entry(page, '  ', '  ', page.t(messages.more(more)), page.color.dim) : []),
  ]
}

/** What to do about targets that gave nothing, as opposed to the right that something needs. */
const isAdvice = ({ what, checks }: OpenQuestion): boolean => what.length === 0 && checks === 0

/** Nothing but targets that gave nothing, each of them shown with its reason. */
const isTold = (question: OpenQuestion, told: ReadonlySet<string>): boolean =>
  isAdvice(question) && question.moreTargets === 0 && question.targets.every((target) => told.has(target))

function questionLines(page: Page, digest: Digest, question: OpenQuestion): string[] {
  const { t, seen, color } = page
  const mark = verdictMark(page, 'unknown')
  const head = question.needs
    ? `${t(isAdvice(question) ? messages.remedy : messages.needs)}${page.options.lang === 'ja' ? '：' : ': '}${seen(question.needs)}`
    : seen(question.why ?? messages.otherReasons)
  const amount = [
    ...(question.what.length > 0 ? [t(amounts.settings(question.what.length))] : []),
    ...(question.checks > 0 ? [t(amounts.checks(question.checks))] : []),
    ...(digest.components.count > 1 && question.components > 0 ? [t(amounts.components(question.components))] : []),
  ]
  const lines = entry(page, `  ${mark.plain} `, `  ${mark.styled} `, head, color.bold)
  if (question.needs && question.why) lines.push(...labelled(page, 4, messages.why, seen(question.why)))
  if (amount.length > 0) lines.push(...entry(page, '    ', '    ', listed(page, amount, '')))
  const named = [
    ...question.requirements.map((title) => seen(title)),
    ...(question.requirements.length === 0 ? question.what.map((id) => settingTitle(page, id)) : []),
  ]
  const limit = page.options.verbose ? named.length : shownSettings
  const rest = named.length - limit
  if (named.length > 0) {
    const label = question.requirements.length > 0 ? messages.undecided : messages.settings
    lines.push(...labelled(page, 4, label, listed(page, named.slice(0, limit), rest > 0 ? t(messages.more(rest)) : '')))
  }
  if (question.examples.length > 0) {
    const places = question.examples.map((example) => place(page, digest, example))
    const others = question.rows - places.length
    lines.push(...labelled(page, 4, messages.on, listed(page, places, others > 0 ? t(messages.more(others)) : '')))
  }
  return lines
}

/** Title of a setting, of a row type, or of a field of rows (`software.origin`). */
function settingTitle(page: Page, id: string): string {
  const title = settings.get(id)?.title ?? rowTypesById.get(id)?.title
  if (title) return page.t(title)
  const [type = '', field = ''] = id.split('.', 2)
  const rows = rowTypesById.get(type)
  const fieldTitle = rows && Object.hasOwn(rows.fields, field) ? rows.fields[field]?.title : undefined
  if (!rows || !fieldTitle) return visible(id)
  return page.options.lang === 'ja' ? `${rows.title.ja}の${fieldTitle.ja}` : `${rows.title.en}: ${fieldTitle.en}`
}

/** Contradictions, loosenings, approvals: what somebody has to decide or should know about the baselines. */
export function governanceLines(page: Page, result: RunResult, digest: Digest): string[] {
  const { t, seen, mark } = page
  const lines: string[] = []
  const add = (sign: string, text: string): void => {
    lines.push(...entry(page, `  ${sign} `, `  ${page.color.yellow(sign)} `, text))
  }
  for (const { one, other, component, components } of digest.conflicts) {
    const names = [one, other].map((side) => `${visible(side.baseline)}/${visible(side.requirement)}`)
    const where = components > 1 ? t(amounts.components(components)) : componentName(digest, component)
    add(mark.fail, `${names.join(' / ')}: ${t(messages.conflict)} (${where})`)
    lines.push(...entry(page, '    ', '    ', `${seen(one.expected)} / ${seen(other.expected)}`))
    lines.push(...entry(page, '    ', '    ', t(messages.conflictNext), page.color.dim))
  }
  for (const { id, version, approval } of result.run.baselines) {
    if (approval.state === 'unapproved') add(mark.fail, `${visible(id)} v${version}: ${t(messages.unapproved)}`)
  }
  for (const { first } of digest.governance)
    add(mark.fail, `${visible(first.baseline)}/${visible(first.requirement)}: ${seen(first.title)}`)
  for (const { first } of digest.loosened) {
    add(
      '!',
      `${visible(first.baseline)}/${visible(first.requirement)}: ${t(messages.loosened)} (${t(messages.loosenedFrom)} ${first.loosened ? seen(first.loosened) : ''})`,
    )
  }
  for (const baseline of result.run.baselines) {
    for (const { requirement, reason } of baseline.disabled) {
      add('!', `${visible(baseline.id)}/${visible(requirement)}: ${t(messages.disabled)} (${visible(reason)})`)
    }
  }
  return lines.length === 0 ? [] : [...heading(page, messages.governance), ...lines]
}

/** Departures that somebody signed for; the actual value stays visible. */
export function exceptedLines(page: Page, digest: Digest): string[] {
  if (digest.excepted.length === 0) return []
  const mark = verdictMark(page, 'excepted')
  return [
    ...heading(page, messages.excepted, page.t(amounts.requirements(digest.excepted.length))),
    ...digest.excepted.flatMap((group) => {
      const { first } = group
      const until = first.exception
        ? ` (${visible(first.exception.id)}, ${page.t(messages.expires)} ${visible(first.exception.expiresOn)})`
        : ''
      return [
        ...entry(page, `  ${mark.plain} `, `  ${mark.styled} `, `${page.seen(first.title)}${until}`),
        ...foundLines(page, digest, group, 4),
      ]
    }),
  ]
}

/** Numbers by baseline and by severity, everything counted. */
export function countLines(page: Page, result: RunResult, digest: Digest): string[] {
  const { t } = page
  const verdicts = ['fail', 'unknown', 'excepted', 'pass', 'not-applicable'] as const
  const columns = [
    { title: t(messages.baseline) },
    ...verdicts.map((verdict) => ({ title: t(verdictWords[verdict]), align: 'end' as const })),
  ]
  const cells = (counts: Counts): string[] =>
    [counts.fail, counts.unknown, counts.excepted, counts.pass, counts.notApplicable].map(String)
  const byBaseline = Object.entries(result.summary.byBaseline)
  const rows = byBaseline.map(([id, counts]) => [visible(id), ...cells(counts)])
  if (byBaseline.length !== 1) rows.push([t(messages.all), ...cells(result.summary)])
  const used = severities.filter((severity) => digest.failBySeverity[severity] + digest.unknownBySeverity[severity] > 0)
  const bySeverity = used.map((severity) => [
    t(severityWords[severity]),
    String(digest.failBySeverity[severity]),
    String(digest.unknownBySeverity[severity]),
  ])
  const severityColumns = [{ title: t(messages.severity) }, ...columns.slice(1, 3)]
  return [
    ...heading(page, messages.counts),
    ...tableOrList(page, columns, rows),
    ...(bySeverity.length > 0 ? ['', ...tableOrList(page, severityColumns, bySeverity)] : []),
    ...(page.options.verbose ? [] : ['', ...entry(page, '', '', t(messages.hint), page.color.dim)]),
  ]
}
