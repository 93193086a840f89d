# Logs and audit. Configuration is reduced here: comments, scripts, and every value that isn't needed
# (passwords, tokens in templates, URL user names) stay on the target. Line numbers are kept.

# logging_files ID PATH...: as `files`, with each line reduced by what kind of file it stands in.
logging_files() {
  begin "$1"; shift
  N=$#
  while [ "$N" -gt 0 ]; do
    F=$1; shift; N=$((N - 1))
    case $F in
      *'*'*)
        if [ -d "${F%/*}" ] && [ ! -r "${F%/*}" ]; then
          printf '@denied %s\n' "$F"; continue
        fi ;;
    esac
    state "$F"
    case $STATE in
      readable) set -- "$@" "$F" ;;
      refused) case $F in *"$NL"*) printf '@refused (name with a line break)\n' ;; *) printf '@refused %s\n' "$F" ;; esac ;;
      *) printf '@%s %s\n' "$STATE" "$F" ;;
    esac
  done
  if [ $# -eq 0 ]; then finish 0; return; fi
  # shellcheck disable=SC2016
  limited "$FILES_LIMIT" awk "$FILES_TOOLS"'
    function kind_of(f) {
      if (f ~ /\/etc\/logrotate\./) return "logrotate"
      if (f ~ /\/(etc|run)\/rsyslog/) return "rsyslog"
      if (f ~ /\/etc\/syslog-ng\//) return "syslog-ng"
      if (f ~ /\/etc\/squid\//) return "squid"
      if (f ~ /\/conf\.d\/|\/default\//) return "options"
      if (f ~ /\.service/) return "unit"
      return "plain"
    }
    # Keeps a quoted value only where the text before it says that it is one we read.
    function keeps(before,  name) {
      name = tolower(before)
      sub(/[ \t]+$/, "", name)
      if (kind == "syslog-ng") {
        if (name ~ /(^|[^a-z0-9_-])(network|tcp6?|udp6?|syslog|file|transport|port|ip|host|ts[-_]format|destination)[ \t]*\($/) return 1
        if (name ~ /@include$/) return 1
        return 0
      }
      if (name ~ /(prifilt[ \t]*\(|\$syslogfacility-text[ \t]*==)$/) return 1
      if (name ~ /^\$(includeconfig|defaultnetstreamdriver)/) return 1
      if (name !~ /=$/) return 0
      sub(/[ \t]*=$/, "", name)
      sub(/^.*[^a-z0-9_.]/, "", name)
      if (name ~ /^(type|target|port|protocol|file|dynafile|template|load|name|mode|tls|server|serverport|broker|usehttps|ruleset|dateformat|date\.inutc|option\.dateformat|compatibility)$/) return 1
      if (name ~ /^(streamdriver|streamdrivermode|streamdriver\.name|streamdriver\.mode|defaultnetstreamdriver)$/) return 1
      if (name ~ /^(string|text)$/) return 2
      return 0
    }
    # Of a template only its property replacers (%timereported:::date-rfc3339%).
    function replacers(s,  out, a, b) {
      out = ""
      while ((a = index(s, "%")) > 0) {
        s = substr(s, a + 1)
        b = index(s, "%")
        if (b == 0) break
        out = out "%" substr(s, 1, b - 1) "%"
        s = substr(s, b + 1)
      }
      return out
    }
    function close_string() {
      if (keep == 2) out = out replacers(held)
      else if (keep == 1) out = out held
      held = ""
    }
    # Rsyslog and syslog-ng text: strings by name, no comments. `quote`, `keep`, `held`, `depth` and
    # `comment` carry over lines.
    function tokens(s,  i, c, n, two) {
      out = ""
      n = length(s)
      for (i = 1; i <= n; i++) {
        c = substr(s, i, 1)
        two = substr(s, i, 2)
        if (comment) { if (two == "*/") { comment = 0; i++ } continue }
        if (quote != "") {
          if (c == "\\" && i < n) { held = held two; i++; continue }
          if (c == quote) { close_string(); out = out quote; quote = ""; continue }
          held = held c
          continue
        }
        if (two == "/*" && (i == 1 || substr(s, i - 1, 1) ~ /[ \t;{}()]/)) { comment = 1; i++; continue }
        if (c == "#" && (i == 1 || substr(s, i - 1, 1) ~ /[ \t;{}()]/)) break
        if (c == "\"" || c == "\047") {
          quote = c
          keep = (out ~ /^[ \t]*\$[Tt][Ee][Mm][Pp][Ll][Aa][Tt][Ee]/) ? 2 : keeps(tail out)
          out = out c
          continue
        }
        if (c == "(") depth++
        if (c == ")" && depth > 0) depth--
        out = out c
      }
      if (quote != "") {
        close_string()
        # a string over several lines only inside of parentheses; elsewhere it is a stray mark
        if (depth == 0) quote = ""
      }
      tail = (quote == "" && depth > 0) ? substr(out, length(out) > 80 ? length(out) - 79 : 1) " " : ""
      return out
    }
    function directive(s,  name) {
      if (s !~ /^[ \t]*\$/) return s
      name = s
      sub(/^[ \t]*\$/, "", name)
      sub(/[ \t].*$/, "", name)
      if (tolower(name) ~ /^(includeconfig|modload|template|ruleset|defaultruleset|defaultnetstreamdriver|actionsendstreamdriver|actionsendstreamdrivermode|actionfiledefaulttemplate|actionforwarddefaulttemplate|umask|filecreatemode)$/) return s
      return "$" name
    }
    function rsyslog(s) {
      s = directive(tokens(s))
      # :ommysql:server,database,user,password and its like: the server alone
      if (s ~ /:om[a-z0-9]+:[^ \t]*,/) sub(/,.*$/, "", s)
      # bare (unquoted) values of names that speak of a secret
      while (match(s, /[A-Za-z_.]*([Pp][Aa][Ss][Ss]|[Pp][Ww][Dd]|[Ss][Ee][Cc][Rr][Ee][Tt]|[Tt][Oo][Kk][Ee][Nn])[A-Za-z_.]*[ \t]*=[ \t]*[^ \t")]+/))
        s = substr(s, 1, RSTART - 1) "removed" substr(s, RSTART + RLENGTH)
      return s
    }
    function syslog_ng(s) {
      s = tokens(s)
      while (match(s, /[A-Za-z_-]*([Pp]ass|[Pp][Ww][Dd]|[Ss]ecret|[Tt]oken|[Aa]uth|[Hh]eaders|[Uu]ser|[Cc]red|[Kk]ey)[A-Za-z_-]*[ \t]*\([^()]*[^() \t][^()]*\)/))
        s = substr(s, 1, RSTART - 1) "removed()" substr(s, RSTART + RLENGTH)
      return s
    }
    function logrotate(s) {
      if (script) { if (s ~ /^[ \t]*endscript/) { script = 0; return "endscript" } return "" }
      if (s ~ /^[ \t]*#/) return ""
      if (s ~ /^[ \t]*(prerotate|postrotate|firstaction|lastaction|preremove)[ \t]*$/) { script = 1 }
      if (s ~ /^[ \t]*(mail|compresscmd|compressoptions|uncompresscmd|shredcycles)[ \t]/) return ""
      sub(/[ \t]#.*/, "", s)
      return s
    }
    # of a plugin of the audit daemon only the words that syslog knows
    function settings(s,  part, k, i) {
      if (s ~ /^[ \t]*[#;]/) return ""
      if (f ~ /\/etc\/audit\/(audit\.rules|rules\.d\/)/) return s
      sub(/[ \t]#.*/, "", s)
      if (s !~ /^[ \t]*args[ \t]*=/) return s
      k = split(substr(s, index(s, "=") + 1), part, /[ \t]+/)
      s = "args ="
      for (i = 1; i <= k; i++) if (part[i] != "") s = s " " (part[i] ~ /^(LOG_[A-Z0-9]+|\/[A-Za-z0-9_.\/-]*)$/ ? part[i] : "***")
      return s
    }
    function reduce(s) {
      if (kind == "rsyslog") s = rsyslog(s)
      else if (kind == "syslog-ng") s = syslog_ng(s)
      else if (kind == "logrotate") s = logrotate(s)
      else if (kind == "squid") { if (s !~ /^[ \t]*(access_log|logfile_rotate|include)[ \t]/) s = "" }
      else if (kind == "options") { if (!match(s, /^[ \t]*SYSLOGD_OPTS=("[^"]*"|\047[^\047]*\047|[^ \t;]*)/)) s = ""; else s = substr(s, 1, RLENGTH) }
      else if (kind == "unit") { if (s !~ /^[ \t]*(\[|RefuseManualStop)/) s = "" }
      else s = settings(s)
      return s ~ /:\/\// ? address(s) : s
    }
    BEGIN {
      for (i = 1; i < ARGC; i++) {
        f = ARGV[i]; n = 0; size = 0; cut = 0
        kind = kind_of(f); quote = ""; keep = 0; held = ""; depth = 0; comment = 0; script = 0; tail = ""
        print "@file " f
        while ((r = (getline line < f)) > 0) {
          size += length(line) + 1
          if (++n > 20000 || size > 1048576) { cut = 1; break }
          print "|" reduce(line)
        }
        close(f)
        if (r < 0) print "@error"; else if (cut) print "@cut"; else print "@end"
      }
    }' "$@" 2>/dev/null
  finish $?
}

# logging_modes ID PATH...: raw mode (hexadecimal), owner, group, their names, and the path of each file
# or folder (links followed), or @absent / @denied / @refused.
logging_modes() {
  begin "$1"; shift
  N=$#
  while [ "$N" -gt 0 ]; do
    F=$1; shift; N=$((N - 1))
    case $F in *"$NL"*) printf '@refused (name with a line break)\n'; continue ;; esac
    case $F in
      *'*'*)
        if [ -d "${F%/*}" ] && [ ! -r "${F%/*}" ]; then
          printf '@denied %s\n' "$F"; continue
        fi ;;
    esac
    if [ -e "$F" ]; then set -- "$@" "$F"
    else state "$F"; printf '@%s %s\n' "$STATE" "$F"; fi
  done
  if [ $# -gt 0 ] && have stat; then
    limited 10 stat -L -c '%f %u %g %U %G %n' "$@" 2>/dev/null
    finish $?
  elif [ $# -gt 0 ]; then finish 127
  else finish 0; fi
}

collect_logging() {
  if have auditctl && [ "$ROOT" != 1 ]; then
    skip audit-status root
    skip audit-rules root
  else
    run_all audit-status 5 auditctl -s
    run_all audit-rules 5 auditctl -l
  fi

  begin logging-state
  if read -r MACHINE 2>/dev/null </proc/sys/kernel/arch; then :; else MACHINE=$(uname -m 2>/dev/null); fi
  printf 'machine=%s\n' "$MACHINE"
  if [ -d /run/systemd/system ]; then printf 'systemd=yes\n'; else printf 'systemd=no\n'; fi
  finish 0

  logging_files logging-files \
    /etc/audit/auditd.conf /etc/audit/audit.rules /etc/audit/rules.d/*.rules \
    /etc/audit/plugins.d/*.conf /etc/audisp/plugins.d/*.conf \
    /etc/audit/audisp-remote.conf /etc/audisp/audisp-remote.conf \
    /etc/systemd/system/auditd.service /run/systemd/system/auditd.service \
    /usr/lib/systemd/system/auditd.service /lib/systemd/system/auditd.service \
    /etc/systemd/system/auditd.service.d/*.conf /run/systemd/system/auditd.service.d/*.conf \
    /usr/lib/systemd/system/auditd.service.d/*.conf /lib/systemd/system/auditd.service.d/*.conf \
    /etc/systemd/journald.conf /run/systemd/journald.conf /usr/lib/systemd/journald.conf \
    /etc/systemd/journald.conf.d/*.conf /run/systemd/journald.conf.d/*.conf \
    /usr/local/lib/systemd/journald.conf.d/*.conf /usr/lib/systemd/journald.conf.d/*.conf \
    /etc/systemd/journal-upload.conf /etc/systemd/journal-upload.conf.d/*.conf \
    /run/systemd/journal-upload.conf.d/*.conf /usr/lib/systemd/journal-upload.conf.d/*.conf \
    /usr/lib/systemd/journal-upload.conf \
    /etc/rsyslog.conf /etc/rsyslog.d/* /run/rsyslog/* \
    /etc/syslog-ng/syslog-ng.conf /etc/syslog-ng/conf.d/*.conf \
    /etc/logrotate.conf /usr/etc/logrotate.conf /etc/logrotate.d/* /etc/logrotate.d/.[!.]* /usr/etc/logrotate.d/* /usr/etc/logrotate.d/.[!.]* \
    /etc/conf.d/syslog /etc/default/busybox-syslogd \
    /etc/squid/squid.conf /etc/squid/conf.d/*.conf

  logging_modes logging-modes \
    /var/log /var/log/* /var/log/audit /var/log/journal /var/log/audit/* /var/log/journal/* /var/log/journal/*/* \
    /run/log/journal /run/log/journal/* /run/log/journal/*/* \
    /etc/audit /etc/audit/* /etc/audit/rules.d/* /etc/audit/plugins.d/* \
    /etc/rsyslog.conf /etc/rsyslog.d /etc/rsyslog.d/* /etc/syslog-ng /etc/syslog-ng/* /etc/syslog-ng/conf.d/* \
    /etc/systemd/journald.conf /etc/systemd/journald.conf.d /etc/systemd/journald.conf.d/* \
    /etc/logrotate.conf /etc/logrotate.d /etc/logrotate.d/* /etc/conf.d/syslog \
    /usr/sbin/logrotate /usr/bin/logrotate /etc/cron.daily/logrotate /etc/periodic/daily/logrotate \
    /etc/systemd/system/timers.target.wants/logrotate.timer /usr/lib/systemd/system/timers.target.wants/logrotate.timer \
    /etc/gshadow /etc/security/opasswd /etc/sudoers /etc/sudoers.d /etc/localtime \
    /usr/sbin/squid /usr/sbin/squid3 /usr/local/squid/sbin/squid
}
