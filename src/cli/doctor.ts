import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import type { GapResult } from '../core/run.ts'
import type { CollectRun, Target } from '../core/scanner.ts'
import type { LocalText } from '../core/text.ts'
import { gapsOf } from '../scan/gaps.ts'
import { noTargets } from '../scan/no-targets.ts'
import { limitsOfTarget, type RunLimits, runAll } from '../scan/schedule.ts'
import { localeIsUtf8 } from '../text/language.ts'
import { visible } from '../text/safe.ts'
import { symbols } from '../text/terminal.ts'
import type { SshSettings } from '../transport/ssh/settings.ts'
import type { App } from './app.ts'
import { sudoText } from './doctor-sudo.ts'
import { checkEnrolFlags, type Enrolled, type EnrolFlags, enrolTargets } from './enrol.ts'
import { enrolmentJson } from './enrol-text.ts'
import { addExamples, makeCommand, repeatable } from './help.ts'
import { snapshotsOfTarget } from './read-snapshots.ts'
import { readLimits, usualConcurrency } from './scan-options.ts'
import { quietProgressOf } from './scan-progress.ts'
import { addHostOptions, addTargetOptions, select, type TargetFlags } from './select-options.ts'
import { doctorWords as words, enrolMessages, scanWords } from './words.ts'

interface DoctorFlags extends TargetFlags, EnrolFlags {
  readonly json?: true
  readonly concurrency?: string
  readonly color?: boolean
}

/** `seisa doctor`. */
export function doctorCommand(app: App, done: (code: number) => void): Command {
  const lang = app.language
  const command = addTargetOptions(makeCommand('doctor', words.description, lang), lang)
    .option('--enrol', words.enrol[lang])
    .option('--accept <FINGERPRINT>', words.accept[lang], repeatable, [])
    .option('--replace', words.replace[lang])
    .option('--concurrency <N>', `${scanWords.concurrency[lang]} (${usualConcurrency})`)
    .option('--json', scanWords.json[lang])
    .action(async (flags: DoctorFlags) => done(await runDoctor(app, flags)))
  addHostOptions(command, lang)
  return addExamples(
    command,
    [
      { command: 'seisa doctor --here', what: words.example },
      { command: 'seisa doctor --host admin@web-1', what: words.exampleHost },
      { command: 'seisa doctor --enrol --host admin@web-1', what: words.exampleEnrol },
      { command: 'seisa doctor --enrol', what: words.exampleEnrolAll },
    ],
    lang,
  )
}

/** What doctor found of one target. */
interface Examination {
  readonly target: Target
  readonly settings?: SshSettings
  readonly problem?: LocalText
  readonly next?: LocalText
  readonly gaps: readonly GapResult[]
}

async function runDoctor(app: App, flags: DoctorFlags): Promise<number> {
  checkEnrolFlags(app, flags)
  const { project, targets, begin } = await select(app, flags)
  if (targets.length === 0) throw noTargets({ ja: '調べる対象がない', en: 'there is nothing to examine' })
  const limits = readLimits(flags, project)
  const run = begin()
  let enrolled: Enrolled | undefined
  let found: readonly Examination[]
  try {
    const ways = await waysOf(targets, run)
    const settings = new Map(ways.map((way) => [way.target, way.settings]))
    enrolled = flags.enrol ? await enrolTargets(app, ways, flags, { run, limits }) : undefined
    found = await examineAll(app, targets, settings, { run, limits, color: flags.color })
  } finally {
    await run.end()
  }
  if (flags.json) await app.stdout.write(`${JSON.stringify(jsonOf(found, enrolled), null, 2)}\n`)
  else await app.stdout.write(`${found.map((one) => examinationText(app, one)).join('\n')}${sudoOf(app, found)}`)
  const unused = enrolled?.unused ?? []
  for (const one of unused) await app.stderr.write(`seisa: ${enrolMessages.unused(one)[app.language]}\n`)
  const whole = found.every((one) => one.problem === undefined && one.gaps.length === 0)
  return whole && unused.length === 0 ? 0 : 3
}

/** How each target is reached over SSH; one whose options can't be followed is left to its examination. */
async function waysOf(
  targets: readonly Target[],
  run: CollectRun,
): Promise<readonly { readonly target: Target; readonly settings: SshSettings }[]> {
  const over = targets.filter(({ options }) => typeof options['host'] === 'string')
  if (over.length === 0) return []
  const [{ resolveSshSettings }, { surroundingsOf }] = await Promise.all([
    import('../transport/ssh/resolve.ts'),
    import('../transport/ssh/surroundings.ts'),
  ])
  const ways: { readonly target: Target; readonly settings: SshSettings }[] = []
  for (const target of over) {
    try {
      ways.push({ target, settings: await resolveSshSettings(target, surroundingsOf(run)) })
    } catch (cause) {
      if (!(cause instanceof Fault)) throw cause
    }
  }
  return ways
}

/** Examinations in the order of the targets, as many at once as the limits allow. */
async function examineAll(
  app: App,
  targets: readonly Target[],
  settings: ReadonlyMap<Target, SshSettings>,
  { run, limits, color }: { readonly run: CollectRun; readonly limits: RunLimits; readonly color: boolean | undefined },
): Promise<readonly Examination[]> {
  const found = new Map<Target, Examination>()
  const progress = quietProgressOf(app, targets.length, color)
  try {
    await runAll({
      items: targets,
      limitsOf: (target) => limitsOfTarget(target, limits),
      signal: app.signal,
      work: async (target) => {
        progress.event({ type: 'start', target: target.name })
        progress.event({ type: 'phase', target: target.name, phase: words.collecting })
        const way = settings.get(target)
        const one = await examine(app, target, run)
        found.set(target, { ...one, ...(way && { settings: way }) })
        const state = one.problem ? 'unreachable' : 'ok'
        progress.event({ type: 'done', target: target.name, state, ...(one.problem && { problem: one.problem }) })
      },
    })
  } finally {
    progress.close()
  }
  return targets.flatMap((target) => found.get(target) ?? [])
}

async function examine(app: App, target: Target, run: CollectRun): Promise<Examination> {
  try {
    const snapshots = await snapshotsOfTarget(app, target, run)
    const gaps = snapshots.flatMap((snapshot) => gapsOf(snapshot, target.name))
    if (snapshots.length > 0) return { target, gaps }
    return { target, gaps: [], problem: { ja: '何も読めない', en: 'nothing could be read' } }
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    return { target, gaps: [], problem: cause.what, ...(cause.next && { next: cause.next }) }
  }
}

const jsonOf = (found: readonly Examination[], enrolled: Enrolled | undefined): object => ({
  targets: found.map(({ target, settings, problem, next, gaps }) => ({
    target: target.name,
    ...(problem && { problem }),
    ...(next && { next }),
    ...(settings?.notes && settings.notes.length > 0 && { notes: settings.notes }),
    gaps,
  })),
  ...(enrolled && { enrolment: enrolled.enrolments.map(enrolmentJson), unusedAccept: enrolled.unused }),
})

function examinationText(app: App, { target: { name: target }, settings, problem, next, gaps }: Examination): string {
  const lang = app.language
  const mark = symbols(localeIsUtf8(app.env))
  const notes = (settings?.notes ?? []).map((note) => `    ${visible(note[lang])}`)
  if (problem) {
    const lines = [`${mark.fail} ${visible(target)}: ${words.unreached[lang]}`, `    ${visible(problem[lang])}`]
    return `${[...lines, ...(next ? [`    ${visible(next[lang])}`] : []), ...notes].join('\n')}\n`
  }
  if (gaps.length === 0) {
    const line = `${mark.pass} ${visible(target)}: ${words.reached[lang]}, ${words.everything[lang]}`
    return `${[line, ...notes].join('\n')}\n`
  }
  const byNeed = Map.groupBy(gaps, (gap) => gap.needs?.[lang] ?? '')
  const lines = [...byNeed.entries()].flatMap(([need, group]) => {
    const count = new Set(group.flatMap((gap) => gap.what)).size
    const heading = need === '' ? '' : `  ${words.missing[lang]}: ${visible(need)} (${count} ${words.items[lang]})`
    return [...(heading ? [heading] : []), ...group.flatMap((gap) => gapLines(gap, lang))]
  })
  return `${[`${mark.unknown} ${visible(target)}: ${words.reached[lang]}`, ...notes, ...lines].join('\n')}\n`
}

const gapLines = (gap: GapResult, lang: 'ja' | 'en'): readonly string[] => [
  `    ${visible(gap.why[lang])}`,
  `      ${gap.what.slice(0, 12).map(visible).join(', ')}${gap.what.length > 12 ? ` … (${gap.what.length})` : ''}`,
]

/** For the targets that would give more to root. */
function sudoOf(app: App, found: readonly Examination[]): string {
  const collector = app.collectors.get('linux')
  const lacking = found.filter(
    (one) => one.gaps.some((gap) => gap.needs?.en.includes('root')) || one.problem?.en.includes('sudo'),
  )
  return collector ? sudoText(lacking, collector().hash, app.language) : ''
}
