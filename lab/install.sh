#!/bin/sh
# Installs what the lab suites need from Debian's packages. Root. Nothing is started: a policy that
# refuses service starts stands for the time of the installation.
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
export DEBIAN_FRONTEND=noninteractive
apt-get update -q
apt-get install -q -y --no-install-recommends \
  auditd bash busybox chrony cryptsetup-bin dash fapolicyd iproute2 iptables libpam-pwquality \
  libxml2-utils mksh nftables openssh-server procps rpm rsyslog strace sudo tmux ufw usbguard util-linux zip
