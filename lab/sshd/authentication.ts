import { createHmac } from 'node:crypto'
import { withSeisa } from './answers.ts'
import type { FleetHost } from './describe.ts'
import type { HostSpec } from './spec.ts'

const modules = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu/security`

/** What only these hosts need; for `sshdLab(...)`. */
export const radiusModule = `${modules}/pam_radius_auth.so`
export const verificationModule = `${modules}/pam_google_authenticator.so`

const asks = 'KbdInteractiveAuthentication yes\nPasswordAuthentication no'

/**
 * Asks `パスワード: ` by keyboard-interactive. sshd never sets a locale, so PAM's own translations are not used there;
 * pam_radius takes its prompt from its options. Its server can't be reached from the host's own network, and the
 * next module checks the same password.
 */
export const japanesePromptHost = (name: string): HostSpec => ({
  name,
  network: 'own',
  sshdConfig: asks,
  files: {
    '/etc/pam.d/common-auth': `auth optional pam_radius_auth.so prompt=パスワード retry=0
auth required pam_unix.so try_first_pass nodelay
`,
    '/etc/pam_radius_auth.conf': '192.0.2.1 unused 1\n',
  },
})

const secret = 'LABSECRETLABSECRETLABSEC'

/** Asks for the password and then, in a second round, for a verification code: `認証コード: `. */
export const twoStepHost = (name: string): HostSpec => ({
  name,
  sshdConfig: asks,
  files: {
    '/etc/pam.d/common-auth': `auth required pam_unix.so nodelay
auth required pam_google_authenticator.so user=root secret=/etc/lab-codes [authtok_prompt=認証コード: ]
`,
    '/etc/lab-codes': `${secret}\n" TOTP_AUTH\n" WINDOW_SIZE 5\n`,
  },
  modes: { '/etc/lab-codes': '400' },
})

/** The code that `twoStepHost` takes at this time (RFC 6238, 30 seconds, 6 digits). */
export function verificationCode(at: Date): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = [...secret].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(at.getTime() / 30_000)))
  const digest = createHmac('sha1', key).update(counter).digest()
  const code = digest.readUInt32BE((digest.at(-1) ?? 0) & 15) & 0x7fffffff
  return `${code % 1_000_000}`.padStart(6, '0')
}

/** The password of `seisa` has expired: PAM demands a new one. */
export const expiredPasswordHost = (name: string): HostSpec => ({
  name,
  sshdConfig: asks,
  users: withSeisa({ passwordChangedDay: 0 }),
})

/** Wants the key and then the password. */
export const keyAndPasswordHost = (name: string): HostSpec => ({
  name,
  sshdConfig: 'AuthenticationMethods publickey,password',
})

/** Drops every new connection while one has not logged on yet. */
export const crowdedHost = (name: string): HostSpec => ({ name, sshdConfig: 'MaxStartups 1:100:1' })

/** Hangs up at the second refused key or password: an agent with three keys never comes to the right one. */
export const fewTriesHost = (name: string): HostSpec => ({ name, sshdConfig: 'MaxAuthTries 2' })

/** Counts every wrong password in /run/faillock and locks at the third; `failedPasswords` gives the count. */
export const countingHost = (name: string): HostSpec => ({
  name,
  files: {
    '/etc/pam.d/common-auth': `auth required pam_faillock.so preauth
auth [success=1 default=ignore] pam_unix.so nodelay
auth [default=die] pam_faillock.so authfail
auth sufficient pam_faillock.so authsucc
auth required pam_permit.so
`,
    '/etc/pam.d/common-account': 'account required pam_faillock.so\naccount required pam_unix.so\n',
    '/etc/security/faillock.conf': 'deny = 3\nunlock_time = 600\nnodelay\ndir = /run/faillock\n',
  },
})

/** How many wrong passwords the host has counted for a user. */
export function failedPasswords(host: FleetHost, user: string): number {
  const { stdout } = host.inside(`faillock --dir /run/faillock --user ${user}`)
  return stdout.split('\n').filter((line) => /^\d{4}-\d\d-\d\d .* V$/.test(line)).length
}
