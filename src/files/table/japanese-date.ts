import type { Says } from '../excerpt.ts'
import { normalised } from './normal.ts'
import type { TableCell } from './table.ts'
import { serialDay } from './xlsx.ts'

/** A day as it is kept, `2026-12-31`, or what is wrong with how it was written. */
export type Day = { readonly day: string } | Says

interface Era {
  readonly names: readonly string[]
  /** First and last day. */
  readonly first: string
  readonly last?: string
}

/** Eras since Japan counts days as the rest of the world does (1873). */
const eras: readonly Era[] = [
  { names: ['令和', '令', 'r'], first: '2019-05-01' },
  { names: ['平成', '平', 'h'], first: '1989-01-08', last: '2019-04-30' },
  { names: ['昭和', '昭', 's'], first: '1926-12-25', last: '1989-01-07' },
  { names: ['大正', '大', 't'], first: '1912-07-30', last: '1926-12-24' },
  { names: ['明治', '明', 'm'], first: '1868-01-25', last: '1912-07-29' },
]

const western = /^(\d{4})(?:年|[-/.])(\d{1,2})(?:月|[-/.])(\d{1,2})日?$/
const compact = /^(\d{4})(\d{2})(\d{2})$/
const era = /^([^\d元.]{1,2})\.?(元|\d{1,2})(?:年|[-/.])(\d{1,2})(?:月|[-/.])(\d{1,2})日?$/
const serial = /^\d{5}$/

/**
 * Reads a day as people in Japan write it: `2026-12-31`, `2026/12/31`, `2026年12月31日`, `20261231`, `令和8年12月31日`,
 * `R8.12.31`, `令和元年…`, in full-width digits too, and the five digits that a spreadsheet keeps for a day. A day that
 * no calendar has is refused: `2026-02-30`, `平成40年…`.
 */
export function parseDay(written: string): Day {
  const text = normalised(written)
    .toLowerCase()
    .replaceAll(/\s+/g, ' ')
    .replace(/ ?\(?[月火水木金土日]曜?\)$/, '')
    .replace(/[ t]0?0:00(:00(\.0+)?)?$/, '')
    .replaceAll(' ', '')
  const plain = western.exec(text) ?? compact.exec(text)
  if (plain) return dayOf(Number(plain[1]), Number(plain[2]), Number(plain[3])) ?? noSuchDay
  const named = era.exec(text)
  if (named) return eraDay(named) ?? noSuchDay
  const counted = serial.test(text) ? serialDay(Number(text)) : undefined
  return counted === undefined ? notDay : { day: counted }
}

/** The day that a cell of a date column holds. */
export function cellDay(cell: TableCell): Day {
  if (cell.kind === 'text') return parseDay(cell.text)
  if (cell.kind === 'date') return cell.day === undefined ? notDay : { day: cell.day }
  // eight digits may have been typed, and taken for a number
  const typed = cell.kind === 'number' && compact.test(cell.text) ? parseDay(cell.text) : undefined
  return typed ?? (cell.day === undefined ? notDay : { day: cell.day })
}

function eraDay(match: RegExpExecArray): Day | undefined {
  const found = eras.find(({ names }) => names.includes(match[1] ?? ''))
  if (!found) return notDay
  const year = match[2] === '元' ? 1 : Number(match[2])
  if (year === 0) return undefined
  const day = dayOf(Number(found.first.slice(0, 4)) + year - 1, Number(match[3]), Number(match[4]))
  if (!day || !('day' in day)) return undefined
  return day.day >= found.first && (found.last === undefined || day.day <= found.last) ? day : undefined
}

function dayOf(year: number, month: number, date: number): Day | undefined {
  const instant = new Date(Date.UTC(year, month - 1, date))
  const exists = year >= 1868 && instant.getUTCMonth() === month - 1 && instant.getUTCDate() === date
  return exists ? { day: instant.toISOString().slice(0, 10) } : undefined
}

const forms = {
  ja: '2026-12-31、2026/12/31、2026年12月31日、令和8年12月31日 など',
  en: '2026-12-31, 2026/12/31, or a day of a Japanese era such as R8.12.31',
}
const notDay: Says = { what: { ja: '日付として読めない', en: 'this is no date' }, expected: forms }
const noSuchDay: Says = { what: { ja: '暦にない日付である', en: 'there is no such day' }, expected: forms }
