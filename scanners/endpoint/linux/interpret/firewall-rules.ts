import { type Evidence, type Reading, read, sectionText, unreadable } from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Field, Row, Table } from '../../../../src/core/fact.ts'
import type { LocalText } from '../../../../src/core/text.ts'
import {
  type Direction,
  type FilterChain,
  type FilterFamily,
  type FilterRule,
  reachable,
  treatment,
} from '../../../../src/readers/packet-filter.ts'
import { readSshdDump } from '../../../../src/readers/sshd-config.ts'
import type { KernelFilter } from './firewall-source.ts'

const directions: readonly Direction[] = ['inbound', 'outbound', 'forward']
const obscure: LocalText = { ja: '条件を解釈できない', en: 'the condition can not be understood' }

/** Every rule that packets can reach. Incomplete when a part of the rule set could not be read. */
export function firewallRules(kernel: Reading<KernelFilter>, evidence: readonly EvidenceRef[]): Table {
  if (!kernel.ok) {
    return {
      type: 'firewall-rule',
      rows: [],
      complete: false,
      why: kernel.why,
      ...(kernel.needs && { needs: kernel.needs }),
      evidence,
    }
  }
  const reached = directions.map((one) => reachable(kernel.value.filter, one))
  const rows: Row[] = []
  const used = new Map<string, number>()
  for (const chain of kernel.value.filter.chains) {
    const through = directions.filter((_, index) => reached[index]?.has(chain))
    if (through.length === 0 || chain.families.length === 0) continue
    const way = through.length === 1 ? (through[0] ?? 'unknown') : 'unknown'
    for (const rule of chain.rules) {
      // the text names a rule, not its place: a rule put before it doesn't rename it
      const base = `${chain.id}: ${rule.text}`
      const count = (used.get(base) ?? 0) + 1
      used.set(base, count)
      rows.push(ruleRow(chain, rule, way, count === 1 ? base : `${base} #${count}`))
    }
  }
  rows.sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0))
  const doubts = kernel.value.filter.doubts
  const why: LocalText | undefined =
    kernel.value.missing[0] ??
    (doubts.length > 0
      ? { ja: `読めない規則がある: ${doubts[0]}`, en: `a rule could not be read: ${doubts[0]}` }
      : undefined)
  return { type: 'firewall-rule', rows, complete: doubts.length === 0, ...(why && { why }), evidence }
}

function ruleRow(chain: FilterChain, rule: FilterRule, way: Direction | 'unknown', key: string): Row {
  const set = (values: readonly string[] | undefined): Field => (values ? [...values].sort() : { unreadable: obscure })
  const any = (values: readonly string[] | undefined): Field =>
    values ? values.every((value) => value.startsWith('!')) : { unreadable: obscure }
  return {
    key,
    name: rule.text,
    fields: {
      name: rule.text,
      position: rule.position,
      chain: chain.id,
      direction: way,
      action: actionOf(rule),
      enabled: true,
      source: set(rule.sources),
      destination: set(rule.destinations),
      service: set(rule.services),
      'any-source': any(rule.sources),
      'any-destination': any(rule.destinations),
      'any-service': any(rule.services),
      'loopback-only': rule.loopback,
      stateful: rule.established,
      text: rule.text,
    },
  }
}

function actionOf(rule: FilterRule): string {
  switch (rule.verdict.kind) {
    case 'accept':
      return 'permit'
    case 'drop':
      return 'deny'
    case 'jump':
    case 'goto':
      return 'jump'
    default:
      return rule.logs ? 'log' : 'other'
  }
}

/**
 * Sources that the filter lets reach the SSH port. Conditions of jumps are passed over, so the set may be wider than
 * the truth, never narrower.
 */
export function sshSources(
  evidence: Evidence,
  kernel: KernelFilter,
  families: readonly FilterFamily[],
): Reading<readonly string[]> {
  const dump = sectionText(evidence, 'sshd-effective')
  const ports = dump.ok ? (readSshdDump(dump.value).get('port') ?? []).map((line) => Number(line.value)) : []
  const port = ports.length === 1 && ports[0] ? ports[0] : 22
  if (ports.length > 1) return unreadable({ ja: 'SSH が複数のポートで待ち受ける', en: 'SSH listens on several ports' })
  const everywhere: Readonly<Record<FilterFamily, string>> = { ip4: '0.0.0.0/0', ip6: '::/0' }
  const sources = new Set<string>()
  for (const family of families) {
    const { treatment: byDefault } = treatment(kernel.filter, 'inbound', family)
    if (byDefault === 'unknown')
      return unreadable({ ja: '既定の扱いが分からない', en: 'the default treatment is not known' })
    if (byDefault === 'allow') {
      sources.add(everywhere[family])
      continue
    }
    for (const chain of reachable(kernel.filter, 'inbound')) {
      for (const rule of chain.rules) {
        if (rule.verdict.kind !== 'accept' || rule.loopback || rule.established) continue
        if (!rule.families.includes(family)) continue
        const covers = coversPort(rule.services, port)
        if (covers === undefined || (covers && rule.sources === undefined)) {
          return unreadable({
            ja: `規則の条件を解釈できない: ${rule.text}`,
            en: `the condition of a rule can not be understood: ${rule.text}`,
          })
        }
        if (!covers) continue
        if (rule.sources?.length === 0) sources.add(everywhere[family])
        for (const source of rule.sources ?? []) sources.add(source.startsWith('!') ? everywhere[family] : source)
      }
    }
  }
  return read([...sources].sort())
}

/** Whether services (`tcp/22`, `tcp/8000-8010`, `tcp`) hold a TCP port; undefined when that can't be told. */
function coversPort(services: readonly string[] | undefined, port: number): boolean | undefined {
  if (services === undefined) return undefined
  // a condition on the protocol beside one on the ports adds its bare name
  const named = services.filter((service) => service.includes('/'))
  if (named.length === 0)
    return services.length === 0 || services.some((one) => one === 'tcp' || one === '6' || one === 'th')
  return named.some((service) => {
    const [protocol = '', range = ''] = service.split('/')
    if (protocol.startsWith('!')) return true
    if (!['tcp', '6', 'th', ''].includes(protocol)) return false
    const [from = '', to = from] = range.split('-')
    if (from === 'ssh') return port === 22
    return Number(from) <= port && port <= Number(to)
  })
}
