import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Literal } from '../src/core/baseline.ts'
import { judgeComponent } from '../src/core/judge.ts'
import type { ResolvedBaseline } from '../src/core/resolve.ts'
import type { Verdict } from '../src/core/run.ts'
import { builtInBaselines, loadBuiltIn } from '../src/files/built-in.ts'
import { packageRoot } from '../src/package-root.ts'
import { readSamples, type Sample, toSnapshot } from './testing/samples.ts'

// Every requirement is shown to pass and to fail on facts as a scanner gives them: baselines/<document>/<platform>.samples.yaml.

const platforms: Readonly<Record<string, string>> = { linux: 'linux/debian-12' }

/** What a person would say of the requirement as a whole: the worst of its findings. */
const worst: readonly Verdict[] = ['fail', 'unknown', 'excepted', 'pass', 'not-applicable']

describe.each(builtInBaselines())('%s', (document) => {
  const baseline = loadBuiltIn(document)
  const folder = join(packageRoot(), 'baselines', document)
  const files = readdirSync(folder).filter((name) => name.endsWith('.samples.yaml'))

  it.skipIf(!existsSync(join(folder, 'linux.samples.yaml')))(
    'has a passing and a failing case of every requirement for Linux',
    () => {
      const sampled = new Map(
        readSamples(join(folder, 'linux.samples.yaml')).map((one) => [one.requirement, one.samples]),
      )
      const ofLinux = baseline.requirements.filter(({ appliesTo }) => appliesTo?.platform?.includes('linux') ?? true)
      const incomplete = ofLinux.filter(({ id }) => {
        const shown = new Set(sampled.get(id)?.map(({ verdict }) => verdict))
        return !shown.has('pass') || !shown.has('fail')
      })
      expect(incomplete.map(({ id }) => id)).toEqual([])
      expect([...sampled.keys()].filter((id) => !ofLinux.some((requirement) => requirement.id === id))).toEqual([])
    },
  )

  for (const file of files) {
    const family = file.replace('.samples.yaml', '')
    for (const { requirement, samples } of readSamples(join(folder, file))) {
      describe(`${family} ${requirement}`, () => {
        it.each(samples.map((sample, index) => ({ sample, name: sample.why ?? `case ${index + 1}` })))(
          '$sample.verdict: $name',
          ({ sample }) => {
            const findings = judge(document, requirement, sample, platforms[family] ?? family)
            expect(findings.verdict, findings.text).toBe(sample.verdict)
          },
        )
      })
    }
  }
})

function judge(
  document: string,
  id: string,
  sample: Sample,
  platform: string,
): { verdict: Verdict | undefined; text: string } {
  const baseline = adjusted(document, sample.parameters)
  const requirement = baseline.requirements.find((one) => one.id === id)
  if (!requirement) throw new Error(`${document} has no requirement ${id}`)
  const snapshot = toSnapshot(sample, platform, requirement.appliesTo?.kind?.[0] ?? 'server')
  // labels that a requirement asks for are given, so that a sample speaks of the settings
  const labels = { ...baseline.appliesTo?.label, ...requirement.appliesTo?.label, ...sample.labels }
  const findings = judgeComponent(snapshot, [{ ...baseline, requirements: [requirement] }], { labels })
  const found = new Set(findings.map(({ verdict }) => verdict))
  return {
    verdict: worst.find((verdict) => found.has(verdict)),
    text: findings.map(({ verdict, actual, reason }) => `${verdict}: ${actual.en} ${reason?.en ?? ''}`).join('\n'),
  }
}

const unadjusted = new Map<string, ResolvedBaseline>()

function adjusted(document: string, given: Readonly<Record<string, Literal>>): ResolvedBaseline {
  const parameters = Object.fromEntries(Object.entries(given).map(([name, value]) => [name, { value }]))
  if (Object.keys(parameters).length > 0) return loadBuiltIn(document, { parameters })
  const known = unadjusted.get(document) ?? loadBuiltIn(document)
  unadjusted.set(document, known)
  return known
}
