import { Fault } from '../core/fault.ts'
import type { JudgedBaseline } from '../core/judge.ts'
import type { RunBaseline } from '../core/run.ts'
import type { UsedSoftwareList } from '../core/software/list.ts'
import { checkedLists } from './software-lists.ts'

/** What a run judges by, and how that stands in its result. */
export interface JudgedBy {
  readonly judged: readonly JudgedBaseline[]
  /** Of the baselines; those of the lists are made from the lists. */
  readonly headers: readonly RunBaseline[]
  readonly lists: readonly UsedSoftwareList[]
}

/**
 * The baselines of a run, read once. Reading the built-in ones takes about as long as a machine takes to answer, so
 * that it happens while the first target is at work.
 */
export class LateBaselines {
  readonly #read: () => Promise<JudgedBy> | JudgedBy
  #reading: Promise<JudgedBy> | undefined
  #failed = false

  constructor(read: () => Promise<JudgedBy> | JudgedBy) {
    this.#read = read
  }

  /**
   * Begins to read them, unless that was done before.
   * @throws Fault `nothing-to-do` without a requirement and a list; Fault `configuration` where two of them share an id;
   * whatever reading them threw
   */
  get(): Promise<JudgedBy> {
    if (!this.#reading) {
      this.#reading = this.#checked()
      this.#reading.catch(() => {
        this.#failed = true
      })
    }
    return this.#reading
  }

  /** They could not be read: no target can be judged. */
  get failed(): boolean {
    return this.#failed
  }

  async #checked(): Promise<JudgedBy> {
    const given = await this.#read()
    const lists = checkedLists(given.lists, given.judged)
    if (lists.length > 0 || given.judged.some((baseline) => baseline.requirements.length > 0))
      return { ...given, lists }
    throw new Fault('nothing-to-do', { ja: '判定する要件がない', en: 'there is nothing to check' })
  }
}
