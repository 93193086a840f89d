import { type Evidence, type Reading, read, unreadable } from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Fact, Scope } from '../../../../src/core/fact.ts'
import { readIni } from '../../../../src/readers/ini.ts'
import { accessFiles, accessState, fileFailure, stateSays, wholeFiles } from './access-files.ts'
import { type Contribution, fromReading, inapplicable, known, type Part, unread } from './contribution.ts'
import { desktopKeyOf } from './logon-dconf.ts'
import { valueOf } from './sshd-authentication.ts'
import { sshEnabled, sshInstalled } from './sshd-enabled.ts'
import { sshdSource } from './sshd-source.ts'
import { hasDesktop } from './views.ts'

/** What this part reports on. */
export const observesLogon = {
  settings: ['logon.user-list-shown', 'logon.banner-present', 'logon.banner-reveals-system'],
  rows: [],
} as const

const consoleLine: Scope = { kind: 'line', key: 'console' }
const sshLine: Scope = { kind: 'line', key: 'ssh' }

/** What is shown before logon: at the console, over SSH, on the desktop's logon screen. */
export const interpretLogon: Part = (evidence): Contribution => {
  const facts = [userList(evidence), ...consoleBanner(evidence), ...sshBanner(evidence)]
  return {
    facts,
    scopes: facts.flatMap((fact) => (fact.scope ? [{ settings: [fact.setting], scope: fact.scope }] : [])),
  }
}

function userList(evidence: Evidence): Fact {
  const id = 'logon.user-list-shown'
  const desktop = hasDesktop(evidence)
  if (!desktop.ok) return unread(id, desktop)
  const state = accessState(evidence)
  const has = (name: string): boolean => {
    const says = stateSays(state, `${name}-installed`)
    return says.ok && says.value
  }
  if (!desktop.value)
    return inapplicable(id, { ja: 'デスクトップが入っていない', en: 'no desktop is installed' }, [
      { source: 'desktop' },
    ])
  const shown: { reading: Reading<boolean>; evidence: readonly EvidenceRef[] }[] = []
  if (has('gdm')) {
    const key = desktopKeyOf(evidence, 'gdm', 'org/gnome/login-screen', 'disable-user-list')
    shown.push({ reading: key.ok ? read(key.value.value !== 'true') : key, evidence: key.ok ? key.value.evidence : [] })
  }
  if (has('lightdm'))
    shown.push({ reading: lightdmShows(evidence), evidence: [{ source: '/etc/lightdm/lightdm.conf' }] })
  const yes = shown.find((one) => one.reading.ok && one.reading.value)
  if (yes) return fromReading(id, yes.reading, yes.evidence)
  const open = shown.find((one) => !one.reading.ok)
  if (open) return fromReading(id, open.reading, open.evidence)
  if (shown.length === 0 || has('sddm')) {
    return unread(id, {
      why: {
        ja: 'このログオン画面の利用者一覧の設定は読み方を持たない',
        en: 'the user list of this logon screen is not read',
      },
    })
  }
  return known(
    id,
    false,
    shown.flatMap((one) => one.evidence),
  )
}

/** LightDM lists users unless greeter-hide-users; /etc/lightdm/lightdm.conf is read last. */
function lightdmShows(evidence: Evidence): Reading<boolean> {
  const files = wholeFiles(accessFiles(evidence), (path) => /\/lightdm\/lightdm\.conf(?:$|\.d\/)/.test(path))
  if (!files.ok) return files
  const order = (path: string): number => (path.startsWith('/usr') ? 0 : path.includes('.d/') ? 1 : 2)
  const entries = [...files.value]
    .sort((left, right) => order(left.path) - order(right.path))
    .flatMap((file) => readIni(file.lines))
  const last = entries.findLast(
    (entry) => /^Seat(?::\*|Defaults)$/.test(entry.section) && entry.key === 'greeter-hide-users',
  )
  return read(last?.value !== 'true')
}

const ids = ['logon.banner-present', 'logon.banner-reveals-system'] as const

function consoleBanner(evidence: Evidence): readonly Fact[] {
  const issue = wholeFiles(accessFiles(evidence), (path) => path === '/etc/issue' || path.startsWith('/etc/issue.d/'))
  if (!issue.ok) return ids.map((id) => unread(id, issue, [{ source: '/etc/issue' }], consoleLine))
  const where = issue.value.length > 0 ? issue.value.map((file) => ({ source: file.path })) : [{ source: '/etc/issue' }]
  const text = issue.value.flatMap((file) => file.lines).join('\n')
  return bannerFacts(evidence, text, where, consoleLine, true, false)
}

function sshBanner(evidence: Evidence): readonly Fact[] {
  const enabled = sshEnabled(evidence)
  const installed = sshInstalled(evidence)
  if (installed.ok && !installed.value && enabled.ok && !enabled.value) {
    const why = { ja: 'SSHサーバが入っていない', en: 'no SSH server is installed' }
    return ids.map((id) => inapplicable(id, why, [{ source: 'access-state' }], sshLine))
  }
  const source = sshdSource(evidence)
  if (!source.ok) return ids.map((id) => unread(id, source, [], sshLine))
  const setting = source.value.everybody.get('banner')
  if (!setting.ok) return ids.map((id) => unread(id, setting, [], sshLine))
  const path = setting.value.values[0] ?? 'none'
  // Debian adds its own version to the protocol's version string unless told not to
  const addendum = valueOf(source.value.everybody, 'versionaddendum')
  const debian = valueOf(source.value.everybody, 'debianbanner')
  const built = !debian.ok && isDebian(evidence)
  const reveals =
    built ||
    (debian.ok && debian.value === 'yes') ||
    (addendum.ok && addendum.value !== 'none' && addendum.value !== '')
  if (path === 'none') return bannerFacts(evidence, '', setting.value.evidence, sshLine, false, reveals)
  const files = accessFiles(evidence)
  const file = files.ok ? files.value.get(path) : undefined
  if (file?.state !== 'read' && file?.state !== 'absent') {
    const why = file
      ? fileFailure(file)
      : files.ok
        ? unreadable({ ja: `証跡に ${path} がない`, en: `the evidence has no ${path}` })
        : files
    return why.ok ? [] : ids.map((id) => unread(id, why, [{ source: path }], sshLine))
  }
  const text = file.state === 'read' ? file.lines.join('\n') : ''
  return bannerFacts(evidence, text, [...setting.value.evidence, { source: path }], sshLine, false, reveals)
}

function bannerFacts(
  evidence: Evidence,
  text: string,
  where: readonly EvidenceRef[],
  scope: Scope,
  escapes: boolean,
  reveals: boolean,
): readonly Fact[] {
  const names = systemNames(evidence)
  return [
    known('logon.banner-present', isNotice(text, names, escapes), where, 'configured', scope),
    known('logon.banner-reveals-system', reveals || revealsSystem(text, names, escapes), where, 'configured', scope),
  ]
}

/** Debian and what is built from it patch sshd to say so by default. */
function isDebian(evidence: Evidence): boolean {
  const files = accessFiles(evidence)
  const file = files.ok ? files.value.get('/etc/os-release') : undefined
  // not knowing counts as revealing
  return file?.state !== 'read' || file.lines.some((line) => /^ID(?:_LIKE)?=.*\b(?:debian|ubuntu)\b/.test(line))
}

const knownSystems = [
  'Linux',
  'Debian',
  'Ubuntu',
  'Red Hat',
  'RHEL',
  'CentOS',
  'Rocky',
  'AlmaLinux',
  'Fedora',
  'SUSE',
  'Alpine',
  'Arch Linux',
  'Amazon Linux',
  'Oracle Linux',
  'Kernel',
]

/** Names of this system besides the usual ones, from os-release(5). */
function systemNames(evidence: Evidence): readonly string[] {
  const files = accessFiles(evidence)
  const file = files.ok ? files.value.get('/etc/os-release') : undefined
  const own =
    file?.state === 'read'
      ? readIni(file.lines)
          .filter((entry) => ['PRETTY_NAME', 'NAME', 'ID'].includes(entry.key))
          .map((entry) => entry.value.replace(/^["']|["']$/g, ''))
          .filter((name) => name.length >= 3)
      : []
  return [...new Set([...own, ...knownSystems])].sort((left, right) => right.length - left.length)
}

// agetty(8): s system, r release, v version, m machine, n host name, S and S{..} os-release, o O domain, 4 6 addresses
const revealing = /\\(?:[srvmnoO46]|S(?:\{[^}]*\})?)/

/** Whether a text names the system, a version of it, or the host. */
export function revealsSystem(text: string, names: readonly string[], escapes: boolean): boolean {
  if (escapes && revealing.test(text)) return true
  const lower = text.toLowerCase()
  return names.some((name) =>
    new RegExp(`(?<![\\p{L}\\p{N}])${escapeText(name.toLowerCase())}(?![\\p{L}])`, 'u').test(lower),
  )
}

/** Whether a text says something besides names, versions and terminals: a notice to the reader. */
export function isNotice(text: string, names: readonly string[], escapes: boolean): boolean {
  let rest = escapes ? text.replace(/\\(?:[a-zA-Z0-9](?:\{[^}]*\})?|\\)/g, ' ') : text
  for (const name of names) rest = rest.replaceAll(new RegExp(escapeText(name), 'gi'), ' ')
  const letters = [...rest].filter((letter) => /\p{L}/u.test(letter))
  // one Japanese character says as much as three letters
  const weight = letters.reduce(
    (sum, letter) => sum + (/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(letter) ? 3 : 1),
    0,
  )
  return weight >= 16
}

const escapeText = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')
