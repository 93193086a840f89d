import { execFile } from 'node:child_process'
import { generateKeyPairSync, sign } from 'node:crypto'
import { copyFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import type { Client } from 'ssh2'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { labSuite } from '../../../lab/suites.ts'
import { makeHostVerifier } from './host-certificate.ts'
import { checkHostCertificate } from './host-certificate-check.ts'
import { parseCertificate } from './host-certificate-parse.ts'
import { type HostKeyVerdict, hostKeysOf } from './host-keys.ts'
import { hasCommands } from './testing/commands.ts'
import { makeKey, publicBlob, publicText, type Sshd, sshdLab, startSshd } from './testing/sshd.ts'
import { connectVerified, type Verified } from './testing/verified.ts'

const run = promisify(execFile)
let folder = ''
const keys: Record<string, string> = {}
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seisa-certificate-'))
  if (!hasCommands('ssh-keygen')) return
  const wanted: readonly (readonly [name: string, type: string, bits?: number])[] = [
    ['user', 'ed25519'],
    ['ca-ed25519', 'ed25519'],
    ['ca-ecdsa', 'ecdsa', 384],
    ['ca-rsa', 'rsa', 2048],
    ['ca-small', 'rsa', 1024],
    ['other-ca', 'ed25519'],
    ['ssh-ed25519', 'ed25519'],
    ['nistp256', 'ecdsa', 256],
    ['nistp384', 'ecdsa', 384],
    ['nistp521', 'ecdsa', 521],
    ['rsa', 'rsa', 2048],
  ]
  for (const [name, type, bits] of wanted) keys[name] = await makeKey(folder, name, type, bits)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

let made = 0
/** Signs a host key and gives the certificate's file. */
async function signed(key: string, authority: string, options: readonly string[]): Promise<string> {
  const certificate = join(folder, `certificate-${made++}.pub`)
  const copy = join(folder, `copy-${made++}`)
  await copyFile(`${keys[key]}.pub`, `${copy}.pub`)
  await run('ssh-keygen', ['-q', '-s', keys[authority] ?? '', '-I', 'id', ...options, `${copy}.pub`])
  await rename(`${copy}-cert.pub`, certificate)
  return certificate
}

const forWeb = ['-h', '-n', 'web']
const now = new Date('2026-06-01T00:00:00Z')
const judged = async (certificate: Buffer, ...lines: readonly string[]): Promise<HostKeyVerdict> => {
  const hostKeys = hostKeysOf([{ file: 'known_hosts', text: lines.join('\n') }])
  return checkHostCertificate(hostKeys, { host: 'web', port: 22 }, certificate, now).verdict
}
const text = (name: string): Promise<string> => publicText(keys[name] ?? '')
const authorityLine = async (name: string, hosts = '*'): Promise<string> =>
  `@cert-authority ${hosts} ${await text(name)}`

labSuite('a host certificate', { available: hasCommands('ssh-keygen'), lacks: 'ssh-keygen' }, () => {
  it.each([
    ['ca-ed25519', []],
    ['ca-ecdsa', []],
    ['ca-rsa', []],
    ['ca-rsa', ['-t', 'rsa-sha2-256']],
    ['ca-rsa', ['-t', 'rsa-sha2-512']],
  ])('is trusted when %s signed it, %j', async (authority, options) => {
    for (const key of ['ssh-ed25519', 'nistp256', 'nistp384', 'nistp521']) {
      const certificate = await publicBlob(await signed(key, authority, [...forWeb, ...options]))
      const verdict = await judged(certificate, 'db nonsense', await authorityLine(authority, '*,!db'))
      expect(verdict, key).toMatchObject({ state: 'trusted', by: { line: 2 } })
    }
  })

  const refusals: readonly (readonly [string, string, readonly string[], string])[] = [
    ['expired', 'ca-ed25519', [...forWeb, '-V', '20250101:20260101'], 'it expired at 202'],
    ['not yet valid', 'ca-ed25519', [...forWeb, '-V', '20270101:20280101'], 'it is not valid before 202'],
    ['for another host', 'ca-ed25519', ['-h', '-n', 'db,*.web,we'], 'it is not for web'],
    ['for any host', 'ca-ed25519', ['-h'], 'it names no host'],
    ['for a user', 'ca-ed25519', ['-n', 'web'], 'it is not a host certificate'],
    ['with a critical option', 'ca-ed25519', [...forWeb, '-O', 'critical:x@example.jp=1'], 'critical options'],
    ['signed with SHA-1', 'ca-rsa', [...forWeb, '-t', 'ssh-rsa'], 'ssh-rsa with SHA-1'],
    ['signed by a key that is too short', 'ca-small', forWeb, 'of a kind that is not accepted'],
    ['of a strange authority', 'other-ca', forWeb, 'which no @cert-authority line for this host holds'],
  ]
  it.each(refusals)('is refused when it is %s', async (_, authority, options, why) => {
    const certificate = await publicBlob(await signed('ssh-ed25519', authority, options))
    const known = await Promise.all(['ca-ed25519', 'ca-rsa', 'ca-small'].map((each) => authorityLine(each)))
    const verdict = await judged(certificate, ...known)
    expect(verdict).toMatchObject({ state: 'refused', why: { en: expect.stringContaining(why) } })
  })

  it('that does not hold is refused even where its bare key is known; a strange one leaves it to the bare key', async () => {
    const bare = `web ${await text('ssh-ed25519')}`
    const expired = await publicBlob(await signed('ssh-ed25519', 'ca-ed25519', [...forWeb, '-V', '20250101:20260101']))
    expect((await judged(expired, bare, await authorityLine('ca-ed25519'))).state).toBe('refused')
    const strange = await publicBlob(await signed('ssh-ed25519', 'other-ca', forWeb))
    expect(await judged(strange, await authorityLine('ca-ed25519'), bare)).toMatchObject({
      state: 'trusted',
      by: { line: 2 },
    })
    expect((await judged(strange, `web ${await text('user')}`)).state).toBe('changed')
    expect((await judged(strange, await authorityLine('other-ca', 'db'))).state).toBe('unknown')
  })

  it('is revoked with its authority and with its key, whatever trusts it', async () => {
    const certificate = await publicBlob(await signed('ssh-ed25519', 'ca-ed25519', forWeb))
    for (const name of ['ca-ed25519', 'ssh-ed25519']) {
      const lines = [
        await authorityLine('ca-ed25519'),
        `web ${await text('ssh-ed25519')}`,
        `@revoked * ${await text(name)}`,
      ]
      expect(await judged(certificate, ...lines), name).toMatchObject({ state: 'revoked', by: { line: 3 } })
    }
  })

  it('is refused when looking at it goes wrong', async () => {
    const certificate = await publicBlob(await signed('ssh-ed25519', 'ca-ed25519', forWeb))
    const text = await authorityLine('ca-ed25519')
    const verdicts: HostKeyVerdict[] = []
    const verifier = makeHostVerifier({
      settings: { host: 'web', port: 22 },
      hostKeys: hostKeysOf([{ file: 'known_hosts', text }]),
      now: () => now,
      clientOf: () => {
        throw new Error('no client')
      },
      onVerdict: (verdict) => verdicts.push(verdict),
    })
    expect(verifier(certificate)).toBe(false)
    expect(verdicts).toMatchObject([{ state: 'refused' }])
  })

  it('with one bit changed anywhere is not trusted', async () => {
    const certificate = await publicBlob(await signed('nistp256', 'ca-ecdsa', forWeb))
    const authority = await authorityLine('ca-ecdsa')
    for (let bit = 0; bit < certificate.length * 8; bit += 7) {
      const changed = Buffer.from(certificate)
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect((await judged(changed, authority)).state, `bit ${bit}`).not.toBe('trusted')
    }
    for (const cut of [0, 1, 40, certificate.length - 1]) {
      expect((await judged(certificate.subarray(0, cut), authority)).state).toBe('refused')
    }
    expect((await judged(Buffer.concat([certificate, Buffer.alloc(1)]), authority)).state).toBe('refused')
  })

  it('of any bytes is read or not, and nothing throws', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => void parseCertificate(Buffer.from(bytes))))
  })
})

labSuite('a host certificate of a real sshd', sshdLab, () => {
  const using = async <Result>(
    certificate: string,
    key: string,
    use: (sshd: Sshd) => Promise<Result>,
    lines: readonly string[] = [],
  ): Promise<Result> => {
    const sshd = await startSshd(folder, keys['user'] ?? '', [
      `HostKey ${keys[key]}`,
      `HostCertificate ${certificate}`,
      ...lines,
    ])
    return use(sshd).finally(sshd.stop)
  }
  const knownHosts = async (...lines: readonly string[]): Promise<string> => {
    const file = join(folder, `known-${made++}`)
    await writeFile(file, lines.map((each) => `${each}\n`).join(''))
    return file
  }
  const connected = (
    sshd: Sshd,
    file: string,
    command?: string,
    meddle?: (client: Client) => void,
  ): Promise<Verified> =>
    connectVerified({
      alias: 'web.example.jp',
      port: sshd.port,
      knownHosts: file,
      userKey: keys['user'] ?? '',
      ...(command === undefined ? {} : { command }),
      ...(meddle ? { meddle } : {}),
    })
  const exchangeOf = (client: Client): object => Reflect.get(Reflect.get(client, '_protocol'), '_kex')
  const sshAccepts = async (sshd: Sshd, file: string): Promise<boolean> => {
    const known = [`UserKnownHostsFile=${file}`, 'GlobalKnownHostsFile=/dev/null', 'StrictHostKeyChecking=yes']
    const own = ['HostKeyAlias=web.example.jp', 'BatchMode=yes', 'IdentityAgent=none', `IdentityFile=${keys['user']}`]
    const options = [...known, ...own].flatMap((each) => ['-o', each])
    const args = ['-F', '/dev/null', ...options, '-p', String(sshd.port), 'root@127.0.0.1', 'true']
    return run('ssh', args).then(
      () => true,
      () => false,
    )
  }

  it.each(['ssh-ed25519', 'nistp256', 'nistp384', 'nistp521'])(
    'is accepted for a %s key, and through every further key exchange',
    async (key) => {
      const certificate = await signed(key, 'ca-ed25519', ['-h', '-n', 'web.example.jp'])
      const file = await knownHosts(await authorityLine('ca-ed25519', '*.example.jp'))
      const result = await using(certificate, key, (sshd) => connected(sshd, file, 'head -c 6000000 /dev/zero'), [
        'RekeyLimit 1M',
      ])
      expect(result.bytes).toBe(6_000_000)
      expect(result.verdicts.length).toBeGreaterThan(5)
      expect(new Set(result.verdicts.map(({ state }) => state))).toEqual(new Set(['trusted']))
    },
  )

  const cases: readonly (readonly [string, string, readonly string[], string, boolean])[] = [
    ['valid', 'ca-ed25519', ['-h', '-n', 'db.example.jp,web.example.jp'], 'ca-ed25519', true],
    ['valid, signed with RSA', 'ca-rsa', ['-h', '-n', 'web.example.jp'], 'ca-rsa', true],
    ['expired', 'ca-ed25519', ['-h', '-n', 'web.example.jp', '-V', '20200101:20210101'], 'ca-ed25519', false],
    ['not yet valid', 'ca-ed25519', ['-h', '-n', 'web.example.jp', '-V', '20900101:20910101'], 'ca-ed25519', false],
    ['for another name', 'ca-ed25519', ['-h', '-n', 'db.example.jp'], 'ca-ed25519', false],
    ['for a user', 'ca-ed25519', ['-n', 'web.example.jp'], 'ca-ed25519', false],
    ['of another authority', 'other-ca', ['-h', '-n', 'web.example.jp'], 'ca-ed25519', false],
    ['signed with SHA-1', 'ca-rsa', ['-h', '-n', 'web.example.jp', '-t', 'ssh-rsa'], 'ca-rsa', false],
  ]
  it.each(cases)('is judged as ssh judges it: %s', async (_, authority, options, trusted, accepted) => {
    const certificate = await signed('ssh-ed25519', authority, options)
    const file = await knownHosts(await authorityLine(trusted, '*.example.jp'))
    const result = await using(certificate, 'ssh-ed25519', async (sshd) => ({
      ours: await connected(sshd, file),
      theirs: await sshAccepts(sshd, file),
      log: sshd.log(),
    }))
    expect({ ours: result.ours.bytes !== undefined, theirs: result.theirs }).toEqual({
      ours: accepted,
      theirs: accepted,
    })
    expect(result.ours.verdicts[0]?.state).toBe(accepted ? 'trusted' : 'refused')
    if (!accepted) expect(result.log).not.toContain('Accepted')
  })

  it('is refused when its authority is revoked, as by ssh', async () => {
    const certificate = await signed('ssh-ed25519', 'ca-ed25519', ['-h', '-n', 'web.example.jp'])
    const authority = await authorityLine('ca-ed25519', '*.example.jp')
    const file = await knownHosts(authority, `@revoked * ${await text('ca-ed25519')}`)
    const result = await using(certificate, 'ssh-ed25519', async (sshd) => ({
      ours: await connected(sshd, file),
      theirs: await sshAccepts(sshd, file),
    }))
    expect(result.theirs).toBe(false)
    expect(result.ours.verdicts.map(({ state }) => state)).toEqual(['revoked'])
  })

  it('is not asked for where it can not be verified: an RSA one gives way to the plain key', async () => {
    const certificate = await signed('rsa', 'ca-ed25519', ['-h', '-n', 'web.example.jp'])
    const authority = await authorityLine('ca-ed25519', '*.example.jp')
    const [alone, known] = [
      await knownHosts(authority),
      await knownHosts(authority, `web.example.jp ${await text('rsa')}`),
    ]
    const states = await using(certificate, 'rsa', async (sshd) => [
      (await connected(sshd, alone)).verdicts[0]?.state,
      (await connected(sshd, known)).verdicts[0]?.state,
    ])
    expect(states).toEqual(['unknown', 'trusted'])
  })

  it('is refused, not accepted, when the key exchange is not as expected', async () => {
    const certificate = await signed('ssh-ed25519', 'ca-ed25519', ['-h', '-n', 'web.example.jp'])
    const file = await knownHosts(await authorityLine('ca-ed25519'))
    const meddlings: readonly ((client: Client) => void)[] = [
      (client) => Reflect.set(client, '_protocol', Object.create(Reflect.get(client, '_protocol'), { _kex: {} })),
      (client) => Reflect.set(exchangeOf(client), '_hostKey', Buffer.from('another')),
      (client) => Reflect.set(exchangeOf(client), '_finished', true),
      (client) => Reflect.set(exchangeOf(client), '_hostVerified', undefined),
      (client) => Reflect.set(Reflect.get(exchangeOf(client), 'negotiated'), 'serverHostKey', 'ssh-ed25519'),
      (client) => Object.freeze(Reflect.get(exchangeOf(client), 'negotiated')),
    ]
    const results = await using(certificate, 'ssh-ed25519', async (sshd) => {
      const found: Verified[] = []
      for (const meddle of meddlings) found.push(await connected(sshd, file, 'true', meddle))
      return found
    })
    for (const { verdicts, bytes } of results) {
      expect(verdicts).toMatchObject([{ state: 'refused', why: { en: expect.stringContaining('ssh2') } }])
      expect(bytes).toBeUndefined()
    }
  })

  it('may name its hosts with a wildcard, as OpenSSH 10 takes it and 9 did not', async () => {
    const certificate = await signed('ssh-ed25519', 'ca-ed25519', ['-h', '-n', '*.example.jp'])
    const file = await knownHosts(await authorityLine('ca-ed25519'))
    const { verdicts } = await using(certificate, 'ssh-ed25519', (sshd) => connected(sshd, file))
    expect(verdicts).toMatchObject([{ state: 'trusted' }])
  })

  it('does not help who holds another key: the exchange must be signed by the certified one', async () => {
    const certificate = await signed('ssh-ed25519', 'ca-ed25519', ['-h', '-n', 'web.example.jp'])
    const file = await knownHosts(await authorityLine('ca-ed25519'))
    const { privateKey } = generateKeyPairSync('ed25519')
    const foreign = sign(null, Buffer.alloc(32), privateKey)
    const parts = [Buffer.from([0, 0, 0, 11]), Buffer.from('ssh-ed25519'), Buffer.from([0, 0, 0, 64]), foreign]
    const attempt = using(certificate, 'ssh-ed25519', (sshd) =>
      connected(sshd, file, 'true', (client) => Reflect.set(exchangeOf(client), '_sig', Buffer.concat(parts))),
    )
    await expect(attempt).rejects.toThrow('signature verification failed')
  })
})

describe('ssh2', () => {
  it('is the version whose insides were read', async () => {
    const { default: read } = await import('ssh2/package.json', { with: { type: 'json' } })
    expect(read.version).toBe('1.17.0')
  })
})
