import { describe, expect, it } from 'vitest'
import type { ExitOptions } from '../core/exit.ts'
import { Fault } from '../core/fault.ts'
import type { JudgedBaseline } from '../core/judge.ts'
import type { Finding, RunBaseline } from '../core/run.ts'
import type { Scanner, Target } from '../core/scanner.ts'
import type { UsedSoftwareList } from '../core/software/list.ts'
import { blacklist, entry, pack, server, whitelist } from '../core/software/testing/samples.ts'
import { scan } from './scan.ts'
import { checkedLists } from './software-lists.ts'
import { collectRunWith } from './testing/collect-run.ts'

/** Installed software by the name of the target; nothing for one that does not answer. */
type Fleet = Readonly<Record<string, readonly string[] | undefined>>

interface Given {
  readonly lists: readonly UsedSoftwareList[]
  readonly exit?: Partial<ExitOptions>
  readonly configured?: readonly string[]
  readonly asOf?: string
  readonly baselines?: readonly JudgedBaseline[]
}

const target = (name: string): Target => ({ name, scanner: 'test', labels: {}, options: {} })

async function run(fleet: Fleet, given: Given) {
  const scanner: Scanner = {
    id: 'test',
    platforms: ['thing'],
    title: { ja: '試験', en: 'Test' },
    optionsSchema: {},
    observes: { settings: [], rows: [] },
    permissions: [],
    collect: async function* ({ name }) {
      if (!fleet[name]) throw new Fault('unreachable', { ja: '届かない', en: 'no route' })
      yield Buffer.from(`#seisa-evidence 1 test/thing n\n\n#n end 0\n`)
    },
    interpret: (_, { target: { name } }) => [
      server(
        (fleet[name] ?? []).map((one) => pack(one)),
        {},
        { id: `server:${name}`, name },
      ),
    ],
  }
  const { result, remove } = await scan({
    id: 'run',
    version: '0',
    sources: Object.keys(fleet).map((name) => ({ kind: 'live', target: target(name), scanner })),
    scanners: new Map(),
    collect: collectRunWith(),
    baselines: { judged: given.baselines ?? [], headers: [], lists: given.lists },
    configured: new Map((given.configured ?? []).map((name) => [name, target(name)])),
    exit: { failOn: 'low', allowIncomplete: false, exitZero: false, ...given.exit },
    rows: false,
    deep: false,
    simulateUpgrade: false,
    concurrency: 8,
    timeoutSeconds: 60,
    maximumAgeSeconds: 86_400,
    ...(given.asOf && { asOf: given.asOf }),
    now: () => new Date('2026-11-20T03:00:00Z'),
    wait: () => Promise.resolve(),
    signal: new AbortController().signal,
    onEvent: () => undefined,
  })
  const findings: Finding[] = []
  for await (const finding of result.findings()) findings.push(finding)
  await remove()
  return {
    code: result.exit.code,
    reasons: result.exit.reasons.map(({ code, text }) => `${code} ${text.en}`),
    baselines: result.run.baselines,
    byBaseline: result.summary.byBaseline,
    findings,
    bad: findings
      .filter(({ verdict }) => verdict === 'fail' || verdict === 'unknown')
      .map(({ component, requirement, row, verdict }) => `${component} ${requirement} ${row?.name ?? '*'} ${verdict}`),
  }
}

const nginx = entry({ id: 'N', match: { name: 'nginx' } })
const extra = entry({ id: 'X', match: { name: 'extra' } })
const list = whitelist([nginx])

describe('a scan with software lists', () => {
  it('needs no baseline', async () => {
    const { code, findings, baselines } = await run({ a: ['nginx'] }, { lists: [{ list }] })
    expect(code).toBe(0)
    expect(findings.map(({ component, requirement, verdict }) => [component, requirement, verdict])).toEqual([
      ['server:a', 'software-listed', 'pass'],
      ['software-list:ours', 'list-entry-current', 'pass'],
      ['software-list:ours', 'list-entry-used', 'pass'],
    ])
    expect(baselines).toEqual([
      {
        kind: 'software-list',
        id: 'ours',
        version: 1,
        hash: 'aa',
        approval: { state: 'not-configured' },
        title: { ja: '一覧', en: 'List' },
        disabled: [],
      } satisfies RunBaseline,
    ])
    await expect(run({ a: [] }, { lists: [] })).rejects.toMatchObject({ code: 'nothing-to-do' })
  })

  it('ends with 2 for what is not listed, by its own reason and the gate', async () => {
    const given = { lists: [{ list }] }
    const found = await run({ a: ['nginx', 'nmap'], b: ['nginx'] }, given)
    expect(found.bad).toEqual(['server:a software-listed nmap fail'])
    expect(found.code).toBe(2)
    expect(found.reasons).toEqual(['2 1 piece of software not allowed or forbidden by a list'])
    expect(found.byBaseline['ours']).toEqual({ pass: 4, fail: 1, unknown: 0, excepted: 0, notApplicable: 0 })
    const forbidden = await run({ a: ['nginx'] }, { lists: [{ list: blacklist([nginx]) }] })
    expect(forbidden.reasons).toEqual(['2 1 piece of software not allowed or forbidden by a list'])
    expect((await run({ a: ['nmap'] }, { ...given, exit: { failOn: 'high' } })).code).toBe(0)
    expect((await run({ a: ['nginx', 'nmap'] }, { ...given, exit: { failOn: 'never' } })).code).toBe(0)
  })

  it('ends with 3 where software was not read, whatever is listed', async () => {
    const { code, bad } = await run({ a: [] }, { lists: [{ list }] })
    expect(code).toBe(3)
    expect(bad).toEqual(['server:a software-listed * unknown', 'software-list:ours list-entry-used N (nginx) unknown'])
  })

  it('tells once for the whole run which entries have expired and which are of no use', async () => {
    const old = { ...nginx, validUntil: '2026-11-19' }
    const { bad, code, reasons } = await run(
      { a: ['nginx'], b: ['nginx'], c: ['nginx'] },
      { lists: [{ list: { ...blacklist([]), entries: [old, extra] } }] },
    )
    expect(bad).toEqual([
      'software-list:ours list-entry-current N (nginx) fail',
      'software-list:ours list-entry-used X (extra) fail',
    ])
    expect(code).toBe(2)
    // an entry that is of no use is worth a note and no alarm
    expect(reasons).toEqual(['2 1 software list entry to be looked after'])
  })

  it('holds last days against --as-of', async () => {
    const lists = [{ list: whitelist([{ ...nginx, validUntil: '2026-11-20' }]) }]
    expect((await run({ a: ['nginx'] }, { lists })).code).toBe(0)
    expect((await run({ a: ['nginx'] }, { lists, asOf: '2026-11-21T00:00:00Z' })).bad).toEqual([
      'server:a software-listed nginx fail',
      'software-list:ours list-entry-current N (nginx) fail',
    ])
  })

  it('calls nothing unused because a target was not reached or not asked', async () => {
    const lists = [{ list: whitelist([nginx, extra]) }]
    const verdict = async (fleet: Fleet, configured: readonly string[]) =>
      (await run(fleet, { lists, configured })).findings.find(
        ({ requirement, verdict: one }) => requirement === 'list-entry-used' && one !== 'pass',
      )?.verdict
    expect(await verdict({ a: ['nginx'], b: ['nginx'] }, ['a', 'b'])).toBe('fail')
    expect(await verdict({ a: ['nginx'], b: undefined }, ['a', 'b'])).toBe('unknown')
    expect(await verdict({ a: ['nginx'] }, ['a', 'b'])).toBe('not-applicable')
  })

  it('says when a use of a list takes no component', async () => {
    const lists = [{ list, for: { kind: ['workstation' as const] } }, { list: { ...list, id: 'other' } }]
    const { code, reasons } = await run({ a: ['nginx'] }, { lists })
    expect(code).toBe(0)
    expect(reasons).toEqual([expect.stringMatching(/^0 a use of the software list ours takes none/)])
    const none = await run({ a: ['nginx'] }, { lists: lists.slice(0, 1) })
    expect(none.code).toBe(10)
  })

  it('puts findings of lists among those of baselines by id, and those about lists last', async () => {
    const text = { ja: '試験', en: 'test' }
    const baseline: JudgedBaseline = {
      id: 'p',
      root: 'p',
      requirements: [
        {
          id: 'listens',
          title: text,
          severity: 'high',
          controls: [],
          each: 'listener',
          reject: { kind: 'subject', subject: 'port', condition: { kind: 'test', operator: 'equals', operand: 1 } },
          rationale: text,
          remedy: {},
        },
      ],
    }
    const lists = [{ list: { ...list, id: 'z' } }, { list: { ...list, id: 'b' } }]
    const { findings } = await run({ one: ['nginx'], two: ['nginx'] }, { lists, baselines: [baseline] })
    expect(findings.map(({ component, baseline: id }) => `${component} ${id}`)).toEqual([
      ...['one', 'two'].flatMap((name) => ['b', 'p', 'z'].map((id) => `server:${name} ${id}`)),
      ...['b', 'b', 'z', 'z'].map((id) => `software-list:${id} ${id}`),
    ])
  })

  it('gives the same findings in whatever order the lists and targets come', async () => {
    const lists: readonly UsedSoftwareList[] = [
      { list },
      { list, role: 'user', for: { component: ['a', 'c'] } },
      { list: { ...blacklist([extra]), id: 'black' } },
    ]
    const byId = (findings: readonly Finding[]) => [...findings].sort((a, b) => (a.id < b.id ? -1 : 1))
    const one = await run({ a: ['nginx', 'extra'], b: ['x'], c: [] }, { lists })
    const other = await run({ c: [], b: ['x'], a: ['extra', 'nginx'] }, { lists: lists.toReversed() })
    expect(byId(other.findings)).toEqual(byId(one.findings))
    expect(new Set(one.findings.map(({ id }) => id)).size).toBe(one.findings.length)
    expect(one.bad.filter((line) => line.includes('extra'))).toEqual([
      'server:a software-not-forbidden extra fail',
      'server:a software-listed extra fail',
      'server:a software-listed extra fail',
    ])
  })
})

describe('lists that could not be told apart', () => {
  it('are refused', () => {
    const other = { list: { ...list, hash: 'bb' } }
    expect(() => checkedLists([{ list }, other], [])).toThrow(/ours/)
    expect(() => checkedLists([{ list }], [{ id: 'ours', root: 'ours', requirements: [] }])).toThrow(/ours/)
    expect(checkedLists([{ list }, { list, role: 'user' }], [])).toHaveLength(2)
  })
})
