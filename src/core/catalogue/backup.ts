import { family } from './define.ts'
import { everything } from './kinds.ts'

/** Backups. */
export const backup = family('backup', {
  configured: {
    type: 'boolean',
    stricter: 'true',
    ja: '定期バックアップが設定されている',
    en: 'A scheduled backup exists',
    kinds: everything,
  },
  interval: {
    type: 'duration',
    stricter: 'lower',
    ja: 'バックアップの間隔',
    en: 'Interval of backups',
    unlimited: true,
    kinds: everything,
  },
  'last-success': {
    type: 'instant',
    stricter: 'higher',
    ja: '最後に成功したバックアップの日時',
    en: 'Last successful backup',
    volatile: true,
    kinds: everything,
  },
  generations: {
    type: 'number',
    stricter: 'higher',
    ja: '残しているバックアップの世代数',
    en: 'Backup generations kept',
    unit: 'generations',
    kinds: everything,
  },
  encrypted: {
    type: 'boolean',
    stricter: 'true',
    ja: 'バックアップの暗号化',
    en: 'Backups are encrypted',
    kinds: everything,
  },
})
