import { Fault } from '../core/fault.ts'
import type { JudgedBaseline } from '../core/judge.ts'
import type { RunBaseline } from '../core/run.ts'

/** What a run judges by, and how that stands in its result. */
export interface JudgedBy {
  readonly judged: readonly JudgedBaseline[]
  readonly headers: readonly RunBaseline[]
}

/**
 * The baselines of a run, read once. Reading the built-in ones takes about as long as a machine takes to answer, so
 * that it happens while the first target is at work.
 */
export class LateBaselines {
  readonly #read: () => JudgedBy
  #outcome:
    | { readonly ok: true; readonly value: JudgedBy }
    | { readonly ok: false; readonly cause: unknown }
    | undefined

  constructor(read: () => JudgedBy) {
    this.#read = read
  }

  /** Reads them, unless they are read. What goes wrong is kept for `get`. */
  begin(): void {
    if (this.#outcome) return
    try {
      const value = this.#read()
      if (!value.judged.some((baseline) => baseline.requirements.length > 0)) {
        throw new Fault('nothing-to-do', { ja: '判定する要件がない', en: 'there is nothing to check' })
      }
      this.#outcome = { ok: true, value }
    } catch (cause) {
      this.#outcome = { ok: false, cause }
    }
  }

  /** @throws Fault `nothing-to-do` without a requirement; whatever reading them threw */
  get(): JudgedBy {
    this.begin()
    if (this.#outcome?.ok) return this.#outcome.value
    throw this.#outcome?.cause
  }

  /** They could not be read: no target can be judged. */
  get failed(): boolean {
    return this.#outcome?.ok === false
  }
}
