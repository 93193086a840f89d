import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { settings as catalogue, rowTypesById } from '../../../../src/core/catalogue/index.ts'
import type { Evidence, Section } from '../../../../src/core/evidence.ts'
import type { Fact, Table } from '../../../../src/core/fact.ts'
import { evidenceOf } from '../testing/evidence.ts'
import { authselectSssdFaillock, machineEvidence, redHat } from '../testing/pam-stacks.ts'
import { interpretAccounts, observesAccounts } from './accounts.ts'
import type { Part } from './contribution.ts'
import { interpretCredentials, observesCredentials } from './credentials.ts'
import { interpretLockout, observesLockout } from './pam-lockout.ts'
import { interpretPamMfa, observesPamMfa } from './pam-mfa.ts'
import { interpretPassword, observesPassword } from './pam-password.ts'
import { interpretSudo, observesSudo } from './sudo.ts'

interface Observed {
  readonly name: string
  readonly part: Part
  readonly observes: { readonly settings: readonly string[]; readonly rows: readonly string[] }
}

const parts: readonly Observed[] = [
  { name: 'lockout', part: interpretLockout, observes: observesLockout },
  { name: 'password', part: interpretPassword, observes: observesPassword },
  { name: 'mfa', part: interpretPamMfa, observes: observesPamMfa },
  { name: 'accounts', part: interpretAccounts, observes: observesAccounts },
  { name: 'sudo', part: interpretSudo, observes: observesSudo },
  { name: 'credentials', part: interpretCredentials, observes: observesCredentials },
]

const whole = machineEvidence({
  files: {
    ...redHat(authselectSssdFaillock),
    '/etc/security/faillock.conf': 'deny=4\n',
    '/etc/pam.d/gdm-password': 'auth include password-auth\n',
  },
})
const key = (fact: Fact): string => `${fact.setting}[${fact.scope ? `${fact.scope.kind}:${fact.scope.key}` : ''}]`
const mine = [...whole.sections.keys()].filter((id) => id !== 'collector')
const replaced = (id: string, section: Section | undefined): Evidence => {
  const sections = new Map(whole.sections)
  if (section) sections.set(id, section)
  else sections.delete(id)
  return { ...whole, complete: section !== undefined, sections }
}

const outcome = (part: Part, evidence: Evidence) => {
  const { facts = [], tables = [], scopes = [], populations = [] } = part(evidence)
  return { facts, tables: tables.map((table): Table => ({ ...table, rows: [...table.rows] })), scopes, populations }
}

describe.each(parts)('$name', ({ part, observes }) => {
  it('names settings and row types of the catalogue', () => {
    for (const setting of observes.settings) expect(catalogue.has(setting), setting).toBe(true)
    for (const type of observes.rows) expect(rowTypesById.has(type), type).toBe(true)
  })

  it('reports everything that it observes, whatever the evidence', () => {
    for (const evidence of [whole, evidenceOf({}), evidenceOf({}, false)]) {
      const { facts, tables } = outcome(part, evidence)
      expect(new Set(facts.map((fact) => fact.setting))).toEqual(new Set(observes.settings))
      expect(tables.map((table) => table.type).sort()).toEqual([...observes.rows].sort())
    }
  })

  it('keeps to the types and words of the catalogue', () => {
    const { facts, tables } = outcome(part, whole)
    for (const fact of facts) {
      const setting = catalogue.get(fact.setting)
      if (fact.scope) expect(setting?.scopes, key(fact)).toContain(fact.scope.kind)
      if (fact.state !== 'known' || !setting) continue
      const words = setting.values
      if (setting.type === 'boolean') expect(typeof fact.value, key(fact)).toBe('boolean')
      if (words) expect(words, key(fact)).toEqual(expect.arrayContaining([fact.value].flat()))
      if (setting.type === 'duration' && typeof fact.value === 'string') expect(setting.unlimited, key(fact)).toBe(true)
    }
    for (const table of tables) {
      const fields = rowTypesById.get(table.type)?.fields ?? {}
      for (const row of table.rows) expect(Object.keys(fields)).toEqual(expect.arrayContaining(Object.keys(row.fields)))
    }
  })

  it('knows nothing without evidence', () => {
    const { facts, tables } = outcome(part, evidenceOf({}))
    for (const fact of facts) expect(fact.state, key(fact)).toBe('unreadable')
    for (const table of tables) expect(table.complete, table.type).toBe(false)
  })

  const rowsBefore = new Map(
    outcome(part, whole).tables.flatMap((table) =>
      [...table.rows].map((row) => [`${table.type}:${row.key}`, row] as const),
    ),
  )
  const before = new Map(outcome(part, whole).facts.map((fact) => [key(fact), fact]))
  const losses: readonly (readonly [string, (section: Section) => Section | undefined])[] = [
    ['missing', () => undefined],
    ['cut off', (section) => ({ ...section, complete: false, text: section.text.slice(0, section.text.length / 2) })],
    ['failed', (section) => ({ ...section, exitCode: 2, text: '' })],
    ['out of time', (section) => ({ ...section, exitCode: 124 })],
    ['for root only', (section) => ({ ...section, text: '', exitCode: null, skipped: 'root' })],
  ]
  test.each(mine.flatMap((id) => losses.map(([how, lose]) => [id, how, lose] as const)))(
    '%s %s: no fact changes its value',
    (id, _, lose) => {
      const section = whole.sections.get(id)
      if (!section) throw new Error(id)
      const { facts, tables } = outcome(part, replaced(id, lose(section)))
      for (const fact of facts) {
        const earlier = before.get(key(fact))
        if (fact.state === 'unreadable' || !earlier) continue
        expect(fact.state, key(fact)).toBe(earlier.state)
        if (fact.state === 'known' && earlier.state === 'known') expect(fact.value, key(fact)).toEqual(earlier.value)
      }
      for (const table of tables) {
        for (const row of table.rows) {
          const earlier = rowsBefore.get(`${table.type}:${row.key}`)
          for (const [name, value] of Object.entries(row.fields)) {
            const unreadable = typeof value === 'object' && value !== null && 'unreadable' in value
            if (earlier && !unreadable) expect(value, `${row.key} ${name}`).toEqual(earlier.fields[name])
          }
        }
      }
      for (const table of tables)
        if ([...table.rows].length === 0 && table.type !== 'credential') expect(table.complete).toBe(false)
    },
  )

  it('is the same for the same evidence', () => {
    const again = (): string => JSON.stringify(outcome(part, { ...whole, sections: new Map(whole.sections) }))
    expect(again()).toBe(again())
  })

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.record(
          Object.fromEntries(
            mine.map((id) => [
              id,
              fc.oneof(
                fc.string({ unit: 'binary', maxLength: 200 }),
                fc
                  .constant(whole.sections.get(id)?.text ?? '')
                  .chain((text) =>
                    fc
                      .tuple(fc.nat(text.length), fc.nat(text.length), fc.string({ maxLength: 8 }))
                      .map(([from, to, extra]) => text.slice(0, from) + extra + text.slice(to)),
                  ),
              ),
            ]),
          ),
        ),
        (sections) => {
          outcome(part, evidenceOf(sections))
        },
      ),
      { numRuns: 60 },
    )
  })
})
