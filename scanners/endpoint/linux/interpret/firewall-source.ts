import { type Evidence, needsRoot, type Reading, read, sectionText, unreadable } from '../../../../src/core/evidence.ts'
import type { LocalText } from '../../../../src/core/text.ts'
import { readIptables } from '../../../../src/readers/iptables.ts'
import { dormantTables, readNftables } from '../../../../src/readers/nftables.ts'
import type { FilterFamily, PacketFilter } from '../../../../src/readers/packet-filter.ts'
import { collectedAsRoot } from './views.ts'

/** Every packet filter of the kernel as one rule set. `missing` says what could not be read of it. */
export interface KernelFilter {
  readonly filter: PacketFilter
  readonly missing: readonly LocalText[]
  /** Sections that were read. */
  readonly sources: readonly string[]
}

/**
 * Joins nftables, the tables of iptables-nft that nft can't explain, and the older ip_tables. What is missing becomes
 * a doubt: a drop that was read still drops, but nothing is allowed for certain.
 */
export function kernelFilter(evidence: Evidence): Reading<KernelFilter> {
  if (!collectedAsRoot(evidence)) {
    return unreadable(
      { ja: '一般利用者の権限ではフィルタ規則を読めない', en: 'an ordinary user may not read the rules' },
      needsRoot,
    )
  }
  const kernel = sectionText(evidence, 'firewall-kernel')
  if (!kernel.ok) return kernel
  const parts: PacketFilter[] = []
  const missing: LocalText[] = []
  const sources: string[] = ['firewall-kernel']
  const nft = readNewer(evidence, /^nf_tables=(.*)$/m.exec(kernel.value)?.[1] ?? 'unknown')
  if (nft.ok) {
    parts.push(...nft.value.parts)
    sources.push(...nft.value.sources)
    missing.push(...nft.value.missing)
  } else missing.push(nft.why)
  for (const [family, id, names] of [
    ['ip4', 'iptables-legacy', 'ip_tables_names'],
    ['ip6', 'ip6tables-legacy', 'ip6_tables_names'],
  ] as const) {
    const legacy = readOlder(evidence, kernel.value, family, id, names)
    if (!legacy.ok) missing.push(legacy.why)
    else if (legacy.value) {
      parts.push(legacy.value)
      sources.push(id)
    }
  }
  return read({
    filter: {
      chains: parts.flatMap((part) => part.chains),
      doubts: [...parts.flatMap((part) => part.doubts), ...missing.map((why) => why.en)],
    },
    missing,
    sources,
  })
}

interface Newer {
  readonly parts: readonly PacketFilter[]
  readonly sources: readonly string[]
  readonly missing: readonly LocalText[]
}

function readNewer(evidence: Evidence, state: string): Reading<Newer> {
  const text = sectionText(evidence, 'nft-ruleset')
  if (!text.ok) {
    // the kernel module isn't loaded, so there can be no such rules
    if (text.skipped === 'not-asked' && state === 'no') return read({ parts: [], sources: [], missing: [] })
    if (text.skipped === 'not-asked') {
      return unreadable({
        ja: 'nf_tables がカーネルに組み込まれているか分からず、読むと読み込んでしまうおそれがあるので調べない',
        en: 'it is not known whether nf_tables is loaded, and asking could load it',
      })
    }
    if (text.skipped !== 'command') return text
    // without nft, what iptables-nft-save shows is still true, but other tables may exist
    const compat = readCompat(evidence)
    return read({
      ...compat,
      missing: [{ ja: 'nft 命令が入っていない', en: 'nft is not installed' }, ...compat.missing],
    })
  }
  const tables = sectionText(evidence, 'nft-tables')
  if (!tables.ok) return tables
  const ruleset = readNftables(text.value, dormantTables(tables.value))
  if (!ruleset) return unreadable({ ja: 'nft-ruleset を解釈できない', en: 'nft-ruleset can not be understood' })
  if (ruleset.compat.size === 0)
    return read({ parts: [ruleset.filter], sources: ['nft-ruleset', 'nft-tables'], missing: [] })
  const compat = readCompat(evidence)
  const replaced = new Set(
    compat.parts.flatMap((part) => part.chains.map((chain) => chain.table.replace(/^iptables-nft /, ''))),
  )
  const kept = ruleset.filter.chains.filter((chain) => {
    const table = chain.table.replace(/^nft /, '')
    return !(ruleset.compat.has(table) && replaced.has(table))
  })
  const wanted = compat.parts.map((part) => ({
    doubts: [],
    chains: part.chains.filter((chain) => ruleset.compat.has(chain.table.replace(/^iptables-nft /, ''))),
  }))
  return read({
    parts: [{ ...ruleset.filter, chains: kept }, ...wanted],
    sources: ['nft-ruleset', 'nft-tables', ...compat.sources],
    // without iptables-nft-save the xt conditions stay unknown, which the evaluation already holds against them
    missing: [],
  })
}

function readCompat(evidence: Evidence): Newer {
  const parts: PacketFilter[] = []
  const sources: string[] = []
  const missing: LocalText[] = []
  for (const [family, id] of [
    ['ip4', 'iptables-nft'],
    ['ip6', 'ip6tables-nft'],
  ] as const) {
    const text = sectionText(evidence, id)
    const filter = text.ok ? readIptables(text.value, family, 'iptables-nft') : undefined
    if (filter) {
      parts.push(filter)
      sources.push(id)
    } else if (!text.ok) missing.push(text.why)
    else missing.push({ ja: `${id} を解釈できない`, en: `${id} can not be understood` })
  }
  return { parts, sources, missing }
}

function readOlder(
  evidence: Evidence,
  kernel: string,
  family: FilterFamily,
  id: string,
  names: string,
): Reading<PacketFilter | undefined> {
  const tables = new RegExp(`^${names}=(.*)$`, 'm').exec(kernel)?.[1]
  if (tables === undefined) return unreadable({ ja: `証跡に ${names} がない`, en: `the evidence has no ${names}` })
  if (tables.trim() === '') return read(undefined)
  const text = sectionText(evidence, id)
  if (!text.ok) return text
  const filter = readIptables(text.value, family, 'iptables')
  return filter ? read(filter) : unreadable({ ja: `${id} を解釈できない`, en: `${id} can not be understood` })
}
