import { describe, expect, it } from 'vitest'
import type { Row } from '../../../../src/core/fact.ts'
import type { GivenSection } from '../testing/evidence.ts'
import { evidenceOf, filesText } from '../testing/evidence.ts'
import { interpretLogs, observesLogs } from './logs.ts'

type Files = Parameters<typeof filesText>[0]
const gone = { state: 'absent' } as const

const unset: Files = Object.fromEntries(
  [
    '/etc/systemd/journald.conf',
    '/run/systemd/journald.conf',
    '/usr/lib/systemd/journald.conf',
    '/etc/systemd/journald.conf.d/*.conf',
    '/etc/systemd/journal-upload.conf',
    '/usr/lib/systemd/journal-upload.conf',
    '/etc/rsyslog.conf',
    '/etc/rsyslog.d/*',
    '/etc/syslog-ng/syslog-ng.conf',
    '/etc/logrotate.conf',
    '/usr/etc/logrotate.conf',
    '/etc/logrotate.d/*',
    '/etc/conf.d/syslog',
  ].map((path) => [path, gone]),
)
const rsyslog = `module(load="imuxsock")
$IncludeConfig /etc/rsyslog.d/*.conf
*.*;auth,authpriv.none -/var/log/syslog
auth,authpriv.* /var/log/auth.log
`
const logrotate = {
  '/etc/logrotate.conf': 'weekly\nrotate 4\ninclude /etc/logrotate.d',
  '/etc/logrotate.d/rsyslog': '/var/log/syslog\n/var/log/auth.log\n{\n rotate 52\n weekly\n}',
}
const modes = `41ed 0 0 root root /var/log
81a0 0 4 root adm /var/log/auth.log
81a0 0 4 root adm /var/log/syslog
41e8 0 4 root adm /var/log/audit
45ed 0 999 root systemd-journal /var/log/journal
@denied /var/log/audit/*
41e8 0 0 root root /etc/audit
@denied /etc/audit/*
81a4 0 0 root root /etc/rsyslog.conf
81ed 0 0 root root /usr/sbin/logrotate
81ed 0 0 root root /etc/cron.daily/logrotate
@absent /usr/sbin/squid
@absent /usr/sbin/squid3
@absent /usr/local/squid/sbin/squid
`
const disk = '22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\nrows 1\n'
const sections = (
  files: Files = {},
  more: Readonly<Record<string, GivenSection>> = {},
): Record<string, GivenSection> => ({
  'logging-files': filesText({ ...unset, '/etc/rsyslog.conf': rsyslog, ...logrotate, ...files }),
  'logging-modes': modes,
  'logging-state': 'machine=x86_64\nsystemd=no\n',
  'machine-files': filesText({ '/etc/os-release': 'ID=debian\nVERSION_ID="12"' }),
  mounts: disk,
  processes: 'systemd-journal\nrsyslogd\n',
  ...more,
})

const interpret = (given: Readonly<Record<string, GivenSection>>) => interpretLogs(evidenceOf(given))
const values = (given: Readonly<Record<string, GivenSection>>) =>
  new Map(
    (interpret(given).facts ?? []).map((fact) => [
      fact.setting.replace('logging.', '') + (fact.scope ? `[${fact.scope.key}]` : ''),
      fact.state === 'known' ? fact.value : fact.state,
    ]),
  )
const rowsOf = (given: Readonly<Record<string, GivenSection>>): { complete: boolean; rows: readonly Row[] } => {
  const [table] = interpret(given).tables ?? []
  return { complete: table?.complete === true, rows: [...(table?.rows ?? [])] }
}
const processes = (...names: string[]) => ({ processes: `${names.join('\n')}\n` })
const week = 7 * 86400

describe('a Debian server with rsyslog, logrotate and a persistent journal', () => {
  it('reports all of it', () => {
    expect(Object.fromEntries(values(sections()))).toEqual({
      enabled: true,
      persistent: true,
      'remote-hosts': 'absent',
      'forwarded[system]': false,
      'forwarded[authentication]': false,
      'forwarded[audit]': false,
      'retention[system]': 52 * week,
      'retention[authentication]': 52 * week,
      'retention[proxy]': 'inapplicable',
      'authentication-recorded': true,
      'timestamps-with-offset': true,
      'administrators-only': true,
      'configuration-administrators-only': true,
    })
    expect(rowsOf(sections())).toEqual({ complete: true, rows: [] })
  })
})

describe('forwarding', () => {
  const tls = {
    '/etc/rsyslog.d/90.conf':
      '*.* action(type="omfwd" target="logs.example" port="6514" protocol="tcp" StreamDriver="gtls" StreamDriverMode="1")',
  }
  it('is read from included files, with its encryption', () => {
    expect(values(sections(tls)).get('remote-hosts')).toEqual(['logs.example'])
    expect(rowsOf(sections(tls)).rows).toMatchObject([
      {
        key: 'rsyslog:tcp:logs.example:6514',
        fields: { host: 'logs.example', protocol: 'tcp', encrypted: true, source: 'rsyslog' },
      },
    ])
  })

  it('is told by category: a rule for something else, or for what is urgent alone, sends nothing of it', () => {
    const forwarded = (rules: string, more: Files = {}, names = ['systemd-journal', 'rsyslogd', 'auditd']) => {
      const given = values(sections({ '/etc/rsyslog.d/90.conf': rules, ...more }, processes(...names)))
      return ['system', 'authentication', 'audit'].map((key) => given.get(`forwarded[${key}]`))
    }
    expect(forwarded('*.* @@logs.example')).toEqual([true, true, false])
    expect(forwarded('auth,authpriv.* @@logs.example')).toEqual([false, true, false])
    expect(forwarded('local7.* @@logs.example\n*.err @@logs.example')).toEqual([false, false, false])
    const remote = {
      '/etc/audit/plugins.d/au-remote.conf': 'active = yes\npath = /sbin/audisp-remote\n',
      '/etc/audit/audisp-remote.conf': 'remote_server = c.example\n',
    }
    expect(forwarded('', remote)).toEqual([false, false, true])
    const plugin = (args: string) => ({
      '/etc/audit/plugins.d/syslog.conf': `active = yes\npath = /sbin/audisp-syslog\nargs = ${args}\n`,
    })
    expect(forwarded('local6.* @@logs.example', plugin('LOG_INFO LOG_LOCAL6'))).toEqual([false, false, true])
    expect(forwarded('local6.* @@logs.example', plugin('LOG_INFO'))).toEqual([false, false, false])
    expect(forwarded('user.info @@logs.example', plugin('LOG_DEBUG'))).toEqual([false, false, false])
  })

  it('does not count while the daemon is not running, and is unknown when that is unknown', () => {
    expect(values(sections(tls, processes('systemd-journal'))).get('remote-hosts')).toBe('absent')
    expect(values(sections(tls, { processes: { exitCode: 1 } })).get('remote-hosts')).toBe('unreadable')
    expect(rowsOf(sections(tls, { processes: { exitCode: 1 } }))).toEqual({ complete: false, rows: [] })
  })

  it('is unknown with another forwarder, an include that was not read, or a denied file', () => {
    expect(values(sections(tls, processes('rsyslogd', 'fluent-bit'))).get('remote-hosts')).toBe('unreadable')
    expect(rowsOf(sections(tls, processes('rsyslogd', 'fluent-bit'))).rows).toHaveLength(1)
    expect(values(sections({ '/etc/rsyslog.conf': '$IncludeConfig /opt/x/*.conf\n*.* @@a' })).get('remote-hosts')).toBe(
      'unreadable',
    )
    expect(values(sections({ '/etc/rsyslog.d/90.conf': { state: 'denied' } })).get('remote-hosts')).toBe('unreadable')
    expect(values(sections({ '/etc/rsyslog.d/*': { state: 'denied' } })).get('remote-hosts')).toBe('unreadable')
  })

  it('passes over files that the include does not name', () => {
    expect(values(sections({ '/etc/rsyslog.d/90.conf.rpmsave': '*.* @@old.example' })).get('remote-hosts')).toBe(
      'absent',
    )
  })

  it('reads syslog-ng, busybox and audisp-remote', () => {
    const ng = {
      '/etc/syslog-ng/syslog-ng.conf':
        'destination d { network("a.example" port(6514) transport("tls")); };\nlog { source(s); destination(d); };',
    }
    expect(rowsOf(sections(ng, processes('syslog-ng'))).rows).toMatchObject([
      { fields: { host: 'a.example', encrypted: true } },
    ])
    expect(
      rowsOf(sections({ '/etc/conf.d/syslog': 'SYSLOGD_OPTS="-t -L -R b.example:515"' }, processes('syslogd'))).rows,
    ).toMatchObject([{ key: 'syslogd:udp:b.example:515', fields: { encrypted: false } }])
    const audisp = {
      '/etc/audit/plugins.d/au-remote.conf': 'active = yes\npath = /sbin/audisp-remote\n',
      '/etc/audit/audisp-remote.conf': 'remote_server = c.example\nport = 60\ntransport = tcp\n',
    }
    expect(rowsOf(sections(audisp, processes('auditd'))).rows).toMatchObject([{ key: 'auditd:tcp:c.example:60' }])
    expect(rowsOf(sections(audisp, processes('sshd'))).rows).toEqual([])
  })
})

describe('retention', () => {
  const of = (files: Files, more = {}) => values(sections(files, more)).get('retention[authentication]')
  it('keeps for ever what nothing rotates', () => {
    expect(of({ '/etc/logrotate.d/rsyslog': '/var/log/other {\n}' })).toBe('never')
    expect(
      of(
        {},
        {
          'logging-modes': modes.replace(
            '81ed 0 0 root root /usr/sbin/logrotate',
            '@absent /usr/sbin/logrotate\n@absent /usr/bin/logrotate',
          ),
        },
      ),
    ).toBe('never')
  })

  it('counts files of logrotate.d whose names begin with a dot, before the others', () => {
    expect(
      of({ '/etc/logrotate.d/rsyslog': '', '/etc/logrotate.d/.hidden': '/var/log/auth.log {\n daily\n rotate 7\n}' }),
    ).toBe(week)
    // a global line holds for what is read after it
    const group = '/var/log/auth.log {\n daily\n}'
    const files = { '/etc/logrotate.d/rsyslog': group, '/etc/logrotate.d/.first': 'rotate 14' }
    expect(of(files)).toBe(2 * week)
  })

  it('is unknown when it is unknown whether logrotate runs', () => {
    expect(of({}, { 'logging-modes': modes.replace(/.*cron\.daily.*\n/, '') })).toBe('unreadable')
  })

  it('promises no time by size, and nothing without a store', () => {
    expect(of({ '/etc/logrotate.d/rsyslog': '/var/log/auth.log {\n size 1M\n rotate 9\n}' })).toBe('unsupported')
    expect(of({}, processes('systemd-journal'))).toBe('unsupported')
    expect(of({}, processes('sshd'))).toBe(0)
  })

  it('takes MaxRetentionSec of a journal that is sized for it', () => {
    const journal = (text: string) =>
      of({ '/etc/systemd/journald.conf': `[Journal]\n${text}` }, processes('systemd-journal'))
    expect(journal('MaxRetentionSec=1year\nSystemMaxUse=50G')).toBe(31557600)
    expect(journal('MaxRetentionSec=1year')).toBe('unsupported')
    expect(journal('MaxRetentionSec=0\nSystemMaxUse=50G')).toBe('unsupported')
    expect(journal('Storage=volatile')).toBe(0)
  })

  it('reads the proxy when there is one', () => {
    const squid = {
      'logging-modes': modes.replace('@absent /usr/sbin/squid\n', '81ed 0 0 root root /usr/sbin/squid\n'),
    }
    const files = {
      '/etc/squid/squid.conf': 'logfile_rotate 0\n',
      '/etc/logrotate.d/squid': '/var/log/squid/*.log {\n daily\n rotate 1100\n}',
    }
    expect(values(sections(files, squid)).get('retention[proxy]')).toBe(1100 * 86400)
    expect(values(sections({}, squid)).get('retention[proxy]')).toBe('unreadable')
  })
})

describe('recording', () => {
  it('needs a logger that stores', () => {
    const none = values(sections({}, processes('sshd')))
    expect([none.get('enabled'), none.get('persistent'), none.get('authentication-recorded')]).toEqual([
      false,
      false,
      false,
    ])
    const volatile = values(
      sections({ '/etc/systemd/journald.conf': '[Journal]\nStorage=volatile' }, processes('systemd-journal')),
    )
    expect([volatile.get('enabled'), volatile.get('persistent'), volatile.get('authentication-recorded')]).toEqual([
      true,
      false,
      false,
    ])
    const off = values(
      sections({ '/etc/systemd/journald.conf': '[Journal]\nStorage=none' }, processes('systemd-journal')),
    )
    expect(off.get('enabled')).toBe(false)
  })

  it('needs both authentication facilities', () => {
    const files = { '/etc/rsyslog.conf': 'module(load="imuxsock")\nauth.* /var/log/auth.log' }
    expect(values(sections(files, processes('rsyslogd'))).get('authentication-recorded')).toBe(false)
  })

  it('finds times without their offset', () => {
    const with_ = (text: string) =>
      values(sections({ '/etc/rsyslog.conf': `${text}\n${rsyslog}` })).get('timestamps-with-offset')
    expect(with_('$ActionFileDefaultTemplate RSYSLOG_TraditionalFileFormat')).toBe(false)
    expect(with_('$template T,"%timereported:::date-rfc3339%"\n$ActionFileDefaultTemplate T')).toBe(true)
    expect(with_('$ActionFileDefaultTemplate Unseen')).toBe('unreadable')
  })
})

describe('a log that is lost on the way', () => {
  const given = (files: Files, more: Readonly<Record<string, GivenSection>> = {}) => {
    const found = values(sections({ '/etc/rsyslog.d/9.conf': '*.* @@logs.example', ...files }, more))
    return ['persistent', 'retention[authentication]', 'authentication-recorded', 'remote-hosts'].map((name) =>
      found.get(name),
    )
  }
  const journal = (text: string): Files => ({ '/etc/systemd/journald.conf': `[Journal]\nStorage=volatile\n${text}` })
  const release = (text: string) => ({ 'machine-files': filesText({ '/etc/os-release': text }) })
  const kept = [true, 52 * week, true, ['logs.example']]
  const lost = [false, 0, false, 'absent']

  it('never reaches rsyslog when the journal keeps it', () => {
    expect(given(journal(''))).toEqual(kept)
    expect(given(journal('ForwardToSyslog=no'))).toEqual(lost)
    expect(given(journal('ForwardToSyslog=yes'), release('ID=rocky\nID_LIKE="rhel centos fedora"'))).toEqual(kept)
    expect(given(journal(''), release('ID=rocky\nID_LIKE="rhel centos fedora"'))).toEqual(lost)
  })

  it('is handed on in Debian 13 by the drop-in that comes with it', () => {
    const shipped = { '/usr/lib/systemd/journald.conf.d/syslog.conf': '[Journal]\nForwardToSyslog=yes' }
    const trixie = release('ID=debian\nVERSION_ID="13"')
    expect(given({ ...journal(''), ...shipped }, trixie)).toEqual(kept)
    expect(given(journal(''), trixie)).toEqual(lost)
  })

  it('is read from the journal by imjournal', () =>
    expect(
      given({
        ...journal('ForwardToSyslog=no'),
        '/etc/rsyslog.conf': rsyslog.replace('imuxsock', 'imjournal'),
      }),
    ).toEqual(kept))

  it('is gone at the next restart where /var/log lies in memory', () => {
    const memory = `${disk.replace('rows 1\n', '')}30 22 0:40 / /var/log rw - tmpfs tmpfs rw\nrows 2\n`
    expect(given({}, { mounts: memory })).toEqual([false, 0, true, ['logs.example']])
    expect(given({ '/etc/systemd/journald.conf': '[Journal]\nStorage=persistent' }, { mounts: memory })[0]).toBe(false)
  })

  it('is unknown where the mounts or the system are', () => {
    expect(given({}, { mounts: { exitCode: 1 } })[0]).toBe('unreadable')
    expect(given(journal(''), { 'machine-files': { exitCode: 1 } })).toEqual(Array(4).fill('unreadable'))
  })
})

describe('who can reach logs and their configuration', () => {
  const access = (from: string, to: string, name = 'administrators-only') =>
    values(sections({}, { 'logging-modes': modes.replace(from, to) })).get(name)
  it('finds what others can read, or a group of everybody', () => {
    expect(access('81a0 0 4 root adm /var/log/auth.log', '81a4 0 4 root adm /var/log/auth.log')).toBe(false)
    expect(access('81a0 0 4 root adm /var/log/auth.log', '81a0 0 100 root users /var/log/auth.log')).toBe(false)
    expect(access('81a0 0 4 root adm /var/log/auth.log', '81a0 0 1001 root project /var/log/auth.log')).toBe(
      'unreadable',
    )
  })

  it('does not trust what it could not list, unless the folder is closed', () => {
    expect(access('41e8 0 4 root adm /var/log/audit', '41ed 0 4 root adm /var/log/audit')).toBe('unreadable')
  })

  it('finds configuration that others can write, or do own', () => {
    const name = 'configuration-administrators-only'
    expect(access('81a4 0 0 root root /etc/rsyslog.conf', '81b6 0 0 root root /etc/rsyslog.conf', name)).toBe(false)
    expect(access('81a4 0 0 root root /etc/rsyslog.conf', '81a4 7 0 lp root /etc/rsyslog.conf', name)).toBe(false)
    expect(access('81a4 0 0 root root /etc/rsyslog.conf', '81b4 0 4 root adm /etc/rsyslog.conf', name)).toBe(false)
    expect(access('41e8 0 0 root root /etc/audit', '41ed 0 0 root root /etc/audit', name)).toBe('unreadable')
  })
})

describe('whatever the evidence', () => {
  const names = [...values(sections()).keys()].sort()

  it('reports every setting and table, all unreadable when there is nothing', () => {
    const nothing = { collector: { exitCode: 1 } } as const
    expect([...values(nothing).keys()].sort()).toEqual(names)
    expect(new Set(names.map((name) => `logging.${name.replace(/\[.*/, '')}`))).toEqual(new Set(observesLogs.settings))
    expect(new Set(values(nothing).values())).toEqual(new Set(['unreadable']))
    expect(rowsOf(nothing)).toEqual({ complete: false, rows: [] })
    expect(interpret(nothing).tables?.map(({ type }) => type)).toEqual(observesLogs.rows)
  })

  it.each(['logging-files', 'logging-modes', 'processes', 'mounts', 'machine-files'])(
    'never gets better without %s',
    (section) => {
      const given = sections()
      const whole = values(given)
      const { [section]: text, ...rest } = given
      const half = typeof text === 'string' ? text.slice(0, text.length / 2) : ''
      const damaged: readonly Readonly<Record<string, GivenSection>>[] = [
        rest,
        { ...rest, [section]: { skipped: 'root' } },
        { ...rest, [section]: { exitCode: 1, text: half } },
        { ...rest, [section]: { exitCode: 0, complete: false, text: half } },
        { ...rest, [section]: { exitCode: 137, text: half } },
      ]
      for (const one of damaged) {
        for (const [name, value] of values(one))
          if (value !== 'unreadable') expect([name, value]).toEqual([name, whole.get(name)])
        if (/^(logging-files|processes)$/.test(section)) expect(rowsOf(one).complete).toBe(false)
      }
    },
  )
})
