import type { Target } from '../core/scanner.ts'

/** One bound that an item stands under while it is at work. */
export interface Limit {
  readonly key: string
  /** How many items of this key may be at work at once; at least 1. */
  readonly most: number
}

/** What is to be done, and how much of it at once. */
export interface Schedule<T> {
  readonly items: readonly T[]
  readonly limitsOf: (item: T) => readonly Limit[]
  readonly signal: AbortSignal
  readonly work: (item: T, position: number) => Promise<void>
}

/** Items under the same limits, in their order. */
interface Queue {
  readonly limits: readonly Limit[]
  readonly positions: number[]
  next: number
  /** How many of them are at work. */
  running: number
}

/**
 * Does the work on every item, as many at once as all of its limits allow. Items under the same limits start in their
 * order, and whatever may start is started at once: an item waits only for others that hold its own limits. Where there
 * is room for some only, those start whose own limits hold the fewest at work, so that a thousand dead hosts of one
 * group don't keep the others waiting. Nothing more is started once aborted, or once an item's work has thrown:
 * what ends the run (a full disk) ends it for all. Whatever was started is waited for.
 * @throws what the first work to fail threw
 */
export function runAll<T>({ items, limitsOf, signal, work }: Schedule<T>): Promise<void> {
  const queues = queuesOf(items, limitsOf)
  const busy = new Map<string, number>()
  let running = 0
  let failure: { readonly cause: unknown } | undefined
  const { promise, resolve, reject } = Promise.withResolvers<void>()

  const change = (queue: Queue, by: number): void => {
    const { limits } = queue
    running += by
    queue.running += by
    for (const { key } of limits) busy.set(key, (busy.get(key) ?? 0) + by)
  }
  const hasRoom = ({ limits }: Queue): boolean =>
    limits.every(({ key, most }) => (busy.get(key) ?? 0) < Math.max(1, most))

  const start = (queue: Queue): void => {
    const position = queue.positions[queue.next] ?? 0
    queue.next += 1
    const item = items[position]
    if (item === undefined) return
    change(queue, 1)
    const begin = async (): Promise<void> => work(item, position)
    // a work that throws before its first await fails like any other
    begin()
      .catch((cause: unknown) => {
        failure ??= { cause }
      })
      .finally(() => {
        change(queue, -1)
        startMore()
      })
  }

  const startMore = (): void => {
    while (!failure && !signal.aborted) {
      const queue = firstOf(queues, hasRoom)
      if (!queue) break
      start(queue)
    }
    if (running > 0) return
    if (failure) reject(failure.cause)
    else resolve()
  }

  startMore()
  return promise
}

function queuesOf<T>(items: readonly T[], limitsOf: (item: T) => readonly Limit[]): readonly Queue[] {
  const queues = new Map<string, Queue>()
  for (const [position, item] of items.entries()) {
    const limits = limitsOf(item)
    const id = JSON.stringify(limits)
    const queue = queues.get(id)
    if (queue) queue.positions.push(position)
    else queues.set(id, { limits, positions: [position], next: 0, running: 0 })
  }
  return [...queues.values()]
}

/** Of the queues with room the one with the fewest items at work; of several such, that whose next item comes first. */
function firstOf(queues: readonly Queue[], hasRoom: (queue: Queue) => boolean): Queue | undefined {
  let first: Queue | undefined
  for (const queue of queues) {
    if (queue.next >= queue.positions.length || !hasRoom(queue)) continue
    if (first === undefined || isBefore(queue, first)) first = queue
  }
  return first
}

const isBefore = (one: Queue, other: Queue): boolean =>
  one.running < other.running || (one.running === other.running && nextOf(one) < nextOf(other))

const nextOf = ({ positions, next }: Queue): number => positions[next] ?? Number.POSITIVE_INFINITY

/** How much may be at work at once. */
export interface RunLimits {
  /** Over everything. */
  readonly concurrency: number
  /** By network zone, over all groups. */
  readonly networkZones: ReadonlyMap<string, number>
}

/**
 * The limits that a live target stands under: those of the run, of its group, and of its network zone. A group or zone
 * without a limit has an endless one, since it takes its turn with the others all the same.
 */
export function limitsOfTarget(
  { group, networkZone }: Pick<Target, 'group' | 'networkZone'>,
  { concurrency, networkZones }: RunLimits,
): readonly Limit[] {
  const endless = Number.POSITIVE_INFINITY
  return [
    { key: 'all', most: concurrency },
    ...(group === undefined ? [] : [{ key: `group ${group.name}`, most: group.concurrency ?? endless }]),
    ...(networkZone === undefined
      ? []
      : [{ key: `zone ${networkZone}`, most: networkZones.get(networkZone) ?? endless }]),
  ]
}
