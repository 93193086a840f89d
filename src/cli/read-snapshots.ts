import { Fault } from '../core/fault.ts'
import type { CollectRun, Target } from '../core/scanner.ts'
import type { Snapshot } from '../core/snapshot.ts'
import { readEvidence } from '../readers/evidence.ts'
import { redacting } from '../transport/redact.ts'
import { withTimeLimit } from '../transport/time-limit.ts'
import { bundleSources } from '../scan/bundle.ts'
import { collectRunOf } from './collect-run.ts'
import { scannerOfEvidence, unknownCollector } from '../scan/collectors.ts'
import type { App } from './app.ts'
import { fromHere, scannerOf, usualTimeoutSeconds } from './select.ts'
import { hereTarget } from './select-hosts.ts'

/** Snapshots of saved evidence, or of this machine. */
export async function readSnapshots(app: App, from: string | undefined): Promise<readonly Snapshot[]> {
  if (from === undefined) {
    const run = collectRunOf(app, undefined)
    try {
      return await snapshotsOfTarget(app, hereTarget(), run)
    } finally {
      await run.end()
    }
  }
  const snapshots: Snapshot[] = []
  for (const source of await bundleSources(fromHere(app.cwd, from))) {
    if (source.kind === 'bundle') snapshots.push(...(await interpretAll(app, source.open(), { name: source.name })))
  }
  if (snapshots.length === 0)
    throw new Fault('nothing-to-do', { ja: '証跡が見つからない', en: 'no evidence was found' })
  return snapshots
}

/** Snapshots of a live target. */
export async function snapshotsOfTarget(app: App, target: Target, run: CollectRun): Promise<readonly Snapshot[]> {
  const scanner = scannerOf(app, target)
  const signal = withTimeLimit(app.signal, target.timeout ?? usualTimeoutSeconds(false))
  const chunks = scanner.collect(target, { deep: false, simulateUpgrade: false, signal, run })
  return interpretAll(app, redacting(chunks, run.secrets), target)
}

async function interpretAll(
  app: App,
  chunks: AsyncIterable<Uint8Array>,
  target: Pick<Target, 'name' | 'kind' | 'id'>,
): Promise<readonly Snapshot[]> {
  const snapshots: Snapshot[] = []
  for await (const { evidence, target: header } of readEvidence(chunks)) {
    const scanner = scannerOfEvidence(app.scanners, evidence.collector)
    if (!scanner) throw new Fault('configuration', unknownCollector(evidence.collector))
    snapshots.push(...scanner.interpret(evidence, { target: { ...target, name: header.name ?? target.name } }))
  }
  return snapshots
}
