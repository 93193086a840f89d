import { describe, expect, it, test } from 'vitest'
import type { Field, Row } from '../fact.ts'
import type { Finding } from '../run.ts'
import { judgeSoftware, type SoftwareOptions } from './judge-software.ts'
import type { SoftwareEntry, SoftwareRole } from './list.ts'
import { blacklist, entry, pack, server, unread, whitelist } from './testing/samples.ts'

const judge = (rows: readonly Row[], entries: readonly SoftwareEntry[], options?: SoftwareOptions) =>
  judgeSoftware(server(rows), { list: whitelist(entries) }, options)

/** `requirement row verdict`, the row `*` where a finding stands for several. */
const told = (findings: readonly Finding[]): readonly string[] =>
  findings.map(({ requirement, row, verdict }) => `${requirement} ${row?.name ?? '*'} ${verdict}`)

const only = (findings: readonly Finding[], name: string): Finding => {
  const found = findings.filter(({ row }) => row?.name === name)
  expect(found).toHaveLength(1)
  return found[0] as Finding
}

const nginx = entry({ id: 'N', match: { name: 'nginx' } })

describe('a whitelist', () => {
  it('fails what no entry takes, one by one, and counts the rest', () => {
    const { findings, matched, complete } = judge([pack('nginx'), pack('nmap'), pack('evil')], [nginx])
    expect(told(findings)).toEqual(['software-listed * pass', 'software-listed evil fail', 'software-listed nmap fail'])
    expect(findings[0]).toMatchObject({ count: 1, kind: 'unlisted-software' })
    expect([...matched]).toEqual(['N'])
    expect(complete).toBe(true)
  })

  it('says of each what, where, and the two ways to put it right', () => {
    const found = only(
      judge([pack('nginx', { version: '1.22.1-9' })], [entry({ id: 'x', match: { name: 'y' } })]).findings,
      'nginx',
    )
    expect(found).toMatchObject({
      kind: 'unlisted-software',
      severity: 'medium',
      baseline: 'ours',
      component: 'server:one',
      row: { type: 'software', key: 'deb:nginx:amd64', name: 'nginx', version: '1.22.1-9' },
      controls: ['mod-proc.a6.1.4.b'],
      evidence: [{ source: 'dpkg', at: 'nginx' }],
      actual: { ja: '一覧にない', en: 'not listed' },
    })
    expect(found.remedy?.en).toMatch(/apt-get remove NAME.*or.*approved.*list ours/)
    expect(found.remedy?.ja).toMatch(/apt-get remove 名称.*承認.*一覧 ours/)
  })

  test.each<[string, RegExp]>([
    ['deb', /apt-get remove/],
    ['rpm', /dnf remove/],
    ['apk', /apk del/],
    ['pacman', /pacman -R/],
    ['snap', /snap remove/],
    ['flatpak', /flatpak uninstall/],
    ['pip', /pip uninstall/],
    ['file', /remove the file/],
    ['constructor', /^remove the software;/],
  ])('names the command of the format %s', (format, command) => {
    expect(only(judge([pack('x', { format })], []).findings, 'x').remedy?.en).toMatch(command)
  })

  it('calls a program outside of packages by its path', () => {
    const program = pack('docker', { format: 'file', path: '/usr/local/bin/docker' })
    expect(judge([program], []).findings[0]?.row?.name).toBe('/usr/local/bin/docker')
  })

  it('keeps ids over versions, and tells versions apart by the value', () => {
    const [a, b] = ['1', '2'].map((version) => only(judge([pack('x', { version })], []).findings, 'x'))
    expect(a?.id).toBe(b?.id)
    expect(a?.valueHash).not.toBe(b?.valueHash)
  })

  it('without entries fails everything', () => {
    expect(told(judge([pack('a'), pack('b')], []).findings)).toEqual([
      'software-listed a fail',
      'software-listed b fail',
    ])
  })

  it('does not count retired entries, nor those that name nothing', () => {
    const entries = [entry({ id: 'old', match: { name: '*' }, state: 'retired' }), entry({ id: 'void', match: {} })]
    expect(told(judge([pack('a')], entries).findings)).toEqual(['software-listed a fail'])
  })
})

describe('an entry takes', () => {
  const cases: readonly [string, SoftwareEntry['match'], Record<string, Field>, Finding['verdict']][] = [
    ['a name by glob, whatever its width and case', { name: 'ＮＧ?nx*' }, {}, 'pass'],
    ['a name without its architecture', { name: 'nginx' }, { name: 'nginx:amd64' }, 'pass'],
    ['no other name', { name: 'nginx-*' }, {}, 'fail'],
    ['an origin', { origin: 'debian' }, {}, 'pass'],
    ['nothing of an origin that is not recorded', { origin: '*' }, { origin: unread }, 'unknown'],
    ['nothing of an origin that there is not', { origin: '*' }, { origin: null }, 'fail'],
    ['a publisher', { publisher: '*@example.jp>' }, {}, 'pass'],
    ['a path', { path: '/opt/vendor/*' }, { path: '/opt/vendor/bin/x' }, 'pass'],
    ['a hash', { sha256: 'AB'.repeat(32) }, { sha256: 'ab'.repeat(32) }, 'pass'],
    ['no part of a hash', { sha256: 'ab*' }, { sha256: 'ab'.repeat(32) }, 'fail'],
    ['the base system', { baseSystem: true }, { 'base-system': true }, 'pass'],
    ['what is not of the base system', { baseSystem: false }, { 'base-system': false }, 'pass'],
    ['not the other', { baseSystem: false }, { 'base-system': true }, 'fail'],
    ['a format', { format: ['rpm', 'DEB'] }, {}, 'pass'],
    ['all parts together', { name: 'nginx', origin: 'Ubuntu' }, {}, 'fail'],
    [
      'nothing when one part does not hold, whatever is not read',
      { name: 'x', origin: '*' },
      { origin: unread },
      'fail',
    ],
    ['nothing that is endless', { name: '*' }, { name: 'n'.repeat(5000) }, 'unknown'],
  ]
  test.each(cases)('%s', (_, match, fields, verdict) => {
    expect(judge([pack('nginx', fields)], [entry({ id: 'E', match })]).findings.map((one) => one.verdict)).toEqual([
      verdict,
    ])
  })

  it('names the entry and the field that keep a match from being known', () => {
    const { findings, open } = judge([pack('x', { origin: unread })], [entry({ id: 'E-9', match: { origin: 'v*' } })])
    expect(only(findings, 'x')).toMatchObject({
      verdict: 'unknown',
      kind: 'unknown',
      reason: {
        ja: '項目 E-9 に当たるか不明: 配布元が決められない（記録がない）',
        en: 'entry E-9 may take it: Origin is not known (no record)',
      },
    })
    expect([...open]).toEqual(['E-9'])
  })

  it('is asked by every entry when the name is not read', () => {
    const { findings } = judge([pack('x', { name: unread })], [nginx])
    expect(only(findings, 'x').verdict).toBe('unknown')
  })
})

describe('a range of versions', () => {
  const versions = { atLeast: '1.2' }
  const ranged = [entry({ id: 'R', match: { name: 'x' }, versions })]

  it('says which versions are listed', () => {
    expect(only(judge([pack('x', { version: '1.1' })], ranged).findings, 'x')).toMatchObject({
      verdict: 'fail',
      kind: 'unlisted-software',
      actual: { ja: '版 1.1、一覧では 1.2 以上', en: 'version 1.1, listed: at least 1.2' },
    })
  })

  test.each<[string, Record<string, Field>, SoftwareEntry['versions'], Finding['verdict']]>([
    ['by the order of Debian', { version: '1:0.9-1' }, { atLeast: '1:0.5' }, 'pass'],
    ['by the order of Debian, tildes too', { version: '1.2~rc1-1' }, versions, 'fail'],
    ['by the order of rpm', { format: 'rpm', version: '1.2^git1-3' }, versions, 'pass'],
    [
      'of rpm, any release where the bound has none',
      { format: 'rpm', version: '1.2-3.el9' },
      { equals: '1.2' },
      'pass',
    ],
    [
      'of rpm, one release where the bound has it',
      { format: 'rpm', version: '1.2-3.el9' },
      { equals: '1.2-4.el9' },
      'fail',
    ],
    ['in no known order for pacman', { format: 'pacman', version: '1.2-1' }, versions, 'unknown'],
    ['in no known order for pip', { format: 'pip', version: '1.2' }, versions, 'unknown'],
    [
      'in the order that the entry gives',
      { format: 'pip', version: '1.10' },
      { atLeast: '1.9', scheme: 'dotted' },
      'pass',
    ],
    ['unknown without a version', { version: null }, versions, 'unknown'],
    ['unknown where it is not read', { version: unread }, versions, 'unknown'],
    ['unknown of a word', { format: 'pip', version: 'latest' }, { atLeast: '1', scheme: 'dotted' }, 'unknown'],
    ['unknown without a format', { format: unread }, versions, 'unknown'],
    ['with all bounds', { version: '2.0' }, { above: '1.0', below: '2.0' }, 'fail'],
    ['with a bound that it meets', { version: '2.0' }, { above: '1.0', atMost: '2.0' }, 'pass'],
    ['without any bound', { version: unread }, {}, 'pass'],
  ])('is held %s', (_, fields, range, verdict) => {
    const entries = [entry({ id: 'R', match: { name: 'x' }, ...(range && { versions: range }) })]
    expect(judge([pack('x', fields)], entries).findings[0]?.verdict).toBe(verdict)
  })

  it('does not tell of versions where the name is another or not surely the same', () => {
    expect(only(judge([pack('y')], ranged).findings, 'y').actual.en).toBe('not listed')
    const both = [entry({ id: 'R', match: { name: 'x', origin: 'o' }, versions })]
    expect(only(judge([pack('x', { version: '1.1', origin: unread })], both).findings, 'x').actual.en).toBe(
      'not listed',
    )
  })

  it('forbids only the versions that it takes', () => {
    const list = blacklist([entry({ id: 'B', match: { name: 'x' }, versions: { below: '3.0' } })])
    const verdict = (version: Field) => judgeSoftware(server([pack('x', { version })]), { list }).findings[0]?.verdict
    expect(verdict('2.9-1')).toBe('fail')
    expect(verdict('3.0-1')).toBe('pass')
    expect(verdict(unread)).toBe('unknown')
  })
})

describe('a prohibition', () => {
  it('beats every allowance and is told once', () => {
    const entries = [
      entry({ id: 'A', match: { name: 'nmap' } }),
      entry({ id: 'D', match: { name: 'nmap*' }, status: 'deny', reason: '許可制' }),
    ]
    const { findings, matched } = judge([pack('nmap'), pack('x')], entries)
    expect(told(findings)).toEqual([
      'software-listed x fail',
      'software-not-forbidden * pass',
      'software-not-forbidden nmap fail',
    ])
    expect(only(findings, 'nmap')).toMatchObject({
      kind: 'forbidden-software',
      severity: 'high',
      actual: { ja: '項目 D で禁止: 許可制', en: 'forbidden by entry D: 許可制' },
    })
    expect([...matched].sort()).toEqual(['A', 'D'])
  })

  it('is named by the first entry by id, however each is written', () => {
    for (const names of [
      ['nmap', 'n*'],
      ['n*', 'nmap'],
      ['nm*', '*map'],
      ['*', 'nmap'],
    ]) {
      const entries = names.map((name, at) => entry({ id: `D${at}`, match: { name }, status: 'deny' }))
      for (const given of [entries, entries.toReversed()]) {
        expect(only(judge([pack('nmap')], given).findings, 'nmap').actual.en).toBe('forbidden by entry D0')
      }
    }
  })

  it('that may hold is unknown, and what nothing allows fails all the same', () => {
    const entries = [entry({ id: 'D', match: { origin: 'x' }, status: 'deny' }), nginx]
    const { findings } = judge([pack('nginx', { origin: unread }), pack('y', { origin: unread })], entries)
    expect(told(findings)).toEqual([
      'software-listed * pass',
      'software-listed y fail',
      'software-not-forbidden nginx unknown',
      'software-not-forbidden y unknown',
    ])
  })

  it('stays in force after its last day, unless it is retired', () => {
    const deny = entry({ id: 'D', match: { name: 'x' }, status: 'deny', validUntil: '2020-01-01' })
    const verdict = (one: SoftwareEntry) =>
      judgeSoftware(server([pack('x')]), { list: blacklist([one]) }).findings[0]?.verdict
    expect(verdict(deny)).toBe('fail')
    expect(verdict({ ...deny, state: 'retired' })).toBe('not-applicable')
  })

  it('alone accepts what it does not name', () => {
    const { findings } = judgeSoftware(server([pack('a'), pack('b')]), { list: blacklist([nginx]) })
    expect(told(findings)).toEqual(['software-not-forbidden * pass'])
    expect(findings[0]?.count).toBe(2)
  })
})

describe('the last day of an entry', () => {
  const until = [entry({ id: 'E-1', match: { name: 'x' }, validUntil: '2026-12-31' })]
  const verdict = (asOf: string) => judge([pack('x')], until, { asOf }).findings[0]

  it('ends with the day in Japan', () => {
    expect(verdict('2026-12-31T14:59:59.999Z')?.verdict).toBe('pass')
    expect(verdict('2026-12-31T15:00:00Z')?.verdict).toBe('fail')
  })

  it('is named by what it no longer allows', () => {
    expect(verdict('2027-01-01T00:00:00Z')).toMatchObject({
      kind: 'unlisted-software',
      actual: {
        ja: '許可の期限切れ（項目 E-1 は 2026-12-31 まで）',
        en: 'no longer allowed: entry E-1 ended on 2026-12-31',
      },
    })
  })

  it('is held against the observation, unless another instant is given', () => {
    expect(judge([pack('x')], until).findings[0]?.verdict).toBe('pass')
    const later = server([pack('x')], {}, { observedAt: '2027-02-01T00:00:00Z' })
    expect(judgeSoftware(later, { list: whitelist(until) }).findings[0]?.verdict).toBe('fail')
  })

  it('can not be called over or not where the instant or the day is none', () => {
    expect(verdict('sometime')?.verdict).toBe('unknown')
    const bad = [entry({ id: 'E', match: { name: 'x' }, validUntil: 'soon' })]
    expect(judge([pack('x')], bad).findings[0]?.verdict).toBe('unknown')
  })

  it('does not matter where another entry allows it', () => {
    const also = [...until, entry({ id: 'E-2', match: { name: 'x' } })]
    expect(judge([pack('x')], also, { asOf: '2030-01-01T00:00:00Z' }).findings[0]?.verdict).toBe('pass')
  })
})

describe('roles', () => {
  const verdict = (
    used: SoftwareRole | undefined,
    status: 'allow' | 'deny',
    ...roles: (SoftwareRole | undefined)[]
  ) => {
    const entries = roles.map((role, at) =>
      entry({ id: `E${at}`, match: { name: 'x' }, status, ...(role && { role }) }),
    )
    const list = status === 'allow' ? whitelist(entries) : blacklist(entries)
    return judgeSoftware(server([pack('x')]), { list, ...(used && { role: used }) }).findings[0]
  }

  it('hold where the component is used in that role', () => {
    expect(verdict('administrator', 'allow', 'administrator')?.verdict).toBe('pass')
    expect(verdict('user', 'allow', 'administrator')?.verdict).toBe('fail')
    expect(verdict('user', 'deny', 'user')?.verdict).toBe('fail')
    expect(verdict('administrator', 'deny', 'user')?.verdict).toBe('not-applicable')
    expect(verdict('user', 'allow', undefined)?.verdict).toBe('pass')
  })

  it('of a prohibition hold for a component that both use', () => {
    expect(verdict(undefined, 'deny', 'user')?.verdict).toBe('fail')
    expect(verdict(undefined, 'deny', 'administrator')?.verdict).toBe('fail')
  })

  it('of an allowance are not enough for a component that both use', () => {
    expect(verdict(undefined, 'allow', 'administrator')).toMatchObject({
      verdict: 'unknown',
      reason: { en: 'allowed for administrators only (entry E0); whether others can run it is not read' },
      needs: { en: expect.stringContaining('role:') },
    })
    expect(verdict(undefined, 'allow', 'user')?.reason?.en).toMatch(/users other than administrators/)
    expect(verdict(undefined, 'allow', 'administrator', undefined)?.verdict).toBe('pass')
    expect(verdict(undefined, 'allow', 'administrator', 'user')?.verdict).toBe('pass')
  })
})

describe('a list is held', () => {
  const list = whitelist([nginx])
  const labels = { system: 'protected' }

  it('against the components that its use takes', () => {
    const used = { list, for: { label: labels } }
    expect(judgeSoftware(server([pack('x')]), used)).toMatchObject({ findings: [], held: false, complete: true })
    expect(judgeSoftware(server([pack('x')]), used, { labels }).findings).toHaveLength(1)
  })

  test.each<[Partial<SoftwareEntry>, Finding['verdict']]>([
    [{ platform: ['linux'] }, 'pass'],
    [{ platform: ['windows', 'Linux/Debian-*'] }, 'pass'],
    [{ platform: ['linux/ubuntu-*'] }, 'fail'],
    [{ components: { kind: ['server'] } }, 'pass'],
    [{ components: { kind: ['workstation'] } }, 'fail'],
    [{ components: { component: ['one'] } }, 'pass'],
    [{ components: { label: labels } }, 'fail'],
  ])('with the entries that are for the component: %j', (given, verdict) => {
    const { findings, applying } = judge([pack('nginx')], [{ ...nginx, ...given }])
    expect(findings[0]?.verdict).toBe(verdict)
    expect([...applying]).toEqual(verdict === 'pass' ? ['N'] : [])
  })

  it('by itself: what one list allows, another may forbid', () => {
    const snapshot = server([pack('nginx')])
    const ours = judgeSoftware(snapshot, { list }).findings
    const theirs = judgeSoftware(snapshot, { list: { ...blacklist([nginx]), id: 'theirs' } }).findings
    expect([...told(ours), ...told(theirs)]).toEqual(['software-listed * pass', 'software-not-forbidden nginx fail'])
    expect(theirs.some((finding) => finding.conflicts)).toBe(false)
  })

  it('twice without sharing ids', () => {
    const snapshot = server([pack('x')])
    const ids = [0, 1].flatMap((namesakes) =>
      judgeSoftware(snapshot, { list }, { namesakes }).findings.map(({ id }) => id),
    )
    expect(new Set(ids).size).toBe(2)
  })
})

describe('software that was not read as a whole', () => {
  const list = whitelist([nginx, entry({ id: 'D', match: { name: 'd' }, status: 'deny' })])

  it('is judged as far as it was read, and can not pass', () => {
    const why = { ja: '/opt を読めない', en: '/opt can not be read' }
    const needs = { ja: '権限', en: 'permission' }
    const snapshot = server([pack('nginx'), pack('x'), pack('d')], { complete: false, why, needs })
    const { findings, complete } = judgeSoftware(snapshot, { list })
    expect(told(findings)).toEqual([
      'software-listed * unknown',
      'software-listed x fail',
      'software-not-forbidden * unknown',
      'software-not-forbidden d fail',
    ])
    expect(findings[0]).toMatchObject({ reason: why, needs, actual: { en: '1 of 3 rows read pass' } })
    expect(complete).toBe(false)
  })

  it.each([
    ['without a table', server(undefined), 'unknown', 'not read by this scanner'],
    ['with an empty table', server([]), 'unknown', 'the table is empty, which can not be'],
    [
      'where it can not exist',
      server([], { inapplicable: { ja: 'ない', en: 'there is none' } }),
      'not-applicable',
      'there is none',
    ],
  ])('%s', (_, snapshot, verdict, reason) => {
    const { findings } = judgeSoftware(snapshot, { list })
    expect(findings.map((one) => [one.verdict, one.reason?.en])).toEqual([
      [verdict, reason],
      [verdict, reason],
    ])
  })
})
