import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Fact } from '../../../../src/core/fact.ts'
import { packageRoot } from '../../../../src/package-root.ts'
import { evidenceOf, filesText, type GivenSection } from '../testing/evidence.ts'
import { interpretFirewall, observesFirewall } from './firewall.ts'

// Real rule sets, loaded into a network namespace of their own that ends with its shell.
const namespaces = spawnSync('unshare', ['-n', 'nft', 'list', 'ruleset']).status === 0

interface Listing {
  readonly nft: string
  readonly iptables: string
  readonly ip6tables: string
  readonly legacy: string
  readonly tables: string
}

function load(commands: string): Listing {
  const script = `set -e\n${commands}\necho @@@; nft -j list ruleset; echo @@@; iptables-nft-save 2>/dev/null; echo @@@; ip6tables-nft-save 2>/dev/null; echo @@@; [ -z "$LEGACY" ] || iptables-legacy-save 2>/dev/null; echo @@@; nft -t list ruleset`
  const run = spawnSync('unshare', ['-n', 'sh', '-c', script], { encoding: 'utf8' })
  if (run.status !== 0) throw new Error(run.stderr)
  const [, nft = '', iptables = '', ip6tables = '', legacy = '', tables = ''] = run.stdout.split('@@@\n')
  return { nft, iptables, ip6tables, legacy, tables }
}

const nft = (rules: string): Listing => load(`nft -f - <<'RULES'\n${rules}\nRULES`)

const ipv6Used = { '/proc/net/if_inet6': 'fe80000000000000 02 40 20 80 eth0\n' }
const ipv6Unused = { '/proc/net/if_inet6': '00000000000000000000000000000001 01 80 10 80 lo\n' }

const sectionsOf = (
  listing: Partial<Listing>,
  files: Readonly<Record<string, string>> = ipv6Used,
): Record<string, GivenSection> => ({
  'firewall-kernel': `nf_tables=present\nip_tables=present\nip_tables_names=${listing.legacy ? ' filter' : ''}\nip6_tables_names=\n`,
  'nft-ruleset': listing.nft ?? '{"nftables": [{"metainfo": {"version": "1.0.6"}}]}',
  'nft-tables': listing.tables ?? '',
  'iptables-nft': listing.iptables ?? '',
  'ip6tables-nft': listing.ip6tables ?? '',
  'iptables-legacy': listing.legacy ? listing.legacy : { skipped: 'not-asked' },
  'ip6tables-legacy': { skipped: 'not-asked' },
  'firewalld-zones': { skipped: 'not-asked' },
  'access-files': filesText({
    ...files,
    '/proc/sys/net/ipv4/conf/all/forwarding': '1\n',
    '/proc/sys/net/ipv6/conf/all/forwarding': '0\n',
  }),
})

function facts(sections: Readonly<Record<string, GivenSection>>): ReadonlyMap<string, Fact> {
  const found = interpretFirewall(evidenceOf(sections)).facts ?? []
  return new Map(
    found.map((fact) => [fact.scope ? `${fact.setting}[${fact.scope.kind}:${fact.scope.key}]` : fact.setting, fact]),
  )
}

const value = (all: ReadonlyMap<string, Fact>, id: string): unknown => {
  const fact = all.get(id)
  return fact?.state === 'known' ? fact.value : fact?.state
}

const judge = (rules: string, id = 'firewall.default-inbound', files = ipv6Used): unknown =>
  value(facts(sectionsOf(nft(rules), files)), id)

const chain = (body: string, policy = 'drop', hook = 'input', priority = 0, table = 'inet filter'): string =>
  `table ${table} {\n chain c${priority < 0 ? 'early' : 'late'} {\n type filter hook ${hook} priority ${priority}; policy ${policy};\n${body}\n }\n}\n`

describe.skipIf(!namespaces)('packets that no rule names, in rule sets that nft loaded', () => {
  it('are denied by a policy of drop with the usual exceptions', () => {
    const body =
      'iifname "lo" accept\nct state vmap { established : accept, related : accept, invalid : drop }\nmeta l4proto { icmp, ipv6-icmp } accept\ntcp dport { 22, 8000-8010 } accept'
    const all = facts(sectionsOf(nft(chain(body))))
    expect(value(all, 'firewall.default-inbound')).toBe('deny')
    expect(value(all, 'firewall.ipv6-filtered')).toBe(true)
    expect(value(all, 'firewall.enabled')).toBe(true)
    expect(value(all, 'firewall.default-outbound')).toBe('allow')
    expect(value(all, 'firewall.default-forward')).toBe('allow')
    expect(value(all, 'management.allowed-sources')).toEqual(['0.0.0.0/0', '::/0'])
  })

  it.each([
    ['a final reject', 'tcp dport 22 accept\ncounter reject with icmpx type admin-prohibited', 'accept', 'deny'],
    ['an unconditional accept before', 'accept\ntcp dport 22 accept', 'drop', 'allow'],
    ['accept of every new connection', 'ct state { new, established } accept', 'drop', 'allow'],
    ['drop of new connections', 'tcp dport 22 accept\nct state new drop', 'accept', 'deny'],
    ['all of TCP let in', 'meta l4proto tcp accept', 'drop', 'allow'],
    ['all ports but one let in', 'tcp dport != 23 accept', 'drop', 'allow'],
    ['half of the addresses let in', 'ip saddr 0.0.0.0/1 accept', 'drop', 'allow'],
    ['anything that is not loopback let in', 'iifname != "lo" accept', 'drop', 'allow'],
    ['a rate of everything let in', 'limit rate 100/second accept', 'drop', 'allow'],
    ['a drop of some addresses only', 'ip saddr 10.0.0.0/8 drop\nmeta l4proto tcp drop', 'accept', 'allow'],
    ['a mark that can not be followed', 'meta mark 0x1 accept', 'drop', 'unreadable'],
    ['a mark that drops', 'meta mark 0x1 drop', 'accept', 'unreadable'],
    ['no rule', '', 'accept', 'allow'],
  ])('%s', (_name, body, policy, expected) => {
    expect(judge(chain(body, policy))).toBe(expected)
  })

  it('are denied when any of several base chains drops, whichever comes first', () => {
    expect(judge(chain('accept', 'accept', 'input', -10) + chain('', 'drop', 'input', 10))).toBe('deny')
    expect(judge(chain('', 'drop', 'prerouting', -10) + chain('accept', 'accept', 'input', 10))).toBe('deny')
    expect(judge(chain('', 'drop', 'forward', -10))).toBe('allow')
  })

  it('follow jumps, gotos and returns', () => {
    const rules = (sub: string, after: string) =>
      `table inet t {\n chain sub {\n${sub}\n }\n chain in {\n type filter hook input priority 0; policy accept;\n jump sub\n${after}\n }\n}`
    expect(judge(rules('tcp dport 22 accept', 'drop'))).toBe('deny')
    expect(judge(rules('accept', 'drop'))).toBe('allow')
    expect(judge(rules('return\naccept', 'drop'))).toBe('deny')
    expect(judge(rules('drop', ''))).toBe('deny')
  })

  it('need both families denied, unless no interface has an IPv6 address', () => {
    const ip4 = chain('', 'drop', 'input', 0, 'ip filter')
    expect(judge(ip4)).toBe('allow')
    expect(judge(ip4, 'firewall.ipv6-filtered')).toBe(false)
    expect(judge(ip4, 'firewall.default-inbound', ipv6Unused)).toBe('deny')
    expect(judge(ip4, 'firewall.ipv6-filtered', ipv6Unused)).toBe('inapplicable')
    expect(judge(chain('meta nfproto ipv6 accept'))).toBe('allow')
    expect(judge(chain('meta nfproto ipv6 accept'), 'firewall.default-inbound', ipv6Unused)).toBe('deny')
  })

  it('of an interface that is let in whole form a zone of their own', () => {
    const all = facts(sectionsOf(nft(chain('iifname "eth1" accept'))))
    expect(value(all, 'firewall.default-inbound')).toBe('deny')
    expect(value(all, 'firewall.default-inbound[zone:eth1]')).toBe('allow')
  })

  it('are not judged from a dormant table, which is not in force', () => {
    const dormant = chain('', 'drop').replace('{\n', '{\n flags dormant;\n')
    expect(judge(dormant)).toBe('allow')
    expect(judge(dormant, 'firewall.enabled')).toBe(false)
  })

  it('look into named sets and verdict maps', () => {
    const set = (elements: string) =>
      `table inet t {\n set s { type ipv4_addr; flags interval; elements = { ${elements} }\n }\n chain c {\n type filter hook input priority 0; policy drop;\n ip saddr @s accept\n }\n}`
    expect(judge(set('10.0.0.0/8'))).toBe('deny')
    expect(judge(set('0.0.0.0/1, 128.0.0.0/1'))).toBe('allow')
    const all = facts(
      sectionsOf(
        nft(
          `table inet t {\n set s { type ipv4_addr; flags interval; elements = { 10.0.0.0/8 }\n }\n chain c {\n type filter hook input priority 0; policy drop;\n ip saddr @s tcp dport 22 accept\n }\n}`,
        ),
      ),
    )
    expect(value(all, 'management.allowed-sources')).toEqual(['10.0.0.0/8'])
    const map = (verdict: string) =>
      `table inet t {\n map m { type inet_service : verdict; elements = { 22 : accept }\n }\n chain c {\n type filter hook input priority 0; policy drop;\n tcp dport vmap @m\n ct state vmap { new : ${verdict}, invalid : drop }\n }\n}`
    expect(judge(map('drop'))).toBe('deny')
    expect(judge(map('accept'))).toBe('allow')
  })
})

describe.skipIf(!namespaces)('packets that no rule names, in rule sets that iptables loaded', () => {
  const both = (commands: string) =>
    ['iptables-nft', 'ip6tables-nft'].map((one) => commands.replaceAll('IPT', one)).join('\n')

  it('are read from iptables-save where nft shows xt matches only', () => {
    const rules = both(
      'IPT -P INPUT DROP\nIPT -A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\nIPT -A INPUT -p tcp --dport 22 -m comment --comment "ssh here" -j ACCEPT',
    )
    const listing = load(rules)
    expect(listing.nft).toContain('"xt"')
    expect(value(facts(sectionsOf(listing)), 'firewall.default-inbound')).toBe('deny')
    // without it the conditions stay unknown
    const { 'iptables-nft': _four, 'ip6tables-nft': _six, ...rest } = sectionsOf(listing)
    expect(value(facts(rest), 'firewall.default-inbound')).toBe('unreadable')
  })

  it('are let in by an accept that only carries a comment', () => {
    const rules = both('IPT -P INPUT DROP\nIPT -A INPUT -m comment --comment x -j ACCEPT')
    expect(value(facts(sectionsOf(load(rules))), 'firewall.default-inbound')).toBe('allow')
  })

  it('an unknown condition on ICMP opens no port, one on anything else may (ufw, IPv6)', () => {
    const sources = (rule: string) =>
      value(
        facts(
          sectionsOf(
            load(
              both(`IPT -P INPUT DROP\nIPT -A INPUT -p tcp --dport 22 -s LOCAL -j ACCEPT\n${rule}`)
                .replace('-s LOCAL', '-s 192.0.2.0/24')
                .replace('-s LOCAL', '-s 2001:db8::/32'),
            ),
          ),
        ),
        'management.allowed-sources',
      )
    const echo = 'ip6tables-nft -A INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 133 -m hl --hl-eq 255 -j ACCEPT'
    expect(sources(echo)).toEqual(['192.0.2.0/24', '2001:db8::/32'])
    expect(sources('ip6tables-nft -A INPUT -p tcp -m hl --hl-eq 255 -j ACCEPT')).toBe('unreadable')
    expect(sources('ip6tables-nft -A INPUT ! -p ipv6-icmp -m hl --hl-eq 255 -j ACCEPT')).toBe('unreadable')
  })

  it('are denied by the older ip_tables too', () => {
    const listing = load(
      'LEGACY=1\niptables-legacy -P INPUT DROP\niptables-legacy -A INPUT -s 192.0.2.0/24 -p tcp -m multiport --dports 22,443 -j ACCEPT',
    )
    const all = facts(sectionsOf(listing, ipv6Unused))
    expect(value(all, 'firewall.default-inbound')).toBe('deny')
    expect(value(all, 'management.allowed-sources')).toEqual(['192.0.2.0/24'])
    expect(value(facts(sectionsOf(listing)), 'firewall.default-inbound')).toBe('allow')
  })
})

describe.skipIf(!namespaces)('rule sets as tools write them', () => {
  // the chains that firewalld 1.x makes for one interface and a default zone
  const firewalld = (target: string): string => `table inet firewalld {
  chain filter_INPUT {
    type filter hook input priority filter + 10; policy accept;
    ct state { established, related } accept
    ct status dnat accept
    iifname "lo" accept
    ct state invalid drop
    jump filter_INPUT_ZONES
    reject with icmpx admin-prohibited
  }
  chain filter_INPUT_ZONES {
    iifname "eth0" goto filter_IN_public
    goto filter_IN_public
  }
  chain filter_IN_public {
    jump filter_IN_public_allow
    meta l4proto { icmp, ipv6-icmp } accept
    ${target}
  }
  chain filter_IN_public_allow {
    tcp dport 22 accept
    ip6 daddr fe80::/64 udp dport 546 accept
  }
}`
  // nft wants a chain before it is named
  const ordered = (target: string): string =>
    `table inet firewalld { chain filter_INPUT_ZONES { }; chain filter_IN_public { }; chain filter_IN_public_allow { }; }\n${firewalld(target)}`

  it('firewalld rejects what its zone does not allow, and a target of ACCEPT allows all', () => {
    const all = facts(sectionsOf(nft(ordered(''))))
    expect(value(all, 'firewall.default-inbound')).toBe('deny')
    expect(all.has('firewall.default-inbound[zone:eth0]')).toBe(false)
    expect(judge(ordered('accept'))).toBe('allow')
  })

  it('ufw denies what it does not allow', () => {
    const rules = ['iptables-nft', 'ip6tables-nft'].flatMap((one) => [
      `${one} -P INPUT DROP`,
      ...['ufw-before-input', 'ufw-user-input', 'ufw-not-local', 'ufw-after-input'].map((name) => `${one} -N ${name}`),
      `${one} -A INPUT -j ufw-before-input`,
      `${one} -A INPUT -j ufw-after-input`,
      `${one} -A ufw-before-input -i lo -j ACCEPT`,
      `${one} -A ufw-before-input -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
      `${one} -A ufw-before-input -m conntrack --ctstate INVALID -j DROP`,
      `${one} -A ufw-before-input -p udp --sport 67 --dport 68 -j ACCEPT`,
      `${one} -A ufw-before-input -j ufw-not-local`,
      `${one} -A ufw-not-local -m addrtype --dst-type LOCAL -j RETURN`,
      `${one} -A ufw-not-local -m limit --limit 3/min --limit-burst 10 -j LOG`,
      `${one} -A ufw-not-local -j DROP`,
      `${one} -A ufw-before-input -j ufw-user-input`,
      `${one} -A ufw-user-input -p tcp --dport 22 -j ACCEPT`,
      `${one} -A ufw-after-input -p udp --dport 137 -j RETURN`,
    ])
    // addrtype on IPv6 may be missing from a kernel: the rest holds without it
    const listing = load(
      rules.join('\n').replaceAll('ip6tables-nft -A ufw-not-local -m addrtype --dst-type LOCAL -j RETURN\n', ''),
    )
    expect(value(facts(sectionsOf(listing)), 'firewall.default-inbound')).toBe('deny')
  })

  const corpus = join(process.env['SEISA_SHARED'] ?? join(packageRoot(), '../shared'), 'corpus/network/nftables')
  it.skipIf(!existsSync(corpus))('generated policies of the corpus are read whole', () => {
    for (const name of readdirSync(corpus)) {
      const listing = nft(readFileSync(join(corpus, name), 'utf8'))
      const table = interpretFirewall(evidenceOf(sectionsOf(listing))).tables?.[0]
      expect(table?.complete, name).toBe(true)
      expect([...(table?.rows ?? [])].length, name).toBeGreaterThan(0)
    }
  })
})

describe('what could not be read', () => {
  it('is allowed by nobody: no rules at all, read by root, is a firewall that is off', () => {
    const all = facts(sectionsOf({}))
    expect(value(all, 'firewall.enabled')).toBe(false)
    expect(value(all, 'firewall.default-inbound')).toBe('allow')
  })

  it('is a firewall that is off when the kernel holds neither module', () => {
    const sections = {
      ...sectionsOf({}),
      'firewall-kernel': 'nf_tables=no\nip_tables=no\nip_tables_names=\nip6_tables_names=\n',
      'nft-ruleset': { skipped: 'not-asked' } as const,
    }
    expect(value(facts(sections), 'firewall.enabled')).toBe(false)
    expect(
      value(
        facts({
          ...sections,
          'firewall-kernel': sections['firewall-kernel'].replace('nf_tables=no', 'nf_tables=unknown'),
        }),
        'firewall.enabled',
      ),
    ).toBe('unreadable')
  })

  it('needs root', () => {
    const sections = { ...sectionsOf({}), collector: 'uid=1000', 'nft-ruleset': { skipped: 'root' } as const }
    const all = facts(sections)
    for (const id of observesFirewall.settings) expect(all.get(id)?.state, id).toBe('unreadable')
    expect(all.get('firewall.enabled')).toHaveProperty('needs')
  })

  it.each(['firewall-kernel', 'nft-ruleset', 'nft-tables', 'access-files', 'iptables-nft'])(
    'never makes a fact of a missing %s',
    (id) => {
      const whole = facts(sectionsOf({}))
      for (const broken of [
        undefined,
        { exitCode: 1 },
        { exitCode: 124 },
        { exitCode: 0, complete: false, text: '{"nft' },
        'garbage \u0000',
      ]) {
        const { [id]: _gone, ...rest } = sectionsOf({})
        const all = facts(broken === undefined ? rest : { ...rest, [id]: broken as GivenSection })
        for (const [key, fact] of all) {
          if (fact.state === 'known') expect(fact, key).toEqual(whole.get(key))
        }
        for (const setting of observesFirewall.settings) expect(all.has(setting), setting).toBe(true)
      }
    },
  )
})

describe('zones of firewalld', () => {
  it('deny unless their target is ACCEPT; only active ones are in force', () => {
    const text =
      'public (default, active)\n  target: default\n  interfaces: eth0\n\ntrusted (active)\n  target: ACCEPT\n  interfaces: eth1\n\nhome\n  target: ACCEPT\n'
    const all = facts({ ...sectionsOf({}), 'firewalld-zones': text })
    expect(value(all, 'firewall.default-inbound[zone:public]')).toBe('deny')
    expect(value(all, 'firewall.default-inbound[zone:trusted]')).toBe('allow')
    expect(all.has('firewall.default-inbound[zone:home]')).toBe(false)
  })
})

describe('a decision of another program', () => {
  it('is not known: queue can let anything in', () => {
    const chainJson = {
      chain: {
        family: 'inet',
        table: 't',
        name: 'c',
        handle: 1,
        type: 'filter',
        hook: 'input',
        prio: 0,
        policy: 'drop',
      },
    }
    const rule = { rule: { family: 'inet', table: 't', chain: 'c', handle: 2, expr: [{ queue: { num: 0 } }] } }
    const listing = { nft: JSON.stringify({ nftables: [{ metainfo: { version: '1.0.6' } }, chainJson, rule] }) }
    expect(value(facts(sectionsOf(listing)), 'firewall.default-inbound')).toBe('unreadable')
  })
})

describe('rows', () => {
  it.skipIf(!namespaces)('say source, destination, service and action', () => {
    const table = interpretFirewall(
      evidenceOf(
        sectionsOf(
          nft(
            chain(
              'iifname "lo" accept\nct state established accept\nip saddr 10.0.0.0/8 tcp dport { 22, 80 } accept\ncounter',
            ),
          ),
        ),
      ),
    ).tables?.[0]
    const rows = [...(table?.rows ?? [])]
    expect(table?.complete).toBe(true)
    const ssh = rows.find((row) => row.name.includes('10.0.0.0'))
    expect(ssh?.fields).toMatchObject({
      action: 'permit',
      direction: 'inbound',
      source: ['10.0.0.0/8'],
      service: ['tcp/22', 'tcp/80'],
      'any-source': false,
      'any-destination': true,
      'any-service': false,
    })
    expect(rows.find((row) => row.name.includes('lo'))?.fields).toMatchObject({ 'loopback-only': true })
    expect(rows.find((row) => row.name.includes('established'))?.fields).toMatchObject({
      stateful: true,
      'any-source': true,
    })
  })
})
