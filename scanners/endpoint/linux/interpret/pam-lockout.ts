import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import { read } from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Fact, Scope } from '../../../../src/core/fact.ts'
import type { DefaultPopulation, ScopeInForce } from '../../../../src/core/snapshot.ts'
import { hasPamService } from '../../../../src/readers/pam.ts'
import { absent, inapplicable, known, unread } from './contribution.ts'
import type { Contribution, Part } from './contribution.ts'
import { stackLockout } from './lockout-stack.ts'
import type { StackLockout } from './lockout-stack.ts'
import { logonServices, pamEvidence, serviceRefs, stepRef } from './pam-evidence.ts'
import type { PamEvidence } from './pam-evidence.ts'
import type { PamUser } from './pam-modules.ts'
import { privilegedAccounts } from './privilege.ts'
import { hasDesktop } from './views.ts'

const settings = ['lockout.threshold', 'lockout.duration', 'lockout.observation-window'] as const
export const observesLockout = { settings, rows: [] } as const

const rootScope: Scope = { kind: 'category', key: 'root', accounts: 'privileged' }

/** One service's lockout, and what it was read from. */
interface ServiceLockout {
  readonly service: string
  readonly reading: Reading<StackLockout>
  readonly evidence: readonly EvidenceRef[]
}

type Line = 'ssh' | 'console' | 'desktop' | 'elevation'

/**
 * Locking after failed passwords, from the stacks of the services that people log on with. The
 * default holds the weakest of them; where they differ, each has a scope of its own besides. Root is
 * a scope of its own, because pam_faillock spares root unless told otherwise.
 */
export const interpretLockout: Part = (evidence): Contribution => {
  const pam = pamEvidence(evidence)
  if (!pam.ok) {
    return {
      facts: [undefined, rootScope].flatMap((scope) => settings.map((setting) => unread(setting, pam, [], scope))),
      scopes: [{ settings, scope: rootScope }],
      populations: populations(evidence, []),
    }
  }
  const services = servicesInUse(pam.value)
  const of = (users: readonly PamUser[], lines: readonly Line[]): readonly ServiceLockout[] =>
    lines.flatMap((line) =>
      (services.get(line) ?? []).flatMap((service) => users.map((user) => lockoutOf(pam.value, line, service, user))),
    )
  const logon: readonly Line[] = ['ssh', 'console', 'desktop']
  const everyday: readonly PamUser[] = ['general', 'administrator']
  const overall = of(everyday, logon)
  const facts: Fact[] = [...factsOf(overall)]
  const scopes: ScopeInForce[] = [{ settings, scope: rootScope }]
  facts.push(...factsOf(of(['root'], logon), rootScope))

  const common = JSON.stringify(valuesOf(overall))
  for (const line of [...logon, 'elevation'] as const) {
    const own = of(everyday, [line])
    const wayIn = wayInOf(evidence, pam.value, line)
    // a way in that isn't there must not meet the default with what other settings say of it
    if (wayIn.ok ? !wayIn.value : own.length === 0) {
      const scope: Scope = { kind: 'line', key: line }
      const why = { ja: 'このログオンの口はない', en: 'there is no such way to log on' }
      scopes.push({ settings, scope })
      facts.push(
        ...settings.map((setting) =>
          wayIn.ok
            ? inapplicable(setting, why, [{ source: 'pam-modules' }], scope)
            : unread(setting, wayIn, [{ source: 'pam-modules' }], scope),
        ),
      )
      continue
    }
    if (own.every(({ reading }) => reading.ok && reading.value.state === 'no-password')) continue
    if (JSON.stringify(valuesOf(own)) === common) continue
    const scope: Scope = { kind: 'line', key: line }
    scopes.push({ settings, scope })
    facts.push(...factsOf(own, scope))
  }
  const groups = overall.flatMap(({ reading }) =>
    reading.ok && reading.value.state === 'locks'
      ? reading.value.modules.flatMap((module) => module.administratorGroup ?? [])
      : [],
  )
  return { facts, scopes, populations: populations(evidence, groups) }
}

/** Whether somebody can log on this way at all. */
function wayInOf(evidence: Evidence, pam: PamEvidence, line: Line): Reading<boolean> {
  if (line === 'ssh') return read(pam.sshd !== 'absent')
  return line === 'desktop' ? hasDesktop(evidence) : read(true)
}

/** Who is left to the default: every privileged account except root, and except members of an admin_group. */
function populations(evidence: Evidence, groups: readonly string[]): readonly DefaultPopulation[] {
  const privileged = privilegedAccounts(evidence)
  if (!privileged.ok) return [{ settings, accounts: 'privileged', left: 'unknown' }]
  const names = privileged.value
    .filter(({ uid, memberOf }) => uid !== 0 && !groups.some((group) => memberOf.includes(group)))
    .map(({ name }) => name)
  return [{ settings, accounts: 'privileged', left: names.length > 0 ? 'some' : 'none', names }]
}

/** Services to look at, by line: those that have a configuration, and those whose program exists. */
function servicesInUse(pam: PamEvidence): ReadonlyMap<Line, readonly string[]> {
  const configured = (names: readonly string[]): readonly string[] => names.filter((name) => hasPamService(pam, name))
  const console = configured(logonServices.console)
  return new Map<Line, readonly string[]>([
    ['ssh', pam.sshd === 'absent' ? [] : ['sshd']],
    // a console exists everywhere; without a service of its own it falls back to `other`
    ['console', console.length > 0 ? console : ['login']],
    ['desktop', configured(logonServices.desktop)],
    ['elevation', configured(['sudo', 'su'])],
  ])
}

function lockoutOf(pam: PamEvidence, line: Line, service: string, user: PamUser): ServiceLockout {
  const files = serviceRefs(pam, [service], 'auth')
  const never = (evidence: readonly EvidenceRef[]): ServiceLockout => ({
    service,
    reading: read({ state: 'never', evidence }),
    evidence,
  })
  if (pam.withoutPam) return never([{ source: 'pam-modules' }])
  if (line === 'ssh' && pam.sshd === 'without-pam') return never([{ source: 'pam-modules', at: 'use-pam' }])
  if (line === 'ssh' && pam.sshd === 'unknown') {
    return {
      service,
      evidence: [{ source: 'pam-modules', at: 'use-pam' }],
      reading: {
        ok: false,
        why: { ja: 'SSH サーバが PAM を使うかが分からない', en: 'whether the SSH server uses PAM could not be read' },
        needs: { ja: 'sshd_config の読み取り', en: 'read access to sshd_config' },
      },
    }
  }
  const reading = stackLockout(pam, service, user)
  if (!reading.ok) return { service, reading, evidence: files }
  if (reading.value.state === 'locks') {
    return { service, reading, evidence: reading.value.modules.map(({ step }) => stepRef(step)) }
  }
  return { service, reading, evidence: files }
}

/** The weakest of several services, each value by itself. */
function valuesOf(services: readonly ServiceLockout[]) {
  const locking = services.flatMap(({ reading }) =>
    reading.ok && reading.value.state === 'locks' ? reading.value : [],
  )
  const unreadable = services.find(({ reading }) => !reading.ok)?.reading
  const never = services.some(({ reading }) => reading.ok && reading.value.state === 'never')
  // where one service never locks, what the others do makes no difference
  if (never) return { never, unreadable: undefined, threshold: 0, duration: null, window: null, any: false }
  return {
    never,
    unreadable: unreadable && !unreadable.ok ? unreadable : undefined,
    threshold: Math.max(0, ...locking.map(({ threshold }) => threshold)),
    duration: finite(Math.min(...locking.map(({ duration }) => duration))),
    window: finite(Math.min(...locking.map(({ window }) => window))),
    any: locking.length > 0,
  }
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

function factsOf(services: readonly ServiceLockout[], scope?: Scope): readonly Fact[] {
  const values = valuesOf(services)
  const evidence = unique(services.flatMap((service) => service.evidence))
  const locking = services.flatMap(({ reading }) =>
    reading.ok && reading.value.state === 'locks' ? reading.value.modules : [],
  )
  const [threshold, duration, window] = settings
  if (values.never) {
    const where = unique(
      services.flatMap(({ reading, evidence: own }) =>
        reading.ok && reading.value.state === 'never' ? [...reading.value.evidence, ...own] : [],
      ),
    )
    return [
      known(threshold, 'never', where, 'platform-default', scope),
      // nothing is ever locked, so there is no time that it lasts
      absent(duration, where, scope),
      absent(window, where, scope),
    ]
  }
  const { unreadable } = values
  if (unreadable) return settings.map((setting) => unread(setting, unreadable, evidence, scope))
  if (!values.any) {
    const why = { ja: 'パスワードでログオンできるサービスがない', en: 'no service accepts a password' }
    return settings.map((setting) => inapplicable(setting, why, evidence, scope))
  }
  const fact = (setting: string, key: 'threshold' | 'duration' | 'window', value: number | string): Fact => {
    const set = locking.flatMap((module) => module.set.get(key) ?? [])
    return known(
      setting,
      value,
      unique([...set, ...evidence]),
      set.length > 0 ? 'configured' : 'platform-default',
      scope,
    )
  }
  return [
    fact(threshold, 'threshold', values.threshold),
    fact(duration, 'duration', values.duration ?? 'until-unlocked'),
    fact(window, 'window', values.window ?? 'never'),
  ]
}

function unique(refs: readonly EvidenceRef[]): readonly EvidenceRef[] {
  const seen = new Map(refs.map((ref) => [`${ref.source}\0${ref.at ?? ''}`, ref]))
  return [...seen.values()]
}
