import { type Evidence, type Reading, read, sectionFiles } from '../../../../src/core/evidence.ts'
import type { EvidenceRef } from '../../../../src/core/fact.ts'
import { readIni } from '../../../../src/readers/ini.ts'
import { accessFiles, wholeFiles } from './access-files.ts'
import { dconfCompiled } from './session-lock.ts'

/** Value of a key, undefined when nobody set it. */
export interface GreeterKey {
  readonly value: string | undefined
  readonly evidence: readonly EvidenceRef[]
}

/**
 * A key of the logon screen's own dconf profile (dconf(7)): its system databases in order, then the greeter's
 * defaults. Without a profile in /etc the one of /usr/share is in force.
 */
export function desktopKeyOf(evidence: Evidence, profile: string, section: string, key: string): Reading<GreeterKey> {
  const compiled = dconfCompiled(evidence)
  if (!compiled.ok) return compiled
  const own = accessFiles(evidence)
  const profiles = wholeFiles(
    own,
    (path) => path.endsWith(`/dconf/profile/${profile}`) || path.endsWith('/dconf/profile/*'),
  )
  if (!profiles.ok) return profiles
  const used = profiles.value.find((file) => file.path.startsWith('/etc/')) ?? profiles.value[0]
  const databases = (used?.lines ?? []).flatMap((line) => /^\s*system-db:(\S+)/.exec(line)?.[1] ?? [])
  const system = sectionFiles(evidence, 'system-files')
  for (const database of databases) {
    const prefix = `/etc/dconf/db/${database}.d/`
    const here = (path: string): boolean =>
      (path.startsWith(prefix) && !path.includes('/locks')) || path === '/etc/dconf/db/*.d/*'
    // a database without key files: access-state would say of a folder that could not be listed
    if (system.ok && ![...system.value.keys()].some(here)) continue
    const files = wholeFiles(system, here)
    if (!files.ok) return files
    const found = files.value.flatMap((file) => readIni(file.lines).map((entry) => ({ ...entry, path: file.path })))
    const last = found.findLast((entry) => entry.section === section && entry.key === key)
    if (last) return read({ value: last.value, evidence: [{ source: last.path, at: String(last.line) }] })
  }
  const defaults = wholeFiles(own, (path) => /greeter[.-]dconf-defaults$/.test(path))
  if (!defaults.ok) return defaults
  const found = defaults.value.flatMap((file) => readIni(file.lines).map((entry) => ({ ...entry, path: file.path })))
  const last = found.findLast((entry) => entry.section === section && entry.key === key)
  return read({
    value: last?.value,
    evidence: [last ? { source: last.path, at: String(last.line) } : { source: `/etc/dconf/profile/${profile}` }],
  })
}
