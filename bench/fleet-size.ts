import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { spawnSync } from 'node:child_process'
import { collectorScript } from '../scanners/endpoint/linux/collector.ts'
import { type Fleet, sshdLab, startFleet } from '../lab/sshd/index.ts'
import { packageRoot } from '../src/package-root.ts'
import { machineLine, median, option } from './measure.ts'

const sizes = [50, 100, 200]

/**
 * Time and memory of seisa as the number of hosts grows, in one process. Every host runs its own sshd; what the collector
 * prints is recorded once and played back, because hundreds of collectors on this machine's processors would hide what
 * seisa itself needs (`--live` runs them all the same).
 */
export async function fleetSize(words: readonly string[]): Promise<void> {
  const lab = sshdLab()
  if (!lab.available) throw new Error(`this needs ${lab.lacks}`)
  const runs = option(words, '--runs', 3)
  const live = words.includes('--live')
  console.log(`${machineLine()}; ${live ? 'collectors run' : 'answers played back'}; median of ${runs} runs`)
  const recorded = spawnSync('/bin/sh', ['-s'], {
    input: collectorScript().text,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  const answer = recorded.stdout.replaceAll(readFileSync('/etc/machine-id', 'utf8').trim(), 'MACHINE-ID')
  for (const size of sizes) {
    const hosts = await startFleet(
      Array.from({ length: size }, (_, at) => ({
        name: `bench-${at + 1}`,
        ...(!live && {
          sshdConfig: 'ForceCommand sed "s/MACHINE-ID/$(cat /etc/machine-id)/" /answer\n',
          files: { '/answer': answer },
        }),
      })),
    )
    try {
      writeFileSync(join(hosts.folder, 'seisa.yaml'), hosts.seisaYaml)
      const all = Array.from({ length: runs }, () => scanOf(hosts))
      const [wall, memory] = (['wall', 'memory'] as const).map((what) => median(all.map((one) => one[what])))
      console.log(
        `${size} hosts: ${wall?.toFixed(1)} s, ${((wall ?? 0) / size).toFixed(3)} s a host, ${memory?.toFixed(0)} MB`,
      )
    } finally {
      await hosts.stop()
    }
  }
}

/** Wall seconds, and the highest resident memory in MB. */
function scanOf(hosts: Fleet): { readonly wall: number; readonly memory: number } {
  const report = 'process.on("exit", () => process.stderr.write("\\nmaxrss " + process.resourceUsage().maxRSS + "\\n"))'
  const began = performance.now()
  const run = spawnSync(
    process.execPath,
    [
      `--import=data:text/javascript,${encodeURIComponent(report)}`,
      join(packageRoot(), 'dist/src/main.js'),
      'scan',
      '--config',
      join(hosts.folder, 'seisa.yaml'),
      '--exit-zero',
      '--quiet',
      '--json',
    ],
    { encoding: 'utf8', maxBuffer: 1 << 30, cwd: hosts.folder },
  )
  const wall = (performance.now() - began) / 1000
  const memory = Number(/maxrss (\d+)/.exec(run.stderr)?.[1]) / 1024
  const result = JSON.parse(run.stdout) as { targets: { state: string }[] }
  const whole = result.targets.filter((target) => target.state === 'ok').length
  if (run.status !== 0 || whole !== hosts.hosts.length) throw new Error(`${whole} hosts whole; exit ${run.status}`)
  return { wall, memory }
}
