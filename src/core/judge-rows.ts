import type { Expectation, Requirement } from './baseline.ts'
import { rowTypesById } from './catalogue/index.ts'
import { actualText } from './describe.ts'
import { judgeExpectation, matches, type Subject, type Subjects, subjectsOf } from './expectation.ts'
import type { Field, Row } from './fact.ts'
import { type Judged, namerOf, type SnapshotIndex, valueOf } from './judge.ts'
import { fail, notApplicable, type Outcome, pass, unknown } from './logic.ts'
import type { LocalText } from './text.ts'

const none: LocalText = { ja: '—', en: '—' }

/**
 * Judges a requirement on every selected row of a table: failing and unknown rows one by one, passing
 * ones as one count. A table that isn't whole can't pass: what is missing from it is unknown.
 */
export function judgeRows(
  requirement: Requirement,
  type: string,
  index: SnapshotIndex,
  asOf: string,
): readonly Judged[] {
  const definition = rowTypesById.get(type)
  const table = index.tables.get(type)
  const single = (outcome: Outcome, actual: LocalText = none): readonly Judged[] => [
    { outcome, actual, values: [], evidence: table?.evidence ?? [], ...(table?.needs && { needs: table.needs }) },
  ]
  if (definition && !definition.kinds.includes(index.snapshot.component.kind)) {
    return single(notApplicable({ ja: 'この種類の対象にはない一覧', en: 'components of this kind have no such table' }))
  }
  if (!table) return single(unknown({ ja: 'このスキャナはこの一覧を読まない', en: 'not read by this scanner' }))
  if (table.inapplicable) return single(notApplicable(table.inapplicable))

  const judged: Judged[] = []
  let rows = 0
  let passing = 0
  for (const row of table.rows) {
    rows += 1
    const one = judgeRow(requirement, row, type, asOf)
    if (!one) continue
    if (one.verdict === 'pass') passing += 1
    else if (one.verdict !== 'not-applicable') judged.push(rowFinding(one, requirement, row, type))
  }
  if (definition?.neverEmpty && rows === 0) {
    return single(unknown({ ja: '一覧が空（空ではあり得ない）', en: 'the table is empty, which can not be' }))
  }
  if (!table.complete) {
    const why = table.why ?? { ja: '一覧の全体を読めていない', en: 'the table was not read as a whole' }
    const read = { ja: `読めた${rows}件のうち${passing}件は適合`, en: `${passing} of ${rows} rows read pass` }
    return [...judged, ...single(unknown(why), read)]
  }
  if (passing > 0) {
    judged.push({
      outcome: pass,
      count: passing,
      actual: { ja: `${passing}件が適合`, en: passing === 1 ? '1 passes' : `${passing} pass` },
      values: [passing],
      evidence: table.evidence,
    })
  }
  if (judged.length > 0) return judged
  const nothing = { ja: `該当なし（${rows}件中）`, en: `none selected (of ${rows})` }
  return requirement.reject && !requirement.expect ? single(pass, nothing) : single(notApplicable(nothing))
}

/** Nothing when the row isn't selected. */
function judgeRow(requirement: Requirement, row: Row, type: string, asOf: string): Outcome | undefined {
  const subjects = subjectsOfRow(row, type, asOf)
  if (requirement.where) {
    const selected = matches(requirement.where, subjects)
    if (selected.answer === 'no') return undefined
    if (selected.answer === 'unclear') return unknown(...selected.reasons)
  }
  const outcomes: Outcome[] = []
  if (requirement.expect) outcomes.push(judgeExpectation(requirement.expect, subjects))
  if (requirement.reject) outcomes.push(rejectOutcome(requirement.reject, subjects))
  const [first = pass, second] = outcomes
  if (!second) return first
  if (first.verdict === 'fail' || second.verdict === 'fail') return first.verdict === 'fail' ? first : second
  if (first.verdict === 'unknown') return first
  return second.verdict === 'unknown' || first.verdict === 'not-applicable' ? second : first
}

function rejectOutcome(reject: Expectation, subjects: Subjects): Outcome {
  const found = matches(reject, subjects)
  if (found.answer === 'unclear') return unknown(...found.reasons)
  return found.answer === 'yes' ? fail : pass
}

/** Fields of a row as subjects. */
function subjectsOfRow(row: Row, type: string, asOf: string): Subjects {
  const namer = namerOf(type)
  return { asOf, type: (name) => namer(name).type, get: (name) => toSubject(row.fields[name]) }
}

function toSubject(field: Field | undefined): Subject {
  if (field === undefined)
    return { state: 'unreadable', why: { ja: 'このスキャナはこの項目を読まない', en: 'not read by this scanner' } }
  if (field === null) return { state: 'absent' }
  if (typeof field !== 'object' || Array.isArray(field))
    return { state: 'known', value: field as Exclude<Field, object | null> }
  if ('unreadable' in field) return { state: 'unreadable', why: field.unreadable }
  if ('inapplicable' in field) return { state: 'inapplicable', why: field.inapplicable }
  if ('unsupported' in field) return { state: 'unsupported', why: field.unsupported }
  return { state: 'unreadable', why: none }
}

function rowFinding(outcome: Outcome, requirement: Requirement, row: Row, type: string): Judged {
  const names = [...new Set([...subjectsOf(requirement.expect), ...subjectsOf(requirement.reject)])]
  return {
    outcome,
    row: { type, key: row.key, name: row.name },
    actual: actualText(names, (name) => toSubject(row.fields[name]), namerOf(type)),
    values: names.map((name) => valueOf(toSubject(row.fields[name]))),
    evidence: row.evidence ?? [],
  }
}
