import type { HostSpec } from './spec.ts'

interface Hardening {
  readonly sshdConfig: string
  readonly files: Readonly<Record<string, string>>
}

const faillock = (deny: number, seconds: number): string => `deny = ${deny}\nunlock_time = ${seconds}\neven_deny_root\n`
const lockingAuth = `auth required pam_faillock.so preauth
auth [success=1 default=ignore] pam_unix.so
auth [default=die] pam_faillock.so authfail
auth sufficient pam_faillock.so authsucc
auth required pam_permit.so
`
const qualityPassword =
  'password requisite pam_pwquality.so retry=3\npassword required pam_unix.so use_authtok yescrypt\n'

/** Settings from strict to careless. */
const kinds: readonly Hardening[] = [
  {
    sshdConfig: 'PermitRootLogin no\nX11Forwarding no\nMaxAuthTries 3\nClientAliveInterval 300\nClientAliveCountMax 1',
    files: {
      '/etc/pam.d/common-auth': lockingAuth,
      '/etc/pam.d/common-password': qualityPassword,
      '/etc/security/faillock.conf': faillock(5, 1800),
      '/etc/security/pwquality.conf': 'minlen = 14\nminclass = 4\nenforce_for_root\n',
      '/etc/profile.d/timeout.sh': 'TMOUT=600\nreadonly TMOUT\nexport TMOUT\n',
    },
  },
  {
    sshdConfig: 'PermitRootLogin prohibit-password\nMaxAuthTries 6',
    files: {
      '/etc/pam.d/common-auth': lockingAuth,
      '/etc/pam.d/common-password': qualityPassword,
      '/etc/security/faillock.conf': faillock(10, 600),
      '/etc/security/pwquality.conf': 'minlen = 8\nminclass = 3\n',
    },
  },
  { sshdConfig: 'PermitRootLogin yes\nX11Forwarding yes\nMaxAuthTries 20', files: {} },
]

/** So many hosts, `<prefix>-1` and on, whose settings take turns from strict to careless. */
export const hardenedHosts = (count: number, prefix = 'host'): readonly HostSpec[] =>
  Array.from({ length: count }, (_, index) => {
    const { sshdConfig = '', files = {} } = kinds[index % kinds.length] ?? {}
    return { name: `${prefix}-${index + 1}`, sshdConfig, files }
  })
