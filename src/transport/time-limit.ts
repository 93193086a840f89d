/** Longer timers of Node.js end at once (setTimeout takes a 32-bit number): about 24 days. */
const longestTimerMilliseconds = 2 ** 31 - 1

/** So many seconds for a timer, or as long as a timer can be. */
export const timerMilliseconds = (seconds: number): number => Math.min(seconds * 1000, longestTimerMilliseconds)

/** Aborted when `signal` is, or after so many seconds. */
export const withTimeLimit = (signal: AbortSignal, seconds: number): AbortSignal =>
  AbortSignal.any([signal, AbortSignal.timeout(timerMilliseconds(seconds))])
