import type { Severity } from './baseline.ts'
import type { ComponentKind } from './catalogue/kinds.ts'
import type { EvidenceRef, Fact, Observed, Row, Scope } from './fact.ts'
import type { Gap, Identifier } from './snapshot.ts'
import type { Language, LocalText } from './text.ts'

/** How a requirement came out on a component (design section 7). */
export const verdicts = ['fail', 'unknown', 'excepted', 'pass', 'not-applicable'] as const
export type Verdict = (typeof verdicts)[number]

/**
 * What a finding is about. A requirement of a baseline gives `deviation`, whatever its verdict, except that a demand
 * beyond the platform is a `capability-gap` and an undecided one is `unknown`. A software list gives the kinds of its
 * own in the same way.
 */
export const findingKinds = [
  'deviation',
  'capability-gap',
  'changed',
  'added',
  'removed',
  'missing',
  'unmanaged',
  'unlisted-software',
  'forbidden-software',
  'list-entry-expired',
  'list-entry-unused',
  'unrostered-account',
  'exception-expired',
  'baseline-unapproved',
  'unknown',
] as const
export type FindingKind = (typeof findingKinds)[number]

/** The row that a finding speaks of. */
export interface RowRef {
  /** Row type, e.g. `account`. */
  readonly type: string
  readonly key: string
  readonly name: string
  /** Of software, when it was read: what an approver decides on. */
  readonly version?: string
}

/** The approved departure that turned a fail or an unknown into excepted. */
export interface ExceptionRef {
  readonly id: string
  /** Last day it holds, a Japanese day: `2026-12-31`. */
  readonly expiresOn: string
  readonly approvedBy: string
  readonly ticket: string
  readonly reason: string
}

const listComponent = 'software-list:'

/** What stands for the component in a finding about a software list itself. */
export const listComponentId = (list: string): string => listComponent + list

/** Whether a finding is about a software list itself and so about no component. */
export const isAboutList = (finding: Pick<Finding, 'component'>): boolean => finding.component.startsWith(listComponent)

/** A requirement judged on a component, in a scope, on a row. */
export interface Finding {
  /** Hash of component, root baseline, requirement, scope and row key: the same in every run. */
  readonly id: string
  /** Hash that covers the actual value too, so that an exception for one bad value doesn't hide another. */
  readonly valueHash: string
  readonly verdict: Verdict
  readonly kind: FindingKind
  readonly severity: Severity
  /** Baseline's id. */
  readonly baseline: string
  readonly requirement: string
  /** Component's id; `software-list:ID` of what is about a software list itself. */
  readonly component: string
  readonly scope?: Scope
  readonly row?: RowRef
  /** Rows that one passing finding stands for. */
  readonly count?: number
  /** Ids of the settings judged, or `type.field` of rows. */
  readonly settings: readonly string[]
  readonly expected: LocalText
  readonly actual: LocalText
  readonly evidence: readonly EvidenceRef[]
  readonly controls: readonly string[]
  readonly title: LocalText
  readonly remedy?: LocalText
  /** What of the clauses the requirement does not cover. */
  readonly partial?: LocalText
  /** Set when the organisation asks for less than the baseline it extends: what was asked before. */
  readonly loosened?: LocalText
  readonly exception?: ExceptionRef
  /** Ids of findings on the same component that ask for the contrary. */
  readonly conflicts?: readonly string[]
  /** Why the verdict is unknown or not-applicable. */
  readonly reason?: LocalText
  /** The permission or change that would let an unknown be decided. */
  readonly needs?: LocalText
}

/** `ok`: all was read; `partial`: something wasn't; the others gave nothing. */
export type TargetState = 'ok' | 'partial' | 'unreachable' | 'denied'

/** How a target went. */
export interface TargetResult {
  readonly name: string
  readonly scanner: string
  readonly state: TargetState
  readonly problems: readonly LocalText[]
}

/** A setting as observed; `setting` and `scope` are there when it is a scoped one. */
export type SettingResult = Observed & {
  readonly evidence: readonly EvidenceRef[]
  readonly setting?: string
  readonly scope?: Scope
  readonly limit?: number
  readonly derivedFrom?: readonly string[]
}

/** Rows of one type. `rows` is there when they were kept. */
export interface TableResult {
  readonly complete: boolean
  readonly count: number
  readonly why?: LocalText
  readonly needs?: LocalText
  readonly inapplicable?: LocalText
  readonly rows?: Iterable<Row> | AsyncIterable<Row>
}

/** One component and what was observed of it. */
export interface ComponentResult {
  readonly id: string
  readonly kind: ComponentKind
  readonly name: string
  /** Name of the target that yielded it. */
  readonly target: string
  readonly platform: string
  readonly owner?: Readonly<Record<string, string>>
  readonly identifiers: readonly Identifier[]
  /** ISO 8601 UTC. */
  readonly observedAt: string
  /** By setting id, `lockout.threshold`, or id and scope, `lockout.threshold[policy:PSO-Admins]`: see `settingKey`. */
  readonly settings: Readonly<Record<string, SettingResult>>
  /** By row type. */
  readonly tables: Readonly<Record<string, TableResult>>
}

/** The name of a fact in a result: `lockout.threshold[policy:PSO-Admins]`. */
export const settingKey = (fact: Pick<Fact, 'setting' | 'scope'>): string =>
  fact.scope ? `${fact.setting}[${fact.scope.kind}:${fact.scope.key}]` : fact.setting

/** Something that should have been read and was not, and where. */
export interface GapResult extends Gap {
  /** Name of the target. */
  readonly target: string
  /** Component's id, when it is known. */
  readonly component?: string
}

/** Findings by verdict. A passing finding counts once, however many rows it stands for. */
export interface Counts {
  readonly pass: number
  readonly fail: number
  readonly unknown: number
  readonly excepted: number
  readonly notApplicable: number
}

/** All findings of a run in numbers, whatever a report leaves out. */
export interface Summary extends Counts {
  readonly changes: number
  readonly gaps: number
  readonly byBaseline: Readonly<Record<string, Counts>>
}

/** Whether somebody signed for exactly this baseline. `not-configured`: no approvals are kept yet. */
export type Approval =
  | { readonly state: 'approved'; readonly by: string; readonly on: string }
  | { readonly state: 'unapproved' }
  | { readonly state: 'not-configured' }

/** A baseline or a software list that a run judged by. */
export interface RunBaseline {
  /** A software list; a baseline has none. */
  readonly kind?: 'software-list'
  readonly id: string
  readonly version: number
  readonly hash: string
  readonly approval: Approval
  readonly title: LocalText
  /** Requirements that the organisation switched off, with its reason. */
  readonly disabled: readonly { readonly requirement: string; readonly reason: string }[]
}

/** One execution. Instants are ISO 8601 UTC. */
export interface RunHeader {
  readonly id: string
  readonly startedAt: string
  readonly finishedAt: string
  /** What `--as-of` gave, else the start of the run; without `--as-of`, ages are counted to each component's `observedAt`. */
  readonly asOf: string
  /** Version of seisa. */
  readonly seisa: string
  readonly baselines: readonly RunBaseline[]
  /** Interrupted: only what was finished is here. */
  readonly partial?: true
}

/** Why a run ends with a code other than 0; every reason is listed, the strongest gives the code. */
export interface ExitReason {
  readonly code: number
  readonly text: LocalText
}

/** The exit code and all that speaks for it (design section 7). */
export interface ExitResult {
  readonly code: number
  readonly reasons: readonly ExitReason[]
}

/**
 * A run's result, read as a stream: what a scan found lies in a temporary file, so `components`, `findings` and `gaps`
 * may be read as often as a report needs and are never in memory as a whole. Findings of one component follow each
 * other, in the order of the components; within one they are sorted by baseline, requirement, scope and row key. Those
 * about software lists come after all components.
 */
export interface RunResult {
  readonly run: RunHeader
  readonly targets: readonly TargetResult[]
  components(): AsyncIterable<ComponentResult>
  findings(): AsyncIterable<Finding>
  /** In the order of the targets; `summary.gaps` counts them. */
  gaps(): AsyncIterable<GapResult>
  readonly summary: Summary
  readonly exit: ExitResult
}

/** How a result is to be shown. */
export interface ReportOptions {
  readonly lang: Language
  readonly color: boolean
  /** Width of the terminal in columns. */
  readonly columns: number
  /** Symbols beyond ASCII may be used. */
  readonly unicode: boolean
  /** The rows of tables too. */
  readonly rows: boolean
  /** Findings to show; all of them without it. Counts always cover all. */
  readonly only?: ReadonlySet<Verdict>
  readonly verbose: boolean
  /** IANA name; times are shown in JST unless told otherwise. */
  readonly timeZone: string
}

/** A form that a result is written in. `render` gives pieces of text in order, without holding the whole. */
export interface Report {
  /** Name that the user types after `--format`. */
  readonly id: string
  readonly title: LocalText
  /** Of a file, without the dot. */
  readonly extension: string
  render(result: RunResult, options: ReportOptions): AsyncIterable<string>
}
