import {
  type Evidence,
  linesOf,
  type Reading,
  sectionFiles,
  sectionText,
  unreadable,
} from '../../../../src/core/evidence.ts'
import type { LocalText } from '../../../../src/core/text.ts'
import { readUnitFiles, type UnitFile } from './unit-files.ts'
import { oncePerEvidence } from './once.ts'

/** A service with everything that the evidence says about it. `undefined` is not known. */
export interface ServiceDetail {
  readonly name: string
  readonly running: boolean | undefined
  readonly automatic: boolean | undefined
  /** The init system's own word: enabled, static, masked, a runlevel. */
  readonly state: string | undefined
  readonly account: string | undefined
  readonly section: string
}

/** Services of the init systems on this machine. */
export interface Services {
  readonly services: ReadonlyMap<string, ServiceDetail>
  /** Why services may be missing from the list. */
  readonly missing?: LocalText
  /** Timers and sockets that are enabled, by unit name. */
  readonly enabledUnits: ReadonlyMap<string, boolean>
  /** Instant text of a timer's last start, by unit name. */
  readonly lastTriggers: ReadonlyMap<string, string>
  /** When a service ended well, by unit, as systemctl writes it; only of those whose last run did since the start of the machine. */
  readonly lastSuccesses: ReadonlyMap<string, string>
}

/** Links of targets that a normal start reaches. */
const bootWants = (paths: readonly string[]): readonly string[] =>
  paths.filter(
    (path) =>
      !/\/(?:system-update|rescue|emergency|reboot|shutdown|halt|poweroff|kexec|initrd[^/]*|sleep|suspend|hibernate|hybrid-sleep|suspend-then-hibernate)\.target\.(?:wants|requires)\//.test(
        path,
      ),
  )

const bare = (unit: string): string => unit.replace(/\.service$/, '')

/** What the collector's `init` section holds: words of each kind. */
export function initWords(evidence: Evidence): Reading<(kind: string) => readonly string[]> {
  const text = sectionText(evidence, 'init')
  if (!text.ok) return text
  const words = new Map<string, string[]>()
  for (const line of linesOf(text.value)) {
    const tab = line.indexOf('\t')
    if (tab < 0) continue
    const kind = line.slice(0, tab)
    words.set(kind, [...(words.get(kind) ?? []), line.slice(tab + 1)])
  }
  return { ok: true, value: (kind) => words.get(kind) ?? [] }
}

/** Every service of systemd, OpenRC, System V scripts and the internet super-servers. */
export const readServices = oncePerEvidence((evidence): Reading<Services> => {
  const words = initWords(evidence)
  if (!words.ok) return words
  const found = readInit(evidence, words.value)
  if (!found.ok) return found
  const superServers = readSuperServers(evidence)
  const missing = found.value.missing ?? superServers.missing
  return {
    ok: true,
    value: {
      ...found.value,
      services: new Map([...found.value.services, ...superServers.services]),
      ...(missing && { missing }),
    },
  }
})

function readInit(evidence: Evidence, words: (kind: string) => readonly string[]): Reading<Services> {
  if (words('systemd').includes('running')) return readRunningSystemd(evidence, bootWants(words('wants')))
  const openrc = words('openrc')[0]
  if (openrc !== undefined) return { ok: true, value: readOpenRc(words, openrc === 'running') }
  if (words('systemd').includes('installed')) return readStoppedSystemd(evidence, words)
  if (words('sysv').length > 0) return { ok: true, value: readScripts(words) }
  return unreadable({
    ja: 'systemd・OpenRC・SysV のいずれも見つからず、サービスを調べられない',
    en: 'none of systemd, OpenRC and System V scripts was found, so services could not be asked for',
  })
}

function readRunningSystemd(evidence: Evidence, wants: readonly string[]): Reading<Services> {
  const shown = sectionText(evidence, 'systemd-units')
  if (!shown.ok) return shown
  const listed = sectionText(evidence, 'systemd-unit-files')
  if (!listed.ok) return listed
  const wanted = new Set(wants.map((path) => path.slice(path.lastIndexOf('/') + 1)))
  const states = new Map<string, string>()
  for (const line of linesOf(listed.value)) {
    const [unit = '', state = ''] = line.trim().split(/\s+/)
    if (unit !== '') states.set(unit, state)
  }
  const units = new Map<string, ReadonlyMap<string, string>>()
  for (const block of shown.value.split(/\n\n+/)) {
    const properties = new Map(
      linesOf(block).flatMap((line) => {
        const equals = line.indexOf('=')
        return equals > 0 ? [[line.slice(0, equals), line.slice(equals + 1)] as const] : []
      }),
    )
    const id = properties.get('Id')
    if (id !== undefined && properties.get('LoadState') !== 'not-found') units.set(id, properties)
  }
  if (units.size === 0) {
    return unreadable({ ja: 'systemctl がユニットを1つも返さなかった', en: 'systemctl returned no unit at all' })
  }
  const stateOf = (unit: string): string => units.get(unit)?.get('UnitFileState') || states.get(unit) || ''
  const enabled = (unit: string): boolean | undefined => {
    const state = stateOf(unit)
    if (/^(?:enabled|enabled-runtime|generated)$/.test(state)) return true
    if (state.startsWith('masked')) return false
    if (wanted.has(unit)) return true
    return /^(?:disabled|static|indirect|transient|linked|linked-runtime)$/.test(state) ? false : undefined
  }
  const services = new Map<string, ServiceDetail>()
  for (const unit of new Set([...units.keys(), ...states.keys()])) {
    if (!unit.endsWith('.service') || unit.endsWith('@.service') || (states.get(unit) === 'alias' && !units.has(unit)))
      continue
    if (ofSession(unit)) continue
    const properties = units.get(unit)
    const triggers = (properties?.get('TriggeredBy') ?? '').split(' ').filter((trigger) => trigger.endsWith('.socket'))
    const bySocket = triggers.some(
      (trigger) => enabled(trigger) === true || units.get(trigger)?.get('ActiveState') === 'active',
    )
    services.set(bare(unit), {
      name: bare(unit),
      running: properties ? running(properties) : false,
      automatic: bySocket && !stateOf(unit).startsWith('masked') ? true : enabled(unit),
      state: stateOf(unit) || undefined,
      account: properties ? account(properties) : undefined,
      section: properties ? 'systemd-units' : 'systemd-unit-files',
    })
  }
  const enabledUnits = new Map<string, boolean>()
  for (const unit of new Set([...units.keys(), ...states.keys()])) {
    const state = enabled(unit)
    const active = units.get(unit)?.get('ActiveState') === 'active' && /\.(?:timer|socket)$/.test(unit)
    if (active || state !== undefined) enabledUnits.set(unit, active || state === true)
  }
  const lastTriggers = new Map<string, string>()
  const lastSuccesses = new Map<string, string>()
  for (const [unit, properties] of units) {
    const last = properties.get('LastTriggerUSec')
    if (last && last !== 'n/a') lastTriggers.set(unit, last)
    const ended = properties.get('ExecMainExitTimestamp')
    if (ended && ended !== 'n/a' && properties.get('Result') === 'success') lastSuccesses.set(unit, ended)
  }
  return { ok: true, value: { services, enabledUnits, lastTriggers, lastSuccesses } }
}

/**
 * Units that come and go with people: the manager of each user who is logged on (user@.service(5)), and what a socket
 * starts for one connection (systemd.socket(5), `Accept=`). The collector's own logon is among them.
 */
const ofSession = (unit: string): boolean =>
  /^user(?:-runtime-dir)?@\d+\.service$/.test(unit) || /@\d+-[^@]*\.service$/.test(unit)

/** systemd.exec(5): no `User=` is root; `DynamicUser=` without one is an account made at start. */
function account(properties: ReadonlyMap<string, string>): string | undefined {
  const user = properties.get('User')
  if (user === undefined) return undefined
  if (user !== '') return user
  return properties.get('DynamicUser') === 'yes' ? '(dynamic)' : 'root'
}

function running(properties: ReadonlyMap<string, string>): boolean | undefined {
  const active = properties.get('ActiveState')
  if (active === undefined) return undefined
  return (active === 'active' || active === 'reloading') && properties.get('SubState') !== 'exited'
}

/** systemd lies on the disk but isn't the init process: what would start is known, what runs is not. */
function readStoppedSystemd(evidence: Evidence, words: (kind: string) => readonly string[]): Reading<Services> {
  const files = readUnitFiles(evidence)
  if (!files.ok) return files
  const comm = sectionText(evidence, 'processes')
  const processes = new Set(comm.ok ? linesOf(comm.value) : [])
  const wanted = new Set(bootWants(words('wants')).map((path) => path.slice(path.lastIndexOf('/') + 1)))
  const masked = new Set(words('masked').map((path) => path.slice(path.lastIndexOf('/') + 1)))
  const aliases = new Set(words('alias').map((path) => path.slice(path.lastIndexOf('/') + 1)))
  const services = new Map<string, ServiceDetail>()
  const names = new Set([...files.value.keys(), ...masked, ...wanted])
  for (const unit of names) {
    if (!unit.endsWith('.service') || unit.endsWith('@.service') || aliases.has(unit)) continue
    const file = files.value.get(unit) ?? files.value.get(unit.replace(/@.*\.service$/, '@.service'))
    const automatic = !masked.has(unit) && (wanted.has(unit) || wanted.has(unit.replace(/\.service$/, '.socket')))
    services.set(bare(unit), {
      name: bare(unit),
      running: file && programRuns(file, processes) ? true : undefined,
      automatic,
      state: masked.has(unit) ? 'masked' : automatic ? 'enabled' : 'disabled',
      account: file ? (file.last('User') ?? 'root') : undefined,
      section: 'init',
    })
  }
  const enabledUnits = new Map([...names].map((unit) => [unit, wanted.has(unit) && !masked.has(unit)] as const))
  const denied = words('denied').length > 0
  const missing: LocalText = {
    ja: 'systemd が動いておらず、サービスの稼働状況を尋ねられない',
    en: 'systemd is not running, so it could not be asked which services run',
  }
  return {
    ok: true,
    value: { services, enabledUnits, lastTriggers: new Map(), lastSuccesses: new Map(), ...(denied && { missing }) },
  }
}

/** Whether the unit's own program is among the processes (`comm` keeps 15 characters). */
function programRuns(file: UnitFile, processes: ReadonlySet<string>): boolean {
  const program = /^[-@:+!]*(\/\S+)/.exec(file.last('ExecStart') ?? '')?.[1]
  if (program === undefined) return false
  const name = program.slice(program.lastIndexOf('/') + 1)
  if (/^(?:sh|bash|env|python3?|perl|true|cat|test|systemctl)$/.test(name)) return false
  return processes.has(name.slice(0, 15))
}

function readOpenRc(words: (kind: string) => readonly string[], active: boolean): Services {
  const started = new Set(words('started'))
  const levels = new Map<string, string[]>()
  for (const path of words('runlevel')) {
    const [level = '', name = ''] = path.split('/').slice(-2)
    levels.set(name, [...(levels.get(name) ?? []), level])
  }
  const services = new Map<string, ServiceDetail>()
  for (const name of new Set([...words('script'), ...levels.keys(), ...started])) {
    const at = (levels.get(name) ?? []).filter((level) => level !== 'shutdown').sort()
    services.set(name, {
      name,
      running: active ? started.has(name) : undefined,
      automatic: at.length > 0,
      state: at.length > 0 ? at.join(' ') : 'none',
      account: undefined,
      section: 'init',
    })
  }
  return { services, enabledUnits: new Map(), lastTriggers: new Map(), lastSuccesses: new Map() }
}

/** System V scripts say what starts, never what runs. */
function readScripts(words: (kind: string) => readonly string[]): Services {
  const starts = new Map<string, string[]>()
  for (const path of words('start')) {
    const match = /\/rc([S0-6])\.d\/S\d*(.+)$/.exec(path)
    if (match && !/[016]/.test(match[1] ?? ''))
      starts.set(match[2] ?? '', [...(starts.get(match[2] ?? '') ?? []), match[1] ?? ''])
  }
  const services = new Map<string, ServiceDetail>()
  for (const name of new Set([...words('script'), ...starts.keys()])) {
    const levels = starts.get(name)
    services.set(name, {
      name,
      running: undefined,
      automatic: levels !== undefined,
      state: levels ? levels.sort().join(' ') : 'none',
      account: undefined,
      section: 'init',
    })
  }
  return { services, enabledUnits: new Map(), lastTriggers: new Map(), lastSuccesses: new Map() }
}

/** Services that inetd or xinetd starts on a connection: inetd.conf(5), xinetd.conf(5). */
function readSuperServers(evidence: Evidence): { services: ReadonlyMap<string, ServiceDetail>; missing?: LocalText } {
  const services = new Map<string, ServiceDetail>()
  const files = sectionFiles(evidence, 'inetd-files')
  if (!files.ok) return { services, missing: files.why }
  const add = (name: string, user: string | undefined, automatic: boolean) =>
    services.set(`inetd:${name}`, {
      name,
      running: undefined,
      automatic,
      state: automatic ? 'enabled' : 'disabled',
      account: user,
      section: 'inetd-files',
    })
  let missing: LocalText | undefined
  for (const file of files.value.values()) {
    if (file.state === 'absent') continue
    if (file.state !== 'read') {
      missing ??= { ja: `${file.path} を読めなかった`, en: `${file.path} could not be read` }
      continue
    }
    if (file.path === '/etc/inetd.conf') {
      for (const line of file.lines) {
        const [name = '', , , , user] = line.trim().split(/\s+/)
        if (name !== '' && !name.startsWith('#') && user !== undefined) add(name, user.split(/[.:]/)[0], true)
      }
      continue
    }
    for (const match of file.lines.join('\n').matchAll(/^\s*service\s+(\S+)\s*\{([^}]*)/gm)) {
      const body = match[2] ?? ''
      const user = /^\s*user\s*=\s*(\S+)/m.exec(body)?.[1]
      add(match[1] ?? '', user, !/^\s*disable\s*=\s*yes\b/m.test(body))
    }
  }
  return { services, ...(missing && { missing }) }
}
