import { expect, it } from 'vitest'
import { evidenceOf, type GivenSection } from '../testing/evidence.ts'
import { goodMachine } from '../testing/system-machine.ts'
import { interpretBoot } from './boot.ts'

const boot = (changes: Readonly<Record<string, GivenSection>>) => {
  const [secure, password] = interpretBoot(evidenceOf({ ...goodMachine, ...changes })).facts ?? []
  return { secure, password }
}
const password = (text: string) => {
  const fact = boot({ 'boot-loader': text }).password
  return fact?.state === 'known' ? fact.value : fact?.state
}

it('reads secure boot from the fifth byte of the variable', () => {
  expect(boot({ 'secure-boot': '   6   0   0   0   1\n' }).secure).toMatchObject({ value: true })
  expect(boot({ 'secure-boot': '   6   0   0   0   0\n' }).secure).toMatchObject({ value: false })
})

it('does not take an unreadable variable for "off", nor a machine without UEFI for fine', () => {
  expect(boot({ 'secure-boot': '' }).secure).toMatchObject({ state: 'unreadable' })
  expect(boot({ 'secure-boot': 'unmounted\n' }).secure).toMatchObject({ state: 'unreadable' })
  expect(boot({ 'secure-boot': 'no-efi\n' }).secure).toMatchObject({ state: 'unsupported' })
})

it('wants a superuser that has a password', () => {
  expect(
    password('read /boot/grub/grub.cfg\nsuperusers /boot/grub/grub.cfg a,b\npassword pbkdf2 /boot/grub/grub.cfg b\n'),
  ).toBe(true)
  expect(
    password('read /boot/grub/grub.cfg\nsuperusers /boot/grub/grub.cfg a\npassword pbkdf2 /boot/grub/grub.cfg other\n'),
  ).toBe(false)
  expect(password('read /boot/grub/grub.cfg\n')).toBe(false)
})

it('does not believe the text that Red Hat always writes when no hash was set', () => {
  const always =
    'read /boot/grub2/grub.cfg\nsuperusers /boot/grub2/grub.cfg root\npassword pbkdf2 /boot/grub2/grub.cfg root\n'
  expect(password(`${always}variable /boot/grub2/user.cfg empty\n`)).toBe(false)
  expect(password(`${always}variable /boot/grub2/user.cfg set\n`)).toBe(true)
})

it('is unknown to an ordinary user and with another boot loader', () => {
  expect(password('denied /boot/grub2/grub.cfg\n')).toBe('unreadable')
  expect(password('absent /boot/grub/grub.cfg\nother /boot/loader/loader.conf\n')).toBe('unreadable')
})

it('is inapplicable only in a virtual machine that its hypervisor starts', () => {
  const none = { 'boot-loader': 'absent /boot/grub/grub.cfg\n' }
  expect(boot(none).password).toMatchObject({ state: 'unreadable' })
  expect(boot({ ...none, hypervisor: 'kvm\n' }).password).toMatchObject({ state: 'unreadable' })
  expect(boot({ ...none, hypervisor: 'kvm\n', 'secure-boot': 'no-efi\n' }).password).toMatchObject({
    state: 'inapplicable',
  })
})
