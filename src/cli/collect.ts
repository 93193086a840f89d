import type { Command } from 'commander'
import { Fault, faultExitCodes } from '../core/fault.ts'
import type { Target } from '../core/scanner.ts'
import type { LocalText } from '../core/text.ts'
import { noTargets } from '../scan/no-targets.ts'
import { limitsOfTarget, runAll, type RunLimits } from '../scan/schedule.ts'
import { visible } from '../text/safe.ts'
import { withTimeLimit } from '../transport/time-limit.ts'
import type { App } from './app.ts'
import { type Collected, evidenceOf } from './collect-evidence.ts'
import { type EvidenceOutput, folderOutput, isFolder, singleOutput } from './collect-output.ts'
import { addExamples, makeCommand } from './help.ts'
import { reportInternalError } from './internal-error.ts'
import { readDuration, readLimits, usualConcurrency } from './scan-options.ts'
import { noProgress, quietProgressOf } from './scan-progress.ts'
import { scannerOf, usualTimeoutSeconds } from './select.ts'
import { addHostOptions, addTargetOptions, type Selection, select, type TargetFlags } from './select-options.ts'
import { collectMessages, collectWords as words, scanWords } from './words.ts'

interface CollectFlags extends TargetFlags {
  readonly output?: string
  readonly printScript?: string
  readonly json?: true
  readonly deep?: true
  readonly simulateUpgrade?: true
  readonly timeout?: string
  readonly concurrency?: string
  readonly quiet?: true
  readonly color?: boolean
}

/** `seisa collect`. */
export function collectCommand(app: App, done: (code: number) => void): Command {
  const lang = app.language
  const command = addTargetOptions(makeCommand('collect', words.description, lang), lang)
    .option('-o, --output <FILE>', words.output[lang])
    .option('--print-script <PLATFORM>', `${words.printScript[lang]} (${[...app.collectors.keys()].join(', ')})`)
    .option('--json', words.json[lang])
    .option('--deep', scanWords.deep[lang])
    .option('--simulate-upgrade', scanWords.simulateUpgrade[lang])
    .option('--timeout <DURATION>', `${scanWords.timeout[lang]} (5m; --deep: 2h)`)
    .option('--concurrency <N>', `${scanWords.concurrency[lang]} (${usualConcurrency})`)
    .option('-q, --quiet', scanWords.quiet[lang])
    .action(async (flags: CollectFlags) => done(await runCollect(app, flags)))
  addHostOptions(command, lang)
  return addExamples(
    command,
    [
      { command: 'seisa collect --here -o this-host.evidence', what: words.exampleHere },
      { command: 'seisa collect -o evidence/', what: words.exampleFolder },
      { command: 'seisa collect --print-script linux > collect.sh', what: words.examplePrint },
      { command: 'sh collect.sh > closed-host.evidence', what: words.exampleRun },
    ],
    lang,
  )
}

async function runCollect(app: App, flags: CollectFlags): Promise<number> {
  if (flags.printScript !== undefined) {
    const script = app.collectors.get(flags.printScript)
    if (!script) {
      const known = [...app.collectors.keys()].join(', ')
      throw new Fault('usage', {
        ja: `${flags.printScript} の収集スクリプトはない（${known}）`,
        en: `there is no collector for ${flags.printScript} (${known})`,
      })
    }
    await app.stdout.write(script().text)
    return 0
  }
  if (flags.output === undefined) throw new Fault('usage', words.needsOutput)
  if (flags.output === '-' && flags.json) throw new Fault('usage', words.oneStdout)
  const timeout = readDuration('--timeout', flags.timeout)
  const selection = await select(app, flags)
  const { project, targets } = selection
  if (targets.length === 0) throw noTargets({ ja: '集める対象がない', en: 'there is nothing to collect' })
  const limits = readLimits(flags, project)
  const timeoutSeconds = timeout ?? project?.config.settings.timeout ?? usualTimeoutSeconds(flags.deep === true)
  const names = new Set([...(project?.config.targets ?? []), ...targets].map((target) => target.name))
  const output = isFolder(app, flags.output)
    ? await folderOutput(app, flags.output, names)
    : await singleOutput(app, flags.output)
  let outcomes: readonly Outcome[]
  try {
    outcomes = await collectAll(app, selection, output, { flags, limits, timeoutSeconds })
    await output.finish()
  } finally {
    await output.remove()
  }
  if (flags.json) await app.stdout.write(`${JSON.stringify(jsonOf(flags.output, outcomes), null, 2)}\n`)
  await tellFailures(app, outcomes)
  const internal = outcomes.find((one) => one.internal !== undefined)
  if (internal) {
    await reportInternalError(app, internal.internal)
    return faultExitCodes.internal
  }
  return outcomes.every(({ complete }) => complete) ? 0 : 3
}

/** How the collection of a target went, and where its evidence is. */
interface Outcome extends Readonly<Collected> {
  readonly name: string
  readonly file?: string
}

/** Collects from all targets, as many at once as the limits allow; outcomes are in the order of the targets. */
async function collectAll(
  app: App,
  { targets, begin }: Selection,
  output: EvidenceOutput,
  {
    flags,
    limits,
    timeoutSeconds,
  }: { readonly flags: CollectFlags; readonly limits: RunLimits; readonly timeoutSeconds: number },
): Promise<readonly Outcome[]> {
  const outcomes = new Map<number, Outcome>()
  const run = begin()
  const progress = flags.quiet ? noProgress : quietProgressOf(app, targets.length, flags.color)
  const collectOne = async (target: Target, position: number): Promise<void> => {
    const { name } = target
    const signal = withTimeLimit(app.signal, target.timeout ?? timeoutSeconds)
    const collected: Collected = { complete: false }
    const request = { deep: flags.deep === true, simulateUpgrade: flags.simulateUpgrade === true, signal, run }
    progress.event({ type: 'start', target: name })
    progress.event({ type: 'phase', target: name, phase: words.collecting })
    const file = await output.write(position, name, evidenceOf(target, scannerOf(app, target), request, collected))
    outcomes.set(position, { name, ...collected, ...(file !== undefined && { file }) })
    const { complete, problem } = collected
    const state = complete ? 'ok' : problem ? 'unreachable' : 'partial'
    progress.event({ type: 'done', target: name, state, ...(problem && { problem }) })
  }
  try {
    await runAll({
      items: targets,
      limitsOf: (target) => limitsOfTarget(target, limits),
      signal: app.signal,
      work: collectOne,
    })
  } finally {
    progress.close()
    await run.end()
  }
  return targets.map(
    ({ name }, position) => outcomes.get(position) ?? { name, complete: false, problem: words.interrupted },
  )
}

const jsonOf = (output: string, outcomes: readonly Outcome[]): object => ({
  output,
  targets: outcomes.map(({ name, complete, file, problem }) => ({
    name,
    complete,
    ...(file !== undefined && { file }),
    ...(problem && { problem }),
  })),
})

/** On standard error: each target that is not whole, and of several how many. */
async function tellFailures(app: App, outcomes: readonly Outcome[]): Promise<void> {
  const lang = app.language
  const failed = outcomes.filter(({ complete }) => !complete)
  for (const { name, problem, next } of failed) {
    const said: readonly LocalText[] = problem ? [problem, words.incomplete] : [words.incomplete]
    for (const what of said) await app.stderr.write(`seisa: ${visible(name)}: ${visible(what[lang])}\n`)
    if (next) await app.stderr.write(`  → ${visible(next[lang])}\n`)
  }
  if (failed.length > 0 && outcomes.length > 1)
    await app.stderr.write(`seisa: ${collectMessages.failed(failed.length, outcomes.length)[lang]}\n`)
}
