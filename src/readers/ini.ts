/** One key of an INI, key file or systemd unit file. */
export interface IniEntry {
  /** Section without brackets; empty before the first. */
  readonly section: string
  readonly key: string
  readonly value: string
  /** Line number from 1. */
  readonly line: number
}

/** Entries in order, `#` and `;` lines passed over. Keys keep their case. */
export function readIni(lines: readonly string[]): readonly IniEntry[] {
  const entries: IniEntry[] = []
  let section = ''
  for (const [index, text] of lines.entries()) {
    const trimmed = text.trim()
    if (trimmed === '' || trimmed.startsWith('#') || trimmed.startsWith(';')) continue
    const head = /^\[(.*)\]$/.exec(trimmed)
    if (head) {
      section = head[1] ?? ''
      continue
    }
    const at = trimmed.indexOf('=')
    if (at <= 0) continue
    entries.push({ section, key: trimmed.slice(0, at).trim(), value: trimmed.slice(at + 1).trim(), line: index + 1 })
  }
  return entries
}

/** Last entry of a key: the one in force in INI files and systemd drop-ins. */
export const lastOf = (entries: readonly IniEntry[], section: string, key: string): IniEntry | undefined =>
  entries.findLast((entry) => entry.section === section && entry.key === key)
