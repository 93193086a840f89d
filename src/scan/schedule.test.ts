import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Limit, limitsOfTarget, runAll } from './schedule.ts'

const unaborted = new AbortController().signal

/** A clock that moves when nothing else can happen. */
function simulatedClock() {
  let now = 0
  const waiting: { readonly at: number; readonly wake: () => void }[] = []
  return {
    now: () => now,
    sleep: (duration: number) =>
      new Promise<void>((wake) => {
        waiting.push({ at: now + duration, wake })
      }),
    /** Runs until the work ends or nothing would ever wake anybody: a deadlock. */
    async until(work: Promise<unknown>): Promise<'ended' | 'deadlock'> {
      let ended = false
      const end = (): void => {
        ended = true
      }
      work.then(end, end)
      for (;;) {
        // whatever follows from the last wake happens first
        await new Promise((done) => setImmediate(done))
        if (ended) return 'ended'
        waiting.sort((a, b) => a.at - b.at)
        const next = waiting.shift()
        if (!next) return 'deadlock'
        now = next.at
        next.wake()
      }
    },
  }
}

interface Item {
  readonly duration: number
  readonly limits: readonly Limit[]
}

const manyItems = fc
  .record({
    limits: fc.record({
      all: fc.integer({ min: 1, max: 6 }),
      a: fc.integer({ min: 1, max: 3 }),
      b: fc.integer({ min: 1, max: 3 }),
      z: fc.integer({ min: 1, max: 3 }),
    }),
    items: fc.array(
      fc.record({
        duration: fc.integer({ min: 0, max: 20 }),
        group: fc.constantFrom('', 'a', 'b'),
        zone: fc.boolean(),
      }),
      { maxLength: 40 },
    ),
  })
  .map(({ limits, items }): readonly Item[] =>
    items.map(({ duration, group, zone }) => ({
      duration,
      limits: [
        { key: 'all', most: limits.all },
        ...(group === 'a' || group === 'b' ? [{ key: group, most: limits[group] }] : []),
        ...(zone ? [{ key: 'z', most: limits.z }] : []),
      ],
    })),
  )

/** What happened, in its order. */
async function simulated(items: readonly Item[]) {
  const clock = simulatedClock()
  const busy = new Map<string, number>()
  const started: number[] = []
  const above: string[] = []
  const ended = new Set<number>()
  const how = await clock.until(
    runAll({
      items,
      limitsOf: ({ limits }) => limits,
      signal: unaborted,
      work: async ({ duration, limits }, position) => {
        started.push(position)
        for (const { key, most } of limits) {
          busy.set(key, (busy.get(key) ?? 0) + 1)
          if ((busy.get(key) ?? 0) > most) above.push(`${key} at ${clock.now()}`)
        }
        await clock.sleep(duration)
        for (const { key } of limits) busy.set(key, (busy.get(key) ?? 0) - 1)
        ended.add(position)
      },
    }),
  )
  return { how, started, above, ended, time: clock.now() }
}

describe('work under limits', () => {
  it('is done once on every item, never above a limit, without a deadlock, in order where the limits are the same', async () => {
    await fc.assert(
      fc.asyncProperty(manyItems, async (items) => {
        const { how, started, above, ended } = await simulated(items)
        expect(how).toBe('ended')
        expect(above).toEqual([])
        expect(started.toSorted((a, b) => a - b)).toEqual(items.map((_, position) => position))
        expect(ended.size).toBe(items.length)
        const sameLimits = Map.groupBy(started, (position) => JSON.stringify(items[position]?.limits))
        for (const positions of sameLimits.values()) expect(positions).toEqual(positions.toSorted((a, b) => a - b))
      }),
      { numRuns: 300 },
    )
  })

  it('starts whatever may start: a full zone keeps nobody else waiting', async () => {
    const zone = [
      { key: 'all', most: 4 },
      { key: 'dmz', most: 1 },
    ]
    const free = [{ key: 'all', most: 4 }]
    const items = [
      ...Array.from({ length: 5 }, () => ({ duration: 10, limits: zone })),
      ...Array.from({ length: 15 }, () => ({ duration: 10, limits: free })),
    ]
    const { started, time } = await simulated(items)
    expect(started.slice(0, 4)).toEqual([0, 5, 6, 7])
    expect(time).toBe(50)
  })

  it('of one zone takes turns with that of another: a thousand dead hosts keep nobody else waiting', async () => {
    const inZone = (networkZone: string) =>
      limitsOfTarget({ networkZone }, { concurrency: 20, networkZones: new Map() })
    const dead = Array.from({ length: 1000 }, () => ({ duration: 30, limits: inZone('dead') }))
    const good = Array.from({ length: 10 }, () => ({ duration: 2, limits: inZone('good') }))
    const { started, time } = await simulated([...dead, ...good])
    expect(started.slice(0, 20).filter((position) => position >= 1000)).toHaveLength(10)
    expect(time).toBeLessThanOrEqual(30 * (1000 / 20 + 1))
  })

  it('starts nothing more once aborted, and waits for what was started', async () => {
    const clock = simulatedClock()
    const abort = new AbortController()
    const events: string[] = []
    await clock.until(
      runAll({
        items: ['a', 'b', 'c', 'd'],
        limitsOf: () => [{ key: 'all', most: 2 }],
        signal: abort.signal,
        work: async (item) => {
          events.push(`${item} starts`)
          await clock.sleep(item === 'a' ? 1 : 5)
          if (item === 'a') abort.abort()
          events.push(`${item} ends`)
        },
      }).then(() => events.push('all')),
    )
    expect(events).toEqual(['a starts', 'b starts', 'a ends', 'b ends', 'all'])
  })

  it('ends for all with what the first failure threw, after the others ended', async () => {
    const clock = simulatedClock()
    const events: string[] = []
    const running = runAll({
      items: [3, 1, 2, 0, 0],
      limitsOf: () => [{ key: 'all', most: 3 }],
      signal: unaborted,
      work: async (duration) => {
        events.push(`${duration}`)
        await clock.sleep(duration)
        if (duration > 0 && duration < 3) throw new Error(`after ${duration}`)
        events.push(`${duration} ends`)
      },
    }).catch((cause: unknown) => events.push(String(cause)))
    await clock.until(running)
    expect(events).toEqual(['3', '1', '2', '3 ends', 'Error: after 1'])
  })

  it('that throws at once fails like any other', async () => {
    const failing = runAll({
      items: [1],
      limitsOf: () => [],
      signal: unaborted,
      work: () => {
        throw new Error('at once')
      },
    })
    await expect(failing).rejects.toThrow('at once')
  })

  it('takes time in proportion to the number of items', async () => {
    let done = 0
    await runAll({
      items: Array.from({ length: 20_000 }, (_, index) => index),
      limitsOf: (index) => [
        { key: 'all', most: 20 },
        { key: `group ${index % 50}`, most: 2 },
      ],
      signal: unaborted,
      work: async () => void done++,
    })
    expect(done).toBe(20_000)
  })
})

describe('the limits of a target', () => {
  const limits = { concurrency: 20, networkZones: new Map([['dmz', 4]]) }
  it('are those of the run, its group and its zone', () => {
    expect(limitsOfTarget({}, limits)).toEqual([{ key: 'all', most: 20 }])
    expect(limitsOfTarget({ group: { name: 'dmz', concurrency: 3 }, networkZone: 'dmz' }, limits)).toEqual([
      { key: 'all', most: 20 },
      { key: 'group dmz', most: 3 },
      { key: 'zone dmz', most: 4 },
    ])
    const endless = Number.POSITIVE_INFINITY
    expect(limitsOfTarget({ group: { name: 'a' }, networkZone: 'office' }, limits)).toEqual([
      { key: 'all', most: 20 },
      { key: 'group a', most: endless },
      { key: 'zone office', most: endless },
    ])
  })
})
