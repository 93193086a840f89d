import { describe, expect, it } from 'vitest'
import { Fault } from '../core/fault.ts'
import { formatProblems, type Problem, problemsFault, problemsOf } from './problems.ts'

const problem = (over: Partial<Problem> = {}): Problem => ({
  file: 'seisa.yaml',
  line: 12,
  column: 13,
  text: 'endpoin',
  around: { before: '    scanner: ', after: '  # 端末' },
  what: { ja: 'スキャナー「endpoin」はない', en: 'there is no scanner “endpoin”' },
  expected: { ja: '次のいずれか: endpoint', en: 'one of endpoint' },
  didYouMean: 'endpoint',
  ...over,
})

describe('problems for people', () => {
  it('show the place, the line and what to write, in Japanese', () => {
    expect(formatProblems([problem()], 'ja')).toBe(
      [
        'seisa.yaml:12:13: スキャナー「endpoin」はない',
        '  12 |     scanner: endpoin  # 端末',
        '     |              ^^^^^^^',
        '  正しい書き方: 次のいずれか: endpoint',
        '  「endpoint」のことですか',
      ].join('\n'),
    )
  })

  it('and in English', () => {
    expect(formatProblems([problem()], 'en')).toBe(
      [
        'seisa.yaml:12:13: there is no scanner “endpoin”',
        '  12 |     scanner: endpoin  # 端末',
        '     |              ^^^^^^^',
        '  expected: one of endpoint',
        '  did you mean “endpoint”?',
      ].join('\n'),
    )
  })

  it('put the caret under wide characters', () => {
    const wide = problem({ line: 3, text: '設定', around: { before: '名称: ', after: '' } })
    expect(formatProblems([wide], 'ja').split('\n').slice(1, 3)).toEqual(['  3 | 名称: 設定', '    |       ^^^^'])
  })

  it('are sorted by place and counted beyond fifty', () => {
    const many = Array.from({ length: 60 }, (_, index) => problem({ line: 60 - index }))
    const text = formatProblems(many, 'en')
    expect(text.indexOf('seisa.yaml:1:')).toBeLessThan(text.indexOf('seisa.yaml:2:'))
    expect(text).toContain('and 10 more')
  })

  it('do nothing to the terminal, whatever the file is called or holds', () => {
    const hostile = problem({
      file: 'a\u001b[2J\n.yaml',
      text: '\u001b]0;x\u0007',
      around: { before: '\u202e', after: '\u2028' },
    })
    const text = formatProblems([hostile], 'ja')
    // oxlint-disable-next-line no-control-regex
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e\u2028]/)
    expect(text.split('\n')).toHaveLength(5)
  })
})

describe('the fault of a bad file', () => {
  it('ends with the exit code of a configuration error, carries the problems and says them', () => {
    const fault = problemsFault([problem({ line: 2 }), problem({ line: 1 })])
    expect(fault.code).toBe('configuration')
    expect(problemsOf(fault)?.map(({ line }) => line)).toEqual([1, 2])
    expect(fault.what.ja).toContain('seisa.yaml:1:13: スキャナー「endpoin」はない')
  })

  it('is told from other errors', () => {
    expect(problemsOf(new Fault('configuration', { ja: '', en: '' }))).toBeUndefined()
    expect(problemsOf(new Error('x', { cause: { problems: [] } }))).toBeUndefined()
  })
})
