import type { CollectedFile, Evidence, Reading } from '../../../../src/core/evidence.ts'
import { linesOf, read, sectionFiles, sectionText, unreadable } from '../../../../src/core/evidence.ts'
import type { EvidenceRef } from '../../../../src/core/fact.ts'
import { fileReading, keyedLines, presentMarks } from './system-text.ts'

/** What a time daemon said of itself. */
export interface ClockState {
  readonly synchronised: boolean
  /** Absolute seconds; undefined when the daemon doesn't tell. */
  readonly offset: number | undefined
  readonly evidence: readonly EvidenceRef[]
}

/** What chronyd says (chronyc(1): `-c` prints comma-separated values). Undefined when no chronyd answers. */
export function chronyState(evidence: Evidence): Reading<ClockState | undefined> {
  const text = sectionText(evidence, 'chrony', [0, 1])
  if (!text.ok) return text.skipped === 'command' ? read(undefined) : text
  // 506: no daemon answers. One that runs and refuses (`cmdport 0`) is found among the processes later
  if (/^506 /m.test(text.value)) return read(undefined)
  const lines = linesOf(text.value).map((line) => line.split(','))
  const tracking = lines.find((fields) => fields.length === 14)
  if (!tracking) return unreadable({ ja: 'chronyc の出力を解せない', en: 'the output of chronyc is not understood' })
  const selected = lines.some((fields) => fields.length === 10 && /^[\^=#]$/.test(fields[0] ?? '') && fields[1] === '*')
  const offset = Number(tracking[4])
  // a daemon that serves its own clock (`local`) calls itself normal and follows nobody
  const synchronised = selected && /^(?:Normal|Insert second|Delete second)$/.test(tracking[13] ?? '')
  return read({
    synchronised,
    offset: synchronised && tracking[4] !== '' && Number.isFinite(offset) ? Math.abs(offset) : undefined,
    evidence: [{ source: 'chronyc tracking' }, { source: 'chronyc sources' }],
  })
}

/** What ntpd says (ntpq(1): `*` the peer that the clock follows, `o` the same by a pulse). Undefined when none answers. */
export function ntpState(evidence: Evidence): Reading<ClockState | undefined> {
  const text = sectionText(evidence, 'ntp-peers', [0, 1])
  if (!text.ok) return text.skipped === 'command' ? read(undefined) : text
  const lines = linesOf(text.value)
  const start = lines.findIndex((line) => /^=+$/.test(line.trim()))
  if (start < 0) return read(undefined)
  const peer = lines.slice(start + 1).find((line) => /^[*o]\S/.test(line))
  const refs = [{ source: 'ntpq -pn' }]
  if (peer === undefined) return read({ synchronised: false, offset: undefined, evidence: refs })
  const columns = peer.slice(1).trim().split(/\s+/)
  // remote, refid, st, t, when, poll, reach, delay, offset, jitter; milliseconds
  const offset = columns.length === 10 ? Number(columns[8]) / 1000 : Number.NaN
  return read({
    synchronised: true,
    offset: Number.isFinite(offset) ? Math.abs(offset) : undefined,
    evidence: refs,
  })
}

/** What systemd says of the kernel's clock (STA_UNSYNC of adjtimex(2)). Undefined when systemd doesn't run. */
export function systemdState(evidence: Evidence): Reading<ClockState | undefined> {
  const marks = presentMarks(evidence)
  if (!marks.ok) return marks
  const lines = keyedLines(evidence, 'timedatectl')
  if (!lines.ok) return lines.skipped === 'command' && !marks.value.has('/run/systemd/system') ? read(undefined) : lines
  const answer = lines.value.get('NTPSynchronized')?.[0]
  if (answer !== 'yes' && answer !== 'no') {
    return unreadable({ ja: 'timedatectl の出力を解せない', en: 'the output of timedatectl is not understood' })
  }
  return read({
    synchronised: answer === 'yes',
    offset: undefined,
    evidence: [{ source: 'timedatectl show', at: 'NTPSynchronized' }],
  })
}

interface Daemon {
  readonly main: readonly string[]
  readonly more: RegExp
  /** Of `more`, only what the configuration names is read. */
  readonly named?: true
  readonly line: RegExp
}

// chrony.conf(5), ntp.conf(5), ntpd.conf(5): the word, then the name
const chrony: Daemon = {
  main: ['/etc/chrony/chrony.conf', '/etc/chrony.conf'],
  more: /^\/(?:etc\/chrony\.d|etc\/chrony\/conf\.d|etc\/chrony\/sources\.d|run\/chrony-dhcp)\//,
  named: true,
  line: /^\s*(?:server|pool|peer|refclock)\s+(\S+)/i,
}
const ntp: Daemon = {
  main: ['/etc/ntpsec/ntp.conf', '/etc/ntp.conf'],
  more: /^\/etc\/ntpsec\/ntp\.d\//,
  line: /^\s*(?:server|pool|peer)\s+(?:-[46]\s+)?(\S+)/i,
}
const openntpd: Daemon = {
  main: ['/etc/openntpd/ntpd.conf', '/etc/ntpd.conf'],
  more: /^$/,
  line: /^\s*servers?\s+(\S+)/i,
}

export interface ClockSources {
  readonly names: readonly string[]
  readonly evidence: readonly EvidenceRef[]
}

/** Time sources as configured: chrony's, or those of systemd-timesyncd, or of ntpd. Undefined when none is configured. */
export function clockSources(evidence: Evidence): Reading<ClockSources | undefined> {
  const files = sectionFiles(evidence, 'system-files')
  if (!files.ok) return files
  const marks = presentMarks(evidence)
  if (!marks.ok) return marks
  const timesync = timesyncSources(evidence)
  if (!timesync.ok || timesync.value) return timesync
  for (const daemon of [chrony, ntp, openntpd]) {
    const names = new Set<string>()
    const refs: EvidenceRef[] = []
    let there = false
    for (const [path, file] of inForce(daemon, files.value)) {
      there ||= daemon.main.includes(path)
      const lines = fileReading(file, path)
      if (!lines.ok) return lines
      for (const [index, line] of lines.value.entries()) {
        // folders that the collector reads as well; any other file may add sources
        const unseen = includes(line).find((word) => !collected(word, files.value.keys()))
        if (unseen !== undefined) {
          return unreadable({
            ja: `${path} が読み込む ${unseen} を調べていない`,
            en: `${unseen}, which ${path} includes, was not read`,
          })
        }
        const name = daemon.line.exec(line)?.[1]
        if (name === undefined) continue
        names.add(name)
        refs.push({ source: path, at: `${index + 1}` })
      }
    }
    if (there) return read({ names: [...names].sort(), evidence: refs })
  }
  return read(undefined)
}

/** The files that a daemon reads, those that it includes after the one that names them. */
function inForce(
  daemon: Daemon,
  files: ReadonlyMap<string, CollectedFile>,
): readonly (readonly [string, CollectedFile])[] {
  const there = [...files].filter(([, file]) => file.state !== 'absent')
  const read = there.filter(([path]) => daemon.main.includes(path))
  // grows while it is walked
  for (const [, file] of read) {
    const words = file.state === 'read' ? file.lines.flatMap(includes) : []
    const more = there.filter(
      ([path]) => daemon.more.test(path) && (!daemon.named || words.some((word) => covers(word, path))),
    )
    read.push(...more.filter((one) => !read.includes(one)))
  }
  return read
}

const includes = (line: string): readonly string[] =>
  (/^\s*(?:include|includefile|confdir|sourcedir)\s+(.+)$/i.exec(line)?.[1] ?? '').split(/\s+/).filter(Boolean)

const covers = (word: string, path: string): boolean =>
  path === word || path.startsWith(`${word.replace(/\/\*[^/]*$/, '').replace(/\/$/, '')}/`)

function collected(word: string, paths: Iterable<string>): boolean {
  for (const path of paths) if (covers(word, path)) return true
  return false
}

// only where systemd-timesyncd runs: its own answer has the built-in servers as well
function timesyncSources(evidence: Evidence): Reading<ClockSources | undefined> {
  const lines = keyedLines(evidence, 'timesync')
  if (!lines.ok) return lines.skipped === 'not-asked' ? read(undefined) : lines
  for (const name of ['LinkNTPServers', 'SystemNTPServers', 'FallbackNTPServers']) {
    const servers = (lines.value.get(name)?.[0] ?? '').split(' ').filter((server) => server !== '')
    if (servers.length > 0) {
      return read({ names: servers.sort(), evidence: [{ source: 'timedatectl show-timesync', at: name }] })
    }
  }
  return unreadable({
    ja: 'systemd-timesyncd の同期元を読めない',
    en: 'the sources of systemd-timesyncd could not be read',
  })
}
