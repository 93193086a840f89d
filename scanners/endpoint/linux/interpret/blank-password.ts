import type { EvidenceRef, Fact } from '../../../../src/core/fact.ts'
import type { PamStep } from '../../../../src/readers/pam.ts'
import { hasPamService } from '../../../../src/readers/pam.ts'
import { runPam } from '../../../../src/readers/pam-run.ts'
import type { PamBranch } from '../../../../src/readers/pam-run.ts'
import { known, unread } from './contribution.ts'
import { logonServices, readStack, serviceRefs, stepRef } from './pam-evidence.ts'
import type { PamEvidence } from './pam-evidence.ts'
import { conditionAnswers, pamModuleKind, withoutDirectory, withoutFactor } from './pam-modules.ts'

const setting = 'password.blank-accepted'

/**
 * Whether an account without a password gets in at the console, on the desktop or through su. sshd
 * has a switch of its own on top of it, which the SSH part reads.
 */
export function blankAccepted(pam: PamEvidence): Fact {
  if (pam.withoutPam) {
    const why = {
      ja: 'PAM がなく、login 自身の扱いは読めない',
      en: 'there is no PAM, and what login does by itself can not be read',
    }
    return unread(setting, { why }, [{ source: 'pam-modules' }])
  }
  const present = [...logonServices.console, ...logonServices.desktop, 'su', 'sudo'].filter((name) =>
    hasPamService(pam, name),
  )
  const services = present.length > 0 ? present : ['login']
  const files = serviceRefs(pam, services, 'auth')
  let doubt: Fact | undefined
  for (const service of services) {
    const stack = readStack(pam, service, 'auth')
    if (!stack.ok) {
      doubt ??= unread(setting, stack, files)
      continue
    }
    const outcomes = runPam(stack.value, answers, [] as readonly EvidenceRef[])
    const accepted = outcomes?.filter((outcome) => outcome.success && outcome.state.length > 0)
    const certain = accepted?.find((outcome) => outcome.doubts.length === 0)
    if (certain) return known(setting, true, certain.state)
    if (!accepted || accepted.length > 0) {
      const why = {
        ja: `${service} の結果が、動作の分からない PAM モジュールによる`,
        en: `the outcome for ${service} depends on PAM modules whose behaviour is not known`,
      }
      doubt ??= unread(setting, { why }, files)
    }
  }
  // pam_unix refuses a blank password unless told otherwise (pam_unix(8), "nullok")
  return doubt ?? known(setting, false, files, 'platform-default')
}

/** The state is where a blank password was accepted. */
function answers(step: PamStep, state: readonly EvidenceRef[]): readonly PamBranch<readonly EvidenceRef[]>[] {
  const each = (...codes: readonly string[]) => codes.map((returns) => ({ returns, state }))
  const doubted = (...codes: readonly string[]) => codes.map((returns) => ({ returns, state, doubt: step.module }))
  switch (pamModuleKind(step.module, step.arguments)) {
    case 'knowledge': {
      // nullok_secure is Debian's older form, for terminals that are listed as safe
      const allowed = step.arguments.some((option) => option === 'nullok' || option === 'nullok_secure')
      // a directory doesn't know an account of this machine
      if (!step.module.startsWith('pam_unix')) return each('auth_err', 'user_unknown', 'authinfo_unavail')
      if (!allowed) return each('auth_err')
      return [{ returns: 'success', state: [...state, stepRef(step)] }]
    }
    case 'possession':
    case 'biometric':
    case 'two-factor':
    case 'unknown-factor':
      return [
        ...each('success', ...withoutFactor(step.module, step.arguments)),
        ...doubted(...withoutDirectory(step.module, step.arguments)),
      ]
    case 'neutral':
    case 'permit':
    case 'faillock':
    case 'tally':
      return step.arguments.includes('authfail') ? each('ignore') : each('success')
    case 'ignored':
      return each('ignore')
    case 'deny':
      return each('auth_err')
    case 'condition':
      return conditionAnswers(step, 'general').map((returns) => ({ returns, state }))
    default:
      return doubted('success', 'auth_err', 'ignore')
  }
}
