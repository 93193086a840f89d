// Selectors of syslog.conf(5) and rsyslog: `auth,authpriv.*;mail.none`.

/** Whether messages of a facility and priority pass. Undefined where the text can't tell. */
export type Condition = (facility: string, priority: number) => boolean | undefined

export const always: Condition = () => true
export const unsure: Condition = () => undefined

/** Both conditions. */
export const both =
  (a: Condition, b: Condition): Condition =>
  (facility, priority) => {
    const first = a(facility, priority)
    const second = b(facility, priority)
    if (first === false || second === false) return false
    return first === undefined || second === undefined ? undefined : true
  }

const facilities: readonly string[] =
  'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp local0 local1 local2 local3 local4 local5 local6 local7'.split(
    ' ',
  )

// syslog(3)
const priorities: Readonly<Record<string, number>> = {
  emerg: 0,
  panic: 0,
  alert: 1,
  crit: 2,
  err: 3,
  error: 3,
  warning: 4,
  warn: 4,
  notice: 5,
  info: 6,
  debug: 7,
}

/** `info`: what sshd and PAM write a sign-in with. */
export const informational = 6

/** A selector as a condition; undefined when it isn't one. */
export function readSelector(text: string): Condition | undefined {
  const allowed = new Map<string, number>()
  for (const part of text.split(';')) {
    if (part === '') continue
    const match = /^([a-z0-9*,]+)\.(!?)(=?)([a-z*]+)$/i.exec(part)
    if (!match) return undefined
    const [, names = '', negated = '', exact = '', level = ''] = match
    const bits = levelBits(level.toLowerCase(), exact !== '')
    if (bits === undefined) return undefined
    for (const name of names.toLowerCase().split(',')) {
      const meant = name === '*' ? facilities : [name === 'security' ? 'auth' : name]
      for (const facility of meant) {
        if (!facilities.includes(facility)) return undefined
        const before = allowed.get(facility) ?? 0
        if (level.toLowerCase() === 'none') allowed.set(facility, 0)
        else allowed.set(facility, negated ? before & ~bits : before | bits)
      }
    }
  }
  return (facility, priority) => ((allowed.get(facility) ?? 0) & (1 << priority)) !== 0
}

function levelBits(level: string, exact: boolean): number | undefined {
  if (level === '*') return 0xff
  if (level === 'none') return 0
  const number = Object.hasOwn(priorities, level) ? priorities[level] : undefined
  if (number === undefined) return undefined
  // a level means itself and everything more urgent
  return exact ? 1 << number : (1 << (number + 1)) - 1
}

/** A RainerScript condition, where it asks for facilities alone. */
export function readCondition(text: string): Condition {
  const filter = /^\(?\s*prifilt\s*\(\s*["']([^"']*)["']\s*\)\s*\)?$/i.exec(text.trim())
  if (filter) return readSelector(filter[1] ?? '') ?? unsure
  const parts = text
    .trim()
    .replace(/^\((.*)\)$/s, '$1')
    .split(/\s+or\s+/i)
  const names: string[] = []
  for (const part of parts) {
    const name = /^\(?\s*\$syslogfacility-text\s*==\s*["']([a-z0-9]+)["']\s*\)?$/i.exec(part.trim())
    if (!name) return unsure
    names.push(name[1] ?? '')
  }
  return (facility) => names.includes(facility)
}
