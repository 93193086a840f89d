import {
  type CollectedFile,
  type Evidence,
  type Reading,
  sectionFiles,
  sectionText,
} from '../../../../src/core/evidence.ts'
import type { EvidenceRef } from '../../../../src/core/fact.ts'
import { linesOf } from '../../../../src/core/evidence.ts'
import type { Missing } from './tables.ts'

/** A configured source of packages. `undefined` is not known. */
export interface PackageSource {
  readonly format: 'deb' | 'rpm' | 'apk' | 'pacman'
  readonly name: string
  readonly location: string
  readonly suite: string | undefined
  readonly enabled: boolean
  readonly verified: boolean | undefined
  /** Only of formats that keep security updates apart. */
  readonly security: boolean | undefined
  readonly evidence: EvidenceRef
}

export interface PackageSources {
  readonly sources: readonly PackageSource[]
  readonly missing?: Missing
}

/** Sources of apt, dnf/yum, zypper, apk and pacman, as their files configure them. */
export function readPackageSources(evidence: Evidence): Reading<PackageSources> {
  const files = sectionFiles(evidence, 'package-source-files')
  if (!files.ok) return files
  const options = aptOptions(evidence)
  const aptInsecure = options.ok ? aptAllowsUnsigned(options.value) : undefined
  const sources: PackageSource[] = []
  let missing: Missing | undefined
  const rpmDefault = defaultGpgCheck(files.value)
  for (const file of files.value.values()) {
    const kind = sourceKind(file.path)
    if (!kind || file.state === 'absent') continue
    if (file.state !== 'read') {
      missing ??= { why: { ja: `${file.path} を読めない`, en: `${file.path} could not be read` } }
      continue
    }
    sources.push(...kind(file.path, file.lines, { aptInsecure, rpmDefault }))
  }
  const overridden = withOverrides(sources, files.value)
  missing ??= overridden.missing
  return { ok: true, value: { sources: overridden.sources, ...(missing && { missing }) } }
}

const overrideFolders = ['/usr/share/dnf5/repos.override.d/', '/etc/dnf/repos.override.d/']

/**
 * What `dnf5 config-manager setopt` changes stands in files of its own, in sections named as the repositories, with
 * wildcards; later files win, and a file in /etc hides one of the same name in /usr (dnf5.conf(5)).
 */
function withOverrides(sources: readonly PackageSource[], files: ReadonlyMap<string, CollectedFile>): PackageSources {
  const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
  const byName = new Map<string, CollectedFile>()
  for (const folder of overrideFolders)
    for (const file of files.values())
      if (file.path.startsWith(folder) && file.state !== 'absent') byName.set(baseName(file.path), file)
  let missing: Missing | undefined
  let result = sources
  for (const [, file] of [...byName].sort(([one], [other]) => (one < other ? -1 : 1))) {
    if (file.state !== 'read') {
      missing ??= { why: { ja: `${file.path} を読めない`, en: `${file.path} could not be read` } }
      continue
    }
    for (const { name, line, values } of iniSections(file.lines)) {
      const pattern = new RegExp(
        `^${name
          .replace(/[.+^$(){}|\\[\]]/g, '\\$&')
          .replaceAll('*', '.*')
          .replaceAll('?', '.')}$`,
      )
      const check = values.get('pkg_gpgcheck') ?? values.get('gpgcheck')
      const enabled = values.get('enabled')
      result = result.map((source) =>
        source.format !== 'rpm' || !pattern.test(source.name)
          ? source
          : {
              ...source,
              ...(check !== undefined && { verified: iniTrue(check) }),
              ...(enabled !== undefined && { enabled: iniTrue(enabled) }),
              evidence: { source: file.path, at: String(line) },
            },
      )
    }
  }
  return { sources: result, ...(missing && { missing }) }
}

interface Defaults {
  readonly aptInsecure: boolean | undefined
  readonly rpmDefault: boolean | undefined
}

type SourceParser = (path: string, lines: readonly string[], defaults: Defaults) => readonly PackageSource[]

function sourceKind(path: string): SourceParser | undefined {
  if (overrideFolders.some((folder) => path.startsWith(folder))) return undefined
  if (path === '/etc/apt/sources.list' || (path.startsWith('/etc/apt/sources.list.d/') && path.endsWith('.list')))
    return oneLineSources
  if (path.endsWith('.sources')) return deb822Sources
  if (path.endsWith('.repo')) return repoFile
  if (path === '/etc/apk/repositories') return apkRepositories
  return path === '/etc/pacman.conf' ? pacmanRepositories : undefined
}

/** Values of `apt-config dump`: `Key "value";`, list members as `Key:: "value";`. */
export function aptOptions(evidence: Evidence): Reading<(key: string) => readonly string[]> {
  const text = sectionText(evidence, 'apt-config')
  if (!text.ok) return text
  const options = new Map<string, string[]>()
  for (const line of linesOf(text.value)) {
    const match = /^([^\s"]+) "(.*)";$/.exec(line)
    if (!match || match[2] === '') continue
    const key = (match[1] ?? '').replace(/::$/, '').toLowerCase()
    options.set(key, [...(options.get(key) ?? []), match[2] ?? ''])
  }
  return { ok: true, value: (key) => options.get(key.toLowerCase()) ?? [] }
}

/** apt.conf(5): how apt writes true. */
export const aptTrue = (value: string | undefined): boolean => /^(?:1|yes|true|with|on|enable)$/i.test(value ?? '')

const aptAllowsUnsigned = (option: (key: string) => readonly string[]): boolean =>
  ['APT::Get::AllowUnauthenticated', 'Acquire::AllowInsecureRepositories'].some((key) => aptTrue(option(key).at(-1)))

const aptSource = (
  uri: string,
  suite: string,
  enabled: boolean,
  trusted: string | undefined,
  insecure: string | undefined,
  defaults: Defaults,
  evidence: EvidenceRef,
): PackageSource => {
  // credentials are already gone when collected; this holds for evidence of other versions too
  const location = uri.replace(/:\/\/[^/]*@/, '://')
  return {
    format: 'deb',
    name: `${location} ${suite}`,
    location,
    suite,
    enabled,
    // sources.list(5): trusted=yes skips the check; trusted=no always distrusts, which refuses to install
    verified:
      aptTrue(trusted) || aptTrue(insecure)
        ? false
        : defaults.aptInsecure === undefined
          ? undefined
          : !defaults.aptInsecure,
    security: /(?:^|[-/])security(?:$|[-/])/i.test(suite) || /security/i.test(location),
    evidence,
  }
}

/** sources.list(5), one-line style: `deb [option=value] uri suite components`. */
const oneLineSources: SourceParser = (path, lines, defaults) =>
  lines.flatMap((line, index) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)/.exec(line)
    if (!match) return []
    const option = (name: string) => new RegExp(`(?:^|\\s)${name}=(\\S+)`, 'i').exec(match[1] ?? '')?.[1]
    const at = { source: path, at: String(index + 1) }
    return [aptSource(match[2] ?? '', match[3] ?? '', true, option('trusted'), option('allow-insecure'), defaults, at)]
  })

/** sources.list(5), deb822 style: stanzas of `Field: value`, lines that begin with a blank continue. */
const deb822Sources: SourceParser = (path, lines, defaults) => {
  const found: PackageSource[] = []
  let fields = new Map<string, string>()
  let start = 1
  let last = ''
  const close = () => {
    const words = (name: string) => (fields.get(name) ?? '').split(/\s+/).filter((word) => word !== '')
    if (words('types').includes('deb')) {
      const enabled = !/^(?:no|false|0|off|without|disable)$/i.test((fields.get('enabled') ?? 'yes').trim())
      for (const uri of words('uris')) {
        for (const suite of words('suites')) {
          const at = { source: path, at: String(start) }
          found.push(
            aptSource(
              uri,
              suite,
              enabled,
              fields.get('trusted')?.trim(),
              fields.get('allow-insecure')?.trim(),
              defaults,
              at,
            ),
          )
        }
      }
    }
    fields = new Map()
  }
  for (const [index, line] of lines.entries()) {
    if (line.startsWith('#')) continue
    if (line.trim() === '') {
      close()
      start = index + 2
      continue
    }
    const match = /^([A-Za-z-]+):(.*)$/.exec(line)
    if (match) {
      last = (match[1] ?? '').toLowerCase()
      fields.set(last, match[2] ?? '')
    } else if (/^\s/.test(line)) fields.set(last, `${fields.get(last) ?? ''} ${line}`)
  }
  close()
  return found
}

/** Sections of an INI file, with the line that each begins at. */
export function iniSections(
  lines: readonly string[],
): readonly { name: string; line: number; values: ReadonlyMap<string, string> }[] {
  const sections: { name: string; line: number; values: Map<string, string> }[] = []
  for (const [index, line] of lines.entries()) {
    const header = /^\s*\[([^\]]+)\]/.exec(line)
    if (header) {
      sections.push({ name: header[1] ?? '', line: index + 1, values: new Map() })
      continue
    }
    const pair = /^\s*([A-Za-z_][\w.-]*)\s*[=:]\s*(.*?)\s*$/.exec(line)
    if (pair) sections.at(-1)?.values.set((pair[1] ?? '').toLowerCase(), pair[2] ?? '')
  }
  return sections
}

/** dnf.conf(5): 1, yes, true, on, always. */
export const iniTrue = (value: string | undefined): boolean => /^(?:1|yes|true|on|always)$/i.test(value ?? '')

/** `gpgcheck` of [main]: off unless set in dnf and yum (dnf.conf(5)), on unless set in zypper (zypp.conf). */
function defaultGpgCheck(files: ReadonlyMap<string, CollectedFile>): boolean | undefined {
  for (const path of ['/etc/dnf/dnf.conf', '/etc/yum.conf']) {
    const file = files.get(path)
    if (file?.state === 'read') {
      const main = iniSections(file.lines).find((section) => section.name === 'main')?.values
      return iniTrue(main?.get('gpgcheck') ?? main?.get('pkg_gpgcheck'))
    }
    if (file && file.state !== 'absent') return undefined
  }
  return false
}

const repoFile: SourceParser = (path, lines, { rpmDefault }) => {
  const zypper = path.startsWith('/etc/zypp/')
  return iniSections(lines).map(({ name, line, values }) => {
    const own = values.get('gpgcheck') ?? values.get('pkg_gpgcheck')
    const location = values.get('baseurl') ?? values.get('mirrorlist') ?? values.get('metalink') ?? ''
    return {
      format: 'rpm',
      name,
      location: location.replace(/:\/\/[^/]*@/, '://'),
      suite: undefined,
      enabled: values.get('enabled') === undefined || iniTrue(values.get('enabled')),
      verified: own === undefined ? (zypper ? true : rpmDefault) : iniTrue(own),
      security: undefined,
      evidence: { source: path, at: String(line) },
    }
  })
}

/** apk-repositories(5). apk refuses unsigned packages unless told otherwise on the command line. */
const apkRepositories: SourceParser = (path, lines) =>
  lines.flatMap((line, index) => {
    const match = /^\s*(?:@\S+\s+)?((?:https?|ftp|file):\/\/\S+|\/\S+)/.exec(line)
    if (!match) return []
    const location = (match[1] ?? '').replace(/:\/\/[^/]*@/, '://')
    const evidence = { source: path, at: String(index + 1) }
    return [
      {
        format: 'apk',
        name: location,
        location,
        suite: undefined,
        enabled: true,
        verified: true,
        security: undefined,
        evidence,
      },
    ]
  })

/** pacman.conf(5): `SigLevel` of the repository or of [options]; packages must be `Required`, the default is Optional. */
const pacmanRepositories: SourceParser = (path, lines) => {
  const sections = iniSections(lines.map((line) => line.replace(/^\s*(Server|Include|SigLevel)\s*=/, '$1=')))
  const required = (level: string | undefined): boolean => {
    let result = false
    for (const word of (level ?? '').split(/\s+/)) {
      if (/^(?:Package)?Required$/.test(word)) result = true
      if (/^(?:Package)?(?:Optional|Never|TrustAll)$/.test(word)) result = false
    }
    return result
  }
  const general = sections.find((section) => section.name === 'options')?.values.get('siglevel')
  return sections
    .filter((section) => section.name !== 'options')
    .map(({ name, line, values }) => ({
      format: 'pacman',
      name,
      location: values.get('server') ?? values.get('include') ?? '',
      suite: undefined,
      enabled: true,
      verified: required(values.get('siglevel') ?? general),
      security: undefined,
      evidence: { source: path, at: String(line) },
    }))
}
