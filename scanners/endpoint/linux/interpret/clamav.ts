import { type Evidence, type Reading, sectionFiles, sectionText, unreadable } from '../../../../src/core/evidence.ts'
import type { EvidenceRef } from '../../../../src/core/fact.ts'
import { instantOfText } from './tables.ts'
import { type TaskDetail, tasksRunning } from './task-readers.ts'
import { processNames, serviceViews } from './views.ts'

/** Options of clamd.conf(5) or freshclam.conf(5): name to values, names in lower case. */
type Options = ReadonlyMap<string, readonly string[]>

const places = {
  clamd: ['/etc/clamav/clamd.conf', '/etc/clamd.d/scan.conf', '/etc/clamd.conf'],
  freshclam: ['/etc/clamav/freshclam.conf', '/etc/freshclam.conf'],
} as const

export interface ClamConfiguration {
  readonly path: string
  readonly options: Options
}

/** The first configuration file of the usual places that exists. */
export function clamConfiguration(evidence: Evidence, program: keyof typeof places): Reading<ClamConfiguration> {
  const files = sectionFiles(evidence, 'protection-files')
  if (!files.ok) return files
  for (const path of places[program]) {
    const file = files.value.get(path)
    if (!file || file.state === 'absent') continue
    if (file.state !== 'read') return unreadable({ ja: `${path} を読めない`, en: `${path} could not be read` })
    const options = new Map<string, string[]>()
    for (const line of file.lines) {
      const match = /^\s*([A-Za-z]\w*)\s+(\S.*?)\s*$/.exec(line)
      if (!match) continue
      const name = (match[1] ?? '').toLowerCase()
      options.set(name, [...(options.get(name) ?? []), match[2] ?? ''])
    }
    return { ok: true, value: { path, options } }
  }
  return unreadable({
    ja: `${program} の設定ファイルが見つからない`,
    en: `no configuration file of ${program} was found`,
  })
}

const on = (value: string | undefined): boolean => /^(?:yes|true|1|on)$/i.test(value ?? '')

/** clamonacc(8) runs, has something to watch, and blocks what it finds (OnAccessPrevention). */
export function clamRealtime(evidence: Evidence): Reading<{ value: boolean; evidence: readonly EvidenceRef[] }> {
  const processes = processNames(evidence)
  if (!processes.ok) return processes
  const at = (value: boolean, ...refs: EvidenceRef[]) => ({ ok: true as const, value: { value, evidence: refs } })
  if (!processes.value.has('clamonacc')) return at(false, { source: 'processes', at: 'clamonacc' })
  if (!processes.value.has('clamd')) return at(false, { source: 'processes', at: 'clamd' })
  const configuration = clamConfiguration(evidence, 'clamd')
  if (!configuration.ok) return configuration
  const { options, path } = configuration.value
  const watched = [...(options.get('onaccessmountpath') ?? []), ...(options.get('onaccessincludepath') ?? [])]
  return at(watched.length > 0 && on(options.get('onaccessprevention')?.at(-1)), {
    source: path,
    at: 'OnAccessPrevention',
  })
}

/** clamd.conf(5): HeuristicAlerts is on unless set; older releases call it AlgorithmicDetection. */
export function clamHeuristics(evidence: Evidence): Reading<{ value: boolean; evidence: readonly EvidenceRef[] }> {
  const configuration = clamConfiguration(evidence, 'clamd')
  if (!configuration.ok) return configuration
  const { options, path } = configuration.value
  const set = options.get('heuristicalerts')?.at(-1) ?? options.get('algorithmicdetection')?.at(-1)
  return {
    ok: true,
    value: { value: set === undefined ? true : on(set), evidence: [{ source: path, at: 'HeuristicAlerts' }] },
  }
}

/** freshclam runs as a daemon or starts by a timer or cron, and its interval isn't zero. */
export function clamAutomaticDefinitions(
  evidence: Evidence,
): Reading<{ value: boolean; evidence: readonly EvidenceRef[] }> {
  const processes = processNames(evidence)
  if (!processes.ok) return processes
  const services = serviceViews(evidence)
  const daemon =
    processes.value.has('freshclam') &&
    services.ok &&
    ['clamav-freshclam', 'freshclam'].some((name) => services.value.get(name)?.automatic === true)
  if (daemon) {
    const configuration = clamConfiguration(evidence, 'freshclam')
    if (!configuration.ok) return configuration
    const checks = configuration.value.options.get('checks')?.at(-1)
    return {
      ok: true,
      value: { value: checks !== '0', evidence: [{ source: configuration.value.path, at: 'Checks' }] },
    }
  }
  const tasks = tasksRunning(evidence, /(?:^|[\s/])freshclam\b/)
  if (!tasks.ok) return tasks
  const active = tasks.value.filter((task) => task.enabled === true)
  if (active.length === 0 && !services.ok) return services
  return {
    ok: true,
    value: {
      value: active.length > 0,
      evidence: active.length > 0 ? active.map((task) => task.evidence) : [{ source: 'processes', at: 'freshclam' }],
    },
  }
}

/**
 * When the daily definitions were built: the header of a .cvd or .cld file,
 * `ClamAV-VDB:16 Apr 2024 04-23 -0400:27247:…` (ClamAV manual, signature database headers). Undefined when there are none.
 */
export function clamDefinitions(
  evidence: Evidence,
): Reading<{ value: string | undefined; evidence: readonly EvidenceRef[] }> {
  const text = sectionText(evidence, 'clamav-definitions')
  if (!text.ok) return text
  if (/^@denied /m.test(text.value)) {
    return unreadable({
      ja: '定義ファイルの場所を一覧できない',
      en: 'the folder of the definitions could not be listed',
    })
  }
  if (text.value.trim() === '@absent')
    return { ok: true, value: { value: undefined, evidence: [{ source: 'clamav-definitions' }] } }
  const instants: string[] = []
  // a file of several is named before its bytes: `==> /var/lib/clamav/daily.cvd <==`
  for (const part of text.value.split(/^==> /m)) {
    if (!/^\S*\/daily\.c[lv]d <==/.test(part)) continue
    const match = /ClamAV-VDB:(\d{1,2} [A-Z][a-z]{2} \d{4}) (\d\d)-(\d\d) ([+-]\d{4}):/.exec(part)
    const instant = match && instantOfText(`${match[1]} ${match[2]}:${match[3]}:00 ${match[4]}`)
    if (instant) instants.push(instant)
  }
  const newest = instants.sort().at(-1)
  return newest === undefined
    ? unreadable({
        ja: '定義ファイルの日時を読み取れない',
        en: 'the definition file carries no date that could be read',
      })
    : { ok: true, value: { value: newest, evidence: [{ source: 'clamav-definitions', at: 'daily' }] } }
}

/** A scheduled scan of the whole machine. */
export interface FullScan {
  readonly interval: number | undefined
  /** Undefined when part of its command was withheld: it could leave something out. */
  readonly complete: boolean | undefined
  readonly catchesUp: boolean | undefined
  readonly evidence: EvidenceRef
}

/** Folders without anybody's files: leaving them out keeps a scan whole. */
const harmless = /^\^?\/(?:proc|sys|dev|run)(?:[/$|]|$)/

/** Scheduled `clamscan` or `clamdscan` runs over `/`; empty when every task was read and none does. */
export function clamFullScans(evidence: Evidence): Reading<readonly FullScan[]> {
  const tasks = tasksRunning(evidence, /(?:^|[\s/])clamd?scan\b/)
  if (!tasks.ok) return tasks
  return {
    ok: true,
    value: tasks.value
      .filter((task) => task.enabled === true)
      .flatMap((task) => {
        const scan = fullScan(task)
        return scan ? [scan] : []
      }),
  }
}

function fullScan(task: TaskDetail): FullScan | undefined {
  const command = /(?:^|[\s/])(clamd?scan\b[^;&|]*)/.exec(task.command ?? '')?.[1] ?? ''
  const words = command.split(/\s+/)
  if (!words.slice(1).includes('/')) return undefined
  const recursive =
    words[0] === 'clamdscan' ||
    words.some((word) => word === '--recursive' || word === '--recursive=yes' || /^-[A-Za-z]*r[A-Za-z]*$/.test(word))
  if (!recursive) return undefined
  const excludes = words.filter((word) => /^--exclude(?:-dir)?(?:=|$)/.test(word))
  const oneFileSystem = words.some((word) => /^--cross-fs(?:=no|$)/.test(word))
  const leavesOut =
    oneFileSystem ||
    /(?:^|\s)(?:--file-list|-f)(?:[=\s]|$)/.test(command) ||
    excludes.some((word) => !harmless.test(word.slice(word.indexOf('=') + 1)))
  return {
    interval: task.interval,
    complete: leavesOut ? false : words.includes('***') ? undefined : true,
    catchesUp: task.catchesUp,
    evidence: task.evidence,
  }
}
