import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rowTypesById, settings } from '../../../../src/core/catalogue/index.ts'
import type { Evidence } from '../../../../src/core/evidence.ts'
import type { Fact } from '../../../../src/core/fact.ts'
import { evidenceOf, type GivenSection } from '../testing/evidence.ts'
import { goodMachine } from '../testing/system-machine.ts'
import { interpretSystem, observesSystem } from './system.ts'

const factsOf = (evidence: Evidence): ReadonlyMap<string, Fact> =>
  new Map((interpretSystem(evidence).facts ?? []).map((fact) => [`${fact.setting} ${fact.scope?.key ?? ''}`, fact]))

const good = factsOf(evidenceOf(goodMachine))

describe('the system part', () => {
  it('reports only settings and fields of the catalogue', () => {
    for (const setting of observesSystem.settings) expect(settings.has(setting), setting).toBe(true)
    for (const table of interpretSystem(evidenceOf(goodMachine)).tables ?? []) {
      const type = rowTypesById.get(table.type)
      for (const row of table.rows) {
        for (const [name, value] of Object.entries(row.fields)) {
          const field = type?.fields[name]
          expect(field, `${table.type}.${name}`).toBeDefined()
          if (typeof value === 'string' && field?.values) expect(field.values).toContain(value)
        }
      }
    }
  })

  it('reports each setting once by default and each row type, whatever is missing', () => {
    for (const evidence of [evidenceOf({}), evidenceOf({}, false), evidenceOf(goodMachine)]) {
      const result = interpretSystem(evidence)
      const byDefault = (result.facts ?? []).filter((fact) => !fact.scope).map((fact) => fact.setting)
      expect(byDefault.toSorted()).toEqual(observesSystem.settings.toSorted())
      expect((result.tables ?? []).map((table) => table.type).toSorted()).toEqual(observesSystem.rows.toSorted())
    }
  })

  it('knows nothing when nothing was collected', () => {
    const result = interpretSystem(evidenceOf({}))
    expect((result.facts ?? []).filter((fact) => fact.state !== 'unreadable').map((fact) => fact.setting)).toEqual([])
    for (const table of result.tables ?? []) expect([table.complete, table.inapplicable]).toEqual([false, undefined])
  })

  it('reads the good machine in full', () => {
    const open = [...good.values()].filter((fact) => fact.state === 'unreadable').map((fact) => fact.setting)
    expect(open).toEqual([])
    expect(good.get('crypto.disk-encryption ')).toMatchObject({ state: 'known', value: true })
  })

  const ways: readonly (readonly [string, (section: GivenSection) => GivenSection | undefined])[] = [
    ['is missing', () => undefined],
    [
      'is cut',
      (section) => ({
        exitCode: null,
        complete: false,
        text: typeof section === 'string' ? section.slice(0, section.length / 2) : '',
      }),
    ],
    ['failed', (section) => ({ exitCode: 2, text: typeof section === 'string' ? section : '' })],
    ['ran out of time', (section) => ({ exitCode: 124, text: typeof section === 'string' ? section : '' })],
    ['needs root', () => ({ skipped: 'root' })],
  ]
  for (const [name, change] of ways) {
    it.each(Object.keys(goodMachine))(`claims nothing new when %s ${name}`, (id) => {
      const changed = { ...goodMachine }
      const section = change(goodMachine[id] ?? '')
      if (section === undefined) delete changed[id]
      else changed[id] = section
      for (const [key, fact] of factsOf(evidenceOf(changed))) {
        const before = good.get(key)
        // what systemd-detect-virt said may be told by the processor and the firmware as well
        if (fact.state === 'unreadable' || (fact.setting.startsWith('identity.') && fact.state === before?.state))
          continue
        // another source may tell the same, or that the answer is worse
        if (fact.setting.startsWith('time.')) continue
        expect({ key, state: fact.state, value: 'value' in fact ? fact.value : undefined }).toEqual({
          key,
          state: before?.state,
          value: before && 'value' in before ? before.value : undefined,
        })
      }
    })
  }

  it('never throws and is the same twice, whatever the text', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.constantFrom(...Object.values(goodMachine).filter((section) => typeof section === 'string')),
    )
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(goodMachine)), text, fc.nat(400), (id, content, cut) => {
        const given = evidenceOf({ ...goodMachine, [id]: content.slice(0, cut) })
        expect(JSON.stringify(interpretSystem(given))).toBe(JSON.stringify(interpretSystem(given)))
      }),
      { numRuns: 300 },
    )
  })
})
