import type { AuditField, AuditRule } from '../../../../src/readers/audit-rules.ts'

// Which events loaded audit rules record. One rule is never enough by its name alone: what counts is
// which system calls and paths it covers, on which architecture, and with which outcome.

export const auditCategories = [
  'identity',
  'privilege',
  'logon',
  'time-change',
  'module-load',
  'file-access',
  'file-deletion',
  'audit-configuration',
] as const
export type AuditCategory = (typeof auditCategories)[number]
export type AuditOutcome = 'none' | 'success' | 'failure' | 'success-and-failure'

export interface AuditTarget {
  /** `uname -m`; empty when unknown. */
  readonly machine: string
  /** Whether a path is there: a rule for a file that doesn't exist isn't asked for. Unknown counts as there. */
  readonly exists: (path: string) => boolean
}

/** Bits: 1 success, 2 refused with EACCES, 4 refused with EPERM (and other errors). A failure is both. */
type Outcome = number
const success = 1
const failure = 6
const complete = 7

/** What a category asks for: everything in `all`, each from any of its ways. */
type Item = (coverage: Coverage) => Outcome

interface Coverage {
  readonly path: (path: string, permissions: string) => Outcome
  readonly call: (name: string) => Outcome
  /** Of execve by somebody whose effective user differs from the real one, or is root. */
  readonly elevation: () => Outcome
  readonly protectedRead: () => Outcome
  readonly present: (path: string) => boolean
  readonly legacyCalls: boolean
}

const every =
  (...items: Item[]): Item =>
  (coverage) =>
    items.reduce((sum, item) => sum & item(coverage), complete)
const some =
  (...items: Item[]): Item =>
  (coverage) =>
    items.reduce((sum, item) => sum | item(coverage), 0)
const written =
  (path: string): Item =>
  (coverage) =>
    coverage.path(path, 'w')
const writtenIfPresent =
  (path: string): Item =>
  (coverage) =>
    coverage.present(path) ? coverage.path(path, 'w') : complete
const run =
  (...paths: string[]): Item =>
  (coverage) =>
    paths.reduce((sum, path) => sum | coverage.path(path, 'x'), 0)
const call =
  (name: string): Item =>
  (coverage) =>
    coverage.call(name)
/** Machines of the newer kind (arm64, riscv64) never had open, unlink and rename. */
const legacyCall =
  (name: string): Item =>
  (coverage) =>
    coverage.legacyCalls ? coverage.call(name) : complete
const only =
  (outcome: Outcome, item: Item): Item =>
  (coverage) =>
    item(coverage) === 0 ? 0 : outcome

const asked: Readonly<Record<AuditCategory, Item>> = {
  identity: every(
    written('/etc/passwd'),
    written('/etc/shadow'),
    written('/etc/group'),
    // SUSE and Alpine have no gshadow; opasswd appears with pam_pwhistory
    writtenIfPresent('/etc/gshadow'),
    writtenIfPresent('/etc/security/opasswd'),
  ),
  privilege: every(
    writtenIfPresent('/etc/sudoers'),
    writtenIfPresent('/etc/sudoers.d'),
    some((coverage) => coverage.elevation(), every(run('/usr/bin/sudo', '/bin/sudo'), run('/usr/bin/su', '/bin/su'))),
  ),
  // the files themselves tell the outcome: lastlog and wtmp are written on success, the others on failure
  logon: some(
    only(success, some(...['/var/log/lastlog', '/var/log/wtmp', '/var/run/utmp', '/run/utmp'].map(written))),
    only(
      failure,
      some(
        ...[
          '/var/run/faillock',
          '/run/faillock',
          '/var/log/faillock',
          '/var/log/btmp',
          '/var/log/tallylog',
          '/var/log/faillog',
        ].map(written),
      ),
    ),
  ),
  'time-change': every(call('adjtimex'), call('settimeofday'), call('clock_settime'), written('/etc/localtime')),
  'module-load': every(call('init_module'), call('finit_module'), call('delete_module')),
  'file-access': some(every(legacyCall('open'), call('openat')), (coverage) => coverage.protectedRead()),
  'file-deletion': every(legacyCall('unlink'), call('unlinkat'), legacyCall('rename'), call('renameat')),
  'audit-configuration': every(
    written('/etc/audit/auditd.conf'),
    written('/etc/audit/audit.rules'),
    written('/etc/audit/rules.d'),
  ),
}

/** What the loaded rules record of each category. */
export function auditPolicy(
  rules: readonly AuditRule[],
  target: AuditTarget,
): Readonly<Record<AuditCategory, AuditOutcome>> {
  const coverage = coverageOf(rules, target)
  const result = (category: AuditCategory): AuditOutcome => {
    const outcome = asked[category](coverage)
    const failed = (outcome & failure) === failure
    if ((outcome & success) !== 0) return failed ? 'success-and-failure' : 'success'
    return failed ? 'failure' : 'none'
  }
  return {
    identity: result('identity'),
    privilege: result('privilege'),
    logon: result('logon'),
    'time-change': result('time-change'),
    'module-load': result('module-load'),
    'file-access': result('file-access'),
    'file-deletion': result('file-deletion'),
    'audit-configuration': result('audit-configuration'),
  }
}

/** Whether some loaded rule records anything: none does while tasks are excluded (`-a never,task`). */
export const recordsAnything = (rules: readonly AuditRule[]): boolean =>
  !silenced(rules) && rules.some((rule) => rule.action === 'always' && (rule.list === 'exit' || rule.list === 'user'))

/** Exclusions of everything: no task is audited, or the record of the system call is dropped. */
const silenced = (rules: readonly AuditRule[]): boolean =>
  rules.some(
    (rule) =>
      (rule.list === 'task' && rule.action === 'never' && rule.fields.every(isBroad)) ||
      (rule.list === 'exclude' &&
        rule.fields.length > 0 &&
        rule.fields.every(
          (field) =>
            field.name === 'msgtype' &&
            (field.operator === '=' ? /^(SYSCALL|1300)$/.test(field.value) : field.operator !== '!='),
        )),
  )

function coverageOf(rules: readonly AuditRule[], target: AuditTarget): Coverage {
  const newer = /^(aarch64|arm64|riscv|loongarch)/.test(target.machine)
  const narrow = /^(i[3-6]86|arm|armv\w+|ppc|s390|mips|mipsel)$/.test(target.machine)
  // x86-64 and its like also run 32-bit programs; an unknown machine is taken for one
  const widths: readonly ('b32' | 'b64')[] = narrow
    ? ['b32']
    : newer || /^ppc64le$/.test(target.machine)
      ? ['b64']
      : ['b32', 'b64']
  const native = narrow ? 'b32' : 'b64'
  const exit = silenced(rules) ? [] : rules.filter((rule) => rule.list === 'exit')
  const onEvery = (measure: (width: 'b32' | 'b64') => Outcome): Outcome =>
    widths.reduce((sum, width) => sum & measure(width), complete)
  const gather = (
    width: 'b32' | 'b64',
    covers: (rule: AuditRule) => boolean,
    narrows: (field: AuditField, rule: AuditRule) => boolean,
  ): Outcome => {
    let open = complete
    let sum = 0
    for (const rule of exit) {
      // a rule over system calls without arch= means the numbers of the native architecture
      const width1 = rule.architecture ?? (rule.calls === 'all' ? width : native)
      if (width1 !== width || !covers(rule)) continue
      const outcome = outcomeOf(rule)
      const others = rule.fields.filter((field) => !isOutcome(field))
      if (rule.action === 'never') {
        // the first rule that matches decides; an exclusion of one program or service account takes only its part
        if (others.every((field) => isBroad(field) || isRoot(field))) open &= ~outcome
      } else if (others.every((field) => isBroad(field) || !narrows(field, rule))) sum |= outcome & open
    }
    return sum
  }
  const strict = (): boolean => true
  return {
    legacyCalls: !newer,
    present: target.exists,
    path: (path, permissions) =>
      onEvery((width) =>
        gather(
          width,
          (rule) =>
            // an exclusion of all system calls without a path also ends a watch
            (rule.path ? pathCovers(rule.path, path) : rule.action === 'never') &&
            rule.calls === 'all' &&
            [...permissions].every((letter) => rule.permissions.includes(letter)),
          strict,
        ),
      ),
    call: (name) =>
      onEvery((width) =>
        gather(
          width,
          (rule) => !rule.path && (rule.calls === 'all' || rule.calls.includes(name)) && permissionsAreFree(rule),
          // clock_settime(2): clock 0 is the system's clock, the only one worth watching
          (field) =>
            !(name === 'clock_settime' && field.name === 'a0' && field.operator === '=' && Number(field.value) === 0),
        ),
      ),
    elevation: () =>
      onEvery((width) =>
        gather(
          width,
          (rule) => !rule.path && (rule.calls === 'all' || rule.calls.includes('execve')),
          (field) => !isElevation(field),
        ),
      ),
    // reading of files that the organisation named itself; the system's own files don't stand for its data
    protectedRead: () =>
      exit
        .filter(
          (rule) =>
            rule.action === 'always' &&
            rule.path &&
            rule.permissions.includes('r') &&
            rule.calls === 'all' &&
            rule.architecture === undefined &&
            rule.fields.every((field) => isBroad(field) || isOutcome(field)) &&
            !/^\/(etc|usr|bin|sbin|lib|lib64|boot|run|proc|sys|dev|var\/log|var\/run)(\/|$)/.test(rule.path.name),
        )
        .reduce((sum, rule) => sum | outcomeOf(rule), 0),
  }
}

const pathCovers = (rule: NonNullable<AuditRule['path']>, path: string): boolean =>
  rule.name === path || (rule.below && (rule.name === '/' || path.startsWith(`${rule.name}/`)))

const permissionsAreFree = (rule: AuditRule): boolean => rule.permissions.length === 4

const isOutcome = (field: AuditField): boolean => !field.compare && (field.name === 'success' || field.name === 'exit')

/** Fields that leave every person's actions in: signed-in users from UID 1000 (or lower) on. */
function isBroad(field: AuditField): boolean {
  if (field.compare) return false
  if (field.name === 'auid' && field.operator === '>=') return Number(field.value) <= 1000
  if (field.name === 'auid' && field.operator === '!=') return /^(unset|-1|4294967295)$/.test(field.value)
  return false
}

const isRoot = (field: AuditField): boolean =>
  !field.compare && /^(uid|euid|auid)$/.test(field.name) && field.operator === '=' && /^(0|root)$/.test(field.value)

const isElevation = (field: AuditField): boolean =>
  (field.compare &&
    field.operator === '!=' &&
    /^(uid|euid|auid)$/.test(field.name) &&
    /^(uid|euid|auid)$/.test(field.value)) ||
  (!field.compare && field.name === 'euid' && field.operator === '=' && /^(0|root)$/.test(field.value))

/** Which outcomes a rule records, by its success= and exit= fields. */
function outcomeOf(rule: AuditRule): Outcome {
  let outcome = complete
  for (const { name, operator, value, compare } of rule.fields) {
    if (compare) continue
    if (name === 'success') {
      const yes = value === '1' || value === 'yes'
      outcome &= (operator === '=') === yes ? success : failure
    } else if (name === 'exit') {
      const negative = value.startsWith('-')
      if (operator === '=') outcome &= negative ? refusedOnly(rule, value) : success
      else if (operator === '<' || operator === '<=') outcome &= failure
      else if (operator === '>' || operator === '>=') outcome &= negative && value !== '-1' ? complete : success
      else outcome = 0
    }
  }
  return outcome
}

/** Refusals are EACCES (13) and EPERM (1); another error alone says nothing about access. */
function refusedOnly(rule: AuditRule, value: string): Outcome {
  if (rule.action === 'never') return 0
  if (/^-(EACCES|13)$/.test(value)) return 2
  return /^-(EPERM|1)$/.test(value) ? 4 : 0
}
