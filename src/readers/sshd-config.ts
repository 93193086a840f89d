import type { CollectedFile } from '../core/evidence.ts'

/** One keyword of an sshd configuration, lower case, aliases resolved. */
export interface SshdLine {
  readonly keyword: string
  readonly value: string
  /** File and line number, as `path:line`. */
  readonly at: string
}

/** A Match block: its criteria as written, and its lines. */
export interface SshdMatch {
  readonly criteria: string
  readonly lines: readonly SshdLine[]
  readonly at: string
}

/** An sshd configuration with its includes resolved, in the order in which sshd reads it. */
export interface SshdConfig {
  readonly global: readonly SshdLine[]
  readonly matches: readonly SshdMatch[]
  /** Files that belong to it and could not be read, in order. */
  readonly unread: readonly string[]
}

const aliases: Readonly<Record<string, string>> = {
  challengeresponseauthentication: 'kbdinteractiveauthentication',
  skeyauthentication: 'kbdinteractiveauthentication',
  dsaauthentication: 'pubkeyauthentication',
  pubkeyacceptedkeytypes: 'pubkeyacceptedalgorithms',
}

/**
 * Reads sshd_config text (sshd_config(5)): `Include` in place, relative to /etc/ssh, an included Match
 * ending with its file. `collectedPatterns` are the wildcard paths that were collected in full; an include of
 * anything else that isn't among the files is reported as unread.
 */
export function readSshdConfig(
  files: ReadonlyMap<string, CollectedFile>,
  main: string,
  collectedPatterns: readonly string[],
): SshdConfig {
  const global: SshdLine[] = []
  const matches: { criteria: string; lines: SshdLine[]; at: string }[] = []
  const unread: string[] = []
  let steps = 0

  const readFile = (path: string, depth: number, outer: SshdLine[]): void => {
    const file = files.get(path)
    if (!file || file.state !== 'read') {
      if (file?.state !== 'absent') unread.push(path)
      if (!file || file.state !== 'cut') return
    }
    let target = outer
    for (const [index, text] of file.lines.entries()) {
      steps += 1
      if (steps > 100_000) {
        unread.push(path)
        return
      }
      const line = splitLine(text)
      if (!line) continue
      const at = `${path}:${index + 1}`
      if (line.keyword === 'match') {
        const block = { criteria: line.value, lines: [], at }
        matches.push(block)
        target = block.lines
      } else if (line.keyword === 'include') {
        for (const pattern of words(line.value)) include(pattern, depth, target)
      } else {
        target.push({ ...line, at })
      }
    }
  }

  const include = (given: string, depth: number, target: SshdLine[]): void => {
    const pattern = given.startsWith('/') ? given : `/etc/ssh/${given}`
    if (depth >= 16) {
      unread.push(pattern)
      return
    }
    if (!/[*?[]/.test(pattern)) {
      if (!files.has(pattern)) unread.push(pattern)
      else readFile(pattern, depth + 1, target)
      return
    }
    if (!collectedPatterns.includes(pattern)) {
      unread.push(pattern)
      return
    }
    const [head = '', tail = ''] = pattern.split('*')
    const named = [...files.keys()].filter(
      (path) =>
        path === pattern || (path.startsWith(head) && path.endsWith(tail) && !path.slice(head.length).includes('/')),
    )
    for (const path of named.sort()) readFile(path, depth + 1, target)
  }

  readFile(main, 0, global)
  return { global, matches, unread: [...new Set(unread)] }
}

/** What `sshd -T` or `sshd -G` printed: values by keyword, several where a keyword was printed several times. */
export function readSshdDump(text: string): ReadonlyMap<string, readonly SshdLine[]> {
  const values = new Map<string, SshdLine[]>()
  for (const [index, line] of text.split('\n').entries()) {
    const match = /^([a-z][a-z0-9]*)(?: (.*))?$/.exec(line)
    if (!match) continue
    const keyword = aliases[match[1] ?? ''] ?? match[1] ?? ''
    const list = values.get(keyword) ?? []
    list.push({ keyword, value: (match[2] ?? '').trim(), at: String(index + 1) })
    values.set(keyword, list)
  }
  return values
}

/** Seconds of a time in sshd's format (`5m`, `1h30m`, `90`); undefined when it is none. */
export function sshdSeconds(text: string): number | undefined {
  if (text === '' || text.length > 32 || !/^(?:\d+[smhdw])*\d*$/i.test(text)) return undefined
  const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, '': 1 }
  let total = 0
  for (const [, count = '0', unit = ''] of text.matchAll(/(\d+)([smhdw]?)/gi)) {
    total += Number(count) * (units[unit.toLowerCase()] ?? 1)
  }
  return total
}

/** Words of a value; double quotes hold one together. */
export const words = (value: string): readonly string[] =>
  [...value.matchAll(/"([^"]*)"|([^\s"]+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')

function splitLine(text: string): { keyword: string; value: string } | undefined {
  const trimmed = text.trim()
  if (trimmed === '' || trimmed.startsWith('#')) return undefined
  const match = /^"?([A-Za-z0-9]+)"?(?:\s*=\s*|\s+)(.*)$/.exec(trimmed)
  if (!match) return undefined
  const keyword = (match[1] ?? '').toLowerCase()
  const value = (match[2] ?? '').replace(/\s+#[^"]*$/, '').trim()
  return { keyword: aliases[keyword] ?? keyword, value: /^"[^"]*"$/.test(value) ? value.slice(1, -1) : value }
}
