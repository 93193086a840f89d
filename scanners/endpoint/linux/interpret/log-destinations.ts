import type { CollectedFile, Evidence, Reading } from '../../../../src/core/evidence.ts'
import { read, unreadable } from '../../../../src/core/evidence.ts'
import type { EvidenceRef } from '../../../../src/core/fact.ts'
import type { LocalText } from '../../../../src/core/text.ts'
import { readSystemdSettings } from '../../../../src/readers/journald.ts'
import { matchesPattern } from '../../../../src/readers/logrotate.ts'
import type { RsyslogConfiguration } from '../../../../src/readers/rsyslog.ts'
import { readRsyslog } from '../../../../src/readers/rsyslog.ts'
import { informational } from '../../../../src/readers/syslog-selector.ts'
import type { SyslogNgConfiguration } from '../../../../src/readers/syslog-ng.ts'
import { readSyslogNg } from '../../../../src/readers/syslog-ng.ts'
import { hearsPrograms } from './journal.ts'
import { serviceViews } from './views.ts'
import { fileText, filesMatching, folderCollected, loggingFiles, runs } from './log-sources.ts'

// Where logs are sent. A destination counts when the program that sends runs: a configuration that
// nobody reads sends nothing. Where it isn't known whether it runs, the answer is unknown.

export interface LogDestination {
  readonly host: string
  readonly port?: string
  readonly protocol: string
  readonly encrypted: boolean
  /** The program that sends. */
  readonly source: string
  /** Whether messages of a syslog facility (`audit`: auditd's own records) go there; undefined where conditions decide. */
  readonly carries: (facility: string, severity: number) => boolean | undefined
  readonly evidence: EvidenceRef
}

export type LogDestinations =
  | { readonly complete: true; readonly destinations: readonly LogDestination[] }
  | { readonly complete: false; readonly destinations: readonly LogDestination[]; readonly failure: Failure }

interface Failure {
  readonly why: LocalText
  readonly needs?: LocalText
}

/** Programs that forward logs by configurations of their own, which seisa doesn't read. */
const otherForwarders =
  'fluent-bit fluentd td-agent filebeat vector promtail alloy grafana-agent splunkd nxlog ' +
  'otelcol otelcol-contrib elastic-agent journalbeat amazon-cloudwatch-agent awslogsd wazuh-agentd ' +
  'ossec-agentd google_cloud_ops_agent mdsd amacoreagent logstash datadog-agent'

/** The configuration of rsyslog, when it runs; undefined when it does not. */
export function runningRsyslog(evidence: Evidence): Reading<RsyslogConfiguration | undefined> {
  const running = runs(evidence, ['rsyslogd', 'rsyslog'])
  if (!running.ok) return running
  if (!running.value) return read(undefined)
  const files = loggingFiles(evidence)
  if (!files.ok) return files
  const main = fileText(files.value, '/etc/rsyslog.conf')
  if (!main.ok) return main
  if (!main.value)
    return unreadable({
      ja: 'rsyslog の設定ファイルが既定の場所にない',
      en: 'rsyslog has no configuration at its usual place',
    })
  let broken: Failure | undefined
  const configuration = readRsyslog(main.value, (pattern) => {
    const found = included(files.value, pattern)
    if (found && !found.ok) broken ??= found
    return found?.ok ? found.value : undefined
  })
  if (broken) return { ok: false, ...broken }
  const [missing] = configuration.missing
  if (missing) {
    return unreadable({
      ja: `rsyslog が取り込む ${missing} を読んでいない`,
      en: `${missing}, which rsyslog includes, was not collected`,
    })
  }
  return read(configuration)
}

/** Collected files of an include; undefined when its folder isn't one that the collector reads. */
function included(files: ReadonlyMap<string, CollectedFile>, pattern: string) {
  const wanted = pattern.endsWith('/') ? `${pattern}*` : pattern
  const folder = wanted.slice(0, wanted.lastIndexOf('/'))
  if (/[*?[]/.test(folder) || (!files.has(wanted) && !folderCollected(files, folder))) return undefined
  if (folder !== '/etc/rsyslog.d' && folder !== '/run/rsyslog' && !files.has(wanted)) return undefined
  return filesMatching(
    files,
    (path) =>
      path === wanted || (matchesPattern(wanted, path) && files.get(path)?.state !== 'absent') || isMark(path, folder),
  )
}

/** The pattern itself stands in the evidence when its folder can't be listed. */
const isMark = (path: string, folder: string): boolean => path === `${folder}/*`

/** The configuration of syslog-ng, when it runs; undefined when it does not. */
export function runningSyslogNg(evidence: Evidence): Reading<SyslogNgConfiguration | undefined> {
  const running = runs(evidence, ['syslog-ng'])
  if (!running.ok) return running
  if (!running.value) return read(undefined)
  const files = loggingFiles(evidence)
  if (!files.ok) return files
  const texts = filesMatching(files.value, (path) => path.startsWith('/etc/syslog-ng/'))
  if (!texts.ok) return texts
  if (texts.value.length === 0)
    return unreadable({
      ja: 'syslog-ng の設定ファイルが見つからない',
      en: 'syslog-ng has no configuration at its usual place',
    })
  const configuration = readSyslogNg(texts.value)
  // scl.conf holds the vendor's block definitions, which send nothing by themselves
  const missing = configuration.includes.find(
    (pattern) => !/(^|\/)scl\.conf$|\/etc\/syslog-ng\/conf\.d\/(\*\.conf)?$|^conf\.d\/\*\.conf$/.test(pattern),
  )
  if (missing) {
    return unreadable({
      ja: `syslog-ng が取り込む ${missing} を読んでいない`,
      en: `${missing}, which syslog-ng includes, was not collected`,
    })
  }
  return read(configuration)
}

/** Options of busybox's syslogd when it runs; undefined when it does not. */
export function runningBusyboxSyslog(evidence: Evidence): Reading<string | undefined> {
  const running = runs(evidence, ['syslogd'])
  if (!running.ok) return running
  if (!running.value) return read(undefined)
  const files = loggingFiles(evidence)
  if (!files.ok) return files
  const texts = filesMatching(
    files.value,
    (path) => path === '/etc/conf.d/syslog' || path === '/etc/default/busybox-syslogd',
  )
  if (!texts.ok) return texts
  for (const line of texts.value.flatMap(({ lines }) => lines)) {
    const options = /^\s*SYSLOGD_OPTS=\s*["']?([^"']*)/.exec(line)
    if (options) return read(options[1] ?? '')
  }
  return unreadable({
    ja: 'syslogd の起動オプションが分からない',
    en: 'the options that syslogd was started with are not known',
  })
}

/** Every place that logs of this machine are sent to by programs that run. */
export function logDestinations(evidence: Evidence): LogDestinations {
  const readings = [rsyslogHosts, syslogNgHosts, busyboxHosts, journalHosts, auditHosts, others].map((reader) =>
    reader(evidence),
  )
  const destinations = readings.flatMap((reading) => (reading.ok ? reading.value : []))
  for (const reading of readings) if (!reading.ok) return { complete: false, destinations, failure: reading }
  return { complete: true, destinations }
}

type Hosts = (evidence: Evidence) => Reading<readonly LogDestination[]>

const rsyslogHosts: Hosts = (evidence) => {
  const configuration = runningRsyslog(evidence)
  if (!configuration.ok) return configuration
  const hosts = (configuration.value?.actions ?? []).filter(
    ({ kind, target }) => kind === 'forward' && !isLocal(target),
  )
  if (hosts.length > 0 && !configuration.value?.modules.has('imfile')) {
    // a sender that gets no message has nothing to send
    const hears = hearsPrograms(evidence, configuration.value?.modules ?? new Set())
    if (!hears.ok) return hears
    if (!hears.value) return read([])
  }
  return read(
    hosts.map(({ target, port, protocol, encrypted, matches, path, at }) => ({
      host: target === '' ? '?' : target,
      ...(port && { port }),
      protocol: protocol ?? '',
      encrypted: encrypted === true,
      source: 'rsyslog',
      carries: (facility, severity) => facility !== 'audit' && matches(facility, severity),
      evidence: { source: path, at: String(at) },
    })),
  )
}

const syslogNgHosts: Hosts = (evidence) => {
  const configuration = runningSyslogNg(evidence)
  if (!configuration.ok) return configuration
  const hosts = (configuration.value?.destinations ?? []).filter(
    ({ kind, target }) => kind === 'forward' && !isLocal(target),
  )
  return read(
    hosts.map(({ target, port, protocol, encrypted, everything, path, at }) => ({
      host: target,
      ...(port && { port }),
      protocol: protocol ?? '',
      encrypted: encrypted === true,
      source: 'syslog-ng',
      carries: (facility) => facility !== 'audit' && (everything ? true : undefined),
      evidence: { source: path, at: String(at) },
    })),
  )
}

const busyboxHosts: Hosts = (evidence) => {
  const options = runningBusyboxSyslog(evidence)
  if (!options.ok) return options
  const found = [...(options.value ?? '').matchAll(/(?:^|\s)-[A-Za-z]*R\s*([^\s:]+|\[[^\]]+\])(?::(\d+))?/g)]
  return read(
    found.map(([, host = '', port]) => ({
      host: host.replace(/^\[|\]$/g, ''),
      port: port ?? '514',
      protocol: 'udp',
      encrypted: false,
      source: 'syslogd',
      carries: (facility) => facility !== 'audit',
      evidence: { source: 'logging-files', at: 'SYSLOGD_OPTS' },
    })),
  )
}

/**
 * systemd-journal-upload: `URL=` of journal-upload.conf(5). Asked as a service alone: the kernel cuts its
 * process name to systemd-journal, which is journald's as well.
 */
const journalHosts: Hosts = (evidence) => {
  const files = loggingFiles(evidence)
  if (!files.ok) return files
  const folders = ['/etc', '/run', '/usr/lib'].map((root) => `${root}/systemd/journal-upload.conf.d`)
  const mains = ['/etc/systemd/journal-upload.conf', '/usr/lib/systemd/journal-upload.conf'].map((path) =>
    fileText(files.value, path),
  )
  for (const main of mains) if (!main.ok) return main
  const dropIns = filesMatching(files.value, (path) => folders.includes(path.slice(0, path.lastIndexOf('/'))))
  if (!dropIns.ok) return dropIns
  const main = mains.flatMap((file) => (file.ok && file.value ? [file.value] : []))[0]
  const url = readSystemdSettings(main, dropIns.value, folders, 'Upload').get('URL')
  if (!url) return read([])
  const services = serviceViews(evidence)
  if (!services.ok) return services
  const running = services.value.get('systemd-journal-upload')
  if (!running || running.running === false) return read([])
  if (running.running === undefined) {
    return unreadable({
      ja: 'systemd-journal-upload が動いているか分からない',
      en: 'whether systemd-journal-upload runs is not known',
    })
  }
  const parts = /^(https?):\/\/(\[[^\]]+\]|[^:/\s]+)(?::(\d+))?/.exec(
    /:\/\//.test(url.value) ? url.value : `https://${url.value}`,
  )
  if (!parts)
    return unreadable({
      ja: 'journal-upload.conf の URL を解釈できない',
      en: 'the URL of journal-upload.conf can not be understood',
    })
  const [, scheme = '', host = '', port = '19532'] = parts
  return read([
    {
      host: host.replace(/^\[|\]$/g, ''),
      port,
      protocol: scheme,
      encrypted: scheme === 'https',
      source: 'systemd-journal-upload',
      // whether the journal takes in audit records hangs on a socket unit that is not read
      carries: (facility) => (facility === 'audit' ? undefined : true),
      evidence: { source: url.path, at: String(url.at) },
    },
  ])
}

/** audisp-remote: an active plugin of a running auditd, with its own file (audisp-remote.conf(5)). */
const auditHosts: Hosts = (evidence) => {
  const running = runs(evidence, ['auditd'])
  if (!running.ok) return running
  if (!running.value) return read([])
  const files = loggingFiles(evidence)
  if (!files.ok) return files
  const plugins = filesMatching(files.value, (path) => /\/(audit|audisp)\/plugins\.d\//.test(path))
  if (!plugins.ok) return plugins
  const active = plugins.value.some(
    ({ lines }) =>
      lines.some((line) => /^\s*active\s*=\s*yes\s*$/i.test(line)) &&
      lines.some((line) => /^\s*path\s*=.*audisp-remote\s*$/.test(line)),
  )
  if (!active) return read([])
  for (const path of ['/etc/audit/audisp-remote.conf', '/etc/audisp/audisp-remote.conf']) {
    const file = fileText(files.value, path)
    if (!file.ok) return file
    if (!file.value) continue
    const value = (name: string): string | undefined =>
      file.value?.lines
        .map((line) => new RegExp(`^\\s*${name}\\s*=\\s*(\\S+)`, 'i').exec(line)?.[1])
        .findLast((found) => found !== undefined)
    const host = value('remote_server')
    if (!host) return read([])
    return read([
      {
        host,
        port: value('port') ?? '60',
        protocol: 'tcp',
        // Kerberos wraps and encrypts the stream; plain TCP does not
        encrypted: /^yes$/i.test(value('enable_krb5') ?? '') || /^krb5$/i.test(value('transport') ?? ''),
        source: 'auditd',
        carries: (facility) => facility === 'audit',
        evidence: { source: path },
      },
    ])
  }
  return unreadable({ ja: 'audisp-remote.conf が見つからない', en: 'audisp-remote.conf was not found' })
}

/** Where auditd's syslog plugin writes (audisp-syslog(8)): by itself LOG_INFO of LOG_USER. Undefined where it is off. */
export function auditSyslog(
  evidence: Evidence,
): Reading<{ readonly facility: string; readonly severity: number } | undefined> {
  const running = runs(evidence, ['auditd'])
  if (!running.ok) return running
  if (!running.value) return read(undefined)
  const files = loggingFiles(evidence)
  if (!files.ok) return files
  const plugins = filesMatching(files.value, (path) => /\/(audit|audisp)\/plugins\.d\//.test(path))
  if (!plugins.ok) return plugins
  const plugin = plugins.value.find(
    ({ lines }) =>
      lines.some((line) => /^\s*active\s*=\s*yes\s*$/i.test(line)) &&
      lines.some((line) => /^\s*path\s*=\s*(?:builtin_syslog|\S*\/audisp-syslog)\s*$/.test(line)),
  )
  if (!plugin) return read(undefined)
  const words = plugin.lines.flatMap((line) => /^\s*args\s*=\s*(.*)$/.exec(line)?.[1]?.split(/\s+/) ?? [])
  const severities = ['EMERG', 'ALERT', 'CRIT', 'ERR', 'WARNING', 'NOTICE', 'INFO', 'DEBUG']
  const levels = words.map((word) => severities.indexOf(word.replace(/^LOG_/, ''))).filter((level) => level >= 0)
  const facility = words.findLast((word) => /^LOG_(?:LOCAL[0-7]|USER|DAEMON|SYSLOG|AUTH|AUTHPRIV)$/.test(word))
  return read({
    facility: facility === undefined ? 'user' : facility.replace('LOG_', '').toLowerCase(),
    severity: levels.at(-1) ?? informational,
  })
}

const others: Hosts = (evidence) => {
  for (const name of otherForwarders.split(' ')) {
    const running = runs(evidence, [name])
    // a missing name in one list is no proof where neither list could be read
    if (!running.ok) return running
    if (running.value) {
      return unreadable({
        ja: `${name} が動いており、その転送先は読み取れない`,
        en: `${name} runs, and where it sends logs is not read`,
      })
    }
  }
  return read([])
}

const isLocal = (host: string): boolean => /^(localhost|127\.\d+\.\d+\.\d+|::1)$/.test(host)
