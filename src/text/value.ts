import type { FieldDefinition, Setting } from '../core/catalogue/define.ts'
import type { Field, Value } from '../core/fact.ts'
import type { Language, LocalText } from '../core/text.ts'
import { visible } from './safe.ts'
import { durationText, japan, shownInstant } from './time.ts'

/** What of a setting or a field is needed to put its value in words. */
export type ValueDefinition = Pick<Setting | FieldDefinition, 'type' | 'unit'>

/** Units of the catalogue. In Japanese they follow the number without a space; English has one and many. */
export const unitWords: Readonly<Record<string, { readonly ja: string; readonly en: string; readonly one: string }>> = {
  attempts: { ja: '回', en: 'attempts', one: 'attempt' },
  bits: { ja: 'ビット', en: 'bits', one: 'bit' },
  bytes: { ja: 'バイト', en: 'bytes', one: 'byte' },
  characters: { ja: '文字', en: 'characters', one: 'character' },
  classes: { ja: '種類', en: 'classes', one: 'class' },
  files: { ja: '個', en: 'files', one: 'file' },
  generations: { ja: '世代', en: 'generations', one: 'generation' },
  keys: { ja: '個', en: 'keys', one: 'key' },
  machines: { ja: '台', en: 'machines', one: 'machine' },
  packages: { ja: '個', en: 'packages', one: 'package' },
  passwords: { ja: '世代', en: 'passwords', one: 'password' },
}

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

/** Words for what is no ordinary value. */
export const valueWords = {
  never: { ja: 'なし', en: 'never' },
  untilUnlocked: { ja: '管理者が解除するまで', en: 'until an administrator unlocks it' },
  yes: { ja: 'はい', en: 'yes' },
  no: { ja: 'いいえ', en: 'no' },
  empty: { ja: '（空）', en: '(empty)' },
  absent: { ja: '未設定', en: 'not set' },
} as const satisfies Readonly<Record<string, LocalText>>

/** Shows a value of a setting or a field in words: `15分`, `until an administrator unlocks it`, `いいえ`, `5 attempts`. */
export function valueText(
  value: Value,
  definition: ValueDefinition | undefined,
  lang: Language,
  timeZone: string = japan,
): string {
  if (typeof value === 'boolean') return valueWords[value ? 'yes' : 'no'][lang]
  if (typeof value === 'number') return numberText(value, definition, lang)
  if (typeof value === 'string') return wordText(value, definition, lang, timeZone)
  if (value.length === 0) return valueWords.empty[lang]
  return value.map((word) => wordText(word, definition, lang, timeZone)).join(lang === 'ja' ? '、' : ', ')
}

function numberText(value: number, definition: ValueDefinition | undefined, lang: Language): string {
  if (definition?.type === 'duration') return durationText(value, lang)
  const unit = definition?.unit
  if (!unit) return String(value)
  const words = unitWords[unit]
  if (!words) return `${value} ${unit}`
  return lang === 'ja' ? `${value}${words.ja}` : `${value} ${value === 1 ? words.one : words.en}`
}

function wordText(value: string, definition: ValueDefinition | undefined, lang: Language, timeZone: string): string {
  const type = definition?.type
  if (type === 'number' || type === 'duration') {
    if (value === 'never') return valueWords.never[lang]
    if (value === 'until-unlocked') return valueWords.untilUnlocked[lang]
  }
  if (type === 'instant') return shownInstant(value, timeZone)
  if (value === '') return valueWords.empty[lang]
  if (definition && 'values' in definition && Object.hasOwn(vocabulary, value)) {
    return vocabulary[value]?.[lang] ?? visible(value)
  }
  return visible(value)
}

/** Shows a field of a row: its value in words, or why there is none. */
export function fieldText(
  field: Field,
  definition: ValueDefinition | undefined,
  lang: Language,
  timeZone: string = japan,
): string {
  if (field === null) return valueWords.absent[lang]
  if (typeof field !== 'object' || Array.isArray(field)) return valueText(field as Value, definition, lang, timeZone)
  const why = Object.values(field)[0] as LocalText
  return visible(why[lang])
}
