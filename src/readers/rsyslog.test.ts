import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readRsyslog } from './rsyslog.ts'
import { informational } from './syslog-selector.ts'

const read = (text: string, files: Record<string, string> = {}) =>
  readRsyslog({ path: '/etc/rsyslog.conf', lines: text.split('\n') }, (pattern) => {
    const found = files[pattern]
    return found === undefined ? undefined : [{ path: pattern, lines: found.split('\n') }]
  })

const forwards = (text: string) =>
  read(text)
    .actions.filter(({ kind }) => kind === 'forward')
    .map(({ target, port, protocol, encrypted }) => ({ target, port, protocol, encrypted }))

const filesFor = (text: string, facility: string) =>
  read(text)
    .actions.filter(({ kind, matches }) => kind === 'file' && matches(facility, informational) === true)
    .map(({ target }) => target)

const debian = `module(load="imuxsock") # local
$IncludeConfig /etc/rsyslog.d/*.conf
*.*;auth,authpriv.none\t\t-/var/log/syslog
auth,authpriv.*\t\t\t/var/log/auth.log
*.emerg :omusrmsg:*
`

describe('where messages go', () => {
  it('follows the selectors of Debian', () => {
    expect(filesFor(debian, 'authpriv')).toEqual(['/var/log/auth.log'])
    expect(filesFor(debian, 'daemon')).toEqual(['/var/log/syslog'])
    expect(read(debian).missing).toEqual(['/etc/rsyslog.d/*.conf'])
    expect([...read(debian).modules]).toEqual(['imuxsock'])
  })

  it('follows the selectors of RHEL', () => {
    const rhel = '*.info;mail.none;authpriv.none;cron.none /var/log/messages\nauthpriv.* /var/log/secure\n'
    expect(filesFor(rhel, 'authpriv')).toEqual(['/var/log/secure'])
    expect(filesFor(rhel, 'auth')).toEqual(['/var/log/messages'])
  })

  it('does not count what is written only above a priority, or dropped before', () => {
    expect(filesFor('auth.warning /var/log/a\nauth.=debug /var/log/b', 'auth')).toEqual([])
    expect(filesFor('auth.* ~\n*.* /var/log/all', 'auth')).toEqual([])
    expect(filesFor('auth.* stop\n*.* /var/log/all', 'daemon')).toEqual(['/var/log/all'])
  })

  it('does not lose messages to a filter on their text', () => {
    expect(filesFor(':msg, contains, "noise" /var/log/noise\n& stop\n*.* /var/log/all', 'auth')).toEqual([
      '/var/log/all',
    ])
  })

  it('reads RainerScript conditions on facilities and is unsure about others', () => {
    expect(
      filesFor(
        'if prifilt("auth,authpriv.*") then { action(type="omfile" file="/var/log/auth.log") stop }\n*.* /var/log/all',
        'auth',
      ),
    ).toEqual(['/var/log/auth.log'])
    expect(filesFor("if $syslogfacility-text == 'authpriv' then /var/log/secure", 'authpriv')).toEqual([
      '/var/log/secure',
    ])
    expect(filesFor('if $msg contains \'x\' then { action(type="omfile" file="/x") }', 'auth')).toEqual([])
    expect(filesFor('auth.* action(type="omfile" file="/a")', 'auth')).toEqual(['/a'])
  })

  it('counts a rule set only when it is called', () => {
    const ruleset = 'ruleset(name="far") { action(type="omfwd" target="a.example" protocol="tcp") }\n'
    expect(forwards(ruleset)).toEqual([])
    expect(forwards(`${ruleset}*.* call far\n`)).toHaveLength(1)
  })

  it('reads included files in their place', () => {
    expect(read('$IncludeConfig /x.conf\n', { '/x.conf': '*.* @@a.example' }).actions).toMatchObject([
      { path: '/x.conf', at: 1, target: 'a.example' },
    ])
    expect(read('include(file="/y.conf" mode="optional")').missing).toEqual(['/y.conf'])
    expect(read('$IncludeConfig /x.conf', { '/x.conf': '$IncludeConfig /x.conf' }).missing).toEqual(['/x.conf'])
  })
})

describe('forwarding', () => {
  it.each([
    ['*.* @192.0.2.1', '192.0.2.1', '514', 'udp', false],
    ['*.* @@logs.example:6514;RSYSLOG_ForwardFormat', 'logs.example', '6514', 'tcp', false],
    ['*.* @@(o)[2001:db8::1]:10514', '2001:db8::1', '10514', 'tcp', false],
    [
      '$DefaultNetstreamDriver gtls\n$ActionSendStreamDriverMode 1\n*.* @@logs.example:6514',
      'logs.example',
      '6514',
      'tcp',
      true,
    ],
    ['*.* :omrelp:logs.example:2514', 'logs.example', '2514', 'relp', false],
    ['action(type="omrelp" target="logs.example" port="2514" tls="on")', 'logs.example', '2514', 'relp', true],
    [
      '*.* action(type="omfwd"\n target="logs.example"\n port="6514" protocol="tcp" StreamDriver="gtls" StreamDriverMode="1")',
      'logs.example',
      '6514',
      'tcp',
      true,
    ],
    [
      'global(DefaultNetstreamDriver="ossl")\naction(type="omfwd" Target="l" Port="1" Protocol="tcp" StreamDriverMode="1")',
      'l',
      '1',
      'tcp',
      true,
    ],
    [
      'action(type="omfwd" target="l" protocol="udp" StreamDriver="gtls" StreamDriverMode="1")',
      'l',
      '514',
      'udp',
      false,
    ],
    [
      'action(type="omfwd" target="l" protocol="tcp" StreamDriver="gtls" StreamDriverMode="0")',
      'l',
      '514',
      'tcp',
      false,
    ],
  ])('reads %s', (text, target, port, protocol, encrypted) => {
    expect(forwards(text)).toEqual([{ target, port, protocol, encrypted }])
  })

  it('passes over what is commented out', () => {
    expect(forwards('#*.* @@a\n/* *.* @@b */\n#action(type="omfwd" target="c")')).toEqual([])
  })
})

it('keeps the template that is in force', () => {
  const { actions } = read(
    '*.* /a\n$ActionFileDefaultTemplate RSYSLOG_TraditionalFileFormat\n*.* /b\n*.* /c;Mine\n$template Mine,"%timereported:::date-rfc3339%"',
  )
  expect(actions.map(({ template }) => template)).toEqual([undefined, 'RSYSLOG_TraditionalFileFormat', 'Mine'])
  expect(
    read('module(load="builtin:omfile" Template="RSYSLOG_TraditionalFileFormat")\naction(type="omfile" file="/a")')
      .actions[0]?.template,
  ).toBe('RSYSLOG_TraditionalFileFormat')
})

it('never throws and always ends', () => {
  const piece = fc.constantFrom(
    '*.* ',
    '@@h',
    '{',
    '}',
    '(',
    ')',
    '"',
    'if ',
    ' then ',
    'action(',
    'type="omfwd"',
    '\n',
    '$IncludeConfig /x\n',
    'call x',
    '&',
    ':',
    '/a',
    'ruleset(name="x")',
  )
  fc.assert(fc.property(fc.array(piece), (pieces) => void read(pieces.join(''), { '/x': '$IncludeConfig /x' })))
  fc.assert(fc.property(fc.string(), (text) => void read(text)))
})

it.skipIf(!existsSync('/etc/rsyslog.conf'))("reads this machine's own configuration", () => {
  const { actions } = read(readFileSync('/etc/rsyslog.conf', 'utf8'))
  expect(actions.some(({ kind }) => kind === 'file' || kind === 'forward')).toBe(true)
})

it('reads hostile text in reasonable time, without running out of stack', () => {
  const started = performance.now()
  const long = 'a'.repeat(300_000)
  for (const text of [
    `action(${long})`,
    'if x then '.repeat(50_000) + '/f',
    '{'.repeat(200_000),
    '*.* '.repeat(80_000),
    `action(${'('.repeat(100_000)}`,
  ]) {
    for (const { matches } of read(text).actions) matches('auth', informational)
  }
  // a quadratic reader takes minutes here
  expect(performance.now() - started).toBeLessThan(20_000)
})
