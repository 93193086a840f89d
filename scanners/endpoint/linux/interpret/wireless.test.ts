import { describe, expect, it } from 'vitest'
import { evidenceOf, filesText, type GivenSection } from '../testing/evidence.ts'
import { interpretWireless, observesWireless } from './wireless.ts'

const folder = '/etc/NetworkManager/system-connections'
const absent = { state: 'absent' } as const
const nothing = {
  [`${folder}/*`]: absent,
  '/etc/wpa_supplicant/*.conf': absent,
  '/etc/wireguard/*.conf': absent,
  '/etc/openvpn/*.conf': absent,
}
const state = 'interface=lo\ninterface=eth0\ninterfaces=@end\niwd=@absent\n'

const sections = (files: Parameters<typeof filesText>[0], access = state): Record<string, GivenSection> => ({
  'access-state': access,
  'access-reduced': filesText({ ...nothing, ...files }),
})
const table = (files: Parameters<typeof filesText>[0], access = state) => {
  const found = interpretWireless(evidenceOf(sections(files, access))).tables?.[0]
  return { complete: found?.complete, inapplicable: found?.inapplicable !== undefined, rows: [...(found?.rows ?? [])] }
}
const value = (files: Parameters<typeof filesText>[0], id: string): unknown => {
  const fact = (interpretWireless(evidenceOf(sections(files))).facts ?? []).find((one) => one.setting === id)
  return fact?.state === 'known' ? fact.value : fact?.state
}
const wifi = (security: string): Record<string, string> => ({
  [`${folder}/home.nmconnection`]: `[connection]\nid=home\ntype=wifi\n\n[wifi]\nssid=home\n\n${security}`,
})

describe('wireless networks', () => {
  it.each([
    ['', 'open', true],
    ['[wifi-security]\nkey-mgmt=none\nwep-key-type=1\n', 'wep', true],
    ['[wifi-security]\nkey-mgmt=wpa-psk\n', 'wpa2-personal', true],
    ['[wifi-security]\nkey-mgmt=wpa-psk\npairwise=ccmp;\ngroup=ccmp;\n', 'wpa2-personal', false],
    ['[wifi-security]\nkey-mgmt=wpa-psk\nproto=wpa;\n', 'wpa', true],
    ['[wifi-security]\nkey-mgmt=sae\n', 'wpa3-personal', false],
    ['[wifi-security]\nkey-mgmt=wpa-eap\n', 'wpa2-enterprise', true],
    ['[wifi-security]\nkey-mgmt=owe\n', 'unknown', true],
  ])('of NetworkManager: %j', (text, security, weak) => {
    expect(table(wifi(text)).rows.map((row) => row.fields)).toMatchObject([
      { name: 'home', security, 'weak-cipher-allowed': weak },
    ])
  })

  it('of wpa_supplicant, without those that are disabled', () => {
    const text =
      'network={\n  ssid="a"\n  key_mgmt=SAE\n}\nnetwork={\n ssid="b"\n key_mgmt=NONE\n disabled=1\n}\nnetwork={\n ssid="c"\n key_mgmt=WPA-PSK SAE\n pairwise=CCMP\n group=CCMP\n}\n'
    expect(
      table({ '/etc/wpa_supplicant/wpa_supplicant.conf': text }).rows.map((row) => [row.name, row.fields['security']]),
    ).toEqual([
      ['a', 'wpa3-personal'],
      ['c', 'wpa2-personal'],
    ])
  })

  it('of netplan are those that it generated; without them the list is not complete', () => {
    const netplan = { '/etc/netplan/50-wifi.yaml': 'network:\n  wifis:\n    wlan0:\n' }
    const generated = { '/run/netplan/wpa-wlan0.conf': 'network={\n  ssid="a"\n  key_mgmt=NONE\n}\n' }
    expect(table(netplan)).toMatchObject({ complete: false, rows: [] })
    expect(table({ ...netplan, ...generated })).toMatchObject({ complete: true, rows: [{ name: 'a' }] })
    expect(table({ '/etc/netplan/1.yaml': 'network:\n  ethernets:\n' }).complete).toBe(true)
  })

  it('of iwd, by the names of their files', () => {
    expect(
      table({}, state.replace('iwd=@absent', 'iwd=cafe.open\niwd=office.8021x\niwd=@end')).rows.map(
        (row) => row.fields['security'],
      ),
    ).toEqual(['open', 'wpa2-enterprise'])
  })

  it('do not apply without an interface and a profile, and are incomplete when something was denied', () => {
    expect(table({})).toMatchObject({ complete: true, inapplicable: true })
    expect(table({}, `${state}wireless=wlan0\n`)).toMatchObject({ complete: true, inapplicable: false })
    expect(table({ [`${folder}/x.nmconnection`]: { state: 'denied' } })).toMatchObject({
      complete: false,
      inapplicable: false,
    })
    expect(table({}, state.replace('@absent', '@denied'))).toMatchObject({ complete: false, inapplicable: false })
  })
})

describe('paths beside a VPN', () => {
  const id = 'network.split-tunnelling'
  it.each([
    [{ '/etc/wireguard/wg0.conf': '[Peer]\nAllowedIPs = 0.0.0.0/0, ::/0\nEndpoint = vpn.example.jp:51820\n' }, false],
    [{ '/etc/wireguard/wg0.conf': '[Peer]\nAllowedIPs = 10.0.0.0/8\nEndpoint = vpn.example.jp:51820\n' }, true],
    [{ '/etc/wireguard/wg0.conf': '[Peer]\nAllowedIPs = 10.0.0.2/32\n' }, 'inapplicable'],
    [{ [`${folder}/v.nmconnection`]: '[connection]\nid=v\ntype=vpn\n[ipv4]\nmethod=auto\n' }, false],
    [{ [`${folder}/v.nmconnection`]: '[connection]\nid=v\ntype=vpn\n[ipv4]\nnever-default=true\n' }, true],
    [{ '/etc/openvpn/office.conf': 'client\n' }, 'unreadable'],
    [{ '/etc/openvpn/office.conf': 'client\nredirect-gateway\n' }, false],
    [{ '/etc/openvpn/office.conf': 'client\nroute-nopull\n' }, true],
    [{ '/etc/wireguard/wg0.conf': { state: 'denied' as const } }, 'unreadable'],
    [{}, 'inapplicable'],
  ])('%j', (files, expected) => {
    expect(value({ ...files }, id)).toBe(expected)
  })
})

describe('the certificate of the device', () => {
  const id = 'network.device-authentication'
  const ethernet = (name: string, more: string): Record<string, string> => ({
    [`${folder}/${name}.nmconnection`]: `[connection]\nid=${name}\ntype=ethernet\n${more}`,
  })
  const tls = '[802-1x]\neap=tls;\nclient-cert=present\nprivate-key=present\n'

  it('is asked for on every automatic connection', () => {
    expect(value(ethernet('a', tls), id)).toBe(true)
    expect(value({ ...ethernet('a', tls), ...ethernet('b', '') }, id)).toBe(false)
    expect(value(ethernet('a', '[802-1x]\neap=peap;\n'), id)).toBe(false)
    expect(value({}, id)).toBe(false)
    expect(value({ [`${folder}/a.nmconnection`]: { state: 'denied' } }, id)).toBe('unreadable')
  })
})

describe('without evidence', () => {
  it('nothing is known', () => {
    const { facts = [], tables = [] } = interpretWireless(evidenceOf({}, false))
    expect(facts.map((fact) => [fact.setting, fact.state])).toEqual(
      observesWireless.settings.map((one) => [one, 'unreadable']),
    )
    expect(tables.map((one) => [one.type, one.complete, one.inapplicable])).toEqual([
      ['wireless-network', false, undefined],
    ])
  })
})
