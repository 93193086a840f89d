import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { labSuite } from '../../../lab/suites.ts'
import { compileList } from './compiled.ts'
import type { VersionRange } from './list.ts'
import { matchEntry, rangeText } from './match.ts'
import { viewOf } from './row-view.ts'
import { entry, pack, whitelist } from './testing/samples.ts'

/** Whether a package of this format and version is in a range. */
function taken(format: string, version: string, versions: VersionRange): string {
  const [compiled] = compileList(whitelist([entry({ id: 'E', match: { name: 'foo' }, versions })])).entries
  return compiled ? matchEntry(compiled, viewOf(pack('foo', { format, version }))).answer : ''
}

const bounds = { atLeast: 'ge', above: 'gt', atMost: 'le', below: 'lt', equals: 'eq' } as const
const installed = (command: string): boolean => spawnSync(command, ['--version']).status === 0

labSuite('a range of Debian versions', { available: installed('dpkg'), lacks: 'dpkg' }, () => {
  it('is what dpkg --compare-versions says', () => {
    const version = fc
      .tuple(
        fc.constantFrom('', '1:'),
        fc.constantFrom('1.0', '1.0~rc1', '1.0+b1', '1.10', '1.9'),
        fc.constantFrom('', '-1', '-1~bpo12+1', '-10'),
      )
      .map((parts) => parts.join(''))
    fc.assert(
      fc.property(
        version,
        version,
        fc.constantFrom('atLeast', 'above', 'atMost', 'below', 'equals'),
        (one, bound, name) => {
          const theirs = spawnSync('dpkg', ['--compare-versions', one, bounds[name], bound]).status === 0
          const leftOut = one.startsWith('1:') && !bound.startsWith('1:')
          expect(taken('deb', one, { [name]: bound })).toBe(leftOut ? 'unknown' : theirs ? 'yes' : 'version')
        },
      ),
      { numRuns: 80 },
    )
  })
})

labSuite('a range of RPM versions', { available: installed('rpmbuild'), lacks: 'rpmbuild' }, () => {
  const version = '1:1.2-3.el9'
  const signs = { atLeast: '>=', above: '>', atMost: '<=', below: '<', equals: '=' } as const
  const cases = (['1:1.2', '1:1.2-3.el9', '1:1.2-4', '1:1.10', '1:1.2~rc1', '0:1.2', '2:0.1'] as const).flatMap(
    (bound) => (['atLeast', 'above', 'atMost', 'below', 'equals'] as const).map((name) => ({ bound, name })),
  )
  let folder = ''

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'seisa-rpm-'))
    mkdirSync(join(folder, 'root'))
    const needs = cases.map(
      ({ bound, name }, at) =>
        `%package needs-${at}\nSummary: x\nRequires: foo ${signs[name]} ${bound}\n%description needs-${at}\nx\n%files needs-${at}\n`,
    )
    const head =
      'Name: foo\nEpoch: 1\nVersion: 1.2\nRelease: 3.el9\nSummary: x\nLicense: x\nBuildArch: noarch\n%description\nx\n%files\n'
    writeFileSync(join(folder, 'foo.spec'), head + needs.join(''))
    const built = spawnSync('rpmbuild', ['--define', `_topdir ${folder}`, '-bb', join(folder, 'foo.spec')], {
      encoding: 'utf8',
      // Debian's rpm makes a database in the home folder
      env: { ...process.env, HOME: folder },
    })
    expect(built.stderr).not.toMatch(/^error/m)
  }, 60_000)
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it.each(cases)('is what rpm installs for: $name $bound', ({ bound, name }) => {
    const at = cases.findIndex((one) => one.bound === bound && one.name === name)
    const packages = ['foo', `foo-needs-${at}`].map((one) => join(folder, 'RPMS/noarch', `${one}-1.2-3.el9.noarch.rpm`))
    const tried = spawnSync('rpm', ['--root', join(folder, 'root'), '--dbpath', '/db', '-U', '--test', ...packages], {
      encoding: 'utf8',
      env: { ...process.env, HOME: folder },
    })
    const refused = tried.stderr.includes('is needed by')
    expect(tried.stderr).not.toMatch(/^error: (?!Failed dependencies)/m)
    expect(taken('rpm', version, { [name]: bound })).toBe(refused ? 'version' : 'yes')
  })
})

it('does not guess what a bound without an epoch means for a version that has one', () => {
  for (const format of ['deb', 'rpm']) {
    expect(taken(format, '1:8.0-1', { atLeast: '9.2' })).toBe('unknown')
    expect(taken(format, '1:9.2-1', { atMost: '9.2' })).toBe('unknown')
    expect(taken(format, '1:8.0-1', { atLeast: '0:9.2' })).toBe('yes')
    expect(taken(format, '0:9.3-1', { atLeast: '9.2' })).toBe('yes')
    expect(taken(format, '9.3-1', { atLeast: '1:9.2' })).toBe('version')
  }
})

it('says a range in words', () => {
  expect(rangeText({ atLeast: '1.2', below: '2' })).toEqual({ ja: '1.2 以上、2 未満', en: 'at least 1.2 and below 2' })
  expect(rangeText({ equals: '3' })).toEqual({ ja: '3', en: '3' })
})
