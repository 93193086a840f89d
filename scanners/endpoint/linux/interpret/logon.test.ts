import { describe, expect, it } from 'vitest'
import { evidenceOf, filesText, type GivenSection } from '../testing/evidence.ts'
import { interpretLogon, isNotice, observesLogon, revealsSystem } from './logon.ts'

const names = ['Debian GNU/Linux', 'Linux', 'Debian', 'Kernel']

describe('a text before logon', () => {
  it.each([
    ['Debian GNU/Linux 12 \\n \\l\n', true, false],
    ['\\S\nKernel \\r on an \\m (\\l)\n', true, false],
    ['', false, false],
    ['   \n\n', false, false],
    ['Authorized users only. All activity is recorded.\n', false, true],
    ['許可された者だけが利用できます。\n', false, true],
    ['Welcome to Debian GNU/Linux 12. Authorized users only.\n', true, true],
    ['Authorized users only on \\l.\n', false, true],
    ['Authorized users only on \\n.\n', true, true],
  ])('%j', (text, reveals, notice) => {
    expect(revealsSystem(text, names, true)).toBe(reveals)
    expect(isNotice(text, names, true)).toBe(notice)
  })

  it('of SSH has no escapes: what stands there is shown as it is', () => {
    expect(revealsSystem('only \\r here', names, false)).toBe(false)
  })
})

const sections = (changes: Record<string, GivenSection> = {}): Record<string, GivenSection> => ({
  'access-state':
    'processes-seen=yes\ndropbear-running=no\nsshd-running=yes\nsshd-installed=yes\ndropbear-installed=no\ngdm-installed=yes\nlightdm-installed=no\nsddm-installed=no\ndconf=current gdm\n',
  'sshd-processes': '',
  'sshd-effective': 'port 22\npermitrootlogin no\nbanner /etc/issue.net\nversionaddendum none\n',
  'access-files': filesText({
    '/etc/issue': 'Authorized users only here\n',
    '/etc/issue.net': 'Authorized users only here\n',
    '/etc/os-release': 'ID="rocky"\nID_LIKE="rhel centos fedora"\n',
    '/etc/ssh/sshd_config': '',
    '/etc/dconf/profile/gdm': 'user-db:user\nsystem-db:gdm\n',
    '/etc/gdm3/greeter.dconf-defaults': '',
  }),
  desktop: 'manager /usr/sbin/gdm3\nchecked\n',
  'system-files': filesText({ '/etc/dconf/db/gdm.d/10-list': '[org/gnome/login-screen]\ndisable-user-list=true\n' }),
  ...changes,
})
const value = (id: string, line: string | undefined, changes: Record<string, GivenSection> = {}): unknown => {
  const fact = (interpretLogon(evidenceOf(sections(changes))).facts ?? []).find(
    (one) => one.setting === id && one.scope?.key === line,
  )
  return fact?.state === 'known' ? fact.value : fact?.state
}

describe('the logon', () => {
  it('hides its users where the greeter is told to', () => {
    const id = 'logon.user-list-shown'
    expect(value(id, undefined)).toBe(false)
    expect(value(id, undefined, { 'system-files': filesText({ '/etc/dconf/db/gdm.d/10-list': '' }) })).toBe(true)
    // a database without key files, beside another that has some
    const elsewhere = { '/etc/dconf/db/distro.d/20-authselect': '[org/gnome/login-screen]\nenable-smartcard=false\n' }
    expect(value(id, undefined, { 'system-files': filesText(elsewhere) })).toBe(true)
    expect(value(id, undefined, { desktop: 'checked\n' })).toBe('inapplicable')
    const state = String(sections()['access-state'])
    expect(value(id, undefined, { 'access-state': state.replace('current gdm', 'stale gdm') })).toBe('unreadable')
    expect(value(id, undefined, { 'access-state': state.replace('current gdm', 'denied gdm') })).toBe('unreadable')
    expect(value(id, undefined, { 'access-state': state.replace('gdm-installed=yes', 'sddm-installed=yes') })).toBe(
      'unreadable',
    )
  })

  it('reads the banner file that sshd shows', () => {
    expect(value('logon.banner-present', 'ssh')).toBe(true)
    expect(value('logon.banner-reveals-system', 'ssh')).toBe(false)
    const dump = 'port 22\npermitrootlogin no\nversionaddendum none\n'
    expect(value('logon.banner-present', 'ssh', { 'sshd-effective': `${dump}banner none\n` })).toBe(false)
    expect(value('logon.banner-present', 'ssh', { 'sshd-effective': `${dump}banner /srv/notice\n` })).toBe('unreadable')
    expect(
      value('logon.banner-reveals-system', 'ssh', { 'sshd-effective': `${dump}banner none\ndebianbanner yes\n` }),
    ).toBe(true)
  })

  it('over SSH reveals Debian by its version string, unless told not to', () => {
    const id = 'logon.banner-reveals-system'
    const debian = (config: string) =>
      filesText({
        '/etc/issue.net': 'Authorized users only here\n',
        '/etc/os-release': 'ID=ubuntu\nID_LIKE=debian\n',
        '/etc/ssh/sshd_config': config,
      })
    expect(value(id, 'ssh', { 'access-files': debian('') })).toBe(true)
    expect(value(id, 'ssh', { 'access-files': debian('DebianBanner no\n') })).toBe(false)
  })

  it('stays unknown without evidence', () => {
    const none = interpretLogon(evidenceOf({}, false)).facts ?? []
    for (const id of observesLogon.settings)
      expect(
        none.filter((fact) => fact.setting === id).map((fact) => fact.state),
        id,
      ).not.toContain('known')
    expect(new Set(none.map((fact) => fact.setting))).toEqual(new Set(observesLogon.settings))
  })
})
