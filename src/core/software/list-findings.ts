import type { Severity } from '../baseline.ts'
import { findingHash } from '../judge.ts'
import { type Finding, type FindingKind, listComponentId, type RunBaseline, type Verdict } from '../run.ts'
import type { LocalText } from '../text.ts'
import { type CompiledEntry, compileList } from './compiled.ts'
import { isExpired } from './judge-row.ts'
import type { JudgedSoftware } from './judge-software.ts'
import type { SoftwareEntry, SoftwareList, UsedSoftwareList } from './list.ts'
import * as words from './words.ts'

interface SeenEntry {
  took: boolean
  /** A component that it applies to was not read as a whole, or what would decide was not. */
  open: boolean
}

/** What a whole run showed of one list. It grows with the entries of the list, never with the components. */
export interface SeenList {
  /** Latest instant that last days were held against; nothing before the list was held against a component. */
  instant?: number
  /** Entries that applied to a component, by their id. */
  readonly entries: Map<string, SeenEntry>
}

export const nothingSeen = (): SeenList => ({ entries: new Map() })

/** Adds what one use of the list gave on one component. The order of components makes no difference. */
export function addSeen(seen: SeenList, judged: JudgedSoftware): void {
  if (!judged.held) return
  if (seen.instant === undefined || Number.isNaN(judged.instant)) seen.instant = judged.instant
  else if (!Number.isNaN(seen.instant)) seen.instant = Math.max(seen.instant, judged.instant)
  for (const id of judged.applying) {
    const entry = seen.entries.get(id) ?? { took: false, open: false }
    seen.entries.set(id, entry)
    if (judged.matched.has(id)) entry.took = true
    if (!judged.complete || judged.open.has(id)) entry.open = true
  }
}

/**
 * How much of what the list is for the run covered: all of it; all that was named, while nothing is configured; less,
 * because somebody asked for some targets only; or less, because a target could not be read.
 */
export type Coverage = 'whole' | 'named' | 'narrowed' | 'broken'

/**
 * Upkeep of a list, which only the whole run shows: entries that have expired, entries that allow what is nowhere, and
 * entries for components that are nowhere, also where they forbid: a misspelt name would make them forbid nothing.
 * Failing and undecided entries one by one, the others as one count.
 */
export function listFindings(
  { list }: Pick<UsedSoftwareList, 'list'>,
  seen: SeenList,
  coverage: Coverage = 'whole',
): readonly Finding[] {
  const { entries } = compileList(list)
  const isLost = ({ entry }: CompiledEntry): boolean => isMisdirected(entry, seen, coverage)
  return [
    ...upkeep(list, 'list-entry-current', entries, (entry) => current(entry, seen)),
    ...upkeep(list, 'list-entry-placed', entries.filter(isLost), () => misdirected),
    ...upkeep(
      list,
      'list-entry-used',
      // a prohibition that takes nothing is what it is for
      entries.filter((compiled) => compiled.entry.status === 'allow' && !isLost(compiled)),
      ({ entry }) => inUse(entry, seen, coverage),
    ),
  ]
}

/** How a list stands in the head of a run. */
export const listHeader = ({ id, version, hash, title }: SoftwareList): RunBaseline => ({
  kind: 'software-list',
  id,
  version,
  hash,
  approval: { state: 'not-configured' },
  title,
  disabled: [],
})

type Upkeep = 'list-entry-current' | 'list-entry-placed' | 'list-entry-used'

interface Said {
  readonly verdict: Verdict
  readonly actual?: LocalText
  readonly reason?: LocalText
}

const held: LocalText = { ja: '一覧を当てる構成要素がなかった', en: 'the list was not held against any component' }

function current(compiled: CompiledEntry, { instant }: SeenList): Said {
  if (instant === undefined) return { verdict: 'not-applicable', reason: held }
  const over = isExpired(compiled, instant)
  if (over === false) return { verdict: 'pass' }
  const { status, validUntil = '' } = compiled.entry
  if (over === undefined) {
    return {
      verdict: 'unknown',
      reason: {
        ja: `期限（${validUntil}）と比べる日時が分からない`,
        en: `the instant to hold its last day (${validUntil}) against is not known`,
      },
    }
  }
  const denies = status === 'deny'
  return {
    verdict: 'fail',
    actual: {
      ja: `${validUntil} で期限切れ${denies ? '（禁止は廃止にするまで続く）' : ''}`,
      en: `ended on ${validUntil}${denies ? ' (it forbids until it is retired)' : ''}`,
    },
  }
}

/**
 * Whether it names components, a label or a platform that nothing configured has. Kinds are apart: a list for servers
 * and terminals may well be used where there are no terminals.
 */
function isMisdirected({ id, components, platform, role }: SoftwareEntry, seen: SeenList, coverage: Coverage): boolean {
  const names = components?.component ?? components?.label ?? components?.platform ?? platform
  return (
    names !== undefined &&
    coverage === 'whole' &&
    seen.instant !== undefined &&
    !seen.entries.has(id) &&
    // with a role it may be that the list is used for the other one only
    role === undefined
  )
}

const misdirected: Said = {
  verdict: 'fail',
  actual: {
    ja: '当てはまる構成要素がない（構成要素の名前、札、プラットフォームのどれかが違う）',
    en: 'it applies to no component (is a name, label or platform misspelt?)',
  },
}

function inUse({ id }: SoftwareEntry, seen: SeenList, coverage: Coverage): Said {
  const entry = seen.entries.get(id)
  if (!entry) {
    return {
      verdict: 'not-applicable',
      reason: { ja: '当てはまる構成要素がなかった', en: 'it applied to no component' },
    }
  }
  if (entry.took) return { verdict: 'pass' }
  if (entry.open) {
    return {
      verdict: 'unknown',
      reason: {
        ja: 'ソフトウェアを全部は読めなかった構成要素があり、使われているか分からない',
        en: 'the software of some component was not read as a whole, so that it may take something there',
      },
    }
  }
  if (coverage === 'broken') {
    return {
      verdict: 'unknown',
      reason: {
        ja: '読めなかった対象があり、使われているか分からない',
        en: 'some targets were not read, and it may take something there',
      },
    }
  }
  if (coverage === 'narrowed') {
    return {
      verdict: 'not-applicable',
      reason: {
        ja: '一部の対象だけを調べたので、使われていないとは言えない',
        en: 'only some of the targets were scanned, so that it can not be called unused',
      },
    }
  }
  return { verdict: 'fail', actual: { ja: '当たるソフトウェアがない', en: 'no software matches it' } }
}

function upkeep(
  list: SoftwareList,
  requirement: Upkeep,
  entries: readonly CompiledEntry[],
  judge: (entry: CompiledEntry) => Said,
): readonly Finding[] {
  const findings: Finding[] = []
  const counts = new Map<string, { readonly said: Said; count: number }>()
  for (const compiled of entries) {
    const said = judge(compiled)
    if (said.verdict === 'fail' || said.verdict === 'unknown') {
      findings.push(toFinding(list, requirement, said, compiled.entry))
      continue
    }
    const key = `${said.verdict} ${said.reason?.en ?? ''}`
    const group = counts.get(key) ?? { said, count: 0 }
    group.count += 1
    counts.set(key, group)
  }
  const counted = [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, { said, count }]) => toFinding(list, requirement, said, undefined, count))
  return [...counted, ...findings]
}

function toFinding(
  list: SoftwareList,
  requirement: Upkeep,
  said: Said,
  entry: SoftwareEntry | undefined,
  count?: number,
): Finding {
  const { verdict, reason } = said
  const { kind, title, expected, remedy } = about[requirement]
  const component = listComponentId(list.id)
  const type = 'software-list-entry'
  const where = entry ? [type, entry.id] : null
  const own = entry || verdict === 'pass' ? [] : [verdict, reason?.en ?? '']
  const id = findingHash([component, list.id, requirement, null, where, ...own])
  const name = entry?.match.name
  return {
    id,
    valueHash: findingHash([id, entry ? [entry.validUntil ?? null] : [count ?? null]]),
    verdict,
    kind: verdict === 'unknown' ? 'unknown' : kind,
    severity: severityOf(requirement, entry),
    baseline: list.id,
    requirement,
    component,
    ...(entry && { row: { type, key: entry.id, name: name === undefined ? entry.id : `${entry.id} (${name})` } }),
    ...(count !== undefined && { count }),
    settings: [],
    expected,
    actual: said.actual ?? counted(verdict, count),
    evidence: entry ? [{ source: 'software-list', at: entry.at }] : [],
    controls: list.controls,
    title,
    ...(verdict === 'fail' && { remedy }),
    ...(reason && { reason }),
  }
}

/** What keeps a list from doing what it says counts; what only stands in it for nothing is told. */
const severityOf = (requirement: Upkeep, entry: SoftwareEntry | undefined): Severity =>
  requirement === 'list-entry-current' || (requirement === 'list-entry-placed' && entry?.status === 'deny')
    ? 'low'
    : 'info'

const counted = (verdict: Verdict, count: number | undefined): LocalText =>
  verdict === 'pass' && count !== undefined
    ? { ja: `${count}件が適合`, en: count === 1 ? '1 passes' : `${count} pass` }
    : { ja: '—', en: '—' }

const renew: LocalText = {
  ja: 'まだ必要なら承認を得て期限を改め、不要なら状態を廃止にする',
  en: 'if it is still needed, have it approved and give it another last day; if not, retire it',
}
const retire: LocalText = {
  ja: '不要になったのなら状態を廃止にし、名称などの誤りなら直す',
  en: 'retire it if it is no longer needed, or correct what it names',
}
const place: LocalText = {
  ja: '構成要素の名前、札（役割=値）、プラットフォーム（linux、linux/debian-* など）を seisa.yaml と合わせる',
  en: 'write the name, label or platform (linux, linux/debian-*) as it is in seisa.yaml',
}

const about: Readonly<
  Record<
    Upkeep,
    { readonly kind: FindingKind; readonly title: LocalText; readonly expected: LocalText; readonly remedy: LocalText }
  >
> = {
  'list-entry-current': {
    kind: 'list-entry-expired',
    title: words.titles.current,
    expected: words.expected.current,
    remedy: renew,
  },
  'list-entry-placed': {
    kind: 'list-entry-unused',
    title: words.titles.placed,
    expected: words.expected.placed,
    remedy: place,
  },
  'list-entry-used': {
    kind: 'list-entry-unused',
    title: words.titles.used,
    expected: words.expected.used,
    remedy: retire,
  },
}
