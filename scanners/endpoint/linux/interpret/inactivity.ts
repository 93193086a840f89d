import { sectionFiles } from '../../../../src/core/evidence.ts'
import type { Evidence } from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Fact } from '../../../../src/core/fact.ts'
import { hasPamService } from '../../../../src/readers/pam.ts'
import { known, unread } from './contribution.ts'
import { logonServices, parseSettings, pamEvidence, readStack, stepRef } from './pam-evidence.ts'

const setting = 'account-policy.inactivity-limit'
const secondsPerDay = 86_400

/**
 * Days without use after which an account is shut: `inactive=` of pam_lastlog on every way of logging on,
 * or INACTIVE of useradd, which counts from the expiry of the password and holds for new accounts.
 */
export function inactivityLimit(evidence: Evidence): Fact {
  const pam = pamEvidence(evidence)
  if (!pam.ok) return unread(setting, pam)
  const candidates = [...logonServices.console, ...logonServices.ssh, ...logonServices.desktop]
  const services = candidates.filter((name) => hasPamService(pam.value, name))
  const limits: { readonly days: number; readonly at: EvidenceRef }[] = []
  for (const service of services) {
    let limit: { readonly days: number; readonly at: EvidenceRef } | undefined
    for (const type of ['auth', 'account'] as const) {
      const stack = readStack(pam.value, service, type)
      if (!stack.ok) return unread(setting, stack)
      // only a line that is reached by everybody and whose failure counts: nothing before it may end or jump over it
      for (const step of stack.value) {
        const { otherwise } = step.control
        if (step.module === 'pam_lastlog' && step.installed && (otherwise === 'bad' || otherwise === 'die')) {
          const days = step.arguments.map((option) => /^inactive=(\d+)$/.exec(option)?.[1]).findLast(Boolean)
          if (days !== undefined) limit ??= { days: Number(days), at: stepRef(step) }
        }
        const ends = [...step.control.actions.values(), otherwise].some(
          (action) => action === 'done' || typeof action === 'number',
        )
        if (ends) break
      }
    }
    if (limit) limits.push(limit)
  }
  if (services.length > 0 && limits.length === services.length) {
    const days = Math.max(...limits.map((limit) => limit.days))
    return known(
      setting,
      days * secondsPerDay,
      limits.map((limit) => limit.at),
    )
  }
  const files = sectionFiles(evidence, 'account-files')
  if (!files.ok) return unread(setting, files)
  const paths = ['/etc/default/useradd', '/usr/etc/default/useradd', '/usr/etc/useradd']
  const file = paths.map((path) => files.value.get(path)).find((one) => one && one.state !== 'absent')
  if (!file) {
    if (!files.value.has('/etc/default/useradd')) {
      return unread(setting, {
        why: { ja: 'useradd の既定値が証跡にない', en: 'the evidence has no defaults of useradd' },
      })
    }
    return known(setting, 'never', [{ source: '/etc/default/useradd' }], 'platform-default')
  }
  if (file.state !== 'read') {
    return unread(setting, { why: { ja: `${file.path} を読めない`, en: `${file.path} is not readable` } }, [
      { source: file.path },
    ])
  }
  const line = parseSettings(file.path, file.lines).findLast(({ name }) => name === 'INACTIVE')
  // -1 and nothing: never (useradd(8))
  if (!line || line.value === '' || line.value === '-1') {
    return known(setting, 'never', [line?.at ?? { source: file.path }], line ? 'configured' : 'platform-default')
  }
  const days = Number(line.value.replaceAll('"', ''))
  return Number.isSafeInteger(days) && days >= 0
    ? known(setting, days * secondsPerDay, [line.at])
    : unread(setting, { why: { ja: 'INACTIVE が数でない', en: 'INACTIVE is not a number' } }, [line.at])
}
