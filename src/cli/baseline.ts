import type { Command } from 'commander'
import { expectationText, valueText } from '../core/describe.ts'
import { namerOf } from '../core/judge.ts'
import type { ResolvedBaseline } from '../core/resolve.ts'
import { loadBaseline, builtInBaselines, loadBuiltIn } from '../files/built-in.ts'
import { writeFileAtomically } from '../files/write.ts'
import { visible } from '../text/safe.ts'
import { severityWords } from '../core/vocabulary.ts'
import { tableLines } from '../text/terminal.ts'
import type { App } from './app.ts'
import { loadNamed } from './baselines.ts'
import { captureBaseline, capturedContent } from './capture.ts'
import { addExamples, makeCommand } from './help.ts'
import { readSnapshots } from './read-snapshots.ts'
import { fromHere } from './select.ts'
import { baselineWords as words, collectWords, scanWords } from './words.ts'

/** `seisa baseline …`. */
export function baselineCommand(app: App, done: (code: number) => void): Command {
  const lang = app.language
  const list = makeCommand('list', words.list, lang)
    .option('--json', scanWords.json[lang])
    .action(async (flags: { json?: true }) => done(await listBaselines(app, flags.json === true)))
  const show = makeCommand('show', words.show, lang)
    .argument('<ID|FILE>', words.id[lang])
    .option('--json', scanWords.json[lang])
    .action(async (name: string, flags: { json?: true }) => done(await showBaseline(app, name, flags.json === true)))
  const validate = makeCommand('validate', words.validate, lang)
    .argument('<FILE...>', words.files[lang])
    .option('--json', scanWords.json[lang])
    .action(async (files: readonly string[], flags: { json?: true }) =>
      done(await validateBaselines(app, files, flags.json === true)),
    )
  const capture = makeCommand('capture', words.capture, lang)
    .option('--here', scanWords.here[lang])
    .option('--from <BUNDLE>', scanWords.from[lang])
    .option('-o, --output <FILE>', words.output[lang])
    .option('--json', words.json[lang])
    .action(async (flags: CaptureFlags) => done(await capture_(app, flags)))
  const listExample = { command: 'seisa baseline list', what: words.exampleList }
  const showExample = { command: 'seisa baseline show ipa-sme', what: words.exampleShow }
  const captureExample = { command: 'seisa baseline capture --here -o our-servers.yaml', what: words.exampleCapture }
  const validateExample = { command: 'seisa baseline validate our-servers.yaml', what: words.exampleValidate }
  const command = makeCommand('baseline', words.description, lang)
    .helpCommand(false)
    .addCommand(addExamples(list, [listExample], lang))
    .addCommand(addExamples(show, [showExample], lang))
    .addCommand(addExamples(validate, [validateExample], lang))
    .addCommand(addExamples(capture, [captureExample], lang))
  return addExamples(command, [showExample, captureExample, validateExample], lang)
}

async function listBaselines(app: App, json: boolean): Promise<number> {
  const all = builtInBaselines().map((id) => loadBuiltIn(id))
  if (json) {
    const items = all.map(({ id, version, title, hash, requirements, notDecided }) => ({
      id,
      version,
      title,
      hash,
      requirements: requirements.length,
      notDecided: notDecided.length,
    }))
    await app.stdout.write(`${JSON.stringify(items, null, 2)}\n`)
    return 0
  }
  const titles =
    app.language === 'ja' ? ['基準', '版', '要件', '表題'] : ['Baseline', 'Version', 'Requirements', 'Title']
  const rows = all.map((one) => [one.id, String(one.version), String(one.requirements.length), one.title[app.language]])
  const lines = tableLines(
    titles.map((title, at) => ({ title, ...((at === 1 || at === 2) && { align: 'end' as const }) })),
    rows,
  )
  await app.stdout.write(`${lines.join('\n')}\n`)
  return 0
}

async function showBaseline(app: App, name: string, json: boolean): Promise<number> {
  const baseline = loadNamed(app, name)
  await app.stdout.write(json ? `${JSON.stringify(baseline, null, 2)}\n` : baselineText(app, baseline))
  return 0
}

function baselineText(app: App, baseline: ResolvedBaseline): string {
  const lang = app.language
  const lines = [
    `${baseline.id} v${baseline.version}  ${visible(baseline.title[lang])}`,
    `SHA-256 ${baseline.hash}`,
    '',
  ]
  const parameters = Object.entries(baseline.parameters)
  if (parameters.length > 0) lines.push(words.parameters[lang])
  for (const [id, parameter] of parameters) {
    const mark = parameter.default ? `  [${words.suggested[lang]}]` : ''
    const shown = valueText(parameter.value, { type: parameter.type ?? 'text' })[lang]
    lines.push(`  ${id} = ${visible(shown)}  ${visible(parameter.title[lang])}${mark}`)
  }
  lines.push('', `${words.requirements[lang]} (${baseline.requirements.length})`)
  for (const one of baseline.requirements) {
    const asked = one.expect ?? one.reject
    lines.push(`  ${one.id}  [${severityWords[one.severity][lang]}]  ${visible(one.title[lang])}`)
    if (asked) lines.push(`      ${visible(expectationText(asked, namerOf(one.each))[lang])}`)
    if (one.controls.length > 0) lines.push(`      ${one.controls.join(', ')}`)
  }
  if (baseline.notDecided.length > 0) lines.push('', words.notDecided[lang])
  for (const one of baseline.notDecided) lines.push(`  ${one.control}  ${visible(one.reason[lang])}`)
  if (baseline.loosened.length > 0) lines.push('', words.loosened[lang])
  for (const one of baseline.loosened) lines.push(`  ${visible(one.why[lang])}`)
  return `${lines.join('\n')}\n`
}

/** Throws the fault with every problem of the first bad file; says each good one. */
async function validateBaselines(app: App, files: readonly string[], json: boolean): Promise<number> {
  if (json) {
    const valid = files.map((file) => {
      const { id, version, hash, requirements, loosened } = loadBaseline([fromHere(app.cwd, file)])
      return { file, id, version, hash, requirements: requirements.length, loosened }
    })
    await app.stdout.write(`${JSON.stringify(valid, null, 2)}\n`)
    return 0
  }
  for (const file of files) {
    const baseline = loadBaseline([fromHere(app.cwd, file)])
    const counted =
      app.language === 'ja' ? `要件 ${baseline.requirements.length}` : `${baseline.requirements.length} requirements`
    await app.stdout.write(
      `${visible(file)}: ${words.valid[app.language]} (${baseline.id} v${baseline.version}, ${counted})\n`,
    )
    for (const one of baseline.loosened)
      await app.stdout.write(`  ${words.loosened[app.language]}: ${visible(one.why[app.language])}\n`)
  }
  return 0
}

interface CaptureFlags {
  readonly here?: true
  readonly from?: string
  readonly output?: string
  readonly json?: true
}

async function capture_(app: App, flags: CaptureFlags): Promise<number> {
  const snapshots = await readSnapshots(app, flags.from)
  const text = flags.json
    ? `${JSON.stringify(capturedContent(snapshots), null, 2)}\n`
    : captureBaseline(snapshots, app.language)
  if (flags.output === undefined || flags.output === '-') await app.stdout.write(text)
  else {
    await writeFileAtomically(fromHere(app.cwd, flags.output), text, { exclusive: true })
    await app.stderr.write(`${collectWords.output[app.language]}: ${visible(flags.output)}\n`)
  }
  return 0
}
