import { describe, expect, it, test } from 'vitest'
import { evidenceOf, filesText } from '../testing/evidence.ts'
import {
  expectNeverBetter,
  expectNothingFromNothing,
  factOf,
  healthyMachine,
  type Sections,
} from '../testing/software-machine.ts'
import { interpretBackup, observesBackup } from './backup.ts'

const backup = (setting: string, changes: Sections = {}) => factOf(interpretBackup, `backup.${setting}`, changes)
const known = (value: unknown) => ({ state: 'known', value })
const text = (id: string): string => String(healthyMachine[id])
const job = (command: string): Sections => ({
  'unit-files': text('unit-files').replace(/ExecStart=\/usr\/bin\/restic.*/, `ExecStart=${command}`),
})
const none = job('/bin/true')

describe('scheduled backups', () => {
  it('are read from the schedule, but a start is no success', () => {
    expect(backup('configured')).toMatchObject(known(true))
    expect(backup('interval')).toMatchObject(known(86400))
    expect(backup('encrypted')).toMatchObject(known(true))
    expect(backup('last-success')?.state).toBe('unreadable')
    expect(backup('generations')?.state).toBe('unreadable')
  })
  it('are not known to be encrypted beside a copy that may be one in the clear', () => {
    const copying = { 'cron-files': filesText({ '/etc/cron.d/x': '30\t2\t*\t*\t*\troot\trsync -a /srv/ ***\n' }) }
    expect(backup('encrypted', copying)?.state).toBe('unreadable')
    expect(backup('configured', copying)).toMatchObject(known(true))
  })
  it('keep as many generations as rsnapshot or borgmatic is told', () => {
    const rsnapshot = {
      ...job('/usr/bin/rsnapshot daily'),
      'backup-files': filesText({ '/etc/rsnapshot.conf': 'retain\tdaily\t7\nretain\tweekly\t4\n' }),
    }
    expect(backup('generations', rsnapshot)).toMatchObject(known(11))
    expect(backup('encrypted', rsnapshot)).toMatchObject(known(false))
    const borgmatic = {
      ...job('/usr/bin/borgmatic --verbosity 1'),
      'backup-files': filesText({ '/etc/borgmatic/config.yaml': '    keep_daily: 7\n' }),
    }
    expect(backup('generations', borgmatic)).toMatchObject(known(7))
    expect(backup('encrypted', borgmatic)?.state).toBe('unreadable')
  })
  test.each([
    '/usr/bin/restic check',
    '/usr/bin/borg prune',
    '/usr/bin/rsync -a /home /mnt',
    '/usr/bin/borgmatic prune --verbosity 1',
    '/usr/bin/borgmatic --check',
    '/usr/bin/duplicity cleanup --force file:///srv',
    '/usr/sbin/rear checklayout || /usr/sbin/rear mkrescue',
    '/usr/bin/barman -q cron',
    '/usr/bin/pgbackrest --stanza=main check',
    '/usr/lib/snapper/systemd-helper --timeline',
    '/usr/bin/kopia maintenance run',
    '/usr/bin/rdiff-backup --remove-older-than 8W /srv/backup',
  ])('are not made by %s', (command) => {
    expect(backup('configured', job(command))).toMatchObject(known(false))
  })
  test.each([
    '/usr/bin/borgmatic',
    '/usr/bin/borgmatic --config /etc/borgmatic/config.yaml --syslog-verbosity 1',
    '/usr/bin/borgmatic create prune',
    '/usr/bin/borgmatic --create --prune',
    '/usr/bin/duply home backup_purge --force',
    '/usr/sbin/rear mkbackup',
    '/usr/bin/pgbackrest --stanza=main --type=full backup',
    '/usr/bin/kopia snapshot create --all',
    '/usr/bin/rdiff-backup /home /srv/backup',
  ])('are made by %s', (command) => {
    expect(backup('configured', job(command))).toMatchObject(known(true))
  })
  it('are not made by a disabled timer', () => {
    const disabled = text('systemd-units').replace(
      /ActiveState=active\nSubState=waiting\nUnitFileState=enabled\nId=restic\.timer/,
      'ActiveState=inactive\nSubState=dead\nUnitFileState=disabled\nId=restic.timer',
    )
    expect(backup('configured', { 'systemd-units': disabled })).toMatchObject(known(false))
  })
  it('mention a copying command without counting it', () => {
    const { gaps = [] } = interpretBackup(evidenceOf({ ...healthyMachine, ...job('/usr/bin/rsync -a /home /mnt') }))
    expect(gaps.map(({ why }) => why.en).join()).toContain('restic (/etc/systemd/system/restic.timer) may be a backup')
  })
  it('are none, with an interval of never, only when every schedule was read', () => {
    expect(backup('configured', none)).toMatchObject(known(false))
    expect(backup('interval', none)).toMatchObject(known('never'))
    expect(backup('encrypted', none)?.state).toBe('inapplicable')
    expect(
      backup('configured', { ...none, 'cron-files': filesText({ '/var/spool/cron/crontabs/*': { state: 'denied' } }) })
        ?.state,
    ).toBe('unreadable')
  })
  it('are left open where an agent of a backup server runs', () => {
    expect(backup('configured', { ...none, processes: 'systemd\nbacula-fd\n' })?.state).toBe('unreadable')
  })
  it('take nothing from nothing, and never gain by a loss', () => {
    expectNothingFromNothing(interpretBackup, observesBackup)
    expectNeverBetter(interpretBackup)
    expectNeverBetter(interpretBackup, { ...healthyMachine, ...none })
  })
})
