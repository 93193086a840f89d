import { describe, expect, it } from 'vitest'
import { evidenceOf, filesText, type GivenSection } from '../testing/evidence.ts'
import { goodMachine, systemFiles } from '../testing/system-machine.ts'
import { interpretMedia } from './media.ts'

type Files = Parameters<typeof filesText>[0]
const read = (files: Files, changes: Readonly<Record<string, GivenSection>> = {}) => {
  const evidence = evidenceOf({
    ...goodMachine,
    'access-state': dconfState('current'),
    'access-files': filesText({ '/usr/share/dconf/profile/*': { state: 'absent' } }),
    ...changes,
    'system-files': filesText({ ...systemFiles, ...files }),
  })
  const facts = interpretMedia(evidence).facts ?? []
  return Object.fromEntries(
    facts.map((fact) => [fact.setting.slice(16), fact.state === 'known' ? fact.value : fact.state]),
  )
}
const dconfState = (state: string): string => `processes-seen=yes\ndconf=${state} local\n`
const gnome = { desktop: 'session /usr/share/wayland-sessions/gnome.desktop\nchecked\n' }
const profile = { '/etc/dconf/profile/user': 'user-db:user\nsystem-db:local\n' }
const keys = {
  '/etc/dconf/db/local.d/00-media': '[org/gnome/desktop/media-handling]\nautomount=false\nautorun-never=true\n',
}
const locks = {
  '/etc/dconf/db/local.d/locks/media':
    '/org/gnome/desktop/media-handling/automount\n/org/gnome/desktop/media-handling/autorun-never\n',
}

describe('automatic start of media', () => {
  it('is inapplicable without a desktop', () => {
    expect(read({})).toMatchObject({ 'autorun-enabled': 'inapplicable', 'automount-enabled': false })
  })
  it('is off only when the administrator set it and locked it', () => {
    expect(read({ ...profile, ...keys, ...locks }, gnome)).toMatchObject({
      'autorun-enabled': false,
      'automount-enabled': false,
    })
    expect(read({ ...profile, ...keys }, gnome)).toMatchObject({ 'autorun-enabled': 'unreadable' })
    expect(read({}, gnome)).toMatchObject({ 'autorun-enabled': true, 'automount-enabled': true })
  })
  it('is on when the profile does not use the database that holds the keys', () => {
    expect(read({ ...keys, ...locks }, gnome)).toMatchObject({ 'autorun-enabled': true })
    expect(
      read({ '/etc/dconf/profile/user': 'user-db:user\nsystem-db:site\n', ...keys, ...locks }, gnome),
    ).toMatchObject({ 'autorun-enabled': true })
  })
  it.each(['stale', 'missing', 'denied'])('is unknown when the key files are %s', (state) => {
    const changes = { ...gnome, 'access-state': dconfState(state) }
    expect(read({ ...profile, ...keys, ...locks }, changes)).toMatchObject({
      'autorun-enabled': 'unreadable',
      'automount-enabled': 'unreadable',
    })
  })
  it('is unknown when a preset is closed or the desktop is another', () => {
    expect(
      read({ ...profile, ...keys, ...locks, '/etc/dconf/db/local.d/99': { state: 'denied' } }, gnome),
    ).toMatchObject({ 'autorun-enabled': 'unreadable' })
    expect(read({}, { desktop: 'session /usr/share/xsessions/plasma.desktop\nchecked\n' })).toMatchObject({
      'autorun-enabled': 'unreadable',
    })
  })
})

describe('USB storage', () => {
  const open = { '/etc/modprobe.d/off.conf': 'blacklist usb-storage\n' }
  const guard = {
    marks: 'present /usr/sbin/usbguard-daemon\nchecked\n',
    processes: 'systemd\nusbguard-daemon\n',
    'usb-rules': 'allow 3 0\nread\n',
  }
  const policy = { '/etc/usbguard/usbguard-daemon.conf': 'ImplicitPolicyTarget=block\n' }
  it('is blocked when its module can not load, and then nobody may use it', () => {
    expect(read({})).toMatchObject({ 'storage-access': 'blocked', 'permitted-users': [] })
  })
  it('is allowed with a blacklist line only', () => {
    expect(read(open)).toMatchObject({ 'storage-access': 'allowed', 'permitted-users': ['root'] })
  })
  it('is an allow-list with a running usbguard that blocks the rest', () => {
    expect(read({ ...open, ...policy }, guard)).toMatchObject({ 'storage-access': 'allow-list' })
    expect(read({ ...open, ...policy }, { ...guard, 'usb-rules': 'allow 3 1\nread\n' })).toMatchObject({
      'storage-access': 'allowed',
    })
    expect(read({ ...open, ...policy }, { ...guard, processes: 'systemd\n' })).toMatchObject({
      'storage-access': 'allowed',
    })
  })
  it('is unknown when usbguard’s settings are closed, or a udev rule decides', () => {
    const closed = { '/etc/usbguard/usbguard-daemon.conf': { state: 'denied' } } as const
    expect(read({ ...open, ...closed }, guard)).toMatchObject({ 'storage-access': 'unreadable' })
    expect(read({ ...open, '/etc/udev/rules.d/9.rules': 'ACTION=="add", ATTR{authorized}="0"\n' })).toMatchObject({
      'storage-access': 'unreadable',
    })
  })
})
