import { existsSync } from 'node:fs'
import { Fault } from '../core/fault.ts'
import type { JudgedBaseline } from '../core/judge.ts'
import type { ResolvedBaseline } from '../core/resolve.ts'
import type { RunBaseline } from '../core/run.ts'
import { builtInBaselines, loadBaseline, loadBuiltIn } from '../files/built-in.ts'
import { didYouMean } from '../core/did-you-mean.ts'
import type { App } from './app.ts'
import type { Project } from './project.ts'
import { fromHere } from './select.ts'

/** The baseline for whoever brings none. */
export const defaultBaseline = 'ipa-sme'

export interface ChosenBaselines {
  readonly judged: readonly JudgedBaseline[]
  readonly headers: readonly RunBaseline[]
}

/** Baselines of the command line, else of the configuration, else the one for small companies. */
export async function chooseBaselines(
  app: App,
  project: Project | undefined,
  named: readonly string[],
): Promise<ChosenBaselines> {
  const resolved =
    named.length > 0
      ? named.map((name) => loadNamed(app, name))
      : project
        ? project.config.baselines
        : [loadBuiltIn(defaultBaseline)]
  return { judged: resolved, headers: resolved.map(header) }
}

/**
 * A baseline as named on the command line: a built-in document, or a file.
 * @throws Fault `usage` when it is neither
 */
export function loadNamed(app: App, name: string): ResolvedBaseline {
  if (builtInBaselines().includes(name)) return loadBuiltIn(name)
  const path = fromHere(app.cwd, name)
  if (existsSync(path)) return loadBaseline([path])
  const known = builtInBaselines()
  const meant = didYouMean(name, known)
  throw new Fault('usage', {
    ja: `基準 ${name} はない（組み込み: ${known.join(', ')}、またはファイル）${meant ? `。${meant} のことですか` : ''}`,
    en: `there is no baseline ${name} (built in: ${known.join(', ')}; or a file)${meant ? `; did you mean ${meant}?` : ''}`,
  })
}

const header = (baseline: ResolvedBaseline): RunBaseline => ({
  id: baseline.id,
  version: baseline.version,
  hash: baseline.hash,
  approval: { state: 'not-configured' },
  title: baseline.title,
  disabled: baseline.disabled,
})
