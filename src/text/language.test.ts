import { expect, test } from 'vitest'
import { chooseLanguage, localeIsUtf8 } from './language.ts'

test.each([
  ['en', { LANG: 'ja_JP.UTF-8' }, 'en'],
  [undefined, { SEISA_LANG: 'ja', LANG: 'en_US.UTF-8' }, 'ja'],
  [undefined, { LC_ALL: 'C', LANG: 'ja_JP.UTF-8' }, 'en'],
  [undefined, { LC_ALL: '', LC_MESSAGES: 'ja_JP.UTF-8', LANG: 'C' }, 'ja'],
  [undefined, { LANG: 'ja_JP.eucJP' }, 'ja'],
  [undefined, { LANG: 'jam_JM' }, 'en'],
  [undefined, {}, 'en'],
] as const)('asked %s, environment %o: %s', (asked, env, language) => {
  expect(chooseLanguage(asked, env)).toBe(language)
})

test('a locale that states another encoding gets ASCII marks', () => {
  expect(localeIsUtf8({ LANG: 'ja_JP.eucJP' })).toBe(false)
  expect(localeIsUtf8({ LANG: 'C', LC_ALL: 'en_US.UTF-8' })).toBe(true)
  expect(localeIsUtf8({ LANG: 'C' })).toBe(false)
  expect(localeIsUtf8({})).toBe(true)
})
