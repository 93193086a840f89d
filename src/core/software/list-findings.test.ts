import { describe, expect, it } from 'vitest'
import type { Row } from '../fact.ts'
import type { Snapshot } from '../snapshot.ts'
import { judgeSoftware } from './judge-software.ts'
import { addSeen, type Coverage, listFindings, nothingSeen } from './list-findings.ts'
import type { SoftwareEntry, UsedSoftwareList } from './list.ts'
import { entry, pack, server, unread, whitelist } from './testing/samples.ts'

/** `requirement entry verdict` of the findings about a list after it was held against these components. */
function upkeep(used: UsedSoftwareList, snapshots: readonly Snapshot[], coverage?: Coverage): readonly string[] {
  const seen = nothingSeen()
  for (const snapshot of snapshots) addSeen(seen, judgeSoftware(snapshot, used))
  return listFindings(used, seen, coverage).map(
    ({ requirement, row, count, verdict }) => `${requirement} ${row?.key ?? count} ${verdict}`,
  )
}

const machine = (id: string, rows: readonly Row[], observedAt = '2026-11-20T03:00:00Z'): Snapshot =>
  server(rows, {}, { id, name: id, observedAt })

const used = (entries: readonly SoftwareEntry[]): UsedSoftwareList => ({ list: whitelist(entries) })
const a = entry({ id: 'A', match: { name: 'a' } })
const b = entry({ id: 'B', match: { name: 'b*' } })

describe('an entry that allows', () => {
  it('is used when it takes something on one component of the run', () => {
    const snapshots = [machine('one', [pack('a')]), machine('two', [pack('b1')])]
    expect(upkeep(used([a, b]), snapshots)).toContain('list-entry-used 2 pass')
    expect(upkeep(used([a, b]), snapshots.slice(0, 1))).toEqual([
      'list-entry-current 2 pass',
      'list-entry-used 1 pass',
      'list-entry-used B fail',
    ])
  })

  it('is not called unused because of another version, or of other contents in its place', () => {
    const versioned = entry({ id: 'V', match: { name: 'a' }, versions: { atLeast: '9' } })
    const pinned = entry({ id: 'F', match: { path: '/opt/x', sha256: 'ab'.repeat(32) } })
    const file = pack('x', { format: 'file', path: '/opt/x', sha256: 'cd'.repeat(32) })
    expect(upkeep(used([versioned, pinned]), [machine('one', [pack('a'), file])])).toContain('list-entry-used 2 pass')
  })

  it('is not called unused where software was not read as a whole', () => {
    const partial = server([pack('a')], { complete: false })
    expect(upkeep(used([b]), [partial])).toContain('list-entry-used B unknown')
    expect(upkeep(used([b]), [server(undefined)])).toContain('list-entry-used B unknown')
    expect(
      upkeep(used([entry({ id: 'O', match: { origin: 'o' } })]), [machine('one', [pack('a', { origin: unread })])]),
    ).toContain('list-entry-used O unknown')
    expect(upkeep(used([b]), [partial, machine('two', [pack('b')])])).toContain('list-entry-used 1 pass')
  })

  it('is not called unused by a run that did not see everything', () => {
    const one = [machine('one', [pack('a')])]
    expect(upkeep(used([b]), one, 'broken')).toContain('list-entry-used B unknown')
    expect(upkeep(used([b]), one, 'narrowed')).toContain('list-entry-used 1 not-applicable')
    expect(upkeep(used([a]), one, 'broken')).toContain('list-entry-used 1 pass')
  })

  it('is not asked about where it applies to no component', () => {
    const elsewhere = { ...b, components: { kind: ['workstation' as const] } }
    expect(upkeep(used([elsewhere]), [machine('one', [pack('a')])])).toContain('list-entry-used 1 not-applicable')
    expect(upkeep({ ...used([b]), for: { kind: ['workstation'] } }, [machine('one', [])])).toEqual([
      'list-entry-current 1 not-applicable',
      'list-entry-used 1 not-applicable',
    ])
    const none = server([], { inapplicable: { ja: 'ない', en: 'none' } })
    expect(upkeep(used([b]), [none])).toContain('list-entry-used 1 not-applicable')
  })
})

it('an entry that forbids and takes nothing is as it should be', () => {
  const deny = entry({ id: 'D', match: { name: 'x' }, status: 'deny' })
  expect(upkeep(used([deny]), [machine('one', [pack('a')])])).toEqual(['list-entry-current 1 pass'])
})

it('an entry for components that nothing configured has is told, above all one that forbids', () => {
  const deny = entry({ id: 'D', match: { name: 'x' }, status: 'deny' })
  const one = [machine('one', [pack('a')])]
  for (const where of [
    { components: { component: ['web01'] } },
    { components: { label: { role: 'wbe' } } },
    { platform: ['debian'] },
  ]) {
    expect(upkeep(used([{ ...deny, ...where }]), one)).toContain('list-entry-placed D fail')
    expect(upkeep(used([{ ...a, ...where }]), one)).toContain('list-entry-placed A fail')
    expect(upkeep(used([{ ...deny, ...where, role: 'user' }]), one)).toEqual(['list-entry-current 1 pass'])
    for (const coverage of ['named', 'narrowed', 'broken'] as const)
      expect(upkeep(used([{ ...deny, ...where }]), one, coverage)).toEqual(['list-entry-current 1 pass'])
  }
  const workstations = { ...deny, components: { kind: ['workstation' as const] } }
  expect(upkeep(used([workstations]), one)).toEqual(['list-entry-current 1 pass'])
})

describe('an entry whose last day is over', () => {
  const old = (given: Partial<SoftwareEntry> = {}): SoftwareEntry => ({ ...a, validUntil: '2026-11-19', ...given })

  it('is reported, whether it allows or forbids, unless it is retired', () => {
    const one = [machine('one', [pack('a')])]
    expect(upkeep(used([old()]), one)).toContain('list-entry-current A fail')
    expect(upkeep(used([old({ status: 'deny' })]), one)).toContain('list-entry-current A fail')
    expect(upkeep(used([old({ state: 'retired' })]), one)).toEqual([])
    expect(upkeep(used([old({ validUntil: '2026-11-20' })]), one)).toContain('list-entry-current 1 pass')
  })

  it('is measured by the latest observation', () => {
    const early = machine('one', [pack('a')], '2026-11-18T00:00:00Z')
    const late = machine('two', [pack('a')], '2026-11-20T00:00:00Z')
    expect(upkeep(used([old()]), [early])).toContain('list-entry-current 1 pass')
    expect(upkeep(used([old()]), [late, early])).toContain('list-entry-current A fail')
  })

  it('is unknown where no instant is known', () => {
    const lost = machine('one', [pack('a')], 'sometime')
    expect(upkeep(used([old()]), [lost, machine('two', [pack('a')])])).toContain('list-entry-current A unknown')
  })

  it('is a matter of the list and not of a component', () => {
    const seen = nothingSeen()
    const list = used([old({ status: 'deny' })])
    addSeen(seen, judgeSoftware(machine('one', [pack('a')]), list))
    expect(listFindings(list, seen)[0]).toMatchObject({
      kind: 'list-entry-expired',
      severity: 'low',
      baseline: 'ours',
      component: 'software-list:ours',
      row: { type: 'software-list-entry', key: 'A', name: 'A (a)' },
      evidence: [{ source: 'software-list', at: 'list.csv:A' }],
      actual: { en: 'ended on 2026-11-19 (it forbids until it is retired)' },
    })
  })
})

it('remembers entries and not components', () => {
  const seen = nothingSeen()
  for (let at = 0; at < 100; at += 1) addSeen(seen, judgeSoftware(machine(`m${at}`, [pack('a')]), used([a, b])))
  expect(seen.entries.size).toBe(2)
  const ids = listFindings(used([a, b]), seen).map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
})
