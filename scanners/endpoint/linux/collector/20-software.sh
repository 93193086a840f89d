collect_software() {
  :
}
