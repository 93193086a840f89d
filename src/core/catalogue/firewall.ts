import { family } from './define.ts'
import { everything } from './kinds.ts'

/** Packet filtering. */
export const firewall = family('firewall', {
  enabled: {
    type: 'boolean',
    stricter: 'true',
    ja: 'ファイアウォールが有効',
    en: 'The firewall is enabled',
    scopes: ['profile', 'zone'],
    kinds: everything,
  },
  'default-inbound': {
    type: 'text',
    stricter: 'none',
    ja: '許可していない受信の扱い',
    en: 'Inbound traffic without a rule',
    values: ['deny', 'allow'],
    scopes: ['profile', 'zone'],
    kinds: everything,
  },
  'default-outbound': {
    type: 'text',
    stricter: 'none',
    ja: '許可していない送信の扱い',
    en: 'Outbound traffic without a rule',
    values: ['deny', 'allow'],
    scopes: ['profile', 'zone'],
    kinds: everything,
  },
  'default-forward': {
    type: 'text',
    stricter: 'none',
    ja: '許可していない中継の扱い',
    en: 'Forwarded traffic without a rule',
    values: ['deny', 'allow'],
    scopes: ['profile', 'zone'],
    kinds: everything,
  },
  'ipv6-filtered': {
    type: 'boolean',
    stricter: 'true',
    ja: 'IPv6 にも同じ既定拒否が働く',
    en: 'IPv6 is filtered by a default deny too',
    scopes: ['profile', 'zone'],
    kinds: everything,
  },
  persistent: {
    type: 'boolean',
    stricter: 'true',
    ja: '再起動後もファイアウォールが働く',
    en: 'The firewall starts again after a restart',
    kinds: everything,
  },
})
