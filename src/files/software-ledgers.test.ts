import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { SoftwareEntry } from '../core/software/list.ts'
import { formatProblems, problemsOf } from './problems.ts'
import { readSoftwareList } from './software-list.ts'

// Ledgers in the columns of the documents as an administrator makes them, saved by LibreOffice 7.4.

const path = (name: string): string => join(import.meta.dirname, 'fixtures', name)
const read = (name: string) => readSoftwareList(path(name), { shownAs: name })
const refusal = async (name: string): Promise<readonly string[]> =>
  read(name).then(
    () => [],
    (error: unknown) =>
      formatProblems(problemsOf(error) ?? [], 'en')
        .replaceAll(`${path('')}/`, '')
        .split('\n')
        .filter((line) => line.startsWith('ledger')),
  )
const short = ({ match, versions, status, state, components, role }: SoftwareEntry): string =>
  [
    status,
    state,
    match.name,
    JSON.stringify(versions ?? 'all'),
    JSON.stringify(components ?? 'all'),
    role ?? 'both',
  ].join(' ')

describe('a ledger as people keep it', () => {
  it('has its title, date and approver above the headings, line breaks in headings, and empty rows', async () => {
    const entries = [
      'allow active nginx {"atLeast":"1.22"} "all" both',
      'allow active Ｖｉｍ "all" "all" both',
      'deny active winny "all" "all" both',
      'allow active nmap {"atLeast":"7.93"} "all" both',
      'deny retired telnetd {"atMost":"0.17"} "all" both',
    ]
    for (const name of ['ledger-ipa.xlsx', 'ledger-ipa.cp932.csv']) {
      const list = await read(name)
      expect(list.entries.map(short)).toEqual(entries)
      // a day of a Japanese era, a date cell, and full-width text
      expect(list.entries.map(({ validUntil }) => validUntil)).toEqual([
        '2027-03-31',
        '2027-03-31',
        undefined,
        '2027-03-31',
        undefined,
      ])
    }
    expect((await read('ledger-ipa.xlsx')).entries[3]?.at).toBe('ledger-ipa.xlsx:ホワイトリスト!10')
  })

  it('has cells merged downwards, and two rows of headings', async () => {
    expect((await read('ledger-defence.xlsx')).entries.map(short)).toEqual([
      'allow active nmap "all" {"kind":["server"]} administrator',
      'allow active vim* {"atLeast":"9.0"} {"kind":["server"]} user',
      'deny active telnet "all" {"kind":["server"]} both',
      'deny active TeamViewer "all" {"kind":["workstation"]} user',
    ])
    // starts in the second column, and has a hidden sheet
    expect((await read('ledger-terminals.xlsx')).entries.map(short)).toEqual([
      'allow active vim {"atLeast":"9.0"} {"kind":["workstation"]} both',
      'allow active libreoffice-calc "all" {"kind":["workstation"]} both',
      'deny active winny "all" "all" both',
    ])
    expect((await read('ledger-servers.xlsx')).entries.map(short)).toEqual([
      'allow active nginx {"atLeast":"1.22"} {"component":["web1"]} both',
      'allow active openssh-server "all" {"component":["web1"]} both',
      'allow active bash "all" "all" both',
    ])
  })

  it('has name and version in one cell', async () => {
    expect((await read('ledger-network-devices.xlsx')).entries.map(short)).toEqual([
      'allow active FortiOS {"atLeast":"7.4.3"} {"component":["edge-1"]} both',
      'allow active IOS XE {"atLeast":"17.9.4a"} {"kind":["router"]} both',
    ])
  })

  it('holds with rows that are filtered away or hidden, as data', async () => {
    expect((await read('ledger-filtered.xlsx')).entries.map(({ match }) => match.name)).toEqual([
      'a',
      'hiddenrow',
      'filtered',
      'b',
    ])
  })

  it('is refused where a version is a number that is not what is seen', async () => {
    const dressed = 'a number that a format shows with other characters, which are not read'
    const date = 'the cell is a number or a date (1.10 has become 1.1)'
    expect(await refusal('ledger-numbers.xlsx')).toEqual([
      `ledger-numbers.xlsx:一覧!C3: ${date}`,
      ...['C4', 'C5', 'C6', 'C7', 'C8'].map((cell) => `ledger-numbers.xlsx:一覧!${cell}: ${dressed}`),
      `ledger-numbers.xlsx:一覧!C9: ${date}`,
    ])
  })

  it('is refused where something is struck through, as a whole or in part', async () => {
    expect(await refusal('ledger-struck.xlsx')).toEqual([
      'ledger-struck.xlsx:一覧!A2: the cell is struck through',
      'ledger-struck.xlsx:一覧!B3: the cell is struck through',
    ])
  })
})
