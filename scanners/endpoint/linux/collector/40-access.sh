# Ways in: SSH, sessions, logon screens, packet filters, network services, browsers, wireless.

# Of these files only what the interpreter reads leaves the target. ACCESS_CONFIG and ACCESS_BANNER name the files
# that the running sshd was given; a banner is shown to everybody who connects.
# shellcheck disable=SC2016
ACCESS_CLEAN="$FILES_TOOLS"'
# sshd_config(5), ssh_config(5): a comment may follow the value
function ssh(l,    name, rest, i, c, quoted) {
  sub(/^[ \t]+/, "", l); sub(/[ \t\r]+$/, "", l)
  if (l == "" || l ~ /^#/) return ""
  if (!match(l, /^"?[A-Za-z0-9]+"?/)) return "***"
  name = substr(l, 1, RLENGTH); gsub(/"/, "", name)
  rest = substr(l, RLENGTH + 1)
  quoted = 0
  for (i = 1; i <= length(rest); i++) {
    c = substr(rest, i, 1)
    if (c == "\"") quoted = !quoted
    if (c == "#" && !quoted && substr(rest, i - 1, 1) ~ /[ \t]/) { rest = substr(rest, 1, i - 1); break }
  }
  sub(/[ \t]+$/, "", rest)
  if (tolower(name) == "match") {
    # the condition may be a command
    if (rest ~ /[Ee][Xx][Ee][Cc]|[Cc][Oo][Mm][Mm][Aa][Nn][Dd]/) return name " ***"
    return name rest
  }
  if (tolower(name) == "include" && rest ~ /[^A-Za-z0-9_.*?\/~" \t-]/) return name " ***"
  if (tolower(name) ~ /^(host|include|port|listenaddress|addressfamily|permitrootlogin|passwordauthentication|kbdinteractiveauthentication|challengeresponseauthentication|skeyauthentication|dsaauthentication|pubkeyauthentication|gssapiauthentication|hostbasedauthentication|permitemptypasswords|usepam|authenticationmethods|clientaliveinterval|clientalivecountmax|serveraliveinterval|serveralivecountmax|channeltimeout|unusedconnectiontimeout|logingracetime|maxauthtries|maxsessions|maxstartups|banner|versionaddendum|debianbanner|allowusers|allowgroups|denyusers|denygroups|ciphers|macs|kexalgorithms|hostkeyalgorithms|pubkeyacceptedalgorithms|pubkeyacceptedkeytypes|casignaturealgorithms|hostkey|loglevel|syslogfacility|protocol|rekeylimit|stricthostkeychecking|authorizedkeysfile|requiredrsasize)$/) return name rest
  i = rest; sub(/^[ \t]*=?[ \t]*/, "", i)
  return plain(i) ? name rest : name " ***"
}
# JSON letter by letter: names, and of values the words that the interpreter knows; INSIDE goes on over lines.
# What is no JSON stays none.
function json(l,    i, c, out, text, rest) {
  if (n <= 1) INSIDE = 0
  out = ""; text = ""
  for (i = 1; i <= length(l); i++) {
    c = substr(l, i, 1)
    if (INSIDE) {
      if (c == "\\") { text = text "\\"; i++; continue }
      if (c != "\"") { text = text c; continue }
      INSIDE = 0
      rest = substr(l, i + 1)
      if (text == "*" || (rest ~ /^[ \t]*:/ && text ~ /^[A-Za-z0-9_.-]+$/)) out = out text "\""
      else out = out (text ~ /^(blocked|allowed|force_installed|normal_installed|removed|locked|default|user|clear)$/ ? text : "***") "\""
      text = ""
      continue
    }
    if (c == "\"") { INSIDE = 1; out = out c; continue }
    if (c ~ /[][{}:, \t\r]/) { out = out c; continue }
    match(substr(l, i), /^[^][{}:, \t\r"]+/)
    text = substr(l, i, RLENGTH)
    i += RLENGTH - 1
    out = out (text ~ /^(true|false|null|-?[0-9][0-9.eE+-]*)$/ ? text : "?")
    text = ""
  }
  return INSIDE ? out "***" : out
}
function clean(l) {
  if (f ~ /\/sshd?_config(\.d\/|$)/ || (f == ENVIRON["ACCESS_CONFIG"] && f != "")) return ssh(l)
  if (f ~ /\.json$/) return json(l)
  if (f ~ /\/issue(\.net$|\.d\/|$)/ || f == ENVIRON["ACCESS_BANNER"]) return l
  if (f ~ /^\/proc\//) return l
  if (f ~ /\/os-release$/) return l ~ /^[A-Z_]+=/ ? l : ""
  if (f ~ /logind/) return keyed(l, " stopidlesessionsec killuserprocesses killonlyusers killexcludeusers idleaction idleactionsec ")
  if (f ~ /\/dconf\/profile\//) return l ~ /^[ \t]*(user|system|file|service)-db:[^ \t]*[ \t]*$/ ? l : ""
  if (f ~ /greeter/) return keyed(l, " ")
  if (f ~ /\/kscreenlockerrc$/) return keyed(l, " ")
  if (f ~ /\/lightdm/) return keyed(l, " autologin-user ")
  if (f ~ /\/ufw(\/|$)/) return keyed(l, " default_input_policy default_output_policy default_forward_policy default_application_policy enabled loglevel ipv6 ")
  return ""
}
'

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
      sshd)
        # connections, the collector's own among them, are not what decides; every shell drops the NULs
        C=''
        { read -r C <"$P/cmdline"; } 2>/dev/null
        case $C in
          'sshd: '*'[listener]'*) ACCESS_SSHD="$ACCESS_SSHD $P/cmdline" ;;
          'sshd: '*) ;;
          *) ACCESS_SSHD="$ACCESS_SSHD $P/cmdline" ;;
        esac ;;
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
      if ((n >= 4 || i >= 8) && i < ARGC - 1) { print "@more"; break }
    }
  }' $ACCESS_SSHD 2>/dev/null)
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
  OLD=$IFS
  IFS=$NL
  # shellcheck disable=SC2086
  set -- $ACCESS_LINES
  IFS=$OLD
  for A; do
    B=''
    case $A in 'sshd: '*) B='sshd: ' A=${A#sshd: } ;; esac
    access_words "$A"
    printf '%s\n' "$B$ACCESS_SAFE"
  done
  access_words "sshd $ACCESS_OPTIONS"
  set +f
  printf '@options%s\n' "${ACCESS_SAFE#sshd}"
  finish 0
}

# access_words LINE: the arguments of an sshd without values of -o that may be secret, in ACCESS_SAFE.
access_words() {
  ACCESS_SAFE='' W=first
  for A in $1; do
    case $W in
      first) W='' ;;
      -o) access_option "$A"; A=$ACCESS_VALUE; W='' ;;
      -?) W='' ;;
      all) ;;
      *)
        case $A in
          -o) W=-o ;;
          -o?*) access_option "${A#-o}"; A=-o$ACCESS_VALUE ;;
          -[CEbcfghkpu]) W=-f ;;
          -[CEbcfghkpu]?*) ;;
          -[46deiqtDTR]*) case $A in *[!46deiqtDTR-]*) A='***' ;; esac ;;
          '[listener]') W=all ;;
          /*sshd | sshd) ;;
          *) A='***' ;;
        esac ;;
    esac
    ACCESS_SAFE="$ACCESS_SAFE${ACCESS_SAFE:+ }$A"
  done
}

# access_option NAME=VALUE: without the value, in ACCESS_VALUE, when it may be a secret.
access_option() {
  case $1 in
    [Ss][Ee][Tt][Ee][Nn][Vv]* | [Ff][Oo][Rr][Cc][Ee]* | [Aa][Uu][Tt][Hh][Oo][Rr][Ii][Zz][Ee][Dd]*[Cc][Oo][Mm][Mm][Aa][Nn][Dd]* | [Ss][Uu][Bb][Ss]*) ACCESS_VALUE="${1%%=*}=***" ;;
    *=*) ACCESS_VALUE=$1 ;;
    *) ACCESS_VALUE='***' ;;
  esac
}

# access_dump: what sshd printed (ACCESS_OUTPUT), of commands and environments the names alone. A complaint of
# sshd may hold a line of its configuration.
access_dump() {
  OLD=$IFS; IFS=$NL
  set -f
  for A in $ACCESS_OUTPUT; do
    case $A in
      'Missing privilege separation directory: /'* | 'sshd: no hostkeys available'* | 'Could not load host key: /'*) printf '%s\n' "$A" ;;
      setenv\ * | forcecommand\ * | subsystem\ * | authorizedkeyscommand\ * | authorizedprincipalscommand\ * | permituserenvironment\ *)
        printf '%s ***\n' "${A%% *}" ;;
      [a-z]*[!a-z0-9\ ]*line\ [0-9]*:*) printf '%s: ***\n' "${A%%: *}" ;;
      [a-z]*\ *) if [ "${A%%[!a-z0-9]*}" = "${A%% *}" ]; then printf '%s\n' "$A"; else printf '***\n'; fi ;;
      [a-z]*) case $A in *[!a-z0-9]*) printf '***\n' ;; *) printf '%s\n' "$A" ;; esac ;;
      *) printf '***\n' ;;
    esac
  done
  set +f
  IFS=$OLD
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
  access_dump
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
    access_dump
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
# Shell start files that root reads and ordinary users can not: what they set holds for root alone.
access_private_files() {
  [ "$ROOT" = 1 ] || return 0
  set --
  for F in /etc/profile /etc/profile.d/*.sh /etc/bash.bashrc /etc/bashrc /etc/bash/bashrc /etc/bash/bashrc.d/* \
    /etc/zshenv /etc/zprofile /etc/zshrc /etc/zsh/zshenv /etc/zsh/zprofile /etc/zsh/zshrc; do
    case $F in *"$NL"*) continue ;; esac
    if [ -f "$F" ]; then set -- "$@" "$F"; fi
  done
  [ $# -gt 0 ] || return 0
  PRIVATE=$(limited 5 find -L "$@" -maxdepth 0 ! -perm -004 2>/dev/null) || PRIVATE=@error
  for F in $PRIVATE; do printf 'shell-private=%s\n' "$F"; done
}

access_state() {
  begin access-state
  access_private_files
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
  if [ -d /etc/dconf/db ] && { [ ! -r /etc/dconf/db ] || [ ! -x /etc/dconf/db ]; }; then printf 'dconf=denied *\n'; fi
  for D in /etc/dconf/db/*.d; do
    [ -d "$D" ] || continue
    B=${D%.d} A=current
    if [ ! -r "$D" ] || [ ! -x "$D" ]; then A=denied
    elif [ ! -e "$B" ]; then A=missing
    else
      # shellcheck disable=SC3013
      for F in "$D" "$D"/* "$D"/locks "$D"/locks/*; do
        if [ "$F" -nt "$B" ]; then A=stale; break; fi
      done
    fi
    printf 'dconf=%s %s\n' "$A" "${B##*/}"
  done
  # one without key files may hold anything
  for B in /etc/dconf/db/*; do
    if [ -f "$B" ] && [ ! -d "$B.d" ]; then case $B in *"$NL"*) ;; *) printf 'dconf=sourceless %s\n' "${B##*/}" ;; esac; fi
  done
  # nor do schema overrides count before they are compiled
  for F in /usr/share/glib-2.0/schemas/*.gschema.override; do
    # shellcheck disable=SC3013
    if [ "$F" -nt /usr/share/glib-2.0/schemas/gschemas.compiled ]; then printf 'schemas=stale\n'; break; fi
  done
  access_sshd_age
  finish 0
}

# A running sshd keeps the settings that it read when it started or was told to read them again; it writes its
# process id then.
access_sshd_age() {
  P=''
  { read -r P </run/sshd.pid; } 2>/dev/null
  case "$ACCESS_SSHD " in *" /proc/$P/cmdline "*) ;; *) return ;; esac
  for F in /etc/ssh/sshd_config /etc/ssh/sshd_config.d /etc/ssh/sshd_config.d/*.conf; do
    # shellcheck disable=SC3013
    if [ "$F" -nt /run/sshd.pid ]; then printf 'sshd-configuration=changed %s\n' "$F"; return; fi
  done
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
    limited "$FILES_LIMIT" awk "$FILES_TOOLS"'
    # the first word of a proxy setting, quotes with it
    function proxy(s,    head) {
      if (!match(s, /[Pp][Rr][Oo][Xx][Yy][ \t]*[= \t:][ \t]*/)) return ""
      head = substr(s, 1, RSTART + RLENGTH - 1); s = substr(s, RSTART + RLENGTH)
      if (head !~ /^[ \t]*(export[ \t]+|set[eE]nv[ \t]+|--?)?[A-Za-z_-]*[ \t]*[= \t:][ \t]*$/) return ""
      s = address(s)
      sub(/^["\047]/, "", s); sub(/[ \t"\047;#&|].*/, "", s)
      return head s
    }
    # one command of a line that sets, exports or fixes the idle time of a shell; unclear ones keep that they are
    function timeout(t) {
      sub(/^[ \t]+/, "", t); sub(/[ \t]+$/, "", t)
      # a remark after it is no word of it
      sub(/[ \t]+#.*/, "", t)
      if (t ~ /^((export|readonly|typeset|declare)[ \t]+)*(-[A-Za-z]+[ \t]+)*TMOUT(=["\047]?[0-9]*["\047]?)?$/) return t
      if (t ~ /^unset[ \t]+TMOUT$/ || t ~ /^set[ \t]+(-r[ \t]+)?autologout[ \t]*=[ \t]*[0-9]+$/) return t
      if (t ~ /^export[ \t]+TMOUT([ \t]+[A-Za-z_]+)*$/ || t ~ /^(readonly|typeset[ \t]+-r)[ \t]+TMOUT([ \t]+[A-Za-z_]+)*$/) return t
      return t ~ /TMOUT=|autologout|readonly|typeset|declare|unset/ ? "TMOUT #reduced" : ""
    }
    # a condition that asks for an interactive shell and for nothing else is named, every other one is not
    function condition(t,    first) {
      first = t; sub(/[ \t].*/, "", first)
      gsub(/[ \t]+/, " ", t)
      if (t ~ /^if \[\[? (-n )?"?\$(PS1|\{PS1:?-?\})"? \]\]?$/) return "if PS1"
      if (t ~ /^if \[\[? -z "?\$(PS1|\{PS1:?-?\})"? \]\]?$/) return "if ! PS1"
      if (t ~ /^if \[\[ "?\$-"? ==? \*i\* \]\]$/) return "if $-"
      return first " reduced"
    }
    # the commands of a line, in PART: parted by semicolons outside of quotes, without a remark
    function parted(s,    i, c, k, quote, from) {
      k = 0; quote = ""; from = 1; OPENED = 0
      for (i = 1; i <= length(s); i++) {
        c = substr(s, i, 1)
        # nothing is special between single quotes, except between those that begin with a dollar sign
        if (c == "\\" && quote != "\047") { i++; continue }
        if (quote != "") { if (c == quote || (c == "\047" && quote == "$")) quote = ""; continue }
        if (c == "$" && substr(s, i + 1, 1) == "\047") { quote = "$"; i++; continue }
        if (c == "\"" || c == "\047") quote = c
        else if (c == "#" && (i == 1 || substr(s, i - 1, 1) ~ /[ \t;]/)) { s = substr(s, 1, i - 1); break }
        else if (c == "(") OPENED++
        else if (c == ")") OPENED--
        else if (c == ";") { PART[++k] = substr(s, from, i - from); from = i + 1 }
      }
      QUOTE = quote
      PART[++k] = substr(s, from)
      # what comes next hangs on a line that ends so, and on a blank one after it
      HANGS = s ~ /(&&|\||\\)[ \t]*$/ || (HANGS && s ~ /^[ \t]*$/)
      return k
    }
    # what stands after the end of the quoted text that a line begins in
    function unquoted(s,    i, c) {
      for (i = 1; i <= length(s); i++) {
        c = substr(s, i, 1)
        if (c == "\\" && QUOTE != "\047") { i++; continue }
        if (c == QUOTE || (c == "\047" && QUOTE == "$")) { QUOTE = ""; return substr(s, i + 1) }
      }
      return ""
    }
    # commands in turn, each reduced; what follows && or || hangs on what stands before
    function commands(s,    k, i, t, out, one) {
      k = parted(s); out = ""
      for (i = 1; i <= k; i++) {
        t = PART[i]; sub(/^[ \t]+/, "", t); sub(/[ \t]+$/, "", t)
        one = ""
        while (match(t, /^(then|do|else)[ \t]+/)) { one = one substr(t, 1, RLENGTH); t = substr(t, RLENGTH + 1) }
        # a group, which its own brace ends
        if (t ~ /(^|[ \t])\{([ \t]|$)/) one = one "function {"
        if (t ~ /^(if|elif|case)[ \t]/) {
          one = one condition(t)
          if (t ~ /[ \t]in[ \t].*TMOUT/ || t ~ /(&&|\|\|).*TMOUT/) one = one "; TMOUT #reduced"
        }
        else if (t ~ /^(for|while|until)[ \t]/) { sub(/[ \t].*/, "", t); one = one t " reduced" }
        else if (t ~ /^(then|else|do|fi|esac|done|\})([ \t]|$)/) { match(t, /^(then|else|do|fi|esac|done|\})/); one = one substr(t, 1, RLENGTH) }
        else if (t ~ /TMOUT|autologout/ && t ~ /&&|\|\||\{/) one = one (one ~ /\{$/ ? "; " : "") "TMOUT #reduced"
        else if (t ~ /TMOUT|autologout/) one = one timeout(t)
        else if (t ~ /^(return|exit)([ \t]|$)/) one = one "return"
        else if (t ~ /^\[\[? -z "?\$(PS1|\{PS1:?-?\})"? \]\]? && (return|exit)$/) one = one "if ! PS1; return; fi"
        else if (t ~ /(&&|\|\|)[ \t]*\{?[ \t]*(return|exit)([ \t]|$)/) one = one "if reduced; return; fi"
        else if (tolower(t) ~ /^(export[ \t]+|setenv[ \t]+)?(http|https|ftp|all)_proxy[= \t]/) one = one proxy(t)
        if (one != "") out = out (out == "" ? "" : "; ") one
      }
      # a parenthesis over several lines
      if (OPENED > 0) { if (DEPTH == 0) out = out (out == "" ? "" : "; ") "reduced ("; DEPTH += OPENED }
      else if (OPENED < 0 && DEPTH > 0) { DEPTH += OPENED; if (DEPTH <= 0) { DEPTH = 0; out = out (out == "" ? "" : "; ") ")" } }
      if (HANGS) out = out (out == "" ? "" : "; ") "reduced &&"
      return out
    }
    function shell(s,   t) {
      t = s; sub(/^[ \t]+/, "", t)
      if (n <= 1) { HANGS = DEPTH = 0; HERE = QUOTE = ""; HIDDEN = 0 }
      # the text of a here-document is no command
      if (HERE != "") { sub(/[ \t]+$/, "", t); if (t == HERE) HERE = ""; return "" }
      # nor is a quoted text that goes on from the line before; what follows its end belongs to the command before
      if (QUOTE != "") {
        if (s ~ /TMOUT|autologout/) HIDDEN = 1
        s = unquoted(s)
        if (QUOTE != "") return ""
        HIDDEN = 0
        s = "_" s; t = s
      }
      if (t !~ /^#/ && t !~ /<<<|\(\(/ && match(t, /<<-?[ \t]*["\047\\]?[A-Za-z_][A-Za-z0-9_]*/)) {
        HERE = substr(t, RSTART, RLENGTH); sub(/^<<-?[ \t]*["\047\\]?/, "", HERE)
      }
      if (t ~ /^#/) return HANGS ? "reduced &&" : ""
      if (t ~ /^;;/) return ";;"
      if (t ~ /^(function[ \t]+)?[A-Za-z_][A-Za-z0-9_]*[ \t]*\(\)/) return "function {" (s ~ /\}[ \t]*$/ ? " }" : "")
      match(s, /^[ \t]*/)
      t = substr(s, 1, RLENGTH)
      s = commands(s)
      return s == "" ? "" : t s
    }
    # INI: the keys of the list alone
    function listed(s, keys,   k) {
      if (s ~ /^[ \t]*\[/) { sub(/\][^]]*$/, "]", s); return address(s) }
      k = s; sub(/^[ \t]*/, "", k); sub(/[ \t]*=.*/, "", k)
      if (s !~ /=/ || s ~ /^[ \t]*[#;]/ || !index(keys, " " tolower(k) " ")) return ""
      # a key or certificate may stand in the file itself
      if (k ~ /^(private-key|client-cert)$/) return k "=present"
      if (k != "ssid" && k != "id") sub(/[ \t]+[#;].*/, "", s)
      return address(s)
    }
    # apt.conf(5): switches, and where proxies are
    function apt(s,   out, v) {
      out = ""
      while (match(s, /"[^"]*"?|\/\/|#|\/\*/)) {
        v = substr(s, RSTART, RLENGTH)
        out = out substr(s, 1, RSTART - 1)
        s = substr(s, RSTART + RLENGTH)
        if (v !~ /^"/) { s = ""; break }
        gsub(/"/, "", v)
        if (v ~ /^(https?|ftp|socks[45a-z]*):\/\//) { v = address(v); if (v !~ /^[a-z0-9]+:\/\/[]A-Za-z0-9_.:[-]*\/?$/) v = "***" }
        else if (!plain(v) && v !~ /^(DIRECT|with|without|enable|disable|0|1|)$/) v = "***"
        out = out "\"" v "\""
      }
      s = out s
      if (s !~ /[Vv]erify-(Peer|Host)|[Pp]roxy|AllowUnauthenticated|AllowInsecure|^[ \t]*(Acquire|https?|HTTPS?)|[{}]/) return ""
      # a value without quotes
      if (s ~ /^[ \t]*[A-Za-z:_-]+[ \t]+[^"{ \t]/ && s !~ /[ \t](true|false|yes|no|on|off|with|without|enable|disable|0|1)[ \t]*;?[ \t]*$/) { match(s, /^[ \t]*[A-Za-z:_-]+/); return substr(s, 1, RLENGTH) " ***" }
      return s ~ /^[A-Za-z0-9 \t:_".{};*\/<>[-]*\]?.*$/ && s !~ /assword|ogin/ ? s : ""
    }
    function supplicant(s,   k) {
      if (s ~ /^[ \t]*network[ \t]*=/) return "network={"
      if (s ~ /^[ \t]*\}/) return "}"
      if (s ~ /^[ \t]*(client_cert|private_key)[ \t]*=/) return substr(s, 1, index(s, "=")) "present"
      if (s ~ /^[ \t]*wep_key[0-3][ \t]*=/) return "wep_key0=present"
      if (s ~ /^[ \t]*psk[ \t]*=/) return "psk=present"
      if (s ~ /^[ \t]*ssid[ \t]*=[ \t]*("[^"]*"|[0-9a-fA-F]+|P"[^"]*")/) { match(s, /=[ \t]*("[^"]*"|[0-9a-fA-F]+|P"[^"]*")/); return substr(s, 1, RSTART + RLENGTH - 1) }
      if (s ~ /^[ \t]*(key_mgmt|proto|pairwise|group|eap|disabled|ieee80211w|mode)[ \t]*=/) { sub(/[ \t]*#.*/, "", s); return s }
      return ""
    }
    function reduce(f, s,   t) {
      if (f == "/etc/passwd") {
        n7 = split(s, part, ":")
        return n7 == 7 && (part[3] == "0" || part[3] + 0 >= 1000 && part[3] + 0 < 65534) ? part[7] : ""
      }
      if (f ~ /\.nmconnection$|\/system-connections\//)
        return listed(s, " id type uuid interface-name ssid mode key-mgmt proto pairwise group pmf wep-key-type auth-alg eap client-cert private-key phase2-auth never-default autoconnect method allowed-ips peer-routes ip4-auto-default-route ip6-auto-default-route service-type ")
      if (f ~ /wpa_supplicant|\/netplan\/wpa-/) return supplicant(s)
      if (f ~ /\/netplan\//) {
        t = s; sub(/^[ \t-]+/, "", t); sub(/[ \t]+#.*/, "", s)
        if (t ~ /^#/) return ""
        if (t ~ /^(version|renderer|key-management|method|mode)[ \t]*:[ \t]*["\047]?[A-Za-z0-9_-]+["\047]?[ \t\r]*$/) return s
        if (t ~ /^["\047]?[A-Za-z0-9_. -]+["\047]?:[ \t\r]*$/ && t !~ /[Pp][Aa][Ss][Ss]|[Kk][Ee][Yy]/) return s
        return t ~ /^[A-Za-z0-9_-]+[ \t]*:/ ? substr(s, 1, index(s, ":")) " ***" : ""
      }
      if (f ~ /\/wireguard\//) return listed(s, " allowedips table endpoint ")
      if (f ~ /\/openvpn\//) {
        if (s !~ /^[ \t]*(client|server|redirect-gateway|route-nopull|pull-filter|mode)([ \t]|$)/) return ""
        sub(/[ \t]*[#;].*/, "", s)
        return s ~ /^[A-Za-z0-9_. \t:"\/-]*$/ ? s : ""
      }
      if (f ~ /\/apt\//) return apt(s)
      if (f ~ /curlrc$/) {
        if (s ~ /^[ \t]*-?-?(proxy|x)([ \t:=]|$)/) { sub(/^[ \t]*-?-?x/, "proxy", s); return proxy(s) }
        if (s !~ /^[ \t]*-?-?(insecure|k|proxy-insecure)([ \t:=]|$)/) return ""
        match(s, /^[ \t]*-?-?(insecure|k|proxy-insecure)/)
        return substr(s, 1, RLENGTH) (s ~ /[Ff]alse/ ? " = false" : "")
      }
      if (f ~ /wgetrc$/) {
        if (tolower(s) ~ /^[ \t]*(https?_proxy|use_proxy)[ \t]*=/) return proxy(s)
        if (tolower(s) !~ /^[ \t]*(check_certificate|check-certificate)[ \t]*=/) return ""
        match(s, /=[ \t]*[A-Za-z0-9]*/)
        return substr(s, 1, RSTART + RLENGTH - 1)
      }
      if (f ~ /pip\.conf$/) return listed(s, " trusted-host proxy ")
      if (f ~ /gitconfig$/) return listed(s, " sslverify proxy ")
      if (f ~ /\/(yum|dnf)\/?/ || f ~ /(yum|dnf)\.conf$/) return listed(s, " sslverify proxy ")
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
        # a quoted text without an end, which swallowed it: where that text began was not understood
        if (QUOTE != "" && HIDDEN) print "|TMOUT #reduced"
        QUOTE = ""
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
  # remarks and texts for the log are free text; sections that a pipe prints are counted here
  access_rules | awk '{
    gsub(/"comment": *"([^"\\]|\\.)*"/, "\"comment\": \"***\""); gsub(/"prefix": *"([^"\\]|\\.)*"/, "\"prefix\": \"***\"")
    gsub(/comment "[^"]*"/, "comment \"***\""); gsub(/prefix "[^"]*"/, "prefix \"***\"")
    gsub(/--comment ("([^"\\]|\\.)*"|[^ ]+)/, "--comment ***")
    gsub(/--log-prefix ("([^"\\]|\\.)*"|[^ ]+)/, "--log-prefix ***")
    gsub(/--nflog-prefix ("([^"\\]|\\.)*"|[^ ]+)/, "--nflog-prefix ***")
    gsub(/--string ("([^"\\]|\\.)*"|[^ ]+)/, "--string ***"); gsub(/--hex-string ("([^"\\]|\\.)*"|[^ ]+)/, "--hex-string ***")
    print
  }'
  COUNT=$((COUNT + 7))
}

access_rules() {
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
  set -- /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf /usr/etc/ssh/sshd_config /usr/etc/ssh/sshd_config.d/*.conf
  case $ACCESS_CONFIG in
    /etc/ssh/sshd_config | '') ;;
    /*) set -- "$@" "$ACCESS_CONFIG" ;;
  esac
  [ -n "$ACCESS_BANNER" ] && set -- "$@" "$ACCESS_BANNER"
  FILES_CLEAN=$ACCESS_CLEAN
  export ACCESS_CONFIG ACCESS_BANNER
  files access-files "$@" \
    /etc/ssh/ssh_config /etc/ssh/ssh_config.d/*.conf /usr/etc/ssh/ssh_config /usr/etc/ssh/ssh_config.d/*.conf \
    /etc/systemd/logind.conf /usr/lib/systemd/logind.conf \
    /usr/lib/systemd/logind.conf.d/*.conf /run/systemd/logind.conf.d/*.conf /etc/systemd/logind.conf.d/*.conf \
    /etc/dconf/profile/* /usr/share/dconf/profile/* \
    /usr/share/gdm/greeter-dconf-defaults /etc/gdm3/greeter.dconf-defaults \
    /etc/xdg/kscreenlockerrc \
    /etc/lightdm/lightdm.conf /etc/lightdm/lightdm.conf.d/*.conf /usr/share/lightdm/lightdm.conf.d/*.conf \
    /etc/issue /etc/issue.net /etc/issue.d/*.issue /etc/os-release /etc/ufw/ufw.conf /etc/default/ufw \
    /proc/net/route /proc/net/ipv6_route /proc/net/if_inet6 /proc/sys/net/ipv4/conf/*/forwarding /proc/sys/net/ipv6/conf/all/forwarding \
    /etc/chromium/policies/managed/*.json /etc/chromium-browser/policies/managed/*.json \
    /etc/opt/chrome/policies/managed/*.json /etc/opt/edge/policies/managed/*.json /etc/brave/policies/managed/*.json \
    /etc/firefox/policies/policies.json /usr/lib/firefox/distribution/policies.json /usr/lib64/firefox/distribution/policies.json \
    /usr/lib/firefox-esr/distribution/policies.json /usr/share/firefox-esr/distribution/policies.json /opt/firefox/distribution/policies.json
  FILES_CLEAN=$FILES_PLAIN
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
