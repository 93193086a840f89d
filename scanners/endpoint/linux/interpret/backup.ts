import { type Evidence, type Reading, sectionFiles, unreadable } from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Fact } from '../../../../src/core/fact.ts'
import type { Gap } from '../../../../src/core/snapshot.ts'
import { inapplicable, known, type Part, unread } from './contribution.ts'
import { readTasks, type TaskDetail } from './task-readers.ts'
import { processNames, serviceViews } from './views.ts'

export const observesBackup = {
  settings: ['configured', 'interval', 'last-success', 'generations', 'encrypted'].map((id) => `backup.${id}`),
  rows: [],
} as const

/**
 * Programs that make backups, as they appear in a command that makes one: packages of ReaR, Barman and others also
 * schedule checks and upkeep, and snapper's snapshots lie on the disk that they are of. Repositories of restic, borg
 * and kopia are always or by choice encrypted.
 */
const programs: readonly {
  readonly name: string
  readonly pattern: RegExp
  /** Commands of the program that make none. */
  readonly upkeep?: RegExp
  readonly encrypts: boolean | undefined
}[] = [
  { name: 'restic', pattern: /(?:^|[\s/])restic(?:\s[^;&|]*)?\sbackup\b/, encrypts: true },
  {
    name: 'borgmatic',
    pattern: /(?:^|[\s/])borgmatic\b/,
    // without a subcommand it creates, prunes and checks
    upkeep:
      /\bborgmatic(?![^;&|]*\bcreate\b)[^;&|]*?(?:--|\s)(?:prune|check|compact|list|info|rinfo|rlist|repo-info|repo-list|restore|extract)\b/,
    encrypts: undefined,
  },
  { name: 'borg', pattern: /(?:^|[\s/])borg(?:\s[^;&|]*)?\screate\b/, encrypts: undefined },
  {
    name: 'duplicity',
    pattern: /(?:^|[\s/])(?:duplicity|duply|deja-dup)\b/,
    upkeep:
      /\b(?:duplicity|duply)\s(?![^;&|]*\b(?:backup|bkp|full|incr|incremental)\b)[^;&|]*\b(?:verify|cleanup|remove-\S+|purge\S*|status|collection-status|list-current-files|restore|fetch)\b|deja-dup-monitor/,
    encrypts: undefined,
  },
  {
    name: 'rsnapshot',
    pattern: /(?:^|[\s/])rsnapshot\b/,
    upkeep: /\brsnapshot\s[^;&|]*\b(?:configtest|du|diff|help)\b/,
    encrypts: false,
  },
  {
    name: 'rdiff-backup',
    pattern: /(?:^|[\s/])rdiff-backup\b/,
    upkeep:
      /\brdiff-backup\s[^;&|]*(?:--(?:remove-older-than|list|compare|verify|check)|\s(?:remove|list|compare|verify|restore|regress)\s)/,
    encrypts: false,
  },
  {
    name: 'timeshift',
    pattern: /(?:^|[\s/])timeshift\b/,
    upkeep: /\btimeshift\s[^;&|]*--(?:list|delete)/,
    encrypts: false,
  },
  { name: 'rear', pattern: /(?:^|[\s/])rear(?:\s[^;&|]*)?\smkbackup(?:only)?\b/, encrypts: undefined },
  { name: 'backupninja', pattern: /(?:^|[\s/])backupninja\b/, encrypts: undefined },
  { name: 'pgbackrest', pattern: /(?:^|[\s/])(?:pgbackrest|barman)(?:\s[^;&|]*)?\sbackup\b/, encrypts: undefined },
  {
    name: 'kopia',
    pattern: /(?:^|[\s/])kopia(?:\s[^;&|]*)?\s(?:snapshot|snap)(?:\s[^;&|]*)?\screate\b/,
    encrypts: true,
  },
]

/** Agents whose server sets times and keeps the copies: this machine alone doesn't tell more than that they run. */
const agents =
  /^(?:bacula-fd|bareos-fd|bareos-filedaemon|amandad|veeamservice|veeamdeployment|urbackupclientbackend|urbackupclient|dsmcad|netbackup|vxpbx_exchanged|nv_agent|acronis_mms|cvlaunchd|rubrikagents|cohesity-agent|altaro)$/

/** Scheduled backups of this machine. */
export const interpretBackup: Part = (evidence) => {
  const { tasks, missing } = readTasks(evidence)
  const services = serviceViews(evidence)
  const processes = processNames(evidence)
  const jobs = tasks.flatMap((task) => {
    const command = task.command ?? ''
    const program = programs.find(({ pattern, upkeep }) => pattern.test(command) && !upkeep?.test(command))
    return program && task.enabled === true ? [{ task, program }] : []
  })
  const running = [
    ...(processes.ok ? processes.value : []),
    ...(services.ok
      ? [...services.value.values()].filter((service) => service.running === true).map((service) => service.name)
      : []),
  ].find((name) => agents.test(name))
  const unclear = tasks.filter(
    (task) =>
      task.enabled !== false &&
      !`${task.name} ${task.command ?? ''}`.includes('dpkg-db') &&
      /(?:^|[\s/])(?:rsync|rclone|tar|pg_dump|pg_dumpall|mysqldump|mariadb-dump|scp)\b|backup/i.test(
        task.command ?? '',
      ) &&
      !jobs.some((job) => job.task === task),
  )
  const where: readonly EvidenceRef[] =
    jobs.length > 0
      ? jobs.map(({ task }) => task.evidence)
      : ['cron-files', 'cron-folders', 'unit-files', 'processes'].map((source) => ({ source }))
  const id = (name: string) => `backup.${name}`
  if (jobs.length === 0 && running !== undefined) {
    const why = {
      why: {
        ja: `${running} の設定は、バックアップのサーバ側にある`,
        en: `what ${running} does is set on the backup server`,
      },
    }
    const at = [{ source: 'processes', at: running }]
    return { facts: observesBackup.settings.map((setting) => unread(setting, why, at)) }
  }
  const failed = missing ?? (services.ok ? (processes.ok ? undefined : processes) : services)
  if (jobs.length === 0) {
    if (failed) return { facts: observesBackup.settings.map((setting) => unread(setting, failed, where)) }
    const why = { ja: '定期バックアップがない', en: 'there is no scheduled backup' }
    return {
      facts: [
        known(id('configured'), false, where),
        known(id('interval'), 'never', where),
        ...['last-success', 'generations', 'encrypted'].map((name) => inapplicable(id(name), why, where)),
      ],
      gaps: unclear.map(unclearGap),
    }
  }
  const intervals = jobs.map(({ task }) => task.interval)
  const shortest = intervals.every((interval) => interval !== undefined)
    ? Math.min(...intervals.filter((interval) => interval !== undefined))
    : undefined
  const facts: readonly Fact[] = [
    known(id('configured'), true, where),
    shortest === undefined
      ? unread(
          id('interval'),
          { why: { ja: 'バックアップの時期を解釈できない', en: 'the schedule of the backup was not understood' } },
          where,
        )
      : known(id('interval'), shortest, where),
    unread(
      id('last-success'),
      {
        why: {
          ja: '最後に始まった時刻は分かっても、成功したかは保存先を開かないと分からない',
          en: 'when it last started is no success; only the repository itself tells',
        },
      },
      where,
    ),
    generations(
      evidence,
      jobs.map(({ program }) => program.name),
    ),
    // what may be another backup may be one in the clear
    encrypted([...jobs.map(({ program }) => program.encrypts), ...unclear.map(() => undefined)], where),
  ]
  return { facts }
}

/** A copying command in a schedule is named, not counted: it may be a backup or not. */
const unclearGap = (task: TaskDetail): Gap => ({
  what: ['backup.configured'],
  why: {
    ja: `${task.name}（${task.source}）はバックアップかもしれないが、命令だけでは分からない`,
    en: `${task.name} (${task.source}) may be a backup; its command alone does not tell`,
  },
})

function encrypted(kinds: readonly (boolean | undefined)[], where: readonly EvidenceRef[]): Fact {
  if (kinds.every((kind) => kind === true)) return known('backup.encrypted', true, where, 'platform-default')
  if (kinds.some((kind) => kind === false)) return known('backup.encrypted', false, where, 'platform-default')
  return unread(
    'backup.encrypted',
    {
      why: {
        ja: '暗号化は保存先や命令ごとに決まり、この機器の設定だけでは分からない',
        en: 'encryption depends on each repository or command, and the settings here do not tell of all of them',
      },
    },
    where,
  )
}

/** Copies kept: the sum of borgmatic's `keep_…`, rsnapshot's `retain` or timeshift's `count_…`. */
function generations(evidence: Evidence, names: readonly string[]): Fact {
  const setting = 'backup.generations'
  const files = sectionFiles(evidence, 'backup-files')
  if (!files.ok) return unread(setting, files)
  const patterns: Readonly<Record<string, [RegExp, RegExp]>> = {
    borgmatic: [/^\/etc\/borgmatic/, /^\s*keep_(?:hourly|daily|weekly|monthly|yearly)\s*:\s*(\d+)/],
    rsnapshot: [/rsnapshot\.conf$/, /^(?:retain|interval)\s+\S+\s+(\d+)/],
    timeshift: [/timeshift\.json$/, /^\s*"count_(?:hourly|daily|weekly|monthly)"\s*:\s*"?(\d+)/],
  }
  const counted: Reading<{ count: number; evidence: EvidenceRef }>[] = names.map((name) => {
    const [paths, pattern] = patterns[name] ?? []
    if (!paths || !pattern)
      return unreadable({
        ja: `${name} の世代数は、この機器の設定ファイルにない`,
        en: `the generations that ${name} keeps are not in a configuration file here`,
      })
    for (const file of files.value.values()) {
      if (!paths.test(file.path) || file.state === 'absent') continue
      if (file.state !== 'read')
        return unreadable({ ja: `${file.path} を読めない`, en: `${file.path} could not be read` })
      const numbers = file.lines.flatMap((line) => pattern.exec(line)?.[1] ?? []).map(Number)
      if (numbers.length > 0)
        return {
          ok: true,
          value: { count: numbers.reduce((sum, number) => sum + number, 0), evidence: { source: file.path } },
        }
    }
    return unreadable({
      ja: `${name} の世代数が設定されていない`,
      en: `${name} has no number of generations configured`,
    })
  })
  const failed = counted.find((reading) => !reading.ok)
  if (failed && !failed.ok) return unread(setting, failed)
  const values = counted.flatMap((reading) => (reading.ok ? [reading.value] : []))
  const least = [...values].sort((a, b) => a.count - b.count)[0]
  return least
    ? known(setting, least.count, [least.evidence])
    : unread(setting, { why: { ja: '世代数が分からない', en: 'the generations are not known' } })
}
