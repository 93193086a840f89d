import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import { sectionText } from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Fact, Scope } from '../../../../src/core/fact.ts'
import type { ConfigurationText } from '../../../../src/readers/journald.ts'
import { readSystemdSettings } from '../../../../src/readers/journald.ts'
import { absent, known, unread, unsupported } from './contribution.ts'
import { logDestinations } from './log-destinations.ts'
import { fileText, filesMatching, loggingFiles, loggingState } from './log-sources.ts'

// auditd.conf(5): what the audit daemon keeps, and what it does when it can't write.

const auditScope: Scope = { kind: 'category', key: 'audit' }
const configuration = '/etc/audit/auditd.conf'
/** Severity of syslog(3). */
const alert = 1

/** Values where auditd.conf says nothing (clear_config in auditd-config.c). */
const defaults: Readonly<Record<string, string>> = {
  max_log_file_action: 'ignore',
  num_logs: '0',
  space_left_action: 'ignore',
  admin_space_left_action: 'ignore',
  disk_full_action: 'ignore',
  disk_error_action: 'syslog',
  action_mail_acct: 'root',
  write_logs: 'yes',
}

interface Setting {
  readonly value: string
  readonly ref: EvidenceRef
}

function readSettings(file: ConfigurationText): (name: string) => Setting {
  const found = new Map<string, Setting>()
  for (const [index, line] of file.lines.entries()) {
    const match = /^\s*([a-z_0-9]+)\s*=\s*(.*?)\s*$/i.exec(line)
    if (match)
      found.set((match[1] ?? '').toLowerCase(), {
        value: match[2] ?? '',
        ref: { source: file.path, at: String(index + 1) },
      })
  }
  return (name) => found.get(name) ?? { value: defaults[name] ?? '', ref: { source: file.path } }
}

/** Facts about auditd; `running` says whether its configuration is in force at all. */
export function auditDaemonFacts(evidence: Evidence, running: Reading<boolean>): readonly Fact[] {
  return [...configurationFacts(evidence, running), stopFact(evidence)]
}

function configurationFacts(evidence: Evidence, running: Reading<boolean>): readonly Fact[] {
  const refs: readonly EvidenceRef[] = [{ source: 'audit-status' }, { source: configuration }]
  const all = (fact: (setting: string, scope?: Scope) => Fact): readonly Fact[] => [
    fact('logging.failure-actions'),
    fact('logging.failure-alert'),
    fact('logging.retention', auditScope),
  ]
  if (!running.ok) return all((setting, scope) => unread(setting, running, refs, scope))
  if (!running.value) {
    // no audit daemon: nothing keeps audit records, nothing acts or alerts when they fail
    return all((setting, scope) =>
      setting === 'logging.failure-alert' ? known(setting, false, refs, 'running') : absent(setting, refs, scope),
    )
  }
  const files = loggingFiles(evidence)
  const file = files.ok ? fileText(files.value, configuration) : files
  if (!file.ok) return all((setting, scope) => unread(setting, file, refs, scope))
  const setting = readSettings(file.value ?? { path: configuration, lines: [] })
  const events = ['space_left_action', 'admin_space_left_action', 'disk_full_action', 'disk_error_action'] as const
  const foreign = events.map((event) => setting(event)).find(({ value }) => !actionWords.has(actionWord(value)))
  if (foreign) {
    // auditd does not start with a value that it doesn't know, and one that runs keeps what it read before
    const why = {
      ja: `auditd が知らない動作 ${actionWord(foreign.value)} が設定されている`,
      en: `an action is set that auditd does not know, ${actionWord(foreign.value)}`,
    }
    return all((name, scope) => unread(name, { why }, [foreign.ref], scope))
  }
  const actions = events.map(
    (event) => `${event.replace(/_action$/, '').replaceAll('_', '-')}:${actionWord(setting(event).value)}`,
  )
  return [
    known(
      'logging.failure-actions',
      actions.sort(),
      events.map((event) => setting(event).ref),
    ),
    alertFact(evidence, setting),
    retentionFact(setting),
  ]
}

/** Every action of auditd.conf(5), of any event. */
const actionWords: ReadonlySet<string> = new Set([
  'ignore',
  'syslog',
  'rotate',
  'email',
  'exec',
  'suspend',
  'single',
  'halt',
])

/** The action without the script of `exec /path`. */
const actionWord = (value: string): string => (value.split(/\s+/)[0] ?? '').toLowerCase() || 'ignore'

/**
 * Whether somebody hears of a failure (clause: alert the staff when logging fails). Somebody hears
 * when, before the disk is full, auditd mails a recipient, runs a script, or writes to a syslog that is
 * forwarded to another host; local syslog alone is a line on the machine that has the trouble. A stop
 * of the machine (halt, single) protects the records but tells nobody by itself.
 */
function alertFact(evidence: Evidence, setting: (name: string) => Setting): Fact {
  const id = 'logging.failure-alert'
  const warnings = ['space_left_action', 'admin_space_left_action'].map(setting)
  const error = setting('disk_error_action')
  const recipient = setting('action_mail_acct')
  const refs = [...warnings.map(({ ref }) => ref), error.ref, recipient.ref]
  const words = warnings.map(({ value }) => actionWord(value))
  // a disk error that is ignored is a failure that nobody hears of, whatever the warnings do
  if (actionWord(error.value) === 'ignore') return known(id, false, refs)
  if (words.includes('exec') || (words.includes('email') && recipient.value !== '')) return known(id, true, refs)
  // email goes to syslog as well (auditd.conf(5))
  if (!words.includes('syslog') && !words.includes('email')) return known(id, false, refs)
  const forwarded = logDestinations(evidence)
  if (!forwarded.complete) return unread(id, forwarded.failure, refs)
  // auditd warns at LOG_ALERT of its facility daemon; a rule that sends something else sends no warning
  const carried = forwarded.destinations.map(({ carries }) => carries('daemon', alert))
  if (!carried.includes(true) && carried.includes(undefined)) {
    const why = {
      ja: '警告が転送されるかが、条件付きの規則のため判断できない',
      en: 'whether the warning is forwarded depends on conditions that are not understood',
    }
    return unread(id, { why }, refs)
  }
  return known(id, carried.includes(true), refs)
}

/**
 * How long audit records stay. Keeping everything, or stopping when full, deletes nothing: `never`.
 * Rotation is bounded by size (max_log_file × num_logs), not by time: auditd has no setting that
 * promises a time, so the fact is `unsupported`, which an auditor sees as a gap of the platform, not as
 * a value that could pass or as something that could be read with more rights.
 */
function retentionFact(setting: (name: string) => Setting): Fact {
  const id = 'logging.retention'
  const action = setting('max_log_file_action')
  const count = setting('num_logs')
  const spaceActions = ['space_left_action', 'admin_space_left_action', 'disk_full_action'].map(setting)
  const refs = [action.ref, count.ref]
  if (setting('write_logs').value.toLowerCase() === 'no')
    return known(id, 0, [setting('write_logs').ref], 'configured', auditScope)
  // auditd.conf(5): fewer than two logs are not rotated
  const rotates = actionWord(action.value) === 'rotate' && !(Number(count.value) < 2)
  const shrinking = spaceActions.find(({ value }) => actionWord(value) === 'rotate')
  if (!/^(ignore|syslog|suspend|rotate|keep_logs)$/.test(actionWord(action.value))) {
    const why = {
      ja: `max_log_file_action の値 ${action.value} を解釈できない`,
      en: `max_log_file_action has an unknown value, ${action.value}`,
    }
    return unread(id, { why }, refs, auditScope)
  }
  if (!rotates && !shrinking) return known(id, 'never', refs, 'configured', auditScope)
  return unsupported(
    id,
    {
      ja: '監査ログの保存は容量（max_log_file と num_logs、空き容量）で決まり、期間では決まらない',
      en: 'the audit log is limited by size (max_log_file, num_logs, free space), not by time',
    },
    shrinking ? [...refs, shrinking.ref] : refs,
    auditScope,
  )
}

const unitFolders = ['/etc/systemd/system', '/run/systemd/system', '/usr/lib/systemd/system', '/lib/systemd/system']

/** RefuseManualStop= of auditd.service, with its drop-ins (systemd.unit(5)). */
function stopFact(evidence: Evidence): Fact {
  const id = 'logging.manual-stop-refused'
  const files = loggingFiles(evidence)
  if (!files.ok) return unread(id, files)
  const units = unitFolders.map((folder) => fileText(files.value, `${folder}/auditd.service`))
  let main: ConfigurationText | undefined
  for (const unit of units) {
    // a unit that can't be read may be the one in force: it hides those behind it
    if (!unit.ok) return unread(id, unit)
    main ??= unit.value
  }
  const folders = unitFolders.map((folder) => `${folder}/auditd.service.d`)
  const dropIns = filesMatching(files.value, (path) => folders.includes(path.slice(0, path.lastIndexOf('/'))))
  if (!dropIns.ok) return unread(id, dropIns)
  const refs: readonly EvidenceRef[] = main ? [{ source: main.path }] : [{ source: 'logging-files' }]
  const state = loggingState(evidence)
  if (!state.ok) return unread(id, state, refs)
  if (!main) {
    const tools = sectionText(evidence, 'audit-status')
    // without auditd there is no such service to stop
    if (!tools.ok && tools.skipped === 'command') return absent(id, refs)
    if (!tools.ok && tools.skipped !== 'root') return unread(id, tools, refs)
  }
  if (!main || !state.value.systemd) {
    const why = {
      ja: 'systemd で動いておらず、停止操作を拒む設定がない',
      en: 'not run by systemd: there is no setting that refuses a stop',
    }
    return unsupported(id, why, refs)
  }
  const value = readSystemdSettings(main, dropIns.value, folders, 'Unit').get('RefuseManualStop')
  if (!value) return known(id, false, refs, 'platform-default')
  return known(id, /^(1|yes|y|true|t|on)$/i.test(value.value), [{ source: value.path, at: String(value.at) }])
}
