import { isIPv6 } from 'node:net'
import { isHostName, portNumber, splitHostAndPort } from '../core/host-address.ts'
import type { Says } from './excerpt.ts'

/** Where a host is, as a person writes it: `[USER@]HOST[:PORT]`. */
export interface HostAddress {
  readonly host: string
  /** 1 to 65535. */
  readonly port?: number
  readonly username?: string
}

export type ParsedHost =
  | { readonly ok: true; readonly address: HostAddress }
  /** `secret`: the text holds a password, and must not be shown. */
  | { readonly ok: false; readonly says: Says; readonly secret: boolean }

const longestUser = 256
/** With `DOMAIN\user` and `user@domain`, as directories want them. */
const userPattern = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}._$+\\@-]*$/u

/**
 * Reads `web-1`, `admin@10.0.0.5:2222`, `[2001:db8::1]:22` or `2001:db8::1`. Full-width letters and digits are
 * understood. Never throws; the message never quotes the text.
 */
export function parseHost(text: string): ParsedHost {
  const plain = text.normalize('NFKC').trim()
  if (plain.includes('/')) return refused(noPath, /:.*@/.test(plain.replace(/^[a-z]+:\/\//i, '')))
  const at = plain.lastIndexOf('@')
  const username = at < 0 ? undefined : plain.slice(0, at)
  if (username?.includes(':')) return refused(password, true)
  if (username !== undefined && (username.length > longestUser || !userPattern.test(username))) return refused(badUser)
  const [host, port] = splitHostAndPort(plain.slice(at + 1))
  if (host === undefined) return refused(bareIPv6)
  if (!isHostName(host)) return refused(badHost)
  const number = port === undefined ? undefined : portNumber(port)
  if (port !== undefined && number === undefined) return refused(badPort)
  return {
    ok: true,
    address: { host, ...(number !== undefined && { port: number }), ...(username !== undefined && { username }) },
  }
}

/** An address as it is written, with brackets where they are needed: `[2001:db8::1]:2222`. */
export const hostText = (host: string, port: number | undefined): string =>
  port === undefined ? host : isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`

const refused = (says: Says, secret = false): ParsedHost => ({ ok: false, says, secret })

const expected: Says['expected'] = {
  ja: 'web-1、admin@10.0.0.5:2222、[2001:db8::1]:22 のような形',
  en: 'web-1, admin@10.0.0.5:2222 or [2001:db8::1]:22',
}
const badHost: Says = {
  what: {
    ja: 'ホスト名として使えない（先頭の - 、空白、引用符、記号は不可）',
    en: 'not a host name (a leading -, spaces, quotes and other marks are not allowed)',
  },
  expected,
}
const badUser: Says = {
  what: { ja: '@ の前が利用者名として使えない', en: 'what stands before @ is not a user name' },
  expected,
}
const badPort: Says = {
  what: { ja: 'ポート番号でない（1〜65535）', en: 'not a port (1 to 65535)' },
  expected,
}
const bareIPv6: Says = {
  what: { ja: 'ホストとポートの区切りが分からない', en: 'it is not clear where the port begins' },
  expected: {
    ja: 'IPv6 アドレスにポートを付けるなら [2001:db8::1]:22 の形',
    en: 'an IPv6 address with a port is written [2001:db8::1]:22',
  },
}
const noPath: Says = {
  what: { ja: 'URL や範囲は使えない（/ がある）', en: 'an address or a range with / can not be used here' },
  expected,
}
const password: Says = {
  what: { ja: '利用者名の後にパスワードが書かれている', en: 'a password is written after the user name' },
  expected: {
    ja: 'credentials: {password: env:環境変数名} など。書いたパスワードは変更する',
    en: 'credentials: {password: env:VARIABLE} or the like; change the password that was written here',
  },
}
