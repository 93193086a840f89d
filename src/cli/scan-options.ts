import { parseDuration } from '../core/duration.ts'
import { Fault } from '../core/fault.ts'
import { type Verdict, verdicts } from '../core/run.ts'
import type { RunLimits } from '../scan/schedule.ts'
import { hintOf } from './help.ts'
import type { Project } from './project.ts'
import { usualTimeoutSeconds } from './select.ts'

/** Numbers on the command line, as they were written. */
export interface NumberFlags {
  readonly asOf?: string
  readonly maxAge?: string
  readonly timeout?: string
  readonly deep?: true
  readonly concurrency?: string
}

/** Live targets at work at once unless told: they wait for the network most of the time. */
export const usualConcurrency = 20

/**
 * How many targets may be at work at once, by the command line, else by the configuration.
 * @throws Fault `usage` for a number that is none
 */
export function readLimits(flags: Pick<NumberFlags, 'concurrency'>, project: Project | undefined): RunLimits {
  const settings = project?.config.settings
  const given = flags.concurrency === undefined ? settings?.concurrency : Number(flags.concurrency)
  const concurrency = given ?? usualConcurrency
  if (!Number.isInteger(concurrency) || concurrency < 1 || concurrency > 1000) {
    throw new Fault('usage', {
      ja: '--concurrency は 1 から 1000 の整数',
      en: '--concurrency takes a whole number from 1 to 1000',
    })
  }
  return { concurrency, networkZones: settings?.limits.networkZones ?? new Map() }
}

/** Limits of the command line, else of the configuration, else the usual ones. */
export function readNumbers(
  flags: NumberFlags,
  project: Project | undefined,
): RunLimits & {
  readonly timeoutSeconds: number
  readonly maximumAgeSeconds: number
  readonly asOf?: string
} {
  const settings = project?.config.settings
  const asOf = flags.asOf === undefined ? undefined : readInstant(flags.asOf)
  return {
    ...readLimits(flags, project),
    timeoutSeconds:
      readDuration('--timeout', flags.timeout) ?? settings?.timeout ?? usualTimeoutSeconds(flags.deep === true),
    maximumAgeSeconds: readDuration('--max-age', flags.maxAge) ?? settings?.limits.evidenceAge ?? 30 * 86_400,
    ...(asOf !== undefined && { asOf }),
  }
}

/** @throws Fault `usage` without a unit */
export function readDuration(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const seconds = parseDuration(text)
  if (seconds !== undefined && seconds > 0) return seconds
  throw new Fault('usage', {
    ja: `${option} は 30s・15m・6h・90d のように単位を付ける`,
    en: `${option} takes a number with its unit: 30s, 15m, 6h, 90d`,
  })
}

/** A day alone means its end in Japan; an instant must say its offset, or what it means is anybody's guess. */
function readInstant(text: string): string {
  const whole = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T23:59:59+09:00` : text
  const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/.test(whole)
    ? Date.parse(whole)
    : Number.NaN
  if (!Number.isNaN(time)) return new Date(time).toISOString()
  throw new Fault('usage', {
    ja: '--as-of は 2026-11-20 か 2026-11-20T09:00:00+09:00 の形',
    en: '--as-of takes 2026-11-20 or 2026-11-20T09:00:00+09:00',
  })
}

/** The verdicts of `--only`. */
export function readVerdicts(text: string): ReadonlySet<Verdict> {
  const chosen = text.split(',').map((word) => word.trim())
  const known: readonly string[] = verdicts
  const wrong = chosen.find((word) => !known.includes(word))
  if (wrong !== undefined) {
    const hint = hintOf(wrong, known)
    throw new Fault('usage', {
      ja: `--only の ${wrong} は判定の名前ではない（${known.join(', ')}）${hint.ja}`,
      en: `--only: ${wrong} is no verdict (${known.join(', ')})${hint.en}`,
    })
  }
  return new Set(verdicts.filter((verdict) => chosen.includes(verdict)))
}
