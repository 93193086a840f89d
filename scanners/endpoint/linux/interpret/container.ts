import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import { linesOf, read, sectionFiles, sectionText, unreadable } from '../../../../src/core/evidence.ts'
import { mountOf, readMounts } from './mounts.ts'
import { keyedLines, presentMarks, systemLinks } from './system-text.ts'

/** What the evidence says of the place the system runs in. */
export type Virtualisation = 'none' | 'virtual-machine' | 'container'

// Inodes of the first namespaces, fixed in the kernel (include/linux/proc_ns.h, PROC_*_INIT_INO). A process in
// the first PID namespace and the first UTS namespace isn't in a container, whatever files an image has left.
const firstNamespaces: ReadonlyMap<string, string> = new Map([
  ['pid', '4026531836'],
  ['uts', '4026531838'],
])

const containerFiles = ['/.dockerenv', '/run/.containerenv', '/run/systemd/container', '/run/host/container-manager']

// A control group of process 1 that an engine made; on a real host it is `/` or `/init.scope`.
const engineGroup =
  /[:/](?:docker|lxc|lxc\.payload[^/]*|kubepods[^/]*|libpod|crio|cri-containerd|buildkit|ecs|garden)(?:[-/:.]|$)/

/**
 * Container, virtual machine or neither. "Container" makes kernel settings inapplicable, so it needs two
 * proofs: a mark that an engine left, and namespaces of its own. A mark alone is no proof: an image that
 * boots as a virtual machine keeps its `/.dockerenv` (and `systemd-detect-virt` then says docker).
 * Namespaces alone aren't one either: sandboxes and WSL have their own too.
 */
export function detectVirtualisation(evidence: Evidence): Reading<Virtualisation> {
  const own = ownNamespaces(evidence)
  if (!own.ok) return own
  // a service of a real machine has a host name of its own too (ProtectHostname= in systemd.exec(5)): with the
  // host's processes in sight, only a root of the engine's making tells
  if (own.value === 'processes' || (own.value === 'host-name' && hasLayeredRoot(evidence))) {
    const mark = containerMark(evidence)
    if (!mark.ok) return mark
    if (mark.value === 'wsl') return read('virtual-machine')
    if (mark.value !== undefined) return read('container')
    return unreadable({
      ja: '独自の名前空間で動いているが、コンテナである印がない',
      en: 'runs in namespaces of its own, but nothing marks it as a container',
    })
  }
  return machine(evidence)
}

function hasLayeredRoot(evidence: Evidence): boolean {
  const mounts = readMounts(evidence)
  return mounts.ok && /^(?:overlay|aufs|fuse\.fuse-overlayfs)$/.test(mountOf(mounts.value, '/')?.filesystem ?? '')
}

function ownNamespaces(evidence: Evidence): Reading<'processes' | 'host-name' | 'none'> {
  const links = systemLinks(evidence)
  if (!links.ok) return links
  let own: 'processes' | 'host-name' | 'none' = 'none'
  for (const [name, first] of firstNamespaces) {
    const inode = /^\w+:\[(\d+)\]$/.exec(links.value.get(`/proc/self/ns/${name}`) ?? '')?.[1]
    if (inode === undefined) {
      return unreadable({ ja: '名前空間を読めなかった', en: 'the namespaces could not be read' })
    }
    if (inode !== first && own !== 'processes') own = name === 'pid' ? 'processes' : 'host-name'
  }
  return read(own)
}

function containerMark(evidence: Evidence): Reading<string | undefined> {
  const files = sectionFiles(evidence, 'machine-files')
  if (!files.ok) return files
  const marks = presentMarks(evidence)
  if (!marks.ok) return marks
  const text = (path: string): readonly string[] => {
    const file = files.value.get(path)
    return file?.state === 'read' ? file.lines : []
  }
  // WSL is a virtual machine of its own with several distributions in it
  if (text('/proc/sys/kernel/osrelease').some((line) => /microsoft/i.test(line))) return read('wsl')
  const there = containerFiles.find((path) => {
    const state = files.value.get(path)?.state
    return state === 'read' || state === 'denied'
  })
  if (there) return read(there)
  if (text('/proc/1/cgroup').some((line) => engineGroup.test(line))) return read('/proc/1/cgroup')
  if (marks.value.has('/proc/vz') && !marks.value.has('/proc/bc')) return read('openvz')
  const first = keyedLines(evidence, 'first-process')
  if (first.ok && (first.value.has('container') || first.value.has('kubernetes'))) return read('/proc/1/environ')
  const environment = sectionText(evidence, 'marks')
  if (environment.ok && linesOf(environment.value).some((line) => /^environment container=./.test(line))) {
    return read('environment')
  }
  return read(undefined)
}

// Manufacturers and models in the firmware tables of virtual machines (systemd src/basic/virt.c lists the same).
const virtualFirmware =
  /\b(?:QEMU|KVM|VMware|VMW|innotek|VirtualBox|Xen|Bochs|Parallels|BHYVE|Hyper-V|Virtual Machine|Amazon EC2|Google Compute Engine|OpenStack|Apple Virtualization|DigitalOcean|Standard PC|Alibaba Cloud ECS|RHEV|oVirt)\b/i

function machine(evidence: Evidence): Reading<Virtualisation> {
  // systemd-detect-virt --vm prints `none` and ends with 1 on a real machine
  const asked = sectionText(evidence, 'hypervisor', [0, 1])
  const answer = asked.ok ? asked.value.trim() : ''
  if (answer === 'none') return read('none')
  if (/^[a-z0-9-]+$/.test(answer)) return read('virtual-machine')
  const files = sectionFiles(evidence, 'machine-files')
  const lineOf = (path: string): string | undefined => {
    const file = files.ok ? files.value.get(path) : undefined
    return file?.state === 'read' ? (file.lines[0]?.trim() ?? '') : undefined
  }
  // the first domain of Xen is the real machine's own system
  if (lineOf('/proc/xen/capabilities')?.includes('control_d')) return read('none')
  const processor = keyedLines(evidence, 'processor')
  const flag = processor.ok ? processor.value.get('hypervisor')?.[0] : undefined
  if (flag === 'yes') return read('virtual-machine')
  const vendor = lineOf('/sys/class/dmi/id/sys_vendor')
  const product = lineOf('/sys/class/dmi/id/product_name')
  const names = `${vendor ?? ''} ${product ?? ''}`
  // Amazon's bare metal names itself "Amazon EC2" too, with a model that ends in "metal"
  if (virtualFirmware.test(names)) {
    if (!/\.metal(?:-|$)/.test(product ?? '')) return read('virtual-machine')
    if (flag === 'no') return read('none')
  }
  if (lineOf('/sys/hypervisor/type')) return read('virtual-machine')
  if (flag === 'no') return read('none')
  return unreadable({
    ja: '実機か仮想マシンかを示す情報を読めなかった',
    en: 'nothing readable tells a real machine from a virtual one',
  })
}
