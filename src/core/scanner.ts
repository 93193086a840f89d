import type { Evidence } from './evidence.ts'
import type { Snapshot } from './snapshot.ts'
import type { LocalText } from './text.ts'
import type { ComponentKind } from './catalogue/kinds.ts'

/** What a user names to be scanned, options already checked against the scanner's schema. */
export interface Target {
  readonly name: string
  readonly scanner: string
  readonly platform?: string
  readonly kind?: ComponentKind
  /** Pins the component's id. */
  readonly id?: string
  readonly labels: Readonly<Record<string, string>>
  readonly owner?: Readonly<Record<string, string>>
  /** Whole seconds for the whole target. */
  readonly timeout?: number
  /** The scanner's own options. */
  readonly options: Readonly<Record<string, unknown>>
}

/** What one collection is asked for. */
export interface CollectRequest {
  readonly deep: boolean
  readonly simulateUpgrade: boolean
  readonly signal: AbortSignal
  /** Values that must never be written anywhere (design law 6). */
  readonly secrets: ReadonlySet<string>
}

/** What interpreting needs besides the evidence. */
export interface InterpretContext {
  /** Pinned kind and id of the target, and the name to use where the evidence has none. */
  readonly target: Pick<Target, 'name' | 'kind' | 'id'>
}

/** One thing that a collector may send, for the README and the tests (design law 2). */
export interface Permission {
  readonly what: string
  readonly why: LocalText
  readonly needs?: LocalText
}

/** Reads one kind of target. `collect` does I/O and nothing else; `interpret` is pure. */
export interface Scanner {
  /** Name that the user types after `scanner:`, e.g. `endpoint`. */
  readonly id: string
  /** First part of its evidence's collector name is `id`; the second is one of these. */
  readonly platforms: readonly string[]
  readonly title: LocalText
  /** JSON Schema of the target options that are its own. */
  readonly optionsSchema: Readonly<Record<string, unknown>>
  /** Settings and row types that it reports on, known or not. */
  readonly observes: { readonly settings: readonly string[]; readonly rows: readonly string[] }
  readonly permissions: readonly Permission[]
  /** Evidence as bytes in the text form, as they arrive. Throws a `Fault` when the target can't be reached. */
  readonly collect: (target: Target, request: CollectRequest) => AsyncIterable<Uint8Array>
  /** Facts of each component that the evidence speaks of. Never throws on bad evidence: what can't be read is unreadable. */
  readonly interpret: (evidence: Evidence, context: InterpretContext) => Iterable<Snapshot>
}
