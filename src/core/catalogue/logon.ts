import { family } from './define.ts'
import { everything } from './kinds.ts'

/** What the logon screen shows. */
export const logon = family('logon', {
  'user-list-shown': {
    type: 'boolean',
    stricter: 'false',
    ja: 'ログオン画面に利用者の一覧を出す',
    en: 'The logon screen lists the users',
    kinds: everything,
  },
  'banner-reveals-system': {
    type: 'boolean',
    stricter: 'false',
    ja: 'ログオン前の表示が機種や版を明かす',
    en: 'Texts before logon reveal the system or its version',
    scopes: ['line'],
    kinds: everything,
  },
  'banner-present': {
    type: 'boolean',
    stricter: 'true',
    ja: 'ログオン前に警告文を出す',
    en: 'A notice is shown before logon',
    scopes: ['line'],
    kinds: everything,
  },
})
