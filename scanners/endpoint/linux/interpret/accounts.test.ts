import { describe, expect, it, test } from 'vitest'
import type { Field } from '../../../../src/core/fact.ts'
import type { GivenSection } from '../testing/evidence.ts'
import { accountFilesText, accountsText, authselectSssd, machineEvidence, redHat } from '../testing/pam-stacks.ts'
import { interpretAccounts } from './accounts.ts'

function accounts(more: Readonly<Record<string, GivenSection>> = {}, files: Readonly<Record<string, string>> = {}) {
  const { facts = [], tables = [] } = interpretAccounts(
    machineEvidence({ files: { ...redHat(authselectSssd), ...files } }, more),
  )
  const table = tables.find(({ type }) => type === 'account')
  const rows = [...(table?.rows ?? [])]
  return {
    complete: table?.complete,
    why: table?.why?.en,
    keys: rows.map((row) => row.key),
    row: (key: string): Readonly<Record<string, Field>> => rows.find((row) => row.key === key)?.fields ?? {},
    groups: [...(tables.find(({ type }) => type === 'group')?.rows ?? [])],
    facts: Object.fromEntries(
      facts.map((fact) => [
        fact.setting.replace('account-policy.', ''),
        fact.state === 'known' ? fact.value : fact.state,
      ]),
    ),
  }
}

const person = (name: string, shadow: string, uid = 1001): string =>
  `${accountsText}\np\t3\t${name}\t${uid}\t1001\t\t/home/${name}\t/bin/bash\tshadow\tnone\ns\t3\t${name}\t${shadow}`

it('a hash that stands in passwd can be read by everybody, locked or not', () => {
  const line = (state: string) => `${accountsText}\np\t3\tzoe\t1001\t1001\t\t/home/zoe\t/bin/bash\t${state}\tsha512`
  const readable = (state: string) => accounts({ accounts: line(state) }).row('zoe')['password-world-readable']
  expect(['set', 'locked', 'none', 'empty', 'shadow'].map(readable)).toEqual([true, true, false, false, false])
})

describe('an administrator by sudo', () => {
  const privileged = (rule: string) =>
    accounts(
      {
        accounts: person('zoe', 'set\tyescrypt\t20000\t0\t99999\t7\t\t'),
        'account-files': accountFilesText({ '/etc/sudoers': `${rule}\n` }),
      },
      {},
    ).row('zoe').privileged
  test.each([
    'zoe ALL=ALL',
    'zoe ALL=(#0) ALL',
    'zoe ALL=(%root) ALL',
    'zoe ALL=(www-data,root) /bin/bash',
    'zoe ALL=(#0) /bin/bash',
    'User_Alias A = bob, zoe\nA ALL=ALL',
  ])('%s', (rule) => expect(privileged(rule)).toBe(true))
  test.each(['zoe ALL=(www-data) ALL', 'zoe ALL=(root) /usr/bin/id', 'zoe ALL=(:root) ALL', 'zoe ALL=!ALL'])(
    'not by %s',
    (rule) => expect(privileged(rule)).toBe(false),
  )
})

describe('a row for each line of passwd', () => {
  // a search through every line for every line would outlast the time limit of a test
  it('50,000 accounts with groups of their own', () => {
    const numbers = Array.from({ length: 50_000 }, (_, index) => 10_000 + index)
    const lines = numbers.flatMap((id) => [
      `p\t3\tu${id}\t${id}\t${id}\t\t/home/u${id}\t/bin/bash\tshadow\tnone`,
      `g\t3\tu${id}\t${id}\t`,
    ])
    const many = accounts({ accounts: `${accountsText}\n${lines.join('\n')}\n` })
    expect(many.row('u59999')).toMatchObject({ groups: ['u59999'], 'shared-id': false })
    expect(many.groups.find(({ key }) => key === 'u59999')?.fields).toMatchObject({ members: ['u59999'] })
  })

  it('an administrator with a password', () => {
    expect(accounts().row('alice')).toMatchObject({
      id: '1000',
      'display-name': 'Alice',
      kind: 'person',
      enabled: true,
      privileged: true,
      interactive: true,
      'password-set': true,
      'password-hash': 'yescrypt',
      'password-changed': '2025-01-12T00:00:00Z',
      'password-maximum-age': 7_776_000,
      'password-minimum-age': 86_400,
      'password-warning': 604_800,
      'inactivity-limit': 2_592_000,
      'password-expires': true,
      groups: ['alice', 'wheel'],
      expires: null,
    })
  })
  // pamtester with pam_unix of Debian 13: both log on, whatever the greatest age
  test.each([
    ['an empty day of the last change', ''],
    ['a last change in the future', '99000'],
  ])('%s switches aging off', (_, changed) => {
    const row = accounts({ accounts: person('bob', `set\tsha512\t${changed}\t0\t90\t7\t\t`) }).row('bob')
    expect(row).toMatchObject({ 'password-maximum-age': 'never', 'password-expires': false })
  })

  it('99999 days and an empty field never end', () => {
    expect(accounts().row('root')).toMatchObject({
      'password-maximum-age': 'never',
      'password-expires': false,
      'inactivity-limit': 'never',
      'built-in': true,
    })
    expect(accounts({ accounts: person('bob', 'set\tsha512\t20000\t0\t-1\t7\t\t') }).row('bob')).toMatchObject({
      'password-maximum-age': 'never',
    })
  })
  it('a locked password with a key still lets in', () => {
    const accountsSection = person('bob', 'locked\tsha512\t20000\t0\t99999\t7\t\t')
    const keys =
      'absent\troot\nabsent\talice\nfile\tbob\t/home/bob/.ssh/authorized_keys\nk\t/home/bob/.ssh/authorized_keys\t1\tssh-ed25519\tAAAAC3NzaC1lZDI1NTE5AAAAIA==\tno\t\tbob@pc'
    expect(accounts({ accounts: accountsSection, 'authorized-keys': keys }).row('bob')).toMatchObject({
      enabled: true,
      locked: true,
      'password-set': false,
      'authorized-keys': 1,
    })
    expect(accounts({ accounts: accountsSection, 'authorized-keys': 'absent\tbob' }).row('bob')).toMatchObject({
      enabled: false,
      'authorized-keys': 0,
    })
    expect(
      accounts({ accounts: accountsSection, 'authorized-keys': 'denied\tbob\t/home/bob/.ssh/authorized_keys' }).row(
        'bob',
      )['enabled'],
    ).toHaveProperty('unreadable')
  })
  it('an expired account can’t log on', () => {
    expect(accounts({ accounts: person('bob', 'set\tsha512\t20000\t0\t99999\t7\t\t20000') }).row('bob')).toMatchObject({
      enabled: false,
      expires: '2024-10-04T00:00:00Z',
    })
  })
  it('an empty password, the default name and a shared number are seen', () => {
    expect(accounts({ accounts: person('pi', 'empty\tnone\t0\t0\t99999\t7\t\t', 1000) }).row('pi')).toMatchObject({
      'password-required': false,
      'password-change-required': true,
      'default-account': true,
      'shared-id': true,
      enabled: true,
    })
  })
  it('nologin is not interactive', () => {
    expect(
      accounts({ accounts: accountsText.replace('/bin/bash\tshadow', '/usr/sbin/nologin\tshadow') }).row('root'),
    ).toMatchObject({ interactive: false, enabled: false })
  })
  it('last logons: an instant, never, or unknown', () => {
    const logins =
      'Username         Port     From             Latest\nalice            pts/0    192.0.2.1        Fri Nov 20 10:00:00 +0900 2026\nroot                                       **Never logged in**\n'
    const { row } = accounts({ 'last-logins': logins })
    expect(row('alice')).toMatchObject({ 'last-used': '2026-11-20T01:00:00Z', 'ever-used': true })
    expect(row('root')).toMatchObject({ 'last-used': null, 'ever-used': false })
    expect(accounts({ 'last-logins': { skipped: 'command' } }).row('root')['ever-used']).toHaveProperty('unreadable')
  })
})

it('a desktop that records no logons makes the list say nothing', () => {
  const gdm = { '/etc/pam.d/gdm-password': 'auth include password-auth\nsession include password-auth\n' }
  expect(accounts({}, gdm).row('root')['ever-used']).toHaveProperty('unreadable')
  const recorded = { '/etc/pam.d/gdm-password': `${gdm['/etc/pam.d/gdm-password']}session optional pam_lastlog.so\n` }
  expect(accounts({}, recorded).row('root')).toMatchObject({ 'ever-used': false })
})

describe('what the local files don’t say', () => {
  it('an ordinary user knows the rows and not the passwords', () => {
    const text = accountsText.replace('shadow read', 'shadow denied').replace(/^s\t.*$/gm, '')
    const result = accounts({ accounts: text })
    expect(result.complete).toBe(true)
    expect(result.row('alice')['password-set']).toHaveProperty('unreadable')
    expect(result.facts['built-in-administrator-enabled']).toBe('unreadable')
  })
  test.each([
    ['sssd', accountFilesText({ '/etc/nsswitch.conf': 'passwd: files sss\n' })],
    ['winbind', accountFilesText({ '/etc/nsswitch.conf': 'passwd: compat [NOTFOUND=return] winbind\n' })],
    ['an unreadable nsswitch.conf', accountFilesText({ '/etc/nsswitch.conf': { state: 'denied' } })],
  ])('%s: the table is incomplete', (_, text) => {
    expect(accounts({ 'account-files': text }).complete).toBe(false)
  })
  it('NIS lines and records of systemd-homed too', () => {
    expect(accounts({ accounts: `${accountsText}\nnis\t+` }).complete).toBe(false)
    expect(accounts({ 'account-homed': '/var/lib/systemd/home/lee.identity\n' }).complete).toBe(false)
  })
  it('SUSE: everybody may run everything with root’s password, and is no administrator by that', () => {
    const sudoers = (text: string) => accountFilesText({ '/etc/sudoers': text })
    const suse = 'Defaults targetpw\nALL ALL=(ALL) ALL\n'
    expect(accounts({ 'account-files': sudoers(suse) }).row('alice')['privileged']).toBe(false)
    expect(
      accounts({ 'account-files': sudoers(suse.replace('targetpw', '!targetpw')) }).row('alice')['privileged'],
    ).toBe(true)
    expect(
      accounts({ 'account-files': sudoers(suse.replace('ALL\n', 'NOPASSWD: ALL\n')) }).row('alice')['privileged'],
    ).toBe(true)
  })
  it('an unreadable sudoers leaves open who is privileged', () => {
    const { row, groups } = accounts({ 'account-files': accountFilesText({ '/etc/sudoers': { state: 'denied' } }) })
    expect(row('root')['privileged']).toBe(true)
    expect(row('alice')['privileged']).toHaveProperty('unreadable')
    expect(groups.find(({ key }) => key === 'wheel')?.fields['privileged']).toHaveProperty('unreadable')
  })
})

describe('rules for accounts', () => {
  it('root with a password', () => {
    expect(accounts().facts['built-in-administrator-enabled']).toBe(false)
    expect(
      accounts({ accounts: accountsText.replace('root\tnone\tnone\t20000', 'root\tset\tsha512\t20000') }).facts[
        'built-in-administrator-enabled'
      ],
    ).toBe(true)
  })
  it('names and numbers that occur twice', () => {
    expect(accounts().facts['identifiers-unique']).toBe(true)
    const twice = accounts({ accounts: `${accountsText}\np\t3\talice\t1002\t1002\t\t/\t/bin/sh\tshadow\tnone` })
    expect(twice.facts['identifiers-unique']).toBe(false)
    expect(twice.keys).toEqual(['alice', 'alice#2', 'root'])
  })
  test.each([
    ['/etc/gdm3/custom.conf', '[daemon]\nAutomaticLoginEnable=true\nAutomaticLogin=alice\n', true],
    ['/etc/gdm3/custom.conf', '[daemon]\n# AutomaticLoginEnable=true\n', false],
    ['/etc/lightdm/lightdm.conf.d/50-auto.conf', '[Seat:*]\nautologin-user=alice\n', true],
    ['/etc/sddm.conf.d/auto.conf', '[Autologin]\nUser=alice\n', true],
    ['/etc/sddm.conf.d/other.conf', '[Users]\nUser=alice\n', false],
    [
      '/etc/systemd/system/getty@tty1.service.d/auto.conf',
      '[Service]\nExecStart=\nExecStart=-/sbin/agetty --autologin alice %I\n',
      true,
    ],
  ])('automatic logon: %s %j', (path, text, value) => {
    expect(accounts({ 'account-files': accountFilesText({ [path]: text }) }).facts['automatic-logon-enabled']).toBe(
      value,
    )
  })
  it('a denied display manager file leaves it open', () => {
    expect(
      accounts({ 'account-files': accountFilesText({ '/etc/gdm3/custom.conf': { state: 'denied' } }) }).facts[
        'automatic-logon-enabled'
      ],
    ).toBe('unreadable')
  })
  test.each([
    ['INACTIVE=-1\n', 'never'],
    ['SHELL=/bin/sh\n', 'never'],
    ['INACTIVE=30\n', 2_592_000],
    ['INACTIVE=0\n', 0],
    ['INACTIVE=soon\n', 'unreadable'],
  ])('useradd %j', (text, value) => {
    expect(
      accounts({ 'account-files': accountFilesText({ '/etc/default/useradd': text }) }).facts['inactivity-limit'],
    ).toBe(value)
  })
  it('pam_lastlog must stand on every way in', () => {
    const line = 'auth required pam_lastlog.so inactive=90\n'
    const services = redHat(authselectSssd)
    const with_ = (names: readonly string[]) =>
      Object.fromEntries(names.map((name) => [`/etc/pam.d/${name}`, line + (services[`/etc/pam.d/${name}`] ?? '')]))
    expect(accounts({}, with_(['login', 'sshd'])).facts['inactivity-limit']).toBe(7_776_000)
    expect(accounts({}, with_(['login'])).facts['inactivity-limit']).toBe('never')
  })
})

it('a database of nss_db may hold accounts that passwd does not', () => {
  const listed = (passwd: string) =>
    accounts({ 'account-files': accountFilesText({ '/etc/nsswitch.conf': `passwd: ${passwd}\n` }) }).complete
  expect(listed('files systemd')).toBe(true)
  expect(listed('db files')).toBe(false)
})
