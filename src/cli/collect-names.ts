import { createHash } from 'node:crypto'

/** Longest file name without its extension, in bytes: file systems take 255. */
const longestName = 180

/**
 * A file name for each target: letters, digits, `.`, `_` and `-` stay, everything else becomes `_`, so that a name
 * can't lead out of its folder, hide itself, or be taken for an option. Names that would be one file on any file system
 * (some don't tell `A` from `a`) get a part of their hash. `all` names every target that might be written beside them,
 * so that a name doesn't depend on which of them are collected this time.
 */
export function fileNames(all: Iterable<string>): ReadonlyMap<string, string> {
  const names = [...new Set(all)]
  const plain = new Map(names.map((name) => [name, plainName(name)]))
  const shared = Map.groupBy(names, (name) => folded(plain.get(name) ?? ''))
  return new Map(
    names.map((name) => {
      const own = plain.get(name) ?? ''
      const alone = shared.get(folded(own))?.length === 1
      return [name, `${alone ? own : `${own}~${hash(name)}`}.evidence`]
    }),
  )
}

function plainName(name: string): string {
  const safe = name
    .normalize('NFC')
    .replaceAll(/[^\p{L}\p{M}\p{N}._-]/gu, '_')
    .replace(/^[.-]+/, '_')
  // a name with `~` is none that stays as it is, so that it can't be had on purpose
  let short = safe
  while (Buffer.byteLength(short) > longestName) short = [...short].slice(0, -1).join('')
  return short === safe ? safe : `${short}~${hash(name)}`
}

const folded = (name: string): string => name.normalize('NFKC').toLowerCase()

const hash = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 12)
