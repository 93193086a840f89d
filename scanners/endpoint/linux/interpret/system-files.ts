import type { Evidence } from '../../../../src/core/evidence.ts'
import { linesOf, needsRoot, sectionText } from '../../../../src/core/evidence.ts'
import type { Field, Row, Table } from '../../../../src/core/fact.ts'
import type { LocalText } from '../../../../src/core/text.ts'
import type { Part } from './contribution.ts'
import { systemLinks } from './system-text.ts'

export const observesSystemFiles = { settings: [], rows: ['file'] } as const

/** One line of `stat -c '%a %u %g %U %G %F|%n'`. */
export interface FileStat {
  /** Permission bits. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly owner: string
  readonly group: string
  readonly kind: string
  readonly path: string
}

/** Reads a line of stat; undefined when it is something else. */
export function parseStat(line: string): FileStat | undefined {
  const match = /^([0-7]{1,5}) (\d+) (\d+) (\S+) (\S+) ([^|]+)\|(\/.*)$/.exec(line)
  if (!match) return undefined
  const [, mode = '', uid, gid, owner = '', group = '', kind = '', path = ''] = match
  return { mode: Number.parseInt(mode, 8), uid: Number(uid), gid: Number(gid), owner, group, kind, path }
}

/** Rights on sensitive files of the system. */
export const interpretSystemFiles: Part = (evidence) => ({ tables: [fileTable(evidence)] })

function fileTable(evidence: Evidence): Table {
  const refs = [{ source: 'file-rights' }]
  // 1: a file vanished or a link leads nowhere; the others are still told
  const text = sectionText(evidence, 'file-rights', [0, 1])
  if (!text.ok) {
    return {
      type: 'file',
      rows: [],
      complete: false,
      why: text.why,
      ...(text.needs && { needs: text.needs }),
      evidence: refs,
    }
  }
  const lines = linesOf(text.value)
  const acl = accessLists(evidence)
  const rows = new Map<string, Row>()
  let garbled = false
  for (const [index, line] of lines.entries()) {
    if (line === '' || line.startsWith('@')) continue
    const stat = parseStat(line)
    if (stat) rows.set(stat.path, rowOf(stat, acl(stat.path), index + 1))
    else garbled = true
  }
  const denied = lines.filter((line) => line.startsWith('@denied ')).map((line) => line.slice(8))
  const problem = whyIncomplete(denied, garbled || evidence.sections.get('file-rights')?.exitCode !== 0, lines)
  return {
    type: 'file',
    rows: [...rows.values()].sort((a, b) => (a.key < b.key ? -1 : 1)),
    complete: problem === undefined,
    ...(problem && { why: problem }),
    ...(denied.length > 0 && { needs: needsRoot }),
    evidence: refs,
  }
}

function whyIncomplete(denied: readonly string[], failed: boolean, lines: readonly string[]): LocalText | undefined {
  if (denied.length > 0) {
    const names = denied.slice(0, 3).join(', ')
    const more = denied.length > 3 ? ` …(${denied.length})` : ''
    return {
      ja: `一般利用者には調べられない場所がある: ${names}${more}`,
      en: `not open to an ordinary user: ${names}${more}`,
    }
  }
  if (failed || lines.some((line) => line.startsWith('@refused'))) {
    return { ja: '権限を読めなかったファイルがある', en: 'the rights of some file could not be read' }
  }
  // a machine has at least /etc/passwd
  if (!lines.some((line) => line.endsWith('|/etc/passwd'))) {
    return { ja: 'ファイルの一覧が途中まで', en: 'the list of files is not whole' }
  }
  return undefined
}

/** Whether an access control list widens the mode; undefined when that can't be seen. */
type AccessList = boolean | undefined

// GNU ls marks a list with a plus sign after the mode; busybox's never does.
function accessLists(evidence: Evidence): (path: string) => AccessList {
  const links = systemLinks(evidence)
  const text = sectionText(evidence, 'file-lists', [0, 1, 2])
  const blind = !links.ok || /busybox|toybox/.test(links.value.get('/bin/ls') ?? '')
  if (!text.ok || blind) return () => undefined
  const marks = new Map<string, boolean>()
  for (const line of linesOf(text.value)) {
    const match = /^[a-z-][a-zA-Z-]{9}([+.@]?)\s.*?\s(\/.*)$/.exec(line)
    if (match) marks.set(match[2] ?? '', match[1] === '+')
  }
  return (path) => marks.get(path)
}

/**
 * Groups that hold no ordinary users: root's own (gid 0), those of administrators, and those that distributions
 * make for one program or for reading logs. A right given to any other group is given to other users.
 */
const trustedGroups: ReadonlySet<string> = new Set([
  'root',
  'wheel',
  'sudo',
  'admin',
  'adm',
  'shadow',
  'syslog',
  'systemd-journal',
  'utmp',
  'utempter',
  'crontab',
  'ssh_keys',
  'ssl-cert',
  'polkitd',
  'messagebus',
])

function rowOf(stat: FileStat, acl: AccessList, line: number): Row {
  const category = categoryOf(stat.path)
  const trusted = stat.gid === 0 || trustedGroups.has(stat.group)
  // accounts of one daemon, for its own files: Ubuntu's log daemon, and polkit; nobody logs on with them
  const byDaemon =
    (stat.owner === 'syslog' && (category === 'log' || category === 'audit-log')) ||
    (stat.owner === 'polkitd' && stat.path.startsWith('/etc/polkit-1/'))
  return {
    key: stat.path,
    name: stat.path,
    fields: {
      path: stat.path,
      category,
      owner: stat.owner,
      group: stat.group,
      mode: stat.mode.toString(8).padStart(4, '0'),
      'administrator-owned': stat.uid === 0 || byDaemon,
      'group-writable': groupRight(stat.mode, 0o020, trusted, acl),
      'world-writable': (stat.mode & 0o002) !== 0,
      'group-readable': groupRight(stat.mode, 0o040, trusted, acl),
      'world-readable': (stat.mode & 0o004) !== 0,
    },
    evidence: [{ source: 'file-rights', at: `${line}` }],
  }
}

// With an access control list the group bits are its mask, the most that any named user or group has (acl(5)):
// a bit that is off settles it, one that is on may be for somebody whom the mode doesn't name.
function groupRight(mode: number, bit: number, trusted: boolean, acl: AccessList): Field {
  if ((mode & bit) === 0) return false
  if (!trusted) return true
  if (acl === false) return false
  return {
    unreadable: acl
      ? {
          ja: 'アクセス制御リストがあり、その内容は読まない',
          en: 'it has an access control list, whose entries are not read',
        }
      : {
          ja: 'アクセス制御リストの有無を調べる手段がない',
          en: 'whether it has an access control list could not be seen',
        },
  }
}

const categories: readonly (readonly [RegExp, string])[] = [
  [/^\/etc\/(?:passwd|shadow|group|gshadow)-$/, 'backup'],
  [/^\/etc\/(?:passwd|shadow|group|gshadow|security\/opasswd)$/, 'credential-store'],
  [/^\/etc\/ssh\/ssh_host_.*_key$/, 'private-key'],
  [/^\/etc\/(?:ssl|pki\/tls)\/private(?:\/|$)/, 'private-key'],
  [/^\/etc\/(?:sudoers|doas\.conf|pam\.|security\/|login\.defs|ssh|polkit-1)/, 'authentication-configuration'],
  [/^\/etc\/(?:cron|at\.)|^\/var\/spool\/cron/, 'scheduled-task'],
  [/^\/boot\//, 'boot'],
  [/^\/etc\/(?:audit|rsyslog|syslog-ng|systemd\/journald|logrotate)/, 'logging-configuration'],
  [/^\/var\/log\/audit/, 'audit-log'],
  [/^\/var\/log/, 'log'],
]

const categoryOf = (path: string): string =>
  categories.find(([pattern]) => pattern.test(path))?.[1] ?? 'system-configuration'
