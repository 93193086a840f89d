import { type Evidence, type Reading, read } from '../../../../src/core/evidence.ts'
import { accessFiles, reducedFiles, wholeFiles } from './access-files.ts'

/** Next hops of the default routes, or `dev NAME` where there is none. */
export function defaultGateways(evidence: Evidence): Reading<readonly string[]> {
  const files = accessFiles(evidence)
  const four = wholeFiles(files, (path) => path === '/proc/net/route')
  if (!four.ok) return four
  const six = wholeFiles(files, (path) => path === '/proc/net/ipv6_route')
  if (!six.ok) return six
  const found = new Set<string>()
  for (const line of four.value.flatMap((file) => file.lines)) {
    const [name = '', destination, gateway = '', flags = '', , , , mask] = line.trim().split(/\s+/)
    if (destination !== '00000000' || mask !== '00000000' || (Number.parseInt(flags, 16) & 1) === 0) continue
    // the bytes stand in the order of little-endian machines
    const bytes = (gateway.match(/../g) ?? []).reverse().map((byte) => Number.parseInt(byte, 16))
    found.add(gateway === '00000000' ? `dev ${name}` : bytes.join('.'))
  }
  for (const line of six.value.flatMap((file) => file.lines)) {
    const [destination = '', length, , , next = '', , , , flags = '', name = ''] = line.trim().split(/\s+/)
    const bits = Number.parseInt(flags, 16)
    // RTF_UP without RTF_REJECT (0x200)
    if (!/^0{32}$/.test(destination) || length !== '00' || (bits & 1) === 0 || (bits & 0x200) !== 0 || name === 'lo')
      continue
    found.add(/^0{32}$/.test(next) ? `dev ${name}` : compressed(next))
  }
  return read([...found].sort())
}

/** An IPv6 address of 32 hex digits in its short form (RFC 5952). */
function compressed(hex: string): string {
  const groups = (hex.match(/.{4}/g) ?? []).map((group) => group.replace(/^0{1,3}/, ''))
  let best = { at: -1, length: 1 }
  for (let at = 0; at < groups.length; at++) {
    let length = 0
    while (groups[at + length] === '0') length += 1
    if (length > best.length) best = { at, length }
  }
  if (best.at < 0) return groups.join(':')
  return `${groups.slice(0, best.at).join(':')}::${groups.slice(best.at + best.length).join(':')}`
}

const proxyFiles =
  /^\/etc\/(?:environment$|profile$|profile\.d\/|bash\.bashrc$|bashrc$|csh\.|apt\/|curlrc$|wgetrc$|pip\.conf$|gitconfig$|dnf\/|yum\.conf$)/

/** Proxies that are set for everybody, without user information. */
export function proxies(evidence: Evidence): Reading<readonly string[]> {
  const files = wholeFiles(reducedFiles(evidence), (path) => proxyFiles.test(path))
  if (!files.ok) return files
  const found = new Set<string>()
  for (const line of files.value.flatMap((file) => file.lines)) {
    if (/^\s*(?:#|\/\/)/.test(line) || !/proxy/i.test(line)) continue
    const match = /(?:^|[\s:_-])(?:https?|ftp|all)?[_-]?proxy\s*[=:]?\s*["']?((?:[a-z0-9]+:\/\/)?[^\s"';]+)/i.exec(
      line.replace(/Acquire::[a-z]+::/i, ' '),
    )
    const value = match?.[1]?.replace(/\/\/[^@/]*@/, '//')
    if (value && /[.:]/.test(value) && !/^(?:DIRECT|none|false|yes|no|on|off)$/i.test(value)) found.add(value)
  }
  return read([...found].sort())
}
