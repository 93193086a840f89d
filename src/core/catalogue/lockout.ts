import { family } from './define.ts'
import { everything } from './kinds.ts'

/** Locking after failed attempts. */
export const lockout = family('lockout', {
  threshold: {
    type: 'number',
    stricter: 'lower',
    ja: 'アカウントを止めるまでの連続失敗回数',
    en: 'Failed attempts before lockout',
    unit: 'attempts',
    unlimited: true,
    scopes: ['policy', 'category', 'line'],
    kinds: everything,
  },
  duration: {
    type: 'duration',
    stricter: 'higher',
    ja: 'アカウントを止めておく時間',
    en: 'Lockout duration',
    unlimited: true,
    scopes: ['policy', 'category', 'line'],
    descriptionJa: '管理者が解除するまで止める設定は until-unlocked。',
    descriptionEn: 'until-unlocked: stays locked until an administrator unlocks it.',
    kinds: everything,
  },
  'observation-window': {
    type: 'duration',
    stricter: 'higher',
    ja: '失敗を数える時間の幅',
    en: 'Window in which failures are counted',
    unlimited: true,
    scopes: ['policy', 'category', 'line'],
    kinds: everything,
  },
})
