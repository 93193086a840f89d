import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import type { Baseline } from '../core/baseline.ts'
import { didYouMean } from '../core/did-you-mean.ts'
import type { Mistake } from '../core/operand.ts'
import { type Adjustments, type ResolvedBaseline, resolveBaseline, type ResolveProblem } from '../core/resolve.ts'
import { packageRoot } from '../package-root.ts'
import { type BaselineFile, readBaselineFiles } from './baseline.ts'
import { type Problem, problemsFault } from './problems.ts'
import { readYamlFile, type YamlDocument } from './yaml.ts'

const folder = (): string => join(packageRoot(), 'baselines')

/** Files of a built-in document's folder that are part of its baseline, in the order of their names. */
function filesOf(document: string): readonly string[] {
  const path = join(folder(), document)
  if (!/^[a-z0-9-]+$/.test(document) || !existsSync(path)) return []
  return readdirSync(path)
    .filter((name) => name.endsWith('.yaml') && name !== 'controls.yaml' && !name.endsWith('.samples.yaml'))
    .sort()
    .map((name) => join(path, name))
}

/** Names of the built-in documents, in alphabetical order. */
export const builtInBaselines = (): readonly string[] =>
  existsSync(folder())
    ? readdirSync(folder(), { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && filesOf(entry.name).length > 0)
        .map((entry) => entry.name)
        .sort()
    : []

/** Which baseline: a built-in document, or a file. */
export type BaselineReference = { readonly use: string } | { readonly file: string }

/** The files of a reference, or what is wrong with it. */
export function locateBaseline(reference: BaselineReference): readonly string[] | Mistake {
  if ('file' in reference) return existsSync(reference.file) ? [reference.file] : missingFile
  const files = filesOf(reference.use)
  return files.length > 0 ? files : unknownBaseline(reference.use)
}

const missingFile: Mistake = {
  what: { ja: 'ファイルがない', en: 'there is no such file' },
  expected: {
    ja: 'このファイルからの相対パス、または絶対パス',
    en: 'a path relative to this file, or an absolute one',
  },
}

/** The built-in baseline was not found. */
export function unknownBaseline(name: string): Mistake {
  const known = builtInBaselines()
  const meant = didYouMean(name, known)
  return {
    what: { ja: `組み込みのベースライン「${name}」はない`, en: `there is no built-in baseline “${name}”` },
    expected: { ja: `次のいずれか: ${known.join('、')}`, en: `one of ${known.join(', ')}` },
    ...(meant !== undefined && { didYouMean: meant }),
  }
}

/**
 * Reads a baseline with everything it extends and makes it ready to judge by. `extends` names a built-in
 * document, or a file relative to the one that names it. `useProblem` places mistakes in the adjustments;
 * `documents` are the files where they are read already.
 * Throws a `Fault('configuration')` with every problem.
 */
export function loadBaseline(
  paths: readonly string[],
  adjustments: Adjustments = {},
  useProblem?: (problem: ResolveProblem) => Problem,
  documents?: readonly YamlDocument[],
): ResolvedBaseline {
  const chain: BaselineFile[] = [readBaselineFiles(paths, documents)]
  const places = new Map<Baseline, string>()
  const [first] = chain
  if (!first) throw new TypeError('a baseline needs at least one file')
  places.set(first.baseline, dirname(paths[0] ?? ''))
  const load = (reference: string, from: Baseline): Baseline | undefined => {
    const isFile = /[/\\]|\.ya?ml$/.test(reference)
    const path = isAbsolute(reference) ? reference : resolve(places.get(from) ?? '', reference)
    const files = isFile ? (existsSync(path) ? [path] : []) : filesOf(reference)
    if (files.length === 0) return undefined
    const next = readBaselineFiles(files)
    chain.push(next)
    places.set(next.baseline, dirname(files[0] ?? ''))
    return next.baseline
  }
  const resolved = resolveBaseline(first.baseline, load, adjustments)
  if (resolved.ok) return resolved.baseline
  throw problemsFault(
    resolved.problems.map((problem) => {
      const { source, path, at, ...mistake } = problem
      const file = source === 'use' ? undefined : chain[source]
      if (file) return file.problem(path, withBaselines(path, mistake, first.baseline), at)
      return useProblem?.(problem) ?? first.problem(path, mistake)
    }),
  )
}

/** A built-in document, ready to judge by. */
export function loadBuiltIn(document: string, adjustments: Adjustments = {}): ResolvedBaseline {
  const files = filesOf(document)
  if (files.length > 0) return loadBaseline(files, adjustments)
  const place = { file: '--baseline', line: 1, column: 1, text: document, around: { before: '', after: '' } }
  throw problemsFault([{ ...place, ...unknownBaseline(document) }])
}

/** The same, pausing after each file, so that whoever waits for input gets it meanwhile. */
export async function loadBuiltInInSteps(document: string): Promise<ResolvedBaseline> {
  const files = filesOf(document)
  const documents: YamlDocument[] = []
  for (const file of files) {
    documents.push(readYamlFile(file))
    await setImmediate()
  }
  return files.length > 0 ? loadBaseline(files, {}, undefined, documents) : loadBuiltIn(document)
}

/** `extends` that was not found may be a misspelt built-in name. */
function withBaselines(path: readonly (string | number)[], mistake: Mistake, { extends: name }: Baseline): Mistake {
  if (path[0] !== 'extends' || name === undefined || mistake.didYouMean !== undefined) return mistake
  const meant = didYouMean(basename(name), builtInBaselines())
  return meant === undefined || meant === name ? mistake : { ...mistake, didYouMean: meant }
}
