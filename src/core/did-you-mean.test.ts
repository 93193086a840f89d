import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { settings } from './catalogue/index.ts'
import { didYouMean, editDistance } from './did-you-mean.ts'

describe('the word that was meant', () => {
  test.each([
    ['lockout.treshold', 'lockout.threshold'],
    ['password.min-length', 'password.minimum-length'],
    ['Password.Minimum_Length', 'password.minimum-length'],
    ['ｔｉｍｅ.ｓｏｕｒｃｅｓ', 'time.sources'],
    ['threshold', 'lockout.threshold'],
    ['sesion.idle-lock', 'session.idle-lock'],
  ])('%s → %s', (written, meant) => {
    expect(didYouMean(written, settings.keys())).toBe(meant)
  })

  it('is not guessed when nothing is near', () => {
    expect(didYouMean('completely-different', ['endpoint', 'firewall'])).toBeUndefined()
    expect(didYouMean('', ['a'])).toBeUndefined()
    expect(didYouMean('x'.repeat(10_000), ['a'])).toBeUndefined()
  })

  it('does not depend on the order of the known words', () => {
    expect(didYouMean('ab', ['ac', 'aa'])).toBe(didYouMean('ab', ['aa', 'ac']))
  })
})

describe('the edit distance', () => {
  const words = fc.string({ maxLength: 12 })
  it('is zero for equal words only, and the same in both directions', () => {
    fc.assert(
      fc.property(words, words, (a, b) => {
        expect(editDistance(a, b) === 0).toBe(a === b)
        expect(editDistance(a, b)).toBe(editDistance(b, a))
      }),
    )
  })

  it('counts an exchange of neighbours as one', () => {
    expect(editDistance('lcokout', 'lockout')).toBe(1)
  })
})
