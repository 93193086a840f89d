import { isIPv6, SocketAddress } from 'node:net'
import { domainToASCII } from 'node:url'
import { Fault } from '../../core/fault.ts'
import { isHostName, portNumber, splitHostAndPort } from '../../core/host-address.ts'

/** Where a person wants to go, before any configuration. */
export interface Destination {
  readonly host: string
  readonly port?: number
  readonly username?: string
}

const longestUser = 256

/**
 * Reads `host`, `user@host:port`, `[v6]:port`, a bare IPv6 address, or `ssh://user@host:port`.
 * @throws Fault `configuration`
 */
export function parseDestination(text: string): Destination {
  const isUrl = /^ssh:\/\//i.test(text)
  const plain = isUrl ? text.slice(6).replace(/\/$/, '') : text
  const at = plain.lastIndexOf('@')
  const username = at < 0 ? undefined : plain.slice(0, at)
  const [host, port] = splitHostAndPort(plain.slice(at + 1))
  if (username !== undefined) checkUserName(username)
  if (host === undefined || !isHostName(host)) throw badHost()
  const number = port === undefined ? undefined : portNumber(port)
  if (port !== undefined && number === undefined) {
    throw new Fault('configuration', { ja: 'ポート番号でない（1〜65535）', en: 'not a port number (1 to 65535)' })
  }
  return { host, ...(number === undefined ? {} : { port: number }), ...(username === undefined ? {} : { username }) }
}

const badHost = (): Fault =>
  new Fault(
    'configuration',
    { ja: 'ホスト名またはアドレスとして使えない', en: 'not a host name or address' },
    {
      next: {
        ja: 'web-1、admin@192.0.2.7:2222、[2001:db8::1]:22 のような形で書いてください',
        en: 'write it as web-1, admin@192.0.2.7:2222 or [2001:db8::1]:22',
      },
    },
  )

/**
 * Refuses what can't be sent as a user name safely.
 * @throws Fault `configuration`
 */
export function checkUserName(username: string): void {
  if (username !== '' && username.length <= longestUser && !/^-|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(username))
    return
  throw new Fault(
    'configuration',
    { ja: '利用者名として使えない', en: 'not a user name' },
    {
      next: {
        ja: '- で始まらず、制御文字のない 256 文字までの名前にしてください',
        en: 'write a name without control characters and without a - before it, of at most 256 characters',
      },
    },
  )
}

/**
 * The form of a host name that is connected to and that host keys are known by: lower case, ASCII, addresses in their
 * shortest form (as ssh writes them).
 * @throws Fault `configuration`
 */
export function canonicalHost(host: string): string {
  if (isIPv6(host)) {
    const [address = '', zone] = host.split('%')
    const shortest = new SocketAddress({ address, family: 'ipv6' }).address
    return zone === undefined ? shortest : `${shortest}%${zone}`
  }
  if (!isHostName(host)) throw badHost()
  const ascii = /^[\p{ASCII}]*$/u.test(host) ? host.toLowerCase() : domainToASCII(host)
  if (ascii === '' || !isHostName(ascii)) throw badHost()
  return ascii
}
