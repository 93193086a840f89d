import { family } from './define.ts'
import { everything } from './kinds.ts'

/** Network settings. */
export const network = family('network', {
  'ipv6-enabled': {
    type: 'boolean',
    stricter: 'none',
    ja: 'IPv6 が有効',
    en: 'IPv6 is enabled',
    scopes: ['interface'],
    kinds: everything,
  },
  'forwarding-enabled': {
    type: 'boolean',
    stricter: 'false',
    ja: 'パケットを中継する',
    en: 'Packets are forwarded',
    kinds: everything,
  },
  'split-tunnelling': {
    type: 'boolean',
    stricter: 'false',
    ja: 'VPN接続中に別の経路を使える',
    en: 'Other paths stay usable during a VPN connection',
    scopes: ['policy'],
    kinds: everything,
  },
  'device-authentication': {
    type: 'boolean',
    stricter: 'true',
    ja: '端末の証明書で認証して接続する（802.1X）',
    en: 'The device authenticates with a certificate (802.1X)',
    kinds: everything,
  },
  'file-sharing-enabled': {
    type: 'boolean',
    stricter: 'false',
    ja: 'ファイル共有サーバが動いている',
    en: 'A file sharing server is enabled',
    kinds: everything,
  },
  'vpn-servers': {
    type: 'set',
    stricter: 'smaller-set',
    ja: 'VPNの受け口',
    en: 'VPN servers on this component',
    kinds: everything,
  },
  'voip-servers': {
    type: 'set',
    stricter: 'smaller-set',
    ja: 'VoIPサーバ',
    en: 'VoIP servers on this component',
    kinds: everything,
  },
  'default-gateways': {
    type: 'set',
    stricter: 'none',
    ja: '既定の経路',
    en: 'Default gateways',
    kinds: everything,
  },
  proxies: {
    type: 'set',
    stricter: 'none',
    ja: '既定のプロキシ',
    en: 'Default proxies',
    kinds: everything,
  },
})
