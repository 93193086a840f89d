import { spawnSync } from 'node:child_process'
import { cpus, release } from 'node:os'

/** What one run of a command took. Seconds; CPU is user and system time of the command and all that it started. */
export interface Measured {
  readonly wall: number
  readonly cpu: number
  readonly code: number | null
}

/**
 * Runs a command with its output thrown away. The shell's `times` (POSIX) tells the CPU time of its children, so no
 * other tool is needed; wall time is taken around the shell, which adds the same millisecond to everything.
 */
export function measured(command: readonly string[], cwd = '/'): Measured {
  const began = performance.now()
  const run = spawnSync('/bin/sh', ['-c', '"$@" >/dev/null 2>&1; code=$?; times; exit $code', 'sh', ...command], {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const wall = (performance.now() - began) / 1000
  const children = run.stdout.trim().split('\n').at(-1) ?? ''
  const times = [...children.matchAll(/(\d+)m([\d.]+)s/g)].map(
    ([, minutes, seconds]) => Number(minutes) * 60 + Number(seconds),
  )
  if (times.length !== 2) throw new Error(`times printed ${JSON.stringify(run.stdout)}`)
  return { wall, cpu: (times[0] ?? 0) + (times[1] ?? 0), code: run.status }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** The number after an option, `--runs 5`. */
export function option(words: readonly string[], name: string, otherwise: number): number {
  const at = words.indexOf(name)
  if (at < 0) return otherwise
  const value = Number(words[at + 1])
  if (!Number.isInteger(value) || value < 1) throw new Error(`${name} takes a whole number above 0`)
  return value
}

/** The machine in one line, without its name. */
export const machineLine = (): string =>
  `${cpus()[0]?.model ?? 'unknown processor'} × ${cpus().length}, Linux ${release()}, Node.js ${process.versions.node}`

/** `1.234 s (1.1–1.4)`. */
export const spread = (values: readonly number[]): string =>
  `${median(values).toFixed(3)} s (${Math.min(...values).toFixed(3)}–${Math.max(...values).toFixed(3)})`
