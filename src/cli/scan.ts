import { randomBytes } from 'node:crypto'
import { type Command, Option } from 'commander'
import { severities, type Severity } from '../core/baseline.ts'
import { bundleSources } from '../scan/bundle.ts'
import type { OpenCollectRun } from '../scan/collect-run.ts'
import { type FinishedScan, scan, type ScanRequest, type Source } from '../scan/scan.ts'
import { takeLock } from '../store/lock.ts'
import type { App } from './app.ts'
import { chooseBaselines } from './baselines.ts'
import { addExamples, makeCommand, repeatable } from './help.ts'
import { reportInternalError } from './internal-error.ts'
import { boundMemory } from './memory.ts'
import { chooseOutputs, type OutputFlags, writeReports } from './outputs.ts'
import type { Project } from './project.ts'
import { type NumberFlags, readNumbers, readVerdicts, usualConcurrency } from './scan-options.ts'
import { noProgress, progressOf, wait } from './scan-progress.ts'
import { fromHere, scannerOf } from './select.ts'
import { addHostOptions, addTargetOptions, select, type TargetFlags } from './select-options.ts'
import { scanWords as words } from './words.ts'

/** What the command line says of a run. */
export interface ScanFlags extends OutputFlags, NumberFlags, TargetFlags {
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
  const command = addTargetOptions(makeCommand('scan', words.description, lang), lang)
    .option('--from <BUNDLE>', words.from[lang], repeatable, [])
    .option('--baseline <ID|FILE>', words.baseline[lang], repeatable, [])
    .option('--deep', words.deep[lang])
    .option('--simulate-upgrade', words.simulateUpgrade[lang])
  addRunOptions(app, command).action(async (flags: ScanFlags) => done(await runScan(app, flags)))
  addHostOptions(command, lang)
  addExamples(
    command,
    [
      { command: 'seisa scan --here', what: words.exampleHere },
      { command: 'seisa scan --here --exit-zero --verbose', what: words.exampleLook },
      { command: 'seisa scan --host admin@web-1 --sudo', what: words.exampleHost },
      { command: 'seisa scan --label role=web', what: words.exampleLabel },
      { command: 'seisa scan --format terminal --format junit=seisa.xml', what: words.exampleCi },
      { command: 'seisa scan --here --baseline ipa-sme --baseline mod-proc --json', what: words.exampleJson },
      { command: 'seisa scan --from closed-host.evidence --fail-on high', what: words.exampleFrom },
    ],
    lang,
  )
  return command.addHelpText('after', `\n${words.exitCodes[lang]}`)
}

/** Adds what every command that judges has: reports, exit codes, limits. */
export function addRunOptions(app: App, command: Command): Command {
  const lang = app.language
  const formats = [...app.reports.keys()].join(', ')
  return command
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
    .option('--concurrency <N>', `${words.concurrency[lang]} (${usualConcurrency})`)
    .option('-v, --verbose', words.verbose[lang])
    .option('-q, --quiet', words.quiet[lang])
}

/** Where the scan's targets come from, and what they are judged by. */
interface Plan {
  readonly project: Project | undefined
  readonly sources: readonly Source[]
  readonly baselines: ScanRequest['baselines']
  readonly begin: () => OpenCollectRun
}

/** Chooses what a run is judged by; the project is the one that its targets come from. */
export type ChooseJudges = (
  project: Project | undefined,
) => ScanRequest['baselines'] | Promise<ScanRequest['baselines']>

/** Scans what the command line selects, writes the reports and gives the exit code. */
export async function runScan(
  app: App,
  flags: ScanFlags,
  choose: ChooseJudges = (project) => chooseBaselines(app, project, flags.baseline),
  more: Pick<ScanRequest, 'concerns'> = {},
): Promise<number> {
  const outputs = await chooseOutputs(app, flags)
  const only = flags.only === undefined ? undefined : readVerdicts(flags.only)
  const plan = await makePlan(app, flags, choose)
  const numbers = readNumbers(flags, plan.project)
  boundMemory(plan.sources.length)
  const lock = await lockFor(app, plan.project)
  const collect = plan.begin()
  let finished: FinishedScan | undefined
  const progress = flags.quiet ? noProgress : progressOf(app, plan.sources.length, flags.color)
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
      ...more,
      onEvent: (event) => progress.event(event),
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

async function makePlan(app: App, flags: ScanFlags, choose: ChooseJudges): Promise<Plan> {
  const { project, targets, begin } = await select(app, flags, flags.from.length > 0)
  const bundles = (await Promise.all(flags.from.map((path) => bundleSources(fromHere(app.cwd, path))))).flat()
  const live = targets.map((target): Source => {
    return { kind: 'live', target, scanner: scannerOf(app, target) }
  })
  return { project, sources: [...live, ...bundles], baselines: await choose(project), begin }
}

/** Without a configuration nothing is kept, so that there is nothing to protect. */
const lockFor = (app: App, project: Project | undefined) => (project ? takeLock(project.folder, app.now()) : undefined)
