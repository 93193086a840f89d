import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Target } from '../../core/scanner.ts'
import { resolveSshSettings } from './resolve.ts'
import { canonicalHost, parseDestination } from './resolve-destination.ts'
import type { SshSettings } from './settings.ts'

let root = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'seisa-resolve-'))
})
afterAll(() => rm(root, { recursive: true, force: true }))

let made = 0
interface Given {
  readonly config?: string
  readonly system?: string
  readonly files?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}
/** Resolves a target for the local user `me` with a home of its own; paths in the result start with HOME. */
async function resolved(options: Readonly<Record<string, unknown>>, given: Given = {}): Promise<SshSettings> {
  const home = join(root, `home-${made++}`)
  await mkdir(join(home, '.ssh'), { recursive: true })
  await mkdir(join(home, 'project'))
  for (const file of given.files ?? []) await writeFile(join(home, file), '')
  await writeFile(join(home, '.ssh/config'), given.config ?? '', { mode: 0o600 })
  await writeFile(join(home, 'system'), given.system ?? '')
  const target: Target = { name: 'web-1', scanner: 'endpoint', labels: {}, options }
  const surroundings = { folder: join(home, 'project'), home, user: 'me', systemConfig: join(home, 'system') }
  const settings = await resolveSshSettings(target, { ...surroundings, env: given.env ?? {} })
  return JSON.parse(JSON.stringify(settings).replaceAll(home, 'HOME'))
}

describe('SSH settings of a target', () => {
  it('are the usual ones where nothing is said', async () => {
    expect(await resolved({ host: 'Web.example.jp' }, { files: ['.ssh/id_rsa', '.ssh/id_ed25519'] })).toEqual({
      name: 'Web.example.jp',
      target: 'web-1',
      host: 'web.example.jp',
      port: 22,
      username: 'me',
      knownHostsFiles: [
        'HOME/.ssh/known_hosts',
        'HOME/.ssh/known_hosts2',
        '/etc/ssh/ssh_known_hosts',
        '/etc/ssh/ssh_known_hosts2',
      ],
      identityFiles: ['HOME/.ssh/id_ed25519', 'HOME/.ssh/id_rsa'],
      identitiesOnly: false,
      connectTimeoutSeconds: 30,
      notes: [],
      jumps: [],
    })
  })

  it('come from the target first, then from the user, then from the system', async () => {
    const given = {
      config:
        'Host w\n HostName 192.0.2.7\n User ann\n Port 2222\n HostKeyAlias WEB\n ConnectTimeout 5\n IdentitiesOnly yes\n',
      system: 'User root\nPort 1\nConnectTimeout 9\nGlobalKnownHostsFile /g\n',
    }
    expect(await resolved({ host: 'w' }, given)).toMatchObject({
      name: 'w',
      host: '192.0.2.7',
      port: 2222,
      username: 'ann',
      hostKeyAlias: 'web',
      connectTimeoutSeconds: 5,
      identitiesOnly: true,
    })
    expect(await resolved({ host: 'w', port: 3, username: 'bob' }, given)).toMatchObject({ port: 3, username: 'bob' })
    expect(await resolved({ host: 'eve@w:4' }, given)).toMatchObject({ port: 4, username: 'eve' })
    expect(await resolved({ host: 'other' }, given)).toMatchObject({
      port: 1,
      username: 'root',
      connectTimeoutSeconds: 9,
    })
    expect((await resolved({ host: 'other' }, given)).knownHostsFiles.at(-1)).toBe('/g')
  })

  it('take the name of the target where there is no host', async () => {
    expect(await resolved({}, { config: 'Host web-1\n HostName 192.0.2.1\n' })).toMatchObject({ host: '192.0.2.1' })
  })

  it('let no StrictHostKeyChecking turn host keys off: it is simply not there', async () => {
    const config = 'StrictHostKeyChecking no\nUserKnownHostsFile /dev/null\nGlobalKnownHostsFile none\n'
    expect(await resolved({ host: 'w' }, { config })).toMatchObject({ knownHostsFiles: [] })
    const known = { host: 'w', 'known-hosts': 'keys' }
    expect(await resolved(known, { config })).toMatchObject({ knownHostsFiles: ['HOME/project/keys'] })
  })

  it('offer identity files of the target before those of ssh_config, expanded', async () => {
    const files = ['.ssh/own', '.ssh/config-w', 'project/key', '.ssh/agent-only.pub', '.ssh/id_rsa']
    const config = 'IdentityFile ~/.ssh/config-%n\nIdentityFile %d/.ssh/none\nIdentityFile ~/.ssh/agent-only\n'
    const both = await resolved({ host: 'w', 'identity-file': 'key' }, { config, files })
    expect(both.identityFiles).toEqual(['HOME/project/key', 'HOME/.ssh/config-w', 'HOME/.ssh/agent-only.pub'])
    expect(both.notes?.map(({ en }) => en)).toEqual(['IdentityFile of ssh_config is missing: HOME/.ssh/none'])
    const home = await resolved({ host: 'w', 'identity-file': '~/.ssh/own' }, { files })
    expect(home.identityFiles).toEqual(['HOME/.ssh/own'])
    expect((await resolved({ host: 'w' }, { config: 'IdentityFile none', files })).identityFiles).toEqual([])
  })

  it('refuse an identity file that the target names and that is not there', async () => {
    await expect(resolved({ host: 'w', 'identity-file': 'gone' })).rejects.toMatchObject({
      code: 'configuration',
      what: { en: expect.stringMatching(/^identity-file .*project\/gone does not exist/) },
    })
  })

  it.each([
    ['', '/run/agent'],
    ['IdentityAgent none', undefined],
    ['IdentityAgent SSH_AUTH_SOCK', '/run/agent'],
    ['IdentityAgent $OTHER', '/run/other'],
    ['IdentityAgent ${OTHER}-%p', '/run/other-22'],
    ['IdentityAgent ~/agent', 'HOME/agent'],
  ])('find the agent with %j', async (config, agent) => {
    const env = { SSH_AUTH_SOCK: '/run/agent', OTHER: '/run/other' }
    expect((await resolved({ host: 'w' }, { config, env })).agent).toBe(agent)
  })

  it.each([
    ['IdentityFile %C', '%C'],
    ['IdentityFile ~other/key', '~other'],
    ['UserKnownHostsFile ${NOT_SET}/k', '${NOT_SET}'],
  ])('refuse what can not be expanded: %s', async (config, token) => {
    await expect(resolved({ host: 'w' }, { config })).rejects.toMatchObject({
      code: 'configuration',
      what: { en: expect.stringContaining(token) },
    })
  })

  it('refuse a ProxyCommand that would be used, and only that', async () => {
    const config = 'Host w\n ProxyCommand nc %h %p\nHost v\n ProxyCommand none\n'
    await expect(resolved({ host: 'w' }, { config })).rejects.toMatchObject({
      code: 'configuration',
      next: { en: expect.stringContaining('ProxyJump') },
    })
    expect((await resolved({ host: 'v' }, { config })).jumps).toEqual([])
    expect((await resolved({ host: 'w', jump: 'hop' }, { config })).jumps).toHaveLength(1)
    await expect(resolved({ host: 'v', jump: 'w' }, { config })).rejects.toMatchObject({ code: 'configuration' })
  })

  it('keep a literal secret out of the message', async () => {
    const options = { host: 'w', credentials: { password: 'hunter2' } }
    const fault: unknown = await resolved(options).catch((error: unknown) => error)
    expect(fault).toMatchObject({ code: 'configuration' })
    expect(JSON.stringify(fault)).not.toContain('hunter2')
  })
})

const chain = ({ jumps }: SshSettings): readonly string[] =>
  jumps.map((hop) => `${hop.username}@${hop.host}:${hop.port}`)

describe('jump hosts', () => {
  const config = [
    'Host outer\n HostName 192.0.2.1\n User gate\n IdentityFile ~/.ssh/outer',
    'Host inner\n Port 2222\n ProxyJump outer',
    'Host deep\n ProxyJump inner',
    'Host listed\n ProxyJump ops@[2001:DB8::1]:23,inner',
    'Host none\n ProxyJump none',
  ].join('\n')

  it('come from ssh_config with what it says of them, first to last', async () => {
    const deep = await resolved({ host: 'deep' }, { config, files: ['.ssh/outer'] })
    expect(chain(deep)).toEqual(['gate@192.0.2.1:22', 'me@inner:2222'])
    expect(deep.jumps).toMatchObject([{ identityFiles: ['HOME/.ssh/outer'], jumps: [] }, { jumps: [] }])
    expect(chain(await resolved({ host: 'none' }, { config }))).toEqual([])
  })

  it('of a list replace the own jump hosts of all but the first of them', async () => {
    expect(chain(await resolved({ host: 'listed' }, { config }))).toEqual(['ops@2001:db8::1:23', 'me@inner:2222'])
    const options = { host: 'deep', jump: 'inner , ssh://x@last:5' }
    expect(chain(await resolved(options, { config }))).toEqual(['gate@192.0.2.1:22', 'me@inner:2222', 'x@last:5'])
    expect(chain(await resolved({ host: 'deep', jump: 'none' }, { config }))).toEqual([])
  })

  it('get the identity file, passphrase and known hosts of the target, and never its password', async () => {
    const credentials = { username: 'scan', password: 'env:PASSWORD', passphrase: 'file:pass' }
    const options = { host: 'w', port: 9, jump: 'hop', credentials, 'identity-file': 'key', 'known-hosts': 'known' }
    const settings = await resolved(options, { files: ['project/key'] })
    expect(settings).toMatchObject({ username: 'scan', password: 'env:PASSWORD', passphrase: 'file:pass', port: 9 })
    const [hop] = settings.jumps
    expect(hop).toMatchObject({
      name: 'hop',
      target: 'web-1',
      username: 'me',
      port: 22,
      passphrase: 'file:pass',
      identityFiles: ['HOME/project/key'],
    })
    expect(hop?.knownHostsFiles[0]).toBe('HOME/project/known')
    expect(hop).not.toHaveProperty('password')
  })

  it.each([
    ['itself', 'ProxyJump w'],
    ['each other', 'Host w\n ProxyJump hop\nHost hop\n ProxyJump w'],
    ['everybody', 'Host *\n ProxyJump hop'],
    ['the same address', 'Host *\n HostName 192.0.2.1\nHost w\n ProxyJump hop'],
    ['ever new ones', 'HostName %h.x\nMatch all\n ProxyJump %h'],
  ])('that go through %s are refused', async (_, circle) => {
    await expect(resolved({ host: 'w' }, { config: circle })).rejects.toMatchObject({ code: 'configuration' })
  })

  it('that are too many are refused', async () => {
    const hosts = Array.from({ length: 60 }, (_, index) => `Host h${index}\n ProxyJump h${index + 1}`).join('\n')
    await expect(resolved({ host: 'h0' }, { config: hosts })).rejects.toMatchObject({ code: 'configuration' })
  })
})

describe('where to go', () => {
  it.each([
    ['web', { host: 'web' }],
    ['admin@192.0.2.7:2222', { host: '192.0.2.7', port: 2222, username: 'admin' }],
    ['ssh://admin@web:2222/', { host: 'web', port: 2222, username: 'admin' }],
    ['2001:db8::1', { host: '2001:db8::1' }],
    ['a@[fe80::1%eth0]:22', { host: 'fe80::1%eth0', port: 22, username: 'a' }],
    ['user@corp.jp@web', { host: 'web', username: 'user@corp.jp' }],
    ['ウェブ1', { host: 'ウェブ1' }],
    ['web.example.jp.', { host: 'web.example.jp.' }],
  ])('is read from %s', (text, expected) => {
    expect(parseDestination(text)).toEqual(expected)
  })

  it.each([
    '',
    '@web',
    'web:',
    'web:0',
    'web:65536',
    'web:22:22',
    '[web]:22',
    '-oProxyCommand=id',
    'a@-web',
    '-a@web',
    'we b',
    'web\n',
    'web\nevil ssh-ed25519 AAAA',
    'web,db',
    'w*b',
    '!web',
    '$(id)',
    '../web',
    'ssh://web/path',
    'a\nb@web',
    'web\0',
    'web\u202e',
    '.web',
    'a'.repeat(254),
  ])('is refused: %j', (text) => {
    expect(() => parseDestination(text)).toThrow(expect.objectContaining({ code: 'configuration' }))
  })

  it.each(['we b', 'x,y', '-web', '`id`', 'web\u{85}'])('is refused from HostName: %j', async (name) => {
    const config = `HostName "${name.replaceAll('%', '%%')}"\n`
    await expect(resolved({ host: 'w' }, { config })).rejects.toMatchObject({ code: 'configuration' })
    await expect(resolved({ host: 'w' }, { config: `HostKeyAlias "${name}"\n` })).rejects.toMatchObject({
      code: 'configuration',
    })
  })

  it('is one in lower case, in ASCII and in the shortest form', () => {
    expect(canonicalHost('WEB.example.jp.')).toBe('web.example.jp.')
    expect(canonicalHost('2001:DB8:0::0001')).toBe('2001:db8::1')
    expect(canonicalHost('FE80::1%eth0')).toBe('fe80::1%eth0')
    expect(canonicalHost('ウェブ.jp')).toBe('xn--gckc5l.jp')
  })

  it('never holds what could begin a line or a field, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' })), (text) => {
        try {
          expect(canonicalHost(parseDestination(text).host)).toMatch(/^[a-z0-9_:][a-z0-9._:%-]*$/)
        } catch (error) {
          expect(error).toMatchObject({ code: 'configuration' })
        }
      }),
      { numRuns: 500 },
    )
  })
})
