import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { collectorScript } from '../scanners/endpoint/linux/collector.ts'
import { command } from '../src/cli/testing/app.ts'
import { run } from '../src/cli/testing/run.ts'
import { packageRoot } from '../src/package-root.ts'
import { machineLab, runOnMachine } from './machine.ts'
import { labSuite } from './suites.ts'

/** A secret that tells, wherever it turns up, where it came from. */
const secret = (place: string): string => `Zq7${place}9xK`
const { places, lines } = secrets()

/** Lines with a secret in them, by the file they are added to: what administrators write in good faith. */
function secrets(): {
  readonly places: readonly string[]
  readonly lines: Readonly<Record<string, readonly string[]>>
} {
  const places: string[] = []
  const s = (place: string): string => {
    places.push(place)
    return secret(place)
  }
  const lines: Record<string, readonly string[]> = {
    '/etc/passwd': ['canary:x:4242:4242::/home/canary:/bin/sh'],
    '/etc/shadow': [`canary:$6$saltsalt$${s('shadow')}:19000:0:99999:7:::`],
    '/etc/gshadow': [`canary:${s('gshadow')}::`],
    '/etc/sudoers': [
      `# the password is ${s('sudoersComment')}`,
      `canary ALL=(root) NOPASSWD: /usr/bin/mysql -p${s('sudoersArgument')}`,
    ],
    '/etc/sudoers.d/canary': [`Defaults:canary secure_path=/usr/bin, badpass_message="${s('sudoersDefaults')}"`],
    '/etc/doas.conf': [
      `permit nopass setenv { TOKEN=${s('doasEnvironment')} } canary as root cmd mysql args -p${s('doasArgument')}`,
    ],
    '/etc/crontab': [
      `API_TOKEN=${s('cronAssignment')}`,
      `1 1 * * * root PGPASSWORD=${s('cronVariable')} /usr/bin/pg_dump --password=${s('cronArgument')} | curl -u u:${s('cronPipe')} -T - https://u:${s('cronUrl')}@b.example/`,
      `2 2 * * * root restic -r rest:https://u:${s('cronRestic')}@backup.example/ backup /`,
    ],
    '/etc/cron.d/canary': [`3 3 * * * root /opt/backup.sh ${s('cronBare')}`],
    '/etc/anacrontab': [`1 5 job /opt/x -t ${s('anacron')}`],
    '/etc/systemd/system/canary.service': [
      '[Service]',
      `Environment="TOKEN=${s('unitEnvironment')}"`,
      `ExecStart=/usr/bin/rsync --password-file=/dev/null u:${s('unitArgument')}@host::m /x`,
      `ExecStartPre=/usr/bin/env SECRET=${s('unitPre')} true`,
      `SetCredential=password:${s('unitCredential')}`,
      'User=root',
      '[Install]',
      'WantedBy=multi-user.target',
    ],
    '/etc/systemd/system/canary.timer': ['[Timer]', 'OnCalendar=daily', '[Install]', 'WantedBy=timers.target'],
    '/etc/inetd.conf': [`ftp stream tcp nowait root /usr/sbin/ftpd ftpd --secret ${s('inetdArgument')}`],
    '/etc/xinetd.d/canary': [
      'service canary',
      '{',
      ` server_args = --pw ${s('xinetdArgument')}`,
      ` env = PW=${s('xinetdEnvironment')}`,
      ' disable = no',
      '}',
    ],
    '/etc/apt/sources.list.d/canary.list': [
      `deb https://user:${s('aptList')}@repo.example/debian stable main`,
      `# old key ${s('aptComment')}`,
    ],
    '/etc/apt/sources.list.d/canary.sources': [
      'Types: deb',
      `URIs: https://user:${s('aptSources')}@repo.example/debian`,
      'Suites: stable',
      'Components: main',
    ],
    '/etc/apt/apt.conf.d/99canary': [`Acquire::http::Proxy "http://u:${s('aptProxy')}@proxy.example:8080";`],
    '/etc/apt/auth.conf': [`machine repo.example login user password ${s('aptAuth')}`],
    '/etc/yum.repos.d/canary.repo': [
      '[canary]',
      `baseurl=https://u:${s('yumUrl')}@repo.example/`,
      `password=${s('yumPassword')}`,
      `proxy_password=${s('yumProxy')}`,
      'enabled=1',
    ],
    '/etc/dnf/dnf.conf': [
      '[main]',
      `proxy=http://u:${s('dnfProxy')}@proxy.example:1`,
      `proxy_password=${s('dnfProxyPassword')}`,
    ],
    '/etc/zypp/repos.d/canary.repo': ['[canary]', `baseurl=https://u:${s('zyppUrl')}@repo.example/`],
    '/etc/rsyslog.d/99-canary.conf': [
      `action(type="ommysql" server="db" db="log" uid="u" pwd="${s('rsyslogAction')}")`,
      `*.* :ommysql:db,log,u,${s('rsyslogLegacy')}`,
      `action(type="omelasticsearch" server="https://u:${s('rsyslogUrl')}@es.example" usehttps="on" pwd="${s('rsyslogElastic')}")`,
    ],
    '/etc/syslog-ng/syslog-ng.conf': [
      `destination d { sql(type(mysql) username("u") password("${s('syslogNg')}")); };`,
      `destination h { http(url("https://u:${s('syslogNgUrl')}@log.example/") password("${s('syslogNgHttp')}")); };`,
    ],
    '/etc/logrotate.d/canary': [
      '/var/log/canary.log {',
      '  postrotate',
      `    curl -u u:${s('logrotate')} https://x.example/`,
      '  endscript',
      '}',
    ],
    '/etc/audit/auditd.conf': [`# ${s('auditComment')}`],
    '/etc/NetworkManager/system-connections/canary.nmconnection': [
      '[connection]',
      'id=canary',
      'type=wifi',
      '[wifi]',
      'ssid=office',
      '[wifi-security]',
      'key-mgmt=wpa-psk',
      `psk=${s('wifiKey')}`,
      `wep-key0=${s('wepKey')}`,
      '[802-1x]',
      'eap=peap;',
      'identity=u',
      `password=${s('eapPassword')}`,
      `private-key-password=${s('eapKey')}`,
    ],
    '/etc/NetworkManager/system-connections/wg.nmconnection': [
      '[connection]',
      'type=wireguard',
      '[wireguard]',
      `private-key=${s('nmWireguard')}`,
    ],
    '/etc/wpa_supplicant/wpa_supplicant.conf': [
      'network={',
      ' ssid="office"',
      ` psk="${s('wpaKey')}"`,
      ` password="${s('wpaPassword')}"`,
      '}',
    ],
    '/etc/netplan/90-canary.yaml': [
      'network:',
      ' wifis:',
      '  wlan0:',
      '   access-points:',
      '    "office":',
      `     password: "${s('netplan')}"`,
    ],
    '/etc/network/interfaces.d/canary': ['iface wlan0 inet dhcp', ` wpa-psk ${s('interfacesKey')}`],
    '/etc/wireguard/wg0.conf': ['[Interface]', `PrivateKey = ${s('wireguard')}`],
    '/etc/ppp/chap-secrets': [`u * ${s('chap')} *`],
    '/etc/environment': [
      `https_proxy=http://u:${s('environmentProxy')}@proxy.example:8080`,
      `DB_PASSWORD=${s('environment')}`,
    ],
    '/etc/profile.d/canary.sh': [
      `export SECRET_TOKEN=${s('profile')}`,
      `TMOUT=900; export TMOUT API=${s('profileTmout')}`,
      `export http_proxy=http://u:${s('profileProxy')}@proxy.example:1`,
    ],
    '/etc/bash.bashrc': [`PASS=${s('bashrc')}`],
    '/etc/login.defs': [`# ${s('loginDefs')}`],
    '/etc/pam.d/canary': [
      `auth required pam_mysql.so user=u passwd=${s('pamOption')} host=db`,
      `auth optional pam_exec.so /opt/check ${s('pamExec')}`,
    ],
    '/etc/pam.d/common-auth': [`auth optional pam_mysql.so passwd=${s('pamCommon')}`],
    '/etc/sssd/sssd.conf': ['[domain/x]', `ldap_default_authtok = ${s('sssd')}`],
    '/etc/ldap.conf': [`bindpw ${s('ldap')}`],
    '/etc/ssh/sshd_config': [
      `# password ${s('sshdComment')}`,
      `SetEnv TOKEN=${s('sshdSetEnv')}`,
      `Banner /etc/issue.net`,
      `ForceCommand /opt/x --token ${s('sshdForce')}`,
    ],
    '/etc/ssh/ssh_host_rsa_key': [
      `-----BEGIN OPENSSH PRIVATE KEY-----`,
      s('hostKey'),
      '-----END OPENSSH PRIVATE KEY-----',
    ],
    '/root/.ssh/authorized_keys': [
      `environment="TOKEN=${s('keyEnvironment')}",command="/opt/x --pw ${s('keyCommand')}" ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJqvJ5hWZpQy0u3k3Z2v3r3o9T0K3l5b0Q2h7x1u9v8w admin`,
    ],
    '/root/.ssh/id_ed25519': ['-----BEGIN OPENSSH PRIVATE KEY-----', s('userKey'), '-----END OPENSSH PRIVATE KEY-----'],
    '/root/.netrc': [`machine x login u password ${s('netrc')}`],
    '/root/.curlrc': [`proxy = http://u:${s('curlrc')}@proxy.example:1`, `user = u:${s('curlUser')}`],
    '/root/.bash_history': [`mysql -p${s('history')}`],
    '/etc/curlrc': [`proxy = http://u:${s('etcCurlrc')}@proxy.example:1`],
    '/etc/wgetrc': [
      `https_proxy = http://u:${s('wgetProxy')}@proxy.example:1`,
      `proxy_password = ${s('wgetPassword')}`,
    ],
    '/etc/pip.conf': ['[global]', `index-url = https://u:${s('pipIndex')}@pypi.example/simple`],
    '/etc/gitconfig': ['[http]', `proxy = http://u:${s('gitProxy')}@proxy.example:1`],
    '/etc/clamav/freshclam.conf': [
      `HTTPProxyPassword ${s('freshclam')}`,
      `PrivateMirror https://u:${s('freshclamUrl')}@m.example`,
    ],
    '/etc/samba/smb.conf': [
      '[global]',
      `ldap admin dn = cn=${s('sambaDn')}`,
      `username map script = /opt/x ${s('sambaScript')}`,
    ],
    '/etc/chrony/chrony.keys': [`1 SHA1 HEX:${s('chronyKey')}`],
    '/etc/snmp/snmpd.conf': [`rocommunity ${s('snmp')}`, `createUser u SHA ${s('snmpUser')} AES ${s('snmpPrivate')}`],
    '/etc/fstab': [
      `//srv/share /mnt cifs username=u,password=${s('fstabCifs')} 0 0`,
      `https://u:${s('fstabDav')}@dav.example/ /dav davfs noauto 0 0`,
    ],
    '/etc/auto.canary': [`x -fstype=cifs,username=u,password=${s('autofs')} ://srv/x`],
    '/etc/restic/env': [`RESTIC_PASSWORD=${s('restic')}`],
    '/etc/borgmatic/config.yaml': [`encryption_passphrase: ${s('borgmatic')}`],
    '/etc/bacula/bacula-fd.conf': [`Director { Password = "${s('bacula')}" }`],
    '/etc/rsnapshot.conf': [`backup\troot:${s('rsnapshot')}@host:/\tx/`],
    '/etc/dconf/db/local.d/00-canary': [
      '[system/proxy/http]',
      `authentication-password='${s('dconf')}'`,
      `authentication-user='u'`,
    ],
    '/etc/docker/daemon.json': [`{"proxies": {"http-proxy": "http://u:${s('docker')}@proxy.example:1"}}`],
    '/etc/ssl/openssl.cnf': ['[req]', `output_password = ${s('openssl')}`],
    '/etc/grub.d/40_custom': ['set superusers="root"', `password root ${s('grubPassword')}`],
    '/etc/firefox/policies/policies.json': [
      `{"policies": {"Proxy": {"HTTPProxy": "u:${s('firefox')}@proxy.example:1"}, "Homepage": {"URL": "https://u:${s('firefoxUrl')}@x.example"}}}`,
    ],
    '/etc/opt/chrome/policies/managed/canary.json': [
      `{"ProxySettings": {"ProxyServer": "u:${s('chrome')}@proxy.example:1"}, "PasswordManagerEnabled": true}`,
    ],
    '/etc/lightdm/lightdm.conf': [
      '[Seat:*]',
      `session-setup-script=/opt/x --pw ${s('lightdm')}`,
      'autologin-user=canary',
    ],
    '/etc/gdm3/custom.conf': ['[daemon]', `# ${s('gdmComment')}`],
    '/etc/opt/canary/secret': [s('unrelated')],
  }
  for (const [path, text] of Object.entries(moreLines(s))) lines[path] = [...(lines[path] ?? []), ...text]
  return { places: [...places, 'processArgument', 'processEnvironment', 'callerEnvironment'], lines }
}

/** Further places, of what each kind of file that the collector reads may hold besides settings. */
function moreLines(s: (place: string) => string): Readonly<Record<string, readonly string[]>> {
  const inBase64 = (place: string): string => Buffer.from(`u:${s(place)}`).toString('base64')
  const inPercent = (place: string): string => percent(s(place))
  return {
    '/etc/sudoers': [
      `Defaults passprompt="[sudo, ${s('sudoersPrompt')}]", insults # ${s('sudoersTrailing')}`,
      `Cmnd_Alias CANARY = /usr/bin/curl https\\://u\\:${s('sudoersAlias')}@x.example, \\`,
      ` /usr/bin/wget --password ${s('sudoersContinued')}`,
      `canary ALL=(root) /usr/bin/curl http://u:${s('sudoersUrl')}@x/, /usr/bin/id`,
      `canary ALL=(root) /usr/bin/curl -H ${inBase64('sudoersBase64')}`,
      `#1000 remark of ${s('sudoersNumbered')}`,
    ],
    '/etc/doas.conf': [`# ${s('doasComment')}`, `permit canary cmd /opt/x args \\`, ` --pw ${s('doasContinued')}`],
    '/etc/pam.d/canary': [
      `# ${s('pamComment')}`,
      `auth required pam_ldap.so config=/etc/pam_canary.conf [passwd=x ${s('pamBracket')}]`,
      `auth required pam_script.so \\`,
      `  ${s('pamContinued')}`,
    ],
    '/etc/pam_canary.conf': [`bindpw ${s('pamSettings')}`],
    '/etc/security/pwquality.conf': [`badwords = ${s('pamBadwords')}`, `# ${s('pwqualityComment')}`],
    '/etc/polkit-1/rules.d/90-canary.rules': [
      `// ${s('polkitComment')}`,
      `polkit.addRule(function() { polkit.spawn(["/opt/x", "--token", "${s('polkitSpawn')}"]); });`,
    ],
    '/etc/default/useradd': [`# ${s('useraddComment')}`],
    '/etc/inittab': [`x:2345:respawn:/opt/x --pw ${s('inittab')}`],
    '/etc/systemd/system/getty@tty1.service.d/canary.conf': [
      '[Service]',
      `Environment=TOKEN=${s('gettyEnvironment')}`,
      `ExecStart=-/sbin/agetty -H ${s('gettyArgument')} %I`,
    ],
    '/etc/greetd/config.toml': ['[default_session]', `command = "x --token ${s('greetd')}"`],
    '/etc/modprobe.d/canary.conf': [
      `install canary /bin/sh -c "echo ${s('modprobeInstall')}"`,
      `options canary key=${s('modprobeOption')}`,
      `# ${s('modprobeComment')} \\`,
      ` ${s('modprobeContinued')}`,
    ],
    '/etc/crypttab': [
      `# ${s('crypttabComment')}`,
      `x /dev/sdz ${s('crypttabKey')} luks,pkcs11-uri=pkcs11:pin-value=${s('crypttabPin')}`,
    ],
    '/etc/fstab': [
      `curlftpfs#u:${s('fstabFtp')}@h /f fuse noauto 0 0`,
      `none /x tmpfs noauto 0 0 # ${s('fstabComment')}`,
    ],
    '/etc/chrony/chrony.conf': [`# ${s('chronyComment')}`, `mailonchange ${s('chronyMail')}@x.example 1`],
    '/etc/ntp.conf': [`crypto pw ${s('ntpCrypto')}`],
    '/etc/systemd/timesyncd.conf': [`# ${s('timesyncComment')}`],
    '/etc/udev/rules.d/90-canary.rules': [
      `ACTION=="add", RUN+="/opt/x --token ${s('udevRun')}", ENV{T}="${s('udevEnv')}"`,
    ],
    '/etc/exports': [`/srv *(ro) # ${s('exportsComment')}`],
    '/etc/ssl/openssl.cnf': [`PIN = ${s('opensslPin')}`],
    '/etc/usbguard/usbguard-daemon.conf': [`# ${s('usbguardComment')}`],
    '/etc/dconf/db/local.d/00-canary': [`# ${s('dconfComment')}`, `banner-message-text='${s('dconfBanner')}'`],
    '/etc/ssh/sshd_config': [`Port 2222 # ${s('sshdTrailing')}`, `Subsystem x /opt/x ${s('sshdSubsystem')}`],
    '/etc/ssh/ssh_config.d/canary.conf': [
      `Match exec "/opt/x ${s('sshExec')}"`,
      ` ProxyCommand /opt/x ${s('sshProxy')}`,
      ` SetEnv T=${s('sshSetEnv')}`,
    ],
    '/etc/hosts.allow': [`sshd: ALL: spawn /opt/x ${s('hostsAllow')}`],
    '/etc/motd': [s('motd')],
    '/etc/ufw/user.rules': [`### tuple ### allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in comment=${s('ufwComment')}`],
    '/etc/default/ufw': [`# ${s('ufwDefault')}`],
    '/etc/systemd/logind.conf': [`# ${s('logindComment')}`],
    '/etc/xdg/kscreenlockerrc': ['[Greeter]', `Wallpaper=${s('kscreenlocker')}`],
    '/etc/chromium/policies/managed/canary.json': [
      `{"AuthServerAllowlist": "${s('chromium')}", "${s('chromiumName')}@x": 1} // ${s('chromiumComment')}`,
    ],
    '/etc/profile.d/canary2.sh': [
      `TMOUT=900; curl -u u:${s('profileCommand')} x`,
      `TMOUT=900 # ${s('profileRemark')}`,
      `if [ "$UID" = 0 ] && curl -u u:${s('profileCondition')} x; then :; fi`,
      `if [ -n "$PS1" ]; then mysql ${s('profilePrompt')}; fi`,
      `export http_proxy=http://u:${inPercent('profilePercent')}@proxy.example:1 PW=${s('profileSecond')}`,
      `foo() { ${s('profileFunction')}; }`,
      `case $- in *i*) x ${s('profileCase')} ;; esac`,
    ],
    '/etc/apt/apt.conf.d/98canary': [
      `// { ${s('aptRemark')}`,
      `Acquire { http { Proxy "http://u:${s('aptBraces')}@proxy.example:1/"; User-Agent "${s('aptAgent')}"; }; };`,
      `DPkg::Post-Invoke {"curl -u u:${s('aptInvoke')} x";};`,
    ],
    '/etc/apt/sources.list.d/canary2.list': [
      `deb https://repo.example/debian?token=${s('aptQuery')} stable main # ${s('aptTrailing')}`,
    ],
    '/etc/apt/sources.list.d/canary2.sources': [
      'Types: deb',
      `# ${s('aptStanzaComment')}`,
      'URIs: https://repo2.example/debian',
      'Suites: stable',
      'Components: main',
      `X-Note: ${s('aptNote')}`,
      'Signed-By:',
      ` ${s('aptKey')}`,
    ],
    '/etc/yum.repos.d/canary2.repo': [
      '[canary2]',
      `name=${s('yumName')}`,
      `username=${s('yumUser')}`,
      `# ${s('yumComment')}`,
    ],
    '/etc/dnf/automatic.conf': ['[command_email]', `command_format = "mail -p ${s('dnfCommand')}"`],
    '/etc/pacman.conf': ['[options]', `XferCommand = /usr/bin/curl -u u:${s('pacman')} %u`],
    '/etc/apk/repositories': [`https://u:${s('apk')}@dl.example/alpine`, `# ${s('apkComment')}`],
    '/etc/clamav/clamd.conf': [`VirusEvent /opt/x --token ${s('clamdEvent')}`, `# ${s('clamdComment')}`],
    '/etc/clamav/freshclam.conf': [`OnUpdateExecute /opt/x ${s('freshclamExecute')}`],
    '/etc/fapolicyd/fapolicyd.conf': [`# ${s('fapolicydComment')}`],
    '/etc/selinux/config': [`# ${s('selinuxComment')}`],
    '/etc/crontab': [`old job ${s('cronJunk')} was removed by x y z`, `PATH=/bin:${s('cronPath')}!`],
    '/etc/audit/plugins.d/canary.conf': ['active = yes', `args = --token ${s('auditPlugin')}`],
    '/etc/systemd/journal-upload.conf': ['[Upload]', `URL=https://u:${s('journalUpload')}@log.example`],
    '/etc/logrotate.d/canary2': [
      '/var/log/x {',
      ` weekly # ${s('logrotateRemark')}`,
      ` mail ${s('logrotateMail')}@x`,
      '}',
    ],
    '/etc/squid/squid.conf': [`cache_peer p parent 1 0 login=u:${s('squid')}`],
    '/etc/samba/smb.conf': [` comment = ${s('sambaComment')}`],
    '/etc/wpa_supplicant/wpa_supplicant.conf': [
      `network={ # ${s('wpaRemark')}`,
      ` key_mgmt=WPA-PSK # ${s('wpaTrailing')}`,
      '}',
    ],
    '/etc/netplan/91-canary.yaml': [
      'network:',
      ' wifis:',
      '  wlan1:',
      '   access-points:',
      `    "x": {auth: {key-management: psk, password: "${s('netplanFlow')}"}}`,
      `    "y":`,
      `     auth: {password: ${s('netplanAuth')}}`,
    ],
    '/etc/wireguard/wg1.conf': ['[Peer]', `AllowedIPs = 10.0.0.0/8 # ${s('wireguardRemark')}`],
    '/etc/openvpn/canary.conf': [
      `server 10.0.0.0 255.0.0.0 # ${s('openvpnRemark')}`,
      `http-proxy-user-pass ${s('openvpn')}`,
    ],
    '/etc/curlrc': [`insecure # ${s('curlRemark')}`],
    '/etc/gitconfig': [
      `[http "https://u:${s('gitSection')}@x.example"]`,
      ` extraHeader = Authorization: Basic ${inBase64('gitHeader')}`,
    ],
    '/root/.ssh/authorized_keys': [
      `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJqvJ5hWZpQy0u3k3Z2v3r3o9T0K3l5b0Q2h7x1u9v8x admin old password ${s('keyComment')}`,
    ],
  }
}

/** Every byte as URLs may write it. */
function percent(text: string): string {
  return [...Buffer.from(text)].map((byte) => `%${byte.toString(16)}`).join('')
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** Adds the lines in private mounts, and starts a process that has a secret in its arguments and environment. */
const prepare = [
  'mount -t tmpfs none /root',
  ...Object.entries(lines).map(
    ([path, text]) =>
      `mkdir -p "$(dirname ${quote(path)})"; printf '%s\\n' ${text.map(quote).join(' ')} >>${quote(path)}`,
  ),
  'chmod -R go-rwx /etc/NetworkManager/system-connections /root/.ssh /etc/wpa_supplicant',
  `TOKEN=${secret('processEnvironment')} sh -c 'sleep 15; :' x --password=${secret('processArgument')} >/dev/null 2>&1 &`,
].join('\n')

/** The parts of a text in base64 that don't depend on where it stands. */
const base64Forms = (text: string): readonly string[] =>
  [0, 1, 2].map((shift) =>
    Buffer.concat([Buffer.alloc(shift), Buffer.from(text)])
      .toString('base64')
      .slice(shift === 0 ? 0 : 4, -4),
  )

/** Places whose secret is in the text, as it is or encoded. */
function leaks(text: string): readonly string[] {
  const flat = text.toLowerCase()
  return places.filter(
    (place) =>
      flat.includes(secret(place).toLowerCase()) ||
      base64Forms(secret(place)).some((form) => text.includes(form)) ||
      flat.includes(percent(secret(place))) ||
      flat.includes(Buffer.from(secret(place)).toString('hex')),
  )
}

/** Where in the evidence a secret stands: section and file, for the report of a failure. */
function placesOf(evidence: string): readonly string[] {
  let section = ''
  let file = ''
  return evidence.split('\n').flatMap((line) => {
    section = /^#\S+ > (\S+)/.exec(line)?.[1] ?? section
    file = /^@file (.*)/.exec(line)?.[1] ?? (line.startsWith('#') ? '' : file)
    return leaks(line).map((place) => `${place} in section ${section} ${file}`)
  })
}

labSuite('a machine full of secrets', machineLab(), () => {
  let folder = ''
  let evidence = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'seisa-canary-'))
    evidence = runOnMachine(collectorScript().text, { prepare }).toString()
    writeFileSync(join(folder, 'evidence'), evidence)
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it('was read: its settings are in the evidence', () => {
    expect(evidence).toContain('canary')
    expect(evidence).toContain('repo.example')
    expect(evidence).toMatch(/ end \d+\n$/)
  })

  it('gives none of them away in the evidence', () => {
    expect(placesOf(evidence)).toEqual([])
  })

  it('gives none of them away where its SSH server tells its own settings', () => {
    const sshd = ['SetEnv', 'ForceCommand /opt/x', 'Subsystem x /opt/x', 'Include', 'Bad'].map(
      (name) => `${name} T=${secret('unrelated')}`,
    )
    // an option that sshd does not know makes it complain and quote the line
    for (const lines of [sshd.slice(0, 3), sshd.slice(0, 4), sshd]) {
      const answer = runOnMachine(collectorScript().text, {
        files: { '/etc/ssh/sshd_config': `${lines.join('\n')}\n` },
        prepare: 'mount -t tmpfs none /run; mkdir -p /run/sshd',
      }).toString()
      expect(answer).toContain('sshd-effective')
      expect(placesOf(answer)).toEqual([])
    }
  })

  it('gives none of them away in any report', async () => {
    const formats = ['terminal', 'json', 'junit', 'markdown']
    for (const lang of ['ja', 'en']) {
      const words = ['scan', '--from', 'evidence', '--rows', '-v', '--lang', lang]
      const outputs = formats.flatMap((format) => ['--format', `${format}=report-${lang}.${format}`])
      const { code, stdout, stderr } = await command([...words, ...outputs], { cwd: folder })
      expect({ code, leaks: leaks(stdout + stderr) }).toEqual({ code: 4, leaks: [] })
    }
    const reports = readdirSync(folder).filter((name) => name.startsWith('report-'))
    expect(reports).toHaveLength(8)
    for (const name of reports)
      expect({ name, leaks: leaks(readFileSync(join(folder, name), 'utf8')) }).toEqual({ name, leaks: [] })
  })

  it('and a caller with one in its environment and configuration keeps it', async () => {
    const yaml = `baselines: [{use: ipa-sme}]\ntargets: [{name: a, scanner: endpoint, here: true, credentials: {password: env:SECRET}}]\n`
    writeFileSync(join(folder, 'seisa.yaml'), yaml)
    const env = {
      SECRET: secret('callerEnvironment'),
      http_proxy: `http://u:${secret('callerEnvironment')}@proxy.example`,
    }
    for (const words of [
      ['scan', '--json', '--rows'],
      ['scan', '--here', '--json', '--rows'],
      ['collect', '-o', '-'],
      ['collect', '--here', '-o', '-'],
      ['doctor', '--here'],
    ]) {
      const { stdout, stderr } = await run([process.execPath, join(packageRoot(), 'src/main.ts'), ...words], {
        cwd: folder,
        env,
      })
      expect(leaks(stdout + stderr)).toEqual([])
    }
  })

  it('is searched well: the check finds a secret as it is, in base64, in hexadecimal and as URLs write it', () => {
    for (const form of [
      secret('shadow'),
      Buffer.from(`xy${secret('shadow')}z`).toString('base64'),
      Buffer.from(secret('shadow')).toString('hex'),
      percent(secret('shadow')).toUpperCase(),
    ]) {
      expect(leaks(`before ${form} after`)).toEqual(['shadow'])
    }
  })
})
