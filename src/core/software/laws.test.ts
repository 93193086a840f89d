import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Field, Row } from '../fact.ts'
import type { Finding } from '../run.ts'
import { judgeSoftware } from './judge-software.ts'
import { addSeen, listFindings, nothingSeen } from './list-findings.ts'
import type { SoftwareEntry, SoftwareList, UsedSoftwareList } from './list.ts'
import { entry, pack, server, unread, whitelist } from './testing/samples.ts'

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined, freq: 2 })

/** Leaves out what is undefined. */
const compact = <T extends object>(value: T): { [key in keyof T]?: Exclude<T[key], undefined> } =>
  Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as never

const word = fc.constantFrom('a', 'b', 'ab')
const glob = fc.constantFrom('a', 'b', 'a*', '*b', '*', '?')
const day = fc.constantFrom('2026-11-18', '2026-11-20', '2027-01-01')
const version = fc.constantFrom('1.0', '2.0', '3.0')

const entries = fc
  .array(
    fc.record({
      status: fc.constantFrom('allow' as const, 'allow' as const, 'deny' as const),
      state: fc.constantFrom('active' as const, 'active' as const, 'retired' as const),
      match: fc
        .record({ name: maybe(glob), origin: maybe(glob), baseSystem: maybe(fc.boolean()) })
        .map((match) => compact(match)),
      versions: maybe(fc.record({ atLeast: maybe(version), below: maybe(version) }).map((range) => compact(range))),
      role: maybe(fc.constantFrom('administrator' as const, 'user' as const)),
      platform: maybe(fc.constantFrom(['linux'], ['windows'])),
      validUntil: maybe(day),
    }),
    { maxLength: 6 },
  )
  .map((all) => all.map((one, at): SoftwareEntry => entry({ ...compact(one), match: one.match, id: `E${at}` })))

const field = (value: fc.Arbitrary<Field>): fc.Arbitrary<Field> =>
  fc.oneof({ weight: 6, arbitrary: value }, { weight: 1, arbitrary: fc.constantFrom<Field>(unread, null) })

const rows = fc
  .array(
    fc.record({
      name: field(word),
      origin: field(word),
      version: field(version),
      'base-system': field(fc.boolean()),
      format: field(fc.constantFrom('deb', 'rpm', 'pip')),
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((all) => all.map((fields, at): Row => ({ ...pack(`p${at}`, fields), key: `k${at}` })))

const used = fc
  .record({
    entries,
    unlisted: fc.constantFrom('forbidden' as const, 'accepted' as const),
    role: maybe(fc.constantFrom('administrator' as const, 'user' as const)),
  })
  .map(
    ({ entries: all, unlisted, role }): UsedSoftwareList => ({
      list: whitelist(all, { unlisted }),
      ...(role && { role }),
    }),
  )

const rank = { pass: 0, 'not-applicable': 0, excepted: 0, unknown: 1, fail: 2 }

/** How bad each row is: 0 where no finding speaks against it, 1 unknown, 2 fail; `*` is what the table as a whole adds. */
function worst(findings: readonly Finding[]): ReadonlyMap<string, number> {
  const found = new Map<string, number>()
  for (const { row, verdict } of findings) {
    const key = row?.key ?? '*'
    found.set(key, Math.max(found.get(key) ?? 0, rank[verdict]))
  }
  return found
}

/** No row, and not the whole, that failed or was unknown before may now pass. */
function neverBetter(before: readonly Finding[], after: readonly Finding[], least = 1): void {
  const now = worst(after)
  const whole = now.get('*') ?? 0
  for (const [key, rankBefore] of worst(before)) {
    if (rankBefore < least) continue
    expect(Math.max(now.get(key) ?? 0, whole), key).toBeGreaterThan(0)
  }
}

const judge = (all: readonly Row[], one: UsedSoftwareList, table = {}) =>
  judgeSoftware(server(all, table), one).findings
const withEntries = (one: UsedSoftwareList, all: readonly SoftwareEntry[]): UsedSoftwareList => ({
  ...one,
  list: { ...one.list, entries: all },
})
const runs = { numRuns: 3000 }

describe('judging by a list', () => {
  it('does not depend on the order of entries and rows', () => {
    fc.assert(
      fc.property(used, rows, fc.nat(), (one, all, turn) => {
        const turned = <T>(items: readonly T[]): readonly T[] => {
          const at = items.length === 0 ? 0 : turn % items.length
          return [...items.slice(at), ...items.slice(0, at)].reverse()
        }
        const other = withEntries(one, turned(one.list.entries))
        expect(judge(turned(all), other)).toEqual(judge(all, one))
        const about = (list: UsedSoftwareList, given: readonly Row[]) => {
          const seen = nothingSeen()
          addSeen(seen, judgeSoftware(server(given), list))
          addSeen(seen, judgeSoftware(server([]), list))
          return listFindings(list, seen)
        }
        expect(about(other, turned(all))).toEqual(about(one, all))
      }),
      runs,
    )
  })

  it('never passes because a field is missing or not readable', () => {
    fc.assert(
      fc.property(
        used,
        rows,
        fc.nat(),
        fc.constantFrom('name', 'origin', 'version', 'base-system', 'format'),
        fc.boolean(),
        (one, all, place, name, gone) => {
          const at = place % all.length
          const changed = all.map((row, index) => {
            if (index !== at) return row
            const { [name]: _, ...others } = row.fields
            return { ...row, fields: gone ? others : { ...others, [name]: unread } }
          })
          neverBetter(judge(all, one), judge(changed, one))
        },
      ),
      runs,
    )
  })

  it('never passes because the table is not whole', () => {
    fc.assert(
      fc.property(used, rows, fc.nat(), (one, all, cut) => {
        const left = all.slice(0, cut % (all.length + 1))
        neverBetter(judge(all, one), judge(left, one, { complete: false }))
        neverBetter(judge(all, one), judge([], one))
        neverBetter(judge(all, one), judgeSoftware(server(undefined), one).findings)
      }),
      runs,
    )
  })

  it('never passes because an entry expires', () => {
    fc.assert(
      fc.property(used, rows, fc.nat(), (one, all, place) => {
        const { entries: given } = one.list
        const expired = given.map((each, at) =>
          at === place % given.length ? { ...each, validUntil: '2020-01-01' } : each,
        )
        const after = judge(all, withEntries(one, expired))
        neverBetter(judge(all, one), after)
        // and what failed is not made doubtful by it
        const now = worst(after)
        for (const [key, before] of worst(judge(all, one))) if (before === 2) expect(now.get(key), key).toBe(2)
      }),
      runs,
    )
  })

  it('never makes a fail anything else because something more is forbidden', () => {
    fc.assert(
      fc.property(used, rows, entries, (one, all, more) => {
        const added = more.map((each) => ({ ...each, id: `more-${each.id}`, status: 'deny' as const }))
        const now = worst(judge(all, withEntries(one, [...one.list.entries, ...added])))
        for (const [key, before] of worst(judge(all, one))) if (before === 2) expect(now.get(key), key).toBe(2)
      }),
      runs,
    )
  })

  it('gives every finding an id of its own, and both languages', () => {
    fc.assert(
      fc.property(used, rows, (one, all) => {
        const seen = nothingSeen()
        const judged = judgeSoftware(server(all), one)
        addSeen(seen, judged)
        const findings = [...judged.findings, ...listFindings(one, seen)]
        expect(new Set(findings.map(({ id }) => id)).size).toBe(findings.length)
        for (const { title, actual, reason, remedy, verdict } of findings) {
          for (const text of [title, actual, reason, remedy]) if (text) expect(text.ja && text.en).not.toBe('')
          if (verdict === 'fail') expect(remedy).toBeDefined()
          if (verdict === 'unknown' || verdict === 'not-applicable') expect(reason).toBeDefined()
        }
      }),
      runs,
    )
  })
})

describe('thousands of packages and entries', () => {
  const list = (count: number): SoftwareList =>
    whitelist(
      Array.from({ length: count }, (_, at) => {
        const name = at % 4 === 0 ? `pack-${at}-*` : `pack-${at}`
        return entry({ id: `E${at}`, match: { name }, ...(at % 3 === 0 && { versions: { atLeast: '0.5' } }) })
      }),
    )
  const packages = (count: number): readonly Row[] =>
    Array.from({ length: count }, (_, at) => pack(`pack-${at % 4 === 0 ? `${at}-x` : at}`))

  it('take well under a second', () => {
    const started = performance.now()
    const { findings } = judgeSoftware(server(packages(5000)), { list: list(2000) })
    expect(performance.now() - started).toBeLessThan(1000)
    expect(findings.filter(({ verdict }) => verdict === 'fail')).toHaveLength(3000)
  })

  it('take little on every one of many machines', () => {
    const one = { list: list(300) }
    const all = packages(800)
    const started = performance.now()
    for (let at = 0; at < 200; at += 1) judgeSoftware(server(all, {}, { id: `server:${at}` }), one)
    expect(performance.now() - started).toBeLessThan(4000)
  })
})
