import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { htmlText, markdownCode, markdownText, visible, visibleProse, xmlText } from './safe.ts'
import { outsideCode } from './testing/markdown.ts'

const anything = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 12 }).map((units) => String.fromCharCode(...units)),
  fc
    .array(
      fc.constantFrom('\u001b[31m', '\u202e', '<b>', '@all', '`', '|', '\n', '\\', 'http://x', '#1', '[a](b)', 'ü'),
    )
    .map((parts) => parts.join('')),
)

describe('making text visible', () => {
  test.each([
    ['terminal escape', '\u001b[31m', '\\u{1b}[31m'],
    ['C1 control', '\u009b31m', '\\u{9b}31m'],
    ['line break', 'a\r\nb', 'a\\u{d}\\u{a}b'],
    ['direction override', '\u202egpj.exe', '\\u{202e}gpj.exe'],
    ['isolate and mark', '\u2066\u200f\u061c', '\\u{2066}\\u{200f}\\u{61c}'],
    ['line separator', '\u2028\u2029', '\\u{2028}\\u{2029}'],
    ['zero width', 'ro\u200bot\ufeff', 'ro\\u{200b}ot\\u{feff}'],
    ['tag', '\u{e0041}', '\\u{e0041}'],
    ['lone surrogate', '\ud800x', '\\u{d800}x'],
    ['Hangul filler', '\u3164', '\\u{3164}'],
    ['no-break space', 'root\u00a0', 'root\\u{a0}'],
  ])('%s', (_name, text, shown) => {
    expect(visible(text)).toBe(shown)
  })

  it('leaves Japanese as it is, with its spaces, marks and variant characters', () => {
    for (const text of ['株式会社　サンプル', 'か\u3099', '葛\u{e0100}飾区', '髙﨑', 'Ünïcode', '🎉']) {
      expect(visible(text)).toBe(text)
    }
  })

  it('shows variation selectors that could hide data', () => {
    expect(visible('a\u{e0101}\u{e0102}')).toBe('a\\u{e0101}\\u{e0102}')
    expect(visible('葛\u{e0100}\u{e0101}')).toBe('葛\u{e0100}\\u{e0101}')
  })

  it('leaves nothing that acts, whatever comes in, and changes nothing twice', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const shown = visible(text)
        expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
        expect(visible(shown)).toBe(shown)
      }),
    )
  })

  it('joins the lines of prose and still shows other controls', () => {
    expect(visibleProse(' one\n  two\u0007\n')).toBe('one two\\u{7}')
  })
})

describe('markup', () => {
  it('gives XML that holds no markup and no character that XML forbids', () => {
    fc.assert(
      fc.property(anything, (text) => {
        expect(xmlText(text)).toMatch(/^[^<>"']*$/)
        expect(xmlText(text)).not.toMatch(/[\p{Cc}\p{Noncharacter_Code_Point}]/u)
        expect(htmlText(text)).toMatch(/^[^<>"']*$/)
      }),
    )
    expect(xmlText(']]>&\u0000')).toBe(']]&gt;&amp;\\u{0}')
  })

  test.each([
    ['mention', 'ask @root now', 'ask `@root` now'],
    ['address', '見よhttps://evil.example/', '見よ`https://evil.example/`'],
    ['link', '[a](b)', '\\[a\\](b)'],
    ['picture', '![a](b)', '!\\[a\\](b)'],
    ['tag', '<b>', '\\<b\\>'],
    ['table', 'a|b', 'a&#124;b'],
    ['heading', '# a', '\\# a'],
    ['list', '- a', '\\- a'],
    ['numbered list', '12. a', '12\\. a'],
    ['issue number', 'see #12', 'see `#12`'],
    ['plain words', 'pam_faillock.so deny=3', 'pam_faillock.so deny=3'],
  ])('%s stays text in Markdown', (_name, text, markdown) => {
    expect(markdownText(text)).toBe(markdown)
  })

  it('never gives Markdown a bare vertical bar, mention or tag', () => {
    fc.assert(
      fc.property(anything, (text) => {
        expect(markdownText(text)).not.toContain('|')
        expect(markdownCode(text)).not.toContain('|')
        expect(outsideCode(markdownText(text))).not.toMatch(/[<[@*`]/)
        expect(outsideCode(markdownCode(text))).toMatch(/^(&#124;)*$/)
      }),
    )
  })

  it('quotes a code span with more backticks than it holds', () => {
    expect(markdownCode('`a` ``b``')).toBe('``` `a` ``b`` ```')
    expect(markdownCode('a|b')).toBe('`a`&#124;`b`')
  })
})
