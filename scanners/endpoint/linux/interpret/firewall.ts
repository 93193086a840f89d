import { type Evidence, type Reading, read, sectionText, unreadable } from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Fact, Scope } from '../../../../src/core/fact.ts'
import type { LocalText } from '../../../../src/core/text.ts'
import { type Direction, type FilterFamily, reachable, treatment } from '../../../../src/readers/packet-filter.ts'
import { accessFiles } from './access-files.ts'
import { type Contribution, fromReading, inapplicable, known, type Part, unread } from './contribution.ts'
import { firewallRules, sshSources } from './firewall-rules.ts'
import { type KernelFilter, kernelFilter } from './firewall-source.ts'
import { serviceViews } from './views.ts'

/** What this part reports on. */
export const observesFirewall = {
  settings: [
    'firewall.enabled',
    'firewall.default-inbound',
    'firewall.default-outbound',
    'firewall.default-forward',
    'firewall.ipv6-filtered',
    'firewall.persistent',
    'management.allowed-sources',
  ],
  rows: ['firewall-rule'],
} as const

/** The packet filter as the kernel runs it, whoever wrote it: nftables, iptables, ufw, firewalld. */
export const interpretFirewall: Part = (evidence): Contribution => {
  const kernel = kernelFilter(evidence)
  const where: readonly EvidenceRef[] = (kernel.ok ? kernel.value.sources : ['firewall-kernel', 'nft-ruleset']).map(
    (source) => ({ source }),
  )
  const persistent = fromReading('firewall.persistent', startsAgain(evidence), [
    { source: 'access-files', at: '/etc/ufw/ufw.conf' },
  ])
  if (!kernel.ok) {
    const facts = observesFirewall.settings
      .filter((id) => id !== 'firewall.persistent')
      .map((id) => unread(id, kernel, where))
    return { facts: [...facts, persistent], tables: [firewallRules(kernel, where)] }
  }
  const families = familiesInUse(evidence)
  const inbound = direction(kernel.value, 'inbound', families.value)
  const zones = zoneFacts(evidence, kernel.value, families.value, where, inbound)
  const facts: Fact[] = [
    enabledFact(kernel.value, where),
    fromReading('firewall.default-inbound', inbound, where, 'running'),
    fromReading('firewall.default-outbound', direction(kernel.value, 'outbound', families.value), where, 'running'),
    forwards(evidence)
      ? fromReading('firewall.default-forward', direction(kernel.value, 'forward', families.value), where, 'running')
      : inapplicable(
          'firewall.default-forward',
          { ja: 'パケットを中継しない設定になっている', en: 'forwarding is switched off' },
          [{ source: '/proc/sys/net/ipv4/conf/all/forwarding' }],
        ),
    ipv6Fact(kernel.value, families, where),
    persistent,
    fromReading('management.allowed-sources', sshSources(evidence, kernel.value, families.value), where, 'running'),
    ...zones,
  ]
  return {
    facts,
    scopes: zones.flatMap((fact) => (fact.scope ? [{ settings: [fact.setting], scope: fact.scope }] : [])),
    tables: [firewallRules(kernel, where)],
  }
}

const unclear = (because: readonly string[]): Reading<never> => {
  const rules = because.slice(0, 3).join(' / ')
  return unreadable({
    ja: `意味を確かめられない規則があり、既定の扱いを決められない: ${rules}`,
    en: `rules that can not be understood may decide: ${rules}`,
  })
}

/** The worst over the families in use: what one lets in is let in. */
function direction(
  kernel: KernelFilter,
  which: Direction,
  families: readonly FilterFamily[],
  onInterface?: string,
): Reading<'deny' | 'allow'> {
  const results = families.map((family) => treatment(kernel.filter, which, family, onInterface))
  if (results.some((one) => one.treatment === 'allow')) return read('allow')
  const doubtful = results.find((one) => one.treatment === 'unknown')
  if (doubtful) return unclear(doubtful.because)
  return read('deny')
}

function enabledFact(kernel: KernelFilter, where: readonly EvidenceRef[]): Fact {
  const drops = [...reachable(kernel.filter, 'inbound')].some(
    (chain) =>
      chain.families.length > 0 &&
      (chain.policy === 'drop' || chain.rules.some((rule) => rule.verdict.kind === 'drop')),
  )
  if (drops) return known('firewall.enabled', true, where, 'running')
  if (kernel.filter.doubts.length > 0) return fromReading('firewall.enabled', unclear(kernel.filter.doubts), where)
  return known('firewall.enabled', false, where, 'running')
}

interface Families {
  readonly value: readonly FilterFamily[]
  readonly noIpv6?: true
}

/** IPv6 counts unless no interface but loopback has an address of it. Not knowing counts as using it. */
function familiesInUse(evidence: Evidence): Families {
  const files = accessFiles(evidence)
  const addresses = files.ok ? files.value.get('/proc/net/if_inet6') : undefined
  const none =
    addresses?.state === 'absent' ||
    (addresses?.state === 'read' && addresses.lines.every((line) => line.trim() === '' || /\slo$/.test(line)))
  return none ? { value: ['ip4'], noIpv6: true } : { value: ['ip4', 'ip6'] }
}

function ipv6Fact(kernel: KernelFilter, families: Families, where: readonly EvidenceRef[]): Fact {
  if (families.noIpv6) {
    return inapplicable(
      'firewall.ipv6-filtered',
      { ja: 'IPv6 のアドレスがない', en: 'no interface has an IPv6 address' },
      [{ source: '/proc/net/if_inet6' }],
    )
  }
  const result = direction(kernel, 'inbound', ['ip6'])
  return fromReading('firewall.ipv6-filtered', result.ok ? read(result.value === 'deny') : result, where, 'running')
}

/** False only when every forwarding switch was read and is off. */
function forwards(evidence: Evidence): boolean {
  const files = accessFiles(evidence)
  if (!files.ok) return true
  const switches = [...files.value.values()].filter((file) =>
    /^\/proc\/sys\/net\/ipv[46]\/conf\/[^/]+\/forwarding$/.test(file.path),
  )
  const read4 = switches.some((file) => file.state === 'read' && file.path.includes('/ipv4/'))
  const allOff = switches.every(
    (file) =>
      (file.state === 'read' && file.lines[0]?.trim() === '0') ||
      (file.state === 'absent' && file.path.includes('/ipv6/')),
  )
  return !(read4 && allOff && switches.some((file) => file.path.includes('/ipv6/')))
}

/** Interfaces that rules treat otherwise than the default, and the active zones of firewalld. */
function zoneFacts(
  evidence: Evidence,
  kernel: KernelFilter,
  families: readonly FilterFamily[],
  where: readonly EvidenceRef[],
  byDefault: Reading<'deny' | 'allow'>,
): readonly Fact[] {
  const facts: Fact[] = []
  const names = new Set<string>()
  for (const chain of reachable(kernel.filter, 'inbound')) {
    for (const rule of chain.rules) for (const name of rule.interfaces?.names ?? []) names.add(name)
  }
  for (const name of [...names].sort().slice(0, 256)) {
    const here = direction(kernel, 'inbound', families, name)
    if (here.ok && byDefault.ok && here.value === byDefault.value) continue
    if (!here.ok && !byDefault.ok) continue
    const scope: Scope = { kind: 'zone', key: name }
    facts.push(fromReading('firewall.default-inbound', here, where, 'running', scope))
  }
  const zones = sectionText(evidence, 'firewalld-zones')
  if (!zones.ok) return facts
  for (const zone of firewalldZones(zones.value)) {
    if (!zone.active || names.has(zone.name)) continue
    const scope: Scope = { kind: 'zone', key: zone.name }
    const at = [{ source: 'firewalld-zones', at: String(zone.line) }]
    const value = zoneTreatment(zone.target)
    facts.push(
      value
        ? known('firewall.default-inbound', value, at, 'running', scope)
        : unread(
            'firewall.default-inbound',
            { why: { ja: `知らない target「${zone.target}」`, en: `unknown target "${zone.target}"` } },
            at,
            scope,
          ),
    )
  }
  return facts
}

/** firewalld.zones(5): `default` rejects, apart from ICMP. */
const zoneTreatment = (target: string): 'deny' | 'allow' | undefined =>
  target === 'ACCEPT' ? 'allow' : ['default', 'DROP', 'REJECT', '%%REJECT%%'].includes(target) ? 'deny' : undefined

interface Zone {
  readonly name: string
  readonly active: boolean
  readonly target: string
  readonly line: number
}

/** Zones of `firewall-cmd --list-all-zones`. */
export function firewalldZones(text: string): readonly Zone[] {
  const zones: Zone[] = []
  let name = ''
  let active = false
  for (const [index, line] of text.split('\n').entries()) {
    const head = /^([^\s(]+)(?: \(([^)]*)\))?$/.exec(line)
    if (head) {
      name = head[1] ?? ''
      active = (head[2] ?? '').split(', ').includes('active')
    }
    const target = /^\s+target: (.*)$/.exec(line)
    if (target && name !== '') zones.push({ name, active, target: (target[1] ?? '').trim(), line: index + 1 })
  }
  return zones
}

const loaders = [
  'nftables',
  'ufw',
  'firewalld',
  'netfilter-persistent',
  'iptables',
  'ip6tables',
  'shorewall',
  'ferm',
  'SuSEfirewall2',
  'awall',
]

/** Whether something that loads rules starts by itself. ufw starts, but loads nothing unless its own switch is on. */
function startsAgain(evidence: Evidence): Reading<boolean> {
  const services = serviceViews(evidence)
  if (!services.ok) return services
  let unsure: LocalText | undefined
  for (const name of loaders) {
    const service = services.value.get(name)
    if (!service) continue
    if (service.automatic === undefined)
      unsure = { ja: `${name} が自動起動するか分からない`, en: `it is not known whether ${name} starts automatically` }
    if (!service.automatic) continue
    if (name !== 'ufw') return read(true)
    const files = accessFiles(evidence)
    const ufw = files.ok ? files.value.get('/etc/ufw/ufw.conf') : undefined
    if (ufw?.state === 'absent') continue
    if (ufw?.state !== 'read')
      unsure = { ja: '/etc/ufw/ufw.conf を読めない', en: '/etc/ufw/ufw.conf could not be read' }
    else if (
      ufw.lines
        .findLast((line) => /^\s*ENABLED\s*=/.test(line))
        ?.replace(/.*=\s*"?(\w+)"?.*/, '$1')
        .toLowerCase() === 'yes'
    )
      return read(true)
  }
  return unsure ? unreadable(unsure) : read(false)
}
