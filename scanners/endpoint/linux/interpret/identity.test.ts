import { describe, expect, it } from 'vitest'
import { evidenceOf, filesText, type GivenSection } from '../testing/evidence.ts'
import { goodMachine, machineFiles } from '../testing/system-machine.ts'
import { lastSupportedDay } from './end-of-support.ts'
import { interpretIdentity } from './identity.ts'
import { readMachine } from './machine.ts'

type Files = Parameters<typeof filesText>[0]
const given = (files: Files, changes: Readonly<Record<string, GivenSection>> = {}) =>
  evidenceOf({ ...goodMachine, 'machine-files': filesText({ ...machineFiles, ...files }), ...changes })
const fact = (setting: string, files: Files) =>
  interpretIdentity(given(files)).facts?.find((found) => found.setting === `identity.${setting}`)

describe('identity', () => {
  it('gives memory in bytes and the last start as an instant', () => {
    expect(fact('memory', {})).toMatchObject({ value: 16_384_000_000 })
    expect(fact('last-boot', {})).toMatchObject({ value: '2026-11-20T13:23:12Z' })
  })
  it('needs root for the serial number, and takes a maker’s filler for none', () => {
    expect(fact('serial', { '/sys/class/dmi/id/product_serial': { state: 'denied' } })).toMatchObject({
      state: 'unreadable',
      needs: expect.anything(),
    })
    expect(fact('serial', { '/sys/class/dmi/id/product_serial': 'To Be Filled By O.E.M.\n' })).toMatchObject({
      state: 'absent',
    })
  })
  it('never takes an unknown release for supported', () => {
    expect(fact('end-of-support', { '/etc/os-release': 'ID=debian\nVERSION_ID="99"\n' })).toMatchObject({
      state: 'unreadable',
    })
    expect(fact('end-of-support', { '/etc/os-release': 'ID=constructor\nVERSION_ID=name\n' })).toMatchObject({
      state: 'unreadable',
    })
  })
})

describe('lastSupportedDay', () => {
  const day = (text: Readonly<Record<string, string>>, architecture = 'x86_64') =>
    lastSupportedDay(new Map(Object.entries(text)), architecture)
  it.each([
    [{ ID: 'debian', VERSION_ID: '12' }, '2028-06-30'],
    [{ ID: 'ubuntu', VERSION_ID: '24.04' }, '2029-05-31'],
    [{ ID: 'rocky', VERSION_ID: '9.4' }, '2032-05-31'],
    [{ ID: 'centos', NAME: 'CentOS Stream', VERSION_ID: '9' }, '2027-05-31'],
    [{ ID: 'alpine', VERSION_ID: '3.20.3' }, '2026-04-01'],
    [{ ID: 'sles', VERSION_ID: '15.6' }, '2025-12-31'],
    [{ ID: 'amzn', VERSION_ID: '2023', SUPPORT_END: '2028-03-15' }, '2028-03-15'],
  ])('of %o is %s', (release, expected) => {
    expect(day(release as Readonly<Record<string, string>>)).toBe(expected)
  })
  it('ends earlier on an architecture without Debian LTS', () => {
    expect(day({ ID: 'debian', VERSION_ID: '12' }, 's390x')).toBe('2026-07-11')
  })
  it('is undefined for nonsense in SUPPORT_END', () => {
    expect(day({ ID: 'debian', VERSION_ID: '12', SUPPORT_END: 'soon' })).toBeUndefined()
  })
})

describe('readMachine', () => {
  it('hashes the machine id and names the machine', () => {
    const machine = readMachine(given({}))
    expect(machine).toMatchObject({ hostname: 'fs-01', kind: 'server', platform: 'linux/debian-12' })
    expect(machine.machineId).toMatch(/^[0-9a-f]{32}$/)
    expect(JSON.stringify(machine)).not.toContain('0123456789abcdef0123456789abcdef')
    expect(machine.identifiers.map((identifier) => identifier.kind)).toEqual(['machine-id-hash', 'serial', 'uuid'])
  })
  it('has no machine id while the image is uninitialised', () => {
    expect(readMachine(given({ '/etc/machine-id': 'uninitialized\n' })).machineId).toBeUndefined()
  })
  it('is a workstation with a desktop, or as a real notebook, but not by the invented case of a virtual machine', () => {
    const notebook = { '/sys/class/dmi/id/chassis_type': '10\n' }
    expect(readMachine(given({}, { desktop: 'manager /usr/sbin/gdm3\nchecked\n' })).kind).toBe('workstation')
    expect(readMachine(given(notebook)).kind).toBe('workstation')
    expect(readMachine(given(notebook, { hypervisor: 'microsoft\n' })).kind).toBe('server')
  })
})
