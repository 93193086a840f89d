import type { FieldDefinition, Setting } from '../core/catalogue/define.ts'
import { valueText as described } from '../core/describe.ts'
import type { Field, Value } from '../core/fact.ts'
import type { Language, LocalText } from '../core/text.ts'
import { visible } from './safe.ts'
import { japan, shownInstant } from './time.ts'

/** What of a setting or a field is needed to put its value in words. */
export type ValueDefinition = Pick<Setting | FieldDefinition, 'type' | 'unit' | 'values'>

/** Words of closed vocabularies that mean the same wherever they occur. Names of algorithms and formats stay as they are. */
export const vocabulary: Readonly<Record<string, LocalText>> = {
  always: { ja: '常に', en: 'always' },
  conditional: { ja: '条件付き', en: 'conditional' },
  off: { ja: '無効', en: 'off' },
  audit: { ja: '監査のみ', en: 'audit only' },
  enforced: { ja: '強制', en: 'enforced' },
  allow: { ja: '許可', en: 'allow' },
  deny: { ja: '拒否', en: 'deny' },
  permit: { ja: '許可', en: 'permit' },
  none: { ja: 'なし', en: 'none' },
  success: { ja: '成功', en: 'success' },
  failure: { ja: '失敗', en: 'failure' },
  'success-and-failure': { ja: '成功と失敗', en: 'success and failure' },
  unknown: { ja: '不明', en: 'unknown' },
  other: { ja: 'その他', en: 'other' },
  upper: { ja: '英大文字', en: 'upper case' },
  lower: { ja: '英小文字', en: 'lower case' },
  digit: { ja: '数字', en: 'digit' },
  special: { ja: '記号', en: 'symbol' },
  no: { ja: '不可', en: 'no' },
  yes: { ja: '可', en: 'yes' },
  'key-only': { ja: '公開鍵のみ', en: 'keys only' },
  'forced-commands-only': { ja: '指定した命令のみ', en: 'forced commands only' },
  blocked: { ja: '遮断', en: 'blocked' },
  allowed: { ja: '許可', en: 'allowed' },
  'allow-list': { ja: '許可一覧のみ', en: 'allow list only' },
}

/** A field that was read and is not set. */
export const notSet: LocalText = { ja: '未設定', en: 'not set' }

/**
 * Shows a value of a setting or a field in words: `15分`, `until unlocked by an administrator`, `いいえ`, `5 attempts`.
 * What findings say is made by `core/describe.ts`; this adds what only a shown value needs: the words of closed
 * vocabularies, instants in the reader's time zone, and visible characters.
 */
export function valueText(
  value: Value,
  definition: ValueDefinition | undefined,
  lang: Language,
  timeZone: string = japan,
): string {
  const type = definition?.type ?? 'text'
  if (typeof value === 'string') {
    if (type === 'instant') return shownInstant(value, timeZone)
    if (definition?.values && Object.hasOwn(vocabulary, value)) return vocabulary[value]?.[lang] ?? visible(value)
    if (type !== 'number' && type !== 'duration') return visible(value)
  }
  if (Array.isArray(value) && value.length > 0) {
    const words = value.map((word) => valueText(word, definition && { ...definition, type: 'text' }, lang, timeZone))
    return words.join(lang === 'ja' ? '、' : ', ')
  }
  return visible(described(value, { type, ...(definition?.unit && { unit: definition.unit }) })[lang])
}

/** Shows a field of a row: its value in words, or why there is none. */
export function fieldText(
  field: Field,
  definition: ValueDefinition | undefined,
  lang: Language,
  timeZone: string = japan,
): string {
  if (field === null) return notSet[lang]
  if (typeof field !== 'object' || Array.isArray(field)) return valueText(field as Value, definition, lang, timeZone)
  const why = Object.values(field)[0] as LocalText
  return visible(why[lang])
}
