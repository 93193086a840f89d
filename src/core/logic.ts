import type { LocalText } from './text.ts'

/**
 * Result of a test, three-valued, with the two ways of not being a plain yes or no that design
 * section 7 knows: nothing to judge, and a platform that can't do it.
 */
export type Outcome =
  | { readonly verdict: 'pass' }
  | { readonly verdict: 'fail'; readonly gap: boolean }
  | { readonly verdict: 'unknown'; readonly reasons: readonly LocalText[] }
  | { readonly verdict: 'not-applicable'; readonly reasons: readonly LocalText[] }

export const pass: Outcome = { verdict: 'pass' }
/** The value was read and is not what was asked. */
export const fail: Outcome = { verdict: 'fail', gap: false }
/** The platform can't hold what was asked (capability gap). */
export const gap: Outcome = { verdict: 'fail', gap: true }
export const unknown = (...reasons: readonly LocalText[]): Outcome => ({ verdict: 'unknown', reasons })
export const notApplicable = (...reasons: readonly LocalText[]): Outcome => ({ verdict: 'not-applicable', reasons })

/** All must hold: fail beats unknown beats pass; what doesn't apply is left out. */
export function allOf(outcomes: readonly Outcome[]): Outcome {
  const fails = outcomes.filter((outcome) => outcome.verdict === 'fail')
  // a plain deviation is what can be corrected, so it names the whole
  if (fails.length > 0) return fails.every((outcome) => outcome.gap) ? gap : fail
  return openOrNot(outcomes, () => (outcomes.some((outcome) => outcome.verdict === 'pass') ? pass : undefined))
}

/** One must hold: pass beats unknown beats fail; what doesn't apply is left out. */
export function anyOf(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.some((outcome) => outcome.verdict === 'pass')) return pass
  const fails = outcomes.filter((outcome) => outcome.verdict === 'fail')
  return openOrNot(outcomes, () => {
    if (fails.length === 0) return undefined
    return fails.every((outcome) => outcome.gap) ? gap : fail
  })
}

/** Unknown when one is; otherwise what `decided` says; otherwise not applicable, with every reason. */
function openOrNot(outcomes: readonly Outcome[], decided: () => Outcome | undefined): Outcome {
  const open = outcomes.filter((outcome) => outcome.verdict === 'unknown')
  if (open.length > 0) return unknown(...open.flatMap((outcome) => outcome.reasons))
  const result = decided()
  if (result) return result
  return notApplicable(...outcomes.flatMap((outcome) => (outcome.verdict === 'not-applicable' ? outcome.reasons : [])))
}
