import { readFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Fact } from '../../../../src/core/fact.ts'
import { packageRoot } from '../../../../src/package-root.ts'
import { readSshdConfig, readSshdDump, sshdSeconds } from '../../../../src/readers/sshd-config.ts'
import { evidenceOf, filesText, type GivenSection } from '../testing/evidence.ts'
import { interpretSshd, observesSshd } from './sshd.ts'
import { type PamDemand, twoFactors } from './sshd-authentication.ts'
import type { SshdSettings } from './sshd-source.ts'
import { read, unreadable } from '../../../../src/core/evidence.ts'

const running = 'processes-seen=yes\ndropbear-running=no\nsshd-running=yes\nsshd-installed=yes\ndropbear-installed=no\n'

/** What sshd -T of OpenSSH 9.2p1 prints, as far as it is read; a change replaces its line. */
function dump(changes: Readonly<Record<string, string>> = {}): string {
  const lines: Record<string, string> = {
    port: '22',
    usepam: 'yes',
    clientaliveinterval: '0',
    clientalivecountmax: '3',
    permitrootlogin: 'without-password',
    pubkeyauthentication: 'yes',
    gssapiauthentication: 'no',
    passwordauthentication: 'yes',
    kbdinteractiveauthentication: 'no',
    hostbasedauthentication: 'no',
    permitemptypasswords: 'no',
    ciphers: 'aes256-ctr,aes128-ctr',
    macs: 'hmac-sha2-256',
    kexalgorithms: 'curve25519-sha256',
    hostkeyalgorithms: 'ssh-ed25519',
    authenticationmethods: 'any',
    channeltimeout: 'none',
    ...changes,
  }
  return Object.entries(lines)
    .map(([key, text]) => `${key} ${text}\n`)
    .join('')
}

const files = (
  config: string,
  more: Record<string, string | { state: 'absent' | 'denied' | 'refused' }> = {},
): string =>
  filesText({ '/etc/ssh/sshd_config': config, '/etc/ssh/sshd_config.d/*.conf': { state: 'absent' }, ...more })

const sections = (effective: GivenSection, config = ''): Record<string, GivenSection> => ({
  'access-state': running,
  'sshd-processes': 'sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups\n',
  'sshd-effective': effective,
  'sshd-parsed': { skipped: 'not-asked' },
  'access-files': files(config),
})

const facts = (given: Readonly<Record<string, GivenSection>>): ReadonlyMap<string, Fact> =>
  new Map(
    (interpretSshd(evidenceOf(given)).facts ?? []).map((fact) => [
      fact.scope ? `${fact.setting}[${fact.scope.kind}:${fact.scope.key}]` : fact.setting,
      fact,
    ]),
  )

const value = (all: ReadonlyMap<string, Fact>, id: string): unknown => {
  const fact = all.get(id)
  return fact?.state === 'known' ? fact.value : fact?.state
}
const one = (changes: Readonly<Record<string, string>>, id: string, config = ''): unknown =>
  value(facts(sections(dump(changes), config)), id)

describe('what sshd -T says', () => {
  it.each([
    ['yes', 'yes'],
    ['no', 'no'],
    ['without-password', 'key-only'],
    ['prohibit-password', 'key-only'],
    ['forced-commands-only', 'forced-commands-only'],
    ['maybe', 'unreadable'],
    ['constructor', 'unreadable'],
  ])('reads PermitRootLogin %s as %s', (word, meaning) => {
    expect(one({ permitrootlogin: word }, 'management.ssh-administrator-logon')).toBe(meaning)
  })

  it('accepts passwords through keyboard-interactive and PAM too', () => {
    const id = 'management.ssh-password-authentication'
    expect(one({ passwordauthentication: 'no' }, id)).toBe(false)
    expect(one({ passwordauthentication: 'no', kbdinteractiveauthentication: 'yes' }, id)).toBe(true)
    expect(one({ passwordauthentication: 'no', kbdinteractiveauthentication: 'yes', usepam: 'no' }, id)).toBe(false)
    expect(one({ authenticationmethods: 'publickey' }, id)).toBe(false)
  })

  it('counts an interval of 0 and a count of 0 as never', () => {
    const id = 'session.peer-loss-disconnect[line:ssh]'
    expect(one({}, id)).toBe('never')
    expect(one({ clientaliveinterval: '300' }, id)).toBe(900)
    expect(one({ clientaliveinterval: '300', clientalivecountmax: '0' }, id)).toBe('never')
  })

  it('accepts blank passwords only where passwords are accepted', () => {
    const id = 'password.blank-accepted[line:ssh]'
    expect(one({}, id)).toBe(false)
    expect(one({ permitemptypasswords: 'yes' }, id)).toBe(true)
    expect(one({ permitemptypasswords: 'yes', passwordauthentication: 'no' }, id)).toBe(false)
  })

  it('lists allowed accounts and groups; a bare star limits nothing', () => {
    const text = `${dump()}allowusers alice\nallowusers bob\nallowgroups wheel\n`
    expect(value(facts(sections(text)), 'management.ssh-allowed-accounts')).toEqual(['alice', 'bob', 'group:wheel'])
    expect(value(facts(sections(text)), 'management.ssh-accounts-limited')).toBe(true)
    expect(one({ allowusers: '*' }, 'management.ssh-accounts-limited')).toBe(false)
    expect(one({}, 'management.ssh-allowed-accounts')).toBe('absent')
  })

  it('leaves relative algorithm lists open, because the default they start from is not known', () => {
    expect(one({}, 'crypto.ssh-ciphers')).toEqual(['aes128-ctr', 'aes256-ctr'])
    expect(one({ ciphers: '+aes128-cbc' }, 'crypto.ssh-ciphers')).toBe('unreadable')
  })

  it('resists replay when every way to log on proves a key', () => {
    const id = 'mfa.replay-resistant-for-remote'
    expect(one({}, id)).toBe(false)
    expect(one({ passwordauthentication: 'no' }, id)).toBe(true)
    expect(one({ authenticationmethods: 'publickey,password' }, id)).toBe(true)
    expect(one({ passwordauthentication: 'no' }, id, 'Match User eve\n PasswordAuthentication yes\n')).toBe(false)
  })
})

describe('two factors', () => {
  const settingsOf = (given: Record<string, string>): SshdSettings => ({
    own: new Set(),
    get: (keyword) => {
      const dumped = readSshdDump(dump(given)).get(keyword)
      return dumped
        ? read({ values: dumped.map((line) => line.value), evidence: [], origin: 'running' as const })
        : unreadable({ ja: '', en: '' })
    },
  })
  const nothing = unreadable({ ja: '', en: '' })
  const knowledge: PamDemand = { demand: read('one'), possessionSuffices: read(false) }
  const code: PamDemand = { demand: read('one'), possessionSuffices: read(true) }
  const both: PamDemand = { demand: read('two'), possessionSuffices: read(false) }
  const unknownPam: PamDemand = { demand: nothing, possessionSuffices: nothing }
  const answer = (given: Record<string, string>, pam: Parameters<typeof twoFactors>[1]): unknown => {
    const result = twoFactors(settingsOf(given), pam)
    return result.ok ? result.value : 'unreadable'
  }

  it.each([
    [{}, knowledge, false],
    [{}, unknownPam, false],
    [{ authenticationmethods: 'publickey,password' }, knowledge, true],
    [{ authenticationmethods: 'publickey,password' }, unknownPam, 'unreadable'],
    [{ authenticationmethods: 'publickey,password' }, code, false],
    [{ authenticationmethods: 'publickey,password', usepam: 'no' }, unknownPam, true],
    [{ authenticationmethods: 'publickey,password publickey' }, knowledge, false],
    [{ authenticationmethods: 'publickey,publickey' }, both, false],
    [{ authenticationmethods: 'keyboard-interactive:pam', kbdinteractiveauthentication: 'yes' }, both, true],
    [{ authenticationmethods: 'keyboard-interactive', kbdinteractiveauthentication: 'yes' }, knowledge, false],
    [{ authenticationmethods: 'publickey,gssapi-with-mic', gssapiauthentication: 'yes' }, knowledge, 'unreadable'],
    [{ authenticationmethods: 'gssapi-with-mic publickey', gssapiauthentication: 'yes' }, knowledge, false],
    [{ authenticationmethods: 'publickey,hostbased', hostbasedauthentication: 'yes' }, knowledge, false],
    // a list whose method is switched off can't be completed, and offers no way in
    [{ authenticationmethods: 'publickey,password keyboard-interactive' }, knowledge, true],
    [{ authenticationmethods: 'keyboard-interactive' }, knowledge, 'unreadable'],
  ])('%j', (given, pam, expected) => {
    expect(answer({ ...given }, pam)).toBe(expected)
  })
})

describe('Match blocks', () => {
  it('that loosen a setting are scopes of their own', () => {
    const all = facts(
      sections(
        dump({ passwordauthentication: 'no', permitrootlogin: 'no' }),
        'Match User eve\n  PasswordAuthentication yes\nMatch Address 10.0.0.0/8\n  PermitRootLogin yes\n',
      ),
    )
    expect(value(all, 'management.ssh-password-authentication')).toBe(false)
    expect(value(all, 'management.ssh-password-authentication[policy:Match User eve]')).toBe(true)
    expect(value(all, 'management.ssh-administrator-logon[policy:Match Address 10.0.0.0/8]')).toBe('yes')
    expect(all.has('management.ssh-administrator-logon[policy:Match User eve]')).toBe(false)
    expect(value(all, 'mfa.required-for-all[line:ssh Match User eve]')).toBe(false)
  })

  it('do not overrule an earlier Match all', () => {
    const all = facts(sections(dump(), 'Match all\n PermitRootLogin no\nMatch User eve\n PermitRootLogin yes\n'))
    expect(all.has('management.ssh-administrator-logon[policy:Match User eve]')).toBe(false)
  })

  it('that were not read leave every setting open besides its default', () => {
    const given = sections(dump())
    const all = facts({ ...given, 'access-files': filesText({ '/etc/ssh/sshd_config': { state: 'denied' } }) })
    expect(value(all, 'management.ssh-administrator-logon')).toBe('key-only')
    expect(value(all, 'management.ssh-administrator-logon[policy:Match (unread)]')).toBe('unreadable')
    expect(
      value(
        facts({ ...given, 'access-files': files('Include /srv/other.conf\n') }),
        'management.ssh-administrator-logon[policy:Match (unread)]',
      ),
    ).toBe('unreadable')
  })
})

describe('without sshd -T', () => {
  const failed: GivenSection = { exitCode: 1, text: 'sshd: no hostkeys available -- exiting.\n' }

  it('the files are read: the first value wins, includes in place', () => {
    const all = facts({
      ...sections(failed),
      'sshd-parsed': { exitCode: 1, text: 'unknown option -- G' },
      'access-files': files('Include /etc/ssh/sshd_config.d/*.conf\nPermitRootLogin yes\nPermitRootLogin no\n', {
        '/etc/ssh/sshd_config.d/10-a.conf': 'PasswordAuthentication no\n',
        '/etc/ssh/sshd_config.d/20-b.conf': 'PasswordAuthentication yes\nKbdInteractiveAuthentication no\n',
      }),
    })
    expect(value(all, 'management.ssh-administrator-logon')).toBe('yes')
    expect(all.get('management.ssh-administrator-logon')).toMatchObject({
      origin: 'configured',
      evidence: [{ source: '/etc/ssh/sshd_config', at: '2' }],
    })
    expect(value(all, 'management.ssh-password-authentication')).toBe(false)
    expect(value(all, 'crypto.ssh-ciphers')).toBe('unreadable')
  })

  it('sshd -G is as good', () => {
    expect(
      value(
        facts({ ...sections(failed), 'sshd-parsed': dump({ permitrootlogin: 'no' }) }),
        'management.ssh-administrator-logon',
      ),
    ).toBe('no')
  })

  it('and without its files nothing is known, with both reasons', () => {
    const all = facts({
      ...sections(failed),
      'access-files': filesText({ '/etc/ssh/sshd_config': { state: 'denied' } }),
    })
    for (const id of observesSshd.settings.filter((one) => one !== 'management.ssh-enabled')) {
      expect(
        [...all].filter(([key]) => key.startsWith(id)).map(([, fact]) => fact.state),
        id,
      ).toEqual(['unreadable'])
    }
  })

  it('an unreadable included file leaves everything open', () => {
    const given = {
      ...sections({ skipped: 'root' }),
      'access-files': files('Include /etc/ssh/sshd_config.d/*.conf\n', {
        '/etc/ssh/sshd_config.d/50-cloud-init.conf': { state: 'denied' },
      }),
    }
    expect(value(facts(given), 'management.ssh-password-authentication')).toBe('unreadable')
  })

  it('an answer that was asked without the arguments of the listener is not about it', () => {
    const line = 'sshd: /usr/sbin/sshd -D -f /srv/sshd_config [listener] 0 of 10-100 startups'
    const given = (options: string) =>
      facts({
        ...sections(dump()),
        'sshd-processes': `${line}\n@options${options}\n`,
        'access-files': files('', { '/srv/sshd_config': 'PermitRootLogin yes\n' }),
      })
    expect(value(given(''), 'management.ssh-administrator-logon')).toBe('yes')
    expect(given(' -f /srv/sshd_config').get('management.ssh-administrator-logon')).toMatchObject({
      value: 'key-only',
      origin: 'running',
    })
  })

  it('start arguments come first, and those that can not be followed leave everything open', () => {
    const given = (line: string) =>
      facts({ ...sections({ skipped: 'root' }, 'PermitRootLogin no\n'), 'sshd-processes': `${line}\n` })
    expect(
      value(
        given('sshd: /usr/sbin/sshd -D -o PermitRootLogin=yes [listener] 0 of 10-100 startups'),
        'management.ssh-administrator-logon',
      ),
    ).toBe('yes')
    expect(
      value(
        given('sshd: /usr/sbin/sshd -D -o AllowUsers a b [listener] 0 of 10-100 startups'),
        'management.ssh-administrator-logon',
      ),
    ).toBe('unreadable')
    expect(value(given('/usr/sbin/sshd -f /srv/sshd_config'), 'management.ssh-administrator-logon')).toBe('unreadable')
    expect(
      value(given('sshd: /usr/sbin/sshd -D -e [listener] 0 of 10-100 startups'), 'management.ssh-administrator-logon'),
    ).toBe('no')
  })
})

it('a file that was changed after sshd started says nothing of the running one', () => {
  const changed = { ...sections(dump()), 'access-state': `${running}sshd-configuration=changed /etc/ssh/sshd_config\n` }
  expect(value(facts(changed), 'management.ssh-administrator-logon')).toBe('unreadable')
  expect(value(facts(changed), 'management.ssh-enabled')).toBe(true)
  expect(value(facts(sections(dump())), 'management.ssh-administrator-logon')).not.toBe('unreadable')
})

describe('other servers', () => {
  it('Dropbear is enabled, and its settings are not known', () => {
    const all = facts({
      ...sections(dump()),
      'access-state': running.replace('dropbear-running=no', 'dropbear-running=yes'),
    })
    expect(value(all, 'management.ssh-enabled')).toBe(true)
    expect(value(all, 'management.ssh-administrator-logon')).toBe('unreadable')
  })
})

describe('missing evidence', () => {
  it('gives every setting, never better than with it', () => {
    const whole = facts(sections(dump(), 'Match User eve\n PermitRootLogin yes\n'))
    const none = interpretSshd(evidenceOf({}, false)).facts ?? []
    for (const id of observesSshd.settings)
      expect(none.find((fact) => fact.setting === id)?.state, id).toBe('unreadable')
    for (const id of Object.keys(sections(dump()))) {
      for (const broken of [
        { exitCode: 1 },
        { exitCode: 124 },
        { exitCode: 0, complete: false, text: 'permitrootlogin no\n' },
        { skipped: 'root' },
      ] as const) {
        const all = facts({ ...sections(dump(), 'Match User eve\n PermitRootLogin yes\n'), [id]: broken })
        for (const setting of observesSshd.settings)
          expect(
            [...all.keys()].some((key) => key.startsWith(setting)),
            setting,
          ).toBe(true)
        for (const [key, fact] of all) {
          if (fact.state !== 'known') continue
          const before = whole.get(key)
          expect(before?.state === 'known' ? before.value : undefined, `${id} ${key}`).toEqual(fact.value)
        }
      }
    }
  })

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, config) => {
        interpretSshd(evidenceOf(sections(text, config)))
        interpretSshd(evidenceOf({ ...sections({ exitCode: 1 }), 'access-files': text }))
      }),
    )
  })
})

describe('the reader', () => {
  it('knows the time format of sshd', () => {
    expect([
      sshdSeconds('90'),
      sshdSeconds('5m'),
      sshdSeconds('1h30m'),
      sshdSeconds('1w'),
      sshdSeconds('none'),
      sshdSeconds(''),
    ]).toEqual([90, 300, 5400, 604800, undefined, undefined])
  })

  it('ends an included Match with its file, and does not follow circles', () => {
    const file = (path: string, text: string) =>
      [path, { state: 'read' as const, path, lines: text.split('\n') }] as const
    const config = readSshdConfig(
      new Map([
        file('/etc/ssh/sshd_config', 'Include /etc/ssh/a\nPort 1'),
        file('/etc/ssh/a', 'Match User x\nInclude /etc/ssh/a\nPermitRootLogin yes'),
      ]),
      '/etc/ssh/sshd_config',
      [],
    )
    expect(config.global.map((line) => line.keyword)).toEqual(['port'])
    expect(config.unread).toEqual(['/etc/ssh/a'])
  })

  const sample = join(
    process.env['SEISA_SHARED'] ?? join(packageRoot(), '../shared'),
    'corpus/endpoint/linux/kellyjonbrazil__jc_generic_sshd-T.out',
  )
  it.skipIf(!existsSync(sample))('reads a recorded sshd -T', () => {
    const all = facts(sections(readFileSync(sample, 'utf8')))
    expect(value(all, 'session.peer-loss-disconnect[line:ssh]')).toBe('never')
    expect(value(all, 'crypto.ssh-ciphers')).toBe('unreadable')
  })
})
