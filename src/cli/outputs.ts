import { Fault } from '../core/fault.ts'
import type { Report, ReportOptions, RunResult, Verdict } from '../core/run.ts'
import { writeFileAtomically } from '../files/write.ts'
import { localeIsUtf8 } from '../text/language.ts'
import { colorAllowed, columnsOf } from '../text/terminal.ts'
import { japan } from '../text/time.ts'
import type { App } from './app.ts'
import { hintOf } from './help.ts'
import { fromHere } from './select.ts'
import { scanWords as words } from './words.ts'

/** What the command line says of the reports. */
export interface OutputFlags {
  readonly format: readonly string[]
  readonly json?: true
  readonly rows?: true
  readonly verbose?: true
  readonly color: boolean
}

/** A report and where it goes; no path is standard output. */
export interface OutputChoice {
  readonly report: Report
  readonly path?: string
}

/**
 * The reports that were asked for, each with its own place.
 * @throws Fault `usage` when two of them would overwrite each other
 */
export async function chooseOutputs(app: App, flags: OutputFlags): Promise<readonly OutputChoice[]> {
  const asked = flags.format.length > 0 ? flags.format : flags.json ? [] : ['terminal']
  const texts = flags.json && !asked.includes('json') ? [...asked, 'json'] : asked
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
  const paths = choices.flatMap(({ path }) => (path === undefined ? [] : [path]))
  const twice = paths.find((path, at) => paths.indexOf(path) !== at)
  if (twice !== undefined) {
    throw new Fault('usage', {
      ja: `2つの出力が同じファイル ${twice} を指している`,
      en: `two outputs name the same file ${twice}`,
    })
  }
  return choices
}

/**
 * Writes every report. One that can't be written takes none of the others with it.
 * @throws the first thing that went wrong, after the last report
 */
export async function writeReports(
  app: App,
  outputs: readonly OutputChoice[],
  result: RunResult,
  flags: OutputFlags,
  only: ReadonlySet<Verdict> | undefined,
): Promise<void> {
  const failures: unknown[] = []
  for (const output of outputs) {
    await writeReport(app, output, result, flags, only).catch((cause: unknown) => failures.push(cause))
  }
  if (failures.length > 0) throw failures[0]
}

async function writeReport(
  app: App,
  output: OutputChoice,
  result: RunResult,
  flags: OutputFlags,
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
  const pieces = output.report.render(result, options)
  if (output.path !== undefined) {
    await writeFileAtomically(output.path, pieces)
    return
  }
  for await (const piece of pieces) await app.stdout.write(piece)
}
