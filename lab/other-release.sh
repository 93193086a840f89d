#!/bin/sh
# Makes the file system of another Debian release than this machine's, for the lab's hosts: below
# /var/cache/seisa-lab, once. Root and debootstrap. Nothing in it is started here.
set -eu
[ "$(id -u)" = 0 ] || { echo 'other-release.sh needs root (debootstrap).' >&2; exit 10; }

release=trixie
! grep -q '^VERSION_CODENAME=trixie' /etc/os-release || release=bookworm
folder=/var/cache/seisa-lab/$release
[ ! -x "$folder/usr/sbin/sshd" ] || exit 0

# the mirror that this machine's packages come from, where that is Debian's
mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Origin: Debian' 'Label: Debian' | head -n 1)
new=$folder.$$
trap 'rm -rf --one-file-system "$new" "$new.log"' EXIT
mkdir -p "${folder%/*}"
debootstrap --variant=minbase --include=openssh-server,procps,iproute2,sudo \
  "$release" "$new" "${mirror:-http://deb.debian.org/debian}" >"$new.log" 2>&1 || { tail -n 20 "$new.log" >&2; exit 1; }
rm -rf "$new"/var/cache/apt/archives/*.deb
# one that was left half made is in the way; one that another run has finished is as good
rm -rf --one-file-system "$folder"
mv "$new" "$folder"
