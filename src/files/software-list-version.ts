import type { VersionRange } from '../core/software/list.ts'
import { compareVersions } from '../core/versions/index.ts'
import type { Says } from './excerpt.ts'

/** Versions as somebody wrote them: a range, every version, or one version without a word on those around it. */
export type VersionText =
  | { readonly range: VersionRange }
  | { readonly range?: never; readonly all: true }
  | { readonly range?: never; readonly bare: string }
  | Says

const everything: ReadonlySet<string> = new Set(
  [
    '',
    '*',
    '-',
    '―',
    'ー',
    '–',
    '全て',
    'すべて',
    '全部',
    '全版',
    '全バージョン',
    '全ての版',
    'すべての版',
    '問わず',
  ].concat(['不問', '制限なし', '指定なし', '限定なし', 'なし', 'any', 'all', 'allversions', 'anyversion']),
)

/** `1.2`, `2:9.2p1-2+deb12u3`, `v1.2`; it has a number in it. */
const version = String.raw`(?:version|ver\.?|v(?=\d)|バージョン)?\s*((?=[0-9a-z.+~:^_-]*[0-9])[0-9a-z](?:[0-9a-z.+~:^_-]*[0-9a-z~])?)`

const before: readonly (readonly [RegExp, keyof Bounds])[] = [
  [new RegExp(`^(?:>=|=>|≧|≥|⩾)\\s*${version}$`, 'i'), 'atLeast'],
  [new RegExp(`^(?:<=|=<|≦|≤|⩽)\\s*${version}$`, 'i'), 'atMost'],
  [new RegExp(`^>\\s*${version}$`, 'i'), 'above'],
  [new RegExp(`^<\\s*${version}$`, 'i'), 'below'],
  [new RegExp(`^={1,2}\\s*${version}$`, 'i'), 'equals'],
]
const after: readonly (readonly [RegExp, keyof Bounds])[] = [
  [new RegExp(`^${version}\\s*(?:以上|以降|以後|\\+|(?:or|and) (?:later|newer|above|higher))$`, 'i'), 'atLeast'],
  [new RegExp(`^${version}\\s*(?:以下|以前|まで|(?:or|and) (?:earlier|older|below|lower))$`, 'i'), 'atMost'],
  [new RegExp(`^${version}\\s*(?:より新しい(?:版|もの)?|より後|より上|超)$`, 'i'), 'above'],
  [new RegExp(`^${version}\\s*(?:未満|より古い(?:版|もの)?|より前|より下)$`, 'i'), 'below'],
  [new RegExp(`^${version}\\s*(?:のみ|だけ|に限る|ちょうど|only)$`, 'i'), 'equals'],
]
const whole = new RegExp(`^${version}$`, 'i')
const series = /^(?:version|ver\.?|v)?\s*([0-9]+(?:\.[0-9]+)*)(?:\.(?:\*|x)|系)$/i
const span = new RegExp(`^${version}\\s*〜\\s*${version}$`, 'i')

type Bounds = Omit<VersionRange, 'scheme'>

/**
 * Reads a version cell: `1.2以上`, `>=1.2`, `>= 1.2, < 2`, `1.2以上2.0未満`, `1.2〜2.0`, `1.2.*`, `7系`, `=1.2`, `1.2のみ`,
 * `全て`, or a bare `1.2`, whose meaning depends on what it is listed for. What could be read in two ways is refused.
 */
export function readVersions(written: string): VersionText {
  // the wave dash, before it becomes the tilde that versions of Debian may hold
  const text = written
    .replaceAll(/[〜～]/g, ' 〜 ')
    .normalize('NFKC')
    .replaceAll(/\s+/g, ' ')
    .trim()
  if (everything.has(text.toLowerCase().replaceAll(' ', ''))) return { all: true }
  const from = span.exec(text)
  if (from?.[1] !== undefined && from[2] !== undefined) return { range: { atLeast: from[1], atMost: from[2] } }
  const only = series.exec(text)?.[1]
  if (only !== undefined) return { range: seriesOf(only) }
  const bare = whole.exec(text)?.[1]
  if (bare !== undefined) return isSpanOrVersion(bare) ? spanOrVersion(bare) : { bare }
  let bounds: Bounds = {}
  for (const part of partsOf(text)) {
    const bound = boundOf(part)
    if (!bound) return unreadableVersion
    if (Object.keys(bound).some((key) => key in bounds)) return twice
    bounds = { ...bounds, ...bound }
  }
  return contradiction(bounds) ? twice : { range: bounds }
}

/** `1.2~2.0` and `1.2-2.0`: from one to the other for a person, and each a version of Debian too. */
function isSpanOrVersion(bare: string): boolean {
  const [, from, sign, to] = /^(\d+(?:\.\d+)*)([~-])(\d+(?:\.\d+)*)$/.exec(bare) ?? []
  if (from === undefined || to === undefined) return false
  // `9.2-3` is a revision, which nobody writes for a range; `20230101` is a day
  return sign === '~' ? to.length < 6 : to.includes('.') && compareVersions('dotted', from, to) < 0
}

const spanOrVersion = (bare: string): Says => ({
  what: {
    ja: `「${bare}」は、範囲とも1つの版とも読める`,
    en: `“${bare}” may be a range or one version`,
  },
  expected: {
    ja: `範囲なら ${bare.replace(/[~-]/, '～')}（全角）か「～以上～以下」、1つの版なら =${bare} か >=${bare}`,
    en: `${bare.replace(/[~-]/, '〜')} or ">= …, <= …" for a range; =${bare} or >=${bare} for a version`,
  },
})

/** `>= 1.2, < 2` and `1.2以上2.0未満` as their parts. */
const partsOf = (text: string): readonly string[] =>
  text
    .replaceAll(/(以上|以降|以後|より新しい|超)(?=[0-9v])/gi, '$1,')
    .replaceAll(/(?<=[0-9a-z])\s*(?=[<>≧≦≥≤])/gi, ',')
    .split(/[,、;]|(?:かつ)|(?<=(?:以上|以降|以後)) | and (?=[<>=])/)
    .map((part) => part.trim())
    .filter((part) => part !== '')

function boundOf(part: string): Bounds | undefined {
  for (const [pattern, key] of [...before, ...after]) {
    const found = pattern.exec(part)?.[1]
    if (found !== undefined) return { [key]: found }
  }
  return undefined
}

/** Pre-releases sort before their release: `1.2~rc1` belongs to 1.2, `1.3~rc1` doesn't. */
function seriesOf(start: string): Bounds {
  const numbers = start.split('.')
  const last = BigInt(numbers.at(-1) ?? '0') + 1n
  return { atLeast: `${start}~`, below: `${[...numbers.slice(0, -1), last].join('.')}~` }
}

const contradiction = (bounds: Bounds): boolean =>
  (bounds.equals !== undefined && Object.keys(bounds).length > 1) ||
  (bounds.atLeast !== undefined && bounds.above !== undefined) ||
  (bounds.atMost !== undefined && bounds.below !== undefined)

/** How versions are written, for messages. */
export const versionForms = {
  ja: '1.2以上、>=1.2、1.2以上2.0未満、1.2.*、=1.2、全て など',
  en: '>=1.2, ">= 1.2, < 2", 1.2.*, =1.2 or * (every version)',
}
const unreadableVersion: Says = {
  what: { ja: '版の書き方を理解できない', en: 'versions that can not be understood' },
  expected: versionForms,
}
const twice: Says = {
  what: {
    ja: '版の範囲が矛盾しているか、同じ向きの境が2つある',
    en: 'bounds that contradict each other, or two of one kind',
  },
  expected: versionForms,
}
