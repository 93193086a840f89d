import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Fleet, sshdLab, startFleet } from '../../lab/sshd/index.ts'
import { labSuite } from '../../lab/suites.ts'
import { command } from './testing/app.ts'
import { temporaryFolder } from './testing/run.ts'

describe('options of enrolling', () => {
  const valid = `SHA256:${'A'.repeat(43)}`
  it.each([
    [['--accept', valid], '--accept goes with --enrol'],
    [['--replace'], '--replace goes with --enrol'],
    [['--enrol', '--accept', 'SHA256:short'], 'SHA256:…'],
    [['--enrol', '--accept', 'MD5:aa'], 'SHA256:…'],
    [['--enrol'], '--enrol asks a person and needs a terminal'],
  ])('are checked before anything is connected to: %j', async (words, expected) => {
    const { code, stdout, stderr } = await command(['doctor', '--host', '127.0.0.1:1', ...words])
    expect({ code, stdout }).toEqual({ code: 10, stdout: '' })
    expect(stderr).toContain(expected)
  })
})

labSuite('enrolling host keys', sshdLab(), () => {
  let fleet: Fleet
  let folder: ReturnType<typeof temporaryFolder>
  let known = ''
  beforeAll(async () => {
    fleet = await startFleet([
      { name: 'first' },
      { name: 'second', hostKeys: ['ecdsa'] },
      { name: 'jump' },
      { name: 'behind', behind: 'jump' },
      { name: 'changing' },
    ])
    folder = temporaryFolder()
    known = join(folder.path, 'keys/known_hosts')
  })
  afterAll(async () => {
    folder[Symbol.dispose]()
    await fleet.stop()
  })
  beforeEach(() => {
    for (const one of ['keys', '.ssh']) rmSync(join(folder.path, one), { recursive: true, force: true })
  })

  const target = (name: string, more = ''): string => {
    const { address, port } = fleet.host(name)
    return `  - name: ${name}\n    scanner: endpoint\n    host: seisa@${address}:${port}\n    identity-file: ${fleet.identityFile}\n    known-hosts: ${known}\n${more}`
  }
  const jump = (): string => `    jump: seisa@${fleet.host('jump').address}:2222\n`
  const project = (...targets: readonly string[]): void =>
    writeFileSync(join(folder.path, 'seisa.yaml'), `targets:\n${targets.join('')}`)
  const doctor = (words: readonly string[], answers?: readonly string[]) =>
    command(['doctor', ...words], {
      cwd: folder.path,
      env: { HOME: folder.path },
      ...(answers && { answers }),
    })
  const fingerprint = (name: string): string => fleet.host(name).hostKeyFingerprint
  const states = (stdout: string): readonly string[] =>
    (JSON.parse(stdout) as { enrolment: readonly { host: string; state: string }[] }).enrolment.map(
      ({ host, state }) => `${host.split(':')[0]?.replace(/^.*@/, '')} ${state}`,
    )
  const line = (name: string): string => `[${fleet.host(name).address}]:2222 ${fleet.host(name).hostKeys[0]}\n`

  it('shows name, address, type and fingerprint, how to compare them, and writes what a person agrees to', async () => {
    project(target('first'), target('second'))
    const { stderr, stdout } = await doctor(['--enrol'], ['y', 'n'])
    for (const text of [
      `first (${fleet.host('first').address}:2222)`,
      `ED25519 ${fingerprint('first')}`,
      'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub',
      `ECDSA ${fingerprint('second')}`,
      'ssh-keygen -lf /etc/ssh/ssh_host_ecdsa_key.pub',
      known,
    ]) {
      expect(stderr).toContain(text)
    }
    expect(readFileSync(known, 'utf8')).toBe(line('first'))
    expect(statSync(known).mode & 0o777).toBe(0o600)
    // and the examination goes on with the new key
    expect(stdout).toMatch(/\? first: reached/)
    expect(stdout).toMatch(/second: not reached/)
    // a second time nothing is left to ask of the first
    const again = await doctor(['--enrol', '--json', '--target', 'first'], [])
    expect(states(again.stdout)).toEqual([`${fleet.host('first').address} trusted`])
  })

  it('says of a host of the command line what to type, and that works', async () => {
    const host = `seisa@${fleet.host('first').address}:2222`
    const way = ['--host', host, '--known-hosts', known]
    const { stdout } = await doctor([...way, '--identity-file', fleet.identityFile])
    const advice = `seisa doctor --enrol --host ${host} --known-hosts ${known}`
    expect(stdout).toContain(advice)
    const words = advice.replace(/^seisa doctor /, '').split(' ')
    expect((await doctor(words, ['y'])).stderr).toContain(`written to ${known}`)
    expect(readFileSync(known, 'utf8')).toBe(line('first'))
  })

  it('shows the key of a second server of one name against the one that was written a moment ago', async () => {
    mkdirSync(join(folder.path, '.ssh'), { mode: 0o700 })
    writeFileSync(join(folder.path, '.ssh/config'), 'Host 127.*\n  HostKeyAlias cluster\n', { mode: 0o600 })
    project(target('first'), target('changing'))
    const { stderr } = await doctor(['--enrol'], ['y', 'y'])
    expect(stderr).toMatch(new RegExp(`has changed[\\s\\S]*${fingerprint('changing').replaceAll('+', '\\+')}`, 'i'))
    expect(readFileSync(known, 'utf8')).toBe(`cluster ${fleet.host('first').hostKeys[0]}\n`)
  })

  it.each(['', 'n', 'yess', '\u0000'])('takes %j for a no', async (answer) => {
    project(target('first'))
    expect((await doctor(['--enrol'], [answer])).code).toBe(3)
    expect(existsSync(known)).toBe(false)
  })

  it('goes hop by hop, the jump host first', async () => {
    project(target('behind', jump()))
    const { stderr, stdout } = await doctor(['--enrol'], ['y', 'y'])
    expect(stderr.indexOf(fingerprint('jump'))).toBeGreaterThan(0)
    expect(stderr.indexOf(fingerprint('behind'))).toBeGreaterThan(stderr.indexOf(fingerprint('jump')))
    expect(readFileSync(known, 'utf8')).toBe(line('jump') + line('behind'))
    expect(stdout).toMatch(/\? behind: reached/)
  })

  it('does not look behind a jump host that is not trusted', async () => {
    project(target('behind', jump()))
    const { stderr, code } = await doctor(['--enrol'], ['n', 'y'])
    expect(code).toBe(3)
    expect(stderr).not.toContain(fingerprint('behind'))
    expect(existsSync(known)).toBe(false)
  })

  it('without a terminal enrols exactly the keys that were named', async () => {
    project(target('first'), target('second'))
    const unused = `SHA256:${'A'.repeat(43)}`
    const { code, stdout, stderr } = await doctor([
      '--enrol',
      '--json',
      '--accept',
      fingerprint('second'),
      '--accept',
      unused,
    ])
    expect(states(stdout)).toEqual([
      `${fleet.host('first').address} declined`,
      `${fleet.host('second').address} enrolled`,
    ])
    expect(readFileSync(known, 'utf8')).toBe(line('second'))
    expect(stderr).toContain(`no host offered the key of --accept ${unused}`)
    expect(code).toBe(3)
  })

  it('enrols no named key that two hosts offer: one of them may only stand in for the other', async () => {
    const { address, port } = fleet.host('first')
    const relay = createServer((one) => {
      const other = connect(port, address)
      for (const end of [one, other]) end.on('error', () => undefined)
      one.pipe(other).pipe(one)
    }).listen(0, '127.0.0.1')
    await once(relay, 'listening')
    try {
      const place = relay.address() as AddressInfo
      const second = `  - name: relay\n    scanner: endpoint\n    host: seisa@127.0.0.1:${place.port}\n    known-hosts: ${known}\n`
      project(target('first'), second)
      const both = await doctor(['--enrol', '--json', '--accept', fingerprint('first')])
      expect(states(both.stdout)).toEqual([`${address} declined`, '127.0.0.1 declined'])
      expect(both.stderr).toContain('another host offered the same key')
      expect(existsSync(known)).toBe(false)
      const one = await doctor(['--enrol', '--json', '--target', 'first', '--accept', fingerprint('first')])
      expect(states(one.stdout)).toEqual([`${address} enrolled`])
    } finally {
      relay.close()
    }
  })

  it('shows both keys of a host whose key changed, and wants yes in full', async () => {
    project(target('changing'))
    await doctor(['--enrol', '--accept', fingerprint('changing')])
    const [before, old] = [readFileSync(known, 'utf8'), fingerprint('changing')]
    await fleet.restart('changing')
    expect(fingerprint('changing')).not.toBe(old)
    const { stderr } = await doctor(['--enrol'], ['y'])
    for (const text of [`ED25519 ${old} (${known}:1)`, `ED25519 ${fingerprint('changing')}`, 'has changed', 'Type yes'])
      expect(stderr).toContain(text)
    expect(readFileSync(known, 'utf8')).toBe(before)

    const { stdout } = await doctor(['--enrol', '--json', '--accept', fingerprint('changing')])
    expect(states(stdout)).toEqual([`${fleet.host('changing').address} declined`])
    expect(readFileSync(known, 'utf8')).toBe(before)

    const replaced = await doctor(['--enrol', '--json', '--accept', fingerprint('changing'), '--replace'])
    expect(states(replaced.stdout)).toEqual([`${fleet.host('changing').address} replaced`])
    expect(readFileSync(known, 'utf8')).toBe(line('changing'))

    await fleet.restart('changing')
    await doctor(['--enrol'], ['yes'])
    expect(readFileSync(known, 'utf8')).toBe(line('changing'))
  })

  it('never enrols a revoked key', async () => {
    project(target('first'))
    await doctor(['--enrol', '--accept', fingerprint('first')])
    const revoked = `@revoked * ${fleet.host('first').hostKeys[0]}\n`
    writeFileSync(known, revoked)
    for (const words of [['--enrol', '--json', '--accept', fingerprint('first'), '--replace']]) {
      const { code, stdout, stderr } = await doctor(words)
      expect(states(stdout)).toEqual([`${fleet.host('first').address} refused`])
      expect(stderr).toContain('is revoked')
      expect(code).toBe(3)
    }
    await doctor(['--enrol'], ['yes', 'yes'])
    expect(readFileSync(known, 'utf8')).toBe(revoked)
  })

  it('says what an administrator does on the hosts that lack root, with their account and place', async () => {
    project(target('first', '    sudo: /usr/local/libexec/seisa-collect\n'), target('second'))
    const { stdout } = await doctor(['--enrol'], ['y', 'y'])
    const text = stdout.slice(stdout.indexOf('To read everything'))
    expect(text).toContain(`on: second (${fleet.host('second').address})`)
    expect(text).toContain(`'seisa ALL=(root) NOPASSWD: /usr/local/libexec/seisa-collect ""'`)
    expect(text).not.toContain(fleet.host('first').address)
  })
})
