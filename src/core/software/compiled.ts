import { canonicalJson } from '../canonical.ts'
import { compareText } from '../order.ts'
import { compileGlob, foldText, type Glob, looseText, pipName } from './glob.ts'
import type { SoftwareEntry, SoftwareList } from './list.ts'

/** One part of a match: a field that was read must hold a test. */
export interface Part {
  readonly field: string
  readonly test: (read: { readonly raw: string; readonly folded: string; readonly pipName?: string }) => boolean
  /** What is listed, where a field that says something else, or nothing, does not yet make it other software. */
  readonly loosely?: string
}

/** An entry in force, ready to be held against many rows. */
export interface CompiledEntry {
  readonly entry: SoftwareEntry
  readonly name?: Glob
  /** The same for names of Python packages in their one form. */
  readonly pipName?: Glob
  /** All of them must hold; the name comes first, because it decides most often. */
  readonly parts: readonly Part[]
  readonly platform?: readonly Glob[]
  /** First millisecond after its last day, or NaN where that is no day. */
  readonly endsAt?: number
}

/** Entries in force, sorted by id, so that the order of the file can't show, and found by the names that they take. */
export interface CompiledList {
  readonly entries: readonly CompiledEntry[]
  readonly allows: boolean
  readonly denies: boolean
  /** Fields of rows that some entry looks at, sorted. */
  readonly fields: readonly string[]
  /** Places in `entries` of those that could take software of these names, ascending. */
  readonly candidates: (...foldedNames: readonly string[]) => readonly number[]
}

const compiled = new WeakMap<SoftwareList, CompiledList>()

/** The compiled form of a list, made once. */
export function compileList(list: SoftwareList): CompiledList {
  const known = compiled.get(list)
  if (known) return known
  const made = compile(list)
  compiled.set(list, made)
  return made
}

function compile(list: SoftwareList): CompiledList {
  const sorted = list.entries
    .filter(({ state, match }) => state === 'active' && Object.values(match).some((part) => part !== undefined))
    .map((entry) => ({ entry, text: canonicalJson(entry) }))
    .sort((a, b) => compareText(a.entry.id, b.entry.id) || compareText(a.text, b.text))
    .map(({ entry }) => compileEntry(entry))
  return {
    entries: sorted,
    allows: sorted.some(({ entry }) => entry.status === 'allow'),
    denies: sorted.some(({ entry }) => entry.status === 'deny'),
    fields: fieldsOf(sorted),
    candidates: indexOf(sorted),
  }
}

const dayMilliseconds = 86_400_000

function compileEntry(entry: SoftwareEntry): CompiledEntry {
  const { match } = entry
  const globOf = (text: string): Glob => compileGlob(text, { loosely: entry.status === 'deny' })
  const name = match.name === undefined ? undefined : globOf(match.name)
  const asPip = match.name === undefined ? undefined : globOf(pipName(foldText(match.name)))
  return {
    entry,
    ...(name && { name }),
    ...(asPip && { pipName: asPip }),
    parts: partsOf(entry, name, asPip),
    ...(entry.platform && { platform: entry.platform.map((glob) => compileGlob(glob)) }),
    ...(entry.validUntil !== undefined && {
      // a Japanese day ends at 15:00 UTC
      endsAt: Date.parse(`${entry.validUntil}T00:00:00+09:00`) + dayMilliseconds,
    }),
  }
}

function partsOf({ match, status }: SoftwareEntry, name: Glob | undefined, asPip: Glob | undefined): readonly Part[] {
  const { format, baseSystem, sha256, ...globs } = match
  const denies = status === 'deny'
  const seen = (folded: string): string => (denies ? looseText(folded) : folded)
  const parts: Part[] = []
  if (name) {
    parts.push({
      field: 'name',
      test: (read) =>
        name.takes(seen(read.folded)) || (read.pipName !== undefined && !!asPip?.takes(seen(read.pipName))),
    })
  }
  if (format) {
    const formats = new Set(format.map(foldText))
    parts.push({ field: 'format', test: ({ folded }) => formats.has(folded) })
  }
  if (baseSystem !== undefined) parts.push({ field: 'base-system', test: ({ raw }) => raw === String(baseSystem) })
  for (const field of ['origin', 'publisher', 'path'] as const) {
    const given = globs[field]
    if (given === undefined) continue
    const { exact, takes } = compileGlob(given, { loosely: denies })
    // ledgers give publisher and place of what they forbid as its description: `TeamViewer GmbH`, and no address
    const describes = denies && name && exact !== undefined
    const holds = describes && field !== 'path' ? (text: string) => text.includes(exact) : takes
    parts.push({ field, test: ({ folded }) => holds(seen(folded)), ...(describes && { loosely: given }) })
  }
  if (sha256 !== undefined) {
    const hash = sha256.toLowerCase()
    parts.push({ field: 'sha256', test: ({ raw }) => raw.toLowerCase() === hash })
  }
  return parts
}

function fieldsOf(entries: readonly CompiledEntry[]): readonly string[] {
  const fields = new Set<string>(['name'])
  for (const { entry, parts } of entries) {
    for (const { field } of parts) fields.add(field)
    if (entry.versions) fields.add('version')
  }
  return [...fields].sort()
}

/** Longer beginnings of names are cut for the index: more lengths would only make more look-ups. */
const longestPrefix = 8

/**
 * Entries by the names that they take: whole names, then beginnings of names, then the few that any name could have.
 * 5,000 packages against 2,000 entries so compare some thousand names instead of ten million.
 */
function indexOf(entries: readonly CompiledEntry[]): CompiledList['candidates'] {
  const exact = new Map<string, number[]>()
  const beginnings = new Map<number, Map<string, number[]>>()
  const anyName: number[] = []
  const places = entries.flatMap(({ name, pipName: asPip }, place) => [
    { place, name },
    // where both are the same, the other would find nothing more
    ...(asPip && asPip.source !== name?.source ? [{ place, name: asPip }] : []),
  ])
  for (const { place, name } of places) {
    if (!name) anyName.push(place)
    else if (name.exact !== undefined) addTo(exact, name.exact, place)
    else {
      const length = Math.min(name.prefix.length, longestPrefix)
      const ofLength = beginnings.get(length) ?? new Map<string, number[]>()
      beginnings.set(length, ofLength)
      addTo(ofLength, name.prefix.slice(0, length), place)
    }
  }
  const named = (name: string): readonly (readonly number[])[] => [
    exact.get(name) ?? [],
    ...[...beginnings].map(([length, ofLength]) => ofLength.get(name.slice(0, length)) ?? []),
  ]
  return (...foldedNames) => {
    const names = new Set(foldedNames.flatMap((one) => [one, looseText(one)]))
    const buckets = [...names].flatMap(named)
    const found = [anyName, ...buckets].filter((bucket) => bucket.length > 0)
    return found.length < 2 ? (found[0] ?? []) : [...new Set(found.flat())].sort((a, b) => a - b)
  }
}

function addTo(index: Map<string, number[]>, key: string, place: number): void {
  const places = index.get(key)
  if (places) places.push(place)
  else index.set(key, [place])
}
