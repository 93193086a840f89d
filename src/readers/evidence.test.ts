import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evidenceBreakLine, evidenceTargetLine, readEvidence, type ReadEvidence } from './evidence.ts'

const header = '#seisa-evidence 1 endpoint/linux n0'
/** A section as the collector prints it: the mark's own line break stands after the text. */
const section = (id: string, text: string, end = '0'): string => `\n#n0 > ${id}\n${text}\n#n0 < ${id} ${end}\n`
const frame = (count: number, ...sections: readonly string[]): string =>
  `${header}\n${sections.join('')}\n#n0 end ${count}\n`

async function read(
  chunks: Iterable<Uint8Array>,
  limits = { section: 1000, total: 10_000 },
): Promise<readonly ReadEvidence[]> {
  const all: ReadEvidence[] = []
  for await (const one of readEvidence(chunks, limits)) all.push(one)
  return all
}
const readText = (text: string): Promise<readonly ReadEvidence[]> => read([Buffer.from(text)])
const only = async (text: string) => {
  const [first, ...others] = await readText(text)
  expect(others).toEqual([])
  if (!first) throw new Error('no evidence was found')
  return first.evidence
}

describe('evidence', () => {
  it('gives each section its text as it was, with or without a last line break', async () => {
    const evidence = await only(frame(3, section('a', 'one\n'), section('b', 'two'), section('c', '')))
    expect(evidence.complete).toBe(true)
    expect(
      [...evidence.sections.values()].map(({ id, text, complete, exitCode }) => [id, text, complete, exitCode]),
    ).toEqual([
      ['a', 'one\n', true, 0],
      ['b', 'two', true, 0],
      ['c', '', true, 0],
    ])
  })

  it('passes over a login banner and what comes after the end', async () => {
    const found = await readText(`Welcome!\n#not-a-header\n${frame(1, section('a', 'x'))}logout\n`)
    expect(found.map(({ evidence }) => [evidence.complete, evidence.sections.get('a')?.text])).toEqual([[true, 'x']])
  })

  it('reads CRLF line ends as the same text', async () => {
    const text = frame(2, section('a', 'one\ntwo\n'), section('b', 'x', '1'))
    expect(await only(text.replaceAll('\n', '\r\n'))).toEqual(await only(text))
  })

  it('knows the reasons of sections that were left out, and no others', async () => {
    const evidence = await only(
      frame(3, section('a', '', '- root'), section('b', '', '- command'), section('c', '', '- mood')),
    )
    expect([...evidence.sections.values()].map(({ skipped, exitCode }) => [skipped, exitCode])).toEqual([
      ['root', null],
      ['command', null],
      [undefined, null],
    ])
  })

  it('takes marks of another nonce, and headers inside a section, for text', async () => {
    const inside = `#n1 < a 0\n#n1 end 1\n${header}\n#seisa-evidence 1 endpoint/linux other\n #n0 < a 0`
    const evidence = await only(frame(1, section('a', inside)))
    expect(evidence.sections.get('a')).toMatchObject({ text: inside, complete: true })
  })

  it('trusts neither of two sections with one name', async () => {
    const evidence = await only(frame(2, section('a', 'one'), section('a', 'two')))
    expect(evidence.sections.get('a')?.complete).toBe(false)
  })

  it('is not whole when the number of sections differs or a mark stands in the wrong place', async () => {
    expect((await only(frame(2, section('a', 'x')))).complete).toBe(false)
    expect((await only(frame(1, section('a', 'x'), '#n0 < b 0\n'))).complete).toBe(false)
  })

  it('does not take a mark that broke off for a shorter one', async () => {
    const text = frame(1, section('a', 'x', '124'))
    const cut = text.slice(0, text.indexOf('124') + 1)
    expect(cut.endsWith('#n0 < a 1')).toBe(true)
    expect((await only(cut)).sections.get('a')).toMatchObject({ complete: false, exitCode: null })
  })

  it('accepts an end mark whose line break was lost in copying', async () => {
    expect((await only(frame(1, section('a', 'x')).trimEnd())).complete).toBe(true)
  })

  it('reads several outputs of one bundle, each with the target named before it', async () => {
    const text = `${evidenceTargetLine({ name: 'web', labels: { system: 'a' } })}${frame(1, section('a', '1'))}\n${frame(1, section('a', '2'))}`
    expect((await readText(text)).map(({ target, evidence }) => [target, evidence.sections.get('a')?.text])).toEqual([
      [{ name: 'web', labels: { system: 'a' } }, '1'],
      [{}, '2'],
    ])
  })

  it('keeps the evidence after one that broke off, where the bundle says that it did', async () => {
    const broken = frame(1, section('a', 'lost'))
    const first = `${evidenceTargetLine({ name: 'web' })}${broken.slice(0, broken.indexOf('lost') + 2)}`
    const second = `${evidenceTargetLine({ name: 'db' })}${frame(1, section('a', 'kept')).replaceAll('n0', 'n9')}`
    const found = await readText(`${first}${evidenceBreakLine('n0')}${second}`)
    expect(found.map(({ target, evidence }) => [target.name, evidence.complete, evidence.sections.get('a')])).toEqual([
      ['web', false, expect.objectContaining({ complete: false })],
      ['db', true, expect.objectContaining({ complete: true, text: 'kept' })],
    ])
  })

  it('cuts a section at its limit and says so, and goes on with the next', async () => {
    const evidence = await only(
      frame(3, section('a', 'x'.repeat(5000)), section('b', 'line\n'.repeat(400)), section('c', 'z')),
    )
    expect([...evidence.sections.values()].map(({ complete, text }) => [complete, text.length <= 1001])).toEqual([
      [false, true],
      [false, true],
      [true, true],
    ])
  })

  it('keeps no more than its limit, however many sections there are', async () => {
    const many = Array.from({ length: 40 }, (_, at) => section(`s${at}`, 'y'.repeat(900)))
    const [found] = await readText(frame(40, ...many))
    const kept = [...(found?.evidence.sections.values() ?? [])]
    expect(kept.reduce((size, { text }) => size + text.length, 0)).toBeLessThanOrEqual(10_000)
    expect(found?.evidence.complete).toBe(false)
  })

  it.each([
    ['text without an end', () => 'no line break'],
    ['sections without an end', (at: number) => `\n#n0 > s${at}\n\n#n0 < s${at} 0\n`],
    ['one section without an end', (at: number) => (at === 0 ? '\n#n0 > a\n' : 'more\n')],
  ])('stops reading %s', async (_, piece) => {
    let given = 0
    function* endless(): Generator<Uint8Array> {
      yield Buffer.from(`${header}\n`)
      for (;;) yield Buffer.from(piece(given++))
    }
    const found = await read(endless())
    expect(found.every(({ evidence }) => !evidence.complete)).toBe(true)
    expect(given).toBeLessThan(20_000)
  })

  const piece = fc.constantFrom(
    `${header}\n`,
    '#n0 > a\n',
    '#n0 > b\n',
    '#n0 < a 0\n',
    '#n0 < b 1\n',
    '#n0 < a - root\n',
    '#n0 end 1\n',
    '#n0 end 2\n',
    '\n',
    '\r\n',
    'text',
    '日本語',
    '#seisa-target {"name":"x"}\n',
    '#seisa-target {"__proto__":{"a":1},"labels":{"b":2}}\n',
    '#n0',
    ' ',
    '\0',
    '\u202e',
  )
  const content = fc.oneof(
    fc.array(piece, { maxLength: 25 }).map((pieces) => Buffer.from(pieces.join(''))),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.concat([Buffer.from(`${header}\n#n0 > a\n`), bytes])),
    fc.uint8Array({ maxLength: 300 }),
  )

  it('never throws, whatever the bytes are', async () => {
    await fc.assert(fc.asyncProperty(content, async (bytes) => void (await read([bytes]))))
  })

  it('reads the same however the bytes are split into chunks', async () => {
    const splits = fc.array(fc.integer({ min: 0, max: 700 }), { maxLength: 12 })
    await fc.assert(
      fc.asyncProperty(content, splits, async (bytes, places) => {
        const ends = [...places.filter((place) => place < bytes.length).sort((a, b) => a - b), bytes.length]
        const chunks = ends.map((end, at) => bytes.subarray(ends[at - 1] ?? 0, end))
        expect(await read(chunks)).toEqual(await read([bytes]))
      }),
    )
  })

  it('never gives back a section as whole that an earlier end of the bytes had not closed', async () => {
    const whole = Buffer.from(frame(2, section('a', 'one\ntwo'), section('b', 'three', '127')))
    const expected = await only(whole.toString())
    for (let end = 0; end < whole.length - 1; end += 1) {
      const [found] = await read([whole.subarray(0, end)])
      expect(found?.evidence.complete ?? false).toBe(false)
      for (const one of found?.evidence.sections.values() ?? []) {
        if (one.complete) expect(one).toEqual(expected.sections.get(one.id))
      }
    }
  })
})

it('does not pass over a target of which nothing was collected', async () => {
  const line = (name: string): Buffer => Buffer.from(evidenceTargetLine({ name }))
  const whole = Buffer.from('#seisa-evidence 1 endpoint/linux n\n\n#n end 0\n')
  const read = await Array.fromAsync(readEvidence([line('a'), Buffer.from('\n'), line('b'), whole, line('c')]))
  expect(read.map(({ evidence, target }) => [target.name, evidence.collector, evidence.complete])).toEqual([
    ['a', '', false],
    ['b', 'endpoint/linux', true],
    ['c', '', false],
  ])
})
