import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evidenceOf } from '../testing/evidence.ts'
import { expectNeverBetter, expectNothingFromNothing, healthyMachine, tableFrom } from '../testing/software-machine.ts'
import { interpretListeners, observesListeners } from './listeners.ts'
import { listenerViews } from './views.ts'

const listeners = (sockets: string, more = {}) => tableFrom(interpretListeners, 'listener', { sockets, ...more })
const { sockets: _, ...withoutStatistics } = healthyMachine

describe('listeners', () => {
  it('names endpoint, process and service, one row for several sockets', () => {
    const { rows, complete } = tableFrom(interpretListeners, 'listener')
    expect(complete).toBe(true)
    expect(rows.map(({ key }) => key)).toEqual(['tcp/*/80', 'tcp/0.0.0.0/22', 'udp/127.0.0.1/323'])
    expect(rows[1]?.fields).toMatchObject({
      endpoint: '22/tcp',
      exposed: true,
      process: 'sshd',
      service: 'ssh',
      port: 22,
    })
    expect(rows[0]?.fields).toMatchObject({ process: 'nginx', exposed: true })
    expect(rows[2]?.fields).toMatchObject({ exposed: false })
  })
  it('knows loopback in every spelling', () => {
    const text = [
      '127.0.0.53%lo',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '0.0.0.0%lo',
      '[fe80::1]%eth0',
      '[::ffff:192.0.2.1]',
      '*',
    ]
    const { rows } = listeners(text.map((address, i) => `tcp LISTEN 0 1 ${address}:${100 + i} *:*\n`).join(''))
    const exposed = new Map(rows.map((row) => [row.fields.port, row.fields.exposed]))
    expect([100, 101, 102, 103, 104, 105, 106].map((port) => exposed.get(port))).toEqual([
      false,
      false,
      false,
      false,
      true,
      true,
      true,
    ])
    expect(rows.find((row) => row.fields.port === 105)?.fields.address).toBe('192.0.2.1')
  })
  it('keeps a row whose process is hidden, and says that it is', () => {
    const { rows } = listeners('tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:*\n', { collector: 'version=test\nuid=1000\n' })
    expect(rows[0]?.fields).toMatchObject({
      endpoint: '22/tcp',
      process: { unreadable: { en: expect.stringContaining('ordinary user') } },
    })
  })
  it('keys ports that the kernel hands out by their process', () => {
    const at = (port: number) =>
      listeners(`udp UNCONN 0 0 0.0.0.0:${port} 0.0.0.0:* users:(("avahi-daemon",pid=1,fd=2))\n`).rows[0]?.key
    expect(at(41234)).toBe(at(55555))
  })
  it('is unreadable when a line is not understood', () => {
    expect(listeners('Netid State Recv-Q\n').complete).toBe(false)
  })
  it('reads /proc/net where ss is not installed', () => {
    const evidence = evidenceOf({
      ...withoutStatistics,
      'sockets-proc':
        'tcp\t00000000:0016\t0\ntcp\t0100007F:0CEA\t0\ntcp6\t00000000000000000000000001000000:9C57\t0\nudp6\t0000000000000000FFFF00000100007F:9C58\t0\ntcp6\tB80D0120000000000000000001000000:0050\t0\n',
    })
    expect(listenerViews(evidence)).toEqual({
      ok: true,
      value: [
        { protocol: 'tcp', address: '0.0.0.0', port: 22 },
        { protocol: 'tcp', address: '127.0.0.1', port: 3306 },
        { protocol: 'tcp', address: '::1', port: 40023 },
        { protocol: 'udp', address: '127.0.0.1', port: 40024 },
        { protocol: 'tcp', address: '2001:db8::1', port: 80 },
      ],
    })
  })
  it('takes nothing from nothing, never gains by a loss, and stands any text', () => {
    expectNothingFromNothing(interpretListeners, observesListeners)
    expectNeverBetter(interpretListeners)
    fc.assert(fc.property(fc.string(), (text) => void interpretListeners(evidenceOf({ sockets: `tcp ${text}` }))))
  })
})
