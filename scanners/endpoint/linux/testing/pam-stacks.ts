import type { Evidence } from '../../../../src/core/evidence.ts'
import { evidenceOf, filesText } from './evidence.ts'
import type { GivenSection } from './evidence.ts'

// PAM stacks in the forms that distributions document, written for the tests.

/** A machine of a test: its PAM files, and what else stands on it. */
export interface Machine {
  readonly files: Readonly<Record<string, string | { state: 'absent' | 'denied' | 'refused' }>>
  /** Modules that are not installed, out of those that every test machine has. */
  readonly without?: readonly string[]
  readonly debian?: boolean
  readonly programs?: readonly string[]
  readonly usePam?: string
}

const modules = `pam_access pam_cap pam_cracklib pam_deny pam_duo pam_env pam_faildelay pam_faillock pam_fprintd pam_gdm
  pam_gnome_keyring pam_google_authenticator pam_group pam_keyinit pam_krb5 pam_lastlog pam_ldap pam_limits pam_localuser
  pam_loginuid pam_motd pam_nologin pam_oath pam_passwdqc pam_permit pam_pkcs11 pam_pwhistory pam_pwquality pam_radius_auth
  pam_rootok pam_securetty pam_selinux pam_sepermit pam_shells pam_sss pam_succeed_if pam_systemd pam_systemd_home
  pam_tally2 pam_u2f pam_umask pam_unix pam_usertype pam_wheel pam_yubico pam_warn pam_winbind`.split(/\s+/)

/** Evidence of a machine with these PAM files. */
export function machineEvidence(machine: Machine, more: Readonly<Record<string, GivenSection>> = {}): Evidence {
  const present = modules.filter((name) => !machine.without?.includes(name))
  const listing = [
    'folder /usr/lib/security',
    ...present.map((name) => `module ${name}.so`),
    `use-pam ${machine.usePam ?? 'yes'}`,
    'services /etc/pam.d',
    ...(machine.programs ?? ['/usr/bin/su', '/usr/bin/sudo', '/usr/sbin/sshd']).map((path) => `setuid ${path}`),
    ...(machine.debian ? ['present /etc/debian_version'] : []),
  ].join('\n')
  const files = {
    '/etc/login.defs': 'PASS_MAX_DAYS 99999\nPASS_MIN_DAYS 0\nENCRYPT_METHOD SHA512\n',
    '/etc/security/faillock.conf': { state: 'absent' as const },
    '/usr/etc/security/faillock.conf': { state: 'absent' as const },
    '/etc/security/pwquality.conf': { state: 'absent' as const },
    '/usr/etc/security/pwquality.conf': { state: 'absent' as const },
    '/etc/security/pwhistory.conf': { state: 'absent' as const },
    '/usr/etc/security/pwhistory.conf': { state: 'absent' as const },
    ...machine.files,
  }
  return evidenceOf({
    'pam-modules': listing,
    'pam-files': filesText(files),
    accounts: accountsText,
    'account-files': accountFilesText(),
    'account-homed': '',
    'last-logins':
      'Username         Port     From             Latest\nroot                                       **Never logged in**\n',
    'authorized-keys': 'absent\troot\nabsent\talice\n',
    ...more,
  })
}

/** root without a password, alice with one, in the group wheel. */
export const accountsText = [
  'shadow read',
  'p\t1\troot\t0\t0\troot\t/root\t/bin/bash\tshadow\tnone',
  'p\t2\talice\t1000\t1000\tAlice,,,\t/home/alice\t/bin/bash\tshadow\tnone',
  'g\t1\troot\t0\t',
  'g\t2\twheel\t10\talice',
  'g\t3\talice\t1000\t',
  's\t1\troot\tnone\tnone\t20000\t0\t99999\t7\t\t',
  's\t2\talice\tset\tyescrypt\t20100\t1\t90\t7\t30\t',
].join('\n')

/** The other account files: local accounts only, sudo for wheel. */
export const accountFilesText = (more: Parameters<typeof filesText>[0] = {}): string =>
  filesText({
    '/etc/nsswitch.conf': 'passwd: files systemd\ngroup: files systemd\n',
    '/etc/shells': '/bin/sh\n/bin/bash\n',
    '/etc/default/useradd': 'SHELL=/bin/sh\n',
    '/etc/gdm3/custom.conf': { state: 'absent' },
    '/etc/sudoers': 'Defaults use_pty\nroot ALL=(ALL:ALL) ALL\n%wheel ALL=(ALL) ALL\n@includedir /etc/sudoers.d\n',
    '/etc/sudoers.d/*': { state: 'absent' },
    ...more,
  })

/** Service files of Debian's family, around the three common files. */
export const debian = (common: {
  auth: string
  account?: string
  password?: string
}): Readonly<Record<string, string>> => ({
  '/etc/pam.d/login':
    'auth optional pam_faildelay.so delay=3000000\nauth requisite pam_nologin.so\n@include common-auth\nauth optional pam_group.so\n@include common-account\n@include common-session\n@include common-password\n',
  '/etc/pam.d/sshd':
    '@include common-auth\naccount required pam_nologin.so\n@include common-account\n@include common-session\n@include common-password\n',
  '/etc/pam.d/su':
    'auth sufficient pam_rootok.so\n@include common-auth\n@include common-account\n@include common-session\n',
  '/etc/pam.d/sudo': '@include common-auth\n@include common-account\n@include common-session\n',
  '/etc/pam.d/passwd': '@include common-password\n',
  '/etc/pam.d/other':
    '@include common-auth\n@include common-account\n@include common-password\n@include common-session\n',
  '/etc/pam.d/common-auth': common.auth,
  '/etc/pam.d/common-account':
    common.account ??
    'account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so\naccount requisite pam_deny.so\naccount required pam_permit.so\n',
  '/etc/pam.d/common-password': common.password ?? debianPassword,
  '/etc/pam.d/common-session': 'session required pam_unix.so\nsession optional pam_systemd.so\n',
})

export const debianAuth =
  'auth\t[success=1 default=ignore]\tpam_unix.so nullok\nauth\trequisite\tpam_deny.so\nauth\trequired\tpam_permit.so\nauth\toptional\tpam_cap.so\n'

export const debianPassword =
  'password\t[success=1 default=ignore]\tpam_unix.so obscure yescrypt\npassword\trequisite\tpam_deny.so\npassword\trequired\tpam_permit.so\n'

export const debianPasswordWithQuality =
  'password\trequisite\tpam_pwquality.so retry=3\npassword\t[success=1 default=ignore]\tpam_unix.so obscure use_authtok try_first_pass yescrypt\npassword\trequisite\tpam_deny.so\npassword\trequired\tpam_permit.so\n'

/** pam-auth-update profiles for pam_faillock: one before the password, one after it. */
export const debianFaillockAuth = `auth required pam_faillock.so preauth
auth [success=2 default=ignore] pam_unix.so nullok
auth [default=die] pam_faillock.so authfail
auth requisite pam_deny.so
auth required pam_permit.so
`
export const debianFaillockAccount = `account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so
account requisite pam_deny.so
account required pam_permit.so
account required pam_faillock.so
`

/** Ubuntu with a directory beside the local accounts. */
export const ubuntuSssAuth = `auth [success=2 default=ignore] pam_unix.so nullok
auth [success=1 default=ignore] pam_sss.so use_first_pass
auth requisite pam_deny.so
auth required pam_permit.so
auth optional pam_cap.so
`

const redHatServices: Readonly<Record<string, string>> = {
  '/etc/pam.d/login':
    'auth substack system-auth\nauth include postlogin\naccount required pam_nologin.so\naccount include system-auth\npassword include system-auth\nsession include system-auth\n',
  '/etc/pam.d/sshd':
    'auth substack password-auth\nauth include postlogin\naccount required pam_sepermit.so\naccount required pam_nologin.so\naccount include password-auth\npassword include password-auth\nsession include password-auth\n',
  '/etc/pam.d/su':
    'auth sufficient pam_rootok.so\nauth substack system-auth\nauth include postlogin\naccount sufficient pam_succeed_if.so uid = 0 use_uid quiet\naccount include system-auth\npassword include system-auth\nsession include system-auth\n',
  '/etc/pam.d/sudo':
    'auth include system-auth\naccount include system-auth\npassword include system-auth\nsession include system-auth\n',
  '/etc/pam.d/passwd':
    'auth include system-auth\naccount include system-auth\npassword substack system-auth\n-password optional pam_gnome_keyring.so use_authtok\npassword substack postlogin\n',
  '/etc/pam.d/postlogin': 'session optional pam_umask.so silent\n',
  '/etc/pam.d/other':
    'auth required pam_deny.so\naccount required pam_deny.so\npassword required pam_deny.so\nsession required pam_deny.so\n',
}

/** Red Hat's family: authselect writes the same stack into system-auth and password-auth. */
export const redHat = (stack: string, password = stack): Readonly<Record<string, string>> => ({
  ...redHatServices,
  '/etc/pam.d/system-auth': stack,
  '/etc/pam.d/password-auth': password,
})

const redHatTail = `account required pam_unix.so
account sufficient pam_localuser.so
account sufficient pam_usertype.so issystem
account [default=bad success=ok user_unknown=ignore] pam_sss.so
account required pam_permit.so
password requisite pam_pwquality.so
password sufficient pam_unix.so yescrypt shadow nullok use_authtok
password sufficient pam_sss.so use_authtok
password required pam_deny.so
session required pam_unix.so
`
/** authselect's profile sssd. */
export const authselectSssd = `auth required pam_env.so
auth required pam_faildelay.so delay=2000000
auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular
auth [default=1 ignore=ignore success=ok] pam_localuser.so
auth sufficient pam_unix.so nullok
auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular
auth sufficient pam_sss.so forward_pass
auth required pam_deny.so
${redHatTail}`

/** The same with the feature with-faillock. */
export const authselectSssdFaillock = authselectSssd
  .replace('auth [default=1', 'auth required pam_faillock.so preauth silent\nauth [default=1')
  .replace('auth required pam_deny.so', 'auth required pam_faillock.so authfail\nauth required pam_deny.so')
  .replace('account required pam_unix.so', 'account required pam_faillock.so\naccount required pam_unix.so')

/** authselect's profile minimal (local), with-faillock. */
export const authselectMinimalFaillock = `auth required pam_env.so
auth required pam_faillock.so preauth silent
auth sufficient pam_unix.so nullok
auth required pam_faillock.so authfail
auth required pam_deny.so
account required pam_faillock.so
account required pam_unix.so
password requisite pam_pwquality.so local_users_only
password sufficient pam_unix.so yescrypt shadow nullok use_authtok
password required pam_deny.so
session required pam_unix.so
`

/** SUSE's pam-config. */
export const suse = (
  auth = 'auth required pam_env.so\nauth required pam_unix.so try_first_pass\n',
): Readonly<Record<string, string>> => ({
  '/etc/pam.d/login':
    'auth requisite pam_nologin.so\nauth include common-auth\naccount include common-account\npassword include common-password\nsession include common-session\n',
  '/usr/lib/pam.d/sshd':
    'auth requisite pam_nologin.so\nauth include common-auth\naccount include common-account\npassword include common-password\nsession include common-session\n',
  '/usr/lib/pam.d/passwd': 'auth include common-auth\npassword include common-password\n',
  '/usr/lib/pam.d/other':
    'auth required pam_deny.so\naccount required pam_deny.so\npassword required pam_deny.so\nsession required pam_deny.so\n',
  '/etc/pam.d/common-auth': auth,
  '/etc/pam.d/common-account': 'account required pam_unix.so try_first_pass\n',
  '/etc/pam.d/common-password':
    'password requisite pam_cracklib.so\npassword required pam_unix.so use_authtok nullok shadow try_first_pass\n',
  '/etc/pam.d/common-session': 'session required pam_unix.so try_first_pass\n',
})

/** Arch Linux: system-auth counts failures out of the box. */
export const arch: Readonly<Record<string, string>> = {
  '/etc/pam.d/login':
    'auth requisite pam_nologin.so\nauth include system-local-login\naccount include system-local-login\nsession include system-local-login\npassword include system-local-login\n',
  '/etc/pam.d/sshd':
    'auth include system-remote-login\naccount include system-remote-login\npassword include system-remote-login\nsession include system-remote-login\n',
  '/etc/pam.d/system-local-login':
    'auth include system-login\naccount include system-login\npassword include system-login\nsession include system-login\n',
  '/etc/pam.d/system-remote-login':
    'auth include system-login\naccount include system-login\npassword include system-login\nsession include system-login\n',
  '/etc/pam.d/system-login':
    'auth required pam_shells.so\nauth requisite pam_nologin.so\nauth include system-auth\naccount required pam_access.so\naccount include system-auth\npassword include system-auth\nsession include system-auth\n',
  '/etc/pam.d/system-auth': `auth       required                    pam_faillock.so      preauth
-auth      [success=2 default=ignore]  pam_systemd_home.so
auth       [success=1 default=bad]     pam_unix.so          try_first_pass nullok
auth       [default=die]               pam_faillock.so      authfail
auth       optional                    pam_permit.so
auth       required                    pam_env.so
auth       required                    pam_faillock.so      authsucc
account    required                    pam_unix.so
password   required                    pam_unix.so          try_first_pass nullok shadow
session    required                    pam_unix.so
`,
  '/etc/pam.d/other':
    'auth required pam_deny.so\nauth required pam_warn.so\naccount required pam_deny.so\npassword required pam_deny.so\n',
}

/** Alpine with linux-pam. */
export const alpine: Readonly<Record<string, string>> = {
  '/etc/pam.d/base-auth': 'auth required pam_env.so\nauth required pam_nologin.so\nauth required pam_unix.so nullok\n',
  '/etc/pam.d/base-account': 'account required pam_nologin.so\naccount required pam_unix.so\n',
  '/etc/pam.d/base-password': 'password required pam_unix.so nullok shadow\n',
  '/etc/pam.d/base-session': 'session required pam_unix.so\n',
  '/etc/pam.d/login':
    'auth include base-auth\naccount include base-account\npassword include base-password\nsession include base-session\n',
  '/etc/pam.d/sshd':
    'auth include base-auth\naccount include base-account\npassword include base-password\nsession include base-session\n',
  '/etc/pam.d/other': 'auth required pam_deny.so\naccount required pam_deny.so\npassword required pam_deny.so\n',
}
