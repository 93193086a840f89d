import type { Command } from 'commander'
import { Fault } from '../core/fault.ts'
import type { GapResult } from '../core/run.ts'
import type { CollectRun, Target } from '../core/scanner.ts'
import type { LocalText } from '../core/text.ts'
import { gapsOf } from '../scan/gaps.ts'
import { visible } from '../text/safe.ts'
import { symbols } from '../text/terminal.ts'
import { localeIsUtf8 } from '../text/language.ts'
import type { App } from './app.ts'
import { collectRunOf } from './collect-run.ts'
import { addExamples, makeCommand, repeatable } from './help.ts'
import { readProject } from './project.ts'
import { snapshotsOfTarget } from './read-snapshots.ts'
import { hereTarget, namedTargets } from './select.ts'
import { doctorWords as words, scanWords } from './words.ts'

interface DoctorFlags {
  readonly here?: true
  readonly config?: string
  readonly target: readonly string[]
  readonly json?: true
}

/** `seisa doctor`. */
export function doctorCommand(app: App, done: (code: number) => void): Command {
  const lang = app.language
  const command = makeCommand('doctor', words.description, lang)
    .option('--here', scanWords.here[lang])
    .option('--config <FILE>', scanWords.config[lang])
    .option('--target <NAME>', scanWords.target[lang], repeatable, [])
    .option('--json', scanWords.json[lang])
    .action(async (flags: DoctorFlags) => done(await runDoctor(app, flags)))
  return addExamples(command, [{ command: 'seisa doctor --here', what: words.example }], lang)
}

/** What doctor found of one target. */
interface Examination {
  readonly target: string
  readonly problem?: LocalText
  readonly next?: LocalText
  readonly gaps: readonly GapResult[]
}

async function runDoctor(app: App, flags: DoctorFlags): Promise<number> {
  const project = await readProject(app, flags.config, flags.here !== true)
  const targets = flags.here ? [hereTarget()] : namedTargets(project?.config.targets ?? [], flags.target)
  if (targets.length === 0)
    throw new Fault('nothing-to-do', { ja: '調べる対象がない', en: 'there is nothing to examine' })
  const found: Examination[] = []
  const run = collectRunOf(app, project)
  try {
    for (const target of targets) found.push(await examine(app, target, run))
  } finally {
    await run.end()
  }
  if (flags.json) await app.stdout.write(`${JSON.stringify({ targets: found }, null, 2)}\n`)
  else await app.stdout.write(`${found.map((one) => examinationText(app, one)).join('\n')}${sudoText(app, found)}`)
  return found.every((one) => one.problem === undefined && one.gaps.length === 0) ? 0 : 3
}

async function examine(app: App, target: Target, run: CollectRun): Promise<Examination> {
  try {
    const snapshots = await snapshotsOfTarget(app, target, run)
    const gaps = snapshots.flatMap((snapshot) => gapsOf(snapshot, target.name))
    if (snapshots.length > 0) return { target: target.name, gaps }
    return { target: target.name, gaps: [], problem: { ja: '何も読めない', en: 'nothing could be read' } }
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    return { target: target.name, gaps: [], problem: cause.what, ...(cause.next && { next: cause.next }) }
  }
}

function examinationText(app: App, { target, problem, next, gaps }: Examination): string {
  const lang = app.language
  const mark = symbols(localeIsUtf8(app.env))
  if (problem) {
    const lines = [`${mark.fail} ${visible(target)}: ${words.unreached[lang]}`, `    ${visible(problem[lang])}`]
    return `${[...lines, ...(next ? [`    ${visible(next[lang])}`] : [])].join('\n')}\n`
  }
  if (gaps.length === 0) return `${mark.pass} ${visible(target)}: ${words.reached[lang]}, ${words.everything[lang]}\n`
  const byNeed = Map.groupBy(gaps, (gap) => gap.needs?.[lang] ?? '')
  const lines = [...byNeed.entries()].flatMap(([need, group]) => {
    const count = new Set(group.flatMap((gap) => gap.what)).size
    const heading = need === '' ? '' : `  ${words.missing[lang]}: ${visible(need)} (${count} ${words.items[lang]})`
    return [...(heading ? [heading] : []), ...group.flatMap((gap) => gapLines(gap, lang))]
  })
  return `${[`${mark.unknown} ${visible(target)}: ${words.reached[lang]}`, ...lines].join('\n')}\n`
}

const gapLines = (gap: GapResult, lang: 'ja' | 'en'): readonly string[] => [
  `    ${visible(gap.why[lang])}`,
  `      ${gap.what.slice(0, 12).map(visible).join(', ')}${gap.what.length > 12 ? ` … (${gap.what.length})` : ''}`,
]

/** How an administrator lets an ordinary user read everything, for exactly one script. */
function sudoText(app: App, found: readonly Examination[]): string {
  const collector = app.collectors.get('linux')
  const lacking = found.some(
    (one) => one.gaps.some((gap) => gap.needs?.en.includes('root')) || one.problem?.en.includes('sudo'),
  )
  if (!collector || !lacking) return ''
  const lang = app.language
  const path = '/usr/local/libexec/seisa-collect'
  return `
${words.sudoTitle[lang]}
  seisa collect --print-script linux > seisa-collect
  sha256sum seisa-collect    # ${words.scriptHash[lang]}: ${collector().hash}
  sudo install -D -o root -g root -m 0755 seisa-collect ${path}
  echo 'seisa ALL=(root) NOPASSWD: ${path} ""' | sudo tee /etc/sudoers.d/seisa
  sudo chmod 0440 /etc/sudoers.d/seisa && sudo visudo -c
  # seisa.yaml: {name: this-machine, scanner: endpoint, platform: linux, here: true, sudo: ${path}}
`
}
