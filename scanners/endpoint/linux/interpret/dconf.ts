import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import { read, sectionFiles } from '../../../../src/core/evidence.ts'
import type { EvidenceRef } from '../../../../src/core/fact.ts'
import { fileReading, optionalFile } from './system-text.ts'

/** What administrators set for a key of the desktop's settings. */
export interface DesktopKey {
  /** Text as written (GVariant): `true`, `false`, `uint32 300`. Undefined when no administrator set it. */
  readonly value: string | undefined
  /** Users can't change it. */
  readonly locked: boolean
  readonly evidence: readonly EvidenceRef[]
}

/**
 * A key of dconf as administrators preset it: the databases of /etc/dconf/profile/user in order (dconf(7)),
 * then the schema overrides, which only change the default. Without a profile there is the user's own database
 * alone, whatever stands in /etc/dconf/db. `path` is `org/gnome/desktop/media-handling`.
 */
export function desktopKey(evidence: Evidence, path: string, key: string): Reading<DesktopKey> {
  const profile = optionalFile(evidence, 'system-files', '/etc/dconf/profile/user')
  if (!profile.ok) return profile
  const databases = (profile.value ?? [])
    .map((line) => /^\s*system-db:(\S+)/.exec(line)?.[1])
    .filter((name) => name !== undefined)
  const files = sectionFiles(evidence, 'system-files')
  if (!files.ok) return files
  let found: { value: string; ref: EvidenceRef } | undefined
  let locked: EvidenceRef | undefined
  for (const database of databases) {
    const folder = `/etc/dconf/db/${database}.d/`
    let here: { value: string; ref: EvidenceRef } | undefined
    for (const [file, collected] of [...files.value].sort(([a], [b]) => (a < b ? -1 : 1))) {
      // an unlistable folder stays in the list as its pattern
      const pattern = file.startsWith('/etc/dconf/db/*.d/')
      if (!file.startsWith(folder) && !(pattern && collected.state === 'denied')) continue
      const rest = file.slice(folder.length)
      // the folder of locks is no keyfile, and an unmatched pattern is no file
      if (rest === 'locks' || collected.state === 'absent') continue
      const lines = fileReading(collected, file)
      if (!lines.ok) return lines
      if (rest.startsWith('locks/')) {
        const at = lines.value.findIndex((line) => line.trim() === `/${path}/${key}`)
        if (at >= 0) locked ??= { source: file, at: `${at + 1}` }
        continue
      }
      here = lastAssignment(lines.value, file, path, key) ?? here
    }
    // the first database that sets the key wins
    found ??= here
  }
  if (found) {
    return read({
      value: found.value,
      locked: locked !== undefined,
      evidence: [found.ref, ...(locked ? [locked] : [])],
    })
  }
  let preset: { value: string; ref: EvidenceRef } | undefined
  for (const [file, collected] of files.value) {
    if (!file.startsWith('/usr/share/glib-2.0/schemas/') || collected.state === 'absent') continue
    const lines = fileReading(collected, file)
    if (!lines.ok) return lines
    preset = lastAssignment(lines.value, file, path.replaceAll('/', '.'), key) ?? preset
  }
  return read({
    value: preset?.value,
    locked: false,
    evidence: preset ? [preset.ref] : [{ source: '/etc/dconf/profile/user' }],
  })
}

function lastAssignment(
  lines: readonly string[],
  file: string,
  section: string,
  key: string,
): { value: string; ref: EvidenceRef } | undefined {
  let inside = false
  let found: { value: string; ref: EvidenceRef } | undefined
  for (const [index, line] of lines.entries()) {
    const header = /^\s*\[([^\]]*)\]/.exec(line)?.[1]
    // an override may name the desktop that it is for after a colon
    if (header !== undefined) inside = header.trim().replace(/:.*$/, '') === section
    const pair = /^\s*([A-Za-z0-9-]+)\s*=\s*(.*?)\s*$/.exec(line)
    if (inside && pair?.[1] === key) found = { value: pair[2] ?? '', ref: { source: file, at: `${index + 1}` } }
  }
  return found
}
