import { existsSync } from 'node:fs'
import { Fault } from '../core/fault.ts'
import type { ResolvedBaseline } from '../core/resolve.ts'
import type { RunBaseline } from '../core/run.ts'
import type { UsedSoftwareList } from '../core/software/list.ts'
import { builtInBaselines, loadBaseline, loadBuiltIn, loadBuiltInInSteps } from '../files/built-in.ts'
import { didYouMean } from '../core/did-you-mean.ts'
import type { JudgedBy } from '../scan/late-baselines.ts'
import type { ScanRequest } from '../scan/scan.ts'
import type { App } from './app.ts'
import type { Project } from './project.ts'
import { fromHere } from './select.ts'

/** The baseline for whoever brings none. */
export const defaultBaseline = 'ipa-sme'

/**
 * Baselines of the command line, else of the configuration, else the one for small companies. Built-in ones have no
 * mistakes to be told before anything is read, so that they may be loaded while a target is at work.
 */
export function chooseBaselines(
  app: App,
  project: Project | undefined,
  named: readonly string[],
): ScanRequest['baselines'] {
  // another baseline leaves what may be installed as it is
  const lists = project?.config.settings.softwareLists ?? []
  if (named.length === 0 && project) return judgedBy(project.config.baselines, lists)
  // named twice is meant once
  const names = named.length === 0 ? [defaultBaseline] : [...new Set(named)]
  const known = builtInBaselines()
  if (names.every((name) => known.includes(name)))
    return async () => judgedBy(await Promise.all(names.map((name) => loadBuiltInInSteps(name))), lists)
  return judgedBy(
    names.map((name) => loadNamed(app, name)),
    lists,
  )
}

const judgedBy = (resolved: readonly ResolvedBaseline[], lists: readonly UsedSoftwareList[]): JudgedBy => ({
  judged: resolved,
  headers: resolved.map(header),
  lists,
})

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
