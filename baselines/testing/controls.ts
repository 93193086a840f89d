import { readYamlFile } from '../../src/files/yaml.ts'

/** What the tests need of one clause of a control catalogue. */
export interface Control {
  readonly id: string
  readonly kind: string
  readonly level: string
  readonly automation: string
  /** Connectors that have facts for it. */
  readonly facts: readonly string[]
}

/** The clauses of a `controls.yaml`. Throws on a clause without an id. */
export function readControls(path: string): readonly Control[] {
  const controls = asMap(readYamlFile(path).value)['controls']
  if (!Array.isArray(controls)) throw new Error(`${path}: no controls`)
  return controls.map((raw: unknown) => {
    const control = asMap(raw)
    const text = (key: string): string => (typeof control[key] === 'string' ? control[key] : '')
    if (text('id') === '') throw new Error(`${path}: a control without an id`)
    return {
      id: text('id'),
      kind: text('kind'),
      level: text('level'),
      automation: text('automation'),
      facts: Object.keys(asMap(control['facts'] ?? {})),
    }
  })
}

function asMap(raw: unknown): Readonly<Record<string, unknown>> {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) throw new Error('not a map')
  return { ...raw }
}
