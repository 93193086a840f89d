import { dirname, resolve } from 'node:path'
import type { ParameterValue, Selector } from '../core/baseline.ts'
import type { Disabled, ResolvedBaseline } from '../core/resolve.ts'
import { didYouMean } from '../core/did-you-mean.ts'
import type { Target } from '../core/scanner.ts'
import type { UsedSoftwareList } from '../core/software/list.ts'
import { type BaselineReference, loadBaseline, locateBaseline } from './built-in.ts'
import { configFrame, type KnownScanner } from './config-schema.ts'
import { readHostFiles } from './config-groups.ts'
import { readSoftwareLists } from './config-software-lists.ts'
import { readTargets } from './config-targets.ts'
import type { Says } from './excerpt.ts'
import { literalSecrets } from './literal-secrets.ts'
import { type Problem, problemsFault, problemsOf, withoutEchoes } from './problems.ts'
import { isRawMap, rawDuration, type RawMap, rawList, rawMap, rawSentence, rawText, rawTexts } from './raw.ts'
import { checkSchema } from './schema-check.ts'
import { readSelector } from './selector.ts'
import { readYamlFile, type YamlDocument } from './yaml.ts'

/** One entry under `baselines:`. */
export interface ConfiguredBaseline {
  /** A file is an absolute path. */
  readonly reference: BaselineReference
  readonly for?: Selector
  readonly parameters: Readonly<Record<string, ParameterValue>>
  readonly disable: readonly Disabled[]
}

export type { KnownScanner } from './config-schema.ts'

/** seisa.yaml, checked. Durations are whole seconds. */
export interface Config {
  readonly file: string
  /** Folder that relative paths in it start from. */
  readonly folder: string
  readonly organisation?: { readonly name: string }
  readonly baselines: readonly ConfiguredBaseline[]
  readonly softwareLists: readonly UsedSoftwareList[]
  readonly targets: readonly Target[]
  /** Targets scanned at a time. */
  readonly concurrency?: number
  /** Seconds for each target that has no `timeout` of its own. */
  readonly timeout?: number
  readonly limits: {
    /** Seconds; older saved evidence is refused. */
    readonly evidenceAge?: number
    /** Targets at work at a time in each network zone, over all groups. */
    readonly networkZones: ReadonlyMap<string, number>
  }
  /** A problem at a place of the file, for what only shows later. */
  readonly problem: YamlDocument['problem']
}

/** Reads seisa.yaml and the lists of hosts and of software that it names. Throws a `Fault('configuration')` with every problem in them. */
export async function readConfig(
  path: string,
  { scanners }: { readonly scanners: readonly KnownScanner[] },
): Promise<Config> {
  const document = readYamlFile(path)
  // First, so that no message after it can quote one.
  const problems: Problem[] = [...literalSecrets(document)]
  problems.push(...checkSchema(document, configFrame, document.value ?? {}))
  const raw = rawMap(document.value)
  const folder = dirname(resolve(path))
  const files = await readHostFiles(document, raw, folder, scanners)
  const targets = readTargets(document, raw, { scanners, files }, problems)
  const limits = rawMap(raw['limits'])
  const networkZones = readZoneLimits(limits['network-zones'])
  problems.push(...zoneProblems(document, networkZones, targets))
  const baselines = rawList(raw['baselines']).flatMap((entry, index) =>
    readUse(entry, index, folder, document, problems),
  )
  problems.push(...usedTwice(document, baselines))
  const software = await readSoftwareLists(document, raw['software-lists'], folder)
  problems.push(...software.problems)
  // every problem of the file in one go: what only loading the baselines shows as well
  if (problems.length > 0)
    throw problemsFault(withoutEchoes([...problems, ...loadAll(baselines, document.problem).problems]))

  const name = rawText(rawMap(raw['organisation'])['name'])
  const timeout = rawDuration(raw['timeout'])
  const evidenceAge = rawDuration(limits['evidence-age'])
  return {
    file: path,
    folder,
    ...(name !== undefined && { organisation: { name } }),
    baselines,
    softwareLists: software.lists,
    targets,
    ...(typeof raw['concurrency'] === 'number' && { concurrency: raw['concurrency'] }),
    ...(timeout !== undefined && { timeout }),
    limits: { ...(evidenceAge !== undefined && { evidenceAge }), networkZones },
    problem: document.problem,
  }
}

/** The baselines of a configuration, ready to judge by. Throws a `Fault` with the problems of all of them. */
export function loadBaselines(config: Config): readonly ResolvedBaseline[] {
  const { loaded, problems } = loadAll(config.baselines, config.problem)
  if (problems.length > 0) throw problemsFault(withoutEchoes(problems))
  return loaded
}

function loadAll(
  uses: readonly ConfiguredBaseline[],
  problemAt: YamlDocument['problem'],
): { readonly loaded: readonly ResolvedBaseline[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const loaded = uses.flatMap((use, index) => {
    const files = locateBaseline(use.reference)
    if (!isFiles(files)) {
      problems.push(problemAt(['baselines', index, 'use' in use.reference ? 'use' : 'file'], files))
      return []
    }
    try {
      return [
        loadBaseline(files, use, ({ path, at, what, expected, didYouMean }) =>
          problemAt(
            ['baselines', index, ...path],
            { what, expected, ...(didYouMean !== undefined && { didYouMean }) },
            at,
          ),
        ),
      ]
    } catch (error) {
      const found = problemsOf(error)
      if (!found) throw error
      problems.push(...found)
      return []
    }
  })
  return { loaded, problems }
}

const isFiles = (found: ReturnType<typeof locateBaseline>): found is readonly string[] => Array.isArray(found)

function readUse(
  raw: unknown,
  index: number,
  folder: string,
  document: YamlDocument,
  problems: Problem[],
): readonly ConfiguredBaseline[] {
  if (!isRawMap(raw)) return []
  const at = ['baselines', index]
  const [use, file] = [rawText(raw['use']), rawText(raw['file'])]
  if ((use === undefined) === (file === undefined)) {
    problems.push(document.problem(at, useOrFile))
    return []
  }
  const reference: BaselineReference = use === undefined ? { file: resolve(folder, file ?? '') } : { use }
  const files = locateBaseline(reference)
  if (!isFiles(files)) problems.push(document.problem([...at, use === undefined ? 'file' : 'use'], files))
  const selector = readSelector(raw['for'])
  return [
    {
      reference,
      ...(selector && { for: selector }),
      parameters: Object.fromEntries(Object.entries(rawMap(raw['parameters'])).flatMap(readOverride)),
      disable: rawList(raw['disable'])
        .map(rawMap)
        .map((entry) => ({
          requirement: rawText(entry['requirement']) ?? '',
          reason: rawText(entry['reason']) ?? '',
        })),
    },
  ]
}

function readOverride([name, given]: readonly [string, unknown]): readonly (readonly [string, ParameterValue])[] {
  const entry: RawMap = isRawMap(given) ? given : { value: given }
  const value = entry['value']
  const reason = rawSentence(entry['reason'])
  const known = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined
  const literal = Array.isArray(value) ? rawTexts(value) : known
  return literal === undefined ? [] : [[name, { value: literal, ...(reason && { reason }) }]]
}

const readZoneLimits = (raw: unknown): ReadonlyMap<string, number> =>
  new Map(Object.entries(rawMap(raw)).flatMap(([zone, limit]) => (typeof limit === 'number' ? [[zone, limit]] : [])))

/** A limit that holds for nothing because of its spelling would let the load through unseen. */
function zoneProblems(
  document: YamlDocument,
  limits: ReadonlyMap<string, number>,
  targets: readonly Target[],
): readonly Problem[] {
  const zones = new Set(targets.flatMap(({ networkZone }) => networkZone ?? []))
  return [...limits.keys()].flatMap((zone) => {
    const meant = zones.has(zone) ? undefined : didYouMean(zone, zones)
    if (meant === undefined) return []
    return [document.problem(['limits', 'network-zones', zone], { ...unknownZone, didYouMean: meant }, 'key')]
  })
}

/** The same baseline twice on one component would judge everything twice. */
function usedTwice(document: YamlDocument, baselines: readonly ConfiguredBaseline[]): readonly Problem[] {
  const key = (one: ConfiguredBaseline): string => JSON.stringify(one.reference)
  return baselines.flatMap((one, index) => {
    const earlier = baselines.slice(0, index).find((other) => key(other) === key(one))
    if (!earlier || (earlier.for && one.for)) return []
    return [document.problem(['baselines', index, 'use' in one.reference ? 'use' : 'file'], twice)]
  })
}

const useOrFile: Says = {
  what: { ja: 'use と file のどちらか1つだけが要る', en: 'exactly one of use and file is needed' },
  expected: {
    ja: 'use: 組み込みの名前、または file: ファイルの場所',
    en: 'use: the name of a built-in one, or file: a path',
  },
}
const unknownZone: Says = {
  what: { ja: 'この区画の対象はない', en: 'no target is in this network zone' },
  expected: { ja: '対象の network-zone と同じ名前', en: 'the name that the targets have as network-zone' },
}
const twice: Says = {
  what: { ja: '同じベースラインが2回使われている', en: 'the same baseline is used twice' },
  expected: { ja: 'それぞれに for: で対象を分ける', en: 'a for: on each, so that they apply to different components' },
}
