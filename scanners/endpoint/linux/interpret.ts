import type { Evidence } from '../../../src/core/evidence.ts'
import type { InterpretContext } from '../../../src/core/scanner.ts'
import type { Snapshot } from '../../../src/core/snapshot.ts'
import { interpretAccounts, observesAccounts } from './interpret/accounts.ts'
import { interpretApplicationControl, observesApplicationControl } from './interpret/application-control.ts'
import { interpretAudit, observesAudit } from './interpret/audit.ts'
import { interpretBackup, observesBackup } from './interpret/backup.ts'
import { interpretBoot, observesBoot } from './interpret/boot.ts'
import { interpretBrowser, observesBrowser } from './interpret/browser.ts'
import { interpretClock, observesClock } from './interpret/clock.ts'
import { interpretCredentials, observesCredentials } from './interpret/credentials.ts'
import { interpretCryptoPolicy, observesCryptoPolicy } from './interpret/crypto-policy.ts'
import { interpretDeep, observesDeep } from './interpret/deep.ts'
import { interpretFileSharing, observesFileSharing } from './interpret/file-sharing.ts'
import { interpretFirewall, observesFirewall } from './interpret/firewall.ts'
import { interpretIdentity, observesIdentity } from './interpret/identity.ts'
import { interpretInterfaces, observesInterfaces } from './interpret/interfaces.ts'
import { interpretKernelModules, observesKernelModules } from './interpret/kernel-modules.ts'
import { interpretKernel, observesKernel } from './interpret/kernel.ts'
import { interpretListeners, observesListeners } from './interpret/listeners.ts'
import { interpretLogon, observesLogon } from './interpret/logon.ts'
import { interpretLogs, observesLogs } from './interpret/logs.ts'
import { interpretMalwareProtection, observesMalwareProtection } from './interpret/malware-protection.ts'
import { interpretMedia, observesMedia } from './interpret/media.ts'
import { interpretNetworkKernel, observesNetworkKernel } from './interpret/network-kernel.ts'
import { interpretNetworkServices, observesNetworkServices } from './interpret/network-services.ts'
import { interpretLockout, observesLockout } from './interpret/pam-lockout.ts'
import { interpretPamMfa, observesPamMfa } from './interpret/pam-mfa.ts'
import { interpretPassword, observesPassword } from './interpret/pam-password.ts'
import { interpretPeerVerification, observesPeerVerification } from './interpret/peer-verification.ts'
import { interpretScheduledTasks, observesScheduledTasks } from './interpret/scheduled-tasks.ts'
import { interpretServices, observesServices } from './interpret/services.ts'
import { interpretSessions, observesSessions } from './interpret/sessions.ts'
import { interpretSoftware, observesSoftware } from './interpret/software.ts'
import { interpretSshd, observesSshd } from './interpret/sshd.ts'
import { interpretSudo, observesSudo } from './interpret/sudo.ts'
import { interpretSystemFiles, observesSystemFiles } from './interpret/system-files.ts'
import { interpretSystem, observesSystem } from './interpret/system.ts'
import { interpretUpdates, observesUpdates } from './interpret/updates.ts'
import { interpretVirtualMachines, observesVirtualMachines } from './interpret/virtual-machines.ts'
import { interpretVolumes, observesVolumes } from './interpret/volume-facts.ts'
import { interpretWireless, observesWireless } from './interpret/wireless.ts'
import { deriveDefaults } from './derive.ts'
import type { Part } from './interpret/contribution.ts'
import { readComponent } from './interpret/component.ts'

/** Every part of the interpreter, with what it reports on. */
export const linuxParts: readonly { readonly name: string; readonly interpret: Part; readonly observes: Observes }[] = [
  { name: 'accounts', interpret: interpretAccounts, observes: observesAccounts },
  { name: 'application-control', interpret: interpretApplicationControl, observes: observesApplicationControl },
  { name: 'audit', interpret: interpretAudit, observes: observesAudit },
  { name: 'backup', interpret: interpretBackup, observes: observesBackup },
  { name: 'boot', interpret: interpretBoot, observes: observesBoot },
  { name: 'browser', interpret: interpretBrowser, observes: observesBrowser },
  { name: 'clock', interpret: interpretClock, observes: observesClock },
  { name: 'credentials', interpret: interpretCredentials, observes: observesCredentials },
  { name: 'crypto-policy', interpret: interpretCryptoPolicy, observes: observesCryptoPolicy },
  { name: 'deep', interpret: interpretDeep, observes: observesDeep },
  { name: 'file-sharing', interpret: interpretFileSharing, observes: observesFileSharing },
  { name: 'firewall', interpret: interpretFirewall, observes: observesFirewall },
  { name: 'identity', interpret: interpretIdentity, observes: observesIdentity },
  { name: 'interfaces', interpret: interpretInterfaces, observes: observesInterfaces },
  { name: 'kernel-modules', interpret: interpretKernelModules, observes: observesKernelModules },
  { name: 'kernel', interpret: interpretKernel, observes: observesKernel },
  { name: 'listeners', interpret: interpretListeners, observes: observesListeners },
  { name: 'logon', interpret: interpretLogon, observes: observesLogon },
  { name: 'logs', interpret: interpretLogs, observes: observesLogs },
  { name: 'malware-protection', interpret: interpretMalwareProtection, observes: observesMalwareProtection },
  { name: 'media', interpret: interpretMedia, observes: observesMedia },
  { name: 'network-kernel', interpret: interpretNetworkKernel, observes: observesNetworkKernel },
  { name: 'network-services', interpret: interpretNetworkServices, observes: observesNetworkServices },
  { name: 'pam-lockout', interpret: interpretLockout, observes: observesLockout },
  { name: 'pam-mfa', interpret: interpretPamMfa, observes: observesPamMfa },
  { name: 'pam-password', interpret: interpretPassword, observes: observesPassword },
  { name: 'peer-verification', interpret: interpretPeerVerification, observes: observesPeerVerification },
  { name: 'scheduled-tasks', interpret: interpretScheduledTasks, observes: observesScheduledTasks },
  { name: 'services', interpret: interpretServices, observes: observesServices },
  { name: 'sessions', interpret: interpretSessions, observes: observesSessions },
  { name: 'software', interpret: interpretSoftware, observes: observesSoftware },
  { name: 'sshd', interpret: interpretSshd, observes: observesSshd },
  { name: 'sudo', interpret: interpretSudo, observes: observesSudo },
  { name: 'system-files', interpret: interpretSystemFiles, observes: observesSystemFiles },
  { name: 'system', interpret: interpretSystem, observes: observesSystem },
  { name: 'updates', interpret: interpretUpdates, observes: observesUpdates },
  { name: 'virtual-machines', interpret: interpretVirtualMachines, observes: observesVirtualMachines },
  { name: 'volume-facts', interpret: interpretVolumes, observes: observesVolumes },
  { name: 'wireless', interpret: interpretWireless, observes: observesWireless },
]

interface Observes {
  readonly settings: readonly string[]
  readonly rows: readonly string[]
}

/** Everything that the Linux scanner reports on, known or not. */
export const observesLinux: Observes = {
  settings: [...new Set(linuxParts.flatMap((part) => part.observes.settings))].sort(),
  rows: [...new Set(linuxParts.flatMap((part) => part.observes.rows))].sort(),
}

/**
 * Facts of one Linux machine. Gives nothing when the evidence doesn't even say which machine it is:
 * what can't be told apart from another machine must not be judged.
 */
export function* interpretLinux(evidence: Evidence, context: InterpretContext): Generator<Snapshot> {
  const component = readComponent(evidence, context)
  if (!component) return
  const parts = linuxParts.map((part) => part.interpret(evidence))
  const facts = parts.flatMap((part) => part.facts ?? [])
  const derived = deriveDefaults(facts)
  yield {
    component,
    facts: [...facts, ...derived.facts],
    scopes: parts.flatMap((part) => part.scopes ?? []),
    populations: [...parts.flatMap((part) => part.populations ?? []), ...derived.populations],
    tables: parts.flatMap((part) => part.tables ?? []),
    gaps: parts.flatMap((part) => part.gaps ?? []),
  }
}
