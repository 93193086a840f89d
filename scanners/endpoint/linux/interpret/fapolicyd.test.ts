import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { filesText } from '../testing/evidence.ts'
import { factOf, healthyMachine, type Sections } from '../testing/software-machine.ts'
import { interpretApplicationControl } from './application-control.ts'
import { deniesUnlisted } from './fapolicyd-rules.ts'

/** The rules that fapolicyd 1.3 installs by default (rules.d, the "known-libs" set), in their order. */
const shipped = [
  '%languages=application/x-bytecode.ocaml,application/x-bytecode.python,text/x-perl,text/x-python',
  'allow perm=any uid=0 : dir=/var/tmp/',
  'allow perm=any uid=0 trust=1 : all',
  'allow perm=open exe=/usr/bin/rpm : all',
  'allow perm=open exe=/usr/libexec/platform-python3.9 comm=dnf : all',
  'deny_audit perm=any pattern=ld_so : all',
  'deny_audit perm=any all : ftype=application/x-bad-elf',
  'allow perm=open all : ftype=application/x-sharedlib trust=1',
  'deny_audit perm=open all : ftype=application/x-sharedlib',
  'allow perm=execute all : trust=1',
  'allow perm=open all : ftype=%languages trust=1',
  'deny_audit perm=any all : ftype=%languages',
  'allow perm=any all : ftype=text/x-shellscript',
  'deny_audit perm=execute all : all',
  'allow perm=open all : all',
]
const before = (...rules: readonly string[]): readonly string[] => [
  ...shipped.slice(0, 1),
  ...rules,
  ...shipped.slice(1),
]

describe('rules of fapolicyd', () => {
  it('are an allow-list as they are shipped', () => {
    expect(deniesUnlisted(shipped)).toEqual({ ok: true, value: true })
    expect(deniesUnlisted(shipped.filter((rule) => !rule.startsWith('deny_audit perm=execute')))).toEqual({
      ok: true,
      value: false,
    })
  })
  test.each([
    ['a file of root by its path', 'allow perm=execute all : path=/opt/tool/bin/tool'],
    ['files by their hash', `allow perm=any all : filehash=${'0'.repeat(64)}`],
    ['what root alone can write to', 'allow perm=execute all : dir=/opt/vendor/'],
    ['the standard folders', 'allow perm=execute all : dir=execdirs'],
    ['a pattern below them', 'allow perm=execute all : path=glob:/usr/lib/vendor/*/run'],
    ['everything, to root', 'allow perm=any uid=0 : all'],
    ['everything, to one program that runs nothing else', 'allow perm=any exe=/usr/bin/rpm : all'],
    ['only to be opened', 'allow perm=open all : dir=/home/'],
    ['only to be opened, which is the default', 'allow uid=1000 : all'],
    ['trusted files under a quoted name', 'allow perm=execute all : dir="/home/a b/" trust=1'],
  ])('stay one when they allow %s', (_, rule) => {
    expect(deniesUnlisted(before(rule))).toEqual({ ok: true, value: true })
  })
  test.each([
    ['all', 'allow perm=execute all : all'],
    ['folders of users', 'allow perm=execute all : dir=/home/'],
    ['a file by its path that its user can replace', 'allow perm=execute all : path=/home/alice/bin/tool'],
    ['everything to a program that its user can replace', 'allow perm=any exe=/home/alice/tool : all'],
    ['one user’s own folder', 'allow perm=any uid=mock : dir=/home/mock/rpmbuild'],
    ['temporary folders by a pattern', 'allow perm=execute all : path=glob:/tmp/*/run'],
    ['the whole tree', 'allow perm=execute all : dir=/'],
    ['every program of a kind', 'allow perm=execute all : ftype=application/x-executable'],
    ['every script of named languages', 'allow perm=any all : ftype=%languages'],
    ['everything untrusted', 'allow perm=execute all : trust=0'],
    ['everything to a shell', 'allow perm=any exe=/usr/bin/bash : all'],
    ['everything to an interpreter', 'allow perm=any exe=/usr/bin/rpm,/usr/bin/python3.11 : all'],
    ['everything to a name that any program can take', 'allow perm=any comm=dnf : all'],
    ['everything to trusted programs', 'allow perm=any trust=1 : all'],
    ['a removable device', 'allow perm=execute all : device=/dev/cdrom'],
  ])('are none when they allow %s', (_, rule) => {
    expect(deniesUnlisted(before(rule))).toEqual({ ok: true, value: false })
  })
  it('are not known where a place is allowed that others may write to, or a rule is not understood', () => {
    expect(deniesUnlisted(before('allow perm=execute all : dir=/data/tools/')).ok).toBe(false)
    expect(deniesUnlisted(before('allow exe=/usr/bin/rpm all')).ok).toBe(false)
    expect(deniesUnlisted(before('permit perm=execute all : all')).ok).toBe(false)
  })
  it('never become an allow-list by a rule that allows, and stand any text', () => {
    const word = fc.constantFrom(
      'all',
      'uid=0',
      'uid=7',
      'exe=/bin/sh',
      'trust=1',
      'trust=0',
      'dir=/home/',
      'ftype=x',
      'path=/x',
    )
    const permission = fc.constantFrom('perm=any', 'perm=execute', 'perm=open')
    fc.assert(
      fc.property(
        fc.array(fc.tuple(permission, word, word), { maxLength: 6 }),
        fc.nat(14),
        fc.string(),
        (extra, at, any) => {
          const rules = extra.map(([one, subject, object]) => `allow ${one} ${subject} : ${object}`)
          const without = deniesUnlisted(shipped.filter((_, index) => index !== 13))
          const more = deniesUnlisted(
            [...shipped.slice(0, at), ...rules, ...shipped.slice(at)].filter((rule) => rule !== shipped[13]),
          )
          expect(without).toEqual({ ok: true, value: false })
          expect(more).toEqual({ ok: true, value: false })
          deniesUnlisted([any])
        },
      ),
    )
  })
})

const control = (setting: string, changes: Sections = {}) =>
  factOf(interpretApplicationControl, `application-control.${setting}`, changes)
const known = (value: unknown) => ({ state: 'known', value })
/** The machine with these files of fapolicyd, by name below its folder; those not given are absent. */
const fapolicyd = (files: Readonly<Record<string, string>>, more: Sections = {}): Sections => {
  const given: Readonly<Record<string, string>> = {
    'fapolicyd.conf': 'permissive = 0\n',
    'compiled.rules': `${shipped.join('\n')}\n`,
    ...files,
  }
  const names = [
    'fapolicyd.conf',
    'compiled.rules',
    'fapolicyd.rules',
    'rules.d/*.rules',
    'fapolicyd.trust',
    'trust.d/*',
  ]
  const entries = [...new Set([...names, ...Object.keys(given)])].map((name) => {
    const text = given[name]
    return [`/etc/fapolicyd/${name}`, text === undefined ? { state: 'absent' as const } : text] as const
  })
  const others = String(healthyMachine['protection-files']).replace(
    /@(?:file|absent) \/etc\/fapolicyd\/.*\n(?:\|.*\n)*(?:@end\n)?/g,
    '',
  )
  return { 'protection-files': `${filesText(Object.fromEntries(entries))}${others}`, ...more }
}

describe('fapolicyd as it runs', () => {
  it('enforces what it was configured to, the last line counting', () => {
    expect(control('mode', fapolicyd({}))).toMatchObject(known('enforced'))
    expect(control('mode', fapolicyd({ 'fapolicyd.conf': 'permissive = 0\npermissive = 1\n' }))).toMatchObject(
      known('audit'),
    )
    expect(control('mode', fapolicyd({ 'fapolicyd.conf': 'permissive = maybe\n' }))?.state).toBe('unreadable')
  })
  it('only watches when it was started so', () => {
    const started = fapolicyd({}, { 'fapolicyd-arguments': '/usr/sbin/fapolicyd\n--permissive\n' })
    expect(control('mode', started)).toMatchObject(known('audit'))
    expect(control('allow-list', started)).toMatchObject(known(false))
    expect(control('mode', fapolicyd({}, { 'fapolicyd-arguments': '' }))?.state).toBe('unreadable')
  })
  it('takes the old file of rules before the compiled ones', () => {
    const old = fapolicyd({ 'fapolicyd.rules': 'allow perm=any all : all\n' })
    expect(control('allow-list', fapolicyd({}))).toMatchObject(known(true))
    expect(control('allow-list', old)).toMatchObject(known(false))
  })
  it('is as its compiled rules are, unless its next start would change that', () => {
    const parts = (last: string) => ({
      'rules.d/10-first.rules': shipped.slice(0, 13).join('\n'),
      'rules.d/90-last.rules': last,
    })
    const same = fapolicyd(parts(shipped.slice(13).join('\n')))
    expect(control('allow-list', same)).toMatchObject(known(true))
    expect(
      control('allow-list', fapolicyd(parts(`${shipped.slice(13).join('\n')}\nallow perm=open uid=5 : all`))),
    ).toMatchObject(known(true))
    expect(control('allow-list', fapolicyd(parts('allow perm=open all : all')))?.state).toBe('unreadable')
  })
  it('orders files of rules as numbers', () => {
    const parts = {
      'rules.d/9-a.rules': shipped.slice(0, 13).join('\n'),
      'rules.d/10-b.rules': shipped.slice(13).join('\n'),
    }
    expect(control('allow-list', fapolicyd(parts))).toMatchObject(known(true))
    const reversed = {
      'rules.d/9-a.rules': shipped.slice(13).join('\n'),
      'rules.d/10-b.rules': 'allow perm=any all : all',
    }
    expect(
      control('allow-list', fapolicyd({ ...reversed, 'compiled.rules': 'allow perm=any all : all\n' }))?.state,
    ).toBe('unreadable')
  })
  test.each<[string, string, boolean]>([
    ['the default, which lacks btrfs', '', false],
    ['a list with it', 'watch_fs = ext4,btrfs,tmpfs\n', true],
  ])('leaves file systems alone that are not in %s', (_, line, list) => {
    const mounts = String(healthyMachine['mounts']).replace(' ext4 ', ' btrfs ')
    const sections = fapolicyd({ 'fapolicyd.conf': `permissive = 0\n${line}` }, { mounts })
    expect(control('allow-list', sections)).toMatchObject(known(list))
  })
  it('does not care for file systems where nothing can be run', () => {
    const mounts = `${String(healthyMachine['mounts']).replace('rows 3', '')}25 22 0:40 / /data rw,noexec - nfs4 nas:/data rw\nrows 4\n`
    expect(control('allow-list', fapolicyd({}, { mounts }))).toMatchObject(known(true))
    expect(control('allow-list', fapolicyd({}, { mounts: mounts.replace('rw,noexec', 'rw') }))).toMatchObject(
      known(false),
    )
  })
})

describe('how a listed file is recognised', () => {
  test.each([
    ['', 'none'],
    ['integrity = size\n', 'size'],
    ['integrity = SHA256\n', 'sha256'],
    ['integrity = none\nintegrity = ima\n', 'ima'],
  ])('with %j', (line, value) => {
    expect(control('integrity', fapolicyd({ 'fapolicyd.conf': line }))).toMatchObject(known(value))
  })
  it('is not known with a word that fapolicyd does not know, and is by nothing where it does not run', () => {
    expect(control('integrity', fapolicyd({ 'fapolicyd.conf': 'integrity = md5\n' }))?.state).toBe('unreadable')
    expect(
      control('integrity', fapolicyd({ 'fapolicyd.conf': 'integrity = sha256\n' }, { processes: 'systemd\n' })),
    ).toMatchObject(known('none'))
  })
})

describe('files trusted besides packages', () => {
  it('are those of every trust file, unless that source is not used', () => {
    const files = { 'fapolicyd.trust': '/opt/b\n/opt/a\n', 'trust.d/team': '/srv/my tool\n/opt/a\n' }
    expect(control('trusted-files', fapolicyd(files))).toMatchObject(known(['/opt/a', '/opt/b', '/srv/my tool']))
    expect(control('trusted-files', fapolicyd({}))).toMatchObject(known([]))
    const packagesOnly = { ...files, 'fapolicyd.conf': 'trust = rpmdb\n' }
    expect(control('trusted-files', fapolicyd(packagesOnly))).toMatchObject(known([]))
  })
  it('are too many to list beyond some thousand, and none where fapolicyd is not installed', () => {
    const many = Array.from({ length: 2001 }, (_, index) => `/opt/${index}\n`).join('')
    expect(control('trusted-files', fapolicyd({ 'fapolicyd.trust': many }))?.state).toBe('unreadable')
    const dpkg = String(healthyMachine['dpkg']).replace(/.*fapolicyd.*\n/, '')
    expect(control('trusted-files', { processes: 'systemd\n', dpkg })?.state).toBe('absent')
  })
})
