import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAuditRules } from '../../../../src/readers/audit-rules.ts'
import { auditCategories, auditPolicy } from './audit-policy.ts'

const policy = (text: string, machine = 'x86_64', missing: readonly string[] = []) =>
  auditPolicy(readAuditRules(text).rules, { machine, exists: (path) => !missing.includes(path) })

const identity = ['passwd', 'shadow', 'group', 'gshadow', 'security/opasswd'].map(
  (name) => `-w /etc/${name} -p wa -k identity`,
)
const both = (rule: string) => `-a always,exit -F arch=b32 ${rule}\n-a always,exit -F arch=b64 ${rule}`

describe('identity', () => {
  it('takes watches in both outcomes, and asks for every file that is there', () => {
    expect(policy(identity.join('\n')).identity).toBe('success-and-failure')
    expect(policy(identity.slice(1).join('\n')).identity).toBe('none')
    expect(policy(identity.slice(0, 3).join('\n')).identity).toBe('none')
    expect(policy(identity.slice(0, 3).join('\n'), 'x86_64', ['/etc/gshadow', '/etc/security/opasswd']).identity).toBe(
      'success-and-failure',
    )
  })

  it('takes one watch of the folder, but not one for reading', () => {
    expect(policy('-w /etc/ -p wa').identity).toBe('success-and-failure')
    expect(policy('-w /etc/ -p r').identity).toBe('none')
  })

  it('takes the newer form, on both architectures where it names one', () => {
    const newer = (arch: string) =>
      identity
        .map((rule) => `-a always,exit -F arch=${arch} -F path=${rule.split(' ')[1]} -F perm=wa -F key=identity`)
        .join('\n')
    expect(policy(newer('b64')).identity).toBe('none')
    expect(policy(`${newer('b64')}\n${newer('b32')}`).identity).toBe('success-and-failure')
    expect(policy(newer('b64'), 'aarch64').identity).toBe('success-and-failure')
  })

  it('is narrowed by filters on persons or programs', () => {
    expect(policy('-a always,exit -S all -F dir=/etc -F perm=wa -F auid=1001').identity).toBe('none')
    expect(policy('-a always,exit -S all -F dir=/etc -F perm=wa -F auid>=1000 -F auid!=-1').identity).toBe(
      'success-and-failure',
    )
  })
})

describe('system calls', () => {
  const time = `${both('-S adjtimex,settimeofday')}\n${both('-S clock_settime -F a0=0x0')}\n-w /etc/localtime -p wa`
  it('need every call on both architectures', () => {
    expect(policy(time)['time-change']).toBe('success-and-failure')
    expect(policy(time.replace('-a always,exit -F arch=b32 -S clock_settime -F a0=0x0\n', ''))['time-change']).toBe(
      'none',
    )
    expect(policy(both('-S init_module,finit_module,delete_module'))['module-load']).toBe('success-and-failure')
    expect(policy(both('-S init_module,delete_module'))['module-load']).toBe('none')
  })

  it('take a rule for all 32-bit calls for the 32-bit side', () => {
    expect(
      policy('-a always,exit -F arch=b64 -S init_module,finit_module,delete_module\n-a always,exit -F arch=b32 -S all')[
        'module-load'
      ],
    ).toBe('success-and-failure')
  })

  it('follow success and exit filters', () => {
    const open = '-S open,openat'
    expect(policy(both(`${open} -F exit=-EACCES`))['file-access']).toBe('none')
    expect(
      policy(`${both(`${open} -F exit=-EACCES`)}\n${both(`${open} -F exit=-EPERM -F auid>=1000 -F auid!=unset`)}`)[
        'file-access'
      ],
    ).toBe('failure')
    expect(policy(`${both(`${open} -F exit=-13`)}\n${both(`${open} -F exit=-1`)}`)['file-access']).toBe('failure')
    expect(policy(both(`${open} -F success=1`))['file-access']).toBe('success')
    expect(policy(both(`${open} -F success=0`))['file-access']).toBe('failure')
    expect(policy(both('-S unlink,unlinkat,rename,renameat'))['file-deletion']).toBe('success-and-failure')
    expect(policy(both('-S unlink,rename'))['file-deletion']).toBe('none')
  })

  it('take reading of data that the organisation named', () => {
    expect(policy('-w /srv/secret -p r')['file-access']).toBe('success-and-failure')
    expect(policy('-w /var/log/audit -p r')['file-access']).toBe('none')
  })
})

it('reads the outcome of logons from the file that is watched', () => {
  expect(policy('-w /var/log/lastlog -p wa').logon).toBe('success')
  expect(policy('-w /var/run/faillock -p wa').logon).toBe('failure')
  expect(policy('-w /var/log/lastlog -p wa\n-w /var/log/btmp -p wa').logon).toBe('success-and-failure')
})

it('takes elevated execve, or the execution of sudo and su, with sudoers watched', () => {
  const sudoers = '-w /etc/sudoers -p wa\n-w /etc/sudoers.d/ -p wa'
  const elevated = both('-S execve -C uid!=euid -F euid=0')
  expect(policy(`${sudoers}\n${elevated}`).privilege).toBe('success-and-failure')
  expect(policy(elevated).privilege).toBe('none')
  expect(policy(sudoers).privilege).toBe('none')
  expect(policy(`${sudoers}\n-w /usr/bin/sudo -p x`).privilege).toBe('none')
  expect(policy(`${sudoers}\n-w /usr/bin/sudo -p x\n-w /usr/bin/su -p x`).privilege).toBe('success-and-failure')
})

describe('exclusions', () => {
  const watch = '-w /etc/ -p wa'
  it('end what comes after them, not what came before', () => {
    expect(policy(`-a never,exit -S all\n${watch}`).identity).toBe('none')
    expect(policy(`${watch}\n-a never,exit -S all`).identity).toBe('success-and-failure')
    expect(policy(`-a never,exit -S all -F auid>=1000\n${watch}`).identity).toBe('none')
    expect(policy(`-a never,exit -S all -F path=/etc/shadow -F perm=wa\n${watch}`).identity).toBe('none')
    expect(policy(`-a never,exit -F arch=b64 -S adjtimex -F auid=unset -F uid=chrony\n${watch}`).identity).toBe(
      'success-and-failure',
    )
  })

  it('of every task or of the record itself end everything', () => {
    expect(policy(`-a never,task\n${watch}`).identity).toBe('none')
    expect(policy(`${watch}\n-a always,exclude -F msgtype=SYSCALL`).identity).toBe('none')
    expect(policy(`${watch}\n-a always,exclude -F msgtype=CWD`).identity).toBe('success-and-failure')
  })
})

it('watches the audit configuration', () => {
  expect(policy('-w /etc/audit/ -p wa')['audit-configuration']).toBe('success-and-failure')
  expect(policy('-w /etc/audit/auditd.conf -p wa')['audit-configuration']).toBe('none')
})

it('never throws, and no rules record nothing', () => {
  for (const category of auditCategories) expect(policy('No rules')[category]).toBe('none')
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...identity, '-a never,exit -S all', '-a always,exit -F exit=x -S y', '-w / -p rwxa')),
      (lines) => void policy(lines.join('\n')),
    ),
  )
})

const stig = '/usr/share/doc/auditd/examples/rules/30-stig.rules'
it.skipIf(!existsSync(stig))('finds what the STIG rules of auditd record', () => {
  const found = policy(readFileSync(stig, 'utf8'))
  expect(found.identity).toBe('success-and-failure')
  expect(found['time-change']).toBe('success-and-failure')
  expect(found['file-access']).toBe('failure')
})
