/** What stands in the place of a secret. */
const mask = Buffer.from('***')
/** Shorter ones would mask half of every text; who chose one gets a refusal elsewhere. */
const shortest = 4

/**
 * Passes chunks on with every known secret masked: as it is, in base64, and percent-encoded, also where it stands
 * across two chunks. `secrets` may grow meanwhile. `onMask` is told that something was masked.
 */
export async function* redacting(
  chunks: AsyncIterable<Uint8Array>,
  secrets: ReadonlySet<string>,
  onMask: () => void = () => undefined,
): AsyncGenerator<Uint8Array> {
  let held: Buffer = Buffer.alloc(0)
  for await (const chunk of chunks) {
    const needles = needlesOf(secrets)
    if (needles.length === 0 && held.length === 0) {
      yield chunk
      continue
    }
    const longest = Math.max(1, ...needles.map((needle) => needle.length))
    const masked = maskAll(held.length === 0 ? chunk : Buffer.concat([held, chunk]), needles, onMask)
    // the beginning of one may be the end of this chunk
    const keep = beginsWithin(masked, needles, longest)
    held = Buffer.from(masked.subarray(masked.length - keep))
    if (masked.length > keep) yield masked.subarray(0, masked.length - keep)
  }
  if (held.length > 0) yield held
}

/** The same for a text. */
export const redacted = (text: string, secrets: ReadonlySet<string>): string =>
  maskAll(Buffer.from(text), needlesOf(secrets), () => undefined).toString('utf8')

const prepared = new WeakMap<ReadonlySet<string>, { readonly count: number; readonly needles: readonly Buffer[] }>()

/** Every form of every secret, longest first. A set only ever grows. */
function needlesOf(secrets: ReadonlySet<string>): readonly Buffer[] {
  const known = prepared.get(secrets)
  if (known?.count === secrets.size) return known.needles
  const needles = [...secrets]
    .filter((secret) => secret.length >= shortest)
    .flatMap(formsOf)
    .map((form) => Buffer.from(form))
    .sort((a, b) => b.length - a.length)
  prepared.set(secrets, { count: secrets.size, needles })
  return needles
}

/** In base64 the three ways in which a text may lie on the groups of three bytes, without the ends that depend on neighbours. */
function formsOf(secret: string): readonly string[] {
  const forms = new Set([secret, encodeURIComponent(secret)])
  for (const shift of [0, 1, 2]) {
    const bytes = Buffer.concat([Buffer.alloc(shift), Buffer.from(secret)])
    const whole = Math.floor(bytes.length / 3) * 3
    const from = shift === 0 ? 0 : 4
    const text = bytes.subarray(0, whole).toString('base64').slice(from)
    if (text.length >= 8) {
      forms.add(text)
      forms.add(text.replaceAll('+', '-').replaceAll('/', '_'))
    }
  }
  return [...forms].filter((form) => form.length >= shortest)
}

function maskAll(bytes: Uint8Array, needles: readonly Buffer[], onMask: () => void): Buffer {
  let buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (const needle of needles) {
    let at = buffer.indexOf(needle)
    if (at < 0) continue
    onMask()
    const pieces: Buffer[] = []
    let from = 0
    for (; at >= 0; at = buffer.indexOf(needle, from)) {
      pieces.push(buffer.subarray(from, at), mask)
      from = at + needle.length
    }
    pieces.push(buffer.subarray(from))
    buffer = Buffer.concat(pieces)
  }
  return buffer
}

/** How many bytes of the end may be the beginning of a secret. */
function beginsWithin(bytes: Buffer, needles: readonly Buffer[], longest: number): number {
  const most = Math.min(bytes.length, longest - 1)
  for (let length = most; length > 0; length -= 1) {
    const end = bytes.subarray(bytes.length - length)
    if (needles.some((needle) => needle.length > length && needle.subarray(0, length).equals(end))) return length
  }
  return 0
}
