import { createHash } from 'node:crypto'
import { linesOf, read, sectionText, unreadable } from '../../../../src/core/evidence.ts'
import type { Evidence, Reading } from '../../../../src/core/evidence.ts'

/** A public key that opens an account. */
export interface AuthorizedKey {
  readonly path: string
  readonly line: number
  /** `ssh-ed25519`, `ssh-rsa` … */
  readonly type: string
  /** As ssh-keygen prints it: `SHA256:` and base64 without padding. */
  readonly fingerprint: string
  readonly bits: number | undefined
  readonly restricted: boolean
  /** `expiry-time` option, ISO 8601 UTC. */
  readonly expires: string | undefined
  readonly comment: string
}

/** Keys by account. */
export interface AuthorizedKeys {
  readonly byAccount: ReadonlyMap<string, Reading<readonly AuthorizedKey[]>>
  /** A program hands out further keys (AuthorizedKeysCommand). */
  readonly command: boolean
}

/** Public keys of each account, from the files that sshd looks in. An account with one unreadable file is unreadable. */
export function authorizedKeys(evidence: Evidence): Reading<AuthorizedKeys> {
  const text = sectionText(evidence, 'authorized-keys')
  if (!text.ok) return text
  const files = new Map<string, AuthorizedKey[]>()
  const broken = new Set<string>()
  const places = new Map<string, string[]>()
  const failures = new Map<string, Reading<never>>()
  let command = false
  for (const line of linesOf(text.value)) {
    const fields = line.split('\t')
    const [mark = '', first = '', second = ''] = fields
    switch (mark) {
      case 'command':
        command = true
        break
      case 'file':
        places.set(first, [...(places.get(first) ?? []), second])
        break
      case 'absent':
        if (!places.has(first)) places.set(first, [])
        break
      case 'denied':
      case 'refused':
        failures.set(
          first,
          unreadable(
            { ja: `${second} を読めない`, en: `${second} is not readable` },
            {
              ja: '管理者権限（root、または収集スクリプトの sudo）',
              en: 'administrator rights (root, or sudo for the collector)',
            },
          ),
        )
        break
      case 'network':
        failures.set(
          first,
          unreadable({
            ja: `${second} はネットワーク上にあり、読まなかった`,
            en: `${second} is on the network and was not read`,
          }),
        )
        break
      case 'error':
      case 'cut':
        broken.add(first)
        break
      case 'k': {
        const key = parseKey(fields)
        if (key) files.set(first, [...(files.get(first) ?? []), key])
        else broken.add(first)
        break
      }
    }
  }
  const byAccount = new Map<string, Reading<readonly AuthorizedKey[]>>()
  for (const [account, paths] of places) {
    const unread = paths.find((path) => broken.has(path))
    byAccount.set(
      account,
      unread === undefined
        ? read(paths.flatMap((path) => files.get(path) ?? []))
        : unreadable({ ja: `${unread} を最後まで読めない`, en: `${unread} could not be read to its end` }),
    )
  }
  for (const [account, failure] of failures) byAccount.set(account, failure)
  return read({ byAccount, command })
}

function parseKey(fields: readonly string[]): AuthorizedKey | undefined {
  const [, path = '', line = '', type = '', base64 = '', options = '', expiry = '', ...comment] = fields
  if (!/^\d+$/.test(line) || !/^[A-Za-z0-9+/]+=*$/.test(base64)) return undefined
  const blob = Buffer.from(base64, 'base64')
  const digest = createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')
  return {
    path,
    line: Number(line),
    type,
    fingerprint: `SHA256:${digest}`,
    bits: keyBits(type, blob),
    restricted: options === 'yes',
    expires: expiryTime(expiry),
    comment: comment.join(' '),
  }
}

/** Length of a key: RFC 4253 section 6.6 for RSA and DSA, the curve's for the others. */
function keyBits(type: string, blob: Buffer): number | undefined {
  const curve = /nistp(\d+)/.exec(type)
  if (curve) return Number(curve[1])
  if (type.includes('ed25519')) return 256
  if (type !== 'ssh-rsa' && type !== 'ssh-dss') return undefined
  const parts: Buffer[] = []
  for (let at = 0; at + 4 <= blob.length && parts.length < 3; ) {
    const length = blob.readUInt32BE(at)
    if (at + 4 + length > blob.length) return undefined
    parts.push(blob.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  // name, exponent, modulus; name, prime
  const number = parts[type === 'ssh-rsa' ? 2 : 1]
  if (!number) return undefined
  const first = number.findIndex((byte) => byte !== 0)
  const top = number[first]
  return top === undefined ? undefined : (number.length - first - 1) * 8 + (32 - Math.clz32(top))
}

/** `YYYYMMDD[Z]` or `YYYYMMDDHHMM[SS][Z]` (sshd(8)); a time without Z is the machine's own and isn't known in UTC. */
function expiryTime(text: string): string | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?Z$/.exec(text)
  if (!match) return undefined
  const [, year = '', month = '', day = '', hour = '00', minute = '00', second = '00'] = match
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(time) ? undefined : new Date(time).toISOString().replace('.000Z', 'Z')
}
