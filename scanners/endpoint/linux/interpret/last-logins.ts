import { linesOf, read, sectionText, unreadable } from '../../../../src/core/evidence.ts'
import type { Evidence, Reading } from '../../../../src/core/evidence.ts'

/** When an account last logged on: an instant, or `never`. */
export type LastLogin = string | 'never'

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/**
 * Last logons by account, as lastlog(8) or lastlog2(8) print them in the C locale: the name, where from,
 * and `Fri Nov 20 10:00:00 +0000 2026` or `**Never logged in**`. Programs that don't log on (cron, su) leave no trace in it.
 */
export function lastLogins(evidence: Evidence): Reading<ReadonlyMap<string, LastLogin>> {
  const text = sectionText(evidence, 'last-logins')
  if (!text.ok) return text
  const logins = new Map<string, LastLogin>()
  const [heading = '', ...lines] = linesOf(text.value)
  if (!/^Username\s/.test(heading)) {
    return unreadable({ ja: '最終ログオンの一覧の形式が分からない', en: 'the list of last logons has an unknown form' })
  }
  for (const line of lines) {
    const name = /^\S+/.exec(line)?.[0]
    if (name === undefined) continue
    if (line.includes('**Never logged in**')) {
      logins.set(name, 'never')
      continue
    }
    const match = /(\w{3})\s+(\d{1,2}) (\d\d):(\d\d):(\d\d) ([+-]\d{4}) (\d{4})\s*$/.exec(line)
    if (!match) continue
    const [, month = '', day = '', hour = '', minute = '', second = '', zone = '', year = ''] = match
    const number = months.indexOf(month) + 1
    const time = Date.parse(
      `${year}-${String(number).padStart(2, '0')}-${day.padStart(2, '0')}T${hour}:${minute}:${second}${zone.slice(0, 3)}:${zone.slice(3)}`,
    )
    if (!Number.isNaN(time)) logins.set(name, new Date(time).toISOString().replace('.000Z', 'Z'))
  }
  return read(logins)
}
