import {
  type Evidence,
  linesOf,
  type Reading,
  sectionFiles,
  sectionText,
  unreadable,
} from '../../../../src/core/evidence.ts'
import type { EvidenceRef } from '../../../../src/core/fact.ts'
import { compareDebian, compareRpm } from '../../../../src/core/versions/index.ts'
import { securityReleases, systemNames } from './apt-origins.ts'
import { readPackageSources } from './package-source-readers.ts'
import { instantOfText } from './tables.ts'

/** An update that waits. */
export interface PendingUpdate {
  readonly format: 'deb' | 'rpm'
  readonly name: string
  readonly architecture: string
  readonly installed: string
  readonly available: string
  readonly evidence: EvidenceRef
}

/** Security updates that wait according to the lists on the disk, and how old those lists are. */
export interface PendingSecurity {
  readonly updates: readonly PendingUpdate[]
  /** ISO 8601 instant that the oldest security list was published or checked. */
  readonly listsUpdated: Reading<string>
  readonly evidence: readonly EvidenceRef[]
}

/** Name of a source's lists below /var/lib/apt/lists: the address without scheme, `/` as `_`, then `_dists_`. */
const listPrefix = (location: string, suite: string): string => {
  const place = location.replace(/^[a-z0-9+]+:\/*/i, '').replace(/\/+$/, '')
  // apt quotes what it can't have in a file name (`_` becomes %5f)
  const quoted = place.replaceAll('_', '%5f').replaceAll(':', '%3a').replaceAll('/', '_')
  return `/var/lib/apt/lists/${quoted}_dists_${suite.replace(/\/+$/, '').replaceAll('_', '%5f').replaceAll('/', '_')}_`
}

/** Debian and Ubuntu: the lists of every enabled security source, held against what is installed. */
export function pendingDebian(evidence: Evidence): Reading<PendingSecurity> {
  const text = sectionText(evidence, 'security-lists')
  if (!text.ok) return text
  const sources = readPackageSources(evidence)
  if (!sources.ok) return sources
  if (sources.value.missing) return { ok: false, ...sources.value.missing }
  const security = sources.value.sources.filter(
    (source) => source.format === 'deb' && source.enabled && source.security,
  )
  if (security.length === 0) {
    return unreadable({
      ja: 'セキュリティ更新の配布元が設定されていないため、未適用の数が分からない',
      en: 'no source of security updates is configured, so it is not known what waits',
    })
  }
  const lines = linesOf(text.value)
  const lists = lines.filter((line) => line.startsWith('@list ')).map((line) => line.slice(6))
  const lost = lines.find((line) => /^@(?:denied|packed|error) /.test(line))
  const exit = lines.find((line) => line.startsWith('@exit '))
  if (lost !== undefined || exit !== '@exit 0') {
    return unreadable({
      ja: `更新情報の一覧を読めなかった${lost === undefined ? '' : `（${lost.replace(/^@\S+ /, '')}）`}`,
      en: `a package list could not be read${lost === undefined ? '' : ` (${lost.replace(/^@\S+ /, '')})`}`,
    })
  }
  for (const { location, suite } of security) {
    if (!lists.some((path) => path.startsWith(listPrefix(location, suite ?? '')))) {
      return unreadable({
        ja: `${location} ${suite} の更新情報が手元にない（apt update が行われていない）`,
        en: `there is no list of ${location} ${suite} on the disk (apt update has not been run)`,
      })
    }
  }
  const uncovered = notCovered(
    evidence,
    security.map(({ suite }) => suite ?? ''),
    lists,
  )
  if (uncovered) return uncovered
  const updates = new Map<string, PendingUpdate>()
  for (const [index, line] of lines.entries()) {
    if (line.startsWith('@') || !line.includes('\t')) continue
    const [name = '', architecture = '', available = '', have = ''] = line.split('\t')
    for (const pair of have.split(' ')) {
      const equals = pair.indexOf('=')
      const installed = pair.slice(equals + 1)
      if (equals < 1 || installed === '' || available === '') continue
      const of = pair.slice(0, equals)
      if ((architecture !== of && architecture !== 'all' && of !== 'all') || compareDebian(available, installed) <= 0)
        continue
      const key = `${name}:${of}`
      const before = updates.get(key)
      if (before && compareDebian(before.available, available) >= 0) continue
      const at = { source: 'security-lists', at: String(index + 1) }
      updates.set(key, { format: 'deb', name, architecture: of, installed, available, evidence: at })
    }
  }
  return {
    ok: true,
    value: {
      updates: [...updates.values()],
      listsUpdated: debianListsUpdated(evidence, lines),
      evidence: [{ source: 'security-lists' }, ...security.map((source) => source.evidence)],
    },
  }
}

/**
 * Why the security lists say nothing about this system, though there are some: they lack the component that most of it
 * comes from, or belong to another release. Only told of Debian and Ubuntu, whose names are known.
 */
function notCovered(
  evidence: Evidence,
  suites: readonly string[],
  lists: readonly string[],
): Reading<never> | undefined {
  const { id, codename } = systemNames(evidence)
  if (id !== 'Debian' && id !== 'Ubuntu') return undefined
  if (!lists.some((path) => /_main_binary-[a-z0-9]+_Packages/.test(path))) {
    return unreadable({
      ja: 'セキュリティ更新の配布元に main がなく、未適用の数が分からない',
      en: 'no source of security updates has the component main, so it is not known what waits',
    })
  }
  if (codename === undefined) return undefined
  const releases = securityReleases(evidence)
  if (!releases.ok) return releases
  const names = [...suites, ...releases.value.map((release) => release.get('Codename') ?? '')]
  const isOurs = (name: string): boolean => name.replace(/[-/].*$/, '') === codename
  if (names.some(isOurs)) return undefined
  // stable-security and its like follow the release, if no Release file tells
  if (releases.value.length === 0 && suites.some((suite) => /^(?:old)*stable|^testing/.test(suite))) return undefined
  return unreadable({
    ja: `セキュリティ更新の配布元が、この OS（${codename}）のものではない`,
    en: `the sources of security updates are not those of this release (${codename})`,
  })
}

/** The oldest publication date of the security lists, or the last successful `apt update` when that is later. */
function debianListsUpdated(evidence: Evidence, lines: readonly string[]): Reading<string> {
  const instants: string[] = []
  let release = ''
  for (const line of lines) {
    if (line.startsWith('@release ')) release = line.slice(9)
    else if (line.startsWith('Date: ') && /security/i.test(release)) {
      const instant = instantOfText(line.slice(6))
      if (instant !== undefined) instants.push(instant)
    }
  }
  const published = instants.sort()[0]
  const stamp = fileTimes(evidence).get('/var/lib/apt/periodic/update-success-stamp')
  const latest = [published, stamp]
    .filter((instant) => instant !== undefined)
    .sort()
    .at(-1)
  return latest === undefined
    ? unreadable({ ja: '更新情報の日付が手元にない', en: 'the lists on the disk carry no date' })
    : { ok: true, value: latest }
}

/** Modification instants of the files that the collector asked for, by path. */
export function fileTimes(evidence: Evidence): ReadonlyMap<string, string> {
  const text = sectionText(evidence, 'file-times')
  const times = new Map<string, string>()
  if (!text.ok) return times
  for (const line of linesOf(text.value)) {
    const match = /^(\d{9,11}) (\/.*)$/.exec(line)
    if (match) times.set(match[2] ?? '', new Date(Number(match[1]) * 1000).toISOString().replace('.000Z', 'Z'))
  }
  return times
}

/**
 * Metadata folders of the repositories that a distribution's security updates come through. Advisories of another
 * repository (EPEL on CentOS Stream) say nothing about the distribution's own packages.
 */
const distributionRepositories = (lines: readonly string[]): readonly string[] =>
  lines
    .filter((line) => line.startsWith('@repository '))
    .map((line) => line.slice(12))
    .filter((path) => {
      const name = path.split('/').at(-2) ?? ''
      return (
        /baseos|appstream|^base(?:-|$)|(?:^|[-_:])updates?(?:[-_:]|$)|^amazonlinux|^ol\d+_|^rhel-/i.test(name) &&
        !/debug|source|epel/i.test(name)
      )
    })

/** RPM systems: packages named by a security advisory in the metadata on the disk. */
export function pendingRpm(evidence: Evidence): Reading<PendingSecurity> {
  const text = sectionText(evidence, 'rpm-advisories')
  if (!text.ok) return text
  const lines = linesOf(text.value)
  if (!lines.some((line) => line.startsWith('@list '))) {
    return unreadable({
      ja: '手元のリポジトリ情報にセキュリティ勧告がなく、未適用の数が分からない',
      en: 'the repository metadata on the disk holds no security advisories, so it is not known what waits',
    })
  }
  const without = distributionRepositories(lines).find(
    (path) => !lines.some((line) => line.startsWith(`@list ${path}/`)),
  )
  if (without !== undefined || distributionRepositories(lines).length === 0) {
    return unreadable({
      ja: `配布物自身のリポジトリ${without === undefined ? '' : `（${without}）`}にセキュリティ勧告がない`,
      en: `the distribution’s own repository${without === undefined ? '' : ` (${without})`} holds no security advisories`,
    })
  }
  const exits = lines.filter((line) => line.startsWith('@exit '))
  const expected = lines.filter((line) => line.startsWith('@list ')).length + 1
  const packed = lines.some((line) => line.startsWith('@packed '))
  if (packed || exits.length !== expected || exits.some((line) => !line.startsWith('@exit 0 '))) {
    return unreadable({
      ja: 'セキュリティ勧告の一部を読めなかった',
      en: 'part of the security advisories could not be read',
    })
  }
  const streams = enabledStreams(evidence)
  const updates = new Map<string, PendingUpdate>()
  for (const [index, line] of lines.entries()) {
    if (line.startsWith('@') || !line.includes('\t')) continue
    const [name = '', architecture = '', available = '', have = '', module = ''] = line.split('\t')
    // an advisory for a module stream that isn't enabled offers nothing to this machine
    if (module !== '' && !streams) {
      return unreadable({
        ja: '有効なモジュールの流れを読めない',
        en: 'the module streams that are enabled could not be read',
      })
    }
    if (module !== '' && !streams?.has(module)) continue
    const newest = have
      .split(' ')
      .filter((version) => version !== '')
      .sort(compareRpm)
      .at(-1)
    if (newest === undefined || compareRpm(available, newest) <= 0) continue
    const key = `${name}.${architecture}`
    const before = updates.get(key)
    if (before && compareRpm(before.available, available) >= 0) continue
    const at = { source: 'rpm-advisories', at: String(index + 1) }
    updates.set(key, { format: 'rpm', name, architecture, installed: newest, available, evidence: at })
  }
  const checked = [...fileTimes(evidence)]
    .filter(([path]) => path.endsWith('/repodata/repomd.xml'))
    .map(([, instant]) => instant)
    .sort()[0]
  return {
    ok: true,
    value: {
      updates: [...updates.values()],
      listsUpdated:
        checked === undefined
          ? unreadable({
              ja: 'リポジトリ情報の日付を読めない',
              en: 'the date of the repository metadata could not be read',
            })
          : { ok: true, value: checked },
      evidence: [{ source: 'rpm-advisories' }],
    },
  }
}

/** Module streams that dnf has enabled, as `name:stream`; undefined when the files could not be read. */
function enabledStreams(evidence: Evidence): ReadonlySet<string> | undefined {
  const files = sectionFiles(evidence, 'package-source-files')
  if (!files.ok) return undefined
  const streams = new Set<string>()
  for (const file of files.value.values()) {
    if (!file.path.endsWith('.module')) continue
    if (file.state === 'absent') continue
    if (file.state !== 'read') return undefined
    const value = (key: string) =>
      file.lines
        .find((line) => line.startsWith(`${key}=`))
        ?.slice(key.length + 1)
        .trim()
    if (value('state') === 'enabled') streams.add(`${value('name')}:${value('stream')}`)
  }
  return streams
}
