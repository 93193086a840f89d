# Accounts, groups, sudo, PAM and keys. Password hashes are reduced to a state and an algorithm here.

# Of sudoers, doas.conf, polkit rules and the configuration of logon screens what the interpreter reads leaves the
# target: no comments, no arguments of commands but harmless ones, no values of Defaults but times.
# shellcheck disable=SC2016
ACCOUNTS_CLEAN="$FILES_TOOLS"'
function argument(w) {
  if (w == "\"\"" || w == "*" || safepath(w)) return w
  if (w ~ /^-[A-Za-z]$/ || (w ~ /^--[A-Za-z][A-Za-z-]*$/ && length(w) < 30)) return w
  if (w ~ /^(start|stop|restart|reload|status|enable|disable|upgrade|update|install|remove|show|list|try-restart|reload-or-restart|is-active|daemon-reload|root|[a-z0-9@_-]+\.(service|socket|timer|target))$/) return w
  return "***"
}
# sudoers(5), letter by letter. MODE (where the text stands) goes on after a line that ends with a backslash.
function word() {
  if (W == "") return
  if (MODE == "arguments") OUT = OUT argument(W)
  else if (MODE == "commands") {
    if (W ~ /^!+$/ || W ~ /^(NO)?(PASSWD|EXEC|SETENV|LOG_INPUT|LOG_OUTPUT|FOLLOW|MAIL|INTERCEPT)$/ || W ~ /^sha[0-9]+:[A-Za-z0-9+\/=]*$/) OUT = OUT W
    else if (W ~ /^(ROLE|TYPE|APPARMOR_PROFILE|PRIVS|LIMITPRIVS|NOTBEFORE|NOTAFTER|TIMEOUT|CWD|CHROOT)=/) OUT = OUT (W ~ /^[A-Z_]+=[A-Za-z0-9_.\/*~+-]*$/ ? W : substr(W, 1, index(W, "=")) "***")
    else {
      OUT = OUT (W ~ /^!*(\^?\/|[A-Z][A-Z0-9_]*$|sudoedit$|list$)/ ? W : "***")
      MODE = "arguments"
    }
  }
  else if (MODE == "name") {
    NAME = W; sub(/[+-]$/, "", NAME); sub(/^!+/, "", NAME)
    OUT = OUT (W ~ /^!*[a-z_0-9]*[+-]?$/ && !NAMED ? W : "***")
    if (W !~ /^!+$/) NAMED = 1
  }
  else OUT = OUT W
  W = ""
}
function sudoers(l,    t, i, c, two, size, next_, more) {
  if (n <= 1) { MODE = ""; QUOTED = 0 }
  sub(/\r$/, "", l)
  OUT = ""; W = ""
  if (MODE == "") {
    t = l; sub(/^[ \t]+/, "", t)
    if (t == "") return ""
    if (t ~ /^[#@]include(dir)?[ \t]/) {
      if (match(t, /^[#@]include(dir)?[ \t]+("[^"]*"|([^ \t\\]|\\.)+)/)) return substr(t, 1, RLENGTH)
      return ""
    }
    if (t ~ /^#/ && t !~ /^#-?[0-9]/) return ""
    QUOTED = 0
    if (t ~ /^Defaults([@:!>]|[ \t]|$)/) { MODE = "binding"; OUT = "Defaults"; l = substr(t, 9); if (l !~ /^[@:!>]/) { MODE = "name"; NAMED = 0 } }
    else if (t ~ /^(User|Runas|Host)_Alias[ \t]/) MODE = "names"
    else if (t ~ /^(Cmnd|Cmd)_Alias[ \t]/) MODE = "head"
    else if (t !~ /[=\\]/) { match(t, /^[^ \t]+/); return (t ~ /^#-?[0-9]+[^0-9 \t,:]/ ? "#***" : substr(t, 1, RLENGTH)) " ***" }
    else MODE = "head"
  }
  more = 0
  size = length(l)
  for (i = 1; i <= size; i++) {
    c = substr(l, i, 1); next_ = substr(l, i + 1, 1); two = c next_
    if (c == "\\" && i == size) { more = 1; break }
    if (c == "\\") {
      if (MODE != "value") { if (MODE == "runas") OUT = OUT two; else W = W two }
      i++; continue
    }
    if (MODE == "value") {
      if (c == "\"") QUOTED = !QUOTED
      else if (!QUOTED && c == ",") { OUT = OUT ","; MODE = "name"; NAMED = 0 }
      else if (!QUOTED && c == "#") break
      else if (NAME == "timestamp_timeout" && c ~ /[0-9.-]/) OUT = OUT c
      continue
    }
    if (c == "\"" && MODE ~ /^(head|names|binding|name)$/) { QUOTED = !QUOTED; W = W c; continue }
    if (QUOTED) { W = W c; continue }
    if (c == "#" && (MODE == "arguments" ? next_ !~ /[0-9]/ : (next_ !~ /[0-9-]/ && substr(l, i - 1, 1) != "%"))) break
    if (MODE == "runas") { OUT = OUT c; if (c == ")") MODE = "commands"; continue }
    if (c == " " || c == "\t") {
      word(); OUT = OUT c
      if (MODE == "binding" && OUT ~ /[^@:!> \t][ \t]$/ && OUT !~ /^Defaults[ \t]$/) { MODE = "name"; NAMED = 0 }
      continue
    }
    if (MODE == "name") {
      if (c == "=") { word(); OUT = OUT (NAME == "timestamp_timeout" ? "=" : "=***"); MODE = "value" }
      else if (c == ",") { word(); OUT = OUT c; NAMED = 0 }
      else W = W c
      continue
    }
    if (MODE == "head" && c == "=") { word(); OUT = OUT c; MODE = "commands"; continue }
    if (MODE == "commands" && c == "(" && W == "") { OUT = OUT c; MODE = "runas"; continue }
    if ((MODE == "commands" || MODE == "arguments") && c == ",") { word(); OUT = OUT c; MODE = "commands"; continue }
    if (MODE == "commands" && c == ":") {
      if (W ~ /^sha[0-9]+$/) { W = W c; continue }
      if (W == "" || W ~ /^(NO)?(PASSWD|EXEC|SETENV|LOG_INPUT|LOG_OUTPUT|FOLLOW|MAIL|INTERCEPT)$/) { word(); OUT = OUT c; continue }
    }
    if ((MODE == "commands" || MODE == "arguments") && c == ":" && substr(l, i + 1) ~ /^[A-Za-z0-9_.!*+, \t-]+=[ \t]*(\(|!|\/|[A-Z])/) {
      word(); OUT = OUT c; MODE = "head"; continue
    }
    W = W c
  }
  word()
  if (MODE == "value" && !more) QUOTED = 0
  if (more) return OUT "\\"
  MODE = ""; QUOTED = 0
  return OUT
}
# doas.conf(5)
function doas(l,    t, k, X, i, at, out, w, more) {
  if (n <= 1) { JOINED = 0; BRACED = 0 }
  t = l; sub(/#.*/, "", t); sub(/^[ \t]+/, "", t); sub(/[ \t\r]+$/, "", t)
  more = (t ~ /\\$/) ? "\\" : ""
  if (BRACED) { if (t ~ /\}/) BRACED = 0; return "***" }
  if (JOINED) { JOINED = more != ""; return "***" more }
  JOINED = more != ""
  if (t == "") return ""
  if (t !~ /^(permit|deny)[ \t]/) return "***" more
  gsub(/\{[^}]*\}/, " { } ", t)
  if (t ~ /\{[^}]*$/ && t !~ /\{ \}[^{]*$/) { BRACED = 1; sub(/\{[^{}]*$/, "{ ***", t) }
  k = split(t, X, /[ \t]+/); out = X[1]; at = "options"
  for (i = 2; i <= k; i++) {
    w = X[i]
    if (w == "") continue
    if (at == "options" && w ~ /^(nopass|nolog|persist|keepenv|setenv|\{|\}|\*\*\*)$/) out = out " " w
    else if (at == "options") { out = out " " (w ~ /^[A-Za-z0-9_.:$@+-]+$/ ? w : "***"); at = "identity" }
    else if (at == "identity" && w ~ /^(as|cmd)$/) { out = out " " w; at = w }
    else if (at == "as") { out = out " " (w ~ /^[A-Za-z0-9_.$-]+$/ ? w : "***"); at = "identity" }
    else if (at == "cmd") { out = out " " (w ~ /^[A-Za-z0-9_.\/+-]+$/ ? w : "***"); at = "command" }
    else if (at == "command" && w == "args") { out = out " " w; at = "args" }
    else if (at == "args") out = out " " argument(w)
    else out = out " ***"
  }
  return out
}
# rules of polkit are programs: only the names of administrators
function polkit(l,    out) {
  if (l ~ /^[ \t]*\/\//) return ""
  out = ""
  while (match(l, /addAdminRule|["\047]unix-(group|user):[A-Za-z0-9_.$@\\ -]+["\047]|\}\);/)) {
    out = out substr(l, RSTART, RLENGTH) " "
    l = substr(l, RSTART + RLENGTH)
  }
  return out
}
function terminal(l,    head) {
  # how a terminal logs somebody on; the name stays
  if (l ~ /--autologin|[ \t]-a[ =]?[^ \t]/) return " --autologin ***"
  return l ~ /login[ \t]+-f/ ? " login -f ***" : (l ~ /[^ \t]/ ? " ***" : "")
}
function clean(l,    at) {
  if (f ~ /\/nsswitch\.conf$/) { l = bare(l, "#"); return l ~ /^[ \t]*[a-z_]+[ \t]*:[]A-Za-z0-9_=![ \t.-]*#?[ \t\r]*$/ ? l : (l ~ /[^ \t#]/ ? "***" : "") }
  if (f ~ /\/shells$/) { l = bare(l, "#"); return l ~ /^[ \t]*\// ? l : "" }
  if (f ~ /\/useradd$/) return keyed(l, " group home inactive expire shell skel ")
  if (f ~ /\/gdm3?\//) return keyed(l, " automaticlogin timedlogin ")
  if (f ~ /\/lightdm/) return keyed(l, " autologin-user autologin-session user-session greeter-session ")
  if (f ~ /\/sddm/) return keyed(l, " user session ")
  if (f ~ /\/greetd\//) return keyed(l, " user ")
  if (f ~ /\/lxdm\//) return keyed(l, " autologin ")
  if (f ~ /\/displaymanager$/) return keyed(l, " displaymanager displaymanager_autologin ")
  if (f ~ /\/slim\.conf$/) return l ~ /^[ \t]*(auto_login|default_user|focus_password)[ \t]+[A-Za-z0-9_-]+[ \t]*$/ ? l : ""
  if (f ~ /getty[^\/]*\.service/) {
    if (l ~ /^[ \t]*\[/) return keyed(l, " ")
    return l ~ /^[ \t]*ExecStart[ \t]*=/ ? "ExecStart=" terminal(substr(l, index(l, "=") + 1)) : ""
  }
  if (f ~ /\/inittab$/) {
    if (l ~ /^[ \t]*(#|$)/) return ""
    match(l, /^[^:]*:[^:]*:[^:]*:/)
    at = RLENGTH
    return (at > 0 ? substr(l, 1, at) : "") terminal(" " substr(l, at > 0 ? at + 1 : 1))
  }
  if (f ~ /\.rules$/ && f ~ /\/polkit-1\//) return polkit(l)
  if (f ~ /\/localauthority/) return keyed(l, " adminidentities ")
  if (f ~ /\/doas(\.conf$|\.d\/)/) return doas(l)
  return sudoers(l)
}
'

# Of PAM: which module stands where, and arguments of modules that have no secrets among them. Of the settings of
# the modules: values of one plain word.
# shellcheck disable=SC2016
PAM_CLEAN="$FILES_TOOLS"'
function secretly(name) { return tolower(name) ~ /pass(word|wd|phrase)?$|pwd|secret|bindpw|^pw$|key$|token|badwords|credential/ }
function argument(w,    name, value, trusted) {
  trusted = MODULE ~ /^pam_(unix|unix2|tcb|pwquality|cracklib|passwdqc|pwhistory|faillock|tally|tally2|succeed_if|wheel|access|listfile|localuser|usertype|permit|deny|rootok|sss|u2f|google_authenticator|oath|fprintd|systemd|systemd_home|limits|env|selinux|loginuid|nologin|securetty|shells|lastlog|lastlog2|umask|time|group|motd|mail|keyinit|namespace|faildelay|gnome_keyring|kwallet|kwallet5|cap|xauth|tty_audit|timestamp|sepermit|ecryptfs|winbind|krb5|ldap|pkcs11|p11)$/
  if (w ~ /^[A-Za-z0-9_.-]+=/) {
    name = w; sub(/=.*/, "", name)
    value = substr(w, length(name) + 2)
    if (plain(value)) return w
    if (secretly(name)) return name "=removed"
    if (safepath(value) || (trusted && value ~ /^[A-Za-z0-9_.:,+-]+$/)) return w
    return name "=removed"
  }
  if (trusted && w ~ /^[A-Za-z0-9_.:<>!=,*@+-]+$/) return w
  if (w ~ /^(nullok|nullok_secure|nouserok|debug|quiet|silent|audit|use_authtok|use_first_pass|try_first_pass|forward_pass|expose_authtok|stdout|seteuid|require_cert_auth|allow_missing_name|preauth|authfail|authsucc|even_deny_root|use_uid|root_only)$/) return w
  return safepath(w) ? w : "***"
}
function service(l,    c, mark, more, k, X, i, w, out) {
  if (n <= 1) PLACE = 0
  sub(/\r$/, "", l)
  mark = ""
  c = index(l, "#")
  if (c) { l = substr(l, 1, c - 1); mark = "#" }
  more = (!c && l ~ /\\[ \t]*$/)
  if (more) sub(/\\[ \t]*$/, "", l)
  k = split(l, X, /[ \t]+/); out = ""
  for (i = 1; i <= k; i++) {
    w = X[i]
    if (w == "") continue
    if (PLACE == 0) {
      BRACKET = 0
      PLACE = 1
      if (f ~ /\/pam\.conf$/) { out = out (w ~ /^[A-Za-z0-9_.@-]+$/ ? w : "***"); continue }
    }
    if (out != "") out = out " "
    if (PLACE == 1) {
      if (w == "@include") PLACE = 5
      else if (tolower(w) ~ /^-?(auth|account|password|session)$/) PLACE = 2
      else { w = "***"; PLACE = 6 }
    } else if (PLACE == 2) {
      if (BRACKET || w ~ /^\[/) {
        BRACKET = (w !~ /\]$/)
        if (!BRACKET) PLACE = 3
        if (w !~ /^\[?[a-z0-9_=]*\]?$/) w = "?"
      } else {
        PLACE = (w ~ /^(include|substack)$/) ? 5 : 3
        if (tolower(w) !~ /^(required|requisite|sufficient|optional|include|substack)$/) w = "***"
      }
    } else if (PLACE == 3) {
      MODULE = w; sub(/^.*\//, "", MODULE); sub(/\.so[.0-9]*$/, "", MODULE)
      if (w !~ /^[A-Za-z0-9_.\/${}-]+$/) w = "***"
      PLACE = 4
    } else if (PLACE == 4) {
      if (BRACKET) { if (w ~ /\]$/) BRACKET = 0; sub(/ $/, "", out); continue }
      if (w ~ /^\[/) { BRACKET = (w !~ /\]$/); w = "***" }
      else w = argument(w)
    } else if (PLACE == 5) {
      if (w !~ /^[A-Za-z0-9_.\/@-]+$/) w = "***"
      PLACE = 6
    } else w = "***"
    out = out w
  }
  if (more) return out " \\"
  PLACE = 0
  return out (mark != "" && out != "" ? " " : "") mark
}
function setting(l,    name, value) {
  l = bare(l, "#"); sub(/#$/, "", l)
  if (!match(l, /^[ \t]*[A-Za-z_][A-Za-z0-9_.-]*/)) return ""
  name = substr(l, 1, RLENGTH); value = substr(l, RLENGTH + 1)
  sub(/^[ \t]+/, "", name); sub(/^[ \t]*=?[ \t]*/, "", value)
  if (value == "" || plain(value)) return l
  if (secretly(name)) return name " = ***"
  return value ~ /^["\047]?[A-Za-z0-9_.,:\/+-]+["\047]?[ \t\r]*$/ ? l : name " = ***"
}
function clean(l) {
  if (f ~ /\/pam\.(d\/|conf$)/ || l ~ /^[ \t]*-?(auth|account|password|session)[ \t]/) return service(l)
  if (f ~ /^(\/usr)?\/etc\/(security\/|login\.defs|passwdqc\.conf$)/) return setting(l)
  # a file that the configuration names: a service file, or settings of a module
  return PLACE > 0 ? service(l) : setting(l)
}
'

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
      # other modules keep passwords in files that they name so
      known = /pam_(faillock|passwdqc|pwquality|pwhistory)\.so/
      for (i = 1; i <= NF; i++) {
        if ($i ~ /^(conf|config)=\//) { if (known) { sub(/^[a-z]*=/, "", $i); print "settings " $i } }
        else if ($i ~ /^\/.*\.so[.0-9]*$/) print "module " $i
        else if ($i ~ /^(include|substack|@include)$/ && $(i + 1) ~ /^\//) print "pam " $(i + 1)
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
  IFS=$OLD
  FILES_CLEAN=$PAM_CLEAN
  files pam-files "$@"
  FILES_CLEAN=$FILES_PLAIN
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
  FILES_CLEAN=$ACCOUNTS_CLEAN
  files account-files "$@"
  FILES_CLEAN=$FILES_PLAIN
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
          # who holds the key, without what may be written after it
          comment = substr(rest, RSTART + RLENGTH)
          sub(/^ +/, "", comment); sub(/ .*/, "", comment)
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
