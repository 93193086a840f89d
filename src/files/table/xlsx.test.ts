import { deflateRawSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import writeXlsxFile, { type SheetData } from 'write-excel-file/node'
import { formatProblems, problemsOf } from '../problems.ts'
import { cellDay } from './japanese-date.ts'
import { parseTable } from './read-table.ts'
import type { Table, TableOptions } from './table.ts'
import { textRow, workbook, workbookParts } from './testing/workbook.ts'
import { storedZip } from './zip.ts'

const texts = (table: Table): readonly (readonly string[])[] =>
  [table.header, ...table.rows].map((row) => row.cells.map((cell) => cell.text))
const read = async (content: Uint8Array, options?: TableOptions): Promise<Table> =>
  parseTable('a.xlsx', content, options)
const refusal = async (content: Uint8Array, options?: TableOptions): Promise<string> =>
  read(content, options).then(
    () => 'nothing',
    (error: unknown) => formatProblems(problemsOf(error) ?? [], 'en') || String(error),
  )
const written = async (data: SheetData): Promise<Uint8Array> => writeXlsxFile(data, { sheet: 's1' }).toBuffer()

describe('a workbook', () => {
  it('is read with texts as texts, and numbers, dates and truth as what they are', async () => {
    const table = await read(
      await written([
        ['名前', '版', '期限', 'x'],
        ['医療　', 1.1, { value: new Date('2026-12-31T00:00:00Z'), type: Date, format: 'yyyy/mm/dd' }, true],
        [null, null, null, null],
        ['=cmd|x', '1.10', '令和8年12月31日', false],
      ]),
    )
    expect(texts(table)).toEqual([
      ['名前', '版', '期限', 'x'],
      ['医療', '1.1', '2026-12-31', 'TRUE'],
      ['=cmd|x', '1.10', '令和8年12月31日', 'FALSE'],
    ])
    expect(table.rows.map((row) => row.cells.map((cell) => cell.kind))).toEqual([
      ['text', 'number', 'date', 'boolean'],
      ['text', 'text', 'text', 'boolean'],
    ])
    expect(table.rows.map((row) => table.at(row))).toEqual(['a.xlsx:s1!2', 'a.xlsx:s1!4'])
    const days = table.rows.map((row) => (row.cells[2] ? cellDay(row.cells[2]) : undefined))
    expect(days).toEqual([{ day: '2026-12-31' }, { day: '2026-12-31' }])
  })

  it('counts days as the workbook does, and knows them under Japanese formats', async () => {
    const rows = `${textRow(1, 'name', 'until')}<row r="2"><c r="A2" t="inlineStr"><is><t>a</t></is></c><c r="B2" s="2"><v>46387</v></c></row>`
    for (const formats of ['yyyy/mm/dd', '[$-411]ggge&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@', 'General']) {
      const cell = (await read(workbook([{ name: 'a', rows }], { formats }))).rows[0]?.cells[1]
      expect(cell && cellDay(cell)).toEqual({ day: '2026-12-31' })
    }
    const old = rows.replace('46387', String(46387 - 1462))
    const properties = '<workbookPr date1904="1"/>'
    for (const formats of ['yyyy/mm/dd', 'General']) {
      const cell = (await read(workbook([{ name: 'a', rows: old }], { properties, formats }))).rows[0]?.cells[1]
      expect(cell && cellDay(cell)).toEqual({ day: '2026-12-31' })
    }
  })

  it('gives the result of a formula, and refuses one without a result, and an error', async () => {
    const cell = (content: string): Uint8Array =>
      workbook([{ name: '一覧', rows: `${textRow(1, 'name')}<row r="2">${content}</row>` }])
    const table = await read(cell('<c r="A2" t="str"><f>"a"&amp;"b"</f><v>a&amp;b &lt;&#x30A2;</v></c>'))
    expect(texts(table)).toEqual([['name'], ['a&b <ア']])
    expect(await refusal(cell('<c r="A2" t="str"><f>"a"</f></c>'))).toContain(
      'a.xlsx:一覧!A2: a formula without a result',
    )
    expect(await refusal(cell('<c r="A2"><f>1+1</f></c>'))).toContain('a formula without a result')
    expect(await refusal(cell('<c r="A2" t="e"><f>x()</f><v>#NAME?</v></c>'))).toContain('the cell holds an error')
  })

  it('refuses a formula whose result is another one on another day, also where it is shared', async () => {
    const rows = (formula: string): string =>
      `${textRow(1, 'name', 'state')}<row r="2"><c r="A2" t="inlineStr"><is><t>a</t></is></c><c r="B2" t="str">${formula}<v>有効</v></c></row>` +
      '<row r="3"><c r="A3" t="inlineStr"><is><t>b</t></is></c><c r="B3" t="str"><f t="shared" si="0"/><v>有効</v></c></row>'
    const said = await refusal(
      workbook([
        {
          name: 'a',
          rows: rows('<f t="shared" ref="B2:B3" si="0">IF(C2&lt;today(),&quot;廃止&quot;,&quot;有効&quot;)</f>'),
        },
      ]),
    )
    expect(said.split('\n').filter((line) => line.startsWith('a.xlsx'))).toEqual(
      ['B2', 'B3'].map(
        (cell) =>
          `a.xlsx:a!${cell}: a formula whose result changes with the day on which it is opened (TODAY and the like)`,
      ),
    )
    const calm = workbook([{ name: 'a', rows: rows('<f t="shared" ref="B2:B3" si="0">IF(C2="",D2,E2)</f>') }])
    expect(texts(await read(calm))).toHaveLength(3)
    // above the headings it is the date of printing
    const printed = `<row r="1"><c r="A1"><f>TODAY()</f><v>46000</v></c></row>${textRow(2, 'name', 'state')}${textRow(3, 'a', 'b')}`
    const isHeader = (row: readonly string[]): boolean => row.includes('name')
    expect(texts(await read(workbook([{ name: 'a', rows: printed }]), { isHeader }))).toHaveLength(2)
  })

  it('refuses what a person can not see in a cell', async () => {
    for (const hidden of ['\u200b', '\u00ad', '\ufeff', '\u202e', '\u2060']) {
      const rows = `${textRow(1, 'name')}${textRow(2, `win${hidden}ny`)}`
      expect(await refusal(workbook([{ name: 'a', rows }]))).toContain('a.xlsx:a!A2: a character that can not be seen')
    }
    // ideographic and other spaces, line breaks and variants of kanji can be seen
    const rows = `${textRow(1, 'name')}${textRow(2, '葛\u{e0100}城\u3000一\u00a0二\n三')}`
    expect(texts(await read(workbook([{ name: 'a', rows }])))).toHaveLength(2)
  })

  it('takes two rows of headings for one where merged cells show that they are, and refuses any other second one', async () => {
    const options: TableOptions = {
      isHeader: (row) => row.includes('name') && row.length > 1,
      isHeading: (text) => ['name', 'status', 'version', 'software'].includes(text),
    }
    const rows = `${textRow(1, 'title', 'name')}${textRow(2, 'status', 'software')}${textRow(3, '', 'name', 'version')}${textRow(4, 'allow', 'a', '1')}`
    const merged = '<mergeCells count="2"><mergeCell ref="A2:A3"/><mergeCell ref="B2:C2"/></mergeCells>'
    const table = await read(workbook([{ name: 'a', rows, after: merged }]), options)
    expect(texts(table)).toEqual([
      ['status', 'name', 'version'],
      ['allow', 'a', '1'],
    ])
    expect(table.titles.map(({ line }) => line)).toEqual([1, 2])
    const second = `${textRow(1, 'name', 'version')}${textRow(2, 'a', '1')}${textRow(3, 'name', 'status')}${textRow(4, 'b', 'deny')}`
    expect(await refusal(workbook([{ name: 'a', rows: second }]), options)).toContain(
      'a.xlsx:a!3: there is a second row of headings',
    )
    // the wider table below would hide the one above it
    const wider = second
      .replace('<t>deny</t>', '<t>deny</t>')
      .replace(textRow(3, 'name', 'status'), textRow(3, 'name', 'status', 'version'))
    expect(await refusal(workbook([{ name: 'a', rows: wider }]), options)).toContain('second row of headings')
  })

  it('reads the text of a shared string without its furigana', async () => {
    const shared =
      '<si><r><t>医</t></r><r><t>療</t></r><rPh sb="0" eb="2"><t>イリョウ</t></rPh></si><si><t>name</t></si>'
    const rows = '<row r="1"><c r="A1" t="s"><v>1</v></c></row><row r="2"><c r="A2" t="s"><v>0</v></c></row>'
    expect(texts(await read(workbook([{ name: 'a', rows }], { shared })))).toEqual([['name'], ['医療']])
    const lost = rows.replace('<v>0</v>', '<v>7</v>')
    expect(await refusal(workbook([{ name: 'a', rows: lost }], { shared }))).toContain('can not be read with certainty')
  })

  it('gives every row the value that a person sees beside it when cells are merged downwards', async () => {
    const rows = `${textRow(1, 'host', 'name')}${textRow(2, 'web1', 'a')}<row r="3"><c r="A3"/><c r="B3" t="inlineStr"><is><t>b</t></is></c></row>${textRow(4, '', 'c')}`
    const merged = (ref: string): Uint8Array =>
      workbook([{ name: 'a', rows, after: `<mergeCells count="1"><mergeCell ref="${ref}"/></mergeCells>` }])
    expect(texts(await read(merged('A2:A3')))).toEqual([
      ['host', 'name'],
      ['web1', 'a'],
      ['web1', 'b'],
      ['', 'c'],
    ])
    for (const across of ['A2:B2', 'A1:B1', 'A1:A2']) expect(await refusal(merged(across))).toContain('merged across')
    expect(texts(await read(merged('C3:D4')))).toHaveLength(4)
  })

  it('with several sheets is read by name; a hidden sheet only so', async () => {
    const sheets = [
      { name: '表紙', rows: '' },
      { name: '許可 &amp; 禁止', rows: textRow(1, 'name') + textRow(2, 'a') },
      { name: '古い', rows: textRow(1, 'name') + textRow(2, 'b'), state: 'hidden' as const },
    ]
    expect(texts(await read(workbook(sheets)))).toEqual([['name'], ['a']])
    expect((await read(workbook(sheets))).sheet).toBe('許可 & 禁止')
    expect(texts(await read(workbook(sheets), { sheet: '古い' }))).toEqual([['name'], ['b']])
    expect(await refusal(workbook(sheets), { sheet: 'x' })).toContain('there is no sheet “x”')
    const shown = workbook(sheets.map(({ name, rows }) => ({ name, rows })))
    expect(await refusal(shown)).toContain('several sheets have something in them (許可 & 禁止, 古い)')
    expect(texts(await read(shown, { sheet: '許可 ＆ 禁止' }))).toEqual([['name'], ['a']])
  })

  it('is not taken for empty beyond rows that are far away, and not for larger than it is', async () => {
    const far = `${textRow(1, 'name')}<row r="1048576" ht="12"/>`
    expect(texts(await read(workbook([{ name: 'a', rows: far }])))).toEqual([['name']])
    const value = `${textRow(1, 'name')}${textRow(1_000_000, 'x')}`
    expect(await refusal(workbook([{ name: 'a', rows: value }]))).toContain('more than 100000 rows')
    const wide = '<row r="1"><c r="XFD1"><v>1</v></c></row>'
    expect(await refusal(workbook([{ name: 'a', rows: wide }]))).toContain('more than 256 columns')
  })

  it('is refused when it is another kind of file, locked or broken', async () => {
    const ole = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]
    expect(await refusal(Uint8Array.from([...ole, ...Array(600).fill(0)]))).toContain('.xls')
    const locked = Buffer.concat([Buffer.from(ole), Buffer.from('EncryptedPackage', 'utf16le')])
    expect(await refusal(locked)).toContain('password')
    const good = workbook([{ name: 'a', rows: textRow(1, 'name') }])
    const flagged = Buffer.from(good)
    for (let at = flagged.indexOf('PK\x01\x02'); at !== -1; at = flagged.indexOf('PK\x01\x02', at + 1))
      flagged[at + 8] = 1
    expect(await refusal(flagged)).toContain('password')
    expect(await refusal(good.subarray(0, good.length - 40))).toContain('broken')
    expect(await refusal(new TextEncoder().encode('name\na\n'))).toContain('broken')
    expect(
      await refusal(
        storedZip(
          new Map(
            [
              ['content.xml', ole],
              ['mimetype', ole],
            ].map(([name, one]) => [String(name), Uint8Array.from(one as number[])]),
          ),
        ),
      ),
    ).toContain('.ods')
  })

  it('that unpacks to more than it says, or to more than is read, is refused before it does', async () => {
    const zeros = deflateRawSync(Buffer.alloc(200_000_000))
    const started = process.memoryUsage().arrayBuffers
    for (const said of [1000, 200_000_000]) {
      const parts = workbookParts([{ name: 'a', rows: '' }])
      const bomb = withPacked(storedZip(parts.set('xl/worksheets/sheet1.xml', zeros)), zeros.length, said)
      expect(await refusal(bomb)).toContain('unpacks to more')
    }
    expect(process.memoryUsage().arrayBuffers - started).toBeLessThan(150_000_000)
  })

  it('with entities of its own, comments or another encoding is refused', async () => {
    const bad = (text: string): Uint8Array =>
      storedZip(
        workbookParts([{ name: 'a', rows: '' }]).set('xl/worksheets/sheet1.xml', new TextEncoder().encode(text)),
      )
    const data = `<worksheet><sheetData>${textRow(1, 'name')}</sheetData></worksheet>`
    expect(texts(await read(bad(data)))).toEqual([['name']])
    for (const before of ['<!DOCTYPE x [<!ENTITY a "b">]>', '<!-- x -->', '<?xml version="1.0" encoding="UTF-16"?>'])
      expect(await refusal(bad(before + data))).toContain('can not be read with certainty')
    expect(await refusal(bad(`${data}<c r="`))).toContain('can not be read with certainty')
  })

  it('with two parts of one name, or a part that is not what was packed, is refused', async () => {
    const good = workbook([{ name: 'a', rows: textRow(1, 'name') }])
    expect(texts(await read(good))).toEqual([['name']])
    const altered = Buffer.from(good)
    altered.write('mane', altered.indexOf('name</t>'))
    expect(await refusal(altered)).toContain('broken')
    const other = workbookParts([{ name: 'a', rows: textRow(1, 'name') }])
    other.set('xl/worksheets/sheetX.xml', new TextEncoder().encode('<worksheet/>'))
    const twins = storedZip(other)
    for (let at = twins.indexOf('sheetX'); at !== -1; at = twins.indexOf('sheetX', at)) twins.write('sheet1', at)
    expect(await refusal(twins)).toContain('broken')
  })

  it('in which merged cells repeat a value too often is refused', async () => {
    const rows = `${textRow(1, 'name')}${textRow(90_000, 'x')}`
    const block = '<mergeCell ref="A2:A90000"/>'
    const after = (count: number): string => `<mergeCells>${block.repeat(count)}</mergeCells>`
    expect(await refusal(workbook([{ name: 'a', rows, after: after(30) }]))).toContain('more than 2000000 cells')
  })

  it('with markup of its own among its texts is refused', async () => {
    const rows = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    const shared = '<si><t>name</t></si>'
    expect(texts(await read(workbook([{ name: 'a', rows }], { shared })))).toEqual([['name']])
    for (const odd of ['<!-- x -->', '<![CDATA[x]]>'])
      expect(await refusal(workbook([{ name: 'a', rows }], { shared: odd + shared }))).toContain(
        'can not be read with certainty',
      )
  })

  it('changed in any byte is read or refused, never anything else', async () => {
    const good = workbook([{ name: 'a', rows: textRow(1, 'name', 'note') + textRow(2, 'a', 'b') }])
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length - 1), fc.nat(255), async (at, value) => {
        const content = Uint8Array.from(good)
        content[at] = value
        await read(content).catch((error: unknown) => expect(problemsOf(error)).toBeDefined())
      }),
      { numRuns: 300 },
    )
  })
})

/** Says of the part whose packed size is known that it is deflated, and how large it becomes. */
function withPacked(zip: Buffer, packed: number, unpacked: number): Buffer {
  const size = Buffer.alloc(8)
  size.writeUInt32LE(packed, 0)
  size.writeUInt32LE(packed, 4)
  for (let at = zip.indexOf(size); at !== -1; at = zip.indexOf(size, at + 1)) {
    zip.writeUInt32LE(unpacked, at + 4)
    zip.writeUInt16LE(8, at - 10 + 0)
  }
  return zip
}
