import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { collectorScript } from '../../scanners/endpoint/linux/collector.ts'
import { labSuite } from '../suites.ts'
import {
  busyboxHost,
  certifiedHost,
  clones,
  type Fleet,
  hardenedHosts,
  hostileNames,
  otherReleaseHost,
  otherReleaseLab,
  rpmHost,
  rpmPackages,
  sshdLab,
  startFleet,
} from './index.ts'
import { makeKeys, publicKey } from './keys.ts'

async function ssh(fleet: Fleet, name: string, command: string, user?: string, input?: string): Promise<string> {
  const run = promisify(execFile)('ssh', [...fleet.host(name).sshArguments(user), command], {
    maxBuffer: 64 * 1024 * 1024,
  })
  run.child.stdin?.end(input ?? '')
  return (await run).stdout
}

labSuite('special hosts by what they are', sshdLab(['/bin/busybox', '/usr/bin/rpmbuild']), () => {
  let fleet: Fleet
  beforeAll(async () => {
    fleet = await startFleet([
      busyboxHost('busybox'),
      rpmHost('rpm'),
      ...clones('clone-1', 'clone-2'),
      ...hostileNames,
      ...hardenedHosts(3),
    ])
  })
  afterAll(() => fleet.stop())

  it('busybox: every program is an applet', async () => {
    const seen = await ssh(fleet, 'busybox', 'for name in sh ls awk sed ps id; do readlink -f $(which $name); done')
    expect(new Set(seen.trim().split('\n'))).toEqual(new Set(['/usr/bin/busybox']))
    expect(await ssh(fleet, 'busybox', 'which bash perl sudo dpkg; ls /var/lib/dpkg; true')).toBe('')
    expect(await ssh(fleet, 'busybox', 'ls /usr/sbin')).toBe('sshd\n')
  })

  it('busybox: the collector runs to its end', async () => {
    const answer = await ssh(fleet, 'busybox', '/bin/sh -s', undefined, collectorScript().text)
    expect(answer).toContain('lab-embedded')
    expect(answer.trim().split('\n').at(-1)).toMatch(/end/)
  })

  it('rpm: the packages are in an rpm database, and there is no dpkg', async () => {
    const seen = await ssh(fleet, 'rpm', `rpm -qa --qf '%{NAME} %{EPOCHNUM} %{VERSION} %{RELEASE}\\n' | sort`)
    expect(seen.trim().split('\n')).toEqual(
      rpmPackages.map((one) => `${one.name} ${one.epoch} ${one.version} ${one.release}`).toSorted(),
    )
    expect(
      await ssh(fleet, 'rpm', '. /etc/os-release; echo $ID_LIKE; which dpkg dpkg-query apt; ls -d /var/lib/dpkg; true'),
    ).toBe('rhel centos fedora\n')
  })

  it('clones have one machine id and two host keys', async () => {
    const ids = await Promise.all(['clone-1', 'clone-2'].map((name) => ssh(fleet, name, 'cat /etc/machine-id')))
    expect(ids[0]).toBe(ids[1])
    expect(fleet.host('clone-1').hostKeyFingerprint).not.toBe(fleet.host('clone-2').hostKeyFingerprint)
  })

  it('a certified host is known by its authority alone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'seisa-authority-'))
    const authority = join(folder, 'authority')
    await makeKeys([{ path: authority, kind: 'ed25519' }])
    const own = await startFleet([certifiedHost('certified', readFileSync(authority, 'utf8'))])
    try {
      const host = own.host('certified')
      writeFileSync(join(folder, 'known_hosts'), `@cert-authority * ${await publicKey(authority)}\n`)
      const options = ['-o', `UserKnownHostsFile=${join(folder, 'known_hosts')}`, '-o', 'StrictHostKeyChecking=yes']
      const { stdout } = await promisify(execFile)('ssh', [...options, ...host.sshArguments(), 'hostname'])
      expect(stdout).toBe('certified\n')
    } finally {
      await own.stop()
      rmSync(folder, { recursive: true })
    }
  })

  it.each(hostileNames.map(({ name }) => [name]))('the host name %j is what programs see', async (name) => {
    expect(await ssh(fleet, name, 'uname -n')).toBe(`${name}\n`)
  })

  it('hardened hosts differ in what sshd and PAM enforce', async () => {
    const seen = await Promise.all(
      [1, 2, 3].map((n) =>
        ssh(
          fleet,
          `host-${n}`,
          'sudo sshd -T | grep -i permitrootlogin; cat /etc/security/faillock.conf | grep ^deny; true',
          'admin',
        ),
      ),
    )
    expect(seen).toEqual([
      'permitrootlogin no\ndeny = 5\n',
      'permitrootlogin without-password\ndeny = 10\n',
      'permitrootlogin yes\n',
    ])
  })
})

labSuite('a host of another release', otherReleaseLab(), () => {
  it('is one, with its own sshd', async () => {
    const fleet = await startFleet([otherReleaseHost('other'), { ...otherReleaseHost('slow'), bannerDelaySeconds: 1 }])
    try {
      expect(await ssh(fleet, 'other', 'cat /etc/os-release')).not.toBe(readFileSync('/etc/os-release', 'utf8'))
      expect(await ssh(fleet, 'other', '. /etc/os-release; echo $VERSION_CODENAME; hostname')).toMatch(
        /^(trixie|bookworm)\nother\n$/,
      )
      expect(await ssh(fleet, 'other', 'sudo id -un; sudo ss -ltnH', 'admin')).toBe('root\n')
      expect(await ssh(fleet, 'slow', 'dpkg-query -W -f "\\${Version}" openssh-server')).toMatch(/^1:\d/)
    } finally {
      await fleet.stop()
    }
  })
})
