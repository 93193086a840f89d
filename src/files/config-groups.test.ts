import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Fault } from '../core/fault.ts'
import type { Target } from '../core/scanner.ts'
import { type Config, type KnownScanner, readConfig } from './config.ts'
import { formatProblems, problemsOf } from './problems.ts'

const ssh = { host: {}, port: {}, username: {}, 'identity-file': {}, jump: {}, 'known-hosts': {}, credentials: {} }
const scanners: readonly KnownScanner[] = [
  {
    id: 'endpoint',
    platforms: ['linux'],
    optionsSchema: {
      type: 'object',
      properties: { here: { type: 'boolean' }, sudo: { type: 'string' }, ...ssh },
      not: { required: ['here', 'host'] },
    },
  },
  { id: 'tenant', platforms: [], optionsSchema: { type: 'object', properties: { url: {} } } },
]

/** Text as Excel saves it in Japan. Node.js can only read that. */
function cp932(text: string): Buffer {
  const decoder = new TextDecoder('shift_jis')
  const bytes = new Map<string, readonly number[]>()
  for (let lead = 0x81; lead <= 0xfc; lead++) {
    if (lead >= 0xa0 && lead < 0xe0) continue
    for (let trail = 0x40; trail <= 0xfc; trail++) bytes.set(decoder.decode(Buffer.from([lead, trail])), [lead, trail])
  }
  return Buffer.from([...text].flatMap((one) => (one < '\u0080' ? [one.charCodeAt(0)] : (bytes.get(one) ?? []))))
}

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seisa-groups-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const file = (name: string, content: string | Uint8Array): void => writeFileSync(join(folder, name), content)
const read = (text: string): Promise<Config> => {
  file('seisa.yaml', text)
  return readConfig(join(folder, 'seisa.yaml'), { scanners })
}
const group = (hosts: string, more = ''): Promise<Config> =>
  read(`targets:\n  - name: web\n    scanner: endpoint\n    hosts: ${hosts}\n${more}`)
const refused = async (reading: Promise<Config>): Promise<readonly string[]> => {
  try {
    await reading
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const shown = (problemsOf(error) ?? []).map(
      (one) =>
        `${one.file.slice(folder.length + 1)}:${one.line}:${one.column} ${one.text} | ${one.what.en}${one.didYouMean ? ` → ${one.didYouMean}` : ''}`,
    )
    expect(`${error.what.ja}${error.what.en}${formatProblems(problemsOf(error) ?? [], 'ja')}`).not.toContain('hunter2')
    return shown
  }
  throw new Error('nothing was refused')
}
const brief = ({ name, options, labels }: Target): unknown[] => [name, options['host'], options['port'], labels]

describe('a target with several hosts', () => {
  it('is as many targets, each with what the group says and what it says itself', async () => {
    const { targets } = await read(`
targets:
  - name: web
    scanner: endpoint
    platform: linux
    hosts:
      - web-1
      - admin@10.0.0.5:2222
      - '[2001:db8::1]:22'
      - {host: web-4, name: Shop, port: 2200, username: shop, labels: {env: test}, owner: {contact: '12'}, kind: server,
         id: 'server:4', sudo: /opt/c, jump: bastion, network-zone: dmz, timeout: 1m, known-hosts: kh, identity-file: id4}
    username: seisa
    sudo: /usr/local/libexec/seisa-collect
    identity-file: id
    credentials: {password: env:P}
    labels: {role: web, env: prod}
    owner: {name: 鈴木}
    network-zone: office
    timeout: 5m
    concurrency: 3
`)
    const common = {
      'identity-file': 'id',
      credentials: { password: 'env:P' },
      sudo: '/usr/local/libexec/seisa-collect',
    }
    const shared = {
      scanner: 'endpoint',
      platform: 'linux',
      owner: { name: '鈴木' },
      group: { name: 'web', concurrency: 3 },
      labels: { role: 'web', env: 'prod' },
      networkZone: 'office',
      timeout: 300,
    }
    expect(targets).toEqual([
      { ...shared, name: 'web/web-1', options: { ...common, host: 'web-1', username: 'seisa' } },
      {
        ...shared,
        name: 'web/10.0.0.5:2222',
        options: { ...common, host: '10.0.0.5', port: 2222, username: 'admin' },
      },
      {
        ...shared,
        name: 'web/[2001:db8::1]:22',
        options: { ...common, host: '2001:db8::1', port: 22, username: 'seisa' },
      },
      {
        ...shared,
        name: 'Shop',
        kind: 'server',
        id: 'server:4',
        labels: { role: 'web', env: 'test' },
        owner: { name: '鈴木', contact: '12' },
        networkZone: 'dmz',
        timeout: 60,
        options: {
          ...common,
          host: 'web-4',
          port: 2200,
          username: 'shop',
          sudo: '/opt/c',
          jump: 'bastion',
          'known-hosts': 'kh',
          'identity-file': 'id4',
        },
      },
    ])
  })

  it('may name a text file, with labels and comments', async () => {
    file('hosts.txt', '\ufeff# our servers\r\nweb-1\r\nadmin@web-2:2222 role=db env=prod # moved\r\n\r\n　web-3\r\n')
    const { targets } = await group('{file: hosts.txt}', '    labels: {role: web}\n')
    expect(targets.map(brief)).toEqual([
      ['web/web-1', 'web-1', undefined, { role: 'web' }],
      ['web/web-2:2222', 'web-2', 2222, { role: 'db', env: 'prod' }],
      ['web/web-3', 'web-3', undefined, { role: 'web' }],
    ])
  })

  it('may name a CSV file with headings in English', async () => {
    file(
      'hosts.csv',
      'host,name,port,username,kind,network-zone,owner,owner.contact,label.role,labels,sudo,note\n' +
        'web-1,,,,,,,,,,,\nweb-2,Shop,2222,admin,server,dmz,Suzuki,12,web,"env=prod; tier=1",/opt/c,old\n',
    )
    const { targets } = await group('{file: hosts.csv}')
    expect(targets).toEqual([
      { name: 'web/web-1', scanner: 'endpoint', labels: {}, group: { name: 'web' }, options: { host: 'web-1' } },
      {
        name: 'Shop',
        scanner: 'endpoint',
        kind: 'server',
        networkZone: 'dmz',
        owner: { name: 'Suzuki', contact: '12' },
        labels: { role: 'web', env: 'prod', tier: '1' },
        group: { name: 'web' },
        options: { host: 'web-2', port: 2222, username: 'admin', sudo: '/opt/c' },
      },
    ])
  })

  it('may name the list that an office keeps: CP932, full-width digits, a title above, a column for people', async () => {
    file(
      'hosts.csv',
      cp932(
        'サーバ一覧\r\nホスト名,ＩＰアドレス,利用者名,ポート,種別,区画,責任者,部署,札.役割,備考\r\n' +
          'web-1,１０．０．０．１,seisa,２２２２,サーバ,社内,鈴木,情報システム部,窓口,古い\r\nweb-2,,,,,,,,,\r\n',
      ),
    )
    const { targets } = await group('{file: hosts.csv}')
    expect(targets).toEqual([
      {
        name: 'web-1',
        scanner: 'endpoint',
        kind: 'server',
        networkZone: '社内',
        owner: { name: '鈴木', department: '情報システム部' },
        labels: { 役割: '窓口' },
        group: { name: 'web' },
        options: { host: '10.0.0.1', port: 2222, username: 'seisa' },
      },
      { name: 'web/web-2', scanner: 'endpoint', labels: {}, group: { name: 'web' }, options: { host: 'web-2' } },
    ])
  })

  it('stays a single one when it has only one host, and its address is split just so', async () => {
    const { targets } = await read('targets: [{name: a, scanner: endpoint, host: "admin@web-1:2222"}]')
    expect(targets).toEqual([
      { name: 'a', scanner: 'endpoint', labels: {}, options: { host: 'web-1', port: 2222, username: 'admin' } },
    ])
  })

  it('has limits for network zones', async () => {
    const { limits } = await group('[{host: a, network-zone: dmz}]', 'limits: {network-zones: {dmz: 4, later: 1}}\n')
    expect([...limits.networkZones]).toEqual([
      ['dmz', 4],
      ['later', 1],
    ])
  })
})

describe('what a list of hosts may not say', () => {
  it.each([
    [
      'an option in place of a host',
      "['-oProxyCommand=id']",
      ["seisa.yaml:4:13 '-oProxyCommand=id' | not a host name"],
    ],
    ['a path', '[a/../../x]', ['seisa.yaml:4:13 a/../../x | an address or a range with /']],
    ['a port that is none', '[a:70000]', ['seisa.yaml:4:13 a:70000 | not a port']],
    ['nothing', '[]', ['seisa.yaml:4:12 [] | the list is empty']],
    ['a number', '[10]', ['seisa.yaml:4:13 10 | not a text']],
    ['a host without its address', '[{name: x}]', ['seisa.yaml:4:13 {name: x} | “host” is missing']],
    ['an unknown key', '[{host: a, prot: 1}]', ['seisa.yaml:4:23 prot | “prot” is not a key here → port']],
    [
      'what belongs to the group',
      '[{host: a, concurrency: 1}]',
      ['seisa.yaml:4:23 concurrency | “concurrency” is not a key'],
    ],
    ['a port in two places', '[{host: "a:22", port: 22}]', ['seisa.yaml:4:34 22 | port is written in two places']],
    ['one address twice', '[a, b, "A.:22"]', ['seisa.yaml:4:19 "A.:22" | the same address as the target “web/a”']],
    [
      'one name twice',
      '[{host: a, name: x}, {host: b, name: Ｘ}]',
      ['seisa.yaml:4:49 Ｘ | two targets are named “Ｘ”'],
    ],
    ['the name of its group', '[{host: a, name: web}]', ['seisa.yaml:4:29 web | two targets are named “web”']],
    ['a password', '["admin:hunter2@a"]', ['seisa.yaml:4:13 *** | a password is written after the user name']],
    [
      'a password in its credentials',
      '[{host: a, credentials: {password: hunter2}}]',
      ['seisa.yaml:4:47 *** | a secret is written out'],
    ],
    ['a file that is not there', '{file: none.csv}', ['seisa.yaml:4:19 none.csv | cannot read']],
    ['another key than file', '{fiel: a.txt}', ['“file” is missing', '4:13 fiel | “fiel” is not a key here → file']],
  ])('%s', async (_, hosts, expected) => {
    const problems = await refused(group(hosts))
    expect(problems).toHaveLength(expected.length)
    for (const [index, one] of expected.entries()) expect(problems[index]).toContain(one)
  })

  it('a group with host, here or id', async () => {
    expect(await refused(group('[a]', '    host: b\n    id: x\n'))).toEqual([
      'seisa.yaml:5:5 host | it does not go with hosts',
      'seisa.yaml:6:5 id | several hosts can not have one id',
    ])
    expect((await refused(group('[a]', '    here: true\n'))).join()).toContain('here | it does not go with hosts')
  })

  it('an address that another target has', async () => {
    const text =
      'targets:\n  - {name: a, scanner: endpoint, host: web-1}\n  - {name: b, scanner: endpoint, hosts: [WEB-1]}\n'
    expect(await refused(read(text))).toEqual(['seisa.yaml:3:42 WEB-1 | the same address as the target “a”'])
    const behind = text.replace('hosts: [WEB-1]', 'hosts: [WEB-1], jump: other')
    expect((await read(behind)).targets).toHaveLength(2)
  })

  it('hosts of a scanner that knows none', async () => {
    expect(await refused(read('targets: [{name: a, scanner: tenant, hosts: [b]}]'))).toEqual([
      'seisa.yaml:1:38 hosts | “hosts” is not a key here',
    ])
  })

  it('a zone with a limit that nothing is in, where one of nearly that name is meant', async () => {
    expect(await refused(group('[{host: a, network-zone: dmz}]', 'limits: {network-zones: {dmzz: 4}}\n'))).toEqual([
      'seisa.yaml:5:26 dmzz | no target is in this network zone → dmz',
    ])
    expect(await refused(group('[a]', 'limits: {network-zones: {dmz: 0}}\n'))).toEqual([
      'seisa.yaml:5:31 0 | less than 1',
    ])
  })

  it.each([
    ['no label', 'web-1\nweb-2 prod', ['hosts.txt:2:7 prod | not a label']],
    ['an option', 'web-1 port=22', ['hosts.txt:1:7 port=22 | “port” can not be the name of a label']],
    ['a label twice', 'web-1 a=1 a=2', ['hosts.txt:1:11 a=2 | the label “a” is written twice']],
    ['no host', 'a;b', ['hosts.txt:1:1 a;b | not a host name']],
    ['a host of another line', '# x\nweb-1\n\nweb-1:22', ['hosts.txt:4:1 web-1:22 | the same address as']],
    ['a password', 'admin:hunter2@web-1', ['hosts.txt:1:1 *** | a password']],
    ['nothing', '# nobody\n', ['seisa.yaml:4:19 hosts.txt | the file holds no hosts']],
  ])('in a text file: %s', async (_, text, expected) => {
    file('hosts.txt', text)
    const problems = await refused(group('{file: hosts.txt}'))
    expect(problems).toHaveLength(expected.length)
    for (const [index, one] of expected.entries()) expect(problems[index]).toContain(one)
  })

  it.each([
    ['an unknown column', 'host,pord\na,1\n', ['hosts.csv:1:6 pord | a column with an unknown heading → port']],
    ['a column of secrets', 'host,パスワード\na,hunter2\n', ['hosts.csv:1:6  | a list of hosts holds no secrets']],
    ['no column of hosts', 'name,port\na,1\n', ['hosts.csv:1:1  | there is no column of hosts']],
    ['two columns of one meaning', 'host,ポート,port\na,1,1\n', ['hosts.csv:1:10 port | two columns of one meaning']],
    ['a port that is none', 'host,port\na,22\nb,x\n', ['hosts.csv:3:3 x | not a whole number']],
    ['a row without a host', 'host,port\n,22\n', ['hosts.csv:2:1']],
    ['a kind that is none', 'host,kind\na,sever\n', ['hosts.csv:2:3 sever | not one of the allowed values → server']],
    ['a name with a line break', 'host,name\na,"x\ny"\n', ['hosts.csv:2:3']],
    ['no labels', 'host,labels\na,prod\n', ['hosts.csv:2:3 prod | not written as labels']],
    ['a label that is none', 'host,labels\na,__proto__=x\n', ['hosts.csv:2:3 __proto__=x | not written as labels']],
    ['a password', 'host\nadmin:hunter2@a\n', ['hosts.csv:2:1  | a list of hosts holds no secrets']],
    [
      'a key in a note',
      'host,備考\na,-----BEGIN PRIVATE KEY-----hunter2-----END PRIVATE KEY-----\n',
      ['hosts.csv:2:3  | a list of hosts holds no secrets'],
    ],
    ['one address twice', 'host\na\nA\n', ['hosts.csv:3:1 A | the same address as the target “web/a”']],
  ])('in a table: %s', async (_, text, expected) => {
    file('hosts.csv', text)
    const problems = await refused(group('{file: hosts.csv}'))
    expect(problems).toHaveLength(expected.length)
    for (const [index, one] of expected.entries()) expect(problems[index]).toContain(one)
  })
})

describe('whatever stands in a list of hosts', () => {
  it('gives targets that can be told apart, or problems, nothing else', async () => {
    const piece = fc.constantFrom(
      'host',
      'name',
      'port',
      'a',
      'b',
      'web-1',
      ',',
      '\n',
      '=',
      '#',
      '"',
      ' ',
      '22',
      'label.x',
      '__proto__',
      '@',
      ':',
      '[::1]',
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 25 }), fc.constantFrom('h.csv', 'h.txt'), async (pieces, name) => {
        file(name, pieces.join(''))
        try {
          const { targets } = await group(`{file: ${name}}`)
          expect(targets.length).toBeGreaterThan(0)
          expect(new Set(targets.map((one) => one.name.toLowerCase())).size).toBe(targets.length)
          for (const { options } of targets) expect(options['host']).toMatch(/^[\w.:-]+$/)
        } catch (error) {
          expect(error).toBeInstanceOf(Fault)
          expect(problemsOf(error)?.length).toBeGreaterThan(0)
        }
      }),
      { numRuns: 300 },
    )
    expect(Object.keys(Object.prototype)).toEqual([])
  })
})
