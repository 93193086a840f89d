import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Fleet, installedCollector, sshdLab, startFleet } from '../../lab/sshd/index.ts'
import { networkFile } from '../../lab/sshd/setup.ts'
import { labSuite } from '../../lab/suites.ts'
import { command } from './testing/app.ts'

interface Component {
  readonly id: string
  readonly target: string
  readonly observedAt: string
  readonly settings: Readonly<Record<string, unknown>>
  readonly tables: Readonly<Record<string, unknown>>
}
interface Finding {
  readonly id: string
  readonly component: string
  readonly verdict: string
  readonly settings: readonly string[]
}
interface Document {
  readonly targets: readonly { readonly name: string; readonly state: string }[]
  readonly components: readonly Component[]
  readonly findings: readonly Finding[]
  readonly gaps: readonly unknown[]
}

const qualityFile = '/etc/security/pwquality.conf'
const files = {
  [qualityFile]: 'minlen = 14\nminclass = 4\n',
  '/etc/pam.d/common-password':
    'password requisite pam_pwquality.so retry=3\npassword required pam_unix.so use_authtok yescrypt\n',
}
const names = Array.from({ length: 6 }, (_, index) => `twin-${index}`)

labSuite('a fleet of hosts made alike', sshdLab(), () => {
  let fleet: Fleet
  let folder = ''
  beforeAll(async () => {
    fleet = await startFleet(names.map((name) => ({ name, files })))
    folder = mkdtempSync(join(tmpdir(), 'seisa-twins-'))
    writeFileSync(join(folder, 'seisa.yaml'), fleet.seisaYaml)
    writeFileSync(join(folder, 'plain.yaml'), fleet.seisaYaml.replaceAll(/^ {4}sudo: .*\n/gm, ''))
  })
  afterAll(async () => {
    await fleet.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const scanned = async (...words: readonly string[]): Promise<Document> => {
    const given = { cwd: folder, env: { HOME: folder } }
    const { stdout } = await command(['scan', '--json', '--rows', '-q', '--exit-zero', ...words], given)
    return JSON.parse(stdout) as Document
  }

  /** Everything of a component that was read, in parts that can be told apart. */
  const facts = ({ settings, tables }: Component): ReadonlyMap<string, string> =>
    new Map([...Object.entries(settings), ...Object.entries(tables)].map(([key, one]) => [key, JSON.stringify(one)]))
  const different = <Key>(one: ReadonlyMap<Key, string>, other: ReadonlyMap<Key, string>): readonly Key[] =>
    [...new Set([...one.keys(), ...other.keys()])].filter((key) => one.get(key) !== other.get(key))

  const changedFacts = (before: Document, after: Document): readonly string[] =>
    names.flatMap((name) => {
      const [one, other] = [before, after].map(({ components }) => components.find(({ target }) => target === name))
      if (!one || !other) return [`${name} is lost`]
      return different(facts(one), facts(other)).map((key) => `${name} ${key}`)
    })
  const findings = (document: Document): ReadonlyMap<string, string> =>
    new Map(document.findings.map((one) => [`${one.component} ${one.id}`, JSON.stringify(one)]))

  it('looks the same again, and one setting that is changed on one of them shows as exactly that', async () => {
    const [first, second] = [await scanned(), await scanned()]
    expect(first.targets).toEqual(names.map((name) => expect.objectContaining({ name, state: 'ok' })))
    expect(changedFacts(first, second)).toEqual([])
    expect(different(findings(first), findings(second))).toEqual([])
    expect(second.gaps).toEqual(first.gaps)

    fleet.host('twin-3').inside(`sed -i 's/minlen = 14/minlen = 8/' ${qualityFile}`)
    const third = await scanned()
    expect(changedFacts(second, third)).toEqual(['twin-3 password.minimum-length'])
    expect(third.gaps).toEqual(second.gaps)
    const changed = different(findings(second), findings(third))
    const about = (document: Document): readonly Finding[] =>
      document.findings.filter((one) => changed.includes(`${one.component} ${one.id}`))
    const component = third.components.find(({ target }) => target === 'twin-3')?.id
    expect(about(third).length).toBeGreaterThan(0)
    for (const one of about(third)) {
      expect(one.component).toBe(component)
      expect(one.settings).toContain('password.minimum-length')
    }
    expect(about(second).some(({ verdict }) => verdict === 'pass')).toBe(true)
    expect(about(third).some(({ verdict }) => verdict === 'fail')).toBe(true)
  })

  it('is read over SSH as each machine reads itself: as root, and as an ordinary account', async () => {
    const clean = `cd / && nsenter --net=${networkFile}`
    const shell = 'env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin LC_ALL=C /bin/sh'
    const asUser = 'setpriv --reuid=seisa --regid=seisa --init-groups'
    const ways = [
      ['seisa.yaml', `${clean} ${shell} ${installedCollector}`],
      ['plain.yaml', `${clean} ${asUser} ${shell} -s <${installedCollector}`],
    ] as const
    for (const [config, there] of ways) {
      const evidence = join(folder, 'itself.evidence')
      writeFileSync(evidence, fleet.host('twin-1').inside(there).stdout)
      const [itself] = (await scanned('--from', evidence)).components
      const [remote] = (await scanned('--config', join(folder, config), '--target', 'twin-1')).components
      if (!itself || !remote) throw new Error('nothing was read')
      expect(different(facts(itself), facts(remote))).toEqual([])
      expect(facts(remote).size).toBeGreaterThan(100)
    }
  })
})
