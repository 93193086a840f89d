import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import { needsRoot } from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Fact } from '../../../../src/core/fact.ts'
import type { LocalText } from '../../../../src/core/text.ts'
import { known, unread } from './contribution.ts'
import { filesOf } from './log-retention.ts'
import type { ModeOf, Modes } from './log-sources.ts'
import { loggingModes } from './log-sources.ts'

/**
 * Groups that distributions give log readers: the administrator puts people in them, and being in one
 * is the grant. Any other group is somebody's, and whether its members are administrators isn't known here.
 */
const readers: readonly string[] = [
  'root',
  'adm',
  'systemd-journal',
  'syslog',
  'wheel',
  'sudo',
  'admin',
  'log',
  'logs',
  'audit',
  'utmp',
]

/** Groups that every person or program may be in. */
const everybody: readonly string[] = ['users', 'nogroup', 'nobody', 'everyone', 'guest', 'guests', 'staff']

const ref = (entry: ModeOf): EvidenceRef => ({ source: 'logging-modes', at: entry.path })

/** Whether nobody but the owner and the group can pass: what lies below is out of reach for others. */
const sealed = (entry: ModeOf): boolean => entry.folder && (entry.mode & 0o001) === 0

const parentsOf = (path: string): readonly string[] => {
  const parts = path.split('/').slice(1, -1)
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`)
}

const isLog = (path: string): boolean =>
  /^\/var\/log\/(auth\.log|secure|syslog|messages|kern\.log|user\.log|cron\.log|cron|daemon\.log)([.-][^/]*)?$/.test(
    path,
  ) ||
  /^\/var\/log\/audit(\/|$)/.test(path) ||
  /^\/(var|run)\/log\/journal(\/|$)/.test(path)

/** `logging.administrators-only`: modes of the system, authentication and audit logs and of the journal. */
export function logAccessFact(evidence: Evidence): Fact {
  const id = 'logging.administrators-only'
  const modes = loggingModes(evidence)
  if (!modes.ok) return unread(id, modes, [{ source: 'logging-modes' }])
  const extra = new Set<string>()
  let problem: { readonly why: LocalText; readonly needs?: LocalText } | undefined
  for (const facility of ['auth', 'authpriv', 'daemon', 'kern']) {
    const files: Reading<readonly { readonly path: string }[]> = filesOf(evidence, facility)
    if (files.ok) for (const { path } of files.value) extra.add(path)
    else problem ??= files
  }
  const entries = [...modes.value.found.values()].filter(({ path }) => isLog(path) || extra.has(path))
  const open: EvidenceRef[] = []
  for (const entry of entries) {
    const group = entry.mode & 0o060
    if (isSealed(modes.value, entry.path)) continue
    const byOthers = entry.folder ? (entry.mode & 0o1002) === 0o002 : (entry.mode & 0o006) !== 0
    if (byOthers || (group !== 0 && everybody.includes(entry.group) && !entry.folder)) open.push(ref(entry))
    else if (!entry.folder && group !== 0 && !readers.includes(entry.group)) {
      problem ??= {
        why: {
          ja: `${entry.path} を読める ${entry.group} グループが管理者だけか分からない`,
          en: `whether the group ${entry.group}, which can reach ${entry.path}, holds administrators alone is not known`,
        },
      }
    }
  }
  if (open.length > 0) return known(id, false, open)
  problem ??= unseen(modes.value, ['/var/log/*', '/var/log/audit/*', '/var/log/journal/*', '/run/log/journal/*'])
  for (const path of extra) {
    if (!modes.value.found.has(path) && modes.value.marked.get(path) !== 'absent' && !path.startsWith('/var/log/')) {
      problem ??= { why: { ja: `${path} の権限を読んでいない`, en: `the mode of ${path} was not collected` } }
    }
  }
  if (problem) return unread(id, problem, [{ source: 'logging-modes' }])
  if (entries.length === 0)
    return unread(id, { why: { ja: '調べるログが1つもない', en: 'there is no log to look at' } }, [
      { source: 'logging-modes' },
    ])
  return known(id, true, entries.map(ref))
}

/** True when some folder above lets nobody else through. */
const isSealed = (modes: Modes, path: string): boolean =>
  parentsOf(path).some((folder) => {
    const entry = modes.found.get(folder)
    return entry !== undefined && sealed(entry) && (readers.includes(entry.group) || (entry.mode & 0o010) === 0)
  })

/** Folders that could not be listed, unless they are closed to everybody else anyway. */
function unseen(
  modes: Modes,
  patterns: readonly string[],
): { readonly why: LocalText; readonly needs: LocalText } | undefined {
  for (const pattern of patterns) {
    if (modes.marked.get(pattern) !== 'denied' || isSealed(modes, pattern)) continue
    return { why: { ja: `${pattern} を一覧できない`, en: `${pattern} can not be listed` }, needs: needsRoot }
  }
  return undefined
}

const isConfiguration = (path: string): boolean =>
  /^\/etc\/(audit|rsyslog\.conf|rsyslog\.d|syslog-ng|systemd\/journald\.conf(\.d)?|logrotate\.conf|logrotate\.d|conf\.d\/syslog)(\/|$)/.test(
    path,
  )

/** `logging.configuration-administrators-only`: root owns the configuration, and nobody else can write it. */
export function configurationAccessFact(evidence: Evidence): Fact {
  const id = 'logging.configuration-administrators-only'
  const modes = loggingModes(evidence)
  if (!modes.ok) return unread(id, modes, [{ source: 'logging-modes' }])
  const entries = [...modes.value.found.values()].filter(({ path }) => isConfiguration(path))
  const open = entries.filter(
    ({ uid, gid, mode }) => uid !== 0 || (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== 0),
  )
  if (open.length > 0) return known(id, false, open.map(ref))
  for (const [path, state] of modes.value.marked) {
    if (state === 'absent' || !isConfiguration(path) || isRootSealed(modes.value, path)) continue
    return unread(
      id,
      { why: { ja: `${path} の権限を読めない`, en: `the mode of ${path} can not be read` }, needs: needsRoot },
      [{ source: 'logging-modes' }],
    )
  }
  if (entries.length === 0) {
    return unread(
      id,
      { why: { ja: 'ログの設定ファイルが1つもない', en: 'there is no logging configuration to look at' } },
      [{ source: 'logging-modes' }],
    )
  }
  return known(id, true, entries.map(ref))
}

/** A folder of root alone above it: whatever the modes below, nobody else gets there. */
const isRootSealed = (modes: Modes, path: string): boolean =>
  parentsOf(path).some((folder) => {
    const entry = modes.found.get(folder)
    return entry !== undefined && sealed(entry) && entry.uid === 0 && (entry.gid === 0 || (entry.mode & 0o010) === 0)
  })
