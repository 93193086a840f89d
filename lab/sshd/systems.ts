import { existsSync } from 'node:fs'
import { sshdLab } from './lab.ts'
import type { HostSpec } from './spec.ts'

/** Where `lab/other-release.sh` puts the file system of another release than this machine's. */
const releases = ['/var/cache/seisa-lab/trixie', '/var/cache/seisa-lab/bookworm']
const otherRelease = releases.find((folder) => existsSync(`${folder}/usr/sbin/sshd`))

/** Whether hosts of another release can run here. */
export function otherReleaseLab(): { readonly available: boolean; readonly lacks: string } {
  return otherRelease ? sshdLab() : { available: false, lacks: `${releases[0]} (npm run lab:install)` }
}

/** Debian of another release, trixie or (where this machine is one) bookworm, with its own sshd. */
export const otherReleaseHost = (name: string): HostSpec => ({ name, root: otherRelease ?? '/nonexistent' })

/** Programs that the lab itself still needs where the usual ones are hidden; not on any user's PATH. */
const keepLabPrograms = `mkdir -p /run/lab/bin
for name in perl nsenter umount; do
  program=$(command -v $name)
  : >/run/lab/bin/$name
  mount --bind "$program" /run/lab/bin/$name
done`

/** No dpkg: neither its programs nor its database. */
const hideDpkg = `rm -rf /usr/bin/dpkg* /usr/bin/apt* /etc/debian_version /etc/dpkg /etc/apt /var/lib/dpkg /var/lib/apt /var/cache/apt`

/** Every program that users find is an applet of busybox, and sh is its shell: no coreutils, bash, sudo, perl, dpkg. */
export const busyboxHost = (name: string): HostSpec => ({
  name,
  collector: false,
  users: [
    { name: 'admin', shell: '/bin/sh' },
    { name: 'seisa', shell: '/bin/sh' },
  ],
  files: { '/etc/os-release': 'NAME="Lab Embedded"\nID=lab-embedded\nVERSION_ID=1\nPRETTY_NAME="Lab Embedded 1"\n' },
  prepare: `${keepLabPrograms}
${hideDpkg}
mkdir /run/lab/usr-bin /run/lab/usr-sbin
cp /usr/bin/busybox /run/lab/usr-bin/
cp /usr/sbin/sshd /run/lab/usr-sbin/
/usr/bin/busybox --list | while read -r applet; do
  [ -e "/run/lab/usr-bin/$applet" ] || ln -s busybox "/run/lab/usr-bin/$applet"
done
mount --bind /run/lab/usr-sbin /usr/sbin
mount --bind /run/lab/usr-bin /usr/bin
hash -r`,
})

/** Packages of the rpm host: name, epoch, version, release. */
export const rpmPackages = [
  { name: 'lab-base', epoch: 0, version: '1.0', release: '1.el9' },
  { name: 'lab-editor', epoch: 2, version: '9.0.1~rc1', release: '3.el9_4' },
  { name: 'lab-agent', epoch: 0, version: '5.14.0^20250101', release: '427.el9' },
] as const

/** Looks like a RHEL 9: an rpm database with `rpmPackages`, built on the host itself, and no dpkg. */
export const rpmHost = (name: string, packages: readonly RpmPackage[] = rpmPackages): HostSpec => ({
  name,
  files: {
    '/etc/os-release':
      'NAME="Lab Enterprise Linux"\nVERSION="9.4 (Lab)"\nID="label"\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"\nPLATFORM_ID="platform:el9"\nPRETTY_NAME="Lab Enterprise Linux 9.4"\n',
    // Debian's rpm keeps a database for each user unless told
    '/etc/rpm/macros': '%_dbpath /var/lib/rpm\n',
    '/etc/redhat-release': 'Lab Enterprise Linux release 9.4 (Lab)\n',
    ...Object.fromEntries(packages.map((one) => [`/root/specs/${one.name}.spec`, rpmSpec(one)])),
  },
  prepare: `rm -rf /var/lib/rpm
rpmbuild -bb --quiet --define '_topdir /root/rpmbuild' --define '_vendor lab' /root/specs/*.spec
rpm -i --nodeps --quiet $(find /root/rpmbuild/RPMS -name '*.rpm')
rm -rf /root/rpmbuild /root/specs /root/.rpmdb
${hideDpkg}`,
})

/** One package to build. */
export interface RpmPackage {
  readonly name: string
  readonly epoch: number
  readonly version: string
  readonly release: string
}

const rpmSpec = (one: RpmPackage): string => `Name: ${one.name}
${one.epoch > 0 ? `Epoch: ${one.epoch}` : ''}
Version: ${one.version}
Release: ${one.release}
Summary: A package of the lab
License: Apache-2.0
Vendor: Lab Enterprise Linux
BuildArch: noarch
%description
A package of the lab.
%install
mkdir -p %{buildroot}/usr/share/${one.name}
echo ${one.name} >%{buildroot}/usr/share/${one.name}/readme
%files
/usr/share/${one.name}/readme
`

/** A host whose key is signed by this certificate authority (text of its private key), for the host's address. */
export const certifiedHost = (name: string, authority: string): HostSpec => ({
  name,
  sshdConfig: 'HostCertificate /etc/ssh/ssh_host_ed25519_key-cert.pub',
  files: { '/root/authority': authority },
  modes: { '/root/authority': '600' },
  prepare: `address=$(awk '/^ListenAddress/ { print $2; exit }' /etc/ssh/sshd_config)
ssh-keygen -q -s /root/authority -I lab -h -n "$address" /etc/ssh/ssh_host_ed25519_key.pub
rm /root/authority`,
})

/** Two hosts made from one image: the same machine id. */
export const clones = (first: string, second: string): readonly HostSpec[] =>
  [first, second].map((name) => ({ name, machineId: 'c10ec10ec10ec10ec10ec10ec10ec10e' }))

/** Host names that the kernel takes and that must reach no path, terminal or report as they are. */
export const hostileNames: readonly HostSpec[] = [
  { name: '../../x' },
  { name: '\u001b]0;owned\u0007\u001b[2J' },
  { name: '=cmd|calc!A1' },
  { name: '<script>alert(1)</script>' },
  { name: 'a"b\'c`d$(id)' },
  { name: `${'\u202e'}evil` },
]
