import { read, sectionFiles, sectionText, unreadable } from '../../../../src/core/evidence.ts'
import type { CollectedFile, Evidence, Reading } from '../../../../src/core/evidence.ts'
import type { EvidenceRef } from '../../../../src/core/fact.ts'
import { pamFolders, pamStack } from '../../../../src/readers/pam.ts'
import type { PamSources, PamStep, PamType } from '../../../../src/readers/pam.ts'

/** The PAM configuration and the programs that use it, as collected. */
export interface PamEvidence extends PamSources {
  /** Every collected file, settings of the modules among them. */
  readonly collected: ReadonlyMap<string, CollectedFile>
  /** True when no module and no configuration of PAM exists: passwords are checked without it. */
  readonly withoutPam: boolean
  /** Programs that exist, by path; true when they run as their owner. */
  readonly programs: ReadonlyMap<string, boolean>
  /** sudo is sudo-rs. */
  readonly sudoIsRust: boolean
  /** Whether the SSH server asks PAM. OpenSSH's own default is that it doesn't; `absent` without a server. */
  readonly sshd: 'pam' | 'without-pam' | 'absent' | 'unknown'
}

const cache = new WeakMap<Evidence, Reading<PamEvidence>>()

/** PAM files and modules. Unreadable as soon as one folder of them could not be listed. */
export function pamEvidence(evidence: Evidence): Reading<PamEvidence> {
  let reading = cache.get(evidence)
  if (!reading) {
    reading = readPam(evidence)
    cache.set(evidence, reading)
  }
  return reading
}

function readPam(evidence: Evidence): Reading<PamEvidence> {
  const listing = sectionText(evidence, 'pam-modules')
  if (!listing.ok) return listing
  const files = sectionFiles(evidence, 'pam-files')
  if (!files.ok) return files
  const collected = files.value
  for (const folder of pamFolders) {
    if (collected.get(`${folder}/*`)?.state === 'denied') return denied(folder)
  }
  const modules = new Set<string>()
  const folders: string[] = []
  const programs = new Map<string, boolean>()
  const usePam = new Set<string>()
  let moduleFolders = 0
  let sudoIsRust = false
  for (const line of listing.value.split('\n')) {
    const space = line.indexOf(' ')
    if (space < 0) continue
    const value = line.slice(space + 1)
    switch (line.slice(0, space)) {
      case 'module':
        modules.add(value)
        break
      case 'folder':
        moduleFolders++
        break
      case 'services':
        folders.push(value)
        break
      case 'setuid':
      case 'present':
        programs.set(value, line.startsWith('setuid'))
        break
      case 'sudo-rs':
        sudoIsRust = true
        break
      case 'use-pam':
        usePam.add(value)
        break
      case 'denied':
        return denied(value)
    }
  }
  const byPath = new Map<string, readonly string[] | 'unreadable'>()
  for (const [path, file] of collected) {
    if (file.state === 'absent') continue
    byPath.set(path, file.state === 'read' ? file.lines : 'unreadable')
  }
  const withoutPam = moduleFolders === 0 && modules.size === 0 && folders.length === 0 && !byPath.has('/etc/pam.conf')
  if (!withoutPam && modules.size === 0) {
    return unreadable({ ja: 'PAM モジュールの置き場所が分からない', en: 'the folder of the PAM modules was not found' })
  }
  const sshd = sshServer(programs, usePam)
  return read({ files: byPath, folders, modules, collected, withoutPam, programs, sshd, sudoIsRust })
}

function sshServer(programs: ReadonlyMap<string, boolean>, usePam: ReadonlySet<string>): PamEvidence['sshd'] {
  const has = (name: string): boolean => [...programs.keys()].some((path) => path.endsWith(`/${name}`))
  // dropbear is built without PAM, unless somebody builds it otherwise
  if (!has('sshd')) return has('dropbear') ? 'without-pam' : 'absent'
  if (usePam.has('denied')) return 'unknown'
  if (usePam.has('yes')) return usePam.has('no') ? 'unknown' : 'pam'
  return 'without-pam'
}

/** Whether a program of this name exists in the usual folders. */
export const hasProgram = (pam: PamEvidence, name: string): boolean =>
  [...pam.programs.keys()].some((path) => path.endsWith(`/${name}`))

const denied = (path: string): Reading<never> =>
  unreadable(
    { ja: `${path} を読めない`, en: `${path} is not readable` },
    { ja: `${path} の読み取り`, en: `read access to ${path}` },
  )

/** A stack, or why it can't be known. */
export function readStack(pam: PamEvidence, service: string, type: PamType): Reading<readonly PamStep[]> {
  const stack = pamStack(pam, service, type)
  return stack.ok ? read(stack.steps) : denied(stack.path)
}

/** Where a step stands. */
export const stepRef = (step: PamStep): EvidenceRef => ({ source: step.path, at: String(step.line) })

/** References to the service files that a set of services uses, for facts that say that something is nowhere in them. */
export function serviceRefs(pam: PamEvidence, services: readonly string[], type: PamType): readonly EvidenceRef[] {
  const paths = new Set<string>()
  for (const service of services) {
    const stack = pamStack(pam, service, type)
    if (stack.ok) for (const path of stack.files) paths.add(path)
  }
  if (paths.size === 0) return [{ source: 'pam-modules' }]
  return [...paths].sort().map((source) => ({ source }))
}

/** A line `name = value` of a settings file. */
export interface SettingLine {
  readonly name: string
  readonly value: string
  readonly at: EvidenceRef
}

/**
 * Settings of the first of `paths` that exists, as `name = value`, `name value` or `name`, with `#`
 * comments. None when no such file exists.
 */
export function settingLines(
  pam: PamEvidence,
  paths: readonly string[],
  required = false,
): Reading<readonly SettingLine[]> {
  for (const path of paths) {
    const file = pam.collected.get(path)
    if (file === undefined || file.state === 'absent') {
      if (!required && file !== undefined) continue
      return denied(path)
    }
    if (file.state !== 'read') return denied(path)
    return read(parseSettings(file.path, file.lines))
  }
  return read([])
}

/** `name = value` lines of a text. */
export function parseSettings(path: string, lines: readonly string[]): readonly SettingLine[] {
  const result: SettingLine[] = []
  for (const [index, line] of lines.entries()) {
    // blanks as C has them: a byte order mark is none, and makes the first name one that nobody knows
    const match = /^[ \t\r\v\f]*([^ \t\r\v\f=]+)[ \t\r\v\f]*=?[ \t\r\v\f]*(.*?)[ \t\r\v\f]*$/.exec(
      line.replace(/#.*/, ''),
    )
    if (match) result.push({ name: match[1] ?? '', value: match[2] ?? '', at: { source: path, at: String(index + 1) } })
  }
  return result
}

/** Whether the machine belongs to Debian's family, whose PAM differs from the others in some defaults. */
export const isDebianFamily = (pam: PamEvidence): boolean => pam.programs.has('/etc/debian_version')

/** Services of each way to log on, most usual first. */
export const logonServices = {
  ssh: ['sshd'],
  console: ['login'],
  desktop: [
    'gdm-password',
    'gdm3',
    'gdm',
    'lightdm',
    'sddm',
    'kde',
    'lxdm',
    'xdm',
    'greetd',
    'ly',
    'slim',
    'cosmic-greeter',
    'plasmalogin',
  ],
  elevation: ['sudo', 'sudo-i', 'su', 'su-l', 'polkit-1', 'doas'],
} as const
