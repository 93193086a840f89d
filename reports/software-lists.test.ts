import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { describe, expect, it, test } from 'vitest'
import { findingKinds, type Report } from '../src/core/run.ts'
import { packageRoot } from '../src/package-root.ts'
import { displayWidth } from '../src/text/width.ts'
import { json } from './json/index.ts'
import { junit } from './junit/index.ts'
import { markdown } from './markdown/index.ts'
import { terminal } from './terminal/index.ts'
import { plainOptions, rendered } from './testing/render.ts'
import { hostileSoftware, manyUnlisted, oneListed } from './testing/software-samples.ts'

// What judging by software lists finds, in every form.

const languages = ['ja', 'en'] as const
const schema = JSON.parse(readFileSync(join(packageRoot(), 'schemas/seisa-result-1.schema.json'), 'utf8'))
const validate = new Ajv2020({ strict: true, allErrors: true, allowUnionTypes: true }).compile(schema)

for (const lang of languages) {
  test.each<[string, Report]>([
    ['txt', terminal],
    ['md', markdown],
    ['xml', junit],
  ])(`one server against a whitelist reads as its golden file in ${lang} (%s)`, async (extension, report) => {
    const text = await rendered(report, oneListed, plainOptions(lang))
    await expect(text).toMatchFileSnapshot(`${report.id}/fixtures/oneListed.${lang}.${extension}`)
  })

  test.each([40, 80, 120])(`the terminal report keeps to %i columns in ${lang}`, async (columns) => {
    for (const result of [oneListed, manyUnlisted, hostileSoftware]) {
      for (const verbose of [false, true]) {
        const text = await rendered(terminal, result, plainOptions(lang, { columns, verbose }))
        expect(text.split('\n').filter((line) => displayWidth(line) > columns)).toEqual([])
      }
    }
  })
}

describe('thousands of packages that nobody listed', () => {
  it('are one entry with a few names, and what is rare among them is not lost', async () => {
    const text = await rendered(terminal, manyUnlisted, plainOptions('en', { columns: 100 }))
    expect(text.split('\n').length).toBeLessThan(75)
    expect(text).toContain('on 3 components, 3006 rows: web-01 extra-0000 0.0-1')
    expect(text).toContain('version 3.0.9-1, listed: at least 3.0.11-1')
    expect(text).toContain('entry SW-3 ended on 2026-09-30')
    expect((await rendered(markdown, manyUnlisted, plainOptions('ja'))).length).toBeLessThan(10_000)
  })

  it('are all there for programs', async () => {
    const document = JSON.parse(await rendered(json, manyUnlisted, plainOptions('ja')))
    const unlisted = document.findings.filter((one: { kind: string }) => one.kind === 'unlisted-software')
    expect(unlisted).toHaveLength(3006)
    expect(document.summary.byBaseline['server-software'].fail).toBe(3010)
  })
})

describe('the JSON result', () => {
  it('is valid against the shipped schema', async () => {
    for (const result of [oneListed, manyUnlisted, hostileSoftware]) {
      const document: unknown = JSON.parse(await rendered(json, result, plainOptions('ja')))
      expect(validate(document) ? [] : validate.errors).toEqual([])
    }
  })

  it('says which of its baselines is a list', async () => {
    const { run } = JSON.parse(await rendered(json, oneListed, plainOptions('ja')))
    expect(run.baselines).toEqual([expect.objectContaining({ kind: 'software-list', id: 'server-software' })])
  })

  it('knows every kind of finding', () => {
    expect(schema.$defs.finding.properties.kind.enum).toEqual([...findingKinds])
  })

  it('is cut by --only', async () => {
    const { findings } = JSON.parse(await rendered(json, oneListed, plainOptions('ja', { only: new Set(['unknown']) })))
    expect(new Set(findings.map((one: { verdict: string }) => one.verdict))).toEqual(new Set(['unknown']))
  })
})

it('what is about a list is no component', async () => {
  const text = await rendered(terminal, manyUnlisted, plainOptions('en'))
  expect(text).not.toContain('software-list:')
  const suites = (await rendered(junit, manyUnlisted, plainOptions('en'))).match(/<testsuite [^>]*/g) ?? []
  expect(suites.filter((suite) => suite.includes('software-list:server-software'))).toHaveLength(1)
})

it('names from a target and words from a list act on no terminal', async () => {
  for (const report of [terminal, markdown, junit]) {
    const text = await rendered(report, hostileSoftware, plainOptions('ja', { verbose: true }))
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u)
  }
})
