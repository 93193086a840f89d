collect_access() {
  :
}
