import { type Evidence, type Reading, read, unreadable } from '../../../../src/core/evidence.ts'
import { fromReading, type Part } from './contribution.ts'
import { defaultGateways, proxies } from './network-paths.ts'
import { readServices } from './service-readers.ts'
import { listenerViews, serviceViews } from './views.ts'

/** What is looked for: names of services, and ports that nothing else uses. */
interface Offer {
  readonly units: RegExp
  readonly tcp?: readonly number[]
  readonly udp?: readonly number[]
  /** Processes that use the same port for something else. */
  readonly innocent?: RegExp
}

const offers: Readonly<Record<string, Offer>> = {
  'management.telnet-enabled': {
    units: /^(?:inetd:telnets?|(?:in\.|inetutils-|krb5-)?telnetd?(?:\.socket)?)$/,
    tcp: [23],
  },
  'management.remote-shell-enabled': {
    units: /^(?:inetd:(?:shell|login|exec|kshell|klogin)|(?:rsh|rlogin|rexec)(?:d)?(?:\.socket)?)$/,
    tcp: [512, 513, 514],
    innocent: /syslog/,
  },
  'management.ftp-enabled': {
    units: /^(?:inetd:ftps?|vsftpd|proftpd|pure-ftpd(?:-.*)?|wu-ftpd|ftpd|inetutils-ftpd)$/,
    tcp: [21],
  },
  'management.tftp-enabled': {
    units: /^(?:inetd:tftp|tftpd-hpa|in\.tftpd|atftpd|tftp(?:\.socket)?|tftpd)$/,
    udp: [69],
  },
  'network.file-sharing-enabled': {
    units: /^(?:smbd?|samba(?:-ad-dc)?|ksmbd|nfs-server|nfs-kernel-server|nfsd?|netatalk|ksmbd)$/,
    tcp: [139, 445, 548, 2049],
  },
}

const named: Readonly<Record<string, readonly (Offer & { readonly name: string })[]>> = {
  'network.vpn-servers': [
    { name: 'openvpn', units: /^openvpn-server@/, tcp: [1194], udp: [1194] },
    { name: 'ipsec', units: /^(?:strongswan(?:-starter|-swanctl)?|ipsec|libreswan|racoon)$/, udp: [500, 4500] },
    { name: 'wireguard', units: /^wg-quick@/, udp: [51_820] },
    { name: 'ocserv', units: /^ocserv$/ },
    { name: 'softether', units: /^(?:softether-vpnserver|vpnserver)$/ },
    { name: 'l2tp', units: /^xl2tpd$/, udp: [1701] },
    { name: 'pptp', units: /^pptpd$/, tcp: [1723] },
  ],
  'network.voip-servers': [
    { name: 'asterisk', units: /^asterisk$/ },
    { name: 'freeswitch', units: /^freeswitch$/ },
    { name: 'kamailio', units: /^(?:kamailio|opensips)$/ },
    { name: 'sip', units: /^$/, tcp: [5060, 5061], udp: [5060] },
  ],
}

/** What this part reports on. */
export const observesNetworkServices = {
  settings: [...Object.keys(offers), ...Object.keys(named), 'network.default-gateways', 'network.proxies'],
  rows: [],
} as const

/** Old and risky services, servers by kind, and the ways out. */
export const interpretNetworkServices: Part = (evidence) => {
  const where = [{ source: 'init' }, { source: 'sockets' }]
  const gateways = defaultGateways(evidence)
  const proxy = proxies(evidence)
  return {
    facts: [
      ...Object.entries(offers).map(([id, offer]) => fromReading(id, isOffered(evidence, offer), where, 'running')),
      ...Object.entries(named).map(([id, list]) => fromReading(id, offeredNames(evidence, list), where, 'running')),
      fromReading(
        'network.default-gateways',
        gateways,
        [{ source: '/proc/net/route' }, { source: '/proc/net/ipv6_route' }],
        'running',
      ),
      fromReading('network.proxies', proxy, [{ source: 'access-reduced' }]),
    ],
  }
}

/** True when a service runs or starts, or its port is open. False needs services and listeners read. */
function isOffered(evidence: Evidence, offer: Offer): Reading<boolean> {
  const services = serviceViews(evidence)
  let unsure: string | undefined
  for (const [key, service] of services.ok ? services.value : []) {
    if (!offer.units.test(key) && !offer.units.test(service.name)) continue
    if (service.running || service.automatic) return read(true)
    if (service.automatic === undefined) unsure = key
  }
  const details = readServices(evidence)
  for (const [unit, enabled] of details.ok ? details.value.enabledUnits : []) {
    if (enabled && (offer.units.test(unit) || offer.units.test(unit.replace(/\.socket$/, '')))) return read(true)
  }
  const listeners = listenerViews(evidence)
  if (listeners.ok) {
    const open = listeners.value.some((one) => {
      const ports = one.protocol === 'tcp' ? offer.tcp : one.protocol === 'udp' ? offer.udp : undefined
      return ports?.includes(one.port) && !(one.process !== undefined && offer.innocent?.test(one.process))
    })
    if (open) return read(true)
  }
  if (!services.ok) return services
  if (details.ok && details.value.missing) return unreadable(details.value.missing)
  if (!listeners.ok) return listeners
  if (unsure !== undefined) {
    return unreadable({
      ja: `${unsure} が自動起動するか分からない`,
      en: `it is not known whether ${unsure} starts automatically`,
    })
  }
  return read(false)
}

function offeredNames(
  evidence: Evidence,
  list: readonly (Offer & { readonly name: string })[],
): Reading<readonly string[]> {
  const found: string[] = []
  for (const offer of list) {
    const offered = isOffered(evidence, offer)
    if (!offered.ok) return offered
    if (offered.value) found.push(offer.name)
  }
  return read(found.sort())
}
