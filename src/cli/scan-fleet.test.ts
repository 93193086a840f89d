import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Fleet, sshdLab, startFleet } from '../../lab/sshd/index.ts'
import { labSuite } from '../../lab/suites.ts'
import { command } from './testing/app.ts'
import { node, programWithCollector, type Ran, run } from './testing/run.ts'

interface Document {
  readonly run: { readonly partial?: boolean }
  readonly targets: readonly {
    readonly name: string
    readonly state: string
    readonly problems: readonly { en: string }[]
  }[]
  readonly components: readonly { readonly target: string; readonly id: string }[]
  readonly gaps: readonly { readonly target: string; readonly why: { readonly en: string } }[]
  readonly exit: { readonly code: number }
}
const document = (text: string): Document => JSON.parse(text) as Document
const states = ({ targets }: Document): readonly string[] => targets.map(({ name, state }) => `${name} ${state}`)

/** Evidence of few words; a host called `slow` hangs in the middle of it. */
const collector = `nonce=n0
printf '#seisa-evidence 1 endpoint/linux n0\\n\\n#n0 > collector\\nversion=1\\nuid=0\\nobserved-at=%s\\n\\n#n0 < collector 0\\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
[ "$(cat /proc/sys/kernel/hostname)" = slow ] && sleep 600
printf '\\n#n0 end 1\\n'
`

labSuite('many hosts over SSH', sshdLab(), () => {
  let fleet: Fleet
  let folder = ''
  let main = ''
  const hostile = '../../x\u001b[2J'
  beforeAll(async () => {
    fleet = await startFleet([
      { name: 'one', machineId: 'c'.repeat(32) },
      { name: 'two' },
      { name: 'slow' },
      { name: hostile },
      // a clone that kept its machine id
      { name: 'clone', machineId: 'c'.repeat(32) },
    ])
    folder = mkdtempSync(join(tmpdir(), 'seisa-fleet-'))
    main = programWithCollector(join(folder, 'copy'), collector)
  })
  afterAll(async () => {
    await fleet.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const at = (name: string): string => `${fleet.host(name).address}:${fleet.host(name).port}`
  const access = (): string =>
    `    username: seisa\n    identity-file: ${fleet.identityFile}\n    known-hosts: ${fleet.knownHosts}\n`
  const group = (name: string, hosts: string, more = ''): string =>
    `  - name: ${name}\n    scanner: endpoint\n    platform: linux\n    hosts: ${hosts}\n${access()}${more}`
  const project = (...targets: readonly string[]): void =>
    writeFileSync(join(folder, 'seisa.yaml'), `baselines: [{use: ipa-sme}]\ntargets:\n${targets.join('')}`)
  const given = () => ({ cwd: folder, env: { HOME: folder } })

  /** Starts the copy with the short collector, and gives what it said so far. */
  function started(words: readonly string[]): {
    readonly ended: Promise<Ran>
    readonly said: (text: string) => Promise<void>
    readonly send: (signal: NodeJS.Signals) => void
  } {
    let seen = ''
    let send: (signal: NodeJS.Signals) => void = () => undefined
    const waiting: { readonly text: string; readonly done: () => void }[] = []
    const look = (): void => {
      for (const { text, done } of waiting) if (seen.includes(text)) done()
    }
    const ended = run([node(), main, ...words], {
      cwd: folder,
      env: { HOME: folder, TMPDIR: folder },
      started: (child) => {
        send = (signal) => child.kill(signal)
        child.stderr?.on('data', (chunk: Buffer) => {
          seen += chunk.toString()
          look()
        })
      },
    })
    return {
      ended,
      send: (signal) => send(signal),
      said: (text) =>
        new Promise((done) => {
          waiting.push({ text, done })
          look()
        }),
    }
  }

  it('are scanned by one command line, without a configuration', async () => {
    const words = ['--identity-file', fleet.identityFile, '--known-hosts', fleet.knownHosts]
    const hosts = ['--host', `seisa@${at('one')}`, '--host', `admin@${at('two')}`]
    const { code, stdout } = await command(
      ['scan', ...hosts, ...words, '--sudo', '/usr/local/libexec/seisa-collect', '--json', '-q', '--exit-zero'],
      given(),
    )
    expect(code).toBe(0)
    // admin may run anything, seisa the collector: both read as root
    expect(states(document(stdout))).toEqual([`${at('one')} ok`, `${at('two')} ok`])
    expect(document(stdout).components).toHaveLength(2)
  })

  it('give what they have when the run is ended: who was done stays, the others are marked, and nobody else runs meanwhile', async () => {
    project(group('g', `['${at('one')}', '${at('slow')}', '${at('two')}']`, '    concurrency: 2\n'))
    const { ended, said, send } = started(['scan', '--exit-zero', '--format', `json=${join(folder, 'cut.json')}`])
    await Promise.all([said(`g/${at('one')} done`), said(`g/${at('two')} done`)])
    const second = await run([node(), main, 'scan', '-q'], { cwd: folder, env: { HOME: folder } })
    expect(second).toMatchObject({ code: 11, stdout: '' })
    send('SIGTERM')
    const ran = await ended
    const cut = document(readFileSync(join(folder, 'cut.json'), 'utf8'))
    expect({ code: ran.code, said: cut.exit.code, partial: cut.run.partial }).toEqual({
      code: 143,
      said: 143,
      partial: true,
    })
    const [one, slow, two] = states(cut)
    expect([one, two]).toEqual([`g/${at('one')} ok`, `g/${at('two')} ok`])
    expect(slow).toMatch(/ (partial|unreachable)$/)
    expect(cut.components.map(({ target }) => target)).toEqual(
      expect.arrayContaining([`g/${at('one')}`, `g/${at('two')}`]),
    )
    expect(existsSync(join(folder, '.seisa'))).toBe(false)
  })

  it('that are not started when the run is ended are said to be unread', async () => {
    project(group('g', `['${at('slow')}', '${at('one')}']`, '    concurrency: 1\n'))
    const { ended, send } = started(['scan', '--format', `json=${join(folder, 'cut.json')}`])
    const log = fleet.host('slow').log().length
    while (!fleet.host('slow').log().slice(log).includes('Accepted')) await new Promise((next) => setImmediate(next))
    send('SIGINT')
    expect((await ended).code).toBe(130)
    const cut = document(readFileSync(join(folder, 'cut.json'), 'utf8'))
    expect(states(cut)[1]).toBe(`g/${at('one')} unreachable`)
    expect(cut.targets[1]?.problems[0]?.en).toContain('interrupted')
  })

  it('of which none answers are a run that is incomplete, and take nothing away', async () => {
    project(group('g', `['127.0.0.1:1', '127.0.0.1:2', '127.0.0.1:3']`))
    const report = join(folder, 'report.json')
    const { code } = await command(['scan', '-q', '--format', `json=${report}`], given())
    const { targets, components, gaps } = document(readFileSync(report, 'utf8'))
    expect({ code, components }).toEqual({ code: 3, components: [] })
    expect(targets.map(({ state }) => state)).toEqual(['unreachable', 'unreachable', 'unreachable'])
    expect(gaps).toHaveLength(3)
    expect((await command(['collect', '-o', 'none/'], given())).code).toBe(3)
    expect((await command(['doctor', '--json'], given())).code).toBe(3)
  })

  it('that are one machine under two names, or clones, are said to be twins, and one address twice is refused', async () => {
    project(group('direct', `['${at('one')}']`), group('other', `[{host: '${at('clone')}', name: copy}]`))
    const { code, stdout } = await command(['scan', '--json', '-q'], given())
    expect([3, 4]).toContain(code)
    const { targets, gaps } = document(stdout)
    expect(targets.map(({ state }) => state)).toEqual(['partial', 'partial'])
    expect(gaps.filter(({ why }) => why.en.includes('came 2 times')).map(({ target }) => target)).toEqual([
      `direct/${at('one')}`,
      'copy',
    ])
    project(group('direct', `['${at('one')}']`), group('other', `['${at('one')}']`))
    const refused = await command(['scan'], given())
    expect(refused.code).toBe(10)
    expect(refused.stderr).toContain('the same address as')
  })

  it('with hostile names write no file elsewhere', async () => {
    const address = at(hostile)
    project(
      `  - {name: '../../x', scanner: endpoint, host: '${address}', username: seisa, identity-file: '${fleet.identityFile}', known-hosts: '${fleet.knownHosts}'}\n`,
    )
    const before = readdirSync(folder).toSorted()
    expect((await command(['collect', '-o', 'evidence/'], given())).code).toBe(0)
    expect(readdirSync(join(folder, 'evidence'))).toEqual(['__.._x.evidence'])
    const { stdout } = await command(
      ['scan', '--from', 'evidence', '--exit-zero', '-q', '--format', 'terminal'],
      given(),
    )
    expect(stdout).not.toContain('\u001b[2J')
    expect(readdirSync(folder).toSorted()).toEqual([...before, 'evidence'].toSorted())
  })

  it('are chosen by label', async () => {
    project(group('g', `[{host: '${at('one')}', labels: {role: web}}, {host: '${at('two')}', labels: {role: db}}]`))
    const { stdout } = await command(['scan', '--label', 'role=db', '--json', '-q', '--exit-zero'], given())
    expect(states(document(stdout))).toEqual([`g/${at('two')} ok`])
    expect((await command(['doctor', '--label', 'role=x'], given())).stderr).toContain('role=db, role=web')
  })
})
