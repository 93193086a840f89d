import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { settings } from '../src/core/catalogue/index.ts'
import { subjectsOf } from '../src/core/expectation.ts'
import { builtInBaselines, loadBuiltIn } from '../src/files/built-in.ts'
import { packageRoot } from '../src/package-root.ts'
import { readControls } from './testing/controls.ts'

// What a document asks for is either judged, or said not to be: nothing is dropped on the way.

const catalogueOf = (document: string): string => join(packageRoot(), 'baselines', document, 'controls.yaml')
const documents = builtInBaselines().filter((document) => existsSync(catalogueOf(document)))

/** Facts of these connectors are read by a scanner that exists. */
const connectors = ['endpoint-linux']

/** The requirements as they are written, where parameters still have their names. */
function sourceOf(document: string): string {
  const folder = join(packageRoot(), 'baselines', document)
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml') && name !== 'controls.yaml')
  return files.map((name) => readFileSync(join(folder, name), 'utf8')).join('\n')
}

const japanese = /[\u3040-\u30ff\u4e00-\u9fff]/

describe.each(documents)('%s', (document) => {
  const controls = readControls(catalogueOf(document))
  const baseline = loadBuiltIn(document)
  const byId = new Map(controls.map((control) => [control.id, control]))
  const requirementsOf = (control: string) => baseline.requirements.filter((one) => one.controls.includes(control))
  const undecided = new Set(baseline.notDecided.map((one) => one.control))

  it('has every clause once', () => {
    expect(byId.size).toBe(controls.length)
  })

  it('judges every clause that a scanner has facts for, or says why not', () => {
    const wanted = controls.filter(
      ({ kind, facts }) => kind === 'auto' && facts.some((fact) => connectors.includes(fact)),
    )
    expect(wanted.length).toBeGreaterThan(0)
    const dropped = wanted.filter(({ id }) => requirementsOf(id).length === 0 && !undecided.has(id))
    expect(dropped.map(({ id }) => id)).toEqual([])
  })

  it('names no clause that the document does not have', () => {
    const named = [...baseline.requirements.flatMap((one) => one.controls), ...undecided]
    expect(named.filter((id) => !byId.has(id))).toEqual([])
  })

  it('gives every requirement a clause', () => {
    expect(baseline.requirements.filter((one) => one.controls.length === 0).map(({ id }) => id)).toEqual([])
  })

  it('says of every clause that settings only settle in part what is left open', () => {
    const silent = controls.filter(({ id, automation }) => {
      const judging = requirementsOf(id)
      return (
        automation === 'partial' && judging.length > 0 && !undecided.has(id) && judging.every((one) => !one.partial)
      )
    })
    expect(silent.map(({ id }) => id)).toEqual([])
  })

  it('calls nothing optional that the document requires, and nothing required that it only recommends', () => {
    const floor: Readonly<Record<string, string>> = {
      required: 'high',
      conditional: 'medium',
      recommended: 'low',
      example: 'info',
    }
    const severest = baseline.requirements.filter((one) => {
      const levels = one.controls.map((id) => floor[byId.get(id)?.level ?? ''])
      return one.severity === 'high' && !levels.includes('high')
    })
    expect(severest.map(({ id }) => id)).toEqual([])
  })

  it('says everything in Japanese and in English', () => {
    const texts = [
      { id: 'title', text: baseline.title },
      ...Object.entries(baseline.parameters).flatMap(([id, { title, reason }]) =>
        [title, reason].map((text) => ({ id, text })),
      ),
      ...baseline.notDecided.map(({ control, reason }) => ({ id: control, text: reason })),
      ...baseline.requirements.flatMap(({ id, title, rationale, partial, remedy }) =>
        [title, rationale, partial, ...Object.values(remedy)].map((text) => ({ id, text })),
      ),
    ]
    const missing = texts.filter(
      ({ text }) => text && (!japanese.test(text.ja) || text.en === '' || japanese.test(text.en)),
    )
    expect(missing.map(({ id, text }) => `${id}: ${text?.ja} / ${text?.en}`)).toEqual([])
  })

  it('tells an administrator of Linux what to do', () => {
    const mute = baseline.requirements.filter(({ remedy }) => !remedy['linux'] && !remedy['default'])
    expect(mute.map(({ id }) => id)).toEqual([])
  })

  it('gives every value left to the organisation a reason, and leaves no value unused', () => {
    const used = new Set(
      sourceOf(document)
        .match(/\$[a-z][a-z0-9.-]*/g)
        ?.map((name) => name.slice(1)),
    )
    for (const [name, parameter] of Object.entries(baseline.parameters)) {
      if (parameter.source === 'organisation-defined') expect(parameter.reason, name).toBeDefined()
      if (parameter.source !== 'document') expect(parameter.default, `${name} is a suggestion`).toBe(true)
      expect(used.has(name), `${name} is used`).toBe(true)
    }
  })

  it('asks for deep facts only where it says so', () => {
    const deepRows = new Set(['special-file'])
    const deepSettings = [...settings.values()]
      .filter(({ description }) => description.en.includes('--deep'))
      .map(({ id }) => id)
    const undeclared = baseline.requirements.filter(
      (one) =>
        !one.deep &&
        ((one.each !== undefined && deepRows.has(one.each)) ||
          (one.each === undefined && subjectsOf(one.expect).some((subject) => deepSettings.includes(subject)))),
    )
    expect(undeclared.map(({ id }) => id)).toEqual([])
  })
})
