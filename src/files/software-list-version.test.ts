import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readVersions } from './software-list-version.ts'

const read = (text: string): unknown => {
  const found = readVersions(text)
  return 'what' in found ? 'refused' : (found.range ?? found)
}

describe('a version cell', () => {
  it('takes bounds before and after a version, in Japanese and in signs', () => {
    const cases: readonly (readonly [string, unknown])[] = [
      ['1.2以上', { atLeast: '1.2' }],
      ['１．２以上', { atLeast: '1.2' }],
      ['1.2 以降', { atLeast: '1.2' }],
      ['>=1.2', { atLeast: '1.2' }],
      ['≧1.2', { atLeast: '1.2' }],
      ['1.2+', { atLeast: '1.2' }],
      ['Ver.1.2 or later', { atLeast: '1.2' }],
      ['v1.2以上', { atLeast: '1.2' }],
      ['> 1.2', { above: '1.2' }],
      ['1.2より新しい版', { above: '1.2' }],
      ['1.2未満', { below: '1.2' }],
      ['<1.2', { below: '1.2' }],
      ['1.2以下', { atMost: '1.2' }],
      ['1.2まで', { atMost: '1.2' }],
      ['<= 1.2', { atMost: '1.2' }],
      ['=1.2', { equals: '1.2' }],
      ['1.2のみ', { equals: '1.2' }],
      ['== 2:9.2p1-2+deb12u3', { equals: '2:9.2p1-2+deb12u3' }],
      ['>= 1.2, < 2', { atLeast: '1.2', below: '2' }],
      ['>=1.2 <2', { atLeast: '1.2', below: '2' }],
      ['1.2以上2.0未満', { atLeast: '1.2', below: '2.0' }],
      ['1.2以上、2.0未満', { atLeast: '1.2', below: '2.0' }],
      ['1.2～2.0', { atLeast: '1.2', atMost: '2.0' }],
      ['1.2 〜 2.0', { atLeast: '1.2', atMost: '2.0' }],
    ]
    for (const [text, range] of cases) expect([text, read(text)]).toEqual([text, range])
  })

  it('takes a series from its first to before the pre-releases of the next', () => {
    for (const text of ['1.2.*', '1.2.x', '1.2系', 'v1.2.X'])
      expect(read(text)).toEqual({ atLeast: '1.2~', below: '1.3~' })
    expect(read('7系')).toEqual({ atLeast: '7~', below: '8~' })
    expect(read('1.9.*')).toEqual({ atLeast: '1.9~', below: '1.10~' })
  })

  it('knows words for every version, and says when only one version stands there', () => {
    for (const text of ['', '全て', 'すべて', '全バージョン', '問わず', '-', 'ー', '＊', 'any', 'All versions'])
      expect([text, read(text)]).toEqual([text, { all: true }])
    for (const text of ['1.2', 'v1.2', 'Ver. 1.2', '１.２', '2016', '1:9.2p1-2+deb12u3~rc1'])
      expect(read(text)).toMatchObject({ bare: expect.any(String) })
    expect(read('1.2~rc1')).toEqual({ bare: '1.2~rc1' })
  })

  it('is refused when it can be read in two ways or in none', () => {
    for (const text of [
      '最新',
      '最新版',
      'latest',
      '1.2, 1.3',
      '1.2 1.3',
      '>=1.2, >=1.3',
      '>1.2, >=1.3',
      '=1.2, <2',
      '<1, <=2',
      '1.2以上か2.0',
      '*.2',
      '1.*.2',
      'R',
      '>=',
      '!=1.2',
      '1.2 || 1.3',
      '=cmd|calc',
      // a range for a person, one version for Debian
      '1.2~2.0',
      '1.2～2.0-1～3',
      '7~9',
      '1.2-2.0',
    ])
      expect([text, read(text)]).toEqual([text, 'refused'])
  })

  it('takes a Debian revision and a pre-release for what they are', () => {
    for (const text of ['1.22.1-9', '9.2-1', '2.1-1.1', '1.2~rc1', '1.2~bpo12+1', '1.36~20230101'])
      expect(read(text)).toEqual({ bare: text })
    expect(read('1.2～2.0')).toEqual({ atLeast: '1.2', atMost: '2.0' })
    expect(read('=1.2-2.0')).toEqual({ equals: '1.2-2.0' })
  })

  it('gives back every version that it was given, with any bound', () => {
    const version = fc
      .tuple(fc.nat(99), fc.string({ unit: fc.constantFrom(...'0123456789abz.+~-'), maxLength: 12 }))
      .map(([number, rest]) => `${number}${rest}`)
      // a plus at the end is a bound, and so is a series
      .filter((text) => /[0-9a-z]$/.test(text) && !text.endsWith('.x'))
    fc.assert(
      fc.property(version, (text) => {
        expect(read(`>=${text}`)).toEqual({ atLeast: text })
        expect(read(`${text}以上`)).toEqual({ atLeast: text })
        expect(read(`${text} 未満`)).toEqual({ below: text })
        expect(read(`>= ${text}, < ${text}`)).toEqual({ atLeast: text, below: text })
        const perhapsSpan = /^[\d.]+[~-][\d.]+$/.test(text)
        if (!perhapsSpan || read(text) !== 'refused') expect(read(text)).toEqual({ bare: text })
      }),
    )
  })

  it('takes no longer for a hostile text', () => {
    for (const text of [
      '1'.repeat(30_000),
      '1.'.repeat(15_000),
      `${'1 '.repeat(15_000)}x`,
      '以上'.repeat(15_000),
      '>'.repeat(30_000),
    ]) {
      const started = performance.now()
      readVersions(text)
      expect(performance.now() - started).toBeLessThan(500)
    }
  })
})
