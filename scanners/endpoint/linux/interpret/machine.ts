import { createHmac } from 'node:crypto'
import type { Evidence } from '../../../../src/core/evidence.ts'
import { sectionText } from '../../../../src/core/evidence.ts'
import type { Identifier } from '../../../../src/core/snapshot.ts'
import { osRelease } from './os-release.ts'
import { optionalLine } from './system-text.ts'
import { hasDesktop, virtualisation } from './views.ts'

/** What names this machine: the interpreter makes the component's id and kind from it. */
export interface Machine {
  readonly hostname: string | undefined
  /** Keyed hash of the machine id, 32 hexadecimal digits; undefined when there is none. */
  readonly machineId: string | undefined
  readonly kind: 'server' | 'workstation'
  /** `linux/debian-12`. */
  readonly platform: string
  readonly identifiers: readonly Identifier[]
}

/**
 * Names of the machine that the evidence came from.
 *
 * Kind: a workstation has a desktop installed, or is a real machine whose firmware says that it is portable or a
 * desktop case. Everything else is a server; towers, and anything unknown, too, because the stricter demands are
 * made on servers and `kind:` of a target can correct it. A virtual machine's case is invented, so it is not asked.
 */
export function readMachine(evidence: Evidence): Machine {
  const line = (path: string): string | undefined => {
    const reading = optionalLine(evidence, 'machine-files', path)
    return reading.ok && reading.value ? reading.value : undefined
  }
  const id = machineIdHash(line('/etc/machine-id') ?? line('/var/lib/dbus/machine-id'))
  const serial = firmwareText(line('/sys/class/dmi/id/product_serial'))
  const uuid = firmwareUuid(line('/sys/class/dmi/id/product_uuid'))
  return {
    hostname: line('/proc/sys/kernel/hostname'),
    machineId: id,
    kind: kindOf(evidence, line('/sys/class/dmi/id/chassis_type')),
    platform: `linux/${platformName(evidence)}`,
    identifiers: [
      ...(id === undefined ? [] : [{ kind: 'machine-id-hash', value: id }]),
      ...(serial === undefined ? [] : [{ kind: 'serial', value: serial }]),
      ...(uuid === undefined ? [] : [{ kind: 'uuid', value: uuid }]),
    ],
  }
}

// machine-id(5): the id is confidential and must be hashed with a key of the application before it is shown;
// sd_id128_get_machine_app_specific() does it this way round, the id as the key.
function machineIdHash(id: string | undefined): string | undefined {
  if (id === undefined || !/^[0-9a-f]{32}$/.test(id) || /^0+$/.test(id)) return undefined
  return createHmac('sha256', Buffer.from(id, 'hex')).update('seisa component id 1').digest('hex').slice(0, 32)
}

// What makers leave in the firmware when they don't fill it in.
const fillers =
  /^(?:to be filled by o\.?e\.?m\.?|default string|system (?:serial number|product name|manufacturer|version)|not (?:specified|applicable|available)|none|n\/a|unknown|o\.e\.m\.|invalid|chassis serial number|0+|x+|\.+|-+|0?123456789)$/i

/** Text of a firmware table; undefined for the words that stand for "nothing". */
export const firmwareText = (text: string | undefined): string | undefined =>
  text === undefined || text.trim() === '' || fillers.test(text.trim()) ? undefined : text.trim()

const firmwareUuid = (text: string | undefined): string | undefined => {
  const uuid = text?.toLowerCase()
  if (uuid === undefined || !/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(uuid)) return undefined
  // all zeros and all ones mean "not set" (SMBIOS 3.7 section 7.2.1); the third is a board maker's example
  return /^[0-]+$|^[f-]+$|^03000200-0400-0500-0006-000700080009$/.test(uuid) ? undefined : uuid
}

// SMBIOS 3.7 table 17: desktop 3 4 13 15 16 24 35 36, portable 8 9 10 11 14 30 31 32
const personalCases: ReadonlySet<string> = new Set(
  [3, 4, 8, 9, 10, 11, 13, 14, 15, 16, 24, 30, 31, 32, 35, 36].map((type) => String(type)),
)

function kindOf(evidence: Evidence, chassis: string | undefined): 'server' | 'workstation' {
  const desktop = hasDesktop(evidence)
  if (desktop.ok && desktop.value) return 'workstation'
  const place = virtualisation(evidence)
  return place.ok && place.value === 'none' && chassis !== undefined && personalCases.has(chassis)
    ? 'workstation'
    : 'server'
}

function platformName(evidence: Evidence): string {
  const release = osRelease(evidence)
  const clean = (text: string | undefined): string => (text ?? '').toLowerCase().replace(/[^a-z0-9.]+/g, '-')
  const id = release.ok ? clean(release.value.values.get('ID')) : ''
  const version = release.ok ? clean(release.value.values.get('VERSION_ID')) : ''
  if (id === '') return 'unknown'
  return version === '' ? id : `${id}-${version}`
}

/** Architecture as the kernel names it. */
export const architectureOf = (evidence: Evidence): string | undefined => {
  const text = sectionText(evidence, 'architecture')
  return text.ok && text.value.trim() !== '' ? text.value.trim() : undefined
}
