import { describe, expect, it } from 'vitest'
import type { Finding } from '../src/core/run.ts'
import { digest } from './digest.ts'
import { fleet, manyComponents, oneMachine, sampleFinding, sampleResult } from './testing/samples.ts'

const limits = { examples: 3 }
const text = (words: string) => ({ ja: `${words}（日本語）`, en: words })

describe('failing requirements', () => {
  it('come worst first, each once, with few examples and full counts', async () => {
    const { failing } = await digest(oneMachine, limits)
    expect(failing.map((group) => group.first.severity)).toEqual(['critical', 'high', 'medium'])
    expect(failing[0]).toMatchObject({ findings: 7, rows: 7, components: 1 })
    expect(failing[0]?.values.map(({ actual, findings }) => [actual.en, findings])).toEqual([
      ['last used 400 days ago', 5],
      ['never used', 2],
    ])
    expect(failing[0]?.examples.map(({ row }) => row?.name)).toEqual([
      'tanaka',
      'suzuki',
      'sato',
      'watanabe',
      'kobayashi',
    ])
  })

  it('keep a few values and a few examples of each, however many there are', async () => {
    const findings = Array.from({ length: 1000 }, (_, at) =>
      sampleFinding({
        requirement: 'r',
        verdict: 'fail',
        actual: text(String(at % 100)),
        row: { type: 'software', key: `${at}`, name: `${at}` },
      }),
    )
    const [group] = (await digest(sampleResult({ findings }), limits)).failing
    expect(group).toMatchObject({ findings: 1000, rows: 1000 })
    expect(group?.values.map((value) => value.findings)).toEqual([10, 10, 10])
    expect(group?.examples).toHaveLength(9)
  })

  it('do not depend on the order of what comes in', async () => {
    const findings: Finding[] = []
    for await (const finding of oneMachine.findings()) findings.push(finding)
    const order = async (given: readonly Finding[]) =>
      (await digest(sampleResult({ findings: given }), limits)).failing.map((group) => group.first.requirement)
    expect(await order(findings.toReversed())).toEqual(await order(findings))
  })

  it('count every component, however many there are, and keep only a few', async () => {
    const gathered = await digest(manyComponents(1000), limits)
    expect(gathered.failing[0]).toMatchObject({ findings: 1000, components: 1000 })
    expect(gathered.names.size).toBe(3)
    expect(gathered.components).toEqual({ count: 1000 })
  })
})

describe('open questions', () => {
  it('join gaps and undecided checks that wait for the same thing', async () => {
    const { questions } = await digest(oneMachine, limits)
    expect(questions[0]).toMatchObject({
      checks: 3,
      what: ['logging.audit-policy', 'password.hash-algorithm', 'role-assignment'],
    })
    expect(questions[0]?.needs?.en).toContain('administrator rights')
    expect(questions[1]?.why?.en).toContain('time limit')
  })

  it('lose no check when there are more reasons than can be kept', async () => {
    const findings = Array.from({ length: 1000 }, (_, at) =>
      sampleFinding({ requirement: 'x', verdict: 'unknown', reason: text(`reason ${at}`) }),
    )
    const { questions } = await digest(sampleResult({ findings }), limits)
    expect(questions.length).toBeLessThanOrEqual(201)
    expect(questions.reduce((sum, question) => sum + question.checks, 0)).toBe(1000)
  })
})

describe('contradictions', () => {
  it('are told once for each pair of requirements, with both sides', async () => {
    const { conflicts } = await digest(fleet, limits)
    expect(conflicts).toHaveLength(1)
    expect(conflicts[0]).toMatchObject({
      components: 30,
      one: { requirement: 'periodic-change' },
      other: { requirement: 'no-forced-change' },
    })
  })

  it('are told once when both findings point at each other', async () => {
    const one = sampleFinding({ requirement: 'one', verdict: 'fail' })
    const other = sampleFinding({ requirement: 'other', verdict: 'pass' })
    const findings = [
      { ...one, conflicts: [other.id] },
      { ...other, conflicts: [one.id] },
    ]
    expect((await digest(sampleResult({ findings }), limits)).conflicts).toHaveLength(1)
  })
})
