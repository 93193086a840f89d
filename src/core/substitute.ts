import type {
  Condition,
  Expectation,
  Literal,
  Operand,
  Operator,
  Parameter,
  ParameterReference,
  Requirement,
} from './baseline.ts'
import type { ValueType } from './catalogue/define.ts'
import { rowTypesById, settings } from './catalogue/index.ts'
import { didYouMean } from './did-you-mean.ts'
import { type Definition, literalFits, type Mistake, readOperand, type Understood } from './operand.ts'

/** A parameter's value as far as it was understood: `type` says that it is in its final form. */
export type GivenParameter = Pick<Parameter, 'value' | 'type'>

/** One place where a requirement takes its value from a parameter. */
export interface ParameterUse {
  readonly name: string
  readonly operator: Operator
  readonly definition: Definition
}

/** The form that a parameter's value has at a use. */
export const useType = ({ operator, definition }: Pick<ParameterUse, 'operator' | 'definition'>): ValueType => {
  if (operator === 'newer-than' || operator === 'older-than') return 'duration'
  if (operator === 'matches') return 'text'
  if (operator === 'present' || operator === 'absent') return 'boolean'
  return operator === 'one-of' || operator === 'none-of' ? 'set' : definition.type
}

export const isReference = (operand: Operand | readonly [Operand, Operand]): operand is ParameterReference =>
  typeof operand === 'object' && 'parameter' in operand

/** What a subject of a requirement is: a setting, or a field of its row type. */
export function definitionOf(each: string | undefined, subject: string): Definition | undefined {
  if (each === undefined) return settings.get(subject)
  const fields = rowTypesById.get(each)?.fields
  return fields && Object.hasOwn(fields, subject) ? fields[subject] : undefined
}

/** A parameter's value at one of its uses. */
export function valueAt(use: ParameterUse, given: GivenParameter): Understood<Literal> {
  const wanted = useType(use)
  // Only durations and instants change their form when they are read.
  if (given.type === 'duration' || given.type === 'instant') {
    if (given.type === wanted && literalFits(use.operator, given.value, use.definition))
      return { ok: true, value: given.value }
    return {
      ok: false,
      mistake: {
        what: {
          ja: `パラメーター ${use.name} の値がここには合わない`,
          en: `the value of ${use.name} does not fit here`,
        },
        expected: { ja: '同じ種類の値を使う所だけで共有する', en: 'share a parameter only between values of one kind' },
      },
    }
  }
  return readOperand(use.operator, given.value, use.definition)
}

/** A requirement with its parameters filled in. Each thing that does not fit is reported once, by parameter. */
export function substitute(
  requirement: Requirement,
  parameters: ReadonlyMap<string, GivenParameter>,
  report: (parameter: string, mistake: Mistake) => void,
): Requirement {
  const fillOperand = (operand: Operand, operator: Operator, definition: Definition): Operand => {
    if (!isReference(operand)) return operand
    const given = parameters.get(operand.parameter)
    if (!given) {
      report(operand.parameter, unknownParameter(operand.parameter, [...parameters.keys()]))
      return operand
    }
    const value = valueAt({ name: operand.parameter, operator, definition }, given)
    if (value.ok) return value.value
    report(operand.parameter, value.mistake)
    return operand
  }
  const fillCondition = (condition: Condition, definition: Definition): Condition => {
    if (condition.kind === 'not') return { kind: 'not', of: fillCondition(condition.of, definition) }
    if (condition.kind !== 'test')
      return { ...condition, of: condition.of.map((part) => fillCondition(part, definition)) }
    const { operator, operand } = condition
    if (operator === 'between' && isPair(operand)) {
      const [low, high] = operand
      return {
        ...condition,
        operand: [fillOperand(low, operator, definition), fillOperand(high, operator, definition)],
      }
    }
    return isPair(operand) ? condition : { ...condition, operand: fillOperand(operand, operator, definition) }
  }
  const fill = (expectation: Expectation): Expectation => {
    if (expectation.kind === 'not') return { kind: 'not', of: fill(expectation.of) }
    if (expectation.kind !== 'subject') return { ...expectation, of: expectation.of.map(fill) }
    const definition = definitionOf(requirement.each, expectation.subject)
    return definition ? { ...expectation, condition: fillCondition(expectation.condition, definition) } : expectation
  }
  const { where, expect, reject } = requirement
  return {
    ...requirement,
    ...(where && { where: fill(where) }),
    ...(expect && { expect: fill(expect) }),
    ...(reject && { reject: fill(reject) }),
  }
}

const isPair = (operand: Operand | readonly [Operand, Operand]): operand is readonly [Operand, Operand] =>
  Array.isArray(operand) && operand.length === 2

export const unknownParameter = (name: string, known: readonly string[]): Mistake => {
  const meant = didYouMean(name, known)
  return {
    what: { ja: `パラメーター「${name}」は定義されていない`, en: `there is no parameter “${name}”` },
    expected: {
      ja: 'parameters で定義した名前（または extends 先のもの）',
      en: 'a name defined under parameters, or by the baseline that is extended',
    },
    ...(meant !== undefined && { didYouMean: `$${meant}` }),
  }
}

/** Names of the parameters that a requirement uses. */
export function parametersOf(requirement: Requirement): ReadonlySet<string> {
  const names = new Set<string>()
  const ofOperand = (operand: Operand): void => {
    if (isReference(operand)) names.add(operand.parameter)
  }
  const ofCondition = (condition: Condition): void => {
    if (condition.kind === 'not') ofCondition(condition.of)
    else if (condition.kind !== 'test') condition.of.forEach(ofCondition)
    else if (isPair(condition.operand)) condition.operand.forEach(ofOperand)
    else ofOperand(condition.operand)
  }
  const of = (expectation: Expectation | undefined): void => {
    if (!expectation) return
    if (expectation.kind === 'not') of(expectation.of)
    else if (expectation.kind !== 'subject') expectation.of.forEach(of)
    else ofCondition(expectation.condition)
  }
  of(requirement.where)
  of(requirement.expect)
  of(requirement.reject)
  return names
}
