import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Condition, Expectation, Requirement } from './baseline.ts'
import type { Fact, Field, Row, Scope, Table } from './fact.ts'
import { type JudgedBaseline, judgeComponent } from './judge.ts'
import type { Finding } from './run.ts'
import type { Snapshot } from './snapshot.ts'

const text = { ja: '理由', en: 'reason' }
const why = { ja: '読めない', en: 'denied' }
const evidence = [{ source: 'test' }]
const test = (operator: 'at-least' | 'at-most' | 'equals' | 'not', operand: number | boolean | string): Condition => ({
  kind: 'test',
  operator,
  operand,
})
const subject = (name: string, condition: Condition): Expectation => ({ kind: 'subject', subject: name, condition })

const requirement = (more: Partial<Requirement> & { readonly id: string }): Requirement => ({
  title: text,
  severity: 'high',
  controls: [],
  rationale: text,
  remedy: { linux: text },
  ...more,
})
const baseline = (id: string, ...requirements: readonly Requirement[]): JudgedBaseline => ({
  id,
  root: id,
  requirements,
})

const snapshot = (more: Partial<Snapshot>): Snapshot => ({
  component: {
    id: 'server:1',
    kind: 'server',
    name: 'web1',
    platform: 'linux/debian-12',
    identifiers: [],
    observedAt: '2026-11-20T00:00:00Z',
  },
  facts: [],
  scopes: [],
  populations: [],
  tables: [],
  gaps: [],
  ...more,
})
const known = (
  setting: string,
  value: Fact extends infer F ? (F extends { value: infer V } ? V : never) : never,
  scope?: Scope,
): Fact => ({
  setting,
  state: 'known',
  value,
  origin: 'configured',
  evidence,
  ...(scope && { scope }),
})
const accounts = (rows: readonly Row[], complete = true): Table => ({
  type: 'account',
  rows,
  complete,
  evidence,
  ...(!complete && { why }),
})
const account = (name: string, fields: Row['fields']): Row => ({ key: name, name, fields })

const verdicts = (findings: readonly Finding[]): readonly string[] =>
  findings.map((finding) => `${finding.row?.name ?? ''}:${finding.verdict}`)

describe('rows', () => {
  const mfa = baseline(
    'b',
    requirement({
      id: 'administrators-use-mfa',
      each: 'account',
      where: {
        kind: 'all-of',
        of: [subject('enabled', test('equals', true)), subject('privileged', test('equals', true))],
      },
      expect: subject('mfa-enforced', test('equals', 'always')),
    }),
  )
  const judge = (table: Table | undefined): readonly string[] =>
    verdicts(judgeComponent(snapshot({ tables: table ? [table] : [] }), [mfa]))

  it('gives one finding for all passing rows, and one each for the others', () => {
    const rows = ['a', 'b', 'c'].map((name) =>
      account(name, { enabled: true, privileged: true, 'mfa-enforced': name === 'c' ? 'never' : 'always' }),
    )
    expect(judge(accounts(rows))).toEqual([':pass', 'c:fail'])
  })
  it('leaves rows out that are not selected', () => {
    expect(judge(accounts([account('a', { enabled: false, privileged: true, 'mfa-enforced': 'never' })]))).toEqual([
      ':not-applicable',
    ])
  })
  it('does not know a row whose selection can not be read', () => {
    expect(
      judge(accounts([account('a', { enabled: true, privileged: { unreadable: why }, 'mfa-enforced': 'always' })])),
    ).toEqual(['a:unknown'])
  })
  it('does not select by a field that is false whatever the unreadable one holds', () => {
    expect(
      judge(accounts([account('a', { enabled: false, privileged: { unreadable: why }, 'mfa-enforced': 'never' })])),
    ).toEqual([':not-applicable'])
  })
  it('does not know a field that the scanner did not give', () => {
    expect(judge(accounts([account('a', { enabled: true, privileged: true })]))).toEqual(['a:unknown'])
  })
  it('fails what was read of an incomplete table and does not pass the rest', () => {
    const rows = [
      account('a', { enabled: true, privileged: true, 'mfa-enforced': 'never' }),
      account('b', { enabled: true, privileged: true, 'mfa-enforced': 'always' }),
    ]
    expect(judge(accounts(rows, false))).toEqual([':unknown', 'a:fail'])
  })
  it('does not know an empty table that can not be empty, nor a missing one', () => {
    expect(judge(accounts([]))).toEqual([':unknown'])
    expect(judge(undefined)).toEqual([':unknown'])
  })

  const reject = baseline(
    'b',
    requirement({ id: 'no-telnet', each: 'listener', reject: subject('port', test('equals', 23)) }),
  )
  const listeners = (rows: readonly Row[], complete = true): readonly string[] =>
    verdicts(
      judgeComponent(
        snapshot({ tables: [{ type: 'listener', rows, complete, evidence, ...(!complete && { why }) }] }),
        [reject],
      ),
    )
  it('passes a reject when nothing is there, and does not know when the table is incomplete', () => {
    expect(listeners([])).toEqual([':pass'])
    expect(listeners([], false)).toEqual([':unknown'])
    expect(listeners([account('telnet', { port: 23 })])).toEqual(['telnet:fail'])
    expect(listeners([account('telnet', { port: { unreadable: why } })])).toEqual(['telnet:unknown'])
  })
})

describe('settings', () => {
  const judgeOne = (
    expectation: Expectation,
    facts: readonly Fact[],
    kind: Snapshot['component']['kind'] = 'server',
  ): Finding => {
    const base = snapshot({ facts })
    const [finding] = judgeComponent({ ...base, component: { ...base.component, kind } }, [
      baseline('b', requirement({ id: 'r', expect: expectation })),
    ])
    if (!finding) throw new Error('no finding')
    return finding
  }
  it('never passes a test on an absent value, negated or not', () => {
    const absent: Fact = { setting: 'password.minimum-length', state: 'absent', evidence }
    const tests = [test('at-least', 8), test('not', 8), test('equals', 8)]
    for (const one of tests) {
      expect(judgeOne(subject('password.minimum-length', one), [absent]).verdict).toBe('fail')
      expect(judgeOne({ kind: 'not', of: subject('password.minimum-length', one) }, [absent]).verdict).toBe('fail')
    }
  })
  it('accepts absent where absence is asked for', () => {
    const absent: Fact = { setting: 'password.maximum-age', state: 'absent', evidence }
    const asked: Condition = { kind: 'test', operator: 'absent', operand: true }
    expect(judgeOne(subject('password.maximum-age', asked), [absent]).verdict).toBe('pass')
    expect(judgeOne({ kind: 'not', of: subject('password.maximum-age', asked) }, [absent]).verdict).toBe('fail')
  })
  it('orders never and until-unlocked as more than any number', () => {
    expect(
      judgeOne(subject('lockout.threshold', test('at-most', 5)), [known('lockout.threshold', 'never')]).verdict,
    ).toBe('fail')
    expect(
      judgeOne(subject('lockout.duration', test('at-least', 1800)), [known('lockout.duration', 'until-unlocked')])
        .verdict,
    ).toBe('pass')
  })
  it('calls a demand beyond the limit of the platform a capability gap', () => {
    const facts: readonly Fact[] = [{ ...known('password.character-classes', 3), limit: 3 }]
    const finding = judgeOne(subject('password.character-classes', test('at-least', 4)), facts)
    expect([finding.verdict, finding.kind]).toEqual(['fail', 'capability-gap'])
  })
  it('does not apply to a kind of component that has no such setting, and is unknown when it was not read', () => {
    expect(judgeOne(subject('hardening.syn-cookies', test('equals', false)), [], 'firewall').verdict).toBe(
      'not-applicable',
    )
    expect(judgeOne(subject('hardening.syn-cookies', test('equals', false)), []).verdict).toBe('unknown')
  })
  it('does not trust an instant from the future, except where the future is asked for', () => {
    const newer = (seconds: number): Condition => ({ kind: 'test', operator: 'newer-than', operand: seconds })
    const future = [
      known('malware-protection.definitions-updated', '2026-11-21T00:00:00Z'),
      known('identity.end-of-support', '2028-06-30T00:00:00Z'),
    ]
    expect(judgeOne(subject('malware-protection.definitions-updated', newer(86_400)), future).verdict).toBe('unknown')
    expect(judgeOne(subject('identity.end-of-support', newer(0)), future).verdict).toBe('pass')
  })
  it('judges in a declared scope whose fact was lost as unknown, not by the default', () => {
    const scope: Scope = { kind: 'policy', key: 'Admins', accounts: 'privileged' }
    const base = snapshot({
      facts: [known('lockout.threshold', 3)],
      scopes: [{ scope, settings: ['lockout.threshold'] }],
    })
    const findings = judgeComponent(base, [
      baseline('b', requirement({ id: 'r', expect: subject('lockout.threshold', test('at-most', 5)) })),
    ])
    expect(findings.map((finding) => finding.verdict)).toEqual(['pass', 'unknown'])
  })
})

describe('two baselines of one root', () => {
  it('give findings with ids of their own, the same in any order', () => {
    const document = baseline('doc', requirement({ id: 'r', expect: subject('lockout.threshold', test('at-most', 5)) }))
    const ours: JudgedBaseline = { ...document, id: 'ours' }
    const base = snapshot({ facts: [known('lockout.threshold', 3)] })
    const ids = (...baselines: readonly JudgedBaseline[]): readonly string[] =>
      judgeComponent(base, baselines).map((finding) => finding.id)
    expect(new Set(ids(document, ours)).size).toBe(2)
    expect(ids(ours, document)).toEqual(ids(document, ours))
    expect(ids(document, ours)[0]).toBe(ids(document)[0])
    expect(ids(ours)).toEqual(ids(document))
  })
})

describe('the value that a finding is bound to', () => {
  const hashOf = (fields: Row['fields']): string | undefined => {
    const contains: Condition = { kind: 'test', operator: 'contains', operand: ['z'] }
    const asked = requirement({ id: 'r', each: 'account', expect: subject('mfa-methods', contains) })
    return judgeComponent(snapshot({ tables: [accounts([account('a', fields)])] }), [baseline('b', asked)])[0]
      ?.valueHash
  }
  it('has no order in its sets and does not hang on the words of a reason', () => {
    expect(hashOf({ 'mfa-methods': ['x', 'y'] })).toBe(hashOf({ 'mfa-methods': ['y', 'x'] }))
    expect(hashOf({ 'mfa-methods': ['x'] })).not.toBe(hashOf({ 'mfa-methods': ['y'] }))
    expect(hashOf({ 'mfa-methods': { unreadable: text } })).toBe(hashOf({ 'mfa-methods': { unreadable: why } }))
  })
})

describe('what a platform can not reach', () => {
  it.each([
    ['at-least', 14],
    ['between', [4, 8]],
    ['equals', 4],
    ['one-of', [4, 5]],
    ['at-least', 'never'],
  ] as const)('is a capability gap for %s', (operator, operand) => {
    const condition: Condition = { kind: 'test', operator, operand }
    const asked = baseline('b', requirement({ id: 'r', expect: subject('password.character-classes', condition) }))
    const limited = { ...known('password.character-classes', 3), limit: 3 }
    expect(judgeComponent(snapshot({ facts: [limited] }), [asked])[0]?.kind).toBe('capability-gap')
    const free = judgeComponent(snapshot({ facts: [known('password.character-classes', 3)] }), [asked])[0]
    expect([free?.verdict, free?.kind]).toEqual(['fail', 'deviation'])
  })

  it('is a plain deviation where one of the choices could be reached', () => {
    const condition: Condition = { kind: 'test', operator: 'one-of', operand: [2, 4] }
    const asked = baseline('b', requirement({ id: 'r', expect: subject('password.character-classes', condition) }))
    const limited = { ...known('password.character-classes', 3), limit: 3 }
    expect(judgeComponent(snapshot({ facts: [limited] }), [asked])[0]?.kind).toBe('deviation')
  })
})

describe('contradicting baselines', () => {
  const maximumAge = (id: string, condition: Condition): JudgedBaseline =>
    baseline(id, requirement({ id: 'maximum-age', expect: subject('password.maximum-age', condition) }))
  const facts = [known('password.maximum-age', 'never')]
  it('are both judged and point at each other', () => {
    const findings = judgeComponent(snapshot({ facts }), [
      maximumAge('ipa-sme', test('equals', 'never')),
      maximumAge('mod-proc', test('at-most', 7_776_000)),
    ])
    expect(findings.map((finding) => [finding.baseline, finding.verdict])).toEqual([
      ['ipa-sme', 'pass'],
      ['mod-proc', 'fail'],
    ])
    expect(findings[0]?.conflicts).toEqual([findings[1]?.id])
    expect(findings[1]?.conflicts).toEqual([findings[0]?.id])
  })
  it('are not seen where one value satisfies both, or where one does not apply', () => {
    const agree = judgeComponent(snapshot({ facts }), [
      maximumAge('a', test('at-least', 86_400)),
      maximumAge('b', test('at-most', 7_776_000)),
    ])
    expect(agree.every((finding) => !finding.conflicts)).toBe(true)
    const elsewhere: JudgedBaseline = {
      ...maximumAge('mod-proc', test('at-most', 7_776_000)),
      appliesTo: { kind: ['workstation'] },
    }
    const alone = judgeComponent(snapshot({ facts }), [maximumAge('ipa-sme', test('equals', 'never')), elsewhere])
    expect(alone.map((finding) => finding.conflicts)).toEqual([undefined])
  })
})

// Properties over arbitrary facts, tables and requirements.

const numberSettings = ['password.minimum-length', 'lockout.threshold', 'password.history-size'] as const
const booleanSettings = ['firewall.enabled', 'time.synchronised'] as const
const scopes: readonly (Scope | undefined)[] = [
  undefined,
  { kind: 'policy', key: 'Admins', accounts: 'privileged' },
  { kind: 'line', key: 'ssh' },
]
const observed = (value: fc.Arbitrary<number | boolean | string>) =>
  fc.oneof(
    { weight: 6, arbitrary: value.map((one) => ({ state: 'known', value: one, origin: 'configured' }) as const) },
    fc.constantFrom(
      { state: 'absent' } as const,
      { state: 'inapplicable', why } as const,
      { state: 'unsupported', why } as const,
      { state: 'unreadable', why } as const,
    ),
  )
const smallNumber = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constantFrom('never', 'until-unlocked'))
const factArbitrary: fc.Arbitrary<Fact> = fc
  .tuple(
    fc.oneof(
      fc.tuple(fc.constantFrom(...numberSettings), observed(smallNumber)),
      fc.tuple(fc.constantFrom(...booleanSettings), observed(fc.boolean())),
    ),
    fc.constantFrom(...scopes),
  )
  .map(([[setting, state], scope]) => ({ ...state, setting, evidence, ...(scope && { scope }) }))
const factsArbitrary = fc.uniqueArray(factArbitrary, {
  selector: (fact) => `${fact.setting}${fact.scope?.key ?? ''}`,
  maxLength: 10,
})
const fieldArbitrary: fc.Arbitrary<Field> = fc.oneof(
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom<Field>({ unreadable: why }, { inapplicable: why }, { unsupported: why }),
)
const rowFields = ['enabled', 'privileged', 'locked'] as const
const tablesArbitrary: fc.Arbitrary<readonly Table[]> = fc
  .tuple(
    fc.uniqueArray(
      fc.tuple(fc.string({ maxLength: 4 }), fc.dictionary(fc.constantFrom(...rowFields), fieldArbitrary)),
      { selector: ([key]) => key, maxLength: 6 },
    ),
    fc.boolean(),
  )
  .map(([rows, complete]) => [
    accounts(
      rows.map(([key, fields]) => account(key, fields)),
      complete,
    ),
  ])
const conditionOf = (leaf: fc.Arbitrary<Condition>): fc.Arbitrary<Condition> =>
  fc.letrec<{ condition: Condition }>((tie) => ({
    condition: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc
        .tuple(
          fc.constantFrom('all-of' as const, 'any-of' as const),
          fc.array(tie('condition'), { minLength: 1, maxLength: 3 }),
        )
        .map(([kind, of]) => ({ kind, of })),
      tie('condition').map((of) => ({ kind: 'not' as const, of })),
    ),
  })).condition
const numberCondition = conditionOf(
  fc
    .tuple(
      fc.constantFrom('at-least' as const, 'at-most' as const, 'equals' as const, 'not' as const),
      fc.integer({ min: 0, max: 20 }),
    )
    .map(([operator, operand]) => test(operator, operand)),
)
const booleanCondition = conditionOf(
  fc.oneof(
    fc
      .tuple(fc.constantFrom('equals' as const, 'not' as const), fc.boolean())
      .map(([operator, operand]) => test(operator, operand)),
    fc.constantFrom<Condition>(
      { kind: 'test', operator: 'present', operand: true },
      { kind: 'test', operator: 'absent', operand: true },
    ),
  ),
)
const expectationOf = (leaf: fc.Arbitrary<Expectation>): fc.Arbitrary<Expectation> =>
  fc.letrec<{ expectation: Expectation }>((tie) => ({
    expectation: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc
        .tuple(
          fc.constantFrom('all-of' as const, 'any-of' as const),
          fc.array(tie('expectation'), { minLength: 1, maxLength: 3 }),
        )
        .map(([kind, of]) => ({ kind, of })),
      tie('expectation').map((of) => ({ kind: 'not' as const, of })),
    ),
  })).expectation
const settingExpectation = expectationOf(
  fc.oneof(
    fc.tuple(fc.constantFrom(...numberSettings), numberCondition).map(([name, condition]) => subject(name, condition)),
    fc
      .tuple(fc.constantFrom(...booleanSettings), booleanCondition)
      .map(([name, condition]) => subject(name, condition)),
  ),
)
const rowExpectation = expectationOf(
  fc.tuple(fc.constantFrom(...rowFields), booleanCondition).map(([name, condition]) => subject(name, condition)),
)
const requirementArbitrary: fc.Arbitrary<Omit<Requirement, 'id'>> = fc.oneof(
  fc
    .tuple(
      settingExpectation,
      fc.option(fc.constantFrom<Requirement['scope']>({ accounts: 'privileged' }, { accounts: 'general' }), {
        nil: undefined,
      }),
    )
    .map(([expectation, scope]) => requirement({ id: '', expect: expectation, ...(scope && { scope }) })),
  fc
    .tuple(fc.option(rowExpectation, { nil: undefined }), rowExpectation, fc.boolean())
    .map(([where, expectation, rejecting]) =>
      requirement({
        id: '',
        each: 'account',
        ...(where && { where }),
        ...(rejecting ? { reject: expectation } : { expect: expectation }),
      }),
    ),
)
const baselineArbitrary = fc
  .array(requirementArbitrary, { minLength: 1, maxLength: 5 })
  .map((requirements) => baseline('b', ...requirements.map((one, at) => ({ ...one, id: `r${at}` }))))
const claimsOf = (facts: readonly Fact[]): Snapshot['scopes'] =>
  facts.flatMap((fact) => (fact.scope ? [{ scope: fact.scope, settings: [fact.setting] }] : []))
const input = fc.record({ facts: factsArbitrary, tables: tablesArbitrary, judged: baselineArbitrary })
const settings = { numRuns: 2000 }

describe('whatever is read and asked', () => {
  it('gives the same bytes again, in whatever order facts, rows and requirements come', () => {
    fc.assert(
      fc.property(input, ({ facts, tables, judged }) => {
        const base = snapshot({ facts, scopes: claimsOf(facts), tables })
        const turned = snapshot({
          facts: facts.toReversed(),
          scopes: claimsOf(facts).toReversed(),
          tables: tables.map((table) => ({ ...table, rows: [...table.rows].reverse() })),
        })
        const once = JSON.stringify(judgeComponent(base, [judged]))
        expect(JSON.stringify(judgeComponent(base, [judged]))).toBe(once)
        expect(
          JSON.stringify(judgeComponent(turned, [{ ...judged, requirements: judged.requirements.toReversed() }])),
        ).toBe(once)
      }),
      settings,
    )
  })

  it('never turns into pass by losing facts, fields or the completeness of a table', () => {
    fc.assert(
      fc.property(input, fc.infiniteStream(fc.boolean()), ({ facts, tables, judged }, stream) => {
        const keep = (): boolean => stream.next().value ?? true
        const full = snapshot({ facts, scopes: claimsOf(facts), tables })
        const less = snapshot({
          facts: facts.filter(keep),
          scopes: claimsOf(facts),
          tables: tables
            .map((table) => ({
              ...table,
              complete: table.complete && keep(),
              why,
              rows: [...table.rows].map((row) => ({
                ...row,
                fields: Object.fromEntries(Object.entries(row.fields).filter(keep)),
              })),
            }))
            .filter(keep),
        })
        const passing = new Set(
          judgeComponent(full, [judged])
            .filter((finding) => finding.verdict === 'pass')
            .map((finding) => finding.id),
        )
        for (const finding of judgeComponent(less, [judged])) {
          if (finding.verdict === 'pass') expect(passing).toContain(finding.id)
        }
      }),
      settings,
    )
  })

  it('never passes by asking for more', () => {
    fc.assert(
      fc.property(
        factsArbitrary,
        fc.constantFrom(...numberSettings),
        fc.integer({ min: 0, max: 20 }),
        fc.nat(20),
        fc.boolean(),
        (facts, name, limit, more, least) => {
          const ask = (operand: number): readonly string[] => {
            const judged = baseline(
              'b',
              requirement({ id: 'r', expect: subject(name, test(least ? 'at-least' : 'at-most', operand)) }),
            )
            return judgeComponent(snapshot({ facts }), [judged]).map((finding) => finding.verdict)
          }
          const before = ask(limit)
          const after = ask(least ? limit + more : limit - more)
          for (const [at, verdict] of after.entries()) if (verdict === 'pass') expect(before[at]).toBe('pass')
        },
      ),
      settings,
    )
  })

  it('gives every finding an id of its own', () => {
    fc.assert(
      fc.property(input, ({ facts, tables, judged }) => {
        const ids = judgeComponent(snapshot({ facts, scopes: claimsOf(facts), tables }), [judged]).map(
          (finding) => finding.id,
        )
        expect(new Set(ids).size).toBe(ids.length)
      }),
      settings,
    )
  })
})
