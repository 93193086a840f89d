import { createHmac } from 'node:crypto'
import { keyTypeOf } from './fingerprint.ts'
import type { SshSettings } from './settings.ts'

/** One line of a known_hosts file that holds a key (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT). */
export interface KnownHostLine {
  readonly file: string
  /** From 1. */
  readonly line: number
  readonly marker?: 'revoked' | 'cert-authority'
  /** Patterns separated by commas, or one hashed name. */
  readonly hosts: string
  readonly type: string
  /** The key in SSH form. */
  readonly base64: string
}

export interface KnownHostsText {
  readonly lines: readonly KnownHostLine[]
  /** Numbers of the lines that hold something which is neither a key nor a comment; OpenSSH skips them too. */
  readonly badLines: readonly number[]
}

/** A host as known_hosts files name it. */
export interface HostIdentity {
  readonly host: string
  readonly port: number
  /** `HostKeyAlias`: stands for host and port together. */
  readonly alias?: string
}

/** What of a connection's settings names its host. */
export type NamedHost = Pick<SshSettings, 'host' | 'port' | 'hostKeyAlias'>

/** A host as known_hosts files name it. */
export const identityOf = ({ host, port, hostKeyAlias }: NamedHost): HostIdentity => ({
  host,
  port,
  ...(hostKeyAlias === undefined ? {} : { alias: hostKeyAlias }),
})

/** The name that keys of a host are kept under: lower case, `[host]:port` where the port is not 22. */
export const hostKeyName = ({ host, port, alias }: HostIdentity): string =>
  (alias ?? (port === 22 ? host : `[${host}]:${port}`)).toLowerCase()

/**
 * Reads a known_hosts text. Never throws: a line that can't be read is counted.
 * @param text decoded byte by byte (latin1), since comments may hold anything
 */
export function parseKnownHosts(text: string, file: string): KnownHostsText {
  const lines: KnownHostLine[] = []
  const badLines: number[] = []
  text.split('\n').forEach((raw, index) => {
    const content = raw.trim()
    if (content === '' || content.startsWith('#')) return
    const read = readLine(content)
    if (read) lines.push({ file, line: index + 1, ...read })
    else badLines.push(index + 1)
  })
  return { lines, badLines }
}

const markers = { '@revoked': 'revoked', '@cert-authority': 'cert-authority' } as const
const isMarker = (word: string): word is keyof typeof markers => Object.hasOwn(markers, word)

function readLine(content: string): Omit<KnownHostLine, 'file' | 'line'> | undefined {
  const words = content.split(/[ \t]+/, 4)
  const [first = '', ...others] = words
  if (first.startsWith('@') && !isMarker(first)) return undefined
  const [hosts, type, base64] = isMarker(first) ? others : words
  if (hosts === undefined || type === undefined || base64 === undefined) return undefined
  if (hosts.startsWith('|') && hashedName(hosts) === undefined) return undefined
  if (!isKey(base64, type)) return undefined
  return { ...(isMarker(first) ? { marker: markers[first] } : {}), hosts, type, base64 }
}

/** Whether it is base64 of a key that names the same type. */
const isKey = (base64: string, type: string): boolean =>
  base64.length % 4 === 0 &&
  /^[A-Za-z0-9+/]+={0,2}$/.test(base64) &&
  keyTypeOf(Buffer.from(base64.slice(0, 96), 'base64')) === type

/** Salt and HMAC-SHA1 of a hashed name `|1|salt|hash`, when it has that form. */
export function hashedName(hosts: string): { readonly salt: Buffer; readonly hash: Buffer } | undefined {
  const [, saltText, hashText] = /^\|1\|([A-Za-z0-9+/]{27}=)\|([A-Za-z0-9+/]{27}=)$/.exec(hosts) ?? []
  if (saltText === undefined || hashText === undefined) return undefined
  return { salt: Buffer.from(saltText, 'base64'), hash: Buffer.from(hashText, 'base64') }
}

/** Whether the first field of a line names a host. `name` is in lower case (`hostKeyName`). */
export function namesHost(hosts: string, name: string): boolean {
  if (!hosts.startsWith('|')) return matchesPatternList(hosts.split(','), name)
  const hashed = hashedName(hosts)
  return hashed !== undefined && createHmac('sha1', hashed.salt).update(name).digest().equals(hashed.hash)
}

/** OpenSSH's PATTERNS (ssh_config(5)) in any case, against a text in lower case. */
export const matchesPatternList = (patterns: readonly string[], text: string): boolean =>
  matchesPatterns(
    patterns.map((pattern) => pattern.toLowerCase()),
    text,
  )

/** OpenSSH's PATTERNS where case counts: one must match, and no negated one may. */
export function matchesPatterns(patterns: readonly string[], text: string): boolean {
  let matched = false
  for (const pattern of patterns) {
    const negated = pattern.startsWith('!')
    if (!matchesPattern(negated ? pattern.slice(1) : pattern, text)) continue
    if (negated) return false
    matched = true
  }
  return matched
}

/** `*` is any run of characters, `?` exactly one. Time is bounded by the product of the two lengths. */
export function matchesPattern(pattern: string, text: string): boolean {
  let at = 0
  let inText = 0
  let star = -1
  let afterStar = 0
  while (inText < text.length) {
    const mark = pattern[at]
    if (mark === '*') {
      star = at++
      afterStar = inText
    } else if (mark !== undefined && (mark === '?' || mark === text[inText])) {
      at++
      inText++
    } else if (star >= 0) {
      at = star + 1
      inText = ++afterStar
    } else return false
  }
  while (pattern[at] === '*') at++
  return at === pattern.length
}
