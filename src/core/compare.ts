import { RE2JS } from 're2js'
import type { Condition, Literal, Operator } from './baseline.ts'
import type { ValueType } from './catalogue/define.ts'
import { unlimited, type Value } from './fact.ts'
import { compareDotted } from './versions/index.ts'

/** What a comparison needs to know besides the two values. */
export interface ComparisonContext {
  readonly type: ValueType
  /** Ages are computed against this instant (design law 8), ISO 8601. */
  readonly asOf: string
}

/** Yes, no, or can't be said of this value (a clock from the future, a word where a number belongs). */
export type Answer = 'yes' | 'no' | 'unclear'

/** A clock may be ahead by this many seconds before its instants can't be trusted. */
const clockSkewSeconds = 300

const answer = (holds: boolean): Answer => (holds ? 'yes' : 'no')

/** A number with `never` and `until-unlocked` as +∞, or nothing where the value is no number. */
export function toNumber(value: Literal | Value): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  return typeof value === 'string' && (unlimited as readonly string[]).includes(value)
    ? Number.POSITIVE_INFINITY
    : undefined
}

/** The same letters written in two ways (か゛ and が, as macOS stores names) are one text. */
const toText = (value: Literal | Value): string => String(value).normalize('NFC')

const toSet = (value: Literal | Value): ReadonlySet<string> =>
  new Set(Array.isArray(value) ? value.map(toText) : [toText(value)])

/** Equality without order for sets; `never` and `until-unlocked` are both +∞ but not the same word. */
export function equal(a: Literal | Value, b: Literal | Value): boolean {
  if (Array.isArray(a) || Array.isArray(b)) {
    const left = toSet(a)
    const right = toSet(b)
    return left.size === right.size && left.isSubsetOf(right)
  }
  return typeof a === 'string' && typeof b === 'string' ? toText(a) === toText(b) : a === b
}

const patterns = new Map<string, RE2JS>()

/** A compiled linear-time expression; throws RE2JS's error on a bad one (files are checked before). */
function pattern(source: string): RE2JS {
  let compiled = patterns.get(source)
  if (!compiled) {
    compiled = RE2JS.compile(source)
    patterns.set(source, compiled)
  }
  return compiled
}

/** Applies one operator to a known value. */
export function test(
  value: Value,
  operator: Operator,
  operand: Literal | readonly [Literal, Literal],
  context: ComparisonContext,
): Answer {
  switch (operator) {
    case 'present':
      return answer(operand !== false)
    case 'absent':
      return answer(operand === false)
    case 'equals':
      return answer(equal(value, operand as Literal))
    case 'not':
      return answer(!equal(value, operand as Literal))
    case 'one-of':
      return answer(asList(operand).some((item) => equal(value, item)))
    case 'none-of':
      return Array.isArray(value)
        ? answer(toSet(value).isDisjointFrom(toSet(operand as Literal)))
        : answer(!asList(operand).some((item) => equal(value, item)))
    case 'at-least':
    case 'at-most':
      return order(value, operand as Literal, context, operator)
    case 'between': {
      const [low, high] = operand as readonly [Literal, Literal]
      const above = order(value, low, context, 'at-least')
      const below = order(value, high, context, 'at-most')
      if (above === 'no' || below === 'no') return 'no'
      return above === 'unclear' || below === 'unclear' ? 'unclear' : 'yes'
    }
    case 'contains':
      return Array.isArray(value)
        ? answer(toSet(operand as Literal).isSubsetOf(toSet(value)))
        : answer(toText(value).includes(toText(operand as Literal)))
    case 'subset-of':
      return answer(toSet(value).isSubsetOf(toSet(operand as Literal)))
    case 'superset-of':
      return answer(toSet(value).isSupersetOf(toSet(operand as Literal)))
    case 'matches':
      return answer(
        Array.isArray(value)
          ? // every element must fit, so that an empty set does
            value.every((item) =>
              pattern(toText(operand as Literal))
                .matcher(toText(item))
                .find(),
            )
          : pattern(toText(operand as Literal))
              .matcher(toText(value))
              .find(),
      )
    case 'newer-than':
    case 'older-than':
      return age(value, operand as Literal, context, operator)
    case 'version-at-least':
      return answer(compareDotted(String(value), String(operand)) >= 0)
  }
}

const asList = (operand: Literal | readonly [Literal, Literal]): readonly Literal[] =>
  Array.isArray(operand) ? operand : [operand as Literal]

function order(value: Value, operand: Literal, context: ComparisonContext, operator: 'at-least' | 'at-most'): Answer {
  if (context.type === 'instant') {
    const left = Date.parse(String(value))
    const right = Date.parse(String(operand))
    if (Number.isNaN(left) || Number.isNaN(right)) return 'unclear'
    return answer(operator === 'at-least' ? left >= right : left <= right)
  }
  if (context.type === 'version') {
    const sign = compareDotted(String(value), String(operand))
    return answer(operator === 'at-least' ? sign >= 0 : sign <= 0)
  }
  const left = toNumber(value)
  const right = toNumber(operand)
  if (left === undefined || right === undefined) return 'unclear'
  return answer(operator === 'at-least' ? left >= right : left <= right)
}

function age(
  value: Value,
  operand: Literal,
  context: ComparisonContext,
  operator: 'newer-than' | 'older-than',
): Answer {
  const instant = Date.parse(String(value))
  const limit = toNumber(operand)
  const now = Date.parse(context.asOf)
  if (Number.isNaN(instant) || Number.isNaN(now) || limit === undefined) return 'unclear'
  const seconds = (now - instant) / 1000
  if (operator === 'older-than') return answer(seconds > limit)
  // something that already happened can't have happened tomorrow; `newer-than: 0s` asks for the future
  if (limit > 0 && seconds < -clockSkewSeconds) return 'unclear'
  return answer(seconds <= limit)
}

/** Whether a condition accepts `absent`: only `present` and `absent` say anything of it. */
export function testAbsent(condition: Condition & { kind: 'test' }): boolean {
  if (condition.operator === 'absent') return condition.operand !== false
  if (condition.operator === 'present') return condition.operand === false
  return false
}
