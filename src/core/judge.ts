import { hash } from 'node:crypto'
import type { Requirement, Selector } from './baseline.ts'
import { rowTypesById, settings as catalogue } from './catalogue/index.ts'
import { type Asked, requirementConflicts } from './conflicts.ts'
import { expectationText, type Namer } from './describe.ts'
import { type Subject, subjectsOf } from './expectation.ts'
import { judgeRows } from './judge-rows.ts'
import { judgeSettings } from './judge-settings.ts'
import type { Outcome } from './logic.ts'
import { compareText } from './order.ts'
import type { Finding, FindingKind, RowRef, Verdict } from './run.ts'
import type { EvidenceRef, Scope } from './fact.ts'
import { scopeKey } from './fact.ts'
import type { Component, Snapshot } from './snapshot.ts'
import type { LocalText } from './text.ts'

/** A baseline ready to be judged by: extensions applied, parameters filled in. */
export interface JudgedBaseline {
  readonly id: string
  /** The baseline that it extends in the end; its own id when it extends none. Finding ids hang on it. */
  readonly root: string
  readonly appliesTo?: Selector
  readonly requirements: readonly (Requirement & { readonly loosened?: LocalText })[]
}

export interface JudgeOptions {
  /** Labels of the component's target. */
  readonly labels?: Readonly<Record<string, string>>
  /** Ages are computed against this instant; default: when the component was observed. */
  readonly asOf?: string
}

/** One judgement of a requirement, before it becomes a finding. */
export interface Judged {
  readonly outcome: Outcome
  readonly scope?: Scope
  readonly row?: RowRef
  readonly count?: number
  readonly actual: LocalText
  /** Raw values behind `actual`: what an exception for one bad value is bound to. */
  readonly values: readonly unknown[]
  readonly evidence: readonly EvidenceRef[]
  readonly needs?: LocalText
}

/**
 * Judges one component by every baseline that applies to it. Pure: the findings depend on nothing but
 * the arguments, whatever the order of facts, rows or baselines (design law 8). Sorted by baseline,
 * requirement, scope and row key.
 */
export function judgeComponent(
  snapshot: Snapshot,
  baselines: readonly JudgedBaseline[],
  options: JudgeOptions = {},
): readonly Finding[] {
  const { component } = snapshot
  const labels = options.labels ?? {}
  const asOf = options.asOf ?? component.observedAt
  const applying = baselines
    .filter((baseline) => selects(baseline.appliesTo, component, labels))
    .sort((a, b) => compareText(a.id, b.id))
  const index = indexSnapshot(snapshot)
  const findings: Finding[] = []
  const judgedFor: JudgedFor = new Map()
  for (const [at, baseline] of applying.entries()) {
    const made = new Map<Requirement, readonly Finding[]>()
    judgedFor.set(baseline, made)
    // a document and an organisation's version of it may both apply: their findings must not share ids
    const namesakes = applying.slice(0, at).filter((other) => other.root === baseline.root).length
    const own = namesakes === 0 ? [] : [baseline.id, namesakes]
    for (const requirement of baseline.requirements) {
      const judged = selects(requirement.appliesTo, component, labels)
        ? judgeRequirement(requirement, index, asOf)
        : [outOfScope]
      const found = judged.map((one) => toFinding(one, requirement, baseline, component, own))
      findings.push(...found)
      made.set(requirement, found)
    }
  }
  return withConflicts(findings, judgedFor, conflictsOf(applying)).sort(byPlace)
}

/** What was found for each requirement of each baseline. */
type JudgedFor = Map<unknown, ReadonlyMap<Requirement, readonly Finding[]>>

const knownConflicts = new WeakMap<JudgedBaseline, Map<string, ReturnType<typeof requirementConflicts>>>()
const numbers = new WeakMap<JudgedBaseline, number>()
let lastNumber = 0

/** The contradictions among baselines, found once for each set of them and not once for each component. */
function conflictsOf(baselines: readonly JudgedBaseline[]): ReturnType<typeof requirementConflicts> {
  const [first] = baselines
  if (!first || baselines.length < 2) return []
  const key = baselines.map(numberOf).join()
  const known = knownConflicts.get(first) ?? new Map<string, ReturnType<typeof requirementConflicts>>()
  knownConflicts.set(first, known)
  const found = known.get(key) ?? requirementConflicts(baselines)
  known.set(key, found)
  return found
}

function numberOf(baseline: JudgedBaseline): number {
  const number = numbers.get(baseline) ?? ++lastNumber
  numbers.set(baseline, number)
  return number
}

const outOfScope: Judged = {
  outcome: {
    verdict: 'not-applicable',
    reasons: [{ ja: 'この種類の対象への要件ではない', en: 'not asked of this kind of component' }],
  },
  actual: { ja: '—', en: '—' },
  values: [],
  evidence: [],
}

/** Whether a selector takes a component; every given part must hold. */
export function selects(
  selector: Selector | undefined,
  component: Component,
  labels: Readonly<Record<string, string>>,
): boolean {
  if (!selector) return true
  if (selector.kind && !selector.kind.includes(component.kind)) return false
  if (
    selector.component &&
    !selector.component.includes(component.id) &&
    !selector.component.includes(component.name)
  ) {
    return false
  }
  if (selector.platform && !selector.platform.includes(component.platform.split('/')[0] ?? '')) return false
  return Object.entries(selector.label ?? {}).every(([key, value]) => labels[key] === value)
}

/** A snapshot's facts and tables, found by name. */
export interface SnapshotIndex {
  readonly snapshot: Snapshot
  /** Facts by setting, then by scope key; the default is under ''. */
  readonly facts: ReadonlyMap<string, ReadonlyMap<string, Snapshot['facts'][number]>>
  readonly tables: ReadonlyMap<string, Snapshot['tables'][number]>
}

function indexSnapshot(snapshot: Snapshot): SnapshotIndex {
  const facts = new Map<string, Map<string, Snapshot['facts'][number]>>()
  for (const fact of snapshot.facts) {
    const scopes = facts.get(fact.setting) ?? new Map()
    scopes.set(fact.scope ? scopeKey(fact.scope) : '', fact)
    facts.set(fact.setting, scopes)
  }
  return { snapshot, facts, tables: new Map(snapshot.tables.map((table) => [table.type, table])) }
}

const judgeRequirement = (requirement: Requirement, index: SnapshotIndex, asOf: string): readonly Judged[] =>
  requirement.each ? judgeRows(requirement, requirement.each, index, asOf) : judgeSettings(requirement, index, asOf)

/** The value that a finding is bound to: sets without order, other states by their name and never by their reason. */
export function valueOf(subject: Subject | undefined): unknown {
  if (!subject) return null
  if (subject.state !== 'known') return { state: subject.state }
  return Array.isArray(subject.value) ? [...subject.value].sort() : subject.value
}

/** Names of settings, or of the fields of a row type. */
export function namerOf(each: string | undefined): Namer {
  const fields = each ? rowTypesById.get(each)?.fields : undefined
  return (subject) => {
    const definition = fields ? fields[subject] : catalogue.get(subject)
    if (!definition) return { title: { ja: subject, en: subject }, type: 'text' }
    return {
      title: definition.title,
      type: definition.type,
      ...(definition.unit && { unit: definition.unit }),
      ...(definition.values && { values: definition.values }),
    }
  }
}

const expectedTexts = new WeakMap<Requirement, LocalText>()

function expectedOf(requirement: Requirement): LocalText {
  let expected = expectedTexts.get(requirement)
  if (!expected) {
    const namer = namerOf(requirement.each)
    if (requirement.expect) expected = expectationText(requirement.expect, namer)
    else if (requirement.reject) {
      const rejected = expectationText(requirement.reject, namer)
      expected = { ja: `該当なし: ${rejected.ja}`, en: `none with ${rejected.en}` }
    } else expected = { ja: '—', en: '—' }
    expectedTexts.set(requirement, expected)
  }
  return expected
}

/** Enough of a hash to tell findings apart; what goes in is built here, in a fixed order. */
export const findingHash = (value: unknown): string => hash('sha256', JSON.stringify(value), 'hex').slice(0, 32)

function toFinding(
  judged: Judged,
  requirement: Requirement & { readonly loosened?: LocalText },
  baseline: JudgedBaseline,
  component: Component,
  own: readonly (string | number)[],
): Finding {
  const { outcome, scope, row } = judged
  const verdict: Verdict = outcome.verdict
  const place = [
    component.id,
    baseline.root,
    requirement.id,
    scope ? scopeKey(scope) : null,
    row ? [row.type, row.key] : null,
    ...own,
  ]
  const id = findingHash(place)
  const reason =
    outcome.verdict === 'unknown' || outcome.verdict === 'not-applicable' ? firstReasons(outcome.reasons) : undefined
  const remedy = requirement.remedy[component.platform.split('/')[0] ?? ''] ?? requirement.remedy['default']
  const names = [...subjectsOf(requirement.expect), ...subjectsOf(requirement.reject), ...subjectsOf(requirement.where)]
  const unique = [...new Set(names)]
  return {
    id,
    valueHash: findingHash([id, judged.values]),
    verdict,
    kind: kindOf(outcome),
    severity: requirement.severity,
    baseline: baseline.id,
    requirement: requirement.id,
    component: component.id,
    ...(scope && { scope }),
    ...(row && { row }),
    ...(judged.count !== undefined && { count: judged.count }),
    settings: requirement.each ? unique.map((name) => `${requirement.each}.${name}`) : unique,
    expected: expectedOf(requirement),
    actual: judged.actual,
    evidence: judged.evidence,
    controls: requirement.controls,
    title: requirement.title,
    ...(remedy && (verdict === 'fail' || verdict === 'unknown') && { remedy }),
    ...(requirement.partial && { partial: requirement.partial }),
    ...(requirement.loosened && { loosened: requirement.loosened }),
    ...(reason && { reason }),
    ...(judged.needs && verdict === 'unknown' && { needs: judged.needs }),
  }
}

const kindOf = (outcome: Outcome): FindingKind => {
  if (outcome.verdict === 'unknown') return 'unknown'
  return outcome.verdict === 'fail' && outcome.gap ? 'capability-gap' : 'deviation'
}

/** Each reason once, sorted, so that the order of reading can't show. */
function firstReasons(reasons: readonly LocalText[]): LocalText | undefined {
  if (reasons.length === 0) return undefined
  const unique = [...new Map(reasons.map((reason) => [reason.en, reason])).values()].sort((a, b) =>
    a.en < b.en ? -1 : 1,
  )
  return { ja: unique.map((reason) => reason.ja).join('、'), en: unique.map((reason) => reason.en).join('; ') }
}

/** Points findings of contradicting requirements at each other. What doesn't apply contradicts nothing. */
function withConflicts(
  findings: readonly Finding[],
  judgedFor: JudgedFor,
  conflicts: ReturnType<typeof requirementConflicts>,
): Finding[] {
  const pointers = new Map<string, Set<string>>()
  const applying = ({ baseline, requirement }: Asked): readonly Finding[] =>
    (judgedFor.get(baseline)?.get(requirement) ?? []).filter((finding) => finding.verdict !== 'not-applicable')
  for (const [a, b] of conflicts) {
    for (const one of applying(a)) {
      for (const other of applying(b)) {
        if (placeOf(one) !== placeOf(other)) continue
        pointers.set(one.id, (pointers.get(one.id) ?? new Set()).add(other.id))
        pointers.set(other.id, (pointers.get(other.id) ?? new Set()).add(one.id))
      }
    }
  }
  if (pointers.size === 0) return [...findings]
  return findings.map((finding) => {
    const conflicts = pointers.get(finding.id)
    return conflicts ? { ...finding, conflicts: [...conflicts].sort() } : finding
  })
}

/** Passing rows are one counted finding, so a contradiction of rows is one of the row type as a whole. */
const placeOf = (finding: Finding): string => (finding.row || !finding.scope ? '' : scopeKey(finding.scope))

const byPlace = (a: Finding, b: Finding): number =>
  compareText(a.baseline, b.baseline) ||
  compareText(a.requirement, b.requirement) ||
  compareText(a.scope ? scopeKey(a.scope) : '', b.scope ? scopeKey(b.scope) : '') ||
  compareText(a.row?.key ?? '', b.row?.key ?? '')
