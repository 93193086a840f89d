import { isUtf8 } from 'node:buffer'
import type { Says } from '../excerpt.ts'
import { openZip, type ZipFiles, type ZipRefusal } from './zip.ts'
import { attribute, type XmlTag, xmlTags } from './xml-tags.ts'

/** One sheet of a workbook: its number from 1, and the part that holds it. */
export interface Sheet {
  readonly number: number
  readonly name: string
  readonly hidden: boolean
  readonly part: string
}

/** A workbook that was looked into and not yet parsed. */
export interface Workbook {
  readonly sheets: readonly Sheet[]
  /** Days are counted from 1904 (old Excel for Mac). */
  readonly from1904: boolean
  /** Names of the parts with styles and with the texts of cells. */
  readonly stylesPart: string
  readonly stringsPart: string
  /** The parts that every sheet needs, and this one. Undefined when a part is not as it should be. */
  readonly partsOf: (sheet: Sheet) => ReadonlyMap<string, Uint8Array> | Says
}

const [bookPart, relationsPart] = ['xl/workbook.xml', 'xl/_rels/workbook.xml.rels']

/** Opens an .xlsx file without trusting it: why not, when it is something else, locked, broken or a bomb. */
export function openWorkbook(bytes: Uint8Array): Workbook | Says {
  const zip = openZip(bytes)
  if (typeof zip === 'string') return zip === 'not-zip' ? notWorkbook(bytes) : refusals[zip]
  const book = part(zip, bookPart)
  const relations = part(zip, relationsPart)
  if (!book || !relations) return otherOffice(zip)
  if ('what' in book) return book
  if ('what' in relations) return relations
  const targets = targetsOf(relations.tags)
  const properties = book.tags.find((tag) => tag.name === 'workbookPr')
  const date1904 = properties && attribute(properties, 'date1904')
  // the library knows only `1`
  if (date1904 === 'true') return oddWorkbook
  const sheets = book.tags
    .filter((tag) => tag.name === 'sheet' && tag.kind !== 'close' && attribute(tag, 'name'))
    .map((tag, index): Sheet => {
      const state = attribute(tag, 'state') ?? 'visible'
      return {
        number: index + 1,
        name: plain(attribute(tag, 'name') ?? ''),
        hidden: state !== 'visible',
        part: targets.get(attribute(tag, 'id') ?? '')?.part ?? '',
      }
    })
  const common = [...targets.values()].filter(({ type }) => type === 'sharedStrings' || type === 'styles')
  const partOf = (type: string): string => common.find((one) => one.type === type)?.part ?? `xl/${type}.xml`
  return {
    sheets,
    from1904: date1904 === '1',
    stylesPart: partOf('styles'),
    stringsPart: partOf('sharedStrings'),
    partsOf: (sheet) => {
      const parts = new Map([
        [bookPart, book.bytes],
        [relationsPart, relations.bytes],
      ])
      const wanted = new Set([...common.map((one) => one.part), 'xl/sharedStrings.xml', 'xl/styles.xml', sheet.part])
      for (const name of wanted) {
        const found = part(zip, name)
        if (!found) {
          if (name === sheet.part || common.some((one) => one.part === name)) return oddWorkbook
          continue
        }
        if ('what' in found) return found
        parts.set(name, found.bytes)
      }
      return parts
    },
  }
}

/** A part's bytes and tags; undefined when it isn't there. */
function part(
  zip: ZipFiles,
  name: string,
): { readonly bytes: Uint8Array; readonly tags: readonly XmlTag[] } | Says | undefined {
  const bytes = zip.read(name)
  if (bytes === undefined) return undefined
  if (typeof bytes === 'string') return refusals[bytes]
  if (!isUtf8(bytes)) return oddWorkbook
  const text = new TextDecoder().decode(bytes)
  const encoding = /^\s*<\?xml[^>]{0,200}encoding=["']([^"']{1,40})["']/.exec(text)?.[1]
  if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8') return oddWorkbook
  // The large parts are only held against markup that has no place in them; small ones are read.
  if (name !== bookPart && name !== relationsPart) return text.includes('<!') ? oddWorkbook : { bytes, tags: [] }
  const tags: XmlTag[] = []
  for (const tag of xmlTags(text)) {
    if (!tag) return oddWorkbook
    tags.push(tag)
  }
  return { bytes, tags }
}

/** Relationship ids and what they lead to (ECMA-376 part 2). */
function targetsOf(tags: readonly XmlTag[]): ReadonlyMap<string, { readonly type: string; readonly part: string }> {
  return new Map(
    tags.flatMap((tag) => {
      const [id, type, target] = ['Id', 'Type', 'Target'].map((name) => attribute(tag, name))
      if (tag.name !== 'Relationship' || id === undefined || type === undefined || target === undefined) return []
      const place = target.startsWith('/') ? target.slice(1) : `xl/${target}`
      return [[id, { type: type.slice(type.lastIndexOf('/') + 1), part: place }] as const]
    }),
  )
}

/** The five entities and character references of XML. */
export const plain = (text: string): string =>
  text.replaceAll(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi, (whole, hex, decimal, name) => {
    const entity = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }[String(name).toLowerCase()]
    if (entity !== undefined) return entity
    const code = hex === undefined ? Number(decimal) : Number.parseInt(String(hex), 16)
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })

/** What a file without a ZIP directory is: old or encrypted Office files are OLE containers. */
function notWorkbook(bytes: Uint8Array): Says {
  const ole = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1].every((byte, index) => bytes[index] === byte)
  if (!ole) return refusals.broken
  const locked = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(
    Buffer.from('EncryptedPackage', 'utf16le'),
  )
  return locked ? refusals.encrypted : oldFormat
}

function otherOffice(zip: ZipFiles): Says {
  if (zip.names.includes('xl/workbook.bin')) return binaryWorkbook
  const openDocument = zip.names.includes('content.xml') && zip.names.includes('mimetype')
  return openDocument ? openDocumentSheet : oddWorkbook
}

const asXlsx = {
  ja: 'Excel ブック（.xlsx）か CSV UTF-8 で保存し直す',
  en: 'save it again as an Excel workbook (.xlsx) or as CSV UTF-8',
}
const oldFormat: Says = {
  what: { ja: '古い形式（.xls）のファイルである', en: 'the file has the old format (.xls)' },
  expected: asXlsx,
}
const binaryWorkbook: Says = {
  what: { ja: 'バイナリ形式（.xlsb）のファイルである', en: 'the file has the binary format (.xlsb)' },
  expected: asXlsx,
}
const openDocumentSheet: Says = {
  what: { ja: 'OpenDocument 形式（.ods など）のファイルである', en: 'the file is an OpenDocument one (.ods)' },
  expected: asXlsx,
}
/** Correct enough for a spreadsheet program, perhaps, but not certain to be read as a person sees it. */
export const oddWorkbook: Says = {
  what: {
    ja: 'ブックの作りが変わっていて、確実には読めない',
    en: 'the workbook is built in a way that can not be read with certainty',
  },
  expected: {
    ja: '表計算ソフトで開き、Excel ブック（.xlsx）として保存し直す',
    en: 'open it in a spreadsheet program and save it again as an Excel workbook (.xlsx)',
  },
}
const refusals: Readonly<Record<ZipRefusal, Says>> = {
  'not-zip': { what: { ja: 'Excel ブックではない', en: 'not an Excel workbook' }, expected: asXlsx },
  broken: {
    what: { ja: 'ファイルが壊れている', en: 'the file is broken' },
    expected: asXlsx,
  },
  encrypted: {
    what: { ja: 'パスワードで保護（暗号化）されている', en: 'the file is protected by a password (encrypted)' },
    expected: {
      ja: 'パスワードを外して保存し直す',
      en: 'save it again without a password',
    },
  },
  'too-large': {
    what: {
      ja: '展開すると大きすぎる（64 MiB まで）',
      en: 'it unpacks to more than is read (64 MiB), or to more than it says',
    },
    expected: { ja: '小さく分けたファイル', en: 'smaller files' },
  },
  unsupported: {
    what: { ja: '読めない形の ZIP である', en: 'a ZIP archive of a kind that is not read' },
    expected: asXlsx,
  },
}
