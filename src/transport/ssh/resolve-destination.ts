import { isIPv6, SocketAddress } from 'node:net'
import { domainToASCII } from 'node:url'
import { Fault } from '../../core/fault.ts'

/** Where a person wants to go, before any configuration. */
export interface Destination {
  readonly host: string
  readonly port?: number
  readonly username?: string
}

/** RFC 1035 section 2.3.4. */
const longestHost = 253
const longestUser = 256

/**
 * Letters of every script, since ssh_config may give a host any name, and nothing that a shell, an option, a pattern
 * or a known_hosts file would read as something else.
 */
const hostPattern = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}_-]*(\.[\p{L}\p{N}_][\p{L}\p{M}\p{N}_-]*)*\.?$/u

/**
 * Reads `host`, `user@host:port`, `[v6]:port`, a bare IPv6 address, or `ssh://user@host:port`.
 * @throws Fault `configuration`
 */
export function parseDestination(text: string): Destination {
  const isUrl = /^ssh:\/\//i.test(text)
  const plain = isUrl ? text.slice(6).replace(/\/$/, '') : text
  const at = plain.lastIndexOf('@')
  const username = at < 0 ? undefined : plain.slice(0, at)
  const [host, port] = splitPort(plain.slice(at + 1))
  if (username !== undefined) checkUserName(username)
  if (host === undefined || !isHostName(host)) throw badHost()
  const number = port === undefined ? undefined : Number(port)
  if (number !== undefined && (!/^\d{1,5}$/.test(port ?? '') || number < 1 || number > 65_535)) {
    throw new Fault('configuration', { ja: 'ポート番号でない（1〜65535）', en: 'not a port number (1 to 65535)' })
  }
  return { host, ...(number === undefined ? {} : { port: number }), ...(username === undefined ? {} : { username }) }
}

/** Host and port; no host where it is not clear which is which. */
function splitPort(text: string): readonly [string | undefined, string | undefined] {
  if (isIPv6(text)) return [text, undefined]
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/s.exec(text)
  if (bracketed) return [isIPv6(bracketed[1] ?? '') ? bracketed[1] : undefined, bracketed[2]]
  const [host, port, more] = text.split(':')
  return [more === undefined ? host : undefined, port]
}

const isHostName = (host: string): boolean => isIPv6(host) || (host.length <= longestHost && hostPattern.test(host))

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
  throw new Fault('configuration', { ja: '利用者名として使えない', en: 'not a user name' })
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
