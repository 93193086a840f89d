import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { labSuite } from '../../../lab/suites.ts'
import { fingerprintOf, keyDisplayName, keyTypeOf } from './fingerprint.ts'
import { hostKeysOf, readHostKeys } from './host-keys.ts'
import { hostKeyFault } from './host-keys-fault.ts'
import { hasCommands } from './testing/commands.ts'
import { makeKey, publicBlob, publicText, type Sshd, sshdLab, startSshd } from './testing/sshd.ts'
import { connectVerified } from './testing/verified.ts'

const run = promisify(execFile)
const blob = (seed: number): Buffer => {
  const type = Buffer.from('ssh-ed25519')
  const bytes = Buffer.alloc(4 + type.length + 4 + 32, seed)
  bytes.writeUInt32BE(type.length)
  type.copy(bytes, 4)
  bytes.writeUInt32BE(32, 4 + type.length)
  return bytes
}
const text = (seed: number): string => `ssh-ed25519 ${blob(seed).toString('base64')}`
const known = (...lines: readonly string[]): ReturnType<typeof hostKeysOf> =>
  hostKeysOf([{ file: 'known_hosts', text: lines.join('\n') }])
const web = { host: 'web', port: 22 }

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seisa-host-keys-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

labSuite('a fingerprint', { available: hasCommands('ssh-keygen'), lacks: 'ssh-keygen' }, () => {
  it('is that of ssh-keygen', async () => {
    for (const type of ['ed25519', 'ecdsa', 'rsa']) {
      const file = await makeKey(folder, `fingerprint-${type}`, type)
      const { stdout } = await run('ssh-keygen', ['-lf', `${file}.pub`])
      const key = await publicBlob(`${file}.pub`)
      expect(stdout).toContain(` ${fingerprintOf(key)} `)
      expect(stdout).toContain(`(${keyDisplayName(keyTypeOf(key))})`)
    }
  })
})

describe('a key', () => {
  it('gives no type to what is no key', () => {
    fc.assert(fc.property(fc.uint8Array(), (bytes) => keyTypeOf(Buffer.from(bytes)).length > 0))
    expect(keyTypeOf(Buffer.from([0, 0, 0, 2, 27, 91]))).toBe('unknown')
  })
})

describe('a host key', () => {
  it('is trusted by the line that holds it', () => {
    const verdict = known('db AAAA', `web ${text(1)}`, `web ${text(2)}`).check(web, blob(2))
    expect(verdict).toMatchObject({ state: 'trusted', by: { file: 'known_hosts', line: 3 } })
  })

  it('is unknown where no line names the host, and changed where only other keys are known', () => {
    expect(known(`db ${text(1)}`).check(web, blob(1))).toMatchObject({ state: 'unknown' })
    expect(known(`web ${text(1)}`, `* ${text(2)}`).check(web, blob(3))).toMatchObject({
      state: 'changed',
      known: [
        { line: 1, fingerprint: fingerprintOf(blob(1)) },
        { line: 2, fingerprint: fingerprintOf(blob(2)) },
      ],
    })
  })

  it('is revoked whatever else is said of it', () => {
    const keys = known(`web ${text(1)}`, `@revoked * ${text(1)}`)
    expect(keys.check(web, blob(1))).toMatchObject({ state: 'revoked', by: { line: 2 } })
    expect(keys.check({ host: 'other', port: 2222 }, blob(1))).toMatchObject({ state: 'revoked' })
    const withoutPort = known(`@revoked web ${text(1)}`, `web ${text(1)}`)
    expect(withoutPort.check({ host: 'web', port: 2222 }, blob(1))).toMatchObject({ state: 'revoked' })
  })

  it('on a port of its own is looked up without it only where nothing is known with it, as ssh does', () => {
    const host = { host: 'web', port: 2222 }
    expect(known(`web ${text(2)}`).check(host, blob(2))).toMatchObject({ state: 'trusted' })
    expect(known(`web ${text(2)}`).check(host, blob(1))).toMatchObject({ state: 'unknown' })
    expect(known(`[web]:2222 ${text(1)}`, `web ${text(2)}`).check(host, blob(2))).toMatchObject({ state: 'changed' })
    const alias = { ...host, alias: 'cluster' }
    expect(known(`web ${text(2)}`, `[web]:2222 ${text(2)}`).check(alias, blob(2))).toMatchObject({ state: 'unknown' })
  })

  it('of an authority is no host key', () => {
    expect(known(`@cert-authority web ${text(1)}`).check(web, blob(1))).toMatchObject({ state: 'unknown' })
  })

  it('is asked for as a certificate where something is revoked, so that a revoked authority is seen', () => {
    expect(known(`@revoked * ${text(1)}`).algorithmsFor(web)?.[0]).toBe('ssh-ed25519-cert-v01@openssh.com')
  })

  it('is offered in the types that are known, and never as SHA-1', () => {
    const rsa = `ssh-rsa ${Buffer.from('\0\0\0\x07ssh-rsa\0\0\0\x01\x03\0\0\0\x01\x05').toString('base64')}`
    const names = known(`web ${rsa}`).algorithmsFor(web)
    expect(names?.slice(0, 3)).toEqual(['rsa-sha2-512', 'rsa-sha2-256', 'ssh-ed25519'])
    expect(names).not.toContain('ssh-rsa')
    expect(known(`@cert-authority web ${text(1)}`).algorithmsFor(web)?.[0]).toBe('ssh-ed25519-cert-v01@openssh.com')
    expect(known(`db ${text(1)}`).algorithmsFor(web)).toBeUndefined()
  })
})

describe('a file of host keys', () => {
  it('is empty where there is none, and a fault where it can not be read', async () => {
    expect((await readHostKeys([join(folder, 'none')])).check(web, blob(1))).toMatchObject({ state: 'unknown' })
    const fifo = join(folder, 'fifo')
    await run('mkfifo', [fifo])
    const huge = join(folder, 'huge')
    await writeFile(huge, '')
    await truncate(huge, 65 * 1024 * 1024)
    const circle = join(folder, 'circle')
    await symlink(circle, circle)
    for (const file of [folder, fifo, huge, circle, '/dev/zero']) {
      await expect(readHostKeys([file]), file).rejects.toMatchObject({
        code: 'configuration',
        what: { en: expect.stringContaining(file) },
      })
    }
  })

  it('may be a link, and says which of its lines are bad', async () => {
    const file = join(folder, 'some')
    await mkdir(join(folder, 'links'))
    await writeFile(file, `nonsense\nweb ${text(1)}\n`)
    const link = join(folder, 'links/known_hosts')
    await symlink(file, link)
    const keys = await readHostKeys([link, link])
    expect(keys.badLines).toEqual([{ file: link, line: 1 }])
    expect(keys.check(web, blob(1))).toMatchObject({ state: 'trusted' })
  })
})

describe('the fault of a host key', () => {
  const settings = { name: 'web', target: "o'web 1", host: 'web', port: 2222, knownHostsFiles: ['/k', '/g'] }

  it('shows both fingerprints, the line, how to compare and how to enrol', () => {
    const offered = { type: 'ssh-ed25519', fingerprint: 'SHA256:new' }
    const old = { type: 'ssh-rsa', fingerprint: 'SHA256:old', file: '/k', line: 7 }
    const unknown = hostKeyFault({ state: 'unknown', offered }, settings)
    expect(unknown).toMatchObject({ code: 'denied' })
    expect(unknown.what.en).toBe(
      'the host key of [web]:2222 is not known; it offered ED25519 SHA256:new (looked in /k, /g)',
    )
    for (const words of [
      'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub',
      "seisa doctor --enrol --target 'o'\\''web 1'",
    ]) {
      expect(unknown.next?.en).toContain(words)
      expect(unknown.next?.ja).toContain(words)
    }
    const changed = hostKeyFault({ state: 'changed', offered, known: [old] }, settings)
    expect(changed.what.en).toContain('somebody may be in between')
    expect(changed.what.ja).toContain('割り込')
    for (const one of ['SHA256:new', 'RSA SHA256:old', '/k:7']) expect(changed.what.ja).toContain(one)
    const revoked = hostKeyFault({ state: 'revoked', offered, by: old }, settings)
    expect(revoked.what.en).toContain('/k:7')
    expect(revoked.next?.en).not.toContain('--enrol')
  })
})

labSuite('host keys beside ssh', sshdLab, () => {
  let plain: Sshd
  let certified: Sshd
  let userKey = ''
  const texts: Record<string, string> = {}
  beforeAll(async () => {
    const hostKeys = await Promise.all(['ed25519', 'ecdsa', 'rsa'].map((type) => makeKey(folder, `host-${type}`, type)))
    userKey = await makeKey(folder, 'user')
    const [ed25519 = ''] = hostKeys
    const authority = await makeKey(folder, 'authority')
    await run('ssh-keygen', ['-q', '-s', authority, '-I', 'id', '-h', '-n', '127.0.0.1', `${ed25519}.pub`])
    for (const name of ['host-ed25519', 'host-ecdsa', 'host-rsa', 'user', 'authority']) {
      texts[name] = await publicText(join(folder, name))
    }
    texts['foreign-rsa'] = await publicText(await makeKey(folder, 'foreign-rsa', 'rsa'))
    const config = [...hostKeys.map((file) => `HostKey ${file}`), 'MaxStartups 100']
    plain = await startSshd(folder, userKey, config)
    certified = await startSshd(folder, userKey, [...config, `HostCertificate ${ed25519}-cert.pub`])
  })
  afterAll(() => Promise.all([plain?.stop(), certified?.stop()]))

  const sshSays = async (port: number, file: string): Promise<string> => {
    const options = [`UserKnownHostsFile=${file}`, 'GlobalKnownHostsFile=/dev/null', 'StrictHostKeyChecking=yes']
    const all = [...options, 'BatchMode=yes', 'IdentityAgent=none', `IdentityFile=${userKey}`].flatMap((each) => [
      '-o',
      each,
    ])
    const args = ['-F', '/dev/null', ...all, '-p', String(port), 'root@127.0.0.1', 'true']
    try {
      await run('ssh', args)
      return 'trusted'
    } catch (error) {
      const said = String(error)
      if (/revoked/i.test(said)) return 'revoked'
      if (/IDENTIFICATION HAS CHANGED/.test(said)) return 'changed'
      if (/host key is known/.test(said)) return 'unknown'
      throw error
    }
  }

  type Entry = readonly [marker: string, names: string, key: string]
  const keys = fc.constantFrom('host-ed25519', 'host-ecdsa', 'host-rsa', 'user', 'foreign-rsa', 'authority')
  const marker = fc.constantFrom('', '', '', '@revoked ', '@cert-authority ')
  const entriesWith = (...names: readonly string[]): fc.Arbitrary<readonly Entry[]> =>
    fc.array(fc.tuple(marker, fc.constantFrom(...names), keys), { maxLength: 4 })
  const both = async (port: number, entries: readonly Entry[], hash: boolean) => {
    const file = join(folder, 'known_hosts')
    const lines = entries.map(([mark, name, key]) => `${mark}${name.replace('PORT', String(port))} ${texts[key]}\n`)
    await writeFile(file, lines.join(''))
    if (hash) await run('ssh-keygen', ['-q', '-H', '-f', file]).catch(() => undefined)
    const { verdicts } = await connectVerified({ port, knownHosts: file, userKey })
    return { ours: verdicts[0]?.state, theirs: await sshSays(port, file) }
  }

  it('are judged as ssh judges them, for any known_hosts', async () => {
    const entries = entriesWith('[127.0.0.1]:PORT', '127.0.0.1', '*', '[*]:PORT', 'other', '*,![127.0.0.1]:PORT')
    await fc.assert(
      fc.asyncProperty(entries, fc.boolean(), async (lines, hash) => {
        const { ours, theirs } = await both(plain.port, lines, hash)
        const isNamed = lines.some(([mark, name]) => mark === '' && /^\*$|^\[/.test(name))
        if (isNamed || theirs === 'trusted') expect(ours).toBe(theirs)
        // known without its port only: ssh offers its favourite type first, and says no more than that it is unknown
        else if (ours === 'trusted')
          expect(lines).toContainEqual(['', expect.stringMatching(/^127|!/), expect.anything()])
      }),
      { numRuns: 12 },
    )
  })

  it('with a certificate are judged as ssh judges them, for any known_hosts', async () => {
    const entries = entriesWith('[127.0.0.1]:PORT', '*', '[*]:PORT', 'other')
    await fc.assert(
      fc.asyncProperty(entries, fc.boolean(), async (lines, hash) => {
        const { ours, theirs } = await both(certified.port, lines, hash)
        // where ssh goes on with the bare key of a certificate that a strange authority signed, we say so
        if (ours === 'refused') expect(['unknown', 'changed']).toContain(theirs)
        else expect(ours).toBe(theirs)
      }),
      { numRuns: 12 },
    )
  })

  it('that are refused never see a user name', async () => {
    const file = join(folder, 'refused')
    await writeFile(file, `[127.0.0.1]:${plain.port} ${texts['user']}\n`)
    const before = plain.log().length
    const { verdicts, bytes } = await connectVerified({ port: plain.port, knownHosts: file, userKey })
    expect({ state: verdicts[0]?.state, bytes }).toEqual({ state: 'changed', bytes: undefined })
    expect(plain.log().slice(before)).not.toMatch(/user root|publickey|Accepted/)
  })
})
