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
  /** Entry of the configuration that it came from, for one of several `hosts`. */
  readonly group?: TargetGroup
  /** Part of the network; the configuration may limit how many of its targets are at work at once. */
  readonly networkZone?: string
  /** Words of the command line that name it, for a message that says what to type; else `--target NAME` does. */
  readonly typed?: readonly string[]
  /** The scanner's own options. */
  readonly options: Readonly<Record<string, unknown>>
}

/** Several hosts under one name. */
export interface TargetGroup {
  readonly name: string
  /** How many of them may be at work at once. */
  readonly concurrency?: number
}

/** What one collection is asked for. */
export interface CollectRequest {
  readonly deep: boolean
  readonly simulateUpgrade: boolean
  readonly signal: AbortSignal
  readonly run: CollectRun
}

/** What all targets of one run share while they are collected. */
export interface CollectRun {
  /** Values that must never be written anywhere (design law 6); whoever learns one adds it. */
  readonly secrets: Set<string>
  /**
   * The value behind `env:NAME`, `file:PATH` or `exec:COMMAND`, added to `secrets`; each reference is resolved once a run.
   * @throws Fault `configuration`
   */
  readonly credential: (reference: string) => Promise<string>
  readonly passwords: PasswordUse
  /** Folder that relative paths in options start from: that of seisa.yaml. */
  readonly folder: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Has something closed when the run is over, however it ends. */
  readonly atEnd: (close: () => Promise<void> | void) => void
}

/** Keeps every account from being locked by seisa (design law 9). */
export interface PasswordUse {
  /**
   * Sends a password through `attempt`. The first use of a password runs alone, and the others wait for its outcome, then
   * two at once; once `attempt` has thrown a Fault `rejected`, or `denied` at the first use (it was sent and neither
   * accepted nor refused), no further attempt is made with it in this run, on any target.
   * @throws Fault `rejected` naming the target that refused it; whatever `attempt` throws
   */
  readonly attempt: <T>(use: PasswordAttempt<T>) => Promise<T>
}

export interface PasswordAttempt<T> {
  readonly account: string
  readonly password: string
  /** Name of the target, for the message to the others. */
  readonly target: string
  /** Ends the waiting for another's outcome. */
  readonly signal: AbortSignal
  readonly attempt: () => Promise<T>
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
