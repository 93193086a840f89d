import { componentKinds } from '../core/catalogue/kinds.ts'
import { didYouMean } from '../core/did-you-mean.ts'
import type { Scanner, Target } from '../core/scanner.ts'
import { targetMembers, targetSchema } from './config-schema.ts'
import type { Says } from './excerpt.ts'
import type { Problem } from './problems.ts'
import { isRawMap, rawDuration, type RawMap, rawList, rawMap, rawText, rawTextMap, rawWord } from './raw.ts'
import { checkSchema } from './schema-check.ts'
import type { YamlDocument } from './yaml.ts'

/** What reading the targets needs to know of a scanner. */
export type KnownScanner = Pick<Scanner, 'id' | 'platforms' | 'optionsSchema'>

/** The targets of seisa.yaml; what is wrong with them is added to `problems`. */
export function readTargets(
  document: YamlDocument,
  raw: RawMap,
  scanners: readonly KnownScanner[],
  problems: Problem[],
): readonly Target[] {
  problems.push(...duplicateNames(document, raw))
  return rawList(raw['targets']).map((target, index) => readTarget(target, index, document, scanners, problems))
}

function readTarget(
  raw: unknown,
  index: number,
  document: YamlDocument,
  scanners: readonly KnownScanner[],
  problems: Problem[],
): Target {
  const map = rawMap(raw)
  const at = ['targets', index]
  const id = rawText(map['scanner'])
  const scanner = scanners.find((known) => known.id === id)
  if (id !== undefined && !scanner) problems.push(document.problem([...at, 'scanner'], unknownScanner(id, scanners)))
  if (isRawMap(raw)) problems.push(...memberProblems(document, raw, at, scanner ?? (id === undefined ? scanners : [])))
  const platform = rawText(map['platform'])
  if (scanner && platform !== undefined && !scanner.platforms.includes(platform)) {
    problems.push(document.problem([...at, 'platform'], unknownPlatform(platform, scanner)))
  }
  const kind = rawWord(map['kind'], componentKinds)
  const pinned = rawText(map['id'])
  const timeout = rawDuration(map['timeout'])
  return {
    name: rawText(map['name']) ?? '',
    scanner: id ?? '',
    ...(platform !== undefined && { platform }),
    ...(kind && { kind }),
    ...(pinned !== undefined && { id: pinned }),
    labels: rawTextMap(map['labels']),
    ...(map['owner'] !== undefined && { owner: rawTextMap(map['owner']) }),
    ...(timeout !== undefined && { timeout }),
    options: Object.fromEntries(Object.entries(map).filter(([key]) => !targetMembers.has(key))),
  }
}

/** Without a scanner (its key may be the misspelt one) the target is held against the one that it fits best. */
function memberProblems(
  document: YamlDocument,
  raw: RawMap,
  at: readonly (string | number)[],
  scanner: KnownScanner | readonly KnownScanner[],
): readonly Problem[] {
  const candidates = 'id' in scanner ? [scanner] : scanner
  const found = candidates.map((candidate) => checkSchema(document, targetSchema(candidate), raw, at))
  return found.toSorted((a, b) => a.length - b.length)[0] ?? []
}

function duplicateNames(document: YamlDocument, raw: RawMap): readonly Problem[] {
  const seen = new Set<string>()
  return rawList(raw['targets']).flatMap((target, index) => {
    const name = rawText(rawMap(target)['name'])
    if (name === undefined) return []
    // Names that look alike would be taken for each other.
    const plain = name.normalize('NFKC').toLowerCase()
    if (!seen.has(plain)) {
      seen.add(plain)
      return []
    }
    return [document.problem(['targets', index, 'name'], duplicateName(name))]
  })
}

function unknownScanner(id: string, scanners: readonly KnownScanner[]): Says {
  const known = scanners.map((scanner) => scanner.id)
  const meant = didYouMean(id, known)
  return {
    what: { ja: `スキャナー「${id}」はない`, en: `there is no scanner “${id}”` },
    expected: { ja: `次のいずれか: ${known.join('、')}`, en: `one of ${known.join(', ')}` },
    ...(meant !== undefined && { didYouMean: meant }),
  }
}

function unknownPlatform(platform: string, scanner: KnownScanner): Says {
  const meant = didYouMean(platform, scanner.platforms)
  return {
    what: {
      ja: `スキャナー ${scanner.id} は「${platform}」を調べられない`,
      en: `the scanner ${scanner.id} does not know “${platform}”`,
    },
    expected: { ja: `次のいずれか: ${scanner.platforms.join('、')}`, en: `one of ${scanner.platforms.join(', ')}` },
    ...(meant !== undefined && { didYouMean: meant }),
  }
}

const duplicateName = (name: string): Says => ({
  what: { ja: `対象の名前「${name}」が重複している`, en: `two targets are named “${name}”` },
  expected: { ja: '対象ごとに違う名前', en: 'a name of its own for each target' },
})
