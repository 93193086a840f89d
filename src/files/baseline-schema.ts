import { severities } from '../core/baseline.ts'
import { componentKinds } from '../core/catalogue/kinds.ts'
import { dottedKebabCase, kebabCase, list, map, type Schema, says, sentence, text } from './schema-words.ts'

/** Address of the shipped schema; nothing is ever fetched from it. */
export const baselineSchemaId = 'https://seisa.example/schemas/seisa-baseline-1.schema.json'

/** Words that a component is chosen by. */
export const selectorSchema: Schema = map(
  {
    kind: list(
      { enum: componentKinds, ...says('対象の種類', 'a kind of component') },
      says('対象の種類', 'kinds of component'),
    ),
    label: {
      ...says('対象に付けた札（キー: 値）', 'labels of the target (key: value)'),
      type: 'object',
      additionalProperties: text('札の値', 'value of the label'),
    },
    component: list(
      text('対象の id または名前', 'id or name of a component'),
      says('対象の id または名前', 'ids or names of components'),
    ),
    platform: list(
      text('製品の系統（linux など）', 'platform family, such as linux'),
      says('製品の系統', 'platform families'),
    ),
  },
  [],
  says('どの対象に当てるか（全て満たすもの）', 'which components: every given part must hold'),
)

/** A value of a parameter; what it must be follows from where it is used. */
const parameterValue: Schema = {
  ...says(
    '値: 数、true か false、単位付きの期間（90d）、文字列、文字列の一覧',
    'value: a number, true or false, a duration (90d), a text, or a list of texts',
  ),
  type: ['number', 'boolean', 'string', 'array'],
  items: { ...says('文字列（数字は引用符で囲む）', 'a text; put numbers in quotes'), type: 'string' },
}

/** `name: 60d`, for a parameter that is declared by the baseline extended. */
export const parameterOverrides: Schema = {
  ...says('パラメーターの値', 'values of parameters'),
  type: 'object',
  additionalProperties: {
    if: { type: 'object' },
    // oxlint-disable-next-line unicorn/no-thenable -- a JSON Schema keyword
    then: map(
      { value: parameterValue, reason: sentence('そう決めた理由', 'why') },
      ['value'],
      says('値と理由', 'a value and its reason'),
    ),
    else: parameterValue,
  },
}

const parameters: Schema = {
  ...says('パラメーター（要件の中では $名前）', 'parameters, $name in requirements'),
  type: 'object',
  propertyNames: {
    pattern: dottedKebabCase,
    ...says('半角の英小文字・数字・ハイフン（例: max-age）', 'lower-case letters, digits and hyphens, such as max-age'),
  },
  additionalProperties: {
    if: { type: 'object' },
    // oxlint-disable-next-line unicorn/no-thenable -- a JSON Schema keyword
    then: map(
      {
        value: parameterValue,
        title: sentence('見出し', 'title'),
        source: {
          ...says('値の出所', 'where the value comes from'),
          enum: ['document', 'document-example', 'organisation-defined'],
        },
        default: { ...says('仮の値で、決めていない', 'suggested, not decided'), type: 'boolean' },
        reason: sentence('その値にした理由', 'why this value'),
      },
      ['value'],
      says('value と title', 'value and title'),
    ),
    else: parameterValue,
  },
}

export const disableSchema: Schema = list(
  map(
    { requirement: text('要件の id', 'id of a requirement'), reason: text('外す理由', 'why it is switched off') },
    ['requirement', 'reason'],
    says('{requirement: 要件の id, reason: 理由}', '{requirement: its id, reason: why}'),
  ),
  says('外す要件', 'requirements switched off'),
)

/** What stands under `where`, `expect` and `reject`: the frame leaves it to `readExpectation`, editors get all of it. */
export interface ExpectationSchemas {
  readonly expectation: Schema
  /** Conditions on top of a requirement's schema, by its row type. */
  readonly byRowType: readonly Schema[]
  readonly rowType: Schema
  readonly definitions: Readonly<Record<string, Schema>>
}

function requirement({ expectation, byRowType, rowType }: ExpectationSchemas): Schema {
  return {
    ...map(
      {
        id: {
          ...says('要件の id（半角の英小文字・数字・ハイフン）', 'id: lower-case letters, digits, hyphens'),
          type: 'string',
          pattern: kebabCase,
        },
        title: sentence('見出し', 'title'),
        severity: { ...says('重要度', 'severity'), enum: severities },
        controls: {
          ...list(text('条項の id', 'id of a clause'), says('根拠の条項', 'clauses that ask for it')),
          uniqueItems: true,
        },
        'applies-to': selectorSchema,
        scope: map(
          {
            accounts: { ...says('アカウントの種類', 'class of accounts'), enum: ['privileged', 'general', 'remote'] },
            kind: {
              ...says('適用範囲の種類', 'kind of scope'),
              enum: ['policy', 'ou', 'profile', 'zone', 'interface', 'line', 'category'],
            },
            key: text('適用範囲の名前', 'name of the scope'),
          },
          [],
          says('どの適用範囲の値を見るか', 'which scope is judged'),
        ),
        each: rowType,
        where: expectation,
        expect: expectation,
        reject: expectation,
        rationale: sentence('理由', 'why'),
        remedy: {
          ...says('直し方（製品の系統ごと、または default）', 'what to do, by platform family or default'),
          type: 'object',
          propertyNames: {
            pattern: kebabCase,
            ...says('製品の系統（linux など）または default', 'a platform family such as linux, or default'),
          },
          additionalProperties: sentence('直し方', 'what to do'),
        },
        partial: sentence('確かめていないこと', 'what of the clauses is not checked'),
        deep: { ...says('--deep のときだけ調べる', 'only read with --deep'), type: 'boolean' },
      },
      ['id', 'title', 'severity'],
      says('要件', 'a requirement'),
    ),
    ...(byRowType.length > 0 && { allOf: byRowType }),
  }
}

/** The schema of a baseline file, around what it says of expectations. */
export function baselineSchema(expectations: ExpectationSchemas): Schema {
  return {
    ...map(
      {
        $schema: { ...says('エディター用のスキーマ', 'schema for editors'), type: 'string' },
        baseline: {
          ...says(
            'ベースラインの id（半角の英小文字・数字・ハイフン）',
            'id of the baseline: lower-case letters, digits, hyphens',
          ),
          type: 'string',
          pattern: kebabCase,
        },
        version: { ...says('版（1 からの整数）', 'version, a whole number from 1'), type: 'integer', minimum: 1 },
        title: sentence('見出し', 'title'),
        extends: text('元にするベースラインの名前、またはファイルの場所', 'name or file of the baseline to build on'),
        'applies-to': selectorSchema,
        parameters,
        requirements: list(requirement(expectations), says('要件', 'requirements')),
        disable: disableSchema,
        'not-decided': list(
          map(
            {
              control: text('条項の id', 'id of a clause'),
              by: { ...says('何で決まるか', 'what decides it'), enum: ['run', 'ledger', 'person', 'platform', 'list'] },
              reason: sentence('理由', 'why'),
            },
            ['control', 'by', 'reason'],
            says('設定だけでは決まらない条項', 'a clause that settings can not decide'),
          ),
          says('設定だけでは決まらない条項', 'clauses that settings can not decide'),
        ),
      },
      ['baseline'],
      says('ベースライン構成設定', 'a baseline'),
    ),
    ...(Object.keys(expectations.definitions).length > 0 && { $defs: expectations.definitions }),
  }
}

const anyExpectation: Schema = {
  ...says('{設定項目: 条件} の並び', '{setting: condition}'),
  type: 'object',
  minProperties: 1,
}

/** What the reader checks by schema; conditions are checked against the catalogue afterwards. */
export const baselineFrame: Schema = baselineSchema({
  expectation: anyExpectation,
  byRowType: [],
  rowType: text('行の種類（account など）', 'a row type, such as account'),
  definitions: {},
})
