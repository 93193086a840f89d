import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import { sectionText, unreadable } from '../../../../src/core/evidence.ts'

// What several parts of the interpreter ask of the same evidence.

/** A service as the init system reports it. */
export interface ServiceView {
  /** Unit or script name without `.service`. */
  readonly name: string
  readonly running: boolean | undefined
  /** Starts by itself (enabled, or wanted by something enabled). */
  readonly automatic: boolean | undefined
  /** Account it runs as, where known. */
  readonly account?: string
}

/** A socket that waits for connections. */
export interface ListenerView {
  readonly protocol: 'tcp' | 'udp' | 'sctp'
  readonly address: string
  readonly port: number
  /** Undefined when the process could not be read (ordinary users see only their own). */
  readonly process?: string
}

/** Services by name. Unreadable when no init system could be asked. */
export function serviceViews(_evidence: Evidence): Reading<ReadonlyMap<string, ServiceView>> {
  return unreadable({ ja: '未実装', en: 'not there' })
}

/** Sockets that wait for connections. */
export function listenerViews(_evidence: Evidence): Reading<readonly ListenerView[]> {
  return unreadable({ ja: '未実装', en: 'not there' })
}

/** Names of running processes (`comm`), for products whose service name isn't enough. */
export function processNames(_evidence: Evidence): Reading<ReadonlySet<string>> {
  return unreadable({ ja: '未実装', en: 'not there' })
}

/** Installed packages: name to version, over all package formats that could be read. */
export function packageVersions(_evidence: Evidence): Reading<ReadonlyMap<string, string>> {
  return unreadable({ ja: '未実装', en: 'not there' })
}

/** `none`, `virtual-machine` or `container`. */
export function virtualisation(_evidence: Evidence): Reading<'none' | 'virtual-machine' | 'container'> {
  return unreadable({ ja: '未実装', en: 'not there' })
}

/** Whether a graphical desktop is installed (a display manager, or a desktop session file). */
export function hasDesktop(_evidence: Evidence): Reading<boolean> {
  return unreadable({ ja: '未実装', en: 'not there' })
}

/** Whether the collector ran with administrator rights. */
export function collectedAsRoot(evidence: Evidence): boolean {
  const text = sectionText(evidence, 'collector')
  return text.ok && /^uid=0$/m.test(text.value)
}
