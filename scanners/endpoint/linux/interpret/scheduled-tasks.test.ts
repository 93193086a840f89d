import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { evidenceOf, filesText } from '../testing/evidence.ts'
import { expectNeverBetter, expectNothingFromNothing, tableFrom } from '../testing/software-machine.ts'
import { calendarInterval, cronInterval, spanSeconds } from './schedule.ts'
import { interpretScheduledTasks, observesScheduledTasks } from './scheduled-tasks.ts'

const hour = 3600
const day = 24 * hour
const tasks = (changes = {}) => tableFrom(interpretScheduledTasks, 'scheduled-task', changes)

describe('how often a schedule runs', () => {
  test.each<[string, number | undefined]>([
    ['* * * * *', 60],
    ['*/5 * * * *', 300],
    ['0 * * * *', hour],
    ['0 3 * * *', day],
    ['0 3,15 * * *', 12 * hour],
    ['0 3 * * 0', 7 * day],
    ['0 3 * * 7', 7 * day],
    ['0 3 * * mon-fri', 3 * day],
    ['0 3 1 * *', 31 * day],
    ['0 3 31 * *', 62 * day],
    ['0 3 1 1 *', 366 * day],
    ['@weekly', 7 * day],
    // with a star in front of either, the day and the weekday must both hold
    ['0 3 */2 * 1', undefined],
    ['0 3 1-7 * */7', undefined],
    ['0 3 */1 * 1', 7 * day],
    ['0 3 1-31 * 1', day],
    ['@reboot', undefined],
    ['61 3 * * *', undefined],
    ['not a schedule at all', undefined],
  ])('cron %s', (schedule, seconds) => expect(cronInterval(schedule)).toBe(seconds))

  test.each<[string, number | undefined]>([
    ['daily', day],
    ['*-*-* 6,18:00', 12 * hour],
    ['*-*-* 06:00:00', day],
    ['Sun *-*-* 03:00:00', 7 * day],
    ['Mon..Fri 22:30', 3 * day],
    ['*-*-01 04:00', 31 * day],
    ['2026-12-31 23:59', undefined],
    ['*:0/15', 900],
    // the first Monday of a month (systemd-analyze calendar: up to 35 days apart)
    ['Mon *-*-1..7 03:00', undefined],
    ['gibberish', undefined],
  ])('calendar %s', (event, seconds) => expect(calendarInterval(event)).toBe(seconds))

  it('adds up a time span', () => {
    expect(spanSeconds('1d 12h')).toBe(1.5 * day)
    expect(spanSeconds('300')).toBe(300)
    // systemd.time(7): a capital M is a month
    expect(spanSeconds('1M')).toBe(2_630_016)
    expect(spanSeconds('1m')).toBe(60)
    expect(spanSeconds('soon')).toBeUndefined()
  })
  it('stands any text', () => {
    fc.assert(fc.property(fc.string(), (text) => void [cronInterval(text), calendarInterval(text), spanSeconds(text)]))
  })
})

describe('scheduled tasks', () => {
  it('reads timers with their service, catch-up and last start', () => {
    expect(tasks().rows.find(({ key }) => key === 'timer:restic.timer')?.fields).toMatchObject({
      kind: 'timer',
      account: 'backup',
      interval: day,
      enabled: true,
      'catches-up': true,
      command: '/usr/bin/restic backup --password-file /etc/restic/password /home',
    })
    expect(tasks().rows.find(({ key }) => key === 'timer:apt-daily-upgrade.timer')?.fields['last-run']).toBe(
      '2026-11-19T06:25:01Z',
    )
  })
  it('reads crontabs of the system, of users and of anacron', () => {
    const cron = filesText({
      '/etc/crontab': 'SHELL=/bin/sh\n17\t*\t*\t*\t*\troot\tcd / && run-parts --report /etc/cron.hourly\n',
      '/etc/anacrontab': '7\t10\tcron.weekly\trun-parts /etc/cron.weekly\n',
      '/var/spool/cron/crontabs/alice': '@daily\t/home/alice/report\n',
      '/var/spool/cron/crontabs': { state: 'refused' },
    })
    const { rows, complete } = tasks({ 'cron-files': cron })
    const found = rows.filter(
      ({ key }) => key.startsWith('cron:/etc/crontab') || key.includes('alice') || key.includes('anacron'),
    )
    expect(complete).toBe(true)
    expect(found.map(({ fields }) => [fields.account, fields.interval, fields['catches-up']])).toEqual([
      ['root', 7 * day, true],
      ['root', hour, false],
      ['alice', day, false],
    ])
  })
  it('is incomplete where only root may read crontabs or the queue of at', () => {
    expect(tasks({ 'cron-files': filesText({ '/var/spool/cron/crontabs/*': { state: 'denied' } }) }).complete).toBe(
      false,
    )
    expect(tasks({ 'at-jobs': '@denied /var/spool/cron/atjobs\n' }).complete).toBe(false)
    expect(tasks({ 'unit-files': '@denied /etc/systemd/system/secret.timer\n' }).complete).toBe(false)
  })
  it('reads the number and the time of an at job from its file name', () => {
    const { rows } = tasks({ 'at-jobs': '/var/spool/cron/atjobs/a0000101d0a1b2\n' })
    expect(rows.find(({ key }) => key.startsWith('at:'))?.fields).toMatchObject({
      name: 'at 1',
      schedule: '2027-11-23T21:38:00Z',
      kind: 'at',
    })
  })
  it('takes nothing from nothing, and never gains by a loss', () => {
    expectNothingFromNothing(interpretScheduledTasks, observesScheduledTasks)
    expectNeverBetter(interpretScheduledTasks)
    fc.assert(
      fc.property(
        fc.string(),
        (text) =>
          void interpretScheduledTasks(
            evidenceOf({
              'cron-files': `@file /etc/crontab\n|${text}\n@end`,
              'unit-files': text,
              init: 'systemd\trunning',
            }),
          ),
      ),
    )
  })
})
