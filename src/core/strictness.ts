import type { Condition, Expectation, Literal, Operand, Operator, Requirement } from './baseline.ts'
import { severities } from './baseline.ts'
import { canonicalJson } from './canonical.ts'
import { toNumber } from './compare.ts'
import { compareDotted } from './versions/index.ts'

/**
 * How one demand differs from another: it may forbid what was allowed (tightened), allow what was forbidden
 * (loosened), or differ in a way that can't be ordered (changed). Several can be true at once.
 */
export interface Difference {
  readonly tightened: boolean
  readonly loosened: boolean
  readonly changed: boolean
}

const same: Difference = { tightened: false, loosened: false, changed: false }
const tightened: Difference = { ...same, tightened: true }
const loosened: Difference = { ...same, loosened: true }
const changed: Difference = { ...same, changed: true }

/** Seen from the other side: inside `not`, `where` and `reject` a looser condition makes a stricter demand. */
const flip = (difference: Difference): Difference => ({
  ...difference,
  tightened: difference.loosened,
  loosened: difference.tightened,
})

const together = (differences: readonly Difference[]): Difference => ({
  tightened: differences.some((one) => one.tightened),
  loosened: differences.some((one) => one.loosened),
  changed: differences.some((one) => one.changed),
})

const equal = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b)

/** How requirement `to` differs from `from`, parameters filled in on both sides. */
export function compareRequirements(from: Requirement, to: Requirement): Difference {
  const severity = severities.indexOf(to.severity) - severities.indexOf(from.severity)
  const lost = from.controls.some((control) => !to.controls.includes(control))
  const place = (one: Requirement): unknown => [one.each ?? null, one.scope ?? null, one.appliesTo ?? null]
  return together([
    severity > 0 ? loosened : severity < 0 ? tightened : same,
    lost || !equal(place(from), place(to)) ? changed : same,
    optional(from.expect, to.expect),
    optional(from.reject, to.reject, flip),
    // A narrower selection judges fewer rows.
    flip(optional(from.where, to.where)),
  ])
}

function optional(
  from: Expectation | undefined,
  to: Expectation | undefined,
  seen: (difference: Difference) => Difference = (difference) => difference,
): Difference {
  if (from && to) return seen(compareExpectations(from, to))
  if (!from && !to) return same
  return from ? loosened : tightened
}

function compareExpectations(from: Expectation, to: Expectation): Difference {
  if (equal(from, to)) return same
  if (from.kind === 'all-of' || to.kind === 'all-of') {
    const key = (part: Expectation): string => (part.kind === 'subject' ? part.subject : ` ${part.kind}`)
    return compareParts(conjuncts(from), conjuncts(to), key, compareExpectations)
  }
  if (from.kind === 'any-of' && to.kind === 'any-of') {
    const key = (part: Expectation): string => (part.kind === 'subject' ? part.subject : ` ${part.kind}`)
    return flipParts(compareParts(from.of, to.of, key, (a, b) => flip(compareExpectations(a, b))))
  }
  if (from.kind === 'not' && to.kind === 'not') return flip(compareExpectations(from.of, to.of))
  if (from.kind === 'subject' && to.kind === 'subject' && from.subject === to.subject) {
    return compareConditions(from.condition, to.condition)
  }
  return changed
}

/** More alternatives are looser, where more conjuncts are stricter. */
const flipParts = flip

const conjuncts = (expectation: Expectation): readonly Expectation[] =>
  expectation.kind === 'all-of' ? expectation.of.flatMap(conjuncts) : [expectation]

function compareConditions(from: Condition, to: Condition): Difference {
  if (equal(from, to)) return same
  const key = (part: Condition): string => (part.kind === 'test' ? part.operator : ` ${part.kind}`)
  if (from.kind === 'all-of' || to.kind === 'all-of') {
    return compareParts(conditionConjuncts(from), conditionConjuncts(to), key, compareConditions)
  }
  if (from.kind === 'any-of' && to.kind === 'any-of') {
    return flipParts(compareParts(from.of, to.of, key, (a, b) => flip(compareConditions(a, b))))
  }
  if (from.kind === 'not' && to.kind === 'not') return flip(compareConditions(from.of, to.of))
  if (from.kind === 'test' && to.kind === 'test' && from.operator === to.operator) return compareTests(from, to)
  return changed
}

const conditionConjuncts = (condition: Condition): readonly Condition[] =>
  condition.kind === 'all-of' ? condition.of.flatMap(conditionConjuncts) : [condition]

/** Parts that must all hold: pairs by key, what has no partner was added or removed. */
function compareParts<T>(
  from: readonly T[],
  to: readonly T[],
  key: (part: T) => string,
  compare: (from: T, to: T) => Difference,
): Difference {
  const left = [...to]
  const unmatched: T[] = []
  const take = (fits: (part: T) => boolean): T | undefined => {
    const at = left.findIndex(fits)
    return at === -1 ? undefined : left.splice(at, 1)[0]
  }
  for (const part of from) if (!take((other) => equal(part, other))) unmatched.push(part)
  const differences = unmatched.map((part) => {
    const partner = take((other) => key(part) === key(other))
    return partner === undefined ? loosened : compare(part, partner)
  })
  return together([...differences, ...left.map(() => tightened)])
}

type Test = Condition & { readonly kind: 'test' }

function compareTests(from: Test, to: Test): Difference {
  const rule = rules[from.operator]
  if (!rule) return changed
  if (from.operator === 'between') {
    const [fromLow, fromHigh] = pair(from.operand)
    const [toLow, toHigh] = pair(to.operand)
    return together([byOrder(fromLow, toLow, 'higher'), byOrder(fromHigh, toHigh, 'lower')])
  }
  const [a, b] = [literal(from.operand), literal(to.operand)]
  if (rule === 'fewer' || rule === 'more') return bySet(a, b, rule)
  return byOrder(a, b, rule)
}

/** Which operand is stricter; operators that aren't here can only be the same or changed. */
const rules: Readonly<Partial<Record<Operator, 'higher' | 'lower' | 'fewer' | 'more'>>> = {
  'at-least': 'higher',
  'at-most': 'lower',
  between: 'higher',
  'newer-than': 'lower',
  'older-than': 'higher',
  'version-at-least': 'higher',
  'one-of': 'fewer',
  'subset-of': 'fewer',
  'none-of': 'more',
  'superset-of': 'more',
  contains: 'more',
}

function byOrder(from: Literal, to: Literal, stricter: 'higher' | 'lower'): Difference {
  const sign = order(from, to)
  if (sign === undefined) return changed
  if (sign === 0) return same
  return sign < 0 === (stricter === 'higher') ? tightened : loosened
}

function order(a: Literal, b: Literal): number | undefined {
  const [left, right] = [toNumber(a), toNumber(b)]
  if (left !== undefined && right !== undefined) return left === right ? 0 : left < right ? -1 : 1
  if (typeof a !== 'string' || typeof b !== 'string') return undefined
  const [start, end] = [instantOf(a), instantOf(b)]
  return start !== undefined && end !== undefined ? start - end : compareDotted(a, b)
}

const instantOf = (text: string): number | undefined =>
  /^\d{4}-\d{2}-\d{2}T/.test(text) && !Number.isNaN(Date.parse(text)) ? Date.parse(text) : undefined

function bySet(from: Literal, to: Literal, stricter: 'fewer' | 'more'): Difference {
  // A piece of text that must occur has no order; a list of elements has.
  if (!Array.isArray(from) || !Array.isArray(to)) return equal(from, to) ? same : changed
  const [before, after] = [new Set<unknown>(from), new Set<unknown>(to)]
  const added = !after.isSubsetOf(before)
  const removed = !before.isSubsetOf(after)
  return stricter === 'fewer'
    ? { tightened: removed, loosened: added, changed: false }
    : { tightened: added, loosened: removed, changed: false }
}

const isReference = (operand: Operand): operand is Exclude<Operand, Literal> =>
  typeof operand === 'object' && 'parameter' in operand

const literal = (operand: Test['operand']): Literal =>
  Array.isArray(operand) ? operand.map(String) : isReference(operand as Operand) ? '' : (operand as Literal)

const pair = (operand: Test['operand']): readonly [Literal, Literal] =>
  Array.isArray(operand) && operand.length === 2 ? [operand[0] as Literal, operand[1] as Literal] : ['', '']
