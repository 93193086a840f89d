import { read, unreadable } from '../../../../src/core/evidence.ts'
import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import type { EvidenceRef } from '../../../../src/core/fact.ts'
import type { PamStep } from '../../../../src/readers/pam.ts'
import { isDebianFamily, parseSettings, settingLines, stepRef } from './pam-evidence.ts'
import type { PamEvidence, SettingLine } from './pam-evidence.ts'
import { packageVersions } from './views.ts'

export type CharacterClass = 'upper' | 'lower' | 'digit' | 'special'

/** What one module of a password stack refuses, for everybody but root unless `forRoot`. */
export interface QualityRules {
  readonly kind: 'quality' | 'history'
  /** Shortest password that can pass. */
  readonly minimumLength: Reading<number>
  readonly classes: number
  readonly required: readonly CharacterClass[]
  readonly dictionary: boolean
  readonly userName: boolean
  readonly personalData: boolean
  /** Infinity when not checked. */
  readonly maximumRepeat: number
  readonly maximumSequence: number
  readonly history: number
  readonly forRoot: boolean
  /** False when it only warns. */
  readonly enforcing: boolean
  /** Where each setting was made; those that aren't here are the module's defaults. */
  readonly set: ReadonlyMap<string, EvidenceRef>
  readonly step: PamStep
}

const nothing = {
  kind: 'quality',
  minimumLength: read(1),
  classes: 0,
  required: [],
  dictionary: false,
  userName: false,
  personalData: false,
  maximumRepeat: Infinity,
  maximumSequence: Infinity,
  history: 0,
  forRoot: false,
  enforcing: true,
} as const

const optionLines = (step: PamStep): readonly SettingLine[] =>
  step.arguments.map((option) => {
    const equals = option.indexOf('=')
    const at = stepRef(step)
    return equals < 0
      ? { name: option, value: '', at }
      : { name: option.slice(0, equals), value: option.slice(equals + 1), at }
  })

/** The rules of a step, or undefined when it checks no new password. */
export function qualityOf(evidence: Evidence, pam: PamEvidence, step: PamStep): Reading<QualityRules> | undefined {
  if (!step.installed) return undefined
  switch (step.module) {
    case 'pam_pwquality':
      return readPwquality(evidence, pam, step)
    case 'pam_cracklib':
      return read(
        fromOptions(step, optionLines(step), { length: 9, credit: 1, base: 5, dictionary: true, userName: false }),
      )
    case 'pam_passwdqc':
      return readPasswdqc(pam, step)
    case 'pam_pwhistory':
      return readPwhistory(evidence, pam, step)
    case 'pam_unix':
      return read(readUnix(pam, step))
    default:
      return undefined
  }
}

/** pam_unix(8): minlen= (Debian's default is 6; elsewhere nothing but an empty password is refused) and remember=. */
function readUnix(pam: PamEvidence, step: PamStep): QualityRules {
  const set = new Map<string, EvidenceRef>()
  let length = isDebianFamily(pam) ? 6 : 1
  let history = 0
  for (const { name, value, at } of optionLines(step)) {
    if (!/^\d+$/.test(value)) continue
    if (name === 'minlen') {
      length = Math.max(1, Number(value))
      set.set('minlen', at)
    } else if (name === 'remember') {
      history = Math.min(400, Number(value))
      set.set('remember', at)
    }
  }
  return { ...nothing, kind: 'history', minimumLength: read(length), history, set, step }
}

const numberNames = new Set(
  (
    'difok minlen dcredit ucredit lcredit ocredit minclass maxrepeat maxclassrepeat maxsequence gecoscheck ' +
    'dictcheck usercheck usersubstr enforcing retry'
  ).split(' '),
)
const otherNames = new Set(['dictpath', 'badwords', 'enforce_for_root', 'local_users_only'])

const lowerCase = (line: SettingLine): SettingLine => ({ ...line, name: line.name.toLowerCase() })

/** Whether libpwquality can't read a line: a name that it doesn't know, or no whole number where one must stand. */
function isRejected({ name, value }: SettingLine): boolean {
  if (numberNames.has(name.toLowerCase())) return !/^[+-]?\d+$/.test(value)
  return !otherNames.has(name.toLowerCase())
}

/** Nothing after such a line is in force, in this file or the next (seen with libpwquality 1.4 on Debian 13). */
const stopsAt = ({ at }: SettingLine): Reading<never> =>
  unreadable(
    {
      ja: `${at.source} の${at.at}行目が誤っており、libpwquality はそれ以降の設定を読まない`,
      en: `line ${at.at} of ${at.source} is in error, and libpwquality reads no setting after it`,
    },
    { ja: `${at.source} の${at.at}行目の修正`, en: `a correction of line ${at.at} of ${at.source}` },
  )

/** pwquality.conf.d first, then pwquality.conf, then the arguments: later ones win (pwquality.conf(5)). */
function readPwquality(evidence: Evidence, pam: PamEvidence, step: PamStep): Reading<QualityRules> {
  const lines: SettingLine[] = []
  const folder = '/etc/security/pwquality.conf.d/'
  for (const path of [...pam.collected.keys()].filter((name) => name.startsWith(folder)).sort()) {
    const file = pam.collected.get(path)
    if (!file || file.state === 'absent') continue
    if (file.state !== 'read') return unreadable({ ja: `${path} を読めない`, en: `${path} is not readable` })
    const own = parseSettings(path, file.lines)
    const rejected = own.find(isRejected)
    if (rejected) return stopsAt(rejected)
    lines.push(...own.map(lowerCase))
  }
  const main = settingLines(pam, ['/etc/security/pwquality.conf', '/usr/etc/security/pwquality.conf'])
  if (!main.ok) return main
  const rejected = main.value.find(isRejected)
  if (rejected) return stopsAt(rejected)
  lines.push(...main.value.map(lowerCase), ...optionLines(step))
  const modern = hasModernDefaults(evidence, pam)
  const rules = fromOptions(
    step,
    lines,
    modern === false
      ? { length: 9, credit: 1, base: 6, dictionary: true, userName: false }
      : { length: 8, credit: 0, base: 6, dictionary: true, userName: true },
  )
  const settled =
    rules.set.has('minlen') && ['dcredit', 'ucredit', 'lcredit', 'ocredit'].every((name) => rules.set.has(name))
  if (modern === undefined && !settled) {
    return read({
      ...rules,
      minimumLength: unreadable({
        ja: 'libpwquality の版が分からず、書かれていない設定の既定値が決まらない',
        en: 'the version of libpwquality is not known, and with it the defaults of what is not set',
      }),
    })
  }
  return read(rules)
}

/**
 * libpwquality before 1.4 gave credits and asked for nine characters. pam_usertype came with
 * Linux-PAM 1.4, years later, so its presence settles it without asking the package manager.
 */
function hasModernDefaults(evidence: Evidence, pam: PamEvidence): boolean | undefined {
  if (pam.modules.has('pam_usertype.so')) return true
  const packages = packageVersions(evidence)
  if (!packages.ok) return undefined
  const version = ['libpwquality', 'libpwquality1', 'libpam-pwquality']
    .map((name) => packages.value.get(name))
    .find(Boolean)
  const match = version === undefined ? undefined : /^(?:\d+:)?(\d+)\.(\d+)/.exec(version)
  if (!match) return undefined
  return Number(match[1]) > 1 || Number(match[2]) >= 4
}

interface Defaults {
  readonly length: number
  readonly credit: number
  /** Smallest minlen that the module accepts. */
  readonly base: number
  readonly dictionary: boolean
  readonly userName: boolean
}

/** The settings that pam_pwquality and pam_cracklib share. */
function fromOptions(step: PamStep, lines: readonly SettingLine[], defaults: Defaults): QualityRules {
  const set = new Map<string, EvidenceRef>()
  const numbers = new Map<string, number>()
  const flags = new Set<string>()
  for (const { name, value, at } of lines) {
    if (/^[+-]?\d+$/.test(value)) {
      numbers.set(name, Number(value))
      set.set(name, at)
    } else if (value === '') {
      flags.add(name)
      set.set(name, at)
    }
  }
  const number = (name: string, otherwise: number): number => numbers.get(name) ?? otherwise
  const credits: Readonly<Record<CharacterClass, number>> = {
    digit: number('dcredit', defaults.credit),
    upper: number('ucredit', defaults.credit),
    lower: number('lcredit', defaults.credit),
    special: number('ocredit', defaults.credit),
  }
  const classes: readonly CharacterClass[] = ['upper', 'lower', 'digit', 'special']
  const required = classes.filter((name) => credits[name] < 0)
  const demanded = required.reduce((sum, name) => sum - credits[name], 0)
  const bonus = classes.reduce((sum, name) => sum + Math.max(0, credits[name]), 0)
  const wanted = Math.max(defaults.base, number('minlen', defaults.length))
  const minimumClasses = Math.max(number('minclass', 0), required.length)
  // four of the four classes are all of them
  const demandedClasses = minimumClasses >= classes.length ? classes : required
  const dictionary = number('dictcheck', defaults.dictionary ? 1 : 0) !== 0
  const limit = (name: string): number => (number(name, 0) <= 0 ? Infinity : number(name, 0))
  return {
    ...nothing,
    // each character of a class with credit counts twice until the credit is used up (pam_pwquality(8), "minlen"),
    // so a password of n characters reaches at most n + min(n, credit). cracklib itself wants six.
    minimumLength: read(Math.max(wanted - bonus, Math.ceil(wanted / 2), demanded, minimumClasses, dictionary ? 6 : 1)),
    classes: Math.min(4, minimumClasses),
    required: demandedClasses,
    dictionary,
    userName: number('usercheck', defaults.userName ? 1 : 0) !== 0 || flags.has('reject_username'),
    personalData: number('gecoscheck', 0) !== 0 || flags.has('gecoscheck'),
    maximumRepeat: limit('maxrepeat'),
    maximumSequence: limit('maxsequence'),
    forRoot: flags.has('enforce_for_root') || number('enforce_for_root', 0) !== 0,
    enforcing: number('enforcing', 1) !== 0,
    set,
    step,
  }
}

/** pam_passwdqc(8), passwdqc.conf(5): min=N0,N1,N2,N3,N4, later settings win. */
function readPasswdqc(pam: PamEvidence, step: PamStep): Reading<QualityRules> {
  const lines: SettingLine[] = []
  for (const line of optionLines(step)) {
    if (line.name !== 'config') {
      lines.push(line)
      continue
    }
    const settings = settingLines(pam, [line.value], true)
    if (!settings.ok) return settings
    lines.push(...settings.value)
  }
  const set = new Map<string, EvidenceRef>()
  let minimums: readonly number[] = [Infinity, 24, 11, 8, 7]
  let who = 'everyone'
  for (const { name, value, at } of lines) {
    if (name === 'min') {
      const parts = value.split(',').map((part) => (part === 'disabled' ? Infinity : Number(part)))
      if (parts.length !== 5 || parts.some((part) => Number.isNaN(part))) continue
      minimums = parts
      set.set('minlen', at)
      set.set('minclass', at)
    } else if (name === 'enforce') who = value
  }
  // one class, two classes, a passphrase of words and what stands between them, three, four
  const classesOf = [1, 2, 2, 3, 4]
  const allowed = classesOf.filter((_, index) => Number.isFinite(minimums[index] ?? Infinity))
  const shortest = Math.min(...minimums)
  return read({
    ...nothing,
    minimumLength: Number.isFinite(shortest)
      ? read(Math.max(1, shortest))
      : unreadable({ ja: 'passwdqc がすべての長さを禁じている', en: 'passwdqc forbids every length' }),
    classes: allowed.length > 0 ? Math.min(...allowed) : 4,
    dictionary: true,
    userName: true,
    personalData: true,
    forRoot: who === 'everyone',
    enforcing: who !== 'none',
    set,
    step,
  })
}

/** pam_pwhistory(8), pwhistory.conf(5): ten without a setting, arguments win. */
function readPwhistory(evidence: Evidence, pam: PamEvidence, step: PamStep): Reading<QualityRules> {
  const own = step.arguments.findLast((option) => option.startsWith('conf='))?.slice('conf='.length)
  const lines: SettingLine[] = []
  const settings = own
    ? settingLines(pam, [own], true)
    : settingLines(pam, ['/etc/security/pwhistory.conf', '/usr/etc/security/pwhistory.conf'])
  if (!settings.ok) return settings
  if (settings.value.length > 0) {
    const used = readsPwhistoryConf(evidence, pam)
    if (used === undefined) {
      return unreadable({
        ja: 'pam_pwhistory の版が分からず、pwhistory.conf が使われるか決まらない',
        en: 'the version of pam_pwhistory is not known, so neither is whether it reads pwhistory.conf',
      })
    }
    if (used) lines.push(...settings.value)
  }
  lines.push(...optionLines(step))
  const set = new Map<string, EvidenceRef>()
  let history = 10
  let forRoot = false
  for (const { name, value, at } of lines) {
    const key = name.toLowerCase()
    if (key === 'remember') {
      const count = Number.parseInt(value, 10)
      history = Number.isNaN(count) ? 0 : Math.min(400, Math.max(0, count))
      set.set('remember', at)
    } else if (key === 'enforce_for_root') forRoot = true
  }
  return read({ ...nothing, kind: 'history', history, forRoot, enforcing: history > 0, set, step })
}

/** pwhistory.conf came with Linux-PAM 1.5.3; Red Hat's family carries it in older ones, Debian's doesn't. */
function readsPwhistoryConf(evidence: Evidence, pam: PamEvidence): boolean | undefined {
  if (!isDebianFamily(pam)) return true
  const packages = packageVersions(evidence)
  if (!packages.ok) return undefined
  const match = /^(?:\d+:)?(\d+)\.(\d+)\.(\d+)/.exec(packages.value.get('libpam-modules') ?? '')
  if (!match) return undefined
  const [major = 0, minor = 0, patch = 0] = match.slice(1).map(Number)
  return major > 1 || (major === 1 && (minor > 5 || (minor === 5 && patch >= 3)))
}
