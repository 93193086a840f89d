import type { Requirement } from './baseline.ts'
import { settings as catalogue } from './catalogue/index.ts'
import { actualText } from './describe.ts'
import { judgeExpectation, type Subject, subjectsOf } from './expectation.ts'
import type { AccountClass, Fact, Scope } from './fact.ts'
import { scopeKey } from './fact.ts'
import { type Judged, namerOf, type SnapshotIndex, valueOf } from './judge.ts'
import { notApplicable, type Outcome, unknown } from './logic.ts'
import type { LocalText } from './text.ts'

const notRead: LocalText = { ja: 'このスキャナはこの設定を読まない', en: 'not read by this scanner' }
const notOfKind: LocalText = { ja: 'この種類の対象にはない設定', en: 'components of this kind have no such setting' }

/**
 * Judges a requirement on settings, once for the default and once for every scope in force. With
 * `scope.accounts`, the scopes of that class, and the default unless nobody of the class is left to it.
 */
export function judgeSettings(requirement: Requirement, index: SnapshotIndex, asOf: string): readonly Judged[] {
  const expect = requirement.expect
  if (!expect) return []
  const names = subjectsOf(expect)
  const accounts = requirement.scope?.accounts
  const scopes = scopesInForce(index, names).filter((scope) => asked(scope, requirement))
  const namer = namerOf(undefined)

  const judgeAt = (scope: Scope | undefined): Judged => {
    const found = new Map(names.map((name) => [name, factAt(index, name, scope)]))
    const subject = (name: string): Subject => toSubject(found.get(name), name, index)
    const facts = [...found.values()].filter((fact) => fact !== undefined)
    const needs = facts.flatMap((fact) => (fact.state === 'unreadable' && fact.needs ? [fact.needs] : []))[0]
    return {
      outcome: judgeExpectation(expect, { get: subject, type: (name) => namer(name).type, asOf }),
      ...(scope && { scope }),
      actual: actualText(names, subject, namer),
      values: names.map((name) => valueOf(found.get(name))),
      evidence: uniqueEvidence(facts),
      ...(needs && { needs }),
    }
  }

  const judged = scopes.map(judgeAt)
  // what no scoped fact claims follows the default, so a named scope without one is judged there
  if (requirement.scope?.kind !== undefined || requirement.scope?.key !== undefined) {
    return judged.length > 0 ? judged : [judgeAt(undefined)]
  }
  const left = leftToDefault(index, names, accounts)
  if (left.state === 'some') return [withNames(judgeAt(undefined), left.names), ...judged]
  if (left.state === 'none') return judged.length > 0 ? judged : [nobody(accounts)]
  // whether anybody is left to the default is not known: only a pass of it settles the question
  const atDefault = judgeAt(undefined)
  if (atDefault.outcome.verdict !== 'fail') return [atDefault, ...judged]
  return [{ ...atDefault, outcome: unknown(populationUnknown) }, ...judged]
}

const populationUnknown: LocalText = {
  ja: '既定値に従うアカウントがあるかを読めない',
  en: 'whether any account is left to the default could not be read',
}

const asked = (scope: Scope, requirement: Requirement): boolean => {
  const wanted = requirement.scope
  if (wanted?.kind !== undefined && scope.kind !== wanted.kind) return false
  if (wanted?.key !== undefined && scope.key !== wanted.key) return false
  // a scope that doesn't say whose it is may be anybody's
  return wanted?.accounts === undefined || scope.accounts === undefined || scope.accounts === wanted.accounts
}

/** Scopes that hold for one of the settings: declared ones and those of facts, sorted. */
function scopesInForce(index: SnapshotIndex, names: readonly string[]): readonly Scope[] {
  const scopes = new Map<string, Scope>()
  for (const claim of index.snapshot.scopes) {
    if (claim.settings.some((setting) => names.includes(setting))) scopes.set(scopeKey(claim.scope), claim.scope)
  }
  for (const name of names) {
    for (const fact of index.facts.get(name)?.values() ?? []) {
      if (fact.scope) scopes.set(scopeKey(fact.scope), fact.scope)
    }
  }
  return [...scopes.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, scope]) => scope)
}

/**
 * The fact of a setting in a scope. A setting that has no value of its own there follows the default;
 * one that was declared to have its own, and has none, is missing.
 */
function factAt(index: SnapshotIndex, name: string, scope: Scope | undefined): Fact | undefined {
  const facts = index.facts.get(name)
  if (!scope) return facts?.get('')
  const own = facts?.get(scopeKey(scope))
  if (own) return own
  const declared = index.snapshot.scopes.some(
    (claim) => scopeKey(claim.scope) === scopeKey(scope) && claim.settings.includes(name),
  )
  return declared ? undefined : facts?.get('')
}

function toSubject(fact: Fact | undefined, name: string, index: SnapshotIndex): Subject {
  const setting = catalogue.get(name)
  if (setting && !setting.kinds.includes(index.snapshot.component.kind))
    return { state: 'inapplicable', why: notOfKind }
  if (!fact) return { state: 'unreadable', why: notRead }
  return fact
}

type Left = { readonly state: 'some' | 'none' | 'unknown'; readonly names: readonly string[] }

/**
 * Who of a class is left to the default of some settings. The default is in force when it is for one of
 * them; a setting without a statement leaves everybody to it.
 */
function leftToDefault(index: SnapshotIndex, names: readonly string[], accounts: AccountClass | undefined): Left {
  const each = names.map((name) => leftToDefaultOf(index, name, accounts))
  const some = each.filter((one) => one.state === 'some')
  if (some.length > 0) return { state: 'some', names: [...new Set(some.flatMap((one) => one.names))].sort() }
  return { state: each.some((one) => one.state === 'unknown') ? 'unknown' : 'none', names: [] }
}

function leftToDefaultOf(index: SnapshotIndex, name: string, accounts: AccountClass | undefined): Left {
  const statements = index.snapshot.populations.filter(
    (population) => population.settings.includes(name) && (accounts === undefined || population.accounts === accounts),
  )
  if (statements.length === 0) return { state: 'some', names: [] }
  if (statements.some((population) => population.left === 'some')) {
    return { state: 'some', names: accounts ? statements.flatMap((population) => population.names ?? []) : [] }
  }
  // without a class, "none" must have been said of both kinds of account
  const saidOf = new Set(statements.map((population) => population.accounts))
  if (!accounts && !(saidOf.has('privileged') && saidOf.has('general'))) return { state: 'some', names: [] }
  return { state: statements.some((population) => population.left === 'unknown') ? 'unknown' : 'none', names: [] }
}

function withNames(judged: Judged, names: readonly string[]): Judged {
  if (names.length === 0 || judged.outcome.verdict !== 'fail') return judged
  const shown = names.slice(0, 10).join(', ') + (names.length > 10 ? ', …' : '')
  return {
    ...judged,
    actual: {
      ja: `${judged.actual.ja}（既定値に従うアカウント: ${shown}）`,
      en: `${judged.actual.en} (accounts left to the default: ${shown})`,
    },
  }
}

const empty = (outcome: Outcome): Judged => ({ outcome, actual: { ja: '—', en: '—' }, values: [], evidence: [] })

const nobody = (accounts: AccountClass | undefined): Judged =>
  empty(
    notApplicable(
      accounts === 'privileged'
        ? { ja: '特権アカウントがない', en: 'no privileged account here' }
        : { ja: '該当するアカウントがない', en: 'no such account here' },
    ),
  )

function uniqueEvidence(facts: readonly Fact[]): Judged['evidence'] {
  const refs = facts.flatMap((fact) => fact.evidence)
  return [...new Map(refs.map((ref) => [`${ref.source}\u0000${ref.at ?? ''}`, ref])).values()]
}
