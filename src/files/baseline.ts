import { basename } from 'node:path'
import type { Baseline, NotDecided, Requirement } from '../core/baseline.ts'
import { digest } from '../core/canonical.ts'
import { didYouMean } from '../core/did-you-mean.ts'
import type { Mistake } from '../core/operand.ts'
import { type Part, type Place, type PlacedUse, readParameters } from './baseline-parameters.ts'
import { baselineFrame } from './baseline-schema.ts'
import { controlIdsFor } from './controls.ts'
import { type Problem, problemsFault } from './problems.ts'
import { isRawMap, rawList, rawMap, rawSentence, rawText, rawWord } from './raw.ts'
import { readRequirement } from './requirement.ts'
import { checkSchema } from './schema-check.ts'
import { readSelector } from './selector.ts'
import { type Path, readYamlFile, type YamlDocument } from './yaml.ts'

/** A baseline and where its parts are written. */
export interface BaselineFile {
  readonly baseline: Baseline
  /** A problem at `parameters NAME`, `requirements ID`, `disable INDEX …` or a key of the file. */
  readonly problem: (path: Path, mistake: Mistake, at?: 'key') => Problem
}

/** Reads a baseline from one file. Throws a `Fault('configuration')` that carries every problem in it. */
export const readBaseline = (path: string): Baseline => readBaselineFiles([path]).baseline

/**
 * Reads a baseline from the files that it is split over: one of them holds version and title, the
 * requirements come in the order of the files.
 */
export function readBaselineFiles(
  paths: readonly string[],
  documents: readonly YamlDocument[] = paths.map((path) => readYamlFile(path)),
): BaselineFile {
  const problems: Problem[] = []
  const uses: PlacedUse[] = []
  for (const document of documents) problems.push(...checkSchema(document, baselineFrame))
  const parts: readonly Part[] = documents.map((document) => ({ document, raw: rawMap(document.value) }))
  const head = parts.find(({ raw }) => raw['title'] !== undefined || raw['version'] !== undefined) ?? parts[0]
  if (!head) throw new TypeError('a baseline needs at least one file')
  for (const key of ['version', 'title'] as const) {
    if (isRawMap(head.document.value) && head.raw[key] === undefined)
      problems.push(head.document.problem([], missingHead(key), 'key'))
  }
  const id = rawText(head.raw['baseline']) ?? ''
  for (const { document, raw } of parts) {
    if (rawText(raw['baseline']) !== undefined && raw['baseline'] !== id) {
      problems.push(document.problem(['baseline'], otherBaseline(id, basename(head.document.file))))
    }
    for (const key of ['version', 'title', 'extends', 'applies-to'] as const) {
      if (raw[key] !== undefined && document !== head.document)
        problems.push(document.problem([key], onlyInHead(key), 'key'))
    }
  }

  const requirements: Requirement[] = []
  const places = new Map<string, Place>()
  for (const { document, raw } of parts) {
    for (const [index, item] of rawList(raw['requirements']).entries()) {
      if (!isRawMap(item)) continue
      const path = ['requirements', index]
      const requirement = readRequirement(item, path, {
        report: (at, says, which) => problems.push(document.problem(at, says, which)),
        written: document.written,
        use: (use, at) => uses.push({ ...use, document, path: at }),
      })
      const place = `requirements ${requirement.id}`
      if (places.has(place)) problems.push(document.problem([...path, 'id'], duplicateRequirement(requirement.id)))
      else places.set(place, { document, path })
      problems.push(...unknownControls(requirement.controls, [...path, 'controls'], document))
      requirements.push(requirement)
    }
    for (const [name] of Object.entries(rawMap(raw['parameters']))) {
      const place = `parameters ${name}`
      if (places.has(place)) problems.push(document.problem(['parameters', name], duplicateParameter(name), 'key'))
      else places.set(place, { document, path: ['parameters', name] })
    }
  }
  const extending = head.raw['extends'] !== undefined
  const { parameters, overrides } = readParameters(parts, uses, extending, problems)
  const notDecided = parts.flatMap(({ document, raw }) =>
    rawList(raw['not-decided']).flatMap((item, index): readonly NotDecided[] => {
      const one = rawMap(item)
      const control = rawText(one['control']) ?? ''
      problems.push(...unknownControls([control], ['not-decided', index, 'control'], document, false))
      const by = rawWord(one['by'], ['run', 'ledger', 'person', 'platform', 'list'] as const)
      return by ? [{ control, by, reason: rawSentence(one['reason']) ?? { ja: '', en: '' } }] : []
    }),
  )
  if (problems.length > 0) throw problemsFault(firstAtEachPlace(problems))

  const disable = parts
    .flatMap(({ raw }) => rawList(raw['disable']).map(rawMap))
    .map((entry) => ({
      requirement: rawText(entry['requirement']) ?? '',
      reason: rawText(entry['reason']) ?? '',
    }))
  const appliesTo = readSelector(head.raw['applies-to'])
  const extended = rawText(head.raw['extends'])
  const content = {
    baseline: id,
    version: typeof head.raw['version'] === 'number' ? head.raw['version'] : 1,
    title: rawSentence(head.raw['title']) ?? { ja: id, en: id },
    ...(extended !== undefined && { extends: extended }),
    ...(appliesTo && { appliesTo }),
    parameters,
    overrides,
    requirements,
    disable,
    notDecided,
  }
  return {
    baseline: { ...content, hash: digest(content) },
    problem: (path, mistake, at) => problemIn(parts, places, path, mistake, at),
  }
}

function unknownControls(
  controls: readonly string[],
  path: Path,
  document: YamlDocument,
  indexed = true,
): readonly Problem[] {
  return controls.flatMap((control, index) => {
    const known = controlIdsFor(control, document.file)
    if (control === '' || !known || known.has(control)) return []
    const meant = didYouMean(control, known)
    return [
      document.problem(indexed ? [...path, index] : path, {
        what: { ja: `条項「${control}」はない`, en: `there is no clause “${control}”` },
        expected: { ja: 'controls.yaml にある条項の id', en: 'the id of a clause in controls.yaml' },
        ...(meant !== undefined && { didYouMean: meant }),
      }),
    ]
  })
}

function problemIn(
  parts: readonly Part[],
  places: ReadonlyMap<string, Place>,
  path: Path,
  mistake: Mistake,
  at?: 'key',
): Problem {
  const place = places.get(`${String(path[0])} ${String(path[1])}`)
  if (place) {
    const isValue =
      path[0] === 'parameters' && isRawMap(rawMap(rawMap(place.document.value)['parameters'])[String(path[1])])
    return place.document.problem(isValue && at !== 'key' ? [...place.path, 'value'] : place.path, mistake, at)
  }
  const part = parts.find(({ raw }) => raw[String(path[0])] !== undefined) ?? parts[0]
  if (!part) throw new TypeError('a baseline needs at least one file')
  return part.document.problem(path, mistake, at)
}

/** The first problem at a place usually causes the others there. */
const firstAtEachPlace = (problems: readonly Problem[]): readonly Problem[] => [
  ...new Map(
    problems.toReversed().map((problem) => [`${problem.file}:${problem.line}:${problem.column}`, problem]),
  ).values(),
]

const missingHead = (key: 'version' | 'title'): Mistake => ({
  what: { ja: `「${key}」がない`, en: `“${key}” is missing` },
  expected:
    key === 'version'
      ? { ja: 'version: 1（直すたびに増やす整数）', en: 'version: 1, a whole number that grows with every change' }
      : { ja: 'title: {ja: 日本語の見出し, en: English title}', en: 'title: {ja: 日本語の見出し, en: English title}' },
})
const onlyInHead = (key: string): Mistake => ({
  what: { ja: `「${key}」が2つのファイルにある`, en: `“${key}” stands in two files` },
  expected: { ja: 'ベースラインの先頭のファイルだけに書く', en: 'only in the first file of the baseline' },
})
const otherBaseline = (id: string, file: string): Mistake => ({
  what: { ja: '同じフォルダーの別のベースラインである', en: 'another baseline in the same folder' },
  expected: { ja: `baseline: ${id}（${file} と同じ）`, en: `baseline: ${id}, as in ${file}` },
})
const duplicateRequirement = (id: string): Mistake => ({
  what: { ja: `要件「${id}」が2つある`, en: `the requirement “${id}” stands twice` },
  expected: { ja: 'ベースラインの中で1つだけの id', en: 'an id that is unique in the baseline' },
})
const duplicateParameter = (name: string): Mistake => ({
  what: { ja: `パラメーター「${name}」が2つある`, en: `the parameter “${name}” stands twice` },
  expected: { ja: 'ベースラインの中で1つだけの名前', en: 'a name that is unique in the baseline' },
})
