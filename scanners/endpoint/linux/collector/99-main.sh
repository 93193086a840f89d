
main() {
  DEEP=no SIMULATE=no
  for OPTION; do
    case $OPTION in
      --deep) DEEP=yes ;;
      --simulate-upgrade) SIMULATE=yes ;;
      *) printf 'collect.sh: unknown option %s (known: --deep, --simulate-upgrade)\n' "$OPTION" >&2; exit 10 ;;
    esac
  done
  prelude
  for PART in system software accounts access logging; do
    # no part may see what another left behind
    IFS=" $TAB$NL"
    FILES_CLEAN=$FILES_PLAIN
    "collect_$PART"
  done
  postlude
}

main "$@" </dev/null; exit
