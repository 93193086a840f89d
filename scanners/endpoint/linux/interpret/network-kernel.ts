import type { EvidenceRef, Fact } from '../../../../src/core/fact.ts'
import type { LocalText } from '../../../../src/core/text.ts'
import type { ScopeInForce } from '../../../../src/core/snapshot.ts'
import { known, type Part, unread } from './contribution.ts'
import { numberOf, whyNot } from './kernel.ts'
import { type SystemValue, systemValues } from './system-text.ts'

export const observesNetworkKernel = {
  settings: [
    'hardening.source-routing-accepted',
    'hardening.redirects-accepted',
    'hardening.redirects-sent',
    'hardening.reverse-path-filtered',
    'hardening.syn-cookies',
    'hardening.broadcast-ping-ignored',
    'hardening.martians-logged',
    'network.forwarding-enabled',
    'network.ipv6-enabled',
  ],
  rows: [],
} as const

type Values = ReadonlyMap<string, SystemValue>

/**
 * Network settings of the kernel. Which of `all` and an interface's own value counts differs from setting to
 * setting: include/linux/inetdevice.h (IN_DEV_ANDCONF, IN_DEV_ORCONF, IN_DEV_MAXCONF), as
 * Documentation/networking/ip-sysctl.rst describes. The loopback interface carries nothing from outside and is
 * left out; `default`, from which later interfaces are made, is held to the same as an interface.
 */
export const interpretNetworkKernel: Part = (evidence) => {
  const values = systemValues(evidence, 'kernel-settings')
  if (!values.ok) {
    return {
      facts: observesNetworkKernel.settings.map((setting) => unread(setting, values, [{ source: 'kernel-settings' }])),
    }
  }
  const all = values.value
  const v4 = interfacesOf(all, 'ipv4', 'rp_filter')
  const v6 = interfacesOf(all, 'ipv6', 'disable_ipv6')
  const four: Family = { name: 'ipv4', interfaces: v4 }
  const six: Family = { name: 'ipv6', interfaces: v6 }
  const ipv6 = ipv6Facts(all, v6)
  return {
    facts: [
      combine('hardening.source-routing-accepted', all, false, [
        // AND: both all and the interface must accept
        ...each(four, ['accept_source_route'], ([own], [every]) => own !== 0 && every !== 0),
        // IPv6 takes the smaller of both; 0 accepts only the type that mobile IPv6 needs (net/ipv6/exthdrs.c)
        ...each(six, ['accept_source_route'], ([own = 0], [every = 0]) => Math.min(own, every) > 0),
      ]),
      combine('hardening.redirects-accepted', all, false, [
        // a forwarding interface needs both, any other one of them
        ...each(four, ['accept_redirects', 'forwarding'], ([own, forwards], [every]) =>
          forwards !== 0 ? own !== 0 && every !== 0 : own !== 0 || every !== 0,
        ),
        // IPv6 asks the interface alone, and never when it forwards (net/ipv6/route.c, rt6_do_redirect)
        ...each(six, ['accept_redirects', 'forwarding'], ([own, forwards]) => own !== 0 && forwards === 0),
      ]),
      combine(
        'hardening.redirects-sent',
        all,
        false,
        each(four, ['send_redirects'], ([own], [every]) => own !== 0 || every !== 0),
      ),
      // the greater of both; 1 is strict and 2 loose, either checks (RFC 3704)
      combine(
        'hardening.reverse-path-filtered',
        all,
        true,
        each(four, ['rp_filter'], ([own = 0], [every = 0]) => Math.max(own, every) >= 1),
      ),
      single(
        'hardening.syn-cookies',
        all,
        '/proc/sys/net/ipv4/tcp_syncookies',
        (number) => number === 1 || number === 2,
      ),
      single(
        'hardening.broadcast-ping-ignored',
        all,
        '/proc/sys/net/ipv4/icmp_echo_ignore_broadcasts',
        (number) => number === 1,
      ),
      combine(
        'hardening.martians-logged',
        all,
        true,
        each(four, ['log_martians'], ([own], [every]) => own !== 0 || every !== 0),
      ),
      combine('network.forwarding-enabled', all, false, [
        ...each(four, ['forwarding'], ([own]) => own !== 0),
        ...(v6.length === 0 ? [] : [ipv6Forwarding]),
        // only kernels from 6.17 on have this file
        ...each(six, ['force_forwarding'], ([own]) => own !== 0).filter(({ paths }) => all.has(paths[0] ?? '')),
      ]),
      ...ipv6.facts,
    ],
    scopes: ipv6.scopes,
  }
}

interface Family {
  readonly name: 'ipv4' | 'ipv6'
  readonly interfaces: readonly string[]
}

/** One question to a few kernel files, answered when all of them are read. */
interface Check {
  readonly paths: readonly string[]
  readonly answer: (numbers: readonly number[]) => boolean
}

function interfacesOf(values: Values, family: string, file: string): readonly string[] {
  const names = new Set<string>()
  for (const path of values.keys()) {
    const name = new RegExp(`^/proc/sys/net/${family}/conf/([^/]+)/${file}$`).exec(path)?.[1]
    // a pattern that matched nothing stays as written: there is no such protocol
    if (name !== undefined && name !== '*') names.add(name)
  }
  return [...names].sort()
}

function each(
  family: Family,
  files: readonly string[],
  answer: (own: readonly number[], all: readonly number[]) => boolean,
): readonly Check[] {
  const folder = `/proc/sys/net/${family.name}/conf`
  return family.interfaces
    .filter((name) => name !== 'all' && name !== 'lo')
    .map((name) => ({
      paths: [...files.map((file) => `${folder}/${name}/${file}`), ...files.map((file) => `${folder}/all/${file}`)],
      answer: (numbers) => answer(numbers.slice(0, files.length), numbers.slice(files.length)),
    }))
}

// net/ipv6/ip6_output.c asks `all` alone
const ipv6Forwarding: Check = {
  paths: ['/proc/sys/net/ipv6/conf/all/forwarding'],
  answer: ([number]) => number !== 0,
}

/** One fact from many checks: the lenient answer of any, or the strict one when all were read. */
function combine(setting: string, values: Values, strict: boolean, checks: readonly Check[]): Fact {
  const refs: EvidenceRef[] = []
  let failure: { why: LocalText; needs?: LocalText } | undefined
  for (const check of checks) {
    const numbers: number[] = []
    for (const path of check.paths) {
      const entry = values.get(path)
      const number = entry && numberOf(entry)
      if (number === undefined) failure ??= whyNot(entry, path)
      else numbers.push(number)
    }
    if (numbers.length < check.paths.length) continue
    if (check.answer(numbers) !== strict) {
      return known(
        setting,
        !strict,
        check.paths.map((source) => ({ source })),
        'running',
      )
    }
    refs.push(...check.paths.map((source) => ({ source })))
  }
  if (failure) return unread(setting, failure, refs)
  if (checks.length === 0) {
    return unread(setting, { why: { ja: 'ネットワークの設定が1つも読めない', en: 'no network setting could be read' } })
  }
  return known(setting, strict, unique(refs), 'running')
}

const unique = (refs: readonly EvidenceRef[]): readonly EvidenceRef[] =>
  [...new Set(refs.map((ref) => ref.source))].map((source) => ({ source }))

function single(setting: string, values: Values, path: string, value: (number: number) => boolean): Fact {
  const entry = values.get(path)
  const number = entry && numberOf(entry)
  const refs = [{ source: path }]
  return number === undefined
    ? unread(setting, whyNot(entry, path), refs)
    : known(setting, value(number), refs, 'running')
}

/** IPv6 by default (what a new interface gets) and on each interface. */
function ipv6Facts(
  values: Values,
  interfaces: readonly string[],
): { readonly facts: readonly Fact[]; readonly scopes: readonly ScopeInForce[] } {
  const setting = 'network.ipv6-enabled'
  if (interfaces.length === 0) {
    const star = values.get('/proc/sys/net/ipv6/conf/*/disable_ipv6')
    const refs = [{ source: '/proc/sys/net/ipv6' }]
    // ipv6.disable=1 on the kernel's command line, or a kernel without it
    return star?.state === 'absent'
      ? { facts: [known(setting, false, refs, 'running')], scopes: [] }
      : {
          facts: [
            unread(
              setting,
              { why: { ja: 'IPv6の設定を読めなかった', en: 'the IPv6 settings could not be read' } },
              refs,
            ),
          ],
          scopes: [],
        }
  }
  const scoped = interfaces
    .filter((name) => name !== 'all' && name !== 'default' && name !== 'lo')
    .map((name) => {
      const path = `/proc/sys/net/ipv6/conf/${name}/disable_ipv6`
      return enabledFact(setting, values, path, { kind: 'interface', key: name } as const)
    })
  return {
    facts: [enabledFact(setting, values, '/proc/sys/net/ipv6/conf/default/disable_ipv6'), ...scoped],
    scopes: scoped.flatMap((fact) => (fact.scope ? [{ settings: [setting], scope: fact.scope }] : [])),
  }
}

function enabledFact(setting: string, values: Values, path: string, scope?: { kind: 'interface'; key: string }): Fact {
  const entry = values.get(path)
  const number = entry && numberOf(entry)
  const refs = [{ source: path }]
  return number === undefined
    ? unread(setting, whyNot(entry, path), refs, scope)
    : known(setting, number === 0, refs, 'running', scope)
}
