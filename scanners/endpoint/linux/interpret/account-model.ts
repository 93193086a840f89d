import { linesOf, read, sectionText } from '../../../../src/core/evidence.ts'
import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import type { LocalText } from '../../../../src/core/text.ts'
import { parseSettings } from './pam-evidence.ts'
import type { PamEvidence, SettingLine } from './pam-evidence.ts'

/** State of a stored password: `empty` asks for none, `locked` keeps a hash behind `!`, `none` can't match anything. */
export type PasswordState = 'empty' | 'locked' | 'none' | 'set'

/** A line of passwd(5). */
export interface PasswdEntry {
  readonly line: number
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly fullName: string
  readonly home: string
  readonly shell: string
  /** `shadow` when the password is kept in shadow(5). */
  readonly password: PasswordState | 'shadow'
  readonly hash: string
}

/** A line of shadow(5), the hash reduced to its algorithm. Days are as written; undefined when empty. */
export interface ShadowEntry {
  readonly line: number
  readonly name: string
  readonly password: PasswordState
  readonly hash: string
  readonly changed: number | undefined
  readonly minimum: number | undefined
  readonly maximum: number | undefined
  readonly warning: number | undefined
  readonly inactive: number | undefined
  readonly expires: number | undefined
}

/** A line of group(5). */
export interface GroupEntry {
  readonly line: number
  readonly name: string
  readonly gid: number
  readonly members: readonly string[]
}

/** The local account files. */
export interface AccountFiles {
  readonly passwd: readonly PasswdEntry[]
  readonly groups: readonly GroupEntry[]
  /** By name; unreadable to ordinary users. */
  readonly shadow: Reading<ReadonlyMap<string, ShadowEntry>>
  /** Lines that include another directory (`+`), and lines that aren't of the form. */
  readonly oddities: readonly LocalText[]
}

const cache = new WeakMap<Evidence, Reading<AccountFiles>>()

/** passwd, group and shadow. */
export function accountFiles(evidence: Evidence): Reading<AccountFiles> {
  let files = cache.get(evidence)
  if (!files) {
    files = parse(evidence)
    cache.set(evidence, files)
  }
  return files
}

function parse(evidence: Evidence): Reading<AccountFiles> {
  const text = sectionText(evidence, 'accounts')
  if (!text.ok) return text
  const passwd: PasswdEntry[] = []
  const groups: GroupEntry[] = []
  const shadow = new Map<string, ShadowEntry>()
  const oddities: LocalText[] = []
  let shadowState = ''
  const odd = (): void => {
    oddities.push({ ja: '形式に合わない行がある', en: 'a line is not of the expected form' })
  }
  for (const text_ of linesOf(text.value)) {
    const fields = text_.split('\t')
    const [mark = '', first = ''] = fields
    const line = Number(first)
    if (mark.startsWith('shadow ')) shadowState = mark.slice('shadow '.length)
    else if (mark === 'nis') {
      oddities.push({
        ja: 'NIS などの外部の利用者を取り込む行があり、その利用者は一覧に出ない',
        en: 'a line takes in users of another directory (NIS), who are not listed',
      })
    } else if (mark === 'malformed') odd()
    else if (mark === 'p') {
      const [, , name = '', uid = '', gid = '', gecos = '', home = '', shell = '', password = '', hash = ''] = fields
      const state = passwordState(password)
      if (fields.length !== 10 || !/^\d+$/.test(uid) || !/^\d+$/.test(gid) || name === '' || !state) odd()
      else {
        const fullName = (gecos.split(',')[0] ?? '').replaceAll('&', name)
        passwd.push({ line, name, uid: Number(uid), gid: Number(gid), fullName, home, shell, password: state, hash })
      }
    } else if (mark === 'g') {
      const [, , name = '', gid = '', members = ''] = fields
      if (fields.length !== 5 || !/^\d+$/.test(gid) || name === '') odd()
      else groups.push({ line, name, gid: Number(gid), members: members.split(',').filter((member) => member !== '') })
    } else if (mark === 's') {
      const [, , name = '', password = '', hash = '', changed, minimum, maximum, warning, inactive, expires] = fields
      const state = passwordState(password)
      if (fields.length !== 11 || !state || state === 'shadow') odd()
      else if (!shadow.has(name)) {
        shadow.set(name, {
          line,
          name,
          password: state,
          hash,
          changed: days(changed),
          minimum: days(minimum),
          maximum: days(maximum),
          warning: days(warning),
          inactive: days(inactive),
          expires: days(expires),
        })
      }
    } else if (text_ !== '') odd()
  }
  const shadowReading: Reading<ReadonlyMap<string, ShadowEntry>> =
    shadowState === 'read' || shadowState === 'absent'
      ? read(shadow)
      : {
          ok: false,
          skipped: 'root',
          why: {
            ja: '/etc/shadow は一般利用者の権限では読めない',
            en: '/etc/shadow is not readable by an ordinary user',
          },
          needs: {
            ja: '管理者権限（root、または収集スクリプトの sudo）',
            en: 'administrator rights (root, or sudo for the collector)',
          },
        }
  return read({ passwd, groups, shadow: shadowReading, oddities })
}

const passwordState = (text: string): PasswordState | 'shadow' | undefined => {
  switch (text) {
    case 'empty':
    case 'locked':
    case 'none':
    case 'set':
    case 'shadow':
      return text
  }
  return undefined
}

const days = (text: string | undefined): number | undefined =>
  text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined

/** Accounts and groups by what they are looked up by: a directory on local files can hold 100,000 of them. */
interface AccountIndex {
  readonly namesByGid: ReadonlyMap<number, readonly string[]>
  readonly namesByMember: ReadonlyMap<string, readonly string[]>
  readonly accountsByGid: ReadonlyMap<number, readonly string[]>
  readonly accountsByUid: ReadonlyMap<number, number>
}

const indexes = new WeakMap<AccountFiles, AccountIndex>()

function indexOf(files: AccountFiles): AccountIndex {
  const known = indexes.get(files)
  if (known) return known
  const index = {
    namesByGid: new Map<number, string[]>(),
    namesByMember: new Map<string, string[]>(),
    accountsByGid: new Map<number, string[]>(),
    accountsByUid: new Map<number, number>(),
  }
  const add = <K>(map: Map<K, string[]>, key: K, name: string): void => {
    const names = map.get(key)
    if (names) names.push(name)
    else map.set(key, [name])
  }
  for (const { name, gid, members } of files.groups) {
    add(index.namesByGid, gid, name)
    for (const member of new Set(members)) add(index.namesByMember, member, name)
  }
  for (const { name, gid, uid } of files.passwd) {
    add(index.accountsByGid, gid, name)
    index.accountsByUid.set(uid, (index.accountsByUid.get(uid) ?? 0) + 1)
  }
  indexes.set(files, index)
  return index
}

/** Names of all groups that an account belongs to, its primary group among them. */
export function groupsOf(files: AccountFiles, account: PasswdEntry): readonly string[] {
  const { namesByGid, namesByMember } = indexOf(files)
  return [...new Set([...(namesByGid.get(account.gid) ?? []), ...(namesByMember.get(account.name) ?? [])])].sort()
}

/** Names of the groups with this number. */
export const groupNames = (files: AccountFiles, gid: number): readonly string[] =>
  indexOf(files).namesByGid.get(gid) ?? []

/** Names of the accounts whose primary group this is. */
export const primaryMembers = (files: AccountFiles, gid: number): readonly string[] =>
  indexOf(files).accountsByGid.get(gid) ?? []

/** How many lines of passwd carry this number. */
export const accountsWithUid = (files: AccountFiles, uid: number): number => indexOf(files).accountsByUid.get(uid) ?? 0

/**
 * A value of login.defs(5): /etc/login.defs before the vendor's file, drop-in files over both, the last
 * line of a name wins. `undefined` when it is set nowhere.
 */
export function loginDefinition(pam: PamEvidence, name: string): Reading<SettingLine | undefined> {
  const paths = [...pam.collected.keys()]
  const own = pam.collected.get('/etc/login.defs')
  const base = own && own.state !== 'absent' ? '/etc/login.defs' : '/usr/etc/login.defs'
  const ordered = [
    base,
    ...paths.filter((path) => path.startsWith('/usr/etc/login.defs.d/')).sort(),
    ...paths.filter((path) => path.startsWith('/etc/login.defs.d/')).sort(),
  ]
  let found: SettingLine | undefined
  for (const path of ordered) {
    const file = pam.collected.get(path)
    if (!file || file.state === 'absent') continue
    if (file.state !== 'read') {
      return { ok: false, why: { ja: `${path} を読めない`, en: `${path} is not readable` } }
    }
    found = parseSettings(path, file.lines).findLast((line) => line.name === name) ?? found
  }
  if (!own) return { ok: false, why: { ja: '/etc/login.defs が証跡にない', en: 'the evidence has no /etc/login.defs' } }
  return read(found)
}

/** A whole number of login.defs, or the value that shadow-utils takes without it. */
export function loginNumber(pam: PamEvidence, name: string, otherwise: number): Reading<number> {
  const line = loginDefinition(pam, name)
  if (!line.ok) return line
  const value = line.value === undefined ? '' : line.value.value
  return read(/^-?\d+$/.test(value) ? Number(value) : otherwise)
}
