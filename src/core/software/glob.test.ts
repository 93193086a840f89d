import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileGlob, foldText } from './glob.ts'

/** Whether a pattern takes a text, by a table of all prefixes: slow and plainly right. */
function reference(pattern: string, text: string): boolean {
  const p = [...foldText(pattern)]
  const t = [...text]
  let row = [true, ...t.map(() => false)]
  for (const sign of p) {
    const next: boolean[] = [sign === '*' && row[0] === true]
    for (const [at, character] of t.entries()) {
      if (sign === '*') next.push(next[at] === true || row[at + 1] === true)
      else next.push(row[at] === true && (sign === '?' || sign === character))
    }
    row = next
  }
  return row.at(-1) === true
}

const sign = fc.constantFrom('a', 'b', 'ab', '*', '**', '?', '😀', '\n', '.', '+')
const pattern = fc.array(sign, { maxLength: 9 }).map((all) => all.join(''))
const text = fc.array(fc.constantFrom('a', 'b', '😀', '\n', '.', 'c'), { maxLength: 12 }).map((all) => all.join(''))

describe('a glob', () => {
  it('takes what its definition says', () => {
    fc.assert(
      fc.property(pattern, text, (glob, name) => {
        expect(compileGlob(glob).takes(name)).toBe(reference(glob, name))
      }),
      { numRuns: 20_000 },
    )
  })

  it('begins everything that it takes with its prefix', () => {
    fc.assert(
      fc.property(pattern, text, (glob, name) => {
        const { prefix, exact, takes } = compileGlob(glob)
        if (!takes(name)) return
        expect(name.startsWith(prefix)).toBe(true)
        if (exact !== undefined) expect(name).toBe(exact)
      }),
      { numRuns: 5000 },
    )
  })

  it.each([
    ['Ｎｇｉｎｘ＊', 'nginx-common', true],
    ['ﾌｧｲﾙ共有', 'ファイル共有', true],
    ['か\u3099*', 'がぞう', true],
    ['LIBREOFFICE', 'libreoffice', true],
    ['ΟΔΟΣ', 'οδοσ', true],
    ['a.c', 'abc', false],
    ['[ab]', 'a', false],
    ['lib?', 'lib', false],
    ['lib?', 'lib😀', true],
  ])('%s against %s: %s', (glob, name, taken) => {
    expect(compileGlob(glob).takes(foldText(name))).toBe(taken)
  })

  it('is compared in one way of writing, which folding again does not change', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (any) => {
        expect(foldText(foldText(any))).toBe(foldText(any))
      }),
      { numRuns: 5000 },
    )
  })

  it('takes no longer on patterns and names that are made to harm', () => {
    const name = 'a'.repeat(4096)
    const started = performance.now()
    for (const one of ['a*'.repeat(500), '*a?'.repeat(300), `${'*a'.repeat(500)}*`, '*'.repeat(1000)]) {
      expect(compileGlob(`${one}b`).takes(name)).toBe(false)
      expect(compileGlob(one).takes(name)).toBe(true)
    }
    expect(performance.now() - started).toBeLessThan(2000)
  })
})
