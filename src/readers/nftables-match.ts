import { addressReach, combineReach, portReach, protocolReach } from './filter-condition.ts'
import { isList, isObject, type Json, type JsonObject, textOf } from './nftables-json.ts'
import { conditionText } from './nftables-text.ts'
import type { FilterFamily, Reach } from './packet-filter.ts'

/** What one match says about the packets that meet it. */
export interface Condition {
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

/** Values on the right of a match, with a named set's elements in place; undefined when they can't be seen. */
function rightValues(
  right: Json | undefined,
  tableId: string,
  sets: ReadonlyMap<string, Json>,
): readonly Json[] | 'dynamic' | undefined {
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

/** What one match of a rule says; a named set is looked up among `sets`, by table and name. */
export function readMatch(match: JsonObject, tableId: string, sets: ReadonlyMap<string, Json>): Condition {
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
  if (kind === 'payload' && isObject(body))
    return readPayload(textOf(body['protocol']), textOf(body['field']), words, negated) ?? unclear
  if (kind === 'exthdr') return { reach: negated ? 'broad' : 'narrow', obscure: true }
  if (kind === 'fib' && isObject(body)) {
    if (match['right'] === false || words.includes('missing')) return { reach: negated ? 'broad' : 'narrow' }
    const named = words.every((word) =>
      ['broadcast', 'multicast', 'anycast', 'blackhole', 'unreachable', 'prohibit'].includes(word),
    )
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
function readConcat(
  parts: readonly Json[],
  values: readonly Json[],
  negated: boolean,
  tableId: string,
  sets: ReadonlyMap<string, Json>,
): Condition {
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
  if (key === 'l4proto')
    return { reach: protocolReach(words, negated), ...(negated ? { obscure: true } : { services: words }) }
  if (key === 'pkttype')
    return { reach: negated || words.includes('host') || words.includes('unicast') ? 'broad' : 'narrow' }
  if (['skuid', 'skgid', 'ibrname', 'obrname', 'cgroup'].includes(key)) return { reach: negated ? 'broad' : 'narrow' }
  if (['time', 'hour', 'day', 'length', 'priority', 'cpu', 'random'].includes(key)) return { reach: 'broad' }
  return undefined
}

function readTracking(key: string, words: readonly string[], negated: boolean): Condition | undefined {
  if (key === 'state') {
    const hasNew = words.includes('new')
    return {
      reach: hasNew === negated ? 'narrow' : 'always',
      established: !negated && !hasNew && !words.includes('untracked') && !words.includes('invalid'),
    }
  }
  if (key === 'status') return { reach: negated ? 'broad' : 'narrow' }
  if (key === 'direction') return { reach: 'broad' }
  return undefined
}

function readPayload(
  protocol: string,
  field: string,
  words: readonly string[],
  negated: boolean,
): Condition | undefined {
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
  if (field === 'dport')
    return { reach: portReach(words, negated), services: marked.map((word) => `${protocol}/${word}`) }
  if (field === 'sport') return { reach: portReach(words, negated), services: [protocol] }
  if (protocol.startsWith('icmp')) return { ...families, reach: negated ? 'broad' : 'narrow', services: [protocol] }
  if (field === 'flags') return { reach: 'broad', services: [protocol] }
  return undefined
}
