import { family } from './define.ts'
import { endpoints, everything } from './kinds.ts'

/** Logs and audit. */
export const logging = family('logging', {
  enabled: {
    type: 'boolean',
    stricter: 'true',
    ja: 'ログの記録が動いている',
    en: 'Logging is running',
    kinds: everything,
  },
  'audit-enabled': {
    type: 'boolean',
    stricter: 'true',
    ja: '利用者の操作を監査記録に残す',
    en: 'User actions are audited',
    kinds: everything,
  },
  'audit-policy': {
    type: 'text',
    stricter: 'none',
    ja: '監査する事象',
    en: 'Audited events',
    values: ['none', 'success', 'failure', 'success-and-failure'],
    scopes: ['category'],
    descriptionJa:
      '範囲: identity（アカウント情報の変更）、privilege（権限の使用）、logon、time-change、module-load、file-access、file-deletion、audit-configuration。',
    descriptionEn:
      'Scope category: identity, privilege, logon, time-change, module-load, file-access, file-deletion, audit-configuration.',
    kinds: everything,
  },
  'audit-immutable': {
    type: 'boolean',
    stricter: 'true',
    ja: '監査規則を再起動まで変えられない',
    en: 'Audit rules can not change until restart',
    kinds: endpoints,
  },
  'authentication-recorded': {
    type: 'boolean',
    stricter: 'true',
    ja: '認証の成否を記録する',
    en: 'Authentication results are recorded',
    kinds: everything,
  },
  persistent: {
    type: 'boolean',
    stricter: 'true',
    ja: 'ログが再起動後も残る',
    en: 'Logs survive a restart',
    kinds: everything,
  },
  'remote-hosts': {
    type: 'set',
    stricter: 'larger-set',
    ja: 'ログの転送先',
    en: 'Where logs are forwarded',
    kinds: everything,
  },
  forwarded: {
    type: 'boolean',
    stricter: 'true',
    ja: '他の機器へ転送する',
    en: 'Forwarded to another host',
    scopes: ['category'],
    descriptionJa: '範囲は system / authentication / audit。その種類の記録を送る規則だけを数える。',
    descriptionEn:
      'Scope category: system / authentication / audit. Only what sends records of that category counts, not any destination.',
    kinds: everything,
  },
  retention: {
    type: 'duration',
    stricter: 'higher',
    ja: 'ログを消すまでの期間',
    en: 'Time before logs are deleted',
    unlimited: true,
    scopes: ['category'],
    descriptionJa:
      '手元の設定で定まる期間。範囲は system / authentication / audit / proxy。自動で消さない設定は never。',
    descriptionEn:
      'As set on the component. Scope category: system / authentication / audit / proxy. never: nothing is deleted by itself.',
    kinds: everything,
  },
  'administrators-only': {
    type: 'boolean',
    stricter: 'true',
    ja: 'ログを管理者だけが読み書きできる',
    en: 'Only administrators can reach the logs',
    kinds: everything,
  },
  'configuration-administrators-only': {
    type: 'boolean',
    stricter: 'true',
    ja: 'ログの設定を管理者だけが変えられる',
    en: 'Only administrators can change logging',
    kinds: everything,
  },
  'failure-alert': {
    type: 'boolean',
    stricter: 'true',
    ja: '記録できないときに警告する',
    en: 'A logging failure raises an alert',
    kinds: everything,
  },
  'failure-actions': {
    type: 'set',
    stricter: 'none',
    ja: '記録できないときの動作',
    en: 'Actions on logging failure',
    kinds: everything,
  },
  'manual-stop-refused': {
    type: 'boolean',
    stricter: 'true',
    ja: '監査の停止操作を拒む',
    en: 'Stopping the audit service by hand is refused',
    kinds: endpoints,
  },
  'timestamps-with-offset': {
    type: 'boolean',
    stricter: 'true',
    ja: 'ログの時刻に時差を付ける',
    en: 'Log timestamps carry their UTC offset',
    kinds: everything,
  },
})
