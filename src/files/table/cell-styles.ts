import { attribute, type XmlTag, xmlTags } from './xml-tags.ts'

/** What a cell's style changes about what a person sees in it. */
export interface CellStyle {
  /** Struck through: people mark so what no longer holds. */
  readonly struck: boolean
  /** A number is shown as its digits and nothing else: not as `7系`, `2以下`, `100%` or `007`. */
  readonly plainNumber: boolean
}

/** Number formats of ECMA-376 18.8.30 that show a whole number as it is. */
const plainIds: ReadonlySet<string> = new Set(['0', '1', '3', '37', '38', '49'])
const plainCodes = /^(?:General|G\/標準|0|#|#,##0|@)(?:_ )?$/i

/** More than any spreadsheet program keeps (Excel: 65,490 formats). */
const mostStyles = 65_490

/** Styles of cells by their number (attribute `s`), from a workbook's styles. Undefined where they can't be read. */
export function cellStyles(xml: string): readonly CellStyle[] | undefined {
  const codes = new Map<string, string>()
  const struckFonts: boolean[] = []
  const styles: CellStyle[] = []
  let part = ''
  for (const tag of xmlTags(xml)) {
    if (!tag || Math.max(styles.length, struckFonts.length, codes.size) > mostStyles) return undefined
    if (parts.has(tag.name)) part = tag.kind === 'open' ? tag.name : ''
    else if (tag.kind === 'close') continue
    else if (part === 'numFmts' && tag.name === 'numFmt')
      codes.set(attribute(tag, 'numFmtId') ?? '', attribute(tag, 'formatCode') ?? '')
    else if (part === 'fonts' && tag.name === 'font') struckFonts.push(false)
    else if (part === 'fonts' && isStruck(tag)) struckFonts[struckFonts.length - 1] = true
    else if (part === 'cellXfs' && tag.name === 'xf') {
      const format = attribute(tag, 'numFmtId') ?? '0'
      const code = codes.get(format)
      styles.push({
        struck: struckFonts[Number(attribute(tag, 'fontId') ?? 0)] ?? false,
        plainNumber: code === undefined ? plainIds.has(format) : plainCodes.test(code),
      })
    }
  }
  return styles
}

const parts: ReadonlySet<string> = new Set(['numFmts', 'fonts', 'cellXfs', 'cellStyleXfs', 'dxfs', 'fills', 'borders'])

/** Whether a tag strikes text through: `<strike/>`, unless it says that it doesn't. */
export const isStruck = (tag: XmlTag): boolean =>
  tag.name === 'strike' && tag.kind !== 'close' && !/^(?:0|false)$/.test(attribute(tag, 'val') ?? '1')

/** Numbers of the shared strings that are struck through, at least in part. */
export function struckStrings(xml: string): ReadonlySet<number> {
  const struck = new Set<number>()
  if (!xml.includes('strike')) return struck
  let index = -1
  for (const tag of xmlTags(xml)) {
    if (!tag) return struck
    if (tag.name === 'si' && tag.kind !== 'close') index += 1
    else if (isStruck(tag)) struck.add(index)
  }
  return struck
}
