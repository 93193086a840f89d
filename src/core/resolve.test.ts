import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { Baseline, Condition, Literal, Operator, Requirement } from './baseline.ts'
import { digest } from './canonical.ts'
import { type Adjustments, type ResolvedBaseline, resolveBaseline } from './resolve.ts'

const says = { ja: '題', en: 'title' }
const requirement = (over: Partial<Requirement> = {}): Requirement => ({
  id: 'r',
  title: says,
  severity: 'high',
  controls: ['d.1'],
  rationale: says,
  remedy: {},
  ...over,
})
const baseline = (over: Partial<Baseline> = {}): Baseline => ({
  baseline: 'base',
  version: 1,
  title: says,
  parameters: {},
  overrides: {},
  requirements: [],
  disable: [],
  notDecided: [],
  hash: '',
  ...over,
})
const expecting = (subject: string, condition: Condition, over: Partial<Requirement> = {}): Requirement =>
  requirement({ expect: { kind: 'subject', subject, condition }, ...over })
const using = (operator: Operator): Condition => ({ kind: 'test', operator, operand: { parameter: 'p' } })
const resolved = (
  own: Baseline,
  parents: readonly Baseline[] = [],
  adjustments: Adjustments = {},
): ResolvedBaseline => {
  const result = resolveBaseline(own, (name) => parents.find((parent) => parent.baseline === name), adjustments)
  if (!result.ok) throw new Error(JSON.stringify(result.problems))
  return result.baseline
}
/** Loosenings when the value of the one parameter goes from one to the other. */
const listed = (of: Requirement, from: Literal, to: Literal): readonly string[] =>
  resolved(baseline({ parameters: { p: { value: from, title: says } }, requirements: [of] }), [], {
    parameters: { p: { value: to } },
  }).loosened.map(({ kind, parameter }) => `${kind} ${parameter}`)

describe('loosening is shown, tightening is not', () => {
  const numbers = fc.tuple(fc.nat(), fc.nat()).filter(([a, b]) => a !== b)
  const ways: readonly (readonly [string, (condition: Condition) => Requirement, boolean])[] = [
    ['expect', (condition) => expecting('lockout.threshold', condition), true],
    ['expect not', (of) => expecting('lockout.threshold', { kind: 'not', of }), false],
    [
      'expect any-of',
      (of) =>
        expecting('lockout.threshold', { kind: 'any-of', of: [of, { kind: 'test', operator: 'equals', operand: 7 }] }),
      true,
    ],
    [
      'where',
      (condition) =>
        requirement({
          each: 'listener',
          where: { kind: 'subject', subject: 'port', condition },
          expect: {
            kind: 'subject',
            subject: 'exposed',
            condition: { kind: 'test', operator: 'equals', operand: false },
          },
        }),
      false,
    ],
    [
      'reject',
      (condition) => requirement({ each: 'listener', reject: { kind: 'subject', subject: 'port', condition } }),
      false,
    ],
  ]
  test.each(ways)('of at-most and at-least under %s', (_, make, straight) => {
    fc.assert(
      fc.property(numbers, fc.constantFrom('at-most' as const, 'at-least' as const), ([from, to], operator) => {
        const looser = (operator === 'at-most' ? to > from : to < from) === straight
        expect(listed(make(using(operator)), from, to)).toEqual(looser ? ['loosened p'] : [])
      }),
    )
  })

  it('of durations, also to and from never', () => {
    const atMost = expecting('session.idle-lock', using('at-most'))
    expect(listed(atMost, '5m', '10m')).toEqual(['loosened p'])
    expect(listed(atMost, '10m', '300s')).toEqual([])
    expect(listed(atMost, '10m', '600s')).toEqual([])
    expect(listed(atMost, '10m', 'never')).toEqual(['loosened p'])
    expect(listed(atMost, 'never', '10m')).toEqual([])
  })

  it('of sets', () => {
    const sets = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 })
    const smaller: readonly Operator[] = ['subset-of']
    const larger: readonly Operator[] = ['superset-of', 'none-of', 'contains']
    fc.assert(
      fc.property(sets, sets, fc.constantFrom(...smaller, ...larger), (from, to, operator) => {
        const added = to.some((item) => !from.includes(item))
        const removed = from.some((item) => !to.includes(item))
        const looser = smaller.includes(operator) ? added : removed
        expect(listed(expecting('time.sources', using(operator)), from, to)).toEqual(looser ? ['loosened p'] : [])
      }),
    )
  })

  test.each([
    ['newer-than', 'malware-protection.definitions-updated', '1d', '2d', ['loosened p']],
    ['newer-than', 'malware-protection.definitions-updated', '2d', '1d', []],
    ['older-than', 'identity.last-boot', '2d', '1d', ['loosened p']],
    ['version-at-least', 'identity.os.version', '1.10', '1.9', ['loosened p']],
    ['version-at-least', 'identity.os.version', '1.9', '1.10', []],
    ['equals', 'time.timezone', 'Asia/Tokyo', 'UTC', ['changed p']],
    ['matches', 'time.timezone', '^A', '^B', ['changed p']],
  ] as const)('of %s %s from %s to %s', (operator, subject, from, to, expected) => {
    expect(listed(expecting(subject, using(operator)), from, to)).toEqual(expected)
  })
})

describe('a baseline that extends another', () => {
  const atMost = (operand: number): Condition => ({ kind: 'test', operator: 'at-most', operand })
  const base = baseline({
    requirements: [
      expecting('lockout.threshold', atMost(5)),
      expecting('time.synchronised', { kind: 'test', operator: 'equals', operand: true }, { id: 'clock' }),
    ],
  })
  const own = (over: Partial<Baseline>) =>
    resolved(baseline({ baseline: 'own', extends: 'base', version: 7, ...over }), [base])

  it('takes over what it does not change, and keeps the root', () => {
    const { id, root, version, requirements, loosened } = own({})
    expect([id, root, version, requirements.map((one) => one.id), loosened]).toEqual([
      'own',
      'base',
      7,
      ['r', 'clock'],
      [],
    ])
  })

  it.each([
    ['the same', expecting('lockout.threshold', atMost(5)), []],
    ['stricter', expecting('lockout.threshold', atMost(3)), []],
    [
      'more',
      requirement({
        expect: {
          kind: 'all-of',
          of: [
            { kind: 'subject', subject: 'lockout.threshold', condition: atMost(5) },
            { kind: 'subject', subject: 'password.history-size', condition: atMost(5) },
          ],
        },
      }),
      [],
    ],
    ['looser', expecting('lockout.threshold', atMost(10)), ['loosened']],
    ['less urgent', expecting('lockout.threshold', atMost(5), { severity: 'low' }), ['loosened']],
    ['more urgent', expecting('lockout.threshold', atMost(5), { severity: 'critical' }), []],
    ['of another kind', expecting('password.history-size', atMost(5)), ['changed']],
    [
      'in another way',
      expecting('lockout.threshold', { kind: 'test', operator: 'equals', operand: 5 }),
      ['changed', 'loosened'],
    ],
    [
      'for other components',
      expecting('lockout.threshold', atMost(5), { appliesTo: { kind: ['server'] } }),
      ['changed'],
    ],
  ])('replaces a requirement by one that asks %s', (_, replaced, expected) => {
    const { loosened, requirements } = own({ requirements: [replaced] })
    expect(expected.length === 0 ? loosened : loosened.map(({ kind }) => expected.includes(kind))).toEqual(
      expected.length === 0 ? [] : [true],
    )
    expect(requirements.find(({ id }) => id === 'r')?.loosened !== undefined).toBe(expected.length > 0)
  })

  it('switches a requirement off, visibly', () => {
    const { requirements, disabled, loosened } = own({ disable: [{ requirement: 'r', reason: '不要' }] })
    expect(requirements.map(({ id }) => id)).toEqual(['clock'])
    expect(disabled).toEqual([{ requirement: 'r', reason: '不要' }])
    expect(loosened).toMatchObject([{ kind: 'disabled', requirement: 'r', why: { ja: '不要' } }])
  })

  it('says what a loosened requirement asked for before', () => {
    const { requirements } = own({ requirements: [expecting('lockout.threshold', atMost(10))] })
    expect(requirements[0]?.loosened?.ja).toBe('アカウントを止めるまでの連続失敗回数: 5回以下（重要度: 高）')
  })
})

describe('the hash', () => {
  const one = expecting('lockout.threshold', using('at-most'))
  const given = (value: Literal, adjustments: Adjustments = {}) =>
    resolved(baseline({ parameters: { p: { value, title: says } }, requirements: [one] }), [], adjustments).hash

  it('follows values, wherever they are given, and nothing else', () => {
    expect(given(5)).toBe(given(5))
    expect(given(6)).not.toBe(given(5))
    expect(given(5, { parameters: { p: { value: 6 } } })).not.toBe(given(5))
    expect(given(5, { disable: [{ requirement: 'r', reason: 'x' }] })).not.toBe(given(5))
  })

  it('does not follow the order of keys', () => {
    expect(digest({ a: 1, b: [{ c: 2, d: 3 }] })).toBe(digest({ b: [{ d: 3, c: 2 }], a: 1 }))
    expect(digest([1, 2])).not.toBe(digest([2, 1]))
  })
})
