import { describe, expect, it } from 'vitest'
import { evidenceOf } from '../testing/evidence.ts'
import { goodMachine, kernelValues, valuesText } from '../testing/system-machine.ts'
import { interpretKernel } from './kernel.ts'
import { interpretNetworkKernel } from './network-kernel.ts'

const fact = (setting: string, changes: Readonly<Record<string, string>>, drop: readonly string[] = []) => {
  const values = Object.fromEntries(
    Object.entries({ ...kernelValues, ...changes }).filter(([path]) => !drop.includes(path)),
  )
  const evidence = evidenceOf({ ...goodMachine, 'kernel-settings': valuesText(values) })
  const found = [...(interpretKernel(evidence).facts ?? []), ...(interpretNetworkKernel(evidence).facts ?? [])]
  const one = found.find((candidate) => candidate.setting === setting && !candidate.scope)
  return one?.state === 'known' ? one.value : one?.state
}
const v4 = (name: string, file: string): string => `/proc/sys/net/ipv4/conf/${name}/${file}`
const v6 = (name: string, file: string): string => `/proc/sys/net/ipv6/conf/${name}/${file}`

describe('kernel settings', () => {
  it('takes only the full randomisation for full', () => {
    const path = '/proc/sys/kernel/randomize_va_space'
    expect(fact('hardening.address-space-randomised', {})).toBe(true)
    expect(fact('hardening.address-space-randomised', { [path]: '1' })).toBe(false)
  })

  it('is unknown, never off, when an ordinary user is denied a value (sysctl -a ends with 0 there)', () => {
    const path = '/proc/sys/fs/protected_hardlinks'
    expect(fact('hardening.links-protected', { [path]: '@denied' })).toBe('unreadable')
    expect(fact('hardening.links-protected', { [path]: '@error' })).toBe('unreadable')
    expect(fact('hardening.links-protected', {}, [path])).toBe('unreadable')
    // the other path alone is enough to fail
    expect(fact('hardening.links-protected', { [path]: '@denied', '/proc/sys/fs/protected_symlinks': '0' })).toBe(false)
  })

  it('reads a number only from a number', () => {
    expect(fact('hardening.kernel-log-restricted', { '/proc/sys/kernel/dmesg_restrict': '' })).toBe('unreadable')
    expect(fact('hardening.kernel-log-restricted', { '/proc/sys/kernel/dmesg_restrict': '1x' })).toBe('unreadable')
  })

  it('knows that nothing restricts tracing without Yama', () => {
    expect(fact('hardening.process-tracing-restricted', { '/proc/sys/kernel/yama/ptrace_scope': '@absent' })).toBe(
      false,
    )
  })

  it('counts dumps that only root can read as dumps', () => {
    expect(fact('hardening.privileged-core-dumps', { '/proc/sys/fs/suid_dumpable': '2' })).toBe(true)
  })
})

describe('network settings of the kernel', () => {
  it('takes the greater reverse path filter of all and the interface', () => {
    const setting = 'hardening.reverse-path-filtered'
    expect(fact(setting, { [v4('all', 'rp_filter')]: '0' })).toBe(true)
    expect(fact(setting, { [v4('eth0', 'rp_filter')]: '0' })).toBe(true)
    expect(fact(setting, { [v4('all', 'rp_filter')]: '0', [v4('eth0', 'rp_filter')]: '0' })).toBe(false)
    expect(fact(setting, { [v4('all', 'rp_filter')]: '2', [v4('eth0', 'rp_filter')]: '0' })).toBe(true)
  })

  it('accepts source routes only where all and the interface do', () => {
    const setting = 'hardening.source-routing-accepted'
    expect(fact(setting, { [v4('eth0', 'accept_source_route')]: '1' })).toBe(false)
    expect(fact(setting, { [v4('eth0', 'accept_source_route')]: '1', [v4('all', 'accept_source_route')]: '1' })).toBe(
      true,
    )
    expect(fact(setting, { [v6('eth0', 'accept_source_route')]: '1', [v6('all', 'accept_source_route')]: '1' })).toBe(
      true,
    )
  })

  it('accepts redirects with one of both on a host, and with both on a router', () => {
    const setting = 'hardening.redirects-accepted'
    expect(fact(setting, { [v4('all', 'accept_redirects')]: '1' })).toBe(true)
    const routers = { [v4('eth0', 'forwarding')]: '1', [v4('default', 'forwarding')]: '1' }
    expect(fact(setting, { ...routers, [v4('all', 'accept_redirects')]: '1' })).toBe(false)
    expect(
      fact(setting, { ...routers, [v4('all', 'accept_redirects')]: '1', [v4('eth0', 'accept_redirects')]: '1' }),
    ).toBe(true)
  })

  it('accepts IPv6 redirects by the interface alone, and never while forwarding', () => {
    const setting = 'hardening.redirects-accepted'
    expect(fact(setting, { [v6('all', 'accept_redirects')]: '1' })).toBe(false)
    expect(fact(setting, { [v6('eth0', 'accept_redirects')]: '1' })).toBe(true)
    expect(fact(setting, { [v6('eth0', 'accept_redirects')]: '1', [v6('eth0', 'forwarding')]: '1' })).toBe(false)
  })

  it('sends redirects when all or the interface does', () => {
    expect(fact('hardening.redirects-sent', { [v4('all', 'send_redirects')]: '1' })).toBe(true)
  })

  it('forwards when one interface does, or all of IPv6', () => {
    expect(fact('network.forwarding-enabled', {})).toBe(false)
    expect(fact('network.forwarding-enabled', { [v4('eth0', 'forwarding')]: '1' })).toBe(true)
    expect(fact('network.forwarding-enabled', { [v6('all', 'forwarding')]: '1' })).toBe(true)
  })

  it('leaves the loopback out and holds later interfaces to the same', () => {
    const off = { [v4('all', 'rp_filter')]: '0' }
    expect(fact('hardening.reverse-path-filtered', { ...off, [v4('lo', 'rp_filter')]: '0' })).toBe(true)
    expect(fact('hardening.reverse-path-filtered', { ...off, [v4('default', 'rp_filter')]: '0' })).toBe(false)
  })

  it('is unknown when one interface could not be read and no other settles it', () => {
    expect(fact('hardening.redirects-sent', {}, [v4('eth0', 'send_redirects')])).toBe('unreadable')
  })

  it('knows IPv6 to be off in a kernel without it', () => {
    const without = Object.fromEntries(Object.entries(kernelValues).filter(([path]) => !path.includes('/ipv6/')))
    const text = valuesText({ ...without, '/proc/sys/net/ipv6/conf/*/disable_ipv6': '@absent' })
    const facts = interpretNetworkKernel(evidenceOf({ 'kernel-settings': text })).facts ?? []
    expect(facts.find((found) => found.setting === 'network.ipv6-enabled')).toMatchObject({
      state: 'known',
      value: false,
    })
  })

  it('declares a scope for each interface that has its own IPv6 switch', () => {
    const { scopes } = interpretNetworkKernel(evidenceOf(goodMachine))
    expect(scopes).toEqual([{ settings: ['network.ipv6-enabled'], scope: { kind: 'interface', key: 'eth0' } }])
  })
})
