import type { Baseline, Literal, Parameter, ParameterValue } from '../core/baseline.ts'
import type { Mistake } from '../core/operand.ts'
import { type ParameterUse, unknownParameter, useType, valueAt } from '../core/substitute.ts'
import type { Problem } from './problems.ts'
import { isRawMap, type RawMap, rawMap, rawSentence, rawWord } from './raw.ts'
import type { Path, YamlDocument } from './yaml.ts'

/** Where something of a baseline is written. */
export interface Place {
  readonly document: YamlDocument
  readonly path: Path
}

/** A use of a parameter and its place. */
export type PlacedUse = ParameterUse & Place

/** One file of a baseline. */
export interface Part {
  readonly document: YamlDocument
  readonly raw: RawMap
}

/** Values become what their uses need; without a use in this file they stay as written. */
export function readParameters(
  parts: readonly Part[],
  uses: readonly PlacedUse[],
  extending: boolean,
  problems: Problem[],
): Pick<Baseline, 'parameters' | 'overrides'> {
  const parameters: Record<string, Parameter> = {}
  const overrides: Record<string, ParameterValue> = {}
  for (const { document, raw } of parts) {
    for (const [name, given] of Object.entries(rawMap(raw['parameters']))) {
      const entry = isRawMap(given) ? given : { value: given }
      const path: Path = isRawMap(given) ? ['parameters', name, 'value'] : ['parameters', name]
      const value = rawLiteral(entry['value'])
      const title = rawSentence(entry['title'])
      const reason = rawSentence(entry['reason'])
      if (value === undefined) continue
      if (title === undefined) {
        if (!extending) problems.push(document.problem(['parameters', name], needsTitle, 'key'))
        overrides[name] = { value, ...(reason && { reason }) }
        continue
      }
      const own = uses.filter((use) => use.name === name)
      const source = rawWord(entry['source'], ['document', 'document-example', 'organisation-defined'] as const)
      parameters[name] = {
        ...understand(value, own, (mistake) => problems.push(document.problem(path, mistake))),
        title,
        ...(source && { source }),
        ...(typeof entry['default'] === 'boolean' && { default: entry['default'] }),
        ...(reason && { reason }),
      }
    }
  }
  if (extending) return { parameters, overrides }
  for (const use of uses) {
    if (Object.hasOwn(parameters, use.name) || Object.hasOwn(overrides, use.name)) continue
    problems.push(use.document.problem(use.path, unknownParameter(use.name, Object.keys(parameters))))
  }
  return { parameters, overrides }
}

/** The value in the form that its uses need. All of them must agree. */
function understand(
  value: Literal,
  uses: readonly PlacedUse[],
  report: (mistake: Mistake) => void,
): Pick<Parameter, 'value' | 'type'> {
  let understood: Pick<Parameter, 'value' | 'type'> = { value }
  for (const use of uses) {
    const read = valueAt(use, { value })
    const type = useType(use)
    if (!read.ok) {
      report(read.mistake)
      return { value }
    }
    if (
      understood.type !== undefined &&
      understood.type !== type &&
      JSON.stringify(read.value) !== JSON.stringify(understood.value)
    ) {
      report(usedForTwoThings)
      return { value }
    }
    understood = { value: read.value, type }
  }
  return understood
}

function rawLiteral(raw: unknown): Literal | undefined {
  if (typeof raw === 'string' || typeof raw === 'number' || typeof raw === 'boolean') return raw
  return Array.isArray(raw) && raw.every((item) => typeof item === 'string') ? raw : undefined
}

const needsTitle: Mistake = {
  what: { ja: '「title」がない', en: '“title” is missing' },
  expected: { ja: '{value: 値, title: 見出し}', en: '{value: the value, title: its title}' },
}
const usedForTwoThings: Mistake = {
  what: { ja: '種類の違う値として使われている', en: 'used as values of different kinds' },
  expected: { ja: '用途ごとに別のパラメーターにする', en: 'a parameter of its own for each use' },
}
