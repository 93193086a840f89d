import { describe, expect, it, test } from 'vitest'
import { accountFilesText, authselectSssd, machineEvidence, redHat } from '../testing/pam-stacks.ts'
import { interpretSudo } from './sudo.ts'

type Files = Parameters<typeof accountFilesText>[0]

function sudo(files: Files, programs = ['/usr/bin/sudo', '/usr/bin/su'], debian = false) {
  const evidence = machineEvidence(
    { files: redHat(authselectSssd), programs, debian },
    { 'account-files': accountFilesText(files) },
  )
  const { facts = [], tables = [] } = interpretSudo(evidence)
  const [table] = tables
  return {
    rows: [...(table?.rows ?? [])].map(({ fields, evidence: where }) => ({ ...fields, at: where?.[0]?.at })),
    complete: table?.complete,
    facts: Object.fromEntries(
      facts.map((fact) => [
        fact.setting.replace('account-policy.elevation-', ''),
        fact.state === 'known' ? fact.value : fact.state,
      ]),
    ),
  }
}

const only = (text: string, more: Files = {}) => sudo({ '/etc/sudoers': text, ...more })

describe('rules of sudoers(5)', () => {
  it('a group with everything', () => {
    expect(only('%wheel ALL=(ALL:ALL) ALL\n').rows).toMatchObject([
      {
        principal: 'wheel',
        'principal-kind': 'group',
        unrestricted: true,
        'password-required': true,
        'installs-software': true,
        source: 'sudo',
        at: '1',
      },
    ])
  })
  it('NOPASSWD holds until PASSWD', () => {
    const { rows } = only('bob ALL=(root) NOPASSWD: /usr/bin/id, PASSWD: /usr/bin/w\ncarol ALL=NOPASSWD: /usr/bin/id\n')
    expect(rows).toMatchObject([
      { principal: 'bob', 'password-required': false, commands: ['/usr/bin/id', '/usr/bin/w'], unrestricted: false },
      { principal: 'carol', 'password-required': false },
    ])
  })
  it('aliases, continued lines, several principals and escaped characters', () => {
    const text = `User_Alias OPS = dave, %ops : NIGHT = erin
Cmnd_Alias PKG = /usr/bin/apt, \\
  /usr/bin/apt-get : LOG = /usr/bin/systemctl restart rsyslog
Runas_Alias DB = postgres
OPS, NIGHT ALL = PKG, LOG
frank ALL = (DB) /usr/bin/psql, (root) /bin/cat /var/log/a\\,b
`
    const { rows, complete } = only(text)
    expect(complete).toBe(true)
    expect(rows.map((row) => row['principal' as keyof typeof row])).toEqual(['ops', 'dave', 'erin', 'frank', 'frank'])
    expect(rows[1]).toMatchObject({ 'installs-software': true, 'changes-logging': true, unrestricted: false, at: '5' })
    expect(rows.filter((row) => row.at === '6')).toMatchObject([
      { role: 'postgres', 'installs-software': false },
      { role: 'root', commands: ['/bin/cat /var/log/a,b'] },
    ])
  })
  it('taking a command out of ALL doesn’t make it restricted', () => {
    expect(only('gil ALL=(ALL) ALL, !/bin/su\n').rows).toMatchObject([
      { unrestricted: true, commands: ['ALL', '!/bin/su'] },
    ])
  })
  it('a number is no comment', () => {
    expect(only('#1000 ALL=ALL\n%#27 ALL=ALL\n# 1000 ALL=ALL\n').rows).toMatchObject([
      { principal: '#1000' },
      { principal: '%#27', 'principal-kind': 'group' },
    ])
  })
  it('tags don’t part hosts, colons do', () => {
    expect(only('hana web=(root) NOPASSWD: /bin/ls : db=/usr/bin/id\n').rows).toHaveLength(2)
  })
  it('files of sudoers.d, without those with a dot or a tilde', () => {
    const { rows, complete } = only('@includedir /etc/sudoers.d\n', {
      '/etc/sudoers.d/10-ops': 'ops ALL=(ALL) NOPASSWD: ALL\n',
      '/etc/sudoers.d/old.bak': 'ghost ALL=ALL\n',
      '/etc/sudoers.d/old~': 'ghost ALL=ALL\n',
    })
    expect(rows).toMatchObject([{ principal: 'ops', 'password-required': false }])
    expect(complete).toBe(true)
  })
  it.each([
    ['a target account', 'Defaults>root !authenticate', false],
    ['another target account', 'Defaults>postgres !authenticate', true],
    ['a command', 'Defaults!/usr/bin/apt !authenticate', false],
    ['an alias of commands', 'Defaults!PKG !authenticate', false],
    ['another command', 'Defaults!/usr/bin/id !authenticate', true],
    ['a host', 'Defaults@web1 !authenticate', false],
    ['an account that may be a member', 'Defaults:bob !authenticate', false],
    ['an account with a rule of its own', 'Defaults:ivy !authenticate', true],
  ])('!authenticate for %s', (_, line, asks) => {
    const { rows } = only(`${line}\n%ops ALL=(root) /usr/bin/apt update\nivy ALL=(postgres) /usr/bin/psql\n`)
    expect(rows.find((row) => 'principal' in row && row.principal === 'ops')).toMatchObject({
      'password-required': asks,
    })
  })
  it('!authenticate is a password that isn’t asked', () => {
    expect(only('Defaults:ivy !authenticate\nivy ALL=ALL\njon ALL=ALL\n').rows).toMatchObject([
      { principal: 'ivy', 'password-required': false },
      { principal: 'jon', 'password-required': true },
    ])
  })
})

describe('what could not be read', () => {
  it('an included file makes the table incomplete', () => {
    expect(only('root ALL=ALL\n@include /opt/site/sudoers\n').complete).toBe(false)
  })
  it('a line that isn’t understood too', () => {
    expect(only('root ALL=ALL\nthis is not sudoers\n').complete).toBe(false)
  })
  it('a denied sudoers leaves everything open', () => {
    const { complete, facts } = sudo({ '/etc/sudoers': { state: 'denied' } })
    expect(complete).toBe(false)
    expect(facts).toEqual({ logged: 'unreadable', reauthentication: 'unreadable', 'separate-terminal': 'unreadable' })
  })
  it('no sudo at all is known to be empty', () => {
    const { rows, complete, facts } = sudo({ '/etc/sudoers': { state: 'absent' } }, ['/usr/bin/su'])
    expect({ rows, complete }).toEqual({ rows: [], complete: true })
    expect(facts).toMatchObject({ reauthentication: 0, 'separate-terminal': 'unsupported', logged: true })
  })
})

describe('timestamp_timeout, in minutes', () => {
  test.each([
    ['', 300],
    ['Defaults timestamp_timeout=0\n', 0],
    ['Defaults timestamp_timeout=-1\n', 'never'],
    ['Defaults timestamp_timeout=2.5\n', 150],
    ['Defaults timestamp_timeout=5\nDefaults:ops timestamp_timeout=60\n', 3600],
    ['Defaults !authenticate\n', 'never'],
    ['Defaults timestamp_timeout=soon\n', 'unreadable'],
  ])('%j', (text, value) => {
    expect(only(`${text}root ALL=ALL\n`).facts).toMatchObject({ reauthentication: value })
  })
  it('is fifteen minutes in Debian’s sudo', () => {
    expect(sudo({ '/etc/sudoers': 'root ALL=ALL\n' }, ['/usr/bin/sudo'], true).facts).toMatchObject({
      reauthentication: 900,
    })
  })
})

describe('logging and terminal', () => {
  test.each([
    ['Defaults use_pty\n', { logged: true, 'separate-terminal': true }],
    ['Defaults !use_pty\n', { 'separate-terminal': false }],
    ['Defaults !syslog\n', { logged: false }],
    ['Defaults !syslog, logfile="/var/log/sudo, all.log"\n', { logged: true }],
    ['Defaults:ops !log_allowed\n', { logged: false }],
  ])('%j', (text, facts) => {
    expect(only(`${text}root ALL=ALL\n`).facts).toMatchObject(facts)
  })
})

describe('doas and polkit', () => {
  it('doas.conf(5)', () => {
    const files = {
      '/etc/doas.conf': 'permit persist :wheel\npermit nopass bob as root cmd /sbin/apk args update\ndeny carol\n',
      '/etc/sudoers': { state: 'absent' as const },
    }
    const { rows, facts, complete } = sudo(files, ['/usr/bin/doas'])
    expect(complete).toBe(true)
    expect(rows).toMatchObject([
      { principal: 'wheel', unrestricted: true, 'password-required': true, source: 'doas' },
      { principal: 'bob', unrestricted: false, 'password-required': false, 'installs-software': true },
    ])
    expect(facts).toMatchObject({ logged: true, reauthentication: 300, 'separate-terminal': false })
  })
  it('the first addAdminRule by name wins', () => {
    const rule = (group: string): string =>
      `polkit.addAdminRule(function(action, subject) {\n  return ["unix-group:${group}"];\n});\n`
    const { rows } = sudo(
      {
        '/etc/sudoers': { state: 'absent' },
        '/etc/polkit-1/rules.d/50-default.rules': rule('wheel'),
        '/usr/share/polkit-1/rules.d/40-debian-sudo.rules': rule('sudo'),
      },
      ['/usr/bin/su'],
    )
    expect(rows).toMatchObject([{ principal: 'sudo', source: 'polkit', unrestricted: true }])
  })
  it('a folder of rules that can’t be listed makes the table incomplete', () => {
    expect(sudo({ '/etc/polkit-1/rules.d/*.rules': { state: 'denied' } }).complete).toBe(false)
  })
})
