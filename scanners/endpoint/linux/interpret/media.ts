import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import { linesOf, sectionFiles, sectionText } from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Fact } from '../../../../src/core/fact.ts'
import type { LocalText } from '../../../../src/core/text.ts'
import { inapplicable, known, type Part, unread } from './contribution.ts'
import { type DesktopKey, desktopKey } from './dconf.ts'
import { containerProof } from './kernel.ts'
import { dconfCompiled } from './session-lock.ts'
import { fileReading, presentMarks } from './system-text.ts'
import { type UsbStorage, usbStorage } from './usb-storage.ts'
import { hasDesktop, serviceViews, virtualisation } from './views.ts'

export const observesMedia = {
  settings: [
    'removable-media.autorun-enabled',
    'removable-media.automount-enabled',
    'removable-media.storage-access',
    'removable-media.permitted-users',
  ],
  rows: [],
} as const

const hostsMedia: LocalText = {
  ja: 'コンテナに媒体を差し込む口はなく、ホストの側で調べる',
  en: 'media are plugged into the host of a container and are read there',
}

/** What happens to media that are plugged in. */
export const interpretMedia: Part = (evidence) => {
  const place = virtualisation(evidence)
  if (place.ok && place.value === 'container') {
    return { facts: observesMedia.settings.map((setting) => inapplicable(setting, hostsMedia, containerProof)) }
  }
  const storage = usbStorage(evidence)
  return {
    facts: [
      autorun(evidence),
      automount(evidence),
      storage.ok
        ? known('removable-media.storage-access', storage.value.access, storage.value.evidence, 'running')
        : unread('removable-media.storage-access', storage, [{ source: 'kernel-modules' }]),
      permittedUsers(evidence, storage),
    ],
  }
}

const desktopRefs: readonly EvidenceRef[] = [{ source: 'desktop' }]

function autorun(evidence: Evidence): Fact {
  const setting = 'removable-media.autorun-enabled'
  const desktop = hasDesktop(evidence)
  if (!desktop.ok) return unread(setting, desktop, desktopRefs)
  if (!desktop.value) {
    return inapplicable(
      setting,
      {
        ja: 'デスクトップがなく、媒体のプログラムを始める物がない',
        en: 'there is no desktop that would start programs on media',
      },
      desktopRefs,
    )
  }
  // GNOME's own default is `autorun-never false`: it offers to start the program
  return desktopFact(evidence, setting, 'autorun-never', 'true')
}

function automount(evidence: Evidence): Fact {
  const setting = 'removable-media.automount-enabled'
  const desktop = hasDesktop(evidence)
  if (!desktop.ok) return unread(setting, desktop, desktopRefs)
  const rules = udevMounts(evidence)
  if (!rules.ok) return unread(setting, rules, [{ source: '/etc/udev/rules.d' }])
  if (rules.value) return known(setting, true, [rules.value])
  const marks = presentMarks(evidence)
  if (!marks.ok) return unread(setting, marks, [{ source: 'marks' }])
  if (marks.value.has('/usr/sbin/automount')) {
    const services = serviceViews(evidence)
    if (!services.ok) return unread(setting, services, [{ source: 'services' }])
    const autofs = services.value.get('autofs')
    const refs = [{ source: 'services', at: 'autofs' }]
    if (autofs?.running || autofs?.automatic) return known(setting, true, refs, 'running')
    if (!autofs || autofs.running === undefined || autofs.automatic === undefined) {
      return unread(
        setting,
        { why: { ja: 'autofs の状態を読めなかった', en: 'the state of autofs could not be read' } },
        refs,
      )
    }
  }
  if (marks.value.has('/usr/bin/udiskie')) {
    return unread(setting, {
      why: { ja: 'udiskie の設定は利用者ごとで読まない', en: 'udiskie is set by each user and not read' },
    })
  }
  if (desktop.value) return desktopFact(evidence, setting, 'automount', 'false')
  return known(setting, false, [...desktopRefs, { source: 'marks' }], 'platform-default')
}

// Where each desktop keeps its settings of media, by the beginning of its session's name.
const schemas: readonly (readonly [RegExp, string])[] = [
  [/^(?:gnome|ubuntu|budgie|unity|pop)/, 'org/gnome/desktop/media-handling'],
  [/^cinnamon/, 'org/cinnamon/desktop/media-handling'],
  [/^mate/, 'org/mate/media-handling'],
]

/** A fact that holds when every installed desktop has the key at its strict value and locked. */
function desktopFact(evidence: Evidence, setting: string, key: string, strict: string): Fact {
  const paths = desktopPaths(evidence)
  const refs: EvidenceRef[] = []
  let failure: { why: LocalText; needs?: LocalText } | undefined = paths.ok ? undefined : paths
  const compiled = dconfCompiled(evidence)
  for (const path of paths.ok ? paths.value : []) {
    const found = compiled.ok ? desktopKey(evidence, path, key) : compiled
    if (!found.ok) {
      failure ??= found
      continue
    }
    if (found.value.value !== strict) {
      return known(
        setting,
        true,
        found.value.evidence,
        found.value.value === undefined ? 'platform-default' : 'configured',
      )
    }
    refs.push(...found.value.evidence)
    if (!found.value.locked) failure ??= { why: changeable(found.value) }
  }
  return failure ? unread(setting, failure, refs) : known(setting, false, refs)
}

const changeable = (key: DesktopKey): LocalText => {
  const where = key.evidence[0]?.source ?? ''
  return {
    ja: `${where} は既定値だけで固定されておらず、利用者ごとの設定は読まない`,
    en: `${where} only sets the default without a lock, and each user's own setting is not read`,
  }
}

function desktopPaths(evidence: Evidence): Reading<readonly string[]> {
  const text = sectionText(evidence, 'desktop')
  if (!text.ok) return text
  const paths = new Set<string>()
  const sessions = linesOf(text.value).flatMap((line) => /^session .*\/([^/]+)\.desktop$/.exec(line)?.[1] ?? [])
  for (const session of sessions) {
    const path = schemas.find(([name]) => name.test(session))?.[1]
    if (path === undefined) {
      return {
        ok: false,
        why: { ja: `${session} の媒体の設定は解さない`, en: `the settings of ${session} for media are not understood` },
      }
    }
    paths.add(path)
  }
  if (paths.size > 0) return { ok: true, value: [...paths].sort() }
  return { ok: false, why: { ja: 'デスクトップの種類が分からない', en: 'which desktop is installed is unknown' } }
}

function udevMounts(evidence: Evidence): Reading<EvidenceRef | undefined> {
  const files = sectionFiles(evidence, 'system-files')
  if (!files.ok) return files
  for (const [path, file] of files.value) {
    if (!path.startsWith('/etc/udev/rules.d/') || file.state === 'absent') continue
    const lines = fileReading(file, path)
    if (!lines.ok) return lines
    const at = lines.value.findIndex(
      (line) => !/^\s*#/.test(line) && /RUN.*\b(?:systemd-mount|mount|pmount|usbmount)\b/.test(line),
    )
    if (at >= 0) return { ok: true, value: { source: path, at: `${at + 1}` } }
  }
  return { ok: true, value: undefined }
}

function permittedUsers(evidence: Evidence, storage: Reading<UsbStorage>): Fact {
  const setting = 'removable-media.permitted-users'
  if (!storage.ok) return unread(setting, storage, [{ source: 'kernel-modules' }])
  if (storage.value.access === 'blocked')
    return known(setting, [], [{ source: 'removable-media.storage-access' }], 'running')
  const marks = presentMarks(evidence)
  if (!marks.ok) return unread(setting, marks, [{ source: 'marks' }])
  const helpers = [
    '/usr/share/polkit-1/actions/org.freedesktop.UDisks2.policy',
    '/usr/bin/pmount',
    '/usr/bin/udevil',
    '/usr/sbin/automount',
  ].filter((path) => marks.value.has(path))
  if (helpers.length > 0) {
    return unread(
      setting,
      {
        why: {
          ja: '媒体を使える人は polkit などの規則で決まり、規則は解さない',
          en: 'rules such as those of polkit decide who may use media, and they are not understood',
        },
      },
      helpers.map((source) => ({ source })),
    )
  }
  const files = sectionFiles(evidence, 'system-files')
  if (!files.ok) return unread(setting, files)
  const table = files.value.get('/etc/fstab')
  if (table?.state !== 'absent') {
    const lines = fileReading(table, '/etc/fstab')
    if (!lines.ok) return unread(setting, lines, [{ source: '/etc/fstab' }])
    const at = lines.value.findIndex((line) =>
      /^(?:user|users|owner|group)$/m.test(
        (line.replace(/#.*/, '').trim().split(/\s+/)[3] ?? '').replaceAll(',', '\n'),
      ),
    )
    if (at >= 0) {
      return unread(setting, { why: { ja: 'fstab が一般利用者に接続を許す', en: 'fstab lets ordinary users mount' } }, [
        { source: '/etc/fstab', at: `${at + 1}` },
      ])
    }
  }
  // mount(2) needs CAP_SYS_ADMIN, and nothing here gives it to others
  return known(setting, ['root'], [{ source: 'marks' }, { source: '/etc/fstab' }], 'platform-default')
}
