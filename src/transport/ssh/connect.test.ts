import { connect as openPlain } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { crowdedHost } from '../../../lab/sshd/authentication.ts'
import { type Fleet, sshdLab, startFleet } from '../../../lab/sshd/index.ts'
import { labSuite } from '../../../lab/suites.ts'
import { Fault } from '../../core/fault.ts'
import { collectRunWith } from '../../scan/testing/collect-run.ts'
import { connect } from './connect.ts'
import { offeredHostKey } from './connect-host-key.ts'
import { byPassword, remotely, script, settingsOf } from './testing/remote.ts'

const hello = script('echo hello')
const soon = (): AbortSignal => AbortSignal.timeout(60_000)

labSuite('connecting to a real sshd', sshdLab(), () => {
  let fleet: Fleet
  beforeAll(async () => {
    fleet = await startFleet([
      { name: 'plain', hostKeys: ['ed25519', 'rsa', 'ecdsa'] },
      { name: 'changed' },
      crowdedHost('crowded'),
      // forwarding takes no session
      { name: 'gate', sshdConfig: 'MaxSessions 0' },
      { name: 'closed-gate', sshdConfig: 'AllowTcpForwarding no' },
      { name: 'inside-1', behind: 'gate' },
      { name: 'inside-2', behind: 'gate' },
      { name: 'unreached', behind: 'closed-gate' },
    ])
  })
  afterAll(() => fleet.stop())

  const logLines = (name: string, pattern: RegExp): number => fleet.host(name).log().match(pattern)?.length ?? 0
  const accepted = (name: string): number => logLines(name, /^Accepted /gm)

  it('refuses a host of which no key is known, before anything is sent', async () => {
    const before = logLines('plain', /^(Accepted|Failed|Postponed) /gm)
    const { fault } = await remotely(byPassword(fleet.host('plain'), { knownHostsFiles: ['/nonexistent'] }), hello, {
      secrets: { 'env:PASSWORD': fleet.password },
    })
    expect(fault?.code).toBe('denied')
    expect(fault?.what.en).toContain('is not known')
    expect(fault?.next?.en).toContain('seisa doctor --enrol')
    expect(logLines('plain', /^(Accepted|Failed|Postponed) /gm)).toBe(before)
  })

  it('refuses a host whose key has changed, with both fingerprints', async () => {
    const old = fleet.host('changed').hostKeyFingerprint
    expect(await remotely(settingsOf(fleet.host('changed')), hello)).toMatchObject({ output: 'hello\n' })
    const host = await fleet.restart('changed')
    const { fault } = await remotely(settingsOf(host), hello)
    expect(fault?.code).toBe('denied')
    expect(fault?.what.en).toContain(old)
    expect(fault?.what.en).toContain(host.hostKeyFingerprint)
    expect(host.hostKeyFingerprint).not.toBe(old)
    expect(accepted('changed')).toBe(0)
  })

  it('gives the key that a host offers for enrolling, without logging on', async () => {
    const before = accepted('plain')
    const run = collectRunWith()
    const stranger = settingsOf(fleet.host('plain'), { knownHostsFiles: [] })
    const { key, verdict } = await offeredHostKey(stranger, { run, signal: soon() })
    expect(verdict.state).toBe('unknown')
    expect(fleet.host('plain').hostKeys.map((line) => line.split(' ')[1])).toContain(key.toString('base64'))
    const known = await offeredHostKey(settingsOf(fleet.host('plain')), { run, signal: soon() })
    expect(known.verdict.state).toBe('trusted')
    const changed = await offeredHostKey(settingsOf(fleet.host('changed')), { run, signal: soon() })
    expect(changed.verdict.state).toBe('changed')
    await expect(offeredHostKey({ ...stranger, port: 1 }, { run, signal: soon() })).rejects.toMatchObject({
      code: 'unreachable',
    })
    await run.end()
    expect(accepted('plain')).toBe(before)
  })

  it('waits for a server that turns connections away, until all are in', async () => {
    const results = await Promise.all(
      Array.from({ length: 12 }, () => remotely(settingsOf(fleet.host('crowded')), hello)),
    )
    expect(results.map(({ output }) => output)).toEqual(results.map(() => 'hello\n'))
    expect(logLines('crowded', /drop connection|exceeded MaxStartups/gi)).toBeGreaterThan(0)
  })

  it('gives up on one that never lets anybody in, and says what it said', async () => {
    const never = { tries: 2, firstMilliseconds: 1, longestMilliseconds: 1, random: () => 0 }
    // the one place is taken by a connection that doesn't log on
    const occupant = openPlain(fleet.host('crowded').port, fleet.host('crowded').address)
    await new Promise((resolve) => occupant.once('data', resolve))
    try {
      const { fault } = await remotely(settingsOf(fleet.host('crowded')), hello, { backOff: never })
      expect(fault?.code).toBe('unreachable')
      expect(fault?.what.en).toMatch(/2 times: Exceeded MaxStartups$/)
      expect(fault?.next?.en).toContain('MaxStartups')
    } finally {
      occupant.destroy()
    }
  })

  it('reaches hosts behind a jump host over one connection to it, each verified by itself', async () => {
    const gate = settingsOf(fleet.host('gate'))
    const run = collectRunWith()
    const before = accepted('gate')
    const targets = ['inside-1', 'inside-2', 'inside-1', 'inside-2', 'inside-1', 'inside-2']
    const results = await Promise.all(
      targets.map((name) => remotely(settingsOf(fleet.host(name), { jumps: [gate] }), script('hostname'), { run })),
    )
    expect(results).toMatchObject(targets.map((name) => ({ output: `${name}\n` })))
    expect(accepted('gate') - before).toBe(1)
    const strange = { jumps: [gate], knownHostsFiles: [fleet.host('gate').knownHosts] }
    const { fault } = await remotely(settingsOf(fleet.host('inside-1'), strange), hello, { run })
    expect(fault?.what.en).toMatch(/the host key of .* is not known/)
    expect(accepted('gate') - before).toBe(1)
    await run.end()
  })

  it('shows the key of a host behind a jump host that is trusted, and not behind one that is not', async () => {
    const run = collectRunWith()
    const gate = settingsOf(fleet.host('gate'))
    const inside = settingsOf(fleet.host('inside-1'), { knownHostsFiles: [], jumps: [gate] })
    expect((await offeredHostKey(inside, { run, signal: soon() })).verdict.state).toBe('unknown')
    const strange = { ...inside, jumps: [{ ...gate, knownHostsFiles: [] }] }
    const fault: unknown = await offeredHostKey(strange, { run, signal: soon() }).catch((cause: unknown) => cause)
    expect(fault).toBeInstanceOf(Fault)
    expect(fault).toMatchObject({ code: 'denied' })
    expect(String(fault)).toContain('no way through the jump host gate: the host key of')
    await run.end()
  })

  it('names the jump host that does not forward, that refuses us, or that is gone', async () => {
    const closed = settingsOf(fleet.host('closed-gate'))
    const unreached = await remotely(settingsOf(fleet.host('unreached'), { jumps: [closed] }), hello)
    expect(unreached.fault?.code).toBe('denied')
    expect(unreached.fault?.what.en).toMatch(/^closed-gate does not allow forwarding to/)
    const gate = settingsOf(fleet.host('gate'))
    const nobody = { ...gate, identityFiles: [] }
    const denied = await remotely(settingsOf(fleet.host('inside-1'), { jumps: [nobody] }), hello)
    expect(denied.fault?.code).toBe('denied')
    expect(denied.fault?.what.en).toMatch(
      /^no way through the jump host gate: gate does not let the account seisa log on/,
    )
    const gone = await remotely(settingsOf(fleet.host('inside-1'), { jumps: [{ ...gate, port: 1 }] }), hello)
    expect(gone.fault?.what.en).toMatch(/^no way through the jump host gate: can not connect/)
    const behind = await remotely(settingsOf(fleet.host('inside-1'), { jumps: [gate], port: 1 }), hello)
    expect(behind.fault?.code).toBe('unreachable')
    expect(behind.fault?.what.en).toMatch(/can not connect to inside-1/)
  })

  it('tries a wrong password for a jump host once, for all targets behind it', async () => {
    const gate = byPassword(fleet.host('gate'))
    const run = collectRunWith({ 'env:PASSWORD': 'not-the-password' })
    const before = logLines('gate', /^Failed password/gm)
    const results = await Promise.all(
      ['inside-1', 'inside-2', 'inside-1'].map((name) =>
        remotely(settingsOf(fleet.host(name), { jumps: [gate] }), hello, { run }),
      ),
    )
    results.push(await remotely(settingsOf(fleet.host('inside-2'), { jumps: [gate] }), hello, { run }))
    expect(results.map(({ fault }) => fault?.code)).toEqual(results.map(() => 'rejected'))
    for (const { fault } of results) expect(fault?.what.en).toMatch(/jump host gate: gate refused the password/)
    expect(logLines('gate', /^Failed password/gm) - before).toBe(1)
    await run.end()
  })

  it('gives each target behind a jump host that dies a fault, and the next one a new connection', async () => {
    const gate = settingsOf(fleet.host('gate'))
    const run = collectRunWith()
    const begun = Promise.withResolvers<void>()
    const waiting = remotely(settingsOf(fleet.host('inside-1'), { jumps: [gate] }), script('echo begun; sleep 60'), {
      run,
      seen: () => begun.resolve(),
    })
    await begun.promise
    // the lab host sees its own processes only
    fleet.host('gate').inside("kill -KILL $(pgrep -f 'sshd: seisa')")
    const { output, fault } = await waiting
    expect([output, fault?.code]).toEqual(['begun\n', 'unreachable'])
    expect(fault?.what.en).toContain('the connection to gate was lost')
    const again = await remotely(settingsOf(fleet.host('inside-1'), { jumps: [gate] }), hello, { run })
    expect(again.output).toBe('hello\n')
    await run.end()
  })

  it('closes the connection to a jump host with the run', async () => {
    const run = collectRunWith()
    const gate = settingsOf(fleet.host('gate'))
    await remotely(settingsOf(fleet.host('inside-1'), { jumps: [gate] }), hello, { run })
    const before = logLines('gate', /^Received disconnect|^Disconnected from/gm)
    await run.end()
    const until = performance.now() + 5000
    while (logLines('gate', /^Received disconnect|^Disconnected from/gm) === before && performance.now() < until) {
      await new Promise((done) => setImmediate(done))
    }
    expect(logLines('gate', /^Received disconnect|^Disconnected from/gm)).toBeGreaterThan(before)
  })

  it('ends waiting when it is told to', async () => {
    const run = collectRunWith()
    await expect(
      connect(settingsOf(fleet.host('plain')), { run, signal: AbortSignal.abort('SIGINT') }),
    ).rejects.toMatchObject({ code: 'timeout' })
  })
})
