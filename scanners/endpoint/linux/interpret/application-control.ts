import {
  type CollectedFile,
  type Evidence,
  type Reading,
  sectionFiles,
  unreadable,
} from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Fact } from '../../../../src/core/fact.ts'
import { absent, fromReading, inapplicable, known, type Part, unread } from './contribution.ts'
import { readFapolicyd } from './fapolicyd.ts'
import { packageVersions, serviceViews, virtualisation } from './views.ts'

export const observesApplicationControl = {
  settings: [
    'mode',
    'engine',
    'allow-list',
    'integrity',
    'trusted-files',
    'confinement',
    'confinement-engine',
    'installation-restricted',
  ].map((id) => `application-control.${id}`),
  rows: [],
} as const

type Mode = 'off' | 'audit' | 'enforced'

/** What may run: fapolicyd; what programs may touch: SELinux and AppArmor. */
export const interpretApplicationControl: Part = (evidence) => ({
  facts: [...controlFacts(evidence), ...confinementFacts(evidence), installation(evidence)],
})

const id = (name: string): string => `application-control.${name}`

function controlFacts(evidence: Evidence): readonly Fact[] {
  const control = readFapolicyd(evidence)
  if (!control.ok)
    return ['mode', 'engine', 'allow-list', 'integrity', 'trusted-files'].map((name) => unread(id(name), control))
  const { mode, installed, allowList, integrity, trustedFiles, evidence: where } = control.value
  const trusted = trustedFiles.ok ? trustedFiles.value : undefined
  return [
    known(id('mode'), mode, where, 'running'),
    known(id('engine'), installed ? 'fapolicyd' : 'none', where),
    fromReading(id('allow-list'), allowList, where),
    fromReading(id('integrity'), integrity, where),
    !trustedFiles.ok
      ? unread(id('trusted-files'), trustedFiles, where)
      : trusted
        ? known(id('trusted-files'), trusted, [{ source: '/etc/fapolicyd/fapolicyd.trust' }])
        : absent(id('trusted-files'), where),
  ]
}

function confinementFacts(evidence: Evidence): readonly Fact[] {
  const machine = virtualisation(evidence)
  if (machine.ok && machine.value === 'container') {
    const why = {
      ja: '強制アクセス制御はホストのカーネルの物',
      en: 'mandatory access control belongs to the host’s kernel',
    }
    return ['confinement', 'confinement-engine'].map((name) =>
      inapplicable(id(name), why, [{ source: 'virtualisation' }]),
    )
  }
  const confinement = readConfinement(evidence)
  if (!confinement.ok) return ['confinement', 'confinement-engine'].map((name) => unread(id(name), confinement))
  const { mode, engine, evidence: where } = confinement.value
  return [known(id('confinement'), mode, where, 'running'), known(id('confinement-engine'), engine, where)]
}

interface Confinement {
  readonly mode: Mode
  readonly engine: string
  readonly evidence: readonly EvidenceRef[]
}

/** SELinux by the kernel's own word; AppArmor by its loaded profiles, which only root may list. */
function readConfinement(evidence: Evidence): Reading<Confinement> {
  const files = sectionFiles(evidence, 'protection-files')
  if (!files.ok) return files
  const selinux = files.value.get('/sys/fs/selinux/enforce')
  const apparmor = files.value.get('/sys/module/apparmor/parameters/enabled')
  const profiles = files.value.get('/sys/kernel/security/apparmor/profiles')
  if (!selinux || !apparmor || !profiles)
    return unreadable({
      ja: 'SELinux・AppArmor の状態が証跡にない',
      en: 'the evidence lacks the state of SELinux and AppArmor',
    })
  if (selinux.state !== 'absent') {
    const enforce = text(files.value, '/sys/fs/selinux/enforce')
    if (!enforce.ok) return enforce
    const value = enforce.value.trim()
    if (value !== '0' && value !== '1')
      return unreadable({ ja: 'SELinux の状態を解釈できない', en: 'the state of SELinux was not understood' })
    return {
      ok: true,
      value: {
        mode: value === '1' ? 'enforced' : 'audit',
        engine: 'selinux',
        evidence: [{ source: '/sys/fs/selinux/enforce' }],
      },
    }
  }
  const enabled = apparmor.state === 'absent' ? { ok: true as const, value: 'N' } : text(files.value, apparmor.path)
  if (!enabled.ok) return enabled
  if (enabled.value.trim() !== 'Y') {
    return {
      ok: true,
      value: {
        mode: 'off',
        engine: 'none',
        evidence: [{ source: '/sys/fs/selinux/enforce' }, { source: apparmor.path }],
      },
    }
  }
  if (profiles.state === 'absent')
    return unreadable({ ja: 'AppArmor のプロファイル一覧がない', en: 'the list of AppArmor profiles is missing' })
  const list = text(files.value, profiles.path)
  if (!list.ok) return list
  const lines = list.value.split('\n').filter((line) => line !== '')
  const mode: Mode = lines.some((line) => line.endsWith('(enforce)') || line.endsWith('(kill)'))
    ? 'enforced'
    : lines.some((line) => line.endsWith('(complain)'))
      ? 'audit'
      : 'off'
  return { ok: true, value: { mode, engine: 'apparmor', evidence: [{ source: profiles.path }] } }
}

function text(files: ReadonlyMap<string, CollectedFile>, path: string): Reading<string> {
  const file = files.get(path)
  if (file?.state === 'read') return { ok: true, value: file.lines.join('\n') }
  return file?.state === 'denied'
    ? unreadable(
        { ja: `${path} は一般利用者の権限では読めない`, en: `${path} is not readable by an ordinary user` },
        { ja: '管理者権限', en: 'administrator rights' },
      )
    : unreadable({ ja: `${path} を読めない`, en: `${path} could not be read` })
}

/**
 * Packages need root. PackageKit and snapd hand the right on through polkit, whose rules decide; flatpak lets every
 * user install for themselves.
 */
function installation(evidence: Evidence): Fact {
  const setting = 'application-control.installation-restricted'
  const packages = packageVersions(evidence)
  if (!packages.ok) return unread(setting, packages)
  const services = serviceViews(evidence)
  if (packages.value.has('flatpak'))
    return known(setting, false, [{ source: 'packages', at: 'flatpak' }], 'platform-default')
  const delegate = ['packagekit', 'PackageKit', 'snapd', 'gnome-software', 'discover', 'plasma-discover'].find((name) =>
    packages.value.has(name),
  )
  if (delegate !== undefined) {
    return unread(
      setting,
      {
        why: {
          ja: `${delegate} があり、導入の可否は polkit の規則による`,
          en: `${delegate} is installed, so the rules of polkit decide who may install`,
        },
      },
      [{ source: 'packages', at: delegate }],
    )
  }
  if (!services.ok) return unread(setting, services)
  return known(setting, true, [{ source: 'packages' }], 'platform-default')
}
