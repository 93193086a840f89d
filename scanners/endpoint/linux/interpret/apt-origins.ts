import { type Evidence, linesOf, type Reading, sectionText, unreadable } from '../../../../src/core/evidence.ts'
import { readPackageSources } from './package-source-readers.ts'

/** Fields of a Release file that the patterns of unattended-upgrades can name, by the pattern's words. */
const patternFields: Readonly<Record<string, string>> = {
  o: 'Origin',
  origin: 'Origin',
  l: 'Label',
  label: 'Label',
  a: 'Suite',
  archive: 'Suite',
  suite: 'Suite',
  n: 'Codename',
  codename: 'Codename',
}

/**
 * Whether unattended-upgrades takes anything from a source of security updates: such a source must be enabled, and
 * a pattern must match it. A pattern that names the release of before an upgrade of the system matches nothing.
 * `allowed` and `patterns` are the values of Allowed-Origins and Origins-Pattern.
 */
export function securityOriginTaken(
  evidence: Evidence,
  allowed: readonly string[],
  patterns: readonly string[],
): Reading<boolean> {
  const sources = readPackageSources(evidence)
  if (!sources.ok) return sources
  const security = sources.value.sources.filter(
    ({ format, enabled, security: apart }) => format === 'deb' && enabled && apart === true,
  )
  if (security.length === 0)
    return sources.value.missing ? { ok: false, ...sources.value.missing } : { ok: true, value: false }
  const system = systemNames(evidence)
  const wanted = [...allowed.flatMap(fromAllowedOrigin), ...patterns.map(fromPattern)].map((conditions) =>
    conditions.map(
      ([field, text]) =>
        [
          field,
          text.replaceAll('${distro_id}', system.id ?? '*').replaceAll('${distro_codename}', system.codename ?? '*'),
        ] as const,
    ),
  )
  const releases = securityReleases(evidence)
  if (!releases.ok) return releases
  if (releases.value.length > 0) {
    return {
      ok: true,
      value: releases.value.some((release) =>
        wanted.some(
          (conditions) =>
            conditions.length > 0 &&
            // `site` and `component` are not in the Release file: they don't decide here
            conditions.every(([field, text]) => field === '' || globMatches(text, release.get(field) ?? '')),
        ),
      ),
    }
  }
  // without the lists on the disk: the pattern speaks of security updates, and not of another release
  if (system.codename === undefined) {
    return unreadable({ ja: 'OS のコードネームが分からない', en: 'the code name of the system is not known' })
  }
  const { codename } = system
  const ofThisRelease = (text: string): boolean =>
    globMatches(text, codename) ||
    globMatches(text, `${codename}-security`) ||
    /^(?:old)*stable(?:-security)?$/.test(text)
  return {
    ok: true,
    value: wanted.some(
      (conditions) =>
        conditions.some(([, text]) => /security/i.test(text)) &&
        conditions.every(([field, text]) => (field !== 'Codename' && field !== 'Suite') || ofThisRelease(text)),
    ),
  }
}

type Conditions = readonly (readonly [field: string, text: string])[]

/** `origin=Debian,codename=${distro_codename},label=Debian-Security`, backslashes before commas. */
const fromPattern = (pattern: string): Conditions =>
  pattern.split(/(?<!\\),/).map((part) => {
    const equals = part.indexOf('=')
    const name = part.slice(0, Math.max(0, equals)).trim().toLowerCase()
    return [
      patternFields[name] ?? '',
      part
        .slice(equals + 1)
        .trim()
        .replaceAll('\\', ''),
    ]
  })

/** `Ubuntu:noble-security` or `Ubuntu noble-security`. */
function fromAllowedOrigin(value: string): readonly Conditions[] {
  const [, origin, archive] = /^\s*([^:\s]+)\s*[:\s]\s*(\S+)\s*$/.exec(value) ?? []
  return origin === undefined || archive === undefined
    ? []
    : [
        [
          ['Origin', origin],
          ['Suite', archive],
        ],
      ]
}

/** Python's fnmatch as unattended-upgrades uses it. */
function globMatches(pattern: string, text: string): boolean {
  const expression = pattern
    .replace(/[.+^$(){}|\\[\]]/g, '\\$&')
    .replaceAll('*', '[^]*')
    .replaceAll('?', '[^]')
  return new RegExp(`^${expression}$`).test(text)
}

/** Release files of security sources among the lists on the disk. */
export function securityReleases(evidence: Evidence): Reading<readonly ReadonlyMap<string, string>[]> {
  const text = sectionText(evidence, 'security-lists')
  if (!text.ok) return text
  const releases: Map<string, string>[] = []
  let open: Map<string, string> | undefined
  for (const line of linesOf(text.value)) {
    if (line.startsWith('@release ')) {
      open = /security/i.test(line) ? new Map() : undefined
      if (open) releases.push(open)
      continue
    }
    const field = /^(Origin|Label|Suite|Codename): *(.*?) *$/.exec(line)
    if (field) open?.set(field[1] ?? '', field[2] ?? '')
  }
  return { ok: true, value: releases.filter((release) => release.has('Origin')) }
}

/** The distribution and its code name, as os-release(5) gives them. */
export function systemNames(evidence: Evidence): {
  readonly id: string | undefined
  readonly codename: string | undefined
} {
  const text = sectionText(evidence, 'package-databases')
  const value = (name: string): string | undefined =>
    text.ok ? new RegExp(`^os ${name}="?([^"\\n]*)"?$`, 'm').exec(text.value)?.[1] : undefined
  const id = value('ID')
  return {
    // lsb_release gives the name with a capital
    id: id === undefined ? undefined : id.charAt(0).toUpperCase() + id.slice(1),
    codename: value('VERSION_CODENAME') || undefined,
  }
}
