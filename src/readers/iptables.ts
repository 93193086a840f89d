import { addressReach, combineReach, portReach, protocolReach } from './filter-condition.ts'
import type { FilterChain, FilterFamily, FilterRule, PacketFilter, Reach, Verdict } from './packet-filter.ts'

const builtIn: Readonly<Record<string, string>> = {
  INPUT: 'input',
  OUTPUT: 'output',
  FORWARD: 'forward',
  PREROUTING: 'prerouting',
  POSTROUTING: 'postrouting',
}

/** Targets that decide nothing and let the packet go on (iptables-extensions(8)). */
const passing = new Set(
  'LOG NFLOG ULOG MARK CONNMARK CT NOTRACK TRACE CHECKSUM TCPMSS TTL HL TOS DSCP SET CLASSIFY SECMARK CONNSECMARK AUDIT RATEEST ECN TEE IDLETIMER LED HMARK TCPOPTSTRIP'.split(
    ' ',
  ),
)

/** Targets that translate addresses. */
const translating = new Set(['DNAT', 'SNAT', 'MASQUERADE', 'REDIRECT', 'NETMAP'])

/**
 * Reads iptables-save or ip6tables-save text (also of the nft variant). Undefined when it broke off: a table
 * without its COMMIT. `engine` marks the chains' ids, so that several rule sets can be joined.
 */
export function readIptables(text: string, family: FilterFamily, engine: string): PacketFilter | undefined {
  const chains = new Map<string, FilterChain & { rules: FilterRule[] }>()
  const doubts: string[] = []
  let table = ''
  for (const line of text.split('\n')) {
    if (line.startsWith('*')) {
      if (table !== '') return undefined
      table = line.slice(1).trim()
    } else if (line.trim() === 'COMMIT') table = ''
    else if (line.startsWith('#')) {
      // "# Table `x' is incompatible, use 'nft' tool."
      if (line.includes('incompatible')) doubts.push(line.slice(1).trim())
    } else if (line.startsWith(':') && table !== '') {
      const [name = '', policy = ''] = line.slice(1).split(/\s+/)
      const hook = policy === '-' ? undefined : builtIn[name]
      chains.set(`${table} ${name}`, {
        id: `${engine} ${family === 'ip4' ? 'ip' : 'ip6'} ${table} ${name}`,
        table: `${engine} ${family === 'ip4' ? 'ip' : 'ip6'} ${table}`,
        name,
        families: [family],
        ...(hook && { hook, policy: policy === 'DROP' ? ('drop' as const) : ('accept' as const) }),
        rules: [],
      })
    } else if (line.startsWith('-A') && table !== '') {
      const [, name = ''] = line.split(' ')
      const chain = chains.get(`${table} ${name}`)
      if (chain) chain.rules.push(readRule(line, chain.rules.length + 1, family))
      else doubts.push(line)
    } else if (line.trim() !== '') doubts.push(line)
  }
  return table === '' ? { chains: [...chains.values()], doubts } : undefined
}

/** Words of a line; quotes hold a word together, as iptables-save writes them. */
const tokensOf = (line: string): readonly string[] =>
  [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '')

/** Protocols without ports. A rule for one of them opens no service, whatever else it asks. */
const portless: ReadonlySet<string> = new Set(['icmp', 'icmpv6', 'ipv6-icmp', '1', '58', 'igmp', 'esp', 'ah', 'gre'])

/** One rule line. An option that isn't known makes its reach unknown. */
function readRule(line: string, position: number, family: FilterFamily): FilterRule {
  const tokens = tokensOf(line)
  const reaches: Reach[] = []
  const sources: string[] = []
  const destinations: string[] = []
  const services: string[] = []
  const interfaces: { names: readonly string[]; negated: boolean }[] = []
  let protocol = ''
  let verdict: Verdict = { kind: 'none' }
  let loopback = false
  let established = false
  let obscure = false
  let opensPort = true
  let logs = false
  let at = 2
  const take = (): string => tokens[++at] ?? ''
  for (; at < tokens.length; at++) {
    const negated = tokens[at] === '!'
    if (negated) at += 1
    const option = tokens[at] ?? ''
    const not = negated ? '!' : ''
    switch (option) {
      case '-m':
      case '--match': {
        const module = take()
        if (['limit', 'hashlimit', 'statistic', 'connlimit'].includes(module)) reaches.push('broad')
        break
      }
      case '-s':
      case '-d': {
        const address = take()
        reaches.push(addressReach([address], negated))
        ;(option === '-s' ? sources : destinations).push(not + address)
        break
      }
      case '-i':
      case '-o': {
        const name = take()
        if (name === 'lo') {
          reaches.push(negated ? 'always' : 'narrow')
          loopback ||= !negated
        } else {
          reaches.push('interface')
          interfaces.push({ names: [name.replace(/\+$/, '*')], negated })
        }
        break
      }
      case '-p':
        protocol = take()
        reaches.push(protocolReach([protocol], negated))
        if (negated) obscure = true
        opensPort = negated || !portless.has(protocol)
        break
      case '--dport':
      case '--dports':
      case '--destination-port': {
        const ports = take().split(',')
        reaches.push(portReach(ports, negated))
        services.push(...ports.map((port) => `${not}${protocol}/${port.replace(':', '-')}`))
        break
      }
      case '--sport':
      case '--sports':
      case '--ports':
        reaches.push(portReach(take().split(','), negated))
        break
      case '--state':
      case '--ctstate': {
        const states = take().split(',')
        reaches.push(states.includes('NEW') === negated ? 'narrow' : 'always')
        if (!negated) established = states.every((state) => state === 'ESTABLISHED' || state === 'RELATED')
        break
      }
      case '--icmp-type':
      case '--icmpv6-type':
        take()
        reaches.push('narrow')
        break
      case '--dst-type':
      case '--src-type':
        reaches.push(!negated && ['BROADCAST', 'MULTICAST', 'ANYCAST'].includes(take()) ? 'narrow' : 'broad')
        if (negated) take()
        break
      case '--ctstatus':
      case '--uid-owner':
      case '--gid-owner':
      case '--mac-source':
        take()
        reaches.push(negated ? 'broad' : 'narrow')
        obscure ||= option === '--mac-source'
        break
      case '--tcp-flags':
        take()
        take()
        reaches.push('broad')
        break
      case '--syn':
        reaches.push('broad')
        break
      case '--pkt-type':
        reaches.push(take() === 'unicast' || negated ? 'broad' : 'narrow')
        break
      case '--rcheck':
      case '--update':
        reaches.push(negated ? 'broad' : 'narrow')
        break
      // options of modules that only limit a rate, and words that narrow nothing
      case '--limit':
      case '--limit-burst':
      case '--comment':
      case '--connlimit-above':
      case '--connlimit-upto':
      case '--connlimit-mask':
      case '--mode':
      case '--probability':
      case '--every':
      case '--packet':
      case '--ctdir':
      case '--name':
      case '--seconds':
      case '--hitcount':
      case '--mask':
        take()
        break
      case '--set':
      case '--rsource':
      case '--rdest':
      case '--connlimit-saddr':
      case '--connlimit-daddr':
        break
      case '-j':
      case '-g':
      case '--goto': {
        const target = take()
        verdict = verdictOf(option === '-j' ? 'jump' : 'goto', target)
        logs = target === 'LOG' || target === 'NFLOG' || target === 'ULOG'
        // what follows belongs to the target
        at = tokens.length
        break
      }
      default:
        if (option.startsWith('--hashlimit')) take()
        else {
          reaches.push('unknown')
          obscure = true
        }
    }
  }
  if (services.length === 0 && protocol !== '' && protocol !== 'all') services.push(protocol)
  const reach = combineReach(reaches)
  return {
    position,
    reach: reach === 'interface' && interfaces.length > 1 ? 'narrow' : reach,
    ...(interfaces[0] && { interfaces: interfaces[0] }),
    families: [family],
    verdict,
    loopback,
    established,
    logs,
    sources: obscure ? undefined : sources,
    destinations: obscure ? undefined : destinations,
    // an unknown condition only narrows: what is not TCP or UDP stays that
    services: !obscure || !opensPort ? services : undefined,
    text: line,
  }
}

function verdictOf(kind: 'jump' | 'goto', target: string): Verdict {
  if (target === 'ACCEPT') return { kind: 'accept' }
  if (translating.has(target)) return { kind: 'translate' }
  if (target === 'DROP' || target === 'REJECT' || target === 'TARPIT') return { kind: 'drop' }
  if (target === 'RETURN') return { kind: 'return' }
  if (passing.has(target)) return { kind: 'none' }
  if (['QUEUE', 'NFQUEUE', 'TPROXY', 'SYNPROXY'].includes(target)) return { kind: 'unknown' }
  return { kind, target }
}
