import type { ConfigurationText } from './journald.ts'

// logrotate.conf(5): how long a rotated file is kept.

/** What holds for a group of files after the global defaults and their own lines. */
export interface RotationRules {
  readonly every?: 'hour' | 'day' | 'week' | 'month' | 'year'
  /** Old files kept; -1 keeps all of them. */
  readonly rotate: number
  /** A size alone, or a size besides the interval, starts a rotation early. */
  readonly bySize: boolean
  /** Days after which an old file is deleted. */
  readonly maximumAgeDays?: number
}

export interface RotatedFiles extends RotationRules {
  /** Paths or patterns, as written. */
  readonly patterns: readonly string[]
  readonly path: string
  /** Line of the opening brace, from 1. */
  readonly at: number
}

export interface LogrotateConfiguration {
  readonly groups: readonly RotatedFiles[]
  /** Files and folders that are included, but whose text is not known: groups may be missing or wrong. */
  readonly missing: readonly string[]
  /** True when `tabooext` or `taboopat` changes which files of a folder are passed over. */
  readonly ownTaboo: boolean
  /** True when braces did not match: groups may be wrong. */
  readonly broken: boolean
}

interface Working {
  every?: 'hour' | 'day' | 'week' | 'month' | 'year'
  rotate: number
  bySize: boolean
  extraSize: boolean
  maximumAgeDays?: number
}

const intervals: Readonly<Record<string, 'hour' | 'day' | 'week' | 'month' | 'year'>> = {
  hourly: 'hour',
  daily: 'day',
  weekly: 'week',
  monthly: 'month',
  yearly: 'year',
  annually: 'year',
}

/** File name endings that logrotate passes over in an included folder (its `taboo` list). */
const taboo =
  /(,v|\.bak|\.cfsaved|\.disabled|\.dpkg-(bak|del|dist|new|old|tmp)|\.rhn-cfg-tmp-.*|\.rpm(new|orig|save)|\.swp|\.ucf-(dist|new|old)|~)$/

export const isTabooFile = (path: string): boolean => taboo.test(path)

/** Files behind an `include`, in the order they are read; undefined when they are not known. */
export type LogrotateIncludes = (path: string) => readonly ConfigurationText[] | undefined

/** Includes within includes that are followed; a file that includes itself would never end. */
const deepest = 8

/**
 * Reads the main file, and what it includes in the place where it does: a global line holds for what is read after
 * it, and not before. Never throws.
 */
export function readLogrotate(main: ConfigurationText, included: LogrotateIncludes): LogrotateConfiguration {
  // without an interval logrotate rotates at 1 MiB (its default size)
  const defaults: Working = { rotate: 0, bySize: true, extraSize: false }
  const result = { groups: [] as RotatedFiles[], missing: [] as string[], ownTaboo: false, broken: false }
  const include = (path: string, depth: number): void => {
    const files = depth < deepest ? included(path) : undefined
    if (!files) result.missing.push(path)
    for (const file of files ?? []) readFile(file, depth + 1)
  }
  const readFile = (file: ConfigurationText, depth: number): void => {
    let group: (Working & { patterns: string[]; at: number }) | undefined
    let pending: string[] = []
    let script = false
    // an include inside of braces changes the group's own lines; it is rare enough to be left unread
    const inGroup = (line: string, rules: Working): void => {
      const path = apply(line, rules)
      if (path !== undefined) result.missing.push(path)
    }
    for (const [index, raw] of file.lines.entries()) {
      const line = raw.trim()
      if (script) {
        if (line === 'endscript') script = false
        continue
      }
      if (line === '' || line.startsWith('#')) continue
      if (/^(pre|post)rotate$|^(first|last)action$|^preremove$/.test(line)) {
        script = true
        continue
      }
      if (/^taboo(?:ext|pat)\b/.test(line)) result.ownTaboo = true
      if (!group) {
        const brace = line.indexOf('{')
        const names = brace >= 0 ? line.slice(0, brace) : line
        const startsPath = /^["'/~*]/.test(names)
        if (startsPath || brace >= 0) {
          pending.push(...words(names))
          if (brace < 0) continue
          group = { ...defaults, patterns: pending, at: index + 1 }
          pending = []
          const rest = line.slice(brace + 1).trim()
          if (rest !== '' && rest !== '}') inGroup(rest, group)
          if (rest.endsWith('}')) {
            result.groups.push(finished(group, file.path))
            group = undefined
          }
          continue
        }
        const path = apply(line, defaults)
        if (path !== undefined) include(path, depth)
        continue
      }
      if (line.startsWith('}')) {
        result.groups.push(finished(group, file.path))
        group = undefined
        continue
      }
      inGroup(line, group)
    }
    if (group || pending.length > 0) result.broken = true
  }
  readFile(main, 0)
  return result
}

function finished(group: Working & { patterns: string[]; at: number }, path: string): RotatedFiles {
  return {
    patterns: group.patterns,
    path,
    at: group.at,
    rotate: group.rotate,
    bySize: group.bySize || group.extraSize,
    ...(group.every && { every: group.every }),
    ...(group.maximumAgeDays !== undefined && { maximumAgeDays: group.maximumAgeDays }),
  }
}

/** Applies one line, and gives the path when it is an `include`. */
function apply(line: string, rules: Working): string | undefined {
  const [name = '', argument = ''] = line.split(/[\s=]+/)
  const interval = Object.hasOwn(intervals, name) ? intervals[name] : undefined
  if (interval) {
    rules.every = interval
    rules.bySize = false
  } else if (name === 'size') {
    // `size` and the intervals exclude each other: the last one counts
    rules.bySize = true
  } else if (name === 'maxsize') rules.extraSize = true
  else if (name === 'rotate' && /^-?\d+$/.test(argument)) rules.rotate = Number(argument)
  else if (name === 'maxage' && /^\d+$/.test(argument)) rules.maximumAgeDays = Number(argument)
  else if (name === 'include') return argument
  return undefined
}

const words = (text: string): string[] =>
  [...text.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((word) => word[1] ?? word[2] ?? word[3] ?? '')

const days = { day: 1, week: 7, year: 365 } as const

/**
 * Seconds for which a line is kept at least, `never` when nothing is deleted, `by-size` when the time
 * follows from the size of the logs and so isn't promised.
 */
export function retentionOf(rules: RotationRules): number | 'never' | 'by-size' {
  const byAge = rules.maximumAgeDays !== undefined && rules.rotate !== 0 ? rules.maximumAgeDays * 86400 : undefined
  if (rules.rotate < 0) return byAge ?? 'never'
  if (rules.rotate === 0) return 0
  if (rules.bySize || !rules.every) return 'by-size'
  const kept = rules.rotate * intervalSeconds(rules.every, rules.rotate)
  return byAge === undefined ? kept : Math.min(kept, byAge)
}

/** The shortest an interval can be on average: twelve months are a year, one alone may have 28 days. */
function intervalSeconds(every: NonNullable<RotationRules['every']>, count: number): number {
  if (every === 'hour') return 3600
  if (every !== 'month') return days[every] * 86400
  const years = Math.floor(count / 12)
  return ((years * 365 + (count % 12) * 28) * 86400) / count
}

/** Whether a pattern of glob(7) names the path: `*` and `?` stop at `/`, a bracket stands for any one character. */
export function matchesPattern(pattern: string, path: string): boolean {
  const wanted = pattern.replace(/\[[^\]/]*\]/g, '?').split('/')
  const given = path.split('/')
  return wanted.length === given.length && wanted.every((part, index) => matchesName(part, given[index] ?? ''))
}

/** One name against one pattern, in time proportional to their product whatever they hold. */
function matchesName(pattern: string, name: string): boolean {
  let p = 0
  let n = 0
  let star = -1
  let mark = 0
  while (n < name.length) {
    const c = pattern[p]
    if (c === '*') {
      star = p++
      mark = n
    } else if (c !== undefined && (c === '?' || c === name[n])) {
      p++
      n++
    } else if (star >= 0) {
      p = star + 1
      n = ++mark
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}
