import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Fleet, sshdLab, startFleet } from '../../lab/sshd/index.ts'
import { labSuite } from '../../lab/suites.ts'
import { command } from './testing/app.ts'

const added = ['aircrack-x', 'miner', 'zz-backdoor']
const entries = added.map(
  (name) =>
    `Package: ${name}\\nStatus: install ok installed\\nPriority: optional\\nSection: net\\nInstalled-Size: 1\\n` +
    'Maintainer: Somebody <somebody@example.org>\\nArchitecture: amd64\\nVersion: 6.6.6-1\\nDescription: added by hand\\n\\n',
)
/** How an ordinary account reads everything. */
const usual = ['--sudo', '/usr/local/libexec/seisa-collect']

labSuite('software lists over SSH', sshdLab(), () => {
  let fleet: Fleet
  let folder = ''
  beforeAll(async () => {
    fleet = await startFleet([
      { name: 'golden' },
      { name: 'twin' },
      { name: 'other', prepare: `printf '\\n${entries.join('')}' >>/var/lib/dpkg/status` },
    ])
    folder = mkdtempSync(join(tmpdir(), 'seisa-software-'))
    const hosts = ['golden', 'twin', 'other'].map(
      (name) => `      - {name: ${name}, host: ${fleet.host(name).address}, port: ${fleet.host(name).port}}\n`,
    )
    writeFileSync(
      join(folder, 'seisa.yaml'),
      [
        'software-lists: [{file: golden.yaml}]',
        'targets:',
        '  - name: web',
        '    scanner: endpoint',
        '    platform: linux',
        `    hosts:\n${hosts.join('').trimEnd()}`,
        '    username: seisa',
        '    sudo: /usr/local/libexec/seisa-collect',
        `    identity-file: ${fleet.identityFile}`,
        `    known-hosts: ${fleet.knownHosts}\n`,
      ].join('\n'),
    )
  })
  afterAll(async () => {
    await fleet.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  const given = () => ({ cwd: folder, env: { HOME: folder } })

  it('captured on one host pass on its twin, and name exactly what was added by hand on another', async () => {
    const { address, port } = fleet.host('golden')
    const access = ['--identity-file', fleet.identityFile, '--known-hosts', fleet.knownHosts]
    const host = ['--host', `seisa@${address}:${port}`, ...usual, ...access]
    const captured = await command(['software', 'capture', ...host, '-o', 'golden.yaml'], given())
    expect([captured.code, captured.stderr]).toEqual([0, 'written: golden.yaml\n'])
    const checked = await command(['software', 'check', '--json'], given())
    const { components, findings } = JSON.parse(checked.stdout)
    const names = new Map(components.map(({ id, name }: { id: string; name: string }) => [id, name]))
    const wrong = findings.filter(
      ({ verdict }: { verdict: string }) => verdict !== 'pass' && verdict !== 'not-applicable',
    )
    expect(
      wrong.map(({ component, verdict, row }: { component: string; verdict: string; row: { name: string } }) =>
        [names.get(component), verdict, row.name].join(' '),
      ),
    ).toEqual(added.map((name) => `other fail ${name}`))
    expect(checked.code).toBe(2)
    const difference = await command(
      ['software', 'capture', '--config', 'seisa.yaml', '--against', 'captured', '--json'],
      given(),
    )
    const { add, versions, unused } = JSON.parse(difference.stdout)
    expect(add.map(({ entry, from }: { entry: { id: string }; from: object[] }) => [entry.id, from])).toEqual(
      added.map((name) => [name, [{ name, version: '6.6.6-1', host: 'other' }]]),
    )
    expect([versions, unused]).toEqual([[], []])
  })
})
