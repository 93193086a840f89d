import type { CollectRun } from '../core/scanner.ts'

/** Remembers what was made for a key as long as a run lives: whoever asks later, or meanwhile, gets the same. */
export function oncePerRun<T>(): (run: CollectRun, key: string, make: () => Promise<T>) => Promise<T> {
  const runs = new WeakMap<CollectRun, Map<string, Promise<T>>>()
  return (run, key, make) => {
    const known = runs.get(run) ?? new Map<string, Promise<T>>()
    runs.set(run, known)
    const made = known.get(key) ?? make()
    known.set(key, made)
    return made
  }
}
