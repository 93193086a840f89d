import { Fault } from '../core/fault.ts'
import type { Says } from './excerpt.ts'
import { parseHost } from './host-list-address.ts'
import { type Problem, problemsOf } from './problems.ts'
import { isRawMap, rawList, type RawMap, rawMap, rawText } from './raw.ts'
import { checkSchema } from './schema-check.ts'
import type { Schema } from './schema-words.ts'
import type { Path, YamlDocument } from './yaml.ts'

/** One host of a group: its options in the words of seisa.yaml, `host` always among them. */
export interface HostEntry {
  readonly options: RawMap
  /** A problem at one of its options, or at the host as a whole. */
  readonly problem: (key: string | undefined, says: Says) => Problem
}

/** What a list of hosts holds, and what is wrong with it. */
export interface HostList {
  readonly entries: readonly HostEntry[]
  readonly problems: readonly Problem[]
}

/** Where hosts were written: checking them needs no more of a file than this. */
export type HostSource = Pick<YamlDocument, 'problem' | 'written'>

/** A host as it was read, before anything about it is known to be right. */
export interface WrittenHost {
  /** `host` may still hold a user and a port. */
  readonly options: RawMap
  readonly at: Path
}

/** What stands under `hosts:` in seisa.yaml itself. `schema` is that of the whole of it. */
export function hostsInline(document: YamlDocument, raw: unknown, at: Path, schema: Schema): HostList {
  const problems = checkSchema(document, schema, raw, at)
  const written = rawList(raw).flatMap((item, index): readonly WrittenHost[] => {
    const host = rawText(isRawMap(item) ? item['host'] : item)
    return host === undefined ? [] : [{ options: { ...rawMap(item), host }, at: [...at, index] }]
  })
  const list = hostsFrom(document, written, { hide: (path) => document.hide(path) })
  return { entries: list.entries, problems: [...problems, ...list.problems] }
}

/**
 * Splits the addresses of hosts that were read from anywhere; one that can't be split is a problem and no entry.
 * `schema` is that of one host, unless they were checked before; `hide` keeps a password that stands in one out of
 * every message.
 */
export function hostsFrom(
  source: HostSource,
  written: readonly WrittenHost[],
  { schema, hide }: { readonly schema?: Schema; readonly hide?: (path: Path) => void },
): HostList {
  const problems: Problem[] = []
  const entries = written.flatMap(({ options: own, at }): readonly HostEntry[] => {
    const parsed = parseHost(rawText(own['host']) ?? '')
    const place = [...at, 'host']
    if (!parsed.ok) {
      if (parsed.secret) hide?.(place)
      problems.push(source.problem(place, parsed.says))
      return []
    }
    for (const key of ['port', 'username'] as const) {
      if (parsed.address[key] !== undefined && own[key] !== undefined)
        problems.push(source.problem([...at, key], twice(key)))
    }
    const options = { ...own, ...parsed.address }
    if (schema) problems.push(...checkSchema(source, schema, options, at))
    return [{ options, problem: (key, says) => source.problem(key === undefined ? at : [...at, key], says) }]
  })
  return { entries, problems }
}

/** Problems of a file that could not be read; one that isn't there is a problem of what names it. */
export function problemsOfFile(error: unknown, at: (says: Says) => Problem): readonly Problem[] {
  const found = problemsOf(error)
  if (found) return found
  if (error instanceof Fault) return [at({ what: error.what, expected })]
  throw error
}

const expected: Says['expected'] = {
  ja: 'ホストの一覧のファイル（この設定ファイルから見た場所）',
  en: 'a file with the hosts, relative to this file',
}
const twice = (key: string): Says => ({
  what: { ja: `${key} が2か所に書かれている`, en: `${key} is written in two places` },
  expected: { ja: `host の中か ${key} のどちらか`, en: `either in host or as ${key}` },
})
