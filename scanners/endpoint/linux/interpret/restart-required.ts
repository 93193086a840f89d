import { type Evidence, linesOf, type Reading, sectionText, unreadable } from '../../../../src/core/evidence.ts'
import type { EvidenceRef } from '../../../../src/core/fact.ts'
import { compareDebian, compareRpm } from '../../../../src/core/versions/index.ts'
import { readPackages } from './package-readers.ts'

export interface RestartRequired {
  readonly required: boolean
  readonly evidence: readonly EvidenceRef[]
}

/** Packages whose update only takes effect after a restart: the list of dnf's needs-restarting(1). */
const restartPackages = new Set([
  'kernel',
  'kernel-core',
  'kernel-rt',
  'glibc',
  'linux-firmware',
  'systemd',
  'dbus',
  'dbus-broker',
  'dbus-daemon',
  'microcode_ctl',
  'udev',
  'openssl-libs',
  'gnutls',
  'zlib',
])

/** A restart waits when a flag file says so, a newer kernel of the same flavour lies ready, or core packages are newer than the boot. */
export function readRestartRequired(evidence: Evidence): Reading<RestartRequired> {
  const text = sectionText(evidence, 'kernel')
  if (!text.ok) return text
  const lines = linesOf(text.value).map((line) => line.split('\t'))
  const values = (kind: string) => lines.filter(([name]) => name === kind).map(([, value]) => value ?? '')
  const flag = values('flag')[0]
  if (flag !== undefined) return { ok: true, value: { required: true, evidence: [{ source: flag }] } }
  const running = values('osrelease')[0] ?? ''
  const packages = readPackages(evidence)
  if (!packages.ok) return packages
  if (packages.value.missing) return { ok: false, ...packages.value.missing }
  const rpm = packages.value.databases.has('rpm') && !packages.value.databases.has('dpkg')
  if (rpm) {
    const boot = Number(values('btime')[0])
    if (!Number.isInteger(boot) || boot <= 0)
      return unreadable({ ja: '起動した時刻を読めない', en: 'the time of the last start could not be read' })
    const newer = packages.value.packages.find(
      (detail) => restartPackages.has(detail.name) && (detail.installed ?? 0) > boot,
    )
    if (newer) return { ok: true, value: { required: true, evidence: [{ source: 'rpm', at: String(newer.line) }] } }
    if (packages.value.packages.some((detail) => restartPackages.has(detail.name) && detail.installed === undefined)) {
      return unreadable({ ja: '導入日時のないパッケージがある', en: 'a package has no installation time' })
    }
  }
  // Debian's own text names the package version: `Debian 6.1.140-1 (2025-05-22)`
  const build = /\bDebian (\S+)/.exec(values('version')[0] ?? '')?.[1]
  const own = packages.value.packages.find((detail) => detail.name === `linux-image-${running}`)
  if (build !== undefined && own && compareDebian(own.version, build) > 0) {
    return {
      ok: true,
      value: {
        required: true,
        evidence: [
          { source: 'dpkg', at: String(own.line) },
          { source: 'kernel', at: 'version' },
        ],
      },
    }
  }
  if (values('denied').length > 0) return unreadable({ ja: '/boot を一覧できない', en: '/boot could not be listed' })
  const images = values('image').map(
    (path) => /\/vmlinuz-([^/]+)$/.exec(path)?.[1] ?? /\/modules\/([^/]+)\/vmlinuz$/.exec(path)?.[1] ?? '',
  )
  if (running === '' || !images.includes(running)) {
    return unreadable({
      ja: '動作中のカーネルが導入済みの物と対応せず、新旧を比べられない',
      en: 'the running kernel is none of those installed, so they could not be compared',
    })
  }
  const flavour = (release: string) => release.replace(/[\d.~+-]+/, '').replace(/\d+/g, '')
  const compare = rpm ? compareRpm : compareDebian
  const newer = images.find(
    (image) => image !== running && flavour(image) === flavour(running) && compare(image, running) > 0,
  )
  return {
    ok: true,
    value: {
      required: newer !== undefined,
      evidence: [{ source: 'kernel', at: newer === undefined ? 'osrelease' : `image ${newer}` }],
    },
  }
}
