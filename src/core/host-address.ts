import { isIPv6 } from 'node:net'

/** RFC 1035 section 2.3.4. */
const longestHost = 253
/**
 * Letters of every script, since ssh_config may give a host any name, and nothing that a shell, a path, an option, or a
 * pattern of ssh_config and known_hosts would read as something else. OpenSSH refuses more or less the same.
 */
const hostPattern = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}_-]*(\.[\p{L}\p{N}_][\p{L}\p{M}\p{N}_-]*)*\.?$/u

/** Whether a text is a host name or an address. */
export const isHostName = (text: string): boolean =>
  isIPv6(text) || (text.length <= longestHost && hostPattern.test(text))

/** Host and port of `web-1`, `web-1:22`, `[2001:db8::1]:22` or `2001:db8::1`; no host where it is not clear which is which. */
export function splitHostAndPort(text: string): readonly [host: string | undefined, port: string | undefined] {
  if (isIPv6(text)) return [text, undefined]
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/s.exec(text)
  if (bracketed) return [isIPv6(bracketed[1] ?? '') ? bracketed[1] : undefined, bracketed[2]]
  const [host, port, more] = text.split(':')
  return [more === undefined ? host : undefined, port]
}

/** The port that a text names, 1 to 65535. */
export function portNumber(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0
  return port >= 1 && port <= 65_535 ? port : undefined
}
