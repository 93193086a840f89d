import type { Operator } from '../core/baseline.ts'
import type { ValueType } from '../core/catalogue/define.ts'
import { rowTypesById, settings } from '../core/catalogue/index.ts'
import { type Definition, operatorsFor } from '../core/operand.ts'
import { baselineSchema, baselineSchemaId } from './baseline-schema.ts'
import { configSchema, configSchemaId } from './config-schema.ts'
import { softwareListSchema, softwareListSchemaId } from './software-list-schema.ts'
import { durationPattern, type Schema, says } from './schema-words.ts'

/** Name of a shipped schema file, and what it holds. */
export interface SchemaDocument {
  readonly file: string
  readonly schema: Schema
}

/**
 * The schemas that editors use to complete and to check (`schemas/`). What stands under `where`, `expect` and
 * `reject` comes from the catalogue, so that setting ids, fields, values and operators are completed.
 */
export const schemaDocuments = (): readonly SchemaDocument[] => [
  { file: 'seisa-config-1.schema.json', schema: named(configSchemaId, 'seisa.yaml', configSchema()) },
  {
    file: 'seisa-baseline-1.schema.json',
    schema: named(baselineSchemaId, 'ベースライン構成設定 / seisa baseline', withCatalogue()),
  },
  {
    file: 'seisa-software-list-1.schema.json',
    schema: named(softwareListSchemaId, 'ソフトウェア一覧 / seisa software list', softwareListSchema),
  },
]

/** The text of a schema file. */
export const schemaText = (schema: Schema): string => `${JSON.stringify(schema, undefined, 1)}\n`

const named = (id: string, title: string, schema: Schema): Schema => ({
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: id,
  title,
  ...schema,
})

function withCatalogue(): Schema {
  const rowTypes = [...rowTypesById.values()]
  return baselineSchema({
    expectation: { $ref: '#/$defs/expectation' },
    rowType: {
      ...says('行の種類', 'row type'),
      oneOf: rowTypes.map((type) => ({
        const: type.id,
        title: type.title.ja,
        description: describe(type.title, type.description),
      })),
    },
    byRowType: [
      {
        if: { not: { required: ['each'] } },
        // oxlint-disable-next-line unicorn/no-thenable -- a JSON Schema keyword
        then: {
          properties: { expect: { $ref: '#/$defs/settings' } },
          required: ['expect'],
          not: { anyOf: [{ required: ['where'] }, { required: ['reject'] }] },
        },
      },
      ...rowTypes.map((type) => {
        const fields = { $ref: `#/$defs/row-${type.id}` }
        return {
          if: { properties: { each: { const: type.id } }, required: ['each'] },
          // oxlint-disable-next-line unicorn/no-thenable -- a JSON Schema keyword
          then: {
            properties: { where: fields, expect: fields, reject: fields },
            anyOf: [{ required: ['expect'] }, { required: ['reject'] }],
          },
        }
      }),
    ],
    definitions: {
      expectation: { type: 'object', minProperties: 1, ...says('{設定項目: 条件} の並び', '{setting: condition}') },
      settings: subjects(
        [...settings.values()].map((setting) => [setting.id, setting, describe(setting.title, setting.description)]),
        'settings',
      ),
      ...Object.fromEntries(
        rowTypes.map((type) => [
          `row-${type.id}`,
          subjects(
            Object.entries(type.fields).map(([name, field]) => [name, field, describe(field.title)]),
            `row-${type.id}`,
          ),
        ]),
      ),
      ...Object.fromEntries(
        valueTypes.flatMap((type) =>
          [false, true].map((limitless) => [
            conditionName({ type, unlimited: limitless }),
            condition({ type, unlimited: limitless }),
          ]),
        ),
      ),
      parameter: { type: 'string', pattern: '^\\$[A-Za-z][\\w.-]*$', ...says('$パラメーター名', '$parameter') },
    },
  })
}

const valueTypes: readonly ValueType[] = ['boolean', 'number', 'duration', 'instant', 'text', 'version', 'set']

const describe = (title: { ja: string; en: string }, more?: { ja: string; en: string }): string => {
  const say = (language: 'ja' | 'en'): string =>
    more && more[language] !== title[language] ? `${title[language]}: ${more[language]}` : title[language]
  return `${say('ja')} / ${say('en')}`
}

function subjects(entries: readonly (readonly [string, Definition, string])[], name: string): Schema {
  const self = { $ref: `#/$defs/${name}` }
  return {
    type: 'object',
    minProperties: 1,
    additionalProperties: false,
    properties: {
      'all-of': { type: 'array', minItems: 1, items: self, ...says('全て満たす', 'all must hold') },
      'any-of': { type: 'array', minItems: 1, items: self, ...says('どれかを満たす', 'one must hold') },
      not: { ...self, ...says('満たさない', 'must not hold') },
      ...Object.fromEntries(
        entries.map(([id, definition, description]) => [
          id,
          // A closed vocabulary is its own condition; the others share one a type.
          definition.values
            ? { ...condition(definition), description }
            : { $ref: `#/$defs/${conditionName(definition)}`, description },
        ]),
      ),
    },
  }
}

const conditionName = ({ type, unlimited }: Definition): string => `condition-${type}${unlimited ? '-or-never' : ''}`

const parameter: Schema = { $ref: '#/$defs/parameter' }

/** A literal, a parameter, or a map of the operators that fit. */
function condition(definition: Definition): Schema {
  // A vocabulary of its own can't be named from inside; nested conditions are left to the reader there.
  const self: Schema = definition.values ? {} : { $ref: `#/$defs/${conditionName(definition)}` }
  const operators = operatorsFor(definition.type).map((operator) => [operator, operand(operator, definition)] as const)
  return {
    anyOf: [
      operand('equals', definition),
      {
        type: 'object',
        minProperties: 1,
        additionalProperties: false,
        properties: {
          ...Object.fromEntries(operators),
          not: { anyOf: [operand('not', definition), { type: 'object', ...self }] },
          'all-of': { type: 'array', minItems: 1, items: self },
          'any-of': { type: 'array', minItems: 1, items: self },
        },
      },
    ],
  }
}

function operand(operator: Operator, definition: Definition): Schema {
  if (operator === 'present' || operator === 'absent') return { type: 'boolean' }
  if (operator === 'matches') return { anyOf: [{ type: 'string' }, parameter] }
  if (operator === 'newer-than' || operator === 'older-than')
    return { anyOf: [literal({ type: 'duration' }), parameter] }
  const element = definition.type === 'set' ? { ...definition, type: 'text' as const } : definition
  const one = literal(element)
  const several = { type: 'array', items: one }
  if (operator === 'between') return { type: 'array', minItems: 2, maxItems: 2, items: { anyOf: [one, parameter] } }
  if (['one-of', 'none-of', 'subset-of', 'superset-of'].includes(operator)) return { anyOf: [several, parameter] }
  return { anyOf: definition.type === 'set' ? [one, several, parameter] : [one, parameter] }
}

function literal({ type, values, unlimited }: Definition): Schema {
  const limitless: readonly Schema[] = unlimited ? [{ enum: ['never', 'until-unlocked'] }] : []
  switch (type) {
    case 'boolean':
      return { type: 'boolean' }
    case 'number':
      return unlimited ? { anyOf: [{ type: 'number' }, ...limitless] } : { type: 'number' }
    case 'duration': {
      const written = { type: 'string', pattern: durationPattern }
      return unlimited ? { anyOf: [written, ...limitless] } : written
    }
    case 'instant':
      return { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}' }
    default:
      return values ? { enum: values } : { type: 'string', minLength: 1 }
  }
}
