import type { Condition, Literal, Operator } from './baseline.ts'
import { test, testAbsent, toNumber } from './compare.ts'
import { unlimited, type Value } from './fact.ts'
import type { Definition } from './operand.ts'

/** One comparison that must come out as yes, or, under a `not`, as no. */
interface Demand {
  readonly operator: Operator
  readonly operand: Literal | readonly [Literal, Literal]
  readonly negated: boolean
}

/**
 * Whether some value passes all of the conditions. It is looked for among the values around the operands, with the
 * judge's own comparisons. A no is certain; where alternatives, expressions or endless vocabularies leave more than
 * can be tried, the answer is yes.
 */
export function satisfiable(conditions: readonly Condition[], definition: Definition): boolean {
  const demands = conditions.flatMap((condition) => demandsOf(condition, false))
  if (demands.every(absentPasses)) return true
  const [presence, others] = [demands.filter(isPresence), demands.filter((demand) => !isPresence(demand))]
  // of a known value, `present` and `absent` say the same whatever it is
  if (!passes(true, presence, definition)) return false
  switch (definition.type) {
    case 'set':
      return someSet(others, definition)
    case 'instant': {
      // ages hang on the day of the judgement, dates don't: only within each kind is a contradiction lasting
      const [ages, dates] = [others.filter(isAge), others.filter((demand) => !isAge(demand))]
      return [ages, dates].every((group) => instants(group).some((value) => passes(value, group, definition)))
    }
    default: {
      const candidates = scalars(others, definition)
      return candidates === undefined || candidates.some((value) => passes(value, others, definition))
    }
  }
}

/** What must all hold. Alternatives are left out: they only widen what is possible. */
function demandsOf(condition: Condition, negated: boolean): readonly Demand[] {
  switch (condition.kind) {
    case 'test':
      // parameters are filled in before anything is judged; a reference that is left demands nothing
      return hasReference(condition.operand)
        ? []
        : [{ operator: condition.operator, operand: condition.operand, negated }]
    case 'not':
      return demandsOf(condition.of, !negated)
    case 'all-of':
      return negated ? [] : condition.of.flatMap((part) => demandsOf(part, false))
    case 'any-of':
      return negated ? condition.of.flatMap((part) => demandsOf(part, true)) : []
  }
}

type Operand = (Condition & { readonly kind: 'test' })['operand']

const isReference = (operand: unknown): boolean =>
  typeof operand === 'object' && operand !== null && 'parameter' in operand

const hasReference = (operand: Operand): operand is Exclude<Operand, Demand['operand']> =>
  Array.isArray(operand) ? operand.some(isReference) : isReference(operand)

const isPresence = ({ operator }: Demand): boolean => operator === 'present' || operator === 'absent'
const isAge = ({ operator }: Demand): boolean => operator === 'newer-than' || operator === 'older-than'

const absentPasses = (demand: Demand): boolean =>
  isPresence(demand) && testAbsent({ kind: 'test', ...demand }) !== demand.negated

/** Any day does: ages are compared with it, and instants are chosen by it. */
const someDay = Date.UTC(2026, 0, 1)

const passes = (value: Value, demands: readonly Demand[], { type }: Definition): boolean =>
  demands.every(({ operator, operand, negated }) => {
    const answer = test(value, operator, operand, { type, asOf: new Date(someDay).toISOString() })
    return answer === (negated ? 'no' : 'yes')
  })

const literals = (demands: readonly Demand[]): readonly (string | number | boolean)[] =>
  demands.flatMap(({ operand }) => (Array.isArray(operand) ? operand.flat() : [operand]))

/** Values of which one must fit, or nothing where no list of values can hold them all. */
function scalars(demands: readonly Demand[], definition: Definition): readonly Value[] | undefined {
  switch (definition.type) {
    case 'boolean':
      return [true, false]
    case 'number':
    case 'duration': {
      const numbers = literals(demands).filter((literal) => typeof literal === 'number')
      return [0, ...numbers.flatMap((at) => [at - 1, at, at + 0.5, at + 1]), ...(definition.unlimited ? unlimited : [])]
    }
    default: {
      if (definition.values) return definition.values
      const exact = demands.find(
        ({ operator, negated }) => !negated && (operator === 'equals' || operator === 'one-of'),
      )
      if (exact) return literals([exact]).map(String)
      if (definition.type !== 'version') return undefined
      // between the highest that is asked for and the lowest that is allowed lies what is asked for itself
      const bounds = demands.filter(({ operator }) => operator !== 'matches')
      if (bounds.some(({ negated, operator }) => negated || operator === 'not' || operator === 'none-of'))
        return undefined
      return bounds.length < demands.length ? undefined : ['0', ...literals(bounds).map(String)]
    }
  }
}

function instants(demands: readonly Demand[]): readonly string[] {
  const times = demands.flatMap((demand) =>
    literals([demand]).flatMap((literal) => {
      const seconds = isAge(demand) ? toNumber(literal) : undefined
      const time = seconds === undefined ? Date.parse(String(literal)) : someDay - seconds * 1000
      return Number.isFinite(time) ? [time - 1000, time, time + 1000] : []
    }),
  )
  const far = 1_000_000 * 86_400_000
  return [someDay, someDay - far, someDay + far, ...times].map((time) => new Date(time).toISOString())
}

/** More elements than these are not tried in all combinations. */
const mostFreeElements = 8

function someSet(demands: readonly Demand[], definition: Definition): boolean {
  const lists = (...operators: readonly Operator[]): readonly ReadonlySet<string>[] =>
    demands
      .filter(({ operator, negated }) => !negated && operators.includes(operator))
      .map((demand) => new Set(literals([demand]).map(String)))
  const [exact] = lists('equals')
  if (exact) return passes([...exact], demands, definition)
  const needed = new Set(lists('contains', 'superset-of').flatMap((list) => [...list]))
  const forbidden = new Set(lists('none-of').flatMap((list) => [...list]))
  const limits = [...lists('subset-of'), ...(definition.values ? [new Set(definition.values)] : [])]
  const allowed = (element: string): boolean => !forbidden.has(element) && limits.every((list) => list.has(element))
  if (![...needed].every(allowed)) return false
  const mentioned = new Set([...literals(demands).map(String), ...limits.flatMap((list) => [...list]), 'anything else'])
  const free = [...mentioned].filter((element) => allowed(element) && !needed.has(element))
  const open = limits.length === 0 && demands.some(({ operator }) => operator === 'matches')
  if (open || free.length > mostFreeElements) return true
  return Array.from({ length: 2 ** free.length }, (_, chosen) => chosen).some((chosen) =>
    passes([...needed, ...free.filter((_, at) => (chosen >> at) & 1)], demands, definition),
  )
}
