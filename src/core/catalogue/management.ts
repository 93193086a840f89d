import { family } from './define.ts'
import { everything } from './kinds.ts'

/** Ways in for administrators. */
export const management = family('management', {
  'telnet-enabled': {
    type: 'boolean',
    stricter: 'false',
    ja: 'telnet で管理できる',
    en: 'Telnet is enabled',
    scopes: ['interface', 'zone'],
    kinds: everything,
  },
  'remote-shell-enabled': {
    type: 'boolean',
    stricter: 'false',
    ja: 'rsh・rlogin・rexec が使える',
    en: 'rsh, rlogin or rexec is enabled',
    kinds: everything,
  },
  'ftp-enabled': {
    type: 'boolean',
    stricter: 'false',
    ja: 'FTPサーバが動いている',
    en: 'An FTP server is enabled',
    kinds: everything,
  },
  'tftp-enabled': {
    type: 'boolean',
    stricter: 'false',
    ja: 'TFTPサーバが動いている',
    en: 'A TFTP server is enabled',
    kinds: everything,
  },
  'ssh-enabled': {
    type: 'boolean',
    stricter: 'none',
    ja: 'SSHサーバが動いている',
    en: 'An SSH server is enabled',
    scopes: ['interface', 'zone'],
    kinds: everything,
  },
  'ssh-administrator-logon': {
    type: 'text',
    stricter: 'none',
    ja: '管理者アカウントのSSH直接ログオン',
    en: 'Direct SSH logon of the built-in administrator',
    values: ['no', 'forced-commands-only', 'key-only', 'yes'],
    scopes: ['policy'],
    kinds: everything,
  },
  'ssh-password-authentication': {
    type: 'boolean',
    stricter: 'false',
    ja: 'SSHでパスワード認証を受け付ける',
    en: 'SSH accepts passwords',
    scopes: ['policy'],
    kinds: everything,
  },
  'ssh-accounts-limited': {
    type: 'boolean',
    stricter: 'true',
    ja: 'SSHで入れるアカウントを限っている',
    en: 'SSH logon is limited to named accounts or groups',
    scopes: ['policy'],
    kinds: everything,
  },
  'ssh-allowed-accounts': {
    type: 'set',
    stricter: 'smaller-set',
    ja: 'SSHで入れるアカウント・グループ',
    en: 'Accounts and groups allowed over SSH',
    scopes: ['policy'],
    kinds: everything,
  },
  'allowed-sources': {
    type: 'set',
    stricter: 'smaller-set',
    ja: '管理接続を許す接続元',
    en: 'Sources allowed to manage',
    scopes: ['interface', 'zone'],
    kinds: everything,
  },
})
