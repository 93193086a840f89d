import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { passwordHash } from './keys.ts'
import { type HostSpec, installedCollector, type UserSpec, usualUsers } from './spec.ts'

/** What a host needs besides its spec. */
export interface HostPlace {
  /** Folder of the host: `keys/<kind>`, and what `writeSetup` puts there. */
  readonly folder: string
  readonly address: string
  readonly port: number
  readonly machineId: string
  readonly password: string
  /** Public key of every user that has one. */
  readonly userKey: string
  /** Text of the collector script. */
  readonly collector: string
}

/** Path on a jump host of the network that its sessions, and the hosts behind it, are in. */
export const networkFile = '/run/lab/net'

/** Writes the files of a host and `setup.sh`, which makes it and becomes its sshd. */
export async function writeSetup(spec: HostSpec, place: HostPlace): Promise<void> {
  const users = spec.users ?? usualUsers
  await mkdir(join(place.folder, 'files'), { recursive: true })
  await mkdir(join(place.folder, 'mount'), { recursive: true })
  const put = async (name: string, text: string): Promise<void> =>
    writeFile(join(place.folder, 'files', name), text, { mode: 0o600 })
  const collector = spec.collector ?? true
  const all: Record<string, string | null> = {
    '/etc/hostname': `${spec.name}\n`,
    '/etc/machine-id': `${place.machineId}\n`,
    ...(collector ? { [installedCollector]: place.collector } : {}),
    ...spec.files,
  }
  const written: string[] = []
  for (const [index, [path, text]] of Object.entries(all).entries()) {
    if (text !== null) await put(`${index}`, text)
    written.push(text === null ? `rm -rf ${quote(path)}` : fileStep(path, `/mnt/files/${index}`))
  }
  const accounts = await Promise.all(users.map((user, index) => userSteps(user, index, place)))
  const config = sshdConfig(spec, place)
  await put('head', config.head)
  await put('tail', config.tail)
  const launcher = launcherOf(spec)
  if (launcher) await put('launcher', launcher)
  await writeFile(
    join(place.folder, 'setup.sh'),
    [
      'set -e',
      'umask 022',
      // a host that hides its programs keeps those there that are still needed
      'PATH=$PATH:/run/lab/bin',
      rootSteps(place.folder, spec.root ?? '/'),
      `printf %s ${quote(spec.name)} >/proc/sys/kernel/hostname`,
      // these are this machine's own: nobody on the host may change them
      'mount -o bind,ro /proc/sys /proc/sys',
      'rm -f /etc/ssh/ssh_host_*',
      'for kind in $(ls /mnt/keys | grep -v pub); do',
      '  cp "/mnt/keys/$kind" "/etc/ssh/ssh_host_${kind}_key"; cp "/mnt/keys/$kind.pub" "/etc/ssh/ssh_host_${kind}_key.pub"',
      '  chmod 600 "/etc/ssh/ssh_host_${kind}_key"',
      'done',
      ...accounts,
      ...written,
      collector ? `[ ! -e ${installedCollector} ] || chmod 755 ${installedCollector}` : '',
      // sudo looks its host up, and would wait for a name server
      /^[\w.-]+$/.test(spec.name) && !('/etc/hosts' in all) ? `echo 127.0.1.1 ${spec.name} >>/etc/hosts` : '',
      'mkdir -p /run/sshd; chmod 755 /run/sshd',
      'cat /mnt/files/head /etc/ssh/sshd_config /mnt/files/tail >/run/sshd_config; cat /run/sshd_config >/etc/ssh/sshd_config; rm /run/sshd_config',
      launcher ? launcherSteps(spec) : '',
      ...Object.entries(spec.modes ?? {}).map(([path, mode]) => `chmod ${mode} ${quote(path)}`),
      spec.prepare ?? '',
      'umount -l /mnt',
      launcher ? `exec perl -e 'exec { "/usr/sbin/sshd" } "/run/lab/sshd", "-D", "-e"'` : 'exec /usr/sbin/sshd -D -e',
    ].join('\n'),
  )
}

/** The host's own root: an overlay that keeps every change in memory, with its own /proc, /dev, /home, /root, /tmp. */
const rootSteps = (folder: string, lower: string): string => `cd ${quote(join(folder, 'mount'))}
mount -t tmpfs -o mode=755 lab .
cd ${quote(join(folder, 'mount'))}
mkdir upper work root home admin tmp
chmod 700 admin; chmod 1777 tmp
mount -t overlay -o lowerdir=${quote(lower)},upperdir=upper,workdir=work lab root
mount --bind home root/home
mount --bind admin root/root
mount --bind tmp root/tmp
cd root
mount -t proc proc proc
mount --rbind /sys sys
mount -o remount,bind,ro sys
mount -t tmpfs -o mode=755 dev dev
for name in null zero full random urandom tty; do : >dev/$name; mount --bind /dev/$name dev/$name; done
mkdir dev/pts dev/shm .old
chmod 1777 dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts dev/pts
ln -s pts/ptmx dev/ptmx; ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin; ln -s fd/1 dev/stdout; ln -s fd/2 dev/stderr
mount --bind ${quote(folder)} mnt
pivot_root . .old
cd /
umount -l /.old
rmdir /.old`

async function userSteps(user: UserSpec, index: number, place: HostPlace): Promise<string> {
  const uid = user.uid ?? 4201 + index
  const home = `/home/${user.name}`
  const hash = user.password === false ? '*' : await passwordHash(user.password ?? place.password)
  const steps = [
    `sed -i '/^${user.name}:/d' /etc/passwd /etc/shadow /etc/group`,
    `echo ${quote(`${user.name}:x:${uid}:${uid}::${home}:${user.shell ?? '/bin/bash'}`)} >>/etc/passwd`,
    `echo ${quote(`${user.name}:${hash}:${user.passwordChangedDay ?? 20000}:0:99999:7:::`)} >>/etc/shadow`,
    `echo ${quote(`${user.name}:x:${uid}:`)} >>/etc/group`,
    `mkdir -p ${home}/.ssh`,
    user.key === false
      ? ''
      : `echo ${quote(`${user.key ?? ''} ${place.userKey}`.trim())} >${home}/.ssh/authorized_keys`,
    `chmod 700 ${home} ${home}/.ssh; chown -R ${uid}:${uid} ${home}`,
    user.sudo === undefined
      ? ''
      : `echo ${quote(`${user.name} ${user.sudo}`)} >/etc/sudoers.d/${user.name}; chmod 440 /etc/sudoers.d/${user.name}`,
  ]
  return steps.filter((step) => step !== '').join('\n')
}

/** The first value of a keyword counts, so the lab's and the spec's come first; a `Match` block only ends with the file. */
function sshdConfig(spec: HostSpec, place: HostPlace): { readonly head: string; readonly tail: string } {
  const lines = (spec.sshdConfig ?? '').split('\n')
  const match = lines.findIndex((line) => /^\s*match\b/i.test(line))
  const head = match === -1 ? lines : lines.slice(0, match)
  return {
    head: [
      `Port ${place.port}`,
      `ListenAddress ${place.address}`,
      ...(spec.hostKeys ?? ['ed25519']).map((kind) => `HostKey /etc/ssh/ssh_host_${kind}_key`),
      `UsePAM ${(spec.pam ?? true) ? 'yes' : 'no'}`,
      ...(launcherOf(spec) && hasSessionProgram(spec) ? ['SshdSessionPath /run/lab/sshd'] : []),
      ...head,
      '',
    ].join('\n'),
    tail: match === -1 ? '' : `${['', ...lines.slice(match)].join('\n')}\n`,
  }
}

/**
 * sshd executes itself again for each connection, by the name that it was started with. A script under that name
 * can therefore move each session into another network while the listener stays where it is.
 */
function launcherOf(spec: HostSpec): string | undefined {
  const ownNetwork = (spec.network ?? 'own') === 'own'
  const delay = spec.bannerDelaySeconds ?? 0
  if (!ownNetwork && delay === 0) return undefined
  return `#!/bin/sh
${delay > 0 ? `sleep ${delay}` : ''}
exec ${ownNetwork ? `nsenter --net=${networkFile} ` : ''}${hasSessionProgram(spec) ? sessionProgram : '/usr/sbin/sshd'} "$@"
`
}

/** From OpenSSH 9.8 on, connections are served by a program of their own, whose path is a setting. */
const sessionProgram = '/usr/lib/openssh/sshd-session'
const hasSessionProgram = (spec: HostSpec): boolean => existsSync(join(spec.root ?? '/', sessionProgram))

const launcherSteps = (spec: HostSpec): string => `mkdir -p /run/lab
cp /mnt/files/launcher /run/lab/sshd
chmod 755 /run/lab/sshd
${(spec.network ?? 'own') === 'own' ? `: >${networkFile}\nunshare --net=${networkFile} ip link set lo up` : ''}`

const fileStep = (path: string, from: string): string =>
  // a link may lead elsewhere: /etc/os-release is one to /usr/lib
  `mkdir -p "$(dirname ${quote(path)})"\n[ ! -L ${quote(path)} ] || rm ${quote(path)}\ncat ${from} >${quote(path)}`

/** A word of a shell command. */
export const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
