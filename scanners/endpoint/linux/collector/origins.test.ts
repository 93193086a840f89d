import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { machineLab, runOnMachine } from '../../../../lab/machine.ts'
import { labSuite } from '../../../../lab/suites.ts'
import type { Row } from '../../../../src/core/fact.ts'
import { readEvidence } from '../../../../src/readers/evidence.ts'
import { interpretSoftware } from '../interpret/software.ts'

// Where Debian packages come from, told by real package lists of apt on a machine that has only these.

const part = (name: string): string => readFileSync(join(import.meta.dirname, name), 'utf8')
const script = `COLLECTOR=test DEEP=no SIMULATE=no\n${part('00-prelude.sh')}\n${part('20-software.sh')}\nall() { prelude; software_packages; software_origins; postlude; }\nall </dev/null\n`
const machine = machineLab()
const lab = {
  available: machine.available && existsSync('/usr/lib/apt/apt-helper'),
  lacks: machine.available ? 'apt' : machine.lacks,
}

interface Installed {
  readonly name: string
  readonly version: string
  readonly architecture?: string
  readonly maintainer?: string
}
const stanza = ({
  name,
  version,
  architecture = 'amd64',
  maintainer = 'A Person <me@home.example>',
}: Installed): string =>
  `Package: ${name}\nStatus: install ok installed\nMaintainer: ${maintainer}\nArchitecture: ${architecture}\nVersion: ${version}\nDescription: x\n\n`
const offered = ({ name, version, architecture = 'amd64' }: Installed): string =>
  `Package: ${name}\nVersion: ${version}\nInstalled-Size: 1\nMaintainer: A Person <me@home.example>\nArchitecture: ${architecture}\nDescription: x\n\n`

interface Given {
  readonly installed: readonly Installed[]
  /** Lists by the beginning of their names. */
  readonly lists: Readonly<Record<string, { readonly origin: string; readonly text: string; readonly pack?: string }>>
  /** Status that dpkg reads, where it isn't what is installed. */
  readonly status?: string
  readonly shell?: readonly string[]
}

async function software({
  installed,
  lists,
  status,
  shell,
}: Given): Promise<{ complete: boolean; rows: readonly Row[] }> {
  const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
  const steps = [
    'mount -t tmpfs none /var/lib/dpkg; mount -t tmpfs none /var/lib/apt/lists; mkdir /var/lib/dpkg/info',
    `printf %s ${quote(status ?? installed.map(stanza).join(''))} >/var/lib/dpkg/status`,
    ...installed.map(({ name }) => `: >/var/lib/dpkg/info/${name}.list`),
    ...Object.entries(lists).flatMap(([prefix, { origin, text, pack }]) => {
      const release = `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nOrigin: ${origin}\nLabel: x\nSuite: stable\nMD5Sum:\n`
      const file = `/var/lib/apt/lists/${prefix}_main_binary-amd64_Packages`
      return [
        `printf %s ${quote(release)} >/var/lib/apt/lists/${prefix}_InRelease`,
        `printf %s ${quote(text)} >${file}`,
        ...(pack === undefined ? [] : [pack.replaceAll('FILE', file)]),
      ]
    }),
  ]
  const bytes = runOnMachine(script, {
    files: { '/etc/os-release': 'ID=debian\nVERSION_CODENAME=bookworm\n' },
    prepare: steps.join('\n'),
    ...(shell && { shell }),
  })
  for await (const { evidence } of readEvidence([bytes])) {
    const table = interpretSoftware(evidence).tables?.find(({ type }) => type === 'software')
    if (table) return { complete: table.complete, rows: [...table.rows].filter(({ key }) => key.startsWith('deb:')) }
  }
  throw new Error('no evidence')
}
const told = (rows: readonly Row[]) =>
  Object.fromEntries(rows.map(({ name, fields }) => [name, [fields['base-system'], fields['origin']]]))
const unreadable = { unreadable: { ja: expect.anything(), en: expect.anything() } }

const debian = 'deb.debian.org_debian_dists_bookworm'
const vendor = 'apt.vendor.example_stable_dists_any'
const tool: Installed = { name: 'tool', version: '1.0-1' }

labSuite('where a Debian package comes from', lab, () => {
  it('is the distribution where its own list offers this version, whatever the maintainer’s address', async () => {
    const installed: readonly Installed[] = [
      tool,
      { name: 'theirs', version: '2', maintainer: 'Vendor <apt@vendor.example>' },
      { name: 'older', version: '1.0-1' },
      { name: 'data', version: '3', architecture: 'all' },
      { name: 'other-architecture', version: '1', architecture: 'i386' },
      { name: 'by-hand', version: '1' },
      { name: 'plain', version: '1', maintainer: 'Team <team@lists.debian.org>' },
    ]
    const lists = {
      [debian]: {
        origin: 'Debian',
        text: [tool, { ...tool, name: 'older', version: '1.0-2' }, { name: 'data', version: '3', architecture: 'all' }]
          .concat([{ name: 'other-architecture', version: '1', architecture: 'amd64' }])
          .map(offered)
          .join(''),
      },
      [vendor]: { origin: 'Vendor Inc.', text: offered({ name: 'theirs', version: '2' }) },
    }
    const { complete, rows } = await software({ installed, lists })
    expect(complete).toBe(true)
    expect(told(rows)).toEqual({
      tool: [true, 'Debian'],
      data: [true, 'Debian'],
      plain: [true, 'Debian'],
      theirs: [false, 'Vendor Inc.'],
      older: [unreadable, unreadable],
      'other-architecture': [unreadable, unreadable],
      'by-hand': [unreadable, unreadable],
    })
  })

  it.each(
    [['lz4'], ['xz'], ['gzip'], ['zstd']].filter(([command = '']) => spawnSync(command, ['--version']).status === 0),
  )('is told by lists packed with %s', async (command = '') => {
    const pack = `${command} -q FILE${command === 'lz4' ? ' FILE.lz4' : ''}; rm -f FILE`
    const { rows } = await software({
      installed: [tool],
      lists: { [debian]: { origin: 'Debian', text: offered(tool), pack } },
    })
    expect(told(rows)).toEqual({ tool: [true, 'Debian'] })
  })

  it.each([[['bash', '--posix']], [['mksh']], [['busybox', 'sh']]])('is the same under %j', async (shell) => {
    if (spawnSync(shell[0] ?? '', [...shell.slice(1), '-c', ':']).status !== 0) return
    const lists = { [debian]: { origin: 'Debian', text: offered(tool) } }
    expect(told((await software({ installed: [tool], lists, shell })).rows)).toEqual({ tool: [true, 'Debian'] })
  })

  describe('is not known', () => {
    it('where only a mirror with a name of its own is used', async () => {
      const lists = { [vendor]: { origin: 'our mirror', text: offered(tool) } }
      expect(told((await software({ installed: [tool], lists })).rows)).toEqual({ tool: [unreadable, unreadable] })
    })
    it('where the list of the distribution is damaged', async () => {
      const pack = 'seq 9000 | sed "s/^/Package: p/" >>FILE; xz -q FILE; truncate -s 2000 FILE.xz'
      const lists = {
        [debian]: { origin: 'Debian', text: '', pack },
        [vendor]: { origin: 'Vendor Inc.', text: offered(tool) },
      }
      expect(told((await software({ installed: [tool], lists })).rows)).toEqual({ tool: [unreadable, unreadable] })
    })
    it('where there is no list at all', async () => {
      expect(told((await software({ installed: [tool], lists: {} })).rows)).toEqual({ tool: [unreadable, unreadable] })
    })
  })

  it('is not what a list of somebody else claims inside', async () => {
    const claims = '@from Debian\n#x from Debian\n\n@exit 0\nPackage: @from Debian\nVersion: 1\nArchitecture: all\n\n'
    const lists = {
      [debian]: { origin: 'Debian', text: offered({ name: 'another', version: '1' }) },
      [vendor]: { origin: 'Vendor Inc.', text: `${offered(tool)}${claims}${offered(tool)}${claims}` },
    }
    expect(told((await software({ installed: [tool], lists })).rows)).toEqual({ tool: [false, 'Vendor Inc.'] })
  })
})

labSuite('a status file of dpkg that was cut off', lab, () => {
  it.each([
    ['between two packages', stanza(tool)],
    ['inside a package', `${stanza(tool)}${stanza({ name: 'second', version: '1' }).slice(0, 40)}`],
  ])('%s leaves the list incomplete', async (_, status) => {
    const installed = [tool, { name: 'second', version: '1' }, { name: 'third', version: '1' }]
    expect((await software({ installed, lists: {}, status })).complete).toBe(false)
  })
})
