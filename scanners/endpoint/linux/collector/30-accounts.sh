# Accounts, groups, sudo, PAM and keys. Password hashes are reduced to a state and an algorithm here.

collect_accounts() {
  accounts_references
  if [ "$ACCOUNTS_CODE" = 0 ]; then accounts_pam; else accounts_lost pam-modules pam-files pam-files-masked; fi
  accounts_table
  if [ "$ACCOUNTS_CODE" = 0 ]; then accounts_files; else accounts_lost account-files account-homed; fi
  accounts_last_used
  if [ "$ACCOUNTS_CODE" = 0 ]; then accounts_keys; else accounts_lost authorized-keys; fi
}

# Paths that the configuration names: settings of PAM modules, modules by path, included sudoers,
# and where sshd looks for keys. One process reads them all.
accounts_references() {
  ACCOUNTS_REFERENCES='' ACCOUNTS_CODE=0
  set --
  for F in /etc/pam.conf /etc/pam.d/* /usr/lib/pam.d/* /usr/etc/pam.d/* /etc/sudoers /etc/sudoers.d/* \
    /etc/sudoers-rs /usr/etc/sudoers /etc/ssh/sshd_config /etc/ssh/sshd_config.d/*.conf /usr/etc/ssh/sshd_config; do
    [ -f "$F" ] && [ -r "$F" ] && set -- "$@" "$F"
  done
  [ $# -gt 0 ] || return 0
  # a file may never end (a link to /proc/kmsg): what names other files is then not known, secrets among them
  ACCOUNTS_REFERENCES=$(limited 10 awk '
    FILENAME ~ /sudoers/ {
      if ($1 ~ /^[#@]include$/ && $2 ~ /^\//) print "sudo " $2
      if ($1 ~ /^[#@]includedir$/ && $2 ~ /^\//) print "sudo-folder " $2
      next
    }
    FILENAME ~ /sshd_config/ {
      if (tolower($1) == "authorizedkeysfile") for (i = 2; i <= NF; i++) print "keys " $i
      if (tolower($1) == "authorizedkeyscommand" && tolower($2) != "none") print "keys-command"
      if (tolower($1) == "usepam") print "use-pam " tolower($2)
      next
    }
    /^[ \t]*#/ { next }
    {
      for (i = 1; i <= NF; i++) {
        if ($i ~ /^conf=\// || $i ~ /^config=\//) { sub(/^[a-z]*=/, "", $i); print "settings " $i }
        else if ($i ~ /^\/.*\.so[.0-9]*$/) print "module " $i
        else if ($i ~ /^(include|substack|@include)$/ && $(i + 1) ~ /^\//) print "pam " $(i + 1)
        if (tolower($i) ~ /(pass|passwd|password|secret|bindpw|pw|key)=/ && !(FILENAME in seen)) { seen[FILENAME] = 1; print "secret " FILENAME }
      }
    }' "$@" 2>/dev/null)
  ACCOUNTS_CODE=$?
}

# accounts_lost ID...: sections that can't be made without the references.
accounts_lost() {
  for F; do begin "$F"; finish "$ACCOUNTS_CODE"; done
}

# accounts_named KIND: the paths of a kind, as ACCOUNTS_NAMED, one a line.
accounts_named() {
  ACCOUNTS_NAMED=
  OLD=$IFS; IFS=$NL
  for R in $ACCOUNTS_REFERENCES; do
    case $R in "$1 "*) ACCOUNTS_NAMED=$ACCOUNTS_NAMED${R#"$1 "}$NL ;; esac
  done
  IFS=$OLD
}

accounts_pam() {
  begin pam-modules
  for F in /lib/security /lib64/security /usr/lib/security /usr/lib64/security /lib/*/security /usr/lib/*/security \
    /run/current-system/sw/lib/security; do
    [ -d "$F" ] || continue
    if [ -r "$F" ] && [ -x "$F" ]; then printf 'folder %s\n' "$F"; else printf 'denied %s\n' "$F"; continue; fi
    for M in "$F"/*.so; do [ -e "$M" ] && printf 'module %s\n' "${M##*/}"; done
  done
  accounts_named module
  OLD=$IFS; IFS=$NL
  for M in $ACCOUNTS_NAMED; do [ -e "$M" ] && printf 'module %s\n' "$M"; done
  accounts_named use-pam
  for M in $ACCOUNTS_NAMED; do printf 'use-pam %s\n' "$M"; done
  for F in /etc/ssh/sshd_config /usr/etc/ssh/sshd_config; do
    if [ -e "$F" ] && [ ! -r "$F" ]; then printf 'use-pam denied\n'; fi
  done
  for F in /etc/pam.d /usr/lib/pam.d /usr/etc/pam.d; do [ -d "$F" ] && printf 'services %s\n' "$F"; done
  for F in /usr/bin/sudo /bin/sudo /usr/local/bin/sudo /usr/bin/doas /usr/local/bin/doas /bin/su /usr/bin/su \
    /usr/bin/pkexec /usr/sbin/sshd /usr/bin/sshd /usr/local/sbin/sshd /usr/sbin/dropbear /etc/debian_version /etc/alpine-release; do
    [ -e "$F" ] || continue
    if [ -u "$F" ]; then printf 'setuid %s\n' "$F"; else printf 'present %s\n' "$F"; fi
  done
  IFS=$OLD
  # sudo may be the one written in Rust, whose policy and defaults differ
  # shellcheck disable=SC3013 # every shell that this runs in has -ef
  if [ /usr/bin/sudo -ef /usr/lib/cargo/bin/sudo ] || [ /usr/bin/sudo -ef /usr/bin/sudo-rs ]; then printf 'sudo-rs /usr/bin/sudo\n'; fi
  finish 0

  accounts_named settings; N=$ACCOUNTS_NAMED
  accounts_named pam; N=$N$ACCOUNTS_NAMED
  set -- /etc/pam.conf /etc/pam.d/* /usr/lib/pam.d/* /usr/etc/pam.d/* \
    /etc/security/faillock.conf /usr/etc/security/faillock.conf \
    /etc/security/pwquality.conf /etc/security/pwquality.conf.d/*.conf \
    /usr/etc/security/pwquality.conf /usr/etc/security/pwquality.conf.d/*.conf \
    /etc/security/pwhistory.conf /usr/etc/security/pwhistory.conf /etc/passwdqc.conf \
    /etc/login.defs /etc/login.defs.d/*.defs /usr/etc/login.defs /usr/etc/login.defs.d/*.defs
  OLD=$IFS; IFS=$NL
  for F in $N; do set -- "$@" "$F"; done
  # a service file with a password among its arguments is sent without it, in a section of its own
  accounts_named secret
  N=$#
  while [ "$N" -gt 0 ]; do
    F=$1; shift; N=$((N - 1))
    case $NL$ACCOUNTS_NAMED in *"$NL$F$NL"*) ;; *) set -- "$@" "$F" ;; esac
  done
  IFS=$OLD
  files pam-files "$@"
  begin pam-files-masked
  if [ -n "$ACCOUNTS_NAMED" ]; then
    IFS=$NL
    # shellcheck disable=SC2086 # one path a line
    set -- $ACCOUNTS_NAMED
    IFS=$OLD
    # shellcheck disable=SC2016
    limited 10 awk '
      FNR == 1 { if (open) print "@end"; print "@file " FILENAME; open = 1 }
      {
        line = $0
        # a bracketed argument with a password goes whole
        if (tolower(line) ~ /(pass|passwd|password|secret|bindpw|pw|key)=/) {
          n = split(line, word, /[ \t]+/); line = ""; skip = 0
          for (i = 1; i <= n; i++) {
            w = word[i]
            if (tolower(w) ~ /(pass|passwd|password|secret|bindpw|pw|key)=/) {
              if (w ~ /^\[/ && w !~ /\]$/) skip = 1
              sub(/=.*/, "=removed", w); sub(/^\[/, "", w)
              line = line " " w
            } else if (skip) { if (w ~ /\]$/) skip = 0 }
            else line = line " " w
          }
        }
        print "|" line
      }
      END { if (open) print "@end" }' "$@" 2>/dev/null
    finish $?
  else
    finish 0
  fi
}

# passwd, group and shadow without any hash: "p" name id group gecos home shell password-state,
# "g" name id members, "s" name state algorithm changed minimum maximum warning inactive expires.
accounts_table() {
  if [ ! -r /etc/passwd ] || [ ! -r /etc/group ]; then skip accounts root; return; fi
  set -- /etc/passwd /etc/group
  begin accounts
  if [ -r /etc/shadow ]; then printf 'shadow read\n'; set -- "$@" /etc/shadow
  elif [ -e /etc/shadow ]; then printf 'shadow denied\n'
  else printf 'shadow absent\n'; fi
  awk -F: '
    function algorithm(h) {
      if (h ~ /^\$y\$/) return "yescrypt"
      if (h ~ /^\$gy\$/) return "gost-yescrypt"
      if (h ~ /^\$7\$/) return "scrypt"
      if (h ~ /^\$2[abxy]?\$/) return "bcrypt"
      if (h ~ /^\$6\$/) return "sha512"
      if (h ~ /^\$5\$/) return "sha256"
      if (h ~ /^\$1\$/ || h ~ /^\$md5/) return "md5"
      if (h ~ /^\$sha1\$/) return "sha1"
      if (h ~ /^\$/) return "other"
      if (h ~ /^_/ && length(h) == 20) return "des"
      if (h ~ /^[.\/0-9A-Za-z]+$/ && length(h) == 13) return "des"
      return "none"
    }
    # empty: no password asked; locked: a hash behind "!"; none: nothing can match; set: a hash
    function status(h) {
      if (h == "") return "empty"
      if (h ~ /^[!*]/) { sub(/^[!*]+/, "", h); return algorithm(h) == "none" ? "none" : "locked" }
      return algorithm(h) == "none" ? "none" : "set"
    }
    function bare(h) { sub(/^[!*]+/, "", h); return algorithm(h) }
    FILENAME == "/etc/passwd" {
      if ($0 ~ /^[+-]/) { print "nis\t" substr($0, 1, 1); next }
      if (NF < 7) { if ($0 != "") print "malformed\tpasswd\t" FNR; next }
      print "p\t" FNR "\t" $1 "\t" $3 "\t" $4 "\t" $5 "\t" $6 "\t" $7 "\t" ($2 == "x" ? "shadow" : status($2)) "\t" bare($2)
      next
    }
    FILENAME == "/etc/group" {
      if ($0 ~ /^[+-]/) { print "nis\t" substr($0, 1, 1); next }
      if (NF < 4) { if ($0 != "") print "malformed\tgroup\t" FNR; next }
      print "g\t" FNR "\t" $1 "\t" $3 "\t" $4
      next
    }
    {
      if ($0 ~ /^[+-]/) next
      if (NF < 8) { if ($0 != "") print "malformed\tshadow\t" FNR; next }
      print "s\t" FNR "\t" $1 "\t" status($2) "\t" bare($2) "\t" $3 "\t" $4 "\t" $5 "\t" $6 "\t" $7 "\t" $8
    }' "$@" 2>/dev/null
  finish $?
}

# Name services, shells, automatic logons, sudo, doas and polkit: one process reads them all.
accounts_files() {
  accounts_named sudo
  N=$ACCOUNTS_NAMED
  accounts_named sudo-folder
  set -- /etc/nsswitch.conf /usr/etc/nsswitch.conf /etc/shells /usr/etc/shells /etc/default/useradd \
    /usr/etc/default/useradd /usr/etc/useradd /etc/gdm/custom.conf /etc/gdm3/custom.conf /etc/gdm3/daemon.conf \
    /etc/lightdm/lightdm.conf /etc/lightdm/lightdm.conf.d/*.conf /usr/share/lightdm/lightdm.conf.d/*.conf \
    /etc/sddm.conf /etc/sddm.conf.d/*.conf /usr/lib/sddm/sddm.conf.d/*.conf /etc/greetd/config.toml \
    /etc/lxdm/lxdm.conf /etc/slim.conf /etc/inittab /etc/sysconfig/displaymanager \
    /etc/systemd/system/getty@*.service /etc/systemd/system/getty@*.service.d/*.conf \
    /etc/systemd/system/serial-getty@*.service /etc/systemd/system/serial-getty@*.service.d/*.conf \
    /etc/systemd/system/console-getty.service.d/*.conf /etc/systemd/system/container-getty@*.service.d/*.conf \
    /run/systemd/system/getty@*.service.d/*.conf /run/systemd/system/serial-getty@*.service.d/*.conf \
    /usr/lib/systemd/system/getty@*.service.d/*.conf /usr/lib/systemd/system/serial-getty@*.service.d/*.conf \
    /etc/sudoers /etc/sudoers-rs /usr/etc/sudoers /etc/doas.conf /usr/local/etc/doas.conf /etc/doas.d/*.conf \
    /etc/polkit-1/rules.d/*.rules /usr/share/polkit-1/rules.d/*.rules /usr/local/share/polkit-1/rules.d/*.rules \
    /etc/polkit-1/localauthority.conf.d/*.conf
  OLD=$IFS; IFS=$NL
  for F in $N; do set -- "$@" "$F"; done
  N=
  for D in /etc/sudoers.d $ACCOUNTS_NAMED; do
    case $NL$N in *"$NL$D$NL"*) continue ;; esac
    N=$N$D$NL
    for F in "${D%/}"/*; do set -- "$@" "$F"; done
  done
  IFS=$OLD
  files account-files "$@"
  begin account-homed
  for F in /var/lib/systemd/home/*.identity /etc/userdb/*.user /run/userdb/*.user /usr/lib/userdb/*.user; do
    [ -e "$F" ] && printf '%s\n' "$F"
  done
  if [ -d /var/lib/systemd/home ] && [ ! -r /var/lib/systemd/home ]; then printf 'denied\n'; fi
  finish 0
}

accounts_last_used() {
  if have lastlog2; then run last-logins 10 lastlog2
  elif have lastlog && [ -e /var/log/lastlog ]; then run last-logins 10 lastlog
  else skip last-logins command; fi
}

# Public keys: "k" account path line type key comment options(yes/no). Homes on the network are left out.
accounts_keys() {
  if [ ! -r /etc/passwd ]; then skip authorized-keys root; return; fi
  begin authorized-keys
  NETWORK=
  while read -r _ M T _; do
    case $T in autofs|nfs|nfs4|cifs|smb3|fuse.sshfs|afs|ceph|glusterfs|fuse.glusterfs) NETWORK="$NETWORK $M" ;; esac
  done </proc/mounts 2>/dev/null
  case $ACCOUNTS_REFERENCES in *keys-command*) printf 'command\n' ;; esac
  accounts_named keys
  PATTERNS=${ACCOUNTS_NAMED:-.ssh/authorized_keys$NL.ssh/authorized_keys2$NL}
  set --
  SEEN=$NL
  while IFS=: read -r A _ _ _ _ H _; do
    case $A in ''|[+-]*) continue ;; esac
    case $H in /*) ;; *) H=/nonexistent ;; esac
    OLD=$IFS; IFS=$NL
    for F in $PATTERNS; do
      case $F in none) printf 'absent\t%s\n' "$A"; continue ;; esac
      while :; do case $F in *%h*) F=${F%%%h*}$H${F#*%h} ;; *) break ;; esac; done
      while :; do case $F in *%u*) F=${F%%%u*}$A${F#*%u} ;; *) break ;; esac; done
      case $F in /*) ;; *) F=${H%/}/$F ;; esac
      IFS=' '
      FAR=
      for M in $NETWORK; do case $F in "$M"/*|"$M") FAR=yes ;; esac; done
      IFS=$NL
      if [ -n "$FAR" ]; then printf 'network\t%s\t%s\n' "$A" "$F"; continue; fi
      state "$F"
      case $STATE in
        readable)
          printf 'file\t%s\t%s\n' "$A" "$F"
          case $SEEN in *"$NL$F$NL"*) ;; *) SEEN=$SEEN$F$NL; set -- "$@" "$F" ;; esac ;;
        absent) printf 'absent\t%s\n' "$A" ;;
        *) printf '%s\t%s\t%s\n' "$STATE" "$A" "$F" ;;
      esac
    done
    IFS=$OLD
  done </etc/passwd
  if [ $# -gt 0 ]; then
    # shellcheck disable=SC2016
    limited 10 awk 'BEGIN {
      for (i = 1; i < ARGC; i++) {
        f = ARGV[i]; n = 0
        while ((r = (getline line < f)) > 0) {
          if (++n > 5000) { print "cut\t" f; break }
          sub(/\r$/, "", line); sub(/^[ \t]+/, "", line); gsub(/\t/, " ", line)
          if (line == "" || line ~ /^#/) continue
          rest = " " line
          # the type is the first word of a known form outside of the quotes of the options
          gsub(/\\"/, "", rest); gsub(/"[^"]*"/, "\"\"", rest)
          if (!match(rest, /[ ](ssh-[a-z0-9@.-]+|ecdsa-[a-z0-9@.-]+|sk-[a-z0-9@.-]+)[ ]+[A-Za-z0-9+\/=]+/)) { print "malformed\t" f "\t" n; continue }
          options = RSTART > 1 ? "yes" : "no"
          key = substr(rest, RSTART + 1, RLENGTH - 1)
          comment = substr(rest, RSTART + RLENGTH)
          sub(/^ +/, "", comment)
          type = key; sub(/ .*/, "", type); sub(/^[^ ]* +/, "", key)
          expiry = ""
          if (options == "yes" && match(line, /expiry-time="[0-9]+Z?"/)) expiry = substr(line, RSTART + 13, RLENGTH - 14)
          print "k\t" f "\t" n "\t" type "\t" key "\t" options "\t" expiry "\t" comment
        }
        close(f)
        if (r < 0) print "error\t" f
      }
    }' "$@" 2>/dev/null
    finish $?
  else
    finish 0
  fi
}
