import type { Evidence } from '../../../../src/core/evidence.ts'
import { needsRoot } from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Fact } from '../../../../src/core/fact.ts'
import type { LocalText } from '../../../../src/core/text.ts'
import { inapplicable, known, type Part, unread } from './contribution.ts'
import { type SystemValue, systemValues } from './system-text.ts'
import { virtualisation } from './views.ts'

/** A rule that turns one number of the kernel into a fact. */
interface KernelRule {
  readonly setting: string
  readonly paths: readonly string[]
  /** What the setting is, from one value; the fact is what all paths agree on in the strict sense. */
  readonly value: (number: number) => boolean
  readonly strict: boolean
  /** What an absent file proves. */
  readonly whenAbsent?: boolean | LocalText
}

// Documentation/admin-guide/sysctl/{kernel,fs}.rst and admin-guide/LSM/Yama.rst of the kernel.
const rules: readonly KernelRule[] = [
  {
    setting: 'hardening.address-space-randomised',
    paths: ['/proc/sys/kernel/randomize_va_space'],
    // 1 leaves the heap where it was
    value: (number) => number === 2,
    strict: true,
  },
  {
    setting: 'hardening.kernel-pointers-hidden',
    paths: ['/proc/sys/kernel/kptr_restrict'],
    value: (number) => number === 1 || number === 2,
    strict: true,
  },
  {
    setting: 'hardening.kernel-log-restricted',
    paths: ['/proc/sys/kernel/dmesg_restrict'],
    value: (number) => number === 1,
    strict: true,
  },
  {
    setting: 'hardening.process-tracing-restricted',
    paths: ['/proc/sys/kernel/yama/ptrace_scope'],
    value: (number) => number >= 1 && number <= 3,
    strict: true,
    // without Yama every process may trace the others of its user
    whenAbsent: false,
  },
  {
    setting: 'hardening.links-protected',
    paths: ['/proc/sys/fs/protected_symlinks', '/proc/sys/fs/protected_hardlinks'],
    value: (number) => number === 1,
    strict: true,
  },
  {
    setting: 'hardening.privileged-core-dumps',
    paths: ['/proc/sys/fs/suid_dumpable'],
    // 2 dumps as well, into files that only root may read
    value: (number) => number !== 0,
    strict: false,
  },
  {
    setting: 'hardening.unprivileged-bpf',
    paths: ['/proc/sys/kernel/unprivileged_bpf_disabled'],
    // 1 and 2 refuse, 2 can be lifted again by root
    value: (number) => number !== 1 && number !== 2,
    strict: false,
    whenAbsent: { ja: 'カーネルにBPFがない', en: 'the kernel has no BPF' },
  },
]

export const observesKernel = {
  settings: [...rules.map((rule) => rule.setting), 'crypto.fips-enabled'],
  rows: [],
} as const

const hostsKernel: LocalText = {
  ja: 'コンテナのカーネルはホストの物で、ホストの側で調べる',
  en: "a container's kernel is its host's and is read there",
}

/** Evidence that a system is a container. */
export const containerProof: readonly EvidenceRef[] = [{ source: 'system-links', at: '/proc/self/ns' }]

/** An inapplicable fact where the evidence proves a container; undefined elsewhere. */
export function inContainer(evidence: Evidence, setting: string): Fact | undefined {
  const place = virtualisation(evidence)
  return place.ok && place.value === 'container' ? inapplicable(setting, hostsKernel, containerProof) : undefined
}

/** Settings of the running kernel that hold for the whole machine. */
export const interpretKernel: Part = (evidence) => ({
  facts: [
    ...rules.map((rule) => inContainer(evidence, rule.setting) ?? ruleFact(evidence, rule)),
    // FIPS mode also binds the libraries inside a container, and the value shown there is the host's
    fips(evidence),
  ],
})

function ruleFact(evidence: Evidence, rule: KernelRule): Fact {
  const values = systemValues(evidence, 'kernel-settings')
  const refs: EvidenceRef[] = rule.paths.map((source) => ({ source }))
  if (!values.ok) return unread(rule.setting, values, refs)
  let failure: Pick<Fact & { state: 'unreadable' }, 'why' | 'needs'> | undefined
  let missing: LocalText | undefined
  let lenient = false
  for (const path of rule.paths) {
    const entry = values.value.get(path)
    if (entry?.state === 'absent' && rule.whenAbsent !== undefined) {
      if (typeof rule.whenAbsent === 'boolean') lenient ||= rule.whenAbsent !== rule.strict
      else missing = rule.whenAbsent
      continue
    }
    const number = entry && numberOf(entry)
    if (number === undefined) failure ??= whyNot(entry, path)
    else if (rule.value(number) !== rule.strict) lenient = true
  }
  // one open path settles it, whatever the others are
  if (lenient) return known(rule.setting, !rule.strict, refs, 'running')
  if (failure) return unread(rule.setting, failure, refs)
  if (missing) return inapplicable(rule.setting, missing, refs)
  return known(rule.setting, rule.strict, refs, 'running')
}

/** Number that a kernel file holds; undefined when it isn't one. */
export const numberOf = (entry: SystemValue): number | undefined =>
  entry.state === 'read' && /^-?\d{1,10}$/.test(entry.value) ? Number(entry.value) : undefined

/** Why a kernel file gave no number. */
export function whyNot(entry: SystemValue | undefined, path: string): { why: LocalText; needs?: LocalText } {
  if (entry?.state === 'denied') {
    return {
      why: { ja: `${path} は一般利用者の権限では読めない`, en: `${path} is not readable by an ordinary user` },
      needs: needsRoot,
    }
  }
  if (entry?.state === 'absent') return { why: { ja: `${path} がない`, en: `there is no ${path}` } }
  return { why: { ja: `${path} を読めなかった`, en: `${path} could not be read` } }
}

function fips(evidence: Evidence): Fact {
  const setting = 'crypto.fips-enabled'
  const path = '/proc/sys/crypto/fips_enabled'
  const values = systemValues(evidence, 'kernel-settings')
  const refs = [{ source: path }]
  if (!values.ok) return unread(setting, values, refs)
  const entry = values.value.get(path)
  // a kernel built without CONFIG_CRYPTO_FIPS has no such file and no such mode
  if (entry?.state === 'absent') return known(setting, false, refs, 'running')
  const number = entry && numberOf(entry)
  return number === undefined
    ? unread(setting, whyNot(entry, path), refs)
    : known(setting, number === 1, refs, 'running')
}
