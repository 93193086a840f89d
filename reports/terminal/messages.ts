import type { LocalText } from '../../src/core/text.ts'

/** Words of the terminal report. */
export const messages = {
  title: { ja: '端末', en: 'Terminal' },
  exitCode: (code: number): LocalText => ({ ja: `終了コード ${code}`, en: `exit code ${code}` }),
  /** `--exit-zero` or `--allow-incomplete` took the earned code back. */
  exitZero: (code: number): LocalText => ({
    ja: `終了コード 0（本来は ${code}）`,
    en: `exit code 0 (would be ${code})`,
  }),
  asOf: { ja: '基準日時', en: 'as of' },
  failing: { ja: '対処が必要', en: 'To be put right' },
  failingCount: (requirements: number): LocalText => ({
    ja: `${requirements}要件が不適合、重いものから`,
    en: `${requirements} ${requirements === 1 ? 'requirement fails' : 'requirements fail'}, worst first`,
  }),
  alsoFailing: {
    ja: 'ほかに不適合の要件（詳しくは --verbose）',
    en: 'These fail too (--verbose shows each in full)',
  },
  unread: { ja: '確認できなかった', en: 'Could not be checked' },
  undecidedChecks: (count: number): LocalText => ({
    ja: `保留の判定${count}件`,
    en: `${count} ${count === 1 ? 'check' : 'checks'} undecided`,
  }),
  unreadSettings: (count: number): LocalText => ({
    ja: `読めない設定${count}項目`,
    en: `${count} ${count === 1 ? 'setting' : 'settings'} not read`,
  }),
  targets: { ja: '読めなかった対象', en: 'Targets that were not read in full' },
  governance: { ja: '基準と例外の管理', en: 'Baselines and exceptions' },
  excepted: { ja: '例外として承認済み', en: 'Approved exceptions' },
  counts: { ja: '判定の内訳', en: 'All checks' },
  found: { ja: '現在', en: 'found' },
  asked: { ja: '要求', en: 'asked' },
  remedy: { ja: '対処', en: 'do' },
  clauses: { ja: '条項', en: 'clauses' },
  partial: { ja: '条項の一部のみを確認', en: 'covers part of the clause' },
  loosened: { ja: '基準より緩めている', en: 'loosened' },
  loosenedFrom: { ja: '元の要求', en: 'was' },
  capabilityGap: {
    ja: 'この製品にはその設定がない（例外の承認で扱う）',
    en: 'the platform has no such setting (an approved exception can cover it)',
  },
  on: { ja: '該当', en: 'on' },
  onAmount: (amount: string): LocalText => ({ ja: `該当${amount}`, en: `on ${amount}` }),
  needs: { ja: '必要', en: 'needs' },
  evidence: { ja: '証跡', en: 'evidence' },
  why: { ja: '理由', en: 'why' },
  settings: { ja: '設定', en: 'settings' },
  undecided: { ja: '保留', en: 'undecided' },
  otherReasons: { ja: 'その他の理由', en: 'other reasons' },
  baseline: { ja: '基準', en: 'baseline' },
  severity: { ja: '重要度', en: 'severity' },
  all: { ja: '合計', en: 'all' },
  conflict: { ja: '要求が互いに矛盾', en: 'contradict each other' },
  conflictNext: {
    ja: '適用範囲（for）、パラメータ、無効化（disable）、例外のいずれかで決める。',
    en: 'Settle it with a for:, a parameter, a disable: or an exception.',
  },
  disabled: { ja: '無効にした要件', en: 'switched off' },
  unapproved: { ja: 'この版は承認されていない', en: 'this version has no approval' },
  expires: { ja: '期限', en: 'until' },
  more: (count: number): LocalText => ({ ja: `ほか${count}件`, en: `and ${count} more` }),
  moreValues: (count: number): LocalText => ({
    ja: `ほか${count}件は別の値`,
    en: `and ${count} more with other values`,
  }),
  moreRequirements: (count: number): LocalText => ({
    ja: `ほか${count}要件（--verbose で全部）`,
    en: `${count} more ${count === 1 ? 'requirement' : 'requirements'} (--verbose shows all)`,
  }),
  allFindings: { ja: 'すべての指摘', en: 'All findings' },
  hint: {
    ja: 'すべての指摘は --verbose、機械で読むなら --format json',
    en: 'Every finding: --verbose. For programs: --format json',
  },
} as const
