import { sectionFiles, sectionText } from '../../../../src/core/evidence.ts'
import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import type { Field, Row } from '../../../../src/core/fact.ts'
import { accountsWithUid, groupsOf, loginNumber } from './account-model.ts'
import type { AccountFiles, PasswdEntry, PasswordState, ShadowEntry } from './account-model.ts'
import { authorizedKeys } from './authorized-keys.ts'
import type { AuthorizedKeys } from './authorized-keys.ts'
import { elevation } from './elevation.ts'
import type { Elevation } from './elevation.ts'
import { lastLogins } from './last-logins.ts'
import type { LastLogin } from './last-logins.ts'
import { pamEvidence } from './pam-evidence.ts'
import { isPrivileged } from './privilege.ts'

const secondsPerDay = 86_400

/** Names that distributions, images and appliances create, or that everybody tries first. */
const defaultNames = new Set(
  `pi ubuntu ec2-user debian centos rocky almalinux fedora cloud-user opensuse alpine arch admin administrator vagrant
  oracle opc azureuser core kali parrot user test testuser guest demo ansible deploy jenkins git ftpuser support
  operator-user odroid orangepi dietpi osmc volumio homeassistant linaro nvidia xbian raspberry toor alarm
  bitnami freebsd cirros manager service tech`.split(/\s+/),
)

/** Shells that only say goodbye. */
const closedShells = /(?:^|\/)(?:nologin|false|sync|halt|shutdown|true)$/

interface Readings {
  readonly files: AccountFiles
  readonly observedAt: number | undefined
  readonly shells: Reading<ReadonlySet<string>>
  readonly rights: Reading<Elevation>
  readonly keys: Reading<AuthorizedKeys>
  readonly logins: Reading<ReadonlyMap<string, LastLogin>>
  readonly lowestPerson: Reading<number>
  readonly highestPerson: Reading<number>
}

/** One row for each line of passwd(5). */
export function accountRows(evidence: Evidence, files: AccountFiles): readonly Row[] {
  const pam = pamEvidence(evidence)
  const readings: Readings = {
    files,
    observedAt: observationTime(evidence),
    shells: validShells(evidence),
    rights: elevation(evidence),
    keys: authorizedKeys(evidence),
    logins: lastLogins(evidence),
    // login.defs(5): 1000 and 60000 without a setting
    lowestPerson: pam.ok ? loginNumber(pam.value, 'UID_MIN', 1000) : pam,
    highestPerson: pam.ok ? loginNumber(pam.value, 'UID_MAX', 60_000) : pam,
  }
  const seen = new Map<string, number>()
  return files.passwd
    .map((account): Row => {
      const count = seen.get(account.name) ?? 0
      seen.set(account.name, count + 1)
      return {
        key: count === 0 ? account.name : `${account.name}#${count + 1}`,
        name: account.name,
        fields: accountFields(account, readings),
        evidence: [{ source: '/etc/passwd', at: String(account.line) }],
      }
    })
    .sort((one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0))
}

/** Seconds since 1970 of the observation, against which expiry is held. */
function observationTime(evidence: Evidence): number | undefined {
  const text = sectionText(evidence, 'collector')
  const match = text.ok ? /^observed-at=(\S+)$/m.exec(text.value) : null
  const time = Date.parse(match?.[1] ?? '')
  return Number.isNaN(time) ? undefined : time / 1000
}

/** /etc/shells; without the file, the two that getusershell(3) gives. */
function validShells(evidence: Evidence): Reading<ReadonlySet<string>> {
  const files = sectionFiles(evidence, 'account-files')
  if (!files.ok) return files
  const file = ['/etc/shells', '/usr/etc/shells']
    .map((path) => files.value.get(path))
    .find((one) => one && one.state !== 'absent')
  if (!file) {
    return files.value.has('/etc/shells')
      ? { ok: true, value: new Set(['/bin/sh', '/bin/csh']) }
      : { ok: false, why: { ja: '/etc/shells が証跡にない', en: 'the evidence has no /etc/shells' } }
  }
  if (file.state !== 'read')
    return { ok: false, why: { ja: `${file.path} を読めない`, en: `${file.path} is not readable` } }
  return {
    ok: true,
    value: new Set(file.lines.map((line) => line.replace(/#.*/, '').trim()).filter((line) => line !== '')),
  }
}

const field = <T extends Field>(reading: Reading<T>): Field =>
  reading.ok ? reading.value : { unreadable: reading.why }

const map = <T, U>(reading: Reading<T>, to: (value: T) => U): Reading<U> =>
  reading.ok ? { ok: true, value: to(reading.value) } : reading

const chain = <T, U>(reading: Reading<T>, to: (value: T) => Reading<U>): Reading<U> =>
  reading.ok ? to(reading.value) : reading

const instant = (days: number): string => new Date(days * secondsPerDay * 1000).toISOString().replace('.000Z', 'Z')
/** Days that a Date can hold; shadow(5) may hold anything. */
const isDay = (days: number): boolean => days >= 0 && days < 100_000

function accountFields(account: PasswdEntry, readings: Readings): Readonly<Record<string, Field>> {
  const { files } = readings
  const shadow: Reading<ShadowEntry | undefined> = map(files.shadow, (entries) => entries.get(account.name))
  const password: Reading<{ readonly state: PasswordState; readonly hash: string }> =
    account.password === 'shadow'
      ? chain(shadow, (entry) =>
          entry
            ? { ok: true, value: { state: entry.password, hash: entry.hash } }
            : { ok: false, why: { ja: 'shadow に行がない', en: 'shadow has no line for it' } },
        )
      : { ok: true, value: { state: account.password, hash: account.hash } }
  const keys: Reading<number> = chain(readings.keys, (all) => {
    const own = all.byAccount.get(account.name)
    if (!own) return { ok: false, why: { ja: '公開鍵を読んでいない', en: 'its public keys were not read' } }
    if (own.ok && all.command && own.value.length === 0) {
      return { ok: false, why: { ja: '公開鍵を別のプログラムが渡す', en: 'a program hands out its public keys' } }
    }
    return map(own, (list) => list.length)
  })
  const shell = account.shell === '' ? '/bin/sh' : account.shell
  const interactive: Reading<boolean> = closedShells.test(shell)
    ? { ok: true, value: false }
    : map(readings.shells, (shells) => shells.has(shell) || !isSystem(account, readings))
  const expired = isExpired(shadow, readings.observedAt)
  const login = readings.logins.ok ? readings.logins.value.get(account.name) : undefined
  const unknownLogin: Field = {
    unreadable: readings.logins.ok
      ? { ja: '最終ログオンの一覧にない', en: 'not in the list of last logons' }
      : readings.logins.why,
  }
  const privileged = isPrivileged(account, files, readings.rights)
  const maximum = map(shadow, (entry) => (entry && ages(entry, readings.observedAt) ? entry.maximum : undefined))
  return {
    name: account.name,
    id: String(account.uid),
    'display-name': account.fullName === '' ? null : account.fullName,
    kind: field(kindOf(account, readings)),
    'built-in': account.uid === 0 || isSystem(account, readings),
    guest: /^guest(?:-|$)/i.test(account.name),
    enabled: field(isEnabled(password, keys, interactive, expired)),
    privileged: field(privileged),
    interactive: field(interactive),
    'last-used': login === undefined ? unknownLogin : login === 'never' ? null : login,
    'ever-used': login === undefined ? unknownLogin : login !== 'never',
    'password-set': field(map(password, ({ state }) => state === 'set' || state === 'empty')),
    'password-changed': field(
      map(shadow, (entry) =>
        entry?.changed !== undefined && isDay(entry.changed) && entry.changed > 0 ? instant(entry.changed) : null,
      ),
    ),
    'password-required': field(map(password, ({ state }) => state !== 'empty')),
    'password-expires': field(map(maximum, (days) => days !== undefined && days >= 0 && days < 99_999)),
    'password-maximum-age': field(
      map(maximum, (days) => (days === undefined || days < 0 || days >= 99_999 ? 'never' : days * secondsPerDay)),
    ),
    'password-minimum-age': field(map(shadow, (entry) => Math.max(0, entry?.minimum ?? 0) * secondsPerDay)),
    'password-warning': field(map(shadow, (entry) => Math.max(0, entry?.warning ?? 0) * secondsPerDay)),
    // shadow(5): a last change on day 0
    'password-change-required': field(map(shadow, (entry) => entry?.changed === 0)),
    'password-hash': field(map(password, ({ hash }) => hash)),
    // passwd(5): readable by all; a hash there was not moved to shadow
    'password-world-readable': account.password === 'set' || account.password === 'locked',
    'inactivity-limit': field(
      map(shadow, (entry) =>
        entry?.inactive === undefined || entry.inactive < 0 ? 'never' : entry.inactive * secondsPerDay,
      ),
    ),
    locked: field(map(password, ({ state }) => state === 'locked')),
    expires: field(
      map(shadow, (entry) => (entry?.expires !== undefined && isDay(entry.expires) ? instant(entry.expires) : null)),
    ),
    groups: groupsOf(files, account),
    'authorized-keys': field(keys),
    'default-account': defaultNames.has(account.name),
    'shared-id': accountsWithUid(files, account.uid) > 1,
    shell,
    home: account.home,
    source: 'local',
  }
}

/** Below the range of persons; unknown ranges count as usual. */
const isSystem = (account: PasswdEntry, { lowestPerson }: Readings): boolean =>
  account.uid < (lowestPerson.ok ? lowestPerson.value : 1000) || account.uid === 65_534

function kindOf(account: PasswdEntry, { lowestPerson, highestPerson }: Readings): Reading<string> {
  if (!lowestPerson.ok) return lowestPerson
  if (!highestPerson.ok) return highestPerson
  if (account.uid === 0) return { ok: true, value: 'person' }
  const within = account.uid >= lowestPerson.value && account.uid <= highestPerson.value
  // a number of a person with a shell that lets nobody in belongs to a program
  if (within) return { ok: true, value: closedShells.test(account.shell) ? 'service' : 'person' }
  return { ok: true, value: account.uid < lowestPerson.value || account.uid === 65_534 ? 'service' : 'unknown' }
}

/**
 * Whether the password grows old at all. shadow(5): an empty day of the last change switches aging off; pam_unix also
 * lets a password pass whose last change lies in the future.
 */
const ages = ({ changed }: ShadowEntry, observedAt: number | undefined): boolean =>
  changed !== undefined && changed >= 0 && (observedAt === undefined || changed * secondsPerDay <= observedAt)

function isExpired(shadow: Reading<ShadowEntry | undefined>, observedAt: number | undefined): Reading<boolean> {
  return chain(shadow, (entry) => {
    // shadow(5): day 0 is reserved, and never is empty
    if (entry?.expires === undefined || entry.expires < 0) return { ok: true, value: false }
    if (observedAt === undefined)
      return { ok: false, why: { ja: '観測の時刻がない', en: 'the time of the observation is missing' } }
    return { ok: true, value: entry.expires * secondsPerDay <= observedAt }
  })
}

/** A password that can match, none at all, or a key, on an account with a shell that hasn't expired. */
function isEnabled(
  password: Reading<{ readonly state: PasswordState }>,
  keys: Reading<number>,
  interactive: Reading<boolean>,
  expired: Reading<boolean>,
): Reading<boolean> {
  if (interactive.ok && !interactive.value) return { ok: true, value: false }
  if (expired.ok && expired.value) return { ok: true, value: false }
  const usable = password.ok && (password.value.state === 'set' || password.value.state === 'empty')
  const opened = keys.ok && keys.value > 0
  if (usable || opened) {
    if (!interactive.ok) return interactive
    return expired.ok ? { ok: true, value: true } : expired
  }
  // neither is sure: one that could not be read might let it in
  if (!password.ok) return password
  if (!keys.ok) return keys
  return { ok: true, value: false }
}
