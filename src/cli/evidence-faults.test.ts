import { describe, expect, it } from 'vitest'
import type { Evidence, Section } from '../core/evidence.ts'
import type { Finding } from '../core/run.ts'
import { betterThan, evidenceHere, judged, parsed, withSections } from './testing/judged.ts'

/** What can befall a section on its way. */
const faults: Readonly<Record<string, (section: Section) => Section | undefined>> = {
  removed: () => undefined,
  'failed with exit code 1': (section) => ({ ...section, exitCode: 1 }),
  'failed with exit code 127': (section) => ({ ...section, exitCode: 127, text: '' }),
  'ran out of time half-way': (section) => ({ ...section, exitCode: 124, text: half(section) }),
  'cut half-way': (section) => ({ ...section, complete: false, exitCode: null, text: half(section) }),
  'left out for want of rights': (section) => ({ ...section, exitCode: null, text: '', skipped: 'root' }),
}

const half = ({ text }: Section): string => text.slice(0, text.length / 2)

describe('evidence of this machine, when a section of it is lost', async () => {
  const whole = await parsed(evidenceHere())
  const before = judged(whole)

  it.each(Object.entries(faults))('has no better verdict: a section %s', (_, fault) => {
    expect([...whole.sections.values()].flatMap((section) => worsened(whole, before, section, fault))).toEqual([])
  })
})

function worsened(
  whole: Evidence,
  before: ReadonlyMap<string, Finding>,
  section: Section,
  fault: (section: Section) => Section | undefined,
): readonly string[] {
  const after = judged(withSections(whole, { [section.id]: fault(section) }))
  return betterThan(before, after).map((change) => `without ${section.id}: ${change}`)
}
