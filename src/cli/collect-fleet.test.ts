import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { Fault } from '../core/fault.ts'
import type { CollectRequest, Scanner, Target } from '../core/scanner.ts'
import { command } from './testing/app.ts'
import { temporaryFolder } from './testing/run.ts'

afterEach(() => void vi.unstubAllEnvs())

type Collect = (target: Target, request: CollectRequest) => AsyncIterable<Uint8Array>

const scannerThat = (collect: Collect): Scanner => ({
  id: 'endpoint',
  platforms: ['linux'],
  title: { ja: '試験', en: 'Test' },
  optionsSchema: { type: 'object', properties: { host: {} } },
  observes: { settings: [], rows: [] },
  permissions: [],
  collect,
  interpret: () => [],
})

const evidence = (text: string): string =>
  `#seisa-evidence 1 endpoint/linux n\n\n#n > a\n${text}\n\n#n < a 0\n\n#n end 1\n`

const project = (folder: string, hosts: string, more = ''): void =>
  writeFileSync(
    join(folder, 'seisa.yaml'),
    `targets:\n  - name: g\n    scanner: endpoint\n    hosts: ${hosts}\n${more}`,
  )

/** Answers in the reverse order: whoever came first waits for all others. */
function reversed(count: number): { readonly collect: Collect; readonly most: () => number } {
  const waiting: (() => void)[] = []
  let atOnce = 0
  let most = 0
  return {
    most: () => most,
    collect: async function* (target) {
      atOnce += 1
      most = Math.max(most, atOnce)
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.push(resolve)
      if (waiting.length === count) waiting.at(-1)?.()
      await promise
      waiting.pop()
      yield Buffer.from(evidence(target.name))
      atOnce -= 1
      setImmediate(() => waiting.at(-1)?.())
    },
  }
}

const namesIn = (text: string): readonly string[] =>
  [...text.matchAll(/^#seisa-target (.*)$/gm)].map(([, json = '{}']) => (JSON.parse(json) as { name: string }).name)

describe('collecting from many targets', () => {
  it('happens side by side, and the evidence stands in the order of the configuration', async () => {
    using folder = temporaryFolder()
    project(folder.path, '[a, b, c, d]')
    const { collect, most } = reversed(4)
    const given = { cwd: folder.path, scanners: [scannerThat(collect)] }
    using temporary = temporaryFolder()
    vi.stubEnv('TMPDIR', temporary.path)
    const { code, stdout } = await command(['collect', '-o', 'all.evidence', '--json'], given)
    expect(readdirSync(temporary.path)).toEqual([])
    const text = readFileSync(join(folder.path, 'all.evidence'), 'utf8')
    expect({ code, most: most() }).toEqual({ code: 0, most: 4 })
    expect(namesIn(text)).toEqual(['g/a', 'g/b', 'g/c', 'g/d'])
    expect([...text.matchAll(/^g\/.$/gm)].map(String)).toEqual(['g/a', 'g/b', 'g/c', 'g/d'])
    expect((JSON.parse(stdout) as { targets: readonly { name: string }[] }).targets.map(({ name }) => name)).toEqual([
      'g/a',
      'g/b',
      'g/c',
      'g/d',
    ])
    expect(statSync(join(folder.path, 'all.evidence')).mode & 0o777).toBe(0o600)
    expect(readdirSync(folder.path).toSorted()).toEqual(['all.evidence', 'seisa.yaml'])
  })

  it('keeps to the limits of the run, of the group and of the network zone', async () => {
    using folder = temporaryFolder()
    project(
      folder.path,
      '[a, b, c, d, e, f]',
      '    concurrency: 2\n    network-zone: z\nlimits: {network-zones: {z: 3}}\n',
    )
    let [atOnce, most] = [0, 0]
    let other: (() => void) | undefined
    // two at a time wait for each other; of three, one would come while two are at work
    const scannerOf = (pairs: boolean): Scanner =>
      scannerThat(async function* ({ name }) {
        atOnce += 1
        most = Math.max(most, atOnce)
        const { promise, resolve } = Promise.withResolvers<void>()
        const met = other
        other = met || !pairs ? undefined : resolve
        if (met || !pairs) setImmediate(() => [met?.(), resolve()])
        await promise
        yield Buffer.from(evidence(name))
        atOnce -= 1
      })
    const run = async (scanner: Scanner, ...words: readonly string[]): Promise<number> =>
      (await command(['collect', '-o', '-', ...words], { cwd: folder.path, scanners: [scanner] })).code ?? -1
    expect([await run(scannerOf(true)), most]).toEqual([0, 2])
    most = 0
    expect([await run(scannerOf(false), '--concurrency', '1'), most]).toEqual([0, 1])
  })

  it('goes on without those that fail, keeps what came, and says who failed', async () => {
    using folder = temporaryFolder()
    project(folder.path, '[a, b, c, d]')
    const scanner = scannerThat(async function* ({ name }) {
      if (name === 'g/a') throw new Fault('unreachable', { ja: '届かない', en: 'no way there' })
      yield Buffer.from(evidence(name).slice(0, name === 'g/b' ? 50 : undefined))
      if (name === 'g/c')
        throw new Fault('timeout', { ja: '遅い', en: 'too slow' }, { next: { ja: '待つ', en: 'wait' } })
    })
    const given = { cwd: folder.path, scanners: [scanner] }
    const { code, stderr, stdout } = await command(['collect', '-o', '-'], given)
    expect(code).toBe(3)
    expect(stderr).toContain('g/a: no way there')
    expect(stderr).toContain('g/b: the evidence is not whole')
    expect(stderr).toContain('the evidence of 2 of 4 targets is not whole')
    // c was whole before it failed
    expect(stderr).not.toContain('g/d')
    expect(namesIn(stdout)).toEqual(['g/a', 'g/b', 'g/c', 'g/d'])
    expect(stdout).toContain('#n end broken')
  })

  it('masks a credential of the run wherever it stands, and says that the evidence is not what the target gave', async () => {
    using folder = temporaryFolder()
    project(folder.path, '[a, b]')
    const scanner = scannerThat(async function* ({ name }, { run }) {
      if (name === 'g/a') await run.credential('env:PASSWORD')
      yield Buffer.from(evidence(name === 'g/a' ? 'x correct-horse y' : 'plain'))
    })
    const env = { PASSWORD: 'correct-horse' }
    const { code, stdout, stderr } = await command(['collect', '-o', '-'], {
      cwd: folder.path,
      scanners: [scanner],
      env,
    })
    expect(code).toBe(3)
    expect(stdout + stderr).not.toContain('correct-horse')
    expect(stderr).toContain('g/a: the answer held a text equal to a credential')
    expect(namesIn(stdout)).toEqual(['g/a', 'g/b'])
  })

  it('tries a target again that gave nothing', async () => {
    using folder = temporaryFolder()
    project(folder.path, '[a]')
    let tries = 0
    const scanner = scannerThat(async function* ({ name }) {
      tries += 1
      if (tries === 1) throw new Fault('unreachable', { ja: '忙しい', en: 'busy' })
      yield Buffer.from(evidence(name))
    })
    expect((await command(['collect', '-o', '-'], { cwd: folder.path, scanners: [scanner] })).code).toBe(0)
    expect(tries).toBe(2)
  })

  it('does not start the others once interrupted, and says so', async () => {
    using folder = temporaryFolder()
    project(folder.path, '[a, b, c]')
    const abort = new AbortController()
    const scanner = scannerThat(async function* ({ name }) {
      yield Buffer.from(evidence(name))
      abort.abort('SIGTERM')
    })
    const given = { cwd: folder.path, scanners: [scanner], signal: abort.signal }
    const { code, stdout, stderr } = await command(['collect', '-o', '-', '--concurrency', '1'], given)
    expect({ code, names: namesIn(stdout) }).toEqual({ code: 143, names: ['g/a'] })
    expect(stderr).toContain('g/c: not collected: interrupted before')
  })

  it('ends with 1 when seisa itself made a mistake, and keeps what the others gave', async () => {
    using folder = temporaryFolder()
    project(folder.path, '[a, b]')
    const scanner = scannerThat(async function* ({ name }) {
      if (name === 'g/a') throw new TypeError('a mistake')
      yield Buffer.from(evidence(name))
    })
    const given = { cwd: folder.path, scanners: [scanner] }
    const { code, stderr } = await command(['collect', '-o', 'out.evidence'], given)
    expect(code).toBe(1)
    expect(stderr).toContain('a mistake')
    expect(namesIn(readFileSync(join(folder.path, 'out.evidence'), 'utf8'))).toEqual(['g/a', 'g/b'])
  })
})

describe('a folder of evidence', () => {
  const answering = scannerThat(async function* ({ name }) {
    yield Buffer.from(evidence(name))
  })

  it('holds a file for each target, and none of them leaves it', async () => {
    using folder = temporaryFolder()
    const inner = join(folder.path, 'project')
    mkdirSync(inner)
    const targets = ['../../x', '/etc/x', '.x', 'a/b', 'a_b', 'ok']
      .map((name, index) => `  - {name: '${name}', scanner: endpoint, host: h${index}}\n`)
      .join('')
    writeFileSync(join(inner, 'seisa.yaml'), `targets:\n${targets}`)
    const given = { cwd: inner, scanners: [answering] }
    const { code, stdout } = await command(['collect', '-o', 'out/', '--json'], given)
    expect(code).toBe(0)
    const files = readdirSync(join(inner, 'out')).toSorted()
    expect(files).toHaveLength(6)
    expect(files).toEqual(expect.arrayContaining(['__.._x.evidence', '_etc_x.evidence', '_x.evidence', 'ok.evidence']))
    expect(statSync(join(inner, 'out')).mode & 0o777).toBe(0o700)
    expect(readdirSync(folder.path)).toEqual(['project'])
    expect(readdirSync(inner).toSorted()).toEqual(['out', 'seisa.yaml'])
    const told = (JSON.parse(stdout) as { targets: readonly { name: string; file: string }[] }).targets
    for (const { name, file } of told) expect(namesIn(readFileSync(join(inner, file), 'utf8'))).toEqual([name])
    // the same name for the same target, when only it is collected
    const again = await command(['collect', '-o', 'out', '--target', 'a_b', '--json'], given)
    expect((JSON.parse(again.stdout) as { targets: readonly { file: string }[] }).targets[0]?.file).toBe(
      told.find(({ name }) => name === 'a_b')?.file,
    )
    expect(readdirSync(join(inner, 'out'))).toHaveLength(6)
  })

  it('tells a later scan of a target that gave nothing', async () => {
    using folder = temporaryFolder()
    project(folder.path, '[a, b]')
    const scanner = scannerThat(async function* ({ name }) {
      if (name === 'g/a') throw new Fault('unreachable', { ja: '届かない', en: 'no way there' })
      yield Buffer.from(evidence(name))
    })
    const given = { cwd: folder.path, scanners: [scanner] }
    expect((await command(['collect', '-o', 'out/'], given)).code).toBe(3)
    const { stdout } = await command(['scan', '--from', 'out', '--json', '-q'], given)
    const { targets } = JSON.parse(stdout) as { targets: readonly { name: string; state: string }[] }
    expect(targets[0]).toMatchObject({ name: 'g/a', state: 'unreachable' })
  })

  it('is not followed out of by a link', async () => {
    using folder = temporaryFolder()
    project(folder.path, '[a]')
    const { symlinkSync } = await import('node:fs')
    mkdirSync(join(folder.path, 'elsewhere'))
    symlinkSync(join(folder.path, 'elsewhere'), join(folder.path, 'out'))
    const given = { cwd: folder.path, scanners: [answering] }
    expect((await command(['collect', '-o', 'out/'], given)).code).toBe(13)
    expect(readdirSync(join(folder.path, 'elsewhere'))).toEqual([])
    expect(existsSync(join(folder.path, 'out'))).toBe(true)
  })
})
