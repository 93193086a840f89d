import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { displayWidth } from './width.ts'
import { hang, wrap } from './wrap.ts'

describe('wrapping', () => {
  it('breaks English at spaces and Japanese between characters', () => {
    expect(wrap('set it to what is asked', 10)).toEqual(['set it to', 'what is', 'asked'])
    expect(wrap('構成設定を精査する', 8)).toEqual(['構成設定', 'を精査す', 'る'])
  })

  it('begins no line with a closing mark and ends none with an opening one', () => {
    expect(wrap('設定する。次', 8)).toEqual(['設定す', 'る。次'])
    expect(wrap('値は「強」だ', 6)).toEqual(['値は', '「強」', 'だ'])
    expect(wrap('サーバー群', 6)).toEqual(['サー', 'バー群'])
  })

  it('keeps paths and option names whole when they fit on a line', () => {
    expect(wrap('次の/etc/pam.d/sshdを直す', 16)).toEqual(['次の', '/etc/pam.d/sshd', 'を直す'])
  })

  it('loses no character and keeps to the width', () => {
    const word = fc.constantFrom('設定', '。', '（', '）', 'pam', ' ', 'ー', '/etc/security', '値', 'x')
    fc.assert(
      fc.property(
        fc.array(word).map((words) => words.join('')),
        fc.integer({ min: 4, max: 40 }),
        (text, columns) => {
          const lines = wrap(text, columns)
          for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(columns)
          expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''))
        },
      ),
    )
  })

  it('hangs following lines under the first', () => {
    expect(hang('対処：', '直す。直す。', 12)).toEqual(['対処：直す。', '      直す。'])
  })
})
