import { describe, expect, it, test } from 'vitest'
import { authselectSssd, debian, debianAuth, machineEvidence, redHat } from '../testing/pam-stacks.ts'
import { interpretPamMfa, sshPamMfa } from './pam-mfa.ts'

const unix = 'auth required pam_unix.so\n'

function console_(auth: string, setting = 'mfa.required-for-all'): unknown {
  const { facts = [] } = interpretPamMfa(machineEvidence({ files: debian({ auth }), debian: true }))
  const fact = facts.find((one) => one.setting === setting && one.scope?.key === 'console')
  return fact?.state === 'known' ? fact.value : fact?.state
}

describe('two kinds of factor at the console', () => {
  test.each([
    ['a password alone', debianAuth, false],
    ['a password and a code', `${unix}auth required pam_google_authenticator.so\n`, true],
    [
      'a code that accounts without one needn’t give',
      `${unix}auth required pam_google_authenticator.so nullok\n`,
      false,
    ],
    ['an optional code', `${unix}auth optional pam_google_authenticator.so\n`, false],
    ['a key instead of the password', `auth sufficient pam_u2f.so\n${unix}`, false],
    ['a key and the password', `${unix}auth required pam_u2f.so cue\n`, true],
    ['a key that some need not have', `${unix}auth required pam_u2f.so nouserok\n`, false],
    ['a card with its PIN', 'auth required pam_pkcs11.so\n', true],
    ['a card or a password', `auth sufficient pam_pkcs11.so\n${unix}`, false],
    [
      'a card of the directory, or else a password',
      `auth [success=done authinfo_unavail=ignore default=die] pam_sss.so try_cert_auth\n${unix}`,
      false,
    ],
    [
      'a card of the directory, demanded of the services of the console',
      `auth [success=1 default=ignore] pam_succeed_if.so service notin login:gdm quiet use_uid
auth [success=done default=die] pam_sss.so require_cert_auth\n${unix}`,
      true,
    ],
    [
      'a card of the directory, demanded of other services',
      `auth [success=1 default=ignore] pam_succeed_if.so service notin gdm:xdm quiet
auth [success=done default=die] pam_sss.so require_cert_auth\n${unix}`,
      false,
    ],
    [
      'a card of the directory, demanded only while the directory answers',
      `auth [success=done ignore=ignore default=die] pam_sss.so require_cert_auth ignore_authinfo_unavail\n${unix}`,
      'unreadable',
    ],
    [
      'a card of the directory, which goes on to the password when it can not be reached',
      `auth [success=done authinfo_unavail=ignore default=die] pam_sss.so require_cert_auth\n${unix}`,
      'unreadable',
    ],
    [
      'a card of the directory, demanded of accounts that it knows',
      `auth [success=done ignore=ignore default=die] pam_sss.so require_cert_auth ignore_unknown_user\n${unix}`,
      false,
    ],
    ['a finger instead of the password', `auth sufficient pam_fprintd.so\n${unix}`, false],
    ['two passwords', `${unix}auth required pam_ldap.so\n`, false],
    ['a server that decides by itself', 'auth required pam_radius_auth.so\n', 'unreadable'],
    ['a password, then a server that decides by itself', `${unix}auth required pam_duo.so\n`, 'unreadable'],
    [
      'a group without a code',
      `${unix}auth [success=1 default=ignore] pam_succeed_if.so user ingroup nomfa\nauth required pam_oath.so\n`,
      false,
    ],
    ['nobody gets in', 'auth required pam_deny.so\n', 'inapplicable'],
  ])('%s', (_, auth, value) => {
    expect(console_(auth)).toBe(value)
  })
  it('only administrators need the code', () => {
    const auth = `${unix}auth [success=ignore default=1] pam_succeed_if.so user ingroup wheel\nauth required pam_oath.so\n`
    expect(console_(auth)).toBe(false)
  })
  it('a code for everyone holds for administrators too', () => {
    expect(console_(`${unix}auth required pam_oath.so\n`, 'mfa.required-for-administrators')).toBe(true)
  })
  it('a second factor whose module isn’t installed isn’t one', () => {
    const files = debian({ auth: `${unix}auth optional pam_oath.so\n` })
    const { facts = [] } = interpretPamMfa(machineEvidence({ files, without: ['pam_oath'] }))
    expect(facts[0]).toMatchObject({ state: 'known', value: false })
  })
})

describe('elevation', () => {
  const elevation = (files: Readonly<Record<string, string>>) =>
    interpretPamMfa(machineEvidence({ files, debian: true })).facts?.find(
      (fact) => fact.setting === 'mfa.required-for-elevation',
    )
  it('sudo and su both need two', () => {
    const both = debian({ auth: `${unix}auth required pam_u2f.so\n` })
    expect(elevation(both)).toMatchObject({ state: 'known', value: true })
    expect(elevation({ ...both, '/etc/pam.d/su': unix })).toMatchObject({ state: 'known', value: false })
  })
})

describe('the PAM half of SSH', () => {
  test.each([
    ['a password', debianAuth, 'one'],
    ['a password and a code', `${unix}auth required pam_oath.so\n`, 'two'],
    ['closed', 'auth required pam_deny.so\n', 'closed'],
  ])('%s', (_, auth, all) => {
    expect(sshPamMfa(machineEvidence({ files: debian({ auth }) }))).toMatchObject({
      ok: true,
      value: { used: true, all },
    })
  })
  it('is not asked with UsePAM no', () => {
    expect(sshPamMfa(machineEvidence({ files: redHat(authselectSssd), usePam: 'no' }))).toMatchObject({
      ok: true,
      value: { used: false },
    })
  })
  it('is unknown when sshd_config is unreadable', () => {
    expect(sshPamMfa(machineEvidence({ files: redHat(authselectSssd), usePam: 'denied' }))).toMatchObject({ ok: false })
  })
})
