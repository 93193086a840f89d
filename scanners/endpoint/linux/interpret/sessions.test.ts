import { describe, expect, it } from 'vitest'
import type { Fact } from '../../../../src/core/fact.ts'
import { evidenceOf, filesText, type GivenSection } from '../testing/evidence.ts'
import { readTimeout } from './session-shell.ts'
import { spanSeconds } from './session-logind.ts'
import { interpretSessions, observesSessions } from './sessions.ts'

const state = (more = ''): string =>
  `processes-seen=yes\ndropbear-running=no\nfirewalld-running=no\nlogind-running=yes\nsshd-running=yes\nsshd-installed=yes\ndropbear-installed=no\ngnome-installed=yes\nkde-installed=no\nsh=dash\nlinger=@absent\ndconf=current local\n${more}`

const profileFiles = (more: Record<string, string> = {}, shells = '/bin/bash\n'): string =>
  filesText({ '/etc/profile': '', '/etc/bash.bashrc': '', '/etc/passwd': shells, ...more })

const sections = (changes: Record<string, GivenSection> = {}): Record<string, GivenSection> => ({
  'access-state': state(),
  'access-reduced': profileFiles(),
  'access-files': filesText({
    '/etc/ssh/sshd_config': '',
    '/etc/systemd/logind.conf': '',
    '/etc/xdg/kscreenlockerrc': { state: 'absent' },
  }),
  'sshd-processes': '',
  'sshd-effective': 'port 22\npermitrootlogin no\nchanneltimeout none\n',
  desktop: 'session /usr/share/xsessions/gnome.desktop\nchecked\n',
  'system-files': filesText({ '/etc/dconf/profile/user': 'user-db:user\nsystem-db:local\n' }),
  ...changes,
})

const facts = (changes: Record<string, GivenSection> = {}): ReadonlyMap<string, Fact> =>
  new Map(
    (interpretSessions(evidenceOf(sections(changes))).facts ?? []).map((fact) => [
      fact.scope ? `${fact.setting}[${fact.scope.kind}:${fact.scope.key}]` : fact.setting,
      fact,
    ]),
  )
const value = (all: ReadonlyMap<string, Fact>, id: string): unknown => {
  const fact = all.get(id)
  return fact?.state === 'known' ? fact.value : fact?.state
}

describe('TMOUT in a file that only root can read', () => {
  const id = 'session.idle-disconnect[line:console]'
  const set = profileFiles({ '/etc/profile.d/tmout.sh': 'readonly TMOUT=300' })
  const read = (more: string): unknown => value(facts({ 'access-reduced': set, 'access-state': state(more) }), id)

  it('holds for nobody else', () => {
    expect(read('')).toBe(300)
    expect(read('shell-private=/etc/profile.d/other.sh\n')).toBe(300)
    expect(read('shell-private=/etc/profile.d/tmout.sh\n')).toBe('never')
  })
  it('is not known when its mode is not', () => {
    expect(read('shell-private=@error\n')).toBe('unreadable')
  })
})

describe('TMOUT', () => {
  const timeout = (...texts: readonly string[]): unknown => {
    const result = readTimeout(texts.map((text, index) => ({ path: `/etc/${index}`, lines: text.split('\n') })))
    return result.ok ? result.value.value : 'unreadable'
  }

  it.each([
    ['readonly TMOUT=900', 900],
    ['TMOUT=900\nreadonly TMOUT\nexport TMOUT', 900],
    ['TMOUT=900; readonly TMOUT; export TMOUT', 900],
    ['typeset -xr TMOUT=600', 600],
    ['declare -r TMOUT="300"', 300],
    ['if [ -n "$PS1" ]; then\nreadonly TMOUT=900\nfi', 900],
    // what the user can lift doesn't count
    ['TMOUT=900\nexport TMOUT', 'never'],
    ['export TMOUT=900', 'never'],
    ['', 'never'],
    ['# readonly TMOUT=900', 'never'],
    // 0 switches it off (bash(1))
    ['readonly TMOUT=0', 'never'],
    ['TMOUT #reduced', 'unreadable'],
    ['if reduced\nthen\nreadonly TMOUT=900\nfi', 'unreadable'],
    ['[ -z "$X" ] && readonly TMOUT=900', 'unreadable'],
    ['readonly TMOUT=$LIMIT', 'unreadable'],
    ['function {\nreadonly TMOUT=900\n }', 'unreadable'],
    // tried with bash: none of these ends an idle shell of everybody
    ['[ "$UID" -ge 9000 ] &&\nreadonly TMOUT=900', 'unreadable'],
    ['reduced &&\nreadonly TMOUT=900', 'unreadable'],
    ['(\nreadonly TMOUT=900\n)', 'unreadable'],
    ['if [ -n "$PS1" ] && [ "$UID" -ge 9000 ]; then\nreadonly TMOUT=900\nfi', 'unreadable'],
    ['if [ "$PS1" = x ]; then\nreadonly TMOUT=900\nfi', 'unreadable'],
    ['case $- in\n*x*)\nreadonly TMOUT=900\n;;\nesac', 'unreadable'],
    ['return\nreadonly TMOUT=900', 'never'],
    ['if reduced\nreturn\nfi\nreadonly TMOUT=900', 'unreadable'],
    ['if ! PS1\nreturn\nfi\nreadonly TMOUT=900', 900],
    ['if PS1\nelse\nreadonly TMOUT=900\nfi', 'never'],
    ['if PS1\nreadonly TMOUT=900\nfi', 900],
    ['reduced &&\n\nreadonly TMOUT=900', 900],
  ])('%j is %s', (text, expected) => {
    expect(timeout(text)).toBe(expected)
  })

  it('is overridden by a later file, unless it is read-only by then', () => {
    expect(timeout('TMOUT=900', 'TMOUT=3600\nreadonly TMOUT')).toBe(3600)
    expect(timeout('readonly TMOUT=900', 'TMOUT=0')).toBe(900)
  })

  it('is the longest that two files make read-only, and unknown where one of them switches it off', () => {
    const console = (more: Record<string, string>): unknown =>
      value(facts({ 'access-reduced': profileFiles(more) }), 'session.idle-disconnect[line:console]')
    expect(console({ '/etc/profile': 'readonly TMOUT=600', '/etc/profile.d/t.sh': 'readonly TMOUT=3600' })).toBe(3600)
    expect(console({ '/etc/profile': 'readonly TMOUT=3600', '/etc/profile.d/t.sh': 'readonly TMOUT=600' })).toBe(3600)
    expect(console({ '/etc/profile.d/t.sh': 'readonly TMOUT=0', '/etc/bash.bashrc': 'readonly TMOUT=600' })).toBe(
      'unreadable',
    )
    // the names of profile.d order its files for certain
    expect(console({ '/etc/profile.d/a.sh': 'readonly TMOUT=700', '/etc/profile.d/b.sh': 'readonly TMOUT=900' })).toBe(
      700,
    )
  })

  it('ends console and SSH sessions, when every shell has one', () => {
    const files = profileFiles({ '/etc/profile.d/tmout.sh': 'readonly TMOUT=900\n' })
    expect(value(facts({ 'access-reduced': files }), 'session.idle-disconnect[line:console]')).toBe(900)
    expect(value(facts({ 'access-reduced': files }), 'session.idle-disconnect[line:ssh]')).toBe(900)
    for (const shell of ['/usr/bin/fish', '/bin/tcsh', '/bin/sh']) {
      const mixed = profileFiles({ '/etc/profile.d/tmout.sh': 'readonly TMOUT=900\n' }, `/bin/bash\n${shell}\n`)
      expect(value(facts({ 'access-reduced': mixed }), 'session.idle-disconnect[line:console]'), shell).toBe('never')
    }
    expect(
      value(
        facts({ 'access-reduced': profileFiles({}, '/bin/bash\n/usr/sbin/nologin\n') }),
        'session.idle-disconnect[line:console]',
      ),
    ).toBe('never')
  })
})

describe('other ends of idle sessions', () => {
  it.each([
    ['session:*=5m', 300],
    ['*=1h', 3600],
    ['session:shell=30', 30],
    ['session:*=0', 'never'],
    ['agent-connection=5m', 'never'],
    ['session:command=5m', 'never'],
    ['none', 'never'],
  ])('ChannelTimeout %s is %s, for SSH only', (text, expected) => {
    const all = facts({ 'sshd-effective': `port 22\npermitrootlogin no\nchanneltimeout ${text}\n` })
    expect(value(all, 'session.idle-disconnect[line:ssh]')).toBe(expected)
    expect(value(all, 'session.idle-disconnect[line:console]')).toBe('never')
  })

  it('a Match block can lift ChannelTimeout', () => {
    const all = facts({
      'sshd-effective': 'port 22\npermitrootlogin no\nchanneltimeout session:*=5m\n',
      'access-files': filesText({
        '/etc/ssh/sshd_config': 'ChannelTimeout session:*=5m\nMatch User eve\n ChannelTimeout none\n',
        '/etc/systemd/logind.conf': '',
      }),
    })
    expect(value(all, 'session.idle-disconnect[line:ssh Match User eve]')).toBe('never')
  })

  it('systemd time spans are understood, and infinity is never', () => {
    expect([
      spanSeconds('900'),
      spanSeconds('15min'),
      spanSeconds('1h 30min'),
      spanSeconds('infinity'),
      spanSeconds('soon'),
      spanSeconds('5 constructor'),
    ]).toEqual([900, 900, 5400, 'never', undefined, undefined])
  })
})

describe('log-off', () => {
  const logind = (files: Record<string, string>) =>
    facts({ 'access-files': filesText({ '/etc/ssh/sshd_config': '', '/etc/systemd/logind.conf': '', ...files }) })

  it('ends processes only when told to, for everybody but root', () => {
    const id = 'session.processes-end-at-logout'
    expect(value(logind({}), id)).toBe(false)
    expect(value(logind({ '/etc/systemd/logind.conf': '[Login]\nKillUserProcesses=yes\n' }), id)).toBe(true)
    expect(
      value(logind({ '/etc/systemd/logind.conf': '[Login]\nKillUserProcesses=yes\nKillExcludeUsers=root bob\n' }), id),
    ).toBe(false)
    expect(
      value(
        logind({
          '/etc/systemd/logind.conf': '[Login]\nKillUserProcesses=yes\n',
          '/etc/systemd/logind.conf.d/50.conf': '[Login]\nKillUserProcesses=no\n',
        }),
        id,
      ),
    ).toBe(false)
  })

  it('takes the drop-in of /etc instead of one of the same name in /usr/lib', () => {
    const all = logind({
      '/usr/lib/systemd/logind.conf.d/50.conf': '[Login]\nKillUserProcesses=no\n',
      '/etc/systemd/logind.conf.d/50.conf': '[Login]\nKillUserProcesses=yes\n',
    })
    expect(value(all, 'session.processes-end-at-logout')).toBe(true)
  })

  it('lists lingering accounts, and does not take an unreadable folder for an empty one', () => {
    const id = 'session.lingering-accounts'
    expect(value(facts(), id)).toEqual([])
    expect(value(facts({ 'access-state': state().replace('linger=@absent', 'linger=bob\nlinger=@end') }), id)).toEqual([
      'bob',
    ])
    expect(value(facts({ 'access-state': state().replace('linger=@absent', 'linger=@denied') }), id)).toBe('unreadable')
  })
})

describe('the screen lock of GNOME', () => {
  const dconf = (keys: string, locks = '', more = '') => ({
    'system-files': filesText({
      '/etc/dconf/profile/user': 'user-db:user\nsystem-db:local\n',
      '/etc/dconf/db/local.d/00-lock': keys,
      '/etc/dconf/db/local.d/locks/lock': locks,
    }),
    'access-state': state(more),
  })

  it('locks after 300 seconds by default, which users can change', () => {
    const all = facts()
    expect(all.get('session.idle-lock')).toMatchObject({ value: 300, origin: 'platform-default' })
    expect(value(all, 'session.idle-lock-enforced')).toBe(false)
    expect(value(all, 'session.lock-screen-notifications')).toBe(true)
  })

  it('never locks with an idle-delay of 0, or with the lock off', () => {
    expect(value(facts(dconf('[org/gnome/desktop/session]\nidle-delay=uint32 0\n')), 'session.idle-lock')).toBe('never')
    expect(value(facts(dconf('[org/gnome/desktop/screensaver]\nlock-enabled=false\n')), 'session.idle-lock')).toBe(
      'never',
    )
    expect(value(facts(dconf('[org/gnome/desktop/lockdown]\ndisable-lock-screen=true\n')), 'session.idle-lock')).toBe(
      'never',
    )
  })

  it('adds the lock delay, and is enforced when all its keys are locked', () => {
    const keys =
      '[org/gnome/desktop/session]\nidle-delay=uint32 600\n[org/gnome/desktop/screensaver]\nlock-enabled=true\nlock-delay=uint32 30\n'
    const locks =
      '/org/gnome/desktop/session/idle-delay\n/org/gnome/desktop/screensaver/lock-enabled\n/org/gnome/desktop/screensaver/lock-delay\n'
    expect(value(facts(dconf(keys, locks)), 'session.idle-lock')).toBe(630)
    expect(value(facts(dconf(keys, locks)), 'session.idle-lock-enforced')).toBe(true)
    expect(value(facts(dconf(keys, locks.slice(38))), 'session.idle-lock-enforced')).toBe(false)
  })

  describe('by the rules of dconf(7), as gsettings answered on Debian 13', () => {
    const keys = '[org/gnome/desktop/session]\nidle-delay=uint32 600\n'
    const lock = '/org/gnome/desktop/session/idle-delay\n'
    const idle = (files: Record<string, string>, more = '', access: Record<string, string> = {}) =>
      value(
        facts({
          'system-files': filesText({
            ...('/etc/dconf/profile/user' in files ? {} : { '/etc/dconf/profile/user': { state: 'absent' as const } }),
            ...files,
          }),
          'access-state': state(more),
          'access-files': filesText({ '/etc/ssh/sshd_config': '', '/etc/systemd/logind.conf': '', ...access }),
        }),
        'session.idle-lock',
      )
    const two = 'user-db:user\nsystem-db:local\nsystem-db:site\n'

    it('takes a locked value of a later database before an unlocked one of an earlier', () => {
      const files = {
        '/etc/dconf/profile/user': two,
        '/etc/dconf/db/local.d/a': keys,
        '/etc/dconf/db/site.d/a': keys.replace('600', '0'),
      }
      expect(idle(files, 'dconf=current site\n')).toBe(600)
      expect(idle({ ...files, '/etc/dconf/db/site.d/locks/l': lock }, 'dconf=current site\n')).toBe('never')
    })

    it('reads the profile of /usr/share where /etc has none', () => {
      const files = { '/etc/dconf/db/local.d/a': keys.replace('600', '0') }
      expect(idle(files)).toBe(300)
      expect(idle(files, '', { '/usr/share/dconf/profile/user': 'user-db:user\nsystem-db:local\n' })).toBe('never')
    })

    it('does not know what a database without key files holds', () => {
      expect(idle({ '/etc/dconf/profile/user': two }, 'dconf=sourceless site\n')).toBe('unreadable')
      expect(idle({ '/etc/dconf/profile/user': 'user-db:user\nfile-db:/etc/dconf/db/x\n' })).toBe('unreadable')
    })

    it('believes no value of a wrong type, and no override that was not compiled', () => {
      const files = { '/etc/dconf/profile/user': 'user-db:user\nsystem-db:local\n' }
      expect(idle({ ...files, '/etc/dconf/db/local.d/a': keys.replace('uint32 ', '') })).toBe('unreadable')
      const override = {
        '/usr/share/glib-2.0/schemas/9.gschema.override': '[org.gnome.desktop.session]\nidle-delay=60\n',
      }
      expect(idle(override)).toBe(60)
      expect(idle(override, 'schemas=stale\n')).toBe('unreadable')
    })

    it('takes a lock only from a whole line', () => {
      const locks = `${lock}/org/gnome/desktop/screensaver/lock-enabled\n/org/gnome/desktop/screensaver/lock-delay\n`
      const enforced = (text: string) => value(facts(dconf('', text)), 'session.idle-lock-enforced')
      expect(enforced(locks)).toBe(true)
      expect(enforced(locks.replace('idle-delay', 'idle-delay '))).toBe(false)
    })
  })

  it('is not known from key files that were never compiled', () => {
    const keys = '[org/gnome/desktop/session]\nidle-delay=uint32 600\n'
    expect(
      value(
        facts({ ...dconf(keys), 'access-state': state().replace('dconf=current', 'dconf=stale') }),
        'session.idle-lock',
      ),
    ).toBe('unreadable')
    expect(
      value(
        facts({ ...dconf(keys), 'access-state': state().replace('dconf=current', 'dconf=missing') }),
        'session.idle-lock',
      ),
    ).toBe('unreadable')
  })

  it('is as weak as the weakest of several desktops, and open when one is not read', () => {
    const both = state().replace('kde-installed=no', 'kde-installed=yes')
    const kde = (text: string) =>
      filesText({ '/etc/ssh/sshd_config': '', '/etc/systemd/logind.conf': '', '/etc/xdg/kscreenlockerrc': text })
    expect(
      value(facts({ 'access-state': both, 'access-files': kde('[Daemon]\nAutolock=false\n') }), 'session.idle-lock'),
    ).toBe('never')
    expect(
      value(facts({ 'access-state': both, 'access-files': kde('[Daemon][$i]\nTimeout=10\n') }), 'session.idle-lock'),
    ).toBe(605)
    expect(value(facts({ 'access-state': state('xfce-installed=yes\n') }), 'session.idle-lock')).toBe('unreadable')
  })

  it('does not apply without a desktop', () => {
    expect(value(facts({ desktop: 'checked\n' }), 'session.idle-lock')).toBe('inapplicable')
  })
})

describe('missing evidence', () => {
  it('gives every setting, and nothing better than with it', () => {
    const none = interpretSessions(evidenceOf({}, false)).facts ?? []
    for (const id of observesSessions.settings)
      expect(
        none.some((fact) => fact.setting === id && fact.state === 'unreadable'),
        id,
      ).toBe(true)
    expect(none.every((fact) => fact.state === 'unreadable')).toBe(true)
    const whole = facts()
    for (const id of Object.keys(sections())) {
      for (const broken of [{ exitCode: 1 }, { exitCode: 0, complete: false }, { skipped: 'root' }] as const) {
        for (const [key, fact] of facts({ [id]: broken })) {
          if (fact.state === 'known' && whole.has(key)) expect(value(whole, key), `${id} ${key}`).toEqual(fact.value)
        }
      }
    }
  })
})
