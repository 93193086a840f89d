import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Fault } from '../../core/fault.ts'
import { type BackOffPolicy, delayAfter, type TurnedAway, usualBackOff, withBackOff } from './back-off.ts'

const fast: BackOffPolicy = { tries: 4, firstMilliseconds: 1, longestMilliseconds: 2, random: () => 0 }
const never = new AbortController().signal
/** Turns away so many times, then connects. */
const busy = (times: number): { readonly connect: () => Promise<TurnedAway | { connected: true }>; count: number } => {
  const server = {
    count: 0,
    connect: async () => {
      server.count += 1
      return server.count <= times ? { turnedAway: `words ${server.count}` } : { connected: true as const }
    },
  }
  return server
}

describe('a server that turns connections away', () => {
  it('is asked again until it connects', async () => {
    const server = busy(3)
    expect(await withBackOff(server.connect, 'web-1', never, fast)).toEqual({ connected: true })
    expect(server.count).toBe(4)
  })

  it('is given up after the last try, with what it said then', async () => {
    const server = busy(100)
    await expect(withBackOff(server.connect, 'web-1', never, fast)).rejects.toMatchObject({
      code: 'unreachable',
      message: 'web-1 closed the connection before logging on, 4 times: words 4',
    })
    expect(server.count).toBe(4)
  })

  it('is not asked again after any fault', async () => {
    let count = 0
    const refuse = async (): Promise<TurnedAway> => {
      count += 1
      throw new Fault('rejected', { ja: '拒否', en: 'refused' })
    }
    await expect(withBackOff(refuse, 'web-1', never, fast)).rejects.toMatchObject({ code: 'rejected' })
    expect(count).toBe(1)
  })

  it('is not waited for once aborted', async () => {
    const limit = new AbortController()
    const slow = { ...fast, firstMilliseconds: 600_000, longestMilliseconds: 600_000 }
    const waiting = withBackOff(busy(1).connect, 'web-1', limit.signal, slow)
    setImmediate(() => limit.abort('SIGINT'))
    await expect(waiting).rejects.toMatchObject({ code: 'timeout' })
  })

  it('is waited for longer each time, up to a limit, and not by all at the same time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (tried, random) => {
        const delay = delayAfter(tried, { ...usualBackOff, random: () => random })
        const whole = Math.min(5000, 250 * 2 ** (tried - 1))
        expect(delay).toBeGreaterThanOrEqual(whole / 2)
        expect(delay).toBeLessThanOrEqual(whole)
      }),
    )
    const [one, other] = [0.1, 0.9].map((random) => delayAfter(1, { ...usualBackOff, random: () => random }))
    expect(one).not.toBe(other)
  })
})
