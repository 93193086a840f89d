import type {
  ComponentResult,
  Counts,
  Finding,
  GapResult,
  RunResult,
  TargetResult,
  Verdict,
} from '../../src/core/run.ts'
import type { LocalText } from '../../src/core/text.ts'

/** Parts that a sample is made of; the summary is counted from them. */
export interface SampleParts {
  readonly findings?: readonly Finding[]
  readonly components?: readonly ComponentResult[]
  readonly gaps?: readonly GapResult[]
  readonly targets?: readonly TargetResult[]
  readonly exit?: RunResult['exit']
  readonly run?: Partial<RunResult['run']>
}

const keyOf: Readonly<Record<Verdict, keyof Counts>> = {
  pass: 'pass',
  fail: 'fail',
  unknown: 'unknown',
  excepted: 'excepted',
  'not-applicable': 'notApplicable',
}

const none = { pass: 0, fail: 0, unknown: 0, excepted: 0, notApplicable: 0 }

/** A result from parts that are in memory. */
export function sampleResult(parts: SampleParts = {}): RunResult {
  const findings = parts.findings ?? []
  const components = parts.components ?? [webServer]
  const counts: Record<keyof Counts, number> = { ...none }
  const byBaseline: Record<string, Record<keyof Counts, number>> = {}
  for (const finding of findings) {
    counts[keyOf[finding.verdict]]++
    byBaseline[finding.baseline] ??= { ...none }
    const baseline = byBaseline[finding.baseline]
    if (baseline) baseline[keyOf[finding.verdict]]++
  }
  const gaps = parts.gaps ?? []
  return {
    run: {
      id: '01JDEXAMPLE0000000000000001',
      startedAt: '2026-11-20T11:30:00.000Z',
      finishedAt: '2026-11-20T11:30:04.250Z',
      asOf: '2026-11-20T11:30:00.000Z',
      seisa: '0.1.0',
      baselines: [
        {
          id: 'ipa-sme',
          version: 1,
          hash: 'sha256:5f3b0000000000000000000000000000000000000000000000000000000000aa',
          approval: { state: 'not-configured' },
          title: { ja: '中小企業の基準', en: 'Baseline for small companies' },
          disabled: [],
        },
      ],
      ...parts.run,
    },
    targets: parts.targets ?? [{ name: 'here', scanner: 'endpoint', state: 'ok', problems: [] }],
    async *components() {
      yield* components
    },
    async *findings() {
      yield* findings
    },
    async *gaps() {
      yield* gaps
    },
    summary: { ...counts, changes: 0, gaps: gaps.length, byBaseline },
    exit: parts.exit ?? { code: 0, reasons: [] },
  }
}

const both = (ja: string, en: string): LocalText => ({ ja, en })

/** An invented server with a few facts of every state. */
export const webServer: ComponentResult = {
  id: 'server:machine-0a1b2c3d',
  kind: 'server',
  name: 'web-01',
  target: 'here',
  platform: 'linux/debian-12',
  owner: { name: '情報 太郎', department: '情報システム部' },
  identifiers: [{ kind: 'machine-id', value: '0a1b2c3d' }],
  observedAt: '2026-11-20T11:30:02.000Z',
  settings: {
    'lockout.threshold': {
      state: 'known',
      value: 'never',
      origin: 'configured',
      evidence: [{ source: '/etc/pam.d/common-auth', at: '17' }],
    },
    'lockout.threshold[category:root]': {
      state: 'known',
      value: 3,
      origin: 'configured',
      setting: 'lockout.threshold',
      scope: { kind: 'category', key: 'root', accounts: 'privileged' },
      evidence: [{ source: '/etc/security/faillock.conf', at: '4' }],
    },
    'lockout.duration': { state: 'absent', evidence: [{ source: '/etc/security/faillock.conf' }] },
    'crypto.disk-encryption': {
      state: 'inapplicable',
      why: both('コンテナは自分のディスクを持たない', 'a container has no disks of its own'),
      evidence: [{ source: 'virtualisation' }],
    },
    'logging.audit-policy': {
      state: 'unreadable',
      why: both('一般利用者の権限では読めない', 'not readable by an ordinary user'),
      needs: both('管理者権限（root）', 'administrator rights (root)'),
      evidence: [],
    },
  },
  tables: {
    account: {
      complete: true,
      count: 2,
      rows: [
        { key: 'root', name: 'root', fields: { enabled: true, shell: '/bin/bash', expires: null } },
        {
          key: 'svc-batch',
          name: 'svc-batch',
          fields: {
            enabled: true,
            'last-used': { unreadable: both('記録がない', 'no record') },
            groups: ['adm', 'batch'],
          },
        },
      ],
    },
    listener: {
      complete: false,
      count: 0,
      why: both('/proc を読めない', '/proc can not be read'),
      needs: both('管理者権限（root）', 'administrator rights (root)'),
    },
  },
}

/** A finding with everything that isn't given filled in. */
export function sampleFinding(given: Partial<Finding> & Pick<Finding, 'requirement' | 'verdict'>): Finding {
  const component = given.component ?? webServer.id
  const scope = given.scope ? `${given.scope.kind}:${given.scope.key}` : ''
  return {
    id: `finding-${component}-${given.baseline ?? 'ipa-sme'}-${given.requirement}-${scope}-${given.row?.key ?? ''}`,
    valueHash: 'a1b2c3d4e5f6',
    kind: given.verdict === 'unknown' ? 'unknown' : 'deviation',
    severity: 'high',
    baseline: 'ipa-sme',
    component,
    settings: [],
    expected: both('はい', 'yes'),
    actual: both('はい', 'yes'),
    evidence: [],
    controls: [],
    title: both(`要件 ${given.requirement}`, `Requirement ${given.requirement}`),
    ...given,
  }
}

const root = both(
  '管理者権限（root、または収集スクリプトの sudo）',
  'administrator rights (root, or sudo for the collector)',
)
const ordinary = both('一般利用者の権限では読めない', 'not readable by an ordinary user')

const lockout = sampleFinding({
  requirement: 'account-lockout',
  verdict: 'fail',
  severity: 'high',
  settings: ['lockout.threshold', 'lockout.duration'],
  title: both('連続して失敗したアカウントを自動で止める', 'Accounts lock after repeated failures'),
  actual: both(
    'アカウントを止めるまでの連続失敗回数: なし（無期限・無制限）、アカウントを止めておく時間: 1時間',
    'Failed attempts before lockout: never, Lockout duration: 1 hour',
  ),
  expected: both(
    'アカウントを止めるまでの連続失敗回数: 10回 以下、かつ アカウントを止めておく時間: 1時間 以上',
    'Failed attempts before lockout: at most 10 attempts; and Lockout duration: at least 1 hour',
  ),
  remedy: both(
    '認証スタックに pam_faillock を加え、/etc/security/faillock.conf に deny = 10、unlock_time = 3600 を設定する。',
    'Add pam_faillock to the authentication stack and set deny = 10 and unlock_time = 3600 in /etc/security/faillock.conf.',
  ),
  evidence: [{ source: '/etc/pam.d/common-auth', at: '17' }],
  controls: ['ipa-sme.1.6.10.gen-lockout'],
})

const staleAccounts = ['tanaka', 'suzuki', 'sato', 'yamada', 'ito', 'watanabe', 'kobayashi'].map((name, at) =>
  sampleFinding({
    requirement: 'unused-accounts-disabled',
    verdict: 'fail',
    severity: 'critical',
    row: { type: 'account', key: name, name },
    settings: ['account.last-used', 'account.enabled'],
    title: both('使われていないアカウントは無効にする', 'Unused accounts are disabled'),
    actual: at < 5 ? both('最終使用が400日前', 'last used 400 days ago') : both('使用歴なし', 'never used'),
    expected: both('最終使用が90日以内', 'used within 90 days'),
    remedy: both('usermod --lock --expiredate 1 で止める。', 'Lock it with usermod --lock --expiredate 1.'),
    partial: both('退職者の名簿との照合は含まない。', 'Does not compare with the list of people who left.'),
    controls: ['ipa-sme.1.6.7.a', 'mod-proc.a5.2.4.b'],
  }),
)

const idleLock = sampleFinding({
  requirement: 'idle-lock',
  verdict: 'fail',
  severity: 'medium',
  kind: 'capability-gap',
  scope: { kind: 'line', key: 'console' },
  settings: ['session.idle-lock'],
  title: both('離席時に画面をロックする', 'The screen locks when idle'),
  actual: both('この製品に設定がない', 'the platform has no such setting'),
  expected: both('15分以下', 'at most 15 min'),
  loosened: both('10分以下', 'at most 10 min'),
  controls: ['ipa-sme.1.6.3.c'],
})

const undecided = ['audit-policy', 'shadow-hashes', 'sudo-logging'].map((requirement, at) =>
  sampleFinding({
    requirement,
    verdict: 'unknown',
    severity: at === 0 ? 'high' : 'medium',
    title:
      [
        both('監査の対象を定めて記録する', 'Audited events are defined and recorded'),
        both('パスワードを強い方式で保存する', 'Passwords are stored with a strong algorithm'),
        both('管理者の操作を記録する', 'What administrators do is recorded'),
      ][at] ?? both('要件', 'Requirement'),
    reason: ordinary,
    needs: root,
    controls: ['ipa-sme.1.7.1'],
  }),
)

/** One machine, scanned by an ordinary user: something of everything. */
export const oneMachine: RunResult = sampleResult({
  findings: [
    lockout,
    ...staleAccounts,
    idleLock,
    ...undecided,
    sampleFinding({
      requirement: 'time-synchronised',
      verdict: 'unknown',
      severity: 'low',
      title: both('時刻を合わせる', 'The clock is synchronised'),
      reason: both('timedatectl が時間内に終わらなかった', 'timedatectl did not end within its time limit'),
    }),
    sampleFinding({
      requirement: 'telnet-closed',
      verdict: 'excepted',
      severity: 'high',
      title: both('telnet を使わない', 'No telnet'),
      actual: both('待ち受けあり', 'listening'),
      expected: both('待ち受けなし', 'not listening'),
      exception: {
        id: 'EX-014',
        expiresOn: '2026-12-31',
        approvedBy: '総括者',
        ticket: 'T-118',
        reason: '旧計測器の更新まで',
      },
    }),
    sampleFinding({
      requirement: 'autorun',
      verdict: 'not-applicable',
      reason: both('デスクトップがない', 'no desktop is installed'),
    }),
    ...['minimum-length', 'guest-disabled', 'firewall-on'].map((requirement) =>
      sampleFinding({ requirement, verdict: 'pass' }),
    ),
    sampleFinding({
      requirement: 'no-empty-passwords',
      verdict: 'pass',
      count: 27,
      settings: ['account.password-set'],
    }),
  ],
  gaps: [
    {
      target: 'here',
      component: webServer.id,
      what: ['logging.audit-policy', 'password.hash-algorithm', 'role-assignment'],
      why: ordinary,
      needs: root,
    },
    {
      target: 'here',
      component: webServer.id,
      what: ['time.synchronised'],
      why: both('timedatectl が時間内に終わらなかった', 'timedatectl did not end within its time limit'),
    },
  ],
  targets: [{ name: 'here', scanner: 'endpoint', state: 'partial', problems: [ordinary] }],
  exit: {
    code: 4,
    reasons: [
      { code: 4, text: both('不適合があり、確認できなかったものもある', 'drift, and something could not be read') },
      { code: 2, text: both('重要度「低」以上の不適合が9件', '9 checks fail at severity low or above') },
      { code: 3, text: both('判定4件を確認できなかった', '4 checks could not be decided') },
    ],
  },
})

/** One machine on which nothing is to be said. */
export const cleanMachine: RunResult = sampleResult({
  findings: ['minimum-length', 'account-lockout', 'firewall-on'].map((requirement) =>
    sampleFinding({ requirement, verdict: 'pass', settings: ['password.minimum-length'] }),
  ),
})

/** What a hostile target may call itself: escapes, markup, direction marks, commands of spreadsheets and forges. */
export const hostileNames: readonly string[] = [
  'red\u001b[31m\u001b]0;title\u0007',
  'line\nbreak\r\n# heading',
  '\u202etxt.exe\u2066\u200f',
  '<img src=x onerror=alert(1)>&amp;</testcase>',
  '| a | b |\n|---|---|',
  '[click](https://evil.example/) ![x](http://evil.example/x.png)',
  '@everyone @org/team #1 !2 :tada:',
  ']]>\u0000\u0001\ufffe\ud800',
  '`code` ``more`` \\',
  '=cmd|/c calc!A1',
  'tag\u{e0041}\u{e007f}\u200b\u2028\u2029\u0085',
  '株式会社ソニー\u{e0101} 葛\u{e0100}飾',
]

/** A result in which every text that a target could choose is hostile. */
export const hostile: RunResult = sampleResult({
  components: hostileNames.map((name, at) => ({
    ...webServer,
    id: `server:${name}`,
    name,
    target: name,
    platform: `linux/${name}`,
    owner: { name },
    identifiers: [{ kind: 'name', value: name }],
    settings: {
      [`lockout.threshold[policy:${name}]`]: {
        state: 'known',
        value: name,
        origin: 'configured',
        setting: 'lockout.threshold',
        scope: { kind: 'policy', key: name },
        evidence: [{ source: name, at: name }],
      },
    },
    tables: { account: { complete: true, count: 1, rows: [{ key: name, name, fields: { name, groups: [name] } }] } },
    observedAt: `2026-11-20T11:30:${String(at).padStart(2, '0')}.000Z`,
  })),
  findings: hostileNames.flatMap((name) =>
    (['fail', 'unknown', 'excepted', 'pass'] as const).map((verdict) =>
      sampleFinding({
        requirement: `hostile-${verdict}`,
        verdict,
        component: `server:${name}`,
        scope: { kind: 'policy', key: name },
        row: { type: 'account', key: name, name },
        actual: both(name, name),
        expected: both('ほかの値', 'something else'),
        reason: both(name, name),
        evidence: [{ source: name, at: name }],
        controls: ['ipa-sme.1.6.7.a'],
        remedy: both('名称を直す。', 'Correct the name.'),
      }),
    ),
  ),
  gaps: hostileNames.map((name) => ({
    target: name,
    component: `server:${name}`,
    what: ['account'],
    why: both(name, name),
  })),
  targets: hostileNames.map((name) => ({
    name,
    scanner: 'endpoint',
    state: 'partial' as const,
    problems: [both(name, name)],
  })),
  exit: { code: 4, reasons: [{ code: 4, text: both('不適合と未確認', 'drift and incomplete') }] },
})

/** Many machines, two baselines that contradict each other, one target that could not be reached. */
export const fleet: RunResult = (() => {
  const components = Array.from({ length: 30 }, (_, at) => ({
    ...webServer,
    id: `server:machine-${String(at).padStart(4, '0')}`,
    name: `sv-${String(at + 1).padStart(3, '0')}`,
    target: `sv-${String(at + 1).padStart(3, '0')}`,
  }))
  const findings = components.flatMap((component, at) => [
    ...(at % 3 === 0 ? [{ ...lockout, id: `lockout-${at}`, component: component.id }] : []),
    sampleFinding({
      requirement: 'no-forced-change',
      verdict: 'pass',
      component: component.id,
      expected: both('定期変更を強制しない', 'no forced periodic change'),
    }),
    sampleFinding({
      baseline: 'mod-proc',
      requirement: 'periodic-change',
      verdict: 'fail',
      severity: 'medium',
      component: component.id,
      title: both('パスワードを定期的に変更する', 'Passwords are changed periodically'),
      actual: both('パスワードの有効期間: なし（無期限・無制限）', 'Maximum password age: never'),
      expected: both('パスワードの有効期間: 90日 以下', 'Maximum password age: at most 90 days'),
      controls: ['mod-proc.a6.1.3.d.2'],
      conflicts: [`finding-${component.id}-ipa-sme-no-forced-change--`],
    }),
  ])
  return sampleResult({
    components,
    findings,
    targets: [
      ...components.map(({ target }) => ({ name: target, scanner: 'endpoint', state: 'ok' as const, problems: [] })),
      {
        name: 'sv-031',
        scanner: 'endpoint',
        state: 'unreachable',
        problems: [both('192.0.2.31 の22番に10秒以内につながらない', '192.0.2.31 port 22 did not answer within 10 s')],
      },
    ],
    gaps: [
      {
        target: 'sv-031',
        what: ['account', 'lockout.threshold', 'lockout.duration'],
        why: both('192.0.2.31 の22番に10秒以内につながらない', '192.0.2.31 port 22 did not answer within 10 s'),
      },
    ],
    run: {
      baselines: [
        ...(oneMachine.run.baselines ?? []),
        {
          id: 'mod-proc',
          version: 2,
          hash: 'sha256:77',
          approval: { state: 'approved', by: '総括者', on: '2026-10-01' },
          title: both('防衛調達の基準', 'Defence procurement baseline'),
          disabled: [{ requirement: 'wireless-off', reason: '無線LANなし' }],
        },
      ],
    },
    exit: {
      code: 5,
      reasons: [
        { code: 5, text: both('基準どうしの矛盾が未解決', 'baselines contradict each other') },
        { code: 4, text: both('不適合があり、確認できなかったものもある', 'drift, and something could not be read') },
      ],
    },
  })
})()

/** So many servers with a failing, an unknown and a passing finding each, made while they are read. */
export function manyComponents(count: number): RunResult {
  const result = sampleResult({ targets: [], gaps: [] })
  const counts: Counts = { pass: count, fail: count, unknown: count, excepted: 0, notApplicable: 0 }
  const idOf = (at: number): string => `server:machine-${at}`
  return {
    ...result,
    async *components() {
      for (let at = 0; at < count; at++) {
        yield { ...webServer, id: idOf(at), name: `sv-${at}`, target: `sv-${at}`, settings: {}, tables: {} }
      }
    },
    async *findings() {
      for (let at = 0; at < count; at++) {
        for (const verdict of ['fail', 'unknown', 'pass'] as const) {
          yield sampleFinding({ requirement: `demand-${verdict}`, verdict, component: idOf(at) })
        }
      }
    },
    summary: { ...counts, changes: 0, gaps: 0, byBaseline: { 'ipa-sme': counts } },
    exit: { code: 4, reasons: [{ code: 4, text: both('不適合と未確認', 'drift and incomplete') }] },
  }
}
