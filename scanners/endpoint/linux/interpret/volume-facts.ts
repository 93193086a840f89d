import { type Evidence, needsRoot, type Reading } from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Fact, Field, Row, Table } from '../../../../src/core/fact.ts'
import type { LocalText } from '../../../../src/core/text.ts'
import { absent, inapplicable, known, type Part, unread } from './contribution.ts'
import { encryptedField, isMediaPoint, readVolumes, type Volume } from './volumes.ts'
import { collectedAsRoot, virtualisation } from './views.ts'

export const observesVolumes = {
  settings: ['crypto.disk-encryption', 'crypto.disk-ciphers', 'crypto.removable-encryption'],
  rows: ['volume'],
} as const

const hostsDisks: LocalText = {
  ja: 'コンテナのディスクはホストの物で、ホストの側で調べる',
  en: "a container's disks belong to its host and are read there",
}
const proof: readonly EvidenceRef[] = [{ source: 'system-links', at: '/proc/self/ns' }]

/** Volumes, and what follows from them for disk encryption. */
export const interpretVolumes: Part = (evidence) => {
  const place = virtualisation(evidence)
  if (place.ok && place.value === 'container') {
    return {
      facts: observesVolumes.settings.map((setting) => inapplicable(setting, hostsDisks, proof)),
      tables: [{ type: 'volume', rows: [], complete: true, inapplicable: hostsDisks, evidence: proof }],
    }
  }
  const volumes = readVolumes(evidence)
  if (!volumes.ok) {
    return {
      facts: observesVolumes.settings.map((setting) => unread(setting, volumes)),
      tables: [{ type: 'volume', rows: [], complete: false, ...reasons(volumes), evidence: [] }],
    }
  }
  return {
    facts: [
      diskEncryption(evidence, volumes.value),
      diskCiphers(evidence, volumes.value),
      removableEncryption(volumes.value),
    ],
    tables: [table(volumes.value)],
  }
}

const reasons = (failed: Extract<Reading<unknown>, { ok: false }>): Pick<Table, 'why' | 'needs'> => ({
  why: failed.why,
  ...(failed.needs && { needs: failed.needs }),
})

function table(volumes: readonly Volume[]): Table {
  const rows = volumes.map((volume): Row => {
    const cipher = volume.protection === 'memory' || !volume.protection.ok ? undefined : volume.protection.value
    return {
      key: volume.key,
      name: volume.key,
      fields: {
        mount: volume.swap ? null : volume.key,
        device: volume.device,
        filesystem: volume.filesystem,
        options: volume.options,
        data: volume.data,
        swap: volume.swap,
        removable: volume.removable.ok ? volume.removable.value : { unreadable: volume.removable.why },
        network: volume.network,
        encrypted: encryptedField(volume),
        cipher: cipherField(volume, cipher?.ciphers ?? [], cipher?.cipherUnread ?? false),
        temporary: volume.temporary,
        'executables-blocked': volume.executablesBlocked ?? {
          inapplicable: { ja: 'スワップにファイルはない', en: 'swap holds no files' },
        },
      },
      evidence: volume.evidence,
    }
  })
  return {
    type: 'volume',
    rows,
    complete: true,
    evidence: [{ source: '/proc/self/mountinfo' }, { source: '/proc/swaps' }],
  }
}

function cipherField(volume: Volume, ciphers: readonly string[], unreadCipher: boolean): Field {
  if (volume.protection === 'memory') return { inapplicable: { ja: '主記憶の上にある', en: 'lies in memory' } }
  if (!volume.protection.ok) return { unreadable: volume.protection.why }
  if (unreadCipher) return { unreadable: { ja: '暗号の種類は読めなかった', en: 'the cipher could not be read' } }
  return ciphers.length === 0 ? null : ciphers.join(' + ')
}

/** Volumes that disk encryption is about: data and swap, without media that only come and go. */
const fixed = (volume: Volume): boolean =>
  (volume.data || (volume.swap && volume.protection !== 'memory')) &&
  !(volume.removable.ok && volume.removable.value && isMediaPoint(volume.key))

const refsOf = (volumes: readonly Volume[]): readonly EvidenceRef[] => volumes.flatMap((volume) => volume.evidence)

function diskEncryption(evidence: Evidence, volumes: readonly Volume[]): Fact {
  const setting = 'crypto.disk-encryption'
  const derivedFrom = ['volume']
  const concerned = volumes.filter(fixed)
  if (concerned.length === 0) {
    // a machine that starts from the network, or lives in memory
    return {
      ...inapplicable(
        setting,
        {
          ja: 'この機器のディスクにデータもスワップもない',
          en: 'neither data nor swap lies on a disk of this machine',
        },
        [{ source: '/proc/self/mountinfo' }, { source: '/proc/swaps' }],
      ),
      derivedFrom,
    }
  }
  const answers = concerned.map((volume) => volume.protection)
  const bare = concerned.filter(
    ({ protection }) => protection !== 'memory' && protection.ok && !protection.value.encrypted,
  )
  if (bare.length > 0) return { ...known(setting, false, refsOf(bare), 'running'), derivedFrom }
  for (const answer of answers) {
    if (answer !== 'memory' && !answer.ok)
      return { ...unread(setting, withRoot(evidence, answer), refsOf(concerned)), derivedFrom }
  }
  return { ...known(setting, true, refsOf(concerned), 'running'), derivedFrom }
}

const withRoot = <T extends { why: LocalText; needs?: LocalText }>(evidence: Evidence, failed: T): T =>
  failed.needs || collectedAsRoot(evidence) ? failed : { ...failed, needs: needsRoot }

function diskCiphers(evidence: Evidence, volumes: readonly Volume[]): Fact {
  const setting = 'crypto.disk-ciphers'
  const ciphers = new Set<string>()
  const concerned = volumes.filter((volume) => !volume.network)
  for (const { protection } of concerned) {
    if (protection === 'memory') continue
    if (!protection.ok)
      return { ...unread(setting, withRoot(evidence, protection), refsOf(concerned)), derivedFrom: ['volume'] }
    if (protection.value.cipherUnread) {
      const why = { ja: '暗号の種類は読めなかった', en: 'the cipher could not be read' }
      return { ...unread(setting, withRoot(evidence, { why }), [{ source: 'disk-ciphers' }]), derivedFrom: ['volume'] }
    }
    for (const cipher of protection.value.ciphers) ciphers.add(cipher)
  }
  const fact =
    ciphers.size === 0
      ? absent(setting, refsOf(concerned))
      : known(setting, [...ciphers].sort(), [{ source: 'disk-ciphers' }], 'running')
  return { ...fact, derivedFrom: ['volume'] }
}

function removableEncryption(volumes: readonly Volume[]): Fact {
  const setting = 'crypto.removable-encryption'
  const derivedFrom = ['volume']
  const refs = [{ source: '/proc/self/mountinfo' }]
  const candidates = volumes.filter((volume) => !volume.network && !volume.swap && volume.protection !== 'memory')
  const media = candidates.filter((volume) => volume.removable.ok && volume.removable.value)
  for (const { protection } of media) {
    if (protection !== 'memory' && protection.ok && !protection.value.encrypted) {
      return { ...known(setting, false, refsOf(media), 'running'), derivedFrom }
    }
  }
  for (const { protection, removable } of candidates) {
    if (!removable.ok) return { ...unread(setting, removable, refs), derivedFrom }
    if (removable.value && protection !== 'memory' && !protection.ok)
      return { ...unread(setting, protection, refs), derivedFrom }
  }
  if (media.length === 0) {
    return {
      ...inapplicable(setting, { ja: '外部媒体は接続されていない', en: 'no removable medium is mounted' }, refs),
      derivedFrom,
    }
  }
  return { ...known(setting, true, refsOf(media), 'running'), derivedFrom }
}
