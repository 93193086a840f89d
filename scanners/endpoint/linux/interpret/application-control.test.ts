import { describe, expect, it, test } from 'vitest'
import { evidenceOf } from '../testing/evidence.ts'
import {
  expectNeverBetter,
  expectNothingFromNothing,
  factOf,
  healthyMachine,
  type Sections,
} from '../testing/software-machine.ts'
import { interpretApplicationControl, observesApplicationControl } from './application-control.ts'

const control = (setting: string, changes: Sections = {}) =>
  factOf(interpretApplicationControl, `application-control.${setting}`, changes)
const known = (value: unknown) => ({ state: 'known', value })
const text = (id: string): string => String(healthyMachine[id])
const files = (from: string | RegExp, to: string): Sections => ({
  'protection-files': text('protection-files').replace(from, to),
})
const rules = (...lines: readonly string[]): Sections =>
  files(/(@file \/etc\/fapolicyd\/compiled\.rules\n)(?:\|.*\n)*/, `$1${lines.map((line) => `|${line}\n`).join('')}`)

describe('fapolicyd', () => {
  it('enforces an allow-list when it runs, blocks, and ends by denying the untrusted', () => {
    expect(control('mode')).toMatchObject(known('enforced'))
    expect(control('engine')).toMatchObject(known('fapolicyd'))
    expect(control('allow-list')).toMatchObject(known(true))
  })
  it('only watches with permissive = 1, and is off when it does not run', () => {
    expect(control('mode', files('permissive = 0', 'permissive = 1'))).toMatchObject(known('audit'))
    expect(control('allow-list', files('permissive = 0', 'permissive = 1'))).toMatchObject(known(false))
    expect(control('mode', { processes: 'systemd\n' })).toMatchObject(known('off'))
    expect(
      control('mode', { processes: 'systemd\n', dpkg: text('dpkg').replace(/.*fapolicyd.*\n/, '') }),
    ).toMatchObject(known('off'))
  })
  test.each<[boolean, string[]]>([
    [false, ['allow perm=execute all : trust=1']],
    [false, ['allow perm=any all : all', 'deny perm=execute all : all']],
    [false, ['allow perm=execute uid=1000 : all', 'deny perm=execute all : all']],
    [false, ['allow perm=any exe=/usr/bin/bash : all', 'deny perm=execute all : all']],
    [false, ['deny perm=open all : all']],
    [false, ['deny perm=execute all trust=0 : all']],
    [true, ['allow perm=any exe=/usr/bin/rpm : all', 'deny_syslog perm=execute all : all']],
    [true, ['deny perm=any all : trust=0']],
  ])('is an allow-list (%s) with the rules %j', (allowList, lines) => {
    expect(control('allow-list', rules(...lines))).toMatchObject(known(allowList))
  })
  it('leaves the list open when only root may read the rules', () => {
    const denied = files(
      /@file \/etc\/fapolicyd\/compiled\.rules\n(?:\|.*\n)*@end\n/,
      '@denied /etc/fapolicyd/compiled.rules\n',
    )
    expect(control('allow-list', denied)?.state).toBe('unreadable')
    expect(control('mode', denied)).toMatchObject(known('enforced'))
  })
})

describe('mandatory access control', () => {
  const selinux = (value: string): Sections =>
    files('@absent /sys/fs/selinux/enforce', `@file /sys/fs/selinux/enforce\n|${value}\n@end`)
  it('is AppArmor with a profile that enforces', () => {
    expect(control('confinement')).toMatchObject(known('enforced'))
    expect(control('confinement', files('(enforce)', '(complain)'))).toMatchObject(known('audit'))
    expect(control('confinement', files(/\|\/usr\/sbin\/chronyd.*\n\|lsb.*\n/, ''))).toMatchObject(known('off'))
  })
  it('is SELinux as the kernel says', () => {
    expect(control('confinement', selinux('1'))).toMatchObject(known('enforced'))
    expect(control('confinement', selinux('0'))).toMatchObject(known('audit'))
    expect(control('confinement-engine', selinux('1'))).toMatchObject(known('selinux'))
    expect(control('confinement', selinux('?'))?.state).toBe('unreadable')
  })
  it('is off when the kernel has neither, and unreadable when the profiles are kept for root', () => {
    expect(control('confinement', files('|Y', '|N'))).toMatchObject(known('off'))
    const denied = files(
      /@file \/sys\/kernel\/security\/apparmor\/profiles\n(?:\|.*\n)*@end\n/,
      '@denied /sys/kernel/security/apparmor/profiles\n',
    )
    expect(control('confinement', denied)?.state).toBe('unreadable')
  })
})

describe('installing software', () => {
  it('needs root, unless something on the machine hands the right on', () => {
    expect(control('installation-restricted')).toMatchObject(known(true))
    const also = (name: string): Sections => ({
      dpkg: `${text('dpkg')}ii \t${name}\t1.0\tamd64\t${name}\t\t1747699200\tX <x@debian.org>\n`,
    })
    expect(control('installation-restricted', also('packagekit'))?.state).toBe('unreadable')
    expect(control('installation-restricted', also('flatpak'))).toMatchObject(known(false))
  })
})

describe('application control, whatever the evidence', () => {
  it('takes nothing from nothing, and never gains by a loss', () => {
    expectNothingFromNothing(interpretApplicationControl, observesApplicationControl)
    expectNeverBetter(interpretApplicationControl)
    interpretApplicationControl(evidenceOf({ 'protection-files': '@file x\n|\u0000\n@end' }))
  })
})
