import type { Condition, Expectation, Literal } from './baseline.ts'
import { type Answer, test, testAbsent, toNumber } from './compare.ts'
import type { ValueType } from './catalogue/define.ts'
import type { Value } from './fact.ts'
import { allOf, anyOf, fail, gap, notApplicable, type Outcome, pass, unknown } from './logic.ts'
import type { LocalText } from './text.ts'

/** What an expectation finds for a subject: the states of a fact or a field, in one shape. */
export type Subject =
  | { readonly state: 'known'; readonly value: Value; readonly limit?: number }
  | { readonly state: 'absent' }
  | { readonly state: 'inapplicable'; readonly why: LocalText }
  | { readonly state: 'unsupported'; readonly why: LocalText }
  | { readonly state: 'unreadable'; readonly why: LocalText }

/** Looks up subjects of one component, scope or row. */
export interface Subjects {
  readonly get: (subject: string) => Subject
  readonly type: (subject: string) => ValueType
  readonly asOf: string
}

/**
 * Judges an expectation, three-valued. `negated` pushes a surrounding `not` down to the tests, so that
 * the negation of a test on an absent, unsupported or unreadable value is no more of a pass than the test.
 */
export function judgeExpectation(expectation: Expectation, subjects: Subjects, negated = false): Outcome {
  switch (expectation.kind) {
    case 'subject':
      return judgeCondition(
        expectation.condition,
        subjects.get(expectation.subject),
        { type: subjects.type(expectation.subject), asOf: subjects.asOf },
        negated,
      )
    case 'not':
      return judgeExpectation(expectation.of, subjects, !negated)
    default: {
      const parts = expectation.of.map((part) => judgeExpectation(part, subjects, negated))
      return (expectation.kind === 'all-of') !== negated ? allOf(parts) : anyOf(parts)
    }
  }
}

function judgeCondition(
  condition: Condition,
  subject: Subject,
  context: { readonly type: ValueType; readonly asOf: string },
  negated: boolean,
): Outcome {
  if (subject.state === 'unreadable') return unknown(subject.why)
  if (subject.state === 'inapplicable') return notApplicable(subject.why)
  if (subject.state === 'unsupported') return gap
  switch (condition.kind) {
    case 'not':
      return judgeCondition(condition.of, subject, context, !negated)
    case 'all-of':
    case 'any-of': {
      const parts = condition.of.map((part) => judgeCondition(part, subject, context, negated))
      return (condition.kind === 'all-of') !== negated ? allOf(parts) : anyOf(parts)
    }
    case 'test': {
      if (subject.state === 'absent') {
        const speaksOfAbsence = condition.operator === 'present' || condition.operator === 'absent'
        return speaksOfAbsence && testAbsent(condition) !== negated ? pass : fail
      }
      const operand = condition.operand as Literal | readonly [Literal, Literal]
      const answer = test(subject.value, condition.operator, operand, context)
      if (answer === 'unclear') return unknown(unclear)
      if ((answer === 'yes') !== negated) return pass
      return !negated && beyondLimit(condition, subject.limit) ? gap : fail
    }
  }
}

const unclear: LocalText = {
  ja: '値を比べられない（日時が未来である、または数でない）',
  en: 'the value can not be compared (an instant in the future, or not a number)',
}

/** The platform's own limit lies below what is asked. */
function beyondLimit({ operator, operand }: Condition & { kind: 'test' }, limit: number | undefined): boolean {
  if (limit === undefined || !['at-least', 'between', 'equals', 'one-of'].includes(operator)) return false
  const asked = (Array.isArray(operand) ? operand : [operand]).map((one) => toNumber(one as Literal))
  // of a range its lower end, of a choice every one
  const least = operator === 'between' ? asked.slice(0, 1) : asked
  return least.every((one) => one !== undefined && one > limit)
}

/** Three-valued selection of rows (`where`, `reject`): yes, no or unclear with the reasons. */
export function matches(
  expectation: Expectation,
  subjects: Subjects,
  negated = false,
): { readonly answer: Answer; readonly reasons: readonly LocalText[] } {
  if (expectation.kind === 'not') return matches(expectation.of, subjects, !negated)
  if (expectation.kind === 'subject') {
    const subject = subjects.get(expectation.subject)
    if (subject.state === 'unsupported') return { answer: 'unclear', reasons: [subject.why] }
    // a field that can't exist on this row is neither what was asked for nor its opposite
    if (subject.state === 'inapplicable') return { answer: 'no', reasons: [] }
    const outcome = judgeExpectation(expectation, subjects, negated)
    if (outcome.verdict === 'unknown') return { answer: 'unclear', reasons: outcome.reasons }
    return { answer: outcome.verdict === 'pass' ? 'yes' : 'no', reasons: [] }
  }
  const parts = expectation.of.map((part) => matches(part, subjects, negated))
  const decides: Answer = (expectation.kind === 'all-of') !== negated ? 'no' : 'yes'
  if (parts.some((part) => part.answer === decides)) return { answer: decides, reasons: [] }
  const reasons = parts.flatMap((part) => part.reasons)
  if (parts.some((part) => part.answer === 'unclear')) return { answer: 'unclear', reasons }
  return { answer: decides === 'no' ? 'yes' : 'no', reasons: [] }
}

/** Every setting or field that an expectation names, in order, once. */
export function subjectsOf(expectation: Expectation | undefined): readonly string[] {
  if (!expectation) return []
  if (expectation.kind === 'subject') return [expectation.subject]
  if (expectation.kind === 'not') return subjectsOf(expectation.of)
  return [...new Set(expectation.of.flatMap(subjectsOf))]
}
