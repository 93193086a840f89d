import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SoftwareList } from '../core/software/list.ts'
import { readSoftwareList } from './software-list.ts'
import {
  softwareListCsv,
  softwareListRows,
  softwareListXlsx,
  softwareListYaml,
  type WrittenEntry,
  type WrittenList,
} from './software-list-write.ts'

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seisa-lists-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function reread(name: string, content: string | Uint8Array): Promise<SoftwareList> {
  const path = join(folder, name)
  writeFileSync(path, content)
  return readSoftwareList(path)
}
const plain = ({ entries }: SoftwareList): readonly WrittenEntry[] => entries.map((one) => ({ ...one, at: undefined }))

/** Text as a file may hold it: anything that can be seen, without spaces at its ends. */
const text = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
    fc.constantFrom(
      'constructor',
      '__proto__',
      '=cmd|calc',
      "'+1",
      '-x',
      '@a',
      '許可',
      '"',
      'a, b',
      'x: y',
      '# z',
      '{a}',
      '~',
      'null',
      'true',
      '1.10',
      '０',
      "'",
    ),
  )
  .map((one) => one.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '').trim())
  .filter((one) => one !== '' && !/^[*?\s]*$/.test(one.normalize('NFKC')))
const version = fc
  .tuple(fc.nat(99), fc.string({ unit: fc.constantFrom(...'0123456789ab.+~-:'), maxLength: 8 }))
  .map(([number, rest]) => `${number}${rest}1`)
const day = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10))
const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined })

/** Without the members that are undefined, as a reader leaves them out. */
const defined = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

const entry = (components: fc.Arbitrary<WrittenEntry['components']>) =>
  fc.record({
    status: fc.constantFrom('allow' as const, 'deny' as const),
    state: fc.constantFrom('active' as const, 'retired' as const),
    match: fc.record({
      name: text,
      publisher: maybe(text),
      origin: maybe(text),
      path: maybe(text.map((one) => `/opt/${one}`)),
      sha256: maybe(fc.constant('0a'.repeat(32))),
      baseSystem: maybe(fc.boolean()),
      format: maybe(fc.constantFrom(['deb'], ['pip', 'file'])),
    }),
    versions: maybe(
      fc.oneof(
        fc.record({
          scheme: maybe(fc.constantFrom('deb' as const, 'dotted' as const)),
          atLeast: version,
          below: maybe(version),
        }),
        fc.record({ above: version, atMost: version }),
        fc.record({ equals: version }),
      ),
    ),
    platform: maybe(fc.constantFrom(['linux'], ['linux/debian-*', 'windows'])),
    components,
    role: maybe(fc.constantFrom('administrator' as const, 'user' as const)),
    reason: text,
    validUntil: maybe(day),
    registeredOn: maybe(day),
    approvedBy: maybe(text),
    note: maybe(text),
  })
const list = (components: fc.Arbitrary<WrittenEntry['components']>): fc.Arbitrary<WrittenList> =>
  fc.array(entry(components), { minLength: 1, maxLength: 5 }).map(
    (entries): WrittenList =>
      JSON.parse(
        JSON.stringify({
          id: 'ours',
          version: 2,
          title: { ja: '一覧', en: 'List: "x"' },
          unlisted: 'forbidden',
          severity: { unlisted: 'low', forbidden: 'critical' },
          controls: ['own.1'],
          entries: entries.map((one, at) => ({ id: `e${at}`, ...one })),
        }),
      ),
  )
const simple = maybe(
  fc.oneof(
    fc.constantFrom({ kind: ['server' as const] }, { kind: ['server' as const, 'workstation' as const] }),
    fc.constantFrom({ component: ['web-1', 'web-2'] }, { label: { role: 'web' } }),
  ),
)
const any = fc.oneof(simple, fc.constant({ kind: ['server' as const], label: { a: 'b', c: 'd' }, platform: ['linux'] }))

describe('a list that was written', () => {
  it('as YAML is read back as it was, comments or not', async () => {
    await fc.assert(
      fc.asyncProperty(list(any), fc.array(fc.string(), { maxLength: 2 }), async (given, comment) => {
        const seen = comment.map((line) => line.replaceAll(/[\p{C}]/gu, ' '))
        const read = await reread('a.yaml', softwareListYaml(given, seen))
        expect(defined(plain(read))).toEqual(given.entries)
        expect(read).toMatchObject({ ...given, entries: expect.anything() })
      }),
      { numRuns: 60 },
    )
  })

  it('as CSV or as a workbook has the same entries, and nothing in it that a spreadsheet would run', async () => {
    await fc.assert(
      fc.asyncProperty(list(simple), async ({ entries }) => {
        const csv = softwareListCsv(entries)
        for (const cell of parse(csv, { bom: true }).flat()) expect(cell).not.toMatch(/^[=+\-@\t\r]/)
        expect(defined(plain(await reread('a.csv', csv)))).toEqual(entries)
        expect(defined(plain(await reread('a.xlsx', await softwareListXlsx(entries))))).toEqual(entries)
      }),
      { numRuns: 15 },
    )
  })

  it('is refused as a table when a table can not say which components it is for', () => {
    const one = { id: 'a', status: 'allow' as const, state: 'active' as const, match: { name: 'a' }, reason: 'x' }
    for (const components of [
      { kind: ['server' as const], label: { a: 'b' } },
      { label: { a: 'b', c: 'd' } },
      { component: ['a,b'] },
    ])
      expect(() => softwareListRows([{ ...one, components }])).toThrow('a table can not hold')
  })
})
