# shellcheck disable=SC2016,SC2034
# Software, updates, services, listeners, scheduled tasks, malware protection, application control, backups.

# Command lines may hold passwords. What leaves the target is the programs, option names, plain paths and
# a few harmless words; anything else becomes ***. Written for every awk: no intervals, no gensub.
SOFTWARE_COMMAND='
function secretname(w) { return tolower(w) ~ /pass|pwd|secret|token|credential|auth|key|user|login|^-[pPuUk]$/ }
function safepath(w) { return w ~ /^\/[A-Za-z0-9_.\/+*%-]*$/ && length(w) < 160 }
function put(s) { if (s == "***" && LAST == s) return; OUT = OUT (OUT == "" ? "" : " ") s; LAST = s }
function command(c,    n, w, i, q, inq, prog, tail, eq, name, val, hide, shy) {
  OUT = ""; LAST = ""; prog = 1; inq = 0; hide = 0; shy = 0
  n = split(c, W, /[ \t]+/)
  for (i = 1; i <= n; i++) {
    w = W[i]
    if (w == "") continue
    q = gsub("[\"\047`]", "&", w)
    if (inq) { if (q % 2) inq = 0; put("***"); continue }
    if (q > 0) { if (q % 2) inq = 1; put("***"); prog = 0; hide = 0; continue }
    tail = ""
    if (w ~ /;$/ && length(w) > 1) { tail = ";"; w = substr(w, 1, length(w) - 1) }
    if (w ~ /^(&&|\|\||\||;|&|\{|\}|\(|\)|!|then|do|else|if)$/) { put(w); prog = 1; hide = 0; shy = 0 }
    else if (w ~ /^(\[|\]|fi|done)$/) { put(w); prog = 0 }
    else if (w ~ /^[0-9]*[<>]+(&[0-9-])?$/) { put(w); hide = 0 }
    else if (w ~ /^[0-9]*[<>]+\//) { val = w; sub(/^[0-9]*[<>]+/, "", val); put(safepath(val) ? w : "***") }
    else if (prog && w ~ /^[A-Za-z_][A-Za-z0-9_]*=/) { sub(/=.*/, "=***", w); put(w) }
    else if (hide) { put("***"); hide = 0 }
    else if (prog && w !~ /^-/) {
      if (w ~ /^[A-Za-z0-9_.\/+:@%-]*$/ && w !~ /:\/\//) put(w); else put("***")
      sub(/^[-@:+!]*/, "", w)
      if (w !~ /^([^ ]*\/)?(sudo|nice|ionice|env|exec|nohup|chronic|setsid|time|timeout|flock|doas|[0-9]+[smh]?)$/) prog = 0
      shy = w ~ /(^|\/)(mysql|mariadb|curl|wget|sshpass|7z|zip|ldap|smbclient|mount|expect|echo|printf)[^\/]*$/
    }
    else if (w ~ /^-/) {
      eq = index(w, "="); hide = 0
      if (eq) {
        name = substr(w, 1, eq - 1); val = substr(w, eq + 1)
        if (name !~ /^--?[A-Za-z0-9_-]*$/) put("***")
        else if (!secretname(name) && (val ~ /^\^?\/[A-Za-z0-9_.\/+*^$|-]*$/ || val ~ /^(yes|no|true|false|[0-9][0-9]?[0-9]?[0-9]?)$/)) put(w)
        else put(name "=***")
      }
      else if (w ~ /^--[A-Za-z][A-Za-z0-9-]*$/ && length(w) < 40) { put(w); hide = secretname(w) && w !~ /file$/ }
      else if (length(w) <= 2) { put(w); hide = secretname(w) }
      else if (!shy && w ~ /^-[A-Za-z]+$/ && length(w) < 6) put(w)
      else put(substr(w, 1, 2) "***")
    }
    else if (!shy && safepath(w)) put(w)
    else if (!shy && w ~ /^([0-9][0-9]?[0-9]?[0-9]?|upgrade|update|dist-upgrade|full-upgrade|backup|create|prune|snapshot|forget|check|daily|weekly|monthly|hourly|root|start|restart|reload)$/) put(w)
    else put("***")
    if (tail != "") { put(tail); prog = 1; hide = 0; shy = 0 }
  }
  return OUT
}
'

# Crontabs: time fields, the user where there is one, then the command as above.
SOFTWARE_CRON="$SOFTWARE_COMMAND"'
function clean(l,    n, i, head, rest, name) {
  if (l ~ /^[ \t]*(#|$)/) return ""
  if (l ~ /^[ \t]*[A-Za-z_][A-Za-z0-9_]*[ \t]*=/) {
    name = l; sub(/^[ \t]*/, "", name); sub(/[ \t]*=.*/, "", name)
    if (name ~ /^(SHELL|PATH|HOME|CRON_TZ|RANDOM_DELAY|START_HOURS_RANGE|LANG)$/ && l ~ /=[ \t]*["\047]?[A-Za-z0-9_.:\/+-]*["\047]?[ \t]*$/) return l
    return name "=***"
  }
  if (f ~ /anacrontab$/) n = 3
  else {
    n = (l ~ /^[ \t]*@/) ? 1 : 5
    if (f ~ /^\/etc\/(crontab$|cron\.d\/)/) n++
  }
  rest = l; head = ""
  sub(/^[ \t]*/, "", rest)
  for (i = 1; i <= n; i++) {
    if (!match(rest, /^[^ \t]+/)) break
    name = substr(rest, 1, RLENGTH)
    # what is no time, nickname or account is something else
    if (name !~ /^[A-Za-z0-9_.*,\/~@%$+-]+$/ || (i < 6 && f !~ /anacrontab$/ && name !~ /^@[a-z]+$/ && name !~ /^([0-9*,\/~-]|[A-Za-z][A-Za-z][A-Za-z]([,\/-]|$))+$/ && !(i == 2 && l ~ /^[ \t]*@/))) name = "***"
    head = head (i > 1 ? "\t" : "") name
    rest = substr(rest, RLENGTH + 1)
    sub(/^[ \t]*/, "", rest)
  }
  return head "\t" command(rest)
}
'

# Of configuration only the keys that the interpreter reads, and plain values of others.
SOFTWARE_CONFIG="$FILES_TOOLS"'
# sources.list(5), one-line style and stanzas, in which a comment must not become an empty line
function apt(l) {
  if (f ~ /\.sources$/) {
    if (l ~ /^#/) return "#"
    if (l ~ /^[A-Za-z-]+:/) {
      FIELD = tolower(substr(l, 1, index(l, ":") - 1))
      KEPT = FIELD ~ /^(types|uris|suites|components|enabled|trusted|allow-insecure|allow-weak|allow-downgrade-to-insecure|architectures|languages|targets|pdiffs|by-hash|check-valid-until|check-date|valid-until-min|valid-until-max|date-max-future|inrelease-path|snapshot)$/
      if (FIELD == "signed-by" && l ~ /:[ \t]*\/[A-Za-z0-9_.\/-]*[ \t]*$/) return l
      return KEPT ? address(l) : substr(l, 1, index(l, ":")) " ***"
    }
    if (l ~ /^[ \t]*$/) { KEPT = 0; return l }
    return KEPT && l ~ /^[ \t]/ ? address(l) : " ***"
  }
  l = bare(l, "#")
  if (l !~ /^[ \t]*deb(-src)?[ \t]/) return ""
  return address(l)
}
function clean(l,    k, v, W, at) {
  if (f ~ /^\/etc\/apt\//) return apt(l)
  if (f ~ /\/inetd\.conf$|\/inetd\.d\//) {
    if (l ~ /^[ \t]*(#|$)/) return ""
    sub(/^[ \t]+/, "", l)
    v = split(l, W, /[ \t]+/)
    k = W[1]
    for (at = 2; at <= v && at <= 6; at++) k = k " " (W[at] ~ /^[A-Za-z0-9_.:\/*-]+$/ ? W[at] : "***")
    return v > 6 ? k " ***" : k
  }
  if (f ~ /\/xinetd/) {
    if (l ~ /^[ \t]*(\{|\})[ \t\r]*$/ || l ~ /^[ \t]*(service[ \t]+[^ \t]+|defaults|include(dir)?[ \t]+[^ \t]+)[ \t]*\{?[ \t\r]*$/) return l
    if (l ~ /^[ \t]*(#|$)/ || l !~ /=/) return ""
    k = l; sub(/^[ \t]*/, "", k); sub(/[ \t]*[+-]?=.*/, "", k)
    return k ~ /^(disable|disabled|enabled|user|group|socket_type|protocol|wait|type|port|server|bind|interface|only_from|no_access|id|flags)$/ && l !~ /[{}#]/ ? l : k " = ***"
  }
  if (f ~ /\/apk\/repositories$/) return l ~ /^[ \t]*(@[A-Za-z0-9_.-]+[ \t]+)?(https?:|ftp:|file:|\/)[^ \t]*[ \t\r]*$/ ? address(l) : ""
  if (f ~ /\/fapolicyd\/.*rules$/) return l ~ /^[ \t]*(allow|deny|%[A-Za-z0-9_]+\+?=)/ ? l : ""
  # path, size and hash: which files the administrator trusts is told by their paths
  if (f ~ /\/fapolicyd\/(fapolicyd\.trust$|trust\.d\/)/) return l ~ /^[ \t]*\// && sub(/[ \t]+[0-9]+[ \t]+[0-9A-Fa-f]+[ \t\r]*$/, "", l) ? l : ""
  if (f ~ /\/apparmor\/profiles$|\/enforce$|\/parameters\/enabled$/) return l
  if (f ~ /clam/) {
    if (!match(l, /^[ \t]*[A-Za-z][A-Za-z0-9_]*/)) return ""
    k = substr(l, 1, RLENGTH); v = substr(l, RLENGTH + 1); sub(/^[ \t]+/, "", v); sub(/[ \t]*#.*/, "", v)
    if (v == "") return k
    if (k ~ /Execute|Event|[Pp]ass|[Uu]sername/) return k " ***"
    if (plain(v) || safepath(v)) return k " " v
    if (k ~ /^[ \t]*(DatabaseMirror|DatabaseOwner|User|LogFacility)$/ && v ~ /^[A-Za-z0-9_.-]+$/) return k " " v
    return k " ***"
  }
  if (f ~ /\.(repo|module|conf)$|\/automatic_online_update$|\/selinux\/config$/) {
    # an address may go on in a line of its own
    if (l ~ /^[ \t]+(https?|ftp|file):\/\/[^ \t]*[ \t\r]*$/) return address(l)
    return keyed(l, (f ~ /\.module$/ ? " name " : " ") "stream state profiles enabled baseurl mirrorlist metalink server include siglevel localfilesiglevel remotefilesiglevel type upgrade_type reboot selinux selinuxtype aou_enable_cronjob gpgcheck pkg_gpgcheck repo_gpgcheck localpkg_gpgcheck apply_updates download_updates permissive integrity trust watch_fs ")
  }
  return ""
}
'

# Backup programs keep keys in their configuration: only the lines named here leave the target.
SOFTWARE_BACKUP='
function clean(l) {
  if (l ~ /^[ \t]*-?[ \t]*(keep_[a-z]+|retain|interval|encryption_mode)[ \t:=]+[A-Za-z]*[ \t]*[0-9]*[ \t]*$/) return l
  if (l ~ /^[ \t]*"?(count_(boot|hourly|daily|weekly|monthly)|schedule_(boot|hourly|daily|weekly|monthly)|do_first_run)"?[ \t]*:/) return l
  if (l ~ /^(TIMELINE_CREATE|TIMELINE_LIMIT_[A-Z]+|NUMBER_LIMIT|BACKUP|OUTPUT)=/) return l
  if (l ~ /^[ \t]*(encryption_passphrase|encryption_passcommand|PkiEncryption|PKI Encryption)[ \t:=]/) { sub(/[:=].*/, ": ***", l); return l }
  return ""
}
'

# One line for every package database that lies on this machine, whether its tool is there or not.
software_databases() {
  begin package-databases
  for F in dpkg=/var/lib/dpkg/status apk=/lib/apk/db/installed apk=/usr/lib/apk/db/installed \
    rpm=/var/lib/rpm/rpmdb.sqlite rpm=/var/lib/rpm/Packages rpm=/var/lib/rpm/Packages.db \
    rpm=/usr/lib/sysimage/rpm/rpmdb.sqlite rpm=/usr/lib/sysimage/rpm/Packages rpm=/usr/lib/sysimage/rpm/Packages.db \
    pacman=/var/lib/pacman/local/ALPM_DB_VERSION snap=/var/lib/snapd/snaps flatpak=/var/lib/flatpak/app \
    nix=/nix/var/nix/db portage=/var/db/pkg homebrew=/home/linuxbrew/.linuxbrew xbps=/var/db/xbps; do
    if [ -e "${F#*=}" ]; then printf '%s present %s\n' "${F%%=*}" "${F#*=}"
    else
      state "${F#*=}"
      [ "$STATE" = absent ] || printf '%s %s %s\n' "${F%%=*}" "$STATE" "${F#*=}"
    fi
  done
  # each package that dpkg knows has a list of its files: the list of packages can't be shorter
  if [ -r /var/lib/dpkg/info ]; then
    set -- /var/lib/dpkg/info/*.list
    if [ -e "$1" ]; then printf 'dpkg-lists %s\n' "$#"; fi
  fi
  if [ -r /etc/os-release ]; then
    while read -r LINE; do
      case $LINE in ID=* | ID_LIKE=* | VERSION_CODENAME=* | VERSION_ID=*) printf 'os %s\n' "$LINE" ;; esac
    done </etc/os-release
  fi
  finish 0
}

# software_rpm ARGS...: what rpm answers from the database in RPM_DB. rpm run as root writes to the files beside its
# database (the index of SQLite's log), as an ordinary user it can't; root asks itself only where nobody may not read.
# Debian's rpm looks into the home folder unless told where, and makes a database there; every rpm takes macros from it.
software_rpm() {
  OUT=
  # asked of a folder without a database, rpm makes one
  rpm_database || return 1
  if [ "$ROOT" = 1 ] && have setpriv; then
    OUT=$(HOME=/dev/null; export HOME; limited 30 setpriv --reuid=65534 --regid=65534 --clear-groups rpm --dbpath "$RPM_DB" "$@" 2>/dev/null) &&
      { printf '%s\n' "$OUT"; return 0; }
  fi
  OUT=$(HOME=/dev/null; export HOME; limited 30 rpm --dbpath "$RPM_DB" "$@" 2>/dev/null); set -- "$?"
  if [ -n "$OUT" ]; then printf '%s\n' "$OUT"; fi
  return "$1"
}

software_packages() {
  software_databases
  if [ -e /var/lib/dpkg/status ]; then
    run dpkg 20 dpkg-query -W -f '${db:Status-Abbrev}\t${Package}\t${Version}\t${Architecture}\t${source:Package}\t${Origin}\t${db-fsys:Last-Modified}\t${Maintainer}\n'
  fi
  if rpm_database; then
    if have rpm; then
      begin rpm
      software_rpm -qa --qf '%{NAME}\t%{EPOCHNUM}\t%{VERSION}-%{RELEASE}\t%{ARCH}\t%{SOURCERPM}\t%{INSTALLTIME}\t%{VENDOR}\n'
      finish $?
    else skip rpm command; fi
  fi
  for F in /lib/apk/db/installed /usr/lib/apk/db/installed; do
    if [ -r "$F" ]; then
      run apk 20 awk '/^[PVAomt]:/ { k = substr($0, 1, 1); v[k] = substr($0, 3) }
        /^$/ && v["P"] != "" { print v["P"] "\t" v["V"] "\t" v["A"] "\t" v["o"] "\t" v["m"]; split("", v) }
        END { if (v["P"] != "") print v["P"] "\t" v["V"] "\t" v["A"] "\t" v["o"] "\t" v["m"] }' "$F"
      break
    fi
  done
  if [ -d /var/lib/pacman/local ]; then
    run pacman 20 awk 'BEGIN { for (i = 1; i < ARGC; i++) { split("", v); k = ""
      while ((r = (getline l < ARGV[i])) > 0) { if (l ~ /^%.*%$/) k = l; else if (l != "" && v[k] == "") v[k] = l }
      close(ARGV[i]); if (r < 0) bad = 1
      print v["%NAME%"] "\t" v["%VERSION%"] "\t" v["%ARCH%"] "\t" v["%BASE%"] "\t" v["%INSTALLDATE%"] "\t" v["%PACKAGER%"] }
      exit bad + 0 }' /var/lib/pacman/local/*/desc
  fi
  if [ -d /var/lib/snapd/snaps ]; then run snap 10 snap list --color=never --unicode=never; fi
  if [ -d /var/lib/flatpak/app ]; then run flatpak 10 flatpak list --system --columns=application,version,arch,origin; fi
  begin pip
  for F in /usr/lib/python3*/dist-packages /usr/lib/python3*/site-packages /usr/lib64/python3*/site-packages \
    /usr/local/lib/python3*/dist-packages /usr/local/lib/python3*/site-packages /usr/local/lib64/python3*/site-packages \
    /opt/*/lib/python3*/site-packages; do
    [ -d "$F" ] || continue
    if ! { [ -r "$F" ] && [ -x "$F" ]; }; then printf '@denied %s\n' "$F"; continue; fi
    for D in "$F"/*.dist-info "$F"/*.egg-info; do
      [ -e "$D" ] || continue
      case $D in *"$NL"*) printf '@refused\n'; continue ;; esac
      INSTALLER=
      if [ -r "$D/INSTALLER" ]; then read -r INSTALLER <"$D/INSTALLER"; fi
      printf '%s\t%s\n' "$D" "$INSTALLER"
    done
  done
  finish 0
  software_programs
}

# What one run may hash, in bytes: of one file, and of all. --deep lifts both.
HASH_FILE=16777216
HASH_TOTAL=268435456

software_program() {
  N=$((N + 1))
  if [ "$N" -gt 3000 ]; then return; fi
  printf '%s\n' "$F"
  LIST=$LIST$F$NL
}

# Of the files in OTHERS, which this account may not run, those that others may.
software_others() {
  if [ -n "$OTHERS" ]; then
    if have stat; then
      set -f; IFS=$NL
      # shellcheck disable=SC2086
      for LINE in $(limited 10 stat -L -c '%A %n' $OTHERS 2>/dev/null || printf '@denied\n'); do
        F=/${LINE#*/}
        case ${LINE%% *} in
          @*) printf '@denied /usr/local\n' ;;
          ???[xs]* | ??????[xs]* | ?????????[xt]*) software_program ;;
        esac
      done
      IFS=" $TAB$NL"; set +f
    else printf '@denied /usr/local\n'; fi
  fi
  OTHERS= I=0
}

# Programs outside of packages, and what they hold. One process for the sizes, one for all hashes, one to see what
# changed meanwhile. A link counts as what it leads to: that is what runs.
software_programs() {
  begin local-programs
  N=0 LIST=
  for F in /usr/local/bin /usr/local/sbin /usr/local/games /opt; do
    if [ -d "$F" ] && ! { [ -r "$F" ] && [ -x "$F" ]; }; then printf '@denied %s\n' "$F"; fi
  done
  OTHERS= I=0
  for F in /usr/local/bin/* /usr/local/bin/.[!.]* /usr/local/sbin/* /usr/local/sbin/.[!.]* /usr/local/games/* /opt/* /opt/.[!.]* \
    /opt/*/* /opt/*/.[!.]* /opt/*/bin/* /opt/*/bin/.[!.]* /opt/*/sbin/* /opt/*/*/bin/*; do
    if [ -f "$F" ] && { [ -x "$F" ] || [ "$ROOT" != 1 ]; }; then
      case $F in *"$NL"*) printf '@refused\n'; continue ;; esac
      if [ -x "$F" ]; then software_program
      else
        OTHERS=$OTHERS$F$NL I=$((I + 1))
        if [ "$I" -ge 500 ]; then software_others; fi
      fi
      if [ "$N" -gt 3000 ]; then printf '@cut\n'; break; fi
    elif [ -d "$F" ]; then
      if ! { [ -r "$F" ] && [ -x "$F" ]; }; then printf '@denied %s\n' "$F"; fi
    elif [ -L "$F" ] && [ "$ROOT" != 1 ]; then
      # where it leads may only be hidden from this account
      case $F in *"$NL"*) printf '@refused\n' ;; *) printf '@denied %s\n' "$F" ;; esac
    fi
  done
  software_others
  finish 0
  if [ -z "$LIST" ]; then begin program-hashes; printf '@exit 0\n'; finish 0; return; fi
  for F in stat sha256sum; do
    have "$F" || { skip program-hashes command; return; }
  done
  begin program-hashes
  # no pattern in a name may be taken for one; names have no line breaks
  set -f; IFS=$NL
  # shellcheck disable=SC2086
  SIZES=$(limited 10 stat -L -c '%s %Y %Z %i %n' $LIST 2>/dev/null)
  LIST= BEFORE= SUM=0
  for LINE in $SIZES; do
    N=${LINE%% *}
    F=/${LINE#*/}
    if ! [ -r "$F" ]; then printf '@denied %s\n' "$F"; continue; fi
    if [ "$DEEP" != yes ]; then
      # mksh counts in 32 bits
      case $N in ??????????*) printf '@large %s\n' "$F"; continue ;; esac
      if [ "$N" -gt "$HASH_FILE" ]; then printf '@large %s\n' "$F"; continue; fi
      if [ $((SUM + N)) -gt "$HASH_TOTAL" ]; then printf '@many %s\n' "$F"; continue; fi
      SUM=$((SUM + N))
    fi
    LIST=$LIST$F$NL BEFORE=$BEFORE$LINE$NL
  done
  R=0
  if [ -n "$LIST" ]; then
    printf '@before\n%s@hashes\n' "$BEFORE"
    N=20; if [ "$DEEP" = yes ]; then N=120; fi
    # shellcheck disable=SC2086
    limited "$N" sha256sum $LIST 2>/dev/null; R=$?
    printf '\n@after\n'
    # shellcheck disable=SC2086
    limited 10 stat -L -c '%s %Y %Z %i %n' $LIST 2>/dev/null
  fi
  IFS=" $TAB$NL"; set +f
  printf '@exit %s\n' "$R"
  finish 0
}

software_processes() {
  if [ -r /proc/1/comm ]; then
    CONTROL=
    begin processes
    for F in /proc/[0-9]*/comm; do
      NAME=
      { read -r NAME <"$F"; } 2>/dev/null
      [ -n "$NAME" ] && printf '%s\n' "$NAME"
      case $NAME in fapolicyd) CONTROL=${F%/comm} ;; esac
    done
    finish 0
    # fapolicyd(8) may be told on its command line to allow everything
    if [ -n "$CONTROL" ]; then
      begin fapolicyd-arguments
      for F in $(limited 5 cat "$CONTROL/cmdline" 2>/dev/null | tr '\000' '\n'); do
        case $F in
          /*fapolicyd | --permissive | --debug | --debug-deny | --foreground | --no-details) printf '%s\n' "$F" ;;
          *) printf '***\n' ;;
        esac
      done
      finish 0
    fi
  else
    skip processes root
  fi
  # The netlink question would load a kernel module (tcp_diag) where it isn't there; PROC_ROOT makes ss
  # read /proc instead.
  if have ss; then
    PROC_ROOT=/proc/; export PROC_ROOT
    run sockets 15 ss -Htulnp
    unset PROC_ROOT
  else
    run sockets-proc 15 awk 'BEGIN { n = split("tcp tcp6 udp udp6", P, " ")
      for (i = 1; i <= n; i++) { f = "/proc/net/" P[i]
        while ((r = (getline l < f)) > 0) { split(l, c, " ")
          if (c[1] ~ /:$/ && ((i < 3 && c[4] == "0A") || (i > 2 && c[3] ~ /:0000$/))) print P[i] "\t" c[2] "\t" c[8] }
        if (r < 0 && P[i] !~ /6$/) bad = 1
        close(f) }
      exit bad + 0 }'
  fi
  if [ -r /proc/net/sctp/eps ]; then
    begin sockets-sctp
    while read -r LINE; do printf '%s\n' "$LINE"; done </proc/net/sctp/eps
    finish 0
  fi
}

# Which init systems are here, and the links by which they start things: all without a process.
software_init() {
  begin init
  NAME=; { read -r NAME </proc/1/comm; } 2>/dev/null
  printf 'pid1\t%s\n' "$NAME"
  if [ -d /run/systemd/system ]; then printf 'systemd\trunning\n'
  elif [ -d /usr/lib/systemd/system ] || [ -d /lib/systemd/system ]; then printf 'systemd\tinstalled\n'; fi
  if [ -d /run/openrc/started ]; then printf 'openrc\trunning\n'
  elif [ -d /etc/runlevels ]; then printf 'openrc\tinstalled\n'; fi
  if [ -d /etc/init.d ]; then printf 'sysv\tinstalled\n'; fi
  for F in /etc/systemd/system /run/systemd/system /usr/lib/systemd/system /lib/systemd/system; do
    [ -d "$F" ] || continue
    if ! [ -r "$F" ]; then printf 'denied\t%s\n' "$F"; continue; fi
    for D in "$F"/*.wants/* "$F"/*.requires/*; do
      if [ -e "$D" ] || [ -L "$D" ]; then case $D in *"$NL"*) ;; *) printf 'wants\t%s\n' "$D" ;; esac; fi
    done
    case $F in /etc/* | /run/*)
      for D in "$F"/*; do
        if [ -c "$D" ]; then printf 'masked\t%s\n' "$D"
        elif [ -L "$D" ]; then printf 'alias\t%s\n' "$D"; fi
      done ;;
    esac
  done
  for F in /etc/runlevels/*/*; do [ -e "$F" ] && printf 'runlevel\t%s\n' "$F"; done
  for F in /run/openrc/started/*; do [ -e "$F" ] && printf 'started\t%s\n' "${F##*/}"; done
  for F in /etc/init.d/*; do [ -f "$F" ] && [ -x "$F" ] && printf 'script\t%s\n' "${F##*/}"; done
  for F in /etc/rc[S0-6].d/S*; do [ -e "$F" ] && printf 'start\t%s\n' "$F"; done
  finish 0
}

software_services() {
  software_init
  if [ -d /run/systemd/system ]; then
    run systemd-units 20 systemctl show --all --no-pager -p Id -p LoadState -p ActiveState -p SubState -p UnitFileState -p User -p DynamicUser -p TriggeredBy -p Triggers -p LastTriggerUSec -p Result -p ExecMainExitTimestamp '*.service' '*.socket' '*.timer'
    run systemd-unit-files 20 systemctl list-unit-files --no-legend --no-pager --type=service,socket,timer
  fi
  # drop-ins come after the unit they change; folders in rising precedence
  set --
  HIDDEN=
  for D in /usr/lib/systemd/system /lib/systemd/system /run/systemd/system /etc/systemd/system; do
    if [ -L /lib ] && [ "$D" = /lib/systemd/system ]; then continue; fi
    for F in "$D"/*.service "$D"/*.timer "$D"/*.socket "$D"/*.service.d/*.conf "$D"/*.timer.d/*.conf "$D"/*.socket.d/*.conf; do
      if [ -f "$F" ]; then
        if [ -r "$F" ]; then set -- "$@" "$F"; else HIDDEN="$HIDDEN@denied $F$NL"; fi
      fi
    done
  done
  if [ $# -gt 0 ] || [ -n "$HIDDEN" ]; then
    begin unit-files
    printf '%s' "$HIDDEN"
    limited 20 awk "$SOFTWARE_COMMAND"'
      BEGIN { for (i = 1; i < ARGC; i++) { f = ARGV[i]; print "@unit " f; part = ""
        while ((r = (getline l < f)) > 0) {
          if (l ~ /^[ \t]*[#;]/) continue
          if (l ~ /^\[/) { part = l; continue }
          if (l !~ /^(OnCalendar|OnBootSec|OnStartupSec|OnActiveSec|OnUnitActiveSec|OnUnitInactiveSec|Persistent|Unit|User|DynamicUser|ExecStart|WantedBy|RequiredBy|Also|Alias)[ \t]*=/) continue
          k = l; sub(/[ \t]*=.*/, "", k); v = l; sub(/^[^=]*=[ \t]*/, "", v)
          # systemd.service(5): marks before the path
          if (k == "ExecStart") { match(v, /^[-@:+!|]*/); v = substr(v, 1, RLENGTH) command(substr(v, RLENGTH + 1)) }
          else if (v !~ /^[A-Za-z0-9_.,:;*\/~%@\\ +-]*$/) v = "***"
          print k "=" v
        }
        close(f); if (r < 0) print "@error " f } }' "$@" 2>/dev/null
    finish $?
  fi
  set -- /etc/inetd.conf /etc/xinetd.conf /etc/xinetd.d/*
  FILES_CLEAN=$SOFTWARE_CONFIG
  files inetd-files "$@"
}

software_tasks() {
  FILES_CLEAN=$SOFTWARE_CRON
  files cron-files /etc/crontab /etc/anacrontab /etc/cron.d/* /var/spool/cron/crontabs/* /var/spool/cron/tabs/* \
    /var/spool/cron/[!.]* /etc/crontabs/*
  begin cron-folders
  for D in hourly daily weekly monthly; do
    for F in /etc/cron.$D /etc/periodic/$D; do
      if [ -d "$F" ] && ! [ -r "$F" ]; then printf '@denied %s\n' "$F"; continue; fi
      for ENTRY in "$F"/*; do
        if [ -f "$ENTRY" ]; then
          if [ -x "$ENTRY" ]; then printf 'run\t%s\t%s\n' "$D" "$ENTRY"; else printf 'off\t%s\t%s\n' "$D" "$ENTRY"; fi
        fi
      done
    done
  done
  finish 0
  begin at-jobs
  for F in /var/spool/cron/atjobs /var/spool/at /var/spool/atjobs; do
    if [ -d "$F" ]; then
      if ! [ -r "$F" ]; then printf '@denied %s\n' "$F"; continue; fi
      for ENTRY in "$F"/[a-zA-Z=]*; do
        if [ -f "$ENTRY" ]; then case $ENTRY in *.SEQ | *.lockfile) ;; *) printf '%s\n' "$ENTRY" ;; esac; fi
      done
    else
      state "$F"
      [ "$STATE" = absent ] || printf '@%s %s\n' "$STATE" "$F"
    fi
  done
  finish 0
}

# Security lists that lie on the disk: installed packages that they mention, with every version they offer.
software_security_lists() {
  set --
  for F in /var/lib/apt/lists/*ecurity*_Packages /var/lib/apt/lists/*ecurity*_Packages.*; do
    if [ -f "$F" ]; then case $F in *.diff*) ;; *) set -- "$@" "$F" ;; esac; fi
  done
  begin security-lists
  for F; do
    if ! [ -r "$F" ]; then printf '@denied %s\n' "$F"; continue; fi
    # the main part of a security archive is never empty: what is here was lost
    case $F in *_main_*) [ -s "$F" ] || printf '@error %s\n' "$F" ;; esac
    printf '@list %s\n' "$F"
  done
  AWK='BEGIN {
      f = "/var/lib/dpkg/status"
      while ((r = (getline l < f)) > 0) {
        if (l ~ /^Package: /) p = substr(l, 10)
        else if (l ~ /^Status: / && l ~ / (installed|unpacked|half-configured|triggers-awaited|triggers-pending)$/) on = 1
        else if (l ~ /^Architecture: /) a = substr(l, 15)
        else if (l ~ /^Version: /) v = substr(l, 10)
        else if (l == "") { if (on) have[p] = have[p] " " a "=" v; on = 0; a = ""; v = "" }
      }
      if (on) have[p] = have[p] " " a "=" v
      if (r < 0) print "@error " f
      close(f); p = ""; a = ""; v = ""
      for (i = 1; i < ARGC; i++) {
        if (ARGV[i] == "-") continue
        print "@release " ARGV[i]
        while ((r = (getline l < ARGV[i])) > 0) {
          if (l ~ /^(MD5Sum|SHA1|SHA256|SHA512):/) break
          if (l ~ /^(Origin|Label|Suite|Codename|Date|Valid-Until):/) print l
        }
        if (r < 0) print "@error " ARGV[i]
        close(ARGV[i]); ARGV[i] = ""
      }
    }
    /^Package: / { p = substr($0, 10); wanted = (p in have); next }
    /^@exit / { print; next }
    !wanted { next }
    /^Version: / { v = substr($0, 10) }
    /^Architecture: / { a = substr($0, 15) }
    /^$/ { print p "\t" a "\t" v "\t" have[p]; wanted = 0 }'
  SOFTWARE_HELPER=/usr/lib/apt/apt-helper
  [ $# -gt 0 ] || SOFTWARE_HELPER="true"
  if ! [ -x /usr/lib/apt/apt-helper ]; then
    for F; do case $F in *_Packages) ;; *) printf '@packed %s\n' "$F" ;; esac; done
    SOFTWARE_HELPER="cat"
  fi
  {
    case $SOFTWARE_HELPER in
      true) R=0 ;;
      cat) limited 20 cat "$@"; R=$? ;;
      *) limited 20 "$SOFTWARE_HELPER" cat-file "$@"; R=$? ;;
    esac
    printf '\n@exit %s\n' "$R"
  } 2>/dev/null | {
    set --
    for F in /var/lib/apt/lists/*_InRelease /var/lib/apt/lists/*_Release; do
      if [ -r "$F" ] && [ -f "$F" ]; then set -- "$@" "$F"; fi
    done
    awk "$AWK" "$@" -
  }
  finish $?
}

# Where packages come from whose maintainer's address doesn't tell: what the lists on the disk say of them. A list
# belongs to the Release file with the same beginning. Debian's own are read in one go, Ubuntu's too, others one by one.
software_origins() {
  begin origin-lists
  N=$(limited 10 awk '
    function done() { if (on && m !~ /@([^@> ]*\.)?(debian\.(org|net)|ubuntu\.com|canonical\.com)>?[ \t]*$/) print "Package: " p; on = 0; m = "" }
    BEGIN {
      f = "/var/lib/dpkg/status"
      while ((r = (getline l < f)) > 0) {
        if (l ~ /^Package: /) p = substr(l, 10)
        else if (l ~ /^Status: /) on = (l !~ / (not-installed|config-files)$/)
        else if (l ~ /^Maintainer: /) m = tolower(l)
        else if (l == "") done()
      }
      done(); if (r < 0) exit 1
    }' 2>/dev/null) || { printf '@error /var/lib/dpkg/status\n'; finish 0; return; }
  if [ -z "$N" ]; then printf '@none\n'; finish 0; return; fi
  if ! have grep; then printf '@error grep\n'; finish 0; return; fi
  {
    for D in Debian Ubuntu other; do software_lists_of "$D"; done
  } 2>/dev/null | WANTED=$N awk '
    function done() { if (p in wanted && v != "" && a != "") print p "\t" a "\t" v; p = v = a = "" }
    BEGIN { mark = "#'"$NONCE"' "; n = split(ENVIRON["WANTED"], W, "\n"); for (i = 1; i <= n; i++) wanted[substr(W[i], 10)] }
    # a list is text of others: only lines with the mark are ours
    index($0, mark) == 1 { done(); print "@" substr($0, length(mark) + 1); next }
    /^Package: / { done(); p = substr($0, 10); next }
    /^Version: / { v = substr($0, 10); next }
    /^Architecture: / { a = substr($0, 15); next }
    /^(--)?$/ { done() }
    END { done() }'
  finish $?
}

# software_lists_of ORIGIN: from lists whose Release file names that origin, the stanzas of the packages in N
software_lists_of() {
  KIND=$1; set --
  for F in /var/lib/apt/lists/*_InRelease /var/lib/apt/lists/*_Release; do
    [ -f "$F" ] && [ -r "$F" ] || continue
    ORIGIN=; I=0
    while [ "$I" -lt 16 ] && read -r NAME LINE; do
      I=$((I + 1))
      case $NAME in Origin:) ORIGIN=$LINE; break ;; MD5Sum: | SHA256:) break ;; esac
    done <"$F"
    case $ORIGIN in Debian | Ubuntu) NAME=$ORIGIN ;; *) NAME=other ;; esac
    [ "$NAME" = "$KIND" ] || continue
    if [ "$KIND" = other ]; then set --; fi
    for D in "${F%_*}_"*Packages "${F%_*}_"*Packages.*; do
      case $D in *.diff*) continue ;; esac
      if [ -f "$D" ]; then set -- "$@" "$D"; fi
    done
    if [ "$KIND" = other ] && [ $# -gt 0 ]; then software_stanzas "$ORIGIN" "$@"; fi
  done
  if [ "$KIND" != other ] && [ $# -gt 0 ]; then software_stanzas "$KIND" "$@"; fi
}

software_stanzas() {
  printf '#%s from %s\n' "$NONCE" "$1"; shift
  for D; do printf '#%s list %s\n' "$NONCE" "$D"; done
  {
    if [ -x /usr/lib/apt/apt-helper ]; then limited 20 /usr/lib/apt/apt-helper cat-file "$@"; else limited 20 cat "$@"; fi
    printf '\n#%s exit %s\n' "$NONCE" "$?"
  } | grep -F -x -A 30 -e "$N" -e "#$NONCE exit 0"
}

# Advisories in the metadata that dnf, yum or zypper keep: packages named by a security advisory that are installed.
# Their own commands would write logs and caches.
software_advisories() {
  set --
  begin rpm-advisories
  for F in /var/cache/dnf/*/repodata /var/cache/libdnf5/*/repodata /var/cache/yum/*/*/*/gen /var/cache/zypp/raw/*/repodata; do
    [ -d "$F" ] || continue
    printf '@repository %s\n' "$F"
    for D in "$F"/*updateinfo.xml*; do
      if [ -r "$D" ]; then
        case $D in *.solv* | *.asc) ;; *.gz | *.xz | *.zst | *.xml) set -- "$@" "$D"; printf '@list %s\n' "$D" ;; *) printf '@packed %s\n' "$D" ;; esac
      fi
    done
  done
  if [ $# -eq 0 ]; then finish 0; return; fi
  {
    software_rpm -qa --qf '@have %{NAME} %{ARCH} %{EPOCHNUM}:%{VERSION}-%{RELEASE}\n'
    printf '@exit %s rpm\n' $?
    for D; do
      case $D in
        *.gz) limited 20 gzip -dc "$D" ;;
        *.xz) limited 20 xz -dc "$D" ;;
        *.zst) limited 20 zstd -dcq "$D" ;;
        *) limited 20 cat "$D" ;;
      esac
      printf '\n@exit %s %s\n' $? "$D"
    done
  } 2>/dev/null | awk 'function attribute(l, k,    s) {
      if (!match(l, " " k "=[\"\047][^\"\047]*[\"\047]")) return ""
      s = substr(l, RSTART, RLENGTH); sub("^[^\"\047]*[\"\047]", "", s); sub("[\"\047]$", "", s); return s }
    function element(l,    k, e, v) {
      if (l ~ /<update /) { security = (attribute(l, "type") == "security"); module = "" }
      else if (l ~ /<\/collection>/) module = ""
      else if (!security) return
      else if (l ~ /<module /) module = attribute(l, "name") ":" attribute(l, "stream")
      else if (l ~ /<package /) {
        k = attribute(l, "name") "." attribute(l, "arch")
        if (!(k in have)) return
        e = attribute(l, "epoch"); if (e == "") e = "0"
        v = e ":" attribute(l, "version") "-" attribute(l, "release")
        if ((k, v, module) in seen) return
        seen[k, v, module] = 1
        print attribute(l, "name") "\t" attribute(l, "arch") "\t" v "\t" have[k] "\t" module
      }
    }
    /^@have / { have[$2 "." $3] = have[$2 "." $3] " " $4; next }
    /^@exit / { print; next }
    # a file may stand on one line: elements are taken one by one
    /<(update|module|package|\/collection)[ >].*<(update|module|package|\/collection)[ >]/ {
      n = split($0, E, "<")
      for (i = 2; i <= n; i++) element("<" E[i])
      next
    }
    /<(update|module|package|\/collection)[ >]/ { element($0)
    }'
  finish $?
}

software_updates() {
  FILES_CLEAN=$SOFTWARE_CONFIG
  files package-source-files /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources \
    /etc/dnf/dnf.conf /etc/yum.conf /etc/yum.repos.d/*.repo /etc/yum/repos.d/*.repo /etc/distro.repos.d/*.repo \
    /usr/share/dnf5/repos.override.d/*.repo /etc/dnf/repos.override.d/*.repo /etc/zypp/zypp.conf /etc/zypp/repos.d/*.repo \
    /etc/apk/repositories /etc/pacman.conf /etc/dnf/automatic.conf /etc/dnf/dnf5-plugins/automatic.conf \
    /usr/share/dnf5/dnf5-plugins/automatic.conf /etc/yum/yum-cron.conf /etc/sysconfig/automatic_online_update \
    /etc/transactional-update.conf /etc/dnf/modules.d/*.module
  if [ -d /etc/apt ]; then
    # only the roots named here: the rest may hold proxy passwords
    run apt-config 10 apt-config dump APT::Periodic Unattended-Upgrade::Allowed-Origins Unattended-Upgrade::Origins-Pattern \
      Unattended-Upgrade::Package-Blacklist Unattended-Upgrade::Package-Whitelist APT::Get::AllowUnauthenticated Acquire::AllowInsecureRepositories \
      Acquire::AllowWeakRepositories Acquire::AllowDowngradeToInsecureRepositories
    software_security_lists
    if [ -e /var/lib/dpkg/status ]; then software_origins; fi
  fi
  software_advisories
  begin kernel
  for F in osrelease version; do
    LINE=; { read -r LINE </proc/sys/kernel/$F; } 2>/dev/null
    printf '%s\t%s\n' "$F" "$LINE"
  done
  while read -r NAME LINE; do
    [ "$NAME" = btime ] && printf 'btime\t%s\n' "$LINE"
  done </proc/stat 2>/dev/null
  for F in /boot/vmlinuz-* /lib/modules/*/vmlinuz; do [ -e "$F" ] && printf 'image\t%s\n' "$F"; done
  if [ -d /boot ] && ! [ -r /boot ]; then printf 'denied\t/boot\n'; fi
  for F in /run/reboot-required /var/run/reboot-required /run/reboot-needed; do [ -e "$F" ] && printf 'flag\t%s\n' "$F"; done
  for F in /usr/share/update-notifier/notify-reboot-required /usr/bin/unattended-upgrade; do [ -e "$F" ] && printf 'flag-writer\t%s\n' "$F"; done
  if [ -e /etc/cron.daily/apt-compat ]; then printf 'apt-compat\tpresent\n'; fi
  finish 0
  set --
  for F in /var/lib/apt/periodic/update-success-stamp /var/lib/apt/periodic/update-stamp /var/lib/apt/periodic/upgrade-stamp \
    /var/lib/dpkg/status \
    /var/log/dpkg.log /lib/apk/db/installed /var/lib/pacman/sync/*.db /var/cache/dnf/*/repodata/repomd.xml \
    /var/cache/libdnf5/*/repodata/repomd.xml /var/cache/zypp/raw/*/repodata/repomd.xml \
    /var/cache/apk/APKINDEX.*.tar.gz /var/lib/clamav/*.c[lv]d; do
    if [ -e "$F" ]; then set -- "$@" "$F"; fi
  done
  if [ $# -gt 0 ]; then run file-times 10 stat -c '%Y %n' "$@"; else begin file-times; finish 0; fi
  if [ -d /etc/apt ]; then
    if [ "$SIMULATE" = yes ]; then
      run apt-simulation 60 apt-get -s -q -o Debug::NoLocking=1 -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= upgrade
    else
      skip apt-simulation not-asked
    fi
  fi
}

software_protection() {
  FILES_CLEAN=$SOFTWARE_CONFIG
  files protection-files /etc/clamav/clamd.conf /etc/clamd.d/*.conf /etc/clamd.conf /etc/clamav/freshclam.conf /etc/freshclam.conf \
    /etc/fapolicyd/fapolicyd.conf /etc/fapolicyd/compiled.rules /etc/fapolicyd/fapolicyd.rules /etc/fapolicyd/rules.d/*.rules \
    /etc/fapolicyd/fapolicyd.trust /etc/fapolicyd/trust.d/* \
    /etc/selinux/config /sys/fs/selinux/enforce /sys/module/apparmor/parameters/enabled /sys/kernel/security/apparmor/profiles \
    /etc/default/clamav-freshclam
  FILES_CLEAN=$SOFTWARE_BACKUP
  files backup-files /etc/borgmatic/config.yaml /etc/borgmatic.d/*.yaml /etc/rsnapshot.conf /etc/timeshift/timeshift.json \
    /etc/snapper/configs/* /etc/rear/local.conf /etc/rear/site.conf
  FILES_CLEAN=$FILES_PLAIN
  set --
  for F in /var/lib/clamav/daily.cvd /var/lib/clamav/daily.cld /var/lib/clamav/main.cvd /var/lib/clamav/main.cld; do
    if [ -r "$F" ]; then set -- "$@" "$F"; fi
  done
  if [ $# -gt 0 ]; then run clamav-definitions 5 head -c 200 /dev/null "$@"
  else
    begin clamav-definitions
    if [ -d /var/lib/clamav ] && ! { [ -r /var/lib/clamav ] && [ -x /var/lib/clamav ]; }; then printf '@denied /var/lib/clamav\n'
    else
      printf '@absent\n'
      for F in /var/lib/clamav/daily.c[lv]d; do [ -e "$F" ] && printf '@denied %s\n' "$F"; done
    fi
    finish 0
  fi
  if [ -x /opt/microsoft/mdatp/sbin/wdavdaemon ] || have mdatp; then run mdatp-health 15 mdatp health --output json; fi
}

collect_software() {
  software_packages
  software_processes
  software_services
  software_tasks
  software_updates
  software_protection
}
