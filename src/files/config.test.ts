import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { Fault } from '../core/fault.ts'
import { type Config, type KnownScanner, loadBaselines, readConfig } from './config.ts'
import { formatProblems, problemsOf } from './problems.ts'

const scanners: readonly KnownScanner[] = [
  {
    id: 'endpoint',
    platforms: ['linux'],
    optionsSchema: {
      type: 'object',
      properties: { here: { type: 'boolean' }, host: {}, port: {}, 'identity-file': {} },
    },
  },
  {
    id: 'active-directory',
    platforms: ['active-directory'],
    optionsSchema: { type: 'object', properties: { url: {}, tls: {}, credentials: {} }, required: ['url'] },
  },
  {
    id: 'firewall',
    platforms: ['fortios'],
    optionsSchema: { type: 'object', properties: { host: {}, enable: {}, credentials: {} } },
  },
]

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seisa-config-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const read = async (text: string): Promise<Config> => {
  const path = join(folder, 'seisa.yaml')
  writeFileSync(path, text)
  return readConfig(path, { scanners })
}
const fault = async (action: () => unknown): Promise<Fault> => {
  try {
    await action()
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
  throw new Error('nothing was refused')
}
const refused = async (action: () => unknown): Promise<readonly string[]> =>
  (problemsOf(await fault(action)) ?? []).map(
    ({ line, text, what, didYouMean }) => `${line} ${text} | ${what.ja}${didYouMean ? ` → ${didYouMean}` : ''}`,
  )

describe('seisa.yaml', () => {
  it('is read whole', async () => {
    const config = await read(`
# yaml-language-server: $schema=seisa-config-1.schema.json
organisation: {name: 株式会社サンプル}
baselines:
  - use: ipa-sme
    for: {label: {system: office}}
    parameters: {idle-lock: 3m, approved-administrators: [suzuki]}
    disable: [{requirement: screen-lock, reason: 画面なし}]
targets:
  - name: head-office-domain
    scanner: active-directory
    url: ldaps://dc1.corp.example.jp
    tls: {ca-file: ca.pem}
    credentials: {username: svc-seisa@corp.example.jp, password: env:SEISA_AD_PASSWORD}
    owner: {name: 鈴木, department: 情報システム部}
    timeout: １０ｍ
  - {name: edge, scanner: firewall, platform: fortios, host: 192.0.2.1, labels: {system: protected}, enable: file:enable.txt}
concurrency: 8
timeout: 30m
limits: {evidence-age: 30d}
`)
    expect(config).toMatchObject({
      folder,
      organisation: { name: '株式会社サンプル' },
      baselines: [
        {
          reference: { use: 'ipa-sme' },
          for: { label: { system: 'office' } },
          parameters: { 'idle-lock': { value: '3m' }, 'approved-administrators': { value: ['suzuki'] } },
          disable: [{ requirement: 'screen-lock', reason: '画面なし' }],
        },
      ],
      targets: [
        {
          name: 'head-office-domain',
          scanner: 'active-directory',
          timeout: 600,
          owner: { name: '鈴木' },
          options: { url: 'ldaps://dc1.corp.example.jp', tls: { 'ca-file': 'ca.pem' } },
        },
        {
          name: 'edge',
          platform: 'fortios',
          labels: { system: 'protected' },
          options: { host: '192.0.2.1', enable: 'file:enable.txt' },
        },
      ],
      concurrency: 8,
      timeout: 1800,
      limits: { evidenceAge: 2_592_000 },
    })
  })

  it('may be empty', async () => {
    expect(await read('')).toMatchObject({ baselines: [], targets: [], limits: {} })
  })

  it('gives baselines ready to judge by, with what was loosened', async () => {
    const [baseline] = loadBaselines(
      await read('baselines: [{use: ipa-sme, for: {kind: [server]}, parameters: {idle-lock: 10m}}]'),
    )
    expect(baseline?.appliesTo).toEqual({ kind: ['server'] })
    expect(baseline?.loosened).toMatchObject([
      { kind: 'loosened', parameter: 'idle-lock', from: { ja: '5m' }, to: { ja: '10m' } },
    ])
  })
})

describe('what seisa.yaml may not say, and what was meant', () => {
  test.each([
    ['an unknown key', 'targtes: []', ['1 targtes | キー「targtes」はここでは使えない → targets']],
    [
      'an unknown scanner',
      'targets: [{name: a, scanner: endpont}]',
      ['1 endpont | スキャナー「endpont」はない → endpoint'],
    ],
    [
      'an unknown platform',
      'targets: [{name: a, scanner: endpoint, platform: Linux}]',
      ['1 Linux | スキャナー endpoint は「Linux」を調べられない → linux'],
    ],
    [
      'an option that its scanner does not take',
      'targets: [{name: a, scanner: endpoint, url: x}]',
      ['1 url | キー「url」はここでは使えない'],
    ],
    [
      'an option that its scanner needs',
      'targets:\n  - {name: a, scanner: active-directory}',
      ['2 {name: a, scanner: active-directory} | 「url」がない'],
    ],
    [
      'two targets of one name',
      'targets:\n  - {name: ａ, scanner: endpoint}\n  - {name: A, scanner: endpoint}',
      ['3 A | 対象の名前「A」が重複している'],
    ],
    ['a target without a name', 'targets: [{scanner: endpoint}]', ['1 {scanner: endpoint} | 「name」がない']],
    ['a duration without a unit', 'timeout: 30', ['1 30 | 期間に単位がない（30）']],
    ['a number for a text', 'targets: [{name: 1.10, scanner: endpoint}]', ['1 1.10 | 文字列でない']],
    [
      'a misspelt scanner key, and baselines that only loading shows to be wrong, in one go',
      'baselines: [{use: ipa-sme, parameters: {idle-lck: 3m}}]\ntargets: [{name: a, scaner: endpoint, here: true}]',
      [
        '1 idle-lck | パラメーター「idle-lck」は定義されていない → idle-lock',
        '2 {name: a, scaner: endpoint, here: true} | 「scanner」がない',
        '2 scaner | キー「scaner」はここでは使えない → scanner',
      ],
    ],
    [
      'an unknown kind',
      'targets: [{name: a, scanner: endpoint, kind: sever}]',
      ['1 sever | この値は使えない → server'],
    ],
    ['a port that is none', 'targets: [{name: a, scanner: endpoint, port: 70000}]', ['1 70000 | 65535 より大きい']],
    [
      'an unknown baseline',
      'baselines: [{use: ipa_sme}]',
      ['1 ipa_sme | 組み込みのベースライン「ipa_sme」はない → ipa-sme'],
    ],
    ['a file that is not there', 'baselines: [{file: ours.yaml}]', ['1 ours.yaml | ファイルがない']],
    [
      'use and file together',
      'baselines: [{use: ipa-sme, file: x}]',
      ['1 {use: ipa-sme, file: x} | use と file のどちらか1つだけが要る'],
    ],
    [
      'the same baseline twice',
      'baselines:\n  - use: ipa-sme\n  - use: ipa-sme',
      ['3 ipa-sme | 同じベースラインが2回使われている'],
    ],
    ['a list in place of the map', '- a', ['1 - a | 「キー: 値」の並びでない']],
  ])('%s', async (_, text, expected) => {
    expect(await refused(() => read(text))).toEqual(expected)
  })

  it('a parameter, a value or a requirement that the baseline does not have', async () => {
    const config = await read(
      'baselines:\n  - use: ipa-sme\n    parameters:\n      idle-lok: 3m\n      idle-lock: 10\n    disable:\n      - {requirement: screen-lok, reason: x}\n',
    )
    expect(await refused(() => loadBaselines(config))).toEqual([
      '4 idle-lok | パラメーター「idle-lok」は定義されていない → idle-lock',
      '5 10 | 期間に単位がない（10）',
      '7 screen-lok | 要件「screen-lok」はない → screen-lock',
    ])
  })

  it('says every mistake at once, in both languages', async () => {
    const error = await fault(() => read('targets:\n  - name: 本社\n    scanner: endpont\n    timeout: 30\n'))
    const shown = (language: 'ja' | 'en'): string =>
      formatProblems(problemsOf(error) ?? [], language).replaceAll(folder, '.')
    expect(shown('ja')).toBe(
      [
        './seisa.yaml:3:14: スキャナー「endpont」はない',
        '  3 |     scanner: endpont',
        '    |              ^^^^^^^',
        '  正しい書き方: 次のいずれか: endpoint、active-directory、firewall',
        '  「endpoint」のことですか',
      ].join('\n'),
    )
    expect(shown('en')).toBe(
      [
        './seisa.yaml:3:14: there is no scanner “endpont”',
        '  3 |     scanner: endpont',
        '    |              ^^^^^^^',
        '  expected: one of endpoint, active-directory, firewall',
        '  did you mean “endpoint”?',
      ].join('\n'),
    )
    expect(error.what.ja).toContain('スキャナー「endpont」はない')
  })
})

describe('a secret in the file', () => {
  const target = (body: string): string =>
    `targets:\n  - name: edge\n    scanner: firewall\n${body.replaceAll(/^/gm, '    ')}\n`
  test.each([
    ['as a password', 'credentials: {username: a, password: hunter2}'],
    ['as a number', 'credentials: {password: 20261120}'],
    ['under another name', 'credentials: {api_token: hunter2}'],
    ['in Japanese', 'credentials: {パスワード: hunter2}'],
    ['on several lines', 'credentials:\n  password: |\n    hunter2\n    hunter2'],
    ['in a list', 'credentials:\n  passwords:\n  - hunter2\n  - hunter2'],
    ['with a quoted key', "credentials: {'password' : 'hunter2'}"],
    ['with an explicit key', 'credentials:\n  ? password\n  : hunter2'],
    ['as the enable password', 'enable: hunter2'],
    ['inside an address', 'host: ssh://admin:hunter2@192.0.2.1/'],
    [
      'as a private key',
      'host: |\n  -----BEGIN OPENSSH PRIVATE KEY-----\n  hunter2\n  -----END OPENSSH PRIVATE KEY-----',
    ],
    ['through an alias', 'labels: {x: &p hunter2}\ncredentials: {password: *p}'],
  ])('%s is refused and never shown', async (_, body) => {
    const error = await fault(() => read(target(body)))
    const said = (problemsOf(error) ?? []).map(({ what }) => what.ja)
    expect(said.some((what) => /秘密/.test(what))).toBe(true)
    expect(JSON.stringify([error.what, error.message, problemsOf(error)])).not.toMatch(/hunter2|20261120/)
  })

  it('is not shown by another mistake on its line either', async () => {
    const error = await fault(() => read(target('credentials: {foo: [1], password: hunter2, bar: [2]}')))
    expect(JSON.stringify([error.what, problemsOf(error)])).not.toContain('hunter2')
  })

  it('is taken as a reference', async () => {
    for (const reference of ['env:SEISA_PASSWORD', 'file:/etc/seisa/password', 'exec:pass show seisa']) {
      expect((await read(target(`credentials: {password: '${reference}'}`))).targets[0]?.options).toEqual({
        credentials: { password: reference },
      })
    }
  })
})

describe('whatever stands in seisa.yaml', () => {
  const word = fc.constantFrom(
    'targets',
    'baselines',
    'name',
    'scanner',
    'endpoint',
    'use',
    'ipa-sme',
    'for',
    'label',
    'parameters',
    'disable',
    'credentials',
    'password',
    'env:X',
    'timeout',
    '5m',
    'tls',
    'toString',
    'hasOwnProperty',
    'owner',
    'port',
  )
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      word,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      tie('list'),
      tie('map'),
    ),
    list: fc.array(tie('value'), { maxLength: 4 }),
    map: fc.dictionary(word, tie('value'), { maxKeys: 6 }),
  })).value

  it('gives a configuration or problems, nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(json, async (value) => {
        try {
          await read(JSON.stringify(value))
        } catch (error) {
          expect(error).toBeInstanceOf(Fault)
          expect(problemsOf(error)?.length).toBeGreaterThan(0)
        }
      }),
      { numRuns: 500 },
    )
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  it('is named when it is no file at all', async () => {
    for (const [path, why] of [
      [folder, '通常のファイルではない'],
      [join(folder, 'none.yaml'), 'ファイルがない'],
      ['/dev/null', '通常のファイルではない'],
    ] as const) {
      const { code, what } = await fault(() => readConfig(path, { scanners }))
      expect([code, what.ja]).toEqual(['configuration', `${path} を読めない: ${why}`])
    }
  })
})
