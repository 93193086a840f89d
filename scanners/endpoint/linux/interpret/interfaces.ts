import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import { linesOf, read, sectionText } from '../../../../src/core/evidence.ts'
import type { Field, Row, Table } from '../../../../src/core/fact.ts'
import type { Part } from './contribution.ts'
import { numberOf } from './kernel.ts'
import { type SystemValue, systemLinks, systemValues } from './system-text.ts'

export const observesInterfaces = { settings: [], rows: ['interface'] } as const

/** Network interfaces and their addresses. */
export const interpretInterfaces: Part = (evidence) => ({ tables: [interfaces(evidence)] })

function interfaces(evidence: Evidence): Table {
  const refs = [{ source: 'kernel-settings' }, { source: 'addresses' }]
  const values = systemValues(evidence, 'kernel-settings')
  if (!values.ok) return { type: 'interface', rows: [], complete: false, why: values.why, evidence: refs }
  const addresses = readAddresses(evidence)
  const links = systemLinks(evidence)
  const names = new Set<string>()
  for (const path of values.value.keys()) {
    const name = /^\/sys\/class\/net\/([^/]+)\/flags$/.exec(path)?.[1]
    if (name !== undefined && name !== '*') names.add(name)
  }
  const rows = [...names].sort().map((name): Row => {
    const value = (file: string): SystemValue | undefined => values.value.get(`/sys/class/net/${name}/${file}`)
    const flags = value('flags')
    const address = value('address')
    return {
      key: name,
      name,
      fields: {
        name,
        kind: kindOf(name, value('type'), links.ok ? links.value.get(`/sys/class/net/${name}`) : undefined),
        addresses: addresses.ok ? (addresses.value.get(name) ?? []) : { unreadable: addresses.why },
        mac: macField(address),
        // IFF_UP is the first bit (netdevice(7)): what an administrator switched on, not whether a cable is in
        up:
          flags?.state === 'read' && /^0x[0-9a-f]+$/i.test(flags.value)
            ? (Number.parseInt(flags.value, 16) & 1) === 1
            : notRead('flags'),
        'ipv6-enabled': ipv6Field(values.value, name),
      },
      evidence: [{ source: `/sys/class/net/${name}` }],
    }
  })
  return { type: 'interface', rows, complete: true, evidence: refs }
}

const notRead = (what: string): Field => ({
  unreadable: { ja: `${what} を読めなかった`, en: `${what} could not be read` },
})

const macField = (entry: SystemValue | undefined): Field => {
  if (entry?.state !== 'read') return notRead('address')
  // the loopback and tunnels have none, or zeros
  return /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(entry.value) && entry.value !== '00:00:00:00:00:00'
    ? entry.value
    : null
}

// ARPHRD numbers of include/uapi/linux/if_arp.h; sysfs keeps devices without hardware under devices/virtual
function kindOf(name: string, type: SystemValue | undefined, link: string | undefined): Field {
  if (type?.state !== 'read') return notRead('type')
  if (type.value === '772') return 'loopback'
  if (type.value === '801' || type.value === '802' || type.value === '803') return 'wireless'
  if (type.value === '65534' || /^(?:768|769|776|778|823)$/.test(type.value)) return 'tunnel'
  if (type.value === '512') return 'ppp'
  if (type.value === '32') return 'infiniband'
  if (type.value !== '1') return 'other'
  if (link !== undefined && /\/devices\/virtual\//.test(link)) return 'virtual'
  return name.startsWith('wl') ? 'wireless' : 'ethernet'
}

function ipv6Field(values: ReadonlyMap<string, SystemValue>, name: string): Field {
  const entry = values.get(`/proc/sys/net/ipv6/conf/${name}/disable_ipv6`)
  const number = entry && numberOf(entry)
  if (number !== undefined) return number === 0
  // no interface has the file when the kernel runs without IPv6
  if (!entry && values.get('/proc/sys/net/ipv6/conf/*/disable_ipv6')?.state === 'absent') return false
  return notRead('disable_ipv6')
}

// one line for each address: number, name, family, address with prefix (ip(8), -o)
function readAddresses(evidence: Evidence): Reading<ReadonlyMap<string, readonly string[]>> {
  const text = sectionText(evidence, 'addresses')
  if (!text.ok) return text
  const found = new Map<string, string[]>()
  for (const line of linesOf(text.value)) {
    const match = /^\d+:\s+(\S+?)(?:@\S+)?\s+inet6?\s+(\S+)/.exec(line)
    if (!match) continue
    // temporary addresses of RFC 8981 change by themselves
    if (/\btemporary\b/.test(line)) continue
    const list = found.get(match[1] ?? '') ?? []
    list.push(match[2] ?? '')
    found.set(match[1] ?? '', list)
  }
  for (const list of found.values()) list.sort()
  return read(found)
}
