import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Fact, Origin, Scope, Table, Value } from '../../../../src/core/fact.ts'
import type { DefaultPopulation, Gap, ScopeInForce } from '../../../../src/core/snapshot.ts'
import type { LocalText } from '../../../../src/core/text.ts'

/** What one part of the interpreter adds to the snapshot. */
export interface Contribution {
  readonly facts?: readonly Fact[]
  readonly scopes?: readonly ScopeInForce[]
  readonly populations?: readonly DefaultPopulation[]
  readonly tables?: readonly Table[]
  readonly gaps?: readonly Gap[]
}

/** One part of the interpreter: pure, never throws. */
export type Part = (evidence: Evidence) => Contribution

type Where = readonly EvidenceRef[]

/** A known fact. */
export const known = (
  setting: string,
  value: Value,
  evidence: Where,
  origin: Origin = 'configured',
  scope?: Scope,
): Fact => ({
  setting,
  state: 'known',
  value,
  origin,
  evidence,
  ...(scope && { scope }),
})

/** Read in full and not set. */
export const absent = (setting: string, evidence: Where, scope?: Scope): Fact => ({
  setting,
  state: 'absent',
  evidence,
  ...(scope && { scope }),
})

/** The thing itself doesn't exist here. */
export const inapplicable = (setting: string, why: LocalText, evidence: Where, scope?: Scope): Fact => ({
  setting,
  state: 'inapplicable',
  why,
  evidence,
  ...(scope && { scope }),
})

/** The risk exists and this platform has no such setting. */
export const unsupported = (setting: string, why: LocalText, evidence: Where, scope?: Scope): Fact => ({
  setting,
  state: 'unsupported',
  why,
  evidence,
  ...(scope && { scope }),
})

/** A fact whose reading failed. */
export const unread = (
  setting: string,
  reading: { readonly why: LocalText; readonly needs?: LocalText },
  evidence: Where = [],
  scope?: Scope,
): Fact => ({
  setting,
  state: 'unreadable',
  why: reading.why,
  ...(reading.needs && { needs: reading.needs }),
  evidence,
  ...(scope && { scope }),
})

/** A fact from a reading: known, or unreadable with the reading's reason. */
export const fromReading = (
  setting: string,
  reading: Reading<Value>,
  evidence: Where,
  origin: Origin = 'configured',
  scope?: Scope,
): Fact =>
  reading.ok ? known(setting, reading.value, evidence, origin, scope) : unread(setting, reading, evidence, scope)
