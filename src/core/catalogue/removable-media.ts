import { family } from './define.ts'
import { everything } from './kinds.ts'

/** Media that can be plugged in. */
export const removableMedia = family('removable-media', {
  'autorun-enabled': {
    type: 'boolean',
    stricter: 'false',
    ja: '媒体の自動実行',
    en: 'Programs on media run by themselves',
    kinds: everything,
  },
  'automount-enabled': {
    type: 'boolean',
    stricter: 'false',
    ja: '媒体の自動接続',
    en: 'Media mount by themselves',
    kinds: everything,
  },
  'storage-access': {
    type: 'text',
    stricter: 'none',
    ja: 'USB記憶装置の扱い',
    en: 'USB storage',
    values: ['blocked', 'allow-list', 'allowed'],
    kinds: everything,
  },
  'permitted-users': {
    type: 'set',
    stricter: 'smaller-set',
    ja: '媒体を使える人',
    en: 'Who may use media',
    kinds: everything,
  },
})
