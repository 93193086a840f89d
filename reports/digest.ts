import { type Severity, severities } from '../src/core/baseline.ts'
import type { Scope } from '../src/core/fact.ts'
import {
  type ComponentResult,
  type Finding,
  type GapResult,
  isAboutList,
  type RowRef,
  type RunResult,
} from '../src/core/run.ts'
import type { LocalText } from '../src/core/text.ts'

/**
 * What reports for people need of a result, gathered in a few passes over the stream. It grows with the number of
 * requirements, never with the number of components: examples and lists have limits, the rest is counted.
 */
export interface Digest {
  readonly failing: readonly RequirementGroup[]
  readonly excepted: readonly RequirementGroup[]
  readonly questions: readonly OpenQuestion[]
  /** Reasons of the gaps in English, each once, up to a limit, and what is to be done about each. */
  readonly gapReasons: ReadonlyMap<string, LocalText | undefined>
  /** Findings that are about the baselines and exceptions themselves. */
  readonly governance: readonly RequirementGroup[]
  readonly conflicts: readonly Conflict[]
  readonly loosened: readonly RequirementGroup[]
  readonly failBySeverity: Readonly<Record<Severity, number>>
  readonly unknownBySeverity: Readonly<Record<Severity, number>>
  readonly components: { readonly count: number; readonly only?: ComponentName }
  /** Names of the components that examples speak of. */
  readonly names: ReadonlyMap<string, ComponentName>
}

/** What a person needs to recognise a component. */
export type ComponentName = Pick<ComponentResult, 'name' | 'kind' | 'platform'>

/** Findings of one requirement that came out alike. */
export interface RequirementGroup {
  readonly first: Finding
  readonly findings: number
  readonly components: number
  readonly rows: number
  readonly examples: readonly Example[]
  /** What was found and asked, in the order of the findings, and how often; up to the limit, as are the examples of each. */
  readonly values: readonly ValueCount[]
}

/** Findings that found and ask the same. */
export interface ValueCount {
  readonly actual: LocalText
  readonly expected: LocalText
  readonly findings: number
}

/** One place where a requirement came out so. */
export interface Example {
  readonly component: string
  readonly scope?: Scope
  readonly row?: RowRef
  readonly actual: LocalText
  readonly expected: LocalText
}

/** What could not be read for one reason, and what would let it be read. */
export interface OpenQuestion {
  readonly needs?: LocalText
  /** Absent when several reasons wait for the same thing. */
  readonly why?: LocalText
  /** Settings and row types, sorted. */
  readonly what: readonly string[]
  readonly targets: readonly string[]
  readonly moreTargets: number
  /** Unknown findings that wait for it. */
  readonly checks: number
  readonly components: number
  /** Requirements that wait for it, `baseline requirement`, up to the limit. */
  readonly requirements: readonly LocalText[]
  /** Rows that could not be judged for it, up to the limit of examples, and how many there are. */
  readonly examples: readonly Pick<Example, 'component' | 'row'>[]
  readonly rows: number
}

/** Two requirements that ask for the contrary of the same components. */
export interface Conflict {
  /** Id of the first one met. */
  readonly component: string
  readonly components: number
  readonly one: Pick<Finding, 'baseline' | 'requirement' | 'expected'>
  readonly other: Pick<Finding, 'baseline' | 'requirement' | 'expected'>
}

/** How much a digest keeps. */
export interface DigestLimits {
  readonly examples: number
}

const maximumQuestions = 200
const maximumNames = 5
const maximumReasons = 1000
const governanceKinds: ReadonlySet<string> = new Set(['baseline-unapproved', 'exception-expired'])

interface OpenGroup {
  first: Finding
  findings: number
  components: number
  lastComponent: string
  rows: number
  examples: Example[]
  values: { readonly actual: LocalText; readonly expected: LocalText; findings: number }[]
}

interface OpenGathering {
  needs?: LocalText
  why?: LocalText
  severalReasons: boolean
  what: Set<string>
  targets: Set<string>
  moreTargets: number
  lastTarget: string
  checks: number
  components: number
  lastComponent: string
  requirements: Map<string, LocalText>
  examples: Pick<Example, 'component' | 'row'>[]
  rows: number
}

/** Reads a result once for its findings, once for its components and, when baselines contradict each other, once more. */
export async function digest(result: RunResult, limits: DigestLimits): Promise<Digest> {
  const groups = new Map<string, OpenGroup>()
  const questions = new Questions(limits.examples)
  const failBySeverity = noneBySeverity()
  const unknownBySeverity = noneBySeverity()
  const pairs = new ConflictPairs()

  const gapReasons = new Map<string, LocalText | undefined>()
  for await (const gap of result.gaps()) {
    questions.addGap(gap)
    if (gapReasons.size < maximumReasons && !gapReasons.has(gap.why.en)) gapReasons.set(gap.why.en, gap.needs)
  }
  for await (const finding of result.findings()) {
    if (finding.conflicts && finding.conflicts.length > 0) pairs.add(finding)
    const governance = governanceKinds.has(finding.kind)
    if (finding.verdict === 'fail') failBySeverity[finding.severity]++
    if (finding.verdict === 'unknown') {
      unknownBySeverity[finding.severity]++
      questions.addFinding(finding)
    }
    const kept = governance || finding.verdict === 'fail' || finding.verdict === 'excepted'
    if (!kept && !finding.loosened) continue
    const kind = governance ? finding.kind : kept ? finding.verdict : 'loosened'
    join(groups, [kind, finding.baseline, finding.requirement].join('\n'), finding, limits.examples)
  }

  const all = [...groups].map(([key, group]) => ({ kind: key.slice(0, key.indexOf('\n')), group }))
  const ofKind = (kind: string): RequirementGroup[] =>
    all
      .filter((entry) => entry.kind === kind)
      .map((entry) => entry.group)
      .sort(worstFirst)
  const seen = new Set<string>()
  const loosened = all
    .map((entry) => entry.group)
    .filter((group) => group.first.loosened && isNew(seen, `${group.first.baseline}\n${group.first.requirement}`))

  const conflicts = await pairs.resolve(result)
  const wanted = new Set<string>(conflicts.map((conflict) => conflict.component))
  const open = questions.list()
  for (const { examples } of [...all.map(({ group }) => group), ...open])
    for (const { component } of examples) wanted.add(component)
  const named = await nameComponents(result, wanted)

  return {
    failing: ofKind('fail'),
    excepted: ofKind('excepted'),
    questions: open,
    gapReasons,
    governance: [...ofKind('baseline-unapproved'), ...ofKind('exception-expired')],
    conflicts,
    loosened,
    failBySeverity,
    unknownBySeverity,
    ...named,
  }
}

const noneBySeverity = (): Record<Severity, number> => ({ critical: 0, high: 0, medium: 0, low: 0, info: 0 })

function isNew(seen: Set<string>, key: string): boolean {
  if (seen.has(key)) return false
  seen.add(key)
  return true
}

function join(groups: Map<string, OpenGroup>, key: string, finding: Finding, limit: number): void {
  let group = groups.get(key)
  if (!group) {
    group = { first: finding, findings: 0, components: 0, lastComponent: '', rows: 0, examples: [], values: [] }
    groups.set(key, group)
  }
  group.findings++
  if (finding.row) group.rows++
  if (!isAboutList(finding) && (group.lastComponent !== finding.component || group.components === 0)) group.components++
  group.lastComponent = finding.component
  if (severities.indexOf(finding.severity) < severities.indexOf(group.first.severity)) group.first = finding
  const { component, scope, row, actual, expected } = finding
  let value = group.values.find((known) => known.actual.en === actual.en && known.expected.en === expected.en)
  if (!value && group.values.length < limit) {
    value = { actual, expected, findings: 0 }
    group.values.push(value)
  }
  if (!value) return
  value.findings++
  // examples of each value: what is found seldom would be lost behind what is found a thousand times
  if (value.findings <= limit) {
    group.examples.push({ component, actual, expected, ...(scope && { scope }), ...(row && { row }) })
  }
}

/** Worst severity first, then what is found most often, then by name, so that the order is always the same. */
const worstFirst = (one: RequirementGroup, other: RequirementGroup): number =>
  severities.indexOf(one.first.severity) - severities.indexOf(other.first.severity) ||
  other.components - one.components ||
  compareText(one.first.baseline, other.first.baseline) ||
  compareText(one.first.requirement, other.first.requirement)

const compareText = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)

/** Groups gaps and unknown findings by what would let them be read. */
class Questions {
  readonly #groups = new Map<string, OpenGathering>()
  readonly #mostExamples: number

  constructor(mostExamples: number) {
    this.#mostExamples = mostExamples
  }

  #group(needs: LocalText | undefined, why: LocalText | undefined): OpenGathering {
    const wanted = needs ? `needs ${needs.en}` : `why ${why?.en ?? ''}`
    const full = this.#groups.size >= maximumQuestions && !this.#groups.has(wanted)
    const key = full ? 'other' : wanted
    let group = this.#groups.get(key)
    if (!group) {
      group = {
        ...(!full && needs && { needs }),
        ...(!full && why && { why }),
        severalReasons: false,
        what: new Set(),
        targets: new Set(),
        moreTargets: 0,
        lastTarget: '',
        checks: 0,
        components: 0,
        lastComponent: '',
        requirements: new Map(),
        examples: [],
        rows: 0,
      }
      this.#groups.set(key, group)
    }
    if (why && group.why && why.en !== group.why.en) group.severalReasons = true
    return group
  }

  addGap(gap: GapResult): void {
    const group = this.#group(gap.needs, gap.why)
    for (const what of gap.what) group.what.add(what)
    if (group.lastTarget === gap.target || group.targets.has(gap.target)) return
    group.lastTarget = gap.target
    if (group.targets.size < maximumNames) group.targets.add(gap.target)
    else group.moreTargets++
  }

  addFinding(finding: Finding): void {
    const group = this.#group(finding.needs, finding.reason)
    group.checks++
    if (!isAboutList(finding) && (group.components === 0 || group.lastComponent !== finding.component)) {
      group.components++
    }
    group.lastComponent = finding.component
    // which software may be forbidden is what somebody has to look at; of settings the settings themselves are named
    if (finding.row?.type === 'software') {
      group.rows++
      if (group.examples.length < this.#mostExamples)
        group.examples.push({ component: finding.component, row: finding.row })
    }
    if (group.requirements.size < maximumQuestions) {
      group.requirements.set(`${finding.baseline} ${finding.requirement}`, finding.title)
    }
  }

  /** Those that would decide most first. */
  list(): OpenQuestion[] {
    return [...this.#groups.entries()]
      .map(([key, group]) => ({ key, group }))
      .sort(
        (one, other) =>
          other.group.checks - one.group.checks ||
          other.group.what.size - one.group.what.size ||
          compareText(one.key, other.key),
      )
      .map(({ group: { lastTarget: _target, lastComponent: _component, severalReasons, why, ...group } }) => ({
        ...group,
        ...(why && !severalReasons && { why }),
        what: [...group.what].sort(compareText),
        targets: [...group.targets],
        requirements: [...group.requirements.values()],
      }))
  }
}

/** Remembers one contradiction of each requirement and finds out in another pass what the other side says. */
class ConflictPairs {
  readonly #byRequirement = new Map<string, { one: Finding; other: string; components: number; last: string }>()

  add(finding: Finding): void {
    const other = finding.conflicts?.[0]
    if (other === undefined) return
    const key = `${finding.baseline} ${finding.requirement}`
    const pair = this.#byRequirement.get(key)
    if (!pair) this.#byRequirement.set(key, { one: finding, other, components: 1, last: finding.component })
    else if (pair.last !== finding.component) {
      pair.components++
      pair.last = finding.component
    }
  }

  async resolve(result: RunResult): Promise<Conflict[]> {
    if (this.#byRequirement.size === 0) return []
    const wanted = new Set([...this.#byRequirement.values()].map((pair) => pair.other))
    const found = new Map<string, Finding>()
    for await (const finding of result.findings()) {
      if (wanted.has(finding.id)) found.set(finding.id, finding)
      if (found.size === wanted.size) break
    }
    const told = new Set<string>()
    return [...this.#byRequirement].flatMap(([key, { one, other, components }]) => {
      const met = found.get(other)
      if (!met || told.has(`${met.baseline} ${met.requirement}\n${key}`)) return []
      told.add(`${key}\n${met.baseline} ${met.requirement}`)
      return [{ component: one.component, components, one, other: met }]
    })
  }
}

async function nameComponents(
  result: RunResult,
  wanted: ReadonlySet<string>,
): Promise<Pick<Digest, 'components' | 'names'>> {
  const names = new Map<string, ComponentName>()
  let count = 0
  let only: ComponentName | undefined
  for await (const { id, name, kind, platform } of result.components()) {
    count++
    only = count === 1 ? { name, kind, platform } : undefined
    if (wanted.has(id)) names.set(id, { name, kind, platform })
  }
  return { components: { count, ...(only && { only }) }, names }
}
