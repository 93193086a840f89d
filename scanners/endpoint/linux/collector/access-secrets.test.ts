import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { packageRoot } from '../../../../src/package-root.ts'

const folder = mkdtempSync(join(tmpdir(), 'seisa-access-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Files as they stand on a target, each with secrets that must not leave it. */
const secrets: Readonly<Record<string, string>> = {
  'system-connections/office.nmconnection':
    '[connection]\nid=office\ntype=wifi\n[wifi]\nssid=office\n[wifi-security]\nkey-mgmt=wpa-psk\npsk=CANARY1\nwep-key0=CANARY2\n[802-1x]\neap=tls;\nidentity=CANARY3\npassword=CANARY4\nprivate-key-password=CANARY5\nprivate-key=data:;base64,CANARY6\nclient-cert=data:;base64,CANARY7\n[vpn-secrets]\nsecret=CANARY8\n[wireguard]\nprivate-key=CANARY9\n[wireguard-peer.abc=]\npreshared-key=CANARY10\nallowed-ips=0.0.0.0/0;\n',
  'wpa_supplicant.conf':
    'network={\n  ssid="office"\n  psk="CANARY11"\n  wep_key0=CANARY12\n  password="CANARY13"\n  private_key="blob://CANARY14"\n  key_mgmt=WPA-PSK\n}\n',
  'netplan/50.yaml':
    'network:\n  wifis:\n    wlan0:\n      access-points:\n        "office":\n          password: "CANARY15"\n          auth:\n            key-management: psk\n            password: CANARY16\n',
  'wireguard/wg0.conf': '[Interface]\nPrivateKey = CANARY17\n[Peer]\nPresharedKey = CANARY18\nAllowedIPs = 0.0.0.0/0\n',
  'openvpn/client.conf': 'client\nauth-user-pass CANARY19\n<key>\nCANARY20\n</key>\nredirect-gateway def1\n',
  'apt/apt.conf.d/proxy': 'Acquire::http::Proxy "http://user:CANARY21@proxy.example.jp:3128";\n',
  'pip.conf': '[global]\nindex-url = https://user:CANARY22@pypi.example.jp/simple\ntrusted-host = pypi.example.jp\n',
  gitconfig:
    '[http]\n\tsslVerify = false\n\tproxy = http://user:CANARY23@proxy.example.jp\n\textraHeader = Authorization: CANARY24\n',
  'profile.d/x.sh':
    'export API_TOKEN=CANARY25\nif [ "$X" = CANARY26 ]; then\n  readonly TMOUT=900\nfi\nexport https_proxy="http://user:CANARY27@proxy.example.jp:8080"\nexport http_proxy=user:CANARY28@proxy.example.jp:8080\nTMOUT=1 PASSWORD=CANARY29\nexport TMOUT=2 KEY=CANARY31\n',
  wgetrc: 'check_certificate = off\nhttp_password = CANARY30\n',
}
const paths = Object.entries(secrets).map(([name, text]) => {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
})

const part = (name: string): string =>
  readFileSync(join(packageRoot(), 'scanners/endpoint/linux/collector', name), 'utf8')
const applets = join(folder, 'applets')
mkdirSync(applets)
for (const name of ['awk', 'timeout']) symlinkSync('/bin/busybox', join(applets, name))

/** The section that the collector prints for those files. */
function reduced(shell: readonly string[], path?: string): string {
  const [command = 'sh', ...options] = shell
  const script = `COLLECTOR=test\n${part('00-prelude.sh')}\n${part('40-access.sh')}\n${path ? `PATH=${path}\n` : ''}NONCE=n COUNT=0 ROOT=1 TIMEOUT=short\naccess_reduced access-reduced "$@"\n`
  return spawnSync(command, [...options, '-s', '--', ...paths], { input: script, encoding: 'utf8' }).stdout
}

const shells: readonly (readonly [string, readonly string[], string | undefined])[] = [
  ['dash', ['dash'], undefined],
  ['bash', ['bash', '--posix'], undefined],
  ['mksh', ['mksh'], undefined],
  ['busybox', ['busybox', 'sh'], applets],
]
const there = (shell: readonly string[]): boolean =>
  spawnSync(shell[0] ?? '', [...shell.slice(1), '-c', ':']).status === 0

describe.each(shells)('files with secrets, reduced under %s', (_name, shell, path) => {
  it.skipIf(!there(shell))('leave the target without any of them, and with what is judged', () => {
    const text = reduced(shell, path)
    expect(text.match(/CANARY\d+/g)).toBeNull()
    for (const kept of [
      '|ssid=office',
      '|key-mgmt=wpa-psk',
      '|private-key=present',
      '|wep_key0=present',
      '|AllowedIPs = 0.0.0.0/0',
      '|redirect-gateway def1',
      'http://proxy.example.jp:3128',
      '|\tsslVerify = false',
      '|  readonly TMOUT=900',
      '|check_certificate = off',
      '|trusted-host = pypi.example.jp',
    ]) {
      expect(text).toContain(kept)
    }
    expect(text.match(/^@end$/gm)).toHaveLength(paths.length)
  })

  it.skipIf(!there(shell))('keep the number of every line', () => {
    const lines = reduced(shell, path).split('\n')
    for (const [index, path_] of paths.entries()) {
      const start = lines.indexOf(`@file ${path_}`)
      const count = lines.indexOf('@end', start) - start - 1
      expect(count, path_).toBe((Object.values(secrets)[index] ?? '').split('\n').length - 1)
    }
  })
})

/** Start files of shells: what a shell would run of them, as the interpreter gets it. */
describe.each(shells)('a quoted text over several lines, reduced under %s', (_name, shell, path) => {
  const commandsOf = (text: string): readonly string[] => {
    const file = join(folder, 'quoted.sh')
    writeFileSync(file, text)
    const [command = 'sh', ...options] = shell
    const script = `COLLECTOR=test\n${part('00-prelude.sh')}\n${part('40-access.sh')}\n${path ? `PATH=${path}\n` : ''}NONCE=n COUNT=0 ROOT=1 TIMEOUT=short\naccess_reduced access-reduced "$@"\n`
    const { stdout } = spawnSync(command, [...options, '-s', '--', file], { input: script, encoding: 'utf8' })
    return stdout.split('\n').filter((line) => /^\|./.test(line))
  }
  it.skipIf(!there(shell)).each<readonly [string, string, readonly string[]]>([
    ['is no command', 'echo "first\nTMOUT=300\nreadonly TMOUT"\n', []],
    ['ends at its own quote', `echo 'it "is\nTMOUT=300\n'; TMOUT=60\n`, ['|TMOUT=60']],
    ['goes on with the rest of its line', 'echo "a\nb"; readonly TMOUT=60\n', ['|readonly TMOUT=60']],
    ['belongs to its command, which may then set it or not', 'X="a\nb" TMOUT=60\n', ['|TMOUT #reduced']],
    ['is not opened by an escaped quote', `echo it\\'s\nTMOUT=60\n`, ['|TMOUT=60']],
    ['is not opened by a remark', `# don't\nTMOUT=60 # isn't\nTMOUT=61\n`, ['|TMOUT=60', '|TMOUT=61']],
    ['may end in a backslash between single quotes', `echo 'a\\'\nTMOUT=60\n`, ['|TMOUT=60']],
    ['knows escapes after a dollar sign', `echo $'it\\'s\nTMOUT=1\n'\nTMOUT=60\n`, ['|TMOUT=60']],
    ['is doubtful without an end', 'TMOUT=60\necho "never\nTMOUT=300\n', ['|TMOUT=60', '|TMOUT #reduced']],
    ['is not doubtful where it holds nothing of it', 'TMOUT=60\necho "never\n', ['|TMOUT=60']],
  ])('%s', (_, text, expected) => {
    expect(commandsOf(text)).toEqual(expected)
  })
})
