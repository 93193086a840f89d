import { collectRunWith } from '../../scan/testing/collect-run.ts'
import { spawnSync } from 'node:child_process'
import { endpoint } from '../../../scanners/endpoint/index.ts'
import { collectorScript } from '../../../scanners/endpoint/linux/collector.ts'
import type { Evidence, Section } from '../../core/evidence.ts'
import { judgeComponent } from '../../core/judge.ts'
import type { Finding, GapResult, RunResult } from '../../core/run.ts'
import { loadBuiltIn } from '../../files/built-in.ts'
import { readEvidence } from '../../readers/evidence.ts'
import { scan } from '../../scan/scan.ts'

/** Evidence of this machine as its user gets it, collected once. */
export function evidenceHere(): Buffer {
  collected ??= runCollector()
  return collected
}
let collected: Buffer | undefined

function runCollector(): Buffer {
  const run = spawnSync('/bin/sh', ['-s'], { input: collectorScript().text, maxBuffer: 256 * 1024 * 1024 })
  if (run.status !== 0) throw new Error(`the collector failed: ${run.stderr.toString()}`)
  return run.stdout
}

/** The only evidence in these bytes. */
export async function parsed(bytes: Uint8Array): Promise<Evidence> {
  for await (const { evidence } of readEvidence([bytes])) return evidence
  throw new Error('no evidence in it')
}

/** The same evidence with some sections replaced, or removed where undefined is given. */
export function withSections(evidence: Evidence, changed: Readonly<Record<string, Section | undefined>>): Evidence {
  const sections = new Map(evidence.sections)
  for (const [id, section] of Object.entries(changed)) {
    if (section) sections.set(id, section)
    else sections.delete(id)
  }
  return { ...evidence, sections }
}

/** Findings of evidence against the built-in baseline, by what they are about (their id without the component's). */
export function judged(evidence: Evidence): ReadonlyMap<string, Finding> {
  baseline ??= loadBuiltIn('ipa-sme')
  const findings = new Map<string, Finding>()
  for (const snapshot of endpoint.interpret(evidence, { target: { name: 'here' } })) {
    for (const finding of judgeComponent(snapshot, [baseline], { labels: {} }))
      findings.set(subjectOf(finding), finding)
  }
  return findings
}
let baseline: ReturnType<typeof loadBuiltIn> | undefined

/** The whole of `seisa scan --from` on these bundles, without a process of its own. */
export async function scanned(...bundles: readonly (Iterable<Uint8Array> | AsyncIterable<Uint8Array>)[]): Promise<{
  readonly result: RunResult
  readonly findings: ReadonlyMap<string, Finding>
  readonly gaps: readonly GapResult[]
}> {
  baseline ??= loadBuiltIn('ipa-sme')
  const { result, remove } = await scan({
    id: 'test',
    version: '0',
    sources: bundles.map((bundle, at) => ({ kind: 'bundle', name: `bundle-${at + 1}`, open: () => chunks(bundle) })),
    collect: collectRunWith(),
    scanners: new Map([[endpoint.id, endpoint]]),
    baselines: { judged: [baseline], headers: [], lists: [] },
    configured: new Map(),
    exit: { failOn: 'low', allowIncomplete: false, exitZero: false },
    rows: false,
    deep: false,
    simulateUpgrade: false,
    concurrency: 2,
    timeoutSeconds: 60,
    maximumAgeSeconds: 86_400,
    now: () => new Date(),
    wait: () => Promise.resolve(),
    signal: new AbortController().signal,
    onEvent: () => undefined,
  })
  try {
    const findings = new Map<string, Finding>()
    for await (const finding of result.findings()) findings.set(subjectOf(finding), finding)
    return { result, findings, gaps: await Array.fromAsync(result.gaps()) }
  } finally {
    await remove()
  }
}

async function* chunks(bundle: Iterable<Uint8Array> | AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* bundle
}

/** Requirement, scope and row of a finding: a component that can't tell its own id any more keeps them. */
export const subjectOf = (finding: Pick<Finding, 'requirement' | 'scope' | 'row'>): string =>
  [finding.requirement, JSON.stringify(finding.scope ?? null), finding.row?.type ?? '', finding.row?.key ?? ''].join(
    '|',
  )

/**
 * What got better although something was taken away (design law 1): a verdict that became pass or not-applicable, or a
 * finding that vanished without an unknown in its place.
 */
export function betterThan(
  before: ReadonlyMap<string, Finding>,
  after: ReadonlyMap<string, Finding>,
): readonly string[] {
  // nothing at all is a target that wasn't read: exit code 3, with or without findings before
  if (after.size === 0) return []
  const unknown = new Set([...after.values()].filter((one) => one.verdict === 'unknown').map((one) => one.requirement))
  const better: string[] = []
  for (const [subject, { verdict }] of after) {
    const was = before.get(subject)?.verdict
    const good = verdict === 'pass' || verdict === 'not-applicable'
    if (good && was !== verdict) better.push(`${subject}: ${was ?? 'nothing'} became ${verdict}`)
  }
  for (const [subject, { verdict, requirement }] of before) {
    if (!after.has(subject) && !unknown.has(requirement)) better.push(`${subject}: ${verdict} vanished`)
  }
  return better
}
