import { read } from '../../../../src/core/evidence.ts'
import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import { accountFiles, groupNames, groupsOf } from './account-model.ts'
import type { AccountFiles, PasswdEntry } from './account-model.ts'
import { elevation, isAdministration } from './elevation.ts'
import type { Assignment, Elevation } from './elevation.ts'

/** An account with administrator rights. */
export interface PrivilegedAccount {
  readonly name: string
  readonly uid: number
  readonly memberOf: readonly string[]
}

/** Groups whose members are root in effect: they start containers or machines that see the whole file system. */
export const rootEquivalentGroups: ReadonlySet<string> = new Set(['docker', 'lxd', 'incus-admin', 'disk'])

/** Whether a principal of an assignment is this account. */
export function isPrincipal(principal: string, account: PasswdEntry, files: AccountFiles): boolean {
  if (principal === 'ALL' || principal === account.name || principal === `#${account.uid}`) return true
  if (!principal.startsWith('%')) return false
  const groups = groupsOf(files, account)
  if (principal.startsWith('%#')) {
    const gid = Number(principal.slice(2))
    return account.gid === gid || groupNames(files, gid).some((name) => groups.includes(name))
  }
  return groups.includes(principal.replace(/^%:?/, ''))
}

/** Assignments that make administrators. */
export const administrations = (rights: Elevation): readonly Assignment[] => rights.assignments.filter(isAdministration)

/** Whether an account is an administrator: true as soon as one right says so, unreadable when rights are missing. */
export function isPrivileged(account: PasswdEntry, files: AccountFiles, rights: Reading<Elevation>): Reading<boolean> {
  if (account.uid === 0) return read(true)
  if (groupsOf(files, account).some((group) => rootEquivalentGroups.has(group))) return read(true)
  if (!rights.ok) return rights
  if (administrations(rights.value).some(({ principal }) => isPrincipal(principal, account, files))) return read(true)
  const why = missing(rights.value)
  return why ?? read(false)
}

/** The reason why further rights may exist, if they may. */
export function missing(rights: Elevation): (Reading<never> & { readonly ok: false }) | undefined {
  const [gap] = rights.gaps
  if (!gap) return undefined
  return {
    ok: false,
    why: gap,
    needs: {
      ja: '管理者権限（root、または収集スクリプトの sudo）',
      en: 'administrator rights (root, or sudo for the collector)',
    },
  }
}

/** Every account with administrator rights; unreadable as soon as one more could exist. */
export function privilegedAccounts(evidence: Evidence): Reading<readonly PrivilegedAccount[]> {
  const files = accountFiles(evidence)
  if (!files.ok) return files
  const rights = elevation(evidence)
  if (!rights.ok) return rights
  const incomplete = missing(rights.value)
  if (incomplete) return incomplete
  const accounts: PrivilegedAccount[] = []
  for (const account of files.value.passwd) {
    const privileged = isPrivileged(account, files.value, rights)
    if (!privileged.ok) return privileged
    if (privileged.value) {
      accounts.push({ name: account.name, uid: account.uid, memberOf: groupsOf(files.value, account) })
    }
  }
  return read(accounts.sort((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0)))
}
