import type { ExitOptions } from '../core/exit.ts'
import { Fault } from '../core/fault.ts'
import { judgeComponent } from '../core/judge.ts'
import { compareText } from '../core/order.ts'
import type { ProgressEvent } from '../core/progress.ts'
import type { ComponentResult, Finding, GapResult, RunResult } from '../core/run.ts'
import type { CollectRun, InterpretContext, Scanner, Target } from '../core/scanner.ts'
import type { Snapshot } from '../core/snapshot.ts'
import type { LocalText } from '../core/text.ts'
import { readEvidence } from '../readers/evidence.ts'
import { oneEvidence } from '../readers/evidence-one.ts'
import { redacting } from '../transport/redact.ts'
import { withTimeLimit } from '../transport/time-limit.ts'
import { scannerOfEvidence, unknownCollector } from './collectors.ts'
import { componentResult } from './component.ts'
import { gapsOf } from './gaps.ts'
import { type JudgedBy, LateBaselines } from './late-baselines.ts'
import type { RetryPolicy } from './retry.ts'
import { noTargets } from './no-targets.ts'
import { collectChunks, heldSecret } from './scan-collect.ts'
import { coverageOf, listHeaders, SoftwareLists } from './software-lists.ts'
import { type Limit, limitsOfTarget, runAll } from './schedule.ts'
import { Spool, type SpoolWriter } from './spool.ts'
import { type Held, Totals } from './totals.ts'
import { markTwins, twinsOf } from './twins.ts'

/** Where evidence comes from: a live target, or a saved bundle. */
export type Source =
  | { readonly kind: 'live'; readonly target: Target; readonly scanner: Scanner }
  | {
      readonly kind: 'bundle'
      /** Name for evidence that doesn't bring one. */
      readonly name: string
      readonly open: () => AsyncIterable<Uint8Array>
    }

export interface ScanRequest {
  readonly id: string
  readonly version: string
  readonly sources: readonly Source[]
  readonly scanners: ReadonlyMap<string, Scanner>
  /** What live targets share; whoever made it ends it. */
  readonly collect: CollectRun
  /** A function is called once, when the first target is at work or the first evidence is there. */
  readonly baselines: JudgedBy | (() => Promise<JudgedBy>)
  /** Targets of the configuration, for the labels, owners and ids of saved evidence. */
  readonly configured: ReadonlyMap<string, Target>
  readonly exit: ExitOptions
  readonly rows: boolean
  readonly deep: boolean
  readonly simulateUpgrade: boolean
  /** Targets at work at once. */
  readonly concurrency: number
  /** Pieces of saved evidence that are judged at once: `mostBundles` unless `concurrency` is less. */
  readonly bundles?: number
  /** Live targets at work at once in a network zone. */
  readonly networkZones?: ReadonlyMap<string, number>
  /** Whole seconds for a target that has no timeout of its own. */
  readonly timeoutSeconds: number
  /** Saved evidence older than this many seconds is refused. */
  readonly maximumAgeSeconds: number
  /** Ages are computed against this instant instead of each component's observation. */
  readonly asOf?: string
  readonly now: () => Date
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>
  readonly signal: AbortSignal
  readonly onEvent: (event: ProgressEvent) => void
  readonly retry?: RetryPolicy
  /** Which gaps of a component matter to whoever asks, by the settings and tables in them; all without it. */
  readonly concerns?: (what: readonly string[]) => boolean
}

/** A finished scan; `remove` deletes its temporary files once every report is written. */
export interface FinishedScan {
  readonly result: RunResult
  /** A mistake inside seisa that one of the targets met. */
  readonly fault?: Fault
  readonly remove: () => Promise<void>
}

/**
 * Scans every source, judges each component as soon as it was read, and gives the result as a stream.
 * A target that fails never takes others with it.
 * @throws Fault `nothing-to-do` without a source, or without a requirement and a software list; Fault `output` when the disk is full
 */
export async function scan(request: ScanRequest): Promise<FinishedScan> {
  if (request.sources.length === 0) throw noTargets({ ja: '調べる対象がない', en: 'there is nothing to scan' })
  const given = request.baselines
  const baselines = new LateBaselines(typeof given === 'function' ? given : () => given)
  if (typeof given !== 'function') await baselines.get()
  const started = request.now()
  const spool = await Spool.create()
  const totals = new Totals(request)
  const software = new SoftwareLists()
  const at = async (position: number, work: (place: Place) => Promise<void>): Promise<void> => {
    const writer = await spool.writer(position)
    try {
      await work({ request, position, writer, totals, software, baselines })
    } finally {
      await writer.close()
    }
  }
  const begun = new Set<number>()
  try {
    await runAll({
      items: request.sources,
      limitsOf: (source) => limitsOfSource(source, request),
      signal: request.signal,
      work: (source, position) => {
        begun.add(position)
        return at(position, (place) => scanSource(source, place))
      },
    })
    for (const [position, source] of request.sources.entries()) {
      if (begun.has(position)) continue
      await at(position, (place) => unread(place, nameOf(source), scannerIdOf(source), interrupted))
    }
    const twins = totals.anyTwice ? await twinsOf(spool.read<ComponentResult>('component'), totals) : []
    await at(request.sources.length, async (place) => {
      for (const twin of twins) await addGap(place, twin)
    })
    const by = await baselines.get()
    await at(request.sources.length + 1, async (place) => {
      const coverage = coverageOf(
        totals.targets((target) => target),
        request.configured.keys(),
      )
      for (const finding of software.upkeep(by.lists, coverage)) await addFinding(place, finding)
    })
    const result = resultOf(request, spool, totals, by, twins, started)
    return { result, remove: () => spool.remove(), ...(totals.fault && { fault: totals.fault }) }
  } catch (cause) {
    await spool.remove()
    throw cause
  }
}

/** Where what is found of one source goes. */
interface Place {
  readonly request: ScanRequest
  /** Of the source, and so in the result. */
  readonly position: number
  readonly writer: SpoolWriter
  readonly totals: Totals
  readonly software: SoftwareLists
  readonly baselines: LateBaselines
}

function resultOf(
  request: ScanRequest,
  spool: Spool,
  totals: Totals,
  by: JudgedBy,
  twins: readonly GapResult[],
  started: Date,
): RunResult {
  const targets = totals.targets((target) => markTwins(target, twins))
  const headers = [...by.headers, ...listHeaders(by.lists)]
  return {
    run: {
      id: request.id,
      startedAt: started.toISOString(),
      finishedAt: request.now().toISOString(),
      asOf: request.asOf ?? started.toISOString(),
      seisa: request.version,
      baselines: headers,
      ...(request.signal.aborted && { partial: true }),
    },
    targets,
    components: () => spool.read<ComponentResult>('component'),
    findings: () => spool.read<Finding>('finding'),
    gaps: () => spool.read<GapResult>('gap'),
    summary: totals.summary(headers),
    exit: totals.exit(targets, heldOf(by)),
  }
}

/** Judging saved evidence waits for no network: more at once would take memory and save no time. */
const mostBundles = 8

function limitsOfSource(source: Source, request: ScanRequest): readonly Limit[] {
  const { concurrency, networkZones = new Map() } = request
  if (source.kind === 'live') return limitsOfTarget(source.target, { concurrency, networkZones })
  return [
    { key: 'all', most: concurrency },
    { key: 'bundles', most: request.bundles ?? mostBundles },
  ]
}

async function scanSource(source: Source, place: Place): Promise<void> {
  const { request, position, totals } = place
  const name = nameOf(source)
  // a live target gives the evidence of its own scanner and of no other
  const scanners = source.kind === 'live' ? new Map([[source.scanner.id, source.scanner]]) : request.scanners
  request.onEvent({ type: 'start', target: name })
  const problems: Fault[] = []
  let found = 0
  let broke = false
  try {
    for await (const { evidence, target: header } of readEvidence(chunksOf(source, place, problems))) {
      const given = source.kind === 'live' ? source.target : configuredOr(request, header.name ?? name, found)
      const scanner = scannerOfEvidence(scanners, evidence.collector)
      found += 1
      if (!scanner) {
        const problem = unknownCollector(evidence.collector)
        await unread(place, given.name, evidence.collector || 'bundle', problem)
        continue
      }
      request.onEvent({ type: 'phase', target: given.name, phase: judging })
      const labels = source.kind === 'live' ? given.labels : { ...header.labels, ...given.labels }
      let components = 0
      let refused: LocalText | undefined
      let ahead: LocalText | undefined
      for (const snapshot of scanner.interpret(evidence, contextOf(given))) {
        refused = source.kind === 'bundle' ? tooOld(snapshot, request) : undefined
        if (refused) break
        components += 1
        ahead = clockAhead(snapshot, request) ?? ahead
        await judgeInto(snapshot, given, labels, place)
      }
      const broken = problems[0]?.what ?? (evidence.complete ? undefined : brokeOff)
      const problem = refused ?? broken ?? (components === 0 ? nothingRead : undefined)
      const state = refused ? 'denied' : components === 0 ? 'unreachable' : broken ? 'partial' : 'ok'
      totals.target(position, {
        name: given.name,
        scanner: scanner.id,
        state,
        problems: [...(problem ? [problem] : []), ...(ahead ? [ahead] : [])],
      })
      if (problem && components === 0) await addGap(place, { target: given.name, what: [], why: problem })
      request.onEvent({ type: 'done', target: given.name, state, ...(problem && { problem }) })
    }
  } catch (cause) {
    if (place.baselines.failed) throw cause
    problems.push(asFault(cause))
    broke = true
  }
  const fault = problems.find((problem) => problem.code === 'internal' || problem.code === 'output')
  if (fault?.code === 'output') throw fault
  if (fault) totals.internal(fault)
  // a bundle that can't be read to its end may have held more than was judged
  if (found === 0 || fault || broke) {
    const first = problems[0] ?? noEvidence(source)
    await unread(place, name, scannerIdOf(source), first.what, first)
  }
}

/** Something came, and none of it is evidence. */
const noEvidence = ({ kind }: Source): Fault =>
  new Fault(
    'unreachable',
    { ja: '証跡が見つからない', en: 'no evidence was found' },
    {
      next:
        kind === 'bundle'
          ? {
              ja: '`seisa collect` か収集スクリプトの出力を、そのままのファイルで渡してください',
              en: 'name a file with the output of `seisa collect` or of the collector script as it came',
            }
          : {
              ja: 'そのアカウントで収集スクリプトが動いているか（ログインシェル、ForceCommand、sudo で指定したファイル）を確かめてください',
              en: 'check that the account does run the collector: its login shell, ForceCommand, the file that sudo names',
            },
    },
  )

/** A target of which nothing was read, and the gap that it is. */
async function unread(place: Place, name: string, scanner: string, why: LocalText, fault?: Fault): Promise<void> {
  const state = fault?.code === 'denied' || fault?.code === 'rejected' ? 'denied' : 'unreachable'
  place.totals.target(place.position, { name, scanner, state, problems: [why] })
  // of those that were never begun there may be hundreds
  if (why !== interrupted) place.request.onEvent({ type: 'done', target: name, state, problem: why })
  await addGap(place, { target: name, what: [], why, ...(fault?.next && { needs: fault.next }) })
}

async function addGap({ totals, writer }: Place, gap: GapResult): Promise<void> {
  totals.gap()
  await writer.write('gap', gap)
}

async function addFinding({ totals, writer }: Place, finding: Finding): Promise<void> {
  totals.finding(finding)
  await writer.write('finding', finding)
}

const heldOf = ({ judged, lists }: JudgedBy): readonly Held[] => [
  ...judged,
  ...lists.map((used) => ({
    kind: 'software-list' as const,
    id: used.list.id,
    ...(used.for && { appliesTo: used.for }),
  })),
]

async function judgeInto(
  snapshot: Snapshot,
  target: Target,
  labels: Readonly<Record<string, string>>,
  place: Place,
): Promise<void> {
  const { request, writer, totals } = place
  const by = await place.baselines.get()
  totals.component(snapshot.component, labels, heldOf(by))
  await writer.write('component', componentResult(snapshot, target, request.rows))
  const options = request.asOf ? { labels, asOf: request.asOf } : { labels }
  const findings = judgeComponent(snapshot, by.judged, options)
  const listed = place.software.judge(snapshot, by.lists, options)
  // both are sorted, and no list has the id of a baseline
  const all =
    listed.length === 0 ? findings : [...findings, ...listed].sort((a, b) => compareText(a.baseline, b.baseline))
  for (const finding of all) await addFinding(place, finding)
  for (const gap of gapsOf(snapshot, target.name)) {
    if (request.concerns?.(gap.what) ?? true) await addGap(place, gap)
  }
}

/**
 * Chunks of a source. A live target is retried while it has given nothing; a fault after its first byte
 * ends the stream, so that what was read is still judged, as incomplete.
 */
async function* chunksOf(source: Source, place: Place, problems: Fault[]): AsyncGenerator<Uint8Array> {
  if (source.kind === 'bundle') yield* source.open()
  else {
    const masked = redacting(liveChunks(source, place, problems), place.request.collect.secrets, () => {
      if (!problems.includes(heldSecret)) problems.push(heldSecret)
    })
    // a target speaks for itself alone
    yield* oneEvidence(masked, () => true)
  }
}

async function* liveChunks(
  { target, scanner }: Source & { readonly kind: 'live' },
  { request, baselines }: Place,
  problems: Fault[],
): AsyncGenerator<Uint8Array> {
  request.onEvent({ type: 'phase', target: target.name, phase: collecting })
  const signal = withTimeLimit(request.signal, target.timeout ?? request.timeoutSeconds)
  const ask = { deep: request.deep, simulateUpgrade: request.simulateUpgrade, signal, run: request.collect }
  const retry = { ...(request.retry && { policy: request.retry }), wait: request.wait }
  try {
    yield* collectChunks(scanner, target, ask, {
      ...retry,
      // a failure is met again by whoever judges
      onBegin: () => void baselines.get().catch(() => undefined),
    })
  } catch (cause) {
    problems.push(asFault(cause))
  }
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

const asFault = (cause: unknown): Fault =>
  cause instanceof Fault
    ? cause
    : new Fault(
        'internal',
        { ja: `seisa の内部の誤り: ${messageOf(cause)}`, en: `internal error: ${messageOf(cause)}` },
        { cause },
      )

/** A target of the configuration by name, so that labels, owner and a pinned id hold for saved evidence too. */
const configuredOr = (request: ScanRequest, name: string, count: number): Target =>
  request.configured.get(name) ?? {
    name: count === 0 ? name : `${name}#${count + 1}`,
    scanner: '',
    labels: {},
    options: {},
  }

const contextOf = (target: Target): InterpretContext => ({
  target: { name: target.name, ...(target.kind && { kind: target.kind }), ...(target.id && { id: target.id }) },
})

const brokeOff: LocalText = {
  ja: '証跡が途中で切れている（終わりの印がない）',
  en: 'the evidence breaks off: there is no end mark',
}

const nameOf = (source: Source): string => (source.kind === 'live' ? source.target.name : source.name)
const scannerIdOf = (source: Source): string => (source.kind === 'live' ? source.scanner.id : 'bundle')

function tooOld(snapshot: Snapshot, request: ScanRequest): LocalText | undefined {
  const age = (request.now().getTime() - Date.parse(snapshot.component.observedAt)) / 1000
  if (age <= request.maximumAgeSeconds) return undefined
  const days = Math.floor(age / 86_400)
  if (Number.isNaN(age)) {
    return { ja: '証跡に収集日時がない', en: 'the evidence does not say when it was collected' }
  }
  return {
    ja: `証跡が古い（${days}日前）。判定するなら --max-age で上限を延ばしてください`,
    en: `the evidence is ${days} days old; to judge it all the same, raise the limit with --max-age`,
  }
}

/** A machine whose clock is more than five minutes ahead of ours: its ages can't be trusted. */
function clockAhead(snapshot: Snapshot, request: ScanRequest): LocalText | undefined {
  const ahead = Math.round((Date.parse(snapshot.component.observedAt) - request.now().getTime()) / 1000)
  if (!(ahead > 300)) return undefined
  return { ja: `対象の時計が ${ahead} 秒進んでいる`, en: `the target's clock is ${ahead} seconds ahead` }
}

const nothingRead: LocalText = { ja: '証跡から何も読めない', en: 'nothing could be read from the evidence' }
const interrupted: LocalText = { ja: '中断されたので調べていない', en: 'not scanned: the run was interrupted before' }
const collecting: LocalText = { ja: '収集中', en: 'collecting' }
const judging: LocalText = { ja: '判定中', en: 'judging' }
