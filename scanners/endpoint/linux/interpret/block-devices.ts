import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import { linesOf, read, sectionFiles, sectionText, unreadable } from '../../../../src/core/evidence.ts'
import { type Mount, mountOf } from './mounts.ts'
import { systemLinks } from './system-text.ts'

/** What is known of the block devices of the machine, by kernel name (`dm-0`, `sda1`). */
export interface BlockDevices {
  /** Kernel name of a `major:minor`. */
  readonly byNumber: ReadonlyMap<string, string>
  /** Kernel name of a device-mapper name. */
  readonly byMapName: ReadonlyMap<string, string>
  readonly mapName: ReadonlyMap<string, string>
  /** Device-mapper UUID, which begins with the subsystem that made the device. */
  readonly mapUuid: ReadonlyMap<string, string>
  /** Devices below. */
  readonly slaves: ReadonlyMap<string, readonly string[]>
  /** Cipher of a dm-crypt device by its device-mapper name; only root sees them. */
  readonly ciphers: Reading<ReadonlyMap<string, string>>
  readonly backingFile: ReadonlyMap<string, string>
  /** Where sysfs keeps the device; the path names its bus. */
  readonly path: ReadonlyMap<string, string>
  /** Whole disks whose medium can be taken out, as the driver says. */
  readonly removable: ReadonlyMap<string, boolean>
  /** Devices of each btrfs file system. */
  readonly btrfs: readonly (readonly string[])[]
  /** Mount points with folders that fscrypt may have encrypted. */
  readonly fscrypt: ReadonlySet<string>
  /** Temporary and home areas that exist: as named, and where they really are. */
  readonly areas: ReadonlyMap<string, string>
}

/** Block devices as the collector listed them. */
export function readBlockDevices(evidence: Evidence): Reading<BlockDevices> {
  const links = systemLinks(evidence)
  if (!links.ok) return links
  const list = sectionText(evidence, 'storage-links')
  if (!list.ok) return list
  const files = sectionFiles(evidence, 'storage-files')
  if (!files.ok) return files
  const byNumber = new Map<string, string>()
  const path = new Map<string, string>()
  for (const [link, target] of links.value) {
    const number = /^\/sys\/dev\/block\/(\d+:\d+)$/.exec(link)?.[1]
    const name = target.split('/').at(-1)
    if (number === undefined || !name) continue
    byNumber.set(number, name)
    path.set(name, target)
  }
  const slaves = new Map<string, string[]>()
  const btrfs = new Map<string, string[]>()
  const fscrypt = new Set<string>()
  const areas = new Map<string, string>()
  for (const line of linesOf(list.value)) {
    const slave = /^\/sys\/class\/block\/([^/]+)\/slaves\/([^/]+)$/.exec(line)
    if (slave) push(slaves, slave[1] ?? '', slave[2] ?? '')
    const member = /^\/sys\/fs\/btrfs\/([^/]+)\/devices\/([^/]+)$/.exec(line)
    if (member) push(btrfs, member[1] ?? '', member[2] ?? '')
    if (line.startsWith('fscrypt ')) fscrypt.add(line.slice(8))
    const area = /^area ([^\t]+)\t(.*)$/.exec(line)
    if (area) areas.set(area[1] ?? '', area[2] || (area[1] ?? ''))
  }
  const mapName = new Map<string, string>()
  const mapUuid = new Map<string, string>()
  const backingFile = new Map<string, string>()
  const removable = new Map<string, boolean>()
  for (const [file, found] of files.value) {
    const text = found.state === 'read' ? (found.lines[0] ?? '').trim() : undefined
    if (text === undefined) continue
    const [, folder, device = '', rest = ''] = /^\/sys\/(class\/block|block)\/([^/]+)\/(.+)$/.exec(file) ?? []
    if (folder === undefined) continue
    if (rest === 'dm/name') mapName.set(device, text)
    if (rest === 'dm/uuid') mapUuid.set(device, text)
    if (rest === 'loop/backing_file' || rest === 'backing_dev') backingFile.set(device, text)
    if (rest === 'removable' && /^[01]$/.test(text)) removable.set(device, text === '1')
  }
  const byMapName = new Map([...mapName].map(([device, name]) => [name, device]))
  const ciphers = readCiphers(evidence)
  return read({
    byNumber,
    byMapName,
    mapName,
    mapUuid,
    slaves,
    ciphers,
    backingFile,
    path,
    removable,
    btrfs: [...btrfs.values()],
    fscrypt,
    areas,
  })
}

function push(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}

// each line: name, target, cipher (dmsetup(8), dm-crypt in the kernel's admin guide)
function readCiphers(evidence: Evidence): Reading<ReadonlyMap<string, string>> {
  const text = sectionText(evidence, 'disk-ciphers')
  if (!text.ok) return text
  const found = new Map<string, string>()
  for (const line of linesOf(text.value)) {
    const match = /^(\S+) crypt (\S+)$/.exec(line)
    if (match) found.set(match[1] ?? '', match[2] ?? '')
  }
  return read(found)
}

/** Kernel name of the device that a mount or a swap names. */
export function deviceOf(devices: BlockDevices, source: string, number?: string): string | undefined {
  const known = number === undefined ? undefined : devices.byNumber.get(number)
  if (known !== undefined) return known
  const mapped = /^\/dev\/mapper\/(.+)$/.exec(source)?.[1]
  if (mapped !== undefined) return devices.byMapName.get(mapped)
  const name = /^\/dev\/([^/]+)$/.exec(source)?.[1]
  return name !== undefined && devices.path.has(name) ? name : undefined
}

/** Whether what is written to a device is encrypted on this machine before it reaches a disk. */
export type Protection = {
  readonly encrypted: boolean
  readonly ciphers: readonly string[]
  readonly cipherUnread: boolean
}

const bare: Protection = { encrypted: false, ciphers: [], cipherUnread: false }

/**
 * Protection of a device: encrypted when every path from it down to a disk passes dm-crypt. What a drive
 * or a cloud provider encrypts by itself can't be seen from here and doesn't count.
 */
export function protectionOf(
  devices: BlockDevices,
  device: string,
  mounts: readonly Mount[],
  depth = 0,
): Reading<Protection> {
  if (depth > 16) return unreadable({ ja: '装置の重なりが深すぎる', en: 'devices are stacked too deep' })
  const uuid = devices.mapUuid.get(device)
  if (device.startsWith('dm-')) {
    if (uuid === undefined) {
      return unreadable({ ja: `${device} の種別を読めない`, en: `the kind of ${device} can't be read` })
    }
    const listed = devices.ciphers.ok && devices.ciphers.value.has(devices.mapName.get(device) ?? '')
    // cryptsetup names its devices CRYPT-<type>-…; verity and integrity protect against change, not reading
    if (listed || /^CRYPT-(?!VERITY|INTEGRITY|SUBDEV)/.test(uuid)) return cryptProtection(devices, device)
    if (uuid === '' && !devices.ciphers.ok) {
      // VeraCrypt's devices have no UUID: only the table tells, and only root sees it
      return {
        ...devices.ciphers,
        why: { ja: `${device} の種別を読めない`, en: `the kind of ${device} can't be read` },
      }
    }
  }
  const loop = /^loop\d+/.exec(device)?.[0]
  if (loop !== undefined) {
    const file = devices.backingFile.get(loop)
    const mount = file === undefined ? undefined : mountOf(mounts, file)
    const below = mount && deviceOf(devices, mount.source, mount.number)
    if (below === undefined) {
      return unreadable({
        ja: `${device} の元のファイルの在りかを読めない`,
        en: `where the file behind ${device} lies can't be read`,
      })
    }
    return protectionOf(devices, below, mounts, depth + 1)
  }
  const below = devices.slaves.get(device) ?? devices.slaves.get(wholeDisk(devices, device)) ?? []
  if (below.length === 0) {
    if (device.startsWith('dm-')) {
      return unreadable({ ja: `${device} の下の装置を読めない`, en: `the devices below ${device} can't be read` })
    }
    return devices.path.has(device)
      ? read(bare)
      : unreadable({ ja: `${device} が装置の一覧にない`, en: `${device} is not among the devices` })
  }
  return combine(below.map((name) => protectionOf(devices, name, mounts, depth + 1)))
}

// sysfs keeps a partition inside the folder of its disk
const wholeDisk = (devices: BlockDevices, device: string): string =>
  devices.path.get(device)?.split('/').at(-2) ?? device

function cryptProtection(devices: BlockDevices, device: string): Reading<Protection> {
  const name = devices.mapName.get(device)
  const cipher = devices.ciphers.ok && name !== undefined ? devices.ciphers.value.get(name) : undefined
  // the "cipher" that leaves the data as it is (cryptsetup(8), cipher_null)
  if (cipher !== undefined && /cipher_null/.test(cipher)) return read(bare)
  return read({ encrypted: true, ciphers: cipher === undefined ? [] : [cipher], cipherUnread: cipher === undefined })
}

/** Protection of data that lies on all of these: one bare part suffices to read some of it. */
export function combine(parts: readonly Reading<Protection>[]): Reading<Protection> {
  const known = parts.filter((part) => part.ok).map((part) => part.value)
  if (known.some((part) => !part.encrypted)) return read(bare)
  const failed = parts.find((part) => !part.ok)
  if (failed) return failed
  return read({
    encrypted: known.length > 0,
    ciphers: [...new Set(known.flatMap((part) => part.ciphers))].sort(),
    cipherUnread: known.some((part) => part.cipherUnread),
  })
}

/** Whether a device, or the whole disk it is part of, is on a removable medium or on USB. */
export function removableOf(devices: BlockDevices, device: string, depth = 0): boolean | undefined {
  const below = devices.slaves.get(device) ?? []
  if (below.length > 0 && depth <= 16) {
    const answers = below.map((name) => removableOf(devices, name, depth + 1))
    return answers.includes(true) ? true : answers.includes(undefined) ? undefined : false
  }
  const path = devices.path.get(device)
  if (path === undefined) return undefined
  // external USB disks say "not removable": only their bus tells (…/usb2/2-1/2-1:1.0/host4/…)
  if (/\/usb\d+\//.test(path)) return true
  for (const part of path.split('/')) if (devices.removable.get(part) === true) return true
  return path.split('/').some((part) => devices.removable.has(part)) ? false : undefined
}
