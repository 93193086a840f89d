import { timerMilliseconds } from '../time-limit.ts'

/** A time limit that can stand still. */
export interface Clock {
  readonly pause: () => void
  /** Starts again with the whole time. */
  readonly resume: () => void
  readonly stop: () => void
}

/** Calls `expired` after so many seconds that it was not paused or stopped. */
export function startClock(seconds: number, expired: () => void): Clock {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  const pause = (): void => {
    clearTimeout(timer)
    timer = undefined
  }
  const resume = (): void => {
    if (stopped || timer !== undefined) return
    timer = setTimeout(expired, timerMilliseconds(seconds))
  }
  resume()
  return {
    pause,
    resume,
    stop: () => {
      stopped = true
      pause()
    },
  }
}
