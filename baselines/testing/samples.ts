import type { Literal } from '../../src/core/baseline.ts'
import { rowTypesById, settings } from '../../src/core/catalogue/index.ts'
import { type ComponentKind, componentKinds } from '../../src/core/catalogue/kinds.ts'
import type { AccountClass, Fact, Field, Observed, Row, Scope, Table, Value } from '../../src/core/fact.ts'
import { type Definition, readOperand } from '../../src/core/operand.ts'
import { type Verdict, verdicts } from '../../src/core/run.ts'
import type { Snapshot } from '../../src/core/snapshot.ts'
import { readYamlFile } from '../../src/files/yaml.ts'

/** The instant that every sample was observed at; instants in sample files are chosen around it. */
export const observedAt = '2026-11-20T03:00:00Z'

/** One case of a requirement: what a scanner gave, and the verdict that must follow. */
export interface Sample {
  readonly verdict: Verdict
  /** Why the verdict is what it is, where that isn't plain. */
  readonly why?: string
  /** Default: the first kind that the requirement applies to, else a server. */
  readonly kind?: ComponentKind
  readonly labels: Readonly<Record<string, string>>
  readonly parameters: Readonly<Record<string, Literal>>
  readonly facts: readonly Fact[]
  readonly tables: readonly Table[]
}

export interface SampledRequirement {
  readonly requirement: string
  readonly samples: readonly Sample[]
}

/**
 * Reads `<platform>.samples.yaml`: a list of `{requirement, samples}`. A fact is a plain value as a baseline writes
 * it (`15m`), `{state}`, or `{value, accounts}`; its scope stands in brackets (`lockout.threshold[category:root]`).
 * A field of a row is a plain value, null (not set), or `{unreadable|inapplicable|unsupported: why}`. Throws on
 * anything that the catalogue doesn't know, so that a sample can't pass for want of being read.
 */
export function readSamples(path: string): readonly SampledRequirement[] {
  const { value } = readYamlFile(path)
  return asList(value, path).map((entry, index) => {
    const at = `${path}[${index}]`
    const { requirement, samples } = asMap(entry, at, ['requirement', 'samples'])
    const id = asText(requirement, at)
    return {
      requirement: id,
      samples: asList(samples, id).map((sample, number) => readSample(sample, `${id}[${number}]`)),
    }
  })
}

const sampleKeys = ['verdict', 'why', 'kind', 'labels', 'parameters', 'facts', 'rows', 'incomplete']

function readSample(raw: unknown, at: string): Sample {
  const given = asMap(raw, at, sampleKeys)
  const verdict = verdicts.find((one) => one === given['verdict'])
  if (!verdict) throw new Error(`${at}: no verdict`)
  const kind = componentKinds.find((one) => one === given['kind'])
  if (given['kind'] !== undefined && !kind) throw new Error(`${at}: no such kind`)
  const incomplete = asList(given['incomplete'] ?? [], at)
  const parameters = Object.entries(asMap(given['parameters'] ?? {}, at))
  const labels = Object.entries(asMap(given['labels'] ?? {}, at))
  return {
    verdict,
    ...(given['why'] !== undefined && { why: asText(given['why'], at) }),
    ...(kind && { kind }),
    labels: Object.fromEntries(labels.map(([key, label]) => [key, asText(label, at)])),
    parameters: Object.fromEntries(parameters.map(([key, value]) => [key, asLiteral(value, at)])),
    facts: Object.entries(asMap(given['facts'] ?? {}, at)).map(([key, value]) => readFact(key, value, at)),
    tables: Object.entries(asMap(given['rows'] ?? {}, at)).map(([type, rows]) =>
      readTable(type, asList(rows, at), !incomplete.includes(type), at),
    ),
  }
}

const why = { ja: '見本', en: 'sample' }
const evidence = [{ source: 'sample' }]

function readFact(key: string, raw: unknown, at: string): Fact {
  const [, setting = '', kind, scopeKey] = /^([a-z0-9.-]+)(?:\[([a-z]+):(.+)\])?$/.exec(key) ?? []
  const definition = settings.get(setting)
  if (!definition) throw new Error(`${at}: there is no setting ${key}`)
  const given = isMap(raw) ? asMap(raw, at, ['state', 'value', 'accounts']) : { value: raw }
  const observed = readObserved(given['state'], given['value'], definition, `${at}: ${key}`)
  if (kind === undefined || scopeKey === undefined) return { ...observed, setting, evidence }
  const scopeKind = definition.scopes?.find((one) => one === kind)
  if (!scopeKind) throw new Error(`${at}: ${setting} has no scope ${kind}`)
  const accounts = accountClasses.find((one) => one === given['accounts'])
  const scope: Scope = { kind: scopeKind, key: scopeKey, ...(accounts && { accounts }) }
  return { ...observed, setting, scope, evidence }
}

const accountClasses: readonly AccountClass[] = ['privileged', 'general', 'remote']

function readObserved(state: unknown, value: unknown, definition: Definition, at: string): Observed {
  switch (state) {
    case undefined:
      return { state: 'known', value: readValue(value, definition, at), origin: 'configured' }
    case 'absent':
      return { state }
    case 'inapplicable':
    case 'unsupported':
    case 'unreadable':
      return { state, why }
    default:
      throw new Error(`${at}: no such state`)
  }
}

function readTable(type: string, rows: readonly unknown[], complete: boolean, at: string): Table {
  const definition = rowTypesById.get(type)
  if (!definition) throw new Error(`${at}: there is no row type ${type}`)
  return {
    type,
    complete,
    ...(!complete && { why }),
    evidence,
    rows: rows.map((raw): Row => {
      const given = asMap(raw, at)
      const name = asText(given['name'], `${at}: name of a row`)
      const fields = Object.entries(given).flatMap(([key, value]): readonly (readonly [string, Field])[] => {
        const field = definition.fields[key]
        // every row has a name; not every type has a field of that name
        if (!field && key === 'name') return []
        if (!field) throw new Error(`${at}: rows of ${type} have no field ${key}`)
        return [[key, readField(value, field, `${at}: ${type}.${key}`)]]
      })
      return { key: name, name, fields: Object.fromEntries(fields) }
    }),
  }
}

function readField(raw: unknown, definition: Definition, at: string): Field {
  if (raw === null) return null
  if (!isMap(raw)) return readValue(raw, definition, at)
  const [state, ...others] = Object.keys(raw)
  if (others.length === 0 && state === 'unreadable') return { unreadable: why }
  if (others.length === 0 && state === 'inapplicable') return { inapplicable: why }
  if (others.length === 0 && state === 'unsupported') return { unsupported: why }
  throw new Error(`${at}: no such state`)
}

/** As a baseline writes it, so that words, units and types are checked against the catalogue. */
function readValue(raw: unknown, definition: Definition, at: string): Value {
  const read = readOperand('equals', raw, definition)
  if (!read.ok) throw new Error(`${at}: ${read.mistake.what.en}`)
  return read.value
}

/** The component of a sample, seen at `observedAt`. */
export const toSnapshot = (sample: Sample, platform: string, kind: ComponentKind): Snapshot => ({
  component: {
    id: `${kind}:sample`,
    kind: sample.kind ?? kind,
    name: 'sample',
    platform,
    identifiers: [],
    observedAt,
  },
  facts: sample.facts,
  scopes: [],
  populations: [],
  tables: sample.tables,
  gaps: [],
})

const isMap = (raw: unknown): raw is Readonly<Record<string, unknown>> =>
  typeof raw === 'object' && raw !== null && !Array.isArray(raw)

function asMap(raw: unknown, at: string, keys?: readonly string[]): Readonly<Record<string, unknown>> {
  if (!isMap(raw)) throw new Error(`${at}: not a map`)
  const stranger = Object.keys(raw).find((key) => keys && !keys.includes(key))
  if (stranger !== undefined) throw new Error(`${at}: unknown key ${stranger}`)
  return raw
}

function asList(raw: unknown, at: string): readonly unknown[] {
  if (!Array.isArray(raw)) throw new Error(`${at}: not a list`)
  return raw
}

function asText(raw: unknown, at: string): string {
  if (typeof raw !== 'string') throw new Error(`${at}: not a text`)
  return raw
}

function asLiteral(raw: unknown, at: string): Literal {
  if (typeof raw === 'boolean' || typeof raw === 'number' || typeof raw === 'string') return raw
  return asList(raw, at).map((item) => asText(item, at))
}
