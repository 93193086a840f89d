import type { Baseline, NotDecided, Parameter, ParameterValue, Requirement, Selector } from './baseline.ts'
import { digest } from './canonical.ts'
import { didYouMean } from './did-you-mean.ts'
import { findLoosenings, type Loosening } from './loosening.ts'
import type { Mistake } from './operand.ts'
import { narrow } from './selector.ts'
import { substitute, unknownParameter } from './substitute.ts'
import type { LocalText } from './text.ts'

/** A baseline ready to be judged by: extensions applied, parameters filled in, what was loosened marked. */
export interface ResolvedBaseline {
  readonly id: string
  /** The baseline that it extends in the end; its own id when it extends none. */
  readonly root: string
  readonly version: number
  readonly title: LocalText
  /** SHA-256 of everything below, for approvals: the same however the files are laid out. */
  readonly hash: string
  readonly appliesTo?: Selector
  readonly parameters: Readonly<Record<string, Parameter>>
  readonly requirements: readonly ResolvedRequirement[]
  readonly disabled: readonly Disabled[]
  readonly notDecided: readonly NotDecided[]
  /** Where it asks for less, or for something else, than the baselines it is made from. */
  readonly loosened: readonly Loosening[]
}

/** A requirement without parameters; `loosened` says what was asked before, where that was more. */
export type ResolvedRequirement = Requirement & { readonly loosened?: LocalText }

export interface Disabled {
  readonly requirement: string
  readonly reason: string
}

/** What the use of a baseline may change (`baselines:` in seisa.yaml). */
export interface Adjustments {
  readonly parameters?: Readonly<Record<string, ParameterValue>>
  readonly disable?: readonly Disabled[]
  /** Only these components, besides what the baseline itself says. */
  readonly for?: Selector
}

/** A mistake and its place: 0 is the file itself, 1 the one it extends …, `use` the adjustments. */
export type ResolveProblem = Mistake & {
  readonly source: number | 'use'
  readonly path: readonly (string | number)[]
  /** The name itself is wrong, not its value. */
  readonly at?: 'key'
}

export type Resolved =
  | { readonly ok: true; readonly baseline: ResolvedBaseline }
  | { readonly ok: false; readonly problems: readonly ResolveProblem[] }

/** Everything a chain of baselines says, before parameters are filled in; `first` is what was said first. */
interface Merged {
  readonly parameters: Map<string, Parameter>
  readonly firstParameters: Map<string, Parameter>
  /** Where each parameter's value was given last. */
  readonly givenIn: Map<string, number | 'use'>
  readonly requirements: Map<string, { readonly requirement: Requirement; readonly source: number }>
  readonly firstRequirements: Map<string, Requirement>
  readonly disabled: Map<string, Disabled>
  readonly notDecided: Map<string, NotDecided>
}

type Report = (
  source: number | 'use',
  path: readonly (string | number)[],
  mistake: Mistake & Pick<ResolveProblem, 'at'>,
) => void

/**
 * Applies `extends`, parameters and `disable`. `load` finds the baseline that another one names under
 * `extends`. Pure; the same content gives the same hash.
 */
export function resolveBaseline(
  baseline: Baseline,
  load: (reference: string, from: Baseline) => Baseline | undefined,
  adjustments: Adjustments = {},
): Resolved {
  const problems: ResolveProblem[] = []
  const report: Report = (source, path, mistake) => problems.push({ source, path, ...mistake })
  const chain = chainOf(baseline, load, report)
  const merged: Merged = {
    parameters: new Map(),
    firstParameters: new Map(),
    givenIn: new Map(),
    requirements: new Map(),
    firstRequirements: new Map(),
    disabled: new Map(),
    notDecided: new Map(),
  }
  for (const [index, part] of chain.toReversed().entries()) addPart(merged, part, chain.length - 1 - index, report)
  override(merged, adjustments.parameters ?? {}, 'use', report)
  disable(merged, adjustments.disable ?? [], 'use', report)

  const requirements = [...merged.requirements.values()].map(({ requirement, source }) =>
    substitute(requirement, merged.parameters, (name, mistake) => {
      const place = merged.givenIn.get(name)
      if (place === undefined) report(source, ['requirements', requirement.id], mistake)
      else report(place, ['parameters', name], mistake)
    }),
  )
  if (problems.length > 0) return { ok: false, problems: unique(problems) }
  return { ok: true, baseline: finish(baseline, chain, merged, requirements, adjustments) }
}

function chainOf(
  baseline: Baseline,
  load: (reference: string, from: Baseline) => Baseline | undefined,
  report: Report,
): readonly Baseline[] {
  const chain = [baseline]
  for (let part = baseline; part.extends !== undefined; ) {
    const next = load(part.extends, part)
    const at = chain.length - 1
    if (!next) {
      report(at, ['extends'], {
        what: {
          ja: `extends の「${part.extends}」が見つからない`,
          en: `the baseline “${part.extends}” to extend was not found`,
        },
        expected: {
          ja: '組み込みのベースラインの名前、またはファイルの場所',
          en: 'the name of a built-in baseline, or the path of a file',
        },
      })
      return chain
    }
    if (chain.some((one) => one.baseline === next.baseline)) {
      report(at, ['extends'], {
        what: {
          ja: `extends が循環している（${[...chain, next].map((one) => one.baseline).join(' → ')}）`,
          en: `extends runs in a circle (${[...chain, next].map((one) => one.baseline).join(' → ')})`,
        },
        expected: { ja: '自分自身に戻らないベースライン', en: 'a baseline that does not lead back to this one' },
      })
      return chain
    }
    chain.push(next)
    part = next
  }
  return chain
}

function addPart(merged: Merged, part: Baseline, source: number, report: Report): void {
  override(merged, part.overrides, source, report)
  for (const [name, parameter] of Object.entries(part.parameters)) {
    merged.parameters.set(name, parameter)
    merged.givenIn.set(name, source)
    if (!merged.firstParameters.has(name)) merged.firstParameters.set(name, parameter)
  }
  for (const requirement of part.requirements) {
    merged.requirements.set(requirement.id, { requirement, source })
    merged.disabled.delete(requirement.id)
    if (!merged.firstRequirements.has(requirement.id)) merged.firstRequirements.set(requirement.id, requirement)
  }
  for (const one of part.notDecided) merged.notDecided.set(one.control, one)
  disable(merged, part.disable, source, report)
}

function override(
  merged: Merged,
  values: Readonly<Record<string, ParameterValue>>,
  source: number | 'use',
  report: Report,
): void {
  for (const [name, { value, reason }] of Object.entries(values)) {
    const declared = merged.parameters.get(name)
    if (!declared) {
      const { didYouMean: meant, ...mistake } = unknownParameter(name, [...merged.parameters.keys()])
      report(source, ['parameters', name], {
        ...mistake,
        at: 'key',
        ...(meant !== undefined && { didYouMean: meant.slice(1) }),
      })
      continue
    }
    // It is decided now, and it stands as it was written.
    merged.parameters.set(name, {
      title: declared.title,
      value,
      source: 'organisation-defined',
      ...(reason && { reason }),
    })
    merged.givenIn.set(name, source)
  }
}

function disable(merged: Merged, entries: readonly Disabled[], source: number | 'use', report: Report): void {
  for (const [index, entry] of entries.entries()) {
    const known = [...merged.requirements.keys()]
    if (!merged.requirements.delete(entry.requirement) && !merged.disabled.has(entry.requirement)) {
      const meant = didYouMean(entry.requirement, known)
      report(source, ['disable', index, 'requirement'], {
        what: { ja: `要件「${entry.requirement}」はない`, en: `there is no requirement “${entry.requirement}”` },
        expected: { ja: 'このベースラインの要件の id', en: 'the id of a requirement of this baseline' },
        ...(meant !== undefined && { didYouMean: meant }),
      })
      continue
    }
    merged.disabled.set(entry.requirement, { requirement: entry.requirement, reason: entry.reason })
  }
}

function finish(
  baseline: Baseline,
  chain: readonly Baseline[],
  merged: Merged,
  requirements: readonly Requirement[],
  adjustments: Adjustments,
): ResolvedBaseline {
  const root = chain.at(-1) ?? baseline
  const own = chain.find((part) => part.appliesTo)?.appliesTo
  const appliesTo = narrow(own, adjustments.for)
  const parameters = Object.fromEntries(merged.parameters)
  const { listed, byRequirement } = findLoosenings({ ...merged, resolved: requirements, from: root.appliesTo, to: own })
  const content = {
    id: baseline.baseline,
    root: root.baseline,
    version: baseline.version,
    title: baseline.title,
    ...(appliesTo && { appliesTo }),
    parameters,
    disabled: [...merged.disabled.values()],
    notDecided: [...merged.notDecided.values()],
  }
  return {
    ...content,
    hash: digest({ ...content, requirements }),
    requirements: requirements.map((requirement) => {
      const before = byRequirement.get(requirement.id)
      return before ? { ...requirement, loosened: before } : requirement
    }),
    loosened: listed,
  }
}

const unique = (problems: readonly ResolveProblem[]): readonly ResolveProblem[] => [
  ...new Map(
    problems.map((problem) => [JSON.stringify([problem.source, problem.path, problem.what.en]), problem]),
  ).values(),
]
