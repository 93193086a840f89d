import { describe, expect, it } from 'vitest'
import { evidenceOf, filesText, type GivenSection } from '../testing/evidence.ts'
import { interpretNetworkServices, observesNetworkServices } from './network-services.ts'
import { interpretPeerVerification } from './peer-verification.ts'

const paths = (changes: Record<string, string> = {}): Record<string, GivenSection> => ({
  'access-files': filesText({
    '/proc/net/route':
      'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\neth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\neth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n',
    '/proc/net/ipv6_route':
      '00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003     eth0\n00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo\n',
    '/etc/ssh/ssh_config': '',
    ...changes,
  }),
})
const reduced = (changes: Record<string, string> = {}): string =>
  filesText({
    '/etc/environment': '',
    '/etc/apt/apt.conf': { state: 'absent' },
    '/etc/curlrc': { state: 'absent' },
    '/etc/wgetrc': '',
    '/etc/pip.conf': { state: 'absent' },
    '/etc/gitconfig': { state: 'absent' },
    '/etc/dnf/dnf.conf': { state: 'absent' },
    ...changes,
  })

const value = (sections: Record<string, GivenSection>, id: string): unknown => {
  const fact = [
    ...(interpretNetworkServices(evidenceOf(sections)).facts ?? []),
    ...(interpretPeerVerification(evidenceOf(sections)).facts ?? []),
  ].find((one) => one.setting === id)
  return fact?.state === 'known' ? fact.value : fact?.state
}

describe('ways out', () => {
  it('are the next hops of the default routes', () => {
    expect(value(paths(), 'network.default-gateways')).toEqual(['192.0.2.1', 'fe80::1'])
    expect(value(paths({ '/proc/net/route': '', '/proc/net/ipv6_route': '' }), 'network.default-gateways')).toEqual([])
    expect(value({}, 'network.default-gateways')).toBe('unreadable')
  })

  it('are proxies without user information', () => {
    const files = reduced({
      '/etc/environment': 'https_proxy="http://user:secret@proxy.example.jp:8080"\n',
      '/etc/apt/apt.conf.d/90proxy': 'Acquire::http::Proxy "http://192.0.2.5:3142/";\n',
      '/etc/dnf/dnf.conf': '[main]\nproxy=http://192.0.2.6:3128\n',
    })
    expect(value({ 'access-reduced': files }, 'network.proxies')).toEqual([
      'http://192.0.2.5:3142/',
      'http://192.0.2.6:3128',
      'http://proxy.example.jp:8080',
    ])
    expect(
      value(
        { 'access-reduced': reduced({ '/etc/apt/apt.conf.d/x': 'Acquire::http::Proxy "DIRECT";\n' }) },
        'network.proxies',
      ),
    ).toEqual([])
  })
})

describe('verification of peers', () => {
  const judge = (files: Record<string, string>, ssh = ''): unknown =>
    value({ ...paths({ '/etc/ssh/ssh_config': ssh }), 'access-reduced': reduced(files) }, 'crypto.peer-verification')

  it.each([
    [{ '/etc/apt/apt.conf.d/x': 'Acquire::https::Verify-Peer "false";' }, false],
    [{ '/etc/apt/apt.conf.d/x': 'Acquire::https::Verify-Peer "true";' }, true],
    [{ '/etc/apt/apt.conf.d/x': '// Acquire::https::Verify-Peer "false";' }, true],
    [{ '/etc/apt/apt.conf.d/x': 'Acquire { https {\n  Verify-Peer "false";\n}; };' }, false],
    [{ '/etc/gitconfig': '[http]\n\tsslVerify = false\n' }, false],
    [{ '/etc/wgetrc': 'check_certificate = off\n' }, false],
    [{ '/etc/pip.conf': '[global]\ntrusted-host = pypi.example\n' }, false],
    [{ '/etc/curlrc': 'insecure\n' }, false],
    [{}, true],
  ])('%j is %s', (files, expected) => {
    expect(judge({ ...files })).toBe(expected)
  })

  it.each([
    ['StrictHostKeyChecking no', false],
    ['Host *\n  StrictHostKeyChecking=accept-new', false],
    ['#StrictHostKeyChecking no', true],
    ['Host unix/* vsock/* machine/*\n  StrictHostKeyChecking no', true],
    ['Host unix/* *.example\n  StrictHostKeyChecking no', false],
    ['Host unix/*\n  User x\nHost *\n  StrictHostKeyChecking no', false],
    ['Host unix/*\nMatch all\n  StrictHostKeyChecking no', false],
    ['StrictHostKeyChecking ask', true],
  ])('%j is %s', (text, expected) => {
    expect(judge({}, text)).toBe(expected)
  })

  it('is not known when a file could not be read', () => {
    expect(
      value(
        { ...paths(), 'access-reduced': reduced().replace('@file /etc/wgetrc\n@end', '@denied /etc/wgetrc') },
        'crypto.peer-verification',
      ),
    ).toBe('unreadable')
  })
})

describe('services', () => {
  const quiet: Record<string, GivenSection> = {
    init: 'pid1\tsystemd\nsystemd\tinstalled\nunit\t/lib/systemd/system/getty@.service\n',
    'unit-files': filesText({ '/etc/systemd/system/x.service': { state: 'absent' } }),
    'inetd-files': filesText({
      '/etc/inetd.conf': { state: 'absent' },
      '/etc/xinetd.conf': { state: 'absent' },
      '/etc/xinetd.d/*': { state: 'absent' },
    }),
    processes: 'systemd\nbash\n',
    sockets: 'tcp LISTEN 0 128 0.0.0.0:2024 0.0.0.0:*\n',
  }

  it('are found by the port that they open', () => {
    const on = (line: string, id: string) => value({ ...quiet, sockets: `${line}\n` }, id)
    expect(on('tcp LISTEN 0 128 0.0.0.0:23 0.0.0.0:*', 'management.telnet-enabled')).toBe(true)
    expect(on('tcp LISTEN 0 128 [::]:21 [::]:*', 'management.ftp-enabled')).toBe(true)
    expect(on('udp UNCONN 0 0 0.0.0.0:69 0.0.0.0:*', 'management.tftp-enabled')).toBe(true)
    expect(on('tcp LISTEN 0 128 0.0.0.0:445 0.0.0.0:*', 'network.file-sharing-enabled')).toBe(true)
    expect(on('tcp LISTEN 0 128 0.0.0.0:513 0.0.0.0:*', 'management.remote-shell-enabled')).toBe(true)
    expect(on('udp UNCONN 0 0 0.0.0.0:514 0.0.0.0:*', 'management.remote-shell-enabled')).not.toBe(true)
    expect(
      on('tcp LISTEN 0 25 0.0.0.0:514 0.0.0.0:* users:(("rsyslogd",pid=1,fd=3))', 'management.remote-shell-enabled'),
    ).not.toBe(true)
  })

  it('are found in inetd.conf, before anybody connects', () => {
    const files = filesText({
      '/etc/inetd.conf': 'telnet stream tcp nowait root /usr/sbin/tcpd /usr/sbin/telnetd\n',
      '/etc/xinetd.conf': { state: 'absent' },
      '/etc/xinetd.d/*': { state: 'absent' },
    })
    expect(value({ ...quiet, 'inetd-files': files, processes: 'inetd\n' }, 'management.telnet-enabled')).toBe(true)
  })

  it('are unknown without the services or the listeners, never off', () => {
    const facts = interpretNetworkServices(evidenceOf({}, false)).facts ?? []
    expect(facts.map((fact) => fact.setting).sort()).toEqual([...observesNetworkServices.settings].sort())
    expect(facts.every((fact) => fact.state === 'unreadable')).toBe(true)
    for (const id of ['init', 'sockets']) {
      for (const broken of [{ exitCode: 1 }, { exitCode: 0, complete: false }] as const) {
        expect(value({ ...quiet, [id]: broken }, 'management.telnet-enabled'), id).toBe('unreadable')
        expect(value({ ...quiet, [id]: broken }, 'network.vpn-servers'), id).toBe('unreadable')
      }
    }
  })
})
