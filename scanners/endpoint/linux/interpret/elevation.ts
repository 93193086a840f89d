import { read, sectionFiles } from '../../../../src/core/evidence.ts'
import type { CollectedFile, Evidence, Reading } from '../../../../src/core/evidence.ts'
import type { EvidenceRef } from '../../../../src/core/fact.ts'
import type { LocalText } from '../../../../src/core/text.ts'
import { changesLogging, givesEverything, installsSoftware } from './command-power.ts'
import { readDoas } from './doas.ts'
import type { Doas } from './doas.ts'
import { hasProgram, pamEvidence } from './pam-evidence.ts'
import { polkitAdministrators } from './polkit.ts'
import { readSudoers } from './sudoers.ts'
import type { SudoRule, Sudoers } from './sudoers.ts'

/** Who may become administrator by one line of sudoers, doas.conf or polkit. */
export interface Assignment {
  /** `alice`, `%wheel`, `#1000`, `%#27`, `+netgroup`, `ALL`. */
  readonly principal: string
  readonly role: string
  readonly commands: readonly string[]
  readonly unrestricted: boolean
  readonly passwordRequired: boolean
  /** Asks for the password of the target account (sudoers(5), targetpw, rootpw, runaspw): no more than su gives. */
  readonly targetPassword?: boolean
  readonly installsSoftware: boolean
  readonly changesLogging: boolean
  readonly source: 'sudo' | 'sudo-rs' | 'doas' | 'polkit'
  readonly at: EvidenceRef
}

/** The means of becoming administrator that are installed, and what they allow. */
export interface Elevation {
  readonly assignments: readonly Assignment[]
  readonly gaps: readonly LocalText[]
  readonly sudo: { readonly kind: 'sudo' | 'sudo-rs'; readonly policy: Sudoers; readonly path: string } | undefined
  /** sudo is there and its policy could not be read at all. */
  readonly sudoUnreadable: boolean
  readonly doas: Doas | undefined
  readonly doasUnreadable: boolean
  readonly su: boolean
}

const cache = new WeakMap<Evidence, Reading<Elevation>>()

/** Everything that grants administrator rights. */
export function elevation(evidence: Evidence): Reading<Elevation> {
  let reading = cache.get(evidence)
  if (!reading) {
    reading = collect(evidence)
    cache.set(evidence, reading)
  }
  return reading
}

function collect(evidence: Evidence): Reading<Elevation> {
  const pam = pamEvidence(evidence)
  if (!pam.ok) return pam
  const files = sectionFiles(evidence, 'account-files')
  if (!files.ok) return files
  const assignments: Assignment[] = []
  const gaps: LocalText[] = []
  let sudo: Elevation['sudo']
  let sudoUnreadable = false
  if (hasProgram(pam.value, 'sudo')) {
    const kind = pam.value.sudoIsRust ? 'sudo-rs' : 'sudo'
    const path = policyPath(files.value, kind)
    const policy = readSudoers(files.value, path)
    gaps.push(...policy.gaps)
    sudoUnreadable = files.value.get(path)?.state !== 'read'
    if (!sudoUnreadable) {
      sudo = { kind, policy, path }
      assignments.push(...sudoAssignments(policy, kind))
    }
  }
  const { doas, doasUnreadable } = doasOf(files.value, hasProgram(pam.value, 'doas'))
  if (doasUnreadable) gaps.push({ ja: 'doas.conf を読めない', en: 'doas.conf could not be read' })
  if (doas) {
    assignments.push(...doas.assignments)
    gaps.push(...doas.gaps)
  }
  const polkit = polkitAdministrators(files.value)
  gaps.push(...polkit.gaps)
  assignments.push(...polkit.assignments)
  return read({ assignments, gaps, sudo, sudoUnreadable, doas, doasUnreadable, su: hasProgram(pam.value, 'su') })
}

function policyPath(files: ReadonlyMap<string, CollectedFile>, kind: 'sudo' | 'sudo-rs'): string {
  const exists = (path: string): boolean => (files.get(path)?.state ?? 'absent') !== 'absent'
  if (kind === 'sudo-rs' && exists('/etc/sudoers-rs')) return '/etc/sudoers-rs'
  if (!exists('/etc/sudoers') && exists('/usr/etc/sudoers')) return '/usr/etc/sudoers'
  return '/etc/sudoers'
}

function doasOf(
  files: ReadonlyMap<string, CollectedFile>,
  installed: boolean,
): { readonly doas: Doas | undefined; readonly doasUnreadable: boolean } {
  if (!installed) return { doas: undefined, doasUnreadable: false }
  const paths = [
    '/etc/doas.conf',
    '/usr/local/etc/doas.conf',
    ...[...files.keys()].filter((path) => path.startsWith('/etc/doas.d/')),
  ]
  const present = paths.flatMap((path) => {
    const file = files.get(path)
    return file && file.state !== 'absent' ? [file] : []
  })
  if (present.some((file) => file.state !== 'read') || !files.has('/etc/doas.conf')) {
    return { doas: undefined, doasUnreadable: true }
  }
  // without a file doas permits nothing
  return { doas: readDoas(present.flatMap((file) => (file.state === 'read' ? [file] : []))), doasUnreadable: false }
}

function sudoAssignments(policy: Sudoers, source: 'sudo' | 'sudo-rs'): readonly Assignment[] {
  return policy.rules.flatMap((rule) =>
    rule.users
      .filter((user) => !user.startsWith('!'))
      .map((principal) => {
        const asRoot = rule.runAs.some(mayBeRoot)
        const allowed = rule.commands.filter(({ text }) => !text.startsWith('!'))
        const asks = authenticates(policy, rule, principal)
        const any = (test: (command: string) => boolean): boolean => asRoot && allowed.some(({ text }) => test(text))
        return {
          principal,
          role: rule.runAs.join(','),
          commands: rule.commands.map(({ text }) => text),
          // taking commands out of ALL doesn't hold (sudoers(5), "Security notes")
          unrestricted: any((command) => command === 'ALL'),
          passwordRequired: allowed.every(({ password }) => password ?? asks),
          targetPassword: ['targetpw', 'rootpw', 'runaspw'].some((name) => isOn(policy, name, principal)),
          installsSoftware: any(installsSoftware),
          changesLogging: any(changesLogging),
          source,
          at: rule.at,
        }
      }),
  )
}

/** The last entry of a flag that speaks of everybody or of a principal. */
const flagOf = (policy: Sudoers, flag: string, principal: string) =>
  policy.defaults.findLast(
    ({ name, binding }) =>
      name === flag && (binding === '' || (binding.startsWith(':') && binding.slice(1).split(',').includes(principal))),
  )

/** A flag that is off by itself. */
const isOn = (policy: Sudoers, flag: string, principal: string): boolean =>
  flagOf(policy, flag, principal)?.negated === false

/**
 * `Defaults authenticate`, which is on by itself. An entry for commands, target accounts or hosts, or for members of
 * a group, may free somebody whom the rule allows; that is enough, because the rule then asks for nothing.
 */
const authenticates = (policy: Sudoers, rule: SudoRule, principal: string): boolean =>
  flagOf(policy, 'authenticate', principal)?.negated !== true &&
  !policy.defaults.some(
    ({ name, negated, binding }) =>
      name === 'authenticate' && negated && binding !== '' && mayConcern(policy, binding, rule, principal),
  )

const isGroupLike = (principal: string): boolean => principal === 'ALL' || /^[%+]/.test(principal)
/** A name that isn't one account: a group, everybody, or an alias, which may stand for any. */
const isOpen = (name: string): boolean => isGroupLike(name) || /^!|^[A-Z][A-Z0-9_]*$/.test(name)

/** Whether a Defaults entry with a binding (sudoers(5), "Defaults") may speak of a rule and its principal. */
function mayConcern(policy: Sudoers, binding: string, rule: SudoRule, principal: string): boolean {
  const names = binding.slice(1).split(',')
  const among = (values: readonly string[]): boolean =>
    values.includes('ALL') || names.some((name) => isOpen(name) || values.includes(name))
  switch (binding[0]) {
    case '>':
      return among(rule.runAs)
    case '!':
      return among(rule.commands.map(({ text }) => text.split(/\s/)[0] ?? ''))
    case ':': {
      if (!isGroupLike(principal)) return names.some(isOpen)
      // accounts with a rule of their own are told there
      const told = new Set(policy.rules.flatMap(({ users }) => users))
      return names.some((name) => name !== principal && (isOpen(name) || !told.has(name)))
    }
    default:
      return true
  }
}

/**
 * Whether a name of whom to run as takes root in: a group stands for its members (root is in its own, and on Alpine in
 * several), a netgroup for who knows whom.
 */
function mayBeRoot(name: string): boolean {
  return /^(?:root|ALL|#0+|[%+].+)$/.test(name)
}

/** Whether an assignment makes its principal an administrator in effect. */
export const isAdministration = (assignment: Assignment): boolean =>
  // whoever must know root's password isn't an administrator by this rule
  !(assignment.targetPassword && assignment.passwordRequired) &&
  (assignment.unrestricted ||
    ((assignment.role.split(',').some(mayBeRoot) || assignment.source === 'polkit') &&
      (assignment.installsSoftware || assignment.changesLogging || assignment.commands.some(givesEverything))))
