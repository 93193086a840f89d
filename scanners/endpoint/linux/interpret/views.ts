import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import { linesOf, sectionText, unreadable } from '../../../../src/core/evidence.ts'
import { detectVirtualisation } from './container.ts'
import { readListeners } from './listener-readers.ts'
import { readPackages } from './package-readers.ts'
import { readServices } from './service-readers.ts'

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

/** Services by name (`inetd:NAME` for those of a super-server). Unreadable when no init system could be asked. */
export function serviceViews(evidence: Evidence): Reading<ReadonlyMap<string, ServiceView>> {
  const reading = readServices(evidence)
  if (!reading.ok) return reading
  const views = [...reading.value.services].map(
    ([key, { name, running, automatic, account }]): [string, ServiceView] => [
      key,
      { name, running, automatic, ...(account !== undefined && { account }) },
    ],
  )
  return { ok: true, value: new Map(views) }
}

/** Sockets that wait for connections. */
export function listenerViews(evidence: Evidence): Reading<readonly ListenerView[]> {
  const reading = readListeners(evidence)
  return reading.ok ? { ok: true, value: reading.value.listeners } : reading
}

/** Names of running processes (`comm`), for products whose service name isn't enough. */
export function processNames(evidence: Evidence): Reading<ReadonlySet<string>> {
  const text = sectionText(evidence, 'processes')
  if (!text.ok) return text
  const names = new Set(linesOf(text.value).filter((name) => name !== ''))
  if (names.size === 0) return unreadable({ ja: 'プロセスを1つも読めなかった', en: 'no process could be read' })
  return { ok: true, value: names }
}

/** Packages that are set up: name to version, over every package database. Unreadable when one of them was. */
export function packageVersions(evidence: Evidence): Reading<ReadonlyMap<string, string>> {
  const reading = readPackages(evidence)
  if (!reading.ok) return reading
  if (reading.value.missing) return unreadable(reading.value.missing.why, reading.value.missing.needs)
  const ready = reading.value.packages.filter(({ configured }) => configured)
  return { ok: true, value: new Map(ready.map(({ name, version }) => [name, version])) }
}

/** `none`, `virtual-machine` or `container`; container only with proof (see container.ts). */
export function virtualisation(evidence: Evidence): Reading<'none' | 'virtual-machine' | 'container'> {
  return detectVirtualisation(evidence)
}

/** Whether a graphical desktop is installed (a display manager, or a desktop session file). */
export function hasDesktop(evidence: Evidence): Reading<boolean> {
  const text = sectionText(evidence, 'desktop')
  if (!text.ok) return text
  const lines = text.value.split('\n')
  if (lines.some((line) => /^(?:session|manager) \//.test(line))) return { ok: true, value: true }
  if (!lines.includes('checked') || lines.some((line) => line.startsWith('denied '))) {
    return unreadable({
      ja: 'デスクトップの有無を調べきれなかった',
      en: 'the search for a desktop did not reach every folder',
    })
  }
  return { ok: true, value: false }
}

/** Whether the collector ran with administrator rights. */
export function collectedAsRoot(evidence: Evidence): boolean {
  const text = sectionText(evidence, 'collector')
  return text.ok && /^uid=0$/m.test(text.value)
}
