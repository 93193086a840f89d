import type { Condition, Expectation, Literal, Operator } from './baseline.ts'
import type { ValueType } from './catalogue/define.ts'
import { durationText } from './duration.ts'
import type { Subject } from './expectation.ts'
import type { Value } from './fact.ts'
import type { LocalText } from './text.ts'
import { vocabulary } from './vocabulary.ts'

/** How a setting or a field is named and written. */
export interface Naming {
  readonly title: LocalText
  readonly type: ValueType
  readonly unit?: string
  /** The closed vocabulary that it is written in. */
  readonly values?: readonly string[]
}

/** Looks up the naming of a setting or a field. */
export type Namer = (subject: string) => Naming

const text = (ja: string, en: string): LocalText => ({ ja, en })
const same = (word: string): LocalText => ({ ja: word, en: word })

/** Units that English doesn't give a plural, and the Japanese counters of the others. */
const unitNames: Readonly<Record<string, string>> = {
  characters: '文字',
  classes: '種類',
  attempts: '回',
  passwords: '世代',
  generations: '世代',
  packages: '件',
  files: '件',
  keys: '個',
  machines: '台',
  bits: 'ビット',
  bytes: 'バイト',
}

/** A value in words. */
export function valueText(value: Value | Literal, naming: Omit<Naming, 'title'>): LocalText {
  if (value === 'never') return text('なし（無期限・無制限）', 'never')
  if (value === 'until-unlocked') return text('管理者が解除するまで', 'until unlocked by an administrator')
  if (typeof value === 'boolean') return value ? text('はい', 'yes') : text('いいえ', 'no')
  if (Array.isArray(value)) {
    if (value.length === 0) return text('（空）', '(empty)')
    const more = value.length > shownItems ? `, … (${value.length})` : ''
    const words = [...value]
      .sort()
      .slice(0, shownItems)
      .map((word) => wordText(word, naming))
    return text(
      `${words.map((word) => word.ja).join('、')}${more}`,
      `${words.map((word) => word.en).join(', ')}${more}`,
    )
  }
  if (typeof value === 'number') {
    if (naming.type === 'duration') return durationText(value)
    const unit = naming.unit
    if (!unit) return same(String(value))
    return text(`${value}${unitNames[unit] ?? ` ${unit}`}`, `${value} ${value === 1 ? singular(unit) : unit}`)
  }
  return wordText(String(value), naming)
}

/** Longer sets are cut in a sentence; the result holds them whole. */
const shownItems = 40

function wordText(word: string, naming: Omit<Naming, 'title'>): LocalText {
  if (naming.values?.includes(word) && Object.hasOwn(vocabulary, word)) return vocabulary[word] ?? same(word)
  return naming.type === 'instant' ? same(japaneseInstant(word)) : same(word)
}

/** An instant as clocks in Japan show it (design law 10): `2026-11-20 20:30 JST`. Japan has no summer time. */
function japaneseInstant(instant: string): string {
  const time = Date.parse(instant)
  if (Number.isNaN(time)) return instant
  return `${new Date(time + 9 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ')} JST`
}

const singular = (unit: string): string => (unit === 'classes' ? 'class' : unit.replace(/s$/, ''))

/** Japanese text takes no space after a counter, but one after a Latin word. */
const after = (value: LocalText, words: string): string => `${value.ja}${/[A-Za-z]$/.test(value.ja) ? ' ' : ''}${words}`

type Phrase = (value: LocalText) => LocalText
const phrases: Readonly<Record<Exclude<Operator, 'between'>, Phrase>> = {
  equals: (v) => v,
  not: (v) => text(after(v, '以外'), `not ${v.en}`),
  'one-of': (v) => text(after(v, 'のいずれか'), `one of ${v.en}`),
  'none-of': (v) => text(after(v, 'のいずれでもない'), `none of ${v.en}`),
  'at-least': (v) => text(after(v, '以上'), `at least ${v.en}`),
  'at-most': (v) => text(after(v, '以下'), `at most ${v.en}`),
  contains: (v) => text(after(v, 'を含む'), `contains ${v.en}`),
  'subset-of': (v) => text(after(v, 'だけ'), `only ${v.en}`),
  'superset-of': (v) => text(after(v, 'を全て含む'), `all of ${v.en}`),
  matches: (v) => text(after(v, 'の形'), `of the form ${v.en}`),
  'newer-than': (v) => text(after(v, '以内'), `within ${v.en}`),
  'older-than': (v) => text(after(v, 'より前'), `more than ${v.en} ago`),
  'version-at-least': (v) => text(after(v, '以降の版'), `version ${v.en} or later`),
  present: () => text('設定されている', 'set'),
  absent: () => text('設定されていない', 'not set'),
}

function conditionText(condition: Condition, naming: Naming): LocalText {
  switch (condition.kind) {
    case 'not': {
      const inner = conditionText(condition.of, naming)
      return text(`「${inner.ja}」でない`, `not (${inner.en})`)
    }
    case 'all-of':
      return join(
        condition.of.map((part) => conditionText(part, naming)),
        ' かつ ',
        ' and ',
      )
    case 'any-of':
      return join(
        condition.of.map((part) => conditionText(part, naming)),
        ' または ',
        ' or ',
      )
    case 'test': {
      const asked = condition.operand
      if (condition.operator === 'between') {
        const [low, high] = asked as readonly [Literal, Literal]
        const from = valueText(low, naming)
        const to = valueText(high, naming)
        return text(`${from.ja}から${to.ja}`, `${from.en} to ${to.en}`)
      }
      if (condition.operator === 'newer-than' && asked === 0) return text('まだ来ていない', 'still to come')
      const isAge = condition.operator === 'newer-than' || condition.operator === 'older-than'
      const value = valueText(asked as Literal, isAge ? { type: 'duration' } : naming)
      if (condition.operator === 'present' || condition.operator === 'absent') {
        const operator = (condition.operator === 'present') === (asked !== false) ? 'present' : 'absent'
        return phrases[operator](value)
      }
      return phrases[condition.operator](value)
    }
  }
}

const join = (parts: readonly LocalText[], ja: string, en: string): LocalText =>
  text(parts.map((part) => part.ja).join(ja), parts.map((part) => part.en).join(en))

/** What is asked, in words: `パスワードの最小文字数: 14文字 以上`. */
export function expectationText(expectation: Expectation, namer: Namer, nested = false): LocalText {
  switch (expectation.kind) {
    case 'subject': {
      const naming = namer(expectation.subject)
      const asked = conditionText(expectation.condition, naming)
      return text(`${naming.title.ja}: ${asked.ja}`, `${naming.title.en}: ${asked.en}`)
    }
    case 'not': {
      const inner = expectationText(expectation.of, namer, true)
      return text(`「${inner.ja}」でない`, `not (${inner.en})`)
    }
    default: {
      const parts = expectation.of.map((part) => expectationText(part, namer, true))
      if (parts.length === 1 && parts[0]) return parts[0]
      const all = expectation.kind === 'all-of'
      const joined = join(parts, all ? '、かつ ' : '、または ', all ? '; and ' : '; or ')
      return nested ? text(`（${joined.ja}）`, `(${joined.en})`) : joined
    }
  }
}

/** What was found for each subject, in words. */
export function actualText(subjects: readonly string[], get: (subject: string) => Subject, namer: Namer): LocalText {
  return join(
    subjects.map((subject) => {
      const naming = namer(subject)
      const found = subjectText(get(subject), naming)
      return text(`${naming.title.ja}: ${found.ja}`, `${naming.title.en}: ${found.en}`)
    }),
    '、',
    '; ',
  )
}

function subjectText(subject: Subject, naming: Naming): LocalText {
  switch (subject.state) {
    case 'known':
      return valueText(subject.value, naming)
    case 'absent':
      return text('未設定', 'not set')
    case 'inapplicable':
      return text(`対象外（${subject.why.ja}）`, `does not apply (${subject.why.en})`)
    case 'unsupported':
      return text(`この製品では設定できない（${subject.why.ja}）`, `not possible on this platform (${subject.why.en})`)
    case 'unreadable':
      return text(`読めない（${subject.why.ja}）`, `not readable (${subject.why.en})`)
  }
}
