import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readSudoers } from '../interpret/sudoers.ts'

const here = import.meta.dirname
const folder = mkdtempSync(join(tmpdir(), 'seisa-accounts-'))
afterAll(() => rmSync(folder, { recursive: true }))
const applets = join(folder, 'applets')
mkdirSync(applets)
for (const name of ['awk', 'timeout']) symlinkSync('/bin/busybox', join(applets, name))

const shells: readonly (readonly [string, readonly string[], string])[] = [
  ['sh', ['sh'], ''],
  ...(existsSync('/bin/busybox') ? [['busybox', ['busybox', 'sh'], `PATH=${applets}`] as const] : []),
]

const parts = ['00-prelude.sh', '30-accounts.sh', '40-access.sh']
  .map((name) => readFileSync(join(here, name), 'utf8'))
  .join('\n')

describe.each(shells)('what leaves the target, with %s', (_name, [command = 'sh', ...options], path) => {
  /** The lines of a file after one of the collector's cleaners. */
  function cleaned(cleaner: string, name: string, text: string): readonly string[] {
    const file = join(folder, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
    const script = `COLLECTOR=t\n${parts}\n${path}\nROOT=1 NONCE=n COUNT=0 TIMEOUT=short\nFILES_CLEAN=$${cleaner}\nfiles x '${file}'\n`
    const output = execFileSync(command, [...options, '-s'], { input: script, encoding: 'utf8' })
    expect(output).toContain('@end')
    return output.split('\n').flatMap((line) => (line.startsWith('|') ? [line.slice(1)] : []))
  }

  it.each([
    ['# the password is hunter2', ''],
    ['#includedir /etc/sudoers.d', '#includedir /etc/sudoers.d'],
    ['@include /etc/more # hunter2', '@include /etc/more'],
    ['#1000 ALL = ALL', '#1000 ALL = ALL'],
    ['#1001 hunter2 is it', '#1001 ***'],
    ['no rule but hunter2', 'no ***'],
    [
      'Defaults env_reset, timestamp_timeout=5, !use_pty # hunter2',
      'Defaults env_reset, timestamp_timeout=5, !use_pty ',
    ],
    ['Defaults:a passprompt="x, hunter2", !authenticate', 'Defaults:a passprompt=***, !authenticate'],
    ['Defaults secure_path = /hunter2', 'Defaults secure_path =***'],
    ['a ALL=(ALL:ALL) NOPASSWD: ALL, !/bin/su', 'a ALL=(ALL:ALL) NOPASSWD: ALL, !/bin/su'],
    ['a ALL=/bin/x -phunter2, PASSWD: /bin/y "" # hunter2', 'a ALL=/bin/x ***, PASSWD: /bin/y "" '],
    ['a ALL=/bin/curl https\\://u\\:hunter2@h/', 'a ALL=/bin/curl ***'],
    ['a ALL=/bin/curl https://u:hunter2@h/, /bin/id', 'a ALL=/bin/curl ***, /bin/id'],
    ['a H1=(db) /bin/x : H2, H3 = NOPASSWD: /bin/y hunter2', 'a H1=(db) /bin/x : H2, H3 = NOPASSWD: /bin/y ***'],
    ['%#27 ALL=(ALL) sha256:abc= /bin/ls -l', '%#27 ALL=(ALL) sha256:abc= /bin/ls -l'],
    ['a ALL=CWD=/tmp /bin/tail -f /var/log/x', 'a ALL=CWD=/tmp /bin/tail -f /var/log/x'],
    ['a\\ b ALL=/bin/x', 'a\\ b ALL=/bin/x'],
    ['"a b" ALL=/bin/systemctl restart x.service', '"a b" ALL=/bin/systemctl restart x.service'],
    ['Cmnd_Alias A = /bin/x hunter2, B : C = /bin/y', 'Cmnd_Alias A = /bin/x ***, B : C = /bin/y'],
  ])('is of a line of sudoers `%s` the rule alone', (line, expected) => {
    expect(cleaned('ACCOUNTS_CLEAN', 'sudoers', `${line}\n`)).toEqual([expected])
  })

  it('is of a rule over several lines the rule, and a remark with a backslash swallows none', () => {
    const text =
      'a ALL=/bin/x \\\n --pw hunter2, \\\n /bin/y\n# hunter2 \\\nb ALL=ALL\nDefaults x="hunter2 \\\n hunter2", y\n'
    const lines = cleaned('ACCOUNTS_CLEAN', 'sudoers', text)
    expect(lines).toEqual(['a ALL=/bin/x \\', ' --pw ***, \\', ' /bin/y', '', 'b ALL=ALL', 'Defaults x=***\\', ', y'])
    const files = new Map([['/s', { state: 'read', path: '/s', lines } as const]])
    expect(readSudoers(files, '/s').rules.map(({ users }) => users)).toEqual([['a'], ['b']])
  })

  it.each([
    ['permit persist :wheel # hunter2', 'permit persist :wheel'],
    [
      'permit nopass setenv { A=hunter2 -B } a as root cmd apt args update hunter2',
      'permit nopass setenv { } a as root cmd apt args update ***',
    ],
    ['hunter2', '***'],
  ])('is of a line of doas.conf `%s` the rule alone', (line, expected) => {
    expect(cleaned('ACCOUNTS_CLEAN', 'doas.conf', `${line}\n`)).toEqual([expected])
  })

  it.each([
    [
      'auth [success=1 default=ignore] pam_unix.so nullok # hunter2',
      'auth [success=1 default=ignore] pam_unix.so nullok #',
    ],
    [
      'password requisite pam_pwquality.so retry=3 badwords=hunter2',
      'password requisite pam_pwquality.so retry=3 badwords=removed',
    ],
    ['auth optional pam_exec.so quiet /opt/x hunter2', 'auth optional pam_exec.so quiet /opt/x ***'],
    [
      'auth required pam_mysql.so user=u [passwd=x hunter2] host=db',
      'auth required pam_mysql.so user=removed *** host=removed',
    ],
    ['auth sufficient pam_succeed_if.so uid >= 1000', 'auth sufficient pam_succeed_if.so uid >= 1000'],
    ['@include common-auth', '@include common-auth'],
    ['hunter2', '***'],
  ])('is of a line of PAM `%s` no secret', (line, expected) => {
    expect(cleaned('PAM_CLEAN', 'pam.d/x', `${line}\n`)).toEqual([expected])
  })

  it.each([
    ['deny = 3 # hunter2', 'deny = 3 '],
    ['bindpw hunter2', 'bindpw = ***'],
    ['min=disabled,24,11,8,7', 'min=disabled,24,11,8,7'],
    ['two words hunter2', 'two = ***'],
  ])('is of a setting of a module `%s` no secret', (line, expected) => {
    expect(cleaned('PAM_CLEAN', 'settings.conf', `${line}\n`)).toEqual([expected])
  })

  it.each([
    ['Port 22 # hunter2', 'Port 22'],
    ['SetEnv A=hunter2', 'SetEnv ***'],
    ['"PasswordAuthentication" no', 'PasswordAuthentication no'],
    ['Match exec "hunter2"', 'Match ***'],
    ['Match User a Address 10.0.0.0/8', 'Match User a Address 10.0.0.0/8'],
  ])('is of a line for SSH `%s` no secret', (line, expected) => {
    expect(cleaned('ACCESS_CLEAN', 'ssh/sshd_config', `${line}\n`)).toEqual([expected])
  })

  it('is of a policy of a browser the same JSON, without its texts', () => {
    const value = {
      policies: { ExtensionSettings: { '*': { installation_mode: 'blocked' } }, N: [1, -2.5e3, true, null, ''] },
      'u:hunter2@h': 'say "hunter2" \\',
    }
    const lines = cleaned('ACCESS_CLEAN', 'a.json', `${JSON.stringify(value, null, 1)}\n`)
    expect(JSON.parse(lines.join('\n'))).toEqual({
      policies: { ExtensionSettings: { '*': { installation_mode: 'blocked' } }, N: [1, -2.5e3, true, null, '***'] },
      '***': '***',
    })
    for (const broken of ['{"a": 1} // hunter2', '{"a": hunter2}', '{"a": "hunter2\n"}', "{'a': 1}"]) {
      const text = cleaned('ACCESS_CLEAN', 'a.json', `${broken}\n`).join('\n')
      expect(text).not.toContain('hunter2')
      expect(() => JSON.parse(text)).toThrow(SyntaxError)
    }
  })
})
