import { canonicalJson, digest } from '../core/canonical.ts'
import { rowTypesById } from '../core/catalogue/index.ts'
import { foldText } from '../core/software/glob.ts'
import type { SoftwareEntry, SoftwareList, SoftwareMatch } from '../core/software/list.ts'
import type { Says } from './excerpt.ts'
import type { Problem } from './problems.ts'
import { hiddenCharacter } from './source.ts'

/** An entry on its way into a list: its id may be missing, and it knows where it stands. */
export interface DraftEntry {
  readonly entry: Omit<SoftwareEntry, 'id'>
  readonly id?: string
  /** A problem at its id, at what it matches, or at the entry as a whole. */
  readonly problem: (at: 'id' | 'match' | 'entry', says: Says) => Problem
}

/** What a list does with software that no entry takes: with anything allowed it is a whitelist, even if that is retired. */
export const usualUnlisted = (entries: readonly Pick<SoftwareEntry, 'status'>[]): SoftwareList['unlisted'] =>
  entries.some(({ status }) => status === 'allow') ? 'forbidden' : 'accepted'

/** Severities for whoever says nothing. */
export const usualSeverity: SoftwareList['severity'] = { unlisted: 'medium', forbidden: 'high' }

/** Entries with their ids, and what is wrong with them together or one by one. */
export function finishEntries(drafts: readonly DraftEntry[]): {
  readonly entries: readonly SoftwareEntry[]
  readonly problems: readonly Problem[]
} {
  const problems: Problem[] = drafts.flatMap(({ entry, problem }) => {
    const says = tooWide(entry) ?? comesToNothing(entry.match)
    return says ? [problem('match', says)] : []
  })
  const ids = idsOf(drafts)
  const seen = new Map<string, DraftEntry>()
  const entries = drafts.map((draft, index): SoftwareEntry => {
    const id = ids[index] ?? ''
    const first = seen.get(id)
    if (first) problems.push(draft.problem('id', draft.id === undefined ? sameEntry(first) : sameId(id, first)))
    else seen.set(id, draft)
    return { id, ...draft.entry }
  })
  return { entries, problems }
}

/** An entry that would take whatever there is approves of nothing. */
function tooWide({ match, status }: Pick<SoftwareEntry, 'match' | 'status'>): Says | undefined {
  const { baseSystem, format, sha256, ...globs } = match
  const texts = Object.values(globs).filter((glob) => glob !== undefined)
  if (texts.length === 0 && baseSystem === undefined && !format && sha256 === undefined) return takesNothing
  if (status === 'deny' || sha256 !== undefined || baseSystem === true) return undefined
  return texts.every(isOnlyWild) ? takesEverything : undefined
}

/** `*`, `/*` and `*@*.*` take what anything may be called. */
const isOnlyWild = (glob: string): boolean =>
  /^[*?\s./\\@<>_:-]*$/.test(glob.normalize('NFKC')) && /[*?＊？]/.test(glob)

const knownFormats: ReadonlySet<string> = new Set(rowTypesById.get('software')?.fields['format']?.values)

/** What no software can ever match, although it looks as if some would: a prohibition of it would forbid nothing. */
function comesToNothing({ name, publisher, origin, path, format }: SoftwareMatch): Says | undefined {
  const unknown = format?.find((word) => !knownFormats.has(foldText(word)))
  if (unknown !== undefined) return unknownFormat(unknown)
  if (name !== undefined && !format && everything.test(foldText(name))) return meantAll
  if (
    name !== undefined &&
    (!format || format.includes('deb')) &&
    /^[^:]+:(?:all|any|amd64|i386|arm64|armhf)$/.test(name)
  )
    return withArchitecture
  for (const text of [name, publisher, origin, path]) {
    if (text === undefined) continue
    const hidden = hiddenCharacter(text)
    if (hidden !== undefined) return hiddenIn(hidden)
    if (text !== text.trim()) return spaced
  }
  return undefined
}

const everything =
  /^(?:全て|すべて|全部|全ソフトウェア|(?:上記|その他|以外|これら).*(?:全て|すべて|全部|以外|ソフトウェア|ソフト)?)$/

/**
 * Ids for entries that have none: made of what they are about and not of where they stand, so that sorting a table
 * or adding a row changes none. Versions only count where entries differ in nothing else.
 */
function idsOf(drafts: readonly DraftEntry[]): readonly string[] {
  const named = drafts.map((draft) => draft.id ?? madeId(draft.entry, false))
  const counts = new Map<string, number>()
  for (const id of named) counts.set(id, (counts.get(id) ?? 0) + 1)
  return drafts.map((draft, index) => {
    const id = named[index] ?? ''
    return draft.id === undefined && (counts.get(id) ?? 0) > 1 ? madeId(draft.entry, true) : id
  })
}

function madeId(entry: DraftEntry['entry'], withVersions: boolean): string {
  const { match, status, role, components, platform, versions } = entry
  const about = [match, status, role, components, platform, withVersions ? versions : undefined]
  return `${slug(match.name ?? nameless(match))}-${digest(canonicalJson(about)).slice(0, 8)}`
}

const nameless = ({ publisher, origin, path, baseSystem }: SoftwareMatch): string =>
  publisher ?? origin ?? path ?? (baseSystem ? 'base-system' : 'entry')

/** The ASCII letters and digits of a text, in lower case. */
export const slug = (text: string): string =>
  text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 40) || 'entry'

const takesNothing: Says = {
  what: { ja: '何に当てはまる項目か書かれていない', en: 'nothing says what the entry takes' },
  expected: {
    ja: '名前、発行元、配布元、パス、ハッシュ値のいずれか',
    en: 'a name, publisher, origin, path or hash',
  },
}
const unknownFormat = (word: string): Says => ({
  what: { ja: `パッケージの形式「${word}」はない`, en: `there is no package format “${word}”` },
  expected: { ja: [...knownFormats].join('、'), en: `one of ${[...knownFormats].join(', ')}` },
})
const meantAll: Says = {
  what: { ja: '名前ではなく、全てを指す言葉である', en: 'a word for everything, and no name' },
  expected: {
    ja: '全てを禁止するなら *。一覧にない物の扱いは seisa.yaml か YAML の unlisted: に書く',
    en: '* to forbid everything; what becomes of unlisted software is said by unlisted:',
  },
}
const withArchitecture: Says = {
  what: {
    ja: '命令セットの付いた名前は、どのパッケージにも当たらない',
    en: 'no package is matched with its architecture',
  },
  expected: { ja: ':amd64 などを除いた名前', en: 'the name without :amd64 and the like' },
}
const hiddenIn = (code: string): Says => ({
  what: { ja: `目に見えない文字がある（${code}）`, en: `a character that can not be seen (${code})` },
  expected: { ja: 'この文字を除いて書く', en: 'the text without it' },
})
const spaced: Says = {
  what: { ja: '前後に空白か改行がある', en: 'spaces or line breaks around it' },
  expected: { ja: '前後の空白と改行を除いて書く', en: 'the text without them' },
}
const takesEverything: Says = {
  what: { ja: '全てのソフトウェアに当てはまる許可である', en: 'this would allow any software at all' },
  expected: {
    ja: '許可する名前など（一覧にない物を認める一覧にするなら unlisted: accepted）',
    en: 'names of what is allowed (to accept what is not listed, say unlisted: accepted)',
  },
}
const sameId = (id: string, first: DraftEntry): Says => ({
  what: { ja: `id「${id}」が重複している`, en: `the id “${id}” is given twice` },
  expected: {
    ja: `一覧の中で1つだけの id（もう1つは ${first.entry.at}）`,
    en: `an id of its own (the other is at ${first.entry.at})`,
  },
})
const sameEntry = (first: DraftEntry): Says => ({
  what: { ja: '同じ項目が2つある', en: 'the same entry stands twice' },
  expected: { ja: `どちらか1つ（もう1つは ${first.entry.at}）`, en: `one of them (the other is at ${first.entry.at})` },
})
