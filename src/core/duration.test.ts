import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { parseDuration, writeDuration } from './duration.ts'

describe('durations', () => {
  test.each([
    ['30s', 30],
    ['15m', 900],
    ['6h', 21_600],
    ['90d', 7_776_000],
    ['2w', 1_209_600],
    ['９０ｄ', 7_776_000],
    ['１５　ｍ', 900],
    [' 1h ', 3600],
  ])('%s is %i seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds)
  })

  test.each(['90', '', '5 minutes', '1h30m', '-5m', '1.5h', 'm', '5M', '5y', '9999999999999w'])(
    '%j is none',
    (text) => {
      expect(parseDuration(text)).toBeUndefined()
    },
  )

  it('are written so that they read the same', () => {
    fc.assert(fc.property(fc.nat(), (seconds) => parseDuration(writeDuration(seconds)) === seconds))
  })
})
