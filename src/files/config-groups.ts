import { resolve } from 'node:path'
import type { Target } from '../core/scanner.ts'
import { type KnownScanner, targetSchemasOf } from './config-schema.ts'
import type { Says } from './excerpt.ts'
import { type HostEntry, type HostList, hostsInline, problemsOfFile } from './host-list.ts'
import { hostText, parseHost } from './host-list-address.ts'
import { hostsOfTable, hostTable } from './host-list-table.ts'
import { readHostText } from './host-list-text.ts'
import type { Problem } from './problems.ts'
import { isRawMap, rawList, type RawMap, rawMap, rawText, rawTextMap } from './raw.ts'
import { checkSchema } from './schema-check.ts'
import type { Table } from './table/table.ts'
import type { Path, YamlDocument } from './yaml.ts'

/** A target, and a way to say what is wrong with it where it was written. */
export interface PlacedTarget {
  readonly target: Target
  readonly problem: (key: string, says: Says) => Problem
}

/** What the files named under `hosts:` hold, by the place of their target. */
export type HostFiles = ReadonlyMap<number, HostList>

/** Several hosts under one name. */
export const isGroup = (target: RawMap, scanner: KnownScanner): boolean =>
  target['hosts'] !== undefined && targetSchemasOf(scanner).hosts !== undefined

export function withoutHosts(target: RawMap): RawMap {
  const { hosts: _, ...rest } = target
  return rest
}

/**
 * Reads the files named under `hosts:`, relative to `folder`. Whatever is wrong with one is among its problems; a text
 * file (`.txt` or anything that is no table) holds one host a line.
 */
export async function readHostFiles(
  document: YamlDocument,
  raw: RawMap,
  folder: string,
  scanners: readonly KnownScanner[],
): Promise<HostFiles> {
  const files = new Map<number, HostList>()
  for (const [index, target] of rawList(raw['targets']).entries()) {
    const hosts = rawMap(rawMap(target)['hosts'])
    const file = rawText(hosts['file'])
    const scanner = scanners.find((known) => known.id === rawMap(target)['scanner'])
    const schema = scanner && targetSchemasOf(scanner).host
    if (file === undefined || !schema) continue
    const path = resolve(folder, file)
    const sheet = rawText(hosts['sheet'])
    try {
      const list = /\.(csv|tsv|xlsx)$/i.test(path)
        ? hostsOfTable(await table(path, sheet), schema)
        : readHostText(path, schema)
      const empty = list.entries.length === 0 && list.problems.length === 0
      const at: Path = ['targets', index, 'hosts', 'file']
      files.set(index, empty ? { entries: [], problems: [document.problem(at, noHosts)] } : list)
    } catch (error) {
      const problems = problemsOfFile(error, (says) => document.problem(['targets', index, 'hosts', 'file'], says))
      files.set(index, { entries: [], problems })
    }
  }
  return files
}

/** Readers of spreadsheets are loaded when there is one. */
async function table(path: string, sheet: string | undefined): Promise<Table> {
  const { readTable } = await import('./table/read-table.ts')
  return readTable(path, { ...hostTable, ...(sheet !== undefined && { sheet }) })
}

/** The hosts of one entry under `targets:`, each with all its options and its own name. */
export function readGroup(
  document: YamlDocument,
  map: RawMap,
  at: Path,
  scanner: KnownScanner,
  files: HostFiles,
  problems: Problem[],
): readonly { readonly options: RawMap; readonly problem: PlacedTarget['problem'] }[] {
  const schema = targetSchemasOf(scanner).hosts
  if (!schema) return []
  if (map['host'] !== undefined) problems.push(document.problem([...at, 'host'], hostOrHosts, 'key'))
  if (map['id'] !== undefined) problems.push(document.problem([...at, 'id'], idOfMany, 'key'))
  if (map['here'] !== undefined) problems.push(document.problem([...at, 'here'], hostOrHosts, 'key'))
  const place = [...at, 'hosts']
  const list = isRawMap(map['hosts'])
    ? (files.get(Number(at[1])) ?? { entries: [], problems: [] })
    : hostsInline(document, map['hosts'], place, schema)
  if (isRawMap(map['hosts'])) problems.push(...checkSchema(document, schema, map['hosts'], place))
  problems.push(...list.problems)
  const group = withoutHosts(map)
  return list.entries.map((entry) => ({
    options: optionsOf(group, entry),
    problem: (key, says) => entry.problem(entry.options[key] === undefined ? undefined : key, says),
  }))
}

/** What the group says, where the host says nothing else; labels and owner are those of both. */
function optionsOf(group: RawMap, { options }: HostEntry): RawMap {
  const host = hostText(
    rawText(options['host']) ?? '',
    typeof options['port'] === 'number' ? options['port'] : undefined,
  )
  const owner = { ...rawTextMap(group['owner']), ...rawTextMap(options['owner']) }
  return {
    ...group,
    ...options,
    name: rawText(options['name']) ?? `${rawText(group['name']) ?? ''}/${host}`,
    labels: { ...rawTextMap(group['labels']), ...rawTextMap(options['labels']) },
    ...(Object.keys(owner).length > 0 && { owner }),
  }
}

/** The `host` of a target that is no group, with its user and port as options of their own. */
export function splitHost(document: YamlDocument, map: RawMap, at: Path, problems: Problem[]): RawMap {
  const host = rawText(map['host'])
  if (host === undefined) return map
  const parsed = parseHost(host)
  if (parsed.ok) return { ...map, ...parsed.address }
  if (parsed.secret) document.hide([...at, 'host'])
  problems.push(document.problem([...at, 'host'], parsed.says))
  return map
}

const noHosts: Says = {
  what: { ja: 'ファイルにホストが1つもない', en: 'the file holds no hosts' },
  expected: { ja: '1行に1ホスト', en: 'one host a line' },
}
const hostOrHosts: Says = {
  what: { ja: 'hosts と一緒には使えない', en: 'it does not go with hosts' },
  expected: { ja: 'here、host、hosts のどれか1つ', en: 'one of here, host and hosts' },
}
const idOfMany: Says = {
  what: { ja: '複数のホストに同じ id は付けられない', en: 'several hosts can not have one id' },
  expected: { ja: 'ホストごとに {host: …, id: …}', en: 'an id for each host: {host: …, id: …}' },
}
