// journald.conf(5) and files like it: sections, `Key=value`, drop-ins by name.

/** A value and where it was set. */
export interface UnitValue {
  readonly value: string
  readonly path: string
  /** Line in that file, from 1. */
  readonly at: number
}

export interface ConfigurationText {
  readonly path: string
  readonly lines: readonly string[]
}

/**
 * Values of one section over a main file and its drop-ins: the last one wins. Drop-ins are ordered by
 * file name, whatever folder they lie in; of two with one name only that of the first folder in
 * `folders` counts (systemd.syntax(7)).
 */
export function readSystemdSettings(
  main: ConfigurationText | undefined,
  dropIns: readonly ConfigurationText[],
  folders: readonly string[],
  section: string,
): ReadonlyMap<string, UnitValue> {
  const chosen = new Map<string, ConfigurationText>()
  const rank = (path: string): number => {
    const index = folders.indexOf(path.slice(0, path.lastIndexOf('/')))
    return index < 0 ? folders.length : index
  }
  for (const file of dropIns) {
    const name = file.path.slice(file.path.lastIndexOf('/') + 1)
    const other = chosen.get(name)
    if (!other || rank(file.path) < rank(other.path)) chosen.set(name, file)
  }
  const ordered = [...chosen].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, file]) => file)
  const values = new Map<string, UnitValue>()
  for (const file of main ? [main, ...ordered] : ordered) {
    let inside = false
    for (const [index, raw] of file.lines.entries()) {
      const line = raw.trim()
      if (line.startsWith('[')) inside = line === `[${section}]`
      if (!inside || line === '' || line.startsWith('#') || line.startsWith(';')) continue
      const equals = line.indexOf('=')
      if (equals <= 0) continue
      const key = line.slice(0, equals).trim()
      const value = line.slice(equals + 1).trim()
      // an empty value sets the default again
      if (value === '') values.delete(key)
      else values.set(key, { value, path: file.path, at: index + 1 })
    }
  }
  return values
}

const unitSeconds: Readonly<Record<string, number>> = {
  us: 1e-6,
  usec: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  msec: 1e-3,
  '': 1,
  s: 1,
  sec: 1,
  second: 1,
  seconds: 1,
  m: 60,
  min: 60,
  minute: 60,
  minutes: 60,
  h: 3600,
  hr: 3600,
  hour: 3600,
  hours: 3600,
  d: 86400,
  day: 86400,
  days: 86400,
  w: 604800,
  week: 604800,
  weeks: 604800,
  // systemd.time(7): a month is 30.44 days, a year 365.25 days
  M: 2630016,
  month: 2630016,
  months: 2630016,
  y: 31557600,
  year: 31557600,
  years: 31557600,
}

/** A time span of systemd.time(7) in whole seconds (rounded down), or `infinity`; undefined when it is none. */
export function readTimeSpan(text: string): number | 'infinity' | undefined {
  const trimmed = text.trim()
  if (trimmed === 'infinity') return 'infinity'
  if (trimmed === '' || trimmed.length > 100) return undefined
  const part = /\s*(\d+(?:\.\d+)?)\s*([A-Za-zµ]*)/y
  let total = 0
  while (part.lastIndex < trimmed.length) {
    const [, number = '', unit = ''] = part.exec(trimmed) ?? []
    const seconds = number !== '' && Object.hasOwn(unitSeconds, unit) ? unitSeconds[unit] : undefined
    if (seconds === undefined) return undefined
    total += Number(number) * seconds
  }
  const whole = Math.floor(total)
  return Number.isSafeInteger(whole) ? whole : 'infinity'
}
