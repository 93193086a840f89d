import { filesText, type GivenSection } from './evidence.ts'

const systemLinks = [
  '-rwxr-xr-x 1 root root 151344 Sep 20  2022 /bin/ls',
  'lrwxrwxrwx 1 root root     27 May  9  2026 /etc/localtime -> ../usr/share/zoneinfo/Asia/Tokyo',
  '',
  '/proc/self/ns:',
  'total 0',
  'lrwxrwxrwx 1 root root 0 Nov 20 13:49 pid -> pid:[4026531836]',
  'lrwxrwxrwx 1 root root 0 Nov 20 13:49 uts -> uts:[4026531838]',
  '',
  '/sys/class/net:',
  'lrwxrwxrwx 1 root root 0 Nov 20 13:49 eth0 -> ../../devices/pci0000:00/0000:00:03.0/net/eth0',
  'lrwxrwxrwx 1 root root 0 Nov 20 13:49 lo -> ../../devices/virtual/net/lo',
  '',
  '/sys/dev/block:',
  'lrwxrwxrwx 1 root root 0 Nov 20 13:49 8:0 -> ../../devices/pci0000:00/ata1/block/sda',
  'lrwxrwxrwx 1 root root 0 Nov 20 13:49 8:1 -> ../../devices/pci0000:00/ata1/block/sda/sda1',
  'lrwxrwxrwx 1 root root 0 Nov 20 13:49 8:2 -> ../../devices/pci0000:00/ata1/block/sda/sda2',
  'lrwxrwxrwx 1 root root 0 Nov 20 13:49 8:17 -> ../../devices/pci0000:00/usb2/2-1/2-1:1.0/host4/block/sdb/sdb1',
  'lrwxrwxrwx 1 root root 0 Nov 20 13:49 253:0 -> ../../devices/virtual/block/dm-0',
  'lrwxrwxrwx 1 root root 0 Nov 20 13:49 253:1 -> ../../devices/virtual/block/dm-1',
  'lrwxrwxrwx 1 root root 0 Nov 20 13:49 253:2 -> ../../devices/virtual/block/dm-2',
  '',
].join('\n')

/** The machine's first sections as one text each, for tests that change a line of them. */
export const machineFiles: Readonly<Record<string, string | { state: 'absent' | 'denied' | 'refused' }>> = {
  '/etc/os-release': 'NAME="Debian GNU/Linux"\nID=debian\nVERSION_ID="12"\n',
  '/etc/machine-id': '0123456789abcdef0123456789abcdef\n',
  '/proc/sys/kernel/hostname': 'fs-01\n',
  '/proc/sys/kernel/osrelease': '6.1.0-28-amd64\n',
  '/proc/meminfo': 'MemTotal:       16000000 kB\n',
  '/proc/1/cgroup': '0::/init.scope\n',
  '/.dockerenv': { state: 'absent' },
  '/run/.containerenv': { state: 'absent' },
  '/run/systemd/container': { state: 'absent' },
  '/run/host/container-manager': { state: 'absent' },
  '/sys/class/dmi/id/sys_vendor': 'Dell Inc.\n',
  '/sys/class/dmi/id/product_name': 'PowerEdge R760\n',
  '/sys/class/dmi/id/bios_version': '2.3.5\n',
  '/sys/class/dmi/id/chassis_type': '23\n',
  '/sys/class/dmi/id/product_serial': 'ABC1234\n',
  '/sys/class/dmi/id/product_uuid': '4c4c4544-0042-4310-8051-b4c04f4d3132\n',
}

const mount = (number: string, point: string, options: string, rest: string): string =>
  `30 1 ${number} / ${point} ${options} shared:1 - ${rest}`

/** Mounts of a machine with root and swap on LVM on LUKS. */
export const machineMounts: readonly string[] = [
  mount('0:21', '/proc', 'rw,nosuid', 'proc proc rw'),
  mount('253:1', '/', 'rw,relatime', 'ext4 /dev/mapper/vg-root rw'),
  mount('8:1', '/boot', 'rw,relatime', 'ext4 /dev/sda1 rw'),
  mount('0:40', '/tmp', 'rw,nosuid,nodev,noexec', 'tmpfs tmpfs rw'),
]

/** The `mounts` section of these lines. */
export const mountsText = (lines: readonly string[]): string => `${lines.join('\n')}\nrows ${lines.length}\n`

export const storageFiles: Readonly<Record<string, string>> = {
  '/proc/swaps': 'Filename\tType\tSize\tUsed\tPriority\n/dev/dm-2 partition 1000 0 -2\n',
  '/sys/class/block/dm-0/dm/uuid': 'CRYPT-LUKS2-0123-sda2_crypt\n',
  '/sys/class/block/dm-0/dm/name': 'sda2_crypt\n',
  '/sys/class/block/dm-1/dm/uuid': 'LVM-aaa\n',
  '/sys/class/block/dm-1/dm/name': 'vg-root\n',
  '/sys/class/block/dm-2/dm/uuid': 'LVM-bbb\n',
  '/sys/class/block/dm-2/dm/name': 'vg-swap\n',
  '/sys/block/sda/removable': '0\n',
  '/sys/block/sdb/removable': '0\n',
  '/sys/block/dm-0/removable': '0\n',
}

const net = (name: string): Readonly<Record<string, string>> => ({
  [`/proc/sys/net/ipv4/conf/${name}/rp_filter`]: '1',
  [`/proc/sys/net/ipv4/conf/${name}/accept_source_route`]: '0',
  [`/proc/sys/net/ipv4/conf/${name}/accept_redirects`]: '0',
  [`/proc/sys/net/ipv4/conf/${name}/send_redirects`]: '0',
  [`/proc/sys/net/ipv4/conf/${name}/log_martians`]: '1',
  [`/proc/sys/net/ipv4/conf/${name}/forwarding`]: '0',
  [`/proc/sys/net/ipv6/conf/${name}/disable_ipv6`]: '0',
  [`/proc/sys/net/ipv6/conf/${name}/accept_source_route`]: '0',
  [`/proc/sys/net/ipv6/conf/${name}/accept_redirects`]: '0',
  [`/proc/sys/net/ipv6/conf/${name}/forwarding`]: '0',
})

/** Kernel files of a hardened machine. */
export const kernelValues: Readonly<Record<string, string>> = {
  '/proc/sys/kernel/randomize_va_space': '2',
  '/proc/sys/kernel/kptr_restrict': '1',
  '/proc/sys/kernel/dmesg_restrict': '1',
  '/proc/sys/kernel/yama/ptrace_scope': '1',
  '/proc/sys/kernel/unprivileged_bpf_disabled': '2',
  '/proc/sys/kernel/modules_disabled': '0',
  '/proc/sys/fs/protected_symlinks': '1',
  '/proc/sys/fs/protected_hardlinks': '1',
  '/proc/sys/fs/suid_dumpable': '0',
  '/proc/sys/crypto/fips_enabled': '0',
  '/proc/sys/net/ipv4/tcp_syncookies': '1',
  '/proc/sys/net/ipv4/icmp_echo_ignore_broadcasts': '1',
  ...net('all'),
  ...net('default'),
  ...net('eth0'),
  ...net('lo'),
  '/sys/class/net/eth0/flags': '0x1003',
  '/sys/class/net/eth0/type': '1',
  '/sys/class/net/eth0/address': '52:54:00:12:34:56',
  '/sys/class/net/lo/flags': '0x9',
  '/sys/class/net/lo/type': '772',
  '/sys/class/net/lo/address': '00:00:00:00:00:00',
}

/** The text of a `kernel-settings` section. */
export const valuesText = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([path, value]) => `${path}\t${value}\n`)
    .join('')

export const kernelModules = [
  'present /sys/bus/usb',
  'absent /sys/bus/usb/drivers/usb-storage',
  'read /proc/modules',
  'read /lib/modules/6.1.0-28-amd64/modules.dep',
  'available sctp',
  'available usb_storage',
  'available cramfs',
  'read /lib/modules/6.1.0-28-amd64/modules.builtin',
  '',
].join('\n')

/** `system-files` of a Debian server with modprobe rules, chrony and a TLS minimum. */
export const systemFiles: Readonly<Record<string, string | { state: 'absent' | 'denied' | 'refused' }>> = {
  '/etc/crypto-policies/state/current': { state: 'absent' },
  '/etc/ssl/openssl.cnf':
    'openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\nMinProtocol = TLSv1.2 # note\n',
  '/etc/pki/tls/openssl.cnf': { state: 'absent' },
  '/etc/fstab': 'UUID=1 / ext4 defaults 0 1\n',
  '/etc/modprobe.d/off.conf': 'install cramfs /bin/false\ninstall sctp /bin/true\ninstall usb-storage /bin/false\n',
  '/run/modprobe.d/*.conf': { state: 'absent' },
  '/usr/local/lib/modprobe.d/*.conf': { state: 'absent' },
  '/usr/lib/modprobe.d/*.conf': { state: 'absent' },
  '/lib/modprobe.d/*.conf': { state: 'absent' },
  '/etc/chrony/chrony.conf': 'pool ntp.nict.jp iburst\nserver 192.0.2.10\nconfdir /etc/chrony/conf.d\n',
  '/etc/chrony/conf.d/*.conf': { state: 'absent' },
  '/etc/dconf/profile/user': { state: 'absent' },
  '/etc/dconf/db/*.d/*': { state: 'absent' },
  '/etc/udev/rules.d/*.rules': { state: 'absent' },
  '/etc/exports': { state: 'absent' },
}

const selected = '^,*,192.0.2.10,2,6,377,12,-0.000100000,-0.000120000,0.000900000'
const tracking =
  'C000020A,192.0.2.10,3,1795183453.976615374,-0.000012000,0.000001000,0.000002000,-1.000,0.000,0.010,0.001000000,0.000100000,64.2,Normal'

/**
 * Every section of the collector's system part on a real server: encrypted, hardened, synchronised. Tests take one
 * away or change one.
 */
export const goodMachine: Readonly<Record<string, GivenSection>> = {
  'machine-files': filesText(machineFiles),
  architecture: 'x86_64\n',
  processor: 'btime=1795180992\ncmdline=read\ncount=8\nmodel=Intel(R) Xeon(R)\nhypervisor=no\n',
  'first-process': 'read=12\n',
  hypervisor: { exitCode: 1, text: 'none\n' },
  'system-links': systemLinks,
  'storage-links':
    '/sys/class/block/dm-0/slaves/sda2\n/sys/class/block/dm-1/slaves/dm-0\n/sys/class/block/dm-2/slaves/dm-0\narea /tmp\t/tmp\narea /home\t/home\n',
  mounts: mountsText(machineMounts),
  'storage-files': filesText(storageFiles),
  'disk-ciphers': 'sda2_crypt crypt aes-xts-plain64\n',
  'zfs-encryption': { skipped: 'not-asked' },
  'kernel-settings': valuesText(kernelValues),
  'kernel-modules': kernelModules,
  'secure-boot': '   6   0   0   0   1\n',
  'boot-loader':
    'read /boot/grub/grub.cfg\nsuperusers /boot/grub/grub.cfg admin\npassword pbkdf2 /boot/grub/grub.cfg admin\nabsent /boot/grub2/grub.cfg\n',
  'system-files': filesText(systemFiles),
  desktop: 'checked\n',
  marks: 'present /run/systemd/system\nenvironment container=\nchecked\n',
  'virtual-machines': { skipped: 'command' },
  samba: '',
  'usb-rules': { skipped: 'command' },
  timedatectl: 'Timezone=Asia/Tokyo\nNTP=yes\nNTPSynchronized=yes\n',
  timesync: { skipped: 'not-asked' },
  chrony: `${tracking}\n${selected}\n`,
  'ntp-peers': { skipped: 'command' },
  'zone-rule': { skipped: 'not-asked' },
  'file-rights':
    '@absent /etc/doas.conf\n644 0 0 root root regular file|/etc/passwd\n640 0 42 root shadow regular file|/etc/shadow\n',
  'file-lists':
    '-rw-r--r-- 1 root root   1 Nov 20 13:39 /etc/passwd\n-rw-r----- 1 root shadow 1 Nov 20 13:39 /etc/shadow\n',
  addresses:
    '2: eth0    inet 192.0.2.2/24 brd 192.0.2.255 scope global eth0\\ valid_lft forever preferred_lft forever\n',
  'special-files': '@root /\n@owners yes\n@errors 0\n@count 0\n@exit 0\n',
  'package-files': '@manager dpkg\n@count 0\n@exit 0\n',
  processes: 'systemd\nchronyd\nsshd\n',
  services: '',
}
