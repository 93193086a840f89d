import { type Evidence, linesOf, sectionText } from '../../../../src/core/evidence.ts'
import type { Field, Row } from '../../../../src/core/fact.ts'
import type { Part } from './contribution.ts'
import { packageOrigin } from './package-origins.ts'
import { type PackageDetail, readPackages } from './package-readers.ts'
import { programHash } from './program-hashes.ts'
import { instantOf, type Missing, tableOf } from './tables.ts'

export const observesSoftware = { settings: [], rows: ['software'] } as const

const unrecorded: Field = {
  unreadable: { ja: 'この形式の台帳には記録がない', en: 'the database of this format does not record it' },
}

/** Installed software: packages of every database, system-wide Python packages, programs outside of packages. */
export const interpretSoftware: Part = (evidence) => {
  const packages = readPackages(evidence)
  const python = pythonRows(evidence)
  const programs = programRows(evidence)
  const missing = packages.ok ? (packages.value.missing ?? python.missing ?? programs.missing) : packages
  const rows = packages.ok ? packageRows(evidence, packages.value.packages, packages.value.distribution) : []
  const sources = ['package-databases', 'pip', 'local-programs', ...(packages.ok ? packages.value.databases : [])]
  return {
    tables: [
      tableOf(
        'software',
        [...rows, ...python.rows, ...programs.rows],
        sources.map((source) => ({ source })),
        missing,
      ),
    ],
  }
}

function packageRows(
  evidence: Evidence,
  packages: readonly PackageDetail[],
  distribution: readonly string[],
): readonly Row[] {
  const base = (detail: PackageDetail) =>
    `${detail.format}:${detail.name}${detail.architecture === undefined ? '' : `:${detail.architecture}`}`
  const counts = new Map<string, number>()
  for (const detail of packages) counts.set(base(detail), (counts.get(base(detail)) ?? 0) + 1)
  return packages.map((detail) => ({
    // kernels are installed side by side: only then the version belongs to the key
    key: (counts.get(base(detail)) ?? 0) > 1 ? `${base(detail)}=${detail.version}` : base(detail),
    name: detail.name,
    fields: {
      name: detail.name,
      version: detail.version,
      architecture: detail.architecture ?? null,
      format: detail.format,
      publisher: detail.publisher ?? (detail.format === 'flatpak' ? unrecorded : null),
      ...originOf(evidence, detail, distribution),
      source: detail.source ?? null,
      installed: instantOf(detail.installed) ?? unrecorded,
      held: detail.held ?? unrecorded,
      path: null,
      sha256: null,
    },
    evidence: [{ source: detail.format === 'deb' ? 'dpkg' : detail.format, at: String(detail.line) }],
  }))
}

/** RPM vendors that are the distribution itself, by os-release ID. */
const vendors: Readonly<Record<string, RegExp>> = {
  rhel: /^Red Hat, Inc\./,
  fedora: /^Fedora Project$/,
  centos: /^CentOS/,
  almalinux: /^AlmaLinux/,
  rocky: /^(?:Rocky|Rocky Enterprise Software Foundation)/,
  ol: /^Oracle America/,
  amzn: /^Amazon/,
  sles: /^SUSE LLC/,
  sled: /^SUSE LLC/,
  'sle-micro': /^SUSE LLC/,
  'opensuse-leap': /^(?:SUSE LLC|openSUSE)/,
  'opensuse-tumbleweed': /^openSUSE/,
  miraclelinux: /^(?:Cybertrust Japan|Asianux)/i,
}

/** The distribution by the address of a package's maintainer. */
const maintainers: readonly (readonly [id: string, domain: RegExp, origin: string])[] = [
  ['debian', /(?:^|\.)debian\.(?:org|net)$/, 'Debian'],
  ['ubuntu', /(?:^|\.)(?:ubuntu|canonical)\.com$/, 'Ubuntu'],
]

/**
 * Where a package comes from and whether that is the distribution itself. A Debian package says it by its maintainer's
 * address; with a private address the package lists on the disk may.
 */
function originOf(
  evidence: Evidence,
  detail: PackageDetail,
  distribution: readonly string[],
): { readonly origin: Field; readonly 'base-system': Field } {
  if (detail.format !== 'deb')
    return { origin: detail.origin ?? unrecorded, 'base-system': baseSystem(detail, distribution) }
  const domain = /@([^@>\s]+)>?\s*$/.exec(detail.publisher ?? '')?.[1]?.toLowerCase() ?? ''
  const own = maintainers.find(([id, pattern]) => distribution.includes(id) && pattern.test(domain))
  // a derivative takes packages over with their maintainers
  if (own) return { origin: detail.origin ?? (distribution[0] === own[0] ? own[2] : unrecorded), 'base-system': true }
  const listed = packageOrigin(evidence, detail, distribution)
  return listed.known
    ? { origin: detail.origin ?? listed.origin, 'base-system': listed.own }
    : { origin: detail.origin ?? { unreadable: listed.why }, 'base-system': { unreadable: listed.why } }
}

/** Whether a package of another format is the distribution's own. */
function baseSystem(detail: PackageDetail, distribution: readonly string[]): Field {
  const publisher = detail.publisher ?? ''
  switch (detail.format) {
    case 'deb':
      return unrecorded
    case 'rpm': {
      const own = vendors[distribution[0] ?? '']
      return own
        ? own.test(publisher)
        : {
            unreadable: {
              ja: 'この配布物の提供者名を知らない',
              en: 'the vendor name of this distribution is not known',
            },
          }
    }
    case 'pacman':
      return publisher.includes('@archlinux.org>')
    case 'snap':
      return publisher === 'canonical'
    case 'flatpak':
      return false
    case 'apk':
      return {
        unreadable: {
          ja: 'apk の台帳には配布元が残らない',
          en: 'the apk database does not keep where a package came from',
        },
      }
  }
}

/** Python packages that no package manager of the distribution put there, by the name of their metadata folder. */
function pythonRows(evidence: Evidence): { rows: readonly Row[]; missing?: Missing } {
  const text = sectionText(evidence, 'pip')
  if (!text.ok) return { rows: [], missing: text }
  const rows: Row[] = []
  let missing: Missing | undefined
  for (const [index, line] of linesOf(text.value).entries()) {
    if (line === '') continue
    if (line.startsWith('@denied ')) {
      missing ??= denied(line.slice(8))
      continue
    }
    const [path = '', installer = ''] = line.split('\t')
    const match = /\/([^/]+?)(?:-([^-/]+?))?(?:-py\d[^/]*)?\.(?:dist|egg)-info$/.exec(path)
    if (!match) {
      missing ??= { why: { ja: 'Python パッケージの名前が読めない', en: 'a Python package has an unreadable name' } }
      continue
    }
    // only in the distribution's own folders there is another database that has it
    if (/^(?:debian|rpm|apk|pacman)$/.test(installer) && /^\/usr\/lib(?:64)?\//.test(path)) continue
    // Debian's own folder: what has no installer there came with a package
    if (installer === '' && path.startsWith('/usr/lib/python3/dist-packages/')) continue
    const name = match[1] ?? ''
    rows.push(
      fileRow('pip', `pip:${path.replace(/-[^/]*$/, '')}`, name, match[2], path, null, {
        source: 'pip',
        at: String(index + 1),
      }),
    )
  }
  return { rows, ...(missing && { missing }) }
}

/** Programs in /usr/local and /opt. */
function programRows(evidence: Evidence): { rows: readonly Row[]; missing?: Missing } {
  const text = sectionText(evidence, 'local-programs')
  if (!text.ok) return { rows: [], missing: text }
  const rows: Row[] = []
  let missing: Missing | undefined
  for (const [index, line] of linesOf(text.value).entries()) {
    if (line.startsWith('@denied ')) missing ??= denied(line.slice(8))
    else if (line.startsWith('@')) {
      missing ??= {
        why: {
          ja: '/opt と /usr/local のプログラムが多すぎるか、名前が読めない',
          en: 'programs in /opt and /usr/local are too many, or have unreadable names',
        },
      }
    } else if (line.startsWith('/')) {
      const name = line.slice(line.lastIndexOf('/') + 1)
      const at = { source: 'local-programs', at: String(index + 1) }
      rows.push(fileRow('file', `file:${line}`, name, undefined, line, programHash(evidence, line), at))
    }
  }
  return { rows, ...(missing && { missing }) }
}

const denied = (path: string): Missing => ({
  why: { ja: `${path} を一覧できない`, en: `${path} could not be listed` },
  needs: { ja: `${path} の読み取り権限`, en: `permission to read ${path}` },
})

const fileRow = (
  format: 'pip' | 'file',
  key: string,
  name: string,
  version: string | undefined,
  path: string,
  sha256: Field,
  at: { source: string; at: string },
): Row => ({
  key,
  name,
  fields: {
    name,
    version: version ?? unrecorded,
    architecture: unrecorded,
    format,
    publisher: unrecorded,
    origin: unrecorded,
    'base-system': false,
    source: null,
    installed: unrecorded,
    held: unrecorded,
    path,
    sha256,
  },
  evidence: [at],
})
