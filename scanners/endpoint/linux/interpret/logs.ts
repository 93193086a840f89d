import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import { read, unreadable } from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Fact, Row, Scope, Table } from '../../../../src/core/fact.ts'
import { informational } from '../../../../src/readers/syslog-selector.ts'
import type { Part } from './contribution.ts'
import { absent, fromReading, inapplicable, known, unread } from './contribution.ts'
import type { LogDestinations } from './log-destinations.ts'
import {
  auditSyslog,
  logDestinations,
  runningBusyboxSyslog,
  runningRsyslog,
  runningSyslogNg,
} from './log-destinations.ts'
import { configurationAccessFact, logAccessFact } from './log-permissions.ts'
import { hearsPrograms, runningJournal } from './journal.ts'
import { filesOf, proxyRetentionFact, retentionFact } from './log-retention.ts'
import { runs } from './log-sources.ts'
import { virtualisation } from './views.ts'

/** What this part reports on. */
export const observesLogs: { readonly settings: readonly string[]; readonly rows: readonly string[] } = {
  settings: [
    'logging.enabled',
    'logging.persistent',
    'logging.remote-hosts',
    'logging.forwarded',
    'logging.retention',
    'logging.authentication-recorded',
    'logging.timestamps-with-offset',
    'logging.administrators-only',
    'logging.configuration-administrators-only',
  ],
  rows: ['log-destination'],
}

const refs: readonly EvidenceRef[] = [{ source: 'processes' }, { source: 'logging-files' }]

/** The system's logs: who writes them, how long they stay, where they go, who can reach them. */
export const interpretLogs: Part = (evidence) => {
  const destinations = destinationParts(evidence)
  return {
    facts: [
      enabledFact(evidence),
      fromReading('logging.persistent', persistent(evidence), refs),
      destinations.fact,
      forwardedFact(destinations.all, 'system', ['daemon']),
      forwardedFact(destinations.all, 'authentication', ['auth', 'authpriv']),
      forwardedAudit(evidence, destinations.all),
      retentionFact(evidence, 'system', ['daemon']),
      retentionFact(evidence, 'authentication', ['auth', 'authpriv']),
      proxyRetentionFact(evidence),
      fromReading('logging.authentication-recorded', authenticationRecorded(evidence), refs),
      fromReading('logging.timestamps-with-offset', timestampsWithOffset(evidence), refs),
      logAccessFact(evidence),
      configurationAccessFact(evidence),
    ],
    tables: [destinations.table],
  }
}

/** Programs that take the system's messages. */
const loggers = ['rsyslogd', 'rsyslog', 'syslog-ng', 'systemd-journald', 'syslogd', 'metalog', 'socklog']

function enabledFact(evidence: Evidence): Fact {
  const id = 'logging.enabled'
  const running = runs(evidence, loggers)
  if (!running.ok) return unread(id, running, refs)
  if (!running.value) return known(id, false, refs, 'running')
  const others = runs(
    evidence,
    loggers.filter((name) => name !== 'systemd-journald'),
  )
  if (others.ok && others.value) return known(id, true, refs, 'running')
  // a journal that stores nothing is no log
  const journal = runningJournal(evidence)
  if (!journal.ok) return unread(id, journal, refs)
  return known(id, journal.value?.storage !== 'none', refs, 'running')
}

const anyFacility = ['daemon', 'auth', 'authpriv', 'user', 'kern']

/** Whether something running writes to a disk: the journal, or a file of a syslog. */
function persistent(evidence: Evidence): Reading<boolean> {
  const journal = runningJournal(evidence)
  if (journal.ok && journal.value?.storage === 'persistent') return read(true)
  let failure: Reading<never> | undefined = journal.ok ? undefined : journal
  for (const facility of anyFacility) {
    const files = filesOf(evidence, facility)
    if (!files.ok) failure ??= files
    else if (files.value.length > 0) return read(true)
  }
  return failure ?? read(false)
}

/**
 * Whether messages of both authentication facilities, at the level that a sign-in is written with, reach
 * a file, another host or a persistent journal.
 */
function authenticationRecorded(evidence: Evidence): Reading<boolean> {
  const journal = runningJournal(evidence)
  if (journal.ok && journal.value?.storage === 'persistent') {
    const level = journal.value.settings.get('MaxLevelStore')?.value ?? 'debug'
    if (/^(debug|info|[67])$/.test(level)) return read(true)
  }
  const rsyslog = runningRsyslog(evidence)
  let failure: Reading<never> | undefined = journal.ok ? undefined : journal
  if (!rsyslog.ok) failure ??= rsyslog
  const hears = rsyslog.ok ? hearsPrograms(evidence, rsyslog.value?.modules ?? new Set()) : rsyslog
  if (!hears.ok) failure ??= hears
  for (const facility of ['auth', 'authpriv']) {
    const forwarded =
      rsyslog.ok &&
      hears.ok &&
      hears.value &&
      (rsyslog.value?.actions ?? []).some(({ kind, matches }) => kind === 'forward' && matches(facility, 6) === true)
    if (forwarded) continue
    const files = filesOf(evidence, facility)
    if (files.ok && files.value.length > 0) continue
    // not recorded for certain only where every logger was understood
    return failure ?? (files.ok ? read(false) : files)
  }
  return read(true)
}

/**
 * Whether written times say their offset from UTC. The journal stores instants, and shows or exports
 * them with an offset. A syslog's files do by their template: one file without is enough for false.
 */
function timestampsWithOffset(evidence: Evidence): Reading<boolean> {
  const rsyslog = runningRsyslog(evidence)
  if (!rsyslog.ok) return rsyslog
  let seen = false
  let unknown: string | undefined
  for (const { kind, template, target } of rsyslog.value?.actions ?? []) {
    if (kind !== 'file' || target.startsWith('/dev/')) continue
    seen = true
    // omfile's own default since rsyslog 5 (RFC 3339 with the offset)
    const name = template ?? 'RSYSLOG_FileFormat'
    if (/^RSYSLOG_(FileFormat|ForwardFormat|SyslogProtocol23Format)$/i.test(name)) continue
    if (/^RSYSLOG_(TraditionalFileFormat|TraditionalForwardFormat|SysklogdFileFormat)$/i.test(name)) return read(false)
    const text = rsyslog.value?.templates.get(name)
    if (text === undefined) unknown = name
    else if (!/rfc3339|unixtimestamp|tzoffset/i.test(text)) return read(false)
  }
  if (unknown !== undefined)
    return unreadable({
      ja: `rsyslog の書式 ${unknown} の内容が分からない`,
      en: `what the rsyslog template ${unknown} holds is not known`,
    })
  const syslogNg = runningSyslogNg(evidence)
  if (!syslogNg.ok) return syslogNg
  if (syslogNg.value?.destinations.some(({ kind }) => kind === 'file')) {
    seen = true
    // ts-format() is bsd, without offset, unless set
    if (syslogNg.value.isoTimestamps !== true) return read(false)
  }
  const busybox = runningBusyboxSyslog(evidence)
  if (!busybox.ok) return busybox
  if (busybox.value !== undefined) return read(false)
  const journal = runningJournal(evidence)
  if (!journal.ok) return journal
  if (journal.value && journal.value.storage !== 'none') seen = true
  if (seen) return read(true)
  return read(false)
}

/**
 * Whether messages of a category, at the level that a sign-in is written with, go to another host. A rule that sends
 * another facility alone, or only what is urgent, sends nothing of it.
 */
function forwardedFact(
  all: LogDestinations,
  key: string,
  facilities: readonly string[],
  severity = informational,
): Fact {
  const id = 'logging.forwarded'
  const scope: Scope = { kind: 'category', key }
  const carried = facilities.map((facility) => {
    const answers = all.destinations.map(({ carries }) => carries(facility, severity))
    return answers.includes(true) ? true : answers.includes(undefined) ? undefined : false
  })
  const where = [...refs, ...all.destinations.map(({ evidence: at }) => at)]
  if (carried.every((one) => one === true)) return known(id, true, where, 'running', scope)
  if (!all.complete) return unread(id, all.failure, where, scope)
  if (carried.includes(false)) return known(id, false, where, 'running', scope)
  const why = {
    ja: '転送されるかが、条件付きの規則などのため判断できない',
    en: 'whether it is forwarded depends on conditions that are not understood',
  }
  return unread(id, { why }, where, scope)
}

/** Records of auditd: by its own sender, or by its syslog plugin and what forwards that. */
function forwardedAudit(evidence: Evidence, all: LogDestinations): Fact {
  const id = 'logging.forwarded'
  const scope: Scope = { kind: 'category', key: 'audit' }
  const place = virtualisation(evidence)
  if (place.ok && place.value === 'container') {
    const why = { ja: 'カーネルの監査はホスト側で行われる', en: 'kernel auditing belongs to the host of a container' }
    return inapplicable(id, why, [{ source: 'machine-files' }], scope)
  }
  const own = forwardedFact(all, 'audit', ['audit'])
  if (own.state === 'known' && own.value === true) return own
  const plugin = auditSyslog(evidence)
  if (!plugin.ok) return unread(id, plugin, refs, scope)
  if (!plugin.value) return own
  return forwardedFact(all, 'audit', [plugin.value.facility], plugin.value.severity)
}

/** Hosts as a set and as rows. Hosts are absent, not an empty set: "is forwarded" must not pass on nothing. */
function destinationParts(evidence: Evidence): {
  readonly all: LogDestinations
  readonly fact: Fact
  readonly table: Table
} {
  const id = 'logging.remote-hosts'
  const all = logDestinations(evidence)
  const rows = new Map<string, Row>()
  for (const { host, port, protocol, encrypted, source, evidence: at } of all.destinations) {
    const key = `${source}:${protocol}:${host}${port ? `:${port}` : ''}`
    const before = rows.get(key)
    // two rules for one destination: encrypted only when both are
    const safe = encrypted && (before === undefined || before.fields['encrypted'] === true)
    rows.set(key, {
      key,
      name: port ? `${host}:${port}` : host,
      fields: { host, protocol, encrypted: safe, source },
      evidence: [...(before?.evidence ?? []), at],
    })
  }
  const sorted = [...rows.values()].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
  if (!all.complete) {
    const { why, needs } = all.failure
    return {
      all,
      fact: unread(id, all.failure, refs),
      table: { type: 'log-destination', rows: sorted, complete: false, why, ...(needs && { needs }), evidence: refs },
    }
  }
  const hosts = [...new Set(all.destinations.map(({ host }) => host))].sort()
  const where = all.destinations.map(({ evidence: at }) => at)
  return {
    all,
    fact: hosts.length > 0 ? known(id, hosts, where, 'running') : absent(id, refs),
    table: { type: 'log-destination', rows: sorted, complete: true, evidence: refs },
  }
}
