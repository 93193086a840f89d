import type { Table } from '../fact.ts'
import { selects } from '../judge.ts'
import { compareText } from '../order.ts'
import type { Finding } from '../run.ts'
import type { Snapshot } from '../snapshot.ts'
import type { LocalText } from '../text.ts'
import { type CompiledEntry, type CompiledList, compileList } from './compiled.ts'
import { FindingMaker, softwareTable, type SoftwareRequirement } from './finding-maker.ts'
import { foldText } from './glob.ts'
import { judgeRow, type RowOutcome } from './judge-row.ts'
import type { SoftwareList, UsedSoftwareList } from './list.ts'
import { type SoftwareRow, viewOf } from './row-view.ts'

export interface SoftwareOptions {
  /** Labels of the component's target. */
  readonly labels?: Readonly<Record<string, string>>
  /** Last days of entries are held against this instant; default: when the component was observed. */
  readonly asOf?: string
  /** How many other uses of a list of this id were judged on the component before: findings must not share ids. */
  readonly namesakes?: number
}

/** What one use of a list gave on one component. */
export interface JudgedSoftware {
  /** Sorted by requirement and row key. */
  readonly findings: readonly Finding[]
  /** Ids of the entries that took something, or would have but for its version or contents: what they are for is there. */
  readonly matched: ReadonlySet<string>
  /** The software was read as a whole (or can't exist here), so that what is not matched is not there. */
  readonly complete: boolean
  /** The list is held against this component. */
  readonly held: boolean
  /** Ids of the entries in force that apply to this component. */
  readonly applying: ReadonlySet<string>
  /** Ids of entries that may have taken something: what would decide was not read. */
  readonly open: ReadonlySet<string>
  /** Instant that last days were held against, milliseconds since 1970, or NaN. */
  readonly instant: number
}

/**
 * Judges the software of a component by one use of a list (docs/software-lists.md, "How a list is judged"). Pure: the
 * order of entries and rows makes no difference.
 */
export function judgeSoftware(
  snapshot: Snapshot,
  used: UsedSoftwareList,
  options: SoftwareOptions = {},
): JudgedSoftware {
  const { component } = snapshot
  const labels = options.labels ?? {}
  const instant = Date.parse(options.asOf ?? component.observedAt)
  const nothing = { matched: new Set<string>(), open: new Set<string>(), applying: new Set<string>(), instant }
  if (!selects(used.for, component, labels)) return { ...nothing, findings: [], complete: true, held: false }

  const list = compileList(used.list)
  const maker = new FindingMaker(used.list, list, component, options.namesakes ?? 0)
  const software = snapshot.tables.find(({ type }) => type === softwareTable)
  const requirements = requirementsOf(used.list, list)
  if (software?.inapplicable) {
    const reason = software.inapplicable
    const findings = requirements.map((requirement) => maker.whole(requirement, 'not-applicable', { reason }))
    return { ...nothing, findings, complete: true, held: true }
  }
  const applies = list.entries.map((entry) => appliesTo(entry, used, snapshot, labels))
  const entries = list.entries.filter((_, place) => applies[place])
  const applying = new Set(entries.map(({ entry }) => entry.id))
  if (!software) {
    const reason = { ja: 'このスキャナはソフトウェアの一覧を読まない', en: 'not read by this scanner' }
    const findings = requirements.map((requirement) => maker.whole(requirement, 'unknown', { reason }))
    return { ...nothing, findings, applying, complete: false, held: true }
  }

  const judged = new JudgedRows(maker, requirements)
  for (const row of software.rows) {
    const view = viewOf(row)
    judged.add(view, judgeRow(view, candidatesOf(view, list, entries, applies), used, instant))
  }
  const { findings, complete } = judged.end(software, entries)
  return { ...nothing, findings, applying, matched: judged.matched, open: judged.open, complete, held: true }
}

/** A whitelist asks that everything is listed; whatever forbids something asks that it is not there. */
function requirementsOf(list: SoftwareList, { denies }: CompiledList): readonly SoftwareRequirement[] {
  const listed = list.unlisted === 'forbidden'
  return [
    ...(listed ? ['software-listed' as const] : []),
    ...(denies || !listed ? ['software-not-forbidden' as const] : []),
  ]
}

function appliesTo(
  { entry, platform }: CompiledEntry,
  used: UsedSoftwareList,
  { component }: Snapshot,
  labels: Readonly<Record<string, string>>,
): boolean {
  if (entry.role !== undefined && used.role !== undefined && entry.role !== used.role) return false
  if (platform) {
    const whole = foldText(component.platform)
    const family = whole.split('/')[0] ?? ''
    if (!platform.some((glob) => glob.takes(family) || glob.takes(whole))) return false
  }
  return selects(entry.components, component, labels)
}

/** Entries that could take a row; all of them where its name is not known. */
function candidatesOf(
  view: SoftwareRow,
  list: CompiledList,
  entries: readonly CompiledEntry[],
  applies: readonly boolean[],
): Iterable<CompiledEntry> {
  const name = view.read('name')
  if (name.state !== 'known') return entries
  const found: CompiledEntry[] = []
  const names = name.pipName === undefined ? [name.folded] : [name.folded, name.pipName]
  for (const place of list.candidates(...names)) {
    const entry = list.entries[place]
    if (entry && applies[place]) found.push(entry)
  }
  return found
}

/** What the rows of one component gave. */
class JudgedRows {
  readonly matched = new Set<string>()
  readonly open = new Set<string>()
  readonly #maker: FindingMaker
  readonly #requirements: readonly SoftwareRequirement[]
  readonly #findings: Finding[] = []
  #rows = 0
  #listed = 0
  #notForbidden = 0

  constructor(maker: FindingMaker, requirements: readonly SoftwareRequirement[]) {
    this.#maker = maker
    this.#requirements = requirements
  }

  add(view: SoftwareRow, outcome: RowOutcome): void {
    this.#rows += 1
    for (const entries of [outcome.taken, outcome.otherVersion, outcome.otherContent])
      for (const { entry } of entries) this.matched.add(entry.id)
    for (const { entry } of outcome.maybeAllowed) this.open.add(entry.entry.id)
    for (const { entry } of outcome.maybeDenied) this.open.add(entry.entry.id)
    if (this.#requirements.includes('software-not-forbidden')) {
      const found = this.#maker.ofForbidden(view, outcome)
      if (found) this.#findings.push(found)
      else this.#notForbidden += 1
    }
    // what is forbidden is told once
    if (!this.#requirements.includes('software-listed') || outcome.denied) return
    const found = this.#maker.ofListed(view, outcome)
    if (found) this.#findings.push(found)
    else this.#listed += 1
  }

  end(
    software: Table,
    entries: readonly CompiledEntry[],
  ): { readonly findings: readonly Finding[]; complete: boolean } {
    const complete = software.complete && this.#rows > 0
    const denies = entries.some(({ entry }) => entry.status === 'deny')
    for (const requirement of this.#requirements) {
      const count = requirement === 'software-listed' ? this.#listed : this.#notForbidden
      const evidence = software.evidence
      if (requirement === 'software-not-forbidden' && !denies) {
        const reason = { ja: 'ここで禁止しているものがない', en: 'the list forbids nothing here' }
        this.#findings.push(this.#maker.whole(requirement, 'not-applicable', { reason }))
      } else if (!complete) {
        const reason = this.#rows === 0 && software.complete ? empty : (software.why ?? notWhole)
        const actual = {
          ja: `読めた${this.#rows}件のうち${count}件は適合`,
          en: `${count} of ${this.#rows} rows read pass`,
        }
        const { needs } = software
        this.#findings.push(
          this.#maker.whole(requirement, 'unknown', { reason, actual, evidence, ...(needs && { needs }) }),
        )
      } else if (count > 0) {
        const actual = { ja: `${count}件が適合`, en: count === 1 ? '1 passes' : `${count} pass` }
        this.#findings.push(this.#maker.whole(requirement, 'pass', { actual, evidence, count }))
      }
    }
    return { findings: this.#findings.sort(byPlace), complete }
  }
}

const empty: LocalText = { ja: '一覧が空（空ではあり得ない）', en: 'the table is empty, which can not be' }
const notWhole: LocalText = { ja: '一覧の全体を読めていない', en: 'the table was not read as a whole' }

const byPlace = (a: Finding, b: Finding): number =>
  compareText(a.requirement, b.requirement) || compareText(a.row?.key ?? '', b.row?.key ?? '')
