import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readAuditRules } from './audit-rules.ts'

const one = (text: string) => {
  const { rules, unknown } = readAuditRules(text)
  expect(unknown).toEqual([])
  const [rule] = rules
  if (!rule) throw new Error('no rule')
  return rule
}

describe('readAuditRules', () => {
  it('reads a watch, with the permissions of auditctl(8) when it names none', () => {
    expect(one('-w /etc/passwd -p wa -k identity')).toMatchObject({
      path: { name: '/etc/passwd', below: true },
      permissions: 'wa',
      action: 'always',
      list: 'exit',
      calls: 'all',
    })
    expect(one('-w /etc/passwd').permissions).toBe('rwxa')
  })

  it('reads the newer form of a watch', () => {
    expect(one('-a always,exit -F arch=b64 -F path=/etc/shadow -F perm=wa -F key=identity')).toMatchObject({
      path: { name: '/etc/shadow', below: false },
      permissions: 'wa',
      architecture: 'b64',
      fields: [],
    })
    expect(one('-a always,exit -S all -F dir=/etc/sudoers.d/ -F perm=wa').path).toEqual({
      name: '/etc/sudoers.d',
      below: true,
    })
  })

  it('reads system calls, comparisons and either order of action and list', () => {
    const rule = one(
      '-a exit,always -F arch=b32 -S open,openat -S truncate -F exit=-EACCES -C uid!=euid -F auid>=1000 -F auid!=-1',
    )
    expect(rule.calls).toEqual(['open', 'openat', 'truncate'])
    expect(rule.architecture).toBe('b32')
    expect(rule.fields.map((field) => `${field.name}${field.operator}${field.value}`)).toEqual([
      'exit=-EACCES',
      'uid!=euid',
      'auid>=1000',
      'auid!=-1',
    ])
    expect(rule.fields[1]?.compare).toBe(true)
  })

  it('tells exclusions from rules that record', () => {
    expect(one('-a never,task')).toMatchObject({ action: 'never', list: 'task' })
    expect(one('-a always,exclude -F msgtype=CWD').list).toBe('exclude')
  })

  it('passes over control options, comments and "No rules"', () => {
    expect(
      readAuditRules('## first\n-D\n-b 8192\n-f 1\n--backlog_wait_time 60000\n-e 2\n--loginuid-immutable\nNo rules\n'),
    ).toEqual({
      rules: [],
      unknown: [],
    })
  })

  it('keeps what it does not understand apart', () => {
    expect(
      readAuditRules('Operation not permitted\n-a always\n-a always,exit -F nonsense\n').unknown.map(({ at }) => at),
    ).toEqual([1, 2, 3])
  })

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (text) => void readAuditRules(text)))
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('-a', '-w', '-F', '-S', 'always,exit', '/x', 'perm=wa', 'arch=b64', "'", '=')),
        (words) => void readAuditRules(words.join(' ')),
      ),
    )
  })

  const sample = join(process.env['SEISA_SHARED'] ?? '../shared', 'corpus/endpoint/linux/inspec__auditctl-l')
  it.skipIf(!existsSync(sample))('reads a recorded auditctl -l in full', () => {
    const { rules, unknown } = readAuditRules(readFileSync(sample, 'utf8'))
    expect(unknown).toEqual([])
    expect(rules.map((rule) => rule.path?.name)).toEqual(['/etc', undefined, '/etc', '/etc'])
  })

  const examples = '/usr/share/doc/auditd/examples/rules/30-stig.rules'
  it.skipIf(!existsSync(examples))('reads the STIG rules that auditd ships', () => {
    const { rules, unknown } = readAuditRules(readFileSync(examples, 'utf8'))
    expect(unknown).toEqual([])
    expect(rules.length).toBeGreaterThan(20)
  })
})
