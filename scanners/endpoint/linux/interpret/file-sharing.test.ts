import { expect, it } from 'vitest'
import { evidenceOf, filesText, type GivenSection } from '../testing/evidence.ts'
import { goodMachine, machineMounts, mountsText, systemFiles } from '../testing/system-machine.ts'
import { interpretFileSharing } from './file-sharing.ts'

const read = (changes: Readonly<Record<string, GivenSection>>) => {
  const fact = interpretFileSharing(evidenceOf({ ...goodMachine, ...changes })).facts?.[0]
  return fact?.state === 'known' ? fact.value : fact?.state
}
const share = (rest: string) => ({ mounts: mountsText([...machineMounts, `40 1 0:70 / /mnt/s rw - ${rest}`]) })
const smbd = 'present /usr/sbin/smbd\nchecked\n'

it('is inapplicable without any share', () => {
  expect(read({})).toBe('inapplicable')
})

it.each([
  ['nfs4 fs:/x rw,sec=krb5p', true],
  ['nfs4 fs:/x rw,sec=krb5i', false],
  ['nfs4 fs:/x rw,sec=sys,xprtsec=mtls', true],
  ['cifs //fs/x rw,vers=3.1.1,seal', true],
  ['cifs //fs/x rw,vers=3.1.1', false],
  ['fuse.glusterfs fs:/x rw', 'unreadable'],
])('reads %s as %s', (rest, expected) => {
  expect(read(share(rest))).toBe(expected)
})

it('wants Samba to refuse clients that do not encrypt, on every share', () => {
  expect(read({ marks: smbd, samba: '[global]\n   server smb encrypt = required\n; read\n' })).toBe(true)
  expect(read({ marks: smbd, samba: '[global]\n   smb encrypt = desired\n; read\n' })).toBe(false)
  expect(read({ marks: smbd, samba: '[global]\nsmb encrypt = required\n[x]\nsmb encrypt = off\n; read\n' })).toBe(false)
  expect(read({ marks: smbd, samba: '[global]\n include = /etc/more.conf\n; read\n' })).toBe('unreadable')
  expect(read({ marks: smbd, samba: { skipped: 'root' } })).toBe('unreadable')
})

it('wants every client of an export to use krb5p', () => {
  const exports = (text: string) => ({ 'system-files': filesText({ ...systemFiles, '/etc/exports': text }) })
  expect(read(exports('/srv 192.0.2.0/24(rw,sec=krb5p)\n'))).toBe(true)
  expect(read(exports('/srv 192.0.2.0/24(rw,sec=krb5p) *(ro)\n'))).toBe(false)
  expect(read(exports('/srv *(rw,sec=krb5p:sys)\n'))).toBe(false)
})
