import { stripVTControlCharacters } from 'node:util'
import { describe, expect, it, test } from 'vitest'
import { displayWidth } from '../../src/text/width.ts'
import { plainOptions, rendered } from '../testing/render.ts'
import {
  cleanMachine,
  fleet,
  hostile,
  manyComponents,
  oneMachine,
  sampleFinding,
  sampleResult,
} from '../testing/samples.ts'
import { terminal } from './index.ts'

const samples = { oneMachine, cleanMachine, hostile, fleet }
const languages = ['ja', 'en'] as const

for (const [name, result] of Object.entries(samples)) {
  for (const lang of languages) {
    test(`${name} in ${lang} reads as its golden file`, async () => {
      const text = await rendered(terminal, result, plainOptions(lang))
      await expect(text).toMatchFileSnapshot(`fixtures/${name}.${lang}.txt`)
    })

    test.each([40, 80, 120])(`${name} in ${lang} keeps to %i columns`, async (columns) => {
      for (const verbose of [false, true]) {
        const text = await rendered(terminal, result, plainOptions(lang, { columns, verbose }))
        const tooWide = text.split('\n').filter((line) => displayWidth(line) > columns)
        expect(tooWide).toEqual([])
      }
    })
  }
}

describe('what a person sees first', () => {
  it('is the verdict with the exit code', async () => {
    const [, , line] = (await rendered(terminal, oneMachine, plainOptions('en'))).split('\n')
    expect(line).toMatch(/^✗ Settings differ, and not everything could be checked +exit code 4$/)
  })

  it('is not "as approved" when something was not read, even with exit code 0', async () => {
    const passed = [sampleFinding({ requirement: 'a', verdict: 'pass' })]
    const cases = [
      sampleResult({ findings: [...passed, sampleFinding({ requirement: 'b', verdict: 'unknown' })] }),
      sampleResult({ findings: passed, gaps: [{ target: 'x', what: ['account'], why: { ja: '拒否', en: 'denied' } }] }),
      sampleResult({ findings: passed, targets: [{ name: 'x', scanner: 'endpoint', state: 'denied', problems: [] }] }),
      sampleResult({ findings: [] }),
    ]
    for (const result of cases) {
      expect(await rendered(terminal, result, plainOptions('en'))).not.toContain('Settings are as approved')
    }
    expect(await rendered(terminal, cleanMachine, plainOptions('en'))).toContain('✓ Settings are as approved')
  })

  it('does not depend on colour: without the escape sequences the text is the same', async () => {
    for (const result of Object.values(samples)) {
      const colored = await rendered(terminal, result, plainOptions('ja', { color: true }))
      const plain = await rendered(terminal, result, plainOptions('ja'))
      expect(colored).not.toBe(plain)
      expect(stripVTControlCharacters(colored)).toBe(plain)
    }
  })
})

describe('a target that gave nothing', () => {
  const why = { ja: '鍵が違う', en: 'the key is another one' }
  const needs = { ja: '鍵を比べる', en: 'compare the keys' }
  const silent = (count: number) => {
    const names = Array.from({ length: count }, (_, index) => `x${index}`)
    return sampleResult({
      findings: [],
      targets: names.map((name) => ({ name, scanner: 'endpoint', state: 'denied', problems: [why] })),
      gaps: names.map((target) => ({ target, what: [], why, needs })),
    })
  }
  const times = (text: string, part: string): number => text.split(part).length - 1

  it('is told once, with what to do below it', async () => {
    const text = await rendered(terminal, silent(1), plainOptions('en'))
    expect(text).toMatch(/x0 \(endpoint\): denied\n +the key is another one\n +do: compare the keys\n/)
    expect(times(text, why.en)).toBe(1)
    expect(text).not.toContain('Could not be checked')
  })

  it('is not lost where there are more than are shown', async () => {
    const text = await rendered(terminal, silent(40), plainOptions('en'))
    expect(text).toContain('and 30 more')
    expect(text).toMatch(/Could not be checked\n\n {2}\? do: compare the keys/)
  })
})

it('uses only ASCII marks where the locale is not UTF-8', async () => {
  const text = await rendered(
    terminal,
    { ...oneMachine, run: { ...oneMachine.run } },
    plainOptions('en', { unicode: false }),
  )
  expect(text).toMatch(/^[\n -~]*$/)
})

it('lets no escape sequence of a target through', async () => {
  for (const verbose of [false, true]) {
    const text = await rendered(terminal, hostile, plainOptions('ja', { verbose }))
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u)
  }
})

it('lists every finding with --verbose, and only the asked verdicts with --only', async () => {
  const text = await rendered(terminal, oneMachine, plainOptions('en', { verbose: true }))
  for (const name of ['kobayashi', 'no-empty-passwords', 'autorun']) expect(text).toContain(name)
  const cut = await rendered(terminal, oneMachine, plainOptions('en', { verbose: true, only: new Set(['unknown']) }))
  expect(cut).not.toContain('kobayashi')
  expect(cut).toContain('sudo-logging')
  expect(cut).toContain('fail 9')
})

it('shows the worst in full and names every other failing requirement', async () => {
  const findings = Array.from({ length: 30 }, (_, at) => {
    const remedy = { ja: `対処の${at}`, en: `remedy ${at}` }
    return sampleFinding({ requirement: `r${String(at).padStart(2, '0')}`, verdict: 'fail', remedy })
  })
  const text = await rendered(terminal, sampleResult({ findings }), plainOptions('en'))
  for (let at = 0; at < 30; at++) expect(text).toContain(`Requirement r${String(at).padStart(2, '0')}\n`)
  expect(text).toContain('remedy 5')
  expect(text).not.toContain('remedy 6')
})

it('is as long for a hundred thousand components as for a few', async () => {
  const text = await rendered(terminal, manyComponents(100_000), plainOptions('ja'))
  expect(text.length).toBeLessThan(5_000)
  expect(text).toContain('100000構成要素')
})
