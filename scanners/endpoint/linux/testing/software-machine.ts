import { expect } from 'vitest'
import type { Fact, Table } from '../../../../src/core/fact.ts'
import { rowTypesById, settings } from '../../../../src/core/catalogue/index.ts'
import type { Part } from '../interpret/contribution.ts'
import { evidenceOf, filesText, type GivenSection } from './evidence.ts'

/** Sections of a machine in the given state, by section id. */
export type Sections = Readonly<Record<string, GivenSection>>

const unit = (properties: Readonly<Record<string, string>>): string =>
  Object.entries({
    LoadState: 'loaded',
    ActiveState: 'active',
    SubState: 'running',
    UnitFileState: 'enabled',
    ...properties,
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')

const absentFiles = (...paths: readonly string[]) =>
  Object.fromEntries(paths.map((path) => [path, { state: 'absent' as const }]))

/** A Debian server where everything that these parts read is as it should be. */
export const healthyMachine: Sections = {
  virtualisation: 'none',
  mounts:
    '22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n23 22 0:21 / /proc rw,nosuid,noexec - proc proc rw\n24 22 0:31 / /tmp rw,nosuid - tmpfs tmpfs rw\nrows 3\n',
  'package-databases': 'dpkg present /var/lib/dpkg/status\nos ID=debian\nos VERSION_CODENAME=bookworm\n',
  dpkg: [
    'ii \tapt\t2.6.1\tamd64\tapt\t\t1747699200\tAPT Development Team <deity@lists.debian.org>',
    'ii \tlinux-image-6.1.0-37-amd64\t6.1.140-1\tamd64\tlinux-signed-amd64\t\t1763500000\tDebian Kernel Team <debian-kernel@lists.debian.org>',
    'hi \tnginx\t1.22.1-9\tamd64\tnginx\t\t1747699200\tSomebody <somebody@example.org>',
    'rc \told-thing\t1.0\tamd64\told-thing\t\t1747699200\tSomebody <somebody@example.org>',
    'ii \tunattended-upgrades\t2.9.1\tall\tunattended-upgrades\t\t1747699200\tMichael Vogt <mvo@debian.org>',
    'ii \tclamav-daemon\t1.0.7\tamd64\tclamav\t\t1747699200\tClamAV Team <pkg-clamav-devel@lists.alioth.debian.org>',
    'ii \tfapolicyd\t1.1.7\tamd64\tfapolicyd\t\t1747699200\tDebian Security Tools <team+pkg-security@tracker.debian.org>',
    '',
  ].join('\n'),
  pip: '/usr/local/lib/python3.11/dist-packages/ansible_core-2.16.1.dist-info\tpip\n/usr/lib/python3/dist-packages/six-1.16.0.egg-info\t\n',
  'local-programs': '/usr/local/bin/deploy\n',
  'program-hashes': [
    '@before',
    '120 1763500000 1763500000 77 /usr/local/bin/deploy',
    '@hashes',
    `${'a1'.repeat(32)}  /usr/local/bin/deploy`,
    '',
    '@after',
    '120 1763500000 1763500000 77 /usr/local/bin/deploy',
    '@exit 0',
    '',
  ].join('\n'),
  'origin-lists': [
    '@from Debian',
    '@list /var/lib/apt/lists/deb.debian.org_debian_dists_bookworm_main_binary-amd64_Packages.lz4',
    'nginx\tamd64\t1.22.1-9',
    '@exit 0',
    '',
  ].join('\n'),
  processes: 'systemd\nsshd\ncron\nclamd\nclamonacc\nfreshclam\nfapolicyd\nnginx\n',
  'fapolicyd-arguments': '/usr/sbin/fapolicyd\n',
  sockets:
    'tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:(("sshd",pid=700,fd=3))\n' +
    'tcp LISTEN 0 511 *:80 *:* users:(("nginx",pid=801,fd=6),("nginx",pid=800,fd=6))\n' +
    'udp UNCONN 0 0 127.0.0.1:323 0.0.0.0:* users:(("chronyd",pid=600,fd=5))\n',
  init: [
    'pid1\tsystemd',
    'systemd\trunning',
    'sysv\tinstalled',
    'wants\t/etc/systemd/system/multi-user.target.wants/ssh.service',
    'wants\t/etc/systemd/system/timers.target.wants/apt-daily-upgrade.timer',
    '',
  ].join('\n'),
  'systemd-units': [
    unit({ Id: 'ssh.service', User: '' }),
    unit({ Id: 'nginx.service', User: '' }),
    unit({ Id: 'chrony.service', User: '_chrony', SubState: 'exited' }),
    unit({ Id: 'clamav-daemon.service', User: 'clamav' }),
    unit({ Id: 'clamav-freshclam.service', User: 'clamav' }),
    unit({
      Id: 'rpcbind.service',
      ActiveState: 'inactive',
      SubState: 'dead',
      UnitFileState: 'disabled',
      TriggeredBy: 'rpcbind.socket',
      User: '',
    }),
    unit({ Id: 'rpcbind.socket', SubState: 'listening' }),
    unit({ Id: 'apt-daily-upgrade.timer', SubState: 'waiting', LastTriggerUSec: 'Thu 2026-11-19 06:25:01 UTC' }),
    unit({ Id: 'apt-daily.timer', SubState: 'waiting' }),
    unit({ Id: 'restic.timer', SubState: 'waiting' }),
    unit({ Id: 'scan.timer', SubState: 'waiting' }),
    unit({ Id: 'gone.service', LoadState: 'not-found', ActiveState: 'inactive', SubState: 'dead' }),
  ].join('\n'),
  'systemd-unit-files':
    'ssh.service enabled enabled\nsshd.service alias -\nnginx.service enabled enabled\nvsftpd.service disabled enabled\ngetty@.service enabled enabled\n',
  'unit-files': [
    '@unit /usr/lib/systemd/system/apt-daily-upgrade.timer',
    'OnCalendar=*-*-* 6:00',
    'Persistent=true',
    '@unit /usr/lib/systemd/system/apt-daily-upgrade.service',
    'ExecStart=/usr/lib/apt/apt.systemd.daily ***',
    '@unit /etc/systemd/system/restic.timer',
    'OnCalendar=daily',
    'Persistent=true',
    '@unit /etc/systemd/system/restic.service',
    'User=backup',
    'ExecStart=/usr/bin/restic backup --password-file /etc/restic/password /home',
    '@unit /etc/systemd/system/scan.timer',
    'OnCalendar=Sun *-*-* 03:00:00',
    'Persistent=true',
    '@unit /etc/systemd/system/scan.service',
    'ExecStart=/usr/bin/clamscan -r --infected --exclude-dir=^/sys --exclude-dir=^/proc /',
    '',
  ].join('\n'),
  'inetd-files': filesText(absentFiles('/etc/inetd.conf', '/etc/xinetd.conf', '/etc/xinetd.d/*')),
  'cron-files': filesText(absentFiles('/etc/crontab', '/etc/cron.d/*', '/var/spool/cron/crontabs/*')),
  'cron-folders': 'run\tdaily\t/etc/cron.daily/apt-compat\n',
  'at-jobs': '',
  'package-source-files': filesText({
    ...absentFiles('/etc/apt/sources.list'),
    '/etc/apt/sources.list.d/debian.sources':
      'Types: deb\nURIs: http://deb.debian.org/debian\nSuites: bookworm bookworm-updates\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n\n' +
      'Types: deb\nURIs: http://deb.debian.org/debian-security\nSuites: bookworm-security\nComponents: main\n',
  }),
  'apt-config': [
    'APT::Periodic "";',
    'APT::Periodic::Update-Package-Lists "1";',
    'APT::Periodic::Unattended-Upgrade "1";',
    'Unattended-Upgrade::Origins-Pattern "";',
    'Unattended-Upgrade::Origins-Pattern:: "origin=Debian,codename=${distro_codename},label=Debian-Security";',
    'Unattended-Upgrade::Origins-Pattern:: "origin=Debian,codename=${distro_codename}-security,label=Debian-Security";',
    'Acquire::AllowInsecureRepositories "0";',
    '',
  ].join('\n'),
  'security-lists': [
    '@list /var/lib/apt/lists/deb.debian.org_debian-security_dists_bookworm-security_main_binary-amd64_Packages.lz4',
    '@release /var/lib/apt/lists/deb.debian.org_debian-security_dists_bookworm-security_InRelease',
    'Origin: Debian',
    'Label: Debian-Security',
    'Suite: oldstable-security',
    'Codename: bookworm-security',
    'Date: Wed, 18 Nov 2026 22:17:41 UTC',
    'apt\tamd64\t2.6.1\t amd64=2.6.1',
    '@exit 0',
    '',
  ].join('\n'),
  'rpm-advisories': '',
  kernel: [
    'osrelease\t6.1.0-37-amd64',
    'version\t#1 SMP PREEMPT_DYNAMIC Debian 6.1.140-1 (2025-05-22)',
    'btime\t1763600000',
    'image\t/boot/vmlinuz-6.1.0-37-amd64',
    'apt-compat\tpresent',
    '',
  ].join('\n'),
  'file-times': '1763500000 /var/lib/dpkg/status\n1795069501 /var/lib/apt/periodic/upgrade-stamp\n',
  'apt-simulation': { skipped: 'not-asked' },
  'protection-files': filesText({
    '/etc/clamav/clamd.conf': 'OnAccessIncludePath /home\nOnAccessPrevention yes\nHeuristicAlerts true\n',
    '/etc/clamav/freshclam.conf': 'Checks 24\n',
    '/etc/fapolicyd/fapolicyd.conf': 'permissive = 0\nintegrity = sha256\n',
    '/etc/fapolicyd/compiled.rules':
      'deny_audit perm=any pattern=ld_so : all\nallow perm=any uid=0 trust=1 : all\nallow perm=execute all : trust=1\ndeny_audit perm=execute all : all\nallow perm=open all : all\n',
    ...absentFiles(
      '/etc/fapolicyd/fapolicyd.rules',
      '/etc/fapolicyd/rules.d/*.rules',
      '/etc/fapolicyd/fapolicyd.trust',
      '/etc/fapolicyd/trust.d/*',
      '/sys/fs/selinux/enforce',
    ),
    '/sys/module/apparmor/parameters/enabled': 'Y\n',
    '/sys/kernel/security/apparmor/profiles': '/usr/sbin/chronyd (enforce)\nlsb_release (complain)\n',
  }),
  'backup-files': filesText(absentFiles('/etc/rsnapshot.conf')),
  'clamav-definitions':
    '==> /dev/null <==\n\n==> /var/lib/clamav/daily.cvd <==\nClamAV-VDB:16 Nov 2026 04-23 -0400:27247:2059122:90:0:x:builder:1',
}

/** Every way that a section of evidence can fail to arrive whole. */
function damagedSections(sections: Sections): readonly { what: string; sections: Sections; complete: boolean }[] {
  return Object.entries(sections).flatMap(([id, section]) => {
    const text = typeof section === 'string' ? section : ''
    const { [id]: _, ...without } = sections
    return [
      { what: `${id} removed`, sections: without, complete: true },
      { what: `${id} lost`, sections: without, complete: false },
      {
        what: `${id} cut`,
        sections: { ...sections, [id]: { exitCode: null, complete: false, text: text.slice(0, text.length / 2) } },
        complete: false,
      },
      { what: `${id} emptied by a failure`, sections: { ...sections, [id]: { exitCode: 1 } }, complete: true },
      { what: `${id} timed out`, sections: { ...sections, [id]: { exitCode: 124, text } }, complete: true },
      // a missing command is 127, and 126 when a folder of PATH can't be read
      { what: `${id} not started`, sections: { ...sections, [id]: { exitCode: 126 } }, complete: true },
      {
        what: `${id} without its command`,
        sections: { ...sections, [id]: { skipped: 'command' as const } },
        complete: true,
      },
      { what: `${id} kept for root`, sections: { ...sections, [id]: { skipped: 'root' as const } }, complete: true },
    ]
  })
}

const observation = (fact: Fact | undefined) =>
  fact && { state: fact.state, value: fact.state === 'known' ? fact.value : undefined }

/** Whatever section is damaged, each fact stays what it was or becomes unreadable, and each table stays whole or says that it isn't. */
export function expectNeverBetter(part: Part, sections: Sections = healthyMachine): void {
  const before = part(evidenceOf(sections))
  expectInCatalogue(before)
  for (const { what, sections: damaged, complete } of damagedSections(sections)) {
    const after = part(evidenceOf(damaged, complete))
    for (const fact of before.facts ?? []) {
      const now = after.facts?.find(({ setting }) => setting === fact.setting)
      if (now?.state !== 'unreadable')
        expect(observation(now), `${fact.setting} with ${what}`).toEqual(observation(fact))
    }
    for (const table of before.tables ?? []) {
      const now = after.tables?.find(({ type }) => type === table.type)
      if (now?.complete !== false) expect(keysOf(now), `${table.type} with ${what}`).toEqual(keysOf(table))
    }
  }
}

/** Ids, fields and words are those of the catalogue. */
function expectInCatalogue({ facts = [], tables = [] }: ReturnType<Part>): void {
  for (const fact of facts) {
    const setting = settings.get(fact.setting)
    expect(setting, fact.setting).toBeDefined()
    if (fact.state === 'known' && setting?.values) expect(setting.values).toContain(fact.value)
    if (fact.state === 'known' && setting?.type === 'boolean') expect(fact.value).toBeTypeOf('boolean')
  }
  for (const table of tables) {
    const type = rowTypesById.get(table.type)
    const rows = [...table.rows]
    expect(new Set(rows.map(({ key }) => key)).size, `keys of ${table.type}`).toBe(rows.length)
    for (const { fields } of rows) {
      expect(Object.keys(fields).sort()).toEqual(Object.keys(type?.fields ?? {}).sort())
      for (const [name, value] of Object.entries(fields)) {
        const words = type?.fields[name]?.values
        if (words && typeof value === 'string') expect(words, `${table.type}.${name}`).toContain(value)
      }
    }
  }
}

const keysOf = (table: Table | undefined): readonly string[] => (table ? [...table.rows].map(({ key }) => key) : [])

/** Without any evidence everything that a part observes is unreadable, and its tables are incomplete. */
export function expectNothingFromNothing(
  part: Part,
  observes: { settings: readonly string[]; rows: readonly string[] },
): void {
  for (const complete of [true, false]) {
    const { facts = [], tables = [] } = part(evidenceOf({}, complete))
    expect(facts.map(({ setting, state }) => [setting, state])).toEqual(
      observes.settings.map((setting) => [setting, 'unreadable']),
    )
    expect(tables.map(({ type, complete: whole }) => [type, whole])).toEqual(observes.rows.map((type) => [type, false]))
  }
}

/** The fact of a setting, from a machine that differs from the healthy one in some sections. */
export function factOf(part: Part, setting: string, changes: Sections = {}): Fact | undefined {
  return part(evidenceOf({ ...healthyMachine, ...changes })).facts?.find((fact) => fact.setting === setting)
}

/** The rows of a table and whether it is whole. */
export function tableFrom(part: Part, type: string, changes: Sections = {}) {
  const table = part(evidenceOf({ ...healthyMachine, ...changes })).tables?.find((one) => one.type === type)
  return { complete: table?.complete, rows: table ? [...table.rows] : [] }
}
