import { sectionFiles, sectionText, unreadable } from '../../../../src/core/evidence.ts'
import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import type { Fact, Row, Table } from '../../../../src/core/fact.ts'
import type { LocalText } from '../../../../src/core/text.ts'
import { accountFiles, primaryMembers } from './account-model.ts'
import type { AccountFiles } from './account-model.ts'
import { accountRows } from './account-rows.ts'
import { automaticLogon } from './automatic-logon.ts'
import { fromReading, known, unread } from './contribution.ts'
import type { Contribution, Part } from './contribution.ts'
import { elevation } from './elevation.ts'
import { inactivityLimit } from './inactivity.ts'
import { administrations, missing, rootEquivalentGroups } from './privilege.ts'

export const observesAccounts = {
  settings: [
    'account-policy.guest-enabled',
    'account-policy.built-in-administrator-enabled',
    'account-policy.automatic-logon-enabled',
    'account-policy.inactivity-limit',
    'account-policy.identifiers-unique',
  ],
  rows: ['account', 'group'],
} as const

/** Accounts and groups of the machine itself, and rules for accounts as a whole. */
export const interpretAccounts: Part = (evidence): Contribution => {
  const files = accountFiles(evidence)
  const own: readonly Fact[] = [automaticLogon(evidence), inactivityLimit(evidence)]
  if (!files.ok) {
    const facts = ['guest-enabled', 'built-in-administrator-enabled', 'identifiers-unique'].map((name) =>
      unread(`account-policy.${name}`, files),
    )
    const table = (type: string): Table => ({
      type,
      rows: [],
      complete: false,
      why: files.why,
      ...(files.needs && { needs: files.needs }),
      evidence: [{ source: 'accounts' }],
    })
    return { facts: [...facts, ...own], tables: [table('account'), table('group')] }
  }
  const rows = accountRows(evidence, files.value)
  return {
    facts: [guestEnabled(evidence, rows), rootEnabled(files.value), identifiersUnique(files.value), ...own],
    tables: [
      tableOf('account', rows, incomplete(evidence, files.value, 'passwd')),
      tableOf('group', groupRows(evidence, files.value), incomplete(evidence, files.value, 'group')),
    ],
  }
}

function tableOf(type: string, rows: readonly Row[], why: LocalText | undefined): Table {
  const complete = why === undefined && rows.length > 0
  const empty: LocalText = { ja: '一覧が空だった', en: 'the list was empty' }
  return { type, rows, complete, ...(!complete && { why: why ?? empty }), evidence: [{ source: 'accounts' }] }
}

/** Sources of nsswitch.conf(5) that only give what the local files hold, or accounts of no use for logging on. */
const localSources = new Set(['files', 'compat', 'systemd', 'altfiles', 'mymachines', 'usrfiles'])

/** Why accounts may exist that the local files don't list. */
export function incomplete(
  evidence: Evidence,
  files: AccountFiles,
  database: 'passwd' | 'group',
): LocalText | undefined {
  const [odd] = files.oddities
  if (odd) return odd
  const others = sectionFiles(evidence, 'account-files')
  if (!others.ok) return others.why
  const paths = ['/etc/nsswitch.conf', '/usr/etc/nsswitch.conf']
  const switching = paths.map((path) => others.value.get(path)).find((file) => file && file.state !== 'absent')
  if (!switching && !others.value.has('/etc/nsswitch.conf')) {
    return { ja: 'nsswitch.conf が証跡にない', en: 'the evidence has no nsswitch.conf' }
  }
  if (switching) {
    if (switching.state !== 'read')
      return { ja: `${switching.path} を読めない`, en: `${switching.path} is not readable` }
    const line = switching.lines.find((text) => new RegExp(`^\\s*${database}\\s*:`).test(text))
    const sources = (line ?? '')
      .replace(/#.*/, '')
      .replace(/^[^:]*:/, '')
      .replace(/\[[^\]]*\]/g, ' ')
      .split(/\s+/)
    const remote = sources.filter((source) => source !== '' && !localSources.has(source))
    if (remote.length > 0) {
      return {
        ja: `ディレクトリ（${remote.join(', ')}）の利用者は一覧に出ない`,
        en: `accounts of directories (${remote.join(', ')}) are not listed`,
      }
    }
  }
  const homed = sectionText(evidence, 'account-homed')
  if (!homed.ok) return homed.why
  if (homed.value.trim() !== '') {
    return {
      ja: 'systemd の利用者記録（userdb, homed）があり、その利用者は一覧に出ない',
      en: 'there are user records of systemd (userdb, homed), whose accounts are not listed',
    }
  }
  return undefined
}

function groupRows(evidence: Evidence, files: AccountFiles): readonly Row[] {
  const rights = elevation(evidence)
  const granted = new Set(
    rights.ok
      ? administrations(rights.value).flatMap(({ principal }) => (principal.startsWith('%') ? principal.slice(1) : []))
      : [],
  )
  const gap = rights.ok ? missing(rights.value) : rights
  const seen = new Map<string, number>()
  return files.groups
    .map((group): Row => {
      const count = seen.get(group.name) ?? 0
      seen.set(group.name, count + 1)
      const privileged =
        group.gid === 0 ||
        rootEquivalentGroups.has(group.name) ||
        granted.has(group.name) ||
        granted.has(`#${group.gid}`)
      return {
        key: count === 0 ? group.name : `${group.name}#${count + 1}`,
        name: group.name,
        fields: {
          name: group.name,
          id: String(group.gid),
          members: [...new Set([...group.members, ...primaryMembers(files, group.gid)])].sort(),
          privileged: privileged || (gap ? { unreadable: gap.why } : false),
        },
        evidence: [{ source: '/etc/group', at: String(group.line) }],
      }
    })
    .sort(byKey)
}

const byKey = (one: Row, other: Row): number => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0)

/** Guest use: a guest account that can log on, or lightdm's guest session. */
function guestEnabled(evidence: Evidence, rows: readonly Row[]): Fact {
  const setting = 'account-policy.guest-enabled'
  const guests = rows.filter((row) => row.fields['guest'] === true)
  const usable = guests.filter((row) => row.fields['enabled'] === true && row.fields['interactive'] !== false)
  if (usable.length > 0)
    return known(
      setting,
      true,
      usable.flatMap((row) => row.evidence ?? []),
    )
  const files = sectionFiles(evidence, 'account-files')
  if (!files.ok) return unread(setting, files)
  for (const file of files.value.values()) {
    if (!file.path.includes('/lightdm')) continue
    if (file.state === 'read') {
      const at = file.lines.findIndex((line) => /^\s*allow-guest\s*=\s*true/i.test(line))
      if (at >= 0) return known(setting, true, [{ source: file.path, at: String(at + 1) }])
    } else if (file.state !== 'absent') {
      return unread(setting, { why: { ja: `${file.path} を読めない`, en: `${file.path} is not readable` } })
    }
  }
  const unclear = guests.find((row) => typeof row.fields['enabled'] === 'object' && row.fields['interactive'] !== false)
  if (unclear) {
    return unread(setting, {
      why: { ja: `${unclear.name} が使えるか分からない`, en: `whether ${unclear.name} can be used is not known` },
    })
  }
  return known(setting, false, [{ source: 'accounts' }], 'platform-default')
}

/** Whether an account with number 0 has a password that lets it log on. */
function rootEnabled(files: AccountFiles): Fact {
  const setting = 'account-policy.built-in-administrator-enabled'
  const roots = files.passwd.filter((account) => account.uid === 0)
  const where = roots.map((account) => ({ source: '/etc/passwd', at: String(account.line) }))
  if (roots.length === 0) {
    return unread(setting, { why: { ja: '番号0のアカウントが見つからない', en: 'no account with number 0 was found' } })
  }
  const readings = roots.map((account): Reading<boolean> => {
    if (account.password !== 'shadow')
      return { ok: true, value: account.password === 'set' || account.password === 'empty' }
    if (!files.shadow.ok) return files.shadow
    const entry = files.shadow.value.get(account.name)
    if (!entry) return unreadable({ ja: `${account.name} が shadow にない`, en: `${account.name} is not in shadow` })
    return { ok: true, value: entry.password === 'set' || entry.password === 'empty' }
  })
  if (readings.some((reading) => reading.ok && reading.value)) return known(setting, true, where)
  return fromReading(setting, readings.find((reading) => !reading.ok) ?? { ok: true, value: false }, where)
}

/** No name and no number occurs twice, among users and among groups. */
function identifiersUnique(files: AccountFiles): Fact {
  const setting = 'account-policy.identifiers-unique'
  const duplicates = [
    ...repeated(files.passwd, (account) => account.name).map((entry) => ({
      source: '/etc/passwd',
      at: String(entry.line),
    })),
    ...repeated(files.passwd, (account) => String(account.uid)).map((entry) => ({
      source: '/etc/passwd',
      at: String(entry.line),
    })),
    ...repeated(files.groups, (group) => group.name).map((entry) => ({ source: '/etc/group', at: String(entry.line) })),
    ...repeated(files.groups, (group) => String(group.gid)).map((entry) => ({
      source: '/etc/group',
      at: String(entry.line),
    })),
  ]
  if (duplicates.length > 0) return known(setting, false, duplicates)
  const [odd] = files.oddities
  if (odd) return unread(setting, { why: odd }, [{ source: 'accounts' }])
  if (files.passwd.length === 0) return unread(setting, { why: { ja: '一覧が空だった', en: 'the list was empty' } })
  return known(setting, true, [{ source: '/etc/passwd' }, { source: '/etc/group' }])
}

function repeated<T>(items: readonly T[], key: (item: T) => string): readonly T[] {
  const seen = new Set<string>()
  return items.filter((item) => {
    const value = key(item)
    if (seen.has(value)) return true
    seen.add(value)
    return false
  })
}
