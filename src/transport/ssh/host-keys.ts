import { Fault, systemCode } from '../../core/fault.ts'
import type { LocalText } from '../../core/text.ts'
import { readRegularFile } from '../regular-file.ts'
import { fingerprintOf, keyTypeOf } from './fingerprint.ts'
import { type HostIdentity, hostKeyName, type KnownHostLine, parseKnownHosts } from './known-hosts.ts'
import { indexKnownHosts } from './known-hosts-index.ts'

/** A host key as a person compares it. */
export interface ShownKey {
  readonly type: string
  readonly fingerprint: string
}

/** A key that a known_hosts file holds, and where. */
export interface KnownKey extends ShownKey {
  readonly file: string
  readonly line: number
}

/** What the known keys say about an offered one. */
export type HostKeyVerdict =
  | { readonly state: 'trusted'; readonly offered: ShownKey; readonly by: KnownKey }
  | { readonly state: 'unknown'; readonly offered: ShownKey }
  | { readonly state: 'changed'; readonly offered: ShownKey; readonly known: readonly KnownKey[] }
  | { readonly state: 'revoked'; readonly offered: ShownKey; readonly by: KnownKey }
  /** A host certificate that doesn't hold, or insides of ssh2 that are not as expected. */
  | { readonly state: 'refused'; readonly offered: ShownKey; readonly why: LocalText }

/** Lines of one host, by what they say. */
export interface HostLines {
  readonly keys: readonly KnownHostLine[]
  readonly authorities: readonly KnownHostLine[]
  readonly revoked: readonly KnownHostLine[]
}

/** All known host keys of the files that were read. */
export interface HostKeys {
  /** Judges a plain host key; certificates are judged by `checkHostCertificate`. */
  readonly check: (host: HostIdentity, key: Buffer) => HostKeyVerdict
  /**
   * Host key algorithms in the order to offer them: certificates where an authority is known for the host, then the
   * types that are known, then the others, so that a changed key is seen as changed. Never `ssh-rsa` (SHA-1). Nothing
   * for a host of which nothing is known.
   */
  readonly algorithmsFor: (host: HostIdentity) => readonly string[] | undefined
  /**
   * Lines that speak of the host. Like OpenSSH, a host on a port of its own is looked up as `[host]:port`, and as
   * `host` where that gives nothing.
   */
  readonly linesFor: (host: HostIdentity) => { readonly exact: HostLines; readonly portless: HostLines | undefined }
  /** Lines that could not be read. */
  readonly badLines: readonly { readonly file: string; readonly line: number }[]
}

/** Files over this many bytes are refused; 100,000 hosts with RSA keys are below it. */
const maximumBytes = 64 * 1024 * 1024

/**
 * Reads known_hosts files. One that doesn't exist is empty.
 * @throws Fault `configuration` for one that can't be read, is no regular file, or is over 64 MiB: it must never pass
 * for one that knows nothing
 */
export async function readHostKeys(files: readonly string[]): Promise<HostKeys> {
  const texts: { readonly file: string; readonly text: string }[] = []
  for (const file of new Set(files)) {
    const text = await readKnownHosts(file)
    if (text !== undefined) texts.push({ file, text })
  }
  return hostKeysOf(texts)
}

/** The same from texts that were read already. */
export function hostKeysOf(texts: readonly { readonly file: string; readonly text: string }[]): HostKeys {
  const read = texts.map(({ file, text }) => ({ file, ...parseKnownHosts(text, file) }))
  const find = indexKnownHosts(read.flatMap(({ lines }) => lines))
  const linesOf = (name: string): HostLines => {
    const lines = find(name)
    return {
      keys: lines.filter((line) => line.marker === undefined),
      authorities: lines.filter((line) => line.marker === 'cert-authority'),
      revoked: lines.filter((line) => line.marker === 'revoked'),
    }
  }
  const linesFor: HostKeys['linesFor'] = (host) => ({
    exact: linesOf(hostKeyName(host)),
    portless: host.alias === undefined && host.port !== 22 ? linesOf(host.host.toLowerCase()) : undefined,
  })
  return {
    linesFor,
    check: (host, key) => checkPlainKey(linesFor(host), key),
    algorithmsFor: (host) => algorithmsOf(linesFor(host)),
    badLines: read.flatMap(({ file, badLines }) => badLines.map((line) => ({ file, line }))),
  }
}

/**
 * Judges a key by lines of its host: `@revoked` before all else. Like OpenSSH's check_host_key, only a host of which no
 * key is known is looked up without its port, and by those lines it can't be changed.
 */
export function checkPlainKey({ exact, portless }: ReturnType<HostKeys['linesFor']>, key: Buffer): HostKeyVerdict {
  const offered = shownKey(key)
  const revoked = lineWith(exact.revoked, key)
  if (revoked) return { state: 'revoked', offered, by: knownKey(revoked) }
  const trusted = lineWith(exact.keys, key)
  if (trusted) return { state: 'trusted', offered, by: knownKey(trusted) }
  if (exact.keys.length > 0) return { state: 'changed', offered, known: exact.keys.map(knownKey) }
  if (portless === undefined) return { state: 'unknown', offered }
  const verdict = checkPlainKey({ exact: portless, portless: undefined }, key)
  return verdict.state === 'changed' ? { state: 'unknown', offered } : verdict
}

/** The line that holds exactly this key. */
export const lineWith = (lines: readonly KnownHostLine[], key: Buffer): KnownHostLine | undefined =>
  lines.find((line) => Buffer.from(line.base64, 'base64').equals(key))

export const shownKey = (key: Buffer): ShownKey => ({ type: keyTypeOf(key), fingerprint: fingerprintOf(key) })

export const knownKey = ({ file, line, base64 }: KnownHostLine): KnownKey => ({
  ...shownKey(Buffer.from(base64, 'base64')),
  file,
  line,
})

/** Certificate types that can be offered; an RSA certificate can't be with ssh2 (host-certificate.ts says why). */
export const certificateAlgorithms: readonly string[] = [
  'ssh-ed25519-cert-v01@openssh.com',
  'ecdsa-sha2-nistp256-cert-v01@openssh.com',
  'ecdsa-sha2-nistp384-cert-v01@openssh.com',
  'ecdsa-sha2-nistp521-cert-v01@openssh.com',
]

/** OpenSSH's own order of preference. */
const plainAlgorithms: readonly string[] = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
]

/** Type of the keys that an algorithm uses. */
const keyTypeFor = (algorithm: string): string =>
  algorithm.startsWith('rsa-sha2-') ? 'ssh-rsa' : algorithm.replace('-cert-v01@openssh.com', '')

/** The order of OpenSSH's order_hostkeyalgs, which however doesn't look at the lines without port. */
function algorithmsOf({ exact, portless }: ReturnType<HostKeys['linesFor']>): readonly string[] | undefined {
  const isNamed = exact.keys.length > 0 || exact.authorities.length > 0
  const { keys, authorities } = isNamed ? exact : (portless ?? exact)
  const hasAuthority = authorities.length > 0
  // a certificate has to be seen for its authority to be found revoked
  const hasRevoked = exact.revoked.length > 0 || (portless?.revoked.length ?? 0) > 0
  if (keys.length === 0 && !hasAuthority && !hasRevoked) return undefined
  const gone = new Set(exact.revoked.map((line) => line.base64))
  const known = new Set(keys.filter((line) => !gone.has(line.base64)).map((line) => line.type))
  const offered = [...(hasAuthority || hasRevoked ? certificateAlgorithms : []), ...plainAlgorithms]
  if (known.has('ssh-ed25519')) return offered
  const comesFirst = (name: string): boolean =>
    (hasAuthority && certificateAlgorithms.includes(name)) || known.has(keyTypeFor(name))
  return [...offered.filter(comesFirst), ...offered.filter((name) => !comesFirst(name))]
}

/** Text of a known_hosts file, byte by byte; nothing where there is no such file. */
export async function readKnownHosts(file: string): Promise<string | undefined> {
  try {
    const read = await readRegularFile(file, maximumBytes)
    if (read === 'not-regular') throw unreadable(file, 'not a regular file')
    if (read === 'too-large') throw unreadable(file, `over ${maximumBytes} bytes`)
    return read.bytes.toString('latin1')
  } catch (cause) {
    if (cause instanceof Fault) throw cause
    if (systemCode(cause) === 'ENOENT') return undefined
    throw unreadable(file, systemCode(cause) ?? 'error', cause)
  }
}

const unreadable = (file: string, why: string, cause?: unknown): Fault =>
  new Fault(
    'configuration',
    {
      ja: `ホスト鍵のファイル ${file} を読めない（${why}）`,
      en: `can not read the file of host keys ${file} (${why})`,
    },
    {
      next: {
        ja: '読めるようにするか、known-hosts で別のファイルを指定してください',
        en: 'make it readable, or name another file in known-hosts',
      },
      cause,
    },
  )
