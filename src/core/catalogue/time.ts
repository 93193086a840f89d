import { family } from './define.ts'
import { everything } from './kinds.ts'

/** Clock. */
export const time = family('time', {
  synchronised: {
    type: 'boolean',
    stricter: 'true',
    ja: '時刻が同期している',
    en: 'The clock is synchronised',
    kinds: everything,
  },
  sources: {
    type: 'set',
    stricter: 'none',
    ja: '時刻の同期元',
    en: 'Time sources',
    kinds: everything,
  },
  offset: {
    type: 'duration',
    stricter: 'lower',
    ja: '同期元との時刻の差',
    en: 'Offset from the time source',
    volatile: true,
    descriptionJa: '秒に切り上げた絶対値。',
    descriptionEn: 'Absolute value, rounded up to whole seconds.',
    kinds: everything,
  },
  timezone: {
    type: 'text',
    stricter: 'none',
    ja: '時間帯',
    en: 'Time zone',
    kinds: everything,
  },
})
