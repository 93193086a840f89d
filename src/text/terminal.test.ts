import { expect, it, test } from 'vitest'
import { colorAllowed, columnsOf, palette, tableLines } from './terminal.ts'

test.each([
  [{ isTTY: true }, {}, true, true],
  [{ isTTY: true }, {}, false, false],
  [{ isTTY: true }, { NO_COLOR: '1' }, true, false],
  [{ isTTY: true }, { NO_COLOR: '' }, true, true],
  [{ isTTY: true }, { TERM: 'dumb' }, true, false],
  [{ isTTY: false }, {}, true, false],
  [{}, {}, true, false],
])('colour on %o with %o, asked %s: %s', (stream, env, asked, allowed) => {
  expect(colorAllowed(stream, env, asked)).toBe(allowed)
})

it('writes no escape sequence without colour', () => {
  const plain = palette(false)
  expect(plain.red(plain.bold('x'))).toBe('x')
})

it('takes the width of the terminal, then COLUMNS, within what can be read', () => {
  expect(columnsOf({ columns: 100 }, { COLUMNS: '70' })).toBe(100)
  expect(columnsOf({}, { COLUMNS: '70' })).toBe(70)
  expect(columnsOf({}, { COLUMNS: 'wide' })).toBe(80)
  expect(columnsOf({ columns: 10 }, {})).toBe(40)
  expect(columnsOf({ columns: 500 }, {})).toBe(160)
})

it('aligns columns by display width', () => {
  expect(
    tableLines(
      [{ title: '基準' }, { title: '数', align: 'end' }],
      [
        ['ipa-sme', '1'],
        ['甲', '12'],
      ],
    ),
  ).toEqual(['基準     数', 'ipa-sme   1', '甲       12'])
})
