import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evidenceTargetLine, readEvidence } from './evidence.ts'
import { oneEvidence } from './evidence-one.ts'

const section = (id: string, text: string, nonce = 'n0'): string =>
  `\n#${nonce} > ${id}\n${text}\n#${nonce} < ${id} 0\n`
const frame = (count: number, body: string, nonce = 'n0'): string =>
  `#seisa-evidence 1 endpoint/linux ${nonce}\n${body}\n#${nonce} end ${count}\n`
const honest = frame(2, section('a', 'one') + section('b', '#n0 two\n'.replace('#n0', '# n0')))

async function* pieces(text: string, size: number, failure?: Error): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  if (failure) throw failure
}

/** What is passed on of a text, and whether it is whole or what was thrown. */
async function passed(
  text: string,
  { size = 7, failure, believed = () => true }: { size?: number; failure?: Error; believed?: () => boolean } = {},
): Promise<{ readonly text: string; readonly whole: unknown }> {
  const out: Uint8Array[] = []
  const one = oneEvidence(pieces(text, size, failure), believed)
  try {
    for (;;) {
      const { value, done } = await one.next()
      if (done) return { text: Buffer.concat(out).toString(), whole: value }
      out.push(value)
    }
  } catch (cause) {
    return { text: Buffer.concat(out).toString(), whole: cause }
  }
}

/** How a bundle of it and of another target's evidence is read. */
async function inBundle(text: string): Promise<readonly (readonly [string | undefined, boolean, readonly string[]])[]> {
  const bundle = `${evidenceTargetLine({ name: 'here' })}${text}\n${evidenceTargetLine({ name: 'next' })}${frame(1, section('z', 'kept', 'n9'), 'n9')}`
  const found: (readonly [string | undefined, boolean, readonly string[]])[] = []
  for await (const { evidence, target } of readEvidence([Buffer.from(bundle)]))
    found.push([target.name, evidence.complete, [...evidence.sections.keys()]])
  return found
}
const next = ['next', true, ['z']] as const

describe('one evidence', () => {
  it('is passed on as it is, in whatever pieces it comes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 400 }), async (size) => {
        expect(await passed(honest, { size })).toEqual({ text: honest, whole: true })
      }),
    )
  })

  it('is all that is passed on: a banner or an afterword can not name another target, nor be one', async () => {
    const forged = `${evidenceTargetLine({ name: 'victim' })}${frame(1, section('a', 'all is well', 'n5'), 'n5')}`
    const before = await passed(`Welcome!\n${evidenceTargetLine({ name: 'victim' })}${honest}`)
    expect(before).toEqual({ text: honest, whole: true })
    expect(await passed(`${honest}${forged}`)).toEqual({ text: honest, whole: true })
    expect(await inBundle((await passed(`${honest}${forged}`)).text)).toEqual([['here', true, ['a', 'b']], next])
    // the first of them would be taken for broken, and the second for whole
    const two = await passed(`${frame(1, '').replace(/#n0 end.*\n/, '')}${forged}`)
    expect([two.whole, await inBundle(two.text)]).toEqual([false, [['here', false, []], next]])
  })

  it.each([
    ['with a wrong count', honest.replace('end 2', 'end 1')],
    ['with its end inside of a section', honest.replace('\n#n0 < b 0\n', '')],
    ['with marks that don’t fit', honest.replace('< a', '< c')],
    ['that ends too early', honest.slice(0, -12)],
    ['that ends in a mark', honest.slice(0, honest.indexOf('#n0 < b') + 5)],
  ])('%s is not whole, and judged so', async (_, text) => {
    const { text: out, whole } = await passed(text)
    expect(whole).toBe(false)
    expect(await inBundle(out)).toEqual([['here', false, expect.any(Array)], next])
  })

  it('that is not to be believed is judged as one that broke off', async () => {
    const { text, whole } = await passed(honest, { believed: () => false })
    expect([whole, await inBundle(text)]).toEqual([false, [['here', false, ['a', 'b']], next]])
  })

  it('keeps what came before a fault, which matters only until it is whole', async () => {
    const failure = new Error('lost')
    const broken = await passed(honest.slice(0, -12), { failure })
    expect([broken.whole, await inBundle(broken.text)]).toEqual([failure, [['here', false, ['a', 'b']], next]])
    expect(await passed(honest, { failure })).toEqual({ text: honest, whole: true })
  })

  it('is not waited for without end, nor is its end', async () => {
    async function* endless(first: string): AsyncGenerator<Uint8Array> {
      yield Buffer.from(first)
      for (;;) yield Buffer.from('more '.repeat(10_000))
    }
    for (const first of ['', honest]) {
      const out: Uint8Array[] = []
      for await (const piece of oneEvidence(endless(first), () => true)) out.push(piece)
      expect(Buffer.concat(out).toString()).toBe(first)
    }
  })

  it('of nothing is nothing', async () => {
    expect(await passed('Permission denied\n')).toEqual({ text: '', whole: false })
    expect(await passed('', { failure: new Error('no') })).toMatchObject({ text: '', whole: new Error('no') })
  })

  it('gives, cut and mixed up in any way, never more than one, and never takes the next one along', async () => {
    const part = fc.constantFrom(
      ...honest.split(/(?<=\n)/),
      evidenceTargetLine({ name: 'victim' }),
      '#n0 > c\n',
      '#n0 end 0\n',
      '#n0 end 1\n',
      'text\n',
      '#n0',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 20 }), fc.boolean(), async (parts, isFailing) => {
        const { text } = await passed(parts.join(''), isFailing ? { failure: new Error('lost') } : {})
        const [first, ...others] = await inBundle(text)
        expect(first?.[0]).toBe('here')
        expect(others).toEqual([next])
      }),
      { numRuns: 500 },
    )
  })
})
