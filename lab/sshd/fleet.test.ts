import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { labSuite } from '../suites.ts'
import { encryptedKey, type Fleet, sshdLab, startFleet } from './index.ts'

const run = promisify(execFile)
const ssh = async (args: readonly string[], command: string): Promise<string> =>
  (await run('ssh', [...args, command])).stdout.trim()

const refused = async (address: string, port: number): Promise<string> => {
  const socket = connect(port, address)
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]
  return error.code ?? ''
}

labSuite('a fleet of SSH servers', sshdLab(['/usr/bin/sshpass']), () => {
  let fleet: Fleet
  beforeAll(async () => {
    fleet = await startFleet([
      { name: 'first', sshdConfig: 'MaxAuthTries 2\nMatch User admin\n  X11Forwarding no' },
      { name: 'second', files: { '/etc/os-release': 'ID=other\n', '/etc/motd': null }, hostKeys: ['ed25519', 'ecdsa'] },
      { name: '../../x\u001b[2J\u3042', machineId: 'a'.repeat(32) },
      { name: 'changing' },
      { name: 'jump' },
      { name: 'behind', behind: 'jump' },
      { name: 'further', behind: 'behind' },
    ])
  })
  afterAll(() => fleet.stop())

  it('has hosts of different names, machine ids and files', async () => {
    const ask = 'hostname; cat /etc/machine-id; head -1 /etc/os-release'
    const [one, two] = [fleet.host('first'), fleet.host('second')]
    expect((await ssh(one.sshArguments(), ask)).split('\n').slice(0, 2)).toEqual(['first', one.machineId])
    expect((await ssh(two.sshArguments(), ask)).split('\n')).toEqual(['second', two.machineId, 'ID=other'])
    expect(one.machineId).not.toBe(two.machineId)
    expect(readFileSync('/etc/os-release', 'utf8')).not.toContain('ID=other')
  })

  it('takes a hostile host name as far as the kernel does', async () => {
    const host = fleet.host('../../x\u001b[2J\u3042')
    expect(await ssh(host.sshArguments(), 'cat /proc/sys/kernel/hostname /etc/machine-id')).toBe(
      `../../x\u001b[2J\u3042\n${'a'.repeat(32)}`,
    )
  })

  it('lets admin be root through sudo, and seisa only run the collector', async () => {
    const host = fleet.host('first')
    expect(await ssh(host.sshArguments('admin'), 'sudo -n id -un')).toBe('root')
    await expect(ssh(host.sshArguments('seisa'), 'sudo -n id -un')).rejects.toThrow(/password is required/)
    const answer = await ssh(host.sshArguments('seisa'), 'sudo -n /usr/local/libexec/seisa-collect')
    expect(answer.split('\n')[0]).toMatch(/^@@|seisa/)
  })

  it('lets users in by password, and not by a wrong one', async () => {
    const host = fleet.host('second')
    const args = ['-e', 'ssh', '-o', 'PubkeyAuthentication=no', ...host.sshArguments(), 'id -un']
    const said = await run('sshpass', args, { env: { ...process.env, SSHPASS: host.password } })
    expect(said.stdout.trim()).toBe('seisa')
    await expect(run('sshpass', args, { env: { ...process.env, SSHPASS: 'wrong' } })).rejects.toThrow()
  })

  it('puts the lines of a spec before those of the distribution', async () => {
    const { stdout } = fleet.host('first').inside('sshd -T -C user=admin,host=x,addr=127.0.0.1')
    expect(stdout).toMatch(/^maxauthtries 2$/m)
    expect(stdout).toMatch(/^x11forwarding no$/m)
    expect(fleet.host('first').inside('sshd -T -C user=seisa,host=x,addr=127.0.0.1').stdout).toMatch(
      /^x11forwarding yes$/m,
    )
  })

  it('shows its sessions no neighbour: neither processes nor listeners nor the homes of this machine', async () => {
    const seen = await ssh(
      fleet.host('first').sshArguments('admin'),
      'sudo sh -c "ps ax; ss -ltnH; ls /home /root /tmp"',
    )
    expect(seen).not.toContain('node')
    expect(seen).not.toContain('2222')
    expect(seen.match(/\[listener\]/g)).toHaveLength(1)
    expect(seen).not.toContain('seisa-sshd-')
  })

  it('lets not even root change the kernel of this machine', async () => {
    const before = readFileSync('/proc/sys/vm/swappiness', 'utf8')
    const change = ssh(fleet.host('first').sshArguments('admin'), 'sudo sh -c "echo 1 >/proc/sys/vm/swappiness"')
    await expect(change).rejects.toThrow(/Read-only/)
    expect(readFileSync('/proc/sys/vm/swappiness', 'utf8')).toBe(before)
  })

  it('takes a key that only opens with a passphrase', async () => {
    const file = await encryptedKey(fleet.identityFile, 'a long word')
    const args = fleet
      .host('first')
      .sshArguments()
      .map((word) => (word === fleet.identityFile ? file : word))
    await expect(ssh(['-o', 'BatchMode=yes', ...args], 'id -un')).rejects.toThrow(/Permission denied/)
    const asked = ['-P', 'passphrase', '-e', 'ssh', ...args, 'id -un']
    expect((await run('sshpass', asked, { env: { ...process.env, SSHPASS: 'a long word' } })).stdout).toBe('seisa\n')
  })

  it('gives known_hosts and fingerprints that OpenSSH agrees with', async () => {
    const host = fleet.host('second')
    const { stdout } = await run('ssh-keygen', ['-l', '-f', host.knownHosts])
    expect(stdout).toContain(`${host.hostKeyFingerprint} [${host.address}]:2222 (ED25519)`)
    expect(stdout).toContain('(ECDSA)')
  })

  it('gives a configuration for each host and for all', () => {
    const all = parse(fleet.seisaYaml) as { targets: { name: string; host: string }[] }
    const hostile = `host-${fleet.hosts[2]?.address.replaceAll('.', '-')}`
    expect(all.targets.map(({ name }) => name).join(' ')).toBe(`first second ${hostile} changing jump behind further`)
    const one = parse(fleet.host('further').seisaYaml) as { targets: { jump: string }[] }
    const [jump, behind] = [fleet.host('jump'), fleet.host('behind')]
    expect(one.targets[0]?.jump).toBe(`seisa@${jump.address}:2222,seisa@${behind.address}:2222`)
  })

  it('reaches a host behind a jump host, and only so', async () => {
    for (const name of ['behind', 'further']) {
      const host = fleet.host(name)
      expect(await ssh(host.sshArguments(), 'hostname')).toBe(name)
      expect(await refused(host.address, host.port)).toBe('ECONNREFUSED')
    }
    // the second one isn't seen from the first jump host either
    const scan = `exec 3<>/dev/tcp/${fleet.host('further').address}/2222`
    await expect(ssh(fleet.host('jump').sshArguments(), `bash -c '${scan}'`)).rejects.toThrow(/refused/)
  })

  it('starts a host again at the same address with another key, which OpenSSH refuses', async () => {
    const old = fleet.host('changing')
    expect(await ssh(old.sshArguments(), 'hostname')).toBe('changing')
    const again = await fleet.restart('changing')
    expect([again.address, again.port, again.machineId]).toEqual([old.address, old.port, old.machineId])
    expect(again.hostKeyFingerprint).not.toBe(old.hostKeyFingerprint)
    await expect(ssh(again.sshArguments(), 'hostname')).rejects.toThrow(/REMOTE HOST IDENTIFICATION HAS CHANGED/)
  })
})

labSuite('the end of a fleet', sshdLab(), () => {
  const ofThisMachine = (): string => readFileSync('/proc/self/mounts', 'utf8')

  it('leaves no process, mount or folder', async () => {
    const before = ofThisMachine()
    const fleet = await startFleet([{ name: 'short' }])
    const { pid, address, port } = fleet.host('short')
    await fleet.stop()
    expect(existsSync(`/proc/${pid}`)).toBe(false)
    expect(existsSync(fleet.folder)).toBe(false)
    expect(ofThisMachine()).toBe(before)
    expect(await refused(address, port)).toBe('ECONNREFUSED')
  })

  describe.each(['SIGKILL', 'SIGINT'] as const)('when its owner dies by %s', (signal) => {
    it('is the same', async () => {
      const script = `import { startFleet } from ${JSON.stringify(`${import.meta.dirname}/index.ts`)}
        const fleet = await startFleet([{ name: 'orphan' }])
        console.log(JSON.stringify([fleet.folder, fleet.host('orphan').pid]))
        setInterval(() => {}, 1000)`
      const owner = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const [line] = (await once(owner.stdout, 'data')) as [Buffer]
      const [folder, pid] = JSON.parse(line.toString()) as [string, number]
      expect(existsSync(`/proc/${pid}`)).toBe(true)
      owner.kill(signal)
      await expect.poll(() => existsSync(`/proc/${pid}`) || existsSync(folder), { timeout: 10_000 }).toBe(false)
    })
  })

  it('is the same when a host does not start, and the reason is told', async () => {
    const folders = (): readonly string[] => readdirSync('/tmp').filter((name) => name.startsWith('seisa-sshd-'))
    const before = folders()
    await expect(startFleet([{ name: 'good' }, { name: 'bad', sshdConfig: 'NoSuchKeyword yes' }])).rejects.toThrow(
      /NoSuchKeyword/,
    )
    expect(folders().filter((name) => !before.includes(name))).toEqual([])
  })
})
