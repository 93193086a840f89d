import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { Field, Row } from '../core/fact.ts'
import type { Snapshot } from '../core/snapshot.ts'
import { judgeSoftware } from '../core/software/judge-software.ts'
import type { SoftwareList } from '../core/software/list.ts'
import { readSoftwareList } from '../files/software-list.ts'
import { softwareListCsv, softwareListYaml, type WrittenList } from '../files/software-list-write.ts'
import { captureEntries, type CaptureOptions, softwareOf } from './software-capture.ts'
import { differenceOf, isSame } from './software-difference.ts'
import { differenceText } from './software-text.ts'

const folder = mkdtempSync(join(tmpdir(), 'seisa-capture-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const unreadable: Field = { unreadable: { ja: '読めない', en: 'not read' } }
const row = (name: string, fields: Readonly<Record<string, Field>> = {}, key = name): Row => ({
  key,
  name,
  fields: {
    name,
    version: '1.0-1',
    format: 'deb',
    publisher: 'Debian Team <team@lists.debian.org>',
    origin: unreadable,
    'base-system': true,
    path: null,
    sha256: null,
    ...fields,
  },
})
/** A package that somebody put there by hand. */
const added = (name: string): Row =>
  row(name, { publisher: 'Somebody <somebody@example.org>', 'base-system': unreadable })
const file = (path: string, sha256: Field): Row =>
  row(
    path.slice(path.lastIndexOf('/') + 1),
    { format: 'file', publisher: unreadable, 'base-system': false, version: unreadable, path, sha256 },
    `file:${path}`,
  )
const host = (name: string, rows: readonly Row[], complete = true): Snapshot => ({
  component: {
    id: `server:${name}`,
    kind: 'server',
    name,
    platform: 'linux/debian-12',
    identifiers: [],
    observedAt: '2026-11-20T00:00:00Z',
  },
  facts: [],
  scopes: [],
  populations: [],
  tables: [{ type: 'software', rows, complete, evidence: [] }],
  gaps: [],
})

const usual: CaptureOptions = { minimum: 3, versions: true, reason: 'golden', unhashed: 'contents are not pinned' }
const capture = (hosts: readonly Snapshot[], options: Partial<CaptureOptions> = {}) => {
  const { seen, incomplete } = softwareOf(hosts)
  return captureEntries(seen, incomplete, { ...usual, ...options })
}
const listOf = (hosts: readonly Snapshot[], options: Partial<CaptureOptions> = {}): WrittenList => ({
  id: 'captured',
  version: 1,
  title: { ja: '一覧', en: 'List' },
  unlisted: 'forbidden',
  severity: { unlisted: 'medium', forbidden: 'high' },
  controls: [],
  entries: capture(hosts, options).entries.map(({ entry }) => entry),
})
/** The list as a person gets it: written to a file, and read again. */
async function approved(hosts: readonly Snapshot[], as: 'yaml' | 'csv' = 'yaml'): Promise<SoftwareList> {
  const path = join(folder, `list.${as}`)
  const list = listOf(hosts)
  writeFileSync(path, as === 'yaml' ? softwareListYaml(list) : softwareListCsv(list.entries))
  return readSoftwareList(path)
}
const verdicts = (list: SoftwareList, snapshot: Snapshot): readonly string[] =>
  judgeSoftware(snapshot, { list }).findings.flatMap(({ requirement, verdict, row: about }) =>
    verdict === 'not-applicable' ? [] : [`${requirement} ${verdict}${about ? ` ${about.key}` : ''}`],
  )

const hash = 'ab'.repeat(32)
const golden: readonly Row[] = [
  row('bash'),
  row('libc6:amd64', {}, 'deb:libc6:amd64'),
  row('ufw', { publisher: 'Private <me@example.net>', 'base-system': true, version: '0.36.2-1' }),
  ...['docker-ce', 'docker-cli', 'containerd'].map((name) =>
    row(name, { publisher: 'Docker <support@docker.com>', 'base-system': false, version: '5:27.1' }),
  ),
  row('nodejs', { publisher: 'Node <node@example.net>', 'base-system': unreadable, version: '20.1' }),
  row('requests', {
    format: 'pip',
    publisher: unreadable,
    'base-system': false,
    version: '2.31.0',
    path: '/usr/lib/x',
  }),
  file('/opt/app/bin/app', hash),
  file('/opt/app/bin/large', unreadable),
]

describe('a list captured from a golden host', () => {
  it('collapses by origin, and names the others', () => {
    expect(
      listOf([host('golden', golden)]).entries.map(({ id, match, versions, note }) => ({ id, match, versions, note })),
    ).toEqual([
      { id: 'base-system-debian', match: { baseSystem: true, publisher: '*debian.*', format: ['deb'] } },
      { id: 'from-Docker', match: { publisher: 'Docker <support@docker.com>', format: ['deb'] } },
      { id: 'nodejs', match: { name: 'nodejs', format: ['deb'] }, versions: { atLeast: '20.1' } },
      {
        id: 'requests',
        match: { name: 'requests', format: ['pip'] },
        versions: { scheme: 'dotted', atLeast: '2.31.0' },
      },
      { id: 'ufw', match: { name: 'ufw', format: ['deb'] } },
      { id: 'app', match: { path: '/opt/app/bin/app', sha256: hash, format: ['file'] } },
      { id: 'large', match: { path: '/opt/app/bin/large', format: ['file'] }, note: 'contents are not pinned' },
    ])
    expect(listOf([host('golden', golden)], { versions: false }).entries.some(({ versions }) => versions)).toBe(false)
  })

  it('passes on that host and on its twin, and names exactly what was added by hand on another', async () => {
    for (const as of ['yaml', 'csv'] as const) {
      const list = await approved([host('golden', golden)], as)
      expect(verdicts(list, host('golden', golden))).toEqual(['software-listed pass'])
      expect(verdicts(list, host('twin', golden.toReversed()))).toEqual(['software-listed pass'])
      const other = host('other', [...golden, added('netcat-x'), added('miner'), file('/usr/local/bin/tool', hash)])
      expect(verdicts(list, other)).toEqual([
        'software-listed pass',
        'software-listed fail file:/usr/local/bin/tool',
        'software-listed fail miner',
        'software-listed fail netcat-x',
      ])
      const changed = golden.map((one) => (one.name === 'app' ? file('/opt/app/bin/app', 'cd'.repeat(32)) : one))
      expect(verdicts(list, host('changed', changed))).toContain('software-listed fail file:/opt/app/bin/app')
    }
  })

  it('takes the lowest version of several golden hosts', () => {
    const [one, other] = ['20.10', '20.9'].map((version) =>
      row('nodejs', { 'base-system': false, publisher: unreadable, version }),
    )
    const list = listOf([host('a', one ? [one] : []), host('b', other ? [other] : [])])
    expect(list.entries.map(({ versions }) => versions)).toEqual([{ atLeast: '20.9' }])
  })

  it('never lets a publisher stand for others where anybody could be it', () => {
    for (const publisher of [
      unreadable,
      null,
      '',
      'unknown',
      'root <root@web1>',
      'me <me@host.local>',
      '*',
      'A ? <a@b.example.com>',
      'x\u202ey <a@b.org>',
    ]) {
      const rows = ['a', 'b', 'c', 'd'].map((name) => row(name, { publisher, 'base-system': unreadable }))
      const { entries } = capture([host('golden', rows)])
      expect(entries.map(({ entry }) => entry.match.name)).toEqual(['a', 'b', 'c', 'd'])
    }
  })

  it('says what could not be read, and never passes it over', () => {
    expect(capture([host('golden', golden, false)]).incomplete).toHaveLength(1)
    expect(capture([{ ...host('golden', []), tables: [] }]).incomplete).toHaveLength(1)
    expect(capture([host('empty', [])]).incomplete).toHaveLength(1)
    expect(capture([host('golden', [row('x', { name: unreadable })])]).incomplete).toHaveLength(1)
    expect(capture([host('golden', [row('x'.repeat(501), { 'base-system': false })])])).toMatchObject({
      entries: [],
      incomplete: [{ en: expect.stringContaining('too long') }],
    })
    for (const name of ['***', 'a?', 'nc*', 'n\u200bc'])
      expect(capture([host('golden', [row(name, { format: 'pip', 'base-system': false })])])).toMatchObject({
        entries: [],
        incomplete: [{ en: expect.stringContaining('can not say exactly') }],
      })
    expect(capture([host('golden', golden)]).incomplete).toEqual([])
  })

  it('whatever a hostile host holds, passes on that host and allows nothing else by a wildcard', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.constantFrom(
        '*',
        '?',
        '**',
        'a*',
        ' a',
        'a\n',
        '=cmd|x',
        '\u202ea',
        '＊',
        'constructor',
        '__proto__',
        '#',
        ': ',
      ),
    )
    const field = fc.oneof(text, fc.constant(null), fc.constant(unreadable))
    const hostile = fc.record({
      name: text.filter((one) => one.trim() !== ''),
      version: field,
      format: fc.constantFrom('deb', 'rpm', 'pip', 'file', 'snap'),
      publisher: field,
      origin: field,
      'base-system': fc.constantFrom(true, false, unreadable),
      path: field,
      sha256: fc.constantFrom(hash, null, unreadable),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(hostile, { minLength: 1, maxLength: 8 }), async (fields) => {
        const all = fields.map((one, at) => row(one.name, one, `k${at}`))
        // what can't be written exactly is left out, one by one, and said
        const rows = all.filter((one) => capture([host('golden', [one])]).incomplete.length === 0)
        expect(capture([host('golden', all)]).incomplete.length > 0).toBe(rows.length < all.length)
        if (rows.length === 0) return
        const snapshot = host('golden', rows)
        for (const as of ['yaml', 'csv'] as const) {
          const list = await approved([snapshot], as)
          expect(
            list.entries.flatMap(({ match }) => Object.values(match)).filter((part) => String(part).includes('*')),
          ).toEqual([])
          const pinned = list.entries.filter(({ match }) => match.sha256 === undefined)
          expect(pinned.filter(({ match }) => /[?？]/.test(`${match.name}${match.path}${match.publisher}`))).toEqual([])
          expect(verdicts(list, snapshot).filter((one) => one.includes(' fail'))).toEqual([])
        }
      }),
      { numRuns: 100 },
    )
  })
})

describe('what separates a list from golden hosts', () => {
  const difference = async (rows: readonly Row[], approvedRows: readonly Row[] = golden) =>
    differenceOf(await approved([host('golden', approvedRows)]), [{ snapshot: host('new', rows), labels: {} }], usual)

  it('is nothing for the host that it was captured from', async () => {
    const found = await difference(golden)
    expect(isSame(found)).toBe(true)
    expect(found.incomplete).toEqual([])
  })

  it('is what to add, with who asks for it, versions that differ, and entries that match nothing', async () => {
    const rows = [
      ...golden
        .filter(({ name }) => name !== 'ufw')
        .map((one) => (one.name === 'nodejs' ? row('nodejs', { ...one.fields, version: '18.0' }) : one)),
      added('miner'),
    ]
    expect(await difference(rows)).toMatchObject({
      list: { id: 'captured', version: 1 },
      add: [
        {
          entry: { id: 'miner', match: { name: 'miner', format: ['deb'] } },
          from: [{ name: 'miner', version: '1.0-1', host: 'new' }],
        },
      ],
      versions: [{ entry: 'nodejs', range: '>= 20.1', found: [{ name: 'nodejs', version: '18.0', host: 'new' }] }],
      unused: [{ entry: 'ufw' }],
      forbidden: [],
    })
  })

  it('says where other contents lie in the place of listed ones, and proposes none of them', async () => {
    const rows = golden.map((one) => (one.name === 'app' ? file('/opt/app/bin/app', 'cd'.repeat(32)) : one))
    const found = await difference(rows)
    expect(found).toMatchObject({
      add: [],
      contents: [{ entry: 'app', found: [{ name: '/opt/app/bin/app', host: 'new' }] }],
      unused: [],
    })
    expect(isSame(found)).toBe(false)
    expect(differenceText(found, 'ja')).toContain('内容（ハッシュ値）が一覧と違うファイル (1)')
    const list = await approved([host('golden', golden)])
    const [fail] = judgeSoftware(host('new', rows), { list }).findings.filter(({ verdict }) => verdict === 'fail')
    expect(fail?.actual.en).toBe('its contents are not those listed (the hash of entry app)')
    // a file elsewhere with other contents has nothing to do with it
    expect((await difference([...golden, file('/opt/x/app', 'cd'.repeat(32))])).contents).toEqual([])
  })

  it('never proposes what people have withdrawn, limited or may have forbidden, and never leaves it out', async () => {
    const { entries, ...head } = await approved([host('golden', golden)])
    const rows = [...golden, added('old'), added('gone'), added('admins'), added('perhaps'), added('new')]
    const extra = ['old', 'gone', 'admins', 'perhaps'].map((name) => ({
      id: name,
      status: name === 'perhaps' ? ('deny' as const) : ('allow' as const),
      state: name === 'gone' ? ('retired' as const) : ('active' as const),
      match: name === 'perhaps' ? { name, baseSystem: true } : { name },
      ...(name === 'old' && { validUntil: '2026-01-01' }),
      ...(name === 'admins' && { role: 'administrator' as const }),
      reason: 'x',
      at: `ours:${name}`,
    }))
    const list = { ...head, entries: [...entries, ...extra] }
    const hosts = [{ snapshot: host('new', rows), labels: {} }]
    const found = differenceOf(list, hosts, usual)
    expect(found.add.map(({ entry }) => entry.id)).toEqual(['new'])
    expect(found.ended.map(({ entry, how, found: by }) => [entry, how, by[0]?.name])).toEqual([
      ['old', 'expired', 'old'],
      ['gone', 'retired', 'gone'],
    ])
    expect(found.undecided.map(({ name }) => name)).toEqual(['admins', 'perhaps'])
    expect(isSame({ ...found, add: [], versions: [], unused: [] })).toBe(false)
    const shown = differenceText(found, 'en')
    for (const one of ['old (expired; ours:old)', 'gone (retired; ours:gone)', '? admins', '? perhaps'])
      expect(shown).toContain(one)
    // as the list is used: for administrators, nothing is left to decide about what they may use
    const administrators = differenceOf(list, hosts, usual, [{ list, role: 'administrator' }])
    expect(administrators.undecided.map(({ name }) => name)).toEqual(['perhaps'])
    expect(administrators.unused).toEqual([])
    // and for hosts that it is not used for, nothing is said to be the same
    const elsewhere = differenceOf(list, hosts, usual, [{ list, for: { kind: ['workstation'] } }])
    expect(elsewhere.incomplete.map(({ en }) => en)).toEqual([expect.stringContaining('the list is not used for it')])
  })

  it('gives new entries ids that the list does not have yet', async () => {
    const rows = [
      ...golden,
      row('nodejs', { format: 'rpm', 'base-system': false, publisher: unreadable }, 'rpm:nodejs'),
    ]
    const { add } = await difference(rows)
    expect(add.map(({ entry }) => entry.id)).toEqual([expect.stringMatching(/^nodejs-[0-9a-f]{8}$/)])
  })
})
