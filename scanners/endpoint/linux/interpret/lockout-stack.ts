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
import { conditionAnswers, pamModuleKind, withoutDirectory, withoutFactor } from './pam-modules.ts'
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
  /** Calls that wrote the failure to their tally folder. */
  readonly recorded: readonly LockoutModule[]
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

  const failures = counted.filter((outcome) => outcome.state.failed)
  const certain = reachable(
    failures.map((outcome) => outcome.state),
    user,
  )
  const possible = reachable(
    failures.filter((outcome) => outcome.doubts.length === 0).map((outcome) => outcome.state),
    user,
  )
  const windowOf = (module: LockoutModule): number =>
    Math.min(
      module.window,
      ...failures.flatMap(({ state }) => recordersIn(state, module.folder)).map(({ window }) => window),
    )

  const candidates = [...modules.values()].filter(
    (module) =>
      Number.isFinite(module.threshold) &&
      // in a window of nothing no failure is left to count
      windowOf(module) > 0 &&
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
    const locked = candidates.filter((module) => module.threshold <= threshold && reaches(certain, module))
    const maybe = candidates.filter((module) => module.threshold <= threshold && reaches(possible, module))
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
      window: Math.min(...locked.map(windowOf)),
      modules: locked,
    })
  }
  return read(none)
}

const recordersIn = (state: Walk, folder: string): readonly LockoutModule[] =>
  state.recorded.filter((module) => module.folder === folder)

/**
 * The count that each tally folder can come to, for those that a wrong password is counted in on every way.
 * pam_faillock writes no further failure once its own `deny` is reached (authfail looks before it writes), so that a
 * preauth with a greater one waits for ever; one that doesn't lock this account writes on.
 */
function reachable(ways: readonly Walk[], user: PamUser): ReadonlyMap<string, number> {
  const counts = (state: Walk): ReadonlyMap<string, number> => {
    const folders = new Map<string, number>()
    for (const module of state.recorded) {
      if (state.cleared.includes(module.folder)) continue
      const stops = module.action === 'authfail' && (user !== 'root' || module.locksRoot)
      folders.set(module.folder, Math.max(folders.get(module.folder) ?? 0, stops ? module.threshold : Infinity))
    }
    return folders
  }
  const [first, ...rest] = ways.map(counts)
  return rest.reduce<ReadonlyMap<string, number>>(
    (common, next) =>
      new Map(
        [...common]
          .filter(([folder]) => next.has(folder))
          .map(([folder, count]) => [folder, Math.min(count, next.get(folder) ?? 0)]),
      ),
    first ?? new Map(),
  )
}

const reaches = (folders: ReadonlyMap<string, number>, module: LockoutModule): boolean =>
  module.threshold <= (folders.get(module.folder) ?? 0)

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
      case 'unknown-factor':
        return [
          { returns: 'success', state: { ...state, other: true } },
          ...answers(...withoutFactor(step.module, step.arguments)),
          ...answers(...withoutDirectory(step.module, step.arguments)).map((branch) => ({
            ...branch,
            doubt: step.module,
          })),
        ]
      case 'neutral':
        return answers('success')
      case 'ignored':
        return answers('ignore')
      case 'permit':
        return answers('success')
      case 'deny':
        return answers('auth_err')
      case 'condition':
        return answers(...conditionAnswers(step, user))
      default:
        return answers('success', 'auth_err', 'ignore').map((branch) => ({ ...branch, doubt: step.module }))
    }
  }
  return runPam(steps, call, start)
}

function lockoutAnswer(module: LockoutModule, locked: boolean, state: Walk): PamBranch<Walk> {
  if (locked) return { returns: 'auth_err', state }
  const record = { ...state, recorded: [...state.recorded, module] }
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
