import { family } from './define.ts'
import { endpoints } from './kinds.ts'

/** Managed policies of web browsers. */
export const browser = family('browser', {
  'password-saving-enabled': {
    type: 'boolean',
    stricter: 'false',
    ja: 'ブラウザがパスワードを保存する',
    en: 'Browsers may save passwords',
    kinds: endpoints,
  },
  'harmful-sites-blocked': {
    type: 'boolean',
    stricter: 'true',
    ja: '有害サイトの警告・遮断',
    en: 'Harmful sites are blocked',
    kinds: endpoints,
  },
  'extensions-restricted': {
    type: 'boolean',
    stricter: 'true',
    ja: '拡張機能を許可した物に限る',
    en: 'Only approved extensions can be installed',
    kinds: endpoints,
  },
})
