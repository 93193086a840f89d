// What the modules of Linux-PAM and its neighbours do to an authentication, as far as their manual
// pages say. A module that isn't listed may answer anything.

import type { PamStep } from '../../../../src/readers/pam.ts'

/** What a module proves about the person, or how it answers without proving anything. */
export type PamModuleKind =
  /** Something the person knows. */
  | 'knowledge'
  /** Something the person has. */
  | 'possession'
  /** Something the person is. */
  | 'biometric'
  /** Two kinds at once: a card with its PIN. */
  | 'two-factor'
  /** Proves something, of a kind that its own server decides. */
  | 'unknown-factor'
  /** Answers success. */
  | 'neutral'
  /** Answers ignore. */
  | 'ignored'
  /** Answers success to everybody who asks. */
  | 'permit'
  /** Refuses everybody. */
  | 'deny'
  /** Decides by the account. */
  | 'condition'
  | 'faillock'
  | 'tally'
  | 'unknown'

const byKind: Readonly<Partial<Record<PamModuleKind, readonly string[]>>> = {
  knowledge: [
    'pam_unix',
    'pam_unix2',
    'pam_unix_auth',
    'pam_tcb',
    'pam_pwdb',
    'pam_userdb',
    'pam_ldap',
    'pam_ldapd',
    'pam_krb5',
    'pam_winbind',
    'pam_sss',
    'pam_systemd_home',
    'pam_lsass',
    'pam_centrifydc',
    'pam_vas3',
    'pam_mysql',
    'pam_pgsql',
    'pam_nis',
    'pam_smbpass',
  ],
  possession: [
    'pam_google_authenticator',
    'pam_oath',
    'pam_u2f',
    'pam_yubico',
    'pam_otpw',
    'pam_usb',
    'pam_barada',
    'pam_totp',
    'pam_opie',
    'pam_skey',
    'pam_ussh',
    'pam_ssh_agent_auth',
  ],
  biometric: ['pam_fprintd', 'pam_fprint', 'pam_thinkfinger', 'pam_howdy', 'pam_fingerprint-gui', 'pam_validity'],
  'two-factor': ['pam_pkcs11', 'pam_p11', 'pam_pkcs11_login'],
  'unknown-factor': [
    'pam_radius',
    'pam_radius_auth',
    'pam_duo',
    'pam_sss_gss',
    'pam_himmelblau',
    'pam_securid',
    'pam_rsa',
  ],
  neutral: [
    'pam_env',
    'pam_nologin',
    'pam_securetty',
    'pam_shells',
    'pam_keyinit',
    'pam_selinux',
    'pam_gnome_keyring',
    'pam_kwallet',
    'pam_kwallet5',
    'pam_mount',
    'pam_ecryptfs',
    'pam_fscrypt',
    'pam_echo',
    'pam_umask',
    'pam_limits',
    'pam_mail',
    'pam_motd',
    'pam_lastlog',
    'pam_lastlog2',
    'pam_systemd',
    'pam_elogind',
    'pam_ck_connector',
    'pam_namespace',
    'pam_loginuid',
    'pam_tty_audit',
    'pam_gdm',
    'pam_xauth',
    'pam_time',
    'pam_mkhomedir',
    'pam_oddjob_mkhomedir',
    'pam_openrc',
    'pam_rundir',
    'pam_gnupg',
    'pam_auto_login',
  ],
  ignored: ['pam_faildelay', 'pam_warn', 'pam_cap', 'pam_group', 'pam_issue', 'pam_systemd_loadkey'],
  permit: ['pam_permit', 'pam_ftp'],
  deny: ['pam_deny', 'pam_rootok'],
  condition: [
    'pam_usertype',
    'pam_localuser',
    'pam_succeed_if',
    'pam_wheel',
    'pam_sepermit',
    'pam_timestamp',
    'pam_access',
  ],
  faillock: ['pam_faillock'],
  tally: ['pam_tally', 'pam_tally2'],
}

const kinds = new Map<string, PamModuleKind>(
  Object.entries(byKind).flatMap(([kind, names]) => names.map((name) => [name, kind as PamModuleKind] as const)),
)

/**
 * The kind of a module with its arguments. pam_sss is a second factor of its own when it asks for a
 * certificate alone, pam_u2f when it insists on the key's PIN or on the person (their manual pages).
 */
export function pamModuleKind(module: string, options: readonly string[]): PamModuleKind {
  if (module === 'pam_sss' && asksForCard(options)) return 'two-factor'
  if (module === 'pam_u2f' && (options.includes('pinverification=1') || options.includes('userverification=1'))) {
    return 'two-factor'
  }
  return kinds.get(module) ?? 'unknown'
}

/** Whether an account without the factor is let past: `nullok` (pam_google_authenticator), `nouserok` (pam_u2f, pam_yubico). */
export const lenient = (options: readonly string[]): boolean =>
  options.some((option) => option === 'nullok' || option === 'nouserok')

const asksForCard = (options: readonly string[]): boolean =>
  options.includes('require_cert_auth') || options.includes('try_cert_auth')

/**
 * How a factor that is no password answers where it isn't given. Without a card `pam_sss try_cert_auth` leaves
 * the person to the modules after it (pam_sss(8): PAM_AUTHINFO_UNAVAIL); an account that the directory doesn't know
 * (root is never asked of it) is unknown, or passed over with `ignore_unknown_user`.
 */
export function withoutFactor(module: string, options: readonly string[]): readonly string[] {
  const codes = ['auth_err']
  if (module === 'pam_sss') {
    codes.push(options.includes('ignore_unknown_user') ? 'ignore' : 'user_unknown')
    if (options.includes('try_cert_auth')) codes.push('authinfo_unavail')
  }
  return lenient(options) ? [...codes, 'ignore'] : codes
}

/**
 * How a module answers while the directory behind it can't be reached, in addition to `withoutFactor`: pam_sss says
 * PAM_AUTHINFO_UNAVAIL, or with `ignore_authinfo_unavail` nothing at all, and so stops demanding the card.
 */
export function withoutDirectory(module: string, options: readonly string[]): readonly string[] {
  if (module !== 'pam_sss') return []
  const code = options.includes('ignore_authinfo_unavail') ? 'ignore' : 'authinfo_unavail'
  return withoutFactor(module, options).includes(code) ? [] : [code]
}

/** Who asks, in the walks through a stack. */
export type PamUser = 'root' | 'administrator' | 'general'

/** Groups whose members administer the machine by custom (sudo's and polkit's own packages). */
const administratorGroups = new Set(['wheel', 'sudo', 'admin'])

/** How a module that decides by the account may answer for a user. */
export function conditionAnswers(step: PamStep, user: PamUser): readonly string[] {
  const { module, arguments: options } = step
  switch (module) {
    case 'pam_localuser':
      return ['success']
    case 'pam_usertype': {
      const regular = user !== 'root'
      if (options.includes('isregular')) return [regular ? 'success' : 'auth_err']
      if (options.includes('issystem')) return [regular ? 'auth_err' : 'success']
      return ['service_err']
    }
    case 'pam_succeed_if':
      return succeedIf(step, user)
    case 'pam_wheel': {
      if (user !== 'general') return [options.includes('trust') ? 'success' : 'ignore']
      return options.includes('trust') ? ['ignore'] : ['perm_denied', 'ignore']
    }
    case 'pam_access':
    case 'pam_sepermit':
      return ['success', 'perm_denied']
    default:
      return ['success', 'auth_err']
  }
}

/** pam_succeed_if(8): every condition must hold. Those that can't be known here hold or not. */
function succeedIf(step: PamStep, user: PamUser): readonly string[] {
  const tokens = step.arguments.filter(
    (option) => !/^(debug|use_uid|quiet|quiet_fail|quiet_success|audit)$/.test(option),
  )
  let unknown = false
  for (let at = 0; at + 2 < tokens.length; at += 3) {
    const [left = '', operator = '', right = ''] = tokens.slice(at, at + 3)
    const holds = left === 'service' ? isService(step.service, operator, right) : succeeds(left, operator, right, user)
    if (holds === false) return ['auth_err']
    if (holds === undefined) unknown = true
  }
  if (tokens.length === 0 || tokens.length % 3 !== 0) return ['service_err', 'success']
  return unknown ? ['success', 'auth_err'] : ['success']
}

function isService(service: string, operator: string, right: string): boolean | undefined {
  switch (operator) {
    case '=':
      return service === right
    case '!=':
      return service !== right
    case 'in':
      return right.split(':').includes(service)
    case 'notin':
      return !right.split(':').includes(service)
    default:
      return undefined
  }
}

function succeeds(left: string, operator: string, right: string, user: PamUser): boolean | undefined {
  if (left === 'uid') {
    const bound = Number(right)
    if (!Number.isFinite(bound)) return undefined
    if (user === 'root') return compare(0, operator, bound)
    // ordinary ids start at 500 or 1000: bounds in between say nothing of an account
    const low = compare(1000, operator, bound)
    return low === compare(60_000, operator, bound) ? low : undefined
  }
  if (left === 'user' && (operator === 'ingroup' || operator === 'notingroup')) {
    const groups = right.split(':')
    if (groups.some((group) => administratorGroups.has(group)) && user === 'administrator')
      return operator === 'ingroup'
    return undefined
  }
  if (left === 'user' && (operator === '=' || operator === '!=') && right === 'root') {
    return (user === 'root') === (operator === '=')
  }
  return undefined
}

function compare(value: number, operator: string, bound: number): boolean | undefined {
  switch (operator) {
    case 'eq':
    case '==':
      return value === bound
    case 'ne':
    case '!=':
      return value !== bound
    case 'lt':
    case '<':
      return value < bound
    case 'le':
    case '<=':
      return value <= bound
    case 'gt':
    case '>':
      return value > bound
    case 'ge':
    case '>=':
      return value >= bound
    default:
      return undefined
  }
}
