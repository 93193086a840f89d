import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '../../../../src/package-root.ts'
import { evidenceOf, filesText, type GivenSection } from '../testing/evidence.ts'
import { goodMachine, machineFiles, systemFiles } from '../testing/system-machine.ts'
import { interpretClock } from './clock.ts'

const read = (changes: Readonly<Record<string, GivenSection>>) => {
  const facts = interpretClock(evidenceOf({ ...goodMachine, ...changes })).facts ?? []
  return Object.fromEntries(
    facts.map((fact) => [fact.setting.slice(5), fact.state === 'known' ? fact.value : fact.state]),
  )
}
// what chronyd 4.3 printed with `local stratum 10` and a server that doesn't answer
const alone =
  '7F7F0101,,10,1795183453.976615374,0.000000000,0.000000000,0.000000000,0.000,0.000,0.000,0.000000000,0.000000000,0.0,Normal\n' +
  '^,?,192.0.2.99,0,6,0,4294967295,0.000000000,0.000000000,0.000000000\n'
const nothing = { skipped: 'command' } as const

describe('the clock', () => {
  it('follows a source that chronyd selected, its offset rounded up', () => {
    expect(read({})).toEqual({
      synchronised: true,
      offset: 1,
      sources: ['192.0.2.10', 'ntp.nict.jp'],
      timezone: 'Asia/Tokyo',
    })
    const far = String(goodMachine['chrony']).replace('-0.000012000', '-61.2')
    expect(read({ chrony: far })).toMatchObject({ offset: 62 })
  })

  it('is not synchronised while the daemon runs without a selected source', () => {
    expect(read({ chrony: alone })).toMatchObject({ synchronised: false, offset: 'unreadable' })
  })

  it('asks the next one when chronyd is installed and does not run', () => {
    const silent = { chrony: { exitCode: 1, text: '506 Cannot talk to daemon\n' } }
    expect(read(silent)).toMatchObject({ synchronised: true, offset: 'unreadable' })
    expect(read({ ...silent, timedatectl: 'NTPSynchronized=no\n' })).toMatchObject({ synchronised: false })
  })

  it('reads ntpd’s selected peer in milliseconds', () => {
    const peers =
      '     remote           refid      st t when poll reach   delay   offset  jitter\n==============\n' +
      '+192.0.2.1 .GPS. 1 u 12 64 377 0.1 1.0 0.1\n*192.0.2.2 .GPS. 1 u 12 64 377 0.100 -1500.0 0.010\n'
    expect(read({ chrony: nothing, 'ntp-peers': peers })).toMatchObject({ synchronised: true, offset: 2 })
    expect(read({ chrony: nothing, 'ntp-peers': peers.replace('*', '+') })).toMatchObject({ synchronised: false })
  })

  it('is not synchronised when nothing could set it, and unknown when something might', () => {
    const bare = { chrony: nothing, timedatectl: nothing, marks: 'environment container=\nchecked\n' }
    expect(read({ ...bare, processes: 'init\nsshd\n' })).toMatchObject({ synchronised: false })
    expect(read({ ...bare, processes: 'init\nntpd\n' })).toMatchObject({ synchronised: 'unreadable' })
    const refused = { ...bare, chrony: { exitCode: 1, text: '506 Cannot talk to daemon\n' } }
    expect(read({ ...refused, processes: 'init\nchronyd\n' })).toMatchObject({ synchronised: 'unreadable' })
  })

  it('is its host’s in a container, apart from the zone', () => {
    const own =
      '/proc/self/ns:\nlrwxrwxrwx 1 r r 0 Nov 20 13:49 pid -> pid:[1]\nlrwxrwxrwx 1 r r 0 Nov 20 13:49 uts -> uts:[2]\n'
    const changes = { 'system-links': own, 'machine-files': filesText({ ...machineFiles, '/.dockerenv': '' }) }
    expect(read(changes)).toMatchObject({ synchronised: 'inapplicable', sources: 'inapplicable', timezone: 'Etc/UTC' })
  })

  it('does not claim all sources when a file that the configuration includes was not read', () => {
    const files = filesText({ ...systemFiles, '/etc/chrony/chrony.conf': 'pool a\ninclude /srv/more.conf\n' })
    expect(read({ 'system-files': files })).toMatchObject({ sources: 'unreadable' })
  })

  it('takes from the folders of chrony what its configuration names, and no more', () => {
    const more = { '/etc/chrony/sources.d/corp.sources': 'server ntp.corp.example\n' }
    const sources = (text: string): unknown =>
      read({ 'system-files': filesText({ ...systemFiles, '/etc/chrony/chrony.conf': text, ...more }) })
    expect(sources('pool a\n')).toMatchObject({ sources: ['a'] })
    expect(sources('# sourcedir /etc/chrony/sources.d\n')).toMatchObject({ sources: [] })
    expect(sources('pool a\nsourcedir /etc/chrony/sources.d/\n')).toMatchObject({ sources: ['a', 'ntp.corp.example'] })
    expect(sources('include /etc/chrony/sources.d/*.sources\n')).toMatchObject({ sources: ['ntp.corp.example'] })
  })
})

describe('the time zone of a copied file', () => {
  const copy = {
    'system-links': String(goodMachine['system-links']).replace(
      /^l.* \/etc\/localtime .*$/m,
      '-rw-r--r-- 1 root root 318 Nov 20 13:49 /etc/localtime',
    ),
  }
  it('is told by the rule at its end', () => {
    expect(read({ ...copy, 'zone-rule': 'JST-9\n' })).toMatchObject({ timezone: 'Asia/Tokyo' })
  })
  it('is unknown with a rule that several zones share, whatever /etc/timezone says', () => {
    const files = { 'system-files': filesText({ ...systemFiles, '/etc/timezone': 'Asia/Tokyo\n' }) }
    expect(read({ ...copy, ...files, 'zone-rule': 'CET-1CEST,M3.5.0,M10.5.0/3\n' })).toMatchObject({
      timezone: 'unreadable',
    })
  })
})

const sample = join(
  process.env['SEISA_SHARED'] ?? join(packageRoot(), '../shared'),
  'corpus/endpoint/linux/inspec__file-chrony.conf',
)
it.skipIf(!existsSync(sample))('reads the servers of a real chrony.conf', () => {
  const files = filesText({ ...systemFiles, '/etc/chrony/chrony.conf': readFileSync(sample, 'utf8') })
  const expected = [...readFileSync(sample, 'utf8').matchAll(/^(?:server|pool|peer) (\S+)/gm)].map((match) => match[1])
  expect(expected.length).toBeGreaterThan(0)
  expect(read({ 'system-files': files })).toMatchObject({ sources: expected.toSorted() })
})
