import { createHash } from 'node:crypto'
import { Fault } from '../core/fault.ts'
import type { CollectRun, PasswordAttempt, PasswordUse } from '../core/scanner.ts'

/** What a run needs from outside to give its targets credentials. */
export interface CollectRunGiven {
  readonly folder: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Resolves a reference and adds what it finds to `secrets`; stops when the run is over. */
  readonly resolve: (reference: string, secrets: Set<string>, over: AbortSignal) => Promise<string>
}

/** A run's shared part, and the end of it. */
export interface OpenCollectRun extends CollectRun {
  /** Closes what the targets left open; never throws. */
  readonly end: () => Promise<void>
}

/** Begins the part of a run that its targets share. */
export function openCollectRun(given: CollectRunGiven): OpenCollectRun {
  const secrets = new Set<string>()
  const resolved = new Map<string, Promise<string>>()
  const closers: (() => Promise<void> | void)[] = []
  const over = new AbortController()
  return {
    secrets,
    folder: given.folder,
    env: given.env,
    passwords: new PasswordGuard(),
    credential: (reference) => {
      const known = resolved.get(reference) ?? given.resolve(reference, secrets, over.signal)
      resolved.set(reference, known)
      return known
    },
    atEnd: (close) => void closers.push(close),
    end: async () => {
      over.abort('the run is over')
      await Promise.allSettled(closers.splice(0).map(async (close) => close()))
    },
  }
}

/**
 * Uses of an accepted password at once. Hosts of which one knows an account by itself and the others by a directory may
 * disagree: no more wrong ones than these reach the directory, which locks at three or more.
 */
const mostAtOnce = 2

/** What is known of one password of one account. */
type Known =
  | { readonly state: 'being-tried'; readonly done: Promise<void> }
  | { readonly state: 'accepted'; readonly running: Set<Promise<unknown>> }
  | { readonly state: 'rejected'; readonly by: string; readonly inDoubt: boolean }

class PasswordGuard implements PasswordUse {
  /** By a hash: a map of passwords would be one more place that holds them. */
  readonly #known = new Map<string, Known>()

  async attempt<T>(use: PasswordAttempt<T>): Promise<T> {
    const key = createHash('sha256')
      .update(JSON.stringify([use.account, use.password]))
      .digest('base64')
    for (;;) {
      const known = this.#known.get(key)
      if (known === undefined) return await this.#first(key, use)
      if (known.state === 'rejected') throw suspended(use.account, known)
      if (known.state === 'being-tried') await settledOrAborted(known.done, use.signal)
      else if (known.running.size < mostAtOnce) return await this.#another(key, use, known.running)
      else await settledOrAborted(Promise.race(known.running), use.signal)
    }
  }

  async #first<T>(key: string, use: PasswordAttempt<T>): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#known.set(key, { state: 'being-tried', done: promise })
    try {
      const result = await this.#use(key, use)
      this.#known.set(key, { state: 'accepted', running: new Set() })
      return result
    } catch (cause) {
      // asked for more instead of an answer: it may have been counted as a wrong one
      if (cause instanceof Fault && cause.code === 'denied') {
        this.#known.set(key, { state: 'rejected', by: use.target, inDoubt: true })
      }
      throw cause
    } finally {
      // an outcome that says nothing of the password leaves it to the next one
      if (this.#known.get(key)?.state === 'being-tried') this.#known.delete(key)
      resolve()
    }
  }

  async #another<T>(key: string, use: PasswordAttempt<T>, running: Set<Promise<unknown>>): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<void>()
    running.add(promise)
    try {
      return await this.#use(key, use)
    } finally {
      running.delete(promise)
      resolve()
    }
  }

  async #use<T>(key: string, use: PasswordAttempt<T>): Promise<T> {
    try {
      return await use.attempt()
    } catch (cause) {
      if (cause instanceof Fault && cause.code === 'rejected') {
        this.#known.set(key, { state: 'rejected', by: use.target, inDoubt: false })
      }
      throw cause
    }
  }
}

async function settledOrAborted(done: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = (): void =>
    reject(
      new Fault(
        'timeout',
        {
          ja: '同じパスワードの最初の結果を待つ間に時間切れか中断となった',
          en: 'the time limit or an interruption came while waiting for the first use of the same password',
        },
        { next: { ja: 'timeout を延ばして、もう一度実行する', en: 'raise timeout and run again' } },
      ),
    )
  if (signal.aborted) abort()
  signal.addEventListener('abort', abort, { once: true })
  try {
    await Promise.race([done, promise])
  } finally {
    signal.removeEventListener('abort', abort)
    promise.catch(() => undefined)
  }
}

const suspended = (account: string, { by, inDoubt }: Known & { readonly state: 'rejected' }): Fault =>
  new Fault(
    'rejected',
    inDoubt
      ? {
          ja: `${by} が ${account} のパスワードの可否を答えなかったため、この実行では二度と試さない`,
          en: `${by} did not say whether it accepts the password of ${account}; it is not tried again in this run`,
        }
      : {
          ja: `${by} が ${account} のパスワードを拒んだため、この実行では二度と試さない`,
          en: `${by} refused the password of ${account}; it is not tried again in this run`,
        },
    {
      next: inDoubt
        ? {
            ja: `${by} には鍵でログオンするか、${by} を除いて、もう一度実行する`,
            en: `log on to ${by} with a key, or leave ${by} out, then run again`,
          }
        : {
            ja: 'パスワードの参照先を確かめてから、もう一度実行する',
            en: 'check what the password reference points to, then run again',
          },
    },
  )
