import { linesOf, read, sectionText, unreadable } from '../../../../src/core/evidence.ts'
import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import { hasPamService } from '../../../../src/readers/pam.ts'
import { logonServices, pamEvidence, readStack } from './pam-evidence.ts'

/** When an account last logged on: an instant, or `never`. */
export type LastLogin = string | 'never'

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/**
 * Last logons by account, as lastlog(8) or lastlog2(8) print them in the C locale: the name, where from,
 * and `Fri Nov 20 10:00:00 +0000 2026` or `**Never logged in**`; lastlog2 adds the service. login and sshd write
 * it by themselves, a desktop only through PAM: where it doesn't, neither an instant nor `never` is the truth.
 * Programs that don't log on (cron, su) leave no trace in it.
 */
export function lastLogins(evidence: Evidence): Reading<ReadonlyMap<string, LastLogin>> {
  const text = sectionText(evidence, 'last-logins')
  if (!text.ok) return text
  const blind = unrecordedDesktop(evidence)
  if (blind !== undefined) {
    return unreadable({
      ja: `${blind} からのログオンは最終ログオンの一覧に残らない`,
      en: `logons through ${blind} are not kept in the list of last logons`,
    })
  }
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
    const match = /(\w{3})\s+(\d{1,2}) (\d\d):(\d\d):(\d\d) ([+-]\d{4}) (\d{4})(?:\s+\S+)?\s*$/.exec(line)
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

/** A desktop service whose session stack doesn't record logons. */
function unrecordedDesktop(evidence: Evidence): string | undefined {
  const pam = pamEvidence(evidence)
  if (!pam.ok) return 'PAM'
  return logonServices.desktop.find((service) => {
    if (!hasPamService(pam.value, service)) return false
    const stack = readStack(pam.value, service, 'session')
    return !stack.ok || !stack.value.some((step) => step.installed && /^pam_lastlog2?$/.test(step.module))
  })
}
