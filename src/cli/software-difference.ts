import type { Snapshot } from '../core/snapshot.ts'
import type { Finding } from '../core/run.ts'
import { compileList } from '../core/software/compiled.ts'
import { isExpired } from '../core/software/judge-row.ts'
import { type JudgedSoftware, judgeSoftware } from '../core/software/judge-software.ts'
import type { SoftwareList, UsedSoftwareList } from '../core/software/list.ts'
import { matchEntry } from '../core/software/match.ts'
import type { LocalText } from '../core/text.ts'
import { rangeSigns } from '../files/software-list-write.ts'
import {
  byName,
  type CaptureOptions,
  captureEntries,
  type CapturedEntry,
  type Found,
  foundOf,
  type Seen,
  softwareOf,
} from './software-capture.ts'

/** A golden host: what was read of it, and the labels of its target. */
export interface Golden {
  readonly snapshot: Snapshot
  readonly labels: Readonly<Record<string, string>>
}

/** What separates a list from what is installed on golden hosts. */
export interface Difference {
  readonly list: { readonly id: string; readonly version: number }
  /** Entries that would allow what no entry takes. */
  readonly add: readonly CapturedEntry[]
  /** Entries that take software in all but its version. */
  readonly versions: readonly {
    readonly entry: string
    readonly at: string
    readonly range: string
    readonly found: readonly Found[]
  }[]
  /** Entries for files whose contents are others now. */
  readonly contents: readonly { readonly entry: string; readonly at: string; readonly found: readonly Found[] }[]
  /** Entries that allow what is on none of the hosts. */
  readonly unused: readonly { readonly entry: string; readonly at: string }[]
  /** Entries that allowed what is there until their last day, or until somebody retired them. */
  readonly ended: readonly {
    readonly entry: string
    readonly at: string
    readonly how: 'expired' | 'retired'
    readonly found: readonly Found[]
  }[]
  /** What is there and forbidden. */
  readonly forbidden: readonly Found[]
  /** What is there and may be forbidden, or is allowed to one role only. */
  readonly undecided: readonly (Found & { readonly why: LocalText })[]
  readonly incomplete: readonly LocalText[]
}

/**
 * Holds a list against golden hosts, as it is used. It proposes entries for what nobody has decided on yet; versions, last
 * days, retired entries and roles were decided by people, and are theirs to change.
 */
export function differenceOf(
  list: SoftwareList,
  hosts: readonly Golden[],
  options: CaptureOptions,
  uses: readonly UsedSoftwareList[] = [{ list }],
): Difference {
  const unlisted: Seen[] = []
  const forbidden = new Map<string, Found>()
  const undecided = new Map<string, Difference['undecided'][number]>()
  const versions = new Map<string, Found[]>()
  const contents = new Map<string, Found[]>()
  const ended = new Map<string, Found[]>()
  const judgements: JudgedSoftware[] = []
  const incomplete: LocalText[] = []
  const decided = decisionsOf(list)
  for (const { snapshot, labels } of hosts) {
    const { name: host } = snapshot.component
    const read = softwareOf([snapshot])
    incomplete.push(...read.incomplete)
    const judged = uses.map((used) => judgeSoftware(snapshot, used, { labels })).filter(({ held }) => held)
    if (judged.length === 0) incomplete.push(notFor(host))
    judgements.push(...judged)
    const findings = new Map<string, Finding[]>()
    for (const finding of judged.flatMap((one) => one.findings)) {
      if (!finding.row || finding.verdict === 'pass') continue
      findings.set(finding.row.key, [...(findings.get(finding.row.key) ?? []), finding])
    }
    const applying = new Set(judged.flatMap((one) => [...one.applying]))
    for (const one of read.seen) {
      const found = foundOf(one)
      const { key } = one.view.row
      const place = `${host}\n${key}`
      const proposed = new Set<Seen>()
      for (const { requirement, verdict, reason } of findings.get(key) ?? []) {
        if (requirement === 'software-not-forbidden') {
          if (verdict === 'fail') forbidden.set(place, found)
          else if (reason) undecided.set(place, { ...found, why: reason })
          continue
        }
        const by = decided(one, applying, judged[0]?.instant ?? Number.NaN)
        for (const id of by.otherVersion) addTo(versions, id, found)
        for (const id of by.otherContent) addTo(contents, id, found)
        for (const id of by.ended) addTo(ended, id, found)
        if (by.oneRole && reason) undecided.set(place, { ...found, why: reason })
        else if (by.otherVersion.length + by.otherContent.length + by.ended.length === 0) proposed.add(one)
      }
      if (!undecided.has(place)) unlisted.push(...proposed)
    }
  }
  const captured = captureEntries(
    unlisted,
    incomplete,
    options,
    list.entries.map(({ id }) => id),
  )
  return {
    list: { id: list.id, version: list.version },
    add: captured.entries,
    versions: list.entries.flatMap(({ id, at, versions: range }) => {
      const found = versions.get(id)
      return found && range ? [{ entry: id, at, range: rangeSigns(range), found: found.sort(byName) }] : []
    }),
    contents: list.entries.flatMap(({ id, at }) => {
      const found = contents.get(id)
      return found ? [{ entry: id, at, found: found.sort(byName) }] : []
    }),
    unused: list.entries
      .filter(({ id, status, state }) => status === 'allow' && state === 'active' && isUnused(id, judgements))
      .filter(({ id }) => !versions.has(id) && !contents.has(id))
      .map(({ id, at }) => ({ entry: id, at })),
    ended: list.entries.flatMap(({ id, at, state }) => {
      const found = ended.get(id)
      const how = state === 'retired' ? 'retired' : 'expired'
      return found ? [{ entry: id, at, how, found: found.sort(byName) }] : []
    }),
    forbidden: [...forbidden.values()].sort(byName),
    undecided: [...undecided.values()].sort(byName),
    incomplete: captured.incomplete,
  }
}

const notFor = (host: string): LocalText => ({
  ja: `${host}: この一覧を当てる対象でない（seisa.yaml の for:）`,
  en: `${host}: the list is not used for it (for: in seisa.yaml)`,
})

function addTo(found: Map<string, Found[]>, id: string, one: Found): void {
  const known = found.get(id) ?? []
  found.set(id, known)
  if (!known.some(({ name, host }) => name === one.name && host === one.host)) known.push(one)
}

/** What entries that do not allow a piece of software now have to do with it all the same. */
interface Decisions {
  /** Ids of the entries that allow another version of it. */
  readonly otherVersion: readonly string[]
  /** Ids of the entries that allow other contents in its place. */
  readonly otherContent: readonly string[]
  /** Ids of the entries that allowed it until they expired or were retired. */
  readonly ended: readonly string[]
  /** An entry allows it to one role only. */
  readonly oneRole: boolean
}

function decisionsOf(list: SoftwareList): (one: Seen, applying: ReadonlySet<string>, instant: number) => Decisions {
  const allowing = compileList(list).entries.filter(({ entry }) => entry.status === 'allow')
  const retired = list.entries
    .filter(({ state, status }) => state === 'retired' && status === 'allow')
    .map((entry) => ({ ...entry, state: 'active' as const }))
  const gone = compileList({ ...list, entries: retired }).entries
  return ({ view }, applying, instant) => {
    const answers = allowing
      .filter(({ entry }) => applying.has(entry.id))
      .map((compiled) => ({ compiled, answer: matchEntry(compiled, view).answer }))
    const taking = answers.filter(({ answer }) => answer === 'yes').map(({ compiled }) => compiled)
    return {
      otherVersion: answers.flatMap(({ compiled, answer }) => (answer === 'version' ? [compiled.entry.id] : [])),
      otherContent: answers.flatMap(({ compiled, answer }) => (answer === 'content' ? [compiled.entry.id] : [])),
      ended: [
        ...taking.filter((compiled) => isExpired(compiled, instant)),
        ...gone.filter((compiled) => matchEntry(compiled, view).answer === 'yes'),
      ].map(({ entry }) => entry.id),
      oneRole: taking.some((compiled) => compiled.entry.role !== undefined && !isExpired(compiled, instant)),
    }
  }
}

/** It applied somewhere, took nothing, and nothing was left unread that it might take. */
function isUnused(id: string, uses: readonly JudgedSoftware[]): boolean {
  const applied = uses.filter(({ applying }) => applying.has(id))
  return (
    applied.length > 0 && applied.every(({ matched, open, complete }) => complete && !matched.has(id) && !open.has(id))
  )
}

/** Nothing separates them. */
export const isSame = ({ add, versions, contents, unused, ended, forbidden, undecided }: Difference): boolean =>
  [add, versions, contents, unused, ended, forbidden, undecided].every((part) => part.length === 0)
