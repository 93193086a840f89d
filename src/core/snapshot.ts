import type { AccountClass, Fact, Scope, Table } from './fact.ts'
import type { ComponentKind } from './catalogue/kinds.ts'
import type { LocalText } from './text.ts'

/** Something that names the same component elsewhere: serial, UUID, directory GUID. */
export interface Identifier {
  readonly kind: string
  readonly value: string
}

/** What has settings (design section 1). */
export interface Component {
  /** Kind and strongest native id, e.g. `server:machine-3f2a…` (design section 7). */
  readonly id: string
  readonly kind: ComponentKind
  readonly name: string
  /** `linux/debian-12`, `fortios/7.4`: family, then what a person would say. */
  readonly platform: string
  readonly identifiers: readonly Identifier[]
  /** Instant of the observation, ISO 8601 UTC. Ages are computed against it. */
  readonly observedAt: string
}

/**
 * A scope that is in force for a family of settings, declared apart from the facts in it: a
 * declared scope whose fact is missing is unknown, so a lost fact can't look like a scope that never was.
 */
export interface ScopeInForce {
  /** Ids of the settings that have their own value in this scope. */
  readonly settings: readonly string[]
  readonly scope: Scope
}

/**
 * Which accounts are left to the default of some settings. Without such a statement the default is in
 * force for every class.
 */
export interface DefaultPopulation {
  readonly settings: readonly string[]
  readonly accounts: AccountClass
  /** `none`: no account of the class is left to the default; `unknown`: could not be read. */
  readonly left: 'some' | 'none' | 'unknown'
  /** Names of those left to it, for the finding. */
  readonly names?: readonly string[]
}

/** Something that should have been read and was not. */
export interface Gap {
  /** Settings and row types that are missing because of it. */
  readonly what: readonly string[]
  readonly why: LocalText
  /** The permission or change that would let it be read. */
  readonly needs?: LocalText
}

/** One component's facts at one time. */
export interface Snapshot {
  readonly component: Component
  readonly facts: readonly Fact[]
  readonly scopes: readonly ScopeInForce[]
  readonly populations: readonly DefaultPopulation[]
  readonly tables: readonly Table[]
  readonly gaps: readonly Gap[]
}
