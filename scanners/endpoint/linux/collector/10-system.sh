# What the machine is, its volumes, kernel settings, clock, media rules and the rights on named files.

# Of these files only what the interpreter reads leaves the target: the rest (pass phrases of OpenSSL, passwords
# in mount options and of time servers, commands, texts of the desktop) stays.
# shellcheck disable=SC2016
SYSTEM_CLEAN="$FILES_TOOLS"'
# options of fstab(5) and crypttab(5): names, and the values of those that say where or how
function options(o,    part, i, k, out, name) {
  k = split(o, part, ",")
  out = ""
  for (i = 1; i <= k; i++) {
    name = part[i]; sub(/=.*/, "", name)
    if (name !~ /^[A-Za-z0-9_.+-]+$/) name = "***"
    else if (part[i] ~ /=/) {
      if (name ~ /^(sec|xprtsec|ms_mode|vers|nfsvers|proto|port|uid|gid|umask|fmask|dmask|mode|size|subvol|subvolid|compress|data|errors|commit|credentials|cred|x-systemd\..*|header|cipher|hash|offset|tries|timeout|type|sector-size|tpm2-device|tpm2-pcrs|fido2-device|context|iocharset|codepage|utf8|user_id|group_id|pri|nofail|keyfile-size|keyfile-offset|key-slot)$/ \
        && part[i] ~ /^[A-Za-z0-9_.=\/:+@-]*$/) name = part[i]
      else name = name "=***"
    }
    out = out (i > 1 ? "," : "") name
  }
  return out
}
function table(l,    k, F, i, out) {
  if (l ~ /^[ \t]*(#|$)/) return ""
  sub(/^[ \t]+/, "", l)
  k = split(l, F, /[ \t]+/)
  F[1] = address(F[1])
  gsub(/[^\/ \t#]*:[^\/ \t]*@/, "***@", F[1])
  if (f ~ /crypttab$/ && k > 2 && F[3] !~ /^(-|none|\/[A-Za-z0-9_.\/:=-]*)$/) F[3] = "***"
  if (k > 3) F[4] = options(F[4])
  out = F[1]
  for (i = 2; i <= k && i <= 6; i++) { if (F[i] ~ /^#/) break; out = out " " F[i] }
  return out
}
# modprobe.d(5), whose lines a backslash joins, those of a comment too
function modprobe(l,    more, W, k, command) {
  more = (l ~ /\\$/) ? "\\" : ""
  if (n <= 1) JOINED = 0
  if (JOINED) {
    JOINED = more != ""
    return (l ~ /^[ \t]*(\/(usr\/)?s?bin\/)?(false|true|:)[ \t]*\\?$/) ? l : "***" more
  }
  JOINED = more != ""
  if (l ~ /^[ \t]*#/) return "#" more
  if (more != "") l = substr(l, 1, length(l) - 1)
  k = split(l, W, /[ \t]+/)
  if (l ~ /^[ \t]/) { sub(/^[ \t]+/, "", l); k = split(l, W, /[ \t]+/) }
  if (W[1] ~ /^(install|remove)$/) {
    if (k < 3) return l more
    command = l; sub(/^[a-z]+[ \t]+[^ \t]+[ \t]+/, "", command)
    if (command ~ /^(\/(usr\/)?s?bin\/)?(false|true|:)[ \t]*$/) return l more
    return W[1] " " W[2] " " (safepath(W[3]) ? W[3] " ***" : "***") more
  }
  if (W[1] == "options") return W[1] " " W[2] " ***" more
  if (W[1] ~ /^(blacklist|alias|softdep|weakdep)$/) { sub(/[ \t]*#.*/, "", l); return l more }
  return (l == "" ? "" : "***") more
}
# chrony.conf(5), ntp.conf(5), ntpd.conf(5): who is followed, and what is included
function clock(l,    W, k, i, out) {
  sub(/^[ \t]+/, "", l); sub(/[ \t\r]+$/, "", l)
  k = split(l, W, /[ \t]+/)
  if (tolower(W[1]) !~ /^(servers?|pool|peer|refclock|include|includefile|confdir|sourcedir)$/) return ""
  out = W[1]
  for (i = 2; i <= k; i++) {
    if (W[i] ~ /^#/) break
    if (i == 2 || W[i] ~ /^([0-9.-]+|iburst|burst|prefer|nts|minpoll|maxpoll|key|trust|require|maxsources|offline|auto_offline|xleave|version|port|noselect|dynamic|true|-[46])$/ || safepath(W[i])) out = out " " address(W[i])
    else out = out " ***"
  }
  return out
}
function clean(l,    k, v, low) {
  if (f ~ /\/(fstab|crypttab)$/) return table(l)
  if (f ~ /\/modprobe\.d\//) return modprobe(l)
  if (f ~ /chrony|\/ntp/ || f ~ /\/openntpd\//) return clock(l)
  if (f ~ /^\/etc\/dconf\/profile\//) return l ~ /^[ \t]*(user|system|file|service)-db:[^ \t]*[ \t]*$/ ? l : ""
  if (f ~ /\/dconf\/db\/.*\/locks\//) return l ~ /^[ \t]*\/[A-Za-z0-9\/_-]*[ \t]*$/ ? l : ""
  if (f ~ /\/dconf\/db\/|\.gschema\.override$/) {
    if (l ~ /^[ \t]*\[/) return keyed(l, " ")
    if (l !~ /^[ \t]*[A-Za-z0-9-]+[ \t]*=/) return ""
    if (l !~ /=[ \t]*(true|false|((u?int(16|32|64)|byte|double)[ \t]+)?-?[0-9.]+)[ \t]*$/) sub(/=.*/, "=***", l)
    return l
  }
  if (f ~ /\.(cnf|config)$|\/openssl\.d\// && f !~ /\/crypto-policies\/config$/) {
    l = bare(l, "#")
    if (l ~ /^[ \t]*(\[[^]]*\]|\.include[ \t=]+[^ \t]+)[ \t]*#?$/) return l
    if (l ~ /^[ \t]*(openssl_conf|ssl_conf|system_default|alg_section|providers|(TLS\.|DTLS\.)?(MinProtocol|MaxProtocol)|CipherString|Ciphersuites|Options|SignatureAlgorithms|Groups|default_properties|rh-allow-sha1-signatures|activate|default-fips|fips_mode)[ \t]*=/) return l
    return l ~ /^[ \t]*[A-Za-z0-9_.-]+[ \t]*=/ ? substr(l, 1, index(l, "=")) "***" : ""
  }
  if (f ~ /\/crypto-policies\//) return l ~ /^[A-Z0-9:_-]+[ \t]*$/ ? l : ""
  if (f ~ /\/timezone$/) return l ~ /^[A-Za-z0-9_\/+-]+[ \t]*$/ ? l : ""
  if (f ~ /timesyncd/) return keyed(l, " ntp fallbackntp ")
  if (f ~ /\/usbguard\//) return keyed(l, " rulefile rulefolder implicitpolicytarget presentdevicepolicy presentcontrollerpolicy inserteddevicepolicy authorizeddefault ")
  if (f ~ /\/udev\//) {
    if (l ~ /^[ \t]*#/) return ""
    # of a program only the words that the interpreter looks for
    while (match(l, /(RUN|PROGRAM|IMPORT|ENV|ATTR|SYSCTL|SECLABEL)(\{[A-Za-z0-9_.:\/ -]*\})?[ \t]*[+:=!-]?=[ \t]*[ei]?"([^"\\]|\\.)*"/)) {
      k = substr(l, RSTART, RLENGTH); v = k
      sub(/^[^"]*"/, "", v); sub(/"$/, "", v)
      sub(/[ \t]*[+:=!-]?=[ \t]*[ei]?".*$/, "", k)
      if (k !~ /^(ENV|ATTR)/ || v !~ /^[0-9a-f*?]*$/ || length(v) > 8) {
        low = tolower(v)
        v = (v ~ /(^|[^A-Za-z0-9_])(systemd-mount|mount|pmount|usbmount)([^A-Za-z0-9_]|$)/) ? "mount " : ""
        if (match(low, /authorized|usb.storage|udisks_ignore|id_usb_driver/)) v = v substr(low, RSTART, RLENGTH) " "
        v = v "***"
        match(l, /(RUN|PROGRAM|IMPORT|ENV|ATTR|SYSCTL|SECLABEL)(\{[A-Za-z0-9_.:\/ -]*\})?[ \t]*[+:=!-]?=[ \t]*[ei]?"([^"\\]|\\.)*"/)
      }
      l = substr(l, 1, RSTART - 1) k "=<" v ">" substr(l, RSTART + RLENGTH)
    }
    return l
  }
  # exports(5)
  return bare(l, "#")
}
'

collect_system() {
  system_machine
  system_storage
  system_kernel
  FILES_CLEAN=$SYSTEM_CLEAN
  files system-files \
    /etc/crypto-policies/state/current /etc/crypto-policies/config \
    /etc/ssl/openssl.cnf /etc/pki/tls/openssl.cnf /etc/crypto-policies/back-ends/opensslcnf.config \
    /etc/pki/tls/openssl.d/*.cnf /etc/pki/tls/openssl.d/*.conf /etc/pki/tls/fips_local.cnf \
    /etc/crypttab /etc/fstab \
    /etc/modprobe.d/*.conf /run/modprobe.d/*.conf /usr/local/lib/modprobe.d/*.conf \
    /usr/lib/modprobe.d/*.conf /lib/modprobe.d/*.conf \
    /etc/chrony.conf /etc/chrony/chrony.conf /etc/chrony.d/*.conf /etc/chrony/conf.d/*.conf \
    /etc/chrony/sources.d/*.sources /run/chrony-dhcp/*.sources \
    /etc/ntp.conf /etc/ntpsec/ntp.conf /etc/ntpsec/ntp.d/*.conf /etc/openntpd/ntpd.conf /etc/ntpd.conf \
    /etc/systemd/timesyncd.conf /etc/systemd/timesyncd.conf.d/*.conf /run/systemd/timesyncd.conf.d/*.conf \
    /usr/lib/systemd/timesyncd.conf.d/*.conf \
    /etc/timezone \
    /etc/dconf/profile/user /etc/dconf/db/*.d/* /etc/dconf/db/*.d/locks/* \
    /usr/share/glib-2.0/schemas/*.gschema.override \
    /etc/usbguard/usbguard-daemon.conf /etc/udev/rules.d/*.rules \
    /etc/exports /etc/exports.d/*.exports
  FILES_CLEAN=$FILES_PLAIN
  system_marks
  system_clock
  system_rights
  if have ip; then run addresses 5 ip -o addr show; else skip addresses command; fi
  system_deep
}

# values ID PATH...: one line for each file of one line: PATH, a tab, its text. `@denied`, `@absent`
# and `@error` stand for a text that could not be read. One process.
system_values() {
  begin "$1"; shift
  N=$#
  while [ "$N" -gt 0 ]; do
    F=$1; shift; N=$((N - 1))
    if [ -r "$F" ] && [ ! -d "$F" ]; then set -- "$@" "$F"
    elif [ -e "$F" ]; then printf '%s\t@denied\n' "$F"
    else
      D=${F%/*}
      if [ -d "$D" ] && [ ! -x "$D" ]; then printf '%s\t@denied\n' "$F"; else printf '%s\t@absent\n' "$F"; fi
    fi
  done
  R=0
  if [ $# -gt 0 ]; then
    awk 'BEGIN {
      for (i = 1; i < ARGC; i++) {
        r = (getline line < ARGV[i])
        if (r < 0) line = "@error"; else if (r == 0) line = ""
        close(ARGV[i])
        print ARGV[i] "\t" line
      }
    }' "$@" 2>/dev/null
    R=$?
  fi
  finish "$R"
}

system_machine() {
  files machine-files /etc/os-release /usr/lib/os-release /etc/alpine-release /etc/machine-id /var/lib/dbus/machine-id \
    /proc/sys/kernel/hostname /proc/sys/kernel/osrelease /proc/meminfo /proc/1/cgroup \
    /.dockerenv /run/.containerenv /run/systemd/container /run/host/container-manager /proc/device-tree/model \
    /sys/hypervisor/type /proc/xen/capabilities /sys/class/dmi/id/sys_vendor /sys/class/dmi/id/product_name \
    /sys/class/dmi/id/product_version /sys/class/dmi/id/bios_vendor /sys/class/dmi/id/bios_version \
    /sys/class/dmi/id/board_vendor /sys/class/dmi/id/chassis_type /sys/class/dmi/id/product_serial \
    /sys/class/dmi/id/product_uuid
  begin architecture; uname -m; finish $?

  begin processor
  awk '
    FILENAME ~ /cpuinfo$/ {
      at = index($0, ":")
      name = at ? substr($0, 1, at - 1) : $0
      gsub(/[ \t]+$/, "", name)
      if (name == "processor") count++
      if (name == "model name" || name == "Processor" || name == "cpu model" || name == "cpu")
        if (model == "") { model = substr($0, at + 1); gsub(/^[ \t]+/, "", model) }
      if (name == "flags") { flags = 1; if ((" " $0 " ") ~ / hypervisor /) hypervisor = 1 }
    }
    FILENAME ~ /stat$/ && $1 == "btime" { print "btime=" $2 }
    FILENAME ~ /cmdline$/ {
      for (i = 1; i <= NF; i++) if ($i ~ /^(module_blacklist|ipv6\.disable|fips)=/) print "kernel-argument=" $i
      print "cmdline=read"
    }
    END {
      print "count=" count + 0
      if (model != "") print "model=" model
      print "hypervisor=" (flags ? (hypervisor ? "yes" : "no") : "unknown")
    }' /proc/cpuinfo /proc/stat /proc/cmdline 2>/dev/null
  finish $?

  # the environment of process 1 may hold passwords: only two names leave the target
  if [ -r /proc/1/environ ]; then
    begin first-process
    { tr '\0\n' '\n ' </proc/1/environ; } 2>/dev/null | awk '/^container=/ { print } /^KUBERNETES_SERVICE_HOST=/ { print "kubernetes=yes" } END { print "read=" NR }'
    finish $?
  else
    skip first-process root
  fi
  # only the machine is asked here: --container would believe a file left by an image
  if have systemd-detect-virt; then begin hypervisor; systemd-detect-virt --vm 2>/dev/null; finish $?
  else skip hypervisor command; fi

  begin system-links
  set --
  for F in /proc/self/ns /sys/dev/block /sys/class/net /etc/localtime /bin/ls /sys/class/drm; do
    [ -e "$F" ] && set -- "$@" "$F"
  done
  ls -l "$@" 2>/dev/null
  finish $?
}

system_storage() {
  begin storage-links
  for F in /sys/class/block/*/slaves/* /sys/fs/btrfs/*/devices/*; do [ -e "$F" ] && printf '%s\n' "$F"; done
  for F in /tmp /var/tmp /home /dev/shm; do
    if [ -L "$F" ]; then printf 'area %s\t%s\n' "$F" "$(cd -P "$F" 2>/dev/null && pwd -P)"
    elif [ -d "$F" ]; then printf 'area %s\t%s\n' "$F" "$F"; fi
  done
  ZFS=no
  # folders encrypted by fscrypt are announced in /.fscrypt of their file system; network ones could hang
  while read -r _ _ _ _ M REST; do
    case "$REST" in
      *' - ext4 '* | *' - f2fs '* | *' - btrfs '* | *' - ubifs '*) [ -d "$M/.fscrypt" ] && printf 'fscrypt %s\n' "$M" ;;
      *' - zfs '*) ZFS=yes ;;
    esac
  done </proc/self/mountinfo 2>/dev/null
  finish 0
  # mount options may hold a password (cifs): such a value stays on the target
  begin mounts
  awk '{ gsub(/(pass|password|password2|passwd|secret|key|token|credentials|cred)=[^, ]*/, "REMOVED"); gsub(/[^ \/#]*:[^ \/@]*@/, "REMOVED@"); print } END { print "rows " NR }' /proc/self/mountinfo 2>/dev/null
  finish $?
  CRYPT=no
  set -- /proc/swaps
  for F in /sys/class/block/*/dm/uuid /sys/class/block/*/dm/name /sys/block/*/removable /sys/block/loop*/loop/backing_file /sys/block/zram*/backing_dev; do
    case $F in
      *'*'*) ;;
      */dm/uuid) CRYPT=yes; set -- "$@" "$F" ;;
      *) set -- "$@" "$F" ;;
    esac
  done
  files storage-files "$@"
  if [ "$CRYPT" = no ]; then skip disk-ciphers not-asked
  elif [ "$ROOT" = 0 ]; then skip disk-ciphers root
  elif have dmsetup; then
    # without --showkeys the key is not printed; the awk keeps name, target and cipher only
    begin disk-ciphers
    limited 5 dmsetup table --target crypt 2>/dev/null | awk '{ sub(/:$/, "", $1); print $1, $4, $5 }'
    finish $?
  else skip disk-ciphers command; fi
  if [ "$ZFS" = yes ]; then run zfs-encryption 10 zfs get -H -t filesystem -o name,property,value encryption,keystatus
  else skip zfs-encryption not-asked; fi
}

system_kernel() {
  set --
  for F in /proc/sys/net/ipv4/conf/*/rp_filter; do
    D=${F%/*}
    set -- "$@" "$F" "$D/accept_source_route" "$D/accept_redirects" "$D/send_redirects" "$D/log_martians" "$D/forwarding"
  done
  for F in /proc/sys/net/ipv6/conf/*/disable_ipv6; do
    D=${F%/*}
    set -- "$@" "$F" "$D/accept_source_route" "$D/accept_redirects" "$D/forwarding"
    # since Linux 6.17 an interface can forward alone
    [ -e "$D/force_forwarding" ] && set -- "$@" "$D/force_forwarding"
  done
  for F in /sys/class/net/*; do
    [ -d "$F" ] && set -- "$@" "$F/address" "$F/operstate" "$F/type" "$F/flags"
  done
  for F in /sys/bus/usb/devices/usb*/authorized_default; do [ -e "$F" ] && set -- "$@" "$F"; done
  system_values kernel-settings /proc/sys/kernel/randomize_va_space /proc/sys/kernel/kptr_restrict \
    /proc/sys/kernel/dmesg_restrict /proc/sys/kernel/yama/ptrace_scope /proc/sys/kernel/unprivileged_bpf_disabled \
    /proc/sys/kernel/modules_disabled /proc/sys/fs/protected_symlinks /proc/sys/fs/protected_hardlinks \
    /proc/sys/fs/suid_dumpable /proc/sys/crypto/fips_enabled /proc/sys/net/ipv4/tcp_syncookies \
    /proc/sys/net/ipv4/icmp_echo_ignore_broadcasts /proc/sys/net/ipv4/ip_forward "$@"

  read -r K </proc/sys/kernel/osrelease
  M=/lib/modules/$K
  begin kernel-modules
  set --
  for F in /proc/modules /proc/filesystems /proc/net/protocols "$M/modules.dep" "$M/modules.builtin"; do
    if [ -r "$F" ]; then set -- "$@" "$F"; elif [ -e "$F" ]; then printf 'denied %s\n' "$F"; else printf 'absent %s\n' "$F"; fi
  done
  for F in /sys/bus/usb /sys/bus/usb/drivers/usb-storage /sys/bus/usb/drivers/uas /sys/firmware/efi "$M"; do
    if [ -e "$F" ]; then printf 'present %s\n' "$F"; else printf 'absent %s\n' "$F"; fi
  done
  awk '
    function wanted(n) { gsub(/-/, "_", n); return n ~ /^(cramfs|dccp|sctp|rds|tipc|usb_storage|uas)$/ }
    function base(p) { sub(/:.*/, "", p); sub(/.*\//, "", p); sub(/\.ko.*/, "", p); gsub(/-/, "_", p); return p }
    FNR == 1 { print "read " FILENAME }
    FILENAME == "/proc/modules" { if (wanted($1)) print "loaded " $1; next }
    FILENAME == "/proc/filesystems" { if (wanted($NF)) print "running " $NF; next }
    FILENAME == "/proc/net/protocols" { n = tolower($1); sub(/v6$/, "", n); if (wanted(n)) print "running " n; next }
    { n = base($1); if (wanted(n)) print (FILENAME ~ /builtin$/ ? "builtin " : "available ") n }
  ' "$@" 2>/dev/null
  finish $?

  F=/sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c
  if [ -r "$F" ]; then begin secure-boot; od -An -tu1 "$F" 2>/dev/null; finish $?
  else begin secure-boot; if [ -d /sys/firmware/efi ]; then
      if [ -e "$F" ]; then printf 'denied\n'
      elif [ -d /sys/firmware/efi/efivars/ ] && [ -r /sys/firmware/efi/efivars ]; then
        for D in /sys/firmware/efi/efivars/*; do break; done
        # an empty folder is a file system that isn't mounted
        if [ -e "$D" ]; then printf 'absent\n'; else printf 'unmounted\n'; fi
      else printf 'unmounted\n'; fi
    else printf 'no-efi\n'; fi; finish 0; fi

  # hashes stay on the target
  begin boot-loader
  set --
  for F in /boot/grub/grub.cfg /boot/grub2/grub.cfg /boot/efi/EFI/*/grub.cfg /boot/efi/EFI/*/user.cfg /boot/grub2/user.cfg /boot/grub/custom.cfg /boot/grub2/custom.cfg; do
    state "$F"
    case $STATE in readable) set -- "$@" "$F" ;; *) printf '%s %s\n' "$STATE" "$F" ;; esac
  done
  for F in /boot/loader/loader.conf /boot/efi/loader/loader.conf /efi/loader/loader.conf /boot/extlinux/extlinux.conf /boot/syslinux/syslinux.cfg /etc/lilo.conf; do
    [ -e "$F" ] && printf 'other %s\n' "$F"
  done
  R=0
  if [ $# -gt 0 ]; then
    awk '
      FNR == 1 { print "read " FILENAME }
      /^[ \t]*set[ \t]+superusers=/ { v = $0; sub(/.*superusers=/, "", v); gsub(/["\047]/, "", v); print "superusers " FILENAME " " v }
      # without a name in front the word is the password itself
      /^[ \t]*password_pbkdf2[ \t]/ { print "password pbkdf2 " FILENAME " " (NF > 2 && $3 !~ /^#/ ? $2 : "") }
      /^[ \t]*password[ \t]/ { print "password plain " FILENAME " " (NF > 2 && $2 !~ /^-/ && $3 !~ /^#/ ? $2 : "") }
      /^[ \t]*GRUB2_PASSWORD=/ { print "variable " FILENAME ($0 ~ /=.*grub\.pbkdf2/ ? " set" : " empty") }
      /^[ \t]*source[ \t]/ { print "source " $2 }
    ' "$@" 2>/dev/null
    R=$?
  fi
  finish "$R"
}

# What is there, told without starting a process.
system_marks() {
  begin desktop
  for F in /usr/share/xsessions /usr/share/wayland-sessions /usr/local/share/xsessions /usr/local/share/wayland-sessions; do
    [ -d "$F" ] && [ ! -r "$F" ] && printf 'denied %s\n' "$F"
    for D in "$F"/*.desktop; do [ -e "$D" ] && printf 'session %s\n' "$D"; done
  done
  for F in gdm gdm3 lightdm sddm lxdm xdm slim greetd ly ly-dm kdm wdm; do
    for D in /usr/sbin /usr/bin /usr/local/sbin /usr/local/bin; do [ -x "$D/$F" ] && printf 'manager %s\n' "$D/$F"; done
  done
  if [ -e /etc/systemd/system/display-manager.service ] || [ -L /etc/systemd/system/display-manager.service ]; then
    printf 'manager /etc/systemd/system/display-manager.service\n'
  fi
  printf 'checked\n'
  finish 0

  begin marks
  for F in /usr/share/polkit-1/actions/org.freedesktop.UDisks2.policy /usr/bin/pmount /usr/bin/udevil /usr/sbin/automount \
    /usr/bin/udiskie /usr/sbin/usbguard-daemon /usr/bin/usbguard /sbin/usbguard-daemon /usr/sbin/smbd /usr/sbin/ksmbd.mountd /usr/sbin/exportfs /usr/sbin/rpc.nfsd \
    /proc/fs/nfsd/exports /proc/fs/nfsd/versions /usr/bin/virsh /usr/sbin/libvirtd /usr/sbin/virtqemud /usr/bin/VBoxManage \
    /usr/bin/vmware /usr/bin/vmrun /usr/bin/kvm /usr/libexec/qemu-kvm /usr/sbin/xl /usr/bin/firecracker \
    /usr/bin/cloud-hypervisor /usr/bin/incus /usr/bin/lxc /snap/bin/lxd /usr/sbin/pveversion /usr/bin/pveversion \
    /dev/kvm /proc/vz /proc/bc /etc/usbguard/rules.conf /run/systemd/timesync/synchronized /run/systemd/system /run/chrony \
    /run/openrc /proc/sys/fs/binfmt_misc/WSLInterop /etc/crypttab; do
    [ -e "$F" ] && printf 'present %s\n' "$F"
  done
  for F in /usr/bin/qemu-system-*; do [ -e "$F" ] && printf 'present %s\n' "$F"; done
  printf 'environment container=%s\n' "${container:-}"
  printf 'checked\n'
  finish 0

  # a machine definition may hold a console password: only counts leave the target
  if [ -d /etc/libvirt/qemu ]; then
    if [ -r /etc/libvirt/qemu ] && [ -x /etc/libvirt/qemu ]; then
      begin virtual-machines
      set --
      for F in /etc/libvirt/qemu/*.xml; do [ -f "$F" ] && [ -r "$F" ] && set -- "$@" "$F"; done
      [ -r /etc/libvirt/qemu.conf ] && set -- "$@" /etc/libvirt/qemu.conf
      R=0
      if [ $# -gt 0 ]; then
        awk '
          FNR == 1 { print "file " FILENAME }
          FILENAME ~ /\.xml$/ && /<filesystem[ >]/ { print "shared " FILENAME }
          FILENAME ~ /\.xml$/ && /<seclabel[^>]*type=.none/ { print "unconfined " FILENAME }
          FILENAME ~ /qemu\.conf$/ && /^[ \t]*security_(driver|default_confined|require_confined)[ \t]*=/ { gsub(/[ \t"]/, ""); print "setting " $0 }
        ' "$@" 2>/dev/null
        R=$?
      fi
      finish "$R"
    else skip virtual-machines root; fi
  else skip virtual-machines command; fi
  if [ -e /etc/samba/smb.conf ]; then
    if [ -r /etc/samba/smb.conf ]; then
      begin samba
      awk '/^[ \t]*\[/ { print } tolower($0) ~ /^[ \t]*(server[ \t]+)?smb[ \t]+encrypt[ \t]*=|^[ \t]*(config[ \t]+file|include|client[ \t]+smb[ \t]+encrypt)[ \t]*=/ { print } END { print "; read" }' /etc/samba/smb.conf 2>/dev/null
      finish $?
    else skip samba root; fi
  else begin samba; finish 0; fi
  if [ -r /etc/usbguard/rules.conf ]; then
    begin usb-rules
    set -- /etc/usbguard/rules.conf
    for F in /etc/usbguard/rules.d/*.conf; do [ -r "$F" ] && set -- "$@" "$F"; done
    awk '$1 ~ /^(allow|block|reject)$/ { n[$1]++; if (NF == 1) all[$1]++; if ($0 ~ /with-interface/ ) i[$1]++ }
      END { for (k in n) print k, n[k], all[k] + 0; print "read" }' "$@" 2>/dev/null
    finish $?
  elif [ -d /etc/usbguard ]; then skip usb-rules root
  else skip usb-rules command; fi
}

system_clock() {
  # asked only where systemd runs: elsewhere there is nobody to answer
  if [ -d /run/systemd/system ]; then run timedatectl 5 timedatectl show; else skip timedatectl command; fi
  # systemd-timesyncd keeps this folder while it runs
  if [ -d /run/systemd/system ] && [ -d /run/systemd/timesync ]; then run timesync 5 timedatectl show-timesync
  else skip timesync not-asked; fi
  # over its socket chronyc would make a file of its own; UDP to this machine needs none
  run chrony 5 chronyc -n -c -h 127.0.0.1,::1 -m tracking sources
  if have ntpq; then run ntp-peers 5 ntpq -pn; else skip ntp-peers command; fi
  # the last line of a copied zone file is its rule (RFC 8536 section 3.3)
  if [ -f /etc/localtime ] && [ ! -L /etc/localtime ]; then
    begin zone-rule; tail -n 1 /etc/localtime 2>/dev/null; finish $?
  else skip zone-rule not-asked; fi
}

# Owner, group and mode of named files. The plus sign of an access control list comes from ls.
system_rights() {
  begin file-rights
  set --
  for F in /etc/passwd /etc/passwd- /etc/shadow /etc/shadow- /etc/group /etc/group- /etc/gshadow /etc/gshadow- \
    /etc/security/opasswd /etc/sudoers /etc/sudoers.d /etc/sudoers.d/* /etc/doas.conf /etc/pam.d /etc/pam.d/* /etc/pam.conf \
    /etc/security/*.conf /etc/login.defs /etc/ssh /etc/ssh/sshd_config /etc/ssh/sshd_config.d/* /etc/ssh/ssh_host_*_key \
    /etc/crontab /etc/cron.d /etc/cron.d/* /etc/cron.hourly /etc/cron.daily /etc/cron.weekly /etc/cron.monthly \
    /etc/cron.allow /etc/cron.deny /etc/at.allow /etc/at.deny /var/spool/cron /var/spool/cron/crontabs \
    /boot/grub/grub.cfg /boot/grub2/grub.cfg /boot/efi/EFI/*/grub.cfg \
    /etc/audit /etc/audit/auditd.conf /etc/audit/audit.rules /etc/audit/rules.d /etc/audit/rules.d/* \
    /etc/rsyslog.conf /etc/rsyslog.d /etc/rsyslog.d/* /etc/syslog-ng/syslog-ng.conf /etc/systemd/journald.conf \
    /etc/systemd/journald.conf.d /etc/systemd/journald.conf.d/* /etc/logrotate.conf /etc/logrotate.d \
    /var/log /var/log/auth.log /var/log/secure /var/log/syslog /var/log/messages /var/log/audit /var/log/audit/audit.log \
    /var/log/journal /var/log/sudo.log /var/log/wtmp /var/log/btmp /var/log/lastlog /var/log/faillog \
    /etc/ssl/private /etc/ssl/private/* /etc/pki/tls/private /etc/pki/tls/private/* \
    /etc/polkit-1/rules.d /etc/polkit-1/rules.d/* /etc/polkit-1/localauthority \
    /etc/hosts.allow /etc/hosts.deny /etc/sysctl.conf /etc/sysctl.d /etc/modprobe.d /etc/fstab /etc/crypttab; do
    case $F in
      *"$NL"*) printf '@refused (name with a line break)\n'; continue ;;
      *'*'*)
        D=${F%/*}
        if [ -d "$D" ] && [ ! -r "$D" ]; then printf '@denied %s\n' "$F"; else
          state "$D"; [ "$STATE" = denied ] && printf '@denied %s\n' "$F"
        fi
        continue ;;
    esac
    # below a folder that can be listed but not searched nothing can be told of a file
    if [ -e "$F" ] || [ -L "$F" ]; then set -- "$@" "$F"; continue; fi
    state "$F"
    if [ "$STATE" = denied ] || { [ -d "${F%/*}" ] && [ ! -x "${F%/*}" ]; }; then printf '@denied %s\n' "$F"; else printf '@absent %s\n' "$F"; fi
  done
  stat -L -c '%a %u %g %U %G %F|%n' "$@" 2>/dev/null
  R=$?
  finish "$R"
  begin file-lists
  ls -Ld "$@" -l 2>/dev/null
  finish $?
}

# The walk over every local file system, and what the package manager says of its own files.
system_deep() {
  if [ "$DEEP" != yes ]; then
    skip special-files not-asked; skip package-files not-asked; return
  fi
  set --
  SKIPPED=
  while read -r _ _ _ _ M REST; do
    case $M in *\\*) SKIPPED="$SKIPPED$M$NL"; continue ;; esac
    case " ${REST#* - }" in
      ' ext'* | ' xfs '* | ' btrfs '* | ' zfs '* | ' f2fs '* | ' jfs '* | ' reiserfs '* | ' bcachefs '* | ' tmpfs '* | ' overlay '* | ' ubifs '* | ' vfat '* | ' ntfs3 '* | ' exfat '*)
        case $M in
          /proc/* | /sys/* | /dev | /dev/* | /run/user/* | /var/lib/docker/* | /var/lib/containers/*) ;;
          *) set -- "$@" "$M" ;;
        esac ;;
    esac
  done </proc/self/mountinfo
  begin special-files
  for M; do printf '@root %s\n' "$M"; done
  # a name with a space or worse stands escaped in the list and is left out
  [ -n "$SKIPPED" ] && printf '@skipped\n'
  # busybox before 1.37 can't look for files without an owner
  if find /dev/null -prune -nouser >/dev/null 2>&1; then N='-o -nouser -o -nogroup'; printf '@owners yes\n'
  else N=; printf '@owners no\n'; fi
  # -xdev and one starting point for each mount; symbolic links are never followed. N is to be split.
  # shellcheck disable=SC2086
  { limited 1800 find "$@" -xdev '(' -type f -o -type d ')' '(' \
    '(' -perm -0002 '(' -type f -o ! -perm -1000 ')' ')' -o '(' -type f '(' -perm -4000 -o -perm -2000 ')' ')' \
    $N ')' -exec stat -c '%a %u %g %U %G %F|%n' '{}' + 2>&1; printf '@exit %s\n' "$?"; } | awk '
      # what vanished during the walk is no fault
      /^(find|stat|busybox): / { if (!/No such file or directory/) errors++; next }
      { last = $0 }
      /^@exit [0-9]+$/ { next }
      ++n <= 20000 { print }
      END { print "@errors " errors + 0; print "@count " n + 0; print last }'
  finish $?
  if have dpkg && [ -s /var/lib/dpkg/status ]; then
    begin package-files
    printf '@manager dpkg\n'
    { limited 1800 dpkg -V 2>/dev/null; printf '@exit %s\n' "$?"; } | awk '{ last = $0 } /^@exit [0-9]+$/ { next } ++n <= 20000 { print } END { print "@count " n + 0; print last }'
    finish $?
  elif have rpm && rpm_database; then
    begin package-files
    printf '@manager rpm\n'
    { limited 1800 rpm --dbpath "$RPM_DB" -Va --nomtime 2>/dev/null; printf '@exit %s\n' "$?"; } | awk '{ last = $0 } /^@exit [0-9]+$/ { next } ++n <= 20000 { print } END { print "@count " n + 0; print last }'
    finish $?
  else skip package-files command; fi
}
