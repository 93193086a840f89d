import { describe, expect, it } from 'vitest'
import { evidenceOf, filesText, type GivenSection } from '../testing/evidence.ts'
import { goodMachine, machineFiles } from '../testing/system-machine.ts'
import { hasDesktop, virtualisation } from './views.ts'

const links = (pid: string, uts = pid): string =>
  `/proc/self/ns:\nlrwxrwxrwx 1 root root 0 Nov 20 13:49 pid -> pid:[${pid}]\nlrwxrwxrwx 1 root root 0 Nov 20 13:49 uts -> uts:[${uts === pid ? (pid === '4026531836' ? '4026531838' : pid) : uts}]\n`
const first = links('4026531836')
const own = links('4026532201')

const place = (changes: Readonly<Record<string, GivenSection>>, files: Parameters<typeof filesText>[0] = {}) => {
  const reading = virtualisation(
    evidenceOf({ ...goodMachine, 'machine-files': filesText({ ...machineFiles, ...files }), ...changes }),
  )
  return reading.ok ? reading.value : 'unreadable'
}

describe('virtualisation', () => {
  it('is a container with an engine’s mark and namespaces of its own', () => {
    expect(place({ 'system-links': own }, { '/.dockerenv': '' })).toBe('container')
    expect(place({ 'system-links': own, 'first-process': 'container=lxc\nread=3\n' })).toBe('container')
    expect(place({ 'system-links': own }, { '/proc/1/cgroup': '4:cpu:/kubepods/burstable/pod1\n' })).toBe('container')
  })

  it('is a container with the host’s processes but a host name and a layered root of its own', () => {
    const shared = { 'system-links': links('4026531836', '4026532199') }
    const overlay = { mounts: '22 1 0:50 / / rw - overlay overlay rw,lowerdir=/l,upperdir=/u,workdir=/w\nrows 1\n' }
    expect(place({ ...shared, ...overlay }, { '/.dockerenv': '' })).toBe('container')
    // sshd.service with ProtectHostname=, on a machine where somebody made the file
    expect(place({ ...shared, hypervisor: 'kvm\n' }, { '/.dockerenv': '' })).toBe('virtual-machine')
    expect(place({ ...shared, hypervisor: 'kvm\n', mounts: { exitCode: 1 } }, { '/.dockerenv': '' })).toBe(
      'virtual-machine',
    )
  })

  it('is no container when an image with a mark boots as a machine, whatever systemd says of the mark', () => {
    expect(place({ 'system-links': first, hypervisor: 'kvm\n' }, { '/.dockerenv': '' })).toBe('virtual-machine')
  })

  it('is unreadable with namespaces of its own and no mark, or when the namespaces could not be read', () => {
    expect(place({ 'system-links': own })).toBe('unreadable')
    expect(place({ 'system-links': 'total 0\n' }, { '/.dockerenv': '' })).toBe('unreadable')
  })

  it('takes WSL for the virtual machine that it is', () => {
    expect(place({ 'system-links': own }, { '/proc/sys/kernel/osrelease': '5.15.0-microsoft-standard-WSL2\n' })).toBe(
      'virtual-machine',
    )
  })

  it('tells machines apart without systemd by the processor and the firmware', () => {
    const asked = { hypervisor: { skipped: 'command' } } as const
    expect(place({ ...asked })).toBe('none')
    expect(place({ ...asked, processor: 'hypervisor=yes\n' })).toBe('virtual-machine')
    expect(place({ ...asked, processor: 'hypervisor=unknown\n' })).toBe('unreadable')
    expect(place({ ...asked, processor: 'hypervisor=unknown\n' }, { '/sys/class/dmi/id/sys_vendor': 'QEMU' })).toBe(
      'virtual-machine',
    )
  })
})

describe('hasDesktop', () => {
  const desktop = (text: string) => hasDesktop(evidenceOf({ desktop: text }))
  it('is true with a session file or a display manager', () => {
    expect(desktop('session /usr/share/xsessions/gnome.desktop\nchecked\n')).toMatchObject({ value: true })
    expect(desktop('manager /usr/sbin/gdm3\nchecked\n')).toMatchObject({ value: true })
  })
  it('is false only when the search ended', () => {
    expect(desktop('checked\n')).toMatchObject({ value: false })
    expect(desktop('')).toMatchObject({ ok: false })
    expect(desktop('denied /usr/share/xsessions\nchecked\n')).toMatchObject({ ok: false })
  })
})
