import { type Evidence, linesOf, type Reading, sectionText, unreadable } from '../../../../src/core/evidence.ts'
import type { LocalText } from '../../../../src/core/text.ts'
import { oncePerEvidence } from './once.ts'

/** A package as its database describes it. */
export interface PackageDetail {
  readonly format: 'deb' | 'rpm' | 'apk' | 'pacman' | 'snap' | 'flatpak'
  readonly name: string
  readonly version: string
  readonly architecture: string | undefined
  readonly publisher: string | undefined
  readonly origin: string | undefined
  readonly source: string | undefined
  /** Seconds since 1970. */
  readonly installed: number | undefined
  readonly held: boolean | undefined
  /** Whether it is set up to work; one that is only unpacked lies on the disk and can be run all the same. */
  readonly configured: boolean
  readonly line: number
}

/** Packages of every database that could be read, and why others could not. */
export interface Packages {
  readonly packages: readonly PackageDetail[]
  readonly missing?: { readonly why: LocalText; readonly needs?: LocalText }
  /** Databases that lie on the machine and hold packages, e.g. `dpkg`. */
  readonly databases: ReadonlySet<string>
  /** `ID` and `ID_LIKE` of os-release(5), in lower case. */
  readonly distribution: readonly string[]
}

type Parser = (fields: readonly string[], line: number) => PackageDetail | 'skip' | undefined

const text = (value: string | undefined): string | undefined =>
  value === undefined || value === '' || value === '(none)' ? undefined : value
const seconds = (value: string | undefined): number | undefined =>
  value !== undefined && /^[1-9]\d{0,11}$/.test(value) ? Number(value) : undefined

const parsers: Readonly<Record<string, Parser>> = {
  // dpkg-query(1): status abbreviation is wanted + state + error, e.g. `ii ` or `hi `
  dpkg: ([status = '', name, version, architecture, source, origin, installed, ...maintainer], line) => {
    if (name === undefined || version === undefined || !/^[uihrp][ncHUFWti]/.test(status)) return undefined
    // not installed, or only its configuration is left; a package that was never set up is there
    if (status[1] === 'n' || status[1] === 'c') return 'skip'
    return {
      format: 'deb',
      name,
      version,
      architecture: text(architecture),
      publisher: text(maintainer.join(' ')),
      origin: text(origin),
      source: text(source),
      installed: seconds(installed),
      held: status[0] === 'h',
      configured: status[1] === 'i' || status[1] === 'W' || status[1] === 't',
      line,
    }
  },
  rpm: ([name, epoch, version, architecture, source, installed, ...vendor], line) => {
    if (!name || version === undefined || !/^\d+$/.test(epoch ?? '')) return undefined
    if (name === 'gpg-pubkey') return 'skip'
    return {
      format: 'rpm',
      name,
      version: epoch === '0' ? version : `${epoch}:${version}`,
      architecture: text(architecture),
      publisher: text(vendor.join(' ')),
      origin: text(vendor.join(' ')),
      source: text(source)?.replace(/-[^-]+-[^-]+\.src\.rpm$/, ''),
      installed: seconds(installed),
      held: undefined,
      configured: true,
      line,
    }
  },
  apk: ([name, version, architecture, source, maintainer], line) =>
    !name || version === undefined
      ? undefined
      : {
          format: 'apk',
          name,
          version,
          architecture: text(architecture),
          publisher: text(maintainer),
          origin: undefined,
          source: text(source),
          installed: undefined,
          held: undefined,
          configured: true,
          line,
        },
  pacman: ([name, version, architecture, source, installed, packager], line) =>
    !name || !version
      ? undefined
      : {
          format: 'pacman',
          name,
          version,
          architecture: text(architecture),
          publisher: text(packager),
          origin: undefined,
          source: text(source),
          installed: seconds(installed),
          held: undefined,
          configured: true,
          line,
        },
  snap: ([columns = ''], line) => {
    const [name, version, revision, tracking, publisher, notes = ''] = columns.split(/\s+/)
    if (line === 1 && name === 'Name') return 'skip'
    if (!name || version === undefined || revision === undefined) return undefined
    return {
      format: 'snap',
      name,
      version,
      architecture: undefined,
      publisher: text(publisher?.replace(/\*+$|✓$/g, '')),
      origin: text(tracking),
      source: undefined,
      installed: undefined,
      held: notes.split(',').includes('held'),
      configured: true,
      line,
    }
  },
  flatpak: ([name, version, architecture, origin], line) =>
    !name || version === undefined
      ? undefined
      : {
          format: 'flatpak',
          name,
          version,
          architecture: text(architecture),
          publisher: undefined,
          origin: text(origin),
          source: undefined,
          installed: undefined,
          held: undefined,
          configured: true,
          line,
        },
}

/** Every package of every database. Unreadable when it isn't even known which databases there are. */
export const readPackages = oncePerEvidence((evidence): Reading<Packages> => {
  const present = sectionText(evidence, 'package-databases')
  if (!present.ok) return present
  const databases = new Set<string>()
  const distribution: string[] = []
  let known = 0
  for (const line of linesOf(present.value)) {
    const [kind = '', word = ''] = line.split(' ')
    if (kind === 'dpkg-lists') known = Number(/^\d+$/.test(word) ? word : 0)
    else if (kind === 'os') {
      const match = /^os (?:ID|ID_LIKE)=["']?([^"']*)/.exec(line)
      if (match)
        distribution.push(
          ...(match[1] ?? '')
            .toLowerCase()
            .split(' ')
            .filter((id) => id !== ''),
        )
    } else if (word !== '') databases.add(kind)
  }
  const packages: PackageDetail[] = []
  let missing: Packages['missing']
  if (databases.size === 0) {
    missing = { why: { ja: 'パッケージの台帳が見つからない', en: 'no package database was found' } }
  }
  for (const database of databases) {
    const reading = readDatabase(evidence, database, databases, database === 'dpkg' ? known : 0)
    // rpm as a mere tool on a Debian system leaves an empty database behind
    if (reading.ok && reading.value.length === 0 && database === 'rpm' && databases.has('dpkg')) {
      databases.delete('rpm')
      continue
    }
    if (reading.ok) packages.push(...reading.value)
    else missing ??= { why: reading.why, ...(reading.needs && { needs: reading.needs }) }
  }
  return { ok: true, value: { packages, databases, distribution, ...(missing && { missing }) } }
})

/** `atLeast` is the number of packages that something besides the list itself proves. */
function readDatabase(
  evidence: Evidence,
  database: string,
  besides: ReadonlySet<string>,
  atLeast: number,
): Reading<readonly PackageDetail[]> {
  const parser = parsers[database]
  if (!parser) {
    return unreadable({
      ja: `${database} の台帳は読めない形式`,
      en: `the package database of ${database} is not one that can be read`,
    })
  }
  const section = sectionText(evidence, database)
  if (!section.ok) return section
  const packages: PackageDetail[] = []
  let listed = 0
  for (const [index, line] of linesOf(section.value).entries()) {
    if (line === '') continue
    listed++
    const found = parser(line.split('\t'), index + 1)
    if (found === undefined) {
      return unreadable({
        ja: `${database} の ${index + 1} 行目を解釈できない`,
        en: `line ${index + 1} of ${database} was not understood`,
      })
    }
    if (found !== 'skip') packages.push(found)
  }
  // a status file that was cut off between two packages is a whole one to dpkg-query
  if (listed < atLeast) {
    return unreadable({
      ja: `${database} の一覧が途中で終わっている（${atLeast} 件のうち ${listed} 件）`,
      en: `the list of ${database} ends early (${listed} of ${atLeast} packages)`,
    })
  }
  // an empty snap or flatpak installation is real, an empty system database is not
  const mayBeEmpty = database === 'snap' || database === 'flatpak' || (database === 'rpm' && besides.has('dpkg'))
  if (packages.length === 0 && !mayBeEmpty) {
    return unreadable({ ja: `${database} が1件も返さなかった`, en: `${database} returned no package at all` })
  }
  return { ok: true, value: packages }
}
