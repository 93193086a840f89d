import { type Evidence, type Reading, sectionText, unreadable } from '../../../../src/core/evidence.ts'
import { instantOf, instantOfText } from './tables.ts'

/** A value of `mdatp health --output json`, by its name there. */
export type DefenderHealth = (name: string) => unknown

/**
 * The answer of Microsoft Defender's own command. Values that an administrator manages come as an object with
 * `value`, others plain.
 */
export function defenderHealth(evidence: Evidence): Reading<DefenderHealth> {
  const text = sectionText(evidence, 'mdatp-health')
  if (!text.ok) return text
  try {
    const parsed: unknown = JSON.parse(text.value)
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) throw new SyntaxError('not an object')
    const fields = new Map<string, unknown>(Object.entries(parsed))
    return {
      ok: true,
      value: (name) => {
        const value = fields.get(name)
        return typeof value === 'object' && value !== null && 'value' in value ? value.value : value
      },
    }
  } catch {
    return unreadable({ ja: 'mdatp health の答えを解釈できない', en: 'the answer of mdatp health was not understood' })
  }
}

/** A yes or no of the health report. */
export function defenderFlag(evidence: Evidence, name: string): Reading<boolean> {
  const health = defenderHealth(evidence)
  if (!health.ok) return health
  const value = health.value(name)
  if (typeof value === 'boolean') return { ok: true, value }
  if (value === 'enabled' || value === 'disabled') return { ok: true, value: value === 'enabled' }
  return unreadable({ ja: `mdatp health に ${name} がない`, en: `mdatp health gives no ${name}` })
}

/** When the definitions were updated: milliseconds since 1970 or a date with its zone. Zero is never. */
export function defenderDefinitions(evidence: Evidence): Reading<string> {
  const health = defenderHealth(evidence)
  if (!health.ok) return health
  const value = health.value('definitionsUpdated')
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value.trim() : ''
  const instant = /^\d{12,14}$/.test(text) ? instantOf(Number(text) / 1000) : instantOfText(text)
  return instant === undefined
    ? unreadable({
        ja: '定義ファイルの日時がないか、解釈できない',
        en: 'the date of the definitions is missing or was not understood',
      })
    : { ok: true, value: instant }
}
