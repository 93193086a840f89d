import type { Says } from './excerpt.ts'
import { type HostList, hostsFrom, type WrittenHost } from './host-list.ts'
import { type HostColumn, hostColumn, isHostHeading, secretColumn } from './host-list-columns.ts'
import { parseHost } from './host-list-address.ts'
import type { Problem } from './problems.ts'
import { type RawMap, rawMap } from './raw.ts'
import type { Schema } from './schema-words.ts'
import { looksSecret } from './secret-text.ts'
import { normalised } from './table/normal.ts'
import type { Table, TableCell, TableRow } from './table/table.ts'
import type { Path } from './yaml.ts'

/** How a table of hosts is recognised below a title. */
export const hostTable = { isHeader: isHostHeading }

/** Hosts of a table, one a row. `schema` is that of one host. */
export function hostsOfTable(table: Table, schema: Schema): HostList {
  const { columns, problems } = columnsOf(table, schema)
  if (problems.length > 0) return { entries: [], problems }
  const found: Problem[] = []
  const written: WrittenHost[] = []
  const secret = new Set<number>()
  for (const [index, row] of table.rows.entries()) {
    const leaked = row.cells.find(holdsSecret)
    if (leaked) {
      found.push(withoutText(table.problem(leaked, secretColumn)))
      secret.add(index)
      continue
    }
    written.push({
      options: optionsOf(row, columns, (cell, says) => found.push(table.problem(cell, says))),
      at: [index],
    })
  }
  const source = {
    problem: (path: Path, says: Says): Problem => table.problem(placeOf(table, columns, path), says),
    written: ([index, key]: Path) => cellOf(table.rows[Number(index)], columns, String(key))?.text,
  }
  const list = hostsFrom(source, written, { schema })
  return { entries: list.entries, problems: [...found, ...list.problems] }
}

type Columns = readonly (HostColumn | undefined)[]

function columnsOf(table: Table, schema: Schema): { readonly columns: Columns; readonly problems: readonly Problem[] } {
  const problems: Problem[] = []
  const options = Object.keys(rawMap(schema['properties']))
  const seen = new Map<string, string>()
  const columns = table.header.cells.map((cell, index): HostColumn | undefined => {
    if (cell.text === '') {
      const filled = table.rows.find((row) => (row.cells[index]?.text ?? '') !== '')
      if (filled) problems.push(table.problem(filled.cells[index] ?? filled, noHeading))
      return undefined
    }
    const column = hostColumn(cell.text, options)
    if ('what' in column) {
      // the line below may hold the secrets themselves: a message shows no more than the heading
      problems.push(column === secretColumn ? withoutText(table.problem(cell, column)) : table.problem(cell, column))
      return undefined
    }
    const id = JSON.stringify(column)
    const first = seen.get(id)
    if (first !== undefined && column.kind !== 'note') problems.push(table.problem(cell, sameColumn(first)))
    seen.set(id, cell.text)
    return column
  })
  const hosts = columns.some((column) => column?.kind === 'host-name' || column?.kind === 'address')
  if (!hosts && problems.length === 0) problems.push(table.problem(table.header, noHostColumn))
  return { columns, problems }
}

/** The options of one host in the words of seisa.yaml. Numbers and words are read in their NFKC form. */
function optionsOf(row: TableRow, columns: Columns, refuse: (cell: TableCell, says: Says) => void): RawMap {
  const options: Record<string, unknown> = {}
  const labels = new Map<string, string>()
  const owner = new Map<string, string>()
  let [hostName, address] = ['', '']
  for (const [index, column] of columns.entries()) {
    const cell = row.cells[index]
    if (!column || !cell || cell.text === '') continue
    const text = normalised(cell.text)
    if (column.kind === 'host-name') hostName = text
    else if (column.kind === 'address') address = text
    else if (column.kind === 'option') options[column.key] = optionValue(column.key, text)
    else if (column.kind === 'label') labels.set(column.key, text)
    else if (column.kind === 'owner') owner.set(column.key, cell.text)
    else if (column.kind === 'labels') {
      for (const one of text.split(/[;,、\s]+/u).filter((word) => word !== '')) {
        const [, key = '', value = ''] = /^([^=]+)=(.+)$/su.exec(one) ?? []
        if (key === '' || key === '__proto__') refuse(cell, badLabels)
        else labels.set(key, value)
      }
    }
  }
  // with both, the address is where to connect to and the host's name is what people call it
  const name = options['name'] ?? (address !== '' && hostName !== '' ? hostName : undefined)
  return {
    ...options,
    host: address === '' ? hostName : address,
    ...(name !== undefined && { name }),
    ...(labels.size > 0 && { labels: Object.fromEntries(labels) }),
    ...(owner.size > 0 && { owner: Object.fromEntries(owner) }),
  }
}

const kindWords: Readonly<Record<string, string>> = {
  サーバ: 'server',
  サーバー: 'server',
  端末: 'workstation',
  パソコン: 'workstation',
  pc: 'workstation',
  ルータ: 'router',
  ルーター: 'router',
  スイッチ: 'switch',
}

function optionValue(key: string, text: string): string | number {
  if (key === 'port' && /^\d+$/.test(text)) return Number(text)
  return key === 'kind' ? (kindWords[text.toLowerCase()] ?? text.toLowerCase()) : text
}

/** The cell of a path (row, option), or the row where there is none. */
function placeOf(table: Table, columns: Columns, [index, key]: Path): TableCell | TableRow {
  const row = table.rows[Number(index)]
  return cellOf(row, columns, String(key)) ?? row ?? table.header
}

function cellOf(row: TableRow | undefined, columns: Columns, key: string): TableCell | undefined {
  const cells = columns.flatMap((column, index) => {
    const cell = row?.cells[index]
    return column && cell && cell.text !== '' ? [{ column, cell }] : []
  })
  const of = (fits: (column: HostColumn) => boolean): TableCell | undefined =>
    cells.find(({ column }) => fits(column))?.cell
  const option = of((column) => (column.kind === 'option' ? column.key === key : column.kind === key))
  if (option || !['host', 'name'].includes(key)) return option
  return (key === 'host' ? of(({ kind }) => kind === 'address') : undefined) ?? of(({ kind }) => kind === 'host-name')
}

const holdsSecret = ({ text }: TableCell): boolean => {
  if (looksSecret(text)) return true
  const parsed = text.includes('@') ? parseHost(text) : undefined
  return parsed?.ok === false && parsed.secret
}

const withoutText = (problem: Problem): Problem => ({ ...problem, text: '', around: { before: '', after: '' } })

const noHeading: Says = {
  what: { ja: '見出しのない列に値がある', en: 'a value in a column without a heading' },
  expected: { ja: '1行目の見出し', en: 'a heading in the first row' },
}
const noHostColumn: Says = {
  what: { ja: 'ホストの列がない', en: 'there is no column of hosts' },
  expected: { ja: '見出し host（ホスト名、アドレス）の列', en: 'a column with the heading host (or address)' },
}
const sameColumn = (first: string): Says => ({
  what: { ja: `同じ意味の列が2つある（「${first}」と）`, en: `two columns of one meaning (the other is “${first}”)` },
  expected: { ja: 'どちらか1つ', en: 'one of them' },
})
const badLabels: Says = {
  what: { ja: '札の書き方が正しくない', en: 'not written as labels' },
  expected: { ja: 'role=web; env=prod のような形', en: 'labels such as role=web; env=prod' },
}
