import type { Selector } from './baseline.ts'

/** The components that both selectors take. */
export function narrow(one: Selector | undefined, other: Selector | undefined): Selector | undefined {
  if (!one || !other) return one ?? other
  const kind = both(one.kind, other.kind)
  const platform = both(one.platform, other.platform)
  const label = { ...one.label, ...other.label }
  const contradict = Object.entries(label).some(([key, value]) => (one.label?.[key] ?? value) !== value)
  // A label can't have two values: nothing is taken.
  const component = contradict ? [] : both(one.component, other.component)
  return {
    ...(kind && { kind }),
    ...(platform && { platform }),
    ...(component && { component }),
    ...(Object.keys(label).length > 0 && { label }),
  }
}

const both = <T>(one: readonly T[] | undefined, other: readonly T[] | undefined): readonly T[] | undefined =>
  one && other ? one.filter((item) => other.includes(item)) : (one ?? other)
