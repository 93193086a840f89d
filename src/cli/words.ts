import type { LocalText } from '../core/text.ts'

/** Words of `seisa scan`. */
export const scanWords = {
  description: {
    ja: '対象の設定を読み、基準と照らし合わせて、違いを示す',
    en: 'read the settings of targets, hold them against the baselines, and say what differs',
  },
  here: {
    ja: 'この機械を調べる（seisa.yaml は要らない）',
    en: 'scan this machine (needs no seisa.yaml)',
  },
  config: { ja: '設定ファイル（既定: seisa.yaml）', en: 'configuration file (default: seisa.yaml)' },
  target: { ja: '設定ファイルのこの対象だけ（何度でも）', en: 'only this target of the configuration (repeatable)' },
  from: {
    ja: '保存した証跡（ファイルかフォルダ）を判定する（何度でも）',
    en: 'judge saved evidence, a file or a folder (repeatable)',
  },
  baseline: {
    ja: '判定に使う基準（組み込みの名前かファイル。何度でも）',
    en: 'baseline to judge by, a built-in one or a file (repeatable)',
  },
  deep: { ja: 'ファイルシステム全体も調べる（遅い）', en: 'walk the whole file system too (slow)' },
  simulateUpgrade: {
    ja: '更新の試行をパッケージ管理に尋ねる（遅い）',
    en: 'ask the package manager for a simulated upgrade (slow)',
  },
  format: { ja: '出力形式。=PATH でファイルへ（何度でも）', en: 'output format, =PATH to write a file (repeatable)' },
  json: { ja: '結果を JSON で標準出力に出す', en: 'print the result as JSON' },
  only: { ja: '示す判定を絞る（例: fail,unknown）', en: 'show only these verdicts (for example: fail,unknown)' },
  rows: { ja: '一覧の行も JSON に含める', en: 'put the rows of tables into the JSON result' },
  failOn: { ja: '逸脱とみなす重要度の下限', en: 'lowest severity that counts as drift' },
  allowIncomplete: {
    ja: '読めない物があっても終了コードを 3 にしない',
    en: 'do not exit with 3 for what could not be read',
  },
  exitZero: { ja: '調べられたなら常に 0 で終わる', en: 'exit with 0 whenever the scan itself worked' },
  asOf: { ja: '日数をこの時点で数える', en: 'compute ages as of this instant' },
  maxAge: { ja: 'これより古い証跡は判定しない', en: 'refuse saved evidence older than this' },
  timeout: { ja: '対象ごとの制限時間', en: 'time limit for each target' },
  concurrency: { ja: '同時に調べる対象の数', en: 'targets at the same time' },
  verbose: { ja: '全ての判定を示す', en: 'show every finding' },
  quiet: { ja: '進み具合を示さない', en: 'no progress' },
  exampleHere: { ja: 'この機械を中小企業向けの基準で調べる', en: 'this machine, by the baseline for small companies' },
  exampleLook: { ja: '見るだけ（常に 0 で終わる）', en: 'just look (always exits with 0)' },
  exampleCi: {
    ja: 'seisa.yaml の全対象。CI 向けに JUnit も書く',
    en: 'every target of seisa.yaml, with JUnit for a pipeline',
  },
  exampleJson: { ja: '二つの文書の基準で判定し JSON を得る', en: 'by two documents, as JSON' },
  exampleFrom: { ja: '閉じた網で集めた証跡を判定する', en: 'judge evidence from a closed network' },
  exitCodes: {
    ja: '終了コード: 0 適合 / 2 逸脱あり / 3 読めない物あり / 4 両方 / 5 基準の矛盾など / 10 使い方・設定の誤り / 11 実行中 / 13 書き込み失敗',
    en: 'Exit codes: 0 clean / 2 drift / 3 incomplete / 4 both / 5 governance / 10 usage or configuration / 11 locked / 13 output',
  },
  targetsOnly: {
    ja: '--target は seisa.yaml の対象を選ぶもので、--here・--from とは一緒に使えない',
    en: '--target chooses among the targets of seisa.yaml; it does not go with --here or --from',
  },
  oneStdout: {
    ja: '標準出力に出せる形式は一つだけ。ほかは --format FORMAT=PATH とする',
    en: 'only one format can go to standard output; write the others with --format FORMAT=PATH',
  },
} satisfies Record<string, LocalText>

/** Words of `seisa collect`. */
export const collectWords = {
  description: {
    ja: '設定を読んで証跡として保存する（判定はしない）',
    en: 'read the settings of targets and save them as evidence, without judging',
  },
  output: { ja: '証跡を書くファイル（- は標準出力）', en: 'file for the evidence (- is standard output)' },
  printScript: {
    ja: '収集スクリプトを表示する。閉じた機械で手で動かせる',
    en: 'print the collector script, to be run by hand on a closed host',
  },
  needsOutput: {
    ja: '-o FILE で書き込み先を指定する（- は標準出力）',
    en: 'name the file with -o FILE (- is standard output)',
  },
  json: { ja: '集めた対象を JSON で標準出力に示す', en: 'say as JSON what was collected' },
  oneStdout: {
    ja: '--json と -o - は標準出力を取り合うので、一緒に使えない',
    en: '--json and -o - would both use standard output',
  },
  incomplete: { ja: '証跡が最後まで集まらなかった', en: 'the evidence is not whole' },
  exampleHere: { ja: 'この機械の証跡を保存する', en: 'save the evidence of this machine' },
  examplePrint: { ja: '収集スクリプトを取り出す', en: 'get the collector script' },
  exampleRun: {
    ja: '閉じた機械で root で動かす。出力がそのまま証跡になる',
    en: 'run it on the closed host as root: its output is the evidence',
  },
} satisfies Record<string, LocalText>

/** Words of `seisa init`. */
export const initWords = {
  description: {
    ja: '注釈付きの seisa.yaml と基準のひな形を書く',
    en: 'write a commented seisa.yaml and a baseline to start from',
  },
  folder: { ja: '書くフォルダ（既定: ここ）', en: 'folder to write to (default: here)' },
  written: { ja: '書きました', en: 'written' },
  next: { ja: '次は: seisa scan', en: 'next: seisa scan' },
  example: { ja: 'このフォルダに書き、そのまま調べる', en: 'write here, then scan at once' },
} satisfies Record<string, LocalText>

/** Words of `seisa doctor`. */
export const doctorWords = {
  description: {
    ja: '全ての対象に届くか、何の権限が足りないかを確かめる',
    en: 'reach every target and name each missing permission',
  },
  reached: { ja: '届く', en: 'reached' },
  unreached: { ja: '届かない', en: 'not reached' },
  everything: { ja: '全て読める', en: 'everything can be read' },
  missing: { ja: '足りない物', en: 'missing' },
  items: { ja: '件の設定・一覧', en: 'settings and tables' },
  sudoTitle: {
    ja: '一般利用者で全てを読むには（管理者が一度だけ行う）',
    en: 'To read everything as an ordinary user (an administrator does this once)',
  },
  scriptHash: { ja: '収集スクリプトの SHA-256', en: 'SHA-256 of the collector script' },
  example: { ja: 'この機械で何が読めるかを見る', en: 'see what can be read on this machine' },
} satisfies Record<string, LocalText>

/** Words of `seisa baseline`. */
export const baselineWords = {
  description: { ja: '基準（ベースライン構成設定）を扱う', en: 'work with baselines' },
  list: { ja: '組み込みの基準を並べる', en: 'list the built-in baselines' },
  show: { ja: '基準の値と要件を示す', en: 'show the parameters and requirements of a baseline' },
  validate: { ja: '基準のファイルを確かめる', en: 'check baseline files' },
  capture: { ja: '今の設定から基準のひな形を作る', en: 'make a baseline from the settings of today' },
  id: { ja: '組み込みの名前かファイル', en: 'built-in name or file' },
  files: { ja: '基準のファイル', en: 'baseline files' },
  output: { ja: '書き込むファイル', en: 'file to write' },
  parameters: { ja: '値', en: 'Parameters' },
  requirements: { ja: '要件', en: 'Requirements' },
  notDecided: { ja: '設定からは決められない条項', en: 'Clauses that live settings can not decide' },
  suggested: { ja: '仮の値（組織で決める）', en: 'suggested, to be decided' },
  valid: { ja: '正しい', en: 'valid' },
  loosened: { ja: '元の基準より緩い点', en: 'Looser than what it extends' },
  json: { ja: '基準を JSON で示す', en: 'print the baseline as JSON' },
  exampleList: { ja: '何が組み込まれているかを見る', en: 'see what is built in' },
  exampleShow: { ja: '基準を詳しく見る', en: 'look at a baseline' },
  exampleCapture: { ja: '手本の機械から基準を作る', en: 'make a baseline from a golden host' },
  exampleValidate: { ja: '自分の基準を確かめる', en: 'check your own baseline' },
} satisfies Record<string, LocalText>

/** Words of `seisa explain`. */
export const explainWords = {
  description: { ja: '設定・要件・条項を説明する', en: 'explain a setting, a requirement or a clause' },
  subject: { ja: '設定の id、要件の id、または条項の id', en: 'id of a setting, a requirement or a clause' },
  type: { ja: '型', en: 'type' },
  kinds: { ja: '対象の種類', en: 'component kinds' },
  scopes: { ja: '適用範囲', en: 'scopes' },
  values: { ja: '値', en: 'values' },
  usedBy: { ja: 'この設定を判定する要件', en: 'requirements on it' },
  fields: { ja: '項目', en: 'fields' },
  expected: { ja: '求めること', en: 'asks for' },
  rationale: { ja: '理由', en: 'why' },
  remedy: { ja: '直し方', en: 'remedy' },
  partial: { ja: '対象外の部分', en: 'does not cover' },
  clauses: { ja: '条項', en: 'clauses' },
  severity: { ja: '重要度', en: 'severity' },
  checkedBy: { ja: '判定する要件', en: 'checked by' },
  notDecided: { ja: '設定からは決められない', en: 'not decided by settings' },
  notFound: { ja: 'という設定・要件・条項はない', en: 'is no setting, requirement or clause' },
  exampleSetting: { ja: '設定', en: 'a setting' },
  exampleRequirement: { ja: '要件', en: 'a requirement' },
  exampleClause: { ja: '条項', en: 'a clause' },
} satisfies Record<string, LocalText>

/** Words of `seisa completion`. */
export const completionWords = {
  description: { ja: 'シェルの補完スクリプトを表示する', en: 'print a completion script for the shell' },
  shell: { ja: 'シェル', en: 'shell' },
  example: { ja: '今のシェルで使う', en: 'use it in this shell' },
} satisfies Record<string, LocalText>
