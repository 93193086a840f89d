import type { Row, Table } from '../../src/core/fact.ts'
import type { ComponentResult, Finding, RunResult } from '../../src/core/run.ts'
import type { Snapshot } from '../../src/core/snapshot.ts'
import { judgeSoftware } from '../../src/core/software/judge-software.ts'
import { addSeen, listFindings, listHeader, nothingSeen } from '../../src/core/software/list-findings.ts'
import type { SoftwareEntry, SoftwareList } from '../../src/core/software/list.ts'
import { sampleResult, webServer } from './samples.ts'

/** An entry with everything that isn't given filled in. */
const entry = (given: Partial<SoftwareEntry> & Pick<SoftwareEntry, 'id' | 'match'>): SoftwareEntry => ({
  status: 'allow',
  state: 'active',
  reason: '',
  at: `lists/servers.csv:${given.id.replace(/\D+/, '')}`,
  ...given,
})

/** A whitelist with everything that can be said of software in it. */
const servers: SoftwareList = {
  id: 'server-software',
  version: 4,
  title: { ja: 'サーバのホワイトリスト', en: 'Whitelist of servers' },
  hash: 'b2'.repeat(32),
  unlisted: 'forbidden',
  severity: { unlisted: 'high', forbidden: 'critical' },
  controls: ['mod-proc.a6.1.4.b'],
  entries: [
    entry({ id: 'SW-1', match: { baseSystem: true } }),
    entry({ id: 'SW-2', match: { name: 'openssl' }, versions: { atLeast: '3.0.11-1' } }),
    entry({ id: 'SW-3', match: { name: 'zabbix-agent*' }, validUntil: '2026-09-30' }),
    entry({ id: 'SW-4', match: { name: 'wireshark*' }, role: 'administrator' }),
    entry({ id: 'SW-5', match: { origin: 'vendor-*' } }),
    entry({ id: 'SW-6', match: { name: 'oracle-*' } }),
    entry({ id: 'SW-7', match: { name: 'nmap*' }, status: 'deny', reason: '検査用途は別に申請する' }),
    entry({ id: 'SW-8', match: { name: 'internal-tool' }, versions: { below: '2.0' } }),
  ],
}

const row = (name: string, version: string, fields: Row['fields'] = {}): Row => ({
  key: `deb:${name}:amd64`,
  name,
  fields: { name, version, format: 'deb', origin: 'example', 'base-system': false, ...fields },
  evidence: [{ source: 'dpkg', at: '1' }],
})

const unreadable = { unreadable: { ja: '台帳に記録がない', en: 'the database does not record it' } }

const named: readonly Row[] = [
  row('openssl', '3.0.9-1'),
  row('zabbix-agent2', '6.0.20-1'),
  row('wireshark-common', '4.0.17-0'),
  row('nmap', '7.93+dfsg1-1'),
  row('backup-client', '9.1', { origin: unreadable }),
  row('monitor-client', '1.4', { origin: unreadable }),
  row('internal-tool', '1.9-3'),
  ...Array.from({ length: 400 }, (_, at) => row(`lib${at}`, `1.${at}-1`, { 'base-system': true })),
]

const unlisted = (count: number): readonly Row[] =>
  Array.from({ length: count }, (_, at) => row(`extra-${String(at).padStart(4, '0')}`, `0.${at}-1`))

function judged(
  rows: readonly Row[],
  complete: boolean,
  names: readonly string[],
  list: SoftwareList = servers,
): RunResult {
  const missing = complete ? {} : { complete, why: { ja: '/opt を一覧できない', en: '/opt could not be listed' } }
  const software: Table = { type: 'software', rows, complete: true, evidence: [{ source: 'dpkg' }], ...missing }
  const components = names.map((name): ComponentResult => ({ ...webServer, id: `server:${name}`, name, target: name }))
  const findings: Finding[] = []
  const seen = nothingSeen()
  for (const component of components) {
    const snapshot: Snapshot = { component, facts: [], scopes: [], populations: [], tables: [software], gaps: [] }
    const outcome = judgeSoftware(snapshot, { list })
    findings.push(...outcome.findings)
    addSeen(seen, outcome)
  }
  findings.push(...listFindings({ list }, seen))
  return sampleResult({
    components,
    findings,
    targets: names.map((name) => ({ name, scanner: 'endpoint', state: 'ok', problems: [] })),
    run: { baselines: [listHeader(list)] },
    exit: { code: 4, reasons: [] },
  })
}

/** One server with one of everything, judged by a whitelist. */
export const oneListed: RunResult = judged([...named, ...unlisted(3)], true, ['web-01'])

/** Three servers with a thousand packages on each that nobody listed, not read as a whole. */
export const manyUnlisted: RunResult = judged([...named, ...unlisted(1000)], false, ['web-01', 'web-02', 'web-03'])

const harm = 'x\u001b[31m\u202e\u2028|`<b>`\n# y'

/** Names, versions and words of a list that are made to harm. */
export const hostileSoftware: RunResult = judged(
  [row(harm, harm), row('nmap', harm), row('openssl', `1${harm}`), row('z', harm, { origin: unreadable })],
  true,
  ['web-01'],
  {
    ...servers,
    title: { ja: harm, en: harm },
    entries: servers.entries.map((one) => ({ ...one, id: `${one.id}${harm}`, reason: harm, at: harm })),
  },
)
