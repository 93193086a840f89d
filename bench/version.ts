import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packedPackage } from '../scripts/testing/packed-package.ts'
import { machineLine, median, option } from './measure.ts'

/**
 * `seisa --version` of the packed package against a CommonJS script of one line that does nothing, in turn: how much
 * of the shortest answer is ours and how much is Node.js.
 */
export async function version(words: readonly string[]): Promise<void> {
  const runs = option(words, '--runs', 20)
  const folder = mkdtempSync(join(tmpdir(), 'seisa-bench-'))
  try {
    const installed = packedPackage(folder)
    const empty = join(folder, 'empty.cjs')
    writeFileSync(empty, '0\n')
    const time = (args: readonly string[]): number => {
      const began = performance.now()
      const run = spawnSync(process.execPath, args, { stdio: 'ignore' })
      if (run.status !== 0) throw new Error(`${args.join(' ')} ended with ${run.status}`)
      return performance.now() - began
    }
    const ours = [join(installed, 'bin/seisa.cjs'), '--version']
    time([empty])
    time(ours)
    const pairs = Array.from({ length: runs }, (_, at) => {
      const first = at % 2 === 0 ? time([empty]) : time(ours)
      const second = at % 2 === 0 ? time(ours) : time([empty])
      return at % 2 === 0 ? { empty: first, seisa: second } : { empty: second, seisa: first }
    })
    console.log(`${machineLine()}; ${runs} runs each, in turn; medians`)
    const empties = median(pairs.map((pair) => pair.empty))
    const versions = median(pairs.map((pair) => pair.seisa))
    console.log(
      `empty script ${empties.toFixed(1)} ms, seisa --version ${versions.toFixed(1)} ms, ratio ${(versions / empties).toFixed(2)} (median of pairs ${median(pairs.map((pair) => pair.seisa / pair.empty)).toFixed(2)})`,
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
