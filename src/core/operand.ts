import { RE2JS } from 're2js'
import type { Literal, Operator } from './baseline.ts'
import type { FieldDefinition, ValueType } from './catalogue/define.ts'
import { parseDuration } from './duration.ts'
import { type Unlimited, unlimited } from './fact.ts'
import { didYouMean } from './did-you-mean.ts'
import type { LocalText } from './text.ts'

/** What a value must fit: a setting or a field of a row. */
export type Definition = Pick<FieldDefinition, 'type' | 'values' | 'unlimited' | 'unit'>

/** Something wrong in what a user wrote, without its place. */
export interface Mistake {
  readonly what: LocalText
  readonly expected: LocalText
  readonly didYouMean?: string
}

/** What was written, understood or not. */
export type Understood<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly mistake: Mistake }

const anything: readonly Operator[] = ['present', 'absent']
const exact: readonly Operator[] = ['equals', 'not', 'one-of', 'none-of']
const ordered: readonly Operator[] = ['at-least', 'at-most', 'between']

const byType: Readonly<Record<ValueType, readonly Operator[]>> = {
  boolean: ['equals', 'not', ...anything],
  number: [...exact, ...ordered, ...anything],
  duration: [...exact, ...ordered, ...anything],
  instant: ['newer-than', 'older-than', ...ordered, ...anything],
  text: [...exact, 'contains', 'matches', ...anything],
  version: [...exact, 'version-at-least', 'at-most', 'matches', ...anything],
  set: ['equals', 'not', 'none-of', 'contains', 'subset-of', 'superset-of', 'matches', ...anything],
}

/** Operators that make sense for a type of value (docs/requirements.md). */
export const operatorsFor = (type: ValueType): readonly Operator[] => byType[type]

const listOperators: ReadonlySet<Operator> = new Set(['one-of', 'none-of', 'subset-of', 'superset-of'])
/** The longest regular expression; matching stays linear, but compiling one costs memory. */
const longestPattern = 500

/**
 * The operand of an operator as a literal: durations in seconds, dates as instants. `raw` is a plain value as
 * YAML gives it; of `between`, one of the two. `written` is how it stands in the file, for the message.
 */
export function readOperand(
  operator: Operator,
  raw: unknown,
  definition: Definition,
  written?: string,
): Understood<Literal> {
  if (raw === null || raw === undefined) {
    return wrong(
      { ja: '値がない', en: 'the value is missing' },
      { ja: `${operator} の値`, en: `a value for ${operator}` },
    )
  }
  if (operator === 'present' || operator === 'absent') return readBoolean(raw)
  if (operator === 'matches') return readPattern(raw, written)
  if (operator === 'newer-than' || operator === 'older-than') return readDuration(raw, {}, written)
  const element: Definition = definition.type === 'set' ? { ...definition, type: 'text' } : definition
  if (listOperators.has(operator)) return readList(raw, element, operator)
  if (operator === 'contains') {
    if (definition.type === 'text') return readText(raw, { type: 'text' }, written)
    return Array.isArray(raw) ? readList(raw, element, operator) : readText(raw, element, written)
  }
  if (definition.type === 'set') {
    if (Array.isArray(raw)) return readList(raw, element, operator)
    const one = readText(raw, element, written)
    return one.ok ? { ok: true, value: [one.value] } : one
  }
  if (definition.type === 'instant') return readInstant(raw, operator === 'at-most')
  return readScalar(raw, definition, written)
}

function readScalar(raw: unknown, definition: Definition, written?: string): Understood<Literal> {
  switch (definition.type) {
    case 'boolean':
      return readBoolean(raw)
    case 'number':
      return readNumber(raw, definition)
    case 'duration':
      return readDuration(raw, definition, written)
    default:
      return readText(raw, definition, written)
  }
}

const understood = <T extends Literal>(value: T): Understood<T> => ({ ok: true, value })
const wrong = (what: LocalText, expected: LocalText, meant?: string): Understood<never> => ({
  ok: false,
  mistake: { what, expected, ...(meant !== undefined && { didYouMean: meant }) },
})

const isUnlimited = (raw: unknown): raw is Unlimited => raw === 'never' || raw === 'until-unlocked'

function readBoolean(raw: unknown): Understood<boolean> {
  if (typeof raw === 'boolean') return understood(raw)
  const meant = typeof raw === 'string' ? spokenBooleans.get(raw.toLowerCase()) : undefined
  return wrong(
    { ja: '真偽値でない', en: 'not true or false' },
    { ja: 'true（はい）または false（いいえ）', en: 'true or false' },
    meant,
  )
}

const spokenBooleans: ReadonlyMap<string, string> = new Map([
  ...['yes', 'on', 'y', 'はい', '有効', 'enabled'].map((word) => [word, 'true'] as const),
  ...['no', 'off', 'n', 'いいえ', '無効', 'disabled'].map((word) => [word, 'false'] as const),
])

function readNumber(raw: unknown, definition: Definition): Understood<Literal> {
  if (typeof raw === 'number' && Number.isFinite(raw)) return understood(raw)
  if (isUnlimited(raw)) return definition.unlimited ? understood(raw) : hasLimit(raw)
  const unit = definition.unit ? `（単位は ${definition.unit}）` : ''
  const plain = typeof raw === 'string' ? raw.normalize('NFKC').trim() : ''
  return wrong(
    { ja: '数でない', en: 'not a number' },
    {
      ja: `引用符なしの半角の数${unit}${definition.unlimited ? '、または never' : ''}`,
      en: `a number without quotes${definition.unit ? ` (${definition.unit})` : ''}${definition.unlimited ? ', or never' : ''}`,
    },
    /^\d{1,15}$/.test(plain) ? plain : undefined,
  )
}

const hasLimit = (word: Unlimited): Understood<never> =>
  wrong(
    { ja: `この設定に ${word} はない`, en: `this setting can not be ${word}` },
    { ja: '具体的な値', en: 'a definite value' },
  )

function readDuration(raw: unknown, definition: Pick<Definition, 'unlimited'>, written?: string): Understood<Literal> {
  if (isUnlimited(raw)) return definition.unlimited ? understood(raw) : hasLimit(raw)
  const seconds = typeof raw === 'string' ? parseDuration(raw) : undefined
  if (seconds !== undefined) return understood(seconds)
  const expected: LocalText = {
    ja: `単位を付けた期間: 30s（秒）、15m（分）、6h（時間）、90d（日）、2w（週）${definition.unlimited ? '、または never' : ''}`,
    en: `a duration with its unit: 30s, 15m, 6h, 90d or 2w${definition.unlimited ? ', or never' : ''}`,
  }
  if (typeof raw === 'number') {
    return wrong(
      { ja: `期間に単位がない（${written ?? raw}）`, en: `a duration without a unit (${written ?? raw})` },
      expected,
    )
  }
  return wrong({ ja: '期間として読めない', en: 'not a duration' }, expected)
}

const japaneseDay = /^(\d{4})-(\d{2})-(\d{2})$/
const exactInstant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/

/** A day is a Japanese one: it starts at 15:00 UTC of the day before, and `at-most` reaches to its end. */
function readInstant(raw: unknown, endOfDay: boolean): Understood<Literal> {
  const text = typeof raw === 'string' ? raw.normalize('NFKC').trim() : ''
  const day = japaneseDay.exec(text)
  const time = day ? Date.parse(`${text}T00:00:00+09:00`) : exactInstant.test(text) ? Date.parse(text) : Number.NaN
  const rolled = day && new Date(`${text}T00:00:00Z`).getUTCDate() !== Number(day[3])
  if (Number.isNaN(time) || rolled) {
    return wrong(
      { ja: '日付でない', en: 'not a date' },
      {
        ja: '2026-12-31（日本の日付）または 2026-12-31T18:00:00+09:00',
        en: '2026-12-31 (a day in Japan) or 2026-12-31T18:00:00+09:00',
      },
    )
  }
  return understood(new Date(day && endOfDay ? time + 86_399_999 : time).toISOString())
}

function readText(raw: unknown, definition: Definition, written?: string): Understood<string> {
  if (typeof raw !== 'string') {
    const shown = written ?? (raw === null || raw === undefined ? '' : String(raw))
    const isVersion = definition.type === 'version'
    const quoted = typeof raw === 'number' || typeof raw === 'boolean' ? `'${shown}'` : undefined
    return wrong(
      isVersion
        ? {
            ja: '版が文字列でない（1.10 は数としては 1.1 になる）',
            en: 'a version that is not a text (as a number, 1.10 is 1.1)',
          }
        : { ja: '文字列でない', en: 'not a text' },
      quoted
        ? { ja: `引用符で囲む: ${quoted}`, en: `put it in quotes: ${quoted}` }
        : { ja: '文字列1つ', en: 'one text' },
    )
  }
  if (raw === '') return wrong({ ja: '空の文字列', en: 'an empty text' }, { ja: '値', en: 'a value' })
  if (definition.values && !definition.values.includes(raw)) {
    return wrong(
      { ja: `この設定に「${raw}」という値はない`, en: `“${raw}” is not a value of this setting` },
      { ja: `次のいずれか: ${definition.values.join('、')}`, en: `one of ${definition.values.join(', ')}` },
      didYouMean(raw, definition.values),
    )
  }
  return understood(raw)
}

function readList(raw: unknown, element: Definition, operator: Operator): Understood<readonly string[]> {
  if (!Array.isArray(raw)) {
    return wrong(
      { ja: `${operator} の値が一覧でない`, en: `${operator} needs a list` },
      { ja: '[値1, 値2] の形の一覧', en: 'a list like [one, two]' },
    )
  }
  const items: string[] = []
  for (const item of raw as readonly unknown[]) {
    const one = readText(item, element)
    if (!one.ok) return one
    items.push(one.value)
  }
  return understood(items)
}

function readPattern(raw: unknown, written?: string): Understood<string> {
  const text = readText(raw, { type: 'text' }, written)
  if (!text.ok) return text
  const expected: LocalText = {
    ja: `${longestPattern} 文字以下の RE2 の正規表現（先読み・後読み・後方参照は使えない）`,
    en: `an RE2 regular expression of at most ${longestPattern} characters (no lookaround, no back-references)`,
  }
  if (text.value.length > longestPattern) {
    return wrong({ ja: '正規表現が長すぎる', en: 'the regular expression is too long' }, expected)
  }
  try {
    RE2JS.compile(text.value)
    return text
  } catch (error) {
    const detail = error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : ''
    return wrong(
      { ja: `正規表現として正しくない（${detail}）`, en: `not a valid regular expression (${detail})` },
      expected,
    )
  }
}

/** Whether a literal that is already in its final form fits an operator: no second reading, only the type. */
export function literalFits(operator: Operator, value: Literal, definition: Definition): boolean {
  if (operator === 'present' || operator === 'absent') return typeof value === 'boolean'
  if (operator === 'newer-than' || operator === 'older-than') return typeof value === 'number'
  if (listOperators.has(operator)) return Array.isArray(value)
  const isNumeric = definition.type === 'number' || definition.type === 'duration'
  if (isNumeric) return typeof value === 'number' || (unlimited as readonly unknown[]).includes(value)
  if (definition.type === 'boolean') return typeof value === 'boolean'
  return typeof value === 'string' || Array.isArray(value)
}
