import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fileNames } from './collect-names.ts'

const of = (...names: readonly string[]): readonly (string | undefined)[] => {
  const files = fileNames(names)
  return names.map((name) => files.get(name))
}

describe('a file for each target', () => {
  it('has its name, as far as that is safe', () => {
    expect(of('web-1', 'web/web-2', '本社サーバ', 'a b:22')).toEqual([
      'web-1.evidence',
      'web_web-2.evidence',
      '本社サーバ.evidence',
      'a_b_22.evidence',
    ])
  })

  it('stays in its folder, whatever a target is called', () => {
    expect(of('../../x', '..', '.hidden', '-rf', '/etc/passwd', 'a\u0000b', '\u202egnp')).toEqual([
      '__.._x.evidence',
      '_.evidence',
      '_hidden.evidence',
      '_rf.evidence',
      '_etc_passwd.evidence',
      'a_b.evidence',
      '_gnp.evidence',
    ])
  })

  it('is no longer than file systems take, and still another one for each', () => {
    const files = of(`${'a'.repeat(300)}1`, `${'a'.repeat(300)}2`, '長'.repeat(100))
    for (const file of files) expect(Buffer.byteLength(file ?? '')).toBeLessThan(240)
    expect(new Set(files).size).toBe(3)
  })

  it('is another one for each, also where a file system takes two names for one', () => {
    const files = of('a/b', 'a_b', 'A:B', 'c')
    expect(new Set(files.map((file) => file?.toLowerCase())).size).toBe(4)
    expect(files[3]).toBe('c.evidence')
    for (const file of files.slice(0, 3)) expect(file).toMatch(/^[aA]_[bB]~[0-9a-f]{12}\.evidence$/)
    // and it stays the same whichever of them are asked for first
    expect(of('a_b', 'a/b', 'A:B')[1]).toBe(files[0])
  })

  it('holds for any names', () => {
    const name = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc
        .array(fc.constantFrom('a', 'A', '/', '_', '.', '~', 'é', 'e\u0301', '長'), { maxLength: 200 })
        .map((one) => one.join('')),
    )
    fc.assert(
      fc.property(
        fc.uniqueArray(
          name.filter((one) => one !== ''),
          { maxLength: 20 },
        ),
        (names) => {
          const files = [...fileNames(names).values()]
          expect(new Set(files.map((file) => file.normalize('NFKC').toLowerCase())).size).toBe(names.length)
          for (const file of files) {
            expect(file).toMatch(/^[\p{L}\p{M}\p{N}_][\p{L}\p{M}\p{N}._~-]*\.evidence$/u)
            expect(Buffer.byteLength(file)).toBeLessThan(240)
          }
        },
      ),
      { numRuns: 500 },
    )
  })
})
