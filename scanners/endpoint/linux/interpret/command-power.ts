// What a command allows that runs as root. The names are data: package managers, what controls
// logging, and programs that can do anything (shells, interpreters, editors, file tools).

const installers = new Set(
  `apt apt-get aptitude dpkg dselect gdebi dnf dnf5 microdnf yum rpm rpm-ostree zypper yast yast2 apk pacman yay paru
  xbps-install emerge snap flatpak pip pip3 pipx npm gem cargo make alternatives update-alternatives nix-env swupd
  install tdnf urpmi eopkg opkg bootc transactional-update`.split(/\s+/),
)
const loggers = new Set(
  `auditctl augenrules auditd rsyslogd syslog-ng journalctl logrotate systemctl service rc-service rc-update chkconfig
  initctl kill pkill killall logger semodule setenforce`.split(/\s+/),
)
const anything = new Set(
  `ALL bash sh dash zsh ksh mksh csh tcsh fish busybox su sudo sudoedit doas env python python2 python3 perl ruby node lua php awk
  gawk mawk vi vim vim.basic view nano emacs ed ex less more man find xargs tee cp mv dd tar rsync ln chmod chown chattr
  setfacl sed install visudo vipw vigr passwd usermod useradd adduser groupadd gpasswd crontab at mount docker podman
  nsenter unshare chroot strace gdb ssh scp git systemd-run pkexec script expect socat nc ncat screen tmux
  virsh lxc kubectl ctr nerdctl insmod modprobe update-grub kexec`.split(/\s+/),
)

/** Name of the program of a command as sudoers writes it. */
const program = (command: string): string => {
  const path = command.split(/\s+/)[0] ?? ''
  return path.split('/').at(-1) ?? ''
}

/** A whole folder, or a pattern in the place of the program's name. */
const isOpen = (command: string): boolean => {
  const path = command.split(/\s+/)[0] ?? ''
  return path.endsWith('/') || /[*?[\]^]/.test(path)
}

const version = (name: string): string => name.replace(/[0-9.]+$/, '')

const matches = (command: string, names: ReadonlySet<string>): boolean => {
  const name = program(command)
  return names.has(name) || names.has(version(name))
}

/** Whether a command, run as root, gives everything that root has. */
export const givesEverything = (command: string): boolean => isOpen(command) || matches(command, anything)

/** Whether a command, run as root, can install software. */
export const installsSoftware = (command: string): boolean => givesEverything(command) || matches(command, installers)

/** Whether a command, run as root, can change or stop logging. */
export const changesLogging = (command: string): boolean => givesEverything(command) || matches(command, loggers)
