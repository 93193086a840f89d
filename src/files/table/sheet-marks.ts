import type { Says } from '../excerpt.ts'
import { mostColumns, mostRows } from './limits.ts'
import { oddWorkbook } from './workbook.ts'
import { type CellStyle, isStruck } from './cell-styles.ts'
import { attribute, type XmlTag, xmlTags } from './xml-tags.ts'

/** What the library doesn't tell of a sheet: it takes errors and formulas without a result for empty cells. */
export interface SheetMarks {
  /** Cells that must not be taken for what they seem to be. */
  readonly bad: readonly { readonly line: number; readonly column: number; readonly says: Says }[]
  readonly merged: readonly Merged[]
  /** Names of cells with a number that is shown in other characters than its digits: `7系`, `100%`. */
  readonly dressed: ReadonlySet<string>
}

/** What of a workbook decides how its cells look. */
export interface Looks {
  readonly styles: readonly CellStyle[]
  /** Shared strings that are struck through. */
  readonly struck: ReadonlySet<number>
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

/** Functions that give another result when a file is opened on another day: what is stored is not what a person sees. */
const changing = /\b(?:TODAY|NOW|RAND|RANDBETWEEN)\s*\(/i

interface Cell {
  readonly line: number
  readonly column: number
  readonly type: string
  readonly style: number
  formula: boolean
  value: boolean
  struck: boolean
  changes: boolean
}

/** Looks through a sheet's XML before the library does; says why when it must not. */
export function sheetMarks(xml: string, looks: Looks): SheetMarks | Says {
  const bad: SheetMarks['bad'][number][] = []
  const merged: Merged[] = []
  const dressed = new Set<string>()
  const changingFormulas = new Set<string>()
  const textAfter = ({ after }: XmlTag): string => xml.slice(after, xml.indexOf('<', after))
  let row = 0
  let [lastRow, lastColumn] = [0, 0]
  let cell: Cell | undefined
  const finish = (): void => {
    if (!cell) return
    const { line, column, type, formula, value, style, struck, changes } = cell
    const look = looks.styles[style]
    if (value && type === 'n' && look?.plainNumber === false) dressed.add(`${line} ${column}`)
    if (value || formula) {
      lastRow = Math.max(lastRow, line)
      lastColumn = Math.max(lastColumn, column)
    }
    const says = !value
      ? formula
        ? noResult
        : undefined
      : type === 'e'
        ? errorCell
        : type === 'd'
          ? isoDate
          : changes
            ? changingCell
            : struck || look?.struck
              ? struckCell
              : undefined
    // one word on a row that is struck through as a whole
    if (says && (says !== struckCell || bad.at(-1)?.line !== line)) bad.push({ line, column, says })
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
        cell = {
          ...at,
          type: attribute(tag, 't') ?? 'n',
          style: Number(attribute(tag, 's') ?? 0),
          formula: false,
          value: false,
          struck: false,
          changes: false,
        }
      }
      if (tag.kind !== 'open') finish()
    } else if (cell && tag.kind !== 'close') {
      if (tag.name === 'f') {
        cell.formula = true
        // a formula that several cells share stands in the first of them
        const shared = attribute(tag, 'si') ?? ''
        const text = tag.kind === 'open' ? textAfter(tag) : ''
        if (changing.test(text) && shared !== '') changingFormulas.add(shared)
        cell.changes = changing.test(text) || changingFormulas.has(shared)
      }
      if (tag.name === 'v' || tag.name === 'is') cell.value = true
      if (tag.name === 'v' && cell.type === 's' && looks.struck.has(Number(textAfter(tag)))) cell.struck = true
      if (isStruck(tag)) cell.struck = true
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
  return { bad, merged, dressed }
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
const changingCell: Says = {
  what: {
    ja: '開く日によって結果の変わる数式である（TODAY など）',
    en: 'a formula whose result changes with the day on which it is opened (TODAY and the like)',
  },
  expected: {
    ja: '値として貼り付ける（期限は有効期限の列に書けば、過ぎたと判定される）',
    en: 'the value itself; a last day belongs in its own column and is held against the calendar there',
  },
}
const struckCell: Says = {
  what: { ja: '取り消し線の引かれたセルである', en: 'the cell is struck through' },
  expected: {
    ja: '行を消すか、ステータスを「廃止」にして取り消し線を外す',
    en: 'no row, or one whose state is retired, without the line',
  },
}
const isoDate: Says = {
  what: {
    ja: '日付のセルの形式が珍しく、確実には読めない',
    en: 'a date in a form that can not be read with certainty',
  },
  expected: { ja: '2026-12-31 のような文字列', en: 'a text such as 2026-12-31' },
}
