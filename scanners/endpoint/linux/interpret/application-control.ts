import {
  type CollectedFile,
  type Evidence,
  type Reading,
  sectionFiles,
  unreadable,
} from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Fact } from '../../../../src/core/fact.ts'
import { inapplicable, known, type Part, unread } from './contribution.ts'
import { packageVersions, processNames, serviceViews, virtualisation } from './views.ts'

export const observesApplicationControl = {
  settings: ['mode', 'engine', 'allow-list', 'confinement', 'confinement-engine', 'installation-restricted'].map(
    (id) => `application-control.${id}`,
  ),
  rows: [],
} as const

type Mode = 'off' | 'audit' | 'enforced'

interface Control {
  readonly mode: Mode
  readonly engine: string
  readonly allowList: Reading<boolean>
  readonly evidence: readonly EvidenceRef[]
}

/** What may run: fapolicyd; what programs may touch: SELinux and AppArmor. */
export const interpretApplicationControl: Part = (evidence) => ({
  facts: [...controlFacts(evidence), ...confinementFacts(evidence), installation(evidence)],
})

const id = (name: string): string => `application-control.${name}`

function controlFacts(evidence: Evidence): readonly Fact[] {
  const control = readFapolicyd(evidence)
  if (!control.ok) return ['mode', 'engine', 'allow-list'].map((name) => unread(id(name), control))
  const { mode, engine, allowList, evidence: where } = control.value
  return [
    known(id('mode'), mode, where, 'running'),
    known(id('engine'), engine, where),
    allowList.ok ? known(id('allow-list'), allowList.value, where) : unread(id('allow-list'), allowList, where),
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

/** fapolicyd(8): on while its process runs; `permissive = 1` only logs (fapolicyd.conf(5)). */
function readFapolicyd(evidence: Evidence): Reading<Control> {
  const packages = packageVersions(evidence)
  if (!packages.ok) return packages
  const processes = processNames(evidence)
  if (!processes.ok) return processes
  const off = (source: EvidenceRef): Reading<Control> => ({
    ok: true,
    value: {
      mode: 'off',
      engine: packages.value.has('fapolicyd') ? 'fapolicyd' : 'none',
      allowList: { ok: true, value: false },
      evidence: [source],
    },
  })
  const runs = processes.value.has('fapolicyd')
  if (!runs && !packages.value.has('fapolicyd')) return off({ source: 'packages', at: 'fapolicyd' })
  if (!runs) return off({ source: 'processes', at: 'fapolicyd' })
  const files = sectionFiles(evidence, 'protection-files')
  if (!files.ok) return files
  const configuration = text(files.value, '/etc/fapolicyd/fapolicyd.conf')
  if (!configuration.ok) return configuration
  const permissive = /^\s*permissive\s*=\s*(\d+)/m.exec(configuration.value)?.[1] ?? '0'
  const mode: Mode = permissive === '0' ? 'enforced' : 'audit'
  return {
    ok: true,
    value: {
      mode,
      engine: 'fapolicyd',
      allowList: mode === 'enforced' ? deniesUnknown(files.value) : { ok: true, value: false },
      evidence: [{ source: '/etc/fapolicyd/fapolicyd.conf', at: 'permissive' }],
    },
  }
}

/** Rules for root alone, or for one named program that is no shell, leave a list an allow-list. */
const exempt = (subject: string): boolean =>
  /(?:^|\s)uid=0(?:\s|$)/.test(subject) ||
  (/(?:^|\s)exe=\S/.test(subject) && !/\/(?:ba|da|z|k|c|tc)?sh(?:\s|$)/.test(subject))

/**
 * fapolicyd.rules(5): the first rule that matches decides, and without a match the program runs. Only a list that
 * denies every untrusted program by the end is an allow-list; an earlier `allow perm=execute all : all` opens it.
 */
function deniesUnknown(files: ReadonlyMap<string, CollectedFile>): Reading<boolean> {
  const compiled = text(files, '/etc/fapolicyd/compiled.rules')
  const rules = compiled.ok ? compiled : text(files, '/etc/fapolicyd/fapolicyd.rules')
  if (!rules.ok) return rules
  for (const line of rules.value.split('\n')) {
    const match = /^\s*(allow|deny)\S*\s+(?:perm=(\S+)\s+)?(\S.*?)\s*:\s*(\S.*?)\s*$/.exec(line)
    if (!match) continue
    const [, decision, permission = 'open', subject = '', object = ''] = match
    // any and execute cover execution; open alone doesn't
    if (permission !== 'any' && permission !== 'execute') continue
    if (decision === 'deny') {
      if (subject === 'all' && /^(?:all|trust=0)$/.test(object)) return { ok: true, value: true }
    } else if (object === 'all' && !exempt(subject)) return { ok: true, value: false }
  }
  return { ok: true, value: false }
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
