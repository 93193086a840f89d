import type { CollectedFile, Evidence, Reading } from '../../../../src/core/evidence.ts'
import { needsRoot, read, sectionFiles, sectionText, unreadable } from '../../../../src/core/evidence.ts'
import type { ConfigurationText } from '../../../../src/readers/journald.ts'
import { processNames, serviceViews } from './views.ts'

// What the audit part and the log part read from: configuration files, modes, running programs.

/** Files of the collector's `logging-files` section. */
export const loggingFiles = (evidence: Evidence): Reading<ReadonlyMap<string, CollectedFile>> =>
  sectionFiles(evidence, 'logging-files')

/** A file's text, undefined when it isn't there; unreadable when it was denied, cut or not collected. */
export function fileText(
  files: ReadonlyMap<string, CollectedFile>,
  path: string,
): Reading<ConfigurationText | undefined> {
  const file = files.get(path)
  if (!file) return unreadable({ ja: `${path} は証跡にない`, en: `${path} is not in the evidence` })
  if (file.state === 'absent') return read(undefined)
  if (file.state === 'read') return read(file)
  return brokenFile(file)
}

/** Files that match, in name order; unreadable when one of them, or their folder, could not be read. */
export function filesMatching(
  files: ReadonlyMap<string, CollectedFile>,
  matches: (path: string) => boolean,
): Reading<readonly ConfigurationText[]> {
  const found: ConfigurationText[] = []
  for (const file of files.values()) {
    if (!matches(file.path)) continue
    if (file.state === 'read') found.push(file)
    else if (file.state !== 'absent') return brokenFile(file)
  }
  return read(found.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0)))
}

/** Whether the section speaks of the folder at all: a file in it, or its pattern marked absent. */
export const folderCollected = (files: ReadonlyMap<string, CollectedFile>, folder: string): boolean =>
  [...files.keys()].some((path) => path.slice(0, path.lastIndexOf('/')) === folder)

function brokenFile(file: CollectedFile): Reading<never> {
  if (file.state === 'denied') {
    return unreadable({ ja: `${file.path} を読む権限がない`, en: `no permission to read ${file.path}` }, needsRoot)
  }
  if (file.state === 'cut')
    return unreadable({ ja: `${file.path} が大きすぎて途中まで`, en: `${file.path} is too large and was cut` })
  return unreadable({
    ja: `${file.path} を読めない（通常のファイルでない、または読取りの失敗）`,
    en: `${file.path} could not be read`,
  })
}

/** Facts about the machine that the section `logging-state` holds. */
export function loggingState(evidence: Evidence): Reading<{ readonly machine: string; readonly systemd: boolean }> {
  const text = sectionText(evidence, 'logging-state')
  if (!text.ok) return text
  const machine = /^machine=(.*)$/m.exec(text.value)?.[1] ?? ''
  const systemd = /^systemd=(yes|no)$/m.exec(text.value)?.[1]
  if (!systemd) return unreadable({ ja: 'logging-state の内容が読めない', en: 'logging-state can not be understood' })
  return read({ machine, systemd: systemd === 'yes' })
}

/**
 * Whether one of the programs runs, by process name or as a service. A configuration file says what a
 * program would do: it only counts where the program runs, and is unknown where that is unknown.
 */
export function runs(evidence: Evidence, names: readonly string[]): Reading<boolean> {
  const processes = processNames(evidence)
  // the kernel keeps 15 bytes of a process name
  if (processes.ok && names.some((name) => processes.value.has(name) || processes.value.has(name.slice(0, 15))))
    return read(true)
  const services = serviceViews(evidence)
  if (services.ok && names.some((name) => services.value.get(name)?.running === true)) return read(true)
  if (processes.ok) return read(false)
  if (services.ok && names.some((name) => services.value.get(name)?.running === false)) return read(false)
  return processes
}

/** Mode and owner of a file or folder, links followed. */
export interface ModeOf {
  readonly path: string
  readonly folder: boolean
  /** The lower twelve bits. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  readonly group: string
  /** Line in the section, from 1. */
  readonly at: number
}

export interface Modes {
  readonly found: ReadonlyMap<string, ModeOf>
  /** Paths by the collector's marks. */
  readonly marked: ReadonlyMap<string, 'absent' | 'denied' | 'refused'>
}

/** The section `logging-modes`. */
export function loggingModes(evidence: Evidence): Reading<Modes> {
  const text = sectionText(evidence, 'logging-modes')
  if (!text.ok) {
    const code = evidence.sections.get('logging-modes')?.exitCode
    if (code === 127) return unreadable({ ja: 'stat 命令がない', en: 'the command stat is not installed' })
    return text
  }
  const found = new Map<string, ModeOf>()
  const marked = new Map<string, 'absent' | 'denied' | 'refused'>()
  for (const [index, line] of text.value.split('\n').entries()) {
    const mark = /^@(absent|denied|refused) (.*)$/.exec(line)
    if (mark) {
      const [, state, path = ''] = mark
      if (state === 'absent' || state === 'denied' || state === 'refused') marked.set(path, state)
      continue
    }
    const match = /^([0-9a-f]{1,8}) (\d+) (\d+) \S+ (\S+) (\/.*)$/.exec(line)
    if (!match) continue
    const [, hex = '', uid = '', gid = '', group = '', path = ''] = match
    const raw = Number.parseInt(hex, 16)
    found.set(path, {
      path,
      folder: (raw & 0xf000) === 0x4000,
      mode: raw & 0xfff,
      uid: Number(uid),
      gid: Number(gid),
      group,
      at: index + 1,
    })
  }
  return read({ found, marked })
}

/** True when the path is there, false when it is not; unreadable when that can't be told. */
export function exists(modes: Reading<Modes>, path: string): Reading<boolean> {
  if (!modes.ok) return modes
  if (modes.value.found.has(path)) return read(true)
  if (modes.value.marked.get(path) === 'absent') return read(false)
  return unreadable({ ja: `${path} の有無が分からない`, en: `whether ${path} is there is not known` })
}
