import { type Evidence, linesOf, type Reading, sectionFiles, sectionText } from '../../../../src/core/evidence.ts'
import type { EvidenceRef } from '../../../../src/core/fact.ts'
import { calendarInterval, cronInterval, spanSeconds } from './schedule.ts'
import { readServices } from './service-readers.ts'
import { instantOfSystemd, type Missing } from './tables.ts'
import { hiddenUnitFile, readUnitFiles } from './unit-files.ts'
import { oncePerEvidence } from './once.ts'

/** Something that runs by a schedule. `undefined` is not known. */
export interface TaskDetail {
  readonly key: string
  readonly name: string
  readonly kind: 'cron' | 'timer' | 'at'
  readonly account: string | undefined
  readonly schedule: string | undefined
  /** Longest gap between two runs, in seconds. */
  readonly interval: number | undefined
  /** Without arguments that may hold secrets: the collector removed them. */
  readonly command: string | undefined
  readonly enabled: boolean | undefined
  readonly catchesUp: boolean | undefined
  readonly lastRun: string | undefined
  readonly source: string
  readonly evidence: EvidenceRef
}

export interface Tasks {
  readonly tasks: readonly TaskDetail[]
  readonly missing?: Missing
}

const day = 86400
const folderIntervals: Readonly<Record<string, number>> = {
  hourly: 3600,
  daily: day,
  weekly: 7 * day,
  monthly: 31 * day,
}

/** Every scheduled task: crontabs, cron folders, anacron, systemd timers, at. */
export const readTasks = oncePerEvidence((evidence): Tasks => {
  const parts = [crontabs(evidence), folders(evidence), timers(evidence), atJobs(evidence)]
  const missing = parts.find((part) => part.missing)?.missing
  return { tasks: parts.flatMap((part) => part.tasks), ...(missing && { missing }) }
})

function crontabs(evidence: Evidence): Tasks {
  const files = sectionFiles(evidence, 'cron-files')
  if (!files.ok) return { tasks: [], missing: files }
  const tasks: TaskDetail[] = []
  let missing: Missing | undefined
  for (const file of files.value.values()) {
    // folders of other layouts below /var/spool/cron
    if (
      file.state === 'absent' ||
      (file.state === 'refused' && /\/(?:crontabs|tabs|atjobs|atspool|lastrun)$/.test(file.path))
    )
      continue
    if (file.state !== 'read') {
      missing ??= {
        why: { ja: `${file.path} を読めない`, en: `${file.path} could not be read` },
        needs: { ja: '管理者権限', en: 'administrator rights' },
      }
    }
    if (!('lines' in file)) continue
    for (const [index, line] of file.lines.entries()) {
      const task = cronLine(file.path, line)
      if (task) tasks.push({ ...task, evidence: { source: file.path, at: String(index + 1) } })
    }
  }
  return { tasks, ...(missing && { missing }) }
}

/** One line as the collector prints it: schedule fields, the user where there is one, the command, by tabs. */
function cronLine(path: string, line: string): Omit<TaskDetail, 'evidence'> | undefined {
  if (line.trim() === '' || !line.includes('\t')) return undefined
  const columns = line.split('\t')
  const anacron = path.endsWith('anacrontab')
  const nickname = line.startsWith('@')
  const system = path === '/etc/crontab' || path.startsWith('/etc/cron.d/')
  const fields = anacron ? 3 : nickname ? 1 : 5
  const schedule = columns.slice(0, anacron ? 2 : fields).join(' ')
  const account = anacron ? 'root' : system ? columns[fields] : path.slice(path.lastIndexOf('/') + 1)
  const command = columns
    .slice(system && !anacron ? fields + 1 : fields)
    .join('\t')
    .trim()
  const period = columns[0] ?? ''
  return {
    key: `cron:${path}:${account ?? ''}:${schedule}:${command}`,
    name: command.split(' ')[0] ?? path,
    kind: 'cron',
    account,
    schedule,
    interval: anacron
      ? (cronInterval(period) ?? (/^[1-9]\d*$/.test(period) ? Number(period) * day : undefined))
      : cronInterval(schedule),
    command,
    enabled: true,
    // anacron(8) makes up for missed days, cron(8) doesn't
    catchesUp: anacron,
    lastRun: undefined,
    source: path,
  }
}

function folders(evidence: Evidence): Tasks {
  const text = sectionText(evidence, 'cron-folders')
  if (!text.ok) return { tasks: [], missing: text }
  const tasks: TaskDetail[] = []
  let missing: Missing | undefined
  for (const [index, line] of linesOf(text.value).entries()) {
    if (line.startsWith('@')) {
      missing ??= { why: { ja: `${line.slice(8)} を一覧できない`, en: `${line.slice(8)} could not be listed` } }
      continue
    }
    const [state, period = '', path = ''] = line.split('\t')
    const name = path.slice(path.lastIndexOf('/') + 1)
    // run-parts(8) leaves out names with a dot; busybox and cronie differ, so the mode alone decides here
    if (path === '' || name === '.placeholder') continue
    tasks.push({
      key: `cron:${path}`,
      name,
      kind: 'cron',
      account: 'root',
      schedule: `@${period}`,
      interval: folderIntervals[period],
      command: path,
      enabled: state === 'run',
      catchesUp: undefined,
      lastRun: undefined,
      source: path,
      evidence: { source: 'cron-folders', at: String(index + 1) },
    })
  }
  return { tasks, ...(missing && { missing }) }
}

function timers(evidence: Evidence): Tasks {
  // a machine without any unit file (OpenRC) has no timers
  const init = sectionText(evidence, 'init')
  if (init.ok && !/^systemd\t/m.test(init.value)) return { tasks: [] }
  const files = readUnitFiles(evidence)
  if (!files.ok) return { tasks: [], missing: files }
  const services = readServices(evidence)
  const tasks: TaskDetail[] = []
  for (const [unit, file] of files.value) {
    if (!unit.endsWith('.timer') || unit.endsWith('@.timer')) continue
    const target = file.last('Unit') ?? unit.replace(/\.timer$/, '.service')
    const service = files.value.get(target) ?? files.value.get(target.replace(/@.*\.service$/, '@.service'))
    const calendar = file.values('OnCalendar')
    const monotonic = ['OnUnitActiveSec', 'OnUnitInactiveSec'].flatMap((key) => file.values(key))
    const gaps = [...calendar.map(calendarInterval), ...monotonic.map(spanSeconds)]
    const known = gaps.filter((gap) => gap !== undefined)
    const lastTrigger = services.ok ? services.value.lastTriggers.get(unit) : undefined
    tasks.push({
      key: `timer:${unit}`,
      name: unit.replace(/\.timer$/, ''),
      kind: 'timer',
      account: service ? (service.last('User') ?? 'root') : undefined,
      schedule: [...calendar, ...monotonic].join('; ') || 'OnBootSec',
      // several schedules: each one runs it, so the shortest gap holds, if all could be read
      interval: known.length === gaps.length && known.length > 0 ? Math.min(...known) : undefined,
      command: service?.values('ExecStart').join(' ; ') || undefined,
      enabled: services.ok ? services.value.enabledUnits.get(unit) : undefined,
      // systemd.timer(5): Persistent= only holds for OnCalendar=, default no
      catchesUp: calendar.length > 0 ? /^(?:1|yes|true|on)$/i.test(file.last('Persistent') ?? 'no') : undefined,
      lastRun: lastTrigger === undefined ? undefined : instantOfSystemd(lastTrigger),
      source: file.path,
      evidence: { source: 'unit-files', at: file.path },
    })
  }
  if (!services.ok) return { tasks, missing: services }
  const hidden = hiddenUnitFile(evidence)
  if (hidden === undefined) return { tasks }
  return { tasks, missing: { why: { ja: `${hidden} を読めない`, en: `${hidden} could not be read` } } }
}

function atJobs(evidence: Evidence): Tasks {
  const text = sectionText(evidence, 'at-jobs')
  if (!text.ok) return { tasks: [], missing: text }
  const tasks: TaskDetail[] = []
  let missing: Missing | undefined
  for (const [index, line] of linesOf(text.value).entries()) {
    if (line.startsWith('@')) {
      missing ??= {
        why: { ja: 'at の待ち行列は一般利用者には見えない', en: 'the queue of at is hidden from an ordinary user' },
        needs: { ja: '管理者権限', en: 'administrator rights' },
      }
    } else if (line.startsWith('/')) {
      const name = line.slice(line.lastIndexOf('/') + 1)
      // atd(8): queue letter, five hex digits of the job number, eight of the minute since 1970
      const match = /^([a-zA-Z=])([0-9a-f]{5})([0-9a-f]{8})$/.exec(name)
      const when = match
        ? new Date(Number.parseInt(match[3] ?? '0', 16) * 60000).toISOString().replace('.000Z', 'Z')
        : undefined
      tasks.push({
        key: `at:${name}`,
        name: match ? `at ${Number.parseInt(match[2] ?? '0', 16)}` : name,
        kind: 'at',
        account: undefined,
        schedule: when,
        interval: undefined,
        command: undefined,
        enabled: true,
        catchesUp: undefined,
        lastRun: undefined,
        source: line,
        evidence: { source: 'at-jobs', at: String(index + 1) },
      })
    }
  }
  return { tasks, ...(missing && { missing }) }
}

/** Tasks whose command runs a program, as a reading: unreadable when tasks may be missing and none that is enabled was found. */
export function tasksRunning(evidence: Evidence, program: RegExp): Reading<readonly TaskDetail[]> {
  const { tasks, missing } = readTasks(evidence)
  const found = tasks.filter((task) => task.command !== undefined && program.test(task.command))
  if (missing && !found.some((task) => task.enabled === true)) return { ok: false, ...missing }
  return { ok: true, value: found }
}
