import type { PamAction, PamStep } from './pam.ts'

// Walks a PAM stack the way Linux-PAM's libpam/pam_dispatch.c does, for every way in which its
// modules may answer.

/** One way in which a module may answer in the state that the walk has reached. */
export interface PamBranch<State> {
  /** Return code as the control field names it: `success`, `auth_err`, `ignore` … */
  readonly returns: string
  readonly state: State
  /** Set when nothing is known of how the module answers: its name. */
  readonly doubt?: string
}

/** How a walk ended. */
export interface PamOutcome<State> {
  readonly success: boolean
  readonly state: State
  /** Modules on the way whose answer was guessed. */
  readonly doubts: readonly string[]
}

/** What the modules do; called only for steps with a module that is installed. */
export type PamCall<State> = (step: PamStep, state: State) => readonly PamBranch<State>[]

/** More ways than this through one stack are given up: `undefined`. */
const maximumWalks = 20_000

interface Position<State> {
  readonly at: number
  readonly previousLevel: number
  readonly impression: 'undefined' | 'positive' | 'negative'
  /** The code that the stack would return now. */
  readonly status: string
  readonly entered: ReadonlyMap<number, Pick<Position<State>, 'impression' | 'status'>>
  readonly state: State
  readonly doubts: readonly string[]
}

/** Every outcome of a stack; `undefined` when it has too many ways. Both passes of pam_chauthtok walk it anew. */
export function runPam<State>(
  steps: readonly PamStep[],
  call: PamCall<State>,
  start: State,
): readonly PamOutcome<State>[] | undefined {
  const outcomes: PamOutcome<State>[] = []
  const waiting: Position<State>[] = [
    {
      at: 0,
      previousLevel: 0,
      impression: 'undefined',
      status: 'perm_denied',
      entered: new Map(),
      state: start,
      doubts: [],
    },
  ]
  for (let walks = 0; ; walks++) {
    const position = waiting.pop()
    if (!position) return outcomes
    if (walks > maximumWalks) return undefined
    const step = steps[position.at]
    if (!step) {
      outcomes.push({
        success: position.status === 'success' && position.impression === 'positive',
        state: position.state,
        doubts: position.doubts,
      })
      continue
    }
    const entered =
      position.previousLevel < step.level
        ? new Map(position.entered).set(step.level, { impression: position.impression, status: position.status })
        : position.entered
    if (step.kind === 'substack') {
      waiting.push({ ...position, at: position.at + 1, previousLevel: step.level })
      continue
    }
    for (const branch of answersOf(step, call, position.state)) {
      waiting.push(next(steps, step, branch, { ...position, entered, previousLevel: step.level, state: branch.state }))
    }
  }
}

function answersOf<State>(step: PamStep, call: PamCall<State>, state: State): readonly PamBranch<State>[] {
  if (step.kind === 'fails') return [{ returns: 'perm_denied', state }]
  if (!step.installed) return [{ returns: 'module_unknown', state }]
  return call(step, state)
}

function next<State>(
  steps: readonly PamStep[],
  step: PamStep,
  branch: PamBranch<State>,
  position: Position<State>,
): Position<State> {
  const action: PamAction = step.control.actions.get(branch.returns) ?? step.control.otherwise
  const after = {
    ...position,
    at: position.at + 1,
    doubts: branch.doubt === undefined ? position.doubts : [...position.doubts, branch.doubt],
  }
  const agreed =
    position.impression === 'undefined' || (position.impression === 'positive' && position.status === 'success')
      ? { ...after, impression: 'positive' as const, status: branch.returns }
      : after
  switch (action) {
    case 'ignore':
      return after
    case 'reset': {
      const before = position.entered.get(step.level) ?? { impression: 'undefined' as const, status: 'perm_denied' }
      return { ...after, ...before }
    }
    case 'ok':
      return agreed
    case 'done':
      return agreed.impression === 'positive' ? { ...agreed, at: endOfLevel(steps, position.at, step.level) } : agreed
    case 'bad':
    case 'die': {
      const failed =
        position.impression === 'negative'
          ? after
          : {
              ...after,
              impression: 'negative' as const,
              status: branch.returns === 'ignore' || branch.returns === 'success' ? 'perm_denied' : branch.returns,
            }
      return action === 'die' ? { ...failed, at: endOfLevel(steps, position.at, step.level) } : failed
    }
    default: {
      const jumped = jump(steps, position.at, step.level, action)
      // jumping out of the stack is an error that fails it
      if (jumped === undefined) {
        return {
          ...after,
          at: endOfLevel(steps, position.at, step.level),
          impression: 'negative',
          status: 'perm_denied',
        }
      }
      return { ...after, at: jumped }
    }
  }
}

/** Index of the first step after `at` that lies outside of its substack. */
function endOfLevel(steps: readonly PamStep[], at: number, level: number): number {
  let index = at + 1
  while (index < steps.length && (steps[index]?.level ?? 0) >= level) index++
  return index
}

/** Where a jump over `count` modules lands; a substack counts as one. */
function jump(steps: readonly PamStep[], at: number, level: number, count: number): number | undefined {
  let index = at
  let left = count
  const deeper = (position: number): boolean => position < steps.length && (steps[position]?.level ?? 0) > level
  while (left > 0) {
    if (index + 1 >= steps.length || (steps[index + 1]?.level ?? 0) < level) return undefined
    index++
    while (deeper(index + 1)) index++
    left--
  }
  return index + 1
}
