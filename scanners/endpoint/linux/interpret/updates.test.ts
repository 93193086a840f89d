import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { evidenceOf, filesText } from '../testing/evidence.ts'
import {
  expectNeverBetter,
  expectNothingFromNothing,
  factOf,
  healthyMachine,
  type Sections,
  tableFrom,
} from '../testing/software-machine.ts'
import { interpretUpdates, observesUpdates } from './updates.ts'
import { installsUpdates } from './upgrade-command.ts'

const update = (setting: string, changes: Sections = {}) => factOf(interpretUpdates, `update.${setting}`, changes)
const known = (value: unknown) => ({ state: 'known', value })
const text = (id: string): string => {
  const section = healthyMachine[id]
  return typeof section === 'string' ? section : ''
}
const replaced = (id: string, from: string | RegExp, to: string): Sections => ({ [id]: text(id).replace(from, to) })

describe('automatic updates on Debian and Ubuntu', () => {
  it('are on when everything that makes them happen is there', () =>
    expect(update('automatic')).toMatchObject(known(true)))

  test.each<[string, Sections]>([
    ['unattended upgrades are set to 0', replaced('apt-config', 'Unattended-Upgrade "1"', 'Unattended-Upgrade "0"')],
    [
      'a later file sets them back to 0',
      { 'apt-config': `${text('apt-config')}APT::Periodic::Unattended-Upgrade "0";\n` },
    ],
    ['the lists are never refreshed', replaced('apt-config', 'Update-Package-Lists "1"', 'Update-Package-Lists "0"')],
    ['periodic work is off altogether', { 'apt-config': `${text('apt-config')}APT::Periodic::Enable "0";\n` }],
    ['no security origin is allowed', replaced('apt-config', /Debian-Security/g, 'Debian')],
    [
      'the patterns name the release of before a system upgrade',
      replaced('apt-config', /\$\{distro_codename\}/g, 'bullseye'),
    ],
    [
      'they do so and the lists are not on the disk',
      {
        ...replaced('apt-config', /\$\{distro_codename\}/g, 'bullseye'),
        'security-lists': '@exit 0\n',
      },
    ],
    [
      'no source of security updates is enabled',
      replaced(
        'package-source-files',
        /http:\/\/deb.debian.org\/debian-security\n\|Suites: bookworm-security/,
        'http://x/debian\n|Suites: bookworm',
      ),
    ],
    [
      'only packages of a list are upgraded',
      { 'apt-config': `${text('apt-config')}Unattended-Upgrade::Package-Whitelist:: "nginx";\n` },
    ],
    [
      'the timer that refreshes the lists is masked',
      {
        'systemd-units': text('systemd-units')
          .replace('UnitFileState=enabled\nId=apt-daily.timer', 'UnitFileState=masked\nId=apt-daily.timer')
          .replace(
            'ActiveState=active\nSubState=waiting\nUnitFileState=masked',
            'ActiveState=inactive\nSubState=dead\nUnitFileState=masked',
          ),
      },
    ],
    [
      'the service that installs is masked, and its timer is not',
      { 'systemd-unit-files': `${text('systemd-unit-files')}apt-daily-upgrade.service masked enabled\n` },
    ],
    ['the package is not installed', replaced('dpkg', /.*unattended-upgrades.*\n/, '')],
    [
      'the timer is disabled',
      {
        'systemd-units': text('systemd-units')
          .replace(/(Id=apt-daily-upgrade\.timer\n.*)/, '$1')
          .replace(
            /LoadState=loaded\nActiveState=active\nSubState=waiting\nUnitFileState=enabled\nId=apt-daily-upgrade\.timer/,
            'LoadState=loaded\nActiveState=inactive\nSubState=dead\nUnitFileState=disabled\nId=apt-daily-upgrade.timer',
          ),
        init: text('init').replace(/wants.*apt-daily.*\n/, ''),
      },
    ],
  ])('are off when %s', (_, changes) => expect(update('automatic', changes)).toMatchObject(known(false)))

  it('are off when apt has no periodic setting at all, and on by a cron job that upgrades', () => {
    const none = { 'apt-config': 'Acquire::AllowInsecureRepositories "0";\n' }
    expect(update('automatic', none)).toMatchObject(known(false))
    const cron = filesText({ '/etc/cron.d/upgrade': '0\t4\t*\t*\t*\troot\tapt-get -y -q dist-upgrade\n' })
    expect(update('automatic', { ...none, 'cron-files': cron })).toMatchObject(known(true))
    const refresh = filesText({ '/etc/cron.d/update': '0\t4\t*\t*\t*\troot\tapt-get update\n' })
    expect(update('automatic', { ...none, 'cron-files': refresh })).toMatchObject(known(false))
  })
})

describe('the last success of automatic updates', () => {
  const stamp = '1795069501 /var/lib/apt/periodic/upgrade-stamp\n'
  it('is when unattended-upgrades last ended well, and never where it never did', () => {
    expect(update('last-automatic')).toMatchObject(known('2026-11-19T06:25:01Z'))
    expect(update('last-automatic', replaced('file-times', stamp, ''))?.state).toBe('absent')
  })
  it('is none where updates do not install by themselves', () => {
    const off = replaced('apt-config', 'Unattended-Upgrade "1"', 'Unattended-Upgrade "0"')
    expect(update('last-automatic', off)?.state).toBe('absent')
  })
  it('is not recorded of a task of cron', () => {
    const cron = filesText({ '/etc/cron.d/upgrade': '0\t4\t*\t*\t*\troot\tapt-get -y -q dist-upgrade\n' })
    const changes = { 'apt-config': 'Acquire::AllowInsecureRepositories "0";\n', 'cron-files': cron }
    expect(update('automatic', changes)).toMatchObject(known(true))
    expect(update('last-automatic', changes)?.state).toBe('unreadable')
  })
  it.each([
    ['Result=success\nExecMainExitTimestamp=Thu 2026-11-19 04:10:22 UTC\n', 'known'],
    ['Result=exit-code\nExecMainExitTimestamp=Thu 2026-11-19 04:10:22 UTC\n', 'unreadable'],
    // not since the machine was started
    ['Result=success\nExecMainExitTimestamp=\n', 'unreadable'],
  ])('is what systemd remembers of the service of dnf-automatic: %j', (properties, state) => {
    const unit = `LoadState=loaded\nActiveState=inactive\nSubState=dead\nId=dnf-automatic.service\n${properties}`
    const fact = update('last-automatic', rpmMachine({ 'systemd-units': `${text('systemd-units')}\n${unit}` }))
    expect(fact?.state).toBe(state)
    if (fact?.state === 'known') expect(fact.value).toBe('2026-11-19T04:10:22Z')
  })
})

describe('origins of unattended upgrades', () => {
  it('are on by the pattern alone where the lists are not on the disk', () =>
    expect(update('automatic', { 'security-lists': '@exit 0\n' })).toMatchObject(known(true)))

  it('are on by the archive that Ubuntu names', () =>
    expect(
      update('automatic', {
        'package-databases': 'dpkg present /var/lib/dpkg/status\nos ID=ubuntu\nos VERSION_CODENAME=noble\n',
        'package-source-files': filesText({
          '/etc/apt/sources.list.d/ubuntu.sources':
            'Types: deb\nURIs: http://security.ubuntu.com/ubuntu/\nSuites: noble-security\nComponents: main\n',
        }),
        'apt-config':
          'APT::Periodic::Update-Package-Lists "1";\nAPT::Periodic::Unattended-Upgrade "1";\n' +
          'Unattended-Upgrade::Allowed-Origins:: "${distro_id}:${distro_codename}-security";\n',
        'security-lists':
          '@release /var/lib/apt/lists/security.ubuntu.com_ubuntu_dists_noble-security_InRelease\n' +
          'Origin: Ubuntu\nLabel: Ubuntu\nSuite: noble-security\nCodename: noble\n@exit 0\n',
      }),
    ).toMatchObject(known(true)))
})

describe('a scheduled command', () => {
  test.each([
    'apt-get -y -q dist-upgrade',
    'apt-get update && apt-get -qy upgrade',
    'apt-get -qq update; apt-get -qq upgrade',
    'DEBIAN_FRONTEND=*** apt full-upgrade -y',
    '/usr/bin/dnf -y update',
    'sudo nice -n 19 yum --assumeyes upgrade',
    'zypper -n patch',
    '/sbin/apk upgrade',
    'apk update && apk upgrade --no-cache',
    '/usr/sbin/transactional-update',
  ])('installs updates: %s', (command) => expect(installsUpdates(command)).toBe(true))

  test.each([
    'dnf -q check-update',
    'dnf check-update -y',
    'dnf upgrade --downloadonly -y',
    'dnf upgrade',
    'dnf -y makecache --refresh',
    'apt-get -s upgrade',
    'apt-get -qqs upgrade',
    'apt-get -y --download-only dist-upgrade',
    'apt-get upgrade',
    'apt-get -qq update',
    'apt list --upgradable',
    'apt-get -y install upgrade-reports',
    'zypper list-updates',
    'zypper -n refresh',
    'apk -s upgrade',
    'apk update',
    'echo apt-get -y upgrade',
    'logger dnf -y update',
    '',
  ])('does not: %s', (command) => expect(installsUpdates(command)).toBe(false))
})

const rpmMachine = (changes: Sections = {}): Sections => ({
  'package-databases': 'rpm present /var/lib/rpm/rpmdb.sqlite\nos ID="almalinux"\n',
  rpm:
    'kernel-core\t0\t5.14.0-503.el9\tx86_64\tk.src.rpm\t1763500000\tAlmaLinux\n' +
    'openssl-libs\t1\t3.2.2-6.el9\tx86_64\to.src.rpm\t1763500000\tAlmaLinux\n',
  'rpm-advisories': [
    '@repository /var/cache/dnf/baseos-1/repodata',
    '@list /var/cache/dnf/baseos-1/repodata/1-updateinfo.xml.gz',
    '@exit 0 rpm',
    'openssl-libs\tx86_64\t1:3.2.2-6.el9_5.1\t 1:3.2.2-6.el9\t',
    'openssl-libs\tx86_64\t1:3.0.7-1.el9\t 1:3.2.2-6.el9\t',
    'nodejs\tx86_64\t1:22.0.0-1.module_el9\t 1:18.0.0-1.module_el9\tnodejs:22',
    '@exit 0 /var/cache/dnf/baseos-1/repodata/1-updateinfo.xml.gz',
    '',
  ].join('\n'),
  'package-source-files': filesText({
    '/etc/dnf/dnf.conf': '[main]\ngpgcheck=1\n',
    '/etc/yum.repos.d/almalinux.repo':
      '[baseos]\nname=BaseOS\nmirrorlist=https://mirrors.almalinux.org/mirrorlist/9/baseos\nenabled=1\n[debug]\nenabled=0\ngpgcheck=0\nbaseurl=https://x/\n',
    '/etc/dnf/automatic.conf': '[commands]\nupgrade_type = security\napply_updates = yes\n',
    '/etc/dnf/modules.d/nodejs.module': '[nodejs]\nname=nodejs\nstream=18\nstate=enabled\n',
  }),
  'systemd-unit-files': `${text('systemd-unit-files')}dnf-automatic.timer enabled disabled\n`,
  'file-times':
    '1763500000 /var/cache/dnf/baseos-1/repodata/repomd.xml\n1763400000 /var/cache/dnf/appstream-1/repodata/repomd.xml\n',
  kernel:
    'osrelease\t5.14.0-503.el9.x86_64\nversion\t#1 SMP PREEMPT_DYNAMIC\nbtime\t1763600000\nimage\t/boot/vmlinuz-5.14.0-503.el9.x86_64\n',
  ...changes,
})

describe('automatic updates on RPM systems', () => {
  it('need the timer and apply_updates', () => {
    expect(update('automatic', rpmMachine())).toMatchObject(known(true))
    const downloads = String(rpmMachine()['package-source-files']).replace('apply_updates = yes', 'apply_updates = no')
    expect(update('automatic', rpmMachine({ 'package-source-files': downloads }))).toMatchObject(known(false))
    expect(update('automatic', rpmMachine({ 'systemd-unit-files': text('systemd-unit-files') }))).toMatchObject(
      known(false),
    )
    const stopped = {
      init: text('init').replace('systemd\trunning', 'systemd\tinstalled').replace('pid1\tsystemd', 'pid1\tsleep'),
    }
    expect(update('automatic', rpmMachine(stopped))).toMatchObject(known(false))
    const masked = `${text('systemd-unit-files')}dnf-automatic.timer enabled disabled\ndnf-automatic.service masked disabled\n`
    expect(update('automatic', rpmMachine({ 'systemd-unit-files': masked }))).toMatchObject(known(false))
  })
})

describe('pending security updates', () => {
  it('are counted with the age of the lists', () => {
    expect(update('pending-security')).toMatchObject(known(0))
    expect(update('lists-updated')).toMatchObject(known('2026-11-18T22:17:41Z'))
    const newer = replaced('security-lists', 'apt\tamd64\t2.6.1\t', 'apt\tamd64\t2.6.2\t')
    expect(update('pending-security', newer)).toMatchObject(known(1))
    expect(
      tableFrom(interpretUpdates, 'patch', newer).rows.map(({ key, fields }) => [
        key,
        fields.installed,
        fields.available,
        fields.security,
      ]),
    ).toEqual([['deb:apt:amd64', '2.6.1', '2.6.2', true]])
  })
  it('compare as dpkg does, only for the installed architecture', () => {
    const lines = 'apt\tamd64\t2.6.1~rc1\t amd64=2.6.1\napt\ti386\t9.0\t amd64=2.6.1\n'
    expect(
      update('pending-security', replaced('security-lists', 'apt\tamd64\t2.6.1\t amd64=2.6.1\n', lines)),
    ).toMatchObject(known(0))
  })
  test.each<[string, Sections]>([
    ['there are no lists on the disk', { 'security-lists': '@exit 0\n' }],
    [
      'the list of another suite is all there is',
      replaced('security-lists', 'dists_bookworm-security_main', 'dists_bullseye-security_main'),
    ],
    ['the lists are of contrib alone', replaced('security-lists', 'security_main_binary', 'security_contrib_binary')],
    [
      'the sources stayed with the release before',
      { 'package-databases': 'dpkg present /var/lib/dpkg/status\nos ID=debian\nos VERSION_CODENAME=trixie\n' },
    ],
    ['unpacking failed', replaced('security-lists', '@exit 0', '@exit 100')],
    ['unpacking never ended', replaced('security-lists', '@exit 0\n', '')],
    [
      'a list is packed and nothing unpacks it',
      replaced('security-lists', '@release', '@packed /var/lib/apt/lists/x.lz4\n@release'),
    ],
    ['no security source is configured', replaced('package-source-files', /bookworm-security|-security/g, 'x')],
    [
      'the system does not mark security updates',
      {
        'package-databases': 'apk present /lib/apk/db/installed\nos ID=alpine\n',
        apk: 'musl\t1.2.5\tx86_64\tmusl\tA <a@b>\n',
      },
    ],
  ])('are unreadable, never 0, when %s', (_, changes) => {
    expect(update('pending-security', changes)?.state).toBe('unreadable')
    expect(tableFrom(interpretUpdates, 'patch', changes).complete).toBe(false)
  })
  it('come from advisories on RPM systems, without module streams that are not enabled', () => {
    expect(
      tableFrom(interpretUpdates, 'patch', rpmMachine()).rows.map(({ key, fields }) => [key, fields.available]),
    ).toEqual([['rpm:openssl-libs:x86_64', '1:3.2.2-6.el9_5.1']])
    expect(update('lists-updated', rpmMachine())).toMatchObject(known('2025-11-17T17:20:00Z'))
    expect(
      update('pending-security', rpmMachine({ 'rpm-advisories': '@repository /var/cache/dnf/baseos-1/repodata\n' }))
        ?.state,
    ).toBe('unreadable')
  })
  it('are not counted from the advisories of another repository alone', () => {
    const advisories = String(rpmMachine()['rpm-advisories'])
    const stream = `@repository /var/cache/dnf/baseos-1/repodata\n${advisories.replaceAll('baseos-1', 'epel-1')}`
    for (const text of [stream, advisories.replaceAll('baseos-1', 'epel-1')]) {
      expect(update('pending-security', rpmMachine({ 'rpm-advisories': text }))?.state).toBe('unreadable')
    }
  })
  it('take in other updates from a simulated upgrade', () => {
    const simulation =
      'Inst base-files [12.4+deb12u11] (12.4+deb12u15 Debian:12.15/oldstable [amd64])\nInst apt [2.6.1] (2.6.2 Debian-Security:12/oldstable-security [amd64])\nConf apt (2.6.2 x [amd64])\n'
    const { rows } = tableFrom(interpretUpdates, 'patch', { 'apt-simulation': simulation })
    expect(rows.map(({ key, fields }) => [key, fields.security])).toEqual([
      ['deb:apt:amd64', true],
      ['deb:base-files:amd64', false],
    ])
  })
})

describe('a restart', () => {
  it('is not needed when the newest kernel runs', () => expect(update('restart-required')).toMatchObject(known(false)))
  test.each<[string, Sections]>([
    ['a flag file says so', { kernel: `${text('kernel')}flag\t/run/reboot-required\n` }],
    [
      'a newer kernel of the same flavour lies ready',
      { kernel: `${text('kernel')}image\t/boot/vmlinuz-6.1.0-38-amd64\n` },
    ],
    ['the running build is older than its package', replaced('dpkg', '6.1.140-1', '6.1.147-1')],
    [
      'core packages are newer than the boot',
      rpmMachine({
        kernel: 'osrelease\t5.14.0-503.el9.x86_64\nbtime\t1763400000\nimage\t/boot/vmlinuz-5.14.0-503.el9.x86_64\n',
      }),
    ],
  ])('is needed when %s', (_, changes) => expect(update('restart-required', changes)).toMatchObject(known(true)))
  it('is left open when the running kernel is none of those installed', () => {
    expect(update('restart-required', { kernel: 'osrelease\t6.18.44-cloud\nversion\t#1\n' })?.state).toBe('unreadable')
    expect(
      update('restart-required', { kernel: `${text('kernel')}image\t/boot/vmlinuz-6.9.0-1-rt-amd64\n` }),
    ).toMatchObject(known(false))
  })
})

describe('package sources', () => {
  const sources = (files: Parameters<typeof filesText>[0]): Sections => ({ 'package-source-files': filesText(files) })
  test.each<[string, Sections, boolean]>([
    [
      'one line with trusted=yes',
      sources({ '/etc/apt/sources.list': 'deb [arch=amd64 trusted=yes] https://example.jp/apt stable main\n' }),
      false,
    ],
    [
      'deb822 with Trusted: yes',
      sources({
        '/etc/apt/sources.list.d/x.sources': 'Types: deb\nURIs: https://example.jp/apt\nSuites: stable\nTrusted: yes\n',
      }),
      false,
    ],
    [
      'a disabled deb822 source',
      sources({
        '/etc/apt/sources.list': 'deb https://a stable main\n',
        '/etc/apt/sources.list.d/x.sources': 'Enabled: no\nTypes: deb\nURIs: https://x\nSuites: stable\nTrusted: yes\n',
      }),
      true,
    ],
    ['apt told to take unsigned packages', { 'apt-config': 'APT::Get::AllowUnauthenticated "true";\n' }, false],
    ['dnf with gpgcheck in [main]', rpmMachine(), true],
    [
      'dnf without gpgcheck anywhere',
      sources({ '/etc/dnf/dnf.conf': '[main]\n', '/etc/yum.repos.d/x.repo': '[x]\nbaseurl=http://x/\n' }),
      false,
    ],
    [
      'zypper, which checks unless told otherwise',
      sources({ '/etc/zypp/repos.d/x.repo': '[x]\nbaseurl=http://x/\n' }),
      true,
    ],
    [
      'pacman with required signatures',
      sources({
        '/etc/pacman.conf':
          '[options]\nSigLevel = Required DatabaseOptional\n[core]\nInclude = /etc/pacman.d/mirrorlist\n',
      }),
      true,
    ],
    [
      'pacman with its default',
      sources({ '/etc/pacman.conf': '[options]\n[core]\nInclude = /etc/pacman.d/mirrorlist\n' }),
      false,
    ],
  ])('are verified or not: %s', (_, changes, verified) =>
    expect(update('signature-verification', changes)).toMatchObject(known(verified)),
  )

  it('follow what dnf5 config-manager overrides, the file in /etc over its namesake in /usr', () => {
    const repo = { '/etc/yum.repos.d/fedora.repo': '[fedora]\nenabled=1\ngpgcheck=1\nmetalink=https://m/\n' }
    const checked = (files: Readonly<Record<string, string>>) =>
      update('signature-verification', sources({ '/etc/apt/sources.list': { state: 'absent' }, ...repo, ...files }))
    expect(checked({})).toMatchObject(known(true))
    const off = { '/etc/dnf/repos.override.d/99-config_manager.repo': '[fed*]\ngpgcheck=0\n' }
    expect(checked(off)).toMatchObject(known(false))
    expect(
      checked({ '/usr/share/dnf5/repos.override.d/99-config_manager.repo': '[fedora]\ngpgcheck=0\n' }),
    ).toMatchObject(known(false))
    expect(
      checked({
        '/usr/share/dnf5/repos.override.d/1.repo': '[fedora]\npkg_gpgcheck=0\n',
        '/etc/dnf/repos.override.d/1.repo': '[other]\ngpgcheck=0\n',
      }),
    ).toMatchObject(known(true))
  })

  it('never show a name or password of an address', () => {
    const { rows } = tableFrom(
      interpretUpdates,
      'package-source',
      sources({ '/etc/apt/sources.list': 'deb https://bob:hunter2@example.jp/apt stable main\n' }),
    )
    expect(JSON.stringify(rows)).not.toContain('hunter2')
    expect(rows[0]?.fields.location).toBe('https://example.jp/apt')
  })
  it('are unreadable without one, or with one that could not be read', () => {
    expect(update('signature-verification', sources({ '/etc/apt/sources.list': { state: 'absent' } }))?.state).toBe(
      'unreadable',
    )
    expect(
      update(
        'signature-verification',
        sources({
          '/etc/apt/sources.list': 'deb https://a b c\n',
          '/etc/apt/sources.list.d/x.list': { state: 'denied' },
        }),
      )?.state,
    ).toBe('unreadable')
  })
})

describe('updates, whatever the evidence', () => {
  it('takes nothing from nothing, and never gains by a loss', () => {
    expectNothingFromNothing(interpretUpdates, observesUpdates)
    expectNeverBetter(interpretUpdates)
    expectNeverBetter(interpretUpdates, { ...healthyMachine, ...rpmMachine() })
  })
  it('stands any text', () => {
    fc.assert(
      fc.property(fc.string(), (any) => {
        interpretUpdates(
          evidenceOf({
            ...healthyMachine,
            'security-lists': `@list x\n${any}\t\t\n@exit 0`,
            kernel: any,
            'apt-config': any,
            'package-source-files': `@file /etc/apt/sources.list\n|${any}\n@end`,
          }),
        )
      }),
      { numRuns: 200 },
    )
  })
})
