import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { problemsOf } from '../problems.ts'
import { parseTable } from './read-table.ts'
import type { Table, TableOptions } from './table.ts'
import { csvForPeople } from './write-csv.ts'

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const texts = (table: Table): readonly (readonly string[])[] =>
  [table.header, ...table.rows].map((row) => row.cells.map((cell) => cell.text))
const read = async (content: string | Uint8Array, options?: TableOptions) =>
  parseTable('list.csv', typeof content === 'string' ? bytes(content) : content, options)
const refusal = async (content: string | Uint8Array, options?: TableOptions): Promise<string> =>
  read(content, options).then(
    () => 'nothing',
    (error: unknown) =>
      (problemsOf(error) ?? []).map((one) => `${one.line}:${one.column} ${one.what.en}`).join('; ') || String(error),
  )

/** 名前,版 / 医療,１ in CP932 and EUC-JP, made with iconv. */
const cp932 = Uint8Array.from(Buffer.from('96bc914f2c94c50d0a88e397c32c82500d0a', 'hex'))
const eucJp = Uint8Array.from(Buffer.from('ccbec1b02cc8c70ab0e5ceb02ca3b10a', 'hex'))

describe('a CSV file', () => {
  it('is read with commas, tabs or semicolons, any line ends, quotes and empty lines', async () => {
    const wanted = [
      ['name', 'note'],
      ['a, b', 'say "x"'],
      ['c', 'two\nlines'],
    ]
    for (const separator of [',', '\t', ';'])
      for (const end of ['\n', '\r\n', '\r']) {
        const text = ['name,note', '"a, b","say ""x"""', ',,', '', `c,"two${end}lines"`]
          .map((line) => line.replaceAll(/,(?! )/g, separator))
          .join(end)
        expect(texts(await read(text))).toEqual(wanted)
      }
  })

  it('says on which line each row starts, in spite of line breaks in cells', async () => {
    const table = await read('name,note\r\n"a","one\r\ntwo"\r\n\r\nb,x\r\n')
    expect(table.rows.map((row) => table.at(row))).toEqual(['list.csv:2', 'list.csv:5'])
    expect(table.rows[1] && table.problem(table.rows[1].cells[1] ?? table.rows[1], says)).toMatchObject({
      line: 5,
      column: 3,
      text: 'x',
    })
  })

  it('is read in every encoding that spreadsheets write', async () => {
    const wanted = [
      ['名前', '版'],
      ['医療', '１'],
    ]
    const text = '名前,版\n医療,１\n'
    const utf16 = Buffer.from(`\uFEFF${text}`, 'utf16le')
    for (const content of [bytes(text), bytes(`\uFEFF${text}`), cp932, utf16, Buffer.from(utf16).swap16()])
      expect(texts(await read(content))).toEqual(wanted)
  })

  it('is refused when its encoding is another or can not be told', async () => {
    expect(await refusal(eucJp)).toContain('EUC-JP')
    expect(await refusal(Uint8Array.from([0x61, 0x2c, 0xff, 0xfe, 0xfd]))).toContain('neither UTF-8')
    // four half-width katakana, or two kanji
    expect(await refusal(Uint8Array.from([0xb1, 0xb2, 0xb3, 0xb4]))).toContain('both as CP932')
  })

  it('is refused with a NUL, an escape sequence or a mark that turns the reading direction', async () => {
    for (const hidden of ['\0', '\u001b[2J', '\u202e']) expect(await refusal(`name\na${hidden}b\n`)).toContain('2:2')
  })

  it('is refused at the quote that nothing closes, or that has no meaning', async () => {
    expect(await refusal('name,note\na,b\n1,"x\n2,3\n')).toBe('3:3 a quote (") that nothing closes')
    expect(await refusal('name,note\n1,24" screen\n')).toContain('2:5 a quote (")')
    expect(await refusal('name,note\n"1"x,2\n')).toContain('2:')
  })

  it('is refused with values that stand under no heading', async () => {
    expect(await refusal('name,note\na,b,c\n')).toBe('2:5 a value in a column that has no heading')
    expect(texts(await read('name,note,\na,b,\nc\n'))).toEqual([
      ['name', 'note'],
      ['a', 'b'],
      ['c', ''],
    ])
  })

  it('may have a title above its headings when the reader knows its headings', async () => {
    const table = await read('許可ソフトウェア一覧,,\n作成日,2026/4/1,\n名前,版,備考\na,1,x\n', {
      isHeader: (row) => row.includes('名前'),
    })
    expect(texts(table)).toEqual([
      ['名前', '版', '備考'],
      ['a', '1', 'x'],
    ])
  })

  it('keeps to limits', async () => {
    expect(await refusal(`name\n${'x'.repeat(1_000_000)}\n`)).toContain('32767 characters')
    expect(await refusal(`name\n${'x\n'.repeat(100_002)}`)).toContain('100000 rows')
    expect(await refusal(`${'x,'.repeat(300)}y\n`)).toContain('256 columns')
    expect(await refusal(new Uint8Array(16 * 1024 * 1024 + 1).fill(97))).toContain('16 MiB')
    expect(await refusal('')).toContain('no row of headings')
  })

  it('never quotes a cell below a heading that names a secret', async () => {
    const table = await read('host,password\na,hunter2\n')
    const cell = table.rows[0]?.cells[1]
    expect(JSON.stringify(cell && table.problem(cell, says))).not.toContain('hunter2')
  })

  it('comes back as it was written for people, whatever is in it', async () => {
    const cell = fc
      .oneof(
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom('=cmd|x', "'=1", '+1', '-', '@a', '"', ',', 'a\nb', '＝1'),
      )
      .map((text) => text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, (mark) => (mark === '\n' ? mark : '')).trim())
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(cell, cell), { maxLength: 8 }), async (rows) => {
        const written = csvForPeople([['name', 'note'], ...rows])
        for (const one of parse(written, { bom: true }).flat()) expect(one).not.toMatch(/^[=+\-@\t\r]/)
        expect(texts(await read(written)).slice(1)).toEqual(
          rows.filter((row) => row.join('') !== '').map((row) => [...row]),
        )
      }),
    )
  })

  it('is read or refused, never anything else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (content) => {
        await read(content).catch((error: unknown) => expect(problemsOf(error)).toBeDefined())
      }),
    )
  })
})

const says = { what: { ja: 'x', en: 'x' }, expected: { ja: 'x', en: 'x' } }
