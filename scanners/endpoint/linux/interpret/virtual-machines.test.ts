import { expect, it } from 'vitest'
import { evidenceOf, type GivenSection } from '../testing/evidence.ts'
import { goodMachine } from '../testing/system-machine.ts'
import { interpretVirtualMachines } from './virtual-machines.ts'

const read = (changes: Readonly<Record<string, GivenSection>>) => {
  const facts = interpretVirtualMachines(evidenceOf({ ...goodMachine, ...changes })).facts ?? []
  return facts.map((fact) => (fact.state === 'known' ? fact.value : fact.state))
}
const guest = 'file /etc/libvirt/qemu/a.xml\n'

it('says that none runs only when processes were read', () => {
  expect(read({})).toEqual([false, 'inapplicable', 'inapplicable'])
  expect(read({ processes: { skipped: 'root' } })).toEqual(['unreadable', 'unreadable', 'unreadable'])
})

it('reads how libvirt keeps its guests apart and what they share', () => {
  const driver = 'setting security_driver=selinux\n'
  expect(read({ 'virtual-machines': `${guest}${driver}` })).toEqual([true, true, false])
  expect(
    read({ 'virtual-machines': `${guest}setting security_driver=none\nshared /etc/libvirt/qemu/a.xml\n` }),
  ).toEqual([true, false, true])
  expect(read({ 'virtual-machines': `${guest}${driver}unconfined /etc/libvirt/qemu/a.xml\n` })).toEqual([
    true,
    false,
    false,
  ])
  expect(read({ 'virtual-machines': guest })).toEqual([true, 'unreadable', false])
})

it('knows a running guest of another maker, whose settings are not read', () => {
  expect(read({ processes: 'VBoxHeadless\n' })).toEqual([true, 'unreadable', 'unreadable'])
})
