#!/bin/sh
# Installs what the lab suites need from Debian's packages. Root. No service is started, now or at the next
# start of the machine: a policy refuses starts during the installation, and what came new is disabled after it.
set -eu
[ "$(id -u)" = 0 ] || { echo 'lab:install needs root (apt-get).' >&2; exit 10; }
command -v apt-get >/dev/null || { echo 'lab:install knows apt-get only (Debian, Ubuntu).' >&2; exit 10; }

policy=/usr/sbin/policy-rc.d
kept=
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
  kept=yes
fi
trap '[ -z "$kept" ] || rm -f "$policy"' EXIT

# package:unit of those that bring a service; one that was here before is left as it is
services='auditd:auditd chrony:chrony nftables:nftables openssh-server:ssh rsyslog:rsyslog ufw:ufw'
new=
for pair in $services; do
  dpkg -s "${pair%:*}" >/dev/null 2>&1 || new="$new ${pair#*:}"
done

export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -q -y --no-install-recommends \
  auditd bash busybox chrony dash debootstrap fish iproute2 iptables libpam-google-authenticator libpam-pwquality \
  libpam-radius-auth libxml2-utils lynis mksh nftables openssh-server procps rpm rsyslog sshpass strace sudo tcsh \
  tmux ufw util-linux

if [ -n "$new" ] && command -v systemctl >/dev/null; then
  for unit in $new; do systemctl disable --quiet "$unit" || echo "lab:install: $unit stays enabled" >&2; done
fi

# about 40 seconds the first time; without it only the suite of the other release is skipped
sh "$(dirname "$0")/other-release.sh" || echo 'lab:install: no file system of another release' >&2
