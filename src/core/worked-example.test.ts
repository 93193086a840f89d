import { describe, expect, it } from 'vitest'
import type { Expectation, Requirement } from './baseline.ts'
import type { ComponentKind } from './catalogue/kinds.ts'
import type { Fact, Scope, Value } from './fact.ts'
import { type JudgedBaseline, judgeComponent } from './judge.ts'
import type { DefaultPopulation, Snapshot } from './snapshot.ts'

// One demand on every platform: design document "worked example". Facts as each interpreter gives them,
// and the verdicts of three documents' lockout requirements.

const lockout = (attempts: number, seconds: number): Expectation => ({
  kind: 'all-of',
  of: [
    {
      kind: 'subject',
      subject: 'lockout.threshold',
      condition: { kind: 'test', operator: 'at-most', operand: attempts },
    },
    {
      kind: 'subject',
      subject: 'lockout.duration',
      condition: { kind: 'test', operator: 'at-least', operand: seconds },
    },
  ],
})
const text = { ja: '試験', en: 'test' }
const requirement = (id: string, expectation: Expectation, scope?: Requirement['scope']): Requirement => ({
  id,
  title: text,
  severity: 'high',
  controls: [],
  expect: expectation,
  rationale: text,
  remedy: {},
  ...(scope && { scope }),
})
const baselines: readonly JudgedBaseline[] = [
  { id: 'mod-proc', root: 'mod-proc', requirements: [requirement('account-lockout', lockout(5, 1800))] },
  {
    id: 'ipa-sme',
    root: 'ipa-sme',
    requirements: [
      requirement('account-lockout-privileged', lockout(3, 21_600), { accounts: 'privileged' }),
      requirement('account-lockout-general', lockout(10, 3600), { accounts: 'general' }),
    ],
  },
]

const evidence = [{ source: 'test' }]
const fact = (setting: string, value: Value, scope?: Scope): Fact => ({
  setting,
  state: 'known',
  value,
  origin: 'configured',
  evidence,
  ...(scope && { scope }),
})
const both = (threshold: Value, duration: Value, scope?: Scope): readonly Fact[] => [
  fact('lockout.threshold', threshold, scope),
  fact('lockout.duration', duration, scope),
]
type Blocked = 'unreadable' | 'unsupported' | 'inapplicable'
const blocked = (state: Blocked, scope?: Scope): readonly Fact[] =>
  ['lockout.threshold', 'lockout.duration'].map((setting) => ({
    setting,
    state,
    why: text,
    evidence,
    ...(scope && { scope }),
  }))

const settings = ['lockout.threshold', 'lockout.duration']
const population = (
  accounts: 'privileged' | 'general',
  left: DefaultPopulation['left'],
  names?: readonly string[],
): DefaultPopulation => ({
  settings,
  accounts,
  left,
  ...(names && { names }),
})
const admins: Scope = { kind: 'policy', key: 'Admins', accounts: 'privileged' }
const root: Scope = { kind: 'category', key: 'root', accounts: 'privileged' }
const deviceAdmins: Scope = { kind: 'category', key: 'administrators', accounts: 'privileged' }
const onlyAdministrators = [population('privileged', 'none'), population('general', 'none')]

interface Case {
  readonly read: string
  readonly kind: ComponentKind
  readonly facts: readonly Fact[]
  readonly scopes?: readonly Scope[]
  readonly populations?: readonly DefaultPopulation[]
  /** Verdicts, one per judged scope, default first; `gap` is a fail of kind capability-gap. */
  readonly modProc: readonly string[]
  readonly privileged: readonly string[]
  readonly general: readonly string[]
}

const pso = [...both(5, 1800), ...both(3, 'until-unlocked', admins)]
const cases: readonly Case[] = [
  {
    read: 'AD: lockoutThreshold 0',
    kind: 'domain',
    facts: both('never', 'until-unlocked'),
    modProc: ['fail'],
    privileged: ['fail'],
    general: ['fail'],
  },
  {
    read: 'AD: 5 attempts, 30 minutes',
    kind: 'domain',
    facts: both(5, 1800),
    modProc: ['pass'],
    privileged: ['fail'],
    general: ['fail'],
  },
  {
    read: 'AD with a fine-grained policy for every privileged account',
    kind: 'domain',
    facts: pso,
    scopes: [admins],
    populations: [population('privileged', 'none'), population('general', 'some')],
    modProc: ['pass', 'pass'],
    privileged: ['pass'],
    general: ['fail'],
  },
  {
    read: 'AD with one privileged account outside of that policy',
    kind: 'domain',
    facts: pso,
    scopes: [admins],
    populations: [population('privileged', 'some', ['taro-admin']), population('general', 'some')],
    modProc: ['pass', 'pass'],
    privileged: ['fail', 'pass'],
    general: ['fail'],
  },
  {
    read: 'AD with a policy that an ordinary account can not see into',
    kind: 'domain',
    facts: [...both(5, 1800), ...blocked('unreadable', admins)],
    scopes: [admins],
    populations: [population('privileged', 'none'), population('general', 'some')],
    modProc: ['pass', 'unknown'],
    privileged: ['unknown'],
    general: ['fail'],
  },
  {
    read: 'LDAP answer broke off',
    kind: 'domain',
    facts: blocked('unreadable'),
    modProc: ['unknown'],
    privileged: ['unknown'],
    general: ['unknown'],
  },
  {
    read: 'Entra: defaults of the platform',
    kind: 'tenant',
    facts: both(10, 60),
    modProc: ['fail'],
    privileged: ['fail'],
    general: ['fail'],
  },
  {
    read: 'Entra: 403',
    kind: 'tenant',
    facts: blocked('unreadable'),
    modProc: ['unknown'],
    privileged: ['unknown'],
    general: ['unknown'],
  },
  {
    read: 'AWS account with console users',
    kind: 'cloud-account',
    facts: blocked('unsupported'),
    modProc: ['gap'],
    privileged: ['gap'],
    general: ['gap'],
  },
  {
    read: 'AWS account without console passwords',
    kind: 'cloud-account',
    facts: blocked('inapplicable'),
    modProc: ['not-applicable'],
    privileged: ['not-applicable'],
    general: ['not-applicable'],
  },
  {
    read: 'Linux: faillock in the stack, root not covered',
    kind: 'server',
    facts: [...both(4, 21_600), ...both('never', 21_600, root)],
    scopes: [root],
    populations: [population('privileged', 'none'), population('general', 'some')],
    modProc: ['pass', 'fail'],
    privileged: ['fail'],
    general: ['pass'],
  },
  {
    read: 'Linux: conf file but no PAM line',
    kind: 'server',
    facts: both('never', 'until-unlocked'),
    modProc: ['fail'],
    privileged: ['fail'],
    general: ['fail'],
  },
  {
    read: 'Linux: PAM unreadable',
    kind: 'server',
    facts: blocked('unreadable'),
    modProc: ['unknown'],
    privileged: ['unknown'],
    general: ['unknown'],
  },
  {
    read: 'FortiOS: 3 attempts, 60 seconds, administrators only',
    kind: 'firewall',
    facts: both(3, 60, deviceAdmins),
    scopes: [deviceAdmins],
    populations: onlyAdministrators,
    modProc: ['fail'],
    privileged: ['fail'],
    general: ['not-applicable'],
  },
  {
    read: 'Cisco IOS: login block-for 1800 attempts 5 within 60',
    kind: 'router',
    facts: both(5, 1800, deviceAdmins),
    scopes: [deviceAdmins],
    populations: onlyAdministrators,
    modProc: ['pass'],
    privileged: ['fail'],
    general: ['not-applicable'],
  },
  {
    read: 'Yamaha: no such command',
    kind: 'router',
    facts: blocked('unsupported', deviceAdmins),
    scopes: [deviceAdmins],
    populations: onlyAdministrators,
    modProc: ['gap'],
    privileged: ['gap'],
    general: ['not-applicable'],
  },
]

const snapshotOf = (given: Case, facts = given.facts): Snapshot => ({
  component: {
    id: 'test:1',
    kind: given.kind,
    name: 'test',
    platform: 'test/1',
    identifiers: [],
    observedAt: '2026-11-20T00:00:00Z',
  },
  facts,
  scopes: (given.scopes ?? []).map((scope) => ({ scope, settings })),
  populations: given.populations ?? [],
  tables: [],
  gaps: [],
})

const verdictsOf = (snapshot: Snapshot, requirement: string): readonly string[] =>
  judgeComponent(snapshot, baselines)
    .filter((finding) => finding.requirement === requirement)
    .map((finding) => (finding.kind === 'capability-gap' ? 'gap' : finding.verdict))

describe('the worked example', () => {
  it.each(cases)('$read', (given) => {
    const snapshot = snapshotOf(given)
    expect(verdictsOf(snapshot, 'account-lockout')).toEqual(given.modProc)
    expect(verdictsOf(snapshot, 'account-lockout-privileged')).toEqual(given.privileged)
    expect(verdictsOf(snapshot, 'account-lockout-general')).toEqual(given.general)
  })

  it('names the privileged account that is left to the default', () => {
    const given = cases.find((one) => one.read.includes('outside'))
    const failing = judgeComponent(snapshotOf(given as Case), baselines).find(
      (finding) => finding.requirement === 'account-lockout-privileged' && finding.verdict === 'fail',
    )
    expect(failing?.actual.en).toContain('taro-admin')
  })

  it.each(cases)('losing any facts of "$read" never turns a verdict into pass', (given) => {
    const worse = (requirement: string, facts: readonly Fact[]): void => {
      const before = verdictsOf(snapshotOf(given), requirement)
      const after = verdictsOf(snapshotOf(given, facts), requirement)
      expect(after).toHaveLength(before.length)
      for (const [at, verdict] of after.entries()) if (verdict === 'pass') expect(before[at]).toBe('pass')
    }
    for (let mask = 1; mask < 2 ** given.facts.length; mask += 1) {
      const kept = given.facts.filter((_, at) => (mask & (1 << at)) === 0)
      for (const name of ['account-lockout', 'account-lockout-privileged', 'account-lockout-general']) worse(name, kept)
    }
  })
})
