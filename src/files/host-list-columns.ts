import { didYouMean } from '../core/did-you-mean.ts'
import type { Says } from './excerpt.ts'
import { isSecretKey } from './secret-text.ts'
import { folded, normalised } from './table/normal.ts'

/** What a column of a table of hosts holds. */
export type HostColumn =
  /** An option in the words of seisa.yaml. */
  | { readonly kind: 'option'; readonly key: string }
  /** The host's own name, which is where to connect to unless another column holds the address. */
  | { readonly kind: 'host-name' }
  | { readonly kind: 'address' }
  | { readonly kind: 'label'; readonly key: string }
  /** `role=web; env=prod`. */
  | { readonly kind: 'labels' }
  | { readonly kind: 'owner'; readonly key: string }
  /** For people; seisa makes nothing of it. */
  | { readonly kind: 'note' }

/** Other words for a heading, as they stand in the equipment lists of Japanese offices. */
const headings: readonly (readonly [HostColumn, string])[] = [
  [{ kind: 'host-name' }, 'host hostname ホスト ホスト名 コンピュータ名 コンピューター名'],
  [{ kind: 'address' }, 'address ip ipaddress アドレス ipアドレス ipv4アドレス ipv6アドレス 接続先'],
  [{ kind: 'option', key: 'name' }, 'name 名称 名前 表示名 機器名 サーバ名 サーバー名'],
  [
    { kind: 'option', key: 'username' },
    'username user 利用者名 利用者 ユーザ名 ユーザー名 ログイン名 アカウント アカウント名',
  ],
  [{ kind: 'option', key: 'port' }, 'port ポート ポート番号'],
  [{ kind: 'option', key: 'kind' }, 'kind 種別 種類'],
  [{ kind: 'option', key: 'network-zone' }, 'networkzone zone 区画 ネットワーク区画 ネットワーク セグメント'],
  [{ kind: 'option', key: 'jump' }, 'jump 踏み台 踏み台サーバ 踏み台サーバー'],
  [{ kind: 'option', key: 'identity-file' }, 'identityfile 秘密鍵ファイル 鍵ファイル'],
  [{ kind: 'option', key: 'timeout' }, 'timeout 制限時間'],
  [{ kind: 'owner', key: 'name' }, 'owner 責任者 責任者名 管理責任者 管理者 担当者'],
  [{ kind: 'owner', key: 'department' }, 'department 部署 部署名 部門 所属 担当部署'],
  [{ kind: 'owner', key: 'contact' }, 'contact 連絡先 内線'],
  [{ kind: 'labels' }, 'labels label 札 ラベル タグ'],
  [{ kind: 'note' }, 'note notes comment remarks 備考 注記 no no. # 番号 項番 通番 連番'],
]
const byHeading = new Map(
  headings.flatMap(([column, words]) => words.split(' ').map((word) => [word, column] as const)),
)

/** Whether a row of texts is the heading of a table of hosts: one of them says where the hosts are. */
export const isHostHeading = (texts: readonly string[]): boolean =>
  texts.some((text) => ['host-name', 'address'].includes(byHeading.get(folded(text))?.kind ?? ''))

/** The column of a heading, or what is wrong with it. `options` are the words that one host may have. */
export function hostColumn(heading: string, options: readonly string[]): HostColumn | Says {
  const known = byHeading.get(folded(heading))
  if (known) return known
  const plain = normalised(heading)
  const dotted = /^(label|labels|札|ラベル|owner|責任者)[.．](.+)$/iu.exec(plain)
  const key = dotted?.[2]?.trim() ?? ''
  if (dotted && ['__proto__', 'constructor', 'prototype'].includes(key)) return unknown(heading, options)
  if (dotted) return { kind: /^(owner|責任者)/iu.test(plain) ? 'owner' : 'label', key }
  if (isSecretKey(plain)) return secretColumn
  const option = plain.toLowerCase().replaceAll(/[_ ]/g, '-')
  if (options.includes(option) && option !== 'credentials') return { kind: 'option', key: option }
  return unknown(heading, options)
}

function unknown(heading: string, options: readonly string[]): Says {
  const listed = options.filter((option) => !['credentials', 'labels', 'owner'].includes(option))
  const meant = didYouMean(heading, [...listed, ...byHeading.keys()])
  return {
    what: { ja: '知らない見出しの列', en: 'a column with an unknown heading' },
    expected: {
      ja: `次のいずれか: ${listed.join('、')}、owner.…、label.…（札）、labels、備考`,
      en: `one of ${listed.join(', ')}, owner.…, label.…, labels, note`,
    },
    ...(meant !== undefined && { didYouMean: meant }),
  }
}

/** A column whose heading says that it holds secrets. */
export const secretColumn: Says = {
  what: { ja: '秘密の列は書けない', en: 'a list of hosts holds no secrets' },
  expected: {
    ja: '列を消し、seisa.yaml の credentials に env:名前 などと書く。書いた秘密は変更する',
    en: 'remove the column, write credentials with env:NAME or the like in seisa.yaml, and change the secrets',
  },
}
