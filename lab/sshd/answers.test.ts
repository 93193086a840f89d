import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { labSuite } from '../suites.ts'
import {
  collectorOnlyHost,
  dyingHost,
  type Fleet,
  forcedCommandHost,
  hostileHost,
  shellHost,
  slowHost,
  sshdLab,
  startFleet,
  talkativeHost,
} from './index.ts'

interface Answer {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
  readonly milliseconds: number
}

labSuite('special hosts by what they answer', sshdLab(['/bin/csh', '/usr/bin/fish']), () => {
  let fleet: Fleet
  beforeAll(async () => {
    fleet = await startFleet([
      slowHost('slow', 1),
      slowHost('late', 0, 1),
      dyingHost('dying', 5000),
      forcedCommandHost('forced', 'echo "asked: $SSH_ORIGINAL_COMMAND"'),
      collectorOnlyHost('collector-only'),
      shellHost('csh', '/bin/csh'),
      shellHost('fish', '/usr/bin/fish'),
      shellHost('restricted', '/bin/rbash'),
      shellHost('nologin', '/usr/sbin/nologin'),
      talkativeHost('talkative'),
      hostileHost('endless', 'endless'),
      hostileHost('escapes', 'escapes'),
      hostileHost('fake-end', 'fake-end'),
      hostileHost('gigabyte', 'gigabyte-line'),
    ])
  })
  afterAll(() => fleet.stop())

  const ssh = async (name: string, command: string): Promise<Answer> => {
    const start = performance.now()
    const child = spawn('ssh', [...fleet.host(name).sshArguments(), command], { stdio: ['ignore', 'pipe', 'pipe'] })
    const parts: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] }
    child.stdout.on('data', (chunk: Buffer) => parts.stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => parts.stderr.push(chunk))
    const [status] = (await once(child, 'close')) as [number | null]
    const text = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString()
    const milliseconds = performance.now() - start
    return { status, stdout: text(parts.stdout), stderr: text(parts.stderr), milliseconds }
  }

  /** The beginning of an answer that doesn't end by itself. */
  const beginning = async (name: string, bytes: number): Promise<Buffer> => {
    const args = [...fleet.host(name).sshArguments(), 'true'].map((word) => `'${word}'`).join(' ')
    const { stdout } = await promisify(execFile)('sh', ['-c', `ssh ${args} 2>/dev/null | head -c ${bytes}`], {
      encoding: 'buffer',
      maxBuffer: bytes + 1,
    })
    return stdout
  }

  it('slow: a command starts late', async () => {
    const { stdout, milliseconds } = await ssh('slow', 'echo done')
    expect(stdout).toBe('done\n')
    expect(milliseconds).toBeGreaterThan(1000)
  })

  it('late: the first line of the server comes late', async () => {
    const { stdout, milliseconds } = await ssh('late', 'echo done')
    expect(stdout).toBe('done\n')
    expect(milliseconds).toBeGreaterThan(1000)
  })

  it('dying: the connection breaks in the middle of the answer', async () => {
    const { status, stdout, stderr } = await ssh('dying', 'seq 100000')
    expect(stdout).toHaveLength(5000)
    expect(status).toBe(255)
    expect(stderr).toMatch(/closed|reset/i)
  })

  it('forced: another command runs than was asked for', async () => {
    expect((await ssh('forced', 'id')).stdout).toBe('asked: id\n')
  })

  it('collector-only: whatever is asked for, the collector answers as root', async () => {
    const { status, stdout } = await ssh('collector-only', 'rm -rf /nonexistent')
    expect(status).toBe(0)
    expect(stdout).toContain('shadow')
    expect(stdout.length).toBeGreaterThan(10_000)
  })

  it.each([
    ['csh', 'echo $version', /^tcsh/],
    ['fish', 'echo $FISH_VERSION$version', /^3\./],
  ])('%s is the login shell', async (name, command, expected) => {
    expect((await ssh(name, command)).stdout).toMatch(expected)
    // neither reads what sh does
    expect((await ssh(name, 'for i in 1 2; do echo $i; done')).stdout).not.toBe('1\n2\n')
  })

  it('restricted: no path may be given, and a program on PATH still runs', async () => {
    expect((await ssh('restricted', '/bin/sh -s')).stderr).toContain('restricted')
    expect((await ssh('restricted', 'id -un')).stdout).toBe('seisa\n')
  })

  it('nologin: every command is refused', async () => {
    const { status, stdout } = await ssh('nologin', 'id')
    expect({ status, stdout }).toEqual({ status: 1, stdout: 'This account is currently not available.\n' })
  })

  it('talkative: the start file prints before the answer', async () => {
    expect((await ssh('talkative', 'echo done')).stdout).toBe('Welcome, authorised users only\ndone\n')
  })

  it('endless and gigabyte: the answer is longer than any reader should take', async () => {
    expect((await beginning('endless', 1_000_000)).length).toBe(1_000_000)
    const line = await beginning('gigabyte', 1_000_000)
    expect(line.length).toBe(1_000_000)
    expect(line.includes(10)).toBe(false)
  })

  it('fake-end: half of an answer ends like a whole one', async () => {
    const { stdout } = await ssh('fake-end', '/usr/local/libexec/seisa-collect')
    const nonce = /^#seisa-evidence 1 endpoint\/linux (\S+)$/m.exec(stdout)?.[1] ?? ''
    expect(stdout.endsWith(`\n#${nonce} end 5\n`)).toBe(true)
    expect(stdout.split('\n').length).toBeLessThan(205)
  })

  it('escapes: the answer holds control characters', async () => {
    expect((await ssh('escapes', 'true')).stdout).toMatch(/^\p{Cc}\]0;owned\p{Cc}\p{Cc}\[2J.*\p{Cf}@end$/mu)
  })
})
