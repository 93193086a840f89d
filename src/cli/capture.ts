import { stringify } from 'yaml'
import { settings as catalogue } from '../core/catalogue/index.ts'
import { writeDuration } from '../core/duration.ts'
import type { Fact, Row, Value } from '../core/fact.ts'
import type { Snapshot } from '../core/snapshot.ts'
import type { Language } from '../core/text.ts'

/** Families that tell what a component is, not how it is set. */
const notSettings: ReadonlySet<string> = new Set(['identity'])

/**
 * A baseline in YAML that says what these components are set to now: every setting that all of them have
 * alike, the exposed listeners and the administrators. Meant to be reviewed, not to be signed unread.
 */
export function captureBaseline(snapshots: readonly Snapshot[], language: Language): string {
  const note =
    language === 'ja'
      ? `手本の構成要素の今の設定から作った。要らない要件を消し、値を確かめてから承認する。\n 写した構成要素: ${snapshots.map((one) => one.component.name).join(', ')}`
      : `Made from what the golden host is set to now. Remove what does not matter and check the values before approving it.\n Captured from: ${snapshots.map((one) => one.component.name).join(', ')}`
  return `${commented(note)}${stringify(capturedContent(snapshots), { lineWidth: 120 })}`
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

function isCommon(fact: Fact, snapshots: readonly Snapshot[]): boolean {
  const setting = catalogue.get(fact.setting)
  if (fact.state !== 'known' || fact.scope || !setting || setting.volatile || setting.type === 'instant') return false
  if (notSettings.has(fact.setting.split('.')[0] ?? '')) return false
  return snapshots.every((snapshot) =>
    snapshot.facts.some(
      (other) =>
        other.setting === fact.setting && !other.scope && other.state === 'known' && same(other.value, fact.value),
    ),
  )
}

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
    id: fact.setting.replaceAll('.', '-'),
    title: setting.title,
    severity: 'medium',
    controls: [],
    expect: { [fact.setting]: { equals: value } },
    rationale: { ja: '手本の構成要素の設定', en: 'As set on the golden host' },
    remedy: { default: { ja: '手本の設定に戻す', en: 'Set it as on the golden host' } },
  }
}

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
