import type { Literal, Parameter, Requirement, Selector } from './baseline.ts'
import { canonicalJson } from './canonical.ts'
import { expectationText } from './describe.ts'
import { writeDuration } from './duration.ts'
import { namerOf } from './judge.ts'
import { compareRequirements, type Difference } from './strictness.ts'
import { type GivenParameter, parametersOf, substitute } from './substitute.ts'
import type { LocalText } from './text.ts'
import { severityWords } from './vocabulary.ts'

/** One place where an organisation asks for less than the baseline it builds on, or for something else. */
export interface Loosening {
  /** `changed`: different in a way that can't be ordered, so that a person has to look. */
  readonly kind: 'loosened' | 'changed' | 'disabled'
  /** Id of the requirement, or name of the parameter; neither for the baseline's own `applies-to`. */
  readonly requirement?: string
  readonly parameter?: string
  readonly from: LocalText
  readonly to: LocalText
  readonly why: LocalText
}

interface Given {
  readonly parameters: ReadonlyMap<string, Parameter>
  readonly firstParameters: ReadonlyMap<string, Parameter>
  readonly requirements: ReadonlyMap<string, { readonly requirement: Requirement }>
  readonly firstRequirements: ReadonlyMap<string, Requirement>
  readonly disabled: ReadonlyMap<string, { readonly reason: string }>
  /** The requirements as they end up, parameters filled in. */
  readonly resolved: readonly Requirement[]
  /** Whom the root baseline applies to, and whom this one does. */
  readonly from: Selector | undefined
  readonly to: Selector | undefined
}

/** Every loosening, and what each loosened requirement asked for at first. */
export function findLoosenings(given: Given): {
  readonly listed: readonly Loosening[]
  readonly byRequirement: ReadonlyMap<string, LocalText>
} {
  const byRequirement = new Map<string, LocalText>()
  for (const requirement of given.resolved) {
    const first = firstOf(given, requirement.id)
    if (first && kindOf(compareRequirements(first, requirement))) byRequirement.set(requirement.id, demandText(first))
  }
  return {
    listed: [
      ...selectorChange(given),
      ...[...given.parameters].flatMap(([name, parameter]) => parameterChange(given, name, parameter)),
      ...given.resolved.flatMap((requirement) => replacement(given, requirement)),
      ...[...given.disabled].flatMap(([id, { reason }]) => disabling(given, id, reason)),
    ],
    byRequirement,
  }
}

/** A requirement as it was said first, with the parameters of then. */
function firstOf(
  given: Given,
  id: string,
  parameters: ReadonlyMap<string, GivenParameter> = given.firstParameters,
): Requirement | undefined {
  const first = given.firstRequirements.get(id)
  return first && substitute(first, parameters, () => undefined)
}

const kindOf = (difference: Difference): 'loosened' | 'changed' | undefined =>
  difference.loosened ? 'loosened' : difference.changed ? 'changed' : undefined

/** What the parameter alone does to the requirements that take their value from it. */
function parameterChange(given: Given, name: string, parameter: Parameter): readonly Loosening[] {
  const first = given.firstParameters.get(name)
  if (!first || first === parameter) return []
  const [from, to] = [writtenText(first), writtenText(parameter)]
  const altered = new Map<string, Parameter>(given.firstParameters).set(name, parameter)
  const kinds = [...given.firstRequirements].map(([id, requirement]) => {
    if (!parametersOf(requirement).has(name)) return undefined
    const [before, after] = [firstOf(given, id), firstOf(given, id, altered)]
    return before && after && kindOf(compareRequirements(before, after))
  })
  const kind = kinds.includes('loosened') ? 'loosened' : kinds.includes('changed') ? 'changed' : undefined
  if (!kind) return []
  const why = parameter.reason ?? (kind === 'loosened' ? looser : otherwise)
  return [{ kind, parameter: name, from, to, why }]
}

/** A requirement that was written anew under the same id; what a parameter does to it is listed by parameter. */
function replacement(given: Given, requirement: Requirement): readonly Loosening[] {
  const id = requirement.id
  const written = given.requirements.get(id)?.requirement
  const before = given.firstRequirements.get(id)
  if (!written || !before || written === before) return []
  const first = firstOf(given, id, given.parameters)
  const kind = first && kindOf(compareRequirements(first, requirement))
  if (!kind) return []
  return [
    {
      kind,
      requirement: id,
      from: demandText(first),
      to: demandText(requirement),
      why: kind === 'loosened' ? looser : otherwise,
    },
  ]
}

function disabling(given: Given, id: string, reason: string): readonly Loosening[] {
  const first = firstOf(given, id)
  if (!first) return []
  const why = { ja: reason, en: reason }
  return [{ kind: 'disabled', requirement: id, from: demandText(first), to: { ja: '無効', en: 'disabled' }, why }]
}

function selectorChange({ from, to }: Given): readonly Loosening[] {
  if (canonicalJson(from) === canonicalJson(to)) return []
  return [
    {
      kind: 'changed',
      from: selectorText(from),
      to: selectorText(to),
      why: { ja: '対象の範囲が違う', en: 'it applies to other components' },
    },
  ]
}

const looser: LocalText = { ja: '元より緩い', en: 'looser than before' }
const otherwise: LocalText = {
  ja: '元と違う（強弱は比べられない）',
  en: 'different from before in a way that can not be ordered',
}

/** What a requirement asks for, and how urgently. */
function demandText(requirement: Requirement): LocalText {
  const namer = namerOf(requirement.each)
  const parts: LocalText[] = []
  if (requirement.expect) parts.push(expectationText(requirement.expect, namer))
  if (requirement.reject) {
    const rejected = expectationText(requirement.reject, namer)
    parts.push({ ja: `該当なし: ${rejected.ja}`, en: `none with ${rejected.en}` })
  }
  const said = { ja: parts.map((part) => part.ja).join('、'), en: parts.map((part) => part.en).join('; ') }
  return {
    ja: `${said.ja}（重要度: ${severityWords[requirement.severity].ja}）`,
    en: `${said.en} (severity: ${severityWords[requirement.severity].en})`,
  }
}

function writtenText({ value, type }: Parameter): LocalText {
  const text = type === 'duration' && typeof value === 'number' ? writeDuration(value) : literalText(value)
  return { ja: text, en: text }
}

const literalText = (value: Literal): string => (Array.isArray(value) ? `[${value.join(', ')}]` : String(value))

function selectorText(selector: Selector | undefined): LocalText {
  if (!selector) return { ja: '全て', en: 'everything' }
  const labels = Object.entries(selector.label ?? {}).map(([key, value]) => `${key}=${value}`)
  const text = [...(selector.kind ?? []), ...(selector.platform ?? []), ...(selector.component ?? []), ...labels].join(
    ', ',
  )
  return { ja: text, en: text }
}
