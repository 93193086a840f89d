import { family } from './define.ts'
import { endpoints, everything } from './kinds.ts'

/** Multi-factor authentication. */
export const mfa = family('mfa', {
  'required-for-all': {
    type: 'boolean',
    stricter: 'true',
    ja: '全員のログオンに多要素認証を求める',
    en: 'Every logon needs two kinds of factor',
    scopes: ['line', 'policy', 'category'],
    kinds: everything,
  },
  'required-for-administrators': {
    type: 'boolean',
    stricter: 'true',
    ja: '管理者のログオンに多要素認証を求める',
    en: 'Administrator logons need two kinds of factor',
    scopes: ['line', 'policy', 'category'],
    kinds: everything,
  },
  'required-for-elevation': {
    type: 'boolean',
    stricter: 'true',
    ja: '権限の昇格に多要素認証を求める',
    en: 'Gaining administrator rights needs two kinds of factor',
    kinds: endpoints,
  },
  'required-for-unlock': {
    type: 'boolean',
    stricter: 'true',
    ja: '画面ロックの解除に多要素認証を求める',
    en: 'Unlocking the screen needs two kinds of factor',
    kinds: endpoints,
  },
  'replay-resistant-for-remote': {
    type: 'boolean',
    stricter: 'true',
    ja: '遠隔ログオンの認証が再送攻撃に耐える',
    en: 'Remote logon resists replay',
    kinds: everything,
  },
  'phishing-resistant-for-administrators': {
    type: 'boolean',
    stricter: 'true',
    ja: '管理者にフィッシング耐性のある認証を求める',
    en: 'Administrators use phishing-resistant factors',
    kinds: everything,
  },
  'legacy-authentication-blocked': {
    type: 'boolean',
    stricter: 'true',
    ja: '多要素認証を通らない古い認証方式を塞ぐ',
    en: 'Legacy authentication is blocked',
    kinds: everything,
  },
})
