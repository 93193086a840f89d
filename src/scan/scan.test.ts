import { describe, expect, it } from 'vitest'
import type { JudgedBaseline } from '../core/judge.ts'
import type { Finding, GapResult } from '../core/run.ts'
import { collectRunWith } from './testing/collect-run.ts'
import type { CollectRequest, Scanner, Target } from '../core/scanner.ts'
import type { Snapshot } from '../core/snapshot.ts'
import { Fault } from '../core/fault.ts'
import type { ProgressEvent } from '../core/progress.ts'
import { type ScanRequest, scan, type Source } from './scan.ts'

const now = new Date('2026-11-20T03:00:00Z')

/** Evidence with one section per given pair, as a collector would print it. */
const evidence = (sections: Readonly<Record<string, string>>, end = true): Buffer => {
  const frames = Object.entries(sections).map(([id, text]) => `\n#n > ${id}\n${text}\n#n < ${id} 0\n`)
  const last = end ? `\n#n end ${frames.length}\n` : ''
  return Buffer.from(`#seisa-evidence 1 test/thing n\n${frames.join('')}${last}`)
}

/** Reads `threshold` and `observed-at` as the sections of those names say. */
const interpret: Scanner['interpret'] = ({ sections }, { target }) => {
  const text = (id: string): string | undefined => {
    const section = sections.get(id)
    return section?.complete ? section.text : undefined
  }
  if (text('crash') !== undefined) throw new TypeError('a mistake in the interpreter')
  const threshold = text('threshold')
  const shared = { setting: 'lockout.threshold', evidence: [{ source: 'threshold' }] } as const
  const snapshot: Snapshot = {
    component: {
      id: `server:${text('id') ?? target.name}`,
      kind: 'server',
      name: text('id') ?? target.name,
      platform: 'thing',
      identifiers: [],
      observedAt: text('observed-at') ?? now.toISOString(),
    },
    facts: [
      threshold === undefined
        ? { ...shared, state: 'unreadable', why: { ja: '読めない', en: 'not read' } }
        : { ...shared, state: 'known', value: Number(threshold), origin: 'configured' },
    ],
    scopes: [],
    populations: [],
    tables: [],
    gaps: [],
  }
  return [snapshot]
}

const text = { ja: '試験', en: 'test' }
const baseline: JudgedBaseline = {
  id: 'test',
  root: 'test',
  requirements: [
    {
      id: 'lockout',
      title: text,
      severity: 'high',
      controls: [],
      expect: {
        kind: 'subject',
        subject: 'lockout.threshold',
        condition: { kind: 'test', operator: 'at-most', operand: 5 },
      },
      rationale: text,
      remedy: {},
    },
  ],
}

type Collect = (target: Target, request: CollectRequest) => AsyncIterable<Uint8Array>

const scannerThat = (collect: Collect): Scanner => ({
  id: 'test',
  platforms: ['thing'],
  title: { ja: '試験', en: 'Test' },
  optionsSchema: {},
  observes: { settings: [], rows: [] },
  permissions: [],
  collect,
  interpret,
})

const target = (name: string): Target => ({ name, scanner: 'test', labels: {}, options: {} })
const live = (scanner: Scanner, ...names: readonly string[]): readonly Source[] =>
  names.map((name) => ({ kind: 'live', target: target(name), scanner }))
const bundle = (name: string, ...chunks: readonly (Buffer | Error)[]): Source => ({
  kind: 'bundle',
  name,
  open: async function* () {
    for (const chunk of chunks) {
      if (chunk instanceof Error) throw chunk
      yield chunk
    }
  },
})

type Given = Partial<Omit<ScanRequest, 'baselines'>> & { readonly baselines?: readonly JudgedBaseline[] }

async function run(sources: readonly Source[], { baselines: judged = [baseline], ...more }: Given = {}) {
  const events: ProgressEvent[] = []
  const { result, remove } = await scan({
    id: 'run',
    version: '0',
    sources,
    scanners: new Map([['test', scannerThat(() => new ReadableStream())]]),
    collect: collectRunWith(),
    baselines: { judged, headers: [], lists: [] },
    configured: new Map(),
    exit: { failOn: 'low', allowIncomplete: false, exitZero: false },
    rows: false,
    deep: false,
    simulateUpgrade: false,
    concurrency: 8,
    timeoutSeconds: 60,
    maximumAgeSeconds: 86_400,
    now: () => now,
    wait: () => Promise.resolve(),
    signal: new AbortController().signal,
    onEvent: (event) => events.push(event),
    ...more,
  })
  const findings: Finding[] = []
  for await (const finding of result.findings()) findings.push(finding)
  const gaps: GapResult[] = []
  for await (const gap of result.gaps()) gaps.push(gap)
  await remove()
  const { exit, targets, summary } = result
  return {
    code: exit.code,
    reasons: exit.reasons.map((reason) => reason.code),
    reasonTexts: exit.reasons.map((reason) => reason.text.en),
    targets: targets.map(({ name, state }) => `${name} ${state}`),
    problems: targets.flatMap(({ problems }) => problems.map((problem) => problem.en)),
    verdicts: findings.map(({ component, verdict }) => `${component} ${verdict}`),
    partial: result.run.partial === true,
    gaps,
    summary,
    events,
  }
}

const answers = (sections: Readonly<Record<string, string>>): Collect =>
  async function* () {
    yield evidence(sections)
  }

/** What never gives anything. */
const failing = (fault: Fault): AsyncIterable<Uint8Array> => ({
  [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(fault) }),
})

const unreachable = new Fault('unreachable', { ja: '届かない', en: 'no route' })

describe('a scan', () => {
  it('judges every target and keeps the order of the targets, whichever answers first', async () => {
    const gates = new Map(['a', 'b', 'c'].map((name) => [name, Promise.withResolvers<void>()]))
    const scanner = scannerThat(async function* ({ name }) {
      await gates.get(name)?.promise
      yield evidence({ threshold: name === 'b' ? '9' : '3' })
    })
    const going = run(live(scanner, 'a', 'b', 'c'))
    for (const name of ['c', 'b', 'a']) gates.get(name)?.resolve()
    expect(await going).toMatchObject({
      code: 2,
      targets: ['a ok', 'b ok', 'c ok'],
      verdicts: ['server:a pass', 'server:b fail', 'server:c pass'],
    })
  })

  it('takes one evidence of a target, and none that it gives for another', async () => {
    const scanner = scannerThat(async function* () {
      yield Buffer.from('#seisa-target {"name":"b"}\n')
      yield evidence({ threshold: '9' })
      yield Buffer.from('#seisa-target {"name":"b"}\n')
      yield evidence({ threshold: '3', id: 'b' })
    })
    expect(await run(live(scanner, 'a'))).toMatchObject({ targets: ['a ok'], verdicts: ['server:a fail'] })
  })

  it('refuses to call it a success when there is nothing to scan or nothing to check', async () => {
    const scanner = scannerThat(answers({ threshold: '3' }))
    await expect(run([])).rejects.toMatchObject({ code: 'nothing-to-do' })
    await expect(run(live(scanner, 'a'), { baselines: [] })).rejects.toMatchObject({ code: 'nothing-to-do' })
    const empty = { baselines: [{ ...baseline, requirements: [] }] }
    await expect(run(live(scanner, 'a'), empty)).rejects.toMatchObject({ code: 'nothing-to-do' })
  })

  it('says that nothing was checked when no requirement applies, even to people who only look', async () => {
    const scanner = scannerThat(answers({ threshold: '9' }))
    const tenants: JudgedBaseline = { ...baseline, id: 'tenants', appliesTo: { kind: ['tenant'] } }
    const exit = { failOn: 'low', allowIncomplete: true, exitZero: true } as const
    const none = await run(live(scanner, 'a'), { baselines: [tenants], exit })
    expect(none).toMatchObject({ code: 10, reasons: [10, 0], verdicts: [] })
    const requirements = baseline.requirements.map((one) => ({ ...one, appliesTo: { label: { system: 'other' } } }))
    const skipped = await run(live(scanner, 'a'), { baselines: [{ ...baseline, requirements }], exit })
    expect(skipped).toMatchObject({ code: 10, verdicts: ['server:a not-applicable'] })
  })

  it('names a baseline that takes no component, beside one that does', async () => {
    const scanner = scannerThat(answers({ threshold: '3' }))
    const misspelt: JudgedBaseline = { ...baseline, id: 'other', root: 'other', appliesTo: { label: { systm: 'x' } } }
    const { code, reasonTexts } = await run(live(scanner, 'a'), { baselines: [baseline, misspelt] })
    expect(code).toBe(0)
    expect(reasonTexts).toEqual([expect.stringContaining('the baseline other takes none of the components')])
    const { reasonTexts: unread } = await run(
      live(
        scannerThat(() => failing(unreachable)),
        'a',
      ),
      {
        baselines: [misspelt],
      },
    )
    expect(unread).toEqual(['1 target gave nothing'])
  })

  it('judges a component that comes twice, and says that the two can not be told apart', async () => {
    const scanner = scannerThat(answers({ id: 'clone', threshold: '3' }))
    const other = scannerThat(answers({ id: 'own', threshold: '3' }))
    const sources = [...live(scanner, 'a', 'b'), ...live(other, 'c')]
    const { gaps, ...twice } = await run(sources)
    expect(twice).toMatchObject({
      code: 3,
      targets: ['a partial', 'b partial', 'c ok'],
      verdicts: ['server:clone pass', 'server:clone pass', 'server:own pass'],
      summary: { gaps: 2 },
    })
    expect(gaps.map(({ target: name, component }) => [name, component])).toEqual([
      ['a', 'server:clone'],
      ['b', 'server:clone'],
    ])
    expect(gaps[0]?.why.en).toContain('(targets: a, b)')
  })

  it('asks no further target once its findings can not be kept', async () => {
    const asked: string[] = []
    const scanner = scannerThat(async function* ({ name }) {
      asked.push(name)
      if (name === 'b') throw new Fault('output', { ja: '書けない', en: 'the disk is full' })
      yield evidence({ threshold: '3' })
    })
    const going = run(live(scanner, 'a', 'b', 'c', 'd', 'e', 'f'), { concurrency: 2 })
    await expect(going).rejects.toMatchObject({ code: 'output' })
    expect(asked.length).toBeLessThan(5)
  })

  it('ends a collector that talks for ever', async () => {
    let ended = false
    const scanner = scannerThat(async function* () {
      try {
        const noise = Buffer.from(`${'x'.repeat(1024 * 1024 - 1)}\n`)
        for (;;) yield noise
      } finally {
        ended = true
      }
    })
    expect((await run(live(scanner, 'a'))).code).toBe(3)
    expect(ended).toBe(true)
  })

  it('goes on without a target that can not be reached, and is incomplete', async () => {
    const scanner = scannerThat(async function* ({ name }) {
      if (name === 'b') throw unreachable
      yield evidence({ threshold: '3' })
    })
    const { events, ...rest } = await run(live(scanner, 'a', 'b', 'c'))
    expect(rest).toMatchObject({
      code: 3,
      targets: ['a ok', 'b unreachable', 'c ok'],
      problems: ['no route'],
      verdicts: ['server:a pass', 'server:c pass'],
    })
    expect(rest.gaps).toMatchObject([{ target: 'b', why: { en: 'no route' } }])
    expect(
      events
        .filter((event) => event.type === 'done')
        .map((event) => event.target)
        .sort(),
    ).toEqual(['a', 'b', 'c'])
  })

  it('is incomplete when every target is silent, even for people who only look', async () => {
    const scanner = scannerThat(() => failing(unreachable))
    const look = { exit: { failOn: 'low', allowIncomplete: false, exitZero: true } } as const
    expect((await run(live(scanner, 'a'), look)).code).toBe(3)
    expect((await run(live(scannerThat(answers({ threshold: '9' })), 'a'), look)).code).toBe(0)
  })

  it('tries an unreachable target again, and one that refused us never', async () => {
    const tries = new Map<string, number>()
    const scanner = scannerThat(async function* ({ name }) {
      const count = (tries.get(name) ?? 0) + 1
      tries.set(name, count)
      if (name === 'refused') throw new Fault('denied', { ja: '拒否', en: 'refused' })
      if (count === 1) throw unreachable
      yield evidence({ threshold: '3' })
    })
    expect((await run(live(scanner, 'flaky', 'refused'))).targets).toEqual(['flaky ok', 'refused denied'])
    expect(Object.fromEntries(tries)).toEqual({ flaky: 2, refused: 1 })
  })

  it('masks a credential that the target sends back, and does not trust the answer as a whole', async () => {
    const scanner = scannerThat(async function* (_, { run: shared }) {
      const secret = await shared.credential('env:PASSWORD')
      yield evidence({ threshold: '3', id: `host-${secret}` })
    })
    const collect = collectRunWith({ 'env:PASSWORD': 'hunter2hunter2' })
    const told = await run(live(scanner, 'a'), { collect })
    expect(told).toMatchObject({ code: 3, targets: ['a partial'] })
    expect(JSON.stringify(told)).not.toContain('hunter2')
  })

  it('judges what came before the connection dropped, and never tries that again', async () => {
    let tries = 0
    const scanner = scannerThat(async function* () {
      tries += 1
      yield evidence({ threshold: '3' }, false)
      throw unreachable
    })
    expect(await run(live(scanner, 'a'))).toMatchObject({ code: 3, targets: ['a partial'], problems: ['no route'] })
    expect(tries).toBe(1)
  })

  it('does not take a section for read whose end was never seen', async () => {
    const cut = evidence({ 'observed-at': now.toISOString(), threshold: '3' }).toString()
    const scanner = scannerThat(async function* () {
      yield Buffer.from(cut.slice(0, cut.indexOf('\n#n < threshold')))
    })
    expect(await run(live(scanner, 'a'))).toMatchObject({
      code: 3,
      targets: ['a partial'],
      verdicts: ['server:a unknown'],
    })
  })

  it('ends a target that takes longer than its time', async () => {
    const scanner = scannerThat(async function* (_, { signal }) {
      yield evidence({ threshold: '3' }, false)
      if (!signal.aborted) await new Promise((done) => signal.addEventListener('abort', done))
      throw new Fault('timeout', { ja: '時間切れ', en: 'took too long' })
    })
    const slow: Source = { kind: 'live', target: { ...target('a'), timeout: 0.02 }, scanner }
    expect(await run([slow])).toMatchObject({ code: 3, targets: ['a partial'], problems: ['took too long'] })
  })

  it.each([1, 3])('scans at most %i targets at once', async (limit) => {
    let now_ = 0
    let most = 0
    const waiting: (() => void)[] = []
    const scanner = scannerThat(async function* () {
      now_ += 1
      most = Math.max(most, now_)
      // each waits until as many as may be are at work
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.push(resolve)
      if (waiting.length === limit) for (const go of waiting.splice(0)) go()
      await promise
      yield evidence({ threshold: '3' })
      now_ -= 1
    })
    await run(live(scanner, 'a', 'b', 'c', 'd', 'e', 'f'), { concurrency: limit })
    expect(most).toBe(limit)
  })

  it('keeps to the limits of groups and network zones, and lets the others through', async () => {
    const busy = new Map<string, number>()
    let most = 0
    const scanner = scannerThat(async function* ({ networkZone = '' }) {
      busy.set(networkZone, (busy.get(networkZone) ?? 0) + 1)
      most = Math.max(most, busy.get('dmz') ?? 0)
      await new Promise((done) => setImmediate(done))
      yield evidence({ threshold: '3' })
      busy.set(networkZone, (busy.get(networkZone) ?? 0) - 1)
    })
    const sources = ['a', 'b', 'c', 'd', 'e', 'f'].map((name, index): Source => {
      const zone = index % 2 === 0 ? { networkZone: 'dmz' } : {}
      return { kind: 'live', target: { ...target(name), ...zone }, scanner }
    })
    const { targets } = await run(sources, { concurrency: 6, networkZones: new Map([['dmz', 1]]) })
    expect(most).toBe(1)
    expect(targets).toEqual(['a ok', 'b ok', 'c ok', 'd ok', 'e ok', 'f ok'])
  })

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('keeps what was finished at a %s, names what was not, and starts nothing more', async (signal, code) => {
    const stop = new AbortController()
    const started: string[] = []
    const scanner = scannerThat(async function* ({ name }, request) {
      started.push(name)
      if (name === 'b') {
        stop.abort(signal)
        expect(request.signal.aborted).toBe(true)
        throw new Fault('timeout', { ja: '中断', en: 'was interrupted' })
      }
      yield evidence({ threshold: '3' })
    })
    const look = { failOn: 'never', allowIncomplete: true, exitZero: true } as const
    const ended = await run(live(scanner, 'a', 'b', 'c'), { signal: stop.signal, concurrency: 1, exit: look })
    expect(ended).toMatchObject({
      code,
      partial: true,
      targets: ['a ok', 'b unreachable', 'c unreachable'],
      verdicts: ['server:a pass'],
    })
    expect(started).toEqual(['a', 'b'])
  })

  it('calls a mistake in a scanner an internal fault, after judging the others', async () => {
    const scanner = scannerThat(async function* ({ name }) {
      yield evidence(name === 'a' ? { crash: 'x' } : { threshold: '3' })
    })
    expect(await run(live(scanner, 'a', 'b'))).toMatchObject({ code: 1, verdicts: ['server:b pass'] })
  })
})

describe('saved evidence', () => {
  it('is refused when it is older than allowed, or does not say when it was collected', async () => {
    const at = (instant: string): Source => bundle(instant, evidence({ threshold: '3', 'observed-at': instant }))
    const old = await run([at('2026-11-10T00:00:00Z'), at('some day'), at('2026-11-20T00:00:00Z')])
    expect(old.targets.map((one) => one.split(' ').at(-1))).toEqual(['denied', 'denied', 'ok'])
    expect(old.problems[0]).toContain('10 days old')
    expect(old.code).toBe(3)
    expect(old.verdicts).toHaveLength(1)
    const allowed = await run([at('2026-11-10T00:00:00Z')], { maximumAgeSeconds: 90 * 86_400 })
    expect(allowed).toMatchObject({ code: 0, targets: ['2026-11-10T00:00:00Z ok'] })
  })

  it('of a machine whose clock is ahead is judged, with a word about the clock', async () => {
    const ahead = await run([bundle('a', evidence({ threshold: '3', 'observed-at': '2026-11-20T03:10:00Z' }))])
    expect(ahead.problems).toEqual(["the target's clock is 600 seconds ahead"])
    const near = await run([bundle('a', evidence({ threshold: '3', 'observed-at': '2026-11-20T03:04:00Z' }))])
    expect(near.problems).toEqual([])
  })

  it('of an unknown collector is not judged, and the run is incomplete', async () => {
    const other = Buffer.from(evidence({ threshold: '3' }).toString().replace('test/thing', 'test/other-thing'))
    const { code, targets, problems, verdicts, events } = await run([bundle('a', other)])
    expect({ code, targets, verdicts }).toEqual({ code: 3, targets: ['a unreachable'], verdicts: [] })
    expect(problems[0]).toContain('test/other-thing')
    expect(events.at(-1)).toMatchObject({ type: 'done', state: 'unreachable' })
  })

  it('may hold the evidence of many machines', async () => {
    const many = bundle('all', evidence({ id: 'x', threshold: '3' }), evidence({ id: 'y', threshold: '9' }))
    expect(await run([many])).toMatchObject({ code: 2, verdicts: ['server:x pass', 'server:y fail'] })
  })

  it('that is not evidence at all is said to be none', async () => {
    expect(await run([bundle('a', Buffer.from('root:x:0:0::/root:/bin/sh\n'))])).toMatchObject({
      code: 3,
      targets: ['a unreachable'],
      problems: ['no evidence was found'],
    })
  })

  it('whose file can not be read to its end is incomplete, although what came before was judged', async () => {
    const broken = bundle('all', evidence({ id: 'x', threshold: '3' }), unreachable)
    expect(await run([broken])).toMatchObject({
      code: 3,
      targets: ['all ok', 'all unreachable'],
      problems: ['no route'],
    })
  })

  it('takes labels, owner and id of the target of that name in the configuration', async () => {
    const configured = new Map([['web', { ...target('web'), labels: { system: 'protected' } }]])
    const only: JudgedBaseline = { ...baseline, appliesTo: { label: { system: 'protected' } } }
    const named = Buffer.concat([Buffer.from('#seisa-target {"name":"web"}\n'), evidence({ threshold: '9' })])
    const { verdicts } = await run([bundle('file', named)], { configured, baselines: [only] })
    expect(verdicts).toEqual(['server:web fail'])
  })
})
