import { read } from '../../../../src/core/evidence.ts'
import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Fact, Scope, Value } from '../../../../src/core/fact.ts'
import { hasPamService } from '../../../../src/readers/pam.ts'
import { loginDefinition } from './account-model.ts'
import { blankAccepted } from './blank-password.ts'
import { fromReading, inapplicable, known, unread } from './contribution.ts'
import type { Contribution, Part } from './contribution.ts'
import { hashAlgorithm } from './password-hash.ts'
import type { QualityRules } from './password-quality.ts'
import { passwordStack } from './password-stack.ts'
import type { PasswordStack } from './password-stack.ts'
import { logonServices, pamEvidence, serviceRefs, stepRef } from './pam-evidence.ts'
import type { PamEvidence } from './pam-evidence.ts'

const rules = [
  'password.minimum-length',
  'password.character-classes',
  'password.required-classes',
  'password.history-size',
  'password.dictionary-check',
  'password.username-check',
  'password.personal-data-check',
  'password.maximum-repeat',
  'password.maximum-sequence',
  'password.quality-enforced',
] as const
const others = [
  'password.maximum-age',
  'password.minimum-age',
  'password.hash-algorithm',
  'password.blank-accepted',
  'password.reversible-encryption',
] as const
export const observesPassword = { settings: [...rules, ...others], rows: [] } as const

const rootScope: Scope = { kind: 'category', key: 'root', accounts: 'privileged' }
const secondsPerDay = 86_400

/** Rules for new passwords that can't be got around, and what login.defs gives new accounts. */
export const interpretPassword: Part = (evidence): Contribution => {
  const pam = pamEvidence(evidence)
  if (!pam.ok) {
    const own = observesPassword.settings.map((setting) => unread(setting, pam))
    const ofRoot = rules.map((setting) => unread(setting, pam, [], rootScope))
    return { facts: [...own, ...ofRoot], scopes: [{ settings: rules, scope: rootScope }] }
  }
  const services = ['passwd', ...logonServices.console, ...logonServices.ssh, ...logonServices.desktop].filter(
    (service) => hasPamService(pam.value, service),
  )
  const facts = [
    ...ruleFacts(evidence, pam.value, services, 'general'),
    ...ruleFacts(evidence, pam.value, services, 'root', rootScope),
    ageFact(pam.value, 'password.maximum-age', 'PASS_MAX_DAYS'),
    ageFact(pam.value, 'password.minimum-age', 'PASS_MIN_DAYS'),
    ...hashAlgorithm(pam.value),
    blankAccepted(pam.value),
    // shadow(5) holds one-way hashes and nothing else
    known('password.reversible-encryption', false, [{ source: 'accounts' }], 'platform-default'),
  ]
  return { facts, scopes: [{ settings: rules, scope: rootScope }] }
}

function ruleFacts(
  evidence: Evidence,
  pam: PamEvidence,
  services: readonly string[],
  user: 'general' | 'root',
  scope?: Scope,
): readonly Fact[] {
  if (pam.withoutPam) {
    const why = {
      ja: 'PAM がなく、パスワード変更コマンド自身の検査は読めない',
      en: 'there is no PAM, and the checks of the password program itself can not be read',
    }
    return rules.map((setting) => unread(setting, { why }, [{ source: 'pam-modules' }], scope))
  }
  const names = services.length > 0 ? services : ['passwd']
  const files = serviceRefs(pam, names, 'password')
  const stacks: PasswordStack[] = []
  for (const service of names) {
    const stack = passwordStack(evidence, pam, service, user)
    if (!stack.ok) return rules.map((setting) => unread(setting, stack, files, scope))
    if (stack.value) stacks.push(stack.value)
  }
  if (stacks.length === 0) {
    const why = { ja: 'この機器ではパスワードを変更できない', en: 'no service of this machine changes passwords' }
    return rules.map((setting) => inapplicable(setting, why, files, scope))
  }
  return rules.map((setting) => ruleFact(setting, stacks, files, scope))
}

/** What one rule of a stack adds up to: the strongest of its modules holds. */
interface Sum {
  readonly value: Reading<Value>
  /** Ordered from weak to strong. */
  readonly rank: number
  readonly set: readonly EvidenceRef[]
}

function ruleFact(
  setting: (typeof rules)[number],
  stacks: readonly PasswordStack[],
  files: readonly EvidenceRef[],
  scope?: Scope,
): Fact {
  const sums = stacks.map((stack) => sumOf(setting, stack.enforced))
  // the weakest service decides
  const failed = sums.find((sum) => !sum.value.ok)
  const weakest = failed ?? sums.reduce((one, other) => (other.rank < one.rank ? other : one))
  const where = [...weakest.set, ...files]
  return fromReading(setting, weakest.value, where, weakest.set.length > 0 ? 'configured' : 'platform-default', scope)
}

function sumOf(setting: (typeof rules)[number], enforced: readonly QualityRules[]): Sum {
  const most = (of: (rule: QualityRules) => number, name: string): Sum => {
    const value = Math.max(0, ...enforced.map(of))
    const from = enforced.filter((rule) => of(rule) === value)
    return { value: read(value), rank: value, set: from.flatMap((rule) => rule.set.get(name) ?? []) }
  }
  const any = (of: (rule: QualityRules) => boolean, name: string): Sum => {
    const from = enforced.filter(of)
    return {
      value: read(from.length > 0),
      rank: from.length > 0 ? 1 : 0,
      set: from.flatMap((rule) => rule.set.get(name) ?? []),
    }
  }
  const least = (of: (rule: QualityRules) => number, name: string): Sum => {
    const value = Math.min(Infinity, ...enforced.map(of))
    const set = enforced.filter((rule) => of(rule) === value).flatMap((rule) => rule.set.get(name) ?? [])
    return { value: read(Number.isFinite(value) ? value : 'never'), rank: -value, set }
  }
  switch (setting) {
    case 'password.minimum-length': {
      const failed = enforced.find((rule) => !rule.minimumLength.ok)?.minimumLength
      if (failed && !failed.ok) return { value: failed, rank: 0, set: [] }
      // an empty password is refused by pam_unix whoever asks
      const value = Math.max(1, ...enforced.map((rule) => (rule.minimumLength.ok ? rule.minimumLength.value : 1)))
      const from = enforced.filter((rule) => rule.minimumLength.ok && rule.minimumLength.value === value)
      return { value: read(value), rank: value, set: from.flatMap((rule) => rule.set.get('minlen') ?? []) }
    }
    case 'password.character-classes':
      return most((rule) => rule.classes, 'minclass')
    case 'password.required-classes': {
      const required = (['upper', 'lower', 'digit', 'special'] as const).filter((name) =>
        enforced.some((rule) => rule.required.includes(name)),
      )
      const set = enforced.flatMap((rule) =>
        ['ucredit', 'lcredit', 'dcredit', 'ocredit', 'minclass'].flatMap((name) => rule.set.get(name) ?? []),
      )
      return { value: read(required), rank: required.length, set }
    }
    case 'password.history-size':
      return most((rule) => rule.history, 'remember')
    case 'password.dictionary-check':
      return any((rule) => rule.dictionary, 'dictcheck')
    case 'password.username-check':
      return any((rule) => rule.userName, 'usercheck')
    case 'password.personal-data-check':
      return any((rule) => rule.personalData, 'gecoscheck')
    case 'password.maximum-repeat':
      return least((rule) => rule.maximumRepeat, 'maxrepeat')
    case 'password.maximum-sequence':
      return least((rule) => rule.maximumSequence, 'maxsequence')
    case 'password.quality-enforced': {
      const checks = enforced.filter((rule) => rule.kind === 'quality')
      return {
        value: read(checks.length > 0),
        rank: checks.length > 0 ? 1 : 0,
        set: checks.map((rule) => stepRef(rule.step)),
      }
    }
  }
}

/** login.defs(5): days; -1, 99999 and nothing at all mean that passwords don't expire. It holds for new accounts. */
function ageFact(pam: PamEvidence, setting: string, name: 'PASS_MAX_DAYS' | 'PASS_MIN_DAYS'): Fact {
  const line = loginDefinition(pam, name)
  const source = [{ source: '/etc/login.defs' }]
  if (!line.ok) return unread(setting, line, source)
  const where = line.value ? [line.value.at] : source
  const text = line.value?.value ?? '-1'
  if (!/^-?\d+$/.test(text)) {
    return unread(
      setting,
      { why: { ja: `${name} が数でない (${text})`, en: `${name} is not a number (${text})` } },
      where,
    )
  }
  const days = Number(text)
  const origin = line.value ? 'configured' : 'platform-default'
  if (name === 'PASS_MIN_DAYS') return known(setting, Math.max(0, days) * secondsPerDay, where, origin)
  return known(setting, days < 0 || days >= 99_999 ? 'never' : days * secondsPerDay, where, origin)
}
