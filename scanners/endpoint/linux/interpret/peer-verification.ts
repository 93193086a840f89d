import { type Evidence, type Reading, read } from '../../../../src/core/evidence.ts'
import type { EvidenceRef } from '../../../../src/core/fact.ts'
import { accessFiles, reducedFiles, type WholeFile, wholeFiles } from './access-files.ts'
import { fromReading, type Part } from './contribution.ts'

/** What this part reports on. */
export const observesPeerVerification = { settings: ['crypto.peer-verification'], rows: [] } as const

/** Which lines of which files switch verification off for everybody. */
const switches: readonly { readonly files: RegExp; readonly off: RegExp; readonly reduced: boolean }[] = [
  // accept-new takes the first key that it sees
  {
    files: /\/ssh\/ssh_config(?:$|\.d\/)/,
    off: /^\s*StrictHostKeyChecking[\s=]+"?(?:no|off|accept-new)\b/i,
    reduced: false,
  },
  { files: /^\/etc\/apt\//, off: /(?:Verify-(?:Peer|Host)|AllowInsecureRepositories)\s*["\s]/i, reduced: true },
  {
    files: /^\/etc\/curlrc$/,
    off: /^\s*(?:-k\b|-?-?(?:insecure|proxy-insecure)\b)(?!\s*[=:]?\s*false)/i,
    reduced: true,
  },
  { files: /^\/etc\/wgetrc$/, off: /^\s*check[_-]certificate\s*=\s*(?:off|no|0|quiet)/i, reduced: true },
  { files: /^\/etc\/pip\.conf$/, off: /^\s*trusted-host\s*=\s*\S/i, reduced: true },
  { files: /^\/etc\/gitconfig$/, off: /^\s*sslverify\s*=\s*(?:false|no|off|0)\b/i, reduced: true },
  { files: /^\/etc\/(?:dnf\/dnf|yum)\.conf$/, off: /^\s*sslverify\s*=\s*(?:false|no|off|0)\b/i, reduced: true },
]

/** False when a client is told for everybody not to verify whom it talks to. The clients themselves verify by default. */
export const interpretPeerVerification: Part = (evidence) => {
  const { reading, where } = verification(evidence)
  return { facts: [fromReading('crypto.peer-verification', reading, where)] }
}

function verification(evidence: Evidence): { reading: Reading<boolean>; where: readonly EvidenceRef[] } {
  let open: Reading<boolean> | undefined
  const seen: EvidenceRef[] = []
  for (const { files, off, reduced } of switches) {
    const found = wholeFiles(reduced ? reducedFiles(evidence) : accessFiles(evidence), (path) => files.test(path))
    if (!found.ok) {
      open = found
      continue
    }
    for (const file of found.value) {
      const at = file.lines.findIndex(
        (line, index) => off.test(line) && !isHarmless(file, line) && !isForThisMachine(file, index),
      )
      if (at >= 0) return { reading: read(false), where: [{ source: file.path, at: String(at + 1) }] }
      seen.push({ source: file.path })
    }
  }
  return { reading: open ?? read(true), where: seen }
}

/** In apt.conf(5) the same words also switch verification on; comments switch nothing. */
const isHarmless = (file: WholeFile, line: string): boolean => {
  if (/^\s*(?:#|\/\/)/.test(line)) return true
  if (!file.path.startsWith('/etc/apt/')) return false
  const value =
    /["'\s]"?(true|false|yes|no|on|off|with|without|enable|disable|0|1)"?\s*;/i.exec(line)?.[1]?.toLowerCase() ?? ''
  const on = ['true', 'yes', 'on', 'with', 'enable', '1'].includes(value)
  return /AllowInsecure/i.test(line) ? !on : on
}

/**
 * A line of ssh_config(5) in a block for this machine itself and its own virtual machines: systemd ships such a block
 * (20-systemd-ssh-proxy.conf), whose addresses never cross a network.
 */
const isForThisMachine = (file: WholeFile, index: number): boolean => {
  const block = file.lines.slice(0, index).findLast((line) => /^\s*(?:Host|Match)[\s=]/i.test(line))
  const patterns = /^\s*Host[\s=]+(.*)$/i
    .exec(block ?? '')?.[1]
    ?.trim()
    .split(/\s+/)
  return patterns?.every((pattern) => /^(?:\.host|(?:unix|vsock|vsock-mux|machine)[/%].+)$/.test(pattern)) === true
}
