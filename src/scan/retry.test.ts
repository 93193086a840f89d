import { describe, expect, it } from 'vitest'
import { Fault, type FaultCode } from '../core/fault.ts'
import { retrying } from './retry.ts'

const fault = (code: FaultCode): Fault => new Fault(code, { ja: code, en: code })

/** Tries work that fails with these codes before it succeeds; gives the tries and the waits between them. */
async function tried(attempts: number, codes: readonly FaultCode[], signal = new AbortController().signal) {
  const waits: number[] = []
  let tries = 0
  const outcome = await retrying(
    async (attempt) => {
      tries += 1
      expect(attempt).toBe(tries)
      const code = codes[attempt - 1]
      if (code) throw fault(code)
      return 'done'
    },
    { attempts, delayMilliseconds: 100 },
    async (milliseconds) => void waits.push(milliseconds),
    signal,
  ).catch((cause: unknown) => (cause instanceof Fault ? cause.code : cause))
  return { outcome, tries, waits }
}

describe('a target that fails', () => {
  it('is tried again when it may be reachable later, after waits that double', async () => {
    expect(await tried(4, ['unreachable', 'unreachable', 'unreachable'])).toEqual({
      outcome: 'done',
      tries: 4,
      waits: [100, 200, 400],
    })
  })

  it('is given up after its tries', async () => {
    expect(await tried(2, ['unreachable', 'unreachable'])).toEqual({ outcome: 'unreachable', tries: 2, waits: [100] })
  })

  it.each(['denied', 'timeout', 'configuration', 'usage', 'output', 'internal'] as const)(
    'is never tried again after %s: a second attempt could lock an account',
    async (code) => {
      expect(await tried(5, [code])).toEqual({ outcome: code, tries: 1, waits: [] })
    },
  )

  it('is not tried again once the run is interrupted', async () => {
    expect(await tried(5, ['unreachable'], AbortSignal.abort())).toEqual({
      outcome: 'unreachable',
      tries: 1,
      waits: [],
    })
  })

  it('passes on what is no fault as it is', async () => {
    const broken = new TypeError('a mistake in the program')
    const work = retrying(
      () => Promise.reject(broken),
      { attempts: 3, delayMilliseconds: 1 },
      () => Promise.resolve(),
      new AbortController().signal,
    )
    await expect(work).rejects.toBe(broken)
  })
})
