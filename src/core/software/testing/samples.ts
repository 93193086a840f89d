import type { Field, Row, Table } from '../../fact.ts'
import type { Snapshot } from '../../snapshot.ts'
import type { SoftwareEntry, SoftwareList } from '../list.ts'

/** An entry that allows, with everything that isn't given filled in. */
export const entry = (given: Partial<SoftwareEntry> & Pick<SoftwareEntry, 'id' | 'match'>): SoftwareEntry => ({
  status: 'allow',
  state: 'active',
  reason: '',
  at: `list.csv:${given.id}`,
  ...given,
})

/** A whitelist of these entries. */
export const whitelist = (entries: readonly SoftwareEntry[], given: Partial<SoftwareList> = {}): SoftwareList => ({
  id: 'ours',
  version: 1,
  title: { ja: '一覧', en: 'List' },
  hash: 'aa',
  unlisted: 'forbidden',
  severity: { unlisted: 'medium', forbidden: 'high' },
  controls: ['mod-proc.a6.1.4.b'],
  entries,
  ...given,
})

/** A list that forbids what it names and nothing else. */
export const blacklist = (entries: readonly SoftwareEntry[]): SoftwareList =>
  whitelist(
    entries.map((one) => ({ ...one, status: 'deny' as const })),
    { unlisted: 'accepted' },
  )

export const unread: Field = { unreadable: { ja: '記録がない', en: 'no record' } }

/** A Debian package. */
export const pack = (name: string, fields: Readonly<Record<string, Field>> = {}): Row => ({
  key: `deb:${name}:amd64`,
  name,
  fields: {
    name,
    version: '1.0-1',
    format: 'deb',
    publisher: 'Someone <someone@example.jp>',
    origin: 'Debian',
    'base-system': false,
    path: null,
    sha256: null,
    ...fields,
  },
  evidence: [{ source: 'dpkg', at: name }],
})

/** A server with this software. */
export const server = (
  rows: Iterable<Row> | undefined,
  table: Partial<Table> = {},
  component: Partial<Snapshot['component']> = {},
): Snapshot => ({
  component: {
    id: 'server:one',
    kind: 'server',
    name: 'one',
    platform: 'linux/debian-12',
    identifiers: [],
    observedAt: '2026-11-20T03:00:00Z',
    ...component,
  },
  facts: [],
  scopes: [],
  populations: [],
  tables: rows ? [{ type: 'software', rows, complete: true, evidence: [{ source: 'dpkg' }], ...table }] : [],
  gaps: [],
})
