import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, it, test } from 'vitest'
import { packageRoot } from '../../src/package-root.ts'
import { plainOptions, rendered } from '../testing/render.ts'
import { cleanMachine, fleet, hostile, oneMachine, sampleFinding, sampleResult } from '../testing/samples.ts'
import { junit } from './index.ts'

const samples = { oneMachine, cleanMachine, hostile, fleet, empty: sampleResult({ components: [] }) }
const shared = resolve(packageRoot(), process.env['SEISA_SHARED'] ?? '../shared')
const schemas = ['JUnit-windyroad.xsd', 'JUnit-jenkins-junit-10.xsd'].map((name) => join(shared, 'schemas', name))
const canValidate = schemas.every((path) => existsSync(path)) && spawnSync('xmllint', ['--version']).status === 0

const folder = mkdtempSync(join(tmpdir(), 'seisa-junit-'))
afterAll(() => rmSync(folder, { recursive: true }))

for (const [name, result] of Object.entries(samples)) {
  test.skipIf(!canValidate)(`${name} is valid against the schemas of Ant and Jenkins`, async () => {
    const path = join(folder, `${name}.xml`)
    writeFileSync(path, await rendered(junit, result, plainOptions('ja')))
    for (const schema of schemas) {
      expect(() =>
        execFileSync('xmllint', ['--noout', '--nonet', '--schema', schema, path], { stdio: 'pipe' }),
      ).not.toThrow()
    }
  })
}

for (const lang of ['ja', 'en'] as const) {
  test.each(['oneMachine', 'hostile', 'fleet'] as const)(`%s in ${lang} is as its golden file`, async (name) => {
    const text = await rendered(junit, samples[name], plainOptions(lang))
    await expect(text).toMatchFileSnapshot(`fixtures/${name}.${lang}.xml`)
  })
}

const count = (text: string, part: RegExp): number => [...text.matchAll(part)].length

describe('JUnit', () => {
  it('tells failing, unknown, excepted and not applicable apart', async () => {
    const text = await rendered(junit, oneMachine, plainOptions('en'))
    expect(count(text, /<failure /g)).toBe(9)
    expect(count(text, /<error [^>]*type="unknown"/g)).toBe(4)
    expect(count(text, /<skipped /g)).toBe(2)
    expect(text).toContain('tests="19" failures="9" errors="4" skipped="2"')
  })

  it('makes a target that was not reached an error, though it has no component', async () => {
    const result = sampleResult({
      components: [],
      targets: [
        { name: 'fw', scanner: 'firewall', state: 'unreachable', problems: [{ ja: '応答なし', en: 'no answer' }] },
      ],
    })
    const text = await rendered(junit, result, plainOptions('en'))
    expect(text).toContain('<error message="unreachable" type="unreachable">no answer</error>')
    expect(text).toContain('errors="1"')
  })

  it('has one suite for each component and baseline, and one for the run', async () => {
    const text = await rendered(junit, fleet, plainOptions('en'))
    expect(count(text, /<testsuite /g)).toBe(61)
    expect(text).toContain('name="sv-001 mod-proc"')
  })

  it('names test cases alike in both languages', async () => {
    const names = async (lang: 'ja' | 'en'): Promise<string[]> =>
      [...(await rendered(junit, oneMachine, plainOptions(lang))).matchAll(/<testcase name="([^"]*)"/g)].map(
        (match) => match[1] ?? '',
      )
    expect(await names('ja')).toEqual(await names('en'))
  })

  it('gives no offset in a timestamp, in the time of Japan', async () => {
    expect(await rendered(junit, oneMachine, plainOptions('en'))).toContain('timestamp="2026-11-20T20:30:02"')
  })

  it('keeps findings whose component is not among the components', async () => {
    const result = sampleResult({
      components: [],
      findings: [sampleFinding({ requirement: 'x', verdict: 'fail', component: 'server:gone' })],
    })
    expect(await rendered(junit, result, plainOptions('en'))).toContain('hostname="server:gone"')
  })
})
