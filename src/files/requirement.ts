import { type Requirement, severities } from '../core/baseline.ts'
import { rowTypesById, settings } from '../core/catalogue/index.ts'
import { didYouMean } from '../core/did-you-mean.ts'
import { subjectsOf } from '../core/expectation.ts'
import type { ParameterUse } from '../core/substitute.ts'
import type { Says } from './excerpt.ts'
import { type ExpectationContext, readExpectation } from './expectations.ts'
import { isRawMap, type RawMap, rawMap, rawSentence, rawText, rawTexts, rawWord } from './raw.ts'
import { readSelector } from './selector.ts'
import type { Path } from './yaml.ts'

/** What reading a requirement needs from around it. */
export interface RequirementContext {
  readonly report: (path: Path, says: Says, at?: 'value' | 'key') => void
  readonly written: (path: Path) => string | undefined
  readonly use: (use: ParameterUse, path: Path) => void
}

const accountClasses = ['privileged', 'general', 'remote'] as const
const scopeKinds = ['policy', 'ou', 'profile', 'zone', 'interface', 'line', 'category'] as const

/** One block under `requirements:`. The schema has seen its frame; this checks it against the catalogue. */
export function readRequirement(raw: RawMap, path: Path, context: RequirementContext): Requirement {
  const each = rawText(raw['each'])
  const rowType = each === undefined ? undefined : rowTypesById.get(each)
  if (each !== undefined && !rowType) context.report([...path, 'each'], unknownRowType(each))
  const expectations: ExpectationContext = {
    ...context,
    subjects: rowType ? new Map(Object.entries(rowType.fields)) : settings,
    subjectKind: each === undefined ? 'setting' : 'field',
  }
  // Without its row type nothing can be said of the fields.
  const readable = each === undefined || rowType !== undefined
  const read = (key: 'where' | 'expect' | 'reject') =>
    readable && isRawMap(raw[key]) ? readExpectation(raw[key], [...path, key], expectations) : undefined
  const [where, expect, reject] = [read('where'), read('expect'), read('reject')]
  checkShape(raw, each, path, context)
  const title = rawSentence(raw['title']) ?? { ja: '', en: '' }
  const [appliesTo, scope, partial] = [
    readSelector(raw['applies-to']),
    readScope(raw['scope']),
    rawSentence(raw['partial']),
  ]
  const requirement: Requirement = {
    id: rawText(raw['id']) ?? '',
    title,
    severity: rawWord(raw['severity'], severities) ?? 'high',
    controls: rawTexts(raw['controls']),
    rationale: rawSentence(raw['rationale']) ?? title,
    remedy: Object.fromEntries(
      Object.entries(rawMap(raw['remedy'])).flatMap(([family, sentence]) => {
        const says = rawSentence(sentence)
        return says ? [[family, says]] : []
      }),
    ),
    ...(appliesTo && { appliesTo }),
    ...(scope && { scope }),
    ...(each !== undefined && { each }),
    ...(where && { where }),
    ...(expect && { expect }),
    ...(reject && { reject }),
    ...(partial && { partial }),
    ...(typeof raw['deep'] === 'boolean' && { deep: raw['deep'] }),
  }
  checkScope(requirement, path, context)
  return requirement
}

function readScope(raw: unknown): Requirement['scope'] {
  if (!isRawMap(raw)) return undefined
  const [accounts, kind, key] = [
    rawWord(raw['accounts'], accountClasses),
    rawWord(raw['kind'], scopeKinds),
    rawText(raw['key']),
  ]
  return { ...(accounts && { accounts }), ...(kind && { kind }), ...(key !== undefined && { key }) }
}

function checkShape(raw: RawMap, each: string | undefined, path: Path, { report }: RequirementContext): void {
  if (each === undefined) {
    for (const key of ['where', 'reject'] as const)
      if (raw[key] !== undefined) report([...path, key], onlyForRows(key), 'key')
    if (raw['expect'] === undefined) report(path, needsExpect)
    return
  }
  if (raw['expect'] === undefined && raw['reject'] === undefined) report(path, needsExpectOrReject)
  if (raw['scope'] !== undefined) report([...path, 'scope'], noScopeForRows, 'key')
}

/** A scope that none of the settings can have would never select anything. */
function checkScope(requirement: Requirement, path: Path, { report }: RequirementContext): void {
  const kind = requirement.scope?.kind
  if (kind === undefined || requirement.each !== undefined) return
  const possible = new Set(subjectsOf(requirement.expect).flatMap((subject) => settings.get(subject)?.scopes ?? []))
  if (possible.has(kind) || subjectsOf(requirement.expect).length === 0) return
  const known = [...possible].join('、')
  report([...path, 'scope', 'kind'], {
    what: { ja: `これらの設定項目に適用範囲 ${kind} はない`, en: `these settings have no scope of kind ${kind}` },
    expected: {
      ja: known === '' ? 'scope の kind を書かない' : `次のいずれか: ${known}`,
      en: known === '' ? 'no kind' : `one of ${[...possible].join(', ')}`,
    },
  })
}

function unknownRowType(each: string): Says {
  const meant = didYouMean(each, rowTypesById.keys())
  return {
    what: { ja: `行の種類「${each}」はない`, en: `there is no row type “${each}”` },
    expected: {
      ja: `次のいずれか: ${[...rowTypesById.keys()].join('、')}`,
      en: `one of ${[...rowTypesById.keys()].join(', ')}`,
    },
    ...(meant !== undefined && { didYouMean: meant }),
  }
}

const onlyForRows = (key: 'where' | 'reject'): Says => ({
  what: { ja: `${key} は each と一緒に使う`, en: `${key} only goes with each` },
  expected: {
    ja: 'each: account のように行の種類を書く、または expect を使う',
    en: 'a row type such as each: account, or expect instead',
  },
})
const needsExpect: Says = {
  what: { ja: '「expect」がない', en: '“expect” is missing' },
  expected: { ja: 'expect: {設定項目: 条件}', en: 'expect: {setting: condition}' },
}
const needsExpectOrReject: Says = {
  what: { ja: '「expect」も「reject」もない', en: 'neither “expect” nor “reject”' },
  expected: {
    ja: '行が満たす条件 expect、またはあってはならない行 reject',
    en: 'expect: what each row must be; reject: rows that must not be',
  },
}
const noScopeForRows: Says = {
  what: { ja: 'each のある要件に scope は使えない', en: 'scope does not go with each' },
  expected: {
    ja: '行は where で選ぶ（where: {privileged: true}）',
    en: 'choose rows by where, such as where: {privileged: true}',
  },
}
