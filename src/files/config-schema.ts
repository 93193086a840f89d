import type { Scanner } from '../core/scanner.ts'
import { componentKinds } from '../core/catalogue/kinds.ts'
import { referencePattern } from '../core/reference.ts'
import { disableSchema, parameterOverrides, selectorSchema } from './baseline-schema.ts'
import { softwareListsSchema } from './config-software-lists.ts'
import { duration, list, map, type Schema, says, text } from './schema-words.ts'

/** Address of the shipped schema; nothing is ever fetched from it. */
export const configSchemaId = 'https://seisa.example/schemas/seisa-config-1.schema.json'

const texts = (ja: string, en: string): Schema => ({
  ...says(ja, en),
  type: 'object',
  additionalProperties: { ...says('文字列（数字は引用符で囲む）', 'a text; put numbers in quotes'), type: 'string' },
})

const count = (ja: string, en: string): Schema => ({ ...says(ja, en), type: 'integer', minimum: 1, maximum: 1000 })

/** Options that every target takes, whatever scans it. */
const universal: Readonly<Record<string, Schema>> = {
  name: {
    ...says('対象の名前（重複しない1行の文字列）', 'name of the target: one line, unique'),
    type: 'string',
    pattern: '^[^\\s\\u0000-\\u001f]([^\\n\\r\\t]{0,198}[^\\s])?$',
  },
  scanner: text('スキャナーの名前（endpoint など）', 'name of the scanner, such as endpoint'),
  platform: text('製品（linux など）', 'platform, such as linux'),
  kind: { ...says('対象の種類', 'kind of component'), enum: componentKinds },
  id: text('対象の id を固定する', 'pins the id of the component'),
  labels: texts('札（キー: 値）', 'labels (key: value)'),
  owner: texts('責任者（name・department・contact など）', 'owner: name, department, contact'),
  'network-zone': text('ネットワークの区画', 'network zone'),
  timeout: duration('対象1つにかける時間の上限', 'time limit for the whole target'),
  concurrency: count('この対象で同時に調べるホストの数（1〜1000）', 'hosts of this target at a time, 1 to 1000'),
}

/** What belongs to the target as a whole and not to one of its `hosts`. */
const ofTheWhole: ReadonlySet<string> = new Set(['scanner', 'platform', 'concurrency', 'here', 'hosts'])

/** Words that mean the same in every scanner that takes them (design section 6). */
const common: Readonly<Record<string, Schema>> = {
  host: text('ホスト名またはアドレス', 'host name or address'),
  port: { ...says('ポート番号（1〜65535）', 'port, 1 to 65535'), type: 'integer', minimum: 1, maximum: 65535 },
  username: text('利用者名', 'user name'),
  'identity-file': text('SSHの秘密鍵のファイル', 'file of the SSH private key'),
  jump: text(
    '踏み台（利用者@ホスト:ポート。複数ならカンマ区切りで手前から）',
    'jump hosts: user@host:port, first to last, separated by commas',
  ),
  'known-hosts': text('known_hosts のファイル', 'known_hosts file'),
  url: text('接続先のURL（ldaps://… https://…）', 'address: ldaps://… https://…'),
  tls: map(
    { 'ca-file': text('認証局の証明書のファイル', 'file of the CA certificate') },
    [],
    says('TLSの設定', 'TLS options'),
  ),
  profile: text('AWSのプロファイル', 'AWS profile'),
  'role-arn': text('引き受けるロールのARN', 'ARN of the role to assume'),
  'external-id': text('外部ID', 'external id'),
  region: text('リージョン', 'region'),
  endpoint: text('APIの接続先', 'API endpoint'),
  'organization-role': text(
    '組織の各アカウントで引き受けるロール',
    'role to assume in each account of the organisation',
  ),
  'tenant-id': text('テナントのid', 'tenant id'),
  'client-id': text('アプリケーションのid', 'application id'),
  'graph-url': text('Graph APIの接続先', 'address of the Graph API'),
  'authority-url': text('認証の接続先', 'address of the sign-in service'),
  enable: {
    ...says(
      '特権モードの認証情報への参照（env:・file:・exec:）、または true',
      'reference to the enable secret (env:, file:, exec:), or true',
    ),
    type: ['string', 'boolean'],
  },
  file: text('保存した設定のファイル', 'file of a saved configuration'),
  folder: text('保存した設定のフォルダー', 'folder of saved configurations'),
  credentials: {
    ...says('認証情報への参照', 'references to credentials'),
    type: 'object',
    properties: {
      username: text('利用者名', 'user name'),
      password: {
        ...says('env:名前、file:場所、exec:命令 のいずれか', 'env:NAME, file:PATH or exec:COMMAND'),
        type: 'string',
        pattern: referencePattern,
      },
      passphrase: {
        ...says(
          '秘密鍵のパスフレーズ: env:名前、file:場所、exec:命令 のいずれか',
          'passphrase of the private key: env:NAME, file:PATH or exec:COMMAND',
        ),
        type: 'string',
        pattern: referencePattern,
      },
    },
    additionalProperties: { ...says('文字列', 'a text'), type: 'string' },
  },
}

/** `hosts:`: a list of texts and maps, or a file that holds one. */
const hostsSchema = (entry: Schema): Schema => ({
  ...says(
    'ホストの一覧（「- web-1」や「- {host: web-1, …}」）、または {file: 場所}',
    'a list of hosts, or {file: PATH}',
  ),
  if: { type: 'object' },
  // oxlint-disable-next-line unicorn/no-thenable -- a JSON Schema keyword
  then: {
    ...says('{file: 場所}', '{file: PATH}'),
    additionalProperties: false,
    required: ['file'],
    properties: {
      file: text('ホストの一覧のファイル（.txt・.csv・.xlsx）', 'file with the hosts: .txt, .csv or .xlsx'),
      sheet: text('ブックのシート名', 'name of the sheet in a workbook'),
    },
  },
  else: {
    ...says('ホストの一覧', 'a list of hosts'),
    type: 'array',
    minItems: 1,
    items: {
      ...says('[利用者@]ホスト[:ポート]、または {host: …}', '[USER@]HOST[:PORT], or {host: …}'),
      if: { type: 'object' },
      // oxlint-disable-next-line unicorn/no-thenable -- a JSON Schema keyword
      then: entry,
      else: { type: 'string', minLength: 1, ...says('[利用者@]ホスト[:ポート]', '[USER@]HOST[:PORT]') },
    },
  },
})

/** One of several hosts: its address, and whatever differs from the group. */
const hostEntry = (options: Readonly<Record<string, Schema>>): Schema =>
  map(
    Object.fromEntries(Object.entries({ ...universal, ...options }).filter(([key]) => !ofTheWhole.has(key))),
    ['host'],
    says('ホスト（host と、このホストだけの値）', 'a host: host, and what differs for it'),
  )

const baselineUse: Schema = {
  ...map(
    {
      use: text('組み込みのベースラインの名前（ipa-sme など）', 'name of a built-in baseline, such as ipa-sme'),
      file: text('ベースラインのファイル（この設定ファイルから見た場所）', 'file of a baseline, relative to this file'),
      for: selectorSchema,
      parameters: parameterOverrides,
      disable: disableSchema,
    },
    [],
    says('ベースラインの使用', 'use of a baseline'),
  ),
}

const anyTarget = (properties: Readonly<Record<string, Schema>>): Schema => ({
  ...says('対象（name と scanner）', 'a target: name and scanner'),
  type: 'object',
  required: ['name', 'scanner'],
  properties,
})

const config = (target: Schema): Schema =>
  map(
    {
      $schema: { ...says('エディター用のスキーマ', 'schema for editors'), type: 'string' },
      organisation: map(
        { name: text('組織名', 'name of the organisation') },
        ['name'],
        says('組織（name）', 'the organisation: name'),
      ),
      baselines: list(baselineUse, says('使うベースライン', 'baselines to judge by')),
      'software-lists': softwareListsSchema,
      targets: list(target, says('対象', 'targets to scan')),
      concurrency: count('同時に調べる対象の数（1〜1000）', 'targets at a time, 1 to 1000'),
      timeout: duration('対象1つにかける時間の上限', 'time limit for each target'),
      limits: map(
        {
          'evidence-age': duration('保存した証跡の古さの上限', 'oldest saved evidence that is judged'),
          'network-zones': {
            ...says('区画ごとに同時に調べる対象の数', 'targets at a time in each network zone'),
            type: 'object',
            additionalProperties: count('この区画で同時に調べる対象の数（1〜1000）', 'targets at a time, 1 to 1000'),
          },
        },
        [],
        says('上限', 'limits'),
      ),
    },
    [],
    says('seisa の設定', 'configuration of seisa'),
  )

/** What the reader checks first; each target is then checked by the schema of its scanner. */
export const configFrame: Schema = config(anyTarget({}))

/** Words of scanners that editors should know too; what they take is left to the scanner. */
const ofScanners: Readonly<Record<string, Schema>> = {
  here: says('seisa を動かす機械を調べる（true）', 'true: the machine that seisa runs on'),
  sudo: says(
    '管理者が置いた収集スクリプトの絶対パス、または何でも sudo できるアカウントなら true',
    'absolute path of the collector that an administrator installed, or true for an account that may run anything',
  ),
}

/** For editors, which can't know the scanners: the options that all of them share. */
export const configSchema = (): Schema =>
  config(
    anyTarget({
      ...universal,
      ...common,
      ...ofScanners,
      hosts: hostsSchema({ ...hostEntry(perHost), additionalProperties: true }),
    }),
  )

/** Common words that may differ between the hosts of a group. */
const perHost: Readonly<Record<string, Schema>> = Object.fromEntries(
  ['host', 'port', 'username', 'sudo', 'identity-file', 'jump', 'known-hosts', 'credentials'].flatMap((key) => {
    const schema = common[key] ?? ofScanners[key]
    return schema ? [[key, schema] as const] : []
  }),
)

/** What reading the targets needs to know of a scanner. */
export type KnownScanner = Pick<Scanner, 'id' | 'platforms' | 'optionsSchema'>

interface TargetSchemas {
  /** Of an entry under `targets:`; what stands under `hosts` is left to `hosts`. */
  readonly target: Schema
  /** Of what stands under `hosts`; nothing when the scanner takes no `host`. */
  readonly hosts?: Schema
  /** Of one host as read from a list. */
  readonly host?: Schema
}

const targetSchemas = new WeakMap<object, TargetSchemas>()

/**
 * The schemas of a target: what every target takes, and what its scanner takes. A word of the common vocabulary that
 * the scanner lists without saying more has its common meaning. Whoever takes a `host` takes `hosts` too.
 */
export function targetSchemasOf(scanner: Pick<Scanner, 'optionsSchema'>): TargetSchemas {
  const known = targetSchemas.get(scanner.optionsSchema)
  if (known) return known
  const { properties: own, required, ...rest } = scanner.optionsSchema
  const options = Object.fromEntries(
    Object.entries(isObject(own) ? own : {}).map(([key, value]) => {
      const says = isObject(value) && Object.keys(value).length > 0 ? value : {}
      return [key, { ...common[key], ...says }] as const
    }),
  )
  const several = Object.hasOwn(options, 'host') ? { hosts: says('ホストの一覧', 'a list of hosts') } : {}
  const host = hostEntry(options)
  const schemas: TargetSchemas = {
    target: {
      ...rest,
      type: 'object',
      ...says('対象', 'a target'),
      properties: { ...universal, ...options, ...several },
      required: ['name', 'scanner', ...(Array.isArray(required) ? required.map(String) : [])],
      additionalProperties: false,
    },
    ...(several.hosts && { hosts: hostsSchema(host), host }),
  }
  targetSchemas.set(scanner.optionsSchema, schemas)
  return schemas
}

/** Options that are members of `Target` and not of its `options`. */
export const targetMembers: ReadonlySet<string> = new Set([
  'name',
  'scanner',
  'platform',
  'kind',
  'id',
  'labels',
  'owner',
  'timeout',
  'network-zone',
  'hosts',
])

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
