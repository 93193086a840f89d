import { Fault } from '../core/fault.ts'
import type { SoftwareList } from '../core/software/list.ts'
import type { LocalText } from '../core/text.ts'
import {
  softwareListContent,
  softwareListCsv,
  softwareListXlsx,
  softwareListYaml,
  type WrittenList,
} from '../files/software-list-write.ts'
import { type Content, writeFileAtomically } from '../files/write.ts'
import { visible } from '../text/safe.ts'
import type { App } from './app.ts'
import { readGolden } from './read-golden.ts'
import { fromHere } from './select.ts'
import type { TargetFlags } from './select-options.ts'
import { captureEntries, type CaptureOptions, softwareOf } from './software-capture.ts'
import { type Difference, differenceOf } from './software-difference.ts'
import { namedList } from './software-lists.ts'
import { differenceText } from './software-text.ts'
import { softwareWords as words } from './words.ts'

/** What the command line says of a capture. */
export interface CaptureFlags extends TargetFlags {
  readonly from: readonly string[]
  readonly output?: string
  readonly force?: true
  readonly against?: string
  readonly sheet?: string
  readonly anyVersion?: true
  readonly minimum?: string
  readonly json?: true
}

/** `seisa software capture`: a list from golden hosts, or what separates one from them. Gives the exit code. */
export async function runCapture(app: App, flags: CaptureFlags): Promise<number> {
  const options = captureOptions(app, flags)
  const output = flags.output === undefined || flags.output === '-' ? undefined : fromHere(app.cwd, flags.output)
  if (output !== undefined && !/\.(?:ya?ml|csv|xlsx)$/i.test(output)) throw new Fault('usage', words.extension)
  if (flags.against !== undefined && output === fromHere(app.cwd, flags.against))
    throw new Fault('usage', words.sameFile)
  const { hosts, project } = await readGolden(app, flags)
  const configured = project?.config.settings.softwareLists ?? []
  const hostNames = hosts.map(({ snapshot }) => snapshot.component.name)
  if (flags.against !== undefined) {
    const uses = await namedList(app, configured, flags.against, flags)
    const [used] = uses
    if (!used) throw new Fault('usage', words.noList)
    const difference = differenceOf(used.list, hosts, options, uses)
    if (output !== undefined) {
      const comment = [...headComment(app, words.proposed, hostNames), ...marks(app, difference.incomplete)]
      await write(app, output, flags, successorOf(used.list, difference), {
        comment,
        incomplete: difference.incomplete,
      })
    }
    const text = flags.json ? `${JSON.stringify(difference, null, 2)}\n` : differenceText(difference, app.language)
    await app.stdout.write(text)
    return ended(app, difference.incomplete)
  }
  const { seen, incomplete: unread } = softwareOf(hosts.map(({ snapshot }) => snapshot))
  const { entries, incomplete } = captureEntries(seen, unread, options)
  if (entries.length === 0) throw new Fault('unreachable', words.nothingRead, incomplete[0] && { next: incomplete[0] })
  const list: WrittenList = {
    id: 'captured',
    version: 1,
    title: words.capturedTitle,
    unlisted: 'forbidden',
    severity: { unlisted: 'medium', forbidden: 'high' },
    controls: [],
    entries: entries.map(({ entry }) => entry),
  }
  const comment = [...headComment(app, words.captured, hostNames), ...marks(app, incomplete)]
  if (output !== undefined) await write(app, output, flags, list, { comment, incomplete })
  if (flags.json)
    await app.stdout.write(
      `${JSON.stringify({ list: softwareListContent(list), incomplete, hosts: hostNames }, null, 2)}\n`,
    )
  else if (output === undefined) await app.stdout.write(softwareListYaml(list, comment))
  return ended(app, incomplete)
}

function captureOptions(app: App, flags: CaptureFlags): CaptureOptions {
  // what is proposed for an approved list is named one by one, unless somebody asks for publishers
  const usual = flags.against === undefined ? 3 : Number.MAX_SAFE_INTEGER
  const minimum = flags.minimum === undefined ? usual : Number(flags.minimum)
  if (!Number.isInteger(minimum) || minimum < 1) throw new Fault('usage', words.badMinimum)
  return {
    minimum,
    versions: flags.anyVersion !== true,
    reason: words.reason[app.language],
    unhashed: words.unhashed[app.language],
  }
}

/** The list with what is to be added; what it holds already stays as it is, for people to change. */
const successorOf = (list: SoftwareList, { add }: Difference): WrittenList => ({
  ...list,
  version: list.version + 1,
  entries: [...list.entries, ...add.map(({ entry }) => entry)],
})

async function write(
  app: App,
  path: string,
  flags: CaptureFlags,
  list: WrittenList,
  { comment, incomplete }: { readonly comment: readonly string[]; readonly incomplete: readonly LocalText[] },
): Promise<void> {
  const yaml = /\.ya?ml$/i.test(path)
  // a table has no place for the mark
  if (!yaml && incomplete.length > 0) throw new Fault('unreachable', words.incompleteTable, { next: words.asYaml })
  const content: Content = yaml
    ? softwareListYaml(list, comment)
    : /\.csv$/i.test(path)
      ? softwareListCsv(list.entries)
      : pieces(await softwareListXlsx(list.entries))
  await writeFileAtomically(path, content, { exclusive: flags.force !== true })
  await app.stderr.write(`${words.written[app.language]}: ${visible(flags.output ?? '')}\n`)
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

const headComment = (app: App, what: LocalText, hosts: readonly string[]): readonly string[] => [
  what[app.language],
  `${words.from[app.language]}: ${hosts.map(visible).join(', ')}`,
]

const marks = (app: App, incomplete: readonly LocalText[]): readonly string[] =>
  incomplete.length === 0
    ? []
    : [words.incomplete[app.language], ...incomplete.map((one) => `  - ${visible(one[app.language])}`)]

async function ended(app: App, incomplete: readonly LocalText[]): Promise<number> {
  if (incomplete.length === 0) return 0
  await app.stderr.write(`seisa: ${words.incomplete[app.language]}\n`)
  for (const one of incomplete) await app.stderr.write(`  ${visible(one[app.language])}\n`)
  return 3
}
