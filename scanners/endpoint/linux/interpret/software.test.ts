import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evidenceOf } from '../testing/evidence.ts'
import { expectNeverBetter, expectNothingFromNothing, healthyMachine, tableFrom } from '../testing/software-machine.ts'
import { interpretSoftware, observesSoftware } from './software.ts'

const software = (changes = {}) => tableFrom(interpretSoftware, 'software', changes)
const fieldsOf = (key: string, changes = {}) => software(changes).rows.find((row) => row.key === key)?.fields

describe('installed software', () => {
  it('lists what is installed, not what only left its configuration behind', () => {
    expect(software().rows.map(({ key }) => key)).toEqual([
      'deb:apt:amd64',
      'deb:clamav-daemon:amd64',
      'deb:fapolicyd:amd64',
      'deb:linux-image-6.1.0-37-amd64:amd64',
      'deb:nginx:amd64',
      'deb:unattended-upgrades:all',
      'file:/usr/local/bin/deploy',
      'pip:/usr/local/lib/python3.11/dist-packages/ansible_core',
    ])
    expect(software().complete).toBe(true)
  })
  it('counts a package that was unpacked and never set up: its programs are there', () => {
    const line = 'iU \tevil\t6.6-6\tamd64\tevil\t\t1747699200\tSomebody <a@b.example>\n'
    for (const status of ['iU ', 'iF ', 'iHR', 'hF ', 'rU ']) {
      const dpkg = `${String(healthyMachine['dpkg'])}${line.replace('iU ', status)}`
      expect(fieldsOf('deb:evil:amd64', { dpkg }), status).toMatchObject({ version: '6.6-6' })
    }
    for (const status of ['rc ', 'pn ', 'un ']) {
      const dpkg = `${String(healthyMachine['dpkg'])}${line.replace('iU ', status)}`
      expect(fieldsOf('deb:evil:amd64', { dpkg }), status).toBeUndefined()
    }
  })
  it('passes no Python package over because it says that the distribution brought it', () => {
    const pip = (text: string) => software({ pip: text })
    const keys = (text: string) => pip(text).rows.flatMap(({ key }) => (key.startsWith('pip:') ? [key] : []))
    expect(keys('/usr/local/lib/python3.11/dist-packages/evil-1.0.dist-info\tdebian\n')).toHaveLength(1)
    expect(keys('/usr/lib/python3/dist-packages/yaml-6.0.egg-info\tdebian\n')).toEqual([])
    expect(pip('@refused\n')).toMatchObject({ complete: false })
  })
  it('says held, installed, and base system only where that is proved', () => {
    expect(fieldsOf('deb:apt:amd64')).toMatchObject({
      version: '2.6.1',
      held: false,
      'base-system': true,
      installed: '2025-05-20T00:00:00Z',
    })
    expect(fieldsOf('deb:nginx:amd64', { 'origin-lists': '@none\n' })).toMatchObject({
      held: true,
      'base-system': { unreadable: expect.anything() },
      origin: { unreadable: expect.anything() },
    })
  })
  it('has the hash of a program that no package brought, and none of a package', () => {
    const hash = (changes = {}) => fieldsOf('file:/usr/local/bin/deploy', changes)?.['sha256']
    expect(hash()).toBe('a1'.repeat(32))
    expect(fieldsOf('deb:apt:amd64')).toMatchObject({ sha256: null })
    const why = (text: RegExp) => ({ unreadable: { ja: expect.anything(), en: expect.stringMatching(text) } })
    const hashes = String(healthyMachine['program-hashes'])
    expect(hash({ 'program-hashes': '@large /usr/local/bin/deploy\n@exit 0\n' })).toEqual(why(/--deep/))
    expect(hash({ 'program-hashes': '@denied /usr/local/bin/deploy\n@exit 0\n' })).toEqual(why(/permission/))
    expect(hash({ 'program-hashes': '@exit 0\n' })).toEqual(why(/read/))
    expect(hash({ 'program-hashes': { skipped: 'command' } })).toEqual(why(/not installed/))
    // another file in its place, of the same size and age
    expect(hash({ 'program-hashes': hashes.replace(' 77 ', ' 78 ') })).toEqual(why(/changed/))
    expect(hash({ 'program-hashes': hashes.replace(/a1/g, 'g1') })).toEqual(why(/read/))
  })
  it('never gives one program the hash of another, whatever the names', () => {
    const name = fc.string({
      unit: fc.constantFrom('a', '\\', ' ', 'n', '\t', '@', '*', '~'),
      minLength: 1,
      maxLength: 6,
    })
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 5 }), (names) => {
        const paths = names.map((one) => `/opt/${one}`)
        const identity = paths.map((path, index) => `1 2 3 ${index} ${path}\n`).join('')
        // as coreutils prints it
        const lines = paths.map((path, index) => {
          const hash = String(index).repeat(64)
          return path.includes('\\') ? `\\${hash}  ${path.replaceAll('\\', '\\\\')}\n` : `${hash}  ${path}\n`
        })
        const hashes = `@before\n${identity}@hashes\n${lines.join('')}\n@after\n${identity}@exit 0\n`
        const { rows } = software({ 'local-programs': `${paths.join('\n')}\n`, 'program-hashes': hashes })
        for (const [index, path] of paths.entries())
          expect(rows.find(({ fields }) => fields['path'] === path)?.fields['sha256']).toBe(String(index).repeat(64))
      }),
    )
  })
  it('is incomplete when dpkg lists fewer packages than it has lists of files', () => {
    const counted = (count: number) => ({
      'package-databases': `dpkg present /var/lib/dpkg/status\ndpkg-lists ${count}\nos ID=debian\n`,
    })
    expect(software(counted(7)).complete).toBe(true)
    expect(software(counted(8)).complete).toBe(false)
    const short = String(healthyMachine['dpkg']).replace(/ii \tfapolicyd.*\n/, '')
    expect(software({ ...counted(7), dpkg: short })).toMatchObject({ complete: false })
  })
  it('is incomplete when one of two package databases could not be read', () => {
    const databases = 'dpkg present /var/lib/dpkg/status\nrpm present /var/lib/rpm/rpmdb.sqlite\nos ID=debian\n'
    for (const rpm of [{ skipped: 'command' as const }, { exitCode: 127 }, { exitCode: 1 }, { exitCode: null }]) {
      expect(software({ 'package-databases': databases, rpm }).complete).toBe(false)
    }
    expect(software({ 'package-databases': databases, rpm: '' }).complete, 'rpm as a mere tool').toBe(true)
    expect(software({ 'package-databases': databases, dpkg: '' }).complete).toBe(false)
    const both = software({
      'package-databases': databases,
      rpm: 'tool\t1\t2.0-1\tx86_64\ttool-2.0-1.src.rpm\t1763500000\tExample\n',
    })
    expect(both.complete).toBe(true)
    expect(both.rows.find(({ key }) => key === 'rpm:tool:x86_64')?.fields).toMatchObject({
      version: '1:2.0-1',
      publisher: 'Example',
    })
  })
  it('is incomplete with a package database of a kind it does not know', () => {
    expect(
      software({ 'package-databases': 'dpkg present /var/lib/dpkg/status\nnix present /nix/var/nix/db\n' }).complete,
    ).toBe(false)
  })
  it('knows the distribution by the vendor of an RPM, and EPEL on RHEL as another', () => {
    const rpm = {
      'package-databases': 'rpm present /var/lib/rpm/rpmdb.sqlite\nos ID="rhel"\nos ID_LIKE="fedora"\n',
      rpm:
        'bash\t0\t5.1.8-9.el9\tx86_64\tbash-5.1.8-9.el9.src.rpm\t1763500000\tRed Hat, Inc.\n' +
        'htop\t0\t3.3.0-1.el9\tx86_64\thtop-3.3.0-1.el9.src.rpm\t1763500000\tFedora Project\n' +
        'kernel-core\t0\t5.14.0-427.el9\tx86_64\tk.src.rpm\t1763500000\tRed Hat, Inc.\n' +
        'kernel-core\t0\t5.14.0-503.el9\tx86_64\tk.src.rpm\t1763500000\tRed Hat, Inc.\n' +
        'gpg-pubkey\t0\tfd431d51-4ae0493b\t(none)\t(none)\t1763500000\t(none)\n',
    }
    expect(fieldsOf('rpm:bash:x86_64', rpm)).toMatchObject({ 'base-system': true, source: 'bash' })
    expect(fieldsOf('rpm:htop:x86_64', rpm)).toMatchObject({ 'base-system': false })
    expect(software(rpm).rows.map(({ key }) => key)).toContain('rpm:kernel-core:x86_64=5.14.0-427.el9')
    expect(software(rpm).rows.some(({ name }) => name === 'gpg-pubkey')).toBe(false)
  })
  it('takes nothing from nothing, and never gains by a loss', () => {
    expectNothingFromNothing(interpretSoftware, observesSoftware)
    expectNeverBetter(interpretSoftware)
  })
  it('stands any text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (dpkg, pip, databases) => {
        interpretSoftware(
          evidenceOf({ dpkg, pip, 'package-databases': `dpkg present x\n${databases}`, 'local-programs': pip }),
        )
      }),
      { numRuns: 200 },
    )
  })
})
