import type { Condition, Expectation, Requirement } from './baseline.ts'
import type { Definition } from './operand.ts'
import { satisfiable } from './satisfiable.ts'
import { definitionOf } from './substitute.ts'

/** The part of a judged baseline that a contradiction can lie in. */
interface Asking {
  readonly id: string
  readonly root: string
  readonly requirements: readonly Requirement[]
}

/** A requirement of a baseline. */
export interface Asked {
  readonly baseline: Asking
  readonly requirement: Requirement
}

/** What a requirement demands of one setting, or of one field of its rows. */
type Demanding = Asked & { readonly conditions: readonly Condition[]; readonly definition: Definition }

/**
 * Pairs of requirements of different root baselines that no value can satisfy both: one asks for at most 90 days,
 * the other for never. Only plain demands are compared (every one of an all-of); alternatives leave a way out.
 */
export function requirementConflicts(baselines: readonly Asking[]): readonly (readonly [Asked, Asked])[] {
  if (new Set(baselines.map((baseline) => baseline.root)).size < 2) return []
  const demands = new Map<string, Demanding[]>()
  for (const baseline of baselines) {
    for (const requirement of baseline.requirements) {
      for (const [subject, conditions] of plainDemands(requirement.expect)) {
        const definition = definitionOf(requirement.each, subject)
        if (!definition) continue
        const place = JSON.stringify([requirement.each ?? null, subject])
        const list = demands.get(place) ?? []
        list.push({ baseline, requirement, conditions, definition })
        demands.set(place, list)
      }
    }
  }
  const pairs = new Map<Requirement, Map<Requirement, readonly [Asked, Asked]>>()
  for (const list of demands.values()) {
    for (const [at, one] of list.entries()) {
      for (const other of list.slice(at + 1)) {
        if (one.baseline.root === other.baseline.root || !contradict(one, other)) continue
        const of = pairs.get(one.requirement) ?? new Map<Requirement, readonly [Asked, Asked]>()
        pairs.set(one.requirement, of.set(other.requirement, [one, other]))
      }
    }
  }
  return [...pairs.values()].flatMap((of) => [...of.values()])
}

const contradict = (one: Demanding, other: Demanding): boolean =>
  meet(one.requirement, other.requirement) &&
  !satisfiable([...one.conditions, ...other.conditions], one.definition) &&
  // a demand that nothing can meet contradicts itself, not the other
  [one, other].every(({ conditions, definition }) => satisfiable(conditions, definition))

/** Whether two requirements can speak of the same scope and the same row. */
function meet(one: Requirement, other: Requirement): boolean {
  const parts = ['accounts', 'kind', 'key'] as const
  const apart = parts.some((part) => {
    const [a, b] = [one.scope?.[part], other.scope?.[part]]
    return a !== undefined && b !== undefined && a !== b
  })
  if (apart) return false
  const selected = plainDemands(other.where)
  return [...plainDemands(one.where)].every(([field, conditions]) => {
    const definition = definitionOf(one.each, field)
    return !definition || satisfiable([...conditions, ...(selected.get(field) ?? [])], definition)
  })
}

/** Conditions that must all hold, by subject. */
function plainDemands(expectation: Expectation | undefined): ReadonlyMap<string, readonly Condition[]> {
  const demands = new Map<string, Condition[]>()
  const add = (part: Expectation, negated: boolean): void => {
    if (part.kind === 'not') add(part.of, !negated)
    else if (part.kind === 'subject') {
      const condition: Condition = negated ? { kind: 'not', of: part.condition } : part.condition
      demands.set(part.subject, [...(demands.get(part.subject) ?? []), condition])
    } else if ((part.kind === 'all-of') !== negated) for (const inner of part.of) add(inner, negated)
  }
  if (expectation) add(expectation, false)
  return demands
}
