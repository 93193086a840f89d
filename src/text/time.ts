import type { Language } from '../core/text.ts'

/** Where times are shown unless told otherwise (design law 10). */
export const japan = 'Asia/Tokyo'

const formatters = new Map<string, Intl.DateTimeFormat>()

function parts(instant: Date, timeZone: string): Readonly<Record<string, string>> {
  let formatter = formatters.get(timeZone)
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone,
      calendar: 'gregory',
      numberingSystem: 'latn',
      hourCycle: 'h23',
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      timeZoneName: 'longOffset',
    })
    formatters.set(timeZone, formatter)
  }
  return Object.fromEntries(formatter.formatToParts(instant).map(({ type, value }) => [type, value]))
}

/** An instant with the offset of a time zone, `2026-11-20T20:30:04+09:00`; text that is no instant stays as it is. */
export function zonedInstant(iso: string, timeZone: string = japan): string {
  const instant = new Date(iso)
  if (Number.isNaN(instant.getTime())) return iso
  const part = parts(instant, timeZone)
  const offset = (part['timeZoneName'] ?? '').replace('GMT', '') || '+00:00'
  const year = String(part['year']).padStart(4, '0')
  return `${year}-${part['month']}-${part['day']}T${part['hour']}:${part['minute']}:${part['second']}${offset}`
}

/** An instant for people, `2026-11-20 20:30:04 JST`. */
export function shownInstant(iso: string, timeZone: string = japan): string {
  const zoned = zonedInstant(iso, timeZone)
  const match = /^(\d+-\d\d-\d\d)T(\d\d:\d\d:\d\d)(.+)$/.exec(zoned)
  if (!match) return zoned
  return `${match[1]} ${match[2]} ${timeZone === japan ? 'JST' : match[3]}`
}

/** The local time without an offset, `2026-11-20T20:30:04`, for formats that forbid one. */
export const localInstant = (iso: string, timeZone: string = japan): string =>
  zonedInstant(iso, timeZone).replace(/[+-]\d\d:\d\d(:\d\d)?$/, '')

/** The Japanese day of an instant in the Japanese calendar, `令和8年11月20日`. */
export function japaneseEraDay(iso: string): string {
  const instant = new Date(iso)
  if (Number.isNaN(instant.getTime())) return iso
  const formatter = new Intl.DateTimeFormat('ja-JP-u-ca-japanese-nu-latn', {
    timeZone: japan,
    era: 'long',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
  })
  const part = Object.fromEntries(formatter.formatToParts(instant).map(({ type, value }) => [type, value]))
  const year = part['year'] === '1' ? '元' : part['year']
  return `${part['era']}${year}年${part['month']}月${part['day']}日`
}

const units = [
  { seconds: 86_400, ja: '日', one: ' day', many: ' days' },
  { seconds: 3_600, ja: '時間', one: ' hour', many: ' hours' },
  { seconds: 60, ja: '分', one: ' min', many: ' min' },
  { seconds: 1, ja: '秒', one: ' s', many: ' s' },
] as const

/** How long something took or has been, in whole seconds, exactly and short: `30分`, `90 days`, `1 hour 30 min`. */
export function elapsedText(seconds: number, lang: Language): string {
  if (!Number.isFinite(seconds)) return String(seconds)
  const pieces: string[] = []
  let rest = Math.abs(Math.round(seconds))
  for (const unit of units) {
    const amount = Math.floor(rest / unit.seconds)
    rest -= amount * unit.seconds
    if (amount > 0) pieces.push(`${amount}${lang === 'ja' ? unit.ja : amount === 1 ? unit.one : unit.many}`)
  }
  if (pieces.length === 0) return lang === 'ja' ? '0秒' : '0 s'
  return (seconds < 0 ? '-' : '') + pieces.join(lang === 'ja' ? '' : ' ')
}

/** How long ago, in its largest unit: `90日前`, `3 hours ago`; an instant ahead of `now`: `3時間後`, `in 3 hours`. */
export function ageText(iso: string, now: string, lang: Language): string {
  const seconds = Math.round((Date.parse(now) - Date.parse(iso)) / 1000)
  if (Number.isNaN(seconds)) return iso
  const size = Math.abs(seconds)
  const unit = units.find((candidate) => size >= candidate.seconds) ?? units[3]
  const text = elapsedText(Math.floor(size / unit.seconds) * unit.seconds, lang)
  if (seconds < 0) return lang === 'ja' ? `${text}後` : `in ${text}`
  return lang === 'ja' ? `${text}前` : `${text} ago`
}
