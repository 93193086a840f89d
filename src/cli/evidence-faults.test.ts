import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Section } from '../core/evidence.ts'
import { betterThan, evidenceHere, judged, parsed, scanned, withSections } from './testing/judged.ts'

type Fault = (section: Section) => Section

/** What can befall a section on its way, apart from being lost. */
const faults: readonly (readonly [string, Fault])[] = [
  ['failed with exit code 1', (section) => ({ ...section, exitCode: 1 })],
  ['failed with exit code 127', (section) => ({ ...section, exitCode: 127, text: '' })],
  ['ran out of time half-way', (section) => ({ ...section, exitCode: 124, text: half(section) })],
  ['was cut half-way', (section) => ({ ...section, complete: false, exitCode: null, text: half(section) })],
  ['was left out for want of rights', (section) => ({ ...section, exitCode: null, text: '', skipped: 'root' })],
]

const half = ({ text }: Section): string => text.slice(0, text.length / 2)

describe('evidence of this machine, when something of it is lost', async () => {
  const bytes = evidenceHere()
  const whole = await parsed(bytes)
  const sections = [...whole.sections.values()]
  const before = judged(whole)
  const worsened = (changed: Readonly<Record<string, Section | undefined>>): readonly string[] =>
    betterThan(before, judged(withSections(whole, changed))).map((change) => `${Object.keys(changed)}: ${change}`)

  it('never looks better without one of its sections', () => {
    expect(sections.flatMap(({ id }) => worsened({ [id]: undefined }))).toEqual([])
  })

  it('never looks better with one section broken in some way', () => {
    const broken = sections.map((section, at) => ({ [section.id]: brokenBy(faults[at % faults.length], section) }))
    expect(broken.flatMap(worsened)).toEqual([])
  })

  it.each(faults)('never looks better when a part of it %s', (_, fault) => {
    expect(inGroups(sections, 9).flatMap((group) => worsened(changes(group, fault)))).toEqual([])
  })

  it('says so in the exit code wherever the file breaks off', async () => {
    const marks = [...bytes.toString('latin1').matchAll(/\n#[0-9a-f-]{36} [<>] /g)].map((match) => match.index)
    expect(marks.length).toBe(2 * whole.sections.size)
    const places = marks.filter((_, at) => at % 3 === 0)
    for (const place of places) expect(await brokenOffAt(place)).toEqual([])
  })

  it('says so in the exit code wherever the connection drops', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: bytes.length - 3 }), async (place) => {
        expect(await brokenOffAt(place)).toEqual([])
      }),
      { numRuns: 15 },
    )
  })

  it('is judged without an exception whatever bytes are damaged', async () => {
    const place = fc.integer({ min: 0, max: bytes.length - 1 })
    const damage = fc.array(fc.tuple(place, fc.uint8Array({ minLength: 1, maxLength: 40 })), {
      minLength: 1,
      maxLength: 200,
    })
    await fc.assert(
      fc.asyncProperty(damage, async (damages) => {
        const damaged = Buffer.from(bytes)
        for (const [at, bad] of damages) damaged.set(bad.subarray(0, damaged.length - at), at)
        const { result } = await scanned([damaged])
        expect([2, 3, 4]).toContain(result.exit.code)
      }),
      { numRuns: 20 },
    )
  })

  async function brokenOffAt(place: number): Promise<readonly string[]> {
    const { result, findings } = await scanned([bytes.subarray(0, place)])
    const said = [3, 4].includes(result.exit.code) && result.targets.every((target) => target.state !== 'ok')
    return [...betterThan(before, findings), ...(said ? [] : [`exit code ${result.exit.code} at byte ${place}`])]
  }
})

const brokenBy = (fault: readonly [string, Fault] | undefined, section: Section): Section | undefined =>
  fault?.[1](section)

const changes = (group: readonly Section[], fault: Fault): Readonly<Record<string, Section>> =>
  Object.fromEntries(group.map((section) => [section.id, fault(section)]))

const inGroups = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size))

describe('the check for better verdicts', () => {
  it('would notice a failure that became a pass, and one that vanished', async () => {
    const before = judged(await parsed(evidenceHere()))
    const decided = new Map([...before].filter(([, finding]) => finding.verdict !== 'unknown'))
    const [subject, finding] = [...decided].find(([, one]) => one.verdict === 'fail') ?? []
    if (subject === undefined || !finding) throw new Error('nothing fails on this machine')
    const passed = new Map(decided).set(subject, { ...finding, verdict: 'pass' })
    const lost = new Map([...decided].filter(([key]) => key !== subject))
    expect(betterThan(decided, passed)).toEqual([`${subject}: fail became pass`])
    expect(betterThan(decided, lost)).toEqual([`${subject}: fail vanished`])
    expect(betterThan(decided, decided)).toEqual([])
  })
})
