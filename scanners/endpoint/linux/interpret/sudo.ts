import type { Evidence } from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Fact, Row } from '../../../../src/core/fact.ts'
import { inapplicable, known, unread, unsupported } from './contribution.ts'
import type { Contribution, Part } from './contribution.ts'
import { elevation } from './elevation.ts'
import type { Assignment, Elevation } from './elevation.ts'
import { isDebianFamily, pamEvidence, readStack, stepRef } from './pam-evidence.ts'
import type { PamEvidence } from './pam-evidence.ts'
import { missing } from './privilege.ts'
import type { SudoDefault } from './sudoers.ts'
import { packageVersions } from './views.ts'

const logged = 'account-policy.elevation-logged'
const again = 'account-policy.elevation-reauthentication'
const terminal = 'account-policy.elevation-separate-terminal'
export const observesSudo = { settings: [logged, again, terminal], rows: ['role-assignment'] } as const

/** Who may become administrator by sudo, doas or polkit, and under which conditions. */
export const interpretSudo: Part = (evidence): Contribution => {
  const rights = elevation(evidence)
  const source: readonly EvidenceRef[] = [{ source: 'account-files' }]
  if (!rights.ok) {
    return {
      facts: observesSudo.settings.map((setting) => unread(setting, rights)),
      tables: [
        {
          type: 'role-assignment',
          rows: [],
          complete: false,
          why: rights.why,
          ...(rights.needs && { needs: rights.needs }),
          evidence: source,
        },
      ],
    }
  }
  const gap = missing(rights.value)
  const rows = assignmentRows(rights.value.assignments)
  return {
    facts: conditions(evidence, rights.value),
    tables: [
      {
        type: 'role-assignment',
        rows,
        complete: gap === undefined,
        ...(gap && { why: gap.why }),
        ...(gap?.needs && { needs: gap.needs }),
        evidence: source,
      },
    ],
  }
}

function assignmentRows(assignments: readonly Assignment[]): readonly Row[] {
  const seen = new Map<string, number>()
  return assignments
    .map((assignment): Row => {
      const { principal, at } = assignment
      const base = `${assignment.source}:${at.source}:${principal}:${assignment.role}:${assignment.commands.join(',')}`
      const count = (seen.get(base) ?? 0) + 1
      seen.set(base, count)
      return {
        key: count === 1 ? base : `${base}#${count}`,
        name: principal,
        fields: {
          principal: principal.replace(/^%(?!#)/, ''),
          'principal-kind': kindOf(principal),
          role: assignment.role,
          commands: assignment.commands,
          unrestricted: assignment.unrestricted,
          'password-required': assignment.passwordRequired,
          'installs-software': assignment.installsSoftware,
          'changes-logging': assignment.changesLogging,
          source: assignment.source,
        },
        evidence: [at],
      }
    })
    .sort((one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0))
}

const kindOf = (principal: string): string => {
  if (principal === 'ALL') return 'all'
  if (principal.startsWith('%')) return 'group'
  return principal.startsWith('+') ? 'unknown' : 'account'
}

/** The three conditions, each the weakest of the programs that are installed. */
function conditions(evidence: Evidence, rights: Elevation): readonly Fact[] {
  const settings = observesSudo.settings
  const where: readonly EvidenceRef[] = [{ source: 'account-files' }]
  if (rights.sudoUnreadable || rights.doasUnreadable || (rights.sudo && rights.sudo.policy.gaps.length > 0)) {
    const reading = missing(rights) ?? { why: { ja: '規則を読めない', en: 'the rules could not be read' } }
    return settings.map((setting) => unread(setting, reading, where))
  }
  if (!rights.sudo && !rights.doas) {
    if (!rights.su) {
      const why = {
        ja: '権限を昇格するコマンドが入っていない',
        en: 'no program that gives administrator rights is installed',
      }
      return settings.map((setting) => inapplicable(setting, why, [{ source: 'pam-modules' }]))
    }
    return [
      suLogged(evidence),
      // su asks each time
      known(again, 0, [{ source: 'pam-modules' }], 'platform-default'),
      unsupported(
        terminal,
        {
          ja: 'su にはこの設定がなく、使う人が --pty を付けるだけである',
          en: 'su has no such setting; whoever runs it may add --pty',
        },
        [{ source: 'pam-modules' }],
      ),
    ]
  }
  return [sudoLogged(rights), reauthentication(evidence, rights), separateTerminal(evidence, rights)]
}

/** su is recorded when pam_unix opens its session. */
function suLogged(evidence: Evidence): Fact {
  const pam = pamEvidence(evidence)
  if (!pam.ok) return unread(logged, pam)
  if (pam.value.withoutPam) {
    const why = { ja: 'PAM がなく、su の記録は読めない', en: 'there is no PAM, and what su records can not be read' }
    return unread(logged, { why }, [{ source: 'pam-modules' }])
  }
  const stack = readStack(pam.value, 'su', 'session')
  if (!stack.ok) return unread(logged, stack)
  const step = stack.value.find((one) => one.installed && one.module === 'pam_unix' && !one.arguments.includes('quiet'))
  return known(logged, step !== undefined, step ? [stepRef(step)] : [{ source: 'pam-files' }])
}

const policyDefaults = (rights: Elevation, ...names: readonly string[]): readonly SudoDefault[] =>
  rights.sudo?.policy.defaults.filter(({ name }) => names.includes(name)) ?? []

/** sudo and doas write to syslog unless told not to (sudoers(5) "syslog", doas.conf(5) "nolog"). */
function sudoLogged(rights: Elevation): Fact {
  const silent = policyDefaults(rights, 'syslog', 'log_allowed').filter((entry) => entry.negated)
  const files = policyDefaults(rights, 'logfile', 'log_output', 'log_servers').filter(
    (entry) => !entry.negated && entry.binding === '',
  )
  const [first] = silent
  const bound = silent.some((entry) => entry.name === 'log_allowed' || entry.binding !== '')
  if (first && (bound || files.length === 0))
    return known(
      logged,
      false,
      silent.map(({ at }) => at),
    )
  if (rights.doas?.unlogged) return known(logged, false, [{ source: '/etc/doas.conf' }])
  const set = [...policyDefaults(rights, 'syslog', 'logfile', 'log_output')].map(({ at }) => at)
  const where = rights.sudo?.path ?? '/etc/doas.conf'
  return known(logged, true, [...set, { source: where }], set.length > 0 ? 'configured' : 'platform-default')
}

/** timestamp_timeout in minutes; negative never asks again (sudoers(5)). doas keeps for five minutes where told to persist. */
function reauthentication(evidence: Evidence, rights: Elevation): Fact {
  const refs: EvidenceRef[] = []
  let seconds = rights.doas?.persists ? 300 : 0
  let configured = false
  if (rights.sudo) {
    const off = policyDefaults(rights, 'authenticate').filter((entry) => entry.negated)
    if (off.length > 0)
      return known(
        again,
        'never',
        off.map(({ at }) => at),
      )
    const entries = policyDefaults(rights, 'timestamp_timeout')
    const everybody = entries.findLast((entry) => entry.binding === '')
    const relevant = [...(everybody ? [everybody] : []), ...entries.filter((entry) => entry.binding !== '')]
    for (const entry of relevant) {
      const minutes = entry.negated ? 0 : Number(entry.value.replaceAll('"', ''))
      if (Number.isNaN(minutes) || (!entry.negated && entry.value === '')) {
        return unread(again, { why: { ja: 'timestamp_timeout が数でない', en: 'timestamp_timeout is not a number' } }, [
          entry.at,
        ])
      }
      if (minutes < 0) return known(again, 'never', [entry.at])
      seconds = Math.max(seconds, Math.round(minutes * 60))
      refs.push(entry.at)
      configured = true
    }
    if (!everybody) {
      const pam = pamEvidence(evidence)
      if (!pam.ok) return unread(again, pam)
      seconds = Math.max(seconds, builtInTimeout(pam.value, rights.sudo.kind))
      refs.push({ source: rights.sudo.path })
    }
  }
  return known(
    again,
    seconds,
    refs.length > 0 ? refs : [{ source: '/etc/doas.conf' }],
    configured ? 'configured' : 'platform-default',
  )
}

/** Built into the program: 15 minutes in Debian's sudo and in sudo-rs, 5 elsewhere (sudoers(5) of each). */
const builtInTimeout = (pam: PamEvidence, kind: 'sudo' | 'sudo-rs'): number =>
  kind === 'sudo-rs' || isDebianFamily(pam) ? 900 : 300

/** use_pty, which is on by itself since sudo 1.9.14 and in sudo-rs; doas has nothing of the kind. */
function separateTerminal(evidence: Evidence, rights: Elevation): Fact {
  if (rights.doas) return known(terminal, false, [{ source: '/etc/doas.conf' }], 'platform-default')
  const entries = policyDefaults(rights, 'use_pty')
  const off = entries.filter((entry) => entry.binding !== '' && entry.negated)
  const everybody = entries.findLast((entry) => entry.binding === '')
  if (off.length > 0)
    return known(
      terminal,
      false,
      off.map(({ at }) => at),
    )
  if (everybody) return known(terminal, !everybody.negated, [everybody.at])
  const where = [{ source: rights.sudo?.path ?? '/etc/sudoers' }]
  if (rights.sudo?.kind === 'sudo-rs') return known(terminal, true, where, 'platform-default')
  const packages = packageVersions(evidence)
  if (!packages.ok) return unread(terminal, packages, where)
  const version = packages.value.get('sudo') ?? packages.value.get('sudo-ldap')
  const match = version === undefined ? null : /^(?:\d+:)?(\d+)\.(\d+)\.(\d+)/.exec(version)
  if (!match) {
    return unread(terminal, { why: { ja: 'sudo の版が分からない', en: 'the version of sudo is not known' } }, where)
  }
  const [major = 0, minor = 0, patch = 0] = match.slice(1).map(Number)
  const on = major > 1 || minor > 9 || (minor === 9 && patch >= 14)
  return known(terminal, on, where, 'platform-default')
}
