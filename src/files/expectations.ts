import { type Condition, type Expectation, type Operand, type Operator, operators } from '../core/baseline.ts'
import { didYouMean } from '../core/did-you-mean.ts'
import { type Definition, operatorsFor, readOperand } from '../core/operand.ts'
import type { ParameterUse } from '../core/substitute.ts'
import type { Says } from './excerpt.ts'
import type { Path } from './yaml.ts'

/** What reading an expectation needs from around it. */
export interface ExpectationContext {
  readonly report: (path: Path, says: Says, at?: 'value' | 'key') => void
  readonly written: (path: Path) => string | undefined
  /** Settings, or the fields of the requirement's row type. */
  readonly subjects: ReadonlyMap<string, Definition>
  /** What a subject is called in a message. */
  readonly subjectKind: 'setting' | 'field'
  /** Called for every `$name`. */
  readonly use: (use: ParameterUse, path: Path) => void
}

/** A map of subjects, `all-of`, `any-of` and `not`. Whatever is wrong is reported and left out. */
export function readExpectation(raw: unknown, path: Path, context: ExpectationContext): Expectation | undefined {
  if (!isMap(raw)) {
    context.report(path, needsMap)
    return undefined
  }
  const parts = Object.entries(raw).flatMap(([key, value]): readonly (Expectation | undefined)[] => {
    const at = [...path, key]
    if (key === 'all-of' || key === 'any-of') {
      const of = readList(value, at, context)?.map((item, index) => readExpectation(item, [...at, index], context))
      return [of && { kind: key, of: of.filter((part) => part !== undefined) }]
    }
    if (key === 'not') {
      const of = readExpectation(value, at, context)
      return [of && { kind: 'not', of }]
    }
    const definition = context.subjects.get(key)
    if (!definition) {
      context.report(at, unknownSubject(key, context), 'key')
      return []
    }
    const condition = readCondition(value, at, definition, context)
    return [condition && { kind: 'subject', subject: key, condition }]
  })
  const read = parts.filter((part) => part !== undefined)
  if (Object.keys(raw).length === 0) context.report(path, needsMap)
  return read.length === 1 ? read[0] : { kind: 'all-of', of: read }
}

/** A literal or `$name` (equals), or a map of operators. */
export function readCondition(
  raw: unknown,
  path: Path,
  definition: Definition,
  context: ExpectationContext,
): Condition | undefined {
  if (!isMap(raw)) return readTest('equals', raw, path, definition, context)
  const entries = Object.entries(raw)
  if (entries.length === 0) context.report(path, needsOperator(definition))
  const parts = entries.map(([key, value]) => readPart(key, value, [...path, key], definition, context))
  const read = parts.filter((part) => part !== undefined)
  return read.length === 1 ? read[0] : { kind: 'all-of', of: read }
}

function readPart(
  key: string,
  value: unknown,
  path: Path,
  definition: Definition,
  context: ExpectationContext,
): Condition | undefined {
  if (key === 'all-of' || key === 'any-of') {
    const of = readList(value, path, context)?.map((item, index) =>
      readCondition(item, [...path, index], definition, context),
    )
    return of && { kind: key, of: of.filter((part) => part !== undefined) }
  }
  if (key === 'not' && isMap(value)) {
    const of = readCondition(value, path, definition, context)
    return of && { kind: 'not', of }
  }
  if (isOperator(key) && operatorsFor(definition.type).includes(key))
    return readTest(key, value, path, definition, context)
  context.report(path, isOperator(key) ? unfitOperator(key, definition) : unknownOperator(key, definition), 'key')
  return undefined
}

function readTest(
  operator: Operator,
  raw: unknown,
  path: Path,
  definition: Definition,
  context: ExpectationContext,
): Condition | undefined {
  if (operator === 'between') {
    if (!Array.isArray(raw) || raw.length !== 2) {
      context.report(path, needsPair)
      return undefined
    }
    const low = readOne(operator, raw[0], [...path, 0], definition, context)
    const high = readOne(operator, raw[1], [...path, 1], definition, context)
    if (low === undefined || high === undefined) return undefined
    if (typeof low === 'number' && typeof high === 'number' && low > high) context.report(path, wrongOrder)
    return { kind: 'test', operator, operand: [low, high] }
  }
  const isNumeric = definition.type === 'number' || definition.type === 'duration'
  if (isNumeric && (operator === 'one-of' || operator === 'none-of'))
    return oneOfNumbers(operator, raw, path, definition, context)
  const operand = readOne(operator, raw, path, definition, context)
  return operand === undefined ? undefined : { kind: 'test', operator, operand }
}

/** A list of numbers is written out: one of them equal, or each of them different. */
function oneOfNumbers(
  operator: 'one-of' | 'none-of',
  raw: unknown,
  path: Path,
  definition: Definition,
  context: ExpectationContext,
): Condition | undefined {
  const single: Operator = operator === 'one-of' ? 'equals' : 'not'
  const of = readList(raw, path, context)?.map((item, index) =>
    readTest(single, item, [...path, index], definition, context),
  )
  return of && { kind: operator === 'one-of' ? 'any-of' : 'all-of', of: of.filter((part) => part !== undefined) }
}

function readOne(
  operator: Operator,
  raw: unknown,
  path: Path,
  definition: Definition,
  context: ExpectationContext,
): Operand | undefined {
  const name = typeof raw === 'string' ? referenceName(raw) : undefined
  if (name !== undefined) {
    if (operator === 'present' || operator === 'absent') {
      context.report(path, plainBoolean)
      return undefined
    }
    context.use({ name, operator, definition }, path)
    return { parameter: name }
  }
  const nested = Array.isArray(raw)
    ? raw.findIndex((item) => typeof item === 'string' && referenceName(item) !== undefined)
    : -1
  if (nested !== -1) {
    context.report([...path, nested], noNestedReference)
    return undefined
  }
  const operand = readOperand(operator, unescape(raw), definition, context.written(path))
  if (operand.ok) return operand.value
  context.report(path, operand.mistake)
  return undefined
}

/** `$name`. A text that begins with a dollar sign is written with two. */
const referenceName = (text: string): string | undefined => /^\$([A-Za-z][\w.-]*)$/.exec(text)?.[1]

function unescape(raw: unknown): unknown {
  if (Array.isArray(raw)) return raw.map(unescape)
  return typeof raw === 'string' && raw.startsWith('$$') ? raw.slice(1) : raw
}

const isMap = (raw: unknown): raw is Readonly<Record<string, unknown>> =>
  typeof raw === 'object' && raw !== null && !Array.isArray(raw)

const isOperator = (key: string): key is Operator => (operators as readonly string[]).includes(key)

function readList(raw: unknown, path: Path, context: ExpectationContext): readonly unknown[] | undefined {
  if (Array.isArray(raw) && raw.length > 0) return raw
  context.report(path, needsList)
  return undefined
}

function unknownSubject(key: string, { subjects, subjectKind }: ExpectationContext): Says {
  const meant = didYouMean(key, subjects.keys())
  const known = [...subjects.keys()]
  const field = subjectKind === 'field'
  return {
    what: field
      ? { ja: `項目「${key}」はこの種類の行にない`, en: `rows of this type have no field “${key}”` }
      : { ja: `設定項目「${key}」は知られていない`, en: `there is no setting “${key}”` },
    expected: field
      ? { ja: `次のいずれか: ${known.join('、')}`, en: `one of ${known.join(', ')}` }
      : {
          ja: '設定項目の id（例: password.minimum-length）',
          en: 'the id of a setting, such as password.minimum-length',
        },
    ...(meant !== undefined && { didYouMean: meant }),
  }
}

const fitting = (definition: Definition): Says['expected'] => {
  const names = [...operatorsFor(definition.type), 'all-of', 'any-of']
  return { ja: `次のいずれか: ${names.join('、')}`, en: `one of ${names.join(', ')}` }
}

function unknownOperator(key: string, definition: Definition): Says {
  const meant = didYouMean(key, operatorsFor(definition.type)) ?? spelled.get(key)
  return {
    what: { ja: `条件「${key}」はない`, en: `there is no operator “${key}”` },
    expected: fitting(definition),
    ...(meant !== undefined && { didYouMean: meant }),
  }
}

/** What people write who know other tools. */
const spelled: ReadonlyMap<string, Operator> = new Map([
  ['>=', 'at-least'],
  ['<=', 'at-most'],
  ['=', 'equals'],
  ['==', 'equals'],
  ['!=', 'not'],
  ['min', 'at-least'],
  ['minimum', 'at-least'],
  ['max', 'at-most'],
  ['maximum', 'at-most'],
  ['in', 'one-of'],
  ['not-in', 'none-of'],
  ['regex', 'matches'],
  ['exists', 'present'],
])

const unfitOperator = (key: Operator, definition: Definition): Says => ({
  what: {
    ja: `条件 ${key} はこの種類の値（${definition.type}）に使えない`,
    en: `${key} does not fit a value of this type (${definition.type})`,
  },
  expected: fitting(definition),
})

const needsOperator = (definition: Definition): Says => ({
  what: { ja: '条件がない', en: 'the condition is empty' },
  expected: fitting(definition),
})
const needsMap: Says = {
  what: { ja: '条件の並びでない', en: 'not a set of conditions' },
  expected: {
    ja: '{設定項目: 条件} の並び。all-of・any-of・not も使える',
    en: '{setting: condition}; all-of, any-of and not may be used',
  },
}
const needsList: Says = {
  what: { ja: '一覧でない、または空である', en: 'not a list, or an empty one' },
  expected: { ja: '[1つ目, 2つ目] の形の一覧', en: 'a list like [one, two]' },
}
const needsPair: Says = {
  what: { ja: 'between の値が2つでない', en: 'between needs two values' },
  expected: { ja: '[下限, 上限]', en: '[lowest, highest]' },
}
const wrongOrder: Says = {
  what: { ja: '下限が上限より大きい', en: 'the lowest is above the highest' },
  expected: { ja: '[下限, 上限]', en: '[lowest, highest]' },
}
const plainBoolean: Says = {
  what: { ja: 'ここにパラメーターは使えない', en: 'no parameter can stand here' },
  expected: { ja: 'true または false', en: 'true or false' },
}
const noNestedReference: Says = {
  what: { ja: '一覧の中にパラメーターは使えない', en: 'no parameter can stand inside a list' },
  expected: {
    ja: '一覧全体を1つのパラメーターにする（one-of: $名前）。$ で始まる文字列は $$ と書く',
    en: 'one parameter for the whole list (one-of: $name); write $$ for a text that starts with $',
  },
}
