import { componentKinds, type ComponentKind } from '../core/catalogue/kinds.ts'
import type { Selector } from '../core/baseline.ts'
import type { SoftwareRole } from '../core/software/list.ts'
import { folded, normalised } from './table/normal.ts'

/** `組み込み（既定）` and `○` as they are looked up: folded, circles and crosses of one kind, no brackets at the end. */
const keyword = (text: string): string =>
  folded(text)
    .replaceAll(/[○◯〇⭕]/gu, '○')
    .replaceAll(/[×✕✖✗✘❌╳]/gu, '×')
    .replaceAll(/[・･\-_]/g, '')

function lookUp<T>(words: ReadonlyMap<T, readonly string[]>, text: string): T | undefined {
  const wanted = keyword(text)
  for (const [meaning, spellings] of words) if (spellings.includes(wanted)) return meaning
  return undefined
}

/** 区分（許可／禁止）, リスト種別（ホワイト／ブラック）. */
const statusWords: ReadonlyMap<'allow' | 'deny', readonly string[]> = new Map([
  [
    'allow',
    ['許可', '可', '利用可', '使用可', '利用許可', '使用許可', '承認', '条件付き許可', '条件付許可', '○', 'ok', 'allow']
      .concat(['allowed', 'permit', 'permitted', 'ホワイト', 'ホワイトリスト', '許可リスト', 'white', 'whitelist'])
      .concat(['allowlist', 'approved']),
  ],
  [
    'deny',
    [
      '禁止',
      '不可',
      '利用不可',
      '使用不可',
      '利用禁止',
      '使用禁止',
      '×',
      'x',
      'ng',
      'deny',
      'denied',
      'forbid',
      'forbidden',
    ].concat(['ブラック', 'ブラックリスト', '禁止リスト', 'black', 'blacklist', 'denylist', 'prohibited', 'block']),
  ],
])

/** ステータス（有効／廃止）. */
const stateWords: ReadonlyMap<'active' | 'retired', readonly string[]> = new Map([
  ['active', ['', '有効', '利用中', '使用中', '現行', 'active', 'valid', 'enabled', 'current', '○']],
  [
    'retired',
    [
      '廃止',
      '廃止済',
      '廃止済み',
      '無効',
      '失効',
      '取消',
      '取り消し',
      '終了',
      'retired',
      'inactive',
      'invalid',
      'disabled',
      '×',
    ],
  ],
])

/** 対象者区分（管理業務従事者／その他）. */
const roleWords: ReadonlyMap<SoftwareRole | 'everybody', readonly string[]> = new Map([
  [
    'everybody',
    ['', '全て', 'すべて', '全員', '共通', '両方', '区別なし', '全利用者', 'all', 'both', 'everybody', '*'],
  ],
  [
    'administrator',
    [
      '管理業務従事者',
      '管理従事者',
      '管理者',
      'システム管理者',
      '保護システム管理者',
      'administrator',
      'administrators',
      'admin',
    ],
  ],
  [
    'user',
    [
      'その他',
      'その他の利用者',
      '一般利用者',
      '一般',
      '利用者',
      '一般ユーザー',
      '一般ユーザ',
      'user',
      'users',
      'other',
      'others',
    ],
  ],
])

export const readStatus = (text: string): 'allow' | 'deny' | undefined => lookUp(statusWords, text)
export const readState = (text: string): 'active' | 'retired' | undefined => lookUp(stateWords, text)
export const readRole = (text: string): SoftwareRole | 'everybody' | undefined => lookUp(roleWords, text)

/** Whether something may only be allowed together with the condition that stands beside it. */
export const isConditional = (text: string): boolean => keyword(text).startsWith('条件付')

const trueWords: readonly string[] = ['true', 'yes', '1', '○', 'はい', '該当', '基本システム']
const falseWords: readonly string[] = ['', 'false', 'no', '0', '×', 'いいえ', '非該当', '']
/** 基本システム. */
export const readTruth = (text: string): boolean | undefined =>
  trueWords.includes(keyword(text)) ? true : falseWords.includes(keyword(text)) ? false : undefined

const kindWords: ReadonlyMap<ComponentKind, readonly string[]> = new Map([
  ['server', ['サーバ', 'サーバー', 'サーバ装置', 'サーバー装置', '全サーバ', '全サーバー']],
  ['workstation', ['端末', '端末装置', 'パソコン', 'pc', 'クライアント', '全端末', 'pc端末']],
  ['mobile-device', ['モバイル端末', 'スマートフォン', 'タブレット']],
  ['domain-controller', ['ドメインコントローラ', 'ドメインコントローラー']],
  ['firewall', ['ファイアウォール']],
  ['router', ['ルータ', 'ルーター']],
  ['switch', ['スイッチ']],
])
const everyComponent: readonly string[] = ['', '全て', 'すべて', '共通', '全構成要素', '全機器', '全体', 'all', '*']

/**
 * 構成要素, 対象端末, サーバ: kinds (`サーバ`, `server`), labels (`role=web`) or names of components, several of one sort
 * with commas between them. Undefined means every component; `mixed` names sorts that can't stand in one cell.
 */
export function readComponents(text: string): Selector | 'mixed' | undefined {
  const parts = normalised(text)
    .split(/[,、;\n]/)
    .map((part) => part.trim())
    .filter((part) => part !== '')
  if (parts.every((part) => everyComponent.includes(keyword(part)))) return undefined
  const selectors = parts.map(componentPart)
  const kind = selectors.flatMap((one) => one.kind ?? [])
  const component = selectors.flatMap((one) => one.component ?? [])
  const labels = selectors.flatMap((one) => Object.entries(one.label ?? {}))
  const sorts = [kind, component, labels].filter((sort) => sort.length > 0)
  // labels must all hold, names are alternatives: two labels of one key could never
  if (sorts.length > 1 || labels.length > 1) return 'mixed'
  if (kind.length > 0) return { kind }
  return labels.length > 0 ? { label: Object.fromEntries(labels) } : { component }
}

function componentPart(part: string): Selector {
  const word = keyword(part)
  for (const [kind, spellings] of kindWords) if (spellings.includes(word)) return { kind: [kind] }
  const kind = componentKinds.find((one) => one === part.toLowerCase())
  if (kind) return { kind: [kind] }
  const label = /^(?:label:)?([^=\s]+)\s*=\s*(\S.*)$/.exec(part)
  return label?.[1] !== undefined && label[2] !== undefined && label[1] !== '__proto__'
    ? { label: { [label[1]]: label[2] } }
    : { component: [part] }
}
