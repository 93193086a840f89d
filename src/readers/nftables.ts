import { addressReach, combineReach, portReach, protocolReach } from './filter-condition.ts'
import type { FilterChain, FilterFamily, FilterRule, PacketFilter, Reach, Verdict } from './packet-filter.ts'
import { conditionText, statementText } from './nftables-text.ts'

/** Plain JSON, as nft prints it. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }
type JsonObject = { readonly [key: string]: Json }

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isList = (value: Json | undefined): value is readonly Json[] => Array.isArray(value)
const textOf = (value: Json | undefined): string =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''

const chainFamilies: Readonly<Record<string, readonly FilterFamily[]>> = {
  ip: ['ip4'],
  ip6: ['ip6'],
  inet: ['ip4', 'ip6'],
}

/** What one match says about the packets that meet it. */
interface Condition {
  readonly reach: Reach
  readonly families?: readonly FilterFamily[]
  readonly interfaces?: { readonly names: readonly string[]; readonly negated: boolean }
  readonly loopback?: boolean
  readonly established?: boolean
  readonly sources?: readonly string[]
  readonly destinations?: readonly string[]
  readonly services?: readonly string[]
  /** The row's source, destination or service can't be stated. */
  readonly obscure?: boolean
}

/**
 * Reads `nft -j list ruleset` (libnftables-json(5)). Undefined when the text is no such document. `compat` tables
 * hold xt expressions, which nft doesn't explain: iptables-save has to be read for them. `dormant` names
 * tables out of force (`dormantTables`), which nft's JSON leaves out before 1.1.
 */
export function readNftables(
  text: string,
  dormant: ReadonlySet<string>,
): { readonly filter: PacketFilter; readonly compat: ReadonlySet<string>; readonly empty: boolean } | undefined {
  let document: Json
  try {
    document = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isObject(document) || !isList(document['nftables'])) return undefined
  const items = document['nftables'].filter(isObject)
  if (!items.some((item) => isObject(item['metainfo']))) return undefined
  const sets = new Map<string, Json>()
  const chains = new Map<string, FilterChain & { rules: FilterRule[] }>()
  const compat = new Set<string>()
  const tables = new Map<string, boolean>()
  for (const item of items) {
    const table = item['table']
    if (isObject(table)) {
      const flags = isList(table['flags']) ? table['flags'] : [table['flags'] ?? null]
      tables.set(`${textOf(table['family'])} ${textOf(table['name'])}`, flags.includes('dormant'))
    }
    const set = item['set'] ?? item['map']
    if (isObject(set)) {
      const flags = set['flags']
      const dynamic = isList(flags) && flags.includes('dynamic')
      sets.set(`${textOf(set['family'])} ${textOf(set['table'])} @${textOf(set['name'])}`, dynamic ? 'dynamic' : (set['elem'] ?? []))
    }
    const chain = item['chain']
    if (!isObject(chain)) continue
    const tableId = `${textOf(chain['family'])} ${textOf(chain['table'])}`
    // a dormant table's base chains aren't registered with their hooks
    const hook = tables.get(tableId) || dormant.has(tableId) ? '' : textOf(chain['hook'])
    chains.set(`${tableId} ${textOf(chain['name'])}`, {
      id: `nft ${tableId} ${textOf(chain['name'])}`,
      table: `nft ${tableId}`,
      name: textOf(chain['name']),
      families: chainFamilies[textOf(chain['family'])] ?? [],
      ...(hook !== '' && { hook, policy: chain['policy'] === 'drop' ? ('drop' as const) : ('accept' as const) }),
      rules: [],
    })
  }
  const doubts: string[] = []
  for (const item of items) {
    const rule = item['rule']
    if (!isObject(rule)) continue
    const tableId = `${textOf(rule['family'])} ${textOf(rule['table'])}`
    const chain = chains.get(`${tableId} ${textOf(rule['chain'])}`)
    const expressions = rule['expr']
    if (!chain || !isList(expressions)) {
      doubts.push(`rule ${textOf(rule['handle'])} of ${tableId} has no chain or no expression`)
      continue
    }
    if (expressions.some((one) => isObject(one) && 'xt' in one)) compat.add(tableId)
    chain.rules.push(...readRule(expressions, chain, tableId, sets))
  }
  return { filter: { chains: [...chains.values()], doubts }, compat, empty: chains.size === 0 }
}

/** Dormant tables, as `family name`, of nft's own text form. */
export function dormantTables(text: string): ReadonlySet<string> {
  const found = new Set<string>()
  let table = ''
  for (const line of text.split('\n')) {
    const head = /^table (\S+) (\S+) \{/.exec(line)
    if (head) table = `${head[1]} ${head[2]}`
    else if (/^\s+flags .*\bdormant\b/.test(line) && table !== '') found.add(table)
    // flags stand before everything else of a table
    else if (/^\s+(?:chain|set|map) /.test(line)) table = ''
  }
  return found
}

/** One rule; a verdict map becomes one rule for each of its entries. */
function readRule(
  expressions: readonly Json[],
  chain: FilterChain & { rules: FilterRule[] },
  tableId: string,
  sets: ReadonlyMap<string, Json>,
): readonly FilterRule[] {
  const conditions: Condition[] = []
  const rules: FilterRule[] = []
  let logs = false
  const text = statementText(expressions)
  const add = (verdict: Verdict, more: readonly Condition[] = []): void => {
    const position = chain.rules.length + rules.length + 1
    rules.push(toRule([...conditions, ...more], verdict, { position, logs, text, families: chain.families }))
  }
  for (const one of expressions) {
    if (!isObject(one)) {
      conditions.push({ reach: 'unknown', obscure: true })
      continue
    }
    const [kind = '', body = null] = Object.entries(one)[0] ?? []
    const verdict = verdictOf(kind, body)
    if (kind === 'match' && isObject(body)) conditions.push(readMatch(body, tableId, sets))
    else if (kind === 'log') logs = true
    else if ((kind === 'set' || kind === 'meter') && JSON.stringify(body).includes('"limit"')) conditions.push({ reach: 'broad' })
    else if (kind === 'limit' || kind === 'quota' || kind === 'ct count') {
      // a rate lets a part of the packets meet the rule; "over" names the excess only
      conditions.push({ reach: isObject(body) && body['inv'] === true ? 'narrow' : 'broad' })
    } else if (kind === 'xt') conditions.push({ reach: 'unknown', obscure: true })
    else if (kind === 'vmap' && isObject(body)) {
      const entries = vmapEntries(body, tableId, sets)
      if (!entries) add({ kind: 'unknown' }, [{ reach: 'unknown', obscure: true }])
      for (const [key, outcome] of entries ?? []) {
        add(outcome, [readMatch({ op: '==', left: body['key'] ?? null, right: key }, tableId, sets)])
      }
    } else if (verdict) add(verdict)
    else if (!harmless.has(kind)) conditions.push({ reach: 'unknown', obscure: true })
  }
  if (rules.length === 0) add({ kind: 'none' })
  return rules
}

/** Statements that decide nothing and narrow nothing (nft(8), "STATEMENTS"). */
const harmless = new Set([
  'counter',
  'mangle',
  'notrack',
  'ct helper',
  'ct timeout',
  'ct expectation',
  'set',
  'map',
  'meter',
  'flow',
  'dup',
  'secmark',
  'last',
  'reset',
])

function verdictOf(kind: string, body: Json): Verdict | undefined {
  switch (kind) {
    case 'accept':
    case 'drop':
    case 'return':
      return { kind }
    case 'reject':
      return { kind: 'drop' }
    case 'continue':
      return { kind: 'none' }
    case 'jump':
    case 'goto':
      return isObject(body) ? { kind, target: textOf(body['target']) } : { kind: 'unknown' }
    // translations accept the packet inside of their own base chain
    case 'snat':
    case 'dnat':
    case 'masquerade':
    case 'redirect':
      return { kind: 'translate' }
    case 'queue':
    case 'tproxy':
    case 'synproxy':
    case 'fwd':
      return { kind: 'unknown' }
    default:
      return undefined
  }
}

function vmapEntries(body: JsonObject, tableId: string, sets: ReadonlyMap<string, Json>): readonly (readonly [Json, Verdict])[] | undefined {
  const data = body['data'] ?? null
  const list = typeof data === 'string' ? sets.get(`${tableId} ${data}`) : isObject(data) ? data['set'] : data
  if (!isList(list)) return undefined
  const entries: (readonly [Json, Verdict])[] = []
  for (const entry of list) {
    if (!isList(entry) || entry.length !== 2) return undefined
    const [given = null, outcome] = entry
    const key = isObject(given) && isObject(given['elem']) ? (given['elem']['val'] ?? null) : given
    const [kind = '', target = null] = isObject(outcome) ? (Object.entries(outcome)[0] ?? []) : []
    entries.push([key, verdictOf(kind, target) ?? { kind: 'unknown' }])
  }
  return entries
}

function toRule(
  conditions: readonly Condition[],
  verdict: Verdict,
  about: { position: number; logs: boolean; text: string; families: readonly FilterFamily[] },
): FilterRule {
  const obscure = conditions.some((one) => one.obscure)
  const union = (lists: readonly (readonly string[] | undefined)[]): readonly string[] | undefined =>
    obscure ? undefined : [...new Set(lists.flatMap((list) => list ?? []))]
  const limits = conditions.flatMap((one) => (one.interfaces ? [one.interfaces] : []))
  const reach = combineReach(conditions.map((one) => one.reach))
  return {
    ...about,
    families: conditions.reduce<readonly FilterFamily[]>(
      (left, { families }) => (families ? left.filter((family) => families.includes(family)) : left),
      about.families,
    ),
    // two interfaces on one rule name a path, not the default
    reach: reach === 'interface' && limits.length > 1 ? 'narrow' : reach,
    ...(limits[0] && { interfaces: limits[0] }),
    verdict,
    loopback: conditions.some((one) => one.loopback),
    established: conditions.some((one) => one.established),
    sources: union(conditions.map((one) => one.sources)),
    destinations: union(conditions.map((one) => one.destinations)),
    services: union(conditions.map((one) => one.services)),
  }
}

/** Values on the right of a match, with a named set's elements in place; undefined when they can't be seen. */
function rightValues(right: Json | undefined, tableId: string, sets: ReadonlyMap<string, Json>): readonly Json[] | 'dynamic' | undefined {
  if (typeof right === 'string' && right.startsWith('@')) {
    const set = sets.get(`${tableId} ${right}`)
    return set === 'dynamic' ? 'dynamic' : isList(set) ? set.map(bareElement) : undefined
  }
  if (isObject(right) && isList(right['set'])) return right['set'].map(bareElement)
  if (isObject(right) && right['set'] !== undefined) return [right['set']]
  if (isList(right)) return right
  return right === undefined || right === null ? undefined : [right]
}

const bareElement = (value: Json): Json =>
  isObject(value) && isObject(value['elem']) ? (value['elem']['val'] ?? null) : value

function readMatch(match: JsonObject, tableId: string, sets: ReadonlyMap<string, Json>): Condition {
  const left = match['left']
  const op = textOf(match['op'])
  const negated = op === '!='
  const values = rightValues(match['right'], tableId, sets)
  const unclear: Condition = { reach: 'unknown', obscure: true }
  if (!isObject(left) || values === undefined || (op !== '==' && op !== '!=' && op !== 'in')) {
    return left !== undefined && isObject(left) && 'payload' in left ? { reach: 'broad', obscure: true } : unclear
  }
  // a set that packets fill by themselves names some peers, or all but some
  if (values === 'dynamic') return { reach: negated ? 'broad' : 'unknown', obscure: true }
  const words = values.map(conditionText)
  const [kind = '', body = null] = Object.entries(left)[0] ?? []
  const key = isObject(body) ? textOf(body['key']) : ''
  if (kind === 'meta') return readMeta(key, words, negated) ?? unclear
  if (kind === 'ct') return readTracking(key, words, negated) ?? unclear
  if (kind === 'payload' && isObject(body)) return readPayload(textOf(body['protocol']), textOf(body['field']), words, negated) ?? unclear
  if (kind === 'exthdr') return { reach: negated ? 'broad' : 'narrow', obscure: true }
  if (kind === 'fib' && isObject(body)) {
    if (match['right'] === false || words.includes('missing')) return { reach: negated ? 'broad' : 'narrow' }
    const named = words.every((word) => ['broadcast', 'multicast', 'anycast', 'blackhole', 'unreachable', 'prohibit'].includes(word))
    return { reach: named && !negated ? 'narrow' : 'broad' }
  }
  if (kind === '&' && isList(body)) {
    const flags = body[0]
    const isFlags = isObject(flags) && isObject(flags['payload']) && flags['payload']['field'] === 'flags'
    return isFlags ? { reach: 'broad', services: ['tcp'] } : unclear
  }
  if (kind === 'concat' && isList(body)) return readConcat(body, values, negated, tableId, sets)
  return unclear
}

/** A tuple names as little as its narrowest part. */
function readConcat(parts: readonly Json[], values: readonly Json[], negated: boolean, tableId: string, sets: ReadonlyMap<string, Json>): Condition {
  if (negated) return { reach: 'broad', obscure: true }
  const reaches = values.map((value) => {
    const components = isObject(value) ? value['concat'] : undefined
    if (!isList(components) || components.length !== parts.length) return 'unknown'
    return combineReach(
      parts.map((left, index) => readMatch({ op: '==', left, right: components[index] ?? null }, tableId, sets).reach),
    )
  })
  return { reach: reaches.every((reach) => reach === 'narrow') ? 'narrow' : 'unknown', obscure: true }
}

function readMeta(key: string, words: readonly string[], negated: boolean): Condition | undefined {
  if (['iifname', 'iif', 'oifname', 'oif'].includes(key)) {
    if (words.every((word) => word === 'lo')) return { reach: negated ? 'always' : 'narrow', loopback: !negated }
    const names = words.filter((word) => word !== 'lo' || negated)
    return { reach: 'interface', interfaces: { names, negated } }
  }
  if (key === 'nfproto' || key === 'protocol') {
    const families = words.flatMap((word): FilterFamily[] =>
      word === 'ipv4' || word === 'ip' ? ['ip4'] : word === 'ipv6' || word === 'ip6' ? ['ip6'] : [],
    )
    const both: readonly FilterFamily[] = ['ip4', 'ip6']
    return { reach: 'always', families: negated ? both.filter((one) => !families.includes(one)) : families }
  }
  if (key === 'l4proto') return { reach: protocolReach(words, negated), ...(negated ? { obscure: true } : { services: words }) }
  if (key === 'pkttype') return { reach: negated || words.includes('host') || words.includes('unicast') ? 'broad' : 'narrow' }
  if (['skuid', 'skgid', 'ibrname', 'obrname', 'cgroup'].includes(key)) return { reach: negated ? 'broad' : 'narrow' }
  if (['time', 'hour', 'day', 'length', 'priority', 'cpu', 'random'].includes(key)) return { reach: 'broad' }
  return undefined
}

function readTracking(key: string, words: readonly string[], negated: boolean): Condition | undefined {
  if (key === 'state') {
    const hasNew = words.includes('new')
    return { reach: hasNew === negated ? 'narrow' : 'always', established: !negated && !hasNew && !words.includes('untracked') && !words.includes('invalid') }
  }
  if (key === 'status') return { reach: negated ? 'broad' : 'narrow' }
  if (key === 'direction') return { reach: 'broad' }
  return undefined
}

function readPayload(protocol: string, field: string, words: readonly string[], negated: boolean): Condition | undefined {
  const families: { readonly families?: readonly FilterFamily[] } = ['ip', 'icmp', 'igmp'].includes(protocol)
    ? { families: ['ip4'] }
    : ['ip6', 'icmpv6'].includes(protocol)
      ? { families: ['ip6'] }
      : {}
  const marked = negated ? words.map((word) => `!${word}`) : words
  if ((protocol === 'ip' && field === 'protocol') || (protocol === 'ip6' && field === 'nexthdr')) {
    return { ...families, reach: protocolReach(words, negated), ...(negated ? { obscure: true } : { services: words }) }
  }
  if (field === 'saddr' || field === 'daddr') {
    const reach = addressReach(words, negated)
    if (protocol === 'ether') return { reach: negated ? 'broad' : 'narrow', obscure: true }
    return { ...families, reach, ...(field === 'saddr' ? { sources: marked } : { destinations: marked }) }
  }
  if (field === 'dport') return { reach: portReach(words, negated), services: marked.map((word) => `${protocol}/${word}`) }
  if (field === 'sport') return { reach: portReach(words, negated), services: [protocol] }
  if (protocol.startsWith('icmp')) return { ...families, reach: negated ? 'broad' : 'narrow', services: [protocol] }
  if (field === 'flags') return { reach: 'broad', services: [protocol] }
  return undefined
}
