import { readFileSync } from 'node:fs'
import { describe, expect, it, test } from 'vitest'
import { filesText } from '../testing/evidence.ts'
import {
  accountFilesText,
  alpine,
  arch,
  authselectMinimalFaillock,
  authselectSssd,
  authselectSssdFaillock,
  debian,
  debianAuth,
  debianFaillockAccount,
  debianFaillockAuth,
  machineEvidence,
  redHat,
  suse,
  ubuntuSssAuth,
} from '../testing/pam-stacks.ts'
import type { Machine } from '../testing/pam-stacks.ts'
import { stackLockout } from './lockout-stack.ts'
import { pamEvidence } from './pam-evidence.ts'
import { interpretLockout } from './pam-lockout.ts'

/** Facts by `setting[scope]`, as their value, or the state where there is none. */
function lockout(machine: Machine): Readonly<Record<string, unknown>> {
  const facts = interpretLockout(machineEvidence(machine)).facts ?? []
  return Object.fromEntries(
    facts.map((fact) => [
      fact.setting.replace('lockout.', '') + (fact.scope ? `[${fact.scope.kind}:${fact.scope.key}]` : ''),
      fact.state === 'known' ? fact.value : fact.state,
    ]),
  )
}

const conf = '/etc/security/faillock.conf'
const never = { threshold: 'never', duration: 'absent', 'observation-window': 'absent' }
const rootNever = { 'threshold[category:root]': 'never', 'duration[category:root]': 'absent' }

describe('stacks that count failures', () => {
  it('Red Hat, authselect sssd with-faillock: the defaults of faillock.conf(5)', () => {
    expect(lockout({ files: redHat(authselectSssdFaillock) })).toMatchObject({
      threshold: 3,
      duration: 600,
      'observation-window': 900,
      ...rootNever,
    })
  })
  it('Red Hat, minimal with-faillock, with a faillock.conf', () => {
    const files = {
      ...redHat(authselectMinimalFaillock),
      [conf]: 'deny = 5\nunlock_time = 1800 # half an hour\nfail_interval=60\n',
    }
    expect(lockout({ files })).toMatchObject({ threshold: 5, duration: 1800, 'observation-window': 60, ...rootNever })
  })
  it('with a card that may be used instead: without one the password is counted', () => {
    const card = 'auth [success=done authinfo_unavail=ignore default=die] pam_sss.so try_cert_auth\n'
    const auth = authselectSssdFaillock.replace(/^(auth\s+sufficient\s+pam_unix)/m, `${card}$1`)
    expect(auth).toContain(card)
    expect(lockout({ files: redHat(auth) })).toMatchObject({ threshold: 3, duration: 600 })
  })
  it('Debian, through pam-auth-update', () => {
    const files = {
      ...debian({ auth: debianFaillockAuth, account: debianFaillockAccount }),
      [conf]: 'deny=4\nunlock_time=0\n',
    }
    expect(lockout({ files, debian: true })).toMatchObject({ threshold: 4, duration: 'until-unlocked' })
  })
  it('Arch Linux as installed', () => {
    expect(lockout({ files: arch })).toMatchObject({ threshold: 3, duration: 600, ...rootNever })
  })
  it('authfail and authsucc without preauth, the first example of pam_faillock(8)', () => {
    const auth = `auth [success=1 default=bad] pam_unix.so\nauth [default=die] pam_faillock.so authfail\nauth sufficient pam_faillock.so authsucc\nauth required pam_deny.so\n`
    expect(lockout({ files: debian({ auth }) })).toMatchObject({ threshold: 3 })
  })
  test.each([
    ['deny = -1', 65_535],
    ['deny = 65538', 2],
    ['deny=5x', 5],
    ['DENY = 5', 3],
    ['\uFEFFdeny = 2', 3],
    ['\uFEFF# comment\ndeny = 2\r', 2],
    ['bogus\ndeny 2', 2],
  ])('faillock.conf with %j, as pam_faillock of Debian 13 takes it', (text, threshold) => {
    const files = { ...debian({ auth: debianFaillockAuth, account: debianFaillockAccount }), [conf]: text }
    expect(lockout({ files, debian: true })).toMatchObject({ threshold })
  })
  it('a preauth that asks for fewer failures than authfail writes', () => {
    const auth = `auth required pam_faillock.so preauth deny=3\nauth sufficient pam_unix.so\nauth [default=die] pam_faillock.so authfail deny=5 fail_interval=60\nauth required pam_deny.so\n`
    expect(lockout({ files: debian({ auth }) })).toMatchObject({ threshold: 3, 'observation-window': 60 })
  })
  it('SUSE with pam_tally2, which locks for good without unlock_time', () => {
    const auth = 'auth required pam_tally2.so deny=5 onerr=fail\nauth required pam_env.so\nauth required pam_unix.so\n'
    expect(lockout({ files: suse(auth) })).toMatchObject({ threshold: 5, duration: 'until-unlocked', ...rootNever })
  })
})

describe('stacks that do not lock, whatever faillock.conf says', () => {
  const files = (pam: Readonly<Record<string, string>>) => ({
    ...pam,
    [conf]: 'deny = 3\nunlock_time = 600\neven_deny_root\n',
  })
  test.each([
    ['Debian 12 as installed', debian({ auth: debianAuth })],
    ['Ubuntu with sssd', debian({ auth: ubuntuSssAuth })],
    ['Red Hat, authselect sssd', redHat(authselectSssd)],
    ['SUSE as installed', suse()],
    ['Alpine', alpine],
    [
      'authfail that a failed requisite pam_unix never reaches',
      debian({
        auth: 'auth required pam_faillock.so preauth\nauth requisite pam_unix.so\nauth optional pam_faillock.so authfail\n',
      }),
    ],
    [
      'authfail behind pam_deny',
      debian({
        auth: 'auth required pam_faillock.so preauth\nauth [success=2 default=ignore] pam_unix.so\nauth requisite pam_deny.so\nauth [default=die] pam_faillock.so authfail\nauth required pam_permit.so\n',
      }),
    ],
    [
      'a sufficient pam_unix before preauth',
      debian({
        auth: 'auth sufficient pam_unix.so\nauth required pam_faillock.so preauth\nauth [default=die] pam_faillock.so authfail\nauth required pam_deny.so\n',
      }),
    ],
    [
      'an optional preauth',
      debian({
        auth: 'auth optional pam_faillock.so preauth\nauth [success=1 default=bad] pam_unix.so\nauth [default=die] pam_faillock.so authfail\nauth required pam_permit.so\n',
      }),
    ],
    [
      'a preauth that waits for more failures than authfail ever writes (seen with pamtester on Debian 13)',
      debian({
        auth: 'auth required pam_faillock.so preauth deny=4\nauth sufficient pam_unix.so\nauth [default=die] pam_faillock.so authfail deny=3\nauth required pam_deny.so\n',
      }),
    ],
    [
      'an authfail that forgets every failure at once',
      debian({
        auth: 'auth required pam_faillock.so preauth\nauth sufficient pam_unix.so\nauth [default=die] pam_faillock.so authfail fail_interval=0\nauth required pam_deny.so\n',
      }),
    ],
    [
      'preauth alone, which nothing ever feeds',
      debian({ auth: 'auth required pam_faillock.so preauth\nauth required pam_unix.so\n' }),
    ],
    [
      'authsucc that a wrong password reaches too, which empties the count each time',
      debian({
        auth: 'auth required pam_faillock.so preauth\nauth required pam_unix.so\nauth required pam_faillock.so authfail\nauth required pam_faillock.so authsucc\n',
      }),
    ],
    [
      'a stack that lets wrong passwords in',
      debian({
        auth: 'auth required pam_faillock.so preauth\nauth [success=1 default=ignore] pam_unix.so\nauth optional pam_faillock.so authfail\nauth required pam_permit.so\n',
      }),
    ],
    [
      'counting in another folder than the one looked into',
      debian({
        auth: 'auth required pam_faillock.so preauth dir=/run/one\nauth [success=1 default=bad] pam_unix.so\nauth [default=die] pam_faillock.so authfail dir=/run/two\nauth required pam_permit.so\n',
      }),
    ],
  ])('%s', (_, pam) => {
    expect(lockout({ files: files(pam) })).toMatchObject({ ...never, 'threshold[category:root]': 'never' })
  })
  it('names the PAM files read as evidence', () => {
    const facts = interpretLockout(machineEvidence({ files: files(debian({ auth: debianAuth })) })).facts ?? []
    expect(facts[0]?.evidence.map((ref) => ref.source)).toContain('/etc/pam.d/common-auth')
  })
  it('the module isn’t installed', () => {
    expect(lockout({ files: redHat(authselectSssdFaillock), without: ['pam_faillock'] })).not.toMatchObject({
      threshold: 3,
    })
  })
  it('deny=0', () => {
    expect(lockout({ files: { ...redHat(authselectSssdFaillock), [conf]: 'deny = 0\n' } })).toMatchObject(never)
  })
  it('the SSH server doesn’t ask PAM', () => {
    const facts = lockout({ files: redHat(authselectSssdFaillock), usePam: 'no' })
    expect(facts).toMatchObject({ ...never, 'threshold[line:console]': 3 })
    expect(facts['threshold[line:ssh]']).toBeUndefined()
  })
})

describe('arguments and files', () => {
  it('an argument beats faillock.conf, and is the evidence', () => {
    const stack = authselectMinimalFaillock.replaceAll('pam_faillock.so', 'pam_faillock.so deny=4 unlock_time=21600')
    const files = { ...redHat(stack), [conf]: 'deny = 99\n' }
    expect(lockout({ files })).toMatchObject({ threshold: 4, duration: 21_600, ...rootNever })
    const [fact] = interpretLockout(machineEvidence({ files })).facts ?? []
    expect(fact).toMatchObject({ state: 'known', origin: 'configured' })
    expect(fact?.evidence[0]).toEqual({ source: '/etc/pam.d/password-auth', at: '2' })
  })
  it('root is locked with even_deny_root, for root_unlock_time', () => {
    const files = { ...redHat(authselectMinimalFaillock), [conf]: 'deny=3\neven_deny_root\nroot_unlock_time=60\n' }
    expect(lockout({ files })).toMatchObject({
      duration: 600,
      'threshold[category:root]': 3,
      'duration[category:root]': 60,
    })
  })
  it('root_unlock_time alone doesn’t lock root, whatever the manual says', () => {
    expect(lockout({ files: { ...redHat(authselectMinimalFaillock), [conf]: 'root_unlock_time=60\n' } })).toMatchObject(
      rootNever,
    )
  })
  it('unlock_time=never', () => {
    expect(lockout({ files: { ...redHat(authselectMinimalFaillock), [conf]: 'unlock_time = never\n' } })).toMatchObject(
      {
        duration: 'until-unlocked',
      },
    )
  })
  it('an unreadable faillock.conf leaves everything open', () => {
    expect(lockout({ files: { ...redHat(authselectMinimalFaillock), [conf]: { state: 'denied' } } })).toMatchObject({
      threshold: 'unreadable',
      duration: 'unreadable',
    })
  })
  it('an unreadable included file leaves everything open', () => {
    const files = {
      ...redHat(authselectMinimalFaillock),
      '/etc/pam.d/system-auth': { state: 'denied' as const },
      '/etc/pam.d/password-auth': { state: 'denied' as const },
    }
    expect(lockout({ files })).toMatchObject({ threshold: 'unreadable' })
  })
  it('a folder of services that can’t be listed leaves everything open, root too', () => {
    const files = { ...redHat(authselectMinimalFaillock), '/etc/pam.d/*': { state: 'denied' as const } }
    expect(lockout({ files })).toMatchObject({ threshold: 'unreadable', 'threshold[category:root]': 'unreadable' })
  })
  it('a desktop with a stack of its own is a line of its own', () => {
    const files = { ...redHat(authselectSssdFaillock), '/etc/pam.d/gdm-password': 'auth required pam_unix.so\n' }
    expect(lockout({ files })).toMatchObject({
      threshold: 'never',
      'threshold[line:ssh]': 3,
      'threshold[line:console]': 3,
    })
  })
  it('sudo without lockout is a scope of its own and leaves the default alone', () => {
    const files = { ...redHat(authselectSssdFaillock), '/etc/pam.d/sudo': 'auth required pam_unix.so\n' }
    expect(lockout({ files })).toMatchObject({ threshold: 3, 'threshold[line:elevation]': 'never' })
  })
  it('an unknown module that may let people past leaves it open', () => {
    const stack = authselectMinimalFaillock.replace(
      'auth required pam_faillock.so preauth',
      'auth [success=1 default=ignore] pam_local_rule.so\nauth required pam_faillock.so preauth',
    )
    const evidence = machineEvidence({ files: redHat(stack) })
    const section = evidence.sections.get('pam-modules')
    const sections = new Map(evidence.sections)
    if (section) sections.set('pam-modules', { ...section, text: `${section.text}\nmodule pam_local_rule.so` })
    expect(interpretLockout({ ...evidence, sections }).facts?.[0]).toMatchObject({ state: 'unreadable' })
  })
})

describe('scopes', () => {
  it('the default is the weakest service, and a line that differs has its own', () => {
    const strict = authselectMinimalFaillock.replaceAll('pam_faillock.so', 'pam_faillock.so deny=3')
    const loose = authselectMinimalFaillock.replaceAll('pam_faillock.so', 'pam_faillock.so deny=10')
    const facts = lockout({ files: redHat(loose, strict) })
    expect(facts).toMatchObject({ threshold: 10, 'threshold[line:ssh]': 3 })
    expect(facts['threshold[line:console]']).toBeUndefined()
  })
  it('declares the scopes that it gives facts for', () => {
    const { facts = [], scopes = [] } = interpretLockout(machineEvidence({ files: redHat(authselectSssdFaillock) }))
    const declared = scopes.map(({ scope }) => scope.key)
    for (const fact of facts) if (fact.scope) expect(declared).toContain(fact.scope.key)
  })
  it('names the administrators who are left to the default', () => {
    const { populations } = interpretLockout(machineEvidence({ files: redHat(authselectSssdFaillock) }))
    expect(populations).toMatchObject([{ accounts: 'privileged', left: 'some', names: ['alice'] }])
  })
  it('leaves members of admin_group to the scope of root', () => {
    const files = { ...redHat(authselectSssdFaillock), [conf]: 'admin_group = wheel\neven_deny_root\n' }
    expect(interpretLockout(machineEvidence({ files })).populations).toMatchObject([{ left: 'none', names: [] }])
  })
  it('does not know who is left when sudoers is unreadable', () => {
    const evidence = machineEvidence(
      { files: redHat(authselectSssdFaillock) },
      { 'account-files': accountFilesText({ '/etc/sudoers': { state: 'denied' } }) },
    )
    expect(interpretLockout(evidence).populations).toMatchObject([{ accounts: 'privileged', left: 'unknown' }])
  })
})

test('without any PAM nothing locks', () => {
  const evidence = machineEvidence(
    { files: {} },
    { 'pam-modules': 'present /etc/alpine-release', 'pam-files': filesText({ '/etc/pam.conf': { state: 'absent' } }) },
  )
  expect(interpretLockout(evidence).facts?.[0]).toMatchObject({ state: 'known', value: 'never' })
})

interface Recorded {
  readonly auth: string
  readonly result: 'locks' | 'never' | 'no-password'
}

// Random stacks and what became of an ordinary account in them with Linux-PAM 1.5.2 and its pam_faillock
// (Debian 12): two wrong passwords, then the right one. Where wrong ones let in, nothing locks.
test('says that a stack locks exactly where the real one did', () => {
  const file = new URL('../fixtures/faillock-libpam-1.5.2.json', import.meta.url)
  const recorded: readonly Recorded[] = JSON.parse(readFileSync(file, 'utf8'))
  expect(recorded.filter(({ result }) => result === 'locks').length).toBeGreaterThan(40)
  for (const { auth, result } of recorded) {
    const pam = pamEvidence(machineEvidence({ files: { '/etc/pam.d/login': auth } }))
    if (!pam.ok) throw new Error('unreadable')
    const stack = stackLockout(pam.value, 'login', 'general')
    expect(stack.ok && stack.value.state === 'locks', auth).toBe(result === 'locks')
  }
})
