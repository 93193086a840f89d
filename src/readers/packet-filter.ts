// What nftables and iptables rule sets have in common, and what happens to a packet that no rule names.

/** How a condition stands to a new packet that no rule names: the packet whose fate is the default. */
export type Reach =
  /** Every packet meets it. */
  | 'always'
  /** Names a peer, a service, loopback or an established connection: the packet doesn't meet it. */
  | 'narrow'
  /** Names a large part of all packets (all of TCP, every address but one, a rate). */
  | 'broad'
  /** All that comes or goes by named interfaces. */
  | 'interface'
  | 'unknown'

/** Address families that a chain or rule sees. */
export type FilterFamily = 'ip4' | 'ip6'

/** What a rule does. */
export type Verdict =
  /** `translate`: address translation, which accepts the packet inside its own base chain. */
  | { readonly kind: 'accept' | 'drop' | 'return' | 'none' | 'unknown' | 'translate' }
  | { readonly kind: 'jump' | 'goto'; readonly target: string }

export interface FilterRule {
  readonly position: number
  readonly reach: Reach
  /** What an `interface` condition names; a trailing `*` stands for any ending. */
  readonly interfaces?: { readonly names: readonly string[]; readonly negated: boolean }
  readonly families: readonly FilterFamily[]
  readonly verdict: Verdict
  readonly loopback: boolean
  readonly established: boolean
  readonly logs: boolean
  /** Undefined when a condition could not be understood. Empty: any. */
  readonly sources: readonly string[] | undefined
  readonly destinations: readonly string[] | undefined
  readonly services: readonly string[] | undefined
  /** As configured. */
  readonly text: string
}

export interface FilterChain {
  /** Unique: engine, family, table and name. */
  readonly id: string
  readonly table: string
  readonly name: string
  readonly families: readonly FilterFamily[]
  /** Base chains only. */
  readonly hook?: string
  readonly policy?: 'accept' | 'drop'
  readonly rules: readonly FilterRule[]
}

/** A whole rule set. */
export interface PacketFilter {
  readonly chains: readonly FilterChain[]
  /** Something in it was not understood and may decide packets. */
  readonly doubts: readonly string[]
}

/** What happens to a packet that no rule names. */
export interface Treatment {
  readonly treatment: 'deny' | 'allow' | 'unknown'
  /** Base chains that decided, for the evidence. */
  readonly chains: readonly string[]
  /** Rules that made it unknown or open. */
  readonly because: readonly string[]
}

/** Ways in which a packet can leave a chain; the doubtful ones hang on a condition that isn't understood. */
type Outcome = 'accept' | 'drop' | 'maybe-accept' | 'maybe-drop' | 'continue'

const directionHooks = {
  inbound: ['prerouting', 'input'],
  outbound: ['output', 'postrouting'],
  forward: ['prerouting', 'forward', 'postrouting'],
} as const
export type Direction = keyof typeof directionHooks

/** Chains that packets of a direction meet first, in every family. */
export const baseChains = (filter: PacketFilter, direction: Direction): readonly FilterChain[] => {
  const hooks: readonly string[] = directionHooks[direction]
  return filter.chains.filter((chain) => chain.hook !== undefined && hooks.includes(chain.hook))
}

/**
 * Treatment of packets that no rule names. A packet passes only when every base chain on its way lets it pass:
 * one chain that surely drops is enough for `deny`, and an early accept ends its own chain only (nft(8),
 * "VERDICT STATEMENTS"). Without `onInterface` the packet comes by an interface that no rule names.
 */
export function treatment(
  filter: PacketFilter,
  direction: Direction,
  family: FilterFamily,
  onInterface?: string,
): Treatment {
  const bases = baseChains(filter, direction).filter((chain) => chain.families.includes(family))
  const walker: Walker = {
    chains: new Map(filter.chains.map((chain) => [`${chain.table} ${chain.name}`, chain])),
    family,
    onInterface,
    because: new Set(filter.doubts),
    seen: new Map(),
    steps: 0,
  }
  const decided = bases.map((chain) => {
    const outcomes = new Set(walk(walker, chain))
    if (outcomes.delete('continue')) outcomes.add(chain.policy === 'drop' ? 'drop' : 'accept')
    return { chain, outcomes }
  })
  const because = [...walker.because]
  const denying = decided.filter(
    ({ outcomes }) => outcomes.has('drop') && !outcomes.has('accept') && !outcomes.has('maybe-accept'),
  )
  if (denying.length > 0) return { treatment: 'deny', chains: denying.map(({ chain }) => chain.id), because }
  const doubtful =
    filter.doubts.length > 0 ||
    decided.some(
      ({ outcomes }) => outcomes.has('maybe-drop') || (outcomes.has('maybe-accept') && !outcomes.has('accept')),
    )
  return { treatment: doubtful ? 'unknown' : 'allow', chains: decided.map(({ chain }) => chain.id), because }
}

/** Chains that packets of a direction can reach, through jumps too. */
export function reachable(filter: PacketFilter, direction: Direction): ReadonlySet<FilterChain> {
  const byName = new Map(filter.chains.map((chain) => [`${chain.table} ${chain.name}`, chain]))
  const found = new Set<FilterChain>()
  const open = [...baseChains(filter, direction)]
  for (let chain = open.pop(); chain; chain = open.pop()) {
    if (found.has(chain)) continue
    found.add(chain)
    for (const { verdict } of chain.rules) {
      if (verdict.kind !== 'jump' && verdict.kind !== 'goto') continue
      const target = byName.get(`${chain.table} ${verdict.target}`)
      if (target) open.push(target)
    }
  }
  return found
}

interface Walker {
  readonly chains: ReadonlyMap<string, FilterChain>
  readonly family: FilterFamily
  readonly onInterface: string | undefined
  readonly because: Set<string>
  /** Ways out of chains already walked; `undefined` while one is being walked. */
  readonly seen: Map<FilterChain, ReadonlySet<Outcome> | undefined>
  steps: number
}

const anything: ReadonlySet<Outcome> = new Set<Outcome>(['maybe-accept', 'maybe-drop', 'continue'])

function walk(walker: Walker, chain: FilterChain): ReadonlySet<Outcome> {
  if (walker.seen.has(chain)) return walker.seen.get(chain) ?? anything
  if (walker.seen.size > 2000) return anything
  walker.seen.set(chain, undefined)
  const outcomes = new Set<Outcome>()
  const leave = (): ReadonlySet<Outcome> => {
    walker.seen.set(chain, outcomes)
    return outcomes
  }
  for (const rule of chain.rules) {
    const reach = reachOf(rule, walker)
    if (reach === 'narrow' || rule.verdict.kind === 'none') continue
    const result = effect(walker, chain, rule)
    if (reach !== 'always' && [...result].some((outcome) => outcome !== 'continue')) {
      walker.because.add(`${chain.id}: ${rule.text}`)
    }
    const leaves = rule.verdict.kind === 'return' || rule.verdict.kind === 'goto'
    for (const outcome of weigh(reach, result)) outcomes.add(outcome)
    if (leaves && result.has('continue')) outcomes.add('continue')
    // what every packet meets and none comes back from ends the chain
    if (reach === 'always' && (leaves || !result.has('continue'))) return leave()
  }
  outcomes.add('continue')
  return leave()
}

function reachOf(rule: FilterRule, walker: Walker): Reach {
  if (!rule.families.includes(walker.family)) return 'narrow'
  if (rule.reach !== 'interface' || !rule.interfaces) return rule.reach
  const { names, negated } = rule.interfaces
  const on = walker.onInterface
  const named =
    on !== undefined && names.some((name) => name === on || (name.endsWith('*') && on.startsWith(name.slice(0, -1))))
  return named === negated ? 'narrow' : 'always'
}

function effect(walker: Walker, chain: FilterChain, { verdict, text }: FilterRule): ReadonlySet<Outcome> {
  if (verdict.kind === 'accept' || verdict.kind === 'drop') return new Set<Outcome>([verdict.kind])
  if (verdict.kind === 'translate') return new Set<Outcome>(['accept'])
  if (verdict.kind === 'return' || verdict.kind === 'none') return new Set<Outcome>(['continue'])
  const target = 'target' in verdict ? walker.chains.get(`${chain.table} ${verdict.target}`) : undefined
  if (target) return walk(walker, target)
  walker.because.add(`${chain.id}: ${text}`)
  return anything
}

/** What a rule adds to the ways out, given how many packets meet its condition. */
function weigh(reach: Reach, result: ReadonlySet<Outcome>): readonly Outcome[] {
  const ends = [...result].filter((outcome) => outcome !== 'continue')
  if (reach === 'always') return ends
  // a condition that holds for a part can let that part through, but it can't deny the rest
  if (reach === 'broad') return ends.filter((outcome) => outcome === 'accept' || outcome === 'maybe-accept')
  const doubt: Outcome[] = []
  if (result.has('accept') || result.has('maybe-accept')) doubt.push('maybe-accept')
  if (result.has('drop') || result.has('maybe-drop')) doubt.push('maybe-drop')
  return doubt
}
