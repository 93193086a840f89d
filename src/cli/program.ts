import { CommanderError, type Command } from 'commander'
import { Fault, faultExitCodes } from '../core/fault.ts'
import type { LocalText } from '../core/text.ts'
import { problemsOf } from '../files/problems.ts'
import { visible } from '../text/safe.ts'
import type { App } from './app.ts'
import { baselineCommand } from './baseline.ts'
import { collectCommand } from './collect.ts'
import { completionCommand } from './completion.ts'
import { doctorCommand } from './doctor.ts'
import { explainCommand } from './explain.ts'
import { addExamples, lineWords, makeCommand, usageFault } from './help.ts'
import { initCommand } from './init.ts'
import { scanCommand } from './scan.ts'
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
  const program = makeProgram(app, done)
  try {
    if (words.length === 0) {
      program.outputHelp()
      return 0
    }
    await program.parseAsync([...words], { from: 'user' })
    return code
  } catch (cause) {
    return report(app, cause, words)
  }
}

/** Every command, as the completion and the documentation see them too. */
export function makeProgram(app: App, done: (code: number) => void): Command {
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
    .addCommand(explainCommand(app, done))
    .addCommand(completionCommand(app, () => program, done))
  addExamples(
    program,
    [
      { command: 'seisa scan --here --exit-zero', what: scanWords.exampleLook },
      { command: 'seisa init && seisa scan', what: { ja: '設定を作り、全ての対象を調べる', en: 'write a configuration and scan its targets' } },
      { command: 'seisa explain lockout.threshold', what: { ja: '設定の意味を見る', en: 'what a setting means' } },
    ],
    lang,
  )
  for (const command of allCommands(program)) {
    command.configureOutput({
      writeOut: (text) => void app.stdout.write(text),
      writeErr: (text) => void app.stderr.write(text),
      outputError: () => undefined,
      getOutHelpWidth: () => app.stdout.columns ?? 100,
      getErrHelpWidth: () => app.stderr.columns ?? 100,
    })
  }
  return program
}

const allCommands = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(allCommands)]

async function report(app: App, cause: unknown, words: readonly string[]): Promise<number> {
  if (cause instanceof CommanderError) {
    const command = ['seisa', ...words.filter((word) => /^[a-z]+$/.test(word)).slice(0, 1)].join(' ')
    const fault = usageFault(cause, command)
    return fault ? report(app, fault, words) : 0
  }
  if (cause instanceof Fault) {
    const lang = app.language
    // a file's problems come formatted, with their own line breaks
    const what = problemsOf(cause) ? cause.what[lang] : visible(cause.what[lang])
    const reason = cause.cause instanceof Error && cause.code !== 'usage' ? ` (${visible(cause.cause.message)})` : ''
    await app.stderr.write(`${problemsOf(cause) ? '' : 'seisa: '}${what}${problemsOf(cause) ? '' : reason}\n`)
    if (cause.next) await app.stderr.write(`  → ${visible(cause.next[lang])}\n`)
    return faultExitCodes[cause.code]
  }
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
  const internal = { ja: 'seisa の内部の誤り。次の内容を報告してください', en: 'an error inside seisa; please report the following' }
  await app.stderr.write(`seisa: ${internal[app.language]}\n${text}\n`)
  return faultExitCodes.internal
}
