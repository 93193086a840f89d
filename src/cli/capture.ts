import { stringify } from 'yaml'
import { settings as catalogue } from '../core/catalogue/index.ts'
import { writeDuration } from '../core/duration.ts'
import type { Fact, Row, Value } from '../core/fact.ts'
import { settingKey } from '../core/run.ts'
import type { Snapshot } from '../core/snapshot.ts'
import type { Language } from '../core/text.ts'
import { visible } from '../text/safe.ts'

/** Families that tell what a component is, not how it is set. */
const notSettings: ReadonlySet<string> = new Set(['identity'])

/**
 * A baseline in YAML that says what these components are set to now: every setting that all of them have
 * alike, the exposed listeners and the administrators. Meant to be reviewed, not to be signed unread.
 */
export function captureBaseline(snapshots: readonly Snapshot[], language: Language): string {
  const note =
    language === 'ja'
      ? `手本の構成要素の今の設定から作った。要らない要件を消し、値を確かめてから承認する。\n 写した構成要素: ${snapshots.map((one) => visible(one.component.name)).join(', ')}`
      : `Made from what the golden host is set to now. Remove what does not matter and check the values before approving it.\n Captured from: ${snapshots.map((one) => visible(one.component.name)).join(', ')}`
  const left = defaultsLeftOut(snapshots)
  const more =
    left.length === 0
      ? ''
      : language === 'ja'
        ? `\n適用範囲ごとに値が違うため、範囲の値だけを写し、既定値を写していない設定: ${left.join(', ')}`
        : `\nOnly the values in scopes were captured, not the default, where the two differ: ${left.join(', ')}`
  return `${commented(`${note}${more}`)}${stringify(capturedContent(snapshots), { lineWidth: 120 })}`
}

/** The same without the comment: what `--json` prints is a baseline too. */
export function capturedContent(snapshots: readonly Snapshot[]): object {
  const first = snapshots[0]
  const settings = first ? first.facts.filter((fact) => isCommon(fact, snapshots)) : []
  return {
    baseline: 'captured',
    version: 1,
    title: { ja: '手本から写した基準', en: 'Captured from a golden host' },
    requirements: [
      ...settings.map(settingRequirement).filter((one) => one !== undefined),
      ...listRequirements(snapshots),
    ],
  }
}

const commented = (text: string): string =>
  `${text
    .split('\n')
    .map((line) => `# ${line.trim()}`)
    .join('\n')}\n`

/** Known, meant to stay as it is, and the same in the same scope of every snapshot. */
function isCommon(fact: Fact, snapshots: readonly Snapshot[]): boolean {
  const setting = catalogue.get(fact.setting)
  if (fact.state !== 'known' || !setting || setting.volatile || setting.type === 'instant') return false
  if (notSettings.has(fact.setting.split('.')[0] ?? '')) return false
  if (isSplit(fact.setting, snapshots) ? !fact.scope : fact.scope !== undefined) return false
  return snapshots.every((snapshot) =>
    snapshot.facts.some(
      (other) => settingKey(other) === settingKey(fact) && other.state === 'known' && same(other.value, fact.value),
    ),
  )
}

/**
 * Whether a scope has another value than the default somewhere. One demand can't hold for both then, and a requirement
 * can name a scope but not the default alone.
 */
const isSplit = (setting: string, snapshots: readonly Snapshot[]): boolean =>
  snapshots.some((snapshot) => {
    const facts = snapshot.facts.filter((fact) => fact.setting === setting && fact.state !== 'inapplicable')
    return (
      new Set(facts.map((fact) => JSON.stringify(fact.state === 'known' ? sorted(fact.value) : fact.state))).size > 1
    )
  })

const defaultsLeftOut = (snapshots: readonly Snapshot[]): readonly string[] => [
  ...new Set(
    (snapshots[0]?.facts ?? [])
      .filter((fact) => !fact.scope && fact.state === 'known' && isSplit(fact.setting, snapshots))
      .map((fact) => fact.setting),
  ),
]

const same = (a: Value, b: Value): boolean => JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
const sorted = (value: Value): Value => (Array.isArray(value) ? [...value].sort() : value)

function settingRequirement(fact: Fact): object | undefined {
  const setting = catalogue.get(fact.setting)
  if (!setting || fact.state !== 'known') return undefined
  const value =
    setting.type === 'duration' && typeof fact.value === 'number'
      ? writeDuration(fact.value)
      : Array.isArray(fact.value)
        ? [...fact.value].sort()
        : fact.value
  return {
    id: slug(settingKey(fact)),
    title: setting.title,
    severity: 'medium',
    controls: [],
    ...(fact.scope && { scope: { kind: fact.scope.kind, key: fact.scope.key } }),
    expect: { [fact.setting]: { equals: value } },
    rationale: { ja: '手本の構成要素の設定', en: 'As set on the golden host' },
    remedy: { default: { ja: '手本の設定に戻す', en: 'Set it as on the golden host' } },
  }
}

/** `password.minimum-length[category:root]` as an id of a requirement. */
const slug = (key: string): string =>
  key
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')

/** Lists that grow by themselves: what isn't on the golden host must be approved first. */
function listRequirements(snapshots: readonly Snapshot[]): readonly object[] {
  const listeners = valuesOf(snapshots, 'listener', 'endpoint', (row) => row.fields['exposed'] === true)
  const administrators = valuesOf(snapshots, 'account', 'name', (row) => row.fields['privileged'] === true)
  return [
    ...(listeners
      ? [
          list('listeners', 'listener', { exposed: true }, 'endpoint', listeners, {
            ja: '外部から届く待ち受け口',
            en: 'Listeners reachable from other machines',
          }),
        ]
      : []),
    ...(administrators
      ? [
          list('administrators', 'account', { privileged: true }, 'name', administrators, {
            ja: '特権アカウント',
            en: 'Privileged accounts',
          }),
        ]
      : []),
  ]
}

/** Values of a field over complete tables; nothing when one of the tables isn't. */
function valuesOf(
  snapshots: readonly Snapshot[],
  type: string,
  field: string,
  where: (row: Row) => boolean,
): readonly string[] | undefined {
  const values = new Set<string>()
  for (const snapshot of snapshots) {
    const table = snapshot.tables.find((one) => one.type === type)
    if (!table?.complete) return undefined
    for (const row of table.rows) {
      const value = row.fields[field]
      if (where(row) && typeof value === 'string') values.add(value)
    }
  }
  return [...values].sort()
}

const list = (
  id: string,
  each: string,
  where: object,
  field: string,
  values: readonly string[],
  title: object,
): object => ({
  id,
  title,
  severity: 'medium',
  controls: [],
  each,
  where,
  expect: { [field]: { 'one-of': values } },
  rationale: { ja: '手本の構成要素にある物だけを認める', en: 'Only what the golden host has is approved' },
  remedy: {
    default: { ja: '取り除くか、承認してこの一覧に加える', en: 'Remove it, or approve it and add it to this list' },
  },
})
