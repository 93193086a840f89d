import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { japaneseEraDay } from '../../text/time.ts'
import { parseDay } from './japanese-date.ts'

const read = (text: string): string => {
  const found = parseDay(text)
  return 'day' in found ? found.day : found.what.en
}

describe('a day', () => {
  it('is understood in every form that people and spreadsheets use', () => {
    for (const text of [
      '2026-12-31',
      '2026/12/31',
      '2026.12.31',
      '2026年12月31日',
      '２０２６年１２月３１日',
      '20261231',
      '2026/12/31 0:00',
      '2026-12-31T00:00:00',
      '2026年12月31日（木）',
      '令和8年12月31日',
      '令和 ８ 年 12 月 31 日',
      '㋿8年12月31日',
      'R8.12.31',
      'r08/12/31',
      'Ｒ８．１２．３１',
      '46387',
    ])
      expect([text, read(text)]).toEqual([text, '2026-12-31'])
    expect(read('令和元年5月1日')).toBe('2019-05-01')
    expect(read('平成31年4月30日')).toBe('2019-04-30')
    expect(read('S64.1.7')).toBe('1989-01-07')
  })

  it('that no calendar has is refused', () => {
    for (const text of [
      '2026-02-30',
      '2026/13/1',
      '平成40年1月1日',
      '平成31年5月1日',
      '令和0年1月1日',
      '令和元年4月30日',
    ])
      expect([text, read(text)]).toEqual([text, 'there is no such day'])
  })

  it('is never guessed', () => {
    for (const text of ['', '26/12/31', '12/31/2026', '2026/12', '来年末', '1.10', '123', '2026-12-31 18:00', '無期限'])
      expect([text, read(text)]).toEqual([text, 'this is no date'])
  })

  it('comes back from the Japanese calendar', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('1912-07-31'), max: new Date('2110-01-01'), noInvalidDate: true }),
        (date) => {
          const day = date.toISOString().slice(0, 10)
          expect(read(japaneseEraDay(`${day}T12:00:00+09:00`))).toBe(day)
        },
      ),
    )
  })
})
