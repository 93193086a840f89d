import { Fault } from '../core/fault.ts'
import type { Snapshot } from '../core/snapshot.ts'
import { limitsOfTarget, runAll } from '../scan/schedule.ts'
import type { App } from './app.ts'
import type { Project } from './project.ts'
import { readSnapshots, snapshotsOfTarget } from './read-snapshots.ts'
import { readLimits } from './scan-options.ts'
import { select, type TargetFlags } from './select-options.ts'
import type { Golden } from './software-difference.ts'

/**
 * What the command line names as golden hosts, live or saved, sorted by name. One that can't be read ends it: a list
 * that was made without it would forbid what is on it.
 * @throws Fault `nothing-to-do` without any; whatever reading one of them threw
 */
export async function readGolden(
  app: App,
  flags: TargetFlags & { readonly from: readonly string[] },
): Promise<{ readonly hosts: readonly Golden[]; readonly project: Project | undefined }> {
  const { project, targets, begin } = await select(app, flags, flags.from.length > 0)
  const hosts: Golden[] = []
  const add = (snapshots: readonly Snapshot[], labels: Golden['labels']): void => {
    for (const snapshot of snapshots) hosts.push({ snapshot, labels })
  }
  for (const from of flags.from) add(await readSnapshots(app, from), {})
  const run = begin()
  try {
    const limits = readLimits({}, project)
    await runAll({
      items: targets,
      limitsOf: (target) => limitsOfTarget(target, limits),
      signal: app.signal,
      work: async (target) => add(await snapshotsOfTarget(app, target, run), target.labels),
    })
  } finally {
    await run.end()
  }
  if (hosts.length === 0) {
    throw new Fault(
      'nothing-to-do',
      { ja: '手本のホストがない', en: 'there is no golden host' },
      {
        next: {
          ja: '--here、--host、--target、--from のどれかで指定する',
          en: 'name one with --here, --host, --target or --from',
        },
      },
    )
  }
  return { hosts: hosts.sort(byName), project }
}

const byName = (a: Golden, b: Golden): number => {
  const [one, other] = [a, b].map(({ snapshot: { component } }) => `${component.name}\n${component.id}`)
  return (one ?? '') < (other ?? '') ? -1 : 1
}
