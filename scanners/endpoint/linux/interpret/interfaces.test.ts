import { expect, it } from 'vitest'
import { evidenceOf } from '../testing/evidence.ts'
import { goodMachine } from '../testing/system-machine.ts'
import { interpretInterfaces } from './interfaces.ts'

const rows = (changes: Parameters<typeof evidenceOf>[0] = {}) =>
  Object.fromEntries(
    [...(interpretInterfaces(evidenceOf({ ...goodMachine, ...changes })).tables?.[0]?.rows ?? [])].map((row) => [
      row.key,
      row.fields,
    ]),
  )

it('tells kind, addresses and state of each interface', () => {
  expect(rows()['eth0']).toEqual({
    name: 'eth0',
    kind: 'ethernet',
    addresses: ['192.0.2.2/24'],
    mac: '52:54:00:12:34:56',
    up: true,
    'ipv6-enabled': true,
  })
  expect(rows()['lo']).toMatchObject({ kind: 'loopback', mac: null, addresses: [] })
})

it('does not take unread addresses for none', () => {
  expect(rows({ addresses: { skipped: 'command' } })['eth0']?.['addresses']).toHaveProperty('unreadable')
})

it('leaves out temporary addresses, which change by themselves', () => {
  const line = '2: eth0    inet6 fd00::99/64 scope global temporary dynamic \\ valid_lft 1sec preferred_lft 1sec\n'
  expect(rows({ addresses: line })['eth0']).toMatchObject({ addresses: [] })
})
