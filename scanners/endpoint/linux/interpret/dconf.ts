import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import { read, sectionFiles, unreadable } from '../../../../src/core/evidence.ts'
import type { EvidenceRef } from '../../../../src/core/fact.ts'
import { accessFiles, accessState, fileFailure } from './access-files.ts'
import { fileReading, optionalFile } from './system-text.ts'

/** What administrators set for a key of the desktop's settings. */
export interface DesktopKey {
  /** Text as written (GVariant): `true`, `false`, `uint32 300`. Undefined when no administrator set it. */
  readonly value: string | undefined
  /** Users can't change it. */
  readonly locked: boolean
  readonly evidence: readonly EvidenceRef[]
}

/** A database of administrators, in the order of the profile. */
interface Database {
  readonly set: Found | undefined
  readonly locked: EvidenceRef | undefined
}
type Found = { readonly value: string; readonly ref: EvidenceRef }

/**
 * A key of dconf as administrators preset it: the databases of the profile in order (dconf(7)), then the schema
 * overrides, which only change the default. Without a profile there is the user's own database alone, whatever stands
 * in /etc/dconf/db. The first database that sets the key wins, but a lock in a later one passes over all before it.
 * `path` is `org/gnome/desktop/media-handling`.
 */
export function desktopKey(evidence: Evidence, path: string, key: string): Reading<DesktopKey> {
  const profile = profileLines(evidence)
  if (!profile.ok) return profile
  const sources = profile.value.lines.map((line) => line.replace(/#.*/, '').trim()).filter((line) => line !== '')
  const databases: Database[] = []
  for (const source of sources) {
    const name = /^system-db:(\S+)$/.exec(source)?.[1]
    if (name === undefined && /^(?:user|service)-db:/.test(source)) continue
    const database =
      name === undefined || name.includes('/') ? unsourced(source) : readDatabase(evidence, name, path, key)
    if (!database.ok) return database
    databases.push(database.value)
  }
  const from = databases.findLastIndex((database) => database.locked !== undefined)
  const found = databases.slice(Math.max(from, 0)).find((database) => database.set)?.set
  // without a database of the user's own in front nothing can be changed
  const locked =
    databases[from]?.locked ??
    (sources[0] === undefined || /^(?:user|service)-db:/.test(sources[0]) ? undefined : { source: profile.value.path })
  const lockedAt = locked ? [locked] : []
  if (found) {
    // a value of another type than the schema's is passed over, and the schema's default is in force
    if (/^\d+$/.test(found.value) && unsigned.has(key)) return wrongType(found.ref)
    return read({ value: found.value, locked: locked !== undefined, evidence: [found.ref, ...lockedAt] })
  }
  const preset = schemaDefault(evidence, path, key)
  if (!preset.ok) return preset
  return read({
    value: preset.value?.value,
    locked: locked !== undefined,
    evidence: [preset.value?.ref ?? { source: profile.value.path }, ...lockedAt],
  })
}

/** Keys that we read whose type is an unsigned integer: in a keyfile `uint32 300`, never `300`. */
const unsigned: ReadonlySet<string> = new Set(['idle-delay', 'lock-delay'])

const wrongType = (ref: EvidenceRef): Reading<never> =>
  unreadable({
    ja: `${ref.source}:${ref.at} の値は型が違うため（uint32 がない）、GNOME に使われない`,
    en: `${ref.source}:${ref.at} has a value of another type (no uint32), which GNOME does not use`,
  })

/** The profile in /etc, else the one that a package left in /usr/share. */
function profileLines(evidence: Evidence): Reading<{ readonly path: string; readonly lines: readonly string[] }> {
  const own = optionalFile(evidence, 'system-files', '/etc/dconf/profile/user')
  if (!own.ok) return own
  const path = '/etc/dconf/profile/user'
  if (own.value) return read({ path, lines: own.value })
  const shared = '/usr/share/dconf/profile/user'
  const files = accessFiles(evidence)
  if (!files.ok) return files
  const file = files.value.get(shared)
  if (file && file.state !== 'absent') {
    const lines = fileReading(file, shared)
    return lines.ok ? read({ path: shared, lines: lines.value }) : lines
  }
  const folder = files.value.get('/usr/share/dconf/profile/*')
  if (folder && folder.state !== 'absent') return fileFailure(folder)
  return read({ path, lines: [] })
}

/** A compiled database whose key files aren't known may set anything. */
const unsourced = (name: string): Reading<never> =>
  unreadable({
    ja: `dconf のデータベース ${name} には元の設定ファイルがなく、内容が分からない`,
    en: `the dconf database ${name} has no key files, so what it sets is not known`,
  })

function readDatabase(evidence: Evidence, name: string, path: string, key: string): Reading<Database> {
  const state = accessState(evidence)
  if (!state.ok) return state
  if ((state.value.get('dconf') ?? []).includes(`sourceless ${name}`)) return unsourced(name)
  const files = sectionFiles(evidence, 'system-files')
  if (!files.ok) return files
  const folder = `/etc/dconf/db/${name}.d/`
  let set: Found | undefined
  let locked: EvidenceRef | undefined
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
      // dconf compares the whole line: one with a space at its end locks nothing
      const at = lines.value.findIndex((line) => line === `/${path}/${key}`)
      if (at >= 0) locked ??= { source: file, at: `${at + 1}` }
      continue
    }
    set = lastAssignment(lines.value, file, path, key) ?? set
  }
  return read({ set, locked })
}

/** What the schema overrides make of a default. They count once compiled (glib-compile-schemas(1)). */
function schemaDefault(evidence: Evidence, path: string, key: string): Reading<Found | undefined> {
  const files = sectionFiles(evidence, 'system-files')
  if (!files.ok) return files
  let preset: Found | undefined
  for (const [file, collected] of files.value) {
    if (!file.startsWith('/usr/share/glib-2.0/schemas/') || collected.state === 'absent') continue
    const lines = fileReading(collected, file)
    if (!lines.ok) return lines
    preset = lastAssignment(lines.value, file, path.replaceAll('/', '.'), key) ?? preset
  }
  const state = accessState(evidence)
  if (preset && state.ok && (state.value.get('schemas') ?? []).includes('stale')) {
    return unreadable({
      ja: '/usr/share/glib-2.0/schemas の上書きが gschemas.compiled より新しく、glib-compile-schemas が要る',
      en: 'an override in /usr/share/glib-2.0/schemas is newer than gschemas.compiled: glib-compile-schemas was not run',
    })
  }
  return read(preset)
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
