import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import type { Target } from '../core/scanner.ts'
import type { LocalText } from '../core/text.ts'
import { writeFileAtomically } from '../files/write.ts'
import { evidenceBreakLine, evidenceNonce, evidenceTargetLine } from '../readers/evidence.ts'
import { visible } from '../text/safe.ts'
import type { CollectRun } from '../core/scanner.ts'
import { redacting } from '../transport/redact.ts'
import type { App } from './app.ts'
import { collectRunOf } from './collect-run.ts'
import { addExamples, makeCommand, repeatable } from './help.ts'
import { readProject } from './project.ts'
import { readDuration } from './scan-options.ts'
import { fromHere, hereTarget, namedTargets, scannerOf, usualTimeoutSeconds } from './select.ts'
import { collectWords as words, scanWords } from './words.ts'

interface CollectFlags {
  readonly here?: true
  readonly config?: string
  readonly target: readonly string[]
  readonly output?: string
  readonly printScript?: string
  readonly json?: true
  readonly deep?: true
  readonly simulateUpgrade?: true
  readonly timeout?: string
}

/** `seisa collect`. */
export function collectCommand(app: App, done: (code: number) => void): Command {
  const lang = app.language
  const command = makeCommand('collect', words.description, lang)
    .option('--here', scanWords.here[lang])
    .option('--config <FILE>', scanWords.config[lang])
    .option('--target <NAME>', scanWords.target[lang], repeatable, [])
    .option('-o, --output <FILE>', words.output[lang])
    .option('--print-script <PLATFORM>', `${words.printScript[lang]} (${[...app.collectors.keys()].join(', ')})`)
    .option('--json', words.json[lang])
    .option('--deep', scanWords.deep[lang])
    .option('--simulate-upgrade', scanWords.simulateUpgrade[lang])
    .option('--timeout <DURATION>', `${scanWords.timeout[lang]} (5m; --deep: 2h)`)
    .action(async (flags: CollectFlags) => done(await runCollect(app, flags)))
  return addExamples(
    command,
    [
      { command: 'seisa collect --here -o this-host.evidence', what: words.exampleHere },
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
  const project = await readProject(app, flags.config, flags.here !== true)
  const targets = flags.here ? [hereTarget()] : namedTargets(project?.config.targets ?? [], flags.target)
  if (targets.length === 0)
    throw new Fault('nothing-to-do', { ja: '集める対象がない', en: 'there is nothing to collect' })
  const outcome: Outcome[] = []
  const seconds = timeout ?? project?.config.settings.timeout ?? usualTimeoutSeconds(flags.deep === true)
  const run = collectRunOf(app, project)
  try {
    const content = collectAll(app, targets, flags, seconds, run, outcome)
    if (flags.output === '-') for await (const piece of content) await app.stdout.write(piece)
    else await writeFileAtomically(fromHere(app.cwd, flags.output), content)
  } finally {
    await run.end()
  }
  if (flags.json) await app.stdout.write(`${JSON.stringify({ output: flags.output, targets: outcome }, null, 2)}\n`)
  return outcome.every(({ complete }) => complete) ? 0 : 3
}

/** How the collection of a target went, as `--json` tells it. */
interface Outcome {
  readonly name: string
  readonly complete: boolean
  readonly problem?: LocalText
}

/** Evidence of every target, one after the other, each with the line that names it. */
async function* collectAll(
  app: App,
  targets: readonly Target[],
  flags: CollectFlags,
  timeout: number,
  run: CollectRun,
  outcome: Outcome[],
): AsyncGenerator<Uint8Array> {
  for (const target of targets) {
    const scanner = scannerOf(app, target)
    const seconds = target.timeout ?? timeout
    const signal = AbortSignal.any([app.signal, AbortSignal.timeout(seconds * 1000)])
    yield Buffer.from(evidenceTargetLine({ name: target.name, labels: target.labels }))
    const whole: Wholeness = { is: false, nonce: '' }
    let problem: LocalText | undefined
    try {
      yield* watched(
        redacting(
          scanner.collect(target, {
            deep: flags.deep === true,
            simulateUpgrade: flags.simulateUpgrade === true,
            signal,
            run,
          }),
          run.secrets,
        ),
        whole,
      )
    } catch (cause) {
      if (!(cause instanceof Fault)) throw cause
      problem = cause.what
      await app.stderr.write(`seisa: ${visible(target.name)}: ${visible(cause.what[app.language])}\n`)
      if (cause.next) await app.stderr.write(`  → ${visible(cause.next[app.language])}\n`)
    }
    if (!whole.is) {
      await app.stderr.write(`seisa: ${visible(target.name)}: ${words.incomplete[app.language]}\n`)
      // or the evidence after it would be taken for a part of it
      yield Buffer.from(evidenceBreakLine(whole.nonce))
    }
    yield Buffer.from('\n')
    outcome.push({ name: target.name, complete: whole.is, ...(problem && { problem }) })
  }
}

/** Whether evidence came whole, and the nonce of its frames. */
interface Wholeness {
  is: boolean
  nonce: string
}

/** Passes chunks on and notices whether the evidence came whole. */
async function* watched(chunks: AsyncIterable<Uint8Array>, whole: Wholeness): AsyncGenerator<Uint8Array> {
  let head: Buffer = Buffer.alloc(0)
  let tail: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    if (whole.nonce === '' && head.length < longestHeader) {
      head = Buffer.concat([head, chunk.subarray(0, longestHeader)])
      whole.nonce = evidenceNonce(head.toString('latin1')) ?? ''
    }
    tail = Buffer.concat([tail, chunk.subarray(-longestHeader)]).subarray(-longestHeader)
    yield chunk
  }
  // only for the message: whoever judges the bundle looks at the frames themselves
  whole.is = /\n#[0-9A-Za-z-]+ end \d+\n$/.test(tail.toString('latin1'))
}

/** The first or the last line of evidence is far shorter. */
const longestHeader = 4096
