import { createHash } from 'node:crypto'
import { emptyTally, type ExitOptions, exitOf, signalCode, tally } from '../core/exit.ts'
import { type Fault, faultExitCodes } from '../core/fault.ts'
import type { Selector } from '../core/baseline.ts'
import { selects } from '../core/judge.ts'
import type {
  Counts,
  ExitReason,
  ExitResult,
  Finding,
  RunBaseline,
  Summary,
  TargetResult,
  Verdict,
} from '../core/run.ts'
import type { Component } from '../core/snapshot.ts'

const noCounts = (): { -readonly [key in keyof Counts]: Counts[key] } => ({
  pass: 0,
  fail: 0,
  unknown: 0,
  excepted: 0,
  notApplicable: 0,
})

const countKey: Readonly<Record<Verdict, keyof Counts>> = {
  pass: 'pass',
  fail: 'fail',
  unknown: 'unknown',
  excepted: 'excepted',
  'not-applicable': 'notApplicable',
}

/** What is held against components: a baseline, or a use of a software list. */
export interface Held {
  readonly id: string
  readonly kind?: 'software-list'
  readonly appliesTo?: Selector
}

interface Given {
  readonly exit: ExitOptions
  readonly signal: AbortSignal
}

/** Everything of a run that is counted while it goes by. */
export class Totals {
  readonly #given: Given
  readonly #counts = noCounts()
  readonly #byBaseline = new Map<string, ReturnType<typeof noCounts>>()
  readonly #exit = emptyTally()
  readonly #targets = new Map<number, TargetResult[]>()
  /** 48 bits of each component's id: a few bytes for each, where the ids would grow with the run. */
  readonly #seen = new Set<number>()
  readonly #twice = new Set<number>()
  /** Baselines and lists that took a component, by their place. */
  readonly #used = new Set<number>()
  #components = 0
  #gaps = 0
  /** Findings that something was looked at for; the others were not asked of their component. */
  #checked = 0
  #internal: Fault | undefined

  constructor(given: Given) {
    this.#given = given
  }

  component(component: Component, labels: Readonly<Record<string, string>>, held: readonly Held[]): void {
    this.#components += 1
    const mark = markOf(component.id)
    if (this.#seen.has(mark)) this.#twice.add(mark)
    this.#seen.add(mark)
    for (const [at, { appliesTo }] of held.entries()) {
      if (!this.#used.has(at) && selects(appliesTo, component, labels)) this.#used.add(at)
    }
  }

  finding(finding: Finding): void {
    const key = countKey[finding.verdict]
    this.#counts[key] += 1
    const baseline = this.#byBaseline.get(finding.baseline) ?? noCounts()
    baseline[key] += 1
    this.#byBaseline.set(finding.baseline, baseline)
    if (finding.verdict !== 'not-applicable' || finding.evidence.length > 0) this.#checked += 1
    tally(this.#exit, finding, this.#given.exit.failOn)
  }

  target(position: number, result: TargetResult): void {
    const targets = this.#targets.get(position)
    if (targets) targets.push(result)
    else this.#targets.set(position, [result])
  }

  gap(): void {
    this.#gaps += 1
  }

  internal(fault: Fault): void {
    this.#internal ??= fault
  }

  /** The first mistake of ours that was met. */
  get fault(): Fault | undefined {
    return this.#internal
  }

  /** Whether a component of this id came more than once (or, once in some billion runs, one that looks like it). */
  maybeTwice(id: string): boolean {
    return this.#twice.size > 0 && this.#twice.has(markOf(id))
  }

  get anyTwice(): boolean {
    return this.#twice.size > 0
  }

  /** Targets in their order; `change` may say more of each. */
  targets(change: (target: TargetResult) => TargetResult): readonly TargetResult[] {
    return [...this.#targets.entries()].sort(([a], [b]) => a - b).flatMap(([, items]) => items.map(change))
  }

  summary(baselines: readonly RunBaseline[]): Summary {
    const empty = baselines.map(({ id }) => [id, noCounts()] as const)
    const byBaseline = [...new Map([...empty, ...this.#byBaseline]).entries()].sort(([a], [b]) => (a < b ? -1 : 1))
    return { ...this.#counts, changes: 0, gaps: this.#gaps, byBaseline: Object.fromEntries(byBaseline) }
  }

  exit(targets: readonly TargetResult[], held: readonly Held[]): ExitResult {
    const signal = this.#given.signal.aborted ? signalCode(this.#given.signal.reason) : undefined
    const exit = exitOf(this.#exit, targets, this.#given.exit, signal)
    if (signal) return exit
    const reasons = [...exit.reasons, ...this.#unused(held)]
    if (this.#internal) {
      const internal = { code: faultExitCodes.internal, text: this.#internal.what }
      return { code: faultExitCodes.internal, reasons: [internal, ...reasons] }
    }
    if (this.#components === 0 || this.#checked > 0) return { code: exit.code, reasons }
    return { code: faultExitCodes['nothing-to-do'], reasons: [nothingChecked, ...reasons] }
  }

  /** A baseline or list that takes no component judged nothing: silence would look like passing. */
  #unused(held: readonly Held[]): readonly ExitReason[] {
    if (this.#components === 0) return []
    const unused = held.filter((_, at) => !this.#used.has(at))
    return [...new Map(unused.map(({ id, kind }) => [id, kind]))].map(([id, kind]) => ({
      code: 0,
      text:
        kind === 'software-list'
          ? {
              ja: `ソフトウェア一覧 ${id} の使い方の一つがどの構成要素にも当てはまらず、何も判定していない（for を確かめる）`,
              en: `a use of the software list ${id} takes none of the components and judged nothing (check its for)`,
            }
          : {
              ja: `基準 ${id} はどの構成要素にも当てはまらず、何も判定していない（for と applies-to を確かめる）`,
              en: `the baseline ${id} takes none of the components and judged nothing (check its for and applies-to)`,
            },
    }))
  }
}

const markOf = (id: string): number => createHash('sha256').update(id).digest().readUIntBE(0, 6)

const nothingChecked: ExitReason = {
  code: faultExitCodes['nothing-to-do'],
  text: {
    ja: 'どの要件も、どの構成要素にも当てはまらない。判定したものがない',
    en: 'no requirement applies to any of the components: nothing was checked',
  },
}
