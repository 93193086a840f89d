import { componentKinds } from '../core/catalogue/kinds.ts'
import { didYouMean } from '../core/did-you-mean.ts'
import type { Target } from '../core/scanner.ts'
import { type KnownScanner, targetMembers, targetSchemasOf } from './config-schema.ts'
import type { Says } from './excerpt.ts'
import { type HostFiles, isGroup, type PlacedTarget, readGroup, splitHost, withoutHosts } from './config-groups.ts'
import type { Problem } from './problems.ts'
import { isRawMap, rawDuration, type RawMap, rawList, rawMap, rawText, rawTextMap, rawWord } from './raw.ts'
import { checkSchema } from './schema-check.ts'
import type { Path, YamlDocument } from './yaml.ts'

/** The targets of seisa.yaml, each host of a group by itself; what is wrong with them is added to `problems`. */
export function readTargets(
  document: YamlDocument,
  raw: RawMap,
  { scanners, files }: { readonly scanners: readonly KnownScanner[]; readonly files: HostFiles },
  problems: Problem[],
): readonly Target[] {
  const read = rawList(raw['targets']).flatMap((target, index) =>
    readTarget(target, ['targets', index], document, { scanners, files }, problems),
  )
  const groups = rawList(raw['targets']).flatMap((target, index) => {
    const scanner = scanners.find((known) => known.id === rawMap(target)['scanner'])
    const name = scanner && isGroup(rawMap(target), scanner) ? rawText(rawMap(target)['name']) : undefined
    return name === undefined
      ? []
      : [{ name, problem: document.problem(['targets', index, 'name'], duplicateName(name)) }]
  })
  problems.push(...duplicates(groups, read))
  return read.map(({ target }) => target)
}

function readTarget(
  raw: unknown,
  at: Path,
  document: YamlDocument,
  { scanners, files }: { readonly scanners: readonly KnownScanner[]; readonly files: HostFiles },
  problems: Problem[],
): readonly PlacedTarget[] {
  const map = rawMap(raw)
  const id = rawText(map['scanner'])
  const scanner = scanners.find((known) => known.id === id)
  if (id !== undefined && !scanner) problems.push(document.problem([...at, 'scanner'], unknownScanner(id, scanners)))
  const platform = rawText(map['platform'])
  if (scanner && platform !== undefined && !scanner.platforms.includes(platform)) {
    problems.push(document.problem([...at, 'platform'], unknownPlatform(platform, scanner)))
  }
  if (isRawMap(raw) && scanner && isGroup(map, scanner)) {
    const group = withoutHosts(map)
    // with one host in its place, whatever the scanner says of `host` beside other options holds for a group too
    const { host: _, ...own } = { host: undefined, ...group }
    problems.push(...memberProblems(document, { ...own, host: 'host' }, at, scanner))
    return readGroup(document, map, at, scanner, files, problems).map(({ options, ...place }) => ({
      ...place,
      target: targetOf(options, { name: rawText(map['name']) ?? '', concurrency: map['concurrency'] }),
    }))
  }
  if (isRawMap(raw)) problems.push(...memberProblems(document, raw, at, scanner ?? (id === undefined ? scanners : [])))
  const split = scanner ? splitHost(document, map, at, problems) : map
  return [{ target: targetOf(split), problem: (key, says) => document.problem([...at, key], says) }]
}

/** A target from options that were checked; `group` is what several hosts have in common. */
function targetOf(map: RawMap, group?: { readonly name: string; readonly concurrency: unknown }): Target {
  const platform = rawText(map['platform'])
  const kind = rawWord(map['kind'], componentKinds)
  const pinned = rawText(map['id'])
  const timeout = rawDuration(map['timeout'])
  const zone = rawText(map['network-zone'])
  const limit = typeof group?.concurrency === 'number' ? { concurrency: group.concurrency } : {}
  return {
    name: rawText(map['name']) ?? '',
    scanner: rawText(map['scanner']) ?? '',
    ...(platform !== undefined && { platform }),
    ...(kind && { kind }),
    ...(pinned !== undefined && { id: pinned }),
    labels: rawTextMap(map['labels']),
    ...(map['owner'] !== undefined && { owner: rawTextMap(map['owner']) }),
    ...(timeout !== undefined && { timeout }),
    ...(group && { group: { name: group.name, ...limit } }),
    ...(zone !== undefined && { networkZone: zone }),
    options: Object.fromEntries(
      Object.entries(map).filter(([key]) => !targetMembers.has(key) && !(group && key === 'concurrency')),
    ),
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
  const found = candidates.map((candidate) => checkSchema(document, targetSchemasOf(candidate).target, raw, at))
  return found.toSorted((a, b) => a.length - b.length)[0] ?? []
}

/** Names that look alike would be taken for each other; one address twice is one machine judged twice. */
function duplicates(
  groups: readonly { readonly name: string; readonly problem: Problem }[],
  targets: readonly PlacedTarget[],
): readonly Problem[] {
  const problems: Problem[] = []
  const names = new Set<string>()
  const addresses = new Map<string, string>()
  for (const { name, problem } of groups) {
    if (names.has(fold(name))) problems.push(problem)
    names.add(fold(name))
  }
  for (const { target, problem } of targets) {
    const address = addressOf(target)
    const other = address === undefined ? undefined : addresses.get(address)
    if (address !== undefined) addresses.set(address, other ?? target.name)
    const named = fold(target.name)
    // of one address twice the name says nothing more; what has no name was complained of
    if (other !== undefined) problems.push(problem('host', duplicateHost(other)))
    else if (named !== '' && names.has(named)) problems.push(problem('name', duplicateName(target.name)))
    names.add(named)
  }
  return problems
}

const fold = (name: string): string => name.normalize('NFKC').toLowerCase()

/** What tells two hosts apart: behind different jump hosts the same private address may be two machines. */
function addressOf({ scanner, options }: Target): string | undefined {
  const { host, port, jump } = options
  if (typeof host !== 'string') return undefined
  return JSON.stringify([scanner, host.toLowerCase().replace(/\.$/, ''), port ?? 22, jump ?? ''])
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

const duplicateHost = (other: string): Says => ({
  what: { ja: `対象「${other}」と同じアドレスである`, en: `the same address as the target “${other}”` },
  expected: {
    ja: '1台の機械は1回だけ（別の機械なら port か jump を分ける）',
    en: 'each machine once; different machines differ in port or jump',
  },
})

const duplicateName = (name: string): Says => ({
  what: { ja: `対象の名前「${name}」が重複している`, en: `two targets are named “${name}”` },
  expected: { ja: '対象ごとに違う名前', en: 'a name of its own for each target' },
})
