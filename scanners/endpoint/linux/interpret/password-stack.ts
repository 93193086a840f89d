import { read, unreadable } from '../../../../src/core/evidence.ts'
import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import type { PamStep } from '../../../../src/readers/pam.ts'
import { runPam } from '../../../../src/readers/pam-run.ts'
import type { PamBranch } from '../../../../src/readers/pam-run.ts'
import { readStack } from './pam-evidence.ts'
import type { PamEvidence } from './pam-evidence.ts'
import { conditionAnswers, pamModuleKind } from './pam-modules.ts'
import type { PamUser } from './pam-modules.ts'
import { qualityOf } from './password-quality.ts'
import type { QualityRules } from './password-quality.ts'

/** What holds for every new password that a service takes from a user. */
export interface PasswordStack {
  readonly service: string
  /** Rules that no new password can get around. */
  readonly enforced: readonly QualityRules[]
  /** The step that stores the password, if pam_unix does. */
  readonly storedBy: PamStep | undefined
}

interface Change {
  /** A new password was given and not rejected. */
  readonly token: boolean
  readonly stored: boolean
}

/** Modules that ask for the new password where none was given before them. */
const promptsForPassword = (module: string): boolean =>
  ['pam_pwquality', 'pam_cracklib', 'pam_passwdqc', 'pam_pwhistory', 'pam_unix', 'pam_unix2', 'pam_tcb'].includes(
    module,
  )

const stores = (module: string): boolean => ['pam_unix', 'pam_unix2', 'pam_tcb'].includes(module)

/**
 * The rules of a service's password stack that can't be got around, found by changing the password
 * to one that a rule rejects and seeing whether it is stored nevertheless. `undefined` when the service can't change passwords.
 */
export function passwordStack(
  evidence: Evidence,
  pam: PamEvidence,
  service: string,
  user: PamUser,
): Reading<PasswordStack | undefined> {
  const stack = readStack(pam, service, 'password')
  if (!stack.ok) return stack
  const steps = stack.value
  const rules = new Map<PamStep, QualityRules>()
  for (const step of steps) {
    const quality = qualityOf(evidence, pam, step)
    if (quality === undefined) continue
    if (!quality.ok) return quality
    rules.set(step, quality.value)
  }
  const open = change(steps, user, undefined)
  if (!open) return intricate(service)
  if (!open.some((outcome) => outcome.state.stored)) return read(undefined)
  const enforced: QualityRules[] = []
  for (const rule of rules.values()) {
    if (!rule.enforcing || (user === 'root' && !rule.forRoot)) continue
    const outcomes = change(steps, user, rule.step)
    if (!outcomes) return intricate(service)
    const through = outcomes.filter((outcome) => outcome.state.stored)
    if (through.length === 0) enforced.push(rule)
    else if (through.every((outcome) => outcome.doubts.length > 0)) {
      const modules = [...new Set(through.flatMap((outcome) => outcome.doubts))].sort().join(', ')
      return unreadable({
        ja: `${service} の結果が、動作の分からない PAM モジュール (${modules}) による`,
        en: `the outcome for ${service} depends on PAM modules whose behaviour is not known (${modules})`,
      })
    }
  }
  const storedBy = steps.find((step) => step.installed && step.module === 'pam_unix')
  return read({ service, enforced, storedBy })
}

const intricate = (service: string): Reading<never> =>
  unreadable({
    ja: `${service} の PAM スタックが複雑すぎて辿れない`,
    en: `the PAM stack of ${service} is too intricate to follow`,
  })

/** Both passes of pam_chauthtok, with a password that the step `rejecting` refuses. */
function change(steps: readonly PamStep[], user: PamUser, rejecting: PamStep | undefined) {
  const start: Change = { token: false, stored: false }
  const first = runPam(steps, (step, state: Change) => preliminary(step, state, user), start)
  if (!first) return undefined
  if (!first.some((outcome) => outcome.success)) return []
  return runPam(steps, (step, state: Change) => update(step, state, user, rejecting), start)
}

const branches = (state: Change, codes: readonly string[], doubt?: string): readonly PamBranch<Change>[] =>
  codes.map((returns) => (doubt === undefined ? { returns, state } : { returns, state, doubt }))

function preliminary(step: PamStep, state: Change, user: PamUser): readonly PamBranch<Change>[] {
  if (promptsForPassword(step.module)) return branches(state, ['success'])
  return plain(step, state, user)
}

function update(
  step: PamStep,
  state: Change,
  user: PamUser,
  rejecting: PamStep | undefined,
): readonly PamBranch<Change>[] {
  if (!promptsForPassword(step.module)) return plain(step, state, user)
  const given = step.arguments.includes('use_authtok') || step.arguments.includes('use_first_pass')
  // told to take the password of an earlier module, and there is none
  if (!state.token && given) return branches(state, ['authtok_err'])
  if (step === rejecting) return [{ returns: 'authtok_err', state: { ...state, token: false } }]
  return [{ returns: 'success', state: { token: true, stored: state.stored || stores(step.module) } }]
}

/** Modules without a part in the new password. Directories don't know a local account. */
function plain(step: PamStep, state: Change, user: PamUser): readonly PamBranch<Change>[] {
  switch (pamModuleKind(step.module, step.arguments)) {
    case 'knowledge':
    case 'unknown-factor':
      return branches(state, ['user_unknown', 'ignore'])
    case 'neutral':
    case 'permit':
      return branches(state, ['success'])
    case 'ignored':
      return branches(state, ['ignore'])
    case 'deny':
      return branches(state, ['authtok_err'])
    case 'condition':
      return branches(state, conditionAnswers(step, user))
    default:
      return branches(state, ['success', 'authtok_err', 'ignore'], step.module)
  }
}
