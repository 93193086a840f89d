import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { visible } from '../core/visible.ts'
import { said } from './said.ts'

const none = new Set<string>()

describe('what a target said', () => {
  it('is its first line with text', () => {
    expect(said('\r\n  \n first \r\nsecond', none)).toBe('first')
    expect(said('', none)).toBe('')
    expect(said('\n\n', none)).toBe('')
  })

  it('shows what would act on a terminal', () => {
    expect(said('\u001b]0;owned\u0007 \u202etxt', none)).toBe('\\u{1b}]0;owned\\u{7} \\u{202e}txt')
  })

  it('holds no known secret', () => {
    expect(said('password canary-1234 refused', new Set(['canary-1234']))).toBe('password *** refused')
    // also not a part of one that is cut
    expect(said(`${'x'.repeat(95)}canary-1234`, new Set(['canary-1234']))).toBe(`${'x'.repeat(95)}***`)
  })

  it('is short and harmless, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), fc.integer({ min: 1, max: 50 }), (text, longest) => {
        const shown = said(text, none, longest)
        expect(shown).toBe(visible(shown))
        expect([...shown.replaceAll(/\\u\{[0-9a-f]+\}/g, 'x')].length).toBeLessThanOrEqual(longest + 1)
      }),
    )
  })
})
