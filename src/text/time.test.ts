import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { ageText, elapsedText, japaneseEraDay, localInstant, shownInstant, zonedInstant } from './time.ts'

describe('instants', () => {
  it('are shown in Japan unless told otherwise', () => {
    expect(zonedInstant('2026-11-20T11:30:04Z')).toBe('2026-11-20T20:30:04+09:00')
    expect(shownInstant('2026-11-20T11:30:04Z')).toBe('2026-11-20 20:30:04 JST')
    expect(zonedInstant('2026-11-20T11:30:04Z', 'UTC')).toBe('2026-11-20T11:30:04+00:00')
    expect(zonedInstant('2026-07-20T11:30:04Z', 'America/St_Johns')).toBe('2026-07-20T09:00:04-02:30')
    expect(localInstant('2026-11-20T15:00:00Z')).toBe('2026-11-21T00:00:00')
  })

  it('that are none stay as they are', () => {
    expect(zonedInstant('soon')).toBe('soon')
    expect(japaneseEraDay('soon')).toBe('soon')
  })

  it('mean the same moment with their offset', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1990-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
        (date) => {
          const whole = Math.floor(date.getTime() / 1000) * 1000
          expect(Date.parse(zonedInstant(new Date(whole).toISOString()))).toBe(whole)
        },
      ),
    )
  })

  test.each([
    ['2026-11-20T11:30:04Z', '令和8年11月20日'],
    ['2019-04-30T14:59:59Z', '平成31年4月30日'],
    ['2019-04-30T15:00:00Z', '令和元年5月1日'],
  ])('%s is %s', (iso, day) => {
    expect(japaneseEraDay(iso)).toBe(day)
  })
})

describe('durations', () => {
  test.each([
    [1800, '30分', '30 min'],
    [7_776_000, '90日', '90 days'],
    [86_400, '1日', '1 day'],
    [3600, '1時間', '1 hour'],
    [5400, '1時間30分', '1 hour 30 min'],
    [0, '0秒', '0 s'],
    [45, '45秒', '45 s'],
    [129_601, '1日12時間1秒', '1 day 12 hours 1 s'],
  ])('%i seconds', (seconds, ja, en) => {
    expect(elapsedText(seconds, 'ja')).toBe(ja)
    expect(elapsedText(seconds, 'en')).toBe(en)
  })

  it('ages use the largest unit', () => {
    expect(ageText('2026-08-22T11:00:00Z', '2026-11-20T11:30:04Z', 'ja')).toBe('90日前')
    expect(ageText('2026-11-20T09:00:00Z', '2026-11-20T11:30:04Z', 'en')).toBe('2 hours ago')
    expect(ageText('2026-11-20T14:30:04Z', '2026-11-20T11:30:04Z', 'en')).toBe('in 3 hours')
  })
})
