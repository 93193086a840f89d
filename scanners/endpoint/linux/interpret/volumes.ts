import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import { linesOf, read, sectionFiles, sectionText, unreadable } from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Field } from '../../../../src/core/fact.ts'
import {
  type BlockDevices,
  combine,
  deviceOf,
  type Protection,
  protectionOf,
  readBlockDevices,
  removableOf,
} from './block-devices.ts'
import {
  imageFilesystems,
  isNetworkFilesystem,
  kernelFilesystems,
  memoryFilesystems,
  type Mount,
  mountOf,
  parseSwaps,
  readMounts,
} from './mounts.ts'
import { fileReading } from './system-text.ts'

/** A place where data lies, whatever it is used for. */
export interface Volume {
  /** Mount point, or the path of the swap. */
  readonly key: string
  readonly device: string
  readonly filesystem: string
  readonly options: readonly string[]
  readonly data: boolean
  readonly swap: boolean
  readonly network: boolean
  readonly removable: Reading<boolean>
  readonly protection: Reading<Protection> | 'memory'
  readonly temporary: boolean
  readonly executablesBlocked: boolean | undefined
  readonly evidence: readonly EvidenceRef[]
}

// Firmware and boot loader must read these before there is a key.
const isBoot = (point: string): boolean => /^\/(?:boot|efi)(?:\/|$)/.test(point)

const isArea = (point: string): boolean =>
  /^\/(?:tmp|var\/tmp|dev\/shm|home|var\/home|export\/home)(?:\/|$)/.test(point)

/** Mounted media stand under these (File Hierarchy Standard 3.11, 3.12, and udisks). */
export const isMediaPoint = (point: string): boolean => /^\/(?:media|mnt|run\/media)(?:\/|$)/.test(point)

/** Every volume in use: mounts, swap, and temporary or home areas without a volume of their own. */
export function readVolumes(evidence: Evidence): Reading<readonly Volume[]> {
  const mounts = readMounts(evidence)
  if (!mounts.ok) return mounts
  const devices = readBlockDevices(evidence)
  if (!devices.ok) return devices
  const files = sectionFiles(evidence, 'storage-files')
  if (!files.ok) return files
  const volumes = new Map<string, Volume>()
  for (const mount of mounts.value) {
    if (kernelFilesystems.has(mount.filesystem)) continue
    // each snap is a mount of its own that comes and goes with its updates
    if (mount.filesystem === 'squashfs' && /^\/(?:var\/lib\/snapd\/)?snap\//.test(mount.point)) continue
    if (memoryFilesystems.has(mount.filesystem) && !isArea(mount.point)) continue
    // a later mount on the same point hides the one before
    volumes.set(mount.point, mountVolume(evidence, mount, devices.value, mounts.value))
  }
  for (const [name, place] of devices.value.areas) {
    if (volumes.has(place)) continue
    const holder = mountOf(mounts.value, place)
    if (!holder || kernelFilesystems.has(holder.filesystem)) continue
    const volume = mountVolume(evidence, holder, devices.value, mounts.value)
    // the area has the rights of the volume that it is a folder of
    volumes.set(name, { ...volume, key: name, temporary: true })
  }
  const swapFile = files.value.get('/proc/swaps')
  // a kernel without swap has no such file
  if (swapFile?.state !== 'absent') {
    const lines = fileReading(swapFile, '/proc/swaps')
    if (!lines.ok) return lines
    const swaps = parseSwaps(lines.value)
    if (!swaps.ok) return swaps
    for (const swap of swaps.value) {
      const holder = swap.kind === 'file' ? mountOf(mounts.value, swap.path) : undefined
      const device = holder ? deviceOf(devices.value, holder.source, holder.number) : deviceOf(devices.value, swap.path)
      const memory = /^\/dev\/zram\d+$/.test(swap.path) && !writesBack(devices.value, swap.path.slice(5))
      volumes.set(`swap:${swap.path}`, {
        key: `swap:${swap.path}`,
        device: swap.path,
        filesystem: 'swap',
        options: [],
        data: false,
        swap: true,
        network: false,
        removable: device === undefined ? noDevice(swap.path) : removable(devices.value, device),
        protection: memory
          ? 'memory'
          : device === undefined
            ? noDevice(swap.path)
            : protectionOf(devices.value, device, mounts.value),
        temporary: false,
        executablesBlocked: undefined,
        evidence: [{ source: '/proc/swaps', at: `${swap.line}` }],
      })
    }
  }
  return read([...volumes.values()].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)))
}

const noDevice = (name: string): Reading<never> =>
  unreadable({ ja: `${name} の装置を特定できない`, en: `the device of ${name} can't be told` })

const writesBack = (devices: BlockDevices, device: string): boolean => {
  const backing = devices.backingFile.get(device)
  return backing !== undefined && backing !== 'none'
}

function removable(devices: BlockDevices, device: string): Reading<boolean> {
  const answer = removableOf(devices, device)
  return answer === undefined
    ? unreadable({ ja: `${device} が外部媒体かどうかを読めない`, en: `whether ${device} is removable can't be read` })
    : read(answer)
}

function mountVolume(evidence: Evidence, mount: Mount, devices: BlockDevices, mounts: readonly Mount[]): Volume {
  const memory = memoryFilesystems.has(mount.filesystem)
  const network = isNetworkFilesystem(mount.filesystem)
  const image = imageFilesystems.has(mount.filesystem)
  return {
    key: mount.point,
    device: mount.source,
    filesystem: mount.filesystem,
    options: [...mount.options].sort(),
    data: !memory && !network && !image && !isBoot(mount.point),
    swap: false,
    network,
    removable: memory || network ? read(false) : mountRemovable(mount, devices),
    protection: memory
      ? 'memory'
      : network
        ? unreadable({ ja: '置き場所は他の機器にある', en: 'the data lies on another machine' })
        : mountProtection(evidence, mount, devices, mounts),
    temporary: isArea(mount.point),
    executablesBlocked: mount.options.includes('noexec'),
    evidence: [{ source: '/proc/self/mountinfo', at: `${mount.line}` }],
  }
}

function devicesOfMount(mount: Mount, devices: BlockDevices): readonly string[] | undefined {
  const device = deviceOf(devices, mount.source, mount.number)
  if (mount.filesystem !== 'btrfs') return device === undefined ? undefined : [device]
  // a btrfs has a device number of its own and may lie on several devices
  return device === undefined ? undefined : (devices.btrfs.find((members) => members.includes(device)) ?? undefined)
}

function mountRemovable(mount: Mount, devices: BlockDevices): Reading<boolean> {
  const names = devicesOfMount(mount, devices)
  if (names === undefined) {
    // ZFS has no device in the kernel's list; its pools are of fixed disks as far as can be told
    return noDevice(mount.source)
  }
  for (const name of names) {
    const answer = removable(devices, name)
    if (!answer.ok || answer.value) return answer
  }
  return read(false)
}

function mountProtection(
  evidence: Evidence,
  mount: Mount,
  devices: BlockDevices,
  mounts: readonly Mount[],
): Reading<Protection> {
  if (mount.filesystem === 'zfs') return zfsProtection(evidence, mount)
  // eCryptfs and its kin encrypt every file that is written through the mount
  const layered = /^(?:ecryptfs|fuse\.encfs|fuse\.gocryptfs|fuse\.cryfs)$/.test(mount.filesystem)
  if (layered)
    return read({ encrypted: true, ciphers: ecryptfsCiphers(mount), cipherUnread: ecryptfsCiphers(mount).length === 0 })
  const names = devicesOfMount(mount, devices)
  if (names === undefined || names.length === 0) return noDevice(mount.source)
  const below = combine(names.map((name) => protectionOf(devices, name, mounts)))
  if (below.ok && !below.value.encrypted && devices.fscrypt.has(mount.point)) {
    return unreadable({
      ja: 'fscrypt が使われており、どのフォルダまで暗号化されているか読めない',
      en: 'fscrypt is in use, and which folders it encrypts can not be read',
    })
  }
  return below
}

const ecryptfsCiphers = (mount: Mount): readonly string[] => {
  const option = (name: string) => mount.options.find((text) => text.startsWith(`${name}=`))?.slice(name.length + 1)
  const cipher = option('ecryptfs_cipher')
  return cipher === undefined ? [] : [`${cipher}-${option('ecryptfs_key_bytes') ?? '?'}bytes`]
}

// zfsprops(7): encryption is off, on, or a suite such as aes-256-gcm. A pool on dm-crypt isn't told from a bare one.
function zfsProtection(evidence: Evidence, mount: Mount): Reading<Protection> {
  const text = sectionText(evidence, 'zfs-encryption')
  if (!text.ok) return text
  for (const line of linesOf(text.value)) {
    const [name, property, value] = line.split('\t')
    if (name !== mount.source || property !== 'encryption' || value === undefined) continue
    if (value.startsWith('aes-')) return read({ encrypted: true, ciphers: [value], cipherUnread: false })
    break
  }
  return unreadable({
    ja: `${mount.source} はZFSの暗号化を使っておらず、下の装置の暗号化は読めない`,
    en: `${mount.source} doesn't use ZFS encryption, and what lies below the pool can't be read`,
  })
}

/** The field `encrypted` of a volume. */
export function encryptedField(volume: Volume): Field {
  if (volume.protection === 'memory') return { inapplicable: { ja: '主記憶の上にある', en: 'lies in memory' } }
  return volume.protection.ok ? volume.protection.value.encrypted : { unreadable: volume.protection.why }
}
