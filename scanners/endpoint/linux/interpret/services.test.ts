import { describe, expect, it } from 'vitest'
import { evidenceOf, filesText } from '../testing/evidence.ts'
import {
  expectNeverBetter,
  expectNothingFromNothing,
  healthyMachine,
  type Sections,
  tableFrom,
} from '../testing/software-machine.ts'
import { interpretServices, observesServices } from './services.ts'
import { processNames, serviceViews } from './views.ts'

const service = (name: string, changes = {}) =>
  tableFrom(interpretServices, 'service', changes).rows.find(({ key }) => key === name)?.fields
const unreadable = { unreadable: expect.anything() }

describe('services of a running systemd', () => {
  it('says what runs, what starts by itself and as whom', () => {
    expect(service('ssh')).toMatchObject({
      running: true,
      'starts-automatically': true,
      account: 'root',
      category: 'remote-access',
    })
    expect(service('chrony')).toMatchObject({ running: false, account: '_chrony', category: 'time' })
    expect(service('vsftpd')).toMatchObject({
      running: false,
      'starts-automatically': false,
      category: 'file-sharing',
      account: unreadable,
    })
  })
  it('counts a socket that starts the service as an automatic start', () => {
    expect(service('rpcbind')).toMatchObject({ running: false, 'starts-automatically': true, state: 'disabled' })
  })
  it('leaves out aliases, templates and units that do not exist', () => {
    for (const name of ['sshd', 'getty@', 'gone']) expect(service(name)).toBeUndefined()
  })
  it('leaves out what comes and goes with the people who are logged on, the collector’s own logon among them', () => {
    const unit = (id: string) =>
      `LoadState=loaded\nActiveState=active\nSubState=running\nUnitFileState=static\nId=${id}\n`
    const sessions = [
      'user@1001.service',
      'user-runtime-dir@1001.service',
      'sshd@3-192.0.2.1:22-192.0.2.9:51514.service',
    ]
    const units = [String(healthyMachine['systemd-units']), ...sessions.map(unit), unit('getty@tty1.service')].join(
      '\n',
    )
    const keys = (changes: Sections): readonly string[] =>
      tableFrom(interpretServices, 'service', changes).rows.map(({ key }) => key)
    expect(keys({ 'systemd-units': units })).toEqual([...keys({}), 'getty@tty1'].sort())
  })
  it('does not take an empty answer for a machine without services', () => {
    expect(tableFrom(interpretServices, 'service', { 'systemd-units': '' }).complete).toBe(false)
  })
})

describe('services where systemd is not the init process', () => {
  const offline = {
    init: 'pid1\tsh\nsystemd\tinstalled\nwants\t/etc/systemd/system/multi-user.target.wants/ssh.service\nwants\t/usr/lib/systemd/system/system-update.target.wants/offline.service\nmasked\t/etc/systemd/system/cups.service\n',
    'unit-files':
      '@unit /usr/lib/systemd/system/ssh.service\nExecStart=/usr/sbin/sshd -D\n@unit /usr/lib/systemd/system/nfs-server.service\nExecStart=/usr/sbin/rpc.nfsd\n@unit /usr/lib/systemd/system/cups.service\nExecStart=/usr/sbin/cupsd -l\n@unit /usr/lib/systemd/system/offline.service\nExecStart=/bin/x\n',
  }
  it('knows what would start, and leaves open what runs unless its program is there', () => {
    expect(service('ssh', offline)).toMatchObject({ running: true, 'starts-automatically': true })
    expect(service('nfs-server', offline)).toMatchObject({ running: unreadable, 'starts-automatically': false })
    expect(service('cups', offline)).toMatchObject({
      running: unreadable,
      'starts-automatically': false,
      state: 'masked',
    })
    expect(service('offline', offline)).toMatchObject({ 'starts-automatically': false })
  })
})

describe('services of other init systems', () => {
  it('reads OpenRC: what is started, and in which runlevel', () => {
    const openrc = {
      init: 'pid1\tinit\nopenrc\trunning\nsysv\tinstalled\nscript\tsshd\nscript\tcupsd\nstarted\tsshd\nrunlevel\t/etc/runlevels/default/sshd\n',
    }
    expect(service('sshd', openrc)).toMatchObject({ running: true, 'starts-automatically': true, state: 'default' })
    expect(service('cupsd', openrc)).toMatchObject({ running: false, 'starts-automatically': false })
  })
  it('reads System V scripts: what starts, never what runs', () => {
    const scripts = {
      init: 'pid1\tinit\nsysv\tinstalled\nscript\tsshd\nscript\ttelnetd\nstart\t/etc/rc3.d/S55sshd\nstart\t/etc/rc6.d/S01telnetd\n',
    }
    expect(service('sshd', scripts)).toMatchObject({ running: unreadable, 'starts-automatically': true })
    expect(service('telnetd', scripts)).toMatchObject({ 'starts-automatically': false })
  })
  it('is unreadable without any init system', () => {
    expect(serviceViews(evidenceOf({ ...healthyMachine, init: 'pid1\tnginx\n' })).ok).toBe(false)
  })
  it('lists what inetd and xinetd start', () => {
    const inetd = filesText({
      '/etc/inetd.conf':
        '#ftp stream tcp nowait root /usr/sbin/ftpd\ntelnet stream tcp nowait root.tty /usr/sbin/tcpd in.telnetd\n',
      '/etc/xinetd.d/tftp': 'service tftp\n{\n  disable = yes\n  user = nobody\n}\n',
    })
    expect(service('inetd:telnet', { 'inetd-files': inetd })).toMatchObject({
      'starts-automatically': true,
      account: 'root',
      category: 'remote-access',
    })
    expect(service('inetd:tftp', { 'inetd-files': inetd })).toMatchObject({
      'starts-automatically': false,
      account: 'nobody',
    })
    expect(service('inetd:ftp', { 'inetd-files': inetd })).toBeUndefined()
  })
})

describe('services, whatever the evidence', () => {
  it('takes nothing from nothing, and never gains by a loss', () => {
    expectNothingFromNothing(interpretServices, observesServices)
    expectNeverBetter(interpretServices)
    expect(processNames(evidenceOf({ processes: '' })).ok).toBe(false)
  })
})
