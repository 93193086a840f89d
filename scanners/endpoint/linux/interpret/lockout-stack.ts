import { read, unreadable } from '../../../../src/core/evidence.ts'
import type { Reading } from '../../../../src/core/evidence.ts'
import type { EvidenceRef } from '../../../../src/core/fact.ts'
import type { PamStep } from '../../../../src/readers/pam.ts'
import { runPam } from '../../../../src/readers/pam-run.ts'
import type { PamBranch } from '../../../../src/readers/pam-run.ts'
import { readFaillock, readTally } from './faillock.ts'
import type { LockoutModule } from './faillock.ts'
import { readStack, stepRef } from './pam-evidence.ts'
import type { PamEvidence } from './pam-evidence.ts'
import { conditionAnswers, lenient, pamModuleKind } from './pam-modules.ts'
import type { PamUser } from './pam-modules.ts'

/** What the stack of a service does after failed passwords. */
export type StackLockout =
  /** Nobody can log on with a password here. */
  | { readonly state: 'no-password' }
  | { readonly state: 'never'; readonly evidence: readonly EvidenceRef[] }
  | {
      readonly state: 'locks'
      readonly threshold: number
      readonly duration: number
      readonly window: number
      readonly modules: readonly LockoutModule[]
    }

/** What a walk remembers. */
interface Walk {
  /** A password was asked for and was wrong. */
  readonly failed: boolean
  /** A password was asked for and was right. */
  readonly passed: boolean
  /** Something else than a password let the person in. */
  readonly other: boolean
  /** Tally folders that the failure was written to. */
  readonly recorded: readonly string[]
  /** Tally folders that were emptied on the way: failures never add up in them. */
  readonly cleared: readonly string[]
}

const start: Walk = { failed: false, passed: false, other: false, recorded: [], cleared: [] }

/**
 * Lockout of one service for one kind of user, found by walking its stack: a wrong password must
 * be counted on every way, and a right one must be refused on every way once the count is reached.
 */
export function stackLockout(pam: PamEvidence, service: string, user: PamUser): Reading<StackLockout> {
  const stack = readStack(pam, service, 'auth')
  if (!stack.ok) return stack
  const steps = stack.value
  const modules = new Map<PamStep, LockoutModule>()
  for (const step of steps) {
    if (!step.installed) continue
    const kind = pamModuleKind(step.module, step.arguments)
    if (kind === 'tally') modules.set(step, readTally(step))
    if (kind !== 'faillock') continue
    const module = readFaillock(pam, step)
    if (!module.ok) return module
    modules.set(step, module.value)
  }
  const none: StackLockout = { state: 'never', evidence: [...modules.keys()].map(stepRef) }
  const counted = walk(steps, modules, user, 'wrong', () => false)
  const open = walk(steps, modules, user, 'right', () => false)
  if (!counted || !open) return tooMany(service)
  if (!open.some((outcome) => outcome.success && (outcome.state.passed || !outcome.state.other))) {
    return read({ state: 'no-password' })
  }
  // where a wrong password lets in as well, there is nothing to lock
  const careless = counted.filter((outcome) => outcome.success && !outcome.state.other)
  if (modules.size === 0 || careless.some((outcome) => outcome.doubts.length === 0)) return read(none)

  // folders that a wrong password is counted in on every way
  const failures = counted.filter((outcome) => outcome.state.failed)
  const folders = (sure: boolean): ReadonlySet<string> => {
    const relevant = sure ? failures.filter((outcome) => outcome.doubts.length === 0) : failures
    const [first, ...rest] = relevant.map((outcome) =>
      new Set(outcome.state.recorded).difference(new Set(outcome.state.cleared)),
    )
    return rest.reduce<ReadonlySet<string>>((common, next) => common.intersection(next), first ?? new Set())
  }
  const certain = folders(false)
  const possible = folders(true)

  const candidates = [...modules.values()].filter(
    (module) =>
      Number.isFinite(module.threshold) &&
      // in a window of nothing no failure is left to count
      module.window > 0 &&
      (user !== 'root' || module.locksRoot),
  )
  /** Whether locking exactly these modules refuses a right password: surely, only if unknown modules agree, or not. */
  const refuses = (locked: readonly LockoutModule[]): 'yes' | 'no' | 'doubtful' | 'too-many' => {
    const set = new Set(locked.map((module) => module.step))
    const outcomes = walk(steps, modules, user, 'right', (module) => set.has(module.step))
    if (!outcomes) return 'too-many'
    const entered = outcomes.filter((outcome) => outcome.success && (outcome.state.passed || !outcome.state.other))
    if (entered.length === 0) return 'yes'
    return entered.some((outcome) => outcome.doubts.length === 0) ? 'no' : 'doubtful'
  }

  const thresholds = [...new Set(candidates.map((module) => module.threshold))].sort((one, other) => one - other)
  for (const threshold of thresholds) {
    const locked = candidates.filter((module) => module.threshold <= threshold && certain.has(module.folder))
    const maybe = candidates.filter((module) => module.threshold <= threshold && possible.has(module.folder))
    const answer = refuses(locked)
    if (answer === 'too-many') return tooMany(service)
    if (answer !== 'yes') {
      if (answer === 'doubtful' || refuses(maybe) === 'yes') {
        const doubted = new Set([...counted, ...open].flatMap((outcome) => outcome.doubts))
        return unknownModules(service, [...doubted].sort())
      }
      continue
    }
    const lasts = (module: LockoutModule): number => (user === 'root' ? module.rootDuration : module.duration)
    const durations = [...new Set(locked.map(lasts))].sort((one, other) => other - one)
    const duration = durations.find((length) => refuses(locked.filter((module) => lasts(module) >= length)) === 'yes')
    return read({
      state: 'locks',
      threshold,
      duration: duration ?? Math.min(...durations),
      window: Math.min(...locked.map((module) => module.window)),
      modules: locked,
    })
  }
  return read(none)
}

const tooMany = (service: string): Reading<never> =>
  unreadable({
    ja: `${service} の PAM スタックが複雑すぎて辿れない`,
    en: `the PAM stack of ${service} is too intricate to follow`,
  })

const unknownModules = (service: string, modules: readonly string[]): Reading<never> =>
  unreadable({
    ja: `${service} の結果が、動作の分からない PAM モジュール (${modules.join(', ')}) による`,
    en: `the outcome for ${service} depends on PAM modules whose behaviour is not known (${modules.join(', ')})`,
  })

function walk(
  steps: readonly PamStep[],
  modules: ReadonlyMap<PamStep, LockoutModule>,
  user: PamUser,
  password: 'right' | 'wrong',
  isLocked: (module: LockoutModule) => boolean,
) {
  const call = (step: PamStep, state: Walk): readonly PamBranch<Walk>[] => {
    const module = modules.get(step)
    if (module) return [lockoutAnswer(module, isLocked(module), state)]
    const answers = (...codes: readonly string[]): readonly PamBranch<Walk>[] =>
      codes.map((returns) => ({ returns, state }))
    switch (pamModuleKind(step.module, step.arguments)) {
      case 'knowledge':
        return password === 'wrong'
          ? [{ returns: 'auth_err', state: { ...state, failed: true } }]
          : [
              { returns: 'success', state: { ...state, passed: true } },
              { returns: 'auth_err', state },
            ]
      case 'possession':
      case 'biometric':
      case 'two-factor':
      case 'unknown-factor': {
        const branches = [{ returns: 'success', state: { ...state, other: true } }, ...answers('auth_err')]
        return lenient(step.arguments) ? [...branches, ...answers('ignore')] : branches
      }
      case 'neutral':
        return answers('success')
      case 'ignored':
        return answers('ignore')
      case 'permit':
        return answers('success')
      case 'deny':
        return answers('auth_err')
      case 'condition':
        return answers(...conditionAnswers(step.module, step.arguments, user))
      default:
        return answers('success', 'auth_err', 'ignore').map((branch) => ({ ...branch, doubt: step.module }))
    }
  }
  return runPam(steps, call, start)
}

function lockoutAnswer(module: LockoutModule, locked: boolean, state: Walk): PamBranch<Walk> {
  if (locked) return { returns: 'auth_err', state }
  const record = { ...state, recorded: [...state.recorded, module.folder] }
  switch (module.action) {
    // counts, and says nothing
    case 'authfail':
      return { returns: 'ignore', state: record }
    // counts before the password is known; a successful logon takes it back
    case 'tally':
      return { returns: 'success', state: record }
    // empties the tally, after a failure as well where the stack leads there
    case 'authsucc':
      return { returns: 'success', state: { ...state, cleared: [...state.cleared, module.folder] } }
    case 'preauth':
      return { returns: 'success', state }
  }
}
