import type { Evidence, Reading } from '../../../../src/core/evidence.ts'
import { sectionText } from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Fact, Scope } from '../../../../src/core/fact.ts'
import type { LocalText } from '../../../../src/core/text.ts'
import type { AuditRules } from '../../../../src/readers/audit-rules.ts'
import { readAuditRules } from '../../../../src/readers/audit-rules.ts'
import { auditDaemonFacts } from './audit-daemon.ts'
import { auditCategories, auditPolicy, recordsAnything } from './audit-policy.ts'
import type { Part } from './contribution.ts'
import { inapplicable, known, unread } from './contribution.ts'
import { exists, filesMatching, loggingFiles, loggingModes, loggingState, runs } from './log-sources.ts'
import { virtualisation } from './views.ts'

/** What this part reports on. */
export const observesAudit: { readonly settings: readonly string[]; readonly rows: readonly string[] } = {
  settings: [
    'logging.audit-enabled',
    'logging.audit-policy',
    'logging.audit-immutable',
    'account-policy.logon-identity-immutable',
    'logging.failure-actions',
    'logging.failure-alert',
    'logging.retention',
    'logging.manual-stop-refused',
  ],
  rows: [],
}

const auditScope: Scope = { kind: 'category', key: 'audit' }
const statusRef = (at?: number): EvidenceRef => ({ source: 'audit-status', ...(at && { at: String(at) }) })

/** Kernel auditing: whether it runs, what it records, and what happens when it can't. */
export const interpretAudit: Part = (evidence) => {
  const where = virtualisation(evidence)
  if (where.ok && where.value === 'container') return { facts: containerFacts() }
  return { facts: [...kernelFacts(evidence), ...auditDaemonFacts(evidence, daemonRuns(evidence))] }
}

/** A container shares its host's kernel, and so its audit rules and its audit daemon. */
function containerFacts(): readonly Fact[] {
  const why: LocalText = {
    ja: 'コンテナのため。カーネルの監査はホスト側で行われる',
    en: 'a container: kernel auditing belongs to its host',
  }
  const evidence: readonly EvidenceRef[] = [{ source: 'machine-files' }]
  return observesAudit.settings.flatMap((setting) => {
    if (setting === 'logging.audit-policy') {
      return auditCategories.map((key) => inapplicable(setting, why, evidence, { kind: 'category', key }))
    }
    return [inapplicable(setting, why, evidence, setting === 'logging.retention' ? auditScope : undefined)]
  })
}

interface KernelStatus {
  readonly enabled: number
  readonly daemon: number
  readonly loginIdentity: 'fixed' | 'changeable' | undefined
  readonly lines: ReadonlyMap<string, number>
}

/** `auditctl -s`: `enabled 1` a line, or `AUDIT_STATUS: enabled=1 flag=1 pid=…` of older versions. */
function kernelStatus(text: string): KernelStatus | undefined {
  const values = new Map<string, string>()
  const lines = new Map<string, number>()
  for (const [index, line] of text.split('\n').entries()) {
    const pairs = line.startsWith('AUDIT_STATUS:')
      ? line.matchAll(/([a-z_]+)=(\S+)/g)
      : line.matchAll(/^([a-z_]+) (.+)$/g)
    for (const [, name = '', value = ''] of pairs) {
      values.set(name, value.trim())
      lines.set(name, index + 1)
    }
  }
  const enabled = values.get('enabled') ?? ''
  const daemon = values.get('pid') ?? ''
  if (!/^[012]$/.test(enabled) || !/^\d+$/.test(daemon)) return undefined
  const login = values.get('loginuid_immutable')
  return {
    enabled: Number(enabled),
    daemon: Number(daemon),
    // "1 locked" fixes it until restart; "1 unlocked" is in force as well, though it can be lifted
    loginIdentity:
      login === undefined ? undefined : /^1\b/.test(login) ? 'fixed' : /^0\b/.test(login) ? 'changeable' : undefined,
    lines,
  }
}

const strangeStatus: { readonly why: LocalText } = {
  why: { ja: 'auditctl -s の出力を解釈できない', en: 'the output of auditctl -s can not be understood' },
}

/** Other programs that take the kernel's audit records with rules of their own. */
const otherCollectors = [
  'auditbeat',
  'osqueryd',
  'go-audit',
  'kauditd-helper',
  'wdavdaemon',
  'elastic-agent',
  'falcon-sensor',
]

function kernelFacts(evidence: Evidence): readonly Fact[] {
  const text = sectionText(evidence, 'audit-status')
  if (!text.ok) {
    if (text.skipped === 'command') {
      const other = runs(evidence, [...otherCollectors, 'auditd'])
      if (other.ok && !other.value) return notInstalled()
      return everyKernelFact((setting, scope) =>
        unread(
          setting,
          other.ok
            ? {
                why: {
                  ja: 'auditctl がなく、監査を使う他のプログラムが動いている',
                  en: 'there is no auditctl, and another program uses kernel auditing',
                },
              }
            : other,
          [statusRef()],
          scope,
        ),
      )
    }
    return everyKernelFact((setting, scope) => unread(setting, text, [statusRef()], scope))
  }
  const status = kernelStatus(text.value)
  if (!status) return everyKernelFact((setting, scope) => unread(setting, strangeStatus, [statusRef()], scope))
  const identity = 'account-policy.logon-identity-immutable'
  const at = statusRef(status.lines.get('enabled'))
  return [
    known('logging.audit-immutable', status.enabled === 2, [at], 'running'),
    status.loginIdentity === undefined
      ? unread(
          identity,
          {
            why: { ja: 'auditctl -s に loginuid_immutable がない', en: 'auditctl -s does not show loginuid_immutable' },
          },
          [statusRef()],
        )
      : known(
          identity,
          status.loginIdentity === 'fixed',
          [statusRef(status.lines.get('loginuid_immutable'))],
          'running',
        ),
    ...ruleFacts(evidence, status, at),
  ]
}

/** What the loaded rules record. Rules in files alone record nothing, and are named as evidence. */
function ruleFacts(evidence: Evidence, status: KernelStatus, at: EvidenceRef): readonly Fact[] {
  const refs: readonly EvidenceRef[] = [at, { source: 'audit-rules' }]
  if (status.enabled === 0) {
    return [
      known('logging.audit-enabled', false, [at], 'running'),
      ...auditCategories.map((key) =>
        known('logging.audit-policy', 'none', [at], 'running', { kind: 'category', key }),
      ),
    ]
  }
  const rules = loadedRules(evidence)
  // without a daemon the kernel drops its records into the kernel log, where they are lost under load
  const enabled =
    status.daemon === 0
      ? known('logging.audit-enabled', false, [statusRef(status.lines.get('pid'))], 'running')
      : rules.ok
        ? known('logging.audit-enabled', recordsAnything(rules.value.rules), refs, 'running')
        : unread('logging.audit-enabled', rules, refs)
  if (!rules.ok) {
    return [
      enabled,
      ...auditCategories.map((key) => unread('logging.audit-policy', rules, refs, { kind: 'category', key })),
    ]
  }
  const state = loggingState(evidence)
  const modes = loggingModes(evidence)
  const policy = auditPolicy(rules.value.rules, {
    machine: state.ok ? state.value.machine : '',
    exists: (path) => {
      const there = exists(modes, path)
      return !there.ok || there.value
    },
  })
  const seen = rules.value.rules.length > 0 ? refs : [...refs, ...ruleFiles(evidence)]
  return [
    enabled,
    ...auditCategories.map((key) =>
      known('logging.audit-policy', policy[key], seen, 'running', { kind: 'category', key }),
    ),
  ]
}

function loadedRules(evidence: Evidence): Reading<AuditRules> {
  const text = sectionText(evidence, 'audit-rules')
  if (!text.ok) return text
  const rules = readAuditRules(text.value)
  const [strange] = rules.unknown
  // `auditctl -l` prints "No rules" rather than nothing
  if (strange || (rules.rules.length === 0 && !/^No rules$/m.test(text.value))) {
    return {
      ok: false,
      why: {
        ja: `auditctl -l の出力を解釈できない（${strange ? `${strange.at}行目` : '空'}）`,
        en: `the output of auditctl -l can not be understood (${strange ? `line ${strange.at}` : 'empty'})`,
      },
    }
  }
  return { ok: true, value: rules }
}

/** Rule files that hold rules. */
function ruleFiles(evidence: Evidence): readonly EvidenceRef[] {
  const files = loggingFiles(evidence)
  if (!files.ok) return []
  const texts = filesMatching(files.value, (path) => /^\/etc\/audit\/(rules\.d\/[^/]+\.rules|audit\.rules)$/.test(path))
  if (!texts.ok) return []
  return texts.value.flatMap(({ path, lines }) =>
    readAuditRules(lines.join('\n')).rules.length > 0 ? [{ source: path }] : [],
  )
}

/** No audit tools and nothing that stands in for them: nothing was ever told to the kernel. */
function notInstalled(): readonly Fact[] {
  return everyKernelFact((setting, scope) => known(setting, scope ? 'none' : false, [statusRef()], 'running', scope))
}

function everyKernelFact(fact: (setting: string, scope?: Scope) => Fact): readonly Fact[] {
  return [
    fact('logging.audit-enabled'),
    fact('logging.audit-immutable'),
    fact('account-policy.logon-identity-immutable'),
    ...auditCategories.map((key) => fact('logging.audit-policy', { kind: 'category', key })),
  ]
}

/** Whether auditd runs: the kernel knows its process; an ordinary user looks for the process. */
function daemonRuns(evidence: Evidence): Reading<boolean> {
  const text = sectionText(evidence, 'audit-status')
  const status = text.ok ? kernelStatus(text.value) : undefined
  if (status?.daemon === 0) return { ok: true, value: false }
  return runs(evidence, ['auditd'])
}
