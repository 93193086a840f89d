import type { Command } from 'commander'
import type { Target } from '../core/scanner.ts'
import type { Language } from '../core/text.ts'
import type { OpenCollectRun } from '../scan/collect-run.ts'
import { Fault } from '../core/fault.ts'
import type { App } from './app.ts'
import { collectRunOf } from './collect-run.ts'
import { repeatable } from './help.ts'
import { type Project, readProject } from './project.ts'
import { askPassword, type HostFlags, hereTarget, hostTargets } from './select-hosts.ts'
import { chosenTargets } from './select-targets.ts'
import { scanWords, selectWords as words } from './words.ts'

/** The options that say what is to be looked at, the same in `scan`, `collect` and `doctor`. */
export interface TargetFlags extends HostFlags {
  readonly here?: true
  readonly config?: string
  readonly target: readonly string[]
  readonly label: readonly string[]
}

/** Adds them to a command. */
export function addTargetOptions(command: Command, lang: Language): Command {
  return command
    .option('--here', scanWords.here[lang])
    .option('--host <HOST>', words.host[lang], repeatable, [])
    .option('--config <FILE>', scanWords.config[lang])
    .option('--target <NAME>', scanWords.target[lang], repeatable, [])
    .option('--label <KEY=VALUE>', words.label[lang], repeatable, [])
}

/** Adds how the hosts of `--host` are reached. */
export function addHostOptions(command: Command, lang: Language): Command {
  return command
    .option('--sudo [PATH]', words.sudo[lang])
    .option('--identity-file <FILE>', words.identityFile[lang])
    .option('--jump <LIST>', words.jump[lang])
    .option('--known-hosts <FILE>', words.knownHosts[lang])
    .option('--ask-password', words.askPassword[lang])
}

/** What the options of a command line select. */
export interface Selection {
  readonly project: Project | undefined
  readonly targets: readonly Target[]
  /** Begins the part of the run that the targets share; whoever begins it ends it. */
  readonly begin: () => OpenCollectRun
}

/**
 * Targets of the command line, else those of the configuration. `elsewhere`: something else on the command line is
 * to be looked at too, so that no configuration is needed.
 * @throws Fault `usage`, `configuration`, `nothing-to-do`
 */
export async function select(app: App, flags: TargetFlags, elsewhere = false): Promise<Selection> {
  const hosts = hostTargets(app, flags)
  const onCommandLine = flags.here === true || hosts.length > 0
  if ((onCommandLine || elsewhere) && flags.target.length + flags.label.length > 0)
    throw new Fault('usage', words.configurationOnly)
  const project = await readProject(app, flags.config, !onCommandLine && !elsewhere)
  const targets = onCommandLine
    ? [...(flags.here ? [hereTarget()] : []), ...hosts]
    : elsewhere
      ? []
      : chosenTargets(project?.config.targets ?? [], flags.target, flags.label)
  const asked = await askPassword(app, flags)
  return { project, targets, begin: () => collectRunOf(app, project, asked) }
}
