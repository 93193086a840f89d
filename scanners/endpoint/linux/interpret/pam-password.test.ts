import { describe, expect, it, test } from 'vitest'
import {
  alpine,
  arch,
  authselectMinimalFaillock,
  authselectSssd,
  debian,
  debianAuth,
  debianPassword,
  debianPasswordWithQuality,
  machineEvidence,
  redHat,
  suse,
} from '../testing/pam-stacks.ts'
import type { Machine } from '../testing/pam-stacks.ts'
import { interpretPassword } from './pam-password.ts'

function password(machine: Machine): Readonly<Record<string, unknown>> {
  const facts = interpretPassword(machineEvidence(machine)).facts ?? []
  return Object.fromEntries(
    facts.map((fact) => [
      fact.setting.replace('password.', '') + (fact.scope ? `[${fact.scope.key}]` : ''),
      fact.state === 'known' ? fact.value : fact.state,
    ]),
  )
}

const conf = '/etc/security/pwquality.conf'
const passwordStack = (lines: string): Machine => ({
  files: debian({ auth: debianAuth, password: lines }),
  debian: true,
})

describe('what the stack enforces', () => {
  it('Debian 12 as installed: six characters, no quality check, yescrypt', () => {
    expect(password({ files: debian({ auth: debianAuth, password: debianPassword }), debian: true })).toMatchObject({
      'minimum-length': 6,
      'character-classes': 0,
      'quality-enforced': false,
      'history-size': 0,
      'dictionary-check': false,
      'hash-algorithm': 'yescrypt',
      'maximum-age': 'never',
      'blank-accepted': true,
    })
  })
  it('Debian with libpam-pwquality', () => {
    expect(
      password({ files: debian({ auth: debianAuth, password: debianPasswordWithQuality }), debian: true }),
    ).toMatchObject({
      'minimum-length': 8,
      'quality-enforced': true,
      'dictionary-check': true,
      'username-check': true,
      'quality-enforced[root]': false,
      'minimum-length[root]': 1,
    })
  })
  it('Red Hat: pwquality.conf with its drop-in files, of which the main file wins', () => {
    const files = {
      ...redHat(authselectSssd),
      [conf]: 'minlen = 14\ndcredit = -1\nucredit=-1\nmaxrepeat = 3\nenforce_for_root\n',
      '/etc/security/pwquality.conf.d/10-site.conf': 'minlen = 20\nminclass = 4\nmaxsequence = 0\n',
    }
    expect(password({ files })).toMatchObject({
      'minimum-length': 14,
      'character-classes': 4,
      // four of the four classes are all of them
      'required-classes': ['upper', 'lower', 'digit', 'special'],
      'maximum-repeat': 3,
      'maximum-sequence': 'never',
      'quality-enforced[root]': true,
      'minimum-length[root]': 14,
    })
  })
  test.each([
    ['a name that it does not know', 'bogus = 1\nminlen = 16\n'],
    ['a number that is none', 'minlen=abc\nminlen = 16\n'],
    ['a number with more behind it', 'minlen = 16 17\n'],
    ['a second equals sign', 'minlen == 16\n'],
    ['a number that is missing', 'retry\nminlen = 16\n'],
    ['a byte order mark before a comment', '\uFEFF# Configuration\nminlen = 16\n'],
    ['a byte order mark before a setting', '\uFEFFminlen = 16\n'],
  ])('nothing of pwquality.conf is taken for granted with %s', (_, text) => {
    const files = redHat(authselectSssd)
    expect(password({ files: { ...files, [conf]: text } })['minimum-length']).toBe('unreadable')
    const dropIn = { '/etc/security/pwquality.conf.d/10-site.conf': text, [conf]: 'minlen = 14\n' }
    expect(password({ files: { ...files, ...dropIn } })['minimum-length']).toBe('unreadable')
  })
  test.each([
    'MinLen = 16',
    'minlen 16',
    'minlen = +16 # sixteen',
    '  minlen=16\r',
    'enforce_for_root = 1\nminlen\t16',
  ])('pwquality.conf with %j demands sixteen characters', (text) => {
    expect(password({ files: { ...redHat(authselectSssd), [conf]: text } })['minimum-length']).toBe(16)
  })
  it('an argument beats pwquality.conf', () => {
    const stack = authselectMinimalFaillock.replace('pam_pwquality.so local_users_only', 'pam_pwquality.so minlen=9')
    expect(password({ files: { ...redHat(stack), [conf]: 'minlen = 20\n' } })).toMatchObject({ 'minimum-length': 9 })
  })
  it('SUSE: pam_cracklib gives credits, so nine wanted characters are six', () => {
    expect(password({ files: suse() })).toMatchObject({ 'minimum-length': 6, 'quality-enforced': true })
  })
  test.each([
    ['Arch', arch],
    ['Alpine', alpine],
  ])('%s: nothing but an empty password is refused', (_, files) => {
    expect(password({ files })).toMatchObject({
      'minimum-length': 1,
      'quality-enforced': false,
      'hash-algorithm': 'sha512',
    })
  })
  it('pam_passwdqc', () => {
    const lines =
      'password requisite pam_passwdqc.so min=disabled,disabled,disabled,12,8\npassword required pam_unix.so use_authtok\n'
    expect(password(passwordStack(lines))).toMatchObject({
      'minimum-length': 8,
      'character-classes': 3,
      'quality-enforced[root]': true,
    })
  })
})

describe('credits (pam_pwquality(8), minlen)', () => {
  test.each([
    ['minlen = 14\n', 14],
    ['minlen = 14\ndcredit = 1\nucredit = 1\n', 12],
    ['minlen = 14\ndcredit = 9\n', 7],
    ['minlen = 8\ndcredit = 2\nucredit = 2\nlcredit=2\nocredit=2\n', 6],
    ['minlen = 3\n', 6],
    ['minlen = 8\ndcredit = -10\n', 10],
  ])('%j guarantees %i', (text, length) => {
    expect(password({ files: { ...redHat(authselectSssd), [conf]: text } })).toMatchObject({ 'minimum-length': length })
  })
  it('an old libpwquality has other defaults, and which one it is must be known', () => {
    expect(password({ files: redHat(authselectMinimalFaillock), without: ['pam_usertype'] })).toMatchObject({
      'minimum-length': 'unreadable',
    })
  })
})

describe('ways around the check', () => {
  const check = 'password required pam_pwquality.so\n'
  test.each([
    ['pam_unix asks again, without use_authtok', `${check}password required pam_unix.so\n`],
    ['a sufficient pam_unix before it', `password sufficient pam_unix.so\n${check}password required pam_deny.so\n`],
    ['a jump over it', `password [default=1] pam_permit.so\n${check}password required pam_unix.so\n`],
    ['it only warns', 'password requisite pam_pwquality.so enforcing=0\npassword required pam_unix.so use_authtok\n'],
    [
      'pam_pwhistory between them asks again',
      `${check}password required pam_pwhistory.so\npassword required pam_unix.so use_authtok\n`,
    ],
  ])('%s', (_, lines) => {
    expect(password(passwordStack(lines))).toMatchObject({ 'quality-enforced': false })
  })
  it('requisite ends at a rejected password, so pam_unix has nothing to ask', () => {
    const lines = 'password requisite pam_pwquality.so\npassword required pam_unix.so\n'
    expect(password(passwordStack(lines))).toMatchObject({ 'quality-enforced': true })
  })
  it('the module isn’t installed and its line doesn’t count', () => {
    const lines = 'password optional pam_pwquality.so\npassword required pam_unix.so\n'
    expect(password({ ...passwordStack(lines), without: ['pam_pwquality'] })).toMatchObject({
      'quality-enforced': false,
    })
  })
  it('a line of pwquality.conf without the module in the stack is nothing', () => {
    const files = { ...debian({ auth: debianAuth, password: debianPassword }), [conf]: 'minlen = 20\n' }
    expect(password({ files, debian: true })).toMatchObject({ 'minimum-length': 6 })
  })
})

describe('history', () => {
  const unix = 'password required pam_unix.so use_authtok\n'
  test.each([
    ['pam_pwhistory with its default', `password requisite pam_pwhistory.so\n${unix}`, 10, 0],
    [
      'remember=24 enforce_for_root',
      `password requisite pam_pwhistory.so remember=24 enforce_for_root\n${unix}`,
      24,
      24,
    ],
    ['remember=0 does nothing', `password requisite pam_pwhistory.so remember=0\n${unix}`, 0, 0],
    ['pam_unix remember', 'password required pam_unix.so remember=5\n', 5, 0],
  ])('%s', (_, lines, size, root) => {
    expect(password(passwordStack(lines))).toMatchObject({ 'history-size': size, 'history-size[root]': root })
  })
  it('pwhistory.conf counts on Red Hat', () => {
    const stack = authselectSssd.replace(
      'password sufficient pam_unix.so',
      'password requisite pam_pwhistory.so use_authtok\npassword sufficient pam_unix.so',
    )
    expect(password({ files: { ...redHat(stack), '/etc/security/pwhistory.conf': 'remember = 7\n' } })).toMatchObject({
      'history-size': 7,
    })
  })
})

describe('ages of login.defs(5)', () => {
  const base = redHat(authselectSssd)
  test.each([
    ['PASS_MAX_DAYS 99999\n', 'never', 0],
    ['PASS_MAX_DAYS -1\n', 'never', 0],
    ['# nothing\n', 'never', 0],
    ['PASS_MAX_DAYS\t90\nPASS_MIN_DAYS\t1\n', 7_776_000, 86_400],
    ['PASS_MAX_DAYS 365\nPASS_MIN_DAYS -1\n', 31_536_000, 0],
  ])('%j', (text, maximum, minimum) => {
    expect(password({ files: { ...base, '/etc/login.defs': text } })).toMatchObject({
      'maximum-age': maximum,
      'minimum-age': minimum,
    })
  })
  it('a vendor’s file counts only without one in /etc', () => {
    const files = {
      ...base,
      '/etc/login.defs': { state: 'absent' as const },
      '/usr/etc/login.defs': 'PASS_MAX_DAYS 30\n',
    }
    expect(password({ files })).toMatchObject({ 'maximum-age': 2_592_000 })
  })
  it('an unreadable file is unreadable', () => {
    expect(password({ files: { ...base, '/etc/login.defs': { state: 'denied' } } })).toMatchObject({
      'maximum-age': 'unreadable',
    })
  })
})

test('blank passwords need nullok', () => {
  const auth = debianAuth.replace(' nullok', '')
  expect(password({ files: debian({ auth }), debian: true })).toMatchObject({ 'blank-accepted': false })
})

test.each([
  [
    'a card that is asked for first',
    'auth [success=done authinfo_unavail=ignore default=die] pam_sss.so try_cert_auth',
  ],
  ['a directory that does not know the account', 'auth [success=done user_unknown=ignore default=die] pam_ldap.so'],
])('a blank password gets past %s', (_, line) => {
  const auth = `${line}\nauth sufficient pam_unix.so nullok\nauth required pam_deny.so\n`
  expect(password({ files: debian({ auth }) })).toMatchObject({ 'blank-accepted': true })
})
