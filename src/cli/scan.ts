import { randomBytes } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { type Command, Option } from 'commander'
import { severities, type Severity } from '../core/baseline.ts'
import { Fault } from '../core/fault.ts'
import { bundleSources } from '../scan/bundle.ts'
import { type FinishedScan, scan, type ScanRequest, type Source } from '../scan/scan.ts'
import { takeLock } from '../store/lock.ts'
import { localeIsUtf8 } from '../text/language.ts'
import { laterByTimer, showProgress } from '../text/progress.ts'
import { colorAllowed } from '../text/terminal.ts'
import type { App } from './app.ts'
import { chooseBaselines } from './baselines.ts'
import { collectRunOf } from './collect-run.ts'
import { addExamples, makeCommand, repeatable } from './help.ts'
import { reportInternalError } from './internal-error.ts'
import { chooseOutputs, type OutputFlags, writeReports } from './outputs.ts'
import { type Project, readProject } from './project.ts'
import { type NumberFlags, readNumbers, readVerdicts } from './scan-options.ts'
import { fromHere, hereTarget, namedTargets, scannerOf } from './select.ts'
import { scanWords as words } from './words.ts'

interface ScanFlags extends OutputFlags, NumberFlags {
  readonly here?: true
  readonly config?: string
  readonly target: readonly string[]
  readonly from: readonly string[]
  readonly baseline: readonly string[]
  readonly deep?: true
  readonly simulateUpgrade?: true
  readonly only?: string
  readonly failOn: Severity | 'never'
  readonly allowIncomplete?: true
  readonly exitZero?: true
  readonly quiet?: true
}

/** `seisa scan`. `done` receives the exit code. */
export function scanCommand(app: App, done: (code: number) => void): Command {
  const lang = app.language
  const formats = [...app.reports.keys()].join(', ')
  const command = makeCommand('scan', words.description, lang)
    .option('--here', words.here[lang])
    .option('--config <FILE>', words.config[lang])
    .option('--target <NAME>', words.target[lang], repeatable, [])
    .option('--from <BUNDLE>', words.from[lang], repeatable, [])
    .option('--baseline <ID|FILE>', words.baseline[lang], repeatable, [])
    .option('--deep', words.deep[lang])
    .option('--simulate-upgrade', words.simulateUpgrade[lang])
    .option('--format <FORMAT[=PATH]>', `${words.format[lang]} (${formats})`, repeatable, [])
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
  readonly baselines: ScanRequest['baselines']
}

async function runScan(app: App, flags: ScanFlags): Promise<number> {
  const outputs = await chooseOutputs(app, flags)
  const only = flags.only === undefined ? undefined : readVerdicts(flags.only)
  const plan = await makePlan(app, flags)
  const numbers = readNumbers(flags, plan.project)
  const lock = await lockFor(app, plan.project)
  const collect = collectRunOf(app, plan.project)
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
      collect,
      baselines: plan.baselines,
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
    if (finished.fault) await reportInternalError(app, finished.fault.cause ?? finished.fault)
    await writeReports(app, outputs, finished.result, flags, only)
    return finished.result.exit.code
  } finally {
    progress.close()
    await collect.end()
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
    return { kind: 'live', target, scanner: scannerOf(app, target) }
  })
  return { project, sources: [...live, ...bundles], baselines: chooseBaselines(app, project, flags.baseline) }
}

/** Without a configuration nothing is kept, so that there is nothing to protect. */
const lockFor = (app: App, project: Project | undefined) => (project ? takeLock(project.folder, app.now()) : undefined)

/** Waits, or stops waiting when aborted. */
const wait = async (milliseconds: number, signal: AbortSignal): Promise<void> => {
  await setTimeout(milliseconds, undefined, { signal }).catch(() => undefined)
}
