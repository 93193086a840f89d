import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import { linesOf, needsRoot, read, sectionText } from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Fact } from '../../../../src/core/fact.ts'
import { inapplicable, known, type Part, unread } from './contribution.ts'
import { presentMarks } from './system-text.ts'
import { processNames } from './views.ts'

export const observesVirtualMachines = {
  settings: ['virtualisation.host', 'virtualisation.guests-confined', 'virtualisation.shared-folders'],
  rows: [],
} as const

// One process each for a running guest.
const guest =
  /^(?:qemu-system-.*|qemu-kvm|kvm|VBoxHeadless|VirtualBoxVM|VBoxSVC|vmware-vmx|firecracker|cloud-hyperviso.*|bhyve|crosvm)$/

// Programs that run guests. `lxc` and `incus` can as well, but mostly run containers.
const hostPrograms =
  /^(?:\/usr\/bin\/(?:virsh|VBoxManage|vmware|vmrun|kvm|firecracker|cloud-hypervisor|incus|qemu-system-.*|pveversion)|\/usr\/sbin\/(?:libvirtd|virtqemud|xl|pveversion)|\/usr\/libexec\/qemu-kvm|\/snap\/bin\/lxd)$/

/** Whether virtual machines run here, and how they are kept apart. */
export const interpretVirtualMachines: Part = (evidence) => {
  const host = runsGuests(evidence)
  if (!host.ok) {
    return {
      facts: observesVirtualMachines.settings.map((setting) => unread(setting, host, [{ source: 'processes' }])),
    }
  }
  const [hostFact, confined, shared] = observesVirtualMachines.settings
  const first = known(hostFact, host.value.runs, host.value.evidence, 'running')
  if (!host.value.runs) {
    const why = { ja: '仮想マシンを動かしていない', en: 'no virtual machine runs here' }
    return { facts: [first, ...[confined, shared].map((setting) => inapplicable(setting, why, host.value.evidence))] }
  }
  return { facts: [first, guestsConfined(evidence, confined), sharedFolders(evidence, shared)] }
}

function runsGuests(
  evidence: Evidence,
): Reading<{ readonly runs: boolean; readonly evidence: readonly EvidenceRef[] }> {
  const defined = definitions(evidence)
  if (defined.ok && defined.value.files.length > 0) {
    return read({ runs: true, evidence: defined.value.files.map((source) => ({ source })) })
  }
  const processes = processNames(evidence)
  if (processes.ok) {
    const running = [...processes.value].filter((name) => guest.test(name)).sort()
    if (running.length > 0) return read({ runs: true, evidence: running.map((at) => ({ source: 'processes', at })) })
  }
  const marks = presentMarks(evidence)
  if (!marks.ok) return marks
  if (![...marks.value].some((path) => hostPrograms.test(path))) {
    // nothing that could run one is installed, and no process looks like one
    return processes.ok ? read({ runs: false, evidence: [{ source: 'marks' }, { source: 'processes' }] }) : processes
  }
  if (!processes.ok) return processes
  if (!defined.ok && defined.skipped !== 'command') return defined
  return read({ runs: false, evidence: [{ source: 'processes' }] })
}

interface Definitions {
  readonly files: readonly string[]
  readonly shared: readonly string[]
  readonly unconfined: readonly string[]
  readonly settings: ReadonlyMap<string, string>
}

function definitions(evidence: Evidence): Reading<Definitions> {
  const text = sectionText(evidence, 'virtual-machines')
  if (!text.ok) return text
  const lines = linesOf(text.value)
  const words = (mark: string): readonly string[] => [
    ...new Set(lines.filter((line) => line.startsWith(`${mark} `)).map((line) => line.slice(mark.length + 1))),
  ]
  const settings = new Map<string, string>()
  for (const line of words('setting')) {
    const [name = '', value = ''] = line.split('=')
    settings.set(name, value)
  }
  return read({
    files: words('file').filter((path) => path.endsWith('.xml')),
    shared: words('shared'),
    unconfined: words('unconfined'),
    settings,
  })
}

const notLibvirt = {
  ja: 'libvirt 以外の仮想マシンの設定は読まない',
  en: 'settings of virtual machines outside of libvirt are not read',
}

/** libvirt: a security driver (SELinux or AppArmor) labels each guest unless it is switched off (drvqemu, "sVirt"). */
function guestsConfined(evidence: Evidence, setting: string): Fact {
  const found = definitions(evidence)
  if (!found.ok)
    return unread(setting, found.skipped === 'command' ? { why: notLibvirt } : found, [{ source: '/etc/libvirt/qemu' }])
  const { unconfined, settings, files } = found.value
  const refs = [{ source: '/etc/libvirt/qemu.conf', at: 'security_driver' }]
  if (unconfined.length > 0)
    return known(
      setting,
      false,
      unconfined.map((source) => ({ source })),
    )
  if (settings.get('security_driver') === 'none') return known(setting, false, refs)
  if (settings.get('security_default_confined') === '0')
    return known(setting, false, [{ source: '/etc/libvirt/qemu.conf', at: 'security_default_confined' }])
  if (files.length === 0) return unread(setting, { why: notLibvirt }, refs)
  const driver = settings.get('security_driver')
  if (driver === 'selinux' || driver === 'apparmor') return known(setting, true, refs)
  return unread(
    setting,
    {
      why: {
        ja: 'security_driver の指定がなく、SELinux か AppArmor が働くかは libvirt が起動時に決める',
        en: 'no security_driver is set: libvirt chooses SELinux or AppArmor, if there is one, when it starts',
      },
    },
    refs,
  )
}

function sharedFolders(evidence: Evidence, setting: string): Fact {
  const found = definitions(evidence)
  if (!found.ok) {
    return unread(setting, found.skipped === 'command' ? { why: notLibvirt } : found, [{ source: '/etc/libvirt/qemu' }])
  }
  if (found.value.shared.length > 0)
    return known(
      setting,
      true,
      found.value.shared.map((source) => ({ source })),
    )
  if (found.value.files.length === 0) {
    return unread(setting, { why: notLibvirt, needs: needsRoot }, [{ source: '/etc/libvirt/qemu' }])
  }
  const others = processNames(evidence)
  if (!others.ok) return unread(setting, others)
  // guests of other makers beside libvirt's
  if ([...others.value].some((name) => /^(?:VBox|VirtualBox|vmware)/.test(name)))
    return unread(setting, { why: notLibvirt })
  return known(
    setting,
    false,
    found.value.files.map((source) => ({ source })),
  )
}
