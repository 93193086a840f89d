import type { LocalText } from '../text.ts'
import type { CompiledEntry } from './compiled.ts'
import type { SoftwareEntry } from './list.ts'
import { rangeText } from './match.ts'
import type { OpenEntry } from './judge-row.ts'
import { fieldTitle } from './row-view.ts'

/** Entries that one sentence names; the others are counted. */
const namedEntries = 3

const joined = (parts: readonly LocalText[], ja: string, en: string): LocalText => {
  const named = parts.slice(0, namedEntries)
  const rest = parts.length - named.length
  return {
    ja: named.map((part) => part.ja).join(ja) + (rest > 0 ? `、ほか${rest}件` : ''),
    en: named.map((part) => part.en).join(en) + (rest > 0 ? `, and ${rest} more` : ''),
  }
}

const ids = (entries: readonly CompiledEntry[]): LocalText =>
  joined(
    entries.map(({ entry }) => ({ ja: entry.id, en: entry.id })),
    '、',
    ', ',
  )

export const titles = {
  listed: {
    ja: '一覧で許可されたソフトウェアだけが入っている',
    en: 'Only software that the list allows is installed',
  },
  notForbidden: {
    ja: '一覧で禁止されたソフトウェアが入っていない',
    en: 'No software that the list forbids is installed',
  },
  current: { ja: 'ソフトウェア一覧の項目が期限内', en: 'Entries of the software list are within their term' },
  used: {
    ja: 'ソフトウェア一覧の許可がどれも使われている',
    en: 'Every entry of the software list that allows something is used',
  },
  placed: {
    ja: 'ソフトウェア一覧の項目がどれも実在する構成要素を指している',
    en: 'Every entry of the software list is for components that exist',
  },
} as const satisfies Readonly<Record<string, LocalText>>

export const expected = {
  listed: { ja: '一覧で許可されている', en: 'allowed by the list' },
  notForbidden: { ja: '一覧で禁止されていない', en: 'not forbidden by the list' },
  current: { ja: '期限が過ぎていない', en: 'its last day is not over' },
  used: { ja: '当たるソフトウェアがある', en: 'some software matches it' },
  placed: { ja: '当てはまる構成要素がある', en: 'it applies to some component' },
} as const satisfies Readonly<Record<string, LocalText>>

export const unlisted: LocalText = { ja: '一覧にない', en: 'not listed' }

/** `version 1.1, listed: at least 1.2`. */
export function otherVersionText(version: string, entries: readonly CompiledEntry[]): LocalText {
  const ranges = entries.flatMap(({ entry }) => (entry.versions ? [rangeText(entry.versions)] : []))
  const unique = [...new Map(ranges.map((range) => [range.en, range])).values()]
  const listed = joined(unique, ' または ', ', or ')
  return { ja: `版 ${version}、一覧では ${listed.ja}`, en: `version ${version}, listed: ${listed.en}` }
}

/** Something else lies at the listed place. */
export function otherContentText(entries: readonly CompiledEntry[]): LocalText {
  const named = ids(entries)
  return {
    ja: `内容が一覧と違う（項目 ${named.ja} のハッシュ値と合わない）`,
    en: `its contents are not those listed (the hash of entry ${named.en})`,
  }
}

/** Which entry allowed it, and until when. */
export function expiredText(entries: readonly CompiledEntry[]): LocalText {
  const named = joined(
    entries.map(({ entry: { id, validUntil = '' } }) => ({
      ja: `項目 ${id} は ${validUntil} まで`,
      en: `entry ${id} ended on ${validUntil}`,
    })),
    '、',
    ', ',
  )
  return { ja: `許可の期限切れ（${named.ja}）`, en: `no longer allowed: ${named.en}` }
}

/** Which entry forbids it, in which versions, and why. */
export function deniedText({ id, reason, versions }: SoftwareEntry): LocalText {
  const range = versions ? rangeText(versions) : undefined
  return {
    ja: `項目 ${id} で禁止${range && range.ja !== '' ? `（${range.ja}）` : ''}${reason === '' ? '' : `: ${reason}`}`,
    en: `forbidden by entry ${id}${range && range.en !== '' ? ` (${range.en})` : ''}${reason === '' ? '' : `: ${reason}`}`,
  }
}

/** Entries that are looked at to say why nothing is known: a row without a name may be taken by thousands. */
const mostOpen = 20

/** Which entries may take it, and which field keeps that from being known. */
export function openText(open: readonly OpenEntry[]): LocalText {
  const byCause = new Map<string, { readonly cause: LocalText; readonly entries: CompiledEntry[] }>()
  for (const { entry, blocked } of open.slice(0, mostOpen)) {
    const causes = blocked.map(({ field, why }) => {
      const title = field === 'valid-until' ? { ja: '期限', en: 'the last day' } : fieldTitle(field)
      return { ja: `${title.ja}が決められない（${why.ja}）`, en: `${title.en} is not known (${why.en})` }
    })
    const cause = {
      ja: [...new Set(causes.map(({ ja }) => ja))].join('、'),
      en: [...new Set(causes.map(({ en }) => en))].join(', '),
    }
    const group = byCause.get(cause.en) ?? { cause, entries: [] }
    group.entries.push(entry)
    byCause.set(cause.en, group)
  }
  const parts = [...byCause.values()].map(({ cause, entries }) => {
    const named = ids(entries)
    return { ja: `項目 ${named.ja} に当たるか不明: ${cause.ja}`, en: `entry ${named.en} may take it: ${cause.en}` }
  })
  const text = joined(parts, '、', '; ')
  const rest = open.length - mostOpen
  return rest > 0 ? { ja: `${text.ja}（項目はほか${rest}件）`, en: `${text.en} (and ${rest} more entries)` } : text
}

/** Allowed to one role where both use the component. */
export function oneRoleText(entries: readonly CompiledEntry[]): LocalText {
  const named = ids(entries)
  return entries[0]?.entry.role === 'user'
    ? {
        ja: `管理者以外にだけ許可（項目 ${named.ja}）。管理者が使うかは読めない`,
        en: `allowed for users other than administrators only (entry ${named.en}); whether administrators run it is not read`,
      }
    : {
        ja: `管理者にだけ許可（項目 ${named.ja}）。ほかの利用者が使えるかは読めない`,
        en: `allowed for administrators only (entry ${named.en}); whether others can run it is not read`,
      }
}

export const roleNeeded: LocalText = {
  ja: '一覧を使うところに role（administrator か user）を書く',
  en: 'say role: administrator or role: user where the list is used',
}

/** Commands that remove a package, by format. The name is left out: names from a target don't belong in a command. */
const removal: Readonly<Record<string, string>> = {
  deb: 'apt-get remove',
  rpm: 'dnf remove',
  apk: 'apk del',
  pacman: 'pacman -R',
  snap: 'snap remove',
  flatpak: 'flatpak uninstall',
  pip: 'pip uninstall',
}

/** The two ways of putting it right: away with it, or an approved entry. `format` is that of the package, if it was read. */
export function removeOrList(format: string | undefined, list: string): LocalText {
  const remove = removeText(format)
  return {
    ja: `${remove.ja}。業務に必要なら承認を得て、一覧 ${list} に許可の項目を加える（版を限った項目なら、許可された版にしてもよい）`,
    en: `${remove.en}; or, if it is needed, have it approved and add an entry that allows it to the list ${list} (where only other versions are allowed, one of those will do)`,
  }
}

/** What to do about an entry that forbids. */
export function removeOrChange(format: string | undefined, list: string): LocalText {
  const remove = removeText(format)
  return {
    ja: `${remove.ja}。必要なら承認を得て、一覧 ${list} の禁止の項目を改めるか廃止にする`,
    en: `${remove.en}; or, if it is needed, have it approved and change or retire the entry of the list ${list} that forbids it`,
  }
}

function removeText(format: string | undefined): LocalText {
  if (format === 'file') return { ja: 'そのファイルを取り除く', en: 'remove the file' }
  const command = format !== undefined && Object.hasOwn(removal, format) ? removal[format] : undefined
  return command === undefined
    ? { ja: 'そのソフトウェアを取り除く', en: 'remove the software' }
    : { ja: `そのソフトウェアを取り除く（${command} 名称）`, en: `remove the software (${command} NAME)` }
}
