import { afterAll, beforeAll, expect, it } from 'vitest'
import { forcedCommandHost } from '../../../lab/sshd/answers.ts'
import { type Fleet, installedCollector, sshdLab, startFleet } from '../../../lab/sshd/index.ts'
import { labSuite } from '../../../lab/suites.ts'
import { collectRunWith } from '../../scan/testing/collect-run.ts'
import { runRemotely } from './remote.ts'
import { allowing, remotely, script, settingsOf } from './testing/remote.ts'

labSuite('a script on a real sshd', sshdLab(), () => {
  let fleet: Fleet
  beforeAll(async () => {
    fleet = await startFleet([
      { name: 'plain' },
      { name: 'no-sudo', users: [{ name: 'seisa' }] },
      { ...forcedCommandHost('refusing', 'echo "This account is for backups only" >&2; exit 1') },
      { name: 'no-sessions', sshdConfig: 'MaxSessions 0' },
    ])
  })
  afterAll(() => fleet.stop())

  const on = (name: string, user = 'seisa') => settingsOf(fleet.host(name), { username: user })
  /** Whether no process with this command line is left on `plain`, soon. */
  const gone = async (command: string): Promise<boolean> => {
    const runs = (): boolean => fleet.host('plain').inside(`pgrep -fx "${command}"`).status === 0
    const until = performance.now() + 5000
    while (runs() && performance.now() < until) await new Promise((done) => setImmediate(done))
    return !runs()
  }

  it('gives its output, with its arguments, run by /bin/sh', async () => {
    const { output, fault } = await remotely(on('plain'), script('echo "$0 $*"; id -un; printf 日本語', '--deep'))
    expect(fault).toBeUndefined()
    expect(output).toBe('/bin/sh --deep\nseisa\n日本語')
  })

  it('sends nothing of our environment', async () => {
    process.env['LC_SEISA_TEST'] = 'canary'
    try {
      const { output } = await remotely(on('plain'), script('env'))
      expect(output).not.toContain('canary')
      expect(output).not.toMatch(/^SSH_(TTY|AUTH_SOCK)=/m)
    } finally {
      delete process.env['LC_SEISA_TEST']
    }
  })

  it('runs as root through sudo where the account may run anything', async () => {
    const { output, fault } = await remotely(on('plain', 'admin'), {
      kind: 'script',
      text: 'id -un',
      arguments: [],
      sudo: true,
    })
    expect([output, fault]).toEqual(['root\n', undefined])
  })

  it('runs the installed collector through sudo', async () => {
    const { output, fault } = await remotely(on('plain'), { kind: 'sudo', path: installedCollector, arguments: [] })
    expect(fault).toBeUndefined()
    expect(output).toMatch(/^#seisa-evidence 1 endpoint\/linux /m)
    expect(output).toMatch(/ end \d+\n$/)
  })

  it('says the same as on this machine when sudo refuses', async () => {
    const { output, fault } = await remotely(on('no-sudo'), { kind: 'sudo', path: installedCollector, arguments: [] })
    expect([output, fault?.code]).toEqual(['', 'denied'])
    expect(fault?.what.en).toMatch(/^sudo did not run the collector: sudo: a password is required/)
    expect(fault?.next?.en).toContain('seisa doctor')
  })

  it('keeps bytes as they are, also a character that comes in two packets', async () => {
    const { bytes, output } = await remotely(
      on('plain'),
      script("printf 'A\\343\\201'; sleep 0.2; printf '\\202\\377\\000\\216'"),
    )
    expect(bytes).toEqual(Buffer.from([0x41, 0xe3, 0x81, 0x82, 0xff, 0, 0x8e]))
    expect(output.startsWith('Aあ')).toBe(true)
  })

  it('gives a large answer in full, and does not read faster than it is taken', async () => {
    const { bytes, fault } = await remotely(on('plain'), script('head -c 9000000 /dev/zero'), { seen: () => undefined })
    expect([bytes.length, fault]).toEqual([9_000_000, undefined])
  })

  it('passes a script of any size on, also to a command that does not read it', async () => {
    const large = script(`${'# padding\n'.repeat(400_000)}echo read`)
    expect((await remotely(on('plain'), large)).output).toBe('read\n')
    expect((await remotely(on('refusing'), large)).fault?.what.en).toContain('for backups only')
  })

  it('calls a script that fails unreachable, with the first line of its error', async () => {
    const { output, fault } = await remotely(
      on('plain'),
      script('echo before; echo "no such \u001b[31mthing" >&2; exit 7'),
    )
    expect(output).toBe('before\n')
    expect(fault?.code).toBe('unreachable')
    expect(fault?.what.en).toBe('the collector ended with exit code 7: no such \\u{1b}[31mthing')
  })

  it('calls a script that was killed unreachable', async () => {
    const { output, fault } = await remotely(on('plain'), script('echo before; kill -9 $$'))
    expect([output, fault?.code]).toEqual(['before\n', 'unreachable'])
    expect(fault?.what.en).toContain('SIGKILL')
  })

  it('reports a connection that is lost in the middle, and nothing else happens', async () => {
    const kill =
      'pid=$PPID; while [ "$(cat /proc/$pid/comm)" != sshd ]; do pid=$(awk "/^PPid/ { print \\$2 }" /proc/$pid/status); done'
    const { output, fault } = await remotely(
      on('plain'),
      script(`echo half; sleep 0.2; ${kill}; kill -9 $pid; sleep 5`),
    )
    expect([output, fault?.code]).toEqual(['half\n', 'unreachable'])
    expect(fault?.what.en).toMatch(/connection to plain was lost/)
  })

  it('ends with its signal, there too, and the other side sees the connection go', async () => {
    const limit = new AbortController()
    const { output, fault } = await remotely(on('plain'), script('echo begun; sleep 616'), {
      signal: limit.signal,
      seen: () => limit.abort('SIGTERM'),
    })
    expect([output, fault?.code, fault?.what.en]).toEqual(['begun\n', 'timeout', 'was interrupted'])
    expect(fleet.host('plain').log()).toMatch(/Received disconnect|Connection (closed|reset)/)
    expect(await gone('sleep 616')).toBe(true)
  })

  it('ends there when nobody reads on', async () => {
    const command = script('echo begun; sleep 617')
    const run = collectRunWith()
    const limits = { run, signal: AbortSignal.timeout(60_000), maximumBytes: 1000 }
    for await (const _ of runRemotely(command, allowing(command), on('plain'), limits)) break
    await run.end()
    expect(await gone('sleep 617')).toBe(true)
  })

  it('ends output at its limit', async () => {
    const { bytes, fault } = await remotely(on('plain'), script('yes'), { maximumBytes: 1_000_000 })
    expect(fault?.code).toBe('unreachable')
    expect(fault?.what.en).toContain('limit of 1000000 bytes')
    expect(bytes.length).toBeLessThan(1_500_000)
  })

  it('connects nowhere for what is not allowed', async () => {
    const nowhere = settingsOf(fleet.host('plain'), { port: 1 })
    for (const path of ['collect', '/opt/a b', '/bin/sh -c id', '-u', '/opt/$(id)', '']) {
      expect((await remotely(nowhere, { kind: 'sudo', path, arguments: [] })).fault?.code, path).toBe('usage')
    }
    for (const word of ['; id', '$(id)', '--deep\nid', 'deep', '--deep=x']) {
      expect((await remotely(nowhere, script('true', word))).fault?.code, word).toBe('usage')
    }
  })

  it('says that a server opens no sessions', async () => {
    const { fault } = await remotely(on('no-sessions'), script('true'))
    expect(fault?.code).toBe('denied')
    expect(fault?.next?.en).toContain('MaxSessions')
  })

  it('says that nothing listens there, that a name is unknown, and when something else than SSH answers', async () => {
    const refused = await remotely(settingsOf(fleet.host('plain'), { port: 1 }), script('true'))
    expect([refused.fault?.code, refused.fault?.what.en.includes('refused')]).toEqual(['unreachable', true])
    const unknown = await remotely(settingsOf(fleet.host('plain'), { host: 'no.such.host.invalid' }), script('true'))
    expect(unknown.fault?.code).toBe('unreachable')
  })
})
