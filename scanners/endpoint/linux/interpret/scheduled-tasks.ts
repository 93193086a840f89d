import type { Field } from '../../../../src/core/fact.ts'
import type { Part } from './contribution.ts'
import { tableOf } from './tables.ts'
import { readTasks } from './task-readers.ts'

export const observesScheduledTasks = { settings: [], rows: ['scheduled-task'] } as const

const unsaid = (ja: string, en: string): Field => ({ unreadable: { ja, en } })

/** Tasks that run by a schedule. Their commands are shown without arguments that may hold secrets. */
export const interpretScheduledTasks: Part = (evidence) => {
  const { tasks, missing } = readTasks(evidence)
  const rows = tasks.map((task) => ({
    key: task.key,
    name: task.name,
    fields: {
      name: task.name,
      kind: task.kind,
      account: task.account ?? unsaid('実行者が分からない', 'the account is not known'),
      schedule: task.schedule ?? unsaid('時期が分からない', 'the schedule is not known'),
      interval:
        task.interval ??
        (task.kind === 'at' || task.schedule === '@reboot' || task.schedule === 'OnBootSec'
          ? { inapplicable: { ja: '繰り返さない', en: 'it does not repeat' } }
          : unsaid('間隔を計算できない書き方', 'the interval of this schedule could not be computed')),
      command: task.command ?? unsaid('命令が分からない', 'the command is not known'),
      enabled: task.enabled ?? unsaid('有効かどうか分からない', 'it is not known whether it is enabled'),
      'catches-up':
        task.catchesUp ?? unsaid('逃した回の扱いが分からない', 'it is not known what happens after a missed time'),
      'last-run':
        task.lastRun ?? unsaid('最終実行の記録を読めない', 'its last run is not recorded where it could be read'),
      source: task.source,
    },
    evidence: [task.evidence],
  }))
  const sources = ['cron-files', 'cron-folders', 'unit-files', 'at-jobs'].map((source) => ({ source }))
  return { tables: [tableOf('scheduled-task', rows, sources, missing)] }
}
