import type { Command } from 'commander'
import { Option } from 'commander'
import { softwareRoles } from '../core/software/list.ts'
import type { App } from './app.ts'
import { addExamples, makeCommand, repeatable } from './help.ts'
import { addRunOptions, runScan, type ScanFlags } from './scan.ts'
import { addHostOptions, addTargetOptions } from './select-options.ts'
import { type CaptureFlags, runCapture } from './software-capture-command.ts'
import { chooseLists, type ListFlags } from './software-lists.ts'
import { scanWords, softwareWords as words } from './words.ts'

/** `seisa software …`. */
export function softwareCommand(app: App, done: (code: number) => void): Command {
  const lang = app.language
  const checkExample = { command: 'seisa software check servers.csv --here', what: words.exampleCheck }
  const configuredExample = { command: 'seisa software check --label role=web', what: words.exampleConfigured }
  const captureExample = { command: 'seisa software capture --here -o servers.yaml', what: words.exampleCapture }
  const againstExample = {
    command: 'seisa software capture --from golden.evidence --against servers.yaml -o servers.next.yaml',
    what: words.exampleAgainst,
  }
  const command = makeCommand('software', words.description, lang)
    .helpCommand(false)
    .addCommand(addExamples(checkCommand(app, done), [checkExample, configuredExample], lang))
    .addCommand(addExamples(captureCommand(app, done), [captureExample, againstExample], lang))
  return addExamples(command, [captureExample, checkExample], lang)
}

type CheckFlags = Omit<ScanFlags, 'baseline'> & ListFlags

function checkCommand(app: App, done: (code: number) => void): Command {
  const lang = app.language
  const command = addTargetOptions(makeCommand('check', words.check, lang), lang)
    .argument('[LIST...]', words.lists[lang])
    .option('--from <BUNDLE>', scanWords.from[lang], repeatable, [])
    .option('--sheet <NAME>', words.sheet[lang])
    .addOption(new Option('--role <ROLE>', words.role[lang]).choices(softwareRoles))
  addRunOptions(app, command).action(async (lists: readonly string[], flags: CheckFlags) =>
    done(await runCheck(app, lists, flags)),
  )
  addHostOptions(command, lang)
  return command.addHelpText('after', `\n${scanWords.exitCodes[lang]}`)
}

const runCheck = (app: App, lists: readonly string[], flags: CheckFlags): Promise<number> =>
  runScan(
    app,
    { ...flags, baseline: [] },
    async (project) => ({ judged: [], headers: [], lists: await chooseLists(app, project, lists, flags) }),
    // fields that an entry needs and lacks are told with the software that they leave undecided
    { concerns: (what) => what.includes('software') },
  )

function captureCommand(app: App, done: (code: number) => void): Command {
  const lang = app.language
  const command = addTargetOptions(makeCommand('capture', words.capture, lang), lang)
    .option('--from <BUNDLE>', scanWords.from[lang], repeatable, [])
    .option('-o, --output <FILE>', words.output[lang])
    .option('--force', words.force[lang])
    .option('--against <LIST>', words.againstOption[lang])
    .option('--sheet <NAME>', words.sheet[lang])
    .option('--any-version', words.anyVersion[lang])
    .option('--minimum <N>', words.minimum[lang])
    .option('--json', words.json[lang])
    .action(async (flags: CaptureFlags) => done(await runCapture(app, flags)))
  addHostOptions(command, lang)
  return command
}
