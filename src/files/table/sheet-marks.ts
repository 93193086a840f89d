import type { Says } from '../excerpt.ts'
import { mostColumns, mostRows } from './limits.ts'
import { oddWorkbook } from './workbook.ts'
import { attribute, type XmlTag, xmlTags } from './xml-tags.ts'

/** What the library doesn't tell of a sheet: it takes errors and formulas without a result for empty cells. */
export interface SheetMarks {
  /** Cells that must not be taken for what they seem to be. */
  readonly bad: readonly { readonly line: number; readonly column: number; readonly says: Says }[]
  readonly merged: readonly Merged[]
}

/** A block of cells that shows one value. */
export interface Merged {
  readonly top: number
  readonly bottom: number
  readonly left: number
  readonly right: number
}

/** Cells, empty ones between the others included. */
const mostCells = 2_000_000

/** Looks through a sheet's XML before the library does; says why when it must not. */
export function sheetMarks(xml: string): SheetMarks | Says {
  const bad: SheetMarks['bad'][number][] = []
  const merged: Merged[] = []
  let row = 0
  let [lastRow, lastColumn] = [0, 0]
  let cell: { line: number; column: number; type: string; formula: boolean; value: boolean } | undefined
  const finish = (): void => {
    if (!cell) return
    const { line, column, type, formula, value } = cell
    if (value || formula) {
      lastRow = Math.max(lastRow, line)
      lastColumn = Math.max(lastColumn, column)
    }
    const says = type === 'e' ? errorCell : formula && !value ? noResult : type === 'd' && value ? isoDate : undefined
    if (says) bad.push({ line, column, says })
    cell = undefined
  }
  for (const tag of xmlTags(xml)) {
    if (!tag) return oddWorkbook
    if (tag.name === 'row' && tag.kind !== 'close') {
      row = Number(attribute(tag, 'r') ?? row + 1)
      if (!Number.isInteger(row) || row < 1) return oddWorkbook
    } else if (tag.name === 'c') {
      if (tag.kind !== 'close') {
        const at = cellAt(attribute(tag, 'r'))
        if (!at || at.line !== row) return oddWorkbook
        cell = { ...at, type: attribute(tag, 't') ?? 'n', formula: false, value: false }
      }
      if (tag.kind !== 'open') finish()
    } else if (cell && tag.kind !== 'close') {
      if (tag.name === 'f') cell.formula = true
      if (tag.name === 'v' || tag.name === 'is') cell.value = true
    } else if (tag.name === 'mergeCell' && tag.kind !== 'close') {
      const block = mergedBlock(tag)
      if (!block) return oddWorkbook
      merged.push(block)
    }
  }
  const spread = merged.reduce((sum, { top, bottom }) => sum + Math.max(0, Math.min(bottom, lastRow) - top), 0)
  if (spread > mostCells) return tooMany(`${mostCells} セル`, `${mostCells} cells`)
  if (lastRow > mostRows + 20) return tooMany(`${mostRows} 行`, `${mostRows} rows`)
  if (lastColumn > mostColumns) return tooMany(`${mostColumns} 列`, `${mostColumns} columns`)
  if (lastRow * lastColumn > mostCells) return tooMany(`${mostCells} セル`, `${mostCells} cells`)
  return { bad, merged }
}

function cellAt(name: string | undefined): { readonly line: number; readonly column: number } | undefined {
  const match = /^([A-Z]{1,3})([1-9]\d{0,6})$/.exec(name ?? '')
  if (!match) return undefined
  const column = [...(match[1] ?? '')].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0)
  return { line: Number(match[2]), column }
}

function mergedBlock(tag: XmlTag): Merged | undefined {
  const [from, to] = (attribute(tag, 'ref') ?? '').split(':').map(cellAt)
  return from && to && { top: from.line, bottom: to.line, left: from.column, right: to.column }
}

const tooMany = (ja: string, en: string): Says => ({
  what: { ja: `シートが ${ja} を超えている`, en: `the sheet has more than ${en}` },
  expected: { ja: '小さく分けたシート（離れた所にある値を消す）', en: 'smaller sheets, without values far away' },
})
const errorCell: Says = {
  what: { ja: 'セルの値がエラーである（#N/A など）', en: 'the cell holds an error (#N/A and the like)' },
  expected: { ja: '値を直す、または空にする', en: 'a value, or nothing' },
}
const noResult: Says = {
  what: { ja: '計算結果のない数式である', en: 'a formula without a result' },
  expected: {
    ja: '表計算ソフトで開いて保存し直す、または値として貼り付ける',
    en: 'open and save it in a spreadsheet program, or paste the value',
  },
}
const isoDate: Says = {
  what: {
    ja: '日付のセルの形式が珍しく、確実には読めない',
    en: 'a date in a form that can not be read with certainty',
  },
  expected: { ja: '2026-12-31 のような文字列', en: 'a text such as 2026-12-31' },
}
