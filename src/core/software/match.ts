import type { LocalText } from '../text.ts'
import { compareVersions, type VersionScheme } from '../versions/index.ts'
import type { CompiledEntry } from './compiled.ts'
import type { SoftwareEntry, VersionRange } from './list.ts'
import type { Blocked, SoftwareRow } from './row-view.ts'

/** Whether an entry takes a row. `version`, `content`: all but the version, or the hash, holds. */
export type Match =
  | { readonly answer: 'yes' | 'no' | 'version' | 'content' }
  | { readonly answer: 'unknown'; readonly blocked: readonly Blocked[] }

const yes: Match = { answer: 'yes' }
const no: Match = { answer: 'no' }
const otherVersion: Match = { answer: 'version' }
const otherContent: Match = { answer: 'content' }

/** Holds an entry against a row, three-valued: one part that does not hold beats any that can't be read. */
export function matchEntry({ entry, name, parts }: CompiledEntry, row: SoftwareRow): Match {
  let blocked: readonly Blocked[] | undefined
  let changed = false
  for (const { field, test, loosely } of parts) {
    const read = row.read(field)
    if (read.state === 'known' && test(read)) continue
    if (read.state === 'unreadable') blocked = blocked ? [...blocked, ...read.blocked] : read.blocked
    else {
      const why =
        name && read.state === 'absent' && ofFiles.has(field)
          ? ofPackage
          : loosely === undefined
            ? undefined
            : saysOther(loosely, read.state === 'known' ? read.raw : undefined)
      const located = field === 'sha256' && read.state === 'known' && entry.match.path !== undefined
      if (!why && !located) return no
      if (!why) {
        changed = true
        continue
      }
      blocked = [...(blocked ?? []), { field, why }]
    }
  }
  const version = entry.versions ? inRange(entry.versions, row, entry.status) : 'yes'
  if (changed) return blocked || version !== 'yes' ? no : otherContent
  if (version === 'no') return blocked ? no : otherVersion
  if (version !== 'yes') blocked = [...(blocked ?? []), version]
  return blocked ? { answer: 'unknown', blocked } : yes
}

/** What one file has and a package, which is many files, has not: named by its name, it may be the same or not. */
const ofFiles: ReadonlySet<string> = new Set(['path', 'sha256'])

/** Formats whose ordering of versions is known. pacman's is like rpm's, but not in all cases. */
const schemes: Readonly<Record<string, VersionScheme>> = { deb: 'deb', rpm: 'rpm' }

function inRange(range: VersionRange, row: SoftwareRow, status: SoftwareEntry['status']): 'yes' | 'no' | Blocked {
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
  // who forbids `1.2 or earlier` means every Debian revision of 1.2 too; what is allowed stays what is written
  const ways = status === 'deny' ? [true, false] : [true]
  const holds = ({ bound, test }: (typeof bounds)[number]): boolean =>
    ways.some((whole) => test(compareToBound(scheme, version.raw, bound, whole)))
  return bounds.every(holds) ? 'yes' : 'no'
}

function schemeOf(row: SoftwareRow): VersionScheme | Blocked {
  const format = row.read('format')
  if (format.state === 'unreadable') return format.blocked[0]
  const known = format.state === 'known' && Object.hasOwn(schemes, format.folded) ? schemes[format.folded] : undefined
  return known ?? { field: 'version', why: noOrdering }
}

/**
 * As in rpm's own dependencies, a bound without a release speaks of every release of that version. A Debian one does
 * only where it is not taken as a whole.
 */
function compareToBound(scheme: VersionScheme, version: string, bound: string, whole: boolean): number {
  const dash = version.lastIndexOf('-')
  const cut = scheme === 'rpm' || (scheme === 'deb' && !whole)
  return compareVersions(scheme, cut && !bound.includes('-') && dash > 0 ? version.slice(0, dash) : version, bound)
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
/** Characters of a target's text that a sentence quotes. */
const longestQuote = 80
const ofPackage: LocalText = {
  ja: 'パッケージの中のファイルとは比べていない（名前だけで扱うなら、項目からこの条件を除く）',
  en: 'the files in a package are not compared (leave this out of the entry to go by the name)',
}
const saysOther = (listed: string, found: string | undefined): LocalText => ({
  ja: `一覧では「${listed}」、実際は${found === undefined ? '空' : `「${found.slice(0, longestQuote)}」`}。同じ物なら一覧を直し、この値のときだけ禁止するなら * を使った形で書く`,
  en: `listed “${listed}”, ${found === undefined ? 'found nothing' : `found “${found.slice(0, longestQuote)}”`}; correct the list if it is the same, or write a pattern with * to forbid only what it takes`,
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
