import { lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'

/** Threads of Node.js (libuv) unless its environment says otherwise. */
const usualThreads = 4

/** How many names the system looks up at once: libuv gives half of its threads to it. */
const atOnce = (): number => {
  const threads = Number(process.env['UV_THREADPOOL_SIZE'] ?? usualThreads)
  return Math.max(1, Math.floor(((threads > 0 ? threads : usualThreads) + 1) / 2))
}

const waiting: (() => void)[] = []
let running = 0

/**
 * Looks a name up as the system does, in turn: what libuv has in its own queue can't be taken back, and a dead name
 * server would hold this process for ten seconds a name after everything else was done.
 * @param signal takes a name out of the queue; whoever waits for it is expected to have given up by itself
 */
export const lookupInTurn =
  (signal: AbortSignal): LookupFunction =>
  (name, options, done) => {
    const forget = (): void => {
      const at = waiting.indexOf(start)
      if (at >= 0) waiting.splice(at, 1)
    }
    const start = (): void => {
      signal.removeEventListener('abort', forget)
      running += 1
      lookup(name, options, (error, address, family) => {
        running -= 1
        waiting.shift()?.()
        done(error, address, family)
      })
    }
    if (signal.aborted) return
    if (running < atOnce()) return start()
    waiting.push(start)
    signal.addEventListener('abort', forget, { once: true })
  }
