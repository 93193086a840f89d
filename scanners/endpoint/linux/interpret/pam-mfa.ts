import { read, unreadable } from '../../../../src/core/evidence.ts'
import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Fact, Scope } from '../../../../src/core/fact.ts'
import { hasPamService } from '../../../../src/readers/pam.ts'
import type { PamStep } from '../../../../src/readers/pam.ts'
import { runPam } from '../../../../src/readers/pam-run.ts'
import type { PamBranch } from '../../../../src/readers/pam-run.ts'
import { inapplicable, known, unread } from './contribution.ts'
import type { Contribution, Part } from './contribution.ts'
import { hasProgram, logonServices, pamEvidence, readStack, serviceRefs } from './pam-evidence.ts'
import type { PamEvidence } from './pam-evidence.ts'
import { conditionAnswers, lenient, pamModuleKind, withoutDirectory, withoutFactor } from './pam-modules.ts'
import type { PamUser } from './pam-modules.ts'
import { hasDesktop } from './views.ts'

/** The scopes `line:console` and `line:desktop` of these; `line:ssh` belongs to the SSH part. */
const byLine = ['mfa.required-for-all', 'mfa.required-for-administrators'] as const
export const observesPamMfa = {
  settings: [...byLine, 'mfa.required-for-elevation', 'mfa.required-for-unlock'],
  rows: [],
} as const

/** What a stack asks of a person, for one kind of user. */
export type FactorDemand =
  /** Two kinds of factor on every way. */
  | 'two'
  /** One is enough on some way. */
  | 'one'
  /** Nobody gets in. */
  | 'closed'

/** Programs that lock a screen and ask their own service. */
const lockers = [
  'gdm-password',
  'lightdm',
  'kde',
  'kscreensaver',
  'xscreensaver',
  'gnome-screensaver',
  'cinnamon-screensaver',
  'mate-screensaver',
  'xfce4-screensaver',
  'light-locker',
  'i3lock',
  'swaylock',
  'hyprlock',
  'waylock',
  'xlock',
  'vlock',
  'physlock',
  'slock',
  'cosmic-greeter',
] as const

type Factor = 'knowledge' | 'possession' | 'biometric'

/** Second factors that the PAM stacks demand. */
export const interpretPamMfa: Part = (evidence): Contribution => {
  const console: Scope = { kind: 'line', key: 'console' }
  const desktop: Scope = { kind: 'line', key: 'desktop' }
  const scopes = [
    { settings: byLine, scope: console },
    { settings: byLine, scope: desktop },
  ]
  const pam = pamEvidence(evidence)
  if (!pam.ok) {
    const lines = [console, desktop].flatMap((scope) => byLine.map((setting) => unread(setting, pam, [], scope)))
    return {
      scopes,
      facts: [...lines, unread('mfa.required-for-elevation', pam), unread('mfa.required-for-unlock', pam)],
    }
  }
  const present = (names: readonly string[]): readonly string[] =>
    names.filter((name) => hasPamService(pam.value, name))
  const graphical = hasDesktop(evidence)
  const desktops = present(logonServices.desktop)
  const facts: Fact[] = []
  for (const [setting, users] of usersOf) {
    const login = present(logonServices.console)
    facts.push(factOf(setting, pam.value, login.length > 0 ? login : ['login'], users, console))
    facts.push(desktopFact(setting, pam.value, desktops, users, graphical, desktop))
  }
  // a program that isn't installed may have left its service behind
  const elevating = present(logonServices.elevation).filter(
    (name) => name === 'polkit-1' || hasProgram(pam.value, name.replace(/-[il]$/, '')),
  )
  const administrators: readonly PamUser[] = ['administrator', 'general']
  facts.push(
    elevating.length > 0
      ? factOf('mfa.required-for-elevation', pam.value, elevating, administrators)
      : hasProgram(pam.value, 'sudo') || hasProgram(pam.value, 'su') || hasProgram(pam.value, 'doas')
        ? factOf('mfa.required-for-elevation', pam.value, ['other'], administrators)
        : inapplicable(
            'mfa.required-for-elevation',
            {
              ja: '権限を昇格するコマンドが入っていない',
              en: 'no program that gives administrator rights is installed',
            },
            [{ source: 'pam-modules' }],
          ),
    desktopFact('mfa.required-for-unlock', pam.value, present(lockers), ['general', 'administrator'], graphical),
  )
  return { facts, scopes }
}

const usersOf: readonly (readonly [string, readonly PamUser[]])[] = [
  ['mfa.required-for-all', ['general', 'administrator', 'root']],
  ['mfa.required-for-administrators', ['administrator', 'root']],
]

function desktopFact(
  setting: string,
  pam: PamEvidence,
  services: readonly string[],
  users: readonly PamUser[],
  graphical: Reading<boolean>,
  scope?: Scope,
): Fact {
  if (graphical.ok && !graphical.value) {
    const why = { ja: 'デスクトップが入っていない', en: 'no desktop is installed' }
    return inapplicable(setting, why, [{ source: 'pam-modules' }], scope)
  }
  if (services.length > 0) return factOf(setting, pam, services, users, scope)
  if (!graphical.ok) return unread(setting, graphical, [], scope)
  const why = {
    ja: 'デスクトップの認証サービスが見つからない',
    en: 'the desktop’s authentication service was not found',
  }
  return unread(setting, { why }, [{ source: 'pam-files' }], scope)
}

/** Demanded on every service and of every user, or not. */
function factOf(
  setting: string,
  pam: PamEvidence,
  services: readonly string[],
  users: readonly PamUser[],
  scope?: Scope,
): Fact {
  const evidence: readonly EvidenceRef[] = serviceRefs(pam, services, 'auth')
  // without PAM the only thing that login knows is the password
  if (pam.withoutPam) return known(setting, false, evidence, 'platform-default', scope)
  const demands = services.flatMap((service) => users.map((user) => factorDemand(pam, service, user)))
  if (demands.some((demand) => demand.ok && demand.value === 'one'))
    return known(setting, false, evidence, 'configured', scope)
  const failed = demands.find((demand) => !demand.ok)
  if (failed && !failed.ok) return unread(setting, failed, evidence, scope)
  if (demands.every((demand) => demand.ok && demand.value === 'closed')) {
    return inapplicable(setting, { ja: '誰もログオンできない', en: 'nobody can log on' }, evidence, scope)
  }
  return known(setting, true, evidence, 'configured', scope)
}

/** What the stack of sshd asks after a password, apart from what sshd's own settings add or let past. */
export interface SshPamMfa {
  /** PAM is asked at all (UsePAM). */
  readonly used: boolean
  readonly all: FactorDemand
  readonly administrators: FactorDemand
  readonly evidence: readonly EvidenceRef[]
}

/** The PAM half of multi-factor logon over SSH. Keys pass by the auth stack: sshd's AuthenticationMethods decides on them. */
export function sshPamMfa(evidence: Evidence): Reading<SshPamMfa> {
  const pam = pamEvidence(evidence)
  if (!pam.ok) return pam
  const refs = serviceRefs(pam.value, ['sshd'], 'auth')
  if (pam.value.sshd === 'unknown') {
    return unreadable(
      { ja: 'SSH サーバが PAM を使うかが分からない', en: 'whether the SSH server uses PAM could not be read' },
      { ja: 'sshd_config の読み取り', en: 'read access to sshd_config' },
    )
  }
  if (pam.value.withoutPam || pam.value.sshd !== 'pam') {
    return read({ used: false, all: 'one', administrators: 'one', evidence: refs })
  }
  const of = (users: readonly PamUser[]): Reading<FactorDemand> => {
    const demands = users.map((user) => factorDemand(pam.value, 'sshd', user))
    if (demands.some((demand) => demand.ok && demand.value === 'one')) return read('one')
    const failed = demands.find((demand) => !demand.ok)
    if (failed) return failed
    return demands.every((demand) => demand.ok && demand.value === 'closed') ? read('closed') : read('two')
  }
  const all = of(['general', 'administrator', 'root'])
  if (!all.ok) return all
  const administrators = of(['administrator', 'root'])
  if (!administrators.ok) return administrators
  return read({ used: true, all: all.value, administrators: administrators.value, evidence: refs })
}

/** Walks a stack with one kind of factor at a time: a way through means that one is enough. */
export function factorDemand(pam: PamEvidence, service: string, user: PamUser): Reading<FactorDemand> {
  const stack = readStack(pam, service, 'auth')
  if (!stack.ok) return stack
  const enter = (factors: readonly Factor[], both: boolean): 'yes' | 'no' | 'doubtful' => {
    const outcomes = runPam(stack.value, (step, state: null) => answers(step, state, user, factors, both), null)
    if (!outcomes) return 'doubtful'
    const entered = outcomes.filter((outcome) => outcome.success)
    if (entered.length === 0) return 'no'
    return entered.some((outcome) => outcome.doubts.length === 0) ? 'yes' : 'doubtful'
  }
  const single = (['knowledge', 'possession', 'biometric'] as const).map((factor) => enter([factor], false))
  if (single.includes('yes')) return read('one')
  if (single.includes('doubtful')) {
    return unreadable({
      ja: `${service} の結果が、別の場所で設定される PAM モジュールによる`,
      en: `the outcome for ${service} depends on PAM modules that are configured elsewhere`,
    })
  }
  const everything = enter(['knowledge', 'possession', 'biometric'], true)
  return everything === 'no' ? read('closed') : read('two')
}

function answers(
  step: PamStep,
  state: null,
  user: PamUser,
  factors: readonly Factor[],
  both: boolean,
): readonly PamBranch<null>[] {
  const each = (...codes: readonly string[]) => codes.map((returns) => ({ returns, state }))
  const doubted = (...codes: readonly string[]) => codes.map((returns) => ({ returns, state, doubt: step.module }))
  const kind = pamModuleKind(step.module, step.arguments)
  switch (kind) {
    case 'knowledge':
      if (!factors.includes('knowledge')) return each('auth_err')
      // the directory behind sssd or Kerberos may ask for a second factor itself
      if (step.module === 'pam_sss' || step.module === 'pam_krb5') return [...doubted('success'), ...each('auth_err')]
      return each('success')
    case 'possession':
    case 'biometric': {
      const passed = factors.includes(kind)
      // pam_u2f and others let accounts past that have nothing registered
      if (lenient(step.arguments)) return each(...(passed ? ['success', 'ignore'] : ['auth_err', 'success', 'ignore']))
      return each(passed ? 'success' : 'auth_err')
    }
    case 'two-factor':
      if (both) return each('success')
      return [
        ...each(...withoutFactor(step.module, step.arguments)),
        ...doubted(...withoutDirectory(step.module, step.arguments)),
      ]
    case 'unknown-factor':
      return [...doubted('success'), ...each('auth_err')]
    case 'faillock':
      return each(step.arguments.includes('authfail') ? 'ignore' : 'success')
    case 'neutral':
    case 'permit':
    case 'tally':
      return each('success')
    case 'ignored':
      return each('ignore')
    case 'deny':
      return each('auth_err')
    case 'condition':
      return conditionAnswers(step, user).map((returns) => ({ returns, state }))
    default:
      return doubted('success', 'auth_err', 'ignore')
  }
}

/**
 * Whether somebody who only possesses something gets past the stack of sshd. Where that is so, a key before it and the
 * stack together may be one kind of factor; where not, the stack adds another kind than possession.
 */
export function possessionSuffices(evidence: Evidence): Reading<boolean> {
  const pam = pamEvidence(evidence)
  if (!pam.ok) return pam
  const stack = readStack(pam.value, 'sshd', 'auth')
  if (!stack.ok) return stack
  let doubtful = false
  for (const user of ['general', 'administrator', 'root'] as const) {
    const outcomes = runPam(stack.value, (step, state: null) => answers(step, state, user, ['possession'], false), null)
    const entered = outcomes?.filter((outcome) => outcome.success)
    if (entered?.some((outcome) => outcome.doubts.length === 0)) return read(true)
    if (!entered || entered.length > 0) doubtful = true
  }
  if (!doubtful) return read(false)
  return unreadable({
    ja: 'sshd の結果が、別の場所で設定される PAM モジュールによる',
    en: 'the outcome for sshd depends on PAM modules that are configured elsewhere',
  })
}
