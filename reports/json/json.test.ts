import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it, test } from 'vitest'
import { packageRoot } from '../../src/package-root.ts'
import type { ReportOptions, RunResult } from '../../src/core/run.ts'
import { settingKey } from '../../src/core/run.ts'
import { plainOptions, rendered } from '../testing/render.ts'
import {
  cleanMachine,
  fleet,
  hostile,
  hostileNames,
  manyComponents,
  oneMachine,
  sampleResult,
} from '../testing/samples.ts'
import { json } from './index.ts'

interface Parsed {
  readonly components: readonly Record<string, unknown>[]
  readonly findings: readonly { readonly verdict: string; readonly component: string }[]
  readonly summary: { readonly fail: number }
  [key: string]: unknown
}

const schema: unknown = JSON.parse(readFileSync(join(packageRoot(), 'schemas/seisa-result-1.schema.json'), 'utf8'))
const validate = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile(schema as object)
const parsed = async (result: RunResult, more: Partial<ReportOptions> = {}): Promise<Parsed> =>
  JSON.parse(await rendered(json, result, plainOptions('ja', more)))

const samples = { oneMachine, cleanMachine, hostile, fleet, empty: sampleResult({ components: [] }) }

describe('the JSON result', () => {
  test.each(Object.entries(samples))('%s is valid against the shipped schema', async (_name, result) => {
    for (const rows of [false, true]) {
      const document = await parsed(result, { rows })
      expect(validate(document) ? [] : validate.errors).toEqual([])
    }
  })

  test.each(['oneMachine', 'hostile'] as const)('%s is as its golden file', async (name) => {
    const text = await rendered(json, samples[name], plainOptions('ja', { rows: true }))
    await expect(text).toMatchFileSnapshot(`fixtures/${name}.json`)
  })

  it('has the keys that programs rely on, in this order', async () => {
    expect(Object.keys(await parsed(oneMachine))).toEqual([
      'schema',
      'run',
      'targets',
      'components',
      'findings',
      'changes',
      'gaps',
      'summary',
      'exit',
    ])
  })

  it('is the same in both languages', async () => {
    expect(await rendered(json, fleet, plainOptions('ja'))).toBe(await rendered(json, fleet, plainOptions('en')))
  })

  it('holds rows only when they are asked for', async () => {
    expect(JSON.stringify(await parsed(oneMachine))).not.toContain('svc-batch')
    expect(JSON.stringify(await parsed(oneMachine, { rows: true }))).toContain('svc-batch')
  })

  it('cuts findings with only, and never the counts', async () => {
    const cut = await parsed(oneMachine, { only: new Set(['unknown']) })
    expect(new Set(cut.findings.map((finding) => finding.verdict))).toEqual(new Set(['unknown']))
    expect(cut.summary.fail).toBe(9)
  })

  it('gives hostile names back unchanged, without one character that acts', async () => {
    const text = await rendered(json, hostile, plainOptions('ja', { rows: true }))
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u)
    const document: Parsed = JSON.parse(text)
    expect(document.components.map((component) => component['name'])).toEqual(hostileNames)
  })

  it('drops what the schema does not know', async () => {
    const result = sampleResult()
    const target = { name: 'x', scanner: 'endpoint', state: 'ok' as const, problems: [], password: 'hunter2' }
    expect(await rendered(json, { ...result, targets: [target] }, plainOptions('en'))).not.toContain('hunter2')
  })

  it('names a scoped setting by its scope', () => {
    expect(settingKey({ setting: 'lockout.threshold' })).toBe('lockout.threshold')
    expect(settingKey({ setting: 'lockout.threshold', scope: { kind: 'policy', key: 'PSO-Admins' } })).toBe(
      'lockout.threshold[policy:PSO-Admins]',
    )
  })

  it('is written in pieces of a bounded size, whatever the number of components', async () => {
    let longest = 0
    for await (const piece of json.render(manyComponents(2000), plainOptions('ja'))) {
      longest = Math.max(longest, piece.length)
    }
    expect(longest).toBeLessThan(20_000)
  })
})

describe('the schema', () => {
  const refused: [string, (document: Parsed) => unknown][] = [
    ['an unknown key', (document) => ({ ...document, extra: 1 })],
    ['a missing part', ({ gaps: _gaps, ...rest }) => rest],
    ['an unknown verdict', (document) => ({ ...document, findings: [{ ...document.findings[0], verdict: 'maybe' }] })],
    [
      'a known fact without a value',
      (document) => ({
        ...document,
        components: [
          { ...document.components[0], settings: { a: { state: 'known', origin: 'running', evidence: [] } } },
        ],
      }),
    ],
    [
      'a text in one language',
      (document) => ({ ...document, findings: [{ ...document.findings[0], title: { ja: '題' } }] }),
    ],
  ]
  test.each(refused)('refuses %s', async (_name, spoil) => {
    expect(validate(spoil(await parsed(oneMachine)))).toBe(false)
  })
})
