import { describe, expect, it, test } from 'vitest'
import { rowTypes } from '../core/catalogue/rows.ts'
import { settings } from '../core/catalogue/index.ts'
import type { Value } from '../core/fact.ts'
import { fieldText, valueText } from './value.ts'

describe('values in words', () => {
  test.each<[string, Value, string, string]>([
    ['lockout.threshold', 5, '5回', '5 attempts'],
    ['lockout.threshold', 1, '1回', '1 attempt'],
    ['lockout.threshold', 'never', 'なし（無期限・無制限）', 'never'],
    ['lockout.duration', 'until-unlocked', '管理者が解除するまで', 'until unlocked by an administrator'],
    ['session.idle-lock', 900, '15分', '15 minutes'],
    ['password.dictionary-check', true, 'はい', 'yes'],
    ['password.dictionary-check', false, 'いいえ', 'no'],
    ['password.required-classes', ['upper', 'digit'], '英大文字、数字', 'upper case, digit'],
    ['password.required-classes', [], '（空）', '(empty)'],
    ['password.hash-algorithm', 'yescrypt', 'yescrypt', 'yescrypt'],
  ])('%s %s', (id, value, ja, en) => {
    const setting = settings.get(id)
    expect(setting).toBeDefined()
    expect(valueText(value, setting, 'ja')).toBe(ja)
    expect(valueText(value, setting, 'en')).toBe(en)
  })

  it('make what a target wrote visible', () => {
    expect(valueText('a\u001b[0m', undefined, 'ja')).toBe('a\\u{1b}[0m')
  })

  it('say why a field has none', () => {
    expect(fieldText(null, undefined, 'ja')).toBe('未設定')
    expect(fieldText({ unreadable: { ja: '記録がない', en: 'no record' } }, undefined, 'en')).toBe('no record')
  })

  it('speak Japanese for the unit of every number in the catalogue', () => {
    const numbers = [...settings.values(), ...rowTypes.flatMap((type) => Object.values(type.fields))].filter(
      (definition) => definition.unit !== undefined,
    )
    const silent = numbers.filter((definition) => /[a-z]/.test(valueText(5, definition, 'ja')))
    expect(numbers.length).toBeGreaterThan(5)
    expect(silent.map((definition) => definition.unit)).toEqual([])
  })
})
