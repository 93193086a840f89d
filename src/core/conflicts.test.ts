import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Condition, Operator, Requirement } from './baseline.ts'
import { judgeExpectation, type Subject } from './expectation.ts'
import { requirementConflicts } from './conflicts.ts'
import { settings } from './catalogue/index.ts'
import type { Value } from './fact.ts'
import { satisfiable } from './satisfiable.ts'

const text = { ja: '試験', en: 'test' }
const condition = (operator: Operator, operand: (Condition & { kind: 'test' })['operand']): Condition => ({
  kind: 'test',
  operator,
  operand,
})
const of = (id: string, more: Partial<Requirement>): Requirement => ({
  id,
  title: text,
  severity: 'high',
  controls: [],
  rationale: text,
  remedy: {},
  ...more,
})
const conflicts = (one: Partial<Requirement>, other: Partial<Requirement>): number =>
  requirementConflicts([
    { id: 'a', root: 'a', requirements: [of('r', one)] },
    { id: 'b', root: 'b', requirements: [of('r', other)] },
  ]).length
const asks = (subject: string, asked: Condition): Partial<Requirement> => ({
  expect: { kind: 'subject', subject, condition: asked },
})

/** Whether a value passes, as the judge says. */
const passes = (subject: Subject, conditions: readonly Condition[], type: 'number' | 'boolean' | 'set'): boolean =>
  conditions.every(
    (one) =>
      judgeExpectation(
        { kind: 'subject', subject: 'x', condition: one },
        { get: () => subject, type: () => type, asOf: '2026-11-20T00:00:00Z' },
      ).verdict === 'pass',
  )

const nested = (tests: fc.Arbitrary<Condition>): fc.Arbitrary<Condition> =>
  fc.oneof(
    { weight: 4, arbitrary: tests },
    tests.map((of): Condition => ({ kind: 'not', of })),
    fc.array(tests, { minLength: 1, maxLength: 3 }).map((of): Condition => ({ kind: 'all-of', of })),
  )
const few = (tests: fc.Arbitrary<Condition>): fc.Arbitrary<readonly Condition[]> =>
  fc.array(nested(tests), { minLength: 1, maxLength: 4 })
const presence = fc
  .tuple(fc.constantFrom('present', 'absent'), fc.boolean())
  .map(([operator, operand]) => condition(operator as Operator, operand))

const same = (
  conditions: readonly Condition[],
  type: 'number' | 'boolean' | 'set',
  values: readonly Value[],
  definition: object = {},
): void => {
  const subjects: readonly Subject[] = [
    { state: 'absent' },
    ...values.map((value): Subject => ({ state: 'known', value })),
  ]
  const some = subjects.some((subject) => passes(subject, conditions, type))
  expect(satisfiable(conditions, { type, ...definition })).toBe(some)
}

describe('whether a value can satisfy several conditions', () => {
  it('agrees with trying every number and limit', () => {
    const number = fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constantFrom('never', 'until-unlocked'))
    const tests = fc.oneof(
      fc
        .tuple(fc.constantFrom('equals', 'not', 'at-least', 'at-most'), number)
        .map(([operator, operand]) => condition(operator as Operator, operand)),
      fc.tuple(number, number).map(([low, high]) => condition('between', [low, high])),
      presence,
    )
    const values = [
      ...Array.from({ length: 40 }, (_, at) => at / 2 - 5),
      ...Array.from({ length: 40 }, (_, at) => at / 2 + 0.25),
      'never',
      'until-unlocked',
    ]
    fc.assert(
      fc.property(few(tests), (conditions) => same(conditions, 'number', values, { unlimited: true })),
      { numRuns: 500 },
    )
  })

  it('agrees with trying both truth values', () => {
    const tests = fc.oneof(
      fc
        .tuple(fc.constantFrom('equals', 'not'), fc.boolean())
        .map(([operator, operand]) => condition(operator as Operator, operand)),
      presence,
    )
    fc.assert(fc.property(few(tests), (conditions) => same(conditions, 'boolean', [true, false])))
  })

  it('agrees with trying every set', () => {
    const words = ['a', 'b', 'c', 'd']
    const sets = Array.from({ length: 16 }, (_, chosen) => words.filter((_word, at) => (chosen >> at) & 1))
    const operators = ['equals', 'not', 'none-of', 'contains', 'subset-of', 'superset-of'] as const
    const tests = fc.oneof(
      fc
        .tuple(fc.constantFrom(...operators), fc.subarray(['a', 'b', 'c']))
        .map(([operator, operand]) => condition(operator, operand)),
      presence,
    )
    fc.assert(
      fc.property(few(tests), (conditions) => same(conditions, 'set', sets)),
      { numRuns: 500 },
    )
  })

  it.each([
    ['a word of a closed vocabulary', 'text', ['x', 'y'], [condition('none-of', ['x', 'y'])], false],
    ['two words at once', 'text', undefined, [condition('equals', 'x'), condition('one-of', ['y', 'z'])], false],
    ['a word and an expression', 'text', undefined, [condition('equals', 'x'), condition('matches', '^y')], false],
    ['a word that has what is asked', 'text', undefined, [condition('equals', 'xy'), condition('contains', 'y')], true],
    ['two expressions', 'text', undefined, [condition('matches', '^x'), condition('matches', '^y')], true],
    ['a version', 'version', undefined, [condition('version-at-least', '1.10'), condition('at-most', '1.9')], false],
    [
      'the same version',
      'version',
      undefined,
      [condition('version-at-least', '1.9'), condition('at-most', '1.9.0')],
      true,
    ],
    ['two ages', 'instant', undefined, [condition('newer-than', 86_400), condition('older-than', 172_800)], false],
    ['an age', 'instant', undefined, [condition('newer-than', 172_800), condition('older-than', 86_400)], true],
    [
      'two days',
      'instant',
      undefined,
      [condition('at-least', '2026-11-20T00:00:00Z'), condition('at-most', '2026-11-20T08:59:59+09:00')],
      false,
    ],
    [
      'one instant with two offsets',
      'instant',
      undefined,
      [condition('at-least', '2026-11-20T00:00:00Z'), condition('at-most', '2026-11-20T09:00:00+09:00')],
      true,
    ],
  ] as const)('knows of %s', (_name, type, values, conditions, expected) => {
    expect(satisfiable(conditions, { type, ...(values && { values }) })).toBe(expected)
  })
})

describe('contradicting requirements', () => {
  const never = asks('password.maximum-age', condition('equals', 'never'))
  const days = asks('password.maximum-age', condition('at-most', 90 * 86_400))

  it('are found whatever order the baselines come in', () => {
    expect(settings.get('password.maximum-age')?.unlimited).toBe(true)
    expect([conflicts(never, days), conflicts(days, never), conflicts(days, days)]).toEqual([1, 1, 0])
  })

  it('are two that speak of the same accounts, not of different ones', () => {
    const privileged = { ...never, scope: { accounts: 'privileged' } } as const
    const general = { ...days, scope: { accounts: 'general' } } as const
    expect(conflicts(privileged, general)).toBe(0)
    expect(conflicts(privileged, days)).toBe(1)
  })

  it('are two that speak of the same rows, not of different ones', () => {
    const account = (privileged: boolean, enabled: boolean): Partial<Requirement> => ({
      each: 'account',
      where: { kind: 'subject', subject: 'privileged', condition: condition('equals', privileged) },
      ...asks('enabled', condition('equals', enabled)),
    })
    expect(conflicts(account(true, true), account(false, false))).toBe(0)
    expect(conflicts(account(true, true), account(true, false))).toBe(1)
  })

  it('are not made of one that contradicts itself', () => {
    const impossible = asks('password.maximum-age', {
      kind: 'all-of',
      of: [condition('at-least', 10), condition('at-most', 5)],
    })
    expect(conflicts(impossible, days)).toBe(0)
  })
})
