import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { collectorScript } from '../scanners/endpoint/linux/collector.ts'
import { packageRoot } from '../src/package-root.ts'
import { machineLine, measured, type Measured, median, option, spread } from './measure.ts'

const lynisCommand = ['lynis', 'audit', 'system', '--quick', '--no-colors']

/**
 * Lynis and `seisa scan --here` on this machine as root, in pairs whose order changes, so that a slow minute of the
 * machine slows both. seisa is the built package, with judging and the report in what is measured.
 */
export async function lynis(words: readonly string[]): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('both have more to read as root: run this as root')
  if (spawnSync('lynis', ['--version']).status !== 0) throw new Error('Lynis is not installed')
  const root = packageRoot()
  if (!existsSync(join(root, 'dist/src/main.js')))
    throw new Error('run `npm run build` first: the built package is measured')
  const seisaCommand = [process.execPath, join(root, 'bin/seisa.cjs'), 'scan', '--here', '--exit-zero', '--quiet']
  const runs = option(words, '--runs', 5)
  const both: Record<'lynis' | 'seisa', Measured[]> = { lynis: [], seisa: [] }
  const once = (name: 'lynis' | 'seisa'): void => {
    const one = measured(name === 'lynis' ? lynisCommand : seisaCommand)
    if (name === 'seisa' && one.code !== 0) throw new Error(`seisa ended with ${one.code}`)
    both[name].push(one)
  }
  // one pair warms the disk cache for both and is not counted
  measured(lynisCommand)
  measured(seisaCommand)
  for (let pair = 0; pair < runs; pair += 1) {
    for (const name of pair % 2 === 0 ? (['lynis', 'seisa'] as const) : (['seisa', 'lynis'] as const)) once(name)
  }
  const version = spawnSync('lynis', ['--version'], { encoding: 'utf8' }).stdout.trim()
  console.log(`${machineLine()}; Lynis ${version}; ${runs} pairs; median (lowest–highest)`)
  for (const what of ['wall', 'cpu'] as const) {
    const values = { lynis: both.lynis.map((one) => one[what]), seisa: both.seisa.map((one) => one[what]) }
    const ratios = values.lynis.map((value, at) => value / (values.seisa[at] ?? Number.NaN))
    console.log(
      `${what}: Lynis ${spread(values.lynis)}, seisa ${spread(values.seisa)}, Lynis/seisa ${median(ratios).toFixed(1)} (median of pairs)`,
    )
  }
  const folder = mkdtempSync(join(tmpdir(), 'seisa-bench-'))
  try {
    writeFileSync(join(folder, 'collect.sh'), collectorScript().text)
    const ours = processesOf(['sh', join(folder, 'collect.sh')], folder)
    const theirs = processesOf(lynisCommand, folder)
    console.log(
      `processes on the target: Lynis ${theirs.forks} started, ${theirs.programs} programs; seisa's collector ${ours.forks} started, ${ours.programs} programs`,
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Processes that a command starts and programs that it runs, itself included; threads are no processes. */
function processesOf(
  command: readonly string[],
  folder: string,
): { readonly forks: number; readonly programs: number } {
  const trace = join(folder, 'trace')
  const run = spawnSync(
    'strace',
    ['-f', '-qq', '-e', 'trace=clone,clone3,fork,vfork,execve', '-o', trace, ...command],
    { stdio: 'ignore', cwd: '/' },
  )
  if (run.error) throw new Error('strace is not installed (npm run lab:install)', { cause: run.error })
  const calls = readFileSync(trace, 'utf8').split('\n')
  const succeeded = calls.filter((line) => /= \d+$/.test(line))
  return {
    forks: succeeded.filter((line) => /(clone3?|v?fork)(\(| resumed)/.test(line) && !line.includes('CLONE_THREAD'))
      .length,
    programs: succeeded.filter((line) => /execve(\(| resumed)/.test(line)).length,
  }
}
