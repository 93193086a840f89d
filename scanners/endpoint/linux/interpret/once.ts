import type { Evidence } from '../../../../src/core/evidence.ts'

/**
 * Reads something of an evidence once, however many parts ask for it. Evidence never changes, and what was read
 * goes when the evidence does.
 */
export function oncePerEvidence<T>(read: (evidence: Evidence) => T): (evidence: Evidence) => T {
  const known = new WeakMap<Evidence, { readonly value: T }>()
  return (evidence) => {
    const before = known.get(evidence)
    if (before) return before.value
    const value = read(evidence)
    known.set(evidence, { value })
    return value
  }
}
