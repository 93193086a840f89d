import { execFile } from 'node:child_process'
import { appendFileSync, readdirSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { labSuite } from '../../../lab/suites.ts'
import { enrolHostKey, withHostKey } from './enrol.ts'
import { hostKeysOf, readHostKeys } from './host-keys.ts'
import { hostKeyName } from './known-hosts.ts'
import { hasCommands } from './testing/commands.ts'

const run = promisify(execFile)
const keyText = {
  one: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEOSOFIBOxYE9MZfVjpKVXjyZCjhAH5vqmFDCZLCLPxa',
  two: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGYnBsRnVVjYJzA0FqI1dPOQ0bM1mPvA3S4sWl1X1f0M',
}
const blob = (name: keyof typeof keyText): Buffer => Buffer.from(keyText[name].split(' ')[1] ?? '', 'base64')
const [one, two] = [blob('one'), blob('two')]
const web = { host: 'web', port: 22 }

let folder = ''
let made = 0
const fresh = (): string => join(folder, `known_hosts-${made++}`)
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seisa-enrol-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

describe('enrolling a host key', () => {
  it('makes a file and a folder that are for its owner alone', async () => {
    const inner = join(folder, 'home/.ssh')
    const file = join(inner, 'known_hosts')
    await enrolHostKey(file, { host: 'Web', port: 2222 }, one, { replace: false })
    expect(await readFile(file, 'utf8')).toBe(`[web]:2222 ${keyText.one}\n`)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await stat(inner)).mode & 0o777).toBe(0o700)
    expect(await readdir(inner)).toEqual(['known_hosts'])
  })

  it('adds a line after what is there, ended or not, and none twice', async () => {
    const file = fresh()
    const before = Buffer.from('# \xff\xfe comment\r\nnonsense', 'latin1')
    await writeFile(file, before, { mode: 0o644 })
    await chmod(file, 0o644)
    for (const replace of [false, true, false]) await enrolHostKey(file, web, one, { replace })
    expect(await readFile(file)).toEqual(Buffer.concat([before, Buffer.from(`\nweb ${keyText.one}\n`)]))
    expect((await stat(file)).mode & 0o777).toBe(0o644)
  })

  it('with replace leaves other hosts, authorities and revocations as they are', () => {
    const kept = [
      `@cert-authority web ${keyText.two}`,
      `@revoked web ${keyText.two}`,
      `db ${keyText.two}`,
      `[web]:2222 ${keyText.two}`,
    ].join('\r\n')
    const listed = `WEB,10.0.0.5,web  ${keyText.two} note`
    const text = `web ${keyText.two}\n${kept}\n${listed}\n*.jp,w* ${keyText.two}\n`
    expect(withHostKey(text, 'web', keyText.one, true)).toBe(
      `${kept}\n10.0.0.5  ${keyText.two} note\n*.jp,w*,!web ${keyText.two}\nweb ${keyText.one}\n`,
    )
  })

  it('refuses a link, and a key that the file revokes or excludes', async () => {
    const file = fresh()
    await writeFile(file, `@revoked * ${keyText.two}\n`)
    const link = fresh()
    await symlink(file, link)
    const dangling = fresh()
    await symlink(fresh(), dangling)
    for (const each of [link, dangling]) {
      await expect(enrolHostKey(each, web, one, { replace: true })).rejects.toMatchObject({ code: 'configuration' })
    }
    await expect(enrolHostKey(file, web, two, { replace: true })).rejects.toMatchObject({ code: 'denied' })
    expect(await readFile(file, 'utf8')).toBe(`@revoked * ${keyText.two}\n`)
  })

  it.each([
    'web\nevil',
    'web evil',
    'web,evil',
    'w*',
    '!web',
    '|1|a|b',
    '@revoked',
    '#web',
    '-oweb',
    '',
    'web\0',
    '\u{ff57}eb',
  ])('refuses the host name %j', async (host) => {
    const file = fresh()
    for (const each of [
      { host, port: 22 },
      { host: 'web', port: 22, alias: host },
    ]) {
      await expect(enrolHostKey(file, each, one, { replace: false })).rejects.toMatchObject({ code: 'usage' })
    }
    await expect(stat(file)).rejects.toThrow()
  })

  it('adds exactly one line, whatever the host is called', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1 }), async (host) => {
        const file = fresh()
        await enrolHostKey(file, { host, port: 2222 }, one, { replace: false }).catch(() => undefined)
        const text = await readFile(file, 'latin1').catch(() => '')
        expect(text.split('\n').length).toBeLessThanOrEqual(2)
        if (text !== '') expect(text).toBe(`[${host.toLowerCase()}]:2222 ${keyText.one}\n`)
      }),
    )
  })

  it('leaves a file alone that somebody else changes meanwhile', async () => {
    const inner = join(folder, 'meanwhile')
    await mkdir(inner)
    const file = join(inner, 'known_hosts')
    // large enough for its copy to be seen before it takes the name of the file
    await writeFile(file, `${'# a comment\n'.repeat(500_000)}`)
    const enrolling = enrolHostKey(file, web, one, { replace: false })
    enrolling.catch(() => undefined)
    while (readdirSync(inner).length < 2) await new Promise((done) => setImmediate(done))
    appendFileSync(file, `db ${keyText.two}\n`)
    await expect(enrolling).rejects.toMatchObject({ code: 'output' })
    expect((await readFile(file, 'utf8')).endsWith(`db ${keyText.two}\n`)).toBe(true)
    expect(await readdir(inner)).toEqual(['known_hosts'])
  })

  it('refuses what is no key', async () => {
    const halved = one.subarray(0, 30)
    for (const key of [Buffer.alloc(0), halved, Buffer.from('ssh-ed25519')]) {
      await expect(enrolHostKey(fresh(), web, key, { replace: false })).rejects.toMatchObject({ code: 'usage' })
    }
  })

  it('makes the key trusted and, with replace, any other of the host changed', () => {
    const names = fc.constantFrom('web', 'WEB', 'w*', 'db', '*', '!db', '[web]:2222', '10.0.0.5')
    const list = fc.array(names, { minLength: 1, maxLength: 3 }).map((each) => each.join(','))
    const line = fc.tuple(list, fc.constantFrom(keyText.one, keyText.two)).map((parts) => parts.join(' '))
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), fc.constantFrom(22, 2222), (lines, port) => {
        const host = { host: 'web', port }
        const after = withHostKey(lines.join('\n'), hostKeyName(host), keyText.one, true)
        const keys = hostKeysOf([{ file: 'f', text: after }])
        expect(keys.check(host, one).state).toBe('trusted')
        expect(keys.check(host, two).state).toBe('changed')
      }),
    )
  })
})

labSuite('enrolling beside ssh-keygen', { available: hasCommands('ssh-keygen'), lacks: 'ssh-keygen' }, () => {
  it('writes lines that ssh-keygen finds, hashes and removes', async () => {
    const file = fresh()
    await writeFile(file, `db ${keyText.two}\n`)
    await enrolHostKey(file, { host: '2001:db8::1', port: 2222 }, one, { replace: false })
    await enrolHostKey(file, web, one, { replace: false })
    const found = await run('ssh-keygen', ['-F', '[2001:db8::1]:2222', '-f', file])
    expect(found.stdout).toContain(keyText.one)
    await run('ssh-keygen', ['-q', '-H', '-f', file])
    expect(await readFile(file, 'utf8')).not.toContain('web')
    expect((await readHostKeys([file])).check(web, one)).toMatchObject({ state: 'trusted', by: { line: 3 } })
    await enrolHostKey(file, web, two, { replace: true })
    expect((await readHostKeys([file])).check(web, one)).toMatchObject({ state: 'changed' })
    expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(4)
    await run('ssh-keygen', ['-R', 'web', '-f', file])
    expect((await readHostKeys([file])).check(web, two)).toMatchObject({ state: 'unknown' })
  })
})
