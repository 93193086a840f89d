import { family } from './define.ts'
import { endpoints, everything } from './kinds.ts'

/** Rules for accounts as a whole. */
export const accountPolicy = family('account-policy', {
  'guest-enabled': {
    type: 'boolean',
    stricter: 'false',
    ja: 'ゲストで使える',
    en: 'Guest use is enabled',
    kinds: everything,
  },
  'built-in-administrator-enabled': {
    type: 'boolean',
    stricter: 'false',
    ja: '既定の管理者アカウントにパスワードでログオンできる',
    en: 'The built-in administrator can log on with a password',
    kinds: everything,
  },
  'automatic-logon-enabled': {
    type: 'boolean',
    stricter: 'false',
    ja: '認証なしの自動ログオン',
    en: 'Automatic logon without authentication',
    kinds: everything,
  },
  'inactivity-limit': {
    type: 'duration',
    stricter: 'lower',
    ja: '未使用のアカウントを止めるまでの期間',
    en: 'Inactivity before an account is disabled',
    unlimited: true,
    kinds: everything,
  },
  'identifiers-unique': {
    type: 'boolean',
    stricter: 'true',
    ja: '利用者名と識別番号が重複しない',
    en: 'User names and ids are unique',
    kinds: everything,
  },
  'logon-identity-immutable': {
    type: 'boolean',
    stricter: 'true',
    ja: '監査上の利用者の識別を後から変えられない',
    en: 'The audited login identity can not be changed',
    kinds: endpoints,
  },
  'elevation-logged': {
    type: 'boolean',
    stricter: 'true',
    ja: '権限の昇格を記録する',
    en: 'Gaining administrator rights is logged',
    kinds: endpoints,
  },
  'elevation-reauthentication': {
    type: 'duration',
    stricter: 'lower',
    ja: '昇格の再認証までの時間',
    en: 'Time before elevation asks again',
    unlimited: true,
    kinds: endpoints,
  },
  'elevation-separate-terminal': {
    type: 'boolean',
    stricter: 'true',
    ja: '昇格した処理を専用の端末で動かす',
    en: 'Elevated commands run on a terminal of their own',
    kinds: endpoints,
  },
  'machine-account-quota': {
    type: 'number',
    stricter: 'lower',
    ja: '一般利用者が登録できる端末の数',
    en: 'Machines an ordinary user may join',
    unit: 'machines',
    kinds: everything,
  },
})
