import { expect, it } from 'vitest'
import { timerMilliseconds, withTimeLimit } from './time-limit.ts'

it('a time limit that is longer than any timer is no limit that ends at once', () => {
  const never = new AbortController().signal
  expect(timerMilliseconds(90)).toBe(90_000)
  for (const days of [24, 25, 50, 100_000]) {
    expect(timerMilliseconds(days * 86_400)).toBeLessThan(2 ** 31)
    expect(withTimeLimit(never, days * 86_400).aborted).toBe(false)
  }
})
