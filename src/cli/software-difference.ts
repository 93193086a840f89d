import type { Snapshot } from '../core/snapshot.ts'
import { type CompiledEntry, compileList } from '../core/software/compiled.ts'
import { type JudgedSoftware, judgeSoftware } from '../core/software/judge-software.ts'
import type { SoftwareList } from '../core/software/list.ts'
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
  /** Entries that allow what is on none of the hosts. */
  readonly unused: readonly { readonly entry: string; readonly at: string }[]
  /** What is there and forbidden. */
  readonly forbidden: readonly Found[]
  readonly incomplete: readonly LocalText[]
}

/** Holds a list against golden hosts. It proposes; what is approved is for people to decide. */
export function differenceOf(list: SoftwareList, hosts: readonly Golden[], options: CaptureOptions): Difference {
  const compiled = compileList(list)
  const unlisted: Seen[] = []
  const forbidden: Found[] = []
  const versions = new Map<string, Found[]>()
  const uses: JudgedSoftware[] = []
  const incomplete: LocalText[] = []
  for (const { snapshot, labels } of hosts) {
    const judged = judgeSoftware(snapshot, { list }, { labels })
    uses.push(judged)
    const read = softwareOf([snapshot])
    incomplete.push(...read.incomplete)
    const open = new Map(
      judged.findings.flatMap(({ row, requirement, verdict }) =>
        row && verdict !== 'pass' ? [[row.key, { requirement, verdict }] as const] : [],
      ),
    )
    const applying = compiled.entries.filter(({ entry }) => judged.applying.has(entry.id))
    for (const one of read.seen) {
      const finding = open.get(one.view.row.key)
      if (!finding) continue
      const found = foundOf(one)
      const others = otherVersions(one, applying)
      if (finding.requirement === 'software-not-forbidden') {
        if (finding.verdict === 'fail') forbidden.push(found)
      } else if (others.length === 0) unlisted.push(one)
      for (const id of finding.requirement === 'software-listed' ? others : [])
        versions.set(id, [...(versions.get(id) ?? []), found])
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
    unused: list.entries
      .filter(
        ({ id, status, state }) => status === 'allow' && state === 'active' && !versions.has(id) && isUnused(id, uses),
      )
      .map(({ id, at }) => ({ entry: id, at })),
    forbidden: forbidden.sort(byName),
    incomplete: captured.incomplete,
  }
}

/** Ids of the entries that allow another version of it. */
const otherVersions = (one: Seen, entries: readonly CompiledEntry[]): readonly string[] =>
  entries.flatMap((compiled) =>
    compiled.entry.status === 'allow' && matchEntry(compiled, one.view).answer === 'version' ? [compiled.entry.id] : [],
  )

/** It applied somewhere, took nothing, and nothing was left unread that it might take. */
function isUnused(id: string, uses: readonly JudgedSoftware[]): boolean {
  const applied = uses.filter(({ applying }) => applying.has(id))
  return (
    applied.length > 0 && applied.every(({ matched, open, complete }) => complete && !matched.has(id) && !open.has(id))
  )
}

/** Nothing separates them. */
export const isSame = ({ add, versions, unused, forbidden }: Difference): boolean =>
  add.length + versions.length + unused.length + forbidden.length === 0
