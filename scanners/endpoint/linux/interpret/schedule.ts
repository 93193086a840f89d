import { readTimeSpan } from '../../../../src/readers/journald.ts'

// How often a schedule runs: the longest gap between two runs, in seconds. Undefined when it can't be said.

const minute = 60
const hour = 60 * minute
const day = 24 * hour

const nicknames: Readonly<Record<string, number>> = {
  '@hourly': hour,
  '@daily': day,
  '@midnight': day,
  '@weekly': 7 * day,
  '@monthly': 31 * day,
  '@yearly': 366 * day,
  '@annually': 366 * day,
}

/** Longest gap of a crontab(5) schedule: five fields or a nickname. `@reboot` has none. */
export function cronInterval(schedule: string): number | undefined {
  const trimmed = schedule.trim().toLowerCase()
  if (trimmed.startsWith('@')) return nicknames[trimmed]
  const fields = trimmed.split(/\s+/)
  if (fields.length !== 5) return undefined
  const [minutes, hours, days, months, weekdays] = [
    values(fields[0], 0, 59),
    values(fields[1], 0, 23),
    values(fields[2], 1, 31),
    values(fields[3], 1, 12, 'jan feb mar apr may jun jul aug sep oct nov dec', 1),
    values(fields[4], 0, 7, 'sun mon tue wed thu fri sat', 0)?.map((weekday) => weekday % 7),
  ]
  if (!minutes || !hours || !days || !months || !weekdays) return undefined
  const everyMonth = months.length === 12
  const anyDay = isStar(fields[2]) && days.length === 31
  const anyWeekday = isStar(fields[4]) && new Set(weekdays).size === 7
  if (!everyMonth) return 366 * day
  // with a star in front (`*/2`) both must hold (crontab(5)), and how often they do follows from the calendar
  if (!anyDay && !anyWeekday && (isStar(fields[2]) || isStar(fields[4]))) return undefined
  if (!anyDay) {
    // with a weekday too, either lets it run: the days alone bound the gap
    if (days.length === 31) return within(hours, minutes)
    return days.some((number) => number <= 28) ? largestGap(days, 31) * day : 62 * day
  }
  if (!anyWeekday)
    return (
      largestGap(
        [...new Set(weekdays)].sort((a, b) => a - b),
        7,
      ) * day
    )
  return within(hours, minutes)
}

const isStar = (field: string | undefined): boolean => field?.startsWith('*') === true

function within(hours: readonly number[], minutes: readonly number[]): number {
  if (hours.length === 24) return largestGap(minutes, 60) * minute
  return largestGap(hours, 24) * hour
}

function largestGap(numbers: readonly number[], cycle: number): number {
  const first = numbers[0] ?? 0
  return numbers.reduce((gap, number, i) => Math.max(gap, (numbers[i + 1] ?? first + cycle) - number), 0)
}

function values(
  text: string | undefined,
  low: number,
  high: number,
  names = '',
  firstName = 0,
): readonly number[] | undefined {
  const list = names === '' ? [] : names.split(' ')
  const number = (word: string): number => {
    const at = list.indexOf(word)
    return at >= 0 ? at + firstName : /^\d+$/.test(word) ? Number(word) : Number.NaN
  }
  const found = new Set<number>()
  for (const part of (text ?? '').split(',')) {
    const match = /^(?:(\*)|([a-z0-9]+)(?:-([a-z0-9]+))?)(?:\/(\d+))?$/.exec(part)
    if (!match) return undefined
    const from = match[1] ? low : number(match[2] ?? '')
    const to = match[1] || (match[4] && !match[3]) ? high : match[3] ? number(match[3]) : from
    const step = Number(match[4] ?? '1')
    if (!(from >= low && to <= high && from <= to && step > 0)) return undefined
    for (let value = from; value <= to; value += step) found.add(value)
  }
  return [...found].sort((a, b) => a - b)
}

/** Seconds of a systemd.time(7) time span such as `1d 12h`. */
export function spanSeconds(text: string): number | undefined {
  const seconds = readTimeSpan(text)
  return typeof seconds === 'number' && seconds > 0 ? seconds : undefined
}

/** Longest gap of a systemd.time(7) calendar event, for the common forms. */
export function calendarInterval(event: string): number | undefined {
  const text = event
    .trim()
    .toLowerCase()
    .replace(/\s+(?:utc|[a-z]+\/[a-z_]+)$/, '')
  const named: Readonly<Record<string, number>> = {
    minutely: minute,
    hourly: hour,
    daily: day,
    weekly: 7 * day,
    monthly: 31 * day,
    quarterly: 92 * day,
    semiannually: 184 * day,
    yearly: 366 * day,
    annually: 366 * day,
  }
  const known = named[text]
  if (known !== undefined) return known
  const match =
    /^(?:([a-z,.]+)\s+)?(?:(\*|\d+)-(\*|[\d,/]+)-(\*|[\d,./]+)\s*)?(?:([\d*,/.]+):([\d*,/.]+)(?::[\d*,/.]+)?)?$/.exec(
      text,
    )
  if (!match || text === '') return undefined
  const [, weekday, year, month, date, hours, minutes] = match
  // cron's words for the same thing, where ranges are written with two dots and steps from a start
  const convert = (part: string | undefined) => part?.replaceAll('..', '-').replace(/\b0+(\d)/g, '$1')
  if (year !== undefined && year !== '*') return undefined
  // of a date and a weekday both must hold here; in a crontab either is enough
  if (weekday !== undefined && date !== undefined && date !== '*') return undefined
  const weekdays = convert(weekday)?.replace(/(sun|mon|tue|wed|thu|fri|sat)[a-z]*/g, '$1')
  return cronInterval(
    [convert(minutes) ?? '0', convert(hours) ?? '0', convert(date) ?? '*', convert(month) ?? '*', weekdays ?? '*'].join(
      ' ',
    ),
  )
}
