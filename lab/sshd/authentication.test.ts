import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { labSuite } from '../suites.ts'
import {
  countingHost,
  crowdedHost,
  expiredPasswordHost,
  failedPasswords,
  type Fleet,
  type FleetHost,
  fewTriesHost,
  japanesePromptHost,
  keyAndPasswordHost,
  radiusModule,
  sshdLab,
  startFleet,
  twoStepHost,
  verificationCode,
  verificationModule,
} from './index.ts'

interface Answer {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

async function run(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Answer> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DISPLAY: ':0', ...environment },
  })
  const parts: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] }
  child.stdout.on('data', (chunk: Buffer) => parts.stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => parts.stderr.push(chunk))
  const [status] = (await once(child, 'close')) as [number | null]
  return { status, stdout: Buffer.concat(parts.stdout).toString(), stderr: Buffer.concat(parts.stderr).toString() }
}

const withoutKey = ['-o', 'PubkeyAuthentication=no', '-o', 'NumberOfPasswordPrompts=1']

/** Logs on with OpenSSH; every prompt is answered by ssh's own way of asking a program. */
const logOn = (host: FleetHost, answers: Readonly<Record<string, string>>, options: readonly string[] = withoutKey) =>
  run('ssh', [...options, ...host.sshArguments(), 'id -un'], {
    // in another locale ssh shows a Japanese prompt in escapes
    LC_ALL: 'C.UTF-8',
    SSH_ASKPASS: `${import.meta.dirname}/testing/askpass.sh`,
    SSH_ASKPASS_REQUIRE: 'force',
    LAB_ANSWERS: Object.entries(answers)
      .map(([prompt, answer]) => `${prompt}=${answer}`)
      .join('\n'),
  })

labSuite('special hosts by how they ask', sshdLab(['/usr/bin/sshpass', radiusModule, verificationModule]), () => {
  let fleet: Fleet
  beforeAll(async () => {
    fleet = await startFleet([
      japanesePromptHost('japanese'),
      twoStepHost('two-step'),
      expiredPasswordHost('expired'),
      keyAndPasswordHost('both'),
      crowdedHost('crowded'),
      fewTriesHost('few-tries'),
      countingHost('counting'),
    ])
  })
  afterAll(() => fleet.stop())

  it('japanese: PAM asks パスワード', async () => {
    const host = fleet.host('japanese')
    expect((await logOn(host, { 'パスワード: ': host.password })).stdout).toBe('seisa\n')
    const asked = await logOn(host, {})
    expect(asked.stderr).toContain(`prompt: (seisa@${host.address}) パスワード: `)
    expect(asked.stdout).toBe('')
  })

  it('two-step: the password, then the code of this moment', async () => {
    const host = fleet.host('two-step')
    const answers = { 'Password: ': host.password, '認証コード: ': verificationCode(new Date()) }
    const { stdout, stderr } = await logOn(host, answers)
    expect(stdout).toBe('seisa\n')
    expect(stderr.match(/prompt: /g)).toHaveLength(2)
    expect((await logOn(host, { ...answers, '認証コード: ': '000000' })).stdout).toBe('')
  })

  it('expired: the right password is not enough, PAM demands a new one', async () => {
    const host = fleet.host('expired')
    const { stdout, stderr } = await logOn(host, { 'Password: ': host.password })
    expect(stdout).toBe('')
    expect(stderr).toMatch(/required to change your password.*Current password: /s)
  })

  it('both: neither the key nor the password alone', async () => {
    const host = fleet.host('both')
    const password = { [`seisa@${host.address}'s password: `]: host.password }
    expect((await logOn(host, password, [])).stdout).toBe('seisa\n')
    expect((await logOn(host, password)).stderr).toContain('Permission denied (publickey)')
    expect((await logOn(host, {}, ['-o', 'BatchMode=yes'])).stderr).toContain('Permission denied (password)')
  })

  it('crowded: a second connection is dropped while the first has not logged on', async () => {
    const host = fleet.host('crowded')
    const first = connect(host.port, host.address)
    await once(first, 'data')
    const dropped = await run('ssh', [...host.sshArguments(), 'id -un'])
    expect({ status: dropped.status, stdout: dropped.stdout }).toEqual({ status: 255, stdout: '' })
    expect(dropped.stderr).toMatch(/kex_exchange_identification|Connection (closed|reset)/)
    first.destroy()
    await expect.poll(async () => (await run('ssh', [...host.sshArguments(), 'id -un'])).stdout).toBe('seisa\n')
  })

  it('few-tries: hangs up at the second refusal', async () => {
    const host = fleet.host('few-tries')
    const { stderr } = await logOn(host, {}, ['-o', 'PubkeyAuthentication=no', '-o', 'NumberOfPasswordPrompts=5'])
    expect(stderr.match(/prompt: /g)).toHaveLength(2)
    expect(stderr).toContain('Too many authentication failures')
  })

  it('counting: a wrong password counts once, a right one sets the count back', async () => {
    const host = fleet.host('counting')
    const attempt = (password: string) =>
      run('sshpass', ['-e', 'ssh', ...withoutKey, ...host.sshArguments(), 'id -un'], { SSHPASS: password })
    expect(failedPasswords(host, 'seisa')).toBe(0)
    await attempt('wrong')
    expect(failedPasswords(host, 'seisa')).toBe(1)
    await attempt('wrong')
    expect(failedPasswords(host, 'seisa')).toBe(2)
    expect((await attempt(host.password)).stdout).toBe('seisa\n')
    expect(failedPasswords(host, 'seisa')).toBe(0)
    for (let time = 0; time < 3; time += 1) await attempt('wrong')
    expect((await attempt(host.password)).stdout).toBe('')
  })
})
