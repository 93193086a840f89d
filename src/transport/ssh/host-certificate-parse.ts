import { createPublicKey, type KeyObject, verify } from 'node:crypto'

/** A host or user certificate (OpenSSH's PROTOCOL.certkeys), its own signature not yet checked. */
export interface SshCertificate {
  /** The certified key in plain SSH form. */
  readonly plainKey: Buffer
  /** Type of that key, which is also that of the signatures it makes in a key exchange. */
  readonly plainType: string
  /** 1 user, 2 host. */
  readonly kind: number
  readonly keyId: string
  readonly principals: readonly string[]
  /** Seconds since 1970; valid from the first on and before the second. */
  readonly validAfter: bigint
  readonly validBefore: bigint
  readonly criticalOptions: Buffer
  readonly authority: Buffer
  readonly signedBytes: Buffer
  readonly signature: Buffer
}

/** Reads SSH's fields one after another; everything is undefined once something didn't fit. */
class Fields {
  readonly #bytes: Buffer
  #at = 0
  constructor(bytes: Buffer) {
    this.#bytes = bytes
  }
  get position(): number {
    return this.#at
  }
  get atEnd(): boolean {
    return this.#at === this.#bytes.length
  }
  #take(length: number): Buffer | undefined {
    if (this.#at + length > this.#bytes.length) {
      this.#at = Number.POSITIVE_INFINITY
      return undefined
    }
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }
  uint32(): number | undefined {
    return this.#take(4)?.readUInt32BE(0)
  }
  uint64(): bigint | undefined {
    return this.#take(8)?.readBigUInt64BE(0)
  }
  string(): Buffer | undefined {
    const length = this.uint32()
    return length === undefined ? undefined : this.#take(length)
  }
}

const suffix = '-cert-v01@openssh.com'

/** Certified key types that are understood, and how many fields their public part has after the type. */
const keyFields: Readonly<Record<string, number>> = {
  'ssh-ed25519': 1,
  'ecdsa-sha2-nistp256': 2,
  'ecdsa-sha2-nistp384': 2,
  'ecdsa-sha2-nistp521': 2,
}

/** Whether a key type is that of a certificate. */
export const isCertificateType = (type: string): boolean => /-cert-v\d\d@openssh\.com$/.test(type)

const sshString = (bytes: Buffer): Buffer => {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** Reads a certificate; nothing for what isn't one, is of a type that isn't understood, or has anything after its end. */
export function parseCertificate(blob: Buffer): SshCertificate | undefined {
  const fields = new Fields(blob)
  const type = fields.string()?.toString('latin1')
  if (!type?.endsWith(suffix)) return undefined
  const plainType = type.slice(0, -suffix.length)
  const count = Object.hasOwn(keyFields, plainType) ? keyFields[plainType] : undefined
  if (count === undefined || fields.string() === undefined) return undefined
  const key = Array.from({ length: count }, () => fields.string())
  const [serial, kind, keyId] = [fields.uint64(), fields.uint32(), fields.string()]
  const principals = listOf(fields.string())
  const [validAfter, validBefore] = [fields.uint64(), fields.uint64()]
  const [criticalOptions, extensions, reserved, authority] = [
    fields.string(),
    fields.string(),
    fields.string(),
    fields.string(),
  ]
  const signedLength = fields.position
  const signature = fields.string()
  if (
    serial === undefined ||
    kind === undefined ||
    keyId === undefined ||
    principals === undefined ||
    validAfter === undefined ||
    validBefore === undefined ||
    criticalOptions === undefined ||
    extensions === undefined ||
    reserved === undefined ||
    authority === undefined ||
    signature === undefined ||
    !fields.atEnd
  ) {
    return undefined
  }
  const plainKey = Buffer.concat([
    sshString(Buffer.from(plainType, 'latin1')),
    ...key.map((field) => sshString(field ?? Buffer.alloc(0))),
  ])
  if (publicKeyOf(plainKey) === undefined) return undefined
  return {
    plainKey,
    plainType,
    kind,
    keyId: keyId.toString('utf8'),
    principals,
    validAfter,
    validBefore,
    criticalOptions,
    authority,
    signedBytes: blob.subarray(0, signedLength),
    signature,
  }
}

function listOf(bytes: Buffer | undefined): readonly string[] | undefined {
  if (bytes === undefined) return undefined
  const fields = new Fields(bytes)
  const list: string[] = []
  while (!fields.atEnd) {
    const entry = fields.string()
    if (entry === undefined) return undefined
    list.push(entry.toString('utf8'))
  }
  return list
}

const curves: Readonly<
  Record<string, { readonly curve: string; readonly crv: string; readonly bytes: number; readonly hash: string }>
> = {
  'ecdsa-sha2-nistp256': { curve: 'nistp256', crv: 'P-256', bytes: 32, hash: 'sha256' },
  'ecdsa-sha2-nistp384': { curve: 'nistp384', crv: 'P-384', bytes: 48, hash: 'sha384' },
  'ecdsa-sha2-nistp521': { curve: 'nistp521', crv: 'P-521', bytes: 66, hash: 'sha512' },
}

const unsigned = (mpint: Buffer): Buffer => {
  const start = mpint.findIndex((byte) => byte !== 0)
  return start < 0 ? Buffer.alloc(0) : mpint.subarray(start)
}

/** A public key from its SSH form (RFC 4253, 5656, 8709); nothing where it is broken, off its curve, or of another type. */
export function publicKeyOf(blob: Buffer): KeyObject | undefined {
  const fields = new Fields(blob)
  const type = fields.string()?.toString('latin1') ?? ''
  const [first, second] = [fields.string(), type === 'ssh-ed25519' ? undefined : fields.string()]
  if (first === undefined || !fields.atEnd) return undefined
  const ecdsa = Object.hasOwn(curves, type) ? curves[type] : undefined
  try {
    if (type === 'ssh-ed25519' && first.length === 32) {
      return createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x: first.toString('base64url') } })
    }
    if (
      ecdsa &&
      second?.[0] === 4 &&
      second.length === 1 + 2 * ecdsa.bytes &&
      first.toString('latin1') === ecdsa.curve
    ) {
      const x = second.subarray(1, 1 + ecdsa.bytes).toString('base64url')
      const y = second.subarray(1 + ecdsa.bytes).toString('base64url')
      return createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: ecdsa.crv, x, y } })
    }
    if (type === 'ssh-rsa' && second) {
      const e = unsigned(first).toString('base64url')
      const n = unsigned(second).toString('base64url')
      return createPublicKey({ format: 'jwk', key: { kty: 'RSA', e, n } })
    }
    return undefined
  } catch {
    return undefined
  }
}

/**
 * Whether a signature in SSH form over these bytes is by this key. RSA with SHA-256 or SHA-512 and at least 2,048 bits;
 * `ssh-rsa` (SHA-1) never is.
 */
export function isSignedBy(keyBlob: Buffer, bytes: Buffer, signatureBlob: Buffer): boolean {
  const key = publicKeyOf(keyBlob)
  const keyType = new Fields(keyBlob).string()?.toString('latin1') ?? ''
  const fields = new Fields(signatureBlob)
  const algorithm = fields.string()?.toString('latin1') ?? ''
  const signature = fields.string()
  if (key === undefined || signature === undefined || !fields.atEnd) return false
  if (keyType === 'ssh-ed25519') {
    return algorithm === keyType && signature.length === 64 && verify(null, bytes, key, signature)
  }
  if (keyType === 'ssh-rsa') {
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
    const hash = { 'rsa-sha2-256': 'sha256', 'rsa-sha2-512': 'sha512' }[algorithm]
    return hash !== undefined && bits >= 2048 && verify(hash, bytes, key, signature)
  }
  const ecdsa = Object.hasOwn(curves, keyType) ? curves[keyType] : undefined
  if (ecdsa === undefined || algorithm !== keyType) return false
  const numbers = new Fields(signature)
  const [r, s] = [numbers.string(), numbers.string()]
  if (r === undefined || s === undefined || !numbers.atEnd) return false
  const [rBytes, sBytes] = [unsigned(r), unsigned(s)]
  if (rBytes.length > ecdsa.bytes || sBytes.length > ecdsa.bytes) return false
  const padded = [rBytes, sBytes].map((part) => Buffer.concat([Buffer.alloc(ecdsa.bytes - part.length), part]))
  return verify(ecdsa.hash, bytes, { key, dsaEncoding: 'ieee-p1363' }, Buffer.concat(padded))
}
