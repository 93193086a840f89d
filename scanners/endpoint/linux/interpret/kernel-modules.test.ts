import { describe, expect, it } from 'vitest'
import { evidenceOf, filesText } from '../testing/evidence.ts'
import { goodMachine, kernelModules, kernelValues, systemFiles, valuesText } from '../testing/system-machine.ts'
import { moduleState } from './kernel-modules.ts'

type Files = Parameters<typeof filesText>[0]

const loadable = (name: string, files: Files, modules = kernelModules, values = kernelValues) => {
  const state = moduleState(
    evidenceOf({
      ...goodMachine,
      'kernel-modules': modules,
      'system-files': filesText({ ...systemFiles, ...files }),
      'kernel-settings': valuesText(values),
    }),
    name,
  )
  return state.ok ? state.value.loadable : 'unreadable'
}
const off = '/etc/modprobe.d/off.conf'

describe('a kernel module', () => {
  it('is blocked by an install command that does nothing', () => {
    expect(loadable('sctp', { [off]: 'install sctp /bin/true\n' })).toBe(false)
    expect(loadable('usb-storage', { [off]: 'install usb_storage /usr/bin/false\n' })).toBe(false)
  })

  it('is not blocked by a blacklist line alone, nor by a command that loads it', () => {
    expect(loadable('sctp', { [off]: 'blacklist sctp\n' })).toBe(true)
    expect(loadable('sctp', { [off]: 'install sctp /sbin/modprobe --ignore-install sctp\n' })).toBe(true)
    expect(loadable('sctp', { [off]: '# install sctp /bin/false\n' })).toBe(true)
  })

  it('follows the first install command in the order of the file names', () => {
    const files = { '/etc/modprobe.d/10.conf': 'install sctp /sbin/insmod x\n', [off]: 'install sctp /bin/false\n' }
    expect(loadable('sctp', files)).toBe(true)
  })

  it('lets a file in /etc hide the one of the same name from the distribution', () => {
    const files = { [off]: '\n', '/usr/lib/modprobe.d/off.conf': 'install sctp /bin/false\n' }
    expect(loadable('sctp', files)).toBe(true)
  })

  it('works when it is loaded, built in or in use, whatever modprobe.d says', () => {
    for (const line of ['loaded sctp', 'builtin sctp', 'running sctp']) {
      expect(loadable('sctp', {}, `${kernelModules}${line}\n`)).toBe(true)
    }
  })

  it('can not load when the kernel has no such module, and is unknown when the list was not read', () => {
    expect(loadable('tipc', {})).toBe(false)
    const denied = kernelModules.replace(
      'read /lib/modules/6.1.0-28-amd64/modules.dep',
      'denied /lib/modules/6.1.0-28-amd64/modules.dep',
    )
    expect(loadable('tipc', {}, denied)).toBe('unreadable')
  })

  it('is unknown when a file of modprobe.d is closed or a folder was not read', () => {
    expect(loadable('sctp', { '/etc/modprobe.d/00.conf': { state: 'denied' } })).toBe('unreadable')
    const { '/lib/modprobe.d/*.conf': _, ...fewer } = systemFiles
    const evidence = evidenceOf({ ...goodMachine, 'system-files': filesText(fewer) })
    expect(moduleState(evidence, 'sctp')).toMatchObject({ ok: false })
  })

  it('can not load once the kernel refuses all modules', () => {
    expect(
      loadable('sctp', { [off]: '' }, kernelModules, { ...kernelValues, '/proc/sys/kernel/modules_disabled': '1' }),
    ).toBe(false)
  })
})
