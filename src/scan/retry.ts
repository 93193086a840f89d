import { Fault, type FaultCode } from '../core/fault.ts'

/** How often and after how long a target is tried again. */
export interface RetryPolicy {
  /** Tries in all. */
  readonly attempts: number
  /** Milliseconds before the second try, doubled for each further one. */
  readonly delayMilliseconds: number
}

export const defaultRetry: RetryPolicy = { attempts: 2, delayMilliseconds: 1000 }

/** Only what may pass by itself: a refused credential or permission is never tried twice (design law 9). */
const passing: ReadonlySet<FaultCode> = new Set<FaultCode>(['unreachable'])

/** Calls `work` until it succeeds, fails for good, or the tries are used up. `wait` is given by the caller's clock. */
export async function retrying<T>(
  work: (attempt: number) => Promise<T>,
  policy: RetryPolicy,
  wait: (milliseconds: number, signal: AbortSignal) => Promise<void>,
  signal: AbortSignal,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work(attempt)
    } catch (cause) {
      const again = cause instanceof Fault && passing.has(cause.code) && attempt < policy.attempts && !signal.aborted
      if (!again) throw cause
      await wait(policy.delayMilliseconds * 2 ** (attempt - 1), signal)
    }
  }
}
