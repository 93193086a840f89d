import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import { read, unreadable } from '../../../../src/core/evidence.ts'
import type { EvidenceRef } from '../../../../src/core/fact.ts'
import type { UnitValue } from '../../../../src/readers/journald.ts'
import { readSystemdSettings } from '../../../../src/readers/journald.ts'
import { exists, fileText, filesMatching, loggingFiles, loggingModes, runs } from './log-sources.ts'
import { memoryFilesystems, mountOf, readMounts } from './mounts.ts'
import { osRelease } from './os-release.ts'

/** systemd's journal as its configuration sets it. */
export interface Journal {
  readonly storage: 'persistent' | 'volatile' | 'none'
  readonly settings: ReadonlyMap<string, UnitValue>
  readonly evidence: readonly EvidenceRef[]
}

const journalFolders = ['/etc', '/run', '/usr/local/lib', '/usr/lib'].map((root) => `${root}/systemd/journald.conf.d`)

/** The journal, when journald runs; undefined when it does not. */
export function runningJournal(evidence: Evidence): Reading<Journal | undefined> {
  const running = runs(evidence, ['systemd-journald'])
  if (!running.ok) return running
  if (!running.value) return read(undefined)
  const files = loggingFiles(evidence)
  if (!files.ok) return files
  const mains = ['/etc', '/run', '/usr/lib'].map((root) => fileText(files.value, `${root}/systemd/journald.conf`))
  for (const file of mains) if (!file.ok) return file
  const main = mains.flatMap((file) => (file.ok && file.value ? [file.value] : []))[0]
  const dropIns = filesMatching(files.value, (path) => journalFolders.includes(path.slice(0, path.lastIndexOf('/'))))
  if (!dropIns.ok) return dropIns
  const settings = readSystemdSettings(main, dropIns.value, journalFolders, 'Journal')
  const set = settings.get('Storage')
  const evidenceRefs: readonly EvidenceRef[] = set
    ? [{ source: set.path, at: String(set.at) }]
    : [{ source: main?.path ?? 'logging-files' }]
  const storage = set?.value ?? 'auto'
  if (storage === 'volatile' || storage === 'none') return read({ storage, settings, evidence: evidenceRefs })
  if (storage !== 'persistent' && storage !== 'auto')
    return unreadable({
      ja: `Storage= の値 ${storage} を解釈できない`,
      en: `Storage= has an unknown value, ${storage}`,
    })
  // journald.conf(5): auto keeps the journal on disk when its folder exists
  if (storage === 'auto') {
    const folder = exists(loggingModes(evidence), '/var/log/journal')
    if (!folder.ok) return folder
    const where = [...evidenceRefs, { source: 'logging-modes', at: '/var/log/journal' }]
    if (!folder.value) return read({ storage: 'volatile', settings, evidence: where })
  }
  const disk = isOnDisk(evidence, '/var/log/journal/')
  if (!disk.ok) return disk
  return read({ storage: disk.value ? 'persistent' : 'volatile', settings, evidence: evidenceRefs })
}

/** Whether a path lies on a file system that outlives a restart. */
export function isOnDisk(evidence: Evidence, path: string): Reading<boolean> {
  const mounts = readMounts(evidence)
  if (!mounts.ok) return mounts
  const mount = mountOf(mounts.value, path)
  if (!mount) return unreadable({ ja: `${path} の置き場所が分からない`, en: `what holds ${path} is not known` })
  return read(!memoryFilesystems.has(mount.filesystem))
}

/**
 * Whether a running rsyslog gets the messages of this machine's programs. Where journald runs, it takes them first:
 * rsyslog then reads the journal (imjournal), or the journal hands them on (ForwardToSyslog=).
 */
export function hearsPrograms(evidence: Evidence, modules: ReadonlySet<string>): Reading<boolean> {
  if (modules.has('imjournal')) return read(true)
  if (!modules.has('imuxsock')) return read(false)
  const journal = runningJournal(evidence)
  if (!journal.ok) return journal
  if (!journal.value) return read(true)
  const set = journal.value.settings.get('ForwardToSyslog')
  if (set) return read(/^(?:1|y|yes|t|true|on)$/i.test(set.value))
  const system = osRelease(evidence)
  if (!system.ok) return system
  // Debian builds journald to forward, and since 13 ships a drop-in for it; journald.conf(5) says no everywhere else
  const { values } = system.value
  const family = [values.get('ID') ?? '', ...(values.get('ID_LIKE') ?? '').split(' ')]
  const debian = family.includes('debian') || family.includes('ubuntu')
  return read(debian && !(values.get('ID') === 'debian' && Number(values.get('VERSION_ID')) >= 13))
}
