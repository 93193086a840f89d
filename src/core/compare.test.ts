import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Literal, Operator } from './baseline.ts'
import type { ValueType } from './catalogue/define.ts'
import { type Answer, equal, test } from './compare.ts'
import type { Value } from './fact.ts'

const asOf = '2026-11-20T00:00:00Z'
const ask = (
  value: Value,
  operator: Operator,
  operand: Literal | readonly [Literal, Literal],
  type: ValueType = 'number',
): Answer => test(value, operator, operand, { type, asOf })

const limit = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constantFrom('never', 'until-unlocked'))
const set = fc.subarray(['a', 'b', 'c', 'd'])
const opposite = (answer: Answer): Answer => (answer === 'yes' ? 'no' : answer === 'no' ? 'yes' : answer)

describe('comparisons', () => {
  it('of limits are one order with never and until-unlocked above every number', () => {
    fc.assert(
      fc.property(limit, limit, (a, b) => {
        expect([ask(a, 'at-least', b), ask(b, 'at-least', a)]).toContain('yes')
        expect(ask(a, 'at-most', b)).toBe(ask(b, 'at-least', a))
        if (typeof a === 'number') expect(ask(a, 'at-least', 'never')).toBe('no')
        else expect([ask(a, 'at-least', b), ask(a, 'at-most', 5)]).toEqual(['yes', 'no'])
      }),
    )
  })

  it('with between are those with both ends', () => {
    fc.assert(
      fc.property(limit, limit, limit, (value, low, high) => {
        const both = ask(value, 'at-least', low) === 'yes' && ask(value, 'at-most', high) === 'yes'
        expect(ask(value, 'between', [low, high])).toBe(both ? 'yes' : 'no')
      }),
    )
  })

  it('with not, none-of and absent are the opposite of equals, one-of and present', () => {
    fc.assert(
      fc.property(limit, fc.array(limit), (value, list) => {
        const [first = 0] = list
        expect(ask(value, 'not', first)).toBe(opposite(ask(value, 'equals', first)))
        const words = list.map(String)
        expect(ask(String(value), 'none-of', words, 'text')).toBe(opposite(ask(String(value), 'one-of', words, 'text')))
        expect(ask(value, 'absent', true)).toBe(opposite(ask(value, 'present', true)))
      }),
    )
  })

  it('tell never from until-unlocked where a word is asked for', () => {
    expect([ask('never', 'equals', 'until-unlocked'), ask('never', 'not', 'until-unlocked')]).toEqual(['no', 'yes'])
  })

  it('say nothing of a word where a number belongs', () => {
    for (const operator of ['at-least', 'at-most'] as const) expect(ask('enabled', operator, 5)).toBe('unclear')
    expect(ask('enabled', 'between', [1, 5])).toBe('unclear')
    expect(ask(Number.NaN, 'at-most', 5)).toBe('unclear')
  })
})

describe('comparisons of sets', () => {
  const asked = (value: readonly string[], operator: Operator, operand: readonly string[]): Answer =>
    ask(value, operator, operand, 'set')
  it('know neither order nor repetition', () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        expect(equal(a, [...a, ...a].reverse())).toBe(true)
        for (const operator of ['equals', 'none-of', 'contains', 'subset-of', 'superset-of'] as const) {
          expect(asked([...a].reverse(), operator, [...b, ...b])).toBe(asked(a, operator, b))
        }
      }),
    )
  })

  it('are mirrored by each other', () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        expect(asked(a, 'subset-of', b)).toBe(asked(b, 'superset-of', a))
        expect(asked(a, 'contains', b)).toBe(asked(a, 'superset-of', b))
        expect(asked(a, 'equals', b) === 'yes').toBe(
          asked(a, 'subset-of', b) === 'yes' && asked(a, 'superset-of', b) === 'yes',
        )
        expect(asked(a, 'none-of', b) === 'yes').toBe(a.every((item) => !b.includes(item)))
      }),
    )
  })

  it('want every element to fit an expression', () => {
    const fits = (value: readonly string[]): Answer => ask(value, 'matches', '^aes', 'set')
    expect([fits(['aes128', 'aes256']), fits(['aes128', 'des']), fits([])]).toEqual(['yes', 'no', 'yes'])
  })
})

describe('comparisons of text', () => {
  const [composed, decomposed] = ['ガイド', 'ガイド'.normalize('NFD')]
  it('do not mind how an accent is written, whichever operator', () => {
    expect(composed).not.toBe(decomposed)
    expect([
      ask(decomposed, 'equals', composed, 'text'),
      ask(decomposed, 'one-of', [composed], 'text'),
      ask(`x${decomposed}x`, 'contains', composed, 'text'),
      ask(decomposed, 'matches', `^${composed}$`, 'text'),
      ask([decomposed], 'contains', [composed], 'set'),
    ]).toEqual(['yes', 'yes', 'yes', 'yes', 'yes'])
    expect([
      ask(decomposed, 'none-of', [composed], 'text'),
      ask([decomposed], 'none-of', [composed], 'set'),
      ask(decomposed, 'not', composed, 'text'),
    ]).toEqual(['no', 'no', 'no'])
  })

  it('mind case and width: other names on most platforms', () => {
    expect([ask('Root', 'equals', 'root', 'text'), ask('ｒｏｏｔ', 'equals', 'root', 'text')]).toEqual(['no', 'no'])
  })

  it('take time in proportion to the text, whatever the expression', () => {
    expect(ask(`${'a'.repeat(50_000)}!`, 'matches', '^(a+)+$', 'text')).toBe('no')
  })
})

describe('comparisons of instants', () => {
  const aged = (value: string, operator: 'newer-than' | 'older-than', seconds: number): Answer =>
    ask(value, operator, seconds, 'instant')
  it('do not mind the offset they are written with', () => {
    expect(ask('2026-11-20T09:00:00+09:00', 'at-most', '2026-11-20T00:00:00Z', 'instant')).toBe('yes')
    expect(ask('2026-11-20T09:00:00+09:00', 'at-least', '2026-11-20T00:00:00Z', 'instant')).toBe('yes')
    expect(aged('2026-11-19T00:00:00-05:00', 'newer-than', 86_400 - 5 * 3600)).toBe('yes')
  })

  it('count ages in seconds, not in days of a calendar', () => {
    const day = 86_400
    expect(aged('2026-11-19T00:00:00Z', 'newer-than', day)).toBe('yes')
    expect(aged('2026-11-18T23:59:59Z', 'newer-than', day)).toBe('no')
    // from one leap day to the next
    const leap = { type: 'instant', asOf: '2028-02-29T00:00:00Z' } as const
    expect(test('2024-02-29T00:00:00Z', 'older-than', 1460 * day, leap)).toBe('yes')
    expect(test('2024-02-29T00:00:00Z', 'newer-than', 1461 * day, leap)).toBe('yes')
  })

  it('never say of one instant that it is both newer and older', () => {
    const instant = fc
      .date({ min: new Date('2000-01-01'), max: new Date('2050-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString())
    fc.assert(
      fc.property(instant, fc.integer({ min: 0, max: 400_000_000 }), (value, seconds) => {
        const answers = [aged(value, 'newer-than', seconds), aged(value, 'older-than', seconds)]
        expect(answers.filter((answer) => answer === 'yes').length).toBeLessThanOrEqual(1)
      }),
    )
  })

  it('say nothing of an instant in the future, or of what is none', () => {
    expect(aged('2026-11-20T00:04:59Z', 'newer-than', 60)).toBe('yes')
    expect(aged('2026-11-20T00:05:01Z', 'newer-than', 60)).toBe('unclear')
    expect(aged('2016-12-31T23:59:60Z', 'newer-than', 60)).toBe('unclear')
    expect(aged('never', 'older-than', 60)).toBe('unclear')
    expect(ask('yesterday', 'at-least', '2026-11-20T00:00:00Z', 'instant')).toBe('unclear')
  })
})
