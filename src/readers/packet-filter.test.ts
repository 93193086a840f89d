import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readIptables } from './iptables.ts'
import { dormantTables, readNftables } from './nftables.ts'
import { type FilterChain, type FilterRule, type PacketFilter, treatment, type Verdict } from './packet-filter.ts'

const verdicts: readonly Verdict[] = [
  { kind: 'accept' },
  { kind: 'drop' },
  { kind: 'return' },
  { kind: 'none' },
  { kind: 'unknown' },
  { kind: 'jump', target: 'a' },
  { kind: 'goto', target: 'b' },
  { kind: 'jump', target: 'nowhere' },
]

const anyRule = fc.record({
  reach: fc.constantFrom('always', 'narrow', 'broad', 'interface', 'unknown'),
  verdict: fc.constantFrom(...verdicts),
})

const toRule = (given: { reach: FilterRule['reach']; verdict: Verdict }, position: number): FilterRule => ({
  ...given,
  position,
  families: ['ip4'],
  ...(given.reach === 'interface' && { interfaces: { names: ['eth1'], negated: false } }),
  loopback: false,
  established: false,
  logs: false,
  sources: [],
  destinations: [],
  services: [],
  text: `rule ${position}`,
})

const chainOf = (
  name: string,
  rules: readonly FilterRule[],
  hook?: string,
  policy: 'accept' | 'drop' = 'accept',
): FilterChain => ({
  id: name,
  table: 't',
  name,
  families: ['ip4'],
  rules,
  ...(hook !== undefined && { hook, policy }),
})

const anyFilter = fc
  .tuple(
    fc.array(anyRule, { maxLength: 6 }),
    fc.array(anyRule, { maxLength: 4 }),
    fc.array(anyRule, { maxLength: 4 }),
    fc.constantFrom('accept' as const, 'drop' as const),
  )
  .map(
    ([base, a, b, policy]): PacketFilter => ({
      chains: [
        chainOf('in', base.map(toRule), 'input', policy),
        chainOf('a', a.map(toRule)),
        chainOf('b', b.map(toRule)),
      ],
      doubts: [],
    }),
  )

const inbound = (filter: PacketFilter): string => treatment(filter, 'inbound', 'ip4').treatment

/** The same chains with what one function makes of the base chain. */
const withBase = (filter: PacketFilter, change: (chain: FilterChain) => FilterChain): PacketFilter => ({
  ...filter,
  chains: filter.chains.map((chain) => (chain.name === 'in' ? change(chain) : chain)),
})

describe('the treatment of packets that no rule names', () => {
  it('is deny with any chain that drops everything, whatever else there is', () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        expect(inbound({ ...filter, chains: [...filter.chains, chainOf('last', [], 'input', 'drop')] })).toBe('deny')
      }),
    )
  })

  it('is never deny behind an unconditional accept', () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        const accept = toRule({ reach: 'always', verdict: { kind: 'accept' } }, 0)
        expect(inbound(withBase(filter, (chain) => ({ ...chain, rules: [accept, ...chain.rules] })))).not.toBe('deny')
      }),
    )
  })

  it('does not become deny when a rule is lost to a doubt', () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        const doubtful = withBase(filter, (chain) => ({
          ...chain,
          rules: chain.rules.map((rule) =>
            rule.verdict.kind === 'accept' && rule.reach !== 'narrow' ? { ...rule, reach: 'unknown' as const } : rule,
          ),
        }))
        if (inbound(filter) !== 'deny') expect(inbound(doubtful)).not.toBe('deny')
      }),
    )
  })

  it('ends on chains that jump to themselves', () => {
    const loop = chainOf('a', [toRule({ reach: 'always', verdict: { kind: 'jump', target: 'a' } }, 1)])
    const base = chainOf(
      'in',
      [toRule({ reach: 'always', verdict: { kind: 'jump', target: 'a' } }, 1)],
      'input',
      'drop',
    )
    expect(inbound({ chains: [base, loop], doubts: [] })).toBe('unknown')
  })
})

describe('the readers', () => {
  it('refuse what is no rule set, and never throw', () => {
    expect(readNftables('', new Set())).toBeUndefined()
    expect(readNftables('{"nftables": []}', new Set())).toBeUndefined()
    expect(readNftables('{"nftables": [{"metainfo": {', new Set())).toBeUndefined()
    expect(readIptables('*filter\n:INPUT DROP [0:0]\n', 'ip4', 'iptables')).toBeUndefined()
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (value, text) => {
        const rule = {
          rule: {
            family: 'inet',
            table: 't',
            chain: 'c',
            expr: [
              value,
              { match: value },
              { match: { op: '==', left: value, right: value } },
              { vmap: value },
              { jump: value },
            ],
          },
        }
        const chain = { chain: { family: 'inet', table: 't', name: 'c', hook: 'input', policy: 'drop' } }
        readNftables(
          JSON.stringify({ nftables: [{ metainfo: {} }, chain, rule, { set: value }, { table: value }] }),
          new Set(),
        )
        readIptables(`*filter\n:INPUT DROP [0:0]\n-A INPUT ${text}\nCOMMIT\n`, 'ip4', 'iptables')
        dormantTables(text)
      }),
    )
  })
})
