import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import { linesOf, needsRoot, read, sectionFiles, sectionText } from '../../../../src/core/evidence.ts'
import type { EvidenceRef } from '../../../../src/core/fact.ts'
import { moduleState } from './kernel-modules.ts'
import { fileReading, presentMarks, systemValues } from './system-text.ts'
import { processNames } from './views.ts'

/** How USB storage is treated, and what shows it. */
export interface UsbStorage {
  readonly access: 'blocked' | 'allow-list' | 'allowed'
  readonly evidence: readonly EvidenceRef[]
}

/**
 * Blocked when neither driver of USB storage can load; otherwise what usbguard, the kernel's own authorisation of
 * devices and udev rules leave. `uas` needs `usb-storage`, so the latter settles both.
 */
export function usbStorage(evidence: Evidence): Reading<UsbStorage> {
  const driver = moduleState(evidence, 'usb-storage')
  if (!driver.ok) return driver
  if (!driver.value.loadable) return read({ access: 'blocked', evidence: driver.value.evidence })
  const guard = usbGuard(evidence)
  if (!guard.ok) return guard
  if (guard.value) return read(guard.value)
  const authorised = kernelAuthorisation(evidence)
  if (!authorised.ok) return authorised
  if (authorised.value) return read(authorised.value)
  const rules = udevRules(evidence)
  if (!rules.ok) return rules
  return read({ access: 'allowed', evidence: [...driver.value.evidence, { source: '/etc/udev/rules.d' }] })
}

function usbGuard(evidence: Evidence): Reading<UsbStorage | undefined> {
  const marks = presentMarks(evidence)
  if (!marks.ok) return marks
  if (!['/usr/sbin/usbguard-daemon', '/sbin/usbguard-daemon'].some((path) => marks.value.has(path)))
    return read(undefined)
  const processes = processNames(evidence)
  if (!processes.ok) return processes
  // fifteen bytes: the kernel's limit doesn't cut it
  if (!processes.value.has('usbguard-daemon')) return read(undefined)
  const path = '/etc/usbguard/usbguard-daemon.conf'
  const files = sectionFiles(evidence, 'system-files')
  if (!files.ok) return files
  const lines = fileReading(files.value.get(path), path)
  if (!lines.ok) return lines
  let target: string | undefined
  let at = 0
  for (const [index, line] of lines.value.entries()) {
    const value = /^\s*ImplicitPolicyTarget\s*=\s*(\S+)/.exec(line)?.[1]
    if (value === undefined) continue
    target = value
    at = index + 1
  }
  const refs = [{ source: path, at: `${at}` }, { source: '/etc/usbguard/rules.conf' }]
  if (target === 'allow') return read({ access: 'allowed', evidence: refs })
  // usbguard-daemon.conf(5): block unless it says otherwise
  if (target !== undefined && target !== 'block' && target !== 'reject') {
    return {
      ok: false,
      why: { ja: `ImplicitPolicyTarget=${target} を解せない`, en: `ImplicitPolicyTarget=${target} is not understood` },
    }
  }
  const rules = sectionText(evidence, 'usb-rules')
  if (!rules.ok) return rules
  const summary = linesOf(rules.value)
  if (!summary.includes('read')) {
    return {
      ok: false,
      why: { ja: 'usbguard の規則が途中まで', en: 'the rules of usbguard are not whole' },
      needs: needsRoot,
    }
  }
  const allow = summary.map((line) => /^allow (\d+) (\d+)$/.exec(line)).find((match) => match)
  if (!allow) return read({ access: 'blocked', evidence: refs })
  return read({ access: Number(allow[2]) > 0 ? 'allowed' : 'allow-list', evidence: refs })
}

// Documentation/usb/authorization.rst: 0 leaves each new device off until somebody allows it
function kernelAuthorisation(evidence: Evidence): Reading<UsbStorage | undefined> {
  const values = systemValues(evidence, 'kernel-settings')
  if (!values.ok) return values
  const defaults = [...values.value].filter(([path]) => path.endsWith('/authorized_default'))
  if (defaults.length === 0 || !defaults.every(([, entry]) => entry.state === 'read' && entry.value === '0'))
    return read(undefined)
  return read({ access: 'allow-list', evidence: defaults.map(([source]) => ({ source })) })
}

function udevRules(evidence: Evidence): Reading<undefined> {
  const files = sectionFiles(evidence, 'system-files')
  if (!files.ok) return files
  for (const [path, file] of files.value) {
    if (!path.startsWith('/etc/udev/rules.d/') || file.state === 'absent') continue
    const lines = fileReading(file, path)
    if (!lines.ok) return lines
    if (
      lines.value.some(
        (line) => !/^\s*#/.test(line) && /authorized|usb.storage|UDISKS_IGNORE|ID_USB_DRIVER/i.test(line),
      )
    ) {
      return {
        ok: false,
        why: {
          ja: `${path} がUSB機器を制限しており、その効果は解さない`,
          en: `${path} restricts USB devices, and its effect is not understood`,
        },
      }
    }
  }
  return read(undefined)
}
