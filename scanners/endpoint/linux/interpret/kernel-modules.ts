import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import { linesOf, read, sectionFiles, sectionText, unreadable } from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Fact } from '../../../../src/core/fact.ts'
import { known, type Part, unread } from './contribution.ts'
import { inContainer, numberOf } from './kernel.ts'
import { fileReading, keyedLines, systemValues } from './system-text.ts'

export const observesKernelModules = {
  settings: ['hardening.unused-modules-blocked', 'hardening.unused-modules-loadable'],
  rows: [],
} as const

/** Rarely used file systems and protocols that hardening guides ask to switch off. */
const unused = ['cramfs', 'dccp', 'rds', 'sctp', 'tipc'] as const

/** Whether a kernel module can do anything on this machine, and what shows it. */
export interface ModuleState {
  readonly loadable: boolean
  readonly evidence: readonly EvidenceRef[]
}

/** Which of the unused kernel modules can load, and which can't. */
export const interpretKernelModules: Part = (evidence) => ({
  facts: observesKernelModules.settings.map(
    (setting) => inContainer(evidence, setting) ?? modulesFact(evidence, setting),
  ),
})

function modulesFact(evidence: Evidence, setting: string): Fact {
  const wanted = setting === 'hardening.unused-modules-loadable'
  const names: string[] = []
  const refs: EvidenceRef[] = []
  for (const name of unused) {
    const state = moduleState(evidence, name)
    if (!state.ok) return unread(setting, state, [{ source: 'kernel-modules' }])
    if (state.value.loadable === wanted) names.push(name)
    refs.push(...state.value.evidence)
  }
  return known(setting, names, unique(refs), 'running')
}

const unique = (refs: readonly EvidenceRef[]): readonly EvidenceRef[] => [
  ...new Map(refs.map((ref) => [`${ref.source} ${ref.at ?? ''}`, ref])).values(),
]

/**
 * A module can't load when the kernel refuses all of them, when it isn't there, or when modprobe.d gives it an
 * `install` command that ends without loading it. `blacklist` alone isn't enough: it only stops loading by a
 * hardware alias, not by name or as a dependency (modprobe.d(5)). What is built in or loaded already, works.
 */
export function moduleState(evidence: Evidence, module: string): Reading<ModuleState> {
  const text = sectionText(evidence, 'kernel-modules')
  if (!text.ok) return text
  const name = module.replaceAll('-', '_')
  const lines = linesOf(text.value)
  const has = (mark: string, what: string): boolean =>
    lines.some((line) => line.replaceAll('-', '_') === `${mark} ${what}`.replaceAll('-', '_'))
  const refs = (at: string): readonly EvidenceRef[] => [{ source: 'kernel-modules', at }]
  for (const mark of ['loaded', 'running', 'builtin']) {
    if (has(mark, name)) return read({ loadable: true, evidence: refs(`${mark} ${name}`) })
  }
  if (has('present', `/sys/bus/usb/drivers/${module}`))
    return read({ loadable: true, evidence: refs(`/sys/bus/usb/drivers/${module}`) })
  const values = systemValues(evidence, 'kernel-settings')
  const disabled = values.ok ? values.value.get('/proc/sys/kernel/modules_disabled') : undefined
  if (disabled && numberOf(disabled) === 1)
    return read({ loadable: false, evidence: [{ source: '/proc/sys/kernel/modules_disabled' }] })
  // a kernel without modules has neither file (CONFIG_MODULES)
  if (has('absent', '/proc/modules') && disabled?.state === 'absent') {
    return read({ loadable: false, evidence: [{ source: '/proc/modules' }] })
  }
  const command = installCommand(evidence, name)
  if (!command.ok) return command
  if (command.value?.blocks) return read({ loadable: false, evidence: [command.value.evidence] })
  const cmdline = keyedLines(evidence, 'processor')
  const refused = cmdline.ok ? (cmdline.value.get('kernel-argument') ?? []) : []
  // module_blacklist= makes the kernel itself refuse (admin-guide/kernel-parameters)
  if (
    refused.some(
      (argument) =>
        argument.startsWith('module_blacklist=') && argument.slice(17).replaceAll('-', '_').split(',').includes(name),
    )
  ) {
    return read({ loadable: false, evidence: [{ source: '/proc/cmdline', at: 'module_blacklist' }] })
  }
  if (has('available', name)) return read({ loadable: true, evidence: refs(`available ${name}`) })
  const listed = lines.some((line) => /^read \/lib\/modules\/.*\/modules\.dep$/.test(line))
  if (listed) return read({ loadable: false, evidence: refs('modules.dep') })
  return unreadable({
    ja: '動作中のカーネルのモジュール一覧（modules.dep）を読めなかった',
    en: 'the list of modules of the running kernel (modules.dep) could not be read',
  })
}

// kmod reads folders in this order; a file hides those of the same name in later ones (modprobe.d(5))
const folders = [
  '/etc/modprobe.d',
  '/run/modprobe.d',
  '/usr/local/lib/modprobe.d',
  '/usr/lib/modprobe.d',
  '/lib/modprobe.d',
]

function installCommand(
  evidence: Evidence,
  module: string,
): Reading<{ readonly blocks: boolean; readonly evidence: EvidenceRef } | undefined> {
  const files = sectionFiles(evidence, 'system-files')
  if (!files.ok) return files
  const chosen = new Map<string, string>()
  for (const folder of folders) {
    // the folder's pattern stands in the list when nothing matched it
    if (![...files.value.keys()].some((path) => path.startsWith(`${folder}/`))) {
      return unreadable({ ja: `${folder} を調べていない`, en: `${folder} was not read` })
    }
    for (const [path, file] of files.value) {
      if (!path.startsWith(`${folder}/`) || file.state === 'absent') continue
      const name = path.slice(folder.length + 1)
      if (!chosen.has(name)) chosen.set(name, path)
    }
  }
  for (const [, path] of [...chosen].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const lines = fileReading(files.value.get(path), path)
    if (!lines.ok) return lines
    for (const [index, line] of joined(lines.value)) {
      const match = /^\s*install\s+(\S+)\s+(.+?)\s*$/.exec(line)
      if (match?.[1]?.replaceAll('-', '_') !== module) continue
      // the first one wins (libkmod, kmod_module_get_install_commands)
      return read({
        blocks: /^(?:\/(?:usr\/)?s?bin\/)?(?:false|true|:)$/.test(match[2] ?? ''),
        evidence: { source: path, at: `${index}` },
      })
    }
  }
  return read(undefined)
}

// a backslash before the line break joins lines
function* joined(lines: readonly string[]): Generator<readonly [number, string]> {
  let text = ''
  let start = 1
  for (const [index, line] of lines.entries()) {
    if (text === '') start = index + 1
    if (line.endsWith('\\')) {
      text += line.slice(0, -1)
      continue
    }
    yield [start, text + line]
    text = ''
  }
  if (text !== '') yield [start, text]
}
