
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
  collect_system
  collect_software
  collect_accounts
  collect_access
  collect_logging
  postlude
}

main "$@" </dev/null
