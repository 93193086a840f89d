// What well-known services are for, by unit, script or internet service name.

const names: Readonly<Record<string, string>> = {
  'remote-access':
    'ssh sshd dropbear telnet telnetd in.telnetd rsh rlogin rexec shell login exec rsh-server xrdp xrdp-sesman vncserver x11vnc teamviewerd anydesk cockpit webmin ttyd shellinabox',
  'file-sharing':
    'smb smbd nmb nmbd samba samba-ad-dc winbind nfs-server nfs-kernel-server nfs nfsd nfs-mountd rpc-mountd vsftpd proftpd pure-ftpd ftp ftpd tftp tftpd tftpd-hpa atftpd rsync rsyncd netatalk afpd glusterd',
  mail: 'postfix exim4 exim sendmail opensmtpd dovecot cyrus-imapd courier-imap smtp imap imap2 imaps pop3 pop3s',
  web: 'apache2 httpd nginx lighttpd caddy tomcat tomcat9 tomcat10 haproxy varnish squid php-fpm uwsgi gunicorn',
  database:
    'postgresql mysql mysqld mariadb mongod mongodb redis redis-server valkey memcached oracle influxdb elasticsearch opensearch cassandra couchdb',
  directory:
    'slapd openldap dirsrv sssd named bind9 bind unbound dnsmasq krb5-kdc krb5kdc krb5-admin-server ypserv ypbind ipa nscd pdns kadmin',
  voip: 'asterisk kamailio opensips freeswitch ser yate',
  vpn: 'openvpn openvpn-server strongswan strongswan-starter ipsec libreswan wg-quick xl2tpd pptpd ocserv tailscaled zerotier-one softether-vpnserver',
  virtualisation:
    'libvirtd virtqemud virtlogd docker containerd podman crio kubelet k3s lxd lxc vmtoolsd open-vm-tools qemu-guest-agent vboxadd hyperv-daemons',
  time: 'chrony chronyd ntp ntpd ntpsec systemd-timesyncd openntpd time daytime',
  logging:
    'rsyslog syslog-ng syslog auditd systemd-journald systemd-journal-remote systemd-journal-upload fluent-bit fluentd td-agent filebeat',
  'malware-protection':
    'clamav-daemon clamd clamd@scan clamav-freshclam freshclam clamav-clamonacc clamonacc mdatp falcon-sensor sentinelone ds_agent sav-protect sophos-spl eraagent efs traps_pmd bdsec mfetpd fapolicyd usbguard',
  printing: 'cups cupsd cups-browsed lpd printer ipp-usb',
  network:
    'NetworkManager systemd-networkd systemd-resolved networking network wpa_supplicant avahi-daemon rpcbind portmap snmpd snmptrapd inetd xinetd openbsd-inetd isc-dhcp-server kea-dhcp4-server dhcpd dhcpcd hostapd firewalld ufw nftables iptables fail2ban bluetooth ModemManager chargen discard echo finger talk ntalk',
}

const categories = new Map(
  Object.entries(names).flatMap(([category, list]) =>
    list.split(' ').map((name) => [name.toLowerCase(), category] as const),
  ),
)

/** Category of a service; `other` when it isn't a well-known one. Instances (`openvpn@office`) count as their template. */
export function serviceCategory(name: string): string {
  const lower = name.toLowerCase()
  return (
    categories.get(lower) ??
    categories.get(lower.replace(/@.*$/, '')) ??
    categories.get(lower.replace(/\d+(?:\.\d+)*-fpm$|[-.]\d[\d.]*$/, '')) ??
    (/^php[\d.]*-fpm$/.test(lower) ? 'web' : 'other')
  )
}
