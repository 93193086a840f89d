import { execFileSync } from 'node:child_process'
import { beforeAll, describe, expect, it } from 'vitest'
import { rowTypesById, settings as catalogue } from '../../src/core/catalogue/index.ts'
import type { FieldDefinition, Setting } from '../../src/core/catalogue/define.ts'
import { type Field, unlimited, type Value } from '../../src/core/fact.ts'
import { settingKey } from '../../src/core/run.ts'
import type { Snapshot } from '../../src/core/snapshot.ts'
import { readEvidence } from '../../src/readers/evidence.ts'
import { endpoint } from './index.ts'
import { collectorScript } from './linux/collector.ts'

// What every scanner promises, checked on the real evidence of the machine that runs the tests.

const clean = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' }
let raw: Buffer
let snapshot: Snapshot

beforeAll(async () => {
  raw = execFileSync('/bin/sh', ['-s'], { input: collectorScript().text, env: clean, maxBuffer: 1 << 28 })
  for await (const { evidence } of readEvidence([raw])) {
    for (const one of endpoint.interpret(evidence, { target: { name: 'here' } })) snapshot = one
  }
})

/** Why a value doesn't fit its definition; nothing when it does. */
function misfit(value: Value, definition: Setting | FieldDefinition): string | undefined {
  const words = Array.isArray(value) ? value : [value]
  if (definition.values && words.some((word) => typeof word === 'string' && !definition.values?.includes(word))) return 'not a word of its vocabulary'
  switch (definition.type) {
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'no boolean'
    case 'set':
      return Array.isArray(value) ? undefined : 'no set'
    case 'number':
    case 'duration':
      if (typeof value === 'number') return Number.isFinite(value) && (definition.type === 'number' || Number.isInteger(value)) ? undefined : 'no whole number'
      return definition.unlimited && (unlimited as readonly unknown[]).includes(value) ? undefined : 'no number'
    case 'instant':
      return typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/.test(value) && !Number.isNaN(Date.parse(value)) ? undefined : 'no instant in UTC'
    default:
      return typeof value === 'string' ? undefined : 'no text'
  }
}

describe('the collector', () => {
  it('gives every section once, and ends', async () => {
    const ids = [...raw.toString('latin1').matchAll(/^#[0-9a-f-]{36} > (\S+)$/gm)].map((match) => match[1])
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([])
    for await (const { evidence } of readEvidence([raw])) {
      expect(evidence.complete).toBe(true)
      expect([...evidence.sections.values()].filter((section) => !section.complete).map((section) => section.id)).toEqual([])
      expect(evidence.sections.size).toBe(ids.length)
    }
  })
})

describe('facts', () => {
  it('are reported for every setting that the scanner observes, and for no other', () => {
    const reported = new Set(snapshot.facts.map((fact) => fact.setting))
    expect([...endpoint.observes.settings].filter((setting) => !reported.has(setting))).toEqual([])
    expect([...reported].filter((setting) => !endpoint.observes.settings.includes(setting))).toEqual([])
  })
  it('are of the catalogue, for this kind of component and in scopes that it allows', () => {
    const wrong = snapshot.facts.filter((fact) => {
      const setting = catalogue.get(fact.setting)
      return !setting?.kinds.includes(snapshot.component.kind) || (fact.scope && !setting.scopes?.includes(fact.scope.kind))
    })
    expect(wrong.map(settingKey)).toEqual([])
  })
  it('are there once for each scope', () => {
    const keys = snapshot.facts.map(settingKey)
    expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([])
  })
  it('hold values of their type, with evidence', () => {
    const wrong = snapshot.facts.flatMap((fact) => {
      const setting = catalogue.get(fact.setting)
      if (fact.state !== 'known' || !setting) return []
      const why = misfit(fact.value, setting) ?? (fact.evidence.length === 0 ? 'no evidence' : undefined)
      return why ? [`${settingKey(fact)}: ${why} (${JSON.stringify(fact.value)})`] : []
    })
    expect(wrong).toEqual([])
  })
  it('have a default, or say that nobody is left to one', () => {
    const scoped = new Set(snapshot.facts.filter((fact) => fact.scope).map((fact) => fact.setting))
    const lacking = [...scoped].filter((setting) => {
      const hasDefault = snapshot.facts.some((fact) => fact.setting === setting && !fact.scope)
      const said = snapshot.populations.filter((population) => population.settings.includes(setting) && population.left === 'none')
      return !hasDefault && !(said.some((one) => one.accounts === 'privileged') && said.some((one) => one.accounts === 'general'))
    })
    expect(lacking).toEqual([])
  })
})

describe('tables', () => {
  it('are reported for every row type that the scanner observes, once', () => {
    const types = snapshot.tables.map((table) => table.type)
    expect([...types].sort()).toEqual([...endpoint.observes.rows].sort())
  })
  it('have unique keys and fields of the catalogue', () => {
    const wrong = snapshot.tables.flatMap((table) => {
      const type = rowTypesById.get(table.type)
      const keys = new Set<string>()
      return [...table.rows].flatMap((row) => {
        const twice = keys.has(row.key) ? [`${table.type} ${row.key}: twice`] : []
        keys.add(row.key)
        const fields = Object.entries(row.fields).flatMap(([name, field]) => {
          const definition = type?.fields[name]
          const why = definition ? fieldMisfit(field, definition) : 'not in the catalogue'
          return why ? [`${table.type}.${name} of ${row.key}: ${why}`] : []
        })
        return [...twice, ...fields]
      })
    })
    expect(wrong.slice(0, 20)).toEqual([])
  })
})

const fieldMisfit = (field: Field, definition: FieldDefinition): string | undefined =>
  field === null || (typeof field === 'object' && !Array.isArray(field)) ? undefined : misfit(field as Value, definition)
