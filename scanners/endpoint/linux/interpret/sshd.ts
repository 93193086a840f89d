import { type Evidence, type Reading, read, unreadable } from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Fact, Origin, Scope, Value } from '../../../../src/core/fact.ts'
import type { ScopeInForce } from '../../../../src/core/snapshot.ts'
import { sshdSeconds, words } from '../../../../src/readers/sshd-config.ts'
import { type Contribution, fromReading, inapplicable, type Part } from './contribution.ts'
import { possessionSuffices, sshPamMfa } from './pam-mfa.ts'
import { administratorBlocks } from './sshd-administrators.ts'
import { acceptsPasswords, resistsReplay, twoFactors, valueOf } from './sshd-authentication.ts'
import { sshEnabled, sshInstalled } from './sshd-enabled.ts'
import { type SshdSettings, type SshdSource, sshdSource } from './sshd-source.ts'

/** Settings of the SSH server itself. */
const settings = [
  'management.ssh-administrator-logon',
  'management.ssh-password-authentication',
  'management.ssh-accounts-limited',
  'management.ssh-allowed-accounts',
  'crypto.ssh-ciphers',
  'crypto.ssh-macs',
  'crypto.ssh-key-exchanges',
  'crypto.ssh-host-key-algorithms',
  'password.blank-accepted',
  'session.peer-loss-disconnect',
  'mfa.required-for-all',
  'mfa.required-for-administrators',
  'mfa.replay-resistant-for-remote',
] as const
type SettingId = (typeof settings)[number]

/** What this part reports on. */
export const observesSshd = { settings: ['management.ssh-enabled', ...settings], rows: [] } as const

/** Keywords that a setting follows from. */
const keywords: Readonly<Record<SettingId, readonly string[]>> = {
  'management.ssh-administrator-logon': ['permitrootlogin'],
  'management.ssh-password-authentication': [
    'passwordauthentication',
    'kbdinteractiveauthentication',
    'usepam',
    'authenticationmethods',
  ],
  'management.ssh-accounts-limited': ['allowusers', 'allowgroups'],
  'management.ssh-allowed-accounts': ['allowusers', 'allowgroups'],
  'crypto.ssh-ciphers': ['ciphers'],
  'crypto.ssh-macs': ['macs'],
  'crypto.ssh-key-exchanges': ['kexalgorithms'],
  'crypto.ssh-host-key-algorithms': ['hostkeyalgorithms'],
  'password.blank-accepted': [
    'permitemptypasswords',
    'passwordauthentication',
    'kbdinteractiveauthentication',
    'authenticationmethods',
  ],
  'session.peer-loss-disconnect': ['clientaliveinterval', 'clientalivecountmax'],
  'mfa.required-for-all': [
    'authenticationmethods',
    'pubkeyauthentication',
    'passwordauthentication',
    'kbdinteractiveauthentication',
    'gssapiauthentication',
    'hostbasedauthentication',
    'usepam',
  ],
  'mfa.required-for-administrators': [
    'authenticationmethods',
    'pubkeyauthentication',
    'passwordauthentication',
    'kbdinteractiveauthentication',
    'gssapiauthentication',
    'hostbasedauthentication',
    'usepam',
  ],
  'mfa.replay-resistant-for-remote': [
    'authenticationmethods',
    'pubkeyauthentication',
    'passwordauthentication',
    'kbdinteractiveauthentication',
    'gssapiauthentication',
    'hostbasedauthentication',
    'usepam',
  ],
}

/** Settings whose scope is the kind of logon, of which SSH is one. */
const perLine: ReadonlySet<string> = new Set([
  'password.blank-accepted',
  'session.peer-loss-disconnect',
  'mfa.required-for-all',
  'mfa.required-for-administrators',
])

/** Scope of a setting for everybody, or inside of a Match block. */
export const sshScope = (setting: string, match?: string): Scope | undefined => {
  if (perLine.has(setting)) return { kind: 'line', key: match === undefined ? 'ssh' : `ssh ${match}` }
  return match === undefined ? undefined : { kind: 'policy', key: match }
}

/** The SSH server: whether it runs, who may log on and how, its algorithms. A Match block gives scoped facts. */
export const interpretSshd: Part = (evidence): Contribution => {
  const enabled = sshEnabled(evidence)
  const facts: Fact[] = [fromReading('management.ssh-enabled', enabled, [{ source: 'access-state' }], 'running')]
  const installed = sshInstalled(evidence)
  if (installed.ok && !installed.value && enabled.ok && !enabled.value) {
    const why = { ja: 'SSHサーバが入っていない', en: 'no SSH server is installed' }
    for (const id of settings)
      facts.push(inapplicable(id, why, [{ source: 'access-state', at: 'sshd-installed' }], sshScope(id)))
    return { facts, scopes: scopesOf(facts) }
  }
  const source = sshdSource(evidence)
  for (const id of settings) facts.push(...factsOf(id, source, evidence))
  return { facts, scopes: scopesOf(facts) }
}

const scopesOf = (facts: readonly Fact[]): readonly ScopeInForce[] =>
  facts.flatMap((fact) => (fact.scope ? [{ settings: [fact.setting], scope: fact.scope }] : []))

/** A setting for everybody, and in each Match block that touches it. */
function factsOf(id: SettingId, source: Reading<SshdSource>, evidence: Evidence): readonly Fact[] {
  if (!source.ok) return [fromReading(id, source, [{ source: 'sshd-effective' }], 'running', sshScope(id))]
  const { everybody, matches } = source.value
  if (id === 'mfa.replay-resistant-for-remote') return [replayFact(everybody, matches)]
  const facts = [
    id === 'mfa.required-for-administrators' && matches.ok
      ? administratorsFact(everybody, matches.value, evidence)
      : factOf(id, everybody, evidence),
  ]
  if (!matches.ok) {
    // some Match block may loosen it: which one can't be said
    return [
      ...facts,
      fromReading(id, matches, [{ source: 'access-files' }], 'configured', sshScope(id, 'Match (unread)')),
    ]
  }
  const used = new Map<string, number>()
  for (const block of matches.value) {
    const name = block.match ?? 'Match'
    const count = (used.get(name) ?? 0) + 1
    used.set(name, count)
    if (!keywords[id].some((keyword) => block.own.has(keyword))) continue
    facts.push(factOf(id, count === 1 ? block : { ...block, match: `${name} (${count})` }, evidence))
  }
  return facts
}

/** Where Match blocks take in every administrator, the weakest of them speaks, not what holds for the others. */
function administratorsFact(everybody: SshdSettings, matches: readonly SshdSettings[], evidence: Evidence): Fact {
  const id = 'mfa.required-for-administrators'
  const blocks = administratorBlocks(evidence, everybody, matches) ?? [everybody]
  const readings = blocks.map((of) => ({ of, value: readSetting(id, of, evidence) }))
  const { of, value } = readings.find((one) => one.value.ok && one.value.value === false) ??
    readings.find((one) => !one.value.ok) ??
    readings[0] ?? { of: everybody, value: readSetting(id, everybody, evidence) }
  const { refs, origin } = whence(id, of)
  return fromReading(id, value.ok ? read(value.value ?? '') : value, refs, origin, sshScope(id))
}

function factOf(id: SettingId, of: SshdSettings, evidence: Evidence): Fact {
  const scope = sshScope(id, of.match)
  const { refs, origin } = whence(id, of)
  const value = readSetting(id, of, evidence)
  if (value.ok && value.value === null) {
    return { setting: id, state: 'absent', evidence: refs, ...(scope && { scope }) }
  }
  return fromReading(id, value.ok ? read(value.value ?? '') : value, refs, origin, scope)
}

/** Evidence and origin of a setting: that of the keywords it follows from. */
function whence(id: SettingId, of: SshdSettings): { refs: readonly EvidenceRef[]; origin: Origin } {
  const found = keywords[id].flatMap((keyword) => {
    const reading = of.get(keyword)
    return reading.ok ? [reading.value] : []
  })
  const origin = found.every((one) => one.origin === 'platform-default')
    ? 'platform-default'
    : (found.find((one) => one.origin !== 'platform-default')?.origin ?? 'running')
  return {
    refs: found.length > 0 ? found.flatMap((one) => one.evidence) : [{ source: 'sshd-effective' }],
    origin: found.length > 0 ? origin : 'running',
  }
}

/** Value of one setting; null for absent. */
function readSetting(id: SettingId, of: SshdSettings, evidence: Evidence): Reading<Value | null> {
  switch (id) {
    case 'management.ssh-administrator-logon':
      return administratorLogon(of)
    case 'management.ssh-password-authentication':
      return acceptsPasswords(of)
    case 'management.ssh-accounts-limited': {
      const accounts = allowedAccounts(of)
      return accounts.ok ? read(accounts.value !== null) : accounts
    }
    case 'management.ssh-allowed-accounts':
      return allowedAccounts(of)
    case 'password.blank-accepted': {
      const empty = valueOf(of, 'permitemptypasswords')
      if (!empty.ok) return empty
      return empty.value.toLowerCase() === 'no' ? read(false) : acceptsPasswords(of)
    }
    case 'session.peer-loss-disconnect':
      return peerLoss(of)
    case 'mfa.required-for-all':
    case 'mfa.required-for-administrators': {
      const pam = sshPamMfa(evidence)
      const who = id === 'mfa.required-for-all' ? 'all' : 'administrators'
      const demand = pam.ok ? read(pam.value[who]) : pam
      return twoFactors(of, { demand, possessionSuffices: possessionSuffices(evidence) })
    }
    case 'mfa.replay-resistant-for-remote':
      return resistsReplay(of)
    default:
      return algorithms(of, keywords[id][0] ?? '')
  }
}

function administratorLogon(of: SshdSettings): Reading<string> {
  const value = valueOf(of, 'permitrootlogin')
  if (!value.ok) return value
  const meaning: Readonly<Record<string, string>> = {
    yes: 'yes',
    no: 'no',
    'prohibit-password': 'key-only',
    'without-password': 'key-only',
    'forced-commands-only': 'forced-commands-only',
  }
  const word = meaning[value.value.toLowerCase()]
  return word !== undefined && Object.hasOwn(meaning, value.value.toLowerCase())
    ? read(word)
    : unreadable({
        ja: `permitrootlogin の値「${value.value}」を解釈できない`,
        en: `the value "${value.value}" of permitrootlogin is not understood`,
      })
}

/** Names and groups; null when neither is limited. A bare `*` limits nothing. */
function allowedAccounts(of: SshdSettings): Reading<readonly string[] | null> {
  const lists: string[][] = []
  for (const [keyword, prefix] of [
    ['allowusers', ''],
    ['allowgroups', 'group:'],
  ] as const) {
    const reading = of.get(keyword)
    // sshd -T prints nothing for a list that is empty
    const values = reading.ok ? reading.value.values.flatMap(words) : []
    if (values.length > 0 && !values.includes('*')) lists.push(values.map((value) => prefix + value))
  }
  return read(lists.length > 0 ? lists.flat().sort() : null)
}

function peerLoss(of: SshdSettings): Reading<number | string> {
  const interval = valueOf(of, 'clientaliveinterval')
  const count = valueOf(of, 'clientalivecountmax')
  if (!interval.ok) return interval
  if (!count.ok) return count
  const seconds = sshdSeconds(interval.value)
  if (seconds === undefined || !/^\d{1,9}$/.test(count.value)) {
    return unreadable({ ja: 'ClientAlive の値を解釈できない', en: 'the ClientAlive values are not understood' })
  }
  // sshd_config(5): an interval of 0 sends nothing, a count of 0 disables the end of the connection
  return read(seconds === 0 || Number(count.value) === 0 ? 'never' : seconds * Number(count.value))
}

function algorithms(of: SshdSettings, keyword: string): Reading<readonly string[]> {
  const value = valueOf(of, keyword)
  if (!value.ok) return value
  if (value.value === '' || /^[+^-]/.test(value.value)) {
    return unreadable(
      {
        ja: `${keyword} は既定値への増減で書かれ、既定値は版によって違う`,
        en: `${keyword} is given relative to the version's default`,
      },
      { ja: '管理者権限（sshd -T）', en: 'administrator rights (sshd -T)' },
    )
  }
  return read([...new Set(value.value.split(',').map((name) => name.trim()))].filter((name) => name !== '').sort())
}

/** Every connection has to resist: a Match block that lets a password in is enough for no. */
function replayFact(everybody: SshdSettings, matches: Reading<readonly SshdSettings[]>): Fact {
  const id = 'mfa.replay-resistant-for-remote'
  const all = matches.ok
    ? [everybody, ...matches.value.filter((block) => keywords[id].some((keyword) => block.own.has(keyword)))]
    : [everybody]
  const readings = all.map((of) => ({ of, resists: resistsReplay(of) }))
  const weak = readings.find(({ resists }) => resists.ok && !resists.value)
  const open = readings.find(({ resists }) => !resists.ok)
  const { refs, origin } = whence(id, (weak ?? open ?? { of: everybody }).of)
  if (weak) return fromReading(id, read(false), refs, origin)
  if (!matches.ok) return fromReading(id, matches, refs, origin)
  return fromReading(id, open ? open.resists : read(true), refs, origin)
}
