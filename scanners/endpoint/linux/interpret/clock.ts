import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import { sectionText } from '../../../../src/core/evidence.ts'
import type { Fact } from '../../../../src/core/fact.ts'
import { absent, inapplicable, known, type Part, unread } from './contribution.ts'
import { chronyState, type ClockState, clockSources, ntpState, systemdState } from './clock-sources.ts'
import { containerProof } from './kernel.ts'
import { optionalLine, systemLinks } from './system-text.ts'
import { processNames, virtualisation } from './views.ts'

export const observesClock = {
  settings: ['time.synchronised', 'time.offset', 'time.sources', 'time.timezone'],
  rows: [],
} as const

const hostsClock = {
  ja: 'コンテナの時計はホストの物で、ホストの側で調べる',
  en: "a container's clock is its host's and is read there",
}

/** The clock: whether it follows a source, which, how far off, and the time zone. */
export const interpretClock: Part = (evidence) => {
  const place = virtualisation(evidence)
  if (place.ok && place.value === 'container') {
    return {
      facts: [
        ...['time.synchronised', 'time.offset', 'time.sources'].map((setting) =>
          inapplicable(setting, hostsClock, containerProof),
        ),
        timezone(evidence),
      ],
    }
  }
  const state = clockState(evidence)
  return { facts: [synchronised(state), offset(state), sources(evidence), timezone(evidence)] }
}

/** Programs that set the clock and that nobody was asked about here. */
const otherClocks =
  /^(?:chronyd|ntpd|ntpsec|openntpd|systemd-timesyn.*|ptp4l|phc2sys|timemaster|ntpclient|vmtoolsd|VBoxService|hv_utils|gpsd)$/

function clockState(evidence: Evidence): Reading<ClockState> {
  for (const asked of [chronyState(evidence), ntpState(evidence), systemdState(evidence)]) {
    if (!asked.ok) return asked
    if (asked.value) return { ok: true, value: asked.value }
  }
  const processes = processNames(evidence)
  if (!processes.ok) return processes
  for (const name of processes.value) {
    if (otherClocks.test(name)) {
      return {
        ok: false,
        why: { ja: `${name} が同期の状態を答えない`, en: `${name} doesn't tell whether it is synchronised` },
      }
    }
  }
  return { ok: true, value: { synchronised: false, offset: undefined, evidence: [{ source: 'processes' }] } }
}

function synchronised(state: Reading<ClockState>): Fact {
  const setting = 'time.synchronised'
  return state.ok
    ? known(setting, state.value.synchronised, state.value.evidence, 'running')
    : unread(setting, state, [{ source: 'chronyc tracking' }])
}

function offset(state: Reading<ClockState>): Fact {
  const setting = 'time.offset'
  if (!state.ok) return unread(setting, state, [{ source: 'chronyc tracking' }])
  const seconds = state.value.offset
  if (seconds !== undefined) return known(setting, Math.ceil(seconds), state.value.evidence, 'running')
  const why = state.value.synchronised
    ? { ja: '時刻の差を答える命令がない', en: 'nothing here tells the offset' }
    : { ja: '同期していないので、差が分からない', en: 'the clock follows no source, so the offset is unknown' }
  return unread(setting, { why }, state.value.evidence)
}

function sources(evidence: Evidence): Fact {
  const setting = 'time.sources'
  const found = clockSources(evidence)
  if (!found.ok) return unread(setting, found, [{ source: 'system-files' }])
  if (!found.value) return absent(setting, [{ source: 'system-files' }])
  return known(setting, found.value.names, found.value.evidence)
}

// The rules at the end of zone files that name one zone without doubt (RFC 8536 section 3.3).
const zoneOfRule: ReadonlyMap<string, string> = new Map([
  ['JST-9', 'Asia/Tokyo'],
  ['UTC0', 'Etc/UTC'],
])

// tzset(3): the zone is /etc/localtime; without it UTC. /etc/timezone only repeats it for some programs.
function timezone(evidence: Evidence): Fact {
  const setting = 'time.timezone'
  const refs = [{ source: '/etc/localtime' }]
  const links = systemLinks(evidence)
  if (!links.ok) return unread(setting, links, refs)
  const target = links.value.get('/etc/localtime')
  if (target !== undefined) {
    const name = /(?:^|\/)zoneinfo\/(?:posix\/)?(.+)$/.exec(target)?.[1]
    return name === undefined
      ? unread(setting, { why: { ja: `${target} の時間帯が分からない`, en: `the zone of ${target} is unknown` } }, refs)
      : known(setting, name, refs)
  }
  const text = sectionText(evidence, 'zone-rule')
  const listed = sectionText(evidence, 'system-links')
  if (!text.ok) {
    const missing = text.skipped === 'not-asked' && listed.ok && !/ \/etc\/localtime$/m.test(listed.value)
    return missing ? known(setting, 'Etc/UTC', refs, 'platform-default') : unread(setting, text, refs)
  }
  const rule = text.value.trim()
  const zone = zoneOfRule.get(rule)
  const named = optionalLine(evidence, 'system-files', '/etc/timezone')
  if (zone !== undefined) {
    // a name of the same zone is what people wrote; another one is not what the clock shows
    const same = named.ok && (named.value === zone || (zone === 'Asia/Tokyo' && named.value === 'Japan'))
    return known(setting, same && named.ok && named.value ? named.value : zone, refs)
  }
  return unread(
    setting,
    {
      why: {
        ja: '/etc/localtime は写しで、どの時間帯か決められない',
        en: '/etc/localtime is a copy, and its zone can not be told',
      },
    },
    refs,
  )
}
