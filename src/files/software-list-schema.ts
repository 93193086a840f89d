import { severities } from '../core/baseline.ts'
import { softwareRoles } from '../core/software/list.ts'
import { selectorSchema } from './baseline-schema.ts'
import { kebabCase, list, map, type Schema, says, sentence, text } from './schema-words.ts'

/** Address of the shipped schema; nothing is ever fetched from it. */
export const softwareListSchemaId = 'https://seisa.example/schemas/seisa-software-list-1.schema.json'

/** Ids of entries: what people number or name them by. */
export const entryId = '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$'

const glob = (ja: string, en: string): Schema => ({
  ...says(`${ja}（* は任意の文字列、? は1文字）`, `${en}; * stands for any text, ? for one character`),
  type: 'string',
  minLength: 1,
  maxLength: 500,
})
const words = (ja: string, en: string): Schema => ({ ...list(text(ja, en), says(ja, en)), minItems: 1 })
const day = (ja: string, en: string): Schema => ({
  ...says(`${ja}（2026-12-31、令和8年12月31日 など）`, `${en}: 2026-12-31, 令和8年12月31日`),
  type: 'string',
  minLength: 1,
})
/** What people would take for a number: `1.10` is 1.1 then. */
const version = (ja: string, en: string): Schema => ({ ...says(ja, en), type: 'string', minLength: 1, maxLength: 200 })

const versions: Schema = {
  ...says("版の範囲: '>= 1.2, < 2'、または {at-least: '1.2'}", "versions: '>= 1.2, < 2', or {at-least: '1.2'}"),
  if: { type: 'object' },
  // oxlint-disable-next-line unicorn/no-thenable -- a JSON Schema keyword
  then: {
    ...map(
      {
        scheme: { ...says('版の順序', 'ordering of versions'), enum: ['deb', 'rpm', 'dotted'] },
        'at-least': version('この版以上', 'this version or a later one'),
        above: version('この版より新しい版', 'later than this version'),
        'at-most': version('この版以下', 'this version or an earlier one'),
        below: version('この版より古い版', 'earlier than this version'),
        equals: version('この版だけ', 'this version only'),
      },
      [],
      says('版の範囲', 'a range of versions'),
    ),
    minProperties: 1,
  },
  else: version("版の範囲（引用符で囲む: '>= 1.2'）", "versions, in quotes: '>= 1.2'"),
}

const match: Schema = {
  ...map(
    {
      name: glob('名前', 'name'),
      publisher: glob('提供者・保守者', 'publisher or maintainer'),
      origin: glob('配布元', 'origin'),
      path: glob('場所', 'path'),
      sha256: {
        ...says('SHA-256（16進64桁）', 'SHA-256: 64 hexadecimal digits'),
        type: 'string',
        pattern: '^[0-9A-Fa-f]{64}$',
      },
      'base-system': {
        ...says('ディストリビューション自身のパッケージか', "whether it is the distribution's own"),
        type: 'boolean',
      },
      format: words('パッケージの形式（deb・rpm・pip・file など）', 'package formats: deb, rpm, pip, file …'),
    },
    [],
    says('何に当てはまるか（書いた物を全て満たすもの）', 'what the entry takes: every given part must hold'),
  ),
  minProperties: 1,
}

const entry: Schema = {
  ...map(
    {
      id: {
        ...says('項目の id（英数字と . _ -）', 'id of the entry: letters, digits, . _ -'),
        type: 'string',
        pattern: entryId,
      },
      name: glob('名前（match: {name: …} の略）', 'name, short for match: {name: …}'),
      match,
      version: versions,
      status: {
        ...says('allow（許可）か deny（禁止）', 'allow or deny'),
        enum: ['allow', 'deny', '許可', '禁止'],
      },
      state: {
        ...says('active（有効）か retired（廃止）', 'active or retired'),
        enum: ['active', 'retired', '有効', '廃止'],
      },
      platform: words('製品の系統（linux、linux/debian-* など）', 'platforms: linux, linux/debian-*'),
      components: selectorSchema,
      role: {
        ...says('administrator（管理業務従事者）か user（その他）', 'administrator or user'),
        enum: [...softwareRoles, '管理業務従事者', 'その他', '一般利用者'],
      },
      reason: text('理由・制限条件', 'why, or under which condition'),
      'valid-until': day('有効期限（この日まで）', 'last day it holds'),
      'registered-on': day('登録日', 'day of registration'),
      'approved-by': text('承認者', 'who approved it'),
      note: text('備考', 'a note'),
    },
    ['id', 'status', 'reason'],
    says('項目（id、name か match、status、reason）', 'an entry: id, name or match, status, reason'),
  ),
}

const severity = (ja: string, en: string): Schema => ({ ...says(ja, en), enum: severities })

/** A software list. */
export const softwareListSchema: Schema = map(
  {
    $schema: { ...says('エディター用のスキーマ', 'schema for editors'), type: 'string' },
    'software-list': {
      ...says('一覧の id（小文字の英数字と -）', 'id of the list, such as our-servers'),
      type: 'string',
      pattern: kebabCase,
    },
    version: {
      ...says('直すたびに増やす整数', 'a whole number that grows with every change'),
      type: 'integer',
      minimum: 1,
    },
    title: sentence('一覧の名前', 'title of the list'),
    unlisted: {
      ...says('一覧にない物: forbidden（禁止）か accepted（認める）', 'what no entry takes: forbidden or accepted'),
      enum: ['forbidden', 'accepted'],
    },
    severity: map(
      {
        unlisted: severity('一覧にない物の重要度', 'severity of unlisted software'),
        forbidden: severity('禁止した物の重要度', 'severity of forbidden software'),
      },
      [],
      says('重要度', 'severities'),
    ),
    controls: list(text('条項の id', 'id of a clause'), says('答える条項', 'clauses that it answers')),
    entries: { ...list(entry, says('項目', 'entries')), minItems: 1 },
  },
  ['software-list', 'version', 'title', 'entries'],
  says('ソフトウェアの許可・禁止の一覧', 'a list of allowed and forbidden software'),
)
