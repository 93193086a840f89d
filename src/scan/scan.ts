import type { ExitOptions } from '../core/exit.ts'
import { Fault } from '../core/fault.ts'
import { judgeComponent } from '../core/judge.ts'
import type { ProgressEvent } from '../core/progress.ts'
import type { ComponentResult, Finding, GapResult, RunResult } from '../core/run.ts'
import type { CollectRun, InterpretContext, Scanner, Target } from '../core/scanner.ts'
import type { Snapshot } from '../core/snapshot.ts'
import type { LocalText } from '../core/text.ts'
import { readEvidence } from '../readers/evidence.ts'
import { redacting } from '../transport/redact.ts'
import { scannerOfEvidence, unknownCollector } from './collectors.ts'
import { componentResult } from './component.ts'
import { gapsOf } from './gaps.ts'
import { type JudgedBy, LateBaselines } from './late-baselines.ts'
import { defaultRetry, type RetryPolicy, retrying } from './retry.ts'
import { Spool, type SpoolWriter } from './spool.ts'
import { Totals } from './totals.ts'
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
  readonly concurrency: number
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
 * @throws Fault `nothing-to-do` without a source or a requirement; Fault `output` when the disk is full
 */
export async function scan(request: ScanRequest): Promise<FinishedScan> {
  if (request.sources.length === 0) {
    throw new Fault('nothing-to-do', { ja: '調べる対象がない', en: 'there is nothing to scan' })
  }
  const given = request.baselines
  const baselines = new LateBaselines(typeof given === 'function' ? given : () => given)
  if (typeof given !== 'function') await baselines.get()
  const started = request.now()
  const spool = await Spool.create()
  const totals = new Totals(request)
  const at = async (position: number, work: (place: Place) => Promise<void>): Promise<void> => {
    const writer = await spool.writer(position)
    try {
      await work({ request, position, writer, totals, baselines })
    } finally {
      await writer.close()
    }
  }
  const begun = new Set<number>()
  try {
    await inParallel(request.sources, request.concurrency, request.signal, (source, position) => {
      begun.add(position)
      return at(position, (place) => scanSource(source, place))
    })
    for (const [position, source] of request.sources.entries()) {
      if (begun.has(position)) continue
      await at(position, (place) => unread(place, nameOf(source), scannerIdOf(source), interrupted))
    }
    const twins = totals.anyTwice ? await twinsOf(spool.read<ComponentResult>('component'), totals) : []
    await at(request.sources.length, async (place) => {
      for (const twin of twins) await addGap(place, twin)
    })
    const result = resultOf(request, spool, totals, await baselines.get(), twins, started)
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
  readonly baselines: LateBaselines
}

function resultOf(
  request: ScanRequest,
  spool: Spool,
  totals: Totals,
  { judged, headers }: JudgedBy,
  twins: readonly GapResult[],
  started: Date,
): RunResult {
  const targets = totals.targets((target) => markTwins(target, twins))
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
    exit: totals.exit(targets, judged),
  }
}

/** Runs `work` on every item, at most `limit` at once; starts nothing more once aborted. */
async function inParallel<T>(
  items: readonly T[],
  limit: number,
  signal: AbortSignal,
  work: (item: T, position: number) => Promise<void>,
): Promise<void> {
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < items.length && !signal.aborted) {
      const position = next
      next += 1
      const item = items[position]
      if (item === undefined) continue
      try {
        await work(item, position)
      } catch (cause) {
        // what ends the run (a full disk) ends it for all: nobody is asked for what can't be kept
        next = items.length
        throw cause
      }
    }
  }
  const workers = Array.from({ length: Math.min(limit, items.length) }, worker)
  const settled = await Promise.allSettled(workers)
  for (const one of settled) if (one.status === 'rejected') throw one.reason
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
        await unread(place, given.name, evidence.collector, problem)
        request.onEvent({ type: 'done', target: given.name, state: 'unreachable', problem })
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
    const first = problems[0]
    const what = first?.what ?? { ja: '証跡が見つからない', en: 'no evidence was found' }
    await unread(place, name, scannerIdOf(source), what, first)
    request.onEvent({ type: 'done', target: name, state: 'unreachable', problem: what })
  }
}

/** A target of which nothing was read, and the gap that it is. */
async function unread(place: Place, name: string, scanner: string, why: LocalText, fault?: Fault): Promise<void> {
  const state = fault?.code === 'denied' || fault?.code === 'rejected' ? 'denied' : 'unreachable'
  place.totals.target(place.position, { name, scanner, state, problems: [why] })
  await addGap(place, { target: name, what: [], why, ...(fault?.next && { needs: fault.next }) })
}

async function addGap({ totals, writer }: Place, gap: GapResult): Promise<void> {
  totals.gap()
  await writer.write('gap', gap)
}

async function judgeInto(
  snapshot: Snapshot,
  target: Target,
  labels: Readonly<Record<string, string>>,
  place: Place,
): Promise<void> {
  const { request, writer, totals } = place
  const { judged } = await place.baselines.get()
  totals.component(snapshot.component, labels, judged)
  await writer.write('component', componentResult(snapshot, target, request.rows))
  const options = request.asOf ? { labels, asOf: request.asOf } : { labels }
  for (const finding of judgeComponent(snapshot, judged, options)) {
    totals.finding(finding)
    await writer.write('finding', finding)
  }
  for (const gap of gapsOf(snapshot, target.name)) await addGap(place, gap)
}

/**
 * Chunks of a source. A live target is retried while it has given nothing; a fault after its first byte
 * ends the stream, so that what was read is still judged, as incomplete.
 */
async function* chunksOf(source: Source, place: Place, problems: Fault[]): AsyncGenerator<Uint8Array> {
  if (source.kind === 'bundle') yield* source.open()
  else yield* redacting(liveChunks(source, place, problems), place.request.collect.secrets)
}

async function* liveChunks(
  { target, scanner }: Source & { readonly kind: 'live' },
  { request, baselines }: Place,
  problems: Fault[],
): AsyncGenerator<Uint8Array> {
  request.onEvent({ type: 'phase', target: target.name, phase: collecting })
  const deadline = AbortSignal.timeout((target.timeout ?? request.timeoutSeconds) * 1000)
  const signal = AbortSignal.any([request.signal, deadline])
  const ask = { deep: request.deep, simulateUpgrade: request.simulateUpgrade, signal, run: request.collect }
  try {
    const begun = await retrying(
      async () => {
        const chunks = scanner.collect(target, ask)[Symbol.asyncIterator]()
        const first = chunks.next()
        // a failure is met again by whoever judges
        baselines.get().catch(() => undefined)
        return { chunks, first: await first }
      },
      request.retry ?? defaultRetry,
      request.wait,
      signal,
    )
    try {
      for (let item = begun.first; !item.done; item = await begun.chunks.next()) yield item.value
    } finally {
      // a reader that has enough ends the collector too
      await begun.chunks.return?.()
    }
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
