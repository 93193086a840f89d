import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import type { Problem } from './problems.ts'
import { parseYaml } from './yaml.ts'

const parse = (text: string | Uint8Array) => parseYaml('x.yaml', typeof text === 'string' ? Buffer.from(text) : text)
const value = (text: string): unknown => {
  const result = parse(text)
  return result.ok ? result.document.value : result.problems
}
const problems = (text: string | Uint8Array): readonly Problem[] => {
  const result = parse(text)
  return result.ok ? [] : result.problems
}
const places = (text: string | Uint8Array): readonly string[] =>
  problems(text).map(({ line, column, what }) => `${line}:${column} ${what.ja}`)

describe('the YAML reader', () => {
  it('reads maps, lists, texts, numbers and booleans', () => {
    expect(value('a: 1\nb: [x, "1", true, null]\nc: {d: 2.5}\n')).toEqual({
      a: 1,
      b: ['x', '1', true, null],
      c: { d: 2.5 },
    })
  })

  it('takes yes, no, on and off for the texts they are', () => {
    expect(value('[yes, no, on, off]')).toEqual(['yes', 'no', 'on', 'off'])
  })

  it('accepts a byte order mark, Windows line ends and an editor comment', () => {
    expect(value('\ufeff# yaml-language-server: $schema=x.json\r\na: 1\r\nb: 日本語\r\n')).toEqual({
      a: 1,
      b: '日本語',
    })
  })

  it('knows how a number was written', () => {
    const result = parse('version: 1.10')
    expect(result.ok && [result.document.value, result.document.written(['version'])]).toEqual([
      { version: 1.1 },
      '1.10',
    ])
  })

  it('writes out a few aliases', () => {
    expect(value('a: &x {k: 1}\nb: *x')).toEqual({ a: { k: 1 }, b: { k: 1 } })
  })
})

describe('what the YAML reader refuses, and where', () => {
  test.each([
    [
      'duplicate keys',
      'a: 1\nb: {c: 1, c: 2}\n"a": 3',
      ['2:11 キー「c」が重複している', '3:1 キー「a」が重複している'],
    ],
    [
      'dangerous keys',
      '__proto__: {x: 1}\nb: {constructor: 1}\n',
      ['1:1 キー「__proto__」は使えない', '2:5 キー「constructor」は使えない'],
    ],
    ['keys that are no text', '1: x', ['1:1 キーが文字列でない']],
    ['tags', 'a: !!str 1', ['1:10 YAML のタグ（tag:yaml.org,2002:str）は使えない']],
    ['a second document', 'a: 1\n---\nb: 2', ['2:1 1つのファイルに文書が2つ以上ある']],
    ['a tab as indentation', 'a:\n\tb: 1', ['2:1 字下げにタブが使われている']],
    ['NUL', 'a: 1\nb: x\u0000y', ['2:5 目に見えない文字がある（U+0000）']],
    ['text that reads in the other direction', 'title: a\u202eb', ['1:9 目に見えない文字がある（U+202E）']],
    ['an alias of itself', 'a: &a [*a]', ['1:8 別名（*名前）の指す値がない、または自分自身を指している']],
    ['numbers that are not exact', 'a: 123456789012345678901', ['1:4 数が大きすぎて正確に扱えない']],
    ['no number', 'a: .inf', ['1:4 有限の数でない']],
    ['deep nesting', '['.repeat(100_000), ['1:65 入れ子が 64 段を超えている']],
  ])('%s', (_, text, expected) => {
    expect(places(text)).toEqual(expected)
  })

  it('bytes that are not UTF-8, at the first of them', () => {
    const shiftJis = Buffer.concat([Buffer.from('a: 日\nb: '), Buffer.from([0x93, 0xfa])])
    expect(places(shiftJis)).toEqual(['2:4 UTF-8 でない文字がある（先頭から 11 バイト目、0x93）'])
    const brokenOff = Buffer.from('a: 日').subarray(0, 5)
    expect(places(brokenOff)).toEqual(['1:4 UTF-8 でない文字がある（先頭から 4 バイト目、0xE6）'])
  })

  it('an alias bomb, without expanding it', () => {
    const lines = Array.from(
      { length: 40 },
      (_, index) => `b${index + 1}: &b${index + 1} [*b${index}, *b${index}, *b${index}]`,
    )
    expect(places(['b0: &b0 [x, x]', ...lines].join('\n'))).toHaveLength(1)
  })

  it('a file over 1 MiB', () => {
    expect(places(`a: ${'x'.repeat(1024 * 1024)}`)).toEqual(['1:1 ファイルが 1 MiB を超えている'])
  })

  it('never quotes a password, even when the file is broken', () => {
    const text = [
      'targets:',
      '  - {name: a, password: "hunter2: x", b: [}',
      '    api_token: hunter2: hunter2',
      '    passphrase: |',
      '      hunter2: "hunter2',
      '\tsecret: hunter2',
      'パスワード: hunter2: hunter2',
    ].join('\n')
    const found = problems(text)
    expect(found.length).toBeGreaterThan(0)
    expect(JSON.stringify(found)).not.toContain('hunter2')
  })
})

describe('whatever is written', () => {
  const fragments = fc.constantFrom(
    'a: ',
    '- ',
    '\n',
    '  ',
    '{',
    '}',
    '[',
    ']',
    ', ',
    '"',
    "'",
    '|',
    '>',
    '*x',
    '&x ',
    '? ',
    ': ',
    '!!str ',
    '---\n',
    '#',
    '\t',
    '__proto__: ',
    '日本',
    '1.10',
    '%',
    '\u2028',
    '\u0000',
    '𠮷',
  )
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(fragments, { maxLength: 40 }).map((parts) => parts.join('')),
  )

  it('gives values or problems with a place inside the text, and never throws', () => {
    fc.assert(
      fc.property(texts, (text) => {
        for (const { line, column } of problems(text)) {
          expect(line).toBeGreaterThan(0)
          expect(line).toBeLessThanOrEqual(text.split('\n').length)
          expect(column).toBeGreaterThan(0)
        }
      }),
      { numRuns: 2000 },
    )
    expect(Object.keys(Object.prototype)).toEqual([])
  })

  it('survives arbitrary bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void parse(bytes)))
  })

  it('reads back what JSON writes, since JSON is YAML', () => {
    const plain = fc
      .jsonValue({ maxDepth: 4, noUnicodeString: true })
      .filter(
        (json) =>
          !/"(__proto__|constructor|prototype)":|\\u00|\u007f|\d{15}|e[+-]|-0/.test(JSON.stringify(json)) &&
          !Object.is(json, -0),
      )
    fc.assert(
      fc.property(plain, (json) => {
        expect(value(JSON.stringify(json))).toEqual(JSON.parse(JSON.stringify(json)))
      }),
    )
  })
})
