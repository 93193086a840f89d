import type { LocalText } from '../text.ts'
import { compareVersions, type VersionScheme } from '../versions/index.ts'
import type { CompiledEntry } from './compiled.ts'
import type { VersionRange } from './list.ts'
import type { Blocked, SoftwareRow } from './row-view.ts'

/** Whether an entry takes a row. `version`: all but the version holds. */
export type Match =
  | { readonly answer: 'yes' | 'no' | 'version' }
  | { readonly answer: 'unknown'; readonly blocked: readonly Blocked[] }

const yes: Match = { answer: 'yes' }
const no: Match = { answer: 'no' }
const otherVersion: Match = { answer: 'version' }

/** Holds an entry against a row, three-valued: one part that does not hold beats any that can't be read. */
export function matchEntry({ entry, parts }: CompiledEntry, row: SoftwareRow): Match {
  let blocked: readonly Blocked[] | undefined
  for (const { field, test } of parts) {
    const read = row.read(field)
    if (read.state === 'unreadable') blocked = blocked ? [...blocked, ...read.blocked] : read.blocked
    else if (read.state === 'absent' || !test(read)) return no
  }
  const version = entry.versions ? inRange(entry.versions, row) : 'yes'
  if (version === 'no') return blocked ? no : otherVersion
  if (version !== 'yes') blocked = [...(blocked ?? []), version]
  return blocked ? { answer: 'unknown', blocked } : yes
}

/** Formats whose ordering of versions is known. pacman's is like rpm's, but not in all cases. */
const schemes: Readonly<Record<string, VersionScheme>> = { deb: 'deb', rpm: 'rpm' }

function inRange(range: VersionRange, row: SoftwareRow): 'yes' | 'no' | Blocked {
  const bounds = (
    [
      [range.atLeast, (sign: number) => sign >= 0],
      [range.above, (sign: number) => sign > 0],
      [range.atMost, (sign: number) => sign <= 0],
      [range.below, (sign: number) => sign < 0],
      [range.equals, (sign: number) => sign === 0],
    ] as const
  ).flatMap(([bound, test]) => (bound === undefined ? [] : [{ bound, test }]))
  if (bounds.length === 0) return 'yes'
  const version = row.read('version')
  if (version.state === 'unreadable') return version.blocked[0]
  // a text without a number (`latest`) has no place in any order
  if (version.state === 'absent' || !/\d/.test(version.raw)) return { field: 'version', why: noVersion }
  const scheme = range.scheme ?? schemeOf(row)
  if (typeof scheme !== 'string') return scheme
  const unlike = bounds.find(({ bound }) => scheme !== 'dotted' && epochIsLeftOut(version.raw, bound))
  if (unlike) return { field: 'version', why: epochWanted(version.raw, unlike.bound) }
  return bounds.every(({ bound, test }) => test(compareToBound(scheme, version.raw, bound))) ? 'yes' : 'no'
}

function schemeOf(row: SoftwareRow): VersionScheme | Blocked {
  const format = row.read('format')
  if (format.state === 'unreadable') return format.blocked[0]
  const known = format.state === 'known' && Object.hasOwn(schemes, format.folded) ? schemes[format.folded] : undefined
  return known ?? { field: 'version', why: noOrdering }
}

/** As in rpm's own dependencies, a bound without a release speaks of every release of that version. */
function compareToBound(scheme: VersionScheme, version: string, bound: string): number {
  const dash = version.lastIndexOf('-')
  const whole = scheme !== 'rpm' || bound.includes('-') || dash < 0
  return compareVersions(scheme, whole ? version : version.slice(0, dash), bound)
}

/**
 * The epoch decides before everything else, and people leave it out: by the letter `9.2` is earlier than `1:8.0`, which
 * nobody means who writes "at least 9.2". `0:9.2` says that it is meant so.
 */
const epochIsLeftOut = (version: string, bound: string): boolean => /^0*[1-9]\d*:/.test(version) && !bound.includes(':')

const epochWanted = (version: string, bound: string): LocalText => ({
  ja: `入っている版 ${version} には世代番号（コロンの前）があるが、一覧の ${bound} にはない。一覧の版を ${version.split(':')[0]}:${bound} のように書く`,
  en: `the installed version ${version} has an epoch and the listed ${bound} has none; write the listed one like ${version.split(':')[0]}:${bound}`,
})
const noVersion: LocalText = { ja: '版の記録がない', en: 'no version is recorded' }
const noOrdering: LocalText = {
  ja: 'この形式の版の順序は決まっていない（項目に比べ方を書く）',
  en: 'versions of this format have no known order (the entry must give a scheme)',
}

/** A range in words: `1.2 以上`, `at least 1.2`. */
export function rangeText(range: VersionRange): LocalText {
  const parts = (
    [
      [range.equals, '', ''],
      [range.atLeast, ' 以上', 'at least '],
      [range.above, ' より新しい版', 'above '],
      [range.atMost, ' 以下', 'at most '],
      [range.below, ' 未満', 'below '],
    ] as const
  ).flatMap(([bound, ja, en]) => (bound === undefined ? [] : [{ ja: `${bound}${ja}`, en: `${en}${bound}` }]))
  return { ja: parts.map(({ ja }) => ja).join('、'), en: parts.map(({ en }) => en).join(' and ') }
}
