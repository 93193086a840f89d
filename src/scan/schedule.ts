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
}

/**
 * Does the work on every item, as many at once as all of its limits allow. Of those that may start the first one does,
 * so that items under the same limits start in their order, and whatever may start is started at once: an item waits
 * only for others that hold its own limits. Nothing more is started once aborted, or once an item's work has thrown:
 * what ends the run (a full disk) ends it for all. Whatever was started is waited for.
 * @throws what the first work to fail threw
 */
export function runAll<T>({ items, limitsOf, signal, work }: Schedule<T>): Promise<void> {
  const queues = queuesOf(items, limitsOf)
  const busy = new Map<string, number>()
  let running = 0
  let failure: { readonly cause: unknown } | undefined
  const { promise, resolve, reject } = Promise.withResolvers<void>()

  const change = (limits: readonly Limit[], by: number): void => {
    running += by
    for (const { key } of limits) busy.set(key, (busy.get(key) ?? 0) + by)
  }
  const hasRoom = ({ limits }: Queue): boolean =>
    limits.every(({ key, most }) => (busy.get(key) ?? 0) < Math.max(1, most))

  const start = (queue: Queue): void => {
    const position = queue.positions[queue.next] ?? 0
    queue.next += 1
    const item = items[position]
    if (item === undefined) return
    change(queue.limits, 1)
    const begin = async (): Promise<void> => work(item, position)
    // a work that throws before its first await fails like any other
    begin()
      .catch((cause: unknown) => {
        failure ??= { cause }
      })
      .finally(() => {
        change(queue.limits, -1)
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
    else queues.set(id, { limits, positions: [position], next: 0 })
  }
  return [...queues.values()]
}

/** The queue whose next item comes first among those with room. */
function firstOf(queues: readonly Queue[], hasRoom: (queue: Queue) => boolean): Queue | undefined {
  let first: Queue | undefined
  for (const queue of queues) {
    const position = queue.positions[queue.next]
    if (position === undefined || !hasRoom(queue)) continue
    if (position < (first?.positions[first.next] ?? Number.POSITIVE_INFINITY)) first = queue
  }
  return first
}

/** How much may be at work at once. */
export interface RunLimits {
  /** Over everything. */
  readonly concurrency: number
  /** By network zone, over all groups. */
  readonly networkZones: ReadonlyMap<string, number>
}

/** The limits that a live target stands under: those of the run, of its group, and of its network zone. */
export function limitsOfTarget(
  { group, networkZone }: Pick<Target, 'group' | 'networkZone'>,
  { concurrency, networkZones }: RunLimits,
): readonly Limit[] {
  const zone = networkZone === undefined ? undefined : networkZones.get(networkZone)
  return [
    { key: 'all', most: concurrency },
    ...(group?.concurrency === undefined ? [] : [{ key: `group ${group.name}`, most: group.concurrency }]),
    ...(zone === undefined ? [] : [{ key: `zone ${networkZone}`, most: zone }]),
  ]
}
