import type { ComponentResult, GapResult, TargetResult } from '../core/run.ts'

/**
 * Components of one id that came more than once: the same machine named twice or collected twice, or clones that
 * share their native id. Their findings can't be told apart, and which of them is meant only a person can say, so
 * that each id is a gap (not looked at as a component of its own), sorted by id.
 */
export async function twinsOf(
  components: AsyncIterable<ComponentResult>,
  seen: { readonly maybeTwice: (id: string) => boolean },
): Promise<readonly GapResult[]> {
  const targets = new Map<string, string[]>()
  for await (const { id, target } of components) {
    if (!seen.maybeTwice(id)) continue
    const names = targets.get(id)
    if (names) names.push(target)
    else targets.set(id, [target])
  }
  return [...targets.entries()]
    .filter(([, names]) => names.length > 1)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([id, names]) => [...new Set(names)].map((name) => twin(id, name, names)))
}

const mostNames = 5

function twin(id: string, name: string, names: readonly string[]): GapResult {
  const shown = names.slice(0, mostNames).join(', ') + (names.length > mostNames ? `, … (${names.length})` : '')
  return {
    target: name,
    component: id,
    what: [],
    why: {
      ja: `同じ ID の構成要素が ${names.length} 回現れた（対象: ${shown}）。区別できない`,
      en: `a component of this id came ${names.length} times (targets: ${shown}): they can not be told apart`,
    },
    needs: {
      ja: '同じ物なら対象か証跡を一つにする。複製した機械なら machine-id を作り直すか、対象に id を指定する',
      en: 'one target or one piece of evidence for each machine; for clones, a new machine-id or an id in the target',
    },
  }
}

/** A target whose component is a twin of another one was not read as a component of its own. */
export function markTwins(target: TargetResult, twins: readonly GapResult[]): TargetResult {
  const problems = twins.filter((gap) => gap.target === target.name).map((gap) => gap.why)
  if (problems.length === 0) return target
  return {
    ...target,
    state: target.state === 'ok' ? 'partial' : target.state,
    problems: [...target.problems, ...problems],
  }
}
