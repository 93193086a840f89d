import type { Field, Row } from '../../../../src/core/fact.ts'
import type { Part } from './contribution.ts'
import { isLoopback, readListeners } from './listener-readers.ts'
import { tableOf } from './tables.ts'
import { collectedAsRoot } from './views.ts'

export const observesListeners = { settings: [], rows: ['listener'] } as const

/** IANA names of ports that matter in a review. */
const wellKnown: Readonly<Record<string, string>> = Object.fromEntries(
  (
    'tcp/21=ftp tcp/22=ssh tcp/23=telnet tcp/25=smtp tcp/53=domain udp/53=domain udp/67=bootps udp/69=tftp tcp/79=finger tcp/80=http ' +
    'tcp/88=kerberos tcp/110=pop3 tcp/111=sunrpc udp/111=sunrpc udp/123=ntp tcp/135=epmap udp/137=netbios-ns tcp/139=netbios-ssn ' +
    'tcp/143=imap udp/161=snmp udp/162=snmptrap tcp/389=ldap tcp/443=https tcp/445=microsoft-ds tcp/465=submissions udp/500=isakmp ' +
    'tcp/512=exec tcp/513=login tcp/514=shell udp/514=syslog tcp/515=printer tcp/587=submission tcp/631=ipp udp/631=ipp tcp/636=ldaps ' +
    'tcp/873=rsync tcp/993=imaps tcp/995=pop3s udp/1194=openvpn tcp/1433=ms-sql-s tcp/1521=oracle tcp/2049=nfs tcp/3128=squid ' +
    'tcp/3306=mysql tcp/3389=ms-wbt-server udp/4500=ipsec-nat-t tcp/5060=sip udp/5060=sip tcp/5061=sips udp/5353=mdns udp/5355=llmnr tcp/5355=llmnr ' +
    'tcp/5432=postgresql tcp/5900=vnc tcp/6000=x11 tcp/6379=redis tcp/6443=kubernetes tcp/8080=http-alt tcp/9090=websm tcp/9200=elasticsearch ' +
    'tcp/11211=memcache tcp/27017=mongodb udp/51820=wireguard tcp/2375=docker tcp/2376=docker-s tcp/10250=kubelet'
  )
    .split(' ')
    .map((pair) => pair.split('=') as [string, string]),
)

/** First port that Linux hands out by itself (ip_local_port_range, ip(7)): such a number changes with every start. */
const firstDynamicPort = 32768

/** Sockets that wait for connections. */
export const interpretListeners: Part = (evidence) => {
  const reading = readListeners(evidence)
  if (!reading.ok) return { tables: [tableOf('listener', [], [{ source: 'sockets' }], reading)] }
  const root = collectedAsRoot(evidence)
  const unknownProcess: Field = root
    ? {
        unreadable: {
          ja: 'プロセスと結び付かない（カーネル自身の待ち受けなど）',
          en: 'no process could be matched (a socket of the kernel itself, for example)',
        },
      }
    : {
        unreadable: {
          ja: '一般利用者には他人のプロセスが見えない',
          en: 'an ordinary user sees only their own processes',
        },
      }
  const rows = new Map<string, Row>()
  for (const { protocol, address, port, process } of reading.value.listeners) {
    const dynamic = port >= firstDynamicPort && process !== undefined
    const row: Row = {
      key: `${protocol}/${address}/${dynamic ? `dynamic:${process}` : port}`,
      name: `${address}:${port}/${protocol}`,
      fields: {
        protocol,
        address,
        port,
        endpoint: `${port}/${protocol}`,
        exposed: !isLoopback(address),
        process: process ?? unknownProcess,
        service: wellKnown[`${protocol}/${port}`] ?? null,
      },
      evidence: [{ source: reading.value.section, at: `${protocol} ${address}:${port}` }],
    }
    // several sockets on one address and port (SO_REUSEPORT) are one way in
    const same = `${row.key}\n${row.name}`
    const before = rows.get(same)
    if (!before || typeof before.fields.process === 'object') rows.set(same, row)
  }
  const sorted = [...rows.values()].sort((a, b) => Number(a.fields.port) - Number(b.fields.port))
  return { tables: [tableOf('listener', sorted, [{ source: reading.value.section }])] }
}
