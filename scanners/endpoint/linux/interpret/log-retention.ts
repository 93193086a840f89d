import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import { read, unreadable } from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Fact, Scope } from '../../../../src/core/fact.ts'
import { readTimeSpan } from '../../../../src/readers/journald.ts'
import type { RotatedFiles } from '../../../../src/readers/logrotate.ts'
import { isTabooFile, matchesPattern, readLogrotate, retentionOf } from '../../../../src/readers/logrotate.ts'
import { informational } from '../../../../src/readers/syslog-selector.ts'
import { inapplicable, known, unread, unsupported } from './contribution.ts'
import { hearsPrograms, isOnDisk, type Journal, runningJournal } from './journal.ts'
import { runningBusyboxSyslog, runningRsyslog, runningSyslogNg } from './log-destinations.ts'
import { exists, fileText, filesMatching, loggingFiles, loggingModes } from './log-sources.ts'

// Where messages are kept on this machine, and for how long.

/** Seconds, `never` (nothing is deleted by itself), or `by-size` (no time is promised). */
type Kept = number | 'never' | 'by-size'

interface Store {
  readonly kept: Kept
  readonly evidence: readonly EvidenceRef[]
}

/**
 * The journal always has a size limit (SystemMaxUse=, by default 10 % of the disk and at most 4 GiB), so
 * MaxRetentionSec= alone promises no time. With both set the administrator has sized it for that time,
 * and the time counts.
 */
function journalStore(journal: Journal): Reading<Store | undefined> {
  if (journal.storage !== 'persistent') return read(undefined)
  const time = journal.settings.get('MaxRetentionSec')
  const size = journal.settings.get('SystemMaxUse')
  if (!time) return read({ kept: 'by-size', evidence: journal.evidence })
  const seconds = readTimeSpan(time.value)
  if (seconds === undefined)
    return unreadable({
      ja: `MaxRetentionSec= の値 ${time.value} を解釈できない`,
      en: `MaxRetentionSec= has an unknown value, ${time.value}`,
    })
  const evidence = [
    { source: time.path, at: String(time.at) },
    ...(size ? [{ source: size.path, at: String(size.at) }] : []),
  ]
  // 0 turns the time limit off
  if (seconds === 0 || seconds === 'infinity' || !size) return read({ kept: 'by-size', evidence })
  return read({ kept: seconds, evidence })
}

/** Rotation of files, undefined where logrotate isn't installed. */
function rotation(evidence: Evidence): Reading<readonly RotatedFiles[] | undefined> {
  const modes = loggingModes(evidence)
  const installed = ['/usr/sbin/logrotate', '/usr/bin/logrotate'].map((path) => exists(modes, path))
  if (!installed.some((there) => there.ok && there.value)) {
    for (const there of installed) if (!there.ok) return there
    return read(undefined)
  }
  const schedules = [
    '/etc/cron.daily/logrotate',
    '/etc/periodic/daily/logrotate',
    ...['/etc', '/usr/lib'].map((root) => `${root}/systemd/system/timers.target.wants/logrotate.timer`),
  ].map((path) => exists(modes, path))
  if (!schedules.some((there) => there.ok && there.value)) {
    for (const there of schedules) if (!there.ok) return there
    return unreadable({ ja: 'logrotate がいつ動くか分からない', en: 'when logrotate runs is not known' })
  }
  const files = loggingFiles(evidence)
  if (!files.ok) return files
  for (const path of ['/etc/logrotate.conf', '/usr/etc/logrotate.conf']) {
    const main = fileText(files.value, path)
    if (!main.ok) return main
    if (!main.value) continue
    let broken: Reading<never> | undefined
    const configuration = readLogrotate(main.value, (name) => {
      const path = name.replace(/\/+$/, '')
      const folder = path === '/etc/logrotate.d' || path === '/usr/etc/logrotate.d'
      const inside = /^(?:\/usr)?\/etc\/logrotate\.d\/[^/*?[]+$/.test(path)
      if (!folder && !inside) return undefined
      const found = filesMatching(files.value, (file) =>
        folder ? file.slice(0, file.lastIndexOf('/')) === path && !isTabooFile(file) : file === path,
      )
      if (!found.ok) broken ??= found
      // a file that is named but not there stops nothing else; of a folder logrotate takes the names in order, those
      // that begin with a dot with them
      return found.ok ? [...found.value].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)) : []
    })
    if (broken) return broken
    const [strange] = configuration.missing
    if (strange !== undefined)
      return unreadable({
        ja: `logrotate が取り込む ${strange} を読んでいない`,
        en: `${strange}, which logrotate includes, was not collected`,
      })
    if (configuration.ownTaboo)
      return unreadable({
        ja: 'logrotate の読み飛ばすファイルの一覧（tabooext、taboopat）が変えられている',
        en: 'the list of files that logrotate passes over (tabooext, taboopat) is changed',
      })
    if (configuration.broken)
      return unreadable({
        ja: 'logrotate の設定の括弧が対応していない',
        en: 'the braces of the logrotate configuration do not match',
      })
    return read(configuration.groups)
  }
  return unreadable({
    ja: 'logrotate の設定ファイルが見つからない',
    en: 'logrotate has no configuration at its usual place',
  })
}

/** How long one file is kept. A file that no group of logrotate names is never deleted. */
function fileStore(groups: readonly RotatedFiles[] | undefined, path: string): Store {
  // logrotate refuses a second group for the same file
  const group = groups?.find(({ patterns }) => patterns.some((pattern) => matchesPattern(pattern, path)))
  if (!group) return { kept: 'never', evidence: [{ source: 'logging-files', at: path }] }
  return { kept: retentionOf(group), evidence: [{ source: group.path, at: String(group.at) }] }
}

const isKeptFile = (path: string): boolean => path.startsWith('/') && !/^\/(dev|proc|run|tmp)\//.test(path)

/** Files that running loggers write messages of a facility to; unreadable when a condition can't be told. */
export function filesOf(
  evidence: Evidence,
  facility: string,
): Reading<readonly { readonly path: string; readonly evidence: EvidenceRef }[]> {
  const found: { path: string; evidence: EvidenceRef }[] = []
  let unsure = false
  const rsyslog = runningRsyslog(evidence)
  if (!rsyslog.ok) return rsyslog
  const modules = rsyslog.value?.modules ?? new Set<string>()
  const hears = facility === 'kern' && modules.has('imklog') ? read(true) : hearsPrograms(evidence, modules)
  if (!hears.ok && (rsyslog.value?.actions.length ?? 0) > 0) return hears
  for (const action of hears.ok && hears.value ? (rsyslog.value?.actions ?? []) : []) {
    if (action.kind !== 'file') continue
    const matches = action.matches(facility, informational)
    if (matches === undefined) unsure = true
    else if (matches && isKeptFile(action.target))
      found.push({ path: action.target, evidence: { source: action.path, at: String(action.at) } })
  }
  const syslogNg = runningSyslogNg(evidence)
  if (!syslogNg.ok) return syslogNg
  for (const destination of syslogNg.value?.destinations ?? []) {
    if (destination.kind !== 'file' || !isKeptFile(destination.target)) continue
    if (destination.everything)
      found.push({ path: destination.target, evidence: { source: destination.path, at: String(destination.at) } })
    else unsure = true
  }
  const busybox = runningBusyboxSyslog(evidence)
  if (!busybox.ok) return busybox
  const options = busybox.value
  // -C keeps messages in memory alone; -R alone sends them away and keeps none (busybox syslogd)
  if (
    options !== undefined &&
    !/(^|\s)-[A-Za-z]*C/.test(options) &&
    !(/(^|\s)-R/.test(options) && !/(^|\s)-L/.test(options))
  ) {
    const path = /(?:^|\s)-O\s*(\S+)/.exec(options)?.[1] ?? '/var/log/messages'
    if (isKeptFile(path)) found.push({ path, evidence: { source: 'logging-files', at: 'SYSLOGD_OPTS' } })
  }
  if (found.length === 0 && unsure) {
    return unreadable({
      ja: `${facility} の記録先を、条件付きの規則のため判断できない`,
      en: `where ${facility} is recorded depends on conditions that are not understood`,
    })
  }
  const kept: typeof found = []
  for (const file of found) {
    const disk = isOnDisk(evidence, file.path)
    if (!disk.ok) return disk
    if (disk.value) kept.push(file)
  }
  return read(kept)
}

/** All places that keep messages of a facility on this machine. */
function storesOf(evidence: Evidence, facility: string): Reading<readonly Store[]> {
  const journal = runningJournal(evidence)
  if (!journal.ok) return journal
  const kept = journal.value ? journalStore(journal.value) : read(undefined)
  if (!kept.ok) return kept
  const files = filesOf(evidence, facility)
  if (!files.ok) return files
  const stores: Store[] = kept.value ? [kept.value] : []
  if (files.value.length > 0) {
    const groups = rotation(evidence)
    if (!groups.ok) return groups
    const busybox = runningBusyboxSyslog(evidence)
    // busybox's syslogd rotates by size itself (-s, -b)
    const bySize = busybox.ok && busybox.value !== undefined
    for (const file of files.value) {
      const store = fileStore(groups.value, file.path)
      stores.push({ kept: bySize ? 'by-size' : store.kept, evidence: [file.evidence, ...store.evidence] })
    }
  }
  return read(stores)
}

const rank = (kept: Kept): number => (kept === 'never' ? Number.POSITIVE_INFINITY : kept === 'by-size' ? -1 : kept)

/** `logging.retention` of one category: the longest of its stores, the shortest of its facilities. */
export function retentionFact(evidence: Evidence, key: string, facilities: readonly string[]): Fact {
  const id = 'logging.retention'
  const scope: Scope = { kind: 'category', key }
  let shortest: Store | undefined
  for (const facility of facilities) {
    const stores = storesOf(evidence, facility)
    if (!stores.ok) return unread(id, stores, [{ source: 'logging-files' }], scope)
    const longest = stores.value.reduce<Store | undefined>(
      (best, store) => (best && rank(best.kept) >= rank(store.kept) ? best : store),
      undefined,
    )
    // nothing that is on disk keeps it: it is gone with the next restart, or at once
    const store = longest ?? { kept: 0, evidence: [{ source: 'logging-files' }, { source: 'processes' }] }
    if (!shortest || rank(store.kept) < rank(shortest.kept)) shortest = store
  }
  return keptFact(id, shortest ?? { kept: 0, evidence: [] }, scope)
}

function keptFact(id: string, store: Store, scope: Scope): Fact {
  if (store.kept !== 'by-size') return known(id, store.kept, store.evidence, 'configured', scope)
  return unsupported(
    id,
    { ja: 'ログの保存は容量で決まり、期間では決まらない', en: 'the logs are limited by size, not by time' },
    store.evidence,
    scope,
  )
}

/** Access logs of the squid proxy, which squid leaves to logrotate (`logfile_rotate 0`) or rotates on request. */
export function proxyRetentionFact(evidence: Evidence): Fact {
  const id = 'logging.retention'
  const scope: Scope = { kind: 'category', key: 'proxy' }
  const modes = loggingModes(evidence)
  const programs = ['/usr/sbin/squid', '/usr/sbin/squid3', '/usr/local/squid/sbin/squid'].map((path) =>
    exists(modes, path),
  )
  if (!programs.some((there) => there.ok && there.value)) {
    for (const there of programs) if (!there.ok) return unread(id, there, [{ source: 'logging-modes' }], scope)
    return inapplicable(
      id,
      { ja: 'プロキシ（squid）が入っていない', en: 'no proxy (squid) is installed' },
      [{ source: 'logging-modes' }],
      scope,
    )
  }
  const files = loggingFiles(evidence)
  const main = files.ok ? fileText(files.value, '/etc/squid/squid.conf') : files
  if (!main.ok) return unread(id, main, [{ source: 'logging-files' }], scope)
  const refs: readonly EvidenceRef[] = [{ source: '/etc/squid/squid.conf' }]
  if (!main.value) {
    return unread(
      id,
      { why: { ja: 'squid の設定ファイルが既定の場所にない', en: 'squid has no configuration at its usual place' } },
      refs,
      scope,
    )
  }
  const lines = main.value.lines
  if (lines.some((line) => /^\s*access_log\s+none\s*$/.test(line))) return known(id, 0, refs, 'configured', scope)
  const paths = lines.flatMap((line) => /^\s*access_log\s+(?:\w+:)?(\/\S+)/.exec(line)?.[1] ?? [])
  const groups = rotation(evidence)
  if (!groups.ok) return unread(id, groups, refs, scope)
  const stores = (paths.length > 0 ? paths : ['/var/log/squid/access.log']).map((path) => fileStore(groups.value, path))
  const longest = stores.reduce((best, store) => (rank(best.kept) >= rank(store.kept) ? best : store))
  return keptFact(id, { kept: longest.kept, evidence: [...refs, ...longest.evidence] }, scope)
}
