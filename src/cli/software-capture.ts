import { digest } from '../core/canonical.ts'
import { compareText } from '../core/order.ts'
import type { Snapshot } from '../core/snapshot.ts'
import { calledByPath, type SoftwareRow, viewOf } from '../core/software/row-view.ts'
import type { SoftwareEntry, SoftwareMatch, VersionRange } from '../core/software/list.ts'
import type { LocalText } from '../core/text.ts'
import { compareVersions, type VersionScheme } from '../core/versions/index.ts'
import { visible } from '../text/safe.ts'
import { exactGlob, isExact, isUnwritable } from './software-glob.ts'

/** A piece of software on a golden host. */
export interface Seen {
  readonly view: SoftwareRow
  readonly host: string
}

/** An entry that was made from what is installed, and what it was made from. */
export interface CapturedEntry {
  readonly entry: Omit<SoftwareEntry, 'at'>
  /** What asks for it, sorted by name and host. */
  readonly from: readonly Found[]
}

/** Software on a host, as people are told of it. */
export interface Found {
  readonly name: string
  readonly version?: string
  readonly host: string
}

export interface Captured {
  readonly entries: readonly CapturedEntry[]
  /** What could not be read, so that the list may lack something. */
  readonly incomplete: readonly LocalText[]
}

export interface CaptureOptions {
  /** A publisher that brings at least so many packages gets one entry for all of them. */
  readonly minimum: number
  /** Whether entries ask for the version that is installed, or a later one. */
  readonly versions: boolean
  readonly reason: string
  /** Note on a file whose contents are not pinned. */
  readonly unhashed: string
}

/** What was read of the software of these hosts, and what was not. */
export function softwareOf(snapshots: readonly Snapshot[]): {
  readonly seen: readonly Seen[]
  readonly incomplete: readonly LocalText[]
} {
  const seen: Seen[] = []
  const incomplete: LocalText[] = []
  for (const { component, tables } of snapshots) {
    const { name: host } = component
    const table = tables.find(({ type }) => type === 'software')
    if (table?.inapplicable) continue
    if (!table) {
      incomplete.push({ ja: `${host}: ソフトウェアの一覧を読んでいない`, en: `${host}: its software was not read` })
      continue
    }
    let rows = 0
    for (const row of table.rows) {
      rows += 1
      const view = viewOf(row)
      if (view.read('name').state === 'known') seen.push({ view, host })
      else
        incomplete.push({
          ja: `${host}: 名前の読めない物がある`,
          en: `${host}: something has a name that was not read`,
        })
    }
    if (!table.complete || rows === 0) {
      const why = table.why ?? { ja: '一覧が空', en: 'the table is empty' }
      incomplete.push({ ja: `${host}: ${why.ja}`, en: `${host}: ${why.en}` })
    }
  }
  return { seen, incomplete }
}

/**
 * Entries that allow what is installed on golden hosts: one for the distribution's own packages, one for each publisher
 * that brings several, and one for each of the others. Sorted, so that hosts of one kind give one list. Ids that are
 * `taken` are left alone.
 */
export function captureEntries(
  seen: readonly Seen[],
  incomplete: readonly LocalText[],
  options: CaptureOptions,
  taken: Iterable<string> = [],
): Captured {
  const groups = new Map<string, { readonly kind: Kind; readonly seen: Seen[] }>()
  const publishers = countPublishers(seen)
  const lost: LocalText[] = [...incomplete]
  for (const one of seen) {
    const kind = kindOf(one, publishers, options.minimum)
    const unwritable = whyUnwritable(one, kind)
    if (unwritable) {
      lost.push(unwritable)
      continue
    }
    const group = groups.get(kind.key)
    if (group) group.seen.push(one)
    else groups.set(kind.key, { kind, seen: [one] })
  }
  const sorted = [...groups.values()].sort((a, b) => a.kind.rank - b.kind.rank || compareText(a.kind.key, b.kind.key))
  const ids = new Set(taken)
  const entries = sorted.map(({ kind, seen: members }): CapturedEntry => {
    const versions = options.versions && kind.versioned ? lowest(members) : undefined
    return {
      entry: {
        id: uniqueId(kind, ids),
        status: 'allow',
        state: 'active',
        match: kind.match,
        ...(versions && { versions }),
        reason: options.reason,
        ...(kind.unhashed && { note: options.unhashed }),
      },
      from: members.map(foundOf).sort(byName),
    }
  })
  return { entries, incomplete: distinct(lost) }
}

/**
 * Why no list can hold an entry for it. A `?` may stand for a character that acts as a wildcard or can't be seen where
 * the contents are pinned by a hash; elsewhere it would allow what nobody has seen.
 */
function whyUnwritable({ view, host }: Seen, { match }: Kind): LocalText | undefined {
  if (isUnwritable(view))
    return {
      ja: `${host}: 名前か場所が長すぎて一覧に書けない物がある`,
      en: `${host}: a name or path is too long for a list`,
    }
  const glob = match.name ?? (match.sha256 === undefined ? match.path : undefined)
  if (glob === undefined || isExact(glob)) return undefined
  const shown = visible(view.row.name)
  return {
    ja: `${host}: 「${shown}」の名前か場所には、一覧に正確には書けない文字がある`,
    en: `${host}: the name or path of “${shown}” has characters that a list can not say exactly`,
  }
}

/** What an entry for a piece of software takes, and with which others it shares the entry. */
interface Kind {
  readonly key: string
  readonly rank: number
  readonly match: SoftwareMatch
  readonly id: string
  readonly versioned: boolean
  /** A file by its path alone, since its hash was not read. */
  readonly unhashed?: boolean
}

function kindOf({ view }: Seen, publishers: ReadonlyMap<string, number>, minimum: number): Kind {
  const known = (field: string): string | undefined => {
    const read = view.read(field)
    return read.state === 'known' && read.raw.trim() !== '' ? read.raw : undefined
  }
  const name = known('name') ?? view.row.name
  const format = known('format')
  const formats = format === undefined ? {} : { format: [format.toLowerCase()] }
  const base = known('base-system') === 'true' ? baseKind(format, known('publisher')) : undefined
  if (base) return base
  const path = known('path')
  if (format === 'file' && path !== undefined) {
    const sha256 = known('sha256')?.toLowerCase()
    const own = sha256 !== undefined && /^[0-9a-f]{64}$/.test(sha256) ? { sha256 } : {}
    const match = { path: exactGlob(path), ...own, ...formats }
    return { key: JSON.stringify(match), rank: 3, match, id: name, versioned: false, unhashed: !('sha256' in own) }
  }
  const brings = publisherOf(view)
  if (brings && (publishers.get(brings.key) ?? 0) >= minimum) {
    const { key, match, publisher } = brings
    return {
      key,
      rank: 1,
      match: { ...match, ...formats },
      id: `from ${publisher.replace(/<.*/, '')}`,
      versioned: false,
    }
  }
  const match = { name: exactGlob(name), ...formats }
  // the distribution's own packages come in whatever version it has
  const versioned = known('base-system') !== 'true'
  return { key: JSON.stringify(match), rank: 2, match, id: name, versioned }
}

/** Maintainers whose address is the distribution's (the scanner of Linux knows the same). */
const distributions = /@(?:[^@>\s]+\.)?(debian|ubuntu|canonical)\.(?:org|net|com)>?\s*$/i

/**
 * The distribution's own packages as one entry. Whether a Debian package is one can't always be read, so that the entry
 * asks for the maintainer's address too: what has another one is then surely not allowed by it, and named where it isn't
 * listed by itself. Nothing for the few that are known by the lists of apt alone.
 */
function baseKind(format: string | undefined, publisher: string | undefined): Kind | undefined {
  const domain = format === 'deb' ? distributions.exec(publisher ?? '')?.[1]?.toLowerCase() : undefined
  if (format === 'deb' && domain === undefined) return undefined
  const match = {
    baseSystem: true,
    ...(domain !== undefined && { publisher: `*${domain}.*` }),
    ...(format !== undefined && { format: [format.toLowerCase()] }),
  }
  const id = ['base-system', domain ?? format].filter((part) => part !== undefined).join('-')
  return { key: JSON.stringify(match), rank: 0, match, id, versioned: false }
}

/** Packages that each publisher brings, over all hosts, each name once. */
function countPublishers(seen: readonly Seen[]): ReadonlyMap<string, number> {
  const names = new Map<string, Set<string>>()
  for (const { view } of seen) {
    const brings = publisherOf(view)
    const name = view.read('name')
    if (!brings || name.state !== 'known') continue
    const found = names.get(brings.key) ?? new Set()
    names.set(brings.key, found.add(name.folded))
  }
  return new Map([...names].map(([key, found]) => [key, found.size]))
}

/** Names that packaging tools put in where nobody filled one in. */
const nobody = /^(?:unknown|unspecified|none|n\/a|null|anonymous|root|nobody|vagrant|default|user|-|\(none\)|<.*>)$/i
/** Addresses of the machine that built a package, and not of anybody. */
const localAddress =
  /@(?:[^.@>\s]+|[^@>\s]*\.(?:local|localdomain|lan|internal|test|invalid|example))>?\s*$|(?:^|<)(?:root|nobody)@/i

/**
 * Who a package says it is from, where that may stand for everything that they bring: not where it could not be read, is
 * empty or made up by a packaging tool, or where a glob would take others too. What a channel or a store is called
 * (snap, flatpak) says nothing of who made what is in it.
 */
function publisherOf(
  view: SoftwareRow,
): { readonly key: string; readonly publisher: string; readonly match: SoftwareMatch } | undefined {
  const [publisher, origin, format, base] = ['publisher', 'origin', 'format', 'base-system'].map((field) =>
    view.read(field),
  )
  if (publisher?.state !== 'known' || (base?.state === 'known' && base.raw === 'true')) return undefined
  const who = publisher.raw
  if (!isExact(who) || who === '' || nobody.test(who) || localAddress.test(who)) return undefined
  const kind = format?.state === 'known' ? format.folded : ''
  if (kind === 'file' || kind === 'pip') return undefined
  const from =
    kind === 'deb' && origin?.state === 'known' && isExact(origin.raw) && origin.raw !== '' ? origin.raw : undefined
  const match = { publisher: who, ...(from !== undefined && { origin: from }) }
  return { key: JSON.stringify([kind, match]), publisher: who, match }
}

const schemes: Readonly<Record<string, VersionScheme>> = { deb: 'deb', rpm: 'rpm' }
/** What a list can hold, and an ordering has a place for. */
const orderable = /^(?=.*\d)[0-9A-Za-z](?:[0-9A-Za-z.+~:^_-]{0,150}[0-9A-Za-z])?$/

/** The lowest version among them, as a bound; nothing where one of them has none that could be compared. */
function lowest(members: readonly Seen[]): VersionRange | undefined {
  let found: string | undefined
  const format = members[0]?.view.read('format')
  const own = format?.state === 'known' ? schemes[format.folded] : undefined
  for (const { view } of members) {
    const version = view.read('version')
    if (version.state !== 'known' || !orderable.test(version.raw)) return undefined
    if (found === undefined || compareVersions(own ?? 'dotted', version.raw, found) < 0) found = version.raw
  }
  return found === undefined ? undefined : { ...(own ? {} : { scheme: 'dotted' as const }), atLeast: found }
}

export function foundOf({ view, host }: Seen): Found {
  const version = view.read('version')
  const name = calledByPath(view) ?? view.row.name
  return { name, ...(version.state === 'known' && { version: version.raw }), host }
}

/** The order of `Found`. */
export const byName = (a: Found, b: Found): number => compareText(a.name, b.name) || compareText(a.host, b.host)

/** An id in ASCII that no entry before has, the same for the same software. */
function uniqueId(kind: Kind, taken: Set<string>): string {
  const plain = kind.id
    .replaceAll(/[^A-Za-z0-9._]+/g, '-')
    .replaceAll(/^[^A-Za-z0-9]+|-+$/g, '')
    .slice(0, 80)
  const hashed = `${plain === '' ? 'entry' : plain}-${digest(kind.key).slice(0, 8)}`
  const id =
    plain === '' || plain !== kind.id.replaceAll(' ', '-').replace(/-$/, '') || taken.has(plain) ? hashed : plain
  taken.add(id)
  return id
}

const distinct = (texts: readonly LocalText[]): readonly LocalText[] => [
  ...new Map(texts.map((text) => [text.en, text])).values(),
]
