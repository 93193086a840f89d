import { describe, expect, it } from 'vitest'
import { collectorScript } from '../scanners/endpoint/linux/collector.ts'
import { betterThan, judged, parsed, scanned } from '../src/cli/testing/judged.ts'
import type { Finding } from '../src/core/run.ts'
import { type Machine, machineLab, runOnMachine } from './machine.ts'
import { labSuite } from './suites.ts'

type Findings = ReadonlyMap<string, Finding>

const collect = (machine: Machine): Buffer => runOnMachine(collectorScript().text, machine)
const findingsOf = async (machine: Machine): Promise<Findings> => judged(await parsed(collect(machine)))

/** Requirements with a finding that differs, apart from where it was read. */
function changed(before: Findings, after: Findings): readonly string[] {
  const told = (finding: Finding | undefined): string =>
    finding ? JSON.stringify([finding.verdict, finding.actual, finding.count, finding.reason]) : ''
  const subjects = [...new Set([...before.keys(), ...after.keys()])]
  const different = subjects.filter((subject) => told(before.get(subject)) !== told(after.get(subject)))
  return [...new Set(different.map((subject) => subject.split('|')[0] ?? ''))].sort()
}

/** The order of faillock.conf(5)'s own example. */
const locking = `auth required pam_faillock.so preauth
auth [success=1 default=ignore] pam_unix.so
auth [default=die] pam_faillock.so authfail
auth sufficient pam_faillock.so authsucc
auth required pam_deny.so
`
/** A well-kept machine to change by one setting at a time, whatever this one is like. */
const kept: Readonly<Record<string, string>> = {
  '/etc/ssh/sshd_config':
    'PermitRootLogin no\nPasswordAuthentication no\nClientAliveInterval 300\nClientAliveCountMax 1\n',
  '/etc/security/pwquality.conf': 'minlen = 16\nminclass = 4\nenforce_for_root\n',
  '/etc/pam.d/common-password':
    'password requisite pam_pwquality.so retry=3\npassword [success=1 default=ignore] pam_unix.so obscure use_authtok try_first_pass yescrypt\npassword requisite pam_deny.so\npassword required pam_permit.so\n',
  '/etc/pam.d/common-auth': locking,
  '/etc/security/faillock.conf': 'deny = 3\nunlock_time = 0\neven_deny_root\nfail_interval = 900\n',
  '/etc/profile.d/timeout.sh': 'TMOUT=300\nreadonly TMOUT\nexport TMOUT\n',
}

labSuite('one setting changed by hand', machineLab(), () => {
  it.each<readonly [string, string, string, readonly RegExp[]]>([
    [
      'the length of passwords',
      '/etc/security/pwquality.conf',
      'minlen = 6\nminclass = 4\nenforce_for_root\n',
      [/^password-(length|guessable)/],
    ],
    [
      'attempts before lockout',
      '/etc/security/faillock.conf',
      'deny = 30\nunlock_time = 0\neven_deny_root\nfail_interval = 900\n',
      [/^(lockout|password)-/],
    ],
    [
      'sign-in of root over SSH',
      '/etc/ssh/sshd_config',
      'PermitRootLogin yes\nPasswordAuthentication no\nClientAliveInterval 300\nClientAliveCountMax 1\n',
      [/root|built-in-administrator|logon|superuser|administrator/],
    ],
    [
      'the idle limit of shells',
      '/etc/profile.d/timeout.sh',
      'TMOUT=86400\nreadonly TMOUT\nexport TMOUT\n',
      [/^terminal-idle|^session|^remote-idle/],
    ],
  ])('changes the findings on it and no other: %s', async (_, path, text, expected) => {
    const before = await findingsOf({ files: kept })
    const after = await findingsOf({ files: { ...kept, [path]: text } })
    const requirements = changed(before, after)
    expect(requirements.length).toBeGreaterThan(0)
    for (const requirement of requirements)
      expect(
        expected.some((pattern) => pattern.test(requirement)),
        requirement,
      ).toBe(true)
    // each of them was loosened: nothing may look better for it
    expect([...betterThan(before, after)]).toEqual([])
  })

  it('changes nothing when it is only a comment', async () => {
    const before = await findingsOf({ files: kept })
    const commented = Object.fromEntries(Object.entries(kept).map(([path, text]) => [path, `# a word\n${text}\n`]))
    expect(changed(before, await findingsOf({ files: commented }))).toEqual([])
  })
})

labSuite('what an ordinary user can not read', machineLab(), () => {
  it('is unknown, the run is incomplete, and nothing passes that root does not see pass', async () => {
    const asRoot = await findingsOf({ files: kept })
    const bytes = collect({ files: kept, uid: 65534 })
    const { result, findings, gaps } = await scanned([bytes])
    expect([3, 4]).toContain(result.exit.code)
    expect(betterThan(asRoot, findings)).toEqual([])
    const passwords = [...findings.values()].filter((one) => one.settings.includes('account.password-required'))
    expect(passwords.length).toBeGreaterThan(0)
    for (const { requirement, verdict } of passwords)
      expect({ requirement, verdict }).toEqual({ requirement, verdict: 'unknown' })
    expect(gaps.some((gap) => gap.needs?.en.includes('root'))).toBe(true)
  })
})

labSuite('a list of security updates that was emptied', machineLab(), () => {
  it('does not say that nothing waits', async () => {
    const folder = '/var/lib/apt/lists'
    const list = `${folder}/security.example_dists_stable-security_main_binary-amd64_Packages`
    const prepare = `mkdir -p ${folder}\nmount -t tmpfs none ${folder}\n: >${list}`
    const { sections } = await parsed(collect({ prepare }))
    expect(sections.get('security-lists')?.text).toContain(`@error ${list}`)
  })
})

labSuite('the environment of the caller', machineLab(), () => {
  let usual: Findings | undefined
  const hostile = '/etc/seisa-hostile-start'
  const files = {
    ...kept,
    [hostile]: 'echo HIJACKED; awk() { echo HIJACKED; }; alias printf=false; PATH=/nowhere; exit 9\n',
  }

  it.each<readonly [string, Machine]>([
    ['a restricted PATH', { shell: ['env', 'PATH=/nowhere', '/bin/sh'] }],
    ['no PATH', { shell: ['env', '-u', 'PATH', '/bin/sh'] }],
    ['a Japanese locale that is not UTF-8', { environment: { LC_ALL: 'ja_JP.eucJP', LANG: 'ja_JP.SJIS' } }],
    ['a locale whose i is another', { environment: { LC_ALL: 'tr_TR.UTF-8' } }],
    ['start files that do harm', { environment: { ENV: hostile, BASH_ENV: hostile }, shell: ['/bin/sh'] }],
    [
      'start files that do harm, under bash',
      { environment: { ENV: hostile, BASH_ENV: hostile }, shell: ['bash', '--posix'] },
    ],
    [
      'separators of its own',
      {
        environment: {
          IFS: '/:.',
          CDPATH: '/tmp',
          GREP_OPTIONS: '-v',
          POSIXLY_CORRECT: '1',
          TZ: 'Asia/Tokyo',
          COLUMNS: '20',
        },
      },
    ],
    [
      'variables that the collector uses itself',
      { environment: { ROOT: '1', NONCE: 'x', COUNT: '99', S: 'x', DEEP: 'yes', TIMEOUT: 'none', STATE: 'x', N: '5' } },
    ],
    [
      'options of awk, ls and systemd',
      {
        environment: {
          AWKPATH: '/nowhere',
          LS_COLORS: 'di=31',
          QUOTING_STYLE: 'c',
          TIME_STYLE: 'full-iso',
          SYSTEMD_COLORS: '1',
          LESS: '-R',
          DEBUG: '1',
        },
      },
    ],
  ])('changes no finding: %s', async (_, machine) => {
    usual ??= await findingsOf({ files })
    const bytes = collect({ files, ...machine })
    expect(bytes.toString()).not.toMatch(/^HIJACKED/m)
    expect(changed(usual, judged(await parsed(bytes)))).toEqual([])
  })
})

describe('the lab', () => {
  it('says what it lacks where it can not run', () => {
    const { available, lacks } = machineLab()
    expect(available).toBe(lacks === '')
  })
})
