import { combineReach } from './filter-condition.ts'
import { isList, isObject, type Json, type JsonObject, textOf } from './nftables-json.ts'
import { type Condition, readMatch } from './nftables-match.ts'
import { statementText } from './nftables-text.ts'
import type { FilterChain, FilterFamily, FilterRule, PacketFilter, Verdict } from './packet-filter.ts'

const chainFamilies: Readonly<Record<string, readonly FilterFamily[]>> = {
  ip: ['ip4'],
  ip6: ['ip6'],
  inet: ['ip4', 'ip6'],
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
      sets.set(
        `${textOf(set['family'])} ${textOf(set['table'])} @${textOf(set['name'])}`,
        dynamic ? 'dynamic' : (set['elem'] ?? []),
      )
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
    else if ((kind === 'set' || kind === 'meter') && JSON.stringify(body).includes('"limit"'))
      conditions.push({ reach: 'broad' })
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

function vmapEntries(
  body: JsonObject,
  tableId: string,
  sets: ReadonlyMap<string, Json>,
): readonly (readonly [Json, Verdict])[] | undefined {
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
