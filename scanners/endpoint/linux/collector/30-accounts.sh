collect_accounts() {
  :
}
