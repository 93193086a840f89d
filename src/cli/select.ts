import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { Fault } from '../core/fault.ts'
import type { Scanner, Target } from '../core/scanner.ts'
import type { App } from './app.ts'

/** This machine as a target of the command line. */
export const hereTarget = (): Target => ({
  name: hostname(),
  scanner: 'endpoint',
  platform: 'linux',
  labels: {},
  options: { here: true },
})

/**
 * Targets of a configuration, or those of them that were named.
 * @throws Fault `usage` for a name that isn't there
 */
export function namedTargets(targets: readonly Target[], names: readonly string[]): readonly Target[] {
  for (const name of names) {
    if (targets.some((target) => target.name === name)) continue
    const known = targets.map((target) => target.name).join(', ')
    throw new Fault('usage', {
      ja: `対象 ${name} は設定にない（あるのは ${known}）`,
      en: `there is no target ${name} (there are: ${known})`,
    })
  }
  return names.length === 0 ? targets : targets.filter((target) => names.includes(target.name))
}

/** Time limit of a target that has none of its own: a walk of the whole file system takes as long as it takes. */
export const usualTimeoutSeconds = (deep: boolean): number => (deep ? 7200 : 300)

/** The scanner of a target. */
export function scannerOf(app: Pick<App, 'scanners'>, target: Target): Scanner {
  const scanner = app.scanners.get(target.scanner)
  if (scanner) return scanner
  throw new Fault('configuration', {
    ja: `スキャナー ${target.scanner} はない`,
    en: `there is no scanner ${target.scanner}`,
  })
}

/** A path of the command line, from the folder that the user stands in. */
export const fromHere = (cwd: string, path: string): string => resolve(cwd, path)
