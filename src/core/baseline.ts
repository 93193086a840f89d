import type { ValueType } from './catalogue/define.ts'
import type { ComponentKind } from './catalogue/kinds.ts'
import type { AccountClass, Scope } from './fact.ts'
import type { LocalText } from './text.ts'

/** How bad a failing requirement is, worst first. Document baselines: required = high, conditional = medium, recommended = low, example = info. */
export const severities = ['critical', 'high', 'medium', 'low', 'info'] as const
export type Severity = (typeof severities)[number]

/** A literal of a requirement or a parameter, durations already in seconds. */
export type Literal = boolean | number | string | readonly string[]

/** `$name` in a file: the value of a parameter. */
export interface ParameterReference {
  readonly parameter: string
}

export type Operand = Literal | ParameterReference

/** The closed set of operators (docs/requirements.md). `newer-than` and `older-than` compare an instant's age. */
export const operators = [
  'equals',
  'not',
  'one-of',
  'none-of',
  'at-least',
  'at-most',
  'between',
  'contains',
  'subset-of',
  'superset-of',
  'matches',
  'newer-than',
  'older-than',
  'version-at-least',
  'present',
  'absent',
] as const
export type Operator = (typeof operators)[number]

/** What one value must be. */
export type Condition =
  | { readonly kind: 'test'; readonly operator: Operator; readonly operand: Operand | readonly [Operand, Operand] }
  | { readonly kind: 'all-of'; readonly of: readonly Condition[] }
  | { readonly kind: 'any-of'; readonly of: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }

/** What settings of a component, or fields of a row, must be. `subject` is a setting's id or a field's name. */
export type Expectation =
  | { readonly kind: 'subject'; readonly subject: string; readonly condition: Condition }
  | { readonly kind: 'all-of'; readonly of: readonly Expectation[] }
  | { readonly kind: 'any-of'; readonly of: readonly Expectation[] }
  | { readonly kind: 'not'; readonly of: Expectation }

/** Which components: every given part must hold. */
export interface Selector {
  readonly kind?: readonly ComponentKind[]
  readonly label?: Readonly<Record<string, string>>
  readonly component?: readonly string[]
  /** First part of the component's platform: `linux`, `active-directory`. */
  readonly platform?: readonly string[]
}

/** A value that an organisation decides, or that the document fixes. */
export interface Parameter {
  readonly value: Literal
  readonly title: LocalText
  readonly source?: 'document' | 'document-example' | 'organisation-defined'
  /** Suggested, not decided: replace before relying on it. */
  readonly default?: boolean
  readonly reason?: LocalText
  /** What its uses in the same file made of `value`; without it the value stands as it was written (`90d`). */
  readonly type?: ValueType
}

/** A value given to a parameter that is declared elsewhere, as it was written (`90d`). */
export interface ParameterValue {
  readonly value: Literal
  readonly reason?: LocalText
}

/** What one or more settings must be, why, and which clauses ask for it. */
export interface Requirement {
  readonly id: string
  readonly title: LocalText
  readonly severity: Severity
  readonly controls: readonly string[]
  readonly appliesTo?: Selector
  readonly scope?: { readonly accounts?: AccountClass; readonly kind?: Scope['kind']; readonly key?: string }
  /** Row type; without it the requirement speaks of settings. */
  readonly each?: string
  readonly where?: Expectation
  readonly expect?: Expectation
  /** Rows that must not be. */
  readonly reject?: Expectation
  readonly rationale: LocalText
  /** By platform family (`linux`), or `default`. */
  readonly remedy: Readonly<Record<string, LocalText>>
  /** What of the clauses this does not cover. */
  readonly partial?: LocalText
  /** Needs facts that only `--deep` reads. */
  readonly deep?: boolean
}

/** A clause that live settings can't decide, and what would. */
export interface NotDecided {
  readonly control: string
  readonly by: 'run' | 'ledger' | 'person' | 'platform' | 'list'
  readonly reason: LocalText
}

/** An approved set of requirements, as read from one file (before parameters and extensions are applied). */
export interface Baseline {
  readonly baseline: string
  readonly version: number
  readonly title: LocalText
  readonly extends?: string
  readonly appliesTo?: Selector
  readonly parameters: Readonly<Record<string, Parameter>>
  /** Other values for parameters of the baseline that it extends. */
  readonly overrides: Readonly<Record<string, ParameterValue>>
  readonly requirements: readonly Requirement[]
  readonly disable: readonly { readonly requirement: string; readonly reason: string }[]
  readonly notDecided: readonly NotDecided[]
  /** Digest of the file it came from, for approvals. */
  readonly hash: string
}
