import { CommanderError, type Command } from 'commander'
import { Fault, faultExitCodes, systemCode } from '../core/fault.ts'
import type { LocalText } from '../core/text.ts'
import { problemsOf } from '../files/problems.ts'
import { visible } from '../text/safe.ts'
import { signalCode } from '../core/exit.ts'
import { columnsOf } from '../text/terminal.ts'
import type { App, Output } from './app.ts'
import { baselineCommand } from './baseline.ts'
import { collectCommand } from './collect.ts'
import { completionCommand } from './completion.ts'
import { doctorCommand } from './doctor.ts'
import { explainCommand } from './explain.ts'
import { addExamples, lineWords, makeCommand, usageFault } from './help.ts'
import { initCommand } from './init.ts'
import { reportInternalError } from './internal-error.ts'
import { scanCommand } from './scan.ts'
import { softwareCommand } from './software.ts'
import { scanWords } from './words.ts'

const about: LocalText = {
  ja: 'seisa（精査）: システムの今の設定を読み、承認した基準と照らし合わせる',
  en: 'seisa (精査): reads the live settings of systems and holds them against approved baselines',
}

/**
 * Runs one command line (the words after `seisa`) and gives its exit code (design section 7). Whatever goes
 * wrong is said on standard error, in the user's language.
 */
export async function runProgram(app: App, words: readonly string[]): Promise<number> {
  let code: number = faultExitCodes.internal
  const done = (given: number): void => {
    code = given
  }
  // help is written by a library that doesn't wait for it
  const printed: Promise<void>[] = []
  const program = makeProgram(app, done, (output, text) => void printed.push(output.write(text)))
  const attempt = async (work: () => Promise<number>): Promise<number> => {
    try {
      return await work()
    } catch (cause) {
      return report(app, cause, commandPath(program, words), words)
    }
  }
  const ended = await attempt(async () => {
    if (words.length === 0) program.outputHelp()
    else await program.parseAsync([...words], { from: 'user' })
    return words.length === 0 ? 0 : code
  })
  const shown = await Promise.allSettled(printed)
  const unwritten = shown.find((one) => one.status === 'rejected')
  const result = unwritten ? await attempt(() => Promise.reject(unwritten.reason)) : ended
  return app.signal.aborted ? signalCode(app.signal.reason) : result
}

/** Names of the command that the words call, as its help is asked for: `seisa baseline show`. */
function commandPath(program: Command, words: readonly string[]): string {
  let command = program
  const path = [program.name()]
  for (const word of words) {
    const next = command.commands.find((one) => one.name() === word)
    if (!next) continue
    command = next
    path.push(word)
  }
  return path.join(' ')
}

/** Every command, as the completion and the documentation see them too. */
export function makeProgram(
  app: App,
  done: (code: number) => void,
  print: (output: Output, text: string) => void = (output, text) => void output.write(text),
): Command {
  const lang = app.language
  const program = makeCommand('seisa', about, lang)
  program
    .version(app.version, '-V, --version', lineWords.version[lang])
    .helpCommand('help [command]', lineWords.helpOf[lang])
    .addCommand(scanCommand(app, done))
    .addCommand(collectCommand(app, done))
    .addCommand(initCommand(app, done))
    .addCommand(doctorCommand(app, done))
    .addCommand(baselineCommand(app, done))
    .addCommand(softwareCommand(app, done))
    .addCommand(explainCommand(app, done))
    .addCommand(completionCommand(app, () => program, done))
  addExamples(
    program,
    [
      { command: 'seisa scan --here --exit-zero', what: scanWords.exampleLook },
      { command: 'seisa scan --host admin@web-1 --sudo', what: scanWords.exampleHost },
      {
        command: 'seisa init && seisa scan',
        what: { ja: '設定を作り、全ての対象を調べる', en: 'write a configuration and scan its targets' },
      },
      { command: 'seisa explain lockout.threshold', what: { ja: '設定の意味を見る', en: 'what a setting means' } },
    ],
    lang,
  )
  for (const command of allCommands(program)) {
    command.configureOutput({
      writeOut: (text) => print(app.stdout, text),
      writeErr: (text) => print(app.stderr, text),
      outputError: () => undefined,
      getOutHelpWidth: () => columnsOf(app.stdout, app.env),
      getErrHelpWidth: () => columnsOf(app.stderr, app.env),
    })
  }
  return program
}

const allCommands = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(allCommands)]

async function report(app: App, cause: unknown, command: string, words: readonly string[]): Promise<number> {
  if (cause instanceof CommanderError) {
    const fault = usageFault(cause, command)
    if (fault) return report(app, fault, command, words)
    // help that was asked for, or a group of commands without one of them
    const asked = cause.code !== 'commander.help' || words.includes('help')
    return asked ? 0 : faultExitCodes.usage
  }
  if (cause instanceof Fault) {
    // `| head` has what it wanted: nobody is there to be told
    if (systemCode(cause.cause) === 'EPIPE') return faultExitCodes[cause.code]
    const lang = app.language
    // a file's problems come formatted, with their own line breaks
    const what = problemsOf(cause) ? cause.what[lang] : visible(cause.what[lang])
    const reason = cause.code === 'usage' ? '' : reasonOf(cause.cause)
    await app.stderr.write(`${problemsOf(cause) ? '' : 'seisa: '}${what}${problemsOf(cause) ? '' : reason}\n`)
    if (cause.next) await app.stderr.write(`  → ${visible(cause.next[lang])}\n`)
    return faultExitCodes[cause.code]
  }
  await reportInternalError(app, cause)
  return faultExitCodes.internal
}

/** The system's own name of what went wrong (`EACCES`), which can be searched for, else the message. */
function reasonOf(cause: unknown): string {
  const code = systemCode(cause)
  if (code) return ` (${code})`
  return cause instanceof Error ? ` (${visible(cause.message)})` : ''
}
