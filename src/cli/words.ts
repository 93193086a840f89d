import type { LocalText } from '../core/text.ts'

/** Words of `seisa scan`. */
export const scanWords = {
  description: {
    ja: '対象の設定を読み、基準と照らし合わせて、違いを示す',
    en: 'read the settings of targets, hold them against the baselines, and say what differs',
  },
  here: {
    ja: 'この機械を調べる（seisa.yaml は要らない）',
    en: 'this machine (needs no seisa.yaml)',
  },
  config: { ja: '設定ファイル（既定: seisa.yaml）', en: 'configuration file (default: seisa.yaml)' },
  target: {
    ja: '設定ファイルのこの対象・グループ・グループ/ホストだけ（何度でも）',
    en: 'only this target, GROUP or GROUP/HOST of the configuration (repeatable)',
  },
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
  exampleHost: { ja: '別の機械を SSH で調べる', en: 'another machine, over SSH' },
  exampleLabel: {
    ja: 'seisa.yaml のうち札 role=web の付いた対象だけ',
    en: 'only the targets of seisa.yaml with the label role=web',
  },
  exampleLook: { ja: '見るだけ（常に 0 で終わる）', en: 'just look (always exits with 0)' },
  exampleCi: {
    ja: 'seisa.yaml の全対象。CI 向けに JUnit も書く',
    en: 'every target of seisa.yaml, with JUnit for a pipeline',
  },
  exampleJson: { ja: '二つの文書の基準で判定し JSON を得る', en: 'by two documents, as JSON' },
  exampleFrom: { ja: '閉じた網で集めた証跡を判定する', en: 'judge evidence from a closed network' },
  exitCodes: {
    ja: '終了コード: 0 適合 / 2 逸脱あり / 3 読めない物あり / 4 両方 / 5 基準の矛盾など\n  10 使い方・設定の誤り / 11 実行中 / 13 書き込み失敗',
    en: 'Exit codes: 0 clean / 2 drift / 3 incomplete / 4 both / 5 governance\n  10 usage or configuration / 11 locked / 13 output',
  },
  oneStdout: {
    ja: '標準出力に出せる形式は一つだけ。ほかは --format FORMAT=PATH とする',
    en: 'only one format can go to standard output; write the others with --format FORMAT=PATH',
  },
} satisfies Record<string, LocalText>

/** Words of the options that say what is to be looked at. */
export const selectWords = {
  host: {
    ja: 'このホストを SSH で調べる: [利用者@]ホスト[:ポート]（何度でも。seisa.yaml は要らない）',
    en: 'this host over SSH: [USER@]HOST[:PORT] (repeatable; needs no seisa.yaml)',
  },
  label: {
    ja: '設定ファイルのうち、この札の付いた対象だけ（何度でも。全てを満たすもの）',
    en: 'only targets of the configuration with this label (repeatable; all must hold)',
  },
  sudo: {
    ja: '--host で、sudo を使い root で全てを読む。PATH は、sudo で許すのがそこに置いた収集スクリプトだけのとき',
    en: 'with --host: read everything, as root through sudo; PATH is the collector that an administrator installed there, where sudo allows that alone',
  },
  identityFile: { ja: '--host で使う SSH の秘密鍵', en: 'with --host: private key for SSH' },
  jump: {
    ja: '--host で通る踏み台（カンマ区切り、手前から順に）',
    en: 'with --host: jump hosts, first to last, separated by commas',
  },
  knownHosts: { ja: '--host で使う known_hosts ファイル', en: 'with --host: known_hosts file' },
  askPassword: {
    ja: '--host のパスワードを端末で尋ねる（画面には出さない）',
    en: 'with --host: ask for the password on the terminal, without showing it',
  },
  password: { ja: 'パスワード', en: 'Password' },
  noTerminal: {
    ja: '--ask-password は端末が要る（標準入力が端末ではない）',
    en: '--ask-password needs a terminal, and standard input is none',
  },
  noTerminalNext: {
    ja: 'seisa.yaml の credentials に env:名前・file:場所・exec:命令 で書く',
    en: 'write credentials with env:NAME, file:PATH or exec:COMMAND in seisa.yaml',
  },
  askInstead: {
    ja: '利用者@ホスト とし、パスワードは --ask-password で入力する。書いたパスワードは変更する',
    en: 'write USER@HOST and type the password for --ask-password; change the password that was written here',
  },
  noPassword: { ja: 'パスワードが空である', en: 'the password is empty' },
  configurationOnly: {
    ja: '--target・--label は seisa.yaml の対象を選ぶもので、--here・--host・--from とは一緒に使えない',
    en: '--target and --label choose among the targets of seisa.yaml; they do not go with --here, --host or --from',
  },
  noTargetWithAll: {
    ja: '--label の全てを満たす対象がない',
    en: 'no target has all of these labels',
  },
} satisfies Record<string, LocalText>

/** Messages about those options. */
export const selectMessages = {
  needsHost: (option: string): LocalText => ({
    ja: `${option} は --host と一緒に使う（設定の対象なら seisa.yaml に書く）`,
    en: `${option} goes with --host (for targets of the configuration, write it in seisa.yaml)`,
  }),
  hostTwice: (name: string): LocalText => ({
    ja: `--host ${name} が2回指定されている`,
    en: `--host ${name} is given twice`,
  }),
}

/** Words of `seisa collect`. */
export const collectWords = {
  description: {
    ja: '設定を読んで証跡として保存する（判定はしない）',
    en: 'read the settings of targets and save them as evidence, without judging',
  },
  output: {
    ja: '証跡を書くファイル（- は標準出力、DIR/ なら対象ごとに1ファイル）',
    en: 'file for the evidence (- is standard output; DIR/ gives a file for each target)',
  },
  collecting: { ja: '収集中', en: 'collecting' },
  interrupted: { ja: '中断されたので集めていない', en: 'not collected: interrupted before' },
  exampleFolder: {
    ja: 'seisa.yaml の全対象。証跡は対象ごとに1ファイル',
    en: 'every target of seisa.yaml, each into a file of its own',
  },
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

/** Messages of `seisa collect`. */
export const collectMessages = {
  failed: (failed: number, all: number): LocalText => ({
    ja: `${all} 対象のうち ${failed} 対象の証跡が揃っていない`,
    en: `the evidence of ${failed} of ${all} targets is not whole`,
  }),
}

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
  enrol: {
    ja: '知らない SSH ホスト鍵を示し、確かめてから登録する',
    en: 'show unknown SSH host keys, and enrol those that are confirmed',
  },
  accept: {
    ja: '--enrol で、この指紋（SHA256:…）の鍵だけを尋ねずに登録する（何度でも）',
    en: 'with --enrol: enrol exactly the keys with this fingerprint (SHA256:…) without asking (repeatable)',
  },
  replace: {
    ja: '--accept で、変わった鍵の置き換えも許す',
    en: 'with --accept: also put such a key in place of another one',
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
  sudoOn: { ja: '対象のホスト上で', en: 'on' },
  sudoAny: {
    ja: '# 何でも sudo できるアカウントなら、--sudo（seisa.yaml では sudo: true）だけで足りる',
    en: '# for an account that may run anything through sudo, --sudo (sudo: true in seisa.yaml) is enough',
  },
  sudoThen: { ja: 'その後', en: 'then' },
  sudoThere: { ja: '先に seisa-collect をそこに置く', en: 'copy seisa-collect there first' },
  scriptHash: { ja: '収集スクリプトの SHA-256', en: 'SHA-256 of the collector script' },
  accountName: { ja: 'アカウント名', en: 'ACCOUNT' },
  collecting: { ja: '確認中', en: 'examining' },
  example: { ja: 'この機械で何が読めるかを見る', en: 'see what can be read on this machine' },
  exampleHost: { ja: 'SSH で届くか、何が読めるかを見る', en: 'see whether SSH gets there, and what can be read' },
  exampleEnrol: { ja: 'そのホスト鍵を確かめて登録する', en: 'confirm and enrol its host key' },
  exampleEnrolAll: {
    ja: 'seisa.yaml の対象のホスト鍵を確かめて登録する',
    en: 'confirm and enrol the host keys of all targets of seisa.yaml',
  },
} satisfies Record<string, LocalText>

/** Messages of `seisa doctor`. */
export const doctorMessages = {
  more: (count: number): LocalText => ({ ja: `ほか ${count} ホスト`, en: `and ${count} more` }),
}

/** Words of enrolling host keys. */
export const enrolWords = {
  unknown: { ja: 'ホスト鍵が登録されていない', en: 'its host key is not known' },
  changed: {
    ja: 'ホスト鍵が変わっている。第三者が通信に割り込んでいるおそれがある',
    en: 'its host key has changed: somebody may be in between',
  },
  revoked: { ja: '失効した鍵（@revoked）なので登録しない', en: 'the key is revoked (@revoked) and is not enrolled' },
  certificate: {
    ja: 'ホスト証明書を受け入れないので登録しない',
    en: 'its host certificate is not accepted, and nothing is enrolled',
  },
  jump: { ja: '踏み台', en: 'jump host' },
  offered: { ja: '提示された鍵', en: 'offered' },
  known: { ja: '登録済みの鍵', en: 'known' },
  file: { ja: '登録先', en: 'to be written to' },
  noFile: {
    ja: '登録先の known_hosts がない（known-hosts を指定する）',
    en: 'there is no known_hosts file to write to: name one in known-hosts',
  },
  askUnknown: { ja: '指紋は同じですか。登録しますか（y/N）', en: 'Is the fingerprint the same? Enrol this key (y/N)?' },
  askChanged: {
    ja: '鍵を替えたことを確かめましたか。置き換えるなら yes と入力',
    en: 'Do you know that the key was replaced? Type yes to put it in place of the old one:',
  },
  notAccepted: { ja: '--accept の指紋と違うので登録しない', en: 'not enrolled: no --accept has this fingerprint' },
  sharedKey: {
    ja: '別のホストも同じ鍵を示したので登録しない。どちらの鍵かを確かめ、--target で一つずつ登録してください',
    en: 'not enrolled: another host offered the same key; find out whose it is, and enrol them one by one with --target',
  },
  notReplaced: {
    ja: '変わった鍵なので --replace がなければ登録しない',
    en: 'not enrolled: a changed key needs --replace as well',
  },
  badFingerprint: {
    ja: '--accept は ssh-keygen -l の示す SHA256:… の形',
    en: '--accept takes a fingerprint as ssh-keygen -l shows it: SHA256:…',
  },
  needsTerminal: {
    ja: '--enrol は人に尋ねるので端末が要る（標準入力が端末ではない）',
    en: '--enrol asks a person and needs a terminal, and standard input is none',
  },
  needsTerminalNext: {
    ja: '指紋を別の道で確かめてあるなら --accept SHA256:… で指定する',
    en: 'if you know the fingerprints from elsewhere, give them with --accept SHA256:…',
  },
} satisfies Record<string, LocalText>

/** Messages about enrolling. */
export const enrolMessages = {
  needsEnrol: (option: string): LocalText => ({
    ja: `${option} は --enrol と一緒に使う`,
    en: `${option} goes with --enrol`,
  }),
  compare: (command: string): LocalText => ({
    ja: `対象のホスト上で比べる: ${command}`,
    en: `compare on the host itself: ${command}`,
  }),
  written: (file: string): LocalText => ({ ja: `${file} に登録した`, en: `written to ${file}` }),
  unused: (fingerprint: string): LocalText => ({
    ja: `--accept ${fingerprint} の鍵を提示したホストはない`,
    en: `no host offered the key of --accept ${fingerprint}`,
  }),
}

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

/** Words of `seisa software`. */
export const softwareWords = {
  description: { ja: 'ソフトウェアの許可・禁止の一覧を扱う', en: 'work with lists of allowed and forbidden software' },
  check: {
    ja: '入っているソフトウェアを許可・禁止の一覧とだけ照らし合わせる',
    en: 'hold installed software against software lists and nothing else',
  },
  lists: {
    ja: '一覧のファイルか、seisa.yaml の一覧の id（なければ seisa.yaml の全ての一覧）',
    en: 'list files, or ids of lists in seisa.yaml (without any: all lists of seisa.yaml)',
  },
  sheet: { ja: 'ブックのシート名', en: 'name of the sheet in a workbook' },
  role: {
    ja: '対象を使う人（administrator: 管理業務従事者、user: その他）',
    en: 'who uses the targets: administrator or user',
  },
  capture: {
    ja: '手本のホストに入っている物から許可の一覧を作る',
    en: 'make a list from what golden hosts have installed',
  },
  output: {
    ja: '書くファイル（.yaml・.csv・.xlsx。- は標準出力）',
    en: 'file to write: .yaml, .csv or .xlsx (- is standard output)',
  },
  force: { ja: '既にあるファイルを上書きする', en: 'overwrite a file that exists' },
  againstOption: {
    ja: '今の一覧との違い（加える項目、何にも当てはまらない項目、版の違い）を示す',
    en: 'show what separates this list from the hosts: entries to add, entries that match nothing, versions',
  },
  anyVersion: { ja: '版を限らない', en: 'leave versions out' },
  minimum: {
    ja: 'これだけの数のパッケージを出している提供者は1項目にまとめる（既定 3。--against ではまとめない）',
    en: 'a publisher that brings so many packages gets one entry for all (3; with --against: never)',
  },
  json: { ja: '結果を JSON で標準出力に出す', en: 'print the result as JSON' },
  exampleCheck: { ja: 'この機械を一覧だけで調べる', en: 'this machine, by one list' },
  exampleConfigured: { ja: 'seisa.yaml の一覧で web の対象を調べる', en: 'web servers of seisa.yaml, by its lists' },
  exampleCapture: { ja: '手本のホストから一覧を作る', en: 'make a list from a golden host' },
  exampleAgainst: {
    ja: '今の一覧との違いを見て、次の版の案を書く',
    en: 'see the difference, and write a proposal for the next version',
  },
  noList: { ja: '照らし合わせる一覧がない', en: 'there is no list to hold software against' },
  nameList: {
    ja: '一覧のファイルを書くか、seisa.yaml に software-lists: を書く',
    en: 'name a list file, or write software-lists: into seisa.yaml',
  },
  extension: {
    ja: '--output のファイル名は .yaml・.csv・.xlsx で終える',
    en: '--output takes a name that ends in .yaml, .csv or .xlsx',
  },
  sameFile: {
    ja: '--output に今の一覧は指定できない（承認された物を上書きしない）',
    en: '--output can not be the list itself: what was approved is never overwritten',
  },
  badMinimum: { ja: '--minimum は 1 以上の整数', en: '--minimum takes a whole number from 1' },
  nothingRead: {
    ja: '手本のホストからソフトウェアを1つも読めなかった',
    en: 'no software could be read on the golden hosts',
  },
  incompleteTable: {
    ja: '読めなかった物があるため、表には書かない（不完全だと記す場所がない）',
    en: 'not everything could be read, and a table has no place to say so: not written',
  },
  asYaml: { ja: '読めるようにするか、.yaml に書く', en: 'let it be read, or write a .yaml file' },
  incomplete: {
    ja: '不完全: 読めなかった物があるので、足りない項目があり得る',
    en: 'INCOMPLETE: not everything could be read, so that entries may be missing',
  },
  written: { ja: '書きました', en: 'written' },
  captured: {
    ja: '手本のホストに入っている物から作った。要らない項目を消し、理由を書いてから承認する。',
    en: 'Made from what golden hosts have installed. Remove what is not needed and give reasons before approving it.',
  },
  proposed: {
    ja: '今の一覧に、手本のホストにある物を加えた案。加えた項目を確かめてから承認する。',
    en: 'A proposal: the list with what golden hosts have besides. Review what was added before approving it.',
  },
  from: { ja: '手本のホスト', en: 'Golden hosts' },
  capturedTitle: { ja: '手本から写した許可一覧', en: 'Allowed software, captured from golden hosts' },
  reason: { ja: '手本のホストにある（承認前に理由を書く）', en: 'on a golden host (give the reason before approval)' },
  unhashed: {
    ja: '中身は確かめていない（ハッシュ値を読めなかった）',
    en: 'its contents are not pinned: the hash was not read',
  },
  against: { ja: '照らした一覧:', en: 'Held against the list' },
  add: { ja: '加える項目の案', en: 'Entries to add' },
  versions: { ja: '版が合わない項目', en: 'Entries for other versions' },
  contents: {
    ja: '内容（ハッシュ値）が一覧と違うファイル',
    en: 'Files whose contents are not those listed',
  },
  unused: { ja: 'どのホストでも何にも当てはまらない項目', en: 'Entries that match nothing on these hosts' },
  forbidden: { ja: '禁止されているのに入っている物', en: 'Installed although forbidden' },
  ended: { ja: '期限切れか廃止の項目でだけ許可されていた物', en: 'Allowed only by entries that ended' },
  expired: { ja: '期限切れ', en: 'expired' },
  retired: { ja: '廃止', en: 'retired' },
  undecided: {
    ja: '許可か禁止か決められない物（案に入れていない）',
    en: 'Not known to be allowed or forbidden (nothing is proposed)',
  },
  unread: { ja: '読めなかった物', en: 'Could not be read' },
  same: { ja: '違いはない', en: 'No difference' },
} satisfies Record<string, LocalText>
