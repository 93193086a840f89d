import { canonicalJson } from '../core/canonical.ts'
import { Fault } from '../core/fault.ts'
import type { JudgedBaseline } from '../core/judge.ts'
import { compareText } from '../core/order.ts'
import type { Finding, RunBaseline, TargetResult } from '../core/run.ts'
import type { Snapshot } from '../core/snapshot.ts'
import { judgeSoftware } from '../core/software/judge-software.ts'
import type { UsedSoftwareList } from '../core/software/list.ts'
import {
  addSeen,
  type Coverage,
  listFindings,
  listHeader,
  nothingSeen,
  type SeenList,
} from '../core/software/list-findings.ts'

/**
 * The uses of lists in an order that doesn't hang on the configuration's.
 * @throws Fault `configuration` when two lists, or a list and a baseline, have the same id: findings could not be told apart
 */
export function checkedLists(
  lists: readonly UsedSoftwareList[],
  baselines: readonly JudgedBaseline[],
): readonly UsedSoftwareList[] {
  const hashes = new Map(baselines.map(({ id }) => [id, '']))
  for (const { list } of lists) {
    const { id, hash } = list
    if ((hashes.get(id) ?? hash) !== hash) {
      throw new Fault(
        'configuration',
        {
          ja: `ソフトウェア一覧の ID ${id} が、ほかの一覧か基準と同じ`,
          en: `the software list id ${id} is also that of another list or of a baseline`,
        },
        {
          next: {
            ja: 'どちらかの id を変える（表なら seisa.yaml の software-lists の id:）',
            en: 'give one of them another id (of a table: id: under software-lists in seisa.yaml)',
          },
        },
      )
    }
    hashes.set(id, hash)
  }
  return lists
    .map((used) => ({ used, key: canonicalJson([used.list.id, used.role ?? '', used.for ?? {}]) }))
    .sort((a, b) => compareText(a.key, b.key))
    .map(({ used }) => used)
}

/** How the lists of a run stand in its head, each once. */
export const listHeaders = (lists: readonly UsedSoftwareList[]): readonly RunBaseline[] =>
  eachOnce(lists).map(({ list }) => listHeader(list))

const eachOnce = (lists: readonly UsedSoftwareList[]): readonly UsedSoftwareList[] => [
  ...new Map(lists.map((used) => [used.list.id, used])).values(),
]

/** Judges components by software lists, and remembers what only all of them together show. */
export class SoftwareLists {
  readonly #seen = new Map<string, SeenList>()

  /** Findings of one component, sorted by list, requirement and row key. `lists` are those of `checkedLists`. */
  judge(
    snapshot: Snapshot,
    lists: readonly UsedSoftwareList[],
    options: { readonly labels: Readonly<Record<string, string>>; readonly asOf?: string },
  ): readonly Finding[] {
    const findings: Finding[] = []
    const before = new Map<string, number>()
    for (const used of lists) {
      const namesakes = before.get(used.list.id) ?? 0
      const judged = judgeSoftware(snapshot, used, { ...options, namesakes })
      if (!judged.held) continue
      before.set(used.list.id, namesakes + 1)
      for (const finding of judged.findings) findings.push(finding)
      addSeen(this.#of(used), judged)
    }
    return [...before.values()].some((count) => count > 1) ? findings.sort(byPlace) : findings
  }

  /** Findings about the lists themselves, once every component was judged. */
  upkeep(lists: readonly UsedSoftwareList[], coverage: Coverage): readonly Finding[] {
    return eachOnce(lists).flatMap((used) => listFindings(used, this.#of(used), coverage))
  }

  #of({ list }: UsedSoftwareList): SeenList {
    const seen = this.#seen.get(list.id) ?? nothingSeen()
    this.#seen.set(list.id, seen)
    return seen
  }
}

const byPlace = (a: Finding, b: Finding): number =>
  compareText(a.baseline, b.baseline) ||
  compareText(a.requirement, b.requirement) ||
  compareText(a.row?.key ?? '', b.row?.key ?? '')

/** How much of what is configured a run reached: what was not looked at may hold what a list allows. */
export function coverageOf(targets: readonly TargetResult[], configured: Iterable<string>): Coverage {
  if (targets.some(({ state }) => state !== 'ok')) return 'broken'
  const names = new Set(targets.map(({ name }) => name))
  const wanted = [...configured]
  if (wanted.length === 0) return 'named'
  return wanted.every((name) => names.has(name)) ? 'whole' : 'narrowed'
}
