import type { LocalText } from './text.ts'

/** What a setting or a field may hold. Durations are whole seconds, instants ISO 8601 UTC, sets are arrays without order. */
export type Value = boolean | number | string | readonly string[]

/** A limit that is never reached, ordered as +∞ (design section 5). */
export const unlimited = ['never', 'until-unlocked'] as const
export type Unlimited = (typeof unlimited)[number]

/** Where a known value comes from. */
export type Origin = 'configured' | 'inherited' | 'running' | 'platform-default'

/** Which accounts a scope holds for. */
export type AccountClass = 'privileged' | 'general' | 'remote'

/** The part of a component that a fact holds for. No scope = the default. */
export interface Scope {
  readonly kind: 'policy' | 'ou' | 'profile' | 'zone' | 'interface' | 'line' | 'category'
  readonly key: string
  readonly accounts?: AccountClass
  /** Lower wins, where the platform orders its scopes. */
  readonly precedence?: number
}

/** `kind:key`, the text form used in ids and in the JSON result. */
export const scopeKey = (scope: Scope): string => `${scope.kind}:${scope.key}`

/** The raw answer that a fact was read from, and where in it. */
export interface EvidenceRef {
  /** Evidence section, API call or command. */
  readonly source: string
  /** Line number, path or attribute inside it. */
  readonly at?: string
}

/** What was observed of one thing: design section 1, "fact". */
export type Observed =
  | { readonly state: 'known'; readonly value: Value; readonly origin: Origin }
  | { readonly state: 'absent' }
  | { readonly state: 'inapplicable'; readonly why: LocalText }
  | { readonly state: 'unsupported'; readonly why: LocalText }
  | { readonly state: 'unreadable'; readonly why: LocalText; readonly needs?: LocalText }

/** One setting as observed on a component, in a scope or by default. */
export type Fact = Observed & {
  readonly setting: string
  readonly scope?: Scope
  /** The most that this platform can hold, where that is less than a demand may ask (Windows reaches three character classes). */
  readonly limit?: number
  readonly evidence: readonly EvidenceRef[]
  /** Settings or tables that a derived fact was computed from. */
  readonly derivedFrom?: readonly string[]
}

/**
 * A field of a row. A plain value is known; anything else says why there is none.
 * `null` means read in full and not set (absent).
 */
export type Field =
  | Value
  | null
  | { readonly unreadable: LocalText }
  | { readonly inapplicable: LocalText }
  | { readonly unsupported: LocalText }

/** One thing of a kind inside a component (an account, a package, a listener). */
export interface Row {
  /** Stable between scans and unique within its table. */
  readonly key: string
  /** What a person calls it. */
  readonly name: string
  readonly fields: Readonly<Record<string, Field>>
  readonly evidence?: readonly EvidenceRef[]
}

/** Rows of one type. An incomplete table says why; its rows are still true, but others may be missing. */
export interface Table {
  readonly type: string
  readonly rows: Iterable<Row>
  readonly complete: boolean
  readonly why?: LocalText
  readonly needs?: LocalText
  /** Set when the things themselves can't exist here (a container has no volumes of its own). */
  readonly inapplicable?: LocalText
  readonly evidence: readonly EvidenceRef[]
}
