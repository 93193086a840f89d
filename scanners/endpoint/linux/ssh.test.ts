import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  collectorOnlyHost,
  dyingHost,
  forcedCommandHost,
  hostileHost,
  shellHost,
  talkativeHost,
  withSeisa,
} from '../../../lab/sshd/answers.ts'
import { countingHost, expiredPasswordHost, failedPasswords } from '../../../lab/sshd/authentication.ts'
import { type Fleet, type FleetHost, installedCollector, sshdLab, startFleet } from '../../../lab/sshd/index.ts'
import { labSuite } from '../../../lab/suites.ts'
import type { Target } from '../../../src/core/scanner.ts'
import type { ProgressEvent } from '../../../src/core/progress.ts'
import type { ComponentResult, GapResult, TargetResult } from '../../../src/core/run.ts'
import { Fault } from '../../../src/core/fault.ts'
import { loadBuiltIn } from '../../../src/files/built-in.ts'
import { scan } from '../../../src/scan/scan.ts'
import { collectRunWith } from '../../../src/scan/testing/collect-run.ts'
import { endpoint } from '../index.ts'

const baseline = loadBuiltIn('ipa-sme')

interface Scanned {
  readonly targets: readonly TargetResult[]
  readonly components: readonly ComponentResult[]
  readonly gaps: readonly GapResult[]
  readonly exit: number
}

/** The whole of a scan of these hosts over SSH, without a process of its own. */
async function scanned(
  hosts: readonly FleetHost[],
  options: Readonly<Record<string, unknown>> = {},
  more: {
    readonly secrets?: Readonly<Record<string, string>>
    readonly signal?: AbortSignal
    readonly secondsOf?: (name: string) => number
    readonly onEvent?: (event: ProgressEvent) => void
  } = {},
): Promise<Scanned> {
  const home = mkdtempSync(join(tmpdir(), 'seisa-home-'))
  const open = collectRunWith(more.secrets)
  const run = { ...open, env: { HOME: home } }
  const { result, remove } = await scan({
    id: 'test',
    version: '0',
    sources: hosts.map((host) => ({
      kind: 'live',
      scanner: endpoint,
      target: { ...targetOf(host, options), timeout: more.secondsOf?.(host.name) ?? 60 },
    })),
    collect: run,
    scanners: new Map([[endpoint.id, endpoint]]),
    baselines: { judged: [baseline], headers: [], lists: [] },
    configured: new Map(),
    exit: { failOn: 'low', allowIncomplete: false, exitZero: false },
    rows: true,
    deep: false,
    simulateUpgrade: false,
    concurrency: 20,
    timeoutSeconds: 60,
    maximumAgeSeconds: 86_400,
    now: () => new Date(),
    wait: () => Promise.resolve(),
    signal: more.signal ?? new AbortController().signal,
    onEvent: more.onEvent ?? (() => undefined),
  })
  try {
    return {
      targets: result.targets,
      components: await Array.fromAsync(result.components()),
      gaps: await Array.fromAsync(result.gaps()),
      exit: result.exit.code,
    }
  } finally {
    await remove()
    await open.end()
    rmSync(home, { recursive: true, force: true })
  }
}

const targetOf = (host: FleetHost, options: Readonly<Record<string, unknown>>): Target => ({
  name: host.name,
  scanner: 'endpoint',
  platform: 'linux',
  labels: {},
  options: {
    host: host.address,
    port: host.port,
    username: 'seisa',
    'identity-file': host.identityFile,
    'known-hosts': host.knownHosts,
    ...options,
  },
})

const states = ({ targets }: Scanned): readonly string[] => targets.map(({ state }) => state)
const why = ({ targets }: Scanned): string => targets.map(({ problems }) => problems[0]?.en ?? '').join('\n')

labSuite('a scan over SSH', sshdLab(), () => {
  let fleet: Fleet
  beforeAll(async () => {
    fleet = await startFleet([
      { name: 'plain' },
      countingHost('counting'),
      countingHost('counting-too'),
      collectorOnlyHost('collector-only'),
      talkativeHost('talkative'),
      shellHost('nologin', '/usr/sbin/nologin'),
      shellHost('false', '/bin/false'),
      shellHost('restricted', '/bin/rbash'),
      forcedCommandHost('menu', 'echo "Welcome to BACKUP\u001b[2J menu"; echo "1) restore"; exit 0'),
      forcedCommandHost('speaker', 'echo "#seisa-evidence 2 is what I never saw"; exit 0'),
      dyingHost('dying', 30_000),
      hostileHost('endless', 'endless'),
      hostileHost('silent', 'silent'),
      { ...expiredPasswordHost('expired'), sshdConfig: '' },
      { name: 'no-grant', users: withSeisa({ sudo: 'ALL=(root) NOPASSWD: /bin/true' }) },
      {
        name: 'latin1',
        prepare: `printf 'KbdInteractiveAuthentication yes\\n# \\244\\242\\n' >>/etc/ssh/sshd_config.d/old.conf
printf 'old:x:4999:4999:caf\\351 \\244\\242:/home/old:/bin/sh\\n' >>/etc/passwd`,
      },
      {
        ...forcedCommandHost(
          'echoing',
          `. /etc/lab-secret; eval "$SSH_ORIGINAL_COMMAND" | sed "s/^version=.*/&\\n$S/; s/root/$S/"`,
        ),
      },
    ])
  })
  afterAll(() => fleet.stop())
  const hosts = (...names: readonly string[]): readonly FleetHost[] => names.map((name) => fleet.host(name))

  it('reads an ordinary account’s share, everything through sudo, and with sudo: true', async () => {
    // one after the other: the collector sees the other sessions of a host too
    const plain = await scanned(hosts('plain'))
    const sudo = await scanned(hosts('plain'), { sudo: installedCollector })
    const any = await scanned(hosts('plain'), { sudo: true, username: 'admin' })
    for (const one of [plain, sudo, any]) {
      expect(why(one)).toBe('')
      expect(states(one)).toEqual(['ok'])
      expect(one.components[0]?.name).toBe('plain')
    }
    const state = (one: Scanned): string | undefined =>
      one.components[0]?.settings['account-policy.built-in-administrator-enabled']?.state
    expect([state(plain), state(sudo), state(any)]).toEqual(['unreadable', 'known', 'known'])
    expect(any.components[0]?.settings).toEqual(sudo.components[0]?.settings)
  })

  it('takes what a forced command gives that runs the collector itself, whatever was asked', async () => {
    const one = await scanned(hosts('collector-only'))
    expect([why(one), states(one)]).toEqual(['', ['ok']])
    expect(one.components[0]?.settings['account-policy.built-in-administrator-enabled']?.state).toBe('known')
  })

  it('passes over what a login shell says first', async () => {
    expect(states(await scanned(hosts('talkative')))).toEqual(['ok'])
  })

  describe('of an account that may not run it', () => {
    it.each([
      ['nologin', 'denied', 'This account is currently not available'],
      ['restricted', 'denied', 'restricted: cannot specify'],
      ['false', 'denied', 'it says “exit 1”'],
      ['menu', 'denied', 'it says “Welcome to BACKUP\\u{1b}[2J menu”'],
      ['speaker', 'denied', 'what I never saw'],
    ])('says so: %s', async (name, state, words) => {
      const one = await scanned(hosts(name))
      expect(states(one)).toEqual([state])
      expect(why(one)).toContain(words)
      expect(one.components).toEqual([])
      expect(one.exit).toBe(3)
    })

    it('names the line for sudoers when sudo refuses', async () => {
      const one = await scanned(hosts('no-grant'), { sudo: installedCollector })
      expect(states(one)).toEqual(['denied'])
      expect(why(one)).toMatch(/sudo did not run the collector: sudo: a password is required/)
      expect(one.gaps[0]?.needs?.en).toContain('seisa doctor')
    })

    it('says that a password has expired', async () => {
      const one = await scanned(hosts('expired'))
      expect(states(one)).toEqual(['denied'])
      expect(why(one)).toMatch(/says “.*password.*”/i)
    })
  })

  it('keeps what a host said before it died, as incomplete, and no other host suffers', async () => {
    const secondsOf = (name: string): number => (name === 'silent' ? 3 : 60)
    const all = await scanned(hosts('plain', 'dying', 'endless', 'silent', 'talkative'), {}, { secondsOf })
    const byName = new Map(all.targets.map((target) => [target.name, target]))
    expect([byName.get('plain')?.state, byName.get('talkative')?.state]).toEqual(['ok', 'ok'])
    expect(byName.get('dying')?.state).toBe('partial')
    expect(byName.get('dying')?.problems[0]?.en).toMatch(/the connection to .* was lost/)
    expect(['denied', 'unreachable']).toContain(byName.get('endless')?.state)
    expect(byName.get('silent')?.state).toBe('unreachable')
    expect(byName.get('silent')?.problems[0]?.en).toContain('time limit')
    expect([3, 4]).toContain(all.exit)
  })

  it('keeps what was finished when it is interrupted, and ends its sessions', async () => {
    const stop = new AbortController()
    const all = await scanned(
      hosts('talkative', 'silent'),
      {},
      {
        signal: stop.signal,
        secondsOf: () => 600,
        onEvent: ({ type, target }) => {
          if (type === 'done' && target === 'talkative') stop.abort('SIGTERM')
        },
      },
    )
    expect(states(all)).toEqual(['ok', 'unreachable'])
    expect(fleet.host('silent').log()).toMatch(/Disconnected from|Received disconnect|Connection closed/)
  })

  it('reads bytes of an old character set as unknown, not as something else', async () => {
    const one = await scanned(hosts('latin1'), { sudo: installedCollector })
    expect(states(one)).toEqual(['ok'])
    expect(JSON.stringify(one.components)).toContain('caf\ufffd')
  })

  it('tries a wrong password once, for all hosts and all tries', async () => {
    const secrets = { 'env:P': 'wrong-password-canary' }
    const options = { 'identity-file': undefined, credentials: { password: 'env:P' } }
    const all = await scanned(hosts('counting', 'counting-too'), options, { secrets })
    expect(states(all)).toEqual(['denied', 'denied'])
    expect(
      failedPasswords(fleet.host('counting'), 'seisa') + failedPasswords(fleet.host('counting-too'), 'seisa'),
    ).toBe(1)
    expect(JSON.stringify(all)).not.toContain('canary')
  })

  it('shows a password nowhere that a host repeats in its answer', async () => {
    const host = fleet.host('echoing')
    host.inside(`echo 'S=${fleet.password}' >/etc/lab-secret; chmod 644 /etc/lab-secret`)
    const options = { 'identity-file': undefined, credentials: { password: 'env:P' } }
    const one = await scanned([host], options, { secrets: { 'env:P': fleet.password } })
    expect(one.components).toHaveLength(1)
    expect(JSON.stringify(one)).not.toContain(fleet.password)
    expect(JSON.stringify(one)).toContain('***')
  })

  it('sends nothing to a host whose key is not known', async () => {
    const one = await scanned(hosts('plain'), { 'known-hosts': '/nonexistent' })
    expect(states(one)).toEqual(['denied'])
    expect(one.gaps[0]?.needs?.en).toContain('--enrol')
  })
})

describe('a target of the endpoint scanner', () => {
  it.each([[{}], [{ here: true, host: 'web-1' }], [{ here: false }], [{ host: 7 }]])(
    'is this machine or another, never neither nor both: %j',
    (options) => {
      const request = { deep: false, simulateUpgrade: false, signal: AbortSignal.abort('x'), run: collectRunWith() }
      const target: Target = { name: 'x', scanner: 'endpoint', labels: {}, options }
      expect(() => endpoint.collect(target, request)).toThrow(Fault)
    },
  )
})

labSuite('login shells of another kind', sshdLab(['/bin/csh', '/usr/bin/fish']), () => {
  let fleet: Fleet
  beforeAll(async () => {
    fleet = await startFleet([
      shellHost('csh', '/bin/csh'),
      shellHost('fish', '/usr/bin/fish'),
      shellHost('dash', '/bin/dash'),
    ])
  })
  afterAll(() => fleet.stop())

  it.each([[{}], [{ sudo: installedCollector }]])('run the collector like any other: %j', async (options) => {
    const all = await scanned(fleet.hosts, options)
    expect([why(all).trim(), states(all)]).toEqual(['', ['ok', 'ok', 'ok']])
  })
})
