import type { Language } from '../core/text.ts'
import { entryContent } from '../files/software-list-write.ts'
import { visible } from '../text/safe.ts'
import type { CapturedEntry, Found } from './software-capture.ts'
import { type Difference, isSame } from './software-difference.ts'
import { softwareWords as words } from './words.ts'

/** Of several pieces of software behind one entry, so many are named. */
const named = 5

/** A difference for the people who review it. */
export function differenceText(difference: Difference, lang: Language): string {
  const { list, add, versions, contents, unused, ended, forbidden, undecided, incomplete } = difference
  const lines: string[] = [`${words.against[lang]} ${list.id} v${list.version}`]
  const section = (title: string, items: readonly string[]): void => {
    if (items.length > 0) lines.push('', `${title} (${items.length})`, ...items)
  }
  section(
    words.add[lang],
    add.map((one) => `  + ${entryText(one)}\n      ${askedBy(one.from, lang)}`),
  )
  section(
    words.versions[lang],
    versions.map(
      ({ entry, at, range, found }) =>
        `  ~ ${entry} (${visible(range)}; ${visible(at)})\n      ${askedBy(found, lang)}`,
    ),
  )
  section(
    words.contents[lang],
    contents.map(({ entry, at, found }) => `  ~ ${entry} (${visible(at)})\n      ${askedBy(found, lang)}`),
  )
  section(
    words.unused[lang],
    unused.map(({ entry, at }) => `  - ${entry} (${visible(at)})`),
  )
  section(
    words.ended[lang],
    ended.map(
      ({ entry, at, how, found }) =>
        `  - ${entry} (${words[how][lang]}; ${visible(at)})\n      ${askedBy(found, lang)}`,
    ),
  )
  section(
    words.forbidden[lang],
    forbidden.map((one) => `  ! ${foundText(one)}`),
  )
  section(
    words.undecided[lang],
    undecided.map((one) => `  ? ${foundText(one)}\n      ${visible(one.why[lang])}`),
  )
  section(
    words.unread[lang],
    incomplete.map((one) => `  ? ${visible(one[lang])}`),
  )
  if (isSame(difference) && incomplete.length === 0) lines.push(words.same[lang])
  return `${lines.join('\n')}\n`
}

const entryText = ({ entry }: CapturedEntry): string => {
  const { id, reason: _, status: __, ...rest }: Record<string, unknown> = { ...entryContent(entry) }
  return visible(`${String(id)}: ${JSON.stringify(rest)}`)
}

const foundText = ({ name, version, host }: Found): string =>
  visible(`${name}${version === undefined ? '' : ` ${version}`} @ ${host}`)

function askedBy(found: readonly Found[], lang: Language): string {
  const more = found.length - named
  const rest = more <= 0 ? '' : lang === 'ja' ? ` ほか ${more} 件` : ` and ${more} more`
  return `${found.slice(0, named).map(foundText).join(', ')}${rest}`
}
