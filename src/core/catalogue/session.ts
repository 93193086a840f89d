import { family } from './define.ts'
import { endpoints, everything } from './kinds.ts'

/** Idle locks and ends of sessions. */
export const session = family('session', {
  'idle-lock': {
    type: 'duration',
    stricter: 'lower',
    ja: '無操作で画面をロックするまでの時間',
    en: 'Idle time before the screen locks',
    unlimited: true,
    scopes: ['policy', 'category', 'line'],
    kinds: everything,
  },
  'idle-lock-enforced': {
    type: 'boolean',
    stricter: 'true',
    ja: '利用者が画面ロックの設定を変えられない',
    en: 'Users can not change the screen lock',
    kinds: everything,
  },
  'lock-covers-screen': {
    type: 'boolean',
    stricter: 'true',
    ja: 'ロック中は画面全体を覆う',
    en: 'The lock covers the whole screen',
    kinds: everything,
  },
  'lock-screen-notifications': {
    type: 'boolean',
    stricter: 'false',
    ja: 'ロック中に通知の内容を表示する',
    en: 'Notifications are shown while locked',
    kinds: everything,
  },
  'idle-disconnect': {
    type: 'duration',
    stricter: 'lower',
    ja: '無操作の端末セッションを切るまでの時間',
    en: 'Idle time before a terminal session ends',
    unlimited: true,
    scopes: ['line', 'policy', 'category'],
    descriptionJa: 'console は手元の端末、ssh は遠隔のシェル。利用者が自分で解除できる設定は数えない。',
    descriptionEn:
      'Scope line: console for local terminals, ssh for remote shells. A setting that the user can lift does not count.',
    kinds: everything,
  },
  'peer-loss-disconnect': {
    type: 'duration',
    stricter: 'lower',
    ja: '応答しない相手との接続を切るまでの時間',
    en: 'Time before a connection to a dead peer ends',
    unlimited: true,
    scopes: ['line'],
    kinds: everything,
  },
  'maximum-lifetime': {
    type: 'duration',
    stricter: 'lower',
    ja: 'セッションの最長時間',
    en: 'Maximum session lifetime',
    unlimited: true,
    scopes: ['line', 'policy', 'category'],
    kinds: everything,
  },
  'processes-end-at-logout': {
    type: 'boolean',
    stricter: 'true',
    ja: 'ログオフで利用者の全プロセスを終える',
    en: 'All processes of a user end at log-off',
    kinds: endpoints,
  },
  'lingering-accounts': {
    type: 'set',
    stricter: 'smaller-set',
    ja: 'ログオフ後も処理を残せるアカウント',
    en: 'Accounts whose processes may outlive the session',
    kinds: endpoints,
  },
})
