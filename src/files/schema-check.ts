import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import { didYouMean } from '../core/did-you-mean.ts'
import type { LocalText } from '../core/text.ts'
import type { Says } from './excerpt.ts'
import type { Problem } from './problems.ts'
import { durationPattern, type Schema } from './schema-words.ts'
import type { Path, YamlDocument } from './yaml.ts'

const compiled = new WeakMap<Schema, ValidateFunction>()

/** Compiling takes longer than checking: each schema once, when it is first used. */
function validatorOf(schema: Schema): ValidateFunction {
  let validate = compiled.get(schema)
  if (!validate) {
    const ajv = new Ajv2020({
      allErrors: true,
      verbose: true,
      strict: true,
      strictTypes: false,
      strictRequired: false,
      validateFormats: false,
      // our own schemas are held against the meta-schema by a test, not at every start
      meta: false,
      validateSchema: false,
    })
    validate = ajv.compile(schema)
    compiled.set(schema, validate)
  }
  return validate
}

/** What places problems; a table or a list can do it as well as YAML. */
type Checked = Pick<YamlDocument, 'problem' | 'written'> & { readonly value?: unknown }

/** Everything in a document that a schema refuses, `at` a path in it, with its place. */
export function checkSchema(
  document: Checked,
  schema: Schema,
  value: unknown = document.value,
  at: Path = [],
): readonly Problem[] {
  const validate = validatorOf(schema)
  if (validate(value)) return []
  const errors = (validate.errors ?? []).filter((error) => error.keyword !== 'if' && error.keyword !== 'propertyNames')
  return errors.map((error) => toProblem(document, error, value, at))
}

function toProblem(document: Checked, error: ErrorObject, value: unknown, at: Path): Problem {
  const path = [...at, ...pathOf(error.instancePath, value)]
  const { keyword, params } = error
  if (keyword === 'additionalProperties' || keyword === 'unevaluatedProperties') {
    const name = String(params['additionalProperty'] ?? params['unevaluatedProperty'])
    return document.problem(
      [...path, name],
      unknownKey(name, Object.keys(record(record(error.parentSchema)['properties']))),
      'key',
    )
  }
  if (error.propertyName !== undefined) {
    return document.problem([...path, error.propertyName], badName(error.propertyName, expectedOf(error)), 'key')
  }
  if (keyword === 'required') {
    const name = String(params['missingProperty'])
    const wanted = record(record(record(error.parentSchema)['properties'])[name])
    return document.problem(path, missingKey(name, bilingual(wanted['description'])), 'key')
  }
  return document.problem(path, wrongValue(error, document.written(path)))
}

const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}

/** A JSON pointer as keys and indexes. */
function pathOf(pointer: string, value: unknown): Path {
  const path: (string | number)[] = []
  let current = value
  for (const part of pointer.split('/').slice(1)) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~')
    path.push(Array.isArray(current) ? Number(key) : key)
    current = record(current)[key]
  }
  return path
}

/** The two languages of a schema's description. */
function bilingual(description: unknown): LocalText | undefined {
  if (typeof description !== 'string') return undefined
  const [ja, en] = description.split(' / ')
  return ja !== undefined && en !== undefined ? { ja, en } : { ja: description, en: description }
}

const typeNames: Readonly<Record<string, LocalText>> = {
  string: { ja: '文字列', en: 'a text' },
  number: { ja: '数', en: 'a number' },
  integer: { ja: '整数', en: 'a whole number' },
  boolean: { ja: 'true または false', en: 'true or false' },
  object: { ja: '「キー: 値」の並び', en: 'keys with values' },
  array: { ja: '「- 値」の一覧', en: 'a list' },
  null: { ja: '空', en: 'nothing' },
}

function expectedOf(error: ErrorObject): LocalText {
  const described = bilingual(record(error.parentSchema)['description'])
  if (described) return described
  const type = error.keyword === 'type' ? typeNames[String(error.params['type'])] : undefined
  return type ?? { ja: '書き方の説明（docs/configuration.md）を参照', en: 'see docs/configuration.md' }
}

function wrongValue(error: ErrorObject, written: string | undefined): Says {
  const expected = expectedOf(error)
  if (error.keyword === 'enum') {
    const allowed = (error.params['allowedValues'] as readonly unknown[]).map(String)
    const meant = typeof error.data === 'string' ? didYouMean(error.data, allowed) : undefined
    return {
      what: { ja: 'この値は使えない', en: 'not one of the allowed values' },
      expected: { ja: `次のいずれか: ${allowed.join('、')}`, en: `one of ${allowed.join(', ')}` },
      ...(meant !== undefined && { didYouMean: meant }),
    }
  }
  if (error.data === null) return { what: { ja: '値がない', en: 'the value is missing' }, expected }
  if (typeof error.data === 'number' && record(error.parentSchema)['pattern'] === durationPattern) {
    return {
      what: {
        ja: `期間に単位がない（${written ?? error.data}）`,
        en: `a duration without a unit (${written ?? error.data})`,
      },
      expected,
    }
  }
  if (error.keyword === 'type' && error.params['type'] === 'string' && typeof error.data !== 'object') {
    const quoted = `'${written ?? String(error.data)}'`
    return {
      what: { ja: '文字列でない', en: 'not a text' },
      expected: { ja: `${expected.ja}（引用符で囲む: ${quoted}）`, en: `${expected.en} (in quotes: ${quoted})` },
    }
  }
  return {
    what: faults[error.keyword]?.(error.params) ?? { ja: '値が正しくない', en: 'the value is not valid' },
    expected,
  }
}

const faults: Readonly<Record<string, (params: Readonly<Record<string, unknown>>) => LocalText>> = {
  type: ({ type }) => ({
    ja: `${typeNames[String(type)]?.ja ?? String(type)}でない`,
    en: `not ${typeNames[String(type)]?.en ?? String(type)}`,
  }),
  pattern: () => ({ ja: '書き方が正しくない', en: 'not written in the expected form' }),
  minLength: () => ({ ja: '空である', en: 'it is empty' }),
  maxLength: ({ limit }) => ({
    ja: `${String(limit)} 文字を超えている`,
    en: `longer than ${String(limit)} characters`,
  }),
  minItems: () => ({ ja: '一覧が空である', en: 'the list is empty' }),
  minProperties: () => ({ ja: '中身がない', en: 'there is nothing in it' }),
  minimum: ({ limit }) => ({ ja: `${String(limit)} より小さい`, en: `less than ${String(limit)}` }),
  maximum: ({ limit }) => ({ ja: `${String(limit)} より大きい`, en: `more than ${String(limit)}` }),
  uniqueItems: () => ({ ja: '同じ物が2つある', en: 'the same item twice' }),
  not: () => ({ ja: 'この組み合わせは使えない', en: 'this combination is not allowed' }),
}

export function unknownKey(name: string, known: readonly string[]): Says {
  const meant = didYouMean(name, known)
  const shown = known.filter((key) => key !== '$schema')
  return {
    what: { ja: `キー「${name}」はここでは使えない`, en: `“${name}” is not a key here` },
    expected: { ja: `次のいずれか: ${shown.join('、')}`, en: `one of ${shown.join(', ')}` },
    ...(meant !== undefined && { didYouMean: meant }),
  }
}

const missingKey = (name: string, expected: LocalText | undefined): Says => ({
  what: { ja: `「${name}」がない`, en: `“${name}” is missing` },
  expected: {
    ja: expected ? `${name}: ${expected.ja}` : `${name} を書く`,
    en: expected ? `${name}: ${expected.en}` : `write ${name}`,
  },
})

const badName = (name: string, expected: LocalText): Says => ({
  what: { ja: `「${name}」は名前として使えない`, en: `“${name}” can not be a name` },
  expected,
})
