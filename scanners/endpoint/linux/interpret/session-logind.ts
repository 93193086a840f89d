import { type Evidence, type Reading, read, unreadable } from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Fact } from '../../../../src/core/fact.ts'
import { type IniEntry, lastOf, readIni } from '../../../../src/readers/ini.ts'
import { accessFiles, accessState, stateSays, type WholeFile, wholeFiles } from './access-files.ts'
import { fromReading, inapplicable, known, unread } from './contribution.ts'
import { packageVersions } from './views.ts'

/** Entries of logind.conf and its drop-ins in the order in which they are applied (logind.conf(5)). */
function logindEntries(evidence: Evidence): Reading<readonly (IniEntry & { path: string })[]> {
  const files = wholeFiles(accessFiles(evidence), (path) => /\/systemd\/logind\.conf(?:$|\.d\/)/.test(path))
  if (!files.ok) return files
  const folders = ['/usr/lib/', '/run/', '/etc/']
  const rank = (file: WholeFile): number => folders.findIndex((folder) => file.path.startsWith(folder))
  // a file of the same name in a folder of higher rank replaces the other
  const byName = new Map<string, WholeFile>()
  for (const file of [...files.value].sort((left, right) => rank(left) - rank(right))) {
    byName.set(file.path.slice(file.path.lastIndexOf('/') + 1), file)
  }
  const main = byName.get('logind.conf')
  const dropIns = [...byName]
    .filter(([name]) => name !== 'logind.conf')
    .sort(([left], [right]) => (left < right ? -1 : 1))
  return read(
    [...(main ? [main] : []), ...dropIns.map(([, file]) => file)].flatMap((file) =>
      readIni(file.lines).map((entry) => ({ ...entry, path: file.path })),
    ),
  )
}

const refOf = (entry: (IniEntry & { path: string }) | undefined): readonly EvidenceRef[] =>
  entry ? [{ source: entry.path, at: String(entry.line) }] : [{ source: '/etc/systemd/logind.conf' }]

const find = (
  entries: readonly (IniEntry & { path: string })[],
  key: string,
): (IniEntry & { path: string }) | undefined => {
  const entry = lastOf(entries, 'Login', key)
  return entries.find((one) => one === entry)
}

/** Seconds of a systemd time span (systemd.time(7)); undefined when it is none. */
export function spanSeconds(text: string): number | 'never' | undefined {
  if (text === 'infinity') return 'never'
  const units: Readonly<Record<string, number>> = {
    '': 1,
    s: 1,
    sec: 1,
    second: 1,
    seconds: 1,
    m: 60,
    min: 60,
    minute: 60,
    minutes: 60,
    h: 3600,
    hr: 3600,
    hour: 3600,
    hours: 3600,
    d: 86_400,
    day: 86_400,
    days: 86_400,
    w: 604_800,
    week: 604_800,
    weeks: 604_800,
  }
  if (text.length > 64) return undefined
  const parts = [...text.matchAll(/\s*(\d+)\s*([a-z]*)\s*/gy)]
  if (parts.length === 0) return undefined
  if (parts.reduce((sum, [whole]) => sum + whole.length, 0) !== text.length) return undefined
  let total = 0
  for (const [, count = '', unit = ''] of parts) {
    const factor = Object.hasOwn(units, unit) ? units[unit] : undefined
    if (factor === undefined) return undefined
    total += Number(count) * factor
  }
  return total
}

/** Idle seconds after which logind ends a session (StopIdleSessionSec, systemd 252), or `never`. */
export function logindIdle(evidence: Evidence): Reading<{ value: number | 'never'; evidence: readonly EvidenceRef[] }> {
  const running = stateSays(accessState(evidence), 'logind-running')
  if (!running.ok) return running
  if (!running.value) return read({ value: 'never', evidence: [{ source: 'access-state', at: 'logind-running' }] })
  const entries = logindEntries(evidence)
  if (!entries.ok) return entries
  const entry = find(entries.value, 'StopIdleSessionSec')
  const seconds = entry && entry.value !== '' ? spanSeconds(entry.value) : 'never'
  if (seconds === undefined)
    return unreadable({ ja: 'StopIdleSessionSec の値を解釈できない', en: 'StopIdleSessionSec is not understood' })
  if (seconds === 'never' || seconds === 0) return read({ value: 'never', evidence: refOf(entry) })
  const packages = packageVersions(evidence)
  if (!packages.ok) return packages
  const version = Number(/^(?:\d+:)?(\d+)/.exec(packages.value.get('systemd') ?? '')?.[1] ?? Number.NaN)
  if (!(version >= 252)) {
    return unreadable({
      ja: 'この版の systemd が StopIdleSessionSec に従うか分からない（252 から）',
      en: 'it is not known whether this systemd obeys StopIdleSessionSec (since 252)',
    })
  }
  return read({ value: seconds, evidence: refOf(entry) })
}

/** What happens to processes after log-off. */
export function logoutFacts(evidence: Evidence): readonly Fact[] {
  const state = accessState(evidence)
  const running = stateSays(state, 'logind-running')
  const seen = stateSays(state, 'processes-seen')
  const ends = 'session.processes-end-at-logout'
  const lingers = 'session.lingering-accounts'
  if (!running.ok || !state.ok) {
    const failed = running.ok ? unreadable({ ja: '', en: '' }) : running
    return failed.ok ? [] : [unread(ends, failed), unread(lingers, failed)]
  }
  if (!running.value) {
    if (!seen.ok || !seen.value) {
      const hidden = { why: { ja: '他の利用者のプロセスが見えない', en: 'processes of other users are hidden' } }
      return [unread(ends, hidden), unread(lingers, hidden)]
    }
    const at = [{ source: 'access-state', at: 'logind-running' }]
    return [
      // nothing ends them
      known(ends, false, at, 'running'),
      inapplicable(lingers, { ja: 'systemd-logind が動いていない', en: 'systemd-logind does not run' }, at),
    ]
  }
  const entries = logindEntries(evidence)
  const kill = entries.ok ? find(entries.value, 'KillUserProcesses') : undefined
  const only = entries.ok ? find(entries.value, 'KillOnlyUsers') : undefined
  const spared = entries.ok ? find(entries.value, 'KillExcludeUsers') : undefined
  const value =
    kill !== undefined &&
    /^(?:yes|true|on|1|y|t)$/i.test(kill.value) &&
    (only?.value ?? '') === '' &&
    /^(?:root)?$/.test((spared?.value ?? 'root').trim())
  const facts: Fact[] = [
    fromReading(ends, entries.ok ? read(value) : entries, refOf(kill), kill ? 'configured' : 'platform-default'),
  ]
  const names = state.value.get('linger') ?? []
  const at = [{ source: '/var/lib/systemd/linger' }]
  if (names.includes('@end') || names.includes('@absent')) {
    facts.push(known(lingers, names.filter((name) => !name.startsWith('@')).sort(), at, 'running'))
  } else
    facts.push(
      unread(
        lingers,
        { why: { ja: '/var/lib/systemd/linger を読めない', en: '/var/lib/systemd/linger could not be read' } },
        at,
      ),
    )
  return facts
}
