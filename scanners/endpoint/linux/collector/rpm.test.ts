import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { machineLab, type Machine, runOnMachine } from '../../../../lab/machine.ts'
import { labSuite } from '../../../../lab/suites.ts'
import type { Row } from '../../../../src/core/fact.ts'
import { compareVersions } from '../../../../src/core/versions/index.ts'
import { readEvidence } from '../../../../src/readers/evidence.ts'
import { collectorScript } from '../collector.ts'
import { interpretSoftware } from '../interpret/software.ts'

// Real packages in a database of their own, read by the collector on a machine that has only these.

const made = (command: string): boolean => spawnSync(command, ['--version']).status === 0
const machine = machineLab()
const lab = {
  available: machine.available && made('rpm') && made('rpmbuild'),
  lacks: machine.available ? 'rpm and rpmbuild (npm run lab:install)' : machine.lacks,
}

interface Built {
  readonly name: string
  readonly version: string
  readonly release: string
  readonly epoch?: number
  readonly vendor?: string
}

const packages: readonly Built[] = [
  { name: 'bash', version: '5.1.8', release: '9.el9', vendor: 'Red Hat, Inc.' },
  { name: 'candidate', version: '1.0~rc1', release: '1', epoch: 2, vendor: 'Example Corp' },
  { name: 'snapshot', version: '1.0^20240501git1a2b', release: '1.el9' },
  { name: 'kernel-x', version: '5.14.0', release: '427.el9', vendor: 'Red Hat, Inc.' },
  { name: 'kernel-x', version: '5.14.0', release: '503.el9', vendor: 'Red Hat, Inc.' },
  { name: 'odd-vendor', version: '1', release: '1', vendor: '例示 株式会社 <x@example.jp>' },
]

/** Puts the database of these packages into a folder. */
function makeDatabase(folder: string): void {
  mkdirSync(join(folder, 'rpm'))
  for (const [index, { name, version, release, epoch, vendor }] of packages.entries()) {
    const spec = join(folder, `${index}.spec`)
    const tags = [
      `Name: ${name}`,
      `Version: ${version}`,
      `Release: ${release}`,
      ...(epoch === undefined ? [] : [`Epoch: ${epoch}`]),
      ...(vendor === undefined ? [] : [`Vendor: ${vendor}`]),
      'Summary: x',
      'License: MIT',
      'BuildArch: noarch',
    ]
    writeFileSync(spec, `${tags.join('\n')}\n%description\nx\n%files\n`)
    rpm(folder, 'rpmbuild', '-bb', '--quiet', '--define', `_topdir ${join(folder, 'top')}`, spec)
  }
  const built = spawnSync('find', [join(folder, 'top'), '-name', '*.rpm'], { encoding: 'utf8' })
    .stdout.trim()
    .split('\n')
  rpm(folder, 'rpm', '-i', '--justdb', '--nodeps', '--force', ...built)
}

function rpm(folder: string, command: string, ...rest: readonly string[]): void {
  const run = spawnSync(command, ['--define', `_dbpath ${join(folder, 'rpm')}`, ...rest], {
    env: { ...process.env, HOME: folder, LC_ALL: 'C.UTF-8' },
    encoding: 'utf8',
  })
  if (run.status !== 0) throw new Error(`${command}: ${run.stderr.slice(0, 2000)}`)
}

labSuite('an RPM machine', lab, () => {
  let folder = ''
  let lib = ''
  // not while the tests are gathered: that happens on machines without rpm too
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'seisa-rpm-'))
    lib = join(folder, 'rpm')
    makeDatabase(folder)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  /** This machine with those packages and no others, as a RHEL 9. */
  const redHat = (from: string, more: Machine = {}): Machine => ({
    ...more,
    files: { '/etc/os-release': 'ID="rhel"\nID_LIKE="fedora"\nVERSION_ID="9.4"\n', ...more.files },
    prepare: `mount -t tmpfs none /var/lib/dpkg\nmkdir -p /var/lib/rpm\nmount --bind '${from}' /var/lib/rpm\n${more.prepare ?? ''}`,
  })
  const software = async (of: Machine): Promise<{ complete: boolean; rows: readonly Row[] }> => {
    for await (const { evidence } of readEvidence([runOnMachine(collectorScript().text, of)])) {
      const table = interpretSoftware(evidence).tables?.find(({ type }) => type === 'software')
      if (table) return { complete: table.complete, rows: [...table.rows].filter(({ key }) => key.startsWith('rpm:')) }
    }
    throw new Error('no evidence')
  }

  it('shows each package with its whole version, its vendor, and whether it is the distribution’s own', async () => {
    const { complete, rows } = await software(redHat(lib))
    expect(complete).toBe(true)
    const shown = rows.map(({ key, fields }) => [key, fields['version'], fields['origin'], fields['base-system']])
    const unrecorded = { unreadable: expect.anything() }
    expect(shown).toEqual([
      ['rpm:bash:noarch', '5.1.8-9.el9', 'Red Hat, Inc.', true],
      ['rpm:candidate:noarch', '2:1.0~rc1-1', 'Example Corp', false],
      ['rpm:kernel-x:noarch=5.14.0-427.el9', '5.14.0-427.el9', 'Red Hat, Inc.', true],
      ['rpm:kernel-x:noarch=5.14.0-503.el9', '5.14.0-503.el9', 'Red Hat, Inc.', true],
      ['rpm:odd-vendor:noarch', '1-1', '例示 株式会社 <x@example.jp>', false],
      ['rpm:snapshot:noarch', '1.0^20240501git1a2b-1.el9', unrecorded, false],
    ])
  })

  it('gives versions that are ordered as rpm orders them', async () => {
    const { rows } = await software(redHat(lib))
    const of = (name: string): string => String(rows.find((row) => row.name === name)?.fields['version'])
    expect(compareVersions('rpm', of('candidate'), '2:1.0-1')).toBeLessThan(0)
    expect(compareVersions('rpm', of('candidate'), '9.0-1')).toBeGreaterThan(0)
    expect(compareVersions('rpm', of('snapshot'), '1.0-9')).toBeGreaterThan(0)
    expect(compareVersions('rpm', of('snapshot'), '1.0.1-1')).toBeLessThan(0)
  })

  it('is read the same by an ordinary user, and whatever macros lie at home', async () => {
    const usual = await software(redHat(lib))
    expect(await software(redHat(lib, { uid: 65534 }))).toEqual(usual)
    const home = join(folder, 'home')
    mkdirSync(home)
    writeFileSync(join(home, '.rpmmacros'), '%_dbpath /nowhere\n%_query_all_fmt hijacked\n')
    expect(await software(redHat(lib, { environment: { HOME: home } }))).toEqual(usual)
  })

  it('keeps its database as it was, to the second', async () => {
    const times = (): readonly unknown[] =>
      ['rpmdb.sqlite', 'rpmdb.sqlite-shm', 'rpmdb.sqlite-wal'].map((name) => {
        const { mtimeMs, ctimeMs, size, ino } = statSync(join(lib, name))
        return [name, mtimeMs, ctimeMs, size, ino]
      })
    const before = times()
    await software(redHat(lib))
    expect(times()).toEqual(before)
  })

  it('is incomplete when its database is damaged', async () => {
    const damaged = join(folder, 'damaged')
    cpSync(lib, damaged, { recursive: true })
    writeFileSync(join(damaged, 'rpmdb.sqlite'), 'SQLite format 3\0 and then nothing')
    expect((await software(redHat(damaged))).complete).toBe(false)
  })
})
