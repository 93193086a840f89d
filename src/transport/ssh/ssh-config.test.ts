import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { labSuite } from '../../../lab/suites.ts'
import { hasCommands } from './testing/commands.ts'
import { canonicalHost } from './resolve-destination.ts'
import { expandHome } from './resolve-tokens.ts'
import { evaluateSshConfig, type SshConfigOptions } from './ssh-config.ts'
import { readSshConfig } from './ssh-config-files.ts'
import { splitConfigLine, splitWords } from './ssh-config-lines.ts'

const run = promisify(execFile)
const localUser = userInfo().username
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seisa-ssh-config-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

let made = 0
const written = async (text: string): Promise<string> => {
  const file = join(folder, `config-${made++}`)
  await writeFile(file, text, { mode: 0o600 })
  return file
}
const evaluated = async (text: string, host: string): Promise<SshConfigOptions> => {
  const file = await written(text)
  const lines = await readSshConfig({ file, folder, home: folder, checkOwner: true })
  return evaluateSshConfig([lines], { host, localUser })
}

describe('ssh_config', () => {
  it('takes the first value of each keyword, and collects identity files', async () => {
    const text =
      'Host web\n Port 2222\n IdentityFile a\nHost *\n Port 22\n User bob\n IdentityFile b\n IdentityFile a\n'
    expect(await evaluated(text, 'web')).toMatchObject({ port: 2222, user: 'bob', identityFiles: ['a', 'b'] })
    expect(await evaluated(text, 'db')).toMatchObject({ port: 22, identityFiles: ['b', 'a'] })
  })

  it('tells users apart by case, and no time from how it is written', async () => {
    const text = `Match localuser ${localUser.toUpperCase()}\n Port 1\nMatch localuser ${localUser}\n Port 2\n`
    expect((await evaluated(text, 'web')).port).toBe(2)
    expect((await evaluated('Match user ROOT\n Port 1\nMatch user root\n Port 2\nUser root\n', 'web')).port).not.toBe(1)
    for (const [written, seconds] of [
      ['90', 90],
      ['1m30s', 90],
      ['2M', 120],
      ['1h1', 3601],
    ] as const)
      expect((await evaluated(`ConnectTimeout ${written}\n`, 'web')).connectTimeoutSeconds).toBe(seconds)
    for (const odd of ['s', '1x', '-1', '1 0x', `${'1'.repeat(50_000)}x`])
      await expect(evaluated(`ConnectTimeout "${odd}"\n`, 'web')).rejects.toThrow('not a time')
  })

  it('never runs what a Match exec names, does not use its block, and says so', async () => {
    const proof = join(folder, 'executed')
    const text = `Match exec "touch ${proof}"\n Port 1\nMatch !exec "touch ${proof}"\n Port 2\nMatch all\n Port 3\n`
    const options = await evaluated(text, 'web')
    expect(options.port).toBe(3)
    expect(options.notes.map((note) => note.en)).toEqual([
      expect.stringContaining(':1: match: the criterion exec is not evaluated'),
      expect.stringContaining(':3: match: the criterion exec is not evaluated'),
    ])
    await expect(run('test', ['-e', proof])).rejects.toThrow()
  })

  it('says that it does not follow what would take keys away, and keeps quiet where that is off', async () => {
    const { notes } = await evaluated('RevokedHostKeys /etc/revoked\nCanonicalizeHostname no\n', 'web')
    expect(notes.map((note) => note.en)).toEqual([expect.stringContaining('put revoked keys into known_hosts')])
  })

  it.each([
    ['Port http', 'not a port number'],
    ['Port 0', 'not a port number'],
    ['Port', 'has no value'],
    ['ConnectTimeout soon', 'not a time'],
    ['HostName %x', 'HostName can not hold %x'],
    ['Match host', 'match host has no value'],
    ['Match', 'match has no criteria'],
    ['User "bob', 'a quote is not closed'],
  ])('refuses %s with file and line', async (line, words) => {
    await expect(evaluated(`# first\n${line}\n`, 'web')).rejects.toMatchObject({
      code: 'configuration',
      what: { en: expect.stringMatching(new RegExp(`config-\\d+:2: .*${words}`)) },
    })
  })

  it('refuses a configuration of the user that others can write', async () => {
    const file = await written('Port 1\n')
    await chmod(file, 0o666)
    const place = { file, folder, home: folder }
    await expect(readSshConfig({ ...place, checkOwner: true })).rejects.toMatchObject({ code: 'configuration' })
    await expect(readSshConfig({ ...place, checkOwner: false })).resolves.toHaveLength(1)
  })

  it('refuses a FIFO, a folder and a file that includes itself, and takes none for an empty one', async () => {
    const fifo = join(folder, 'fifo')
    await run('mkfifo', [fifo])
    const circle = join(folder, 'circle')
    await writeFile(circle, `Include ${circle}\n`)
    for (const file of [fifo, folder, circle]) {
      const place = { file, folder, home: folder, checkOwner: false }
      await expect(readSshConfig(place), file).rejects.toMatchObject({ code: 'configuration' })
    }
    const nothing = { file: join(folder, 'nothing'), folder, home: folder, checkOwner: false }
    await expect(readSshConfig(nothing)).resolves.toEqual([])
  })

  it('includes by glob in the order of names, hidden files aside, and a block ends with its file', async () => {
    const inner = join(folder, 'conf.d')
    await mkdir(inner)
    await writeFile(join(inner, '20.conf'), 'Port 20\nUser late\n')
    await writeFile(join(inner, '10.conf'), 'Host other\n Port 10\n')
    await writeFile(join(inner, '.05.conf'), 'Port 5\n')
    await writeFile(join(inner, '15.conf~'), 'Port 15\n')
    expect(await evaluated('Include conf.d/[0-9]*.conf\nUser first\n', 'web')).toMatchObject({ port: 20, user: 'late' })
    expect(await evaluated('Host none\n Include conf.d/*.conf\nHost web\n Port 7\n', 'web')).toMatchObject({ port: 7 })
    expect(await evaluated('Include ~/conf.d/*.conf\n', 'other')).toMatchObject({ port: 10 })
  })

  it('splits any line without throwing', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab=# \t"\'\\') }), (text) => {
        splitConfigLine(text)
        for (const word of splitWords(text) ?? []) expect(typeof word).toBe('string')
      }),
    )
  })
})

const keyword = (name: string): fc.Arbitrary<string> => fc.constantFrom(name, name.toLowerCase(), name.toUpperCase())
const between = fc.constantFrom(' ', '=', ' = ', '\t', '  ')
const value = (...values: readonly string[]): fc.Arbitrary<string> =>
  fc.tuple(fc.constantFrom(...values), fc.constantFrom('', '"', "'")).map(([text, quote]) => quote + text + quote)
const bare = (...values: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...values)
const pattern = bare('web', 'w*', '*', '?b', '!db', '!web', 'web-?', 'WEB', 'Web', '*.x', 'we?', 'b', 'db', '10.0.0.*')
const end = fc.constantFrom('', ' ', ' # comment', '\r')
const line = (name: string, text: fc.Arbitrary<string>, ending = end): fc.Arbitrary<string> =>
  fc.tuple(fc.constantFrom('', ' ', '\t'), keyword(name), between, text, ending).map((parts) => parts.join(''))
const list = fc.array(pattern, { minLength: 1, maxLength: 3 }).map((each) => each.join(','))
const users = fc.array(bare('bob', '!bob', 'r*', localUser, 'ann', 'BOB'), { minLength: 1, maxLength: 2 })
const criterion = fc.oneof(
  fc.tuple(bare('', '!'), bare('host ', 'originalhost ', 'Host=', 'host\t'), list).map((parts) => parts.join('')),
  fc
    .tuple(
      bare('', '!'),
      bare('user ', 'localuser '),
      users.map((each) => each.join(',')),
    )
    .map((parts) => parts.join('')),
  bare('final', '!final', 'canonical', '!canonical'),
)
const match = fc.oneof(
  fc.array(criterion, { minLength: 1, maxLength: 3 }).map((each) => each.join(' ')),
  bare('all', 'final all', 'canonical all'),
)
const directive = fc.oneof(
  {
    arbitrary: line(
      'Host',
      fc.array(pattern, { minLength: 1, maxLength: 3 }).map((each) => each.join(' ')),
    ),
    weight: 3,
  },
  { arbitrary: line('Match', match, fc.constantFrom('', ' ')), weight: 3 },
  line('HostName', value('db.x', '%h.x', 'WEB', '10.0.0.5', '2001:DB8::0005', '%%h')),
  line('User', value('bob', 'ann', 'BOB')),
  line('Port', value('22', '2222', '022', '65535')),
  line('IdentityFile', value('~/.ssh/one', '/two', 'none', '%d/three')),
  line('IdentitiesOnly', value('yes', 'no')),
  line('IdentityAgent', value('none', 'SSH_AUTH_SOCK', '$AGENT', '/run/agent')),
  line('HostKeyAlias', value('alias', 'db')),
  line('ProxyJump', bare('hop', 'none', 'u@hop:5,hop2', '[::1]:5'), fc.constant('')),
  line('ProxyCommand', bare('none', 'nc %h %p', '"a b" c'), fc.constant('')),
  line('UserKnownHostsFile', bare('/a', '/a /b', 'none', '~/c')),
  line('GlobalKnownHostsFile', bare('/g', '/g /h')),
  line('ConnectTimeout', value('5', '1m30', 'none', '2H')),
  bare('', '# Port 9', '   '),
)
const configuration = fc.array(directive, { maxLength: 14 }).map((lines) => `${lines.join('\n')}\n`)
const asked = bare('web', 'db', 'WEB', 'web-1', '10.0.0.5', 'b', '2001:DB8::1')

/** What `ssh -G` and our own reading have in common, in the words of `ssh -G`. */
const comparable = (options: SshConfigOptions): Readonly<Record<string, string | undefined>> => ({
  hostname: isIPv6(options.hostName) ? canonicalHost(options.hostName) : options.hostName.toLowerCase(),
  user: options.user ?? localUser,
  port: String(options.port ?? 22),
  identityfile: options.identityFiles.length > 0 ? options.identityFiles.join('\n') : undefined,
  identitiesonly: options.identitiesOnly ? 'yes' : 'no',
  identityagent: options.identityAgent,
  hostkeyalias: options.hostKeyAlias,
  proxyjump: options.proxyJump === 'none' ? undefined : options.proxyJump,
  proxycommand: options.proxyCommand === 'none' ? undefined : options.proxyCommand,
  userknownhostsfile: options.userKnownHostsFiles?.map((file) => expandHome(file, userInfo().homedir)).join(' '),
  globalknownhostsfile: options.globalKnownHostsFiles?.join(' '),
  connecttimeout: options.connectTimeoutSeconds === undefined ? 'none' : String(options.connectTimeoutSeconds),
})

labSuite('ssh_config beside ssh -G', { available: hasCommands('ssh'), lacks: 'ssh' }, () => {
  it('gives what ssh gives, for any configuration', async () => {
    await fc.assert(
      fc.asyncProperty(configuration, configuration, asked, async (text, more, host) => {
        const included = await written(more)
        const file = await written(text.replace(/^# Port 9$/m, `Include ${included}`))
        const { stdout } = await run('ssh', ['-G', '-F', file, host])
        const said = Map.groupBy(
          stdout.split('\n').map((each) => /^(\S+) (.*)$/.exec(each) ?? ['', '', '']),
          ([, name = '']) => name,
        )
        const lines = await readSshConfig({ file, folder, home: folder, checkOwner: true })
        const ours = comparable(evaluateSshConfig([lines], { host, localUser }))
        for (const [name, expected] of Object.entries(ours)) {
          // ssh leaves an IPv6 address in capitals when nothing else of it changes
          const texts = said.get(name)?.map(([, , text = '']) => (text.includes('::') ? text.toLowerCase() : text))
          if (expected !== undefined) expect(texts?.join('\n'), name).toBe(expected)
          else if (!['identityfile', 'userknownhostsfile', 'globalknownhostsfile'].includes(name)) {
            expect(texts, name).toBeUndefined()
          }
        }
      }),
      { numRuns: 300 },
    )
  })
})
