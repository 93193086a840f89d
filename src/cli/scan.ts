import { randomBytes } from 'node:crypto'
import { type Command, Option } from 'commander'
import { severities, type Severity } from '../core/baseline.ts'
import { parseDuration } from '../core/duration.ts'
import { Fault } from '../core/fault.ts'
import { type Report, type ReportOptions, type Verdict, verdicts } from '../core/run.ts'
import { writeFileAtomically } from '../files/write.ts'
import { bundleSources } from '../scan/bundle.ts'
import { type FinishedScan, scan, type Source } from '../scan/scan.ts'
import { takeLock } from '../store/lock.ts'
import { localeIsUtf8 } from '../text/language.ts'
import { laterByTimer, showProgress } from '../text/progress.ts'
import { colorAllowed, columnsOf } from '../text/terminal.ts'
import { japan } from '../text/time.ts'
import type { App } from './app.ts'
import { chooseBaselines, type ChosenBaselines } from './baselines.ts'
import { addExamples, hintOf, makeCommand } from './help.ts'
import { type Project, readProject } from './project.ts'
import { fromHere, hereTarget, namedTargets, usualTimeoutSeconds } from './select.ts'
import { scanWords as words } from './words.ts'

interface ScanFlags {
  readonly here?: true
  readonly config?: string
  readonly target: readonly string[]
  readonly from: readonly string[]
  readonly baseline: readonly string[]
  readonly deep?: true
  readonly simulateUpgrade?: true
  readonly format: readonly string[]
  readonly json?: true
  readonly only?: string
  readonly rows?: true
  readonly failOn: Severity | 'never'
  readonly allowIncomplete?: true
  readonly exitZero?: true
  readonly asOf?: string
  readonly maxAge?: string
  readonly timeout?: string
  readonly concurrency?: string
  readonly verbose?: true
  readonly quiet?: true
  readonly color: boolean
}

const gather = (value: string, before: readonly string[]): readonly string[] => [...before, value]

/** `seisa scan`. `done` receives the exit code. */
export function scanCommand(app: App, done: (code: number) => void): Command {
  const lang = app.language
  const formats = [...app.reports.keys()].join(', ')
  const command = makeCommand('scan', words.description, lang)
    .option('--here', words.here[lang])
    .option('--config <FILE>', words.config[lang])
    .option('--target <NAME>', words.target[lang], gather, [])
    .option('--from <BUNDLE>', words.from[lang], gather, [])
    .option('--baseline <ID|FILE>', words.baseline[lang], gather, [])
    .option('--deep', words.deep[lang])
    .option('--simulate-upgrade', words.simulateUpgrade[lang])
    .option('--format <FORMAT[=PATH]>', `${words.format[lang]} (${formats})`, gather, [])
    .option('--json', words.json[lang])
    .option('--only <VERDICTS>', words.only[lang])
    .option('--rows', words.rows[lang])
    .addOption(new Option('--fail-on <SEVERITY>', words.failOn[lang]).choices([...severities, 'never']).default('low'))
    .option('--allow-incomplete', words.allowIncomplete[lang])
    .option('--exit-zero', words.exitZero[lang])
    .option('--as-of <INSTANT>', words.asOf[lang])
    .option('--max-age <DURATION>', `${words.maxAge[lang]} (30d)`)
    .option('--timeout <DURATION>', `${words.timeout[lang]} (5m; --deep: 2h)`)
    .option('--concurrency <N>', `${words.concurrency[lang]} (8)`)
    .option('-v, --verbose', words.verbose[lang])
    .option('-q, --quiet', words.quiet[lang])
    .action(async (flags: ScanFlags) => done(await runScan(app, flags)))
  addExamples(
    command,
    [
      { command: 'seisa scan --here', what: words.exampleHere },
      { command: 'seisa scan --here --exit-zero --verbose', what: words.exampleLook },
      { command: 'seisa scan --format terminal --format junit=seisa.xml', what: words.exampleCi },
      { command: 'seisa scan --here --baseline ipa-sme --baseline mod-proc --json', what: words.exampleJson },
      { command: 'seisa scan --from closed-host.evidence --fail-on high', what: words.exampleFrom },
    ],
    lang,
  )
  return command.addHelpText('after', `\n${words.exitCodes[lang]}`)
}

/** Where the scan's targets come from, and what they are judged by. */
interface Plan {
  readonly project: Project | undefined
  readonly sources: readonly Source[]
  readonly chosen: ChosenBaselines
}

async function runScan(app: App, flags: ScanFlags): Promise<number> {
  const outputs = await chooseOutputs(app, flags)
  const only = flags.only === undefined ? undefined : readVerdicts(flags.only)
  const plan = await makePlan(app, flags)
  const numbers = readNumbers(flags, plan.project)
  const lock = await lockFor(app, plan.project)
  let finished: FinishedScan | undefined
  const progress = showProgress({
    stream: {
      isTTY: app.stderr.isTTY,
      columns: app.stderr.columns,
      rows: app.stderr.rows,
      write: (text) => void app.stderr.write(text),
    },
    env: app.env,
    lang: app.language,
    color: colorAllowed(app.stderr, app.env, flags.color),
    unicode: localeIsUtf8(app.env),
    total: plan.sources.length,
    clock: () => performance.now(),
    later: laterByTimer,
  })
  try {
    finished = await scan({
      id: `${app
        .now()
        .toISOString()
        .replaceAll(/[-:]|\..*/g, '')}-${randomBytes(4).toString('hex')}`,
      version: app.version,
      sources: plan.sources,
      scanners: app.scanners,
      baselines: plan.chosen.judged,
      baselineHeaders: plan.chosen.headers,
      configured: new Map((plan.project?.config.targets ?? []).map((target) => [target.name, target])),
      exit: {
        failOn: flags.failOn,
        allowIncomplete: flags.allowIncomplete === true,
        exitZero: flags.exitZero === true,
      },
      rows: flags.rows === true,
      deep: flags.deep === true,
      simulateUpgrade: flags.simulateUpgrade === true,
      ...numbers,
      now: app.now,
      wait,
      signal: app.signal,
      onEvent: flags.quiet ? () => undefined : (event) => progress.event(event),
    })
    progress.close()
    for (const output of outputs) await writeReport(app, output, finished, flags, only)
    return finished.result.exit.code
  } finally {
    progress.close()
    await finished?.remove()
    await lock?.release()
  }
}

async function makePlan(app: App, flags: ScanFlags): Promise<Plan> {
  const onCommandLine = flags.here === true || flags.from.length > 0
  if (onCommandLine && flags.target.length > 0) throw new Fault('usage', words.targetsOnly)
  const project = await readProject(app, flags.config, !onCommandLine)
  const bundles = (await Promise.all(flags.from.map((path) => bundleSources(fromHere(app.cwd, path))))).flat()
  const targets = flags.here
    ? [hereTarget()]
    : onCommandLine
      ? []
      : namedTargets(project?.config.targets ?? [], flags.target)
  const live = targets.map((target): Source => {
    const scanner = app.scanners.get(target.scanner)
    if (!scanner)
      throw new Fault('configuration', {
        ja: `スキャナ ${target.scanner} はない`,
        en: `there is no scanner ${target.scanner}`,
      })
    return { kind: 'live', target, scanner }
  })
  return { project, sources: [...live, ...bundles], chosen: await chooseBaselines(app, project, flags.baseline) }
}

/** Without a configuration nothing is kept, so that there is nothing to protect. */
const lockFor = (app: App, project: Project | undefined) => (project ? takeLock(project.folder, app.now()) : undefined)

/** A report and where it goes; no path is standard output. */
interface OutputChoice {
  readonly report: Report
  readonly path?: string
}

async function chooseOutputs(app: App, flags: ScanFlags): Promise<readonly OutputChoice[]> {
  const asked = flags.format.length > 0 ? flags.format : flags.json ? [] : ['terminal']
  const texts = flags.json ? [...asked, 'json'] : asked
  const choices = await Promise.all(
    texts.map(async (text): Promise<OutputChoice> => {
      const [id = '', ...rest] = text.split('=')
      const load = app.reports.get(id)
      if (!load) {
        const known = [...app.reports.keys()].join(', ')
        const hint = hintOf(id, app.reports.keys())
        throw new Fault('usage', {
          ja: `出力形式「${id}」はない（${known}）${hint.ja}`,
          en: `there is no format "${id}" (${known})${hint.en}`,
        })
      }
      const path = rest.join('=')
      if (text.includes('=') && path === '')
        throw new Fault('usage', { ja: `${text} に書き込み先がない`, en: `${text} names no path` })
      return { report: await load(), ...(path !== '' && { path: fromHere(app.cwd, path) }) }
    }),
  )
  if (choices.filter((choice) => choice.path === undefined).length > 1) throw new Fault('usage', words.oneStdout)
  return choices
}

/** Limits of the command line, else of the configuration, else the usual ones. */
function readNumbers(
  flags: ScanFlags,
  project: Project | undefined,
): {
  readonly concurrency: number
  readonly timeoutSeconds: number
  readonly maximumAgeSeconds: number
  readonly asOf?: string
} {
  const settings = project?.config.settings
  const concurrency = flags.concurrency === undefined ? (settings?.concurrency ?? 8) : Number(flags.concurrency)
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > 1000) {
    throw new Fault('usage', {
      ja: '--concurrency は 1 から 1000 の整数',
      en: '--concurrency takes a whole number from 1 to 1000',
    })
  }
  const asOf = flags.asOf === undefined ? undefined : readInstant(flags.asOf)
  return {
    concurrency,
    timeoutSeconds:
      readDuration('--timeout', flags.timeout) ?? settings?.timeout ?? usualTimeoutSeconds(flags.deep === true),
    maximumAgeSeconds: readDuration('--max-age', flags.maxAge) ?? settings?.limits.evidenceAge ?? 30 * 86_400,
    ...(asOf !== undefined && { asOf }),
  }
}

function readDuration(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const seconds = parseDuration(text)
  if (seconds !== undefined && seconds > 0) return seconds
  throw new Fault('usage', {
    ja: `${option} は 30s・15m・6h・90d のように単位を付ける`,
    en: `${option} takes a number with its unit: 30s, 15m, 6h, 90d`,
  })
}

/** A day alone means its end in Japan; an instant must say its offset, or what it means is anybody's guess. */
function readInstant(text: string): string {
  const whole = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T23:59:59+09:00` : text
  const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(whole)
    ? Date.parse(whole)
    : Number.NaN
  if (!Number.isNaN(time)) return new Date(time).toISOString()
  throw new Fault('usage', {
    ja: '--as-of は 2026-11-20 か 2026-11-20T09:00:00+09:00 の形',
    en: '--as-of takes 2026-11-20 or 2026-11-20T09:00:00+09:00',
  })
}

async function writeReport(
  app: App,
  output: OutputChoice,
  finished: FinishedScan,
  flags: ScanFlags,
  only: ReadonlySet<Verdict> | undefined,
): Promise<void> {
  const toTerminal = output.path === undefined
  const options: ReportOptions = {
    lang: app.language,
    color: toTerminal && colorAllowed(app.stdout, app.env, flags.color),
    columns: columnsOf(toTerminal ? app.stdout : {}, app.env),
    unicode: toTerminal ? localeIsUtf8(app.env) : true,
    rows: flags.rows === true,
    ...(only && { only }),
    verbose: flags.verbose === true,
    timeZone: japan,
  }
  const pieces = output.report.render(finished.result, options)
  if (output.path !== undefined) {
    await writeFileAtomically(output.path, pieces)
    return
  }
  for await (const piece of pieces) await app.stdout.write(piece)
}

function readVerdicts(text: string): ReadonlySet<Verdict> {
  const chosen = text.split(',').map((word) => word.trim())
  const known: readonly string[] = verdicts
  const wrong = chosen.find((word) => !known.includes(word))
  if (wrong !== undefined) {
    const hint = hintOf(wrong, known)
    throw new Fault('usage', {
      ja: `--only の ${wrong} は判定の名前ではない（${known.join(', ')}）${hint.ja}`,
      en: `--only: ${wrong} is no verdict (${known.join(', ')})${hint.en}`,
    })
  }
  return new Set(verdicts.filter((verdict) => chosen.includes(verdict)))
}

/** Waits, or stops waiting when aborted. */
const wait = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
