import { type Fact, scopeKey } from '../../../src/core/fact.ts'
import type { DefaultPopulation } from '../../../src/core/snapshot.ts'
import { inapplicable, known, unread } from './interpret/contribution.ts'

/** Settings that hold for every account only when they hold on every way in. */
const everyLine = ['mfa.required-for-all', 'mfa.required-for-administrators'] as const

/**
 * Settings whose scopes are exhaustive on Linux: there is no way in, and no kind of log or event, that none of
 * them claims, so that nobody is left to a default.
 */
const onlyScoped = [
  ...everyLine,
  'session.idle-disconnect',
  'session.peer-loss-disconnect',
  'logging.audit-policy',
  'logging.forwarded',
  'logging.retention',
  'logon.banner-present',
  'logon.banner-reveals-system',
] as const

/**
 * What holds whichever way somebody comes in: true when it is on every line, false when it isn't on one. For
 * demands that combine it with settings that know no lines (a short password is accepted where MFA is).
 */
export function deriveDefaults(facts: readonly Fact[]): {
  readonly facts: readonly Fact[]
  readonly populations: readonly DefaultPopulation[]
} {
  const present = new Set(facts.map((fact) => fact.setting))
  return {
    facts: everyLine
      .filter((setting) => !facts.some((fact) => fact.setting === setting && !fact.scope))
      .flatMap((setting) => overLines(setting, facts)),
    populations: onlyScoped
      .filter((setting) => present.has(setting))
      .flatMap((setting) =>
        (['privileged', 'general'] as const).map((accounts) => ({
          settings: [setting],
          accounts,
          left: 'none' as const,
        })),
      ),
  }
}

function overLines(setting: string, facts: readonly Fact[]): readonly Fact[] {
  const lines = facts.filter((fact) => fact.setting === setting && fact.scope?.kind === 'line')
  if (lines.length === 0) return []
  const evidence = lines.flatMap((fact) => fact.evidence)
  const derivedFrom = lines.map((fact) => `${setting}[${fact.scope ? scopeKey(fact.scope) : ''}]`).sort()
  const blocked = lines.find((fact) => fact.state === 'unreadable')
  const values = lines.flatMap((fact) => (fact.state === 'known' ? [fact.value === true] : []))
  const made = ((): Fact => {
    if (values.includes(false)) return known(setting, false, evidence)
    if (blocked?.state === 'unreadable') return unread(setting, blocked, evidence)
    if (values.length > 0) return known(setting, true, evidence)
    return inapplicable(setting, { ja: 'ログオンの口がない', en: 'there is no way to log on' }, evidence)
  })()
  return [{ ...made, derivedFrom }]
}
