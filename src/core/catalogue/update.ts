import { family } from './define.ts'
import { endpoints, everything } from './kinds.ts'

/** Updates. */
export const update = family('update', {
  automatic: {
    type: 'boolean',
    stricter: 'true',
    ja: 'セキュリティ更新の自動適用',
    en: 'Security updates install automatically',
    kinds: everything,
  },
  'last-automatic': {
    type: 'instant',
    stricter: 'higher',
    ja: '自動更新が最後に成功した日時',
    en: 'Last success of automatic updates',
    descriptionJa: '更新する物がなかった回も成功に数える。',
    descriptionEn: 'A run that found nothing to install is a success too.',
    volatile: true,
    kinds: everything,
  },
  'pending-security': {
    type: 'number',
    stricter: 'lower',
    ja: '未適用のセキュリティ更新の数',
    en: 'Pending security updates',
    unit: 'packages',
    volatile: true,
    kinds: everything,
  },
  'lists-updated': {
    type: 'instant',
    stricter: 'higher',
    ja: '更新情報を最後に取得した日時',
    en: 'Instant of the package lists',
    volatile: true,
    kinds: endpoints,
  },
  'last-installed': {
    type: 'instant',
    stricter: 'higher',
    ja: '最後に更新を適用した日時',
    en: 'Last installation of updates',
    volatile: true,
    kinds: everything,
  },
  'restart-required': {
    type: 'boolean',
    stricter: 'false',
    ja: '更新の反映に再起動が要る',
    en: 'A restart is needed for updates to take effect',
    volatile: true,
    kinds: everything,
  },
  'signature-verification': {
    type: 'boolean',
    stricter: 'true',
    ja: '配布元の署名を確かめる',
    en: 'Signatures of package sources are verified',
    kinds: everything,
  },
})
