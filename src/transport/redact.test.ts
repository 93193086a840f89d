import fc from 'fast-check'
import { expect, it } from 'vitest'
import { redacted, redacting } from './redact.ts'

/** What comes out when the bytes arrive in pieces of these sizes. */
async function through(bytes: Buffer, sizes: readonly number[], secrets: ReadonlySet<string>): Promise<Buffer> {
  async function* pieces(): AsyncGenerator<Uint8Array> {
    let at = 0
    for (const size of sizes) {
      if (at >= bytes.length) break
      yield bytes.subarray(at, at + size)
      at += size
    }
    if (at < bytes.length) yield bytes.subarray(at)
  }
  return Buffer.concat(await Array.fromAsync(redacting(pieces(), secrets)))
}

const secret = fc.string({ unit: 'grapheme', minLength: 6, maxLength: 24 }).filter((text) => text.trim().length >= 6)
const around = fc.string({ maxLength: 40 })
const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 60 })

it('masks a secret wherever the pieces are cut', async () => {
  await fc.assert(
    fc.asyncProperty(around, secret, around, sizes, async (before, hidden, after, cuts) => {
      const out = await through(Buffer.from(`${before}${hidden}${after}`), cuts, new Set([hidden]))
      expect(out.includes(Buffer.from(hidden))).toBe(false)
    }),
  )
})

it('masks it in base64, whatever stands before it, and percent-encoded', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ maxLength: 5 }), sizes, async (before, cuts) => {
      const hidden = 'Zaq1&2wsxCde3'
      const encoded = Buffer.from(`${before}${hidden}!`).toString('base64')
      const out = (
        await through(Buffer.from(`A: ${encoded} ${encodeURIComponent(hidden)}\n`), cuts, new Set([hidden]))
      ).toString()
      expect(Buffer.from(/A: (\S*)/.exec(out)?.[1] ?? '', 'base64').toString()).not.toContain('Zaq1&2wsxC')
      expect(out).not.toContain('Zaq1&2')
      expect(out).not.toContain('Zaq1%262')
    }),
  )
})

it('leaves everything else as it is, byte by byte', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), sizes, async (bytes, cuts) => {
      const out = await through(Buffer.from(bytes), cuts, new Set(['never-in-there-1234567890']))
      expect(out.equals(Buffer.from(bytes))).toBe(true)
    }),
  )
})

it('knows a secret that becomes known on the way', async () => {
  const secrets = new Set<string>()
  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('banner\n')
    secrets.add('hunter2hunter2')
    yield Buffer.from('echo hunter2hunter2\n')
  }
  let masked = 0
  const out = await Array.fromAsync(redacting(pieces(), secrets, () => (masked += 1)))
  expect(Buffer.concat(out).toString()).toBe('banner\necho ***\n')
  expect(masked).toBe(1)
})

it('masks texts too', () => {
  expect(redacted('login failed for hunter2hunter2', new Set(['hunter2hunter2']))).toBe('login failed for ***')
})
