import { type Evidence, type Reading, read, unreadable } from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Fact, Row, Table } from '../../../../src/core/fact.ts'
import { accessState, reducedFiles, wholeFiles } from './access-files.ts'
import {
  type ConnectionProfile,
  connectionProfiles,
  type SupplicantNetwork,
  supplicantNetworks,
} from './connection-profiles.ts'
import { type Contribution, fromReading, inapplicable, type Part } from './contribution.ts'
import { collectedAsRoot, virtualisation } from './views.ts'

/** What this part reports on. */
export const observesWireless = {
  settings: ['network.split-tunnelling', 'network.device-authentication'],
  rows: ['wireless-network'],
} as const

/** Wireless networks that this machine joins, certificates of the device on wires and air, and paths beside a VPN. */
export const interpretWireless: Part = (evidence): Contribution => ({
  facts: [splitTunnelling(evidence), deviceAuthentication(evidence)],
  tables: [wirelessTable(evidence)],
})

const why = { ja: '無線LANの口も接続先の登録もない', en: 'there is no wireless interface and no wireless profile' }

function wirelessTable(evidence: Evidence): Table {
  const rows: Row[] = []
  const profiles = connectionProfiles(evidence)
  const networks = supplicantNetworks(evidence)
  const state = accessState(evidence)
  if (profiles.ok) rows.push(...profiles.value.filter((one) => one.type === 'wifi').map(profileRow))
  if (networks.ok) rows.push(...networks.value.filter((one) => !/wired/.test(one.path)).map(supplicantRow))
  const iwd = state.ok ? (state.value.get('iwd') ?? []) : []
  rows.push(...iwd.flatMap(iwdRow))
  rows.sort((left, right) => (left.key < right.key ? -1 : left.key > right.key ? 1 : 0))
  const where: readonly EvidenceRef[] = [{ source: 'access-reduced' }, { source: 'access-state', at: 'wireless' }]
  const failed = [profiles, networks, state].find((one) => !one.ok)
  const table = { type: 'wireless-network', rows: unique(rows), evidence: where }
  if (failed && !failed.ok)
    return { ...table, complete: false, why: failed.why, ...(failed.needs && { needs: failed.needs }) }
  if (!state.ok || iwd.includes('@denied') || !state.value.has('iwd')) {
    return { ...table, complete: false, why: { ja: '/var/lib/iwd を読めない', en: '/var/lib/iwd could not be read' } }
  }
  if (
    netplanWireless(evidence) &&
    !rows.some((row) => row.evidence?.some(({ source }) => source.startsWith('/run/')))
  ) {
    const pending = {
      ja: 'netplan の無線LANの設定から作られるファイルがなく、その接続先が分からない',
      en: 'netplan has wireless networks, but nothing was generated from them, so they are not known',
    }
    return { ...table, complete: false, why: pending }
  }
  const noInterface = state.value.get('interfaces')?.includes('@end') === true && !state.value.has('wireless')
  return { ...table, complete: true, ...(noInterface && rows.length === 0 && { inapplicable: why }) }
}

/** Netplan's files take effect as what it generates from them in /run (netplan-generate(8)), which is read instead. */
function netplanWireless(evidence: Evidence): boolean {
  const files = reducedFiles(evidence)
  return (
    files.ok &&
    [...files.value.values()].some(
      (file) =>
        file.path.startsWith('/etc/netplan/') &&
        file.state === 'read' &&
        file.lines.some((line) => /^\s*wifis\s*:/.test(line)),
    )
  )
}

const unique = (rows: readonly Row[]): readonly Row[] => {
  const used = new Map<string, number>()
  return rows.map((row) => {
    const count = (used.get(row.key) ?? 0) + 1
    used.set(row.key, count)
    return count === 1 ? row : { ...row, key: `${row.key} #${count}` }
  })
}

const listOf = (text: string | undefined): readonly string[] =>
  (text ?? '')
    .toLowerCase()
    .split(/[;,\s]+/)
    .filter((word) => word !== '')

/** nm-settings-keyfile(5): pairwise, group and proto allow everything while unset. */
function profileRow(profile: ConnectionProfile): Row {
  const management = profile.get('wifi-security', 'key-mgmt')
  const wep = profile.entries.some((entry) => entry.key === 'wep-key-type') || management === 'ieee8021x'
  const eap = listOf(profile.get('802-1x', 'eap'))
  const certificate =
    eap.length > 0 && eap.every((one) => one === 'tls') && profile.get('802-1x', 'private-key') !== undefined
  const proto = listOf(profile.get('wifi-security', 'proto'))
  const onlyFirst = proto.length > 0 && proto.every((one) => one === 'wpa')
  const ciphers = [
    ...listOf(profile.get('wifi-security', 'pairwise')),
    ...listOf(profile.get('wifi-security', 'group')),
  ]
  const named =
    profile.get('wifi-security', 'pairwise') !== undefined && profile.get('wifi-security', 'group') !== undefined
  const protectedFrames = profile.get('wifi-security', 'pmf') === '3'
  const security: Readonly<Record<string, string>> = {
    none: wep ? 'wep' : 'open',
    ieee8021x: 'wep',
    'wpa-psk': onlyFirst ? 'wpa' : 'wpa2-personal',
    'wpa-eap': onlyFirst ? 'wpa' : 'wpa2-enterprise',
    sae: 'wpa3-personal',
    'wpa-eap-suite-b-192': 'wpa3-enterprise',
  }
  const kind =
    management === undefined
      ? wep
        ? 'wep'
        : 'open'
      : Object.hasOwn(security, management)
        ? (security[management] ?? 'unknown')
        : 'unknown'
  return wirelessRow(profile.get('wifi', 'ssid') ?? profile.id, kind, {
    weak: isWeak(
      kind,
      named && !ciphers.some((one) => one.startsWith('tkip') || one.startsWith('wep')),
      protectedFrames,
    ),
    certificate,
    source: profile.path,
  })
}

/** wpa_supplicant.conf(5): key_mgmt is WPA-PSK WPA-EAP and ciphers include TKIP while unset. */
function supplicantRow(network: SupplicantNetwork): Row {
  const management = listOf(network.keys.get('key_mgmt') ?? 'WPA-PSK WPA-EAP')
  const proto = listOf(network.keys.get('proto'))
  const has = (...names: readonly string[]): boolean => management.some((one) => names.includes(one))
  const eap = listOf(network.keys.get('eap'))
  const certificate =
    has('wpa-eap', 'wpa-eap-sha256', 'wpa-eap-suite-b-192', 'ieee8021x') &&
    eap.length > 0 &&
    eap.every((one) => one === 'tls') &&
    network.keys.has('private_key')
  const ciphers = [...listOf(network.keys.get('pairwise')), ...listOf(network.keys.get('group'))]
  const named = network.keys.has('pairwise') && network.keys.has('group')
  // several methods: as weak as the weakest
  let kind = 'unknown'
  if (has('none')) kind = network.keys.has('wep_key0') ? 'wep' : 'open'
  else if (has('ieee8021x')) kind = 'wep'
  else if (proto.length > 0 && proto.every((one) => one === 'wpa')) kind = 'wpa'
  else if (has('wpa-psk', 'wpa-psk-sha256', 'ft-psk')) kind = 'wpa2-personal'
  else if (has('wpa-eap', 'wpa-eap-sha256', 'ft-eap')) kind = 'wpa2-enterprise'
  else if (has('sae', 'ft-sae')) kind = 'wpa3-personal'
  else if (has('wpa-eap-suite-b', 'wpa-eap-suite-b-192')) kind = 'wpa3-enterprise'
  return wirelessRow(network.keys.get('ssid') ?? '*', kind, {
    weak: isWeak(
      kind,
      named && !ciphers.some((one) => one.startsWith('tkip') || one.startsWith('wep')),
      network.keys.get('ieee80211w') === '2',
    ),
    certificate,
    source: network.path,
  })
}

/** WPA3 has no weak cipher, WEP and nothing have no strong one; WPA2 depends on what is allowed. */
function isWeak(kind: string, onlyStrong: boolean, protectedFrames: boolean): boolean {
  if (kind.startsWith('wpa3')) return false
  if (kind.startsWith('wpa2')) return !(onlyStrong || protectedFrames)
  return true
}

function wirelessRow(
  ssid: string,
  security: string,
  more: { weak: boolean; certificate: boolean; source: string },
): Row {
  return {
    key: `${ssid} ${more.source}`,
    name: ssid,
    fields: { name: ssid, security, 'weak-cipher-allowed': more.weak, 'device-certificate': more.certificate },
    evidence: [{ source: more.source }],
  }
}

/** iwd.network(5): the ending of the file name is the kind; a name of hex digits follows an equals sign. */
function iwdRow(file: string): readonly Row[] {
  const match = /^(.*)\.(open|psk|8021x)$/.exec(file)
  if (!match) return []
  const [, name = '', ending = ''] = match
  const ssid = /^=(?:[0-9a-f]{2})+$/.test(name) ? Buffer.from(name.slice(1), 'hex').toString('utf8') : name
  const kind = ending === 'open' ? 'open' : ending === 'psk' ? 'wpa2-personal' : 'wpa2-enterprise'
  const unread = { unreadable: { ja: 'iwd のファイルの中身は読まない', en: 'the contents of iwd files are not read' } }
  return [
    {
      key: `${ssid} iwd ${ending}`,
      name: ssid,
      fields: {
        name: ssid,
        security: kind,
        'weak-cipher-allowed': kind === 'open' ? true : unread,
        'device-certificate': kind === 'wpa2-enterprise' ? unread : false,
      },
      evidence: [{ source: `/var/lib/iwd/${file}` }],
    },
  ]
}

/** A path beside the tunnel is left while no profile takes the default route. */
function splitTunnelling(evidence: Evidence): Fact {
  const id = 'network.split-tunnelling'
  const where: EvidenceRef[] = [{ source: 'access-reduced' }]
  const found: { split: Reading<boolean>; path: string }[] = []
  const profiles = connectionProfiles(evidence)
  for (const profile of profiles.ok ? profiles.value : []) {
    if (profile.type === 'wireguard') {
      const peers = profile.entries.filter((entry) => entry.key === 'allowed-ips').map((entry) => entry.value)
      const never = profile.get('ipv4', 'never-default') === 'true'
      found.push({ split: read(never || !peers.some(takesAll)), path: profile.path })
    } else if (profile.type === 'vpn') {
      found.push({
        split: read(profile.get('ipv4', 'never-default') === 'true' || profile.get('ipv6', 'never-default') === 'true'),
        path: profile.path,
      })
    }
  }
  const wireguard = wholeFiles(reducedFiles(evidence), (path) => path.startsWith('/etc/wireguard/'))
  for (const file of wireguard.ok ? wireguard.value : []) {
    const all = file.lines.filter((line) => /^\s*AllowedIPs\s*=/i.test(line))
    // a server's peers are single hosts: not a way out
    const single =
      all.length > 0 &&
      all.every((line) => (line.split('=')[1] ?? '').split(',').every((one) => /\/(?:32|128)\s*$/.test(one)))
    const off = file.lines.some((line) => /^\s*Table\s*=\s*off/i.test(line))
    if (all.length > 0 && !(single && !file.lines.some((line) => /^\s*Endpoint\s*=/i.test(line))))
      found.push({ split: read(off || !all.some(takesAll)), path: file.path })
  }
  const openvpn = wholeFiles(reducedFiles(evidence), (path) => path.startsWith('/etc/openvpn/'))
  for (const file of openvpn.ok ? openvpn.value : []) {
    if (!file.lines.some((line) => /^\s*client\b/.test(line))) continue
    const own = file.lines.some((line) => /^\s*redirect-gateway\b/.test(line))
    const refused = file.lines.some((line) => /^\s*(?:route-nopull\b|pull-filter\s.*redirect-gateway)/.test(line))
    const pushed = unreadable({
      ja: `${file.path}: 経路は相手の VPN サーバが決める`,
      en: `${file.path}: the VPN server decides on the routes`,
    })
    found.push({ split: refused ? read(true) : own ? read(false) : pushed, path: file.path })
  }
  const split = found.find((one) => one.split.ok && one.split.value)
  if (split) return fromReading(id, split.split, [{ source: split.path }])
  for (const failed of [profiles, wireguard, openvpn]) if (!failed.ok) return fromReading(id, failed, where)
  const open = found.find((one) => !one.split.ok)
  if (open) return fromReading(id, open.split, [{ source: open.path }])
  if (found.length > 0)
    return fromReading(
      id,
      read(false),
      found.map((one) => ({ source: one.path })),
    )
  if (!collectedAsRoot(evidence)) {
    return fromReading(
      id,
      unreadable(
        { ja: 'VPN の設定は管理者だけが読める', en: 'only an administrator can read VPN profiles' },
        { ja: '管理者権限', en: 'administrator rights' },
      ),
      where,
    )
  }
  return inapplicable(id, { ja: 'VPN の接続先の登録がない', en: 'there is no VPN profile' }, where)
}

const takesAll = (text: string): boolean =>
  /(?:^|[\s;,=])(?:0\.0\.0\.0|::)\/0(?:$|[\s;,])/.test(text) || /(?:^|[\s;,=])0\.0\.0\.0\/1(?:$|[\s;,])/.test(text)

/** True when every automatic connection to a network by wire or air proves the device by a certificate (802.1X with TLS). */
function deviceAuthentication(evidence: Evidence): Fact {
  const id = 'network.device-authentication'
  const where: readonly EvidenceRef[] = [{ source: 'access-reduced' }]
  const kind = virtualisation(evidence)
  if (kind.ok && kind.value === 'container') {
    return inapplicable(id, { ja: 'コンテナの接続はホストが行う', en: 'the host connects a container' }, where)
  }
  const profiles = connectionProfiles(evidence)
  const networks = supplicantNetworks(evidence)
  if (!profiles.ok) return fromReading(id, profiles, where)
  if (!networks.ok) return fromReading(id, networks, where)
  const joined = profiles.value.filter((one) => (one.type === 'wifi' || one.type === 'ethernet') && one.automatic)
  const answers = [
    ...joined.map((one) => {
      const eap = listOf(one.get('802-1x', 'eap'))
      return eap.length > 0 && eap.every((method) => method === 'tls') && one.get('802-1x', 'private-key') !== undefined
    }),
    ...networks.value.map(
      (one) =>
        listOf(one.keys.get('eap')).length > 0 &&
        listOf(one.keys.get('eap')).every((method) => method === 'tls') &&
        one.keys.has('private_key'),
    ),
  ]
  return fromReading(id, read(answers.length > 0 && answers.every(Boolean)), where)
}
