import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { displayWidth, padEnd, padStart, truncate } from './width.ts'

describe('display width', () => {
  test.each([
    ['abc', 3],
    ['構成設定', 8],
    ['ｶﾞ', 2],
    ['が', 2],
    ['か\u3099', 2],
    ['→', 1],
    ['𠮷野家', 6],
    ['葛\u{e0100}飾', 4],
    ['🎉', 2],
    ['한글', 4],
    ['', 0],
  ])('%s takes %i columns', (text, columns) => {
    expect(displayWidth(text)).toBe(columns)
  })

  it('fills text up to the asked width, whatever its characters', () => {
    expect(padEnd('重大', 8)).toBe('重大    ')
    expect(padStart('高', 4)).toBe('  高')
  })
})

describe('truncating', () => {
  it('never gives more columns than asked and keeps what fits', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 20 }), (text, columns) => {
        const cut = truncate(text, columns)
        expect(displayWidth(cut)).toBeLessThanOrEqual(columns)
        if (displayWidth(text) <= columns) expect(cut).toBe(text)
      }),
    )
  })

  it('does not cut a wide character in half', () => {
    expect(truncate('構成設定', 6)).toBe('構成…')
    expect(truncate('構成設定', 7)).toBe('構成設…')
  })
})
