import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import type { Condition, Expectation } from '../core/baseline.ts'
import { Fault } from '../core/fault.ts'
import { readBaseline, readBaselineFiles } from './baseline.ts'
import { builtInBaselines, loadBaseline, loadBuiltIn } from './built-in.ts'
import { formatProblems, problemsOf } from './problems.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seisa-baseline-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const write = (name: string, text: string): string => {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}
const head = 'baseline: our-servers\nversion: 1\ntitle: サーバ基準\n'
const withRequirement = (body: string, more = ''): string =>
  `${head}${more}requirements:\n  - id: r\n    title: 要件\n    severity: high\n${body.replaceAll(/^/gm, '    ')}\n`
const read = (text: string) => readBaseline(write('b.yaml', text))
const expectationOf = (body: string, more = ''): Expectation | undefined =>
  read(withRequirement(body, more)).requirements[0]?.expect
const conditionOf = (setting: string, condition: string): Condition | undefined => {
  const expectation = expectationOf(`expect: {${setting}: ${condition}}`)
  return expectation?.kind === 'subject' ? expectation.condition : undefined
}
const refused = (action: () => unknown): readonly string[] => {
  try {
    action()
  } catch (error) {
    const problems = problemsOf(error)
    if (!problems) throw error
    return problems.map(
      ({ line, text, what, didYouMean }) => `${line} ${text} | ${what.ja}${didYouMean ? ` → ${didYouMean}` : ''}`,
    )
  }
  return []
}

describe('a baseline file', () => {
  it('is read whole', () => {
    const baseline = read(`
$schema: x
baseline: our-servers
version: 3
title: {ja: サーバ基準, en: Server baseline}
applies-to: {kind: [server], label: {role: file}}
parameters:
  idle-limit: {value: 15m, title: {ja: 無操作, en: Idle}, source: organisation-defined, default: true, reason: 仮}
requirements:
  - id: idle
    title: {ja: 無操作, en: Idle}
    severity: high
    controls: [our-clause.1]
    expect: {session.idle-lock: {at-most: $idle-limit}}
    scope: {accounts: privileged}
    rationale: {ja: 理由, en: why}
    remedy: {linux: {ja: 直す, en: fix}}
not-decided:
  - {control: our-clause.2, by: person, reason: 人が見る}
`)
    expect(baseline).toMatchObject({
      baseline: 'our-servers',
      version: 3,
      appliesTo: { kind: ['server'], label: { role: 'file' } },
      parameters: { 'idle-limit': { value: 900, type: 'duration', default: true, reason: { ja: '仮', en: '仮' } } },
      requirements: [
        {
          id: 'idle',
          scope: { accounts: 'privileged' },
          expect: {
            kind: 'subject',
            subject: 'session.idle-lock',
            condition: { kind: 'test', operator: 'at-most', operand: { parameter: 'idle-limit' } },
          },
          remedy: { linux: { ja: '直す', en: 'fix' } },
        },
      ],
      notDecided: [{ control: 'our-clause.2', by: 'person' }],
    })
    expect(baseline.hash).toMatch(/^[0-9a-f]{64}$/)
  })

  it('has a hash of what it says and not of how it is laid out', () => {
    const one = read(withRequirement('expect: {session.idle-lock: {at-most: 900s}, time.synchronised: true}'))
    const other = read(
      `# comment\n${withRequirement('expect:\n  session.idle-lock:   {at-most: 15m}\n  time.synchronised: true').replace('title: 要件\n    severity: high', 'severity: "high"\n    title: 要件')}`,
    )
    const different = read(withRequirement('expect: {session.idle-lock: {at-most: 16m}, time.synchronised: true}'))
    expect(other.hash).toBe(one.hash)
    expect(different.hash).not.toBe(one.hash)
  })

  it('may be split over several files', () => {
    const first = write('a.yaml', `${head}parameters: {idle: {value: 5m, title: 無操作}}\n`)
    const second = write(
      'b.yaml',
      'baseline: our-servers\nrequirements:\n  - {id: r, title: t, severity: low, expect: {session.idle-lock: {at-most: $idle}}}\n',
    )
    const { baseline } = readBaselineFiles([first, second])
    expect(baseline.requirements.map(({ id }) => id)).toEqual(['r'])
    expect(baseline.parameters['idle']?.value).toBe(300)
  })

  it('must not define a requirement twice, nor belong to two baselines', () => {
    const first = write(
      'a.yaml',
      `${head}requirements: [{id: r, title: t, severity: low, expect: {time.synchronised: true}}]`,
    )
    const second = write(
      'b.yaml',
      'baseline: others\nrequirements:\n  - {id: r, title: t, severity: low, expect: {time.synchronised: true}}\n',
    )
    expect(refused(() => readBaselineFiles([first, second]))).toEqual([
      '1 others | 同じフォルダーの別のベースラインである',
      '3 r | 要件「r」が2つある',
    ])
  })
})

describe('conditions', () => {
  const test1 = (operator: string, operand: unknown): unknown => ({ kind: 'test', operator, operand })

  test.each([
    ['password.minimum-length', '14', test1('equals', 14)],
    ['password.minimum-length', '{at-least: 14}', test1('at-least', 14)],
    ['password.minimum-length', '{between: [8, 64]}', test1('between', [8, 64])],
    ['password.minimum-length', '{one-of: [8, 12]}', { kind: 'any-of', of: [test1('equals', 8), test1('equals', 12)] }],
    [
      'password.minimum-length',
      '{at-least: 8, at-most: 64}',
      { kind: 'all-of', of: [test1('at-least', 8), test1('at-most', 64)] },
    ],
    ['lockout.threshold', '{not: never}', test1('not', 'never')],
    ['lockout.duration', '{at-least: 30m}', test1('at-least', 1800)],
    [
      'lockout.duration',
      '{any-of: [{at-least: ３０ｍ}, until-unlocked]}',
      { kind: 'any-of', of: [test1('at-least', 1800), test1('equals', 'until-unlocked')] },
    ],
    ['time.synchronised', 'true', test1('equals', true)],
    ['time.sources', '{superset-of: [a, b]}', test1('superset-of', ['a', 'b'])],
    ['time.sources', 'ntp.nict.jp', test1('equals', ['ntp.nict.jp'])],
    ['time.sources', '{contains: ntp.nict.jp}', test1('contains', 'ntp.nict.jp')],
    ['time.timezone', '{one-of: [Asia/Tokyo, UTC]}', test1('one-of', ['Asia/Tokyo', 'UTC'])],
    ['time.timezone', "{matches: '^Asia/'}", test1('matches', '^Asia/')],
    ['time.timezone', "'$$5'", test1('equals', '$5')],
    ['identity.os.version', "{version-at-least: '1.10'}", test1('version-at-least', '1.10')],
    ['identity.os.version', '{present: true}', test1('present', true)],
    ['malware-protection.definitions-updated', '{newer-than: 7d}', test1('newer-than', 604_800)],
    ['identity.end-of-support', '{at-least: 2027-03-31}', test1('at-least', '2027-03-30T15:00:00.000Z')],
    ['identity.end-of-support', '{at-most: 2027-03-31}', test1('at-most', '2027-03-31T14:59:59.999Z')],
    ['application-control.mode', 'enforced', test1('equals', 'enforced')],
    ['lockout.threshold', '{not: {at-most: 3}}', { kind: 'not', of: test1('at-most', 3) }],
  ])('%s: %s', (setting, condition, expected) => {
    expect(conditionOf(setting, condition)).toEqual(expected)
  })

  it('of several settings must all hold; all-of, any-of and not may be nested', () => {
    const both = expectationOf(
      'expect:\n  any-of:\n    - time.synchronised: true\n    - not: {time.sources: {contains: a}}\n  time.timezone: UTC',
    )
    expect(both).toMatchObject({
      kind: 'all-of',
      of: [
        { kind: 'any-of', of: [{ kind: 'subject' }, { kind: 'not' }] },
        { kind: 'subject', subject: 'time.timezone' },
      ],
    })
  })
})

describe('what a baseline may not say, and what was meant', () => {
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    [
      'an unknown setting',
      'expect: {lockout.treshold: 5}',
      ['8 lockout.treshold | 設定項目「lockout.treshold」は知られていない → lockout.threshold'],
    ],
    [
      'an unknown operator',
      'expect: {lockout.threshold: {at-mots: 5}}',
      ['8 at-mots | 条件「at-mots」はない → at-most'],
    ],
    ['a sign for an operator', 'expect: {lockout.threshold: {"<=": 5}}', ['8 "<=" | 条件「<=」はない → at-most']],
    [
      'an operator of another type',
      'expect: {time.synchronised: {at-least: 5}}',
      ['8 at-least | 条件 at-least はこの種類の値（boolean）に使えない'],
    ],
    ['a duration without a unit', 'expect: {lockout.duration: {at-least: 30}}', ['8 30 | 期間に単位がない（30）']],
    ['a number in words', 'expect: {password.minimum-length: {at-least: １４}}', ['8 １４ | 数でない → 14']],
    [
      'a limit where there is none',
      'expect: {password.minimum-length: {at-most: never}}',
      ['8 never | この設定に never はない'],
    ],
    [
      'a version that YAML takes for a number',
      'expect: {identity.os.version: {version-at-least: 1.10}}',
      ['8 1.10 | 版が文字列でない（1.10 は数としては 1.1 になる）'],
    ],
    [
      'a word outside the vocabulary',
      'expect: {application-control.mode: enfroced}',
      ['8 enfroced | この設定に「enfroced」という値はない → enforced'],
    ],
    ['yes for true', 'expect: {time.synchronised: yes}', ['8 yes | 真偽値でない → true']],
    ['a list for one value', 'expect: {time.timezone: [a]}', ['8 [a] | 文字列でない']],
    ['one value for a list', 'expect: {time.timezone: {one-of: a}}', ['8 a | one-of の値が一覧でない']],
    [
      'between with one value',
      'expect: {password.minimum-length: {between: [5]}}',
      ['8 [5] | between の値が2つでない'],
    ],
    [
      'between the wrong way round',
      'expect: {password.minimum-length: {between: [9, 5]}}',
      ['8 [9, 5] | 下限が上限より大きい'],
    ],
    [
      'a regular expression that is none',
      "expect: {time.timezone: {matches: '('}}",
      ["8 '(' | 正規表現として正しくない（missing closing ): `(`）"],
    ],
    [
      'a regular expression that would take much memory',
      "expect: {time.timezone: {matches: '((a{30}){30}){30}'}}",
      ["8 '((a{30}){30}){30}' | 正規表現として正しくない（invalid repeat count: `{30}`）"],
    ],
    [
      'a look-ahead',
      "expect: {time.timezone: {matches: '(?=a)'}}",
      ["8 '(?=a)' | 正規表現として正しくない（invalid or unsupported Perl syntax: `(?=`）"],
    ],
    [
      'a parameter that is not there',
      'expect: {lockout.threshold: {at-most: $tries}}',
      ['8 $tries | パラメーター「tries」は定義されていない'],
    ],
    [
      'a parameter inside a list',
      'expect: {time.sources: {subset-of: [a, $b]}}',
      ['8 $b | 一覧の中にパラメーターは使えない'],
    ],
    [
      'a date that does not exist',
      'expect: {identity.end-of-support: {at-least: 2027-02-30}}',
      ['8 2027-02-30 | 日付でない'],
    ],
    ['an unknown row type', 'each: acount\nexpect: {enabled: true}', ['8 acount | 行の種類「acount」はない → account']],
    [
      'an unknown field',
      'each: account\nwhere: {enabeld: true}\nexpect: {privileged: true}',
      ['9 enabeld | 項目「enabeld」はこの種類の行にない → enabled'],
    ],
    [
      'reject without each',
      'reject: {time.synchronised: true}',
      ['5 id: r | 「expect」がない', '8 reject | reject は each と一緒に使う'],
    ],
    [
      'scope with each',
      'each: account\nscope: {accounts: privileged}\nexpect: {enabled: true}',
      ['9 scope | each のある要件に scope は使えない'],
    ],
    [
      'a scope that the settings do not have',
      'scope: {kind: zone}\nexpect: {lockout.threshold: 5}',
      ['8 zone | これらの設定項目に適用範囲 zone はない'],
    ],
    [
      'an unknown key',
      'expects: {time.synchronised: true}\nexpect: {time.synchronised: true}',
      ['8 expects | キー「expects」はここでは使えない → expect'],
    ],
    ['nothing to expect', 'expect: {}', ['8 {} | 中身がない']],
    ['an empty condition', 'expect: {time.synchronised: {}}', ['8 {} | 条件がない']],
    ['a value that is missing', 'expect: {time.synchronised: }', ['8 time.synchronised | 値がない']],
    [
      'an unknown clause of a built-in document',
      'controls: [ipa-sme.1.6.10.priv-lenght]\nexpect: {time.synchronised: true}',
      ['8 ipa-sme.1.6.10.priv-lenght | 条項「ipa-sme.1.6.10.priv-lenght」はない → ipa-sme.1.6.10.priv-length'],
    ],
  ]
  test.each(cases)('%s', (_, body, expected) => {
    expect(refused(() => read(withRequirement(body)))).toEqual(expected)
  })

  it('names every mistake at once, in reading order', () => {
    const problems = refused(() =>
      read(
        'baseline: Our Servers\ntitel: x\nversion: 0\nrequirements: [{id: r, title: t, severity: hihg, expect: {a: 1}}]',
      ),
    )
    expect(problems).toEqual([
      '1 baseline: Our Servers | 「title」がない',
      '1 Our Servers | 書き方が正しくない',
      '2 titel | キー「titel」はここでは使えない → title',
      '3 0 | 1 より小さい',
      '4 hihg | この値は使えない → high',
      '4 a | 設定項目「a」は知られていない',
    ])
  })

  it('says it in both languages', () => {
    const path = write('b.yaml', withRequirement('expect: {lockout.duration: {at-least: 30}}'))
    const shown = (language: 'ja' | 'en'): string => {
      try {
        readBaseline(path)
        return ''
      } catch (error) {
        return formatProblems(problemsOf(error) ?? [], language).replace(path, 'b.yaml')
      }
    }
    expect(shown('ja')).toBe(
      [
        'b.yaml:8:43: 期間に単位がない（30）',
        '  8 |     expect: {lockout.duration: {at-least: 30}}',
        '    |                                           ^^',
        '  正しい書き方: 単位を付けた期間: 30s（秒）、15m（分）、6h（時間）、90d（日）、2w（週）、または never',
      ].join('\n'),
    )
    expect(shown('en')).toBe(
      [
        'b.yaml:8:43: a duration without a unit (30)',
        '  8 |     expect: {lockout.duration: {at-least: 30}}',
        '    |                                           ^^',
        '  expected: a duration with its unit: 30s, 15m, 6h, 90d or 2w, or never',
      ].join('\n'),
    )
  })
})

describe('parameters', () => {
  it('take the form that their uses need', () => {
    const text = withRequirement(
      'expect: {lockout.duration: {at-least: $a}, lockout.threshold: {at-most: $b}, identity.os.version: {version-at-least: $c}}',
      "parameters: {a: {value: 30m, title: A}, b: {value: 5, title: B}, c: {value: '1.10', title: C}}\n",
    )
    const values = Object.values(read(text).parameters).map(({ value, type }) => [value, type])
    expect(values).toEqual([
      [1800, 'duration'],
      [5, 'number'],
      ['1.10', 'version'],
    ])
  })

  it('must fit every use, and are refused at their value', () => {
    const text = (value: string): string =>
      withRequirement('expect: {lockout.duration: {at-least: $a}}', `parameters: {a: {value: ${value}, title: A}}\n`)
    expect(refused(() => read(text('30')))).toEqual(['4 30 | 期間に単位がない（30）'])
    expect(refused(() => read(text('soon')))).toEqual(['4 soon | 期間として読めない'])
    expect(
      refused(() =>
        read(
          withRequirement('expect: {lockout.duration: {at-least: $aa}}', 'parameters: {a: {value: 1d, title: A}}\n'),
        ),
      ),
    ).toEqual(['9 $aa | パラメーター「aa」は定義されていない → $a'])
  })

  it('have names in kebab case', () => {
    expect(refused(() => read(`${head}parameters: {maxAge: {value: 1d, title: A}}`))).toEqual([
      '4 maxAge | 「maxAge」は名前として使えない',
    ])
  })
})

describe('extends', () => {
  it('builds on a file beside it, changes values and is judged under the root', () => {
    write(
      'base.yaml',
      withRequirement(
        'expect: {session.idle-lock: {at-most: $idle}}',
        'parameters: {idle: {value: 15m, title: 無操作}}\n',
      ).replace('our-servers', 'base'),
    )
    const own = write('own.yaml', `${head}extends: ./base.yaml\nparameters: {idle: 5m}\n`)
    const resolved = loadBaseline([own])
    expect([resolved.id, resolved.root, resolved.loosened]).toEqual(['our-servers', 'base', []])
    expect(resolved.requirements[0]?.expect).toMatchObject({ condition: { operator: 'at-most', operand: 300 } })
  })

  it('says where the overriding value is wrong', () => {
    write(
      'base.yaml',
      withRequirement(
        'expect: {session.idle-lock: {at-most: $idle}}',
        'parameters: {idle: {value: 15m, title: 無操作}}\n',
      ).replace('our-servers', 'base'),
    )
    const own = write(
      'own.yaml',
      `${head}extends: ./base.yaml\nparameters: {idle: 5, idel: 5m}\ndisable: [{requirement: rr, reason: 不要}]\n`,
    )
    expect(refused(() => loadBaseline([own]))).toEqual([
      '5 5 | 期間に単位がない（5）',
      '5 idel | パラメーター「idel」は定義されていない → idle',
      '6 rr | 要件「rr」はない → r',
    ])
  })

  it('may not run in a circle, nor lead nowhere', () => {
    write('a.yaml', 'baseline: a\nversion: 1\ntitle: a\nextends: ./b.yaml\n')
    write('b.yaml', 'baseline: b\nversion: 1\ntitle: b\nextends: ./a.yaml\n')
    expect(refused(() => loadBaseline([join(folder, 'a.yaml')]))).toEqual([
      '4 ./a.yaml | extends が循環している（a → b → a）',
    ])
    const nowhere = write('c.yaml', `${head}extends: ipa-smee\n`)
    expect(refused(() => loadBaseline([nowhere]))).toEqual([
      '4 ipa-smee | extends の「ipa-smee」が見つからない → ipa-sme',
    ])
  })
})

describe('built-in baselines', () => {
  test.each(builtInBaselines())('%s is sound, and its sentences exist in both languages', (document) => {
    const baseline = loadBuiltIn(document)
    expect(baseline.requirements.length).toBeGreaterThan(0)
    expect(baseline.loosened).toEqual([])
    for (const { id, title, rationale } of baseline.requirements) {
      expect([id, title.ja !== title.en, rationale.ja !== rationale.en]).toEqual([id, true, true])
    }
  })

  it('are named when another name was meant', () => {
    expect(refused(() => loadBuiltIn('ipasme'))).toEqual([
      '1 ipasme | 組み込みのベースライン「ipasme」はない → ipa-sme',
    ])
    expect(refused(() => loadBuiltIn('../../etc'))).toEqual(['1 ../../etc | 組み込みのベースライン「../../etc」はない'])
  })
})

describe('whatever stands in a baseline', () => {
  const word = fc.constantFrom(
    'baseline',
    'version',
    'title',
    'requirements',
    'parameters',
    'extends',
    'expect',
    'where',
    'each',
    'id',
    'severity',
    'all-of',
    'not',
    'lockout.threshold',
    'at-most',
    'between',
    'matches',
    'account',
    '$x',
    '90d',
    'never',
    '((',
    'toString',
    'scope',
    'controls',
  )
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      word,
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.string(),
      tie('list'),
      tie('map'),
    ),
    list: fc.array(tie('value'), { maxLength: 4 }),
    map: fc.dictionary(word, tie('value'), { maxKeys: 6 }),
  })).map

  it('gives a baseline or problems, nothing else', () => {
    const path = join(folder, 'x.yaml')
    fc.assert(
      fc.property(json, (value) => {
        writeFileSync(path, JSON.stringify({ baseline: 'x', version: 1, title: 't', ...(value as object) }))
        try {
          loadBaseline([path])
        } catch (error) {
          expect(error).toBeInstanceOf(Fault)
          expect(problemsOf(error)?.length).toBeGreaterThan(0)
        }
      }),
      { numRuns: 500 },
    )
    expect(Object.keys(Object.prototype)).toEqual([])
  })
})
