import { collectRunWith } from '../src/scan/testing/collect-run.ts'
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FieldDefinition, Setting } from '../src/core/catalogue/define.ts'
import { rowTypesById, settings } from '../src/core/catalogue/index.ts'
import type { Evidence } from '../src/core/evidence.ts'
import type { Field, Value } from '../src/core/fact.ts'
import { unlimited } from '../src/core/fact.ts'
import { settingKey } from '../src/core/run.ts'
import type { Scanner } from '../src/core/scanner.ts'
import { readEvidence } from '../src/readers/evidence.ts'

// What every scanner keeps to, whatever it reads (docs/adding-a-scanner.md). Samples are the files
// fixtures/*.evidence of a scanner; the endpoint scanner reads the machine that the tests run on.

const here = import.meta.dirname
const context = { target: { name: 'contract' } }

const isScanner = (value: unknown): value is Scanner =>
  typeof value === 'object' && value !== null && 'observes' in value && 'interpret' in value

const scanners: readonly Scanner[] = await Promise.all(
  readdirSync(here, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(here, entry.name, 'index.ts')))
    .map(async (entry) => {
      const module: Readonly<Record<string, unknown>> = await import(join(here, entry.name, 'index.ts'))
      const scanner = Object.values(module).find(isScanner)
      if (!scanner) throw new Error(`scanners/${entry.name}/index.ts exports no scanner`)
      expect(scanner.id, 'the folder is the id').toBe(entry.name)
      return scanner
    }),
)

async function samplesOf(scanner: Scanner): Promise<readonly Evidence[]> {
  const texts = globSync(`${here}/${scanner.id}/**/fixtures/*.evidence`)
    .sort()
    .map((path) => [readFileSync(path)])
  const sources: (Iterable<Uint8Array> | AsyncIterable<Uint8Array>)[] = [...texts]
  if (scanner.id === 'endpoint' && process.platform === 'linux') {
    const target = { name: 'contract', scanner: 'endpoint', labels: {}, options: { here: true } }
    sources.push(
      scanner.collect(target, {
        deep: false,
        simulateUpgrade: false,
        signal: AbortSignal.timeout(60_000),
        run: collectRunWith(),
      }),
    )
  }
  const read = await Promise.all(sources.map((source) => Array.fromAsync(readEvidence(source))))
  return read.flat().map(({ evidence }) => evidence)
}

/** What is wrong with a value, or nothing. */
function wrongValue(value: Value, definition: Setting | FieldDefinition): string | undefined {
  const said = JSON.stringify(value)
  if (definition.unlimited && typeof value === 'string' && (unlimited as readonly string[]).includes(value))
    return undefined
  const words = Array.isArray(value) ? value : [value]
  const strange = definition.values && words.find((word) => !definition.values?.includes(String(word)))
  if (strange !== undefined) return `${said} has a word that is none of ${definition.values?.join(', ')}`
  const right: Readonly<Record<Setting['type'], boolean>> = {
    boolean: typeof value === 'boolean',
    number: typeof value === 'number' && Number.isFinite(value),
    duration: typeof value === 'number' && Number.isInteger(value) && value >= 0,
    instant: typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/.test(value),
    text: typeof value === 'string',
    version: typeof value === 'string',
    set:
      Array.isArray(value) && value.every((word) => typeof word === 'string') && new Set(value).size === value.length,
  }
  return right[definition.type] ? undefined : `${said} is no ${definition.type}`
}

const isValue = (field: Field): field is Value => field !== null && (typeof field !== 'object' || Array.isArray(field))

describe.each(scanners.map((scanner) => [scanner.id, scanner] as const))('the scanner %s', (id, scanner) => {
  it('observes only settings and row types of the catalogue, each named once', () => {
    expect(scanner.observes.settings.filter((setting) => !settings.has(setting))).toEqual([])
    expect(scanner.observes.rows.filter((type) => !rowTypesById.has(type))).toEqual([])
    expect(new Set(scanner.observes.settings).size).toBe(scanner.observes.settings.length)
    expect(new Set(scanner.observes.rows).size).toBe(scanner.observes.rows.length)
  })

  it('says in its README what it sends', () => {
    const readme = readFileSync(join(here, id, 'README.md'), 'utf8')
    for (const { what } of scanner.permissions) expect(readme).toContain(what)
  })

  it('reports every setting and row type that it observes, in values of their type', async () => {
    const samples = await samplesOf(scanner)
    expect(samples.length).toBeGreaterThan(0)
    for (const evidence of samples) {
      const snapshots = [...scanner.interpret(evidence, context)]
      expect(snapshots.length).toBeGreaterThan(0)
      for (const { facts, tables } of snapshots) {
        expect([...new Set(facts.map((fact) => fact.setting))].sort()).toEqual([...scanner.observes.settings].sort())
        expect(tables.map((table) => table.type).sort()).toEqual([...scanner.observes.rows].sort())
        const wrong = facts.flatMap((fact) => {
          const definition = settings.get(fact.setting)
          const problem = definition && fact.state === 'known' ? wrongValue(fact.value, definition) : undefined
          return problem === undefined ? [] : [`${fact.setting}: ${problem}`]
        })
        expect(wrong).toEqual([])
      }
    }
  })

  it('reports facts once for each scope that the catalogue allows, with evidence', async () => {
    for (const evidence of await samplesOf(scanner)) {
      for (const { component, facts } of scanner.interpret(evidence, context)) {
        const keys = facts.map(settingKey)
        expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([])
        const wrong = facts.filter((fact) => {
          const definition = settings.get(fact.setting)
          const strangeScope = fact.scope !== undefined && !definition?.scopes?.includes(fact.scope.kind)
          const unproven = fact.state === 'known' && fact.evidence.length === 0
          return !definition?.kinds.includes(component.kind) || strangeScope || unproven
        })
        expect(wrong.map(settingKey)).toEqual([])
      }
    }
  })

  // a default that is neither there nor said to hold for nobody would be unknown in every scan
  it('gives each scoped setting a default, or says that nobody is left to one', async () => {
    for (const evidence of await samplesOf(scanner)) {
      for (const { facts, populations } of scanner.interpret(evidence, context)) {
        const nobody = (setting: string): boolean =>
          (['privileged', 'general'] as const).every((accounts) =>
            populations.some(
              (one) => one.settings.includes(setting) && one.accounts === accounts && one.left === 'none',
            ),
          )
        const scoped = new Set(facts.filter((fact) => fact.scope).map((fact) => fact.setting))
        const withDefault = new Set(facts.filter((fact) => !fact.scope).map((fact) => fact.setting))
        expect([...scoped].filter((setting) => !withDefault.has(setting) && !nobody(setting))).toEqual([])
      }
    }
  })

  it('reads evidence whose sections are all whole and named once', async () => {
    for (const evidence of await samplesOf(scanner)) {
      expect(evidence.complete).toBe(true)
      const broken = [...evidence.sections.values()].filter((section) => !section.complete)
      expect(broken.map((section) => section.id)).toEqual([])
    }
  })

  it('gives rows with unique keys and with fields of their type', async () => {
    for (const evidence of await samplesOf(scanner)) {
      for (const { tables } of scanner.interpret(evidence, context)) {
        for (const table of tables) {
          const rows = [...table.rows]
          expect(new Set(rows.map((row) => row.key)).size, table.type).toBe(rows.length)
          const wrong = rows.flatMap((row) =>
            Object.entries(row.fields).flatMap(([name, field]) => {
              const definition = rowTypesById.get(table.type)?.fields[name]
              if (!definition) return [`${table.type}.${name} is no field`]
              const problem = isValue(field) ? wrongValue(field, definition) : undefined
              return problem === undefined ? [] : [`${table.type}.${name}: ${problem}`]
            }),
          )
          expect([...new Set(wrong)]).toEqual([])
        }
      }
    }
  })

  it('gives the same facts for the same evidence', async () => {
    const plain = (evidence: Evidence): string =>
      JSON.stringify(
        [...scanner.interpret(evidence, context)].map((one) => ({
          ...one,
          tables: one.tables.map((table) => ({ ...table, rows: [...table.rows] })),
        })),
      )
    for (const evidence of await samplesOf(scanner)) expect(plain(evidence)).toBe(plain(evidence))
  })

  it('knows nothing when every section is lost, and never throws', async () => {
    for (const evidence of await samplesOf(scanner)) {
      for (const kept of [[], ['collector']]) {
        const sections = new Map([...evidence.sections].filter(([name]) => kept.includes(name)))
        for (const snapshot of scanner.interpret({ ...evidence, complete: false, sections }, context)) {
          expect(snapshot.facts.filter((fact) => fact.state !== 'unreadable').map((fact) => fact.setting)).toEqual([])
          expect(
            snapshot.tables.filter((table) => table.complete || [...table.rows].length > 0).map((table) => table.type),
          ).toEqual([])
        }
      }
    }
  })
})
