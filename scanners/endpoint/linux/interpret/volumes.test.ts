import { describe, expect, it } from 'vitest'
import { evidenceOf, filesText, type GivenSection } from '../testing/evidence.ts'
import { goodMachine, machineFiles, machineMounts, mountsText, storageFiles } from '../testing/system-machine.ts'
import { interpretVolumes } from './volume-facts.ts'

const read = (changes: Readonly<Record<string, GivenSection>>) => {
  const result = interpretVolumes(evidenceOf({ ...goodMachine, ...changes }))
  const fact = (setting: string) => result.facts?.find((found) => found.setting === `crypto.${setting}`)
  const table = result.tables?.[0]
  const rows = new Map([...(table?.rows ?? [])].map((row) => [row.key, row.fields]))
  return { fact, table, rows }
}
const mounts = (...lines: readonly string[]) => ({ mounts: mountsText([...machineMounts, ...lines]) })
const stored = (files: Readonly<Record<string, string>>) => ({
  'storage-files': filesText({ ...storageFiles, ...files }),
})

describe('disk encryption', () => {
  it('holds when root and swap lie on LUKS below LVM, apart from /boot', () => {
    const { fact, rows } = read({})
    expect(fact('disk-encryption')).toMatchObject({ state: 'known', value: true })
    expect(fact('disk-ciphers')).toMatchObject({ value: ['aes-xts-plain64'] })
    expect(rows.get('/boot')).toMatchObject({ encrypted: false, data: false })
    expect(rows.get('swap:/dev/dm-2')).toMatchObject({ encrypted: true, swap: true })
  })

  it('fails with one bare data volume or a bare swap', () => {
    expect(read(mounts('31 1 8:2 / /srv rw - xfs /dev/sda2 rw')).fact('disk-encryption')).toMatchObject({
      value: false,
    })
    expect(
      read(stored({ '/proc/swaps': 'Filename Type\n/dev/sda2 partition 1 0 -2\n' })).fact('disk-encryption'),
    ).toMatchObject({ value: false })
  })

  it('takes a swap file for encrypted as the volume that it lies on', () => {
    const { rows } = read(stored({ '/proc/swaps': 'Filename Type\n/swap.img file 1 0 -2\n' }))
    expect(rows.get('swap:/swap.img')).toMatchObject({ encrypted: true })
  })

  it('does not count compressed memory as a disk', () => {
    const { fact, rows } = read(stored({ '/proc/swaps': 'Filename Type\n/dev/zram0 partition 1 0 100\n' }))
    expect(rows.get('swap:/dev/zram0')?.['encrypted']).toHaveProperty('inapplicable')
    expect(fact('disk-encryption')).toMatchObject({ value: true })
  })

  it('does not take dm-verity or the null cipher for encryption', () => {
    expect(
      read({ ...stored({ '/sys/class/block/dm-0/dm/uuid': 'CRYPT-VERITY-1-x' }), 'disk-ciphers': '' }).fact(
        'disk-encryption',
      ),
    ).toMatchObject({ value: false })
    expect(read({ 'disk-ciphers': 'sda2_crypt crypt cipher_null-ecb\n' }).fact('disk-encryption')).toMatchObject({
      value: false,
    })
  })

  it('is unknown for ZFS without its own encryption, for fscrypt and for an unknown device', () => {
    expect(read(mounts('31 1 0:50 / /srv rw - zfs tank/srv rw')).fact('disk-encryption')).toMatchObject({
      state: 'unreadable',
    })
    expect(read(mounts('31 1 99:1 / /srv rw - ext4 /dev/gone rw')).fact('disk-encryption')).toMatchObject({
      state: 'unreadable',
    })
    const links = { 'storage-links': `${String(goodMachine['storage-links'])}fscrypt /srv\n` }
    expect(
      read({ ...mounts('31 1 8:2 / /srv rw - ext4 /dev/sda2 rw'), ...links }).fact('disk-encryption'),
    ).toMatchObject({ state: 'unreadable' })
  })

  it('believes ZFS encryption when zfs says so', () => {
    const zfs = { 'zfs-encryption': 'tank/srv\tencryption\taes-256-gcm\n' }
    expect(read({ ...mounts('31 1 0:50 / /srv rw - zfs tank/srv rw'), ...zfs }).rows.get('/srv')).toMatchObject({
      encrypted: true,
      cipher: 'aes-256-gcm',
    })
  })

  it('names what the cipher needs when an ordinary user asks', () => {
    const { fact } = read({ 'disk-ciphers': { skipped: 'root' }, collector: 'uid=1000\n' })
    expect(fact('disk-encryption')).toMatchObject({ value: true })
    expect(fact('disk-ciphers')).toMatchObject({ state: 'unreadable', needs: { en: expect.stringContaining('root') } })
  })

  it('needs every device of a btrfs', () => {
    const line = '31 1 0:60 / /srv rw - btrfs /dev/mapper/sda2_crypt rw'
    const members = (...names: string[]) => ({
      'storage-links': `${String(goodMachine['storage-links'])}${names.map((name) => `/sys/fs/btrfs/u-1/devices/${name}\n`).join('')}`,
    })
    expect(read({ ...mounts(line), ...members('dm-0') }).rows.get('/srv')).toMatchObject({ encrypted: true })
    expect(read({ ...mounts(line), ...members('dm-0', 'sda1') }).rows.get('/srv')).toMatchObject({ encrypted: false })
  })

  it('is unreadable when the list of mounts lost a line', () => {
    const text = mountsText(machineMounts).replace(/^.*\/boot.*\n/m, '')
    const { fact, table } = read({ mounts: text })
    expect(fact('disk-encryption')).toMatchObject({ state: 'unreadable' })
    expect(table?.complete).toBe(false)
  })

  it('is inapplicable in a container, with proof', () => {
    const own =
      '/proc/self/ns:\nlrwxrwxrwx 1 r r 0 Nov 20 13:49 pid -> pid:[1]\nlrwxrwxrwx 1 r r 0 Nov 20 13:49 uts -> uts:[2]\n'
    const { fact, table } = read({
      'system-links': own,
      'machine-files': filesText({ ...machineFiles, '/.dockerenv': '' }),
    })
    expect(fact('disk-encryption')).toMatchObject({ state: 'inapplicable', evidence: [{ source: 'system-links' }] })
    expect(table?.inapplicable).toBeDefined()
  })
})

describe('removable media and areas', () => {
  it('takes an external USB disk for removable although the driver does not say so', () => {
    const { fact, rows } = read(mounts('31 1 8:17 / /media/a\\040b rw,nosuid - vfat /dev/sdb1 rw'))
    expect(rows.get('/media/a b')).toMatchObject({ removable: true, encrypted: false })
    expect(fact('removable-encryption')).toMatchObject({ value: false })
    expect(fact('disk-encryption')).toMatchObject({ value: true })
  })

  it('has no answer to the encryption of media without media', () => {
    expect(read({}).fact('removable-encryption')).toMatchObject({ state: 'inapplicable' })
  })

  it('shows a home folder without a volume of its own with the rights of the volume that holds it', () => {
    const { rows } = read({})
    expect(rows.get('/tmp')).toMatchObject({ temporary: true, 'executables-blocked': true })
    expect(rows.get('/home')).toMatchObject({ temporary: true, 'executables-blocked': false })
  })
})
