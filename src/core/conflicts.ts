import type { Condition, Expectation, Requirement } from './baseline.ts'
import { equal, toNumber } from './compare.ts'
import type { Value } from './fact.ts'

/** The part of a judged baseline that a contradiction can lie in. */
interface Asking {
  readonly id: string
  readonly root: string
  readonly requirements: readonly Requirement[]
}

/**
 * Pairs of requirements, as `baseline NUL requirement`, of different root baselines that no value can
 * satisfy both: one asks for at most 90 days, the other for never. Only plain demands are compared
 * (every one of an all-of); alternatives leave a way out.
 */
export function requirementConflicts(baselines: readonly Asking[]): readonly (readonly [string, string])[] {
  const roots = new Set(baselines.map((baseline) => baseline.root))
  if (roots.size < 2) return []
  const demands = new Map<string, { baseline: Asking; requirement: Requirement; conditions: readonly Test[] }[]>()
  for (const baseline of baselines) {
    for (const requirement of baseline.requirements) {
      for (const [subject, conditions] of plainDemands(requirement.expect)) {
        const place = JSON.stringify([requirement.each ?? null, subject, requirement.scope ?? null])
        const list = demands.get(place) ?? []
        list.push({ baseline, requirement, conditions })
        demands.set(place, list)
      }
    }
  }
  const pairs = new Map<string, readonly [string, string]>()
  for (const list of demands.values()) {
    for (const [at, one] of list.entries()) {
      for (const other of list.slice(at + 1)) {
        if (one.baseline.root === other.baseline.root || !contradict(one.conditions, other.conditions)) continue
        const a = `${one.baseline.id}\u0000${one.requirement.id}`
        const b = `${other.baseline.id}\u0000${other.requirement.id}`
        pairs.set(`${a}\u0001${b}`, [a, b])
      }
    }
  }
  return [...pairs.values()]
}

type Test = Condition & { readonly kind: 'test' }

/** Tests that must all hold, by subject. */
function plainDemands(expectation: Expectation | undefined): ReadonlyMap<string, readonly Test[]> {
  const demands = new Map<string, Test[]>()
  const add = (part: Expectation): void => {
    if (part.kind === 'all-of') for (const inner of part.of) add(inner)
    else if (part.kind === 'subject')
      demands.set(part.subject, [...(demands.get(part.subject) ?? []), ...plainTests(part.condition)])
  }
  if (expectation) add(expectation)
  return demands
}

function plainTests(condition: Condition): readonly Test[] {
  if (condition.kind === 'test') return [condition]
  return condition.kind === 'all-of' ? condition.of.flatMap(plainTests) : []
}

/** Whether no value can satisfy all of the tests of both sides. */
function contradict(a: readonly Test[], b: readonly Test[]): boolean {
  const tests = [...a, ...b]
  let low = Number.NEGATIVE_INFINITY
  let high = Number.POSITIVE_INFINITY
  let exact: Value | undefined
  const clash = { found: false }
  const require = (value: Value): void => {
    if (exact !== undefined && !equal(exact, value)) clash.found = true
    exact = value
  }
  for (const { operator, operand } of tests) {
    if (operator === 'equals') require(operand as Value)
    else if (operator === 'at-least') low = Math.max(low, toNumber(operand as Value) ?? low)
    else if (operator === 'at-most') high = Math.min(high, toNumber(operand as Value) ?? high)
    else if (operator === 'between') {
      const [from, to] = operand as readonly [Value, Value]
      low = Math.max(low, toNumber(from) ?? low)
      high = Math.min(high, toNumber(to) ?? high)
    }
  }
  if (clash.found || low > high) return true
  if (exact === undefined) return false
  const number = toNumber(exact)
  if (number !== undefined && (number < low || number > high)) return true
  const value = exact
  return tests.some(({ operator, operand }) => operator === 'not' && equal(value, operand as Value))
}
