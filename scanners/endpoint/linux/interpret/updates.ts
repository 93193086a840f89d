import { type Evidence, linesOf, type Reading, sectionText, unreadable } from '../../../../src/core/evidence.ts'
import type { Fact, Row } from '../../../../src/core/fact.ts'
import type { Gap } from '../../../../src/core/snapshot.ts'
import { type AutomaticUpdates, readAutomaticUpdates } from './automatic-updates.ts'
import { absent, inapplicable, known, type Part, unread } from './contribution.ts'
import { readPackages } from './package-readers.ts'
import { type PackageSource, readPackageSources } from './package-source-readers.ts'
import { fileTimes, pendingDebian, pendingRpm, type PendingSecurity } from './pending-updates.ts'
import { readRestartRequired } from './restart-required.ts'
import { instantOf, type Missing, tableOf } from './tables.ts'
import { virtualisation } from './views.ts'

export const observesUpdates = {
  settings: [
    'update.automatic',
    'update.last-automatic',
    'update.pending-security',
    'update.lists-updated',
    'update.last-installed',
    'update.restart-required',
    'update.signature-verification',
  ],
  rows: ['patch', 'package-source'],
} as const

/** Updates: how they come, what waits, and whether their sources are verified. */
export const interpretUpdates: Part = (evidence) => {
  const automatic = readAutomaticUpdates(evidence)
  const pending = readPending(evidence)
  const sources = readPackageSources(evidence)
  const facts: readonly Fact[] = [
    automatic.ok
      ? known('update.automatic', automatic.value.automatic, automatic.value.evidence)
      : unread('update.automatic', automatic),
    lastAutomatic(automatic),
    pending.ok
      ? known('update.pending-security', pending.value.updates.length, pending.value.evidence, 'running')
      : unread('update.pending-security', pending, [{ source: 'security-lists' }]),
    listsUpdated(pending),
    lastInstalled(evidence),
    restartRequired(evidence),
    signatureVerification(sources),
  ]
  const gaps: readonly Gap[] =
    pending.ok && !pending.value.listsUpdated.ok
      ? [
          {
            what: ['update.pending-security'],
            why: {
              ja: '未適用の数は手元の更新情報によるが、その日付が分からない',
              en: 'pending updates were counted from lists on the disk whose age is not known',
            },
          },
        ]
      : []
  return { facts, tables: [patchTable(evidence, pending), sourceTable(sources)], gaps }
}

/** Security updates of every package database here; one that can't be read leaves the number open. */
function readPending(evidence: Evidence): Reading<PendingSecurity> {
  const packages = readPackages(evidence)
  if (!packages.ok) return packages
  const { databases } = packages.value
  const readings: Reading<PendingSecurity>[] = []
  if (databases.has('dpkg')) readings.push(pendingDebian(evidence))
  if (databases.has('rpm')) readings.push(pendingRpm(evidence))
  const other = [...databases].find((database) => !['dpkg', 'rpm', 'snap', 'flatpak'].includes(database))
  if (other !== undefined || readings.length === 0) {
    return unreadable({
      ja: `${other ?? 'この機器'} の更新情報にはセキュリティ更新の区別がない`,
      en: `the lists of ${other ?? 'this machine'} don’t say which updates are for security`,
    })
  }
  const failed = readings.find((reading) => !reading.ok)
  if (failed) return failed
  const all = readings.flatMap((reading) => (reading.ok ? [reading.value] : []))
  const dates = all.map((value) => value.listsUpdated)
  const undated = dates.find((date) => !date.ok)
  const oldest = dates.flatMap((date) => (date.ok ? [date.value] : [])).sort()[0]
  return {
    ok: true,
    value: {
      updates: all.flatMap((value) => value.updates),
      evidence: all.flatMap((value) => value.evidence),
      listsUpdated:
        undated ??
        (oldest === undefined ? unreadable({ ja: '日付がない', en: 'there is no date' }) : { ok: true, value: oldest }),
    },
  }
}

/** When updates last installed by themselves; absent where they don't, or never have. */
function lastAutomatic(automatic: Reading<AutomaticUpdates>): Fact {
  const setting = 'update.last-automatic'
  if (!automatic.ok) return unread(setting, automatic)
  const { lastSuccess, evidence: where } = automatic.value
  if (!lastSuccess.ok) return unread(setting, lastSuccess, where)
  return lastSuccess.value === undefined
    ? absent(setting, where)
    : known(setting, lastSuccess.value, [...where, { source: 'file-times' }], 'running')
}

function listsUpdated(pending: Reading<PendingSecurity>): Fact {
  const date = pending.ok ? pending.value.listsUpdated : pending
  if (!date.ok) return unread('update.lists-updated', date)
  return known('update.lists-updated', date.value, pending.ok ? pending.value.evidence : [], 'running')
}

/** The newest installation or change of a package. */
function lastInstalled(evidence: Evidence): Fact {
  const setting = 'update.last-installed'
  const packages = readPackages(evidence)
  if (!packages.ok) return unread(setting, packages)
  if (packages.value.missing) return unread(setting, packages.value.missing)
  const newest = Math.max(0, ...packages.value.packages.map((detail) => detail.installed ?? 0))
  const database = fileTimes(evidence).get('/lib/apk/db/installed')
  const instant = instantOf(newest) ?? (packages.value.databases.has('apk') ? database : undefined)
  return instant === undefined
    ? unread(setting, { why: { ja: '導入日時が記録されていない', en: 'no installation time is recorded' } })
    : known(setting, instant, [{ source: [...packages.value.databases].join(' ') }], 'running')
}

function restartRequired(evidence: Evidence): Fact {
  const setting = 'update.restart-required'
  const kind = virtualisation(evidence)
  if (kind.ok && kind.value === 'container') {
    return inapplicable(
      setting,
      { ja: 'コンテナのカーネルはホストの物', en: 'the kernel of a container is its host’s' },
      [{ source: 'virtualisation' }],
    )
  }
  const reading = readRestartRequired(evidence)
  return reading.ok
    ? known(setting, reading.value.required, reading.value.evidence, 'running')
    : unread(setting, reading, [{ source: 'kernel' }])
}

type Sources = ReturnType<typeof readPackageSources>

/** False when any enabled source goes unverified; true only when each is known to be verified. */
function signatureVerification(sources: Sources): Fact {
  const setting = 'update.signature-verification'
  if (!sources.ok) return unread(setting, sources)
  const enabled = sources.value.sources.filter((source) => source.enabled)
  const open = enabled.filter((source) => source.verified === false)
  if (open.length > 0)
    return known(
      setting,
      false,
      open.map((source) => source.evidence),
    )
  if (sources.value.missing) return unread(setting, sources.value.missing)
  if (enabled.length === 0)
    return unread(setting, { why: { ja: '有効な配布元がない', en: 'no package source is enabled' } })
  if (enabled.some((source) => source.verified === undefined)) {
    return unread(setting, {
      why: { ja: '署名を確かめる既定の設定を読めない', en: 'the default for verifying signatures could not be read' },
    })
  }
  return known(
    setting,
    true,
    enabled.map((source) => source.evidence),
  )
}

function sourceTable(sources: Sources) {
  const where = [{ source: 'package-source-files' }]
  if (!sources.ok) return tableOf('package-source', [], where, sources)
  const row = (source: PackageSource): Row => ({
    key: `${source.format}:${source.name}`,
    name: source.name,
    fields: {
      name: source.name,
      location: source.location,
      enabled: source.enabled,
      'signature-verified': source.verified ?? {
        unreadable: { ja: '既定の設定を読めない', en: 'the default could not be read' },
      },
      security: source.security ?? {
        inapplicable: {
          ja: 'セキュリティ更新だけの配布元を分けない形式',
          en: 'this format keeps no separate source for security updates',
        },
      },
      source: source.evidence.source,
    },
    evidence: [source.evidence],
  })
  return tableOf('package-source', sources.value.sources.map(row), where, sources.value.missing)
}

/** Waiting security updates; with a simulated upgrade also every other update. */
function patchTable(evidence: Evidence, pending: Reading<PendingSecurity>) {
  const rows = new Map<string, Row>()
  const unrecorded = { unreadable: { ja: '更新情報の一覧には記録がない', en: 'the lists do not record it' } }
  const add = (
    key: string,
    name: string,
    installed: string,
    available: string,
    security: boolean,
    origin: string | undefined,
    at: Row['evidence'],
  ) =>
    rows.set(key, {
      key,
      name,
      fields: { name, installed, available, security, origin: origin ?? unrecorded, released: unrecorded },
      ...(at && { evidence: at }),
    })
  const simulation = sectionText(evidence, 'apt-simulation')
  let missing: Missing | undefined = pending.ok ? undefined : pending
  if (simulation.ok) {
    for (const [index, line] of linesOf(simulation.value).entries()) {
      // `Inst apt [2.6.1] (2.6.2 Debian-Security:12/oldstable-security [amd64])`
      const match = /^Inst (\S+) \[([^\]]+)\] \((\S+) (.*?)(?: \[(\S+)\])?\)/.exec(line)
      if (!match) continue
      const [, name = '', installed = '', available = '', origin = '', architecture = ''] = match
      add(`deb:${name}:${architecture}`, name, installed, available, /security/i.test(origin), origin, [
        { source: 'apt-simulation', at: String(index + 1) },
      ])
    }
  } else if (
    !('skipped' in simulation && simulation.skipped === 'not-asked') &&
    evidence.sections.has('apt-simulation')
  )
    missing ??= simulation
  if (pending.ok) {
    for (const update of pending.value.updates) {
      const key = `${update.format}:${update.name}:${update.architecture}`
      add(key, update.name, update.installed, update.available, true, undefined, [update.evidence])
    }
  }
  return tableOf('patch', [...rows.values()], [{ source: 'security-lists' }, { source: 'rpm-advisories' }], missing)
}
