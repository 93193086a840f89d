import { storedZip } from '../zip.ts'

/** A sheet by hand: XML of its rows, and what surrounds them. */
export interface HandmadeSheet {
  readonly name: string
  /** XML inside of `sheetData`. */
  readonly rows: string
  readonly state?: 'hidden'
  /** XML after `sheetData`, such as merged cells. */
  readonly after?: string
}

/** The parts of a workbook, for tests that need one no program would write. */
export function workbookParts(
  sheets: readonly HandmadeSheet[],
  { properties = '', shared = '', formats = '' } = {},
): Map<string, Uint8Array> {
  const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
  const relation = (id: string, type: string, target: string): string =>
    `<Relationship Id="${id}" Type="${office}/${type}" Target="${target}"/>`
  const parts: Record<string, string> = {
    'xl/workbook.xml': `<workbook xmlns="${main}" xmlns:r="${office}">${properties}<sheets>${sheets
      .map(
        (sheet, at) =>
          `<sheet name="${sheet.name}" sheetId="${at + 1}" r:id="rId${at + 1}"${sheet.state ? ` state="${sheet.state}"` : ''}/>`,
      )
      .join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${sheets
      .map((_, at) => relation(`rId${at + 1}`, 'worksheet', `worksheets/sheet${at + 1}.xml`))
      .join(
        '',
      )}${relation('s', 'sharedStrings', 'sharedStrings.xml')}${relation('t', 'styles', 'styles.xml')}</Relationships>`,
    'xl/sharedStrings.xml': `<sst xmlns="${main}">${shared}</sst>`,
    'xl/styles.xml': `<styleSheet xmlns="${main}"><numFmts><numFmt numFmtId="164" formatCode="${formats || 'yyyy/mm/dd'}"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="2"/></cellXfs></styleSheet>`,
  }
  for (const [at, sheet] of sheets.entries())
    parts[`xl/worksheets/sheet${at + 1}.xml`] =
      `<worksheet xmlns="${main}"><sheetData>${sheet.rows}</sheetData>${sheet.after ?? ''}</worksheet>`
  return new Map(Object.entries(parts).map(([name, text]) => [name, new TextEncoder().encode(text)]))
}

/** The workbook as a file. */
export const workbook = (...given: Parameters<typeof workbookParts>): Uint8Array => storedZip(workbookParts(...given))

/** A row of text cells. */
export const textRow = (line: number, ...texts: readonly string[]): string =>
  `<row r="${line}">${texts
    .map((text, at) => `<c r="${String.fromCharCode(65 + at)}${line}" t="inlineStr"><is><t>${text}</t></is></c>`)
    .join('')}</row>`
