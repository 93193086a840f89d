import type { LocalText } from './text.ts'

const unitSeconds = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const
type Unit = keyof typeof unitSeconds

const isUnit = (text: string): text is Unit => Object.hasOwn(unitSeconds, text)

/**
 * Whole seconds of `30s`, `15m`, `6h`, `90d`, `2w`; full-width forms count as their ordinary ones. Undefined
 * for anything else: a number without a unit is no duration.
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,12}) ?([a-z])$/.exec(text.normalize('NFKC').trim())
  const unit = match?.[2] ?? ''
  if (!match || !isUnit(unit)) return undefined
  const seconds = Number(match[1]) * unitSeconds[unit]
  return Number.isSafeInteger(seconds) ? seconds : undefined
}

/** Seconds as a file writes them: in the largest unit that holds them exactly. */
export function writeDuration(seconds: number): string {
  const units: readonly Unit[] = ['d', 'h', 'm']
  const unit = seconds === 0 ? 's' : (units.find((one) => seconds % unitSeconds[one] === 0) ?? 's')
  return `${seconds / unitSeconds[unit]}${unit}`
}

const durationUnits: readonly (readonly [number, string, string])[] = [
  [86_400, '日', 'day'],
  [3600, '時間', 'hour'],
  [60, '分', 'minute'],
  [1, '秒', 'second'],
]

/** A duration as a demand says it: whole seconds in the largest unit that divides them, `30分`, `90 days`. */
export function durationText(seconds: number): LocalText {
  for (const [size, ja, en] of durationUnits) {
    if (seconds % size === 0 && (seconds !== 0 || size === 1)) {
      const count = seconds / size
      return { ja: `${count}${ja}`, en: `${count} ${en}${count === 1 ? '' : 's'}` }
    }
  }
  return { ja: `${seconds}秒`, en: `${seconds} seconds` }
}
