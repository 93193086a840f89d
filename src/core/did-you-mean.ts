/**
 * Edits between two texts: insertion, deletion, substitution, and exchange of two neighbours count one each
 * (optimal string alignment).
 */
export function editDistance(from: string, to: string): number {
  const a = [...from]
  const b = [...to]
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1))
      if (a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, (before[j - 2] ?? 0) + 1)
      row.push(best)
    }
    before = last
    last = row
  }
  return last[b.length] ?? 0
}

/** A word that is longer than this is no typing mistake, and comparing it would cost time. */
const longestWord = 80

/**
 * The known word that was probably meant, or undefined when none is near: case, full-width letters, and
 * `_` or a space for `-` are forgiven, otherwise a third of the letters may be wrong. Of equals the first in
 * the alphabet wins, so that the answer never depends on the order of `known`.
 */
export function didYouMean(word: string, known: Iterable<string>): string | undefined {
  if (word.length === 0 || word.length > longestWord) return undefined
  const plain = fold(word)
  const candidates = [...known].sort()
  let best: string | undefined
  let bestDistance = Infinity
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - plain.length) >= bestDistance) continue
    const distance = editDistance(plain, fold(candidate))
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  if (best === undefined || bestDistance > Math.max(1, Math.floor(plain.length / 3))) {
    return lastPart(plain, candidates)
  }
  return best
}

const fold = (text: string): string => text.normalize('NFKC').toLowerCase().replaceAll(/[_ ]/g, '-')

/** `threshold` for `lockout.threshold`: the family was left out. Only when exactly one fits. */
function lastPart(plain: string, candidates: readonly string[]): string | undefined {
  const fitting = candidates.filter((candidate) => candidate.endsWith(`.${plain}`))
  return fitting.length === 1 ? fitting[0] : undefined
}
