collect_system() {
  :
}
