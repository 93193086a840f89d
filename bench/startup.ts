import { collectRunWith } from '../src/scan/testing/collect-run.ts'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type * as Endpoint from '../scanners/endpoint/index.ts'
import type * as BuiltIn from '../src/files/built-in.ts'
import type * as Judge from '../src/core/judge.ts'
import type * as Reader from '../src/readers/evidence.ts'
import { packageRoot } from '../src/package-root.ts'
import { machineLine, measured, median, option } from './measure.ts'

/** Where the time of `seisa scan --here` goes, step by step, in the compiled code. Milliseconds, medians. */
export async function startup(words: readonly string[]): Promise<void> {
  const root = packageRoot()
  const compiled = (path: string): string => join(root, 'dist', path)
  if (!existsSync(compiled('src/main.js'))) throw new Error('run `npm run build` first: the built package is measured')
  const runs = option(words, '--runs', 5)
  const steps = new Map<string, number[]>()
  const step = async <T>(name: string, work: () => Promise<T> | T): Promise<T> => {
    const began = performance.now()
    const result = await work()
    steps.set(name, [...(steps.get(name) ?? []), performance.now() - began])
    return result
  }
  const load = <T>(path: string): Promise<T> => import(compiled(path)) as Promise<T>
  const modules = await step('load the modules (once)', async () => ({
    endpoint: await load<typeof Endpoint>('scanners/endpoint/index.js'),
    files: await load<typeof BuiltIn>('src/files/built-in.js'),
    judge: await load<typeof Judge>('src/core/judge.js'),
    reader: await load<typeof Reader>('src/readers/evidence.js'),
    reports: [
      await load('reports/terminal/index.js'),
      await load('reports/json/index.js'),
      await load('src/cli/program.js'),
    ],
  }))
  const target = { name: 'here', scanner: 'endpoint', platform: 'linux', labels: {}, options: { here: true } }
  for (let run = 0; run < runs; run += 1) {
    const baseline = await step('read the baseline', () => modules.files.loadBuiltIn('ipa-sme'))
    const chunks = await step('collect', () =>
      Array.fromAsync(
        modules.endpoint.endpoint.collect(target, {
          deep: false,
          simulateUpgrade: false,
          signal: AbortSignal.timeout(300_000),
          run: collectRunWith(),
        }),
      ),
    )
    const read = await step('read the evidence', () => Array.fromAsync(modules.reader.readEvidence(chunks)))
    const snapshots = await step('interpret', () =>
      read.flatMap(({ evidence }) =>
        [...modules.endpoint.endpoint.interpret(evidence, { target })].map((snapshot) => ({
          ...snapshot,
          tables: snapshot.tables.map((table) => ({ ...table, rows: [...table.rows] })),
        })),
      ),
    )
    await step('judge', () => snapshots.flatMap((snapshot) => modules.judge.judgeComponent(snapshot, [baseline])))
  }
  const bin = join(root, 'bin/seisa.cjs')
  for (let run = 0; run < runs; run += 1) {
    steps.set('whole: node with an empty script', [
      ...(steps.get('whole: node with an empty script') ?? []),
      measured([process.execPath, '-e', '0']).wall * 1000,
    ])
    steps.set('whole: seisa scan --here', [
      ...(steps.get('whole: seisa scan --here') ?? []),
      measured([process.execPath, bin, 'scan', '--here', '--exit-zero', '--quiet']).wall * 1000,
    ])
  }
  console.log(`${machineLine()}; ${runs} runs; medians, the first run of each step in brackets`)
  for (const [name, values] of steps) console.log(`${name}: ${median(values).toFixed(0)} ms (${values[0]?.toFixed(0)})`)
}
