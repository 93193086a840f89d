import type { Evidence } from '../../../src/core/evidence.ts'
import type { InterpretContext } from '../../../src/core/scanner.ts'
import type { Snapshot } from '../../../src/core/snapshot.ts'
import { interpretAccounts, observesAccounts } from './interpret/accounts.ts'
import { interpretApplicationControl, observesApplicationControl } from './interpret/application-control.ts'
import { interpretAudit, observesAudit } from './interpret/audit.ts'
import { interpretBackup, observesBackup } from './interpret/backup.ts'
import { interpretBrowser, observesBrowser } from './interpret/browser.ts'
import { interpretCredentials, observesCredentials } from './interpret/credentials.ts'
import { interpretFirewall, observesFirewall } from './interpret/firewall.ts'
import { interpretListeners, observesListeners } from './interpret/listeners.ts'
import { interpretLogon, observesLogon } from './interpret/logon.ts'
import { interpretLogs, observesLogs } from './interpret/logs.ts'
import { interpretMalwareProtection, observesMalwareProtection } from './interpret/malware-protection.ts'
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
import { interpretSystem, observesSystem } from './interpret/system.ts'
import { interpretUpdates, observesUpdates } from './interpret/updates.ts'
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
  { name: 'browser', interpret: interpretBrowser, observes: observesBrowser },
  { name: 'credentials', interpret: interpretCredentials, observes: observesCredentials },
  { name: 'firewall', interpret: interpretFirewall, observes: observesFirewall },
  { name: 'listeners', interpret: interpretListeners, observes: observesListeners },
  { name: 'logon', interpret: interpretLogon, observes: observesLogon },
  { name: 'logs', interpret: interpretLogs, observes: observesLogs },
  { name: 'malware-protection', interpret: interpretMalwareProtection, observes: observesMalwareProtection },
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
  { name: 'system', interpret: interpretSystem, observes: observesSystem },
  { name: 'updates', interpret: interpretUpdates, observes: observesUpdates },
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
