# seisa collector for Linux. Reads only: it writes no file, changes no setting, sends nothing.
# Run by hand:  sh collect.sh > THIS-HOST.evidence      (as root for a complete answer)
# Options: --deep (walk the whole file system), --simulate-upgrade (ask the package manager)
# Everything stands in functions, so that the whole script is read before any of it runs: it can
# come over standard input.

PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin
export PATH
LC_ALL=C LANG=C LANGUAGE= TZ=UTC0 COLUMNS=500 PAGER=cat SYSTEMD_PAGER=cat SYSTEMD_COLORS=0 NO_COLOR=1
export LC_ALL LANG LANGUAGE TZ COLUMNS PAGER SYSTEMD_PAGER SYSTEMD_COLORS NO_COLOR
unset CDPATH ENV BASH_ENV GREP_OPTIONS GREP_COLORS POSIXLY_CORRECT 2>/dev/null
# coreutils: how names are quoted, times and sizes written
unset QUOTING_STYLE TIME_STYLE LS_COLORS BLOCK_SIZE BLOCKSIZE LS_BLOCK_SIZE DF_BLOCK_SIZE DU_BLOCK_SIZE 2>/dev/null
# rpm: where its macros lie
unset RPM_CONFIGDIR XDG_CONFIG_HOME 2>/dev/null
TAB='	'
NL='
'
IFS=" $TAB$NL"

# begin ID: opens a section. finish CODE: closes it. skip ID WHY: says why there is none.
# The line break before each mark ends a last line that has none; the reader takes exactly one away.
begin() { S=$1; COUNT=$((COUNT + 1)); printf '\n#%s > %s\n' "$NONCE" "$S"; }
finish() { printf '\n#%s < %s %s\n' "$NONCE" "$S" "$1"; }
skip() { COUNT=$((COUNT + 1)); printf '\n#%s > %s\n\n#%s < %s - %s\n' "$NONCE" "$1" "$NONCE" "$1" "$2"; }

have() { command -v "$1" >/dev/null 2>&1; }

# limited SECONDS COMMAND...: standard output and exit code of the command; 124 or 137 when time ran out.
limited() {
  L=$1; shift
  case $TIMEOUT in
    coreutils) timeout -k 2 "$L" "$@" </dev/null ;;
    short) timeout "$L" "$@" </dev/null ;;
    *)
      "$@" </dev/null & P=$!
      ( sleep "$L"; kill -9 "$P" ) >/dev/null 2>&1 & W=$!
      wait "$P" 2>/dev/null; R=$?
      kill "$W" 2>/dev/null
      return "$R" ;;
  esac
}

# run ID SECONDS COMMAND...: a section with the command's standard output; errors are dropped.
# run_all: the same with its error output after it.
run() {
  I=$1; T=$2; shift 2
  if have "$1"; then begin "$I"; limited "$T" "$@" 2>/dev/null; finish $?; else skip "$I" command; fi
}
run_all() {
  I=$1; T=$2; shift 2
  if have "$1"; then begin "$I"; limited "$T" "$@" 2>&1; finish $?; else skip "$I" command; fi
}

# state PATH: absent / denied / refused / readable, without starting a process. A path below a folder
# that can't be searched is denied, never absent.
state() {
  case $1 in *"$NL"*) STATE=refused; return ;; esac
  if [ -e "$1" ]; then
    if [ ! -f "$1" ]; then STATE=refused
    elif [ -r "$1" ]; then STATE=readable
    else STATE=denied; fi
    return
  fi
  if [ -L "$1" ]; then
    # a link to nothing, or into a folder that can't be searched
    if [ "$ROOT" = 1 ]; then STATE=absent; else STATE=denied; fi
    return
  fi
  D=$1
  while :; do
    D=${D%/*}
    [ -n "$D" ] || D=/
    if [ -d "$D" ]; then
      if [ -x "$D" ]; then STATE=absent; else STATE=denied; fi
      return
    fi
    [ "$D" = / ] && { STATE=absent; return; }
  done
}

# files ID PATH...: a section with the text of each file, all read by one process. Marks:
#   @absent P  @denied P  @refused P      no text
#   @file P, then |LINE for each line, then @end / @cut (over the limit) / @error
# A pattern that matched nothing stays as written: it is reported as absent (or denied, when its
# folder can't be listed).
files() {
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
  if [ $# -gt 0 ]; then
    limited "$FILES_LIMIT" awk "$FILES_CLEAN"'BEGIN {
      for (i = 1; i < ARGC; i++) {
        f = ARGV[i]; n = 0; size = 0; cut = 0
        print "@file " f
        while ((r = (getline line < f)) > 0) {
          size += length(line) + 1
          if (++n > 50000 || size > 4194304) { cut = 1; break }
          print "|" clean(line)
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
FILES_LIMIT=20
# FILES_CLEAN: awk functions, of which clean(line) takes secrets out of a line (the file's name is in f, the line's
# number in n). Comments are free text and stay on the target; the numbers of lines stay. Set it back after use.
# shellcheck disable=SC2016
FILES_PLAIN='function clean(l) { return l ~ /^[ \t]*#/ ? "" : l }
'
FILES_CLEAN=$FILES_PLAIN

# Functions that several cleaners use:
# address(s)     without names and passwords of addresses, queries, and words of a path that look like tokens
# plain(v)       whether a value is a number, a switch or a word for "nothing"
# safepath(w)    whether a word is an absolute path without odd characters
# bare(s, mark)  s up to a comment that mark begins, with the mark alone in its place
# keyed(l, keys) of an INI file: sections, the values of the keys in the list, and plain ones
# shellcheck disable=SC2016,SC2034
FILES_TOOLS='
function address(s,    part, i, k, w) {
  gsub(/:\/\/[^\/ \t"\047]*@/, "://", s)
  gsub(/:\/\/[^\/ \t"\047]*:[^\/ \t"\047]*[^0-9\/ \t"\047][^ \t"\047]*@/, "://", s)
  gsub(/[^ \t"\047=,;\/@:]+:[^ \t"\047,;@]*@/, "", s)
  if (s !~ /:\/\//) return s
  gsub(/\?[^ \t"\047]+/, "?***", s)
  k = split(s, part, "/"); s = part[1]
  for (i = 2; i <= k; i++) {
    w = part[i]
    if (match(w, /^[A-Za-z0-9_]+/) && RLENGTH > 31 && w ~ /[0-9]/ && w ~ /[A-Za-z]/) w = "***" substr(w, RLENGTH + 1)
    s = s "/" w
  }
  return s
}
function plain(v) { return v ~ /^["\047]?([Yy]es|[Nn]o|YES|NO|[Tt]rue|[Ff]alse|TRUE|FALSE|[Oo]n|[Oo]ff|[Nn]one|[Nn]ever|-?[0-9.]+ ?[a-zA-Z%]?[a-zA-Z]?)["\047]?[ \t\r]*$/ }
function safepath(w) { return w ~ /^\/[A-Za-z0-9_.\/+*%:@-]*$/ && length(w) < 160 }
function bare(s, mark,    i) {
  i = index(s, mark)
  return i ? substr(s, 1, i - 1) mark : s
}
function keyed(l, keys,    k, v) {
  if (l ~ /^[ \t]*\[/) { sub(/\][^]]*$/, "]", l); return address(l) }
  if (l ~ /^[ \t]*([#;]|$)/ || l !~ /^[ \t]*[A-Za-z_][^=]*=/) return ""
  k = l; sub(/^[ \t]*/, "", k); sub(/[ \t]*=.*/, "", k)
  v = l; sub(/^[^=]*=[ \t]*/, "", v)
  if (index(keys, " " tolower(k) " ")) { sub(/[ \t]#.*/, "", l); return address(l) }
  return plain(v) && tolower(k) !~ /pass|secret|token|pwd|pin$/ ? l : k "=***"
}
'

# link ID PATH...: where symbolic links lead, one process.
links() {
  begin "$1"; shift
  for F; do
    if [ -L "$F" ]; then set -- "$@" "$F"; fi
    shift
  done
  if [ $# -gt 0 ]; then
    for F; do printf '%s\t%s\n' "$F" "$(readlink -f "$F" 2>/dev/null)"; done
  fi
  finish 0
}

# where the rpm database lies, in RPM_DB: rpm's own default may be another place
rpm_database() {
  for RPM_DB in /var/lib/rpm /usr/lib/sysimage/rpm; do
    if [ -e "$RPM_DB/rpmdb.sqlite" ] || [ -e "$RPM_DB/Packages" ] || [ -e "$RPM_DB/Packages.db" ]; then return 0; fi
  done
  return 1
}

prelude() {
  read -r NONCE </proc/sys/kernel/random/uuid 2>/dev/null || NONCE=$$-$(date +%s)
  COUNT=0
  printf '#seisa-evidence 1 endpoint/linux %s\n' "$NONCE"
  MY_UID=$(id -u 2>/dev/null)
  if [ "$MY_UID" = 0 ]; then ROOT=1; else ROOT=0; fi
  renice -n 19 -p $$ >/dev/null 2>&1
  ionice -c 3 -p $$ >/dev/null 2>&1
  ulimit -c 0 2>/dev/null
  if timeout -k 2 5 true >/dev/null 2>&1; then TIMEOUT=coreutils
  elif timeout 5 true >/dev/null 2>&1; then TIMEOUT=short
  else TIMEOUT=none; fi
  begin collector
  printf 'version=%s\nuid=%s\ntimeout=%s\ndeep=%s\nsimulate-upgrade=%s\n' "$COLLECTOR" "$MY_UID" "$TIMEOUT" "$DEEP" "$SIMULATE"
  printf 'observed-at=%s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ 2>/dev/null)"
  finish 0
}

postlude() { printf '\n#%s end %s\n' "$NONCE" "$COUNT"; }
