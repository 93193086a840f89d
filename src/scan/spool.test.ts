import { readdirSync, statSync } from 'node:fs'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Spool } from './spool.ts'

let folder = ''
const before = process.env['TMPDIR']
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seisa-spool-test-'))
  process.env['TMPDIR'] = folder
})
afterEach(() => {
  if (before === undefined) delete process.env['TMPDIR']
  else process.env['TMPDIR'] = before
  rmSync(folder, { recursive: true, force: true })
})

const all = async (spool: Spool, kind: 'component' | 'finding'): Promise<readonly unknown[]> => {
  const records: unknown[] = []
  for await (const record of spool.read(kind)) records.push(record)
  return records
}

describe('the spool', () => {
  it('gives the records of each target together, in the order of the targets, as often as asked', async () => {
    const spool = await Spool.create()
    // three targets at once, the last one finished first
    const writers = await Promise.all([0, 1, 2].map((position) => spool.writer(position)))
    for (let round = 0; round < 3; round += 1) {
      for (const [position, writer] of [...writers.entries()].reverse()) {
        await writer.write('finding', { position, round, text: '日本語\n\u2028' })
        if (round === 0) await writer.write('component', { position })
      }
    }
    for (const writer of [...writers].reverse()) await writer.close()
    const later = await spool.writer(3)
    await later.write('finding', { position: 3, round: 0 })
    await later.close()
    const expected = [0, 1, 2].flatMap((position) =>
      [0, 1, 2].map((round) => ({ position, round, text: '日本語\n\u2028' })),
    )
    for (let time = 0; time < 2; time += 1) {
      expect(await all(spool, 'finding')).toEqual([...expected, { position: 3, round: 0 }])
      expect(await all(spool, 'component')).toEqual([{ position: 0 }, { position: 1 }, { position: 2 }])
    }
    await spool.remove()
  })

  it('keeps every record whole, however large and however many', async () => {
    const record = fc.record({ text: fc.string({ unit: 'binary', maxLength: 300 }), long: fc.boolean() })
    const targets = fc.array(fc.array(record, { maxLength: 8 }), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(targets, async (given) => {
        const spool = await Spool.create()
        const wanted = given.map((records) =>
          records.map(({ text, long }) => (long ? text.padEnd(90_000, '長') : text)),
        )
        for (const [position, records] of wanted.entries()) {
          const writer = await spool.writer(position)
          for (const one of records) await writer.write('finding', { one })
          await writer.close()
        }
        expect(await all(spool, 'finding')).toEqual(wanted.flat().map((one) => ({ one })))
        await spool.remove()
      }),
      { numRuns: 6 },
    )
  })

  it('is for its owner only and leaves nothing behind', async () => {
    const spool = await Spool.create()
    const writer = await spool.writer(0)
    await writer.write('finding', { secret: true })
    await writer.close()
    const [name = ''] = readdirSync(folder)
    expect(statSync(join(folder, name)).mode & 0o077).toBe(0)
    for (const file of readdirSync(join(folder, name))) {
      expect(statSync(join(folder, name, file)).mode & 0o077).toBe(0)
    }
    await spool.remove()
    expect(readdirSync(folder)).toEqual([])
  })

  it('says that the temporary folder is the trouble, and that TMPDIR names another', async () => {
    process.env['TMPDIR'] = join(folder, 'not-there')
    await expect(Spool.create()).rejects.toMatchObject({
      code: 'output',
      next: { en: expect.stringContaining('TMPDIR'), ja: expect.stringContaining('TMPDIR') },
    })
  })
})
