import { createHash } from 'node:crypto'
import { severities } from '../core/baseline.ts'
import type { SoftwareEntry, SoftwareList, SoftwareMatch, VersionRange } from '../core/software/list.ts'
import { controlIdsFor } from './controls.ts'
import { didYouMean } from '../core/did-you-mean.ts'
import type { Says } from './excerpt.ts'
import { type Problem, problemsFault, withoutEchoes } from './problems.ts'
import { isRawMap, type RawMap, rawList, rawMap, rawSentence, rawText, rawTexts, rawWord } from './raw.ts'
import { checkSchema } from './schema-check.ts'
import { readSelector } from './selector.ts'
import { type DraftEntry, finishEntries, usualSeverity, usualUnlisted } from './software-list-entries.ts'
import { softwareListSchema } from './software-list-schema.ts'
import { readVersions } from './software-list-version.ts'
import { readRole, readState, readStatus } from './software-list-words.ts'
import { parseDay } from './table/japanese-date.ts'
import { type Path, parseYaml, type YamlDocument } from './yaml.ts'

/** Reads a list in YAML. Throws a `Fault('configuration')` that carries every problem in it. */
export function parseSoftwareListYaml(file: string, bytes: Uint8Array): SoftwareList {
  const parsed = parseYaml(file, bytes)
  if (!parsed.ok) throw problemsFault(parsed.problems)
  const { document } = parsed
  const problems: Problem[] = [...checkSchema(document, softwareListSchema, document.value ?? {})]
  const raw = rawMap(document.value)
  const drafts = rawList(raw['entries']).flatMap((entry, index) =>
    isRawMap(entry) ? [readEntry(entry, ['entries', index], document, problems)] : [],
  )
  const { entries, problems: found } = finishEntries(drafts)
  const controls = rawTexts(raw['controls'])
  problems.push(...found, ...unknownControls(controls, document))
  if (problems.length > 0) throw problemsFault(withoutEchoes(problems))
  const id = rawText(raw['software-list']) ?? ''
  const severity = rawMap(raw['severity'])
  return {
    id,
    version: typeof raw['version'] === 'number' ? raw['version'] : 1,
    title: rawSentence(raw['title']) ?? { ja: id, en: id },
    hash: createHash('sha256').update(bytes).digest('hex'),
    unlisted: rawWord(raw['unlisted'], ['forbidden', 'accepted'] as const) ?? usualUnlisted(entries),
    severity: {
      unlisted: rawWord(severity['unlisted'], severities) ?? usualSeverity.unlisted,
      forbidden: rawWord(severity['forbidden'], severities) ?? usualSeverity.forbidden,
    },
    controls,
    entries,
  }
}

function readEntry(raw: RawMap, path: Path, document: YamlDocument, problems: Problem[]): DraftEntry {
  const report = (key: string, says: Says): void => {
    problems.push(document.problem([...path, key], says))
  }
  const day = (key: string): string | undefined => {
    const text = rawText(raw[key])
    const found = text === undefined ? undefined : parseDay(text)
    if (found && !('day' in found)) report(key, found)
    return found && 'day' in found ? found.day : undefined
  }
  const status = readStatus(rawText(raw['status']) ?? '') ?? 'deny'
  if ((raw['name'] === undefined) === (raw['match'] === undefined)) {
    problems.push(document.problem(path, nameOrMatch))
  }
  const name = rawText(raw['name'])
  const versions = readVersion(raw['version'], status, (says) => report('version', says))
  const components = readSelector(raw['components'])
  const role = readRole(rawText(raw['role']) ?? '')
  const [validUntil, registeredOn] = [day('valid-until'), day('registered-on')]
  const [approvedBy, note] = [rawText(raw['approved-by']), rawText(raw['note'])]
  const platform = rawTexts(raw['platform'])
  const id = rawText(raw['id'])
  const entry: Omit<SoftwareEntry, 'id'> = {
    status,
    state: readState(rawText(raw['state']) ?? '') ?? 'active',
    match: name === undefined ? readMatch(rawMap(raw['match'])) : { name },
    ...(versions && { versions }),
    ...(platform.length > 0 && { platform }),
    ...(components && { components }),
    ...(role && role !== 'everybody' && { role }),
    reason: rawText(raw['reason']) ?? '',
    ...(validUntil !== undefined && { validUntil }),
    ...(registeredOn !== undefined && { registeredOn }),
    ...(approvedBy !== undefined && { approvedBy }),
    ...(note !== undefined && { note }),
    at: `${document.file}:${document.problem(path, nameOrMatch).line}`,
  }
  return {
    entry,
    ...(id !== undefined && { id }),
    problem: (at, says) =>
      document.problem(
        at === 'entry' ? path : [...path, at === 'id' ? 'id' : name === undefined ? 'match' : 'name'],
        says,
      ),
  }
}

function readMatch(raw: RawMap): SoftwareMatch {
  const texts = Object.fromEntries(
    (['name', 'publisher', 'origin', 'path'] as const).flatMap((key) => {
      const value = rawText(raw[key])
      return value === undefined ? [] : [[key, value]]
    }),
  )
  const sha256 = rawText(raw['sha256'])?.toLowerCase()
  const format = rawTexts(raw['format'])
  return {
    ...texts,
    ...(sha256 !== undefined && { sha256 }),
    ...(typeof raw['base-system'] === 'boolean' && { baseSystem: raw['base-system'] }),
    ...(format.length > 0 && { format }),
  }
}

function readVersion(
  raw: unknown,
  status: SoftwareEntry['status'],
  report: (says: Says) => void,
): VersionRange | undefined {
  if (isRawMap(raw)) {
    const [atLeast, above, atMost, below, equals] = ['at-least', 'above', 'at-most', 'below', 'equals'].map((key) =>
      rawText(raw[key]),
    )
    const bounds = [atLeast, above, atMost, below, equals].filter((bound) => bound !== undefined)
    if (bounds.some((bound) => !/\d/.test(bound))) report(noNumber)
    if (bounds.length === 0) report(noBound)
    const scheme = rawWord(raw['scheme'], ['deb', 'rpm', 'dotted'] as const)
    return {
      ...(scheme && { scheme }),
      ...(atLeast !== undefined && { atLeast }),
      ...(above !== undefined && { above }),
      ...(atMost !== undefined && { atMost }),
      ...(below !== undefined && { below }),
      ...(equals !== undefined && { equals }),
    }
  }
  const text = rawText(raw)
  if (text === undefined) return undefined
  const found = readVersions(text)
  if ('what' in found) {
    report(found)
    return undefined
  }
  if ('range' in found && found.range) return found.range
  if (!('bare' in found)) return undefined
  // in a file of our own there is no need to guess what a prohibition means
  if (status === 'deny') report(bareDeny(found.bare))
  return { atLeast: found.bare }
}

function unknownControls(controls: readonly string[], document: YamlDocument): readonly Problem[] {
  return controls.flatMap((control, index) => {
    const known = controlIdsFor(control, document.file)
    if (control === '' || !known || known.has(control)) return []
    const meant = didYouMean(control, known)
    return [
      document.problem(['controls', index], {
        what: { ja: `条項「${control}」はない`, en: `there is no clause “${control}”` },
        expected: { ja: 'controls.yaml にある条項の id', en: 'the id of a clause in controls.yaml' },
        ...(meant !== undefined && { didYouMean: meant }),
      }),
    ]
  })
}

const nameOrMatch: Says = {
  what: { ja: 'name と match のどちらか1つだけが要る', en: 'exactly one of name and match is needed' },
  expected: {
    ja: 'name: 名前、または match: {name: …, publisher: …}',
    en: 'name: NAME, or match: {name: …, publisher: …}',
  },
}
const bareDeny = (version: string): Says => ({
  what: {
    ja: `禁止する版が1つなのか、それ以下なのか分からない`,
    en: 'whether one version is forbidden or others too is not said',
  },
  expected: {
    ja: `'= ${version}'（この版だけ）、'<= ${version}'（以下）、'>= ${version}'（以上）のいずれか。全ての版なら書かない`,
    en: `'= ${version}', '<= ${version}' or '>= ${version}'; nothing for every version`,
  },
})
const noNumber: Says = {
  what: { ja: '版に数字がない', en: 'a version without a number' },
  expected: { ja: "'1.2' のような版", en: "a version such as '1.2'" },
}
const noBound: Says = {
  what: { ja: '版の境がない', en: 'no bound is given' },
  expected: { ja: "at-least: '1.2' など", en: "at-least: '1.2' or another bound" },
}
