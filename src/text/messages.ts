import type { TargetState, Verdict } from '../core/run.ts'
import type { LocalText } from '../core/text.ts'

/** Words for verdicts. */
export const verdictWords: Readonly<Record<Verdict, LocalText>> = {
  fail: { ja: '不適合', en: 'fail' },
  unknown: { ja: '未確認', en: 'unknown' },
  excepted: { ja: '例外承認', en: 'excepted' },
  pass: { ja: '適合', en: 'pass' },
  'not-applicable': { ja: '対象外', en: 'not applicable' },
}

/** Words for how a target went. */
export const targetStateWords: Readonly<Record<TargetState, LocalText>> = {
  ok: { ja: '完了', en: 'done' },
  partial: { ja: '一部のみ', en: 'partly read' },
  unreachable: { ja: '接続不可', en: 'unreachable' },
  denied: { ja: '拒否', en: 'denied' },
}

const many = (count: number, one: string, more: string): string => `${count} ${count === 1 ? one : more}`

/** Amounts that several reports speak of. */
export const amounts = {
  requirements: (count: number): LocalText => ({
    ja: `${count}要件`,
    en: many(count, 'requirement', 'requirements'),
  }),
  components: (count: number): LocalText => ({
    ja: `${count}構成要素`,
    en: many(count, 'component', 'components'),
  }),
  rows: (count: number): LocalText => ({ ja: `${count}件`, en: many(count, 'row', 'rows') }),
  settings: (count: number): LocalText => ({ ja: `${count}項目`, en: many(count, 'setting', 'settings') }),
  targets: (count: number): LocalText => ({ ja: `${count}対象`, en: many(count, 'target', 'targets') }),
  checks: (count: number): LocalText => ({ ja: `判定${count}件`, en: many(count, 'check', 'checks') }),
} as const

/** What a run came to, in a few words. */
export const outcomes = {
  clean: { ja: '承認された設定のとおり', en: 'Settings are as approved' },
  drift: { ja: '承認された設定と違う', en: 'Settings differ from what was approved' },
  incomplete: { ja: '確認しきれていない', en: 'Not everything could be checked' },
  driftIncomplete: {
    ja: '承認された設定と違い、確認しきれてもいない',
    en: 'Settings differ, and not everything could be checked',
  },
  governance: { ja: '基準の承認・運用に問題がある', en: 'The baselines themselves need a decision' },
  failed: { ja: '実行に失敗した', en: 'The run failed' },
  interrupted: { ja: '中断された', en: 'Interrupted' },
  nothing: { ja: '判定したものがない', en: 'Nothing was judged' },
} as const satisfies Readonly<Record<string, LocalText>>

/** Where a baseline names no remedy of its own. */
export const noRemedy: LocalText = { ja: '求める値に設定する。', en: 'Set it to what is asked for.' }
