import { linesOf, type Reading, sectionText, unreadable } from '../../../../src/core/evidence.ts'
import type { ListenerView } from './views.ts'
import { oncePerEvidence } from './once.ts'

/** Sockets that wait for connections, and the section they were read from. */
export interface Listeners {
  readonly listeners: readonly ListenerView[]
  readonly section: string
}

/** From `ss`, or from /proc/net where ss isn't installed. */
export const readListeners = oncePerEvidence((evidence): Reading<Listeners> => {
  const fromSs = evidence.sections.has('sockets') || !evidence.sections.has('sockets-proc')
  const section = fromSs ? 'sockets' : 'sockets-proc'
  const text = sectionText(evidence, section)
  if (!text.ok) return text
  const listeners: ListenerView[] = []
  for (const line of linesOf(text.value)) {
    if (line.trim() === '') continue
    const listener = fromSs ? fromSocketStatistics(line) : fromProc(line)
    if (!listener) {
      return unreadable({
        ja: `待ち受けの行を解釈できない（${section}）`,
        en: `a line of ${section} was not understood`,
      })
    }
    listeners.push(listener)
  }
  if (evidence.sections.has('sockets-sctp')) {
    const sctp = sectionText(evidence, 'sockets-sctp')
    if (!sctp.ok) return sctp
    listeners.push(...fromSctp(sctp.value))
  }
  return { ok: true, value: { listeners, section } }
})

/** `tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=1,fd=3))`; the last column may be missing. */
function fromSocketStatistics(line: string): ListenerView | undefined {
  const match = /^(tcp|udp|sctp)\s+(\S+)\s+\d+\s+\d+\s+(\S+):(\d+|\*)\s+\S+(.*)$/.exec(line.trim())
  const port = Number(match?.[4])
  if (!match || !Number.isInteger(port)) return undefined
  const names = [...(match[5] ?? '').matchAll(/\("((?:[^"\\]|\\.)*)",pid=/g)].map((found) => found[1] ?? '')
  const process = [...new Set(names)].sort().join(', ')
  return {
    protocol: match[1] === 'tcp' ? 'tcp' : match[1] === 'udp' ? 'udp' : 'sctp',
    address: plainAddress(match[3] ?? ''),
    port,
    ...(process !== '' && { process }),
  }
}

/** Without brackets; `*` (both families) as `*`; an IPv4 address inside an IPv6 one as IPv4. */
function plainAddress(text: string): string {
  const inner = text.replace(/^\[([^\]]*)\]/, '$1')
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)(%.+)?$/i.exec(inner)
  return mapped ? `${mapped[1]}${mapped[2] ?? ''}` : inner
}

/** proc_net_tcp: addresses are 32-bit words in the machine's byte order, ports big-endian, all in hex. */
function fromProc(line: string): ListenerView | undefined {
  const match = /^(tcp|udp)(6?)\t([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})\t/i.exec(line)
  if (!match) return undefined
  const bytes = (match[3] ?? '').match(/.{8}/g)?.flatMap((word) => (word.match(/../g) ?? []).reverse()) ?? []
  const numbers = bytes.map((byte) => Number.parseInt(byte, 16))
  return {
    protocol: match[1]?.toLowerCase() === 'tcp' ? 'tcp' : 'udp',
    address: numbers.length === 4 ? numbers.join('.') : plainAddress(ipv6(numbers)),
    port: Number.parseInt(match[4] ?? '', 16),
  }
}

/** RFC 5952 text of 16 bytes. */
function ipv6(bytes: readonly number[]): string {
  if (bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255) {
    return `::ffff:${bytes.slice(12).join('.')}`
  }
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[2 * i] ?? 0) * 256 + (bytes[2 * i + 1] ?? 0)).toString(16))
  const runs = [...groups.join(':').matchAll(/\b0(?::0\b)+/g)].map((run) => run[0]).sort((a, b) => b.length - a.length)
  const text = groups.join(':')
  const longest = runs[0]
  if (longest === undefined) return text
  return text.replace(new RegExp(`(^|:)${longest}(:|$)`), '::')
}

/** /proc/net/sctp/eps: SST 10 is a listening endpoint; the last columns are its addresses. */
function fromSctp(text: string): readonly ListenerView[] {
  return linesOf(text).flatMap((line) => {
    const [, , , state, , port, , , ...addresses] = line.trim().split(/\s+/)
    if (state !== '10' || !/^\d+$/.test(port ?? '')) return []
    return addresses.map((address) => ({
      protocol: 'sctp' as const,
      address: plainAddress(address),
      port: Number(port),
    }))
  })
}

/** Bound to the loopback interface or one of its addresses. */
export const isLoopback = (address: string): boolean =>
  /^127\.\d+\.\d+\.\d+(?:%|$)/.test(address) || /^::1(?:%|$)/.test(address) || address.endsWith('%lo')
