import { describe, expect, it } from 'vitest'
import type { Fact } from '../../../../src/core/fact.ts'
import type { GivenSection } from '../testing/evidence.ts'
import { evidenceOf, filesText } from '../testing/evidence.ts'
import { auditCategories } from './audit-policy.ts'
import { interpretAudit, observesAudit } from './audit.ts'

const status = (enabled: number, pid = 700, login = '0 unlocked') =>
  `enabled ${enabled}\nfailure 1\npid ${pid}\nrate_limit 0\nbacklog_limit 8192\nlost 0\nbacklog 0\nloginuid_immutable ${login}\n`

const auditd = (text: string) =>
  filesText({
    '/etc/audit/auditd.conf': text,
    '/etc/audit/rules.d/*.rules': { state: 'absent' },
    '/etc/systemd/system/auditd.service': { state: 'absent' },
    '/run/systemd/system/auditd.service': { state: 'absent' },
    '/usr/lib/systemd/system/auditd.service': '[Unit]\nRefuseManualStop=yes\n[Service]',
    '/lib/systemd/system/auditd.service': { state: 'absent' },
    '/etc/systemd/journal-upload.conf': { state: 'absent' },
    '/usr/lib/systemd/journal-upload.conf': { state: 'absent' },
  })

const sections: Readonly<Record<string, GivenSection>> = {
  'audit-status': status(2, 700, '1 locked'),
  'audit-rules': '-w /etc/ -p wa -k all\n',
  'logging-state': 'machine=x86_64\nsystemd=yes\n',
  'logging-files': auditd(
    'max_log_file_action = keep_logs\nspace_left_action = email\naction_mail_acct = root\nadmin_space_left_action = halt\ndisk_full_action = HALT\ndisk_error_action = HALT\n',
  ),
  'logging-modes': '',
  processes: 'auditd\nsystemd\n',
}

const facts = (given: Readonly<Record<string, GivenSection>>) => interpretAudit(evidenceOf(given)).facts ?? []
const id = (fact: Fact) => fact.setting + (fact.scope ? `[${fact.scope.key}]` : '')
const shown = (fact: Fact | undefined) => (fact?.state === 'known' ? fact.value : fact?.state)
const fact = (given: Readonly<Record<string, GivenSection>>, name: string) =>
  shown(facts({ ...sections, ...given }).find((one) => id(one) === name))

describe('the kernel', () => {
  it('reports running, locked auditing', () => {
    expect(fact({}, 'logging.audit-enabled')).toBe(true)
    expect(fact({}, 'logging.audit-immutable')).toBe(true)
    expect(fact({}, 'account-policy.logon-identity-immutable')).toBe(true)
    expect(fact({}, 'logging.audit-policy[identity]')).toBe('success-and-failure')
  })

  it('is not auditing when switched off, without a daemon, or without rules', () => {
    expect(fact({ 'audit-status': status(0) }, 'logging.audit-enabled')).toBe(false)
    expect(fact({ 'audit-status': status(0) }, 'logging.audit-policy[identity]')).toBe('none')
    expect(fact({ 'audit-status': status(1, 0) }, 'logging.audit-enabled')).toBe(false)
    expect(fact({ 'audit-rules': 'No rules\n' }, 'logging.audit-enabled')).toBe(false)
    expect(fact({ 'audit-rules': '-a never,task\n' }, 'logging.audit-enabled')).toBe(false)
    expect(fact({ 'audit-status': status(1) }, 'logging.audit-immutable')).toBe(false)
  })

  it('takes loaded rules for the truth and names files that were not loaded', () => {
    const files = filesText({ '/etc/audit/rules.d/50.rules': '-w /etc/ -p wa' })
    const found = facts({ ...sections, 'audit-rules': 'No rules\n', 'logging-files': files })
    const one = found.find((each) => id(each) === 'logging.audit-policy[identity]')
    expect(shown(one)).toBe('none')
    expect(one?.evidence).toContainEqual({ source: '/etc/audit/rules.d/50.rules' })
  })

  it('reads the older status line', () => {
    const old = 'AUDIT_STATUS: enabled=1 flag=1 pid=99 rate_limit=0 backlog_limit=64 lost=0 backlog=0'
    expect(fact({ 'audit-status': old }, 'logging.audit-enabled')).toBe(true)
    expect(fact({ 'audit-status': old }, 'account-policy.logon-identity-immutable')).toBe('unreadable')
  })

  it('needs rights, and says so', () => {
    const one = facts({ ...sections, 'audit-status': { skipped: 'root' }, 'audit-rules': { skipped: 'root' } }).find(
      (each) => id(each) === 'logging.audit-enabled',
    )
    expect(one).toMatchObject({ state: 'unreadable', needs: { en: expect.stringContaining('administrator') } })
  })

  it('is not audited where no tool is installed, unless another program may do it', () => {
    const none: Record<string, GivenSection> = {
      'audit-status': { skipped: 'command' },
      'audit-rules': { skipped: 'command' },
    }
    expect(fact({ ...none, processes: 'systemd\n' }, 'logging.audit-enabled')).toBe(false)
    expect(fact({ ...none, processes: 'auditbeat\n' }, 'logging.audit-enabled')).toBe('unreadable')
    expect(fact({ ...none, processes: { exitCode: 1 } }, 'logging.audit-enabled')).toBe('unreadable')
    expect(fact({ ...none, processes: 'systemd\n' }, 'logging.retention[audit]')).toBe('absent')
  })

  it('does not take an error for an answer', () => {
    expect(fact({ 'audit-status': 'You must be root to run this program.' }, 'logging.audit-enabled')).toBe(
      'unreadable',
    )
    expect(fact({ 'audit-rules': 'Operation not permitted' }, 'logging.audit-policy[identity]')).toBe('unreadable')
    expect(fact({ 'audit-rules': '' }, 'logging.audit-policy[identity]')).toBe('unreadable')
  })
})

describe('auditd', () => {
  const conf = (text: string) => ({ 'logging-files': auditd(text) })
  it('keeps everything, or what fits', () => {
    expect(fact({}, 'logging.retention[audit]')).toBe('never')
    expect(fact(conf('max_log_file_action = ROTATE\nnum_logs = 5'), 'logging.retention[audit]')).toBe('unsupported')
    expect(fact(conf('max_log_file_action = ROTATE\nnum_logs = 1'), 'logging.retention[audit]')).toBe('never')
    expect(fact(conf('max_log_file_action = keep_logs\nspace_left_action = rotate'), 'logging.retention[audit]')).toBe(
      'unsupported',
    )
    expect(fact(conf('write_logs = no'), 'logging.retention[audit]')).toBe(0)
    expect(fact(conf('max_log_file_action = whatever'), 'logging.retention[audit]')).toBe('unreadable')
  })

  it('alerts by mail, by script, or through a syslog that is forwarded', () => {
    expect(fact({}, 'logging.failure-alert')).toBe(true)
    expect(fact(conf('space_left_action = exec /usr/local/bin/alert'), 'logging.failure-alert')).toBe(true)
    expect(fact(conf('space_left_action = email\naction_mail_acct ='), 'logging.failure-alert')).not.toBe(true)
    expect(fact(conf('space_left_action = syslog'), 'logging.failure-alert')).toBe(false)
    expect(fact(conf('space_left_action = suspend'), 'logging.failure-alert')).toBe(false)
    expect(fact(conf('space_left_action = email\ndisk_error_action = ignore'), 'logging.failure-alert')).toBe(false)
    const forwarded = `${auditd('space_left_action = syslog')}${filesText({ '/etc/rsyslog.conf': 'module(load="imuxsock")\n*.* @@logs.example' })}`
    expect(fact({ 'logging-files': forwarded, processes: 'auditd\nrsyslogd\n' }, 'logging.failure-alert')).toBe(true)
    const mail = forwarded.replace('*.* @@', 'mail.* @@')
    expect(fact({ 'logging-files': mail, processes: 'auditd\nrsyslogd\n' }, 'logging.failure-alert')).toBe(false)
  })

  it('names its actions, with the defaults of auditd', () => {
    expect(fact(conf('space_left_action = EXEC /a/secret/path'), 'logging.failure-actions')).toEqual([
      'admin-space-left:ignore',
      'disk-error:syslog',
      'disk-full:ignore',
      'space-left:exec',
    ])
  })

  it('is unknown with an action that auditd does not take', () => {
    for (const event of ['space_left_action', 'admin_space_left_action', 'disk_full_action', 'disk_error_action']) {
      const wrong = conf(`space_left_action = email\n${event} = hault`)
      expect(fact(wrong, 'logging.failure-actions'), event).toBe('unreadable')
      expect(fact(wrong, 'logging.failure-alert'), event).toBe('unreadable')
    }
  })

  it('counts only while it runs', () => {
    expect(fact({ 'audit-status': status(1, 0) }, 'logging.failure-alert')).toBe(false)
    expect(fact({ 'audit-status': status(1, 0) }, 'logging.failure-actions')).toBe('absent')
  })

  it('refuses a manual stop by its unit or a drop-in', () => {
    expect(fact({}, 'logging.manual-stop-refused')).toBe(true)
    const dropIn = filesText({ '/etc/systemd/system/auditd.service.d/10.conf': '[Unit]\nRefuseManualStop=no' })
    expect(fact({ 'logging-files': auditd('') + dropIn }, 'logging.manual-stop-refused')).toBe(false)
    expect(fact({ 'logging-state': 'machine=x86_64\nsystemd=no\n' }, 'logging.manual-stop-refused')).toBe('unsupported')
  })
})

describe('whatever the evidence', () => {
  const expected = observesAudit.settings
    .flatMap((setting) =>
      setting === 'logging.audit-policy'
        ? auditCategories.map((key) => `${setting}[${key}]`)
        : setting === 'logging.retention'
          ? [`${setting}[audit]`]
          : [setting],
    )
    .sort()

  it('reports every setting, all unreadable when there is nothing', () => {
    const found = facts({ collector: { exitCode: 1 } })
    expect(found.map(id).sort()).toEqual(expected)
    expect(new Set(found.map(({ state }) => state))).toEqual(new Set(['unreadable']))
  })

  it.each(Object.keys(sections))('never gets better without %s', (section) => {
    const whole = new Map(facts(sections).map((one) => [id(one), one]))
    const { [section]: text, ...rest } = sections
    const half = typeof text === 'string' ? text.slice(0, text.length / 2) : ''
    const damaged: readonly Readonly<Record<string, GivenSection>>[] = [
      rest,
      { ...rest, [section]: { skipped: 'root' } },
      { ...rest, [section]: { exitCode: 1, text: half } },
      { ...rest, [section]: { exitCode: 0, complete: false, text: half } },
      { ...rest, [section]: { exitCode: 124, text: half } },
    ]
    for (const given of damaged) {
      const found = facts(given)
      expect(found.map(id).sort()).toEqual(expected)
      for (const one of found) {
        if (one.state === 'unreadable') continue
        expect(shown(one)).toEqual(shown(whole.get(id(one))))
      }
    }
  })
})
