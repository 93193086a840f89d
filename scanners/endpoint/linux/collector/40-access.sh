# Ways in: SSH, sessions, logon screens, packet filters, network services, browsers, wireless.

# Sets ACCESS_SSHD (listener process ids), ACCESS_DROPBEAR, ACCESS_FIREWALLD and ACCESS_LOGIND from the
# names of running processes, without starting one.
access_processes() {
  ACCESS_SSHD='' ACCESS_DROPBEAR=no ACCESS_FIREWALLD=no ACCESS_LOGIND=no ACCESS_SEEN=no
  for P in /proc/[0-9]*; do
    C=''
    { read -r C <"$P/comm"; } 2>/dev/null
    case $C in '') continue ;; esac
    [ "$P" = /proc/1 ] && ACCESS_SEEN=yes
    case $C in
      sshd) ACCESS_SSHD="$ACCESS_SSHD $P/cmdline" ;;
      dropbear) ACCESS_DROPBEAR=yes ;;
      firewalld) ACCESS_FIREWALLD=yes ;;
      systemd-logind) ACCESS_LOGIND=yes ;;
    esac
  done
}

# Command lines of sshd: one line each, arguments divided by spaces. Also finds the arguments of the
# listener, which decide what configuration is in force: ACCESS_OPTIONS for sshd -T, and the file that
# -f names in ACCESS_CONFIG.
access_sshd_processes() {
  begin sshd-processes
  ACCESS_OPTIONS='' ACCESS_CONFIG=''
  ACCESS_LINES=''
  # shellcheck disable=SC2086
  [ -n "$ACCESS_SSHD" ] && ACCESS_LINES=$(awk 'BEGIN {
    for (i = 1; i < ARGC; i++) {
      command = "tr \"\\000\" \" \" <" ARGV[i]
      if ((command | getline line) > 0 && (line ~ /\[listener\]/ || line !~ /^sshd: /) && ++n <= 4) print line
      close(command)
      if (n >= 4 || i >= 8) break
    }
  }' $ACCESS_SSHD 2>/dev/null)
  printf '%s\n' "$ACCESS_LINES"
  ACCESS_FIRST=${ACCESS_LINES%%"$NL"*}
  set -f
  W=''
  for A in $ACCESS_FIRST; do
    case $W in
      -f) ACCESS_CONFIG=$A ;;
    esac
    case $W in
      -f | -o | -p | -h | -c) ACCESS_OPTIONS="$ACCESS_OPTIONS $W $A"; W=''; continue ;;
    esac
    case $A in
      '[listener]') break ;;
      -f | -o | -p | -h | -c) W=$A ;;
      -o?* | -p?* | -4 | -6) ACCESS_OPTIONS="$ACCESS_OPTIONS $A" ;;
      -f?*) ACCESS_CONFIG=${A#-f}; ACCESS_OPTIONS="$ACCESS_OPTIONS $A" ;;
    esac
  done
  set +f
  printf '@options%s\n' "$ACCESS_OPTIONS"
  finish 0
}

# What sshd makes of its configuration. sshd -T needs root (host keys) and a re-exec with the same
# arguments as the listener; sshd -G (since 9.3) does without keys.
access_sshd_effective() {
  ACCESS_BANNER=''
  if ! have sshd; then skip sshd-effective command; skip sshd-parsed command; return; fi
  if [ "$ROOT" != 1 ]; then skip sshd-effective root; skip sshd-parsed root; return; fi
  begin sshd-effective
  ACCESS_SSHD_PATH=$(command -v sshd)
  set -f
  # shellcheck disable=SC2086
  ACCESS_OUTPUT=$(limited 10 "$ACCESS_SSHD_PATH" -T $ACCESS_OPTIONS 2>&1)
  ACCESS_CODE=$?
  set +f
  printf '%s\n' "$ACCESS_OUTPUT"
  finish "$ACCESS_CODE"
  if [ "$ACCESS_CODE" = 0 ]; then
    skip sshd-parsed not-asked
  else
    begin sshd-parsed
    set -f
    # shellcheck disable=SC2086
    ACCESS_OUTPUT=$(limited 10 "$ACCESS_SSHD_PATH" -G $ACCESS_OPTIONS 2>&1)
    ACCESS_CODE=$?
    set +f
    printf '%s\n' "$ACCESS_OUTPUT"
    finish "$ACCESS_CODE"
  fi
  ACCESS_BANNER=${ACCESS_OUTPUT#*"${NL}banner "}
  if [ "$ACCESS_BANNER" = "$ACCESS_OUTPUT" ]; then ACCESS_BANNER=''; else ACCESS_BANNER=${ACCESS_BANNER%%"$NL"*}; fi
  case $ACCESS_BANNER in /*) ;; *) ACCESS_BANNER='' ;; esac
}

# NAME=yes when one of the paths exists, no when none does (and its folder could be searched).
access_exists() {
  N=$1; shift
  for F; do
    if [ -e "$F" ] || [ -L "$F" ]; then printf '%s=yes\n' "$N"; return; fi
  done
  printf '%s=no\n' "$N"
}

# NAME=entries of a folder, one line each; NAME=@denied when it can't be listed.
access_entries() {
  N=$1
  if [ -d "$2" ]; then
    if [ -r "$2" ] && [ -x "$2" ]; then
      for F in "$2"/*; do
        [ -e "$F" ] || continue
        case $F in *"$NL"*) continue ;; esac
        printf '%s=%s\n' "$N" "${F##*/}"
      done
      printf '%s=@end\n' "$N"
    else
      printf '%s=@denied\n' "$N"
    fi
  elif [ -d "${2%/*}" ] && [ ! -x "${2%/*}" ]; then printf '%s=@denied\n' "$N"
  else printf '%s=@absent\n' "$N"; fi
}

# What can be seen without starting a process.
access_state() {
  begin access-state
  printf 'processes-seen=%s\ndropbear-running=%s\nfirewalld-running=%s\nlogind-running=%s\n' \
    "$ACCESS_SEEN" "$ACCESS_DROPBEAR" "$ACCESS_FIREWALLD" "$ACCESS_LOGIND"
  if [ -n "$ACCESS_SSHD" ]; then printf 'sshd-running=yes\n'; else printf 'sshd-running=no\n'; fi
  access_exists sshd-installed /usr/sbin/sshd /usr/bin/sshd /sbin/sshd /usr/local/sbin/sshd /opt/openssh/sbin/sshd
  access_exists dropbear-installed /usr/sbin/dropbear /usr/bin/dropbear /sbin/dropbear
  access_exists ssh-client-installed /usr/bin/ssh /usr/local/bin/ssh
  access_exists gnome-installed /usr/bin/gnome-shell
  access_exists kde-installed /usr/bin/plasmashell /usr/bin/ksmserver
  access_exists xfce-installed /usr/bin/xfce4-session
  access_exists light-locker-installed /usr/bin/light-locker
  access_exists xscreensaver-installed /usr/bin/xscreensaver
  access_exists cinnamon-installed /usr/bin/cinnamon-session
  access_exists mate-installed /usr/bin/mate-session
  access_exists other-desktop-installed /usr/bin/lxsession /usr/bin/lxqt-session /usr/bin/sway /usr/bin/i3 /usr/bin/openbox /usr/bin/budgie-session /usr/bin/startxfce4
  access_exists gdm-installed /usr/sbin/gdm3 /usr/sbin/gdm /usr/bin/gdm
  access_exists lightdm-installed /usr/sbin/lightdm /usr/bin/lightdm
  access_exists sddm-installed /usr/bin/sddm /usr/sbin/sddm
  access_exists chromium-installed /usr/bin/chromium /usr/bin/chromium-browser /snap/bin/chromium /usr/lib64/chromium-browser /var/lib/flatpak/app/org.chromium.Chromium
  access_exists chrome-installed /usr/bin/google-chrome /usr/bin/google-chrome-stable /opt/google/chrome /var/lib/flatpak/app/com.google.Chrome
  access_exists edge-installed /usr/bin/microsoft-edge /usr/bin/microsoft-edge-stable /opt/microsoft/msedge /var/lib/flatpak/app/com.microsoft.Edge
  access_exists brave-installed /usr/bin/brave-browser /opt/brave.com/brave /snap/bin/brave /var/lib/flatpak/app/com.brave.Browser
  access_exists firefox-installed /usr/bin/firefox /usr/bin/firefox-esr /usr/lib64/firefox /usr/lib/firefox /usr/lib/firefox-esr /snap/bin/firefox /opt/firefox /var/lib/flatpak/app/org.mozilla.firefox
  access_exists other-browser-installed /usr/bin/epiphany-browser /usr/bin/epiphany /usr/bin/falkon /usr/bin/konqueror /usr/bin/opera /usr/bin/vivaldi /usr/bin/vivaldi-stable /usr/bin/midori
  access_exists nft-installed /usr/sbin/nft /sbin/nft /usr/bin/nft
  access_exists networkmanager-installed /usr/sbin/NetworkManager /usr/bin/NetworkManager
  # -ef and -nt are not in POSIX, but in dash, bash, busybox and mksh
  # shellcheck disable=SC3013
  if [ /bin/sh -ef /bin/bash ]; then printf 'sh=bash\n'
  elif [ /bin/sh -ef /bin/dash ]; then printf 'sh=dash\n'
  elif [ /bin/sh -ef /bin/busybox ]; then printf 'sh=busybox\n'
  else printf 'sh=unknown\n'; fi
  for F in /sys/class/net/*; do
    [ -e "$F" ] || continue
    printf 'interface=%s\n' "${F##*/}"
    if [ -e "$F/wireless" ] || [ -e "$F/phy80211" ]; then printf 'wireless=%s\n' "${F##*/}"; fi
  done
  if [ -r /sys/class/net ]; then printf 'interfaces=@end\n'; else printf 'interfaces=@denied\n'; fi
  access_entries linger /var/lib/systemd/linger
  access_entries iwd /var/lib/iwd
  # a compiled dconf database that is older than its key files does not hold them
  for D in /etc/dconf/db/*.d; do
    [ -d "$D" ] || continue
    B=${D%.d} A=current
    if [ ! -e "$B" ]; then A=missing
    else
      # shellcheck disable=SC3013
      for F in "$D" "$D"/* "$D"/locks "$D"/locks/*; do
        if [ "$F" -nt "$B" ]; then A=stale; break; fi
      done
    fi
    printf 'dconf=%s %s\n' "$A" "${B##*/}"
  done
  finish 0
}

# Files whose text may hold passwords: lines keep their number, and only what is known to be harmless
# keeps its text. The marks are those of `files`.
access_reduced() {
  begin "$1"; shift
  N=$#
  while [ "$N" -gt 0 ]; do
    F=$1; shift; N=$((N - 1))
    case $F in
      *'*'*) if [ -d "${F%/*}" ] && [ ! -r "${F%/*}" ]; then printf '@denied %s\n' "$F"; continue; fi ;;
    esac
    state "$F"
    case $STATE in
      readable) set -- "$@" "$F" ;;
      refused) case $F in *"$NL"*) printf '@refused (name with a line break)\n' ;; *) printf '@refused %s\n' "$F" ;; esac ;;
      *) printf '@%s %s\n' "$STATE" "$F" ;;
    esac
  done
  if [ $# -gt 0 ]; then
    limited "$FILES_LIMIT" awk '
    # user information of an address never leaves the target
    function bare(s,   head, rest, at) {
      head = ""; rest = s
      while (match(rest, /:\/\/[^ \t"\047;,]*@/)) {
        at = RSTART
        head = head substr(rest, 1, at + 2)
        rest = substr(rest, at + RLENGTH)
      }
      s = head rest
      # name:password@host without a scheme
      while (match(s, /[^ \t"\047=\/;,]+:[^ \t"\047=\/;,]*@/)) s = substr(s, 1, RSTART - 1) substr(s, RSTART + RLENGTH)
      return s
    }
    function shell(s,   t, u) {
      t = s; sub(/^[ \t]+/, "", t)
      if (t ~ /^#/) return ""
      if (t ~ /TMOUT|autologout/) {
        # another assignment on the same line may hold anything
        u = t; gsub(/TMOUT=/, "", u); gsub(/autologout=/, "", u)
        return u ~ /[A-Za-z0-9_]=|[Pp][Aa][Ss][Ss]|[Tt][Oo][Kk][Ee][Nn]|[Ss][Ee][Cc][Rr][Ee][Tt]/ ? "TMOUT #reduced" : s
      }
      if (t ~ /^(if|elif|case)[ \t]/) {
        if (t ~ /PS1|\$-|EUID|UID|SSH_|tty|BASH_VERSION|ZSH_VERSION/ && t !~ /[Pp][Aa][Ss][Ss]|[Tt][Oo][Kk][Ee][Nn]|[Ss][Ee][Cc][Rr][Ee][Tt]/) return s
        sub(/[ \t].*/, "", t)
        return t " reduced" (s ~ /[; \t]fi[ \t]*$/ ? "; fi" : (s ~ /[; \t]esac[ \t]*$/ ? "; esac" : ""))
      }
      if (t ~ /^(then|else|fi|esac|done|\}|;;)/) { match(t, /^(then|else|fi|esac|done|\}|;;)/); return substr(t, 1, RLENGTH) }
      if (t ~ /^(for|while|until)[ \t]/) { sub(/[ \t].*/, "", t); return t " reduced" (s ~ /[; \t]done[ \t]*$/ ? "; done" : "") }
      if (t ~ /^(function[ \t]+)?[A-Za-z_][A-Za-z0-9_]*[ \t]*\(\)/) return "function {" (s ~ /\}[ \t]*$/ ? " }" : "")
      if (t ~ /^(return|exit)/) return "return"
      if (tolower(t) ~ /^(export[ \t]+|set[eE]nv[ \t]+)?(http|https|ftp|all)_proxy[= \t]/) return bare(s)
      return ""
    }
    # key files and INI: section names, and the keys of the list
    function keyed(s, keys,   k) {
      if (s ~ /^[ \t]*\[/) return s
      k = s; sub(/^[ \t]*/, "", k); sub(/[ \t]*=.*/, "", k)
      if (s !~ /=/ || !index(keys, " " tolower(k) " ")) return ""
      # a key or certificate may stand in the file itself
      return k ~ /^(private-key|client-cert)$/ ? k "=present" : bare(s)
    }
    function reduce(f, s,   t) {
      if (f == "/etc/passwd") {
        n7 = split(s, part, ":")
        return n7 == 7 && (part[3] == "0" || part[3] + 0 >= 1000 && part[3] + 0 < 65534) ? part[7] : ""
      }
      if (f ~ /\.nmconnection$|\/system-connections\//)
        return keyed(s, " id type uuid interface-name ssid mode key-mgmt proto pairwise group pmf wep-key-type auth-alg eap client-cert private-key phase2-auth never-default autoconnect method allowed-ips peer-routes ip4-auto-default-route ip6-auto-default-route service-type ")
      if (f ~ /wpa_supplicant/)
        return s ~ /^[ \t]*(client_cert|private_key)[ \t]*=/ ? substr(s, 1, index(s, "=")) "present" : s ~ /^[ \t]*(network=|\}|(ssid|key_mgmt|proto|pairwise|group|eap|disabled|ieee80211w|mode)[ \t]*=)/ ? s : (s ~ /^[ \t]*wep_key[0-3][ \t]*=/ ? "wep_key0=present" : (s ~ /^[ \t]*psk[ \t]*=/ ? "psk=present" : ""))
      if (f ~ /\/netplan\//) {
        t = s; sub(/^[ \t-]+/, "", t)
        if (t ~ /^#/) return ""
        return t ~ /^(network|wifis|ethernets|version|renderer|access-points|auth|key-management|method|client-certificate|mode|tunnels)[ \t]*:/ || (t ~ /:[ \t]*$/ && t !~ /[Pp][Aa][Ss][Ss]|[Kk][Ee][Yy]/) ? s : ""
      }
      if (f ~ /\/wireguard\//) return keyed(s, " allowedips table endpoint ")
      if (f ~ /\/openvpn\//) return s ~ /^[ \t]*(client|server|redirect-gateway|route-nopull|pull-filter|mode)([ \t]|$)/ ? s : ""
      if (f ~ /\/apt\//) return s ~ /[Vv]erify-(Peer|Host)|[Pp]roxy|AllowUnauthenticated|AllowInsecure/ ? bare(s) : (s ~ /^[ \t]*(Acquire|https?|HTTPS?)|\{|\}/ && s !~ /assword|ogin/ ? bare(s) : "")
      if (f ~ /curlrc$/) return s ~ /^[ \t]*-?-?(insecure|k|proxy|x|proxy-insecure)([ \t:=]|$)/ ? bare(s) : ""
      if (f ~ /wgetrc$/) return tolower(s) ~ /^[ \t]*(check_certificate|check-certificate|https?_proxy|use_proxy)[ \t]*=/ ? bare(s) : ""
      if (f ~ /pip\.conf$/) return keyed(s, " trusted-host cert proxy index-url ")
      if (f ~ /gitconfig$/) return keyed(s, " sslverify proxy ")
      if (f ~ /\/(yum|dnf)\/?/ || f ~ /(yum|dnf)\.conf$/) return keyed(s, " sslverify proxy ")
      return shell(s)
    }
    BEGIN {
      for (i = 1; i < ARGC; i++) {
        f = ARGV[i]; n = 0; size = 0; cut = 0
        print "@file " f
        while ((r = (getline line < f)) > 0) {
          size += length(line) + 1
          if (++n > 20000 || size > 2097152) { cut = 1; break }
          print "|" reduce(f, line)
        }
        close(f)
        if (r < 0) print "@error"; else if (cut) print "@cut"; else print "@end"
      }
    }' "$@" 2>/dev/null
    finish $?
  else
    finish 0
  fi
}

# Packet filters. A listing may make the kernel load nf_tables or ip_tables: it is only asked for where
# the module is there already (or built in, or the kernel has no modules at all).
access_firewall() {
  ACCESS_NFT=no ACCESS_LEGACY=no
  if [ ! -e /proc/modules ]; then
    ACCESS_NFT=present
  elif [ -r /proc/modules ]; then
    while read -r M A; do
      case $M in nf_tables) ACCESS_NFT=present ;; esac
    done </proc/modules
  else
    ACCESS_NFT=unknown
  fi
  if [ "$ACCESS_NFT" = no ]; then
    # built in: modules.builtin of the running kernel names it; without that list nothing is sure
    { read -r K </proc/sys/kernel/osrelease; } 2>/dev/null
    ACCESS_BUILTIN=''
    for D in /lib/modules /usr/lib/modules; do [ -r "$D/$K/modules.builtin" ] && ACCESS_BUILTIN=$D/$K/modules.builtin; done
    if [ -z "$ACCESS_BUILTIN" ]; then ACCESS_NFT=unknown
    else
      while read -r M; do
        case $M in */nf_tables.ko*) ACCESS_NFT=present ;; esac
      done <"$ACCESS_BUILTIN"
    fi
  fi
  if [ -e /proc/net/ip_tables_names ] || [ -e /proc/net/ip6_tables_names ]; then ACCESS_LEGACY=present; fi
  begin firewall-kernel
  printf 'nf_tables=%s\nip_tables=%s\n' "$ACCESS_NFT" "$ACCESS_LEGACY"
  ACCESS_NAMES='' ACCESS_NAMES6=''
  if [ "$ROOT" = 1 ]; then
    { while read -r M; do ACCESS_NAMES="$ACCESS_NAMES $M"; done </proc/net/ip_tables_names; } 2>/dev/null
    { while read -r M; do ACCESS_NAMES6="$ACCESS_NAMES6 $M"; done </proc/net/ip6_tables_names; } 2>/dev/null
    printf 'ip_tables_names=%s\nip6_tables_names=%s\n' "$ACCESS_NAMES" "$ACCESS_NAMES6"
  fi
  finish 0
  if [ "$ROOT" != 1 ]; then
    skip nft-ruleset root; skip nft-tables root; skip iptables-nft root; skip ip6tables-nft root
    skip iptables-legacy root; skip ip6tables-legacy root; skip firewalld-zones root
    return
  fi
  if [ "$ACCESS_NFT" = present ]; then
    run nft-ruleset 15 nft -j list ruleset
    # the JSON of nft before 1.1 leaves out that a table is dormant
    run nft-tables 15 nft -t list ruleset
    run iptables-nft 10 iptables-nft-save
    run ip6tables-nft 10 ip6tables-nft-save
  else
    skip nft-ruleset not-asked; skip nft-tables not-asked; skip iptables-nft not-asked; skip ip6tables-nft not-asked
  fi
  access_legacy iptables-legacy "$ACCESS_NAMES" iptables-legacy-save iptables-save
  access_legacy ip6tables-legacy "$ACCESS_NAMES6" ip6tables-legacy-save ip6tables-save
  if [ "$ACCESS_FIREWALLD" = yes ]; then run firewalld-zones 20 firewall-cmd --list-all-zones
  else skip firewalld-zones not-asked; fi
}

# access_legacy ID TABLES COMMAND...: the first installed command, when the kernel has such tables.
access_legacy() {
  A=$1 B=$2; shift 2
  case $B in
    *[a-z]*)
      for C; do
        if have "$C"; then run "$A" 10 "$C"; return; fi
      done
      skip "$A" command ;;
    *) skip "$A" not-asked ;;
  esac
}

collect_access() {
  access_processes
  access_state
  access_sshd_processes
  access_sshd_effective
  set -- /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf /usr/etc/ssh/sshd_config /usr/etc/ssh/sshd_config.d/*.conf \
    /etc/crypto-policies/back-ends/opensshserver.config
  case $ACCESS_CONFIG in
    /etc/ssh/sshd_config | '') ;;
    /*) set -- "$@" "$ACCESS_CONFIG" ;;
  esac
  [ -n "$ACCESS_BANNER" ] && set -- "$@" "$ACCESS_BANNER"
  files access-files "$@" \
    /etc/ssh/ssh_config /etc/ssh/ssh_config.d/*.conf /usr/etc/ssh/ssh_config /usr/etc/ssh/ssh_config.d/*.conf \
    /etc/systemd/logind.conf /usr/lib/systemd/logind.conf \
    /usr/lib/systemd/logind.conf.d/*.conf /run/systemd/logind.conf.d/*.conf /etc/systemd/logind.conf.d/*.conf \
    /etc/dconf/profile/* /usr/share/dconf/profile/* \
    /usr/share/gdm/greeter-dconf-defaults /etc/gdm3/greeter.dconf-defaults \
    /etc/xdg/kscreenlockerrc \
    /etc/lightdm/lightdm.conf /etc/lightdm/lightdm.conf.d/*.conf /usr/share/lightdm/lightdm.conf.d/*.conf \
    /etc/sddm.conf /etc/sddm.conf.d/*.conf \
    /etc/issue /etc/issue.net /etc/issue.d/*.issue /etc/motd /etc/os-release \
    /etc/ufw/ufw.conf /etc/default/ufw /etc/ufw/user.rules /etc/ufw/user6.rules \
    /etc/inetd.conf /etc/inetd.d/* /etc/xinetd.d/* /etc/hosts.allow /etc/hosts.deny \
    /proc/net/route /proc/net/ipv6_route /proc/net/if_inet6 /proc/sys/net/ipv4/conf/*/forwarding /proc/sys/net/ipv6/conf/all/forwarding \
    /etc/chromium/policies/managed/*.json /etc/chromium-browser/policies/managed/*.json \
    /etc/opt/chrome/policies/managed/*.json /etc/opt/edge/policies/managed/*.json /etc/brave/policies/managed/*.json \
    /etc/firefox/policies/policies.json /usr/lib/firefox/distribution/policies.json /usr/lib64/firefox/distribution/policies.json \
    /usr/lib/firefox-esr/distribution/policies.json /usr/share/firefox-esr/distribution/policies.json /opt/firefox/distribution/policies.json
  access_reduced access-reduced \
    /etc/profile /etc/profile.d/*.sh /etc/bash.bashrc /etc/bashrc /etc/bash/bashrc /etc/bash/bashrc.d/* \
    /etc/zshenv /etc/zprofile /etc/zshrc /etc/zsh/zshenv /etc/zsh/zprofile /etc/zsh/zshrc \
    /etc/csh.cshrc /etc/csh.login /etc/profile.d/*.csh /etc/environment /etc/passwd \
    /etc/NetworkManager/system-connections/* /run/NetworkManager/system-connections/* /usr/lib/NetworkManager/system-connections/* \
    /etc/wpa_supplicant/*.conf /etc/wpa_supplicant.conf /etc/netplan/*.yaml /run/netplan/wpa-*.conf \
    /etc/wireguard/*.conf /etc/openvpn/*.conf /etc/openvpn/client/*.conf /etc/openvpn/server/*.conf \
    /etc/apt/apt.conf /etc/apt/apt.conf.d/* /etc/curlrc /etc/wgetrc /etc/pip.conf /etc/gitconfig /etc/dnf/dnf.conf /etc/yum.conf
  access_firewall
}
