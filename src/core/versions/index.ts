import { compareDebian, compareDigits } from './debian.ts'
import { compareRpm } from './rpm.ts'

export { compareDebian } from './debian.ts'
export { compareRpm, compareRpmPart } from './rpm.ts'

/** How a version is ordered: Debian policy, rpm, or plain dotted numbers. */
export type VersionScheme = 'deb' | 'rpm' | 'dotted'

/**
 * Compares dotted versions (`16.0.35907`, `v1.2.3-rc1`): numbers by value, text by character, a missing part as 0
 * (`1.2` equals `1.2.0`), and a text part (`rc1`) before the number or end in its place.
 */
export function compareDotted(left: string, right: string): number {
  const a = parts(left)
  const b = parts(right)
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const x = a[i] ?? '0'
    const y = b[i] ?? '0'
    const numeric = /^\d+$/.test(x)
    if (numeric !== /^\d+$/.test(y)) return numeric ? 1 : -1
    const order = numeric ? compareDigits(x, y) : x === y ? 0 : x < y ? -1 : 1
    if (order !== 0) return order
  }
  return 0
}

const parts = (version: string): readonly string[] =>
  version
    .trim()
    .replace(/^v(?=\d)/i, '')
    .match(/\d+|[A-Za-z]+/g) ?? []

/** Negative, zero or positive: the order of two versions in a scheme. */
export function compareVersions(scheme: VersionScheme, left: string, right: string): number {
  if (scheme === 'deb') return compareDebian(left, right)
  return scheme === 'rpm' ? compareRpm(left, right) : compareDotted(left, right)
}
