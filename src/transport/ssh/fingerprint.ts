import { createHash } from 'node:crypto'

/** `SHA256:…` of a key in SSH form, as `ssh-keygen -l` shows it: base64 without padding. */
export const fingerprintOf = (key: Buffer): string =>
  `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`

/** What stands where a key names no type that could be one. */
const unknownType = 'unknown'

/**
 * Type that a key in SSH form names itself (`ssh-ed25519`), or `unknown`. Names longer than 64 characters or with
 * anything else than printable ASCII are no names (RFC 4251 section 6), so that this is safe to show.
 */
export function keyTypeOf(key: Buffer): string {
  if (key.length < 4) return unknownType
  const length = key.readUInt32BE(0)
  if (length === 0 || length > 64 || key.length < 4 + length) return unknownType
  const name = key.toString('latin1', 4, 4 + length)
  return /^[!-+\--~]+$/.test(name) ? name : unknownType
}

/** Short name of a key type, as `ssh-keygen -l` shows it: `ED25519`, `ECDSA`, `RSA`. */
export function keyDisplayName(type: string): string {
  if (type.startsWith('ssh-ed25519')) return 'ED25519'
  if (type.startsWith('ecdsa-sha2-')) return 'ECDSA'
  if (type.startsWith('ssh-rsa') || type.startsWith('rsa-sha2-')) return 'RSA'
  if (type.startsWith('sk-ssh-ed25519')) return 'ED25519-SK'
  if (type.startsWith('sk-ecdsa-')) return 'ECDSA-SK'
  if (type.startsWith('ssh-dss')) return 'DSA'
  return type
}
