import { didYouMean } from '../core/did-you-mean.ts'
import type { Says } from './excerpt.ts'
import { folded } from './table/normal.ts'

/** What a column of a software list says. */
export type SoftwareColumn =
  | 'id'
  | 'name'
  /** Name and version in one cell: `FortiOS 7.4.3`. */
  | 'name-version'
  | 'version'
  /** How versions are ordered. */
  | 'scheme'
  | 'status'
  | 'state'
  | 'reason'
  | 'valid-until'
  | 'components'
  | 'role'
  | 'publisher'
  | 'origin'
  | 'identity'
  | 'path'
  | 'sha256'
  | 'base-system'
  | 'format'
  | 'platform'
  | 'registered-on'
  | 'approved-by'
  /** Kept as text and judged by nothing. */
  | 'note'

/**
 * Headings of the documents' ledgers (IPA small companies 4.3.2.2, procurement 付紙 第3第2項第5号, NITE 第53条・第55条, MLIT
 * airports 3.1.5.2) and the words that people use for the same. What stands in brackets after a heading is left out
 * before it is looked up: `区分（許可／禁止）` is `区分`.
 */
const headings: readonly (readonly [SoftwareColumn, readonly string[]])[] = [
  ['id', ['id', '番号', '項番', '管理番号', 'no', 'no.', '#', '対象id', '項目id']],
  [
    'name',
    [
      'ソフトウェア名',
      '対象id・名称',
      '対象id名称',
      '名称',
      '名前',
      'ソフトウェア',
      'ソフトウェア名称',
      'ソフト名',
      '製品名',
      'アプリケーション名',
      'パッケージ名',
      'name',
      'software',
      'softwarename',
      'package',
    ],
  ],
  [
    'name-version',
    ['ソフト・版', 'ソフトウェア・版', 'ソフトウェア名・版', 'ソフト・バージョン', 'ソフトウェア名・バージョン'],
  ],
  ['version', ['版', 'バージョン', 'ver', 'ver.', 'version', 'versions']],
  ['scheme', ['版の順序', '版の比べ方', 'scheme', 'versionscheme', 'version-scheme']],
  [
    'status',
    [
      '区分',
      'リスト種別',
      '許可・禁止',
      '許可禁止',
      '許可／禁止',
      '許可/禁止',
      '可否',
      '利用可否',
      '使用可否',
      'status',
      'list',
    ],
  ],
  ['state', ['ステータス', '状態', '有効・廃止', '有効／廃止', '有効/廃止', 'state']],
  [
    'reason',
    [
      '理由',
      '理由・制限条件',
      '制限条件',
      '条件',
      '用途',
      '利用目的',
      '使用目的',
      '利用用途',
      'reason',
      'condition',
      'purpose',
    ],
  ],
  [
    'valid-until',
    ['有効期限', '期限', '利用期限', '使用期限', 'validuntil', 'valid-until', 'expires', 'expires-on', 'expireson'],
  ],
  [
    'components',
    [
      '構成要素',
      '対象端末',
      '対象構成要素',
      '対象機器',
      '対象サーバ',
      '対象サーバー',
      'サーバ',
      'サーバー',
      '端末',
      '対象',
      '装置',
      '対象装置',
      'components',
      'component',
      'hosts',
    ],
  ],
  ['role', ['対象者区分', '対象者', '利用者区分', '役割', 'role']],
  [
    'publisher',
    [
      '発行元',
      '提供元',
      '開発元',
      'ベンダ',
      'ベンダー',
      'メーカー',
      '製造元',
      '署名者',
      'publisher',
      'vendor',
      'maintainer',
    ],
  ],
  ['origin', ['配布元', '入手元', 'origin']],
  ['identity', ['識別', '識別情報', '識別子', 'identity', 'identification']],
  ['path', ['パス', '場所', 'path']],
  ['sha256', ['sha256', 'sha-256', 'ハッシュ', 'ハッシュ値', 'hash']],
  ['base-system', ['基本システム', 'base-system', 'basesystem']],
  ['format', ['形式', 'パッケージ形式', 'format']],
  ['platform', ['プラットフォーム', 'os', '製品の系統', 'platform']],
  ['registered-on', ['登録日', '登録年月日', '許可日', '承認日', 'registered-on', 'registeredon', 'registered']],
  ['approved-by', ['承認者', '承認者名', '許可者', 'approved-by', 'approvedby', 'approver']],
  [
    'note',
    [
      '備考',
      '注記',
      'メモ',
      'コメント',
      'ベースライン版',
      '見直し日',
      '変更申請',
      'サポート状況',
      '外部との通信',
      '同時に入るソフト',
      'その他のリスク',
      'note',
      'notes',
      'remarks',
      'comment',
      'memo',
    ],
  ],
]

const columns: ReadonlyMap<string, SoftwareColumn> = new Map(
  headings.flatMap(([column, spellings]) => spellings.map((spelling) => [folded(spelling), column] as const)),
)

/** A heading without what stands in brackets after it. */
const bare = (heading: string): string => folded(heading).replace(/[([【「［].*$/u, '')

/** What a heading means; undefined when nobody said. A heading with 備考 or note in it is a note of its own. */
export function softwareColumn(heading: string): SoftwareColumn | undefined {
  const found = columns.get(folded(heading)) ?? columns.get(bare(heading))
  return found ?? (/備考|^note[:：]|メモ/.test(folded(heading)) ? 'note' : undefined)
}

/** Whether a row is the one that holds the headings: it has a name, or another part to match by, and one more column. */
export function isSoftwareHeading(texts: readonly string[]): boolean {
  const found = new Set(texts.flatMap((text) => softwareColumn(text) ?? []))
  return found.size >= 2 && identifying.some((column) => found.has(column))
}

/** Headings that only a list of what may be used has: what it is for (NITE 第55条第2項), who permitted it (airports 3.1.5.2(4)). */
export const isPermitting = (heading: string): boolean => /用途|目的|purpose|許可者|許可日/i.test(folded(heading))

/** Whether a title, a sheet or a file is called a list of what is forbidden, or perhaps is. */
export const mayForbid = (title: string): boolean =>
  /禁止|不可|使用しない|利用しない|ブラック|black-?_?list|deny|denied|forbid|prohibit/.test(folded(title))

/** What a title says of all its rows, which only a column can: `対象者区分：管理業務従事者`. Nothing for `対象者区分：全て`. */
export function restriction(title: string, next: string): SoftwareColumn | undefined {
  const [, word = '', rest = ''] = /^([^:：]*)(?:[:：]([\s\S]*))?$/.exec(title) ?? []
  const column = ['構成要素', '対象端末', '対象者区分'].includes(folded(word)) ? softwareColumn(word) : undefined
  const value = folded(rest === '' ? next : rest)
  return value === '' || /^(?:全て|すべて|共通|両方|区別なし|all|\*)$/.test(value) ? undefined : column
}

/** Columns that say what an entry takes. */
export const identifying: readonly SoftwareColumn[] = [
  'name',
  'name-version',
  'publisher',
  'origin',
  'identity',
  'path',
  'sha256',
  'base-system',
]

const preferred = headings.flatMap(([, spellings]) => spellings.slice(0, 1))

/** What to say of a heading that isn't known. */
export function unknownHeading(heading: string): Says {
  const meant = didYouMean(bare(heading), columns.keys())
  return {
    what: { ja: '意味の分からない列である', en: 'a column of unknown meaning' },
    expected: {
      ja: `${preferred.join('、')} のいずれか。判定に使わない列は見出しに「備考」を付ける（備考: 調達番号）`,
      en: `one of ${headings.map(([column]) => column).join(', ')}; a column that is only to be kept starts with “note:”`,
    },
    ...(meant !== undefined && { didYouMean: meant }),
  }
}
