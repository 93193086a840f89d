import { execFile } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { labSuite } from '../../../lab/suites.ts'
import { hostKeyName, matchesPattern, namesHost, parseKnownHosts } from './known-hosts.ts'
import { indexKnownHosts } from './known-hosts-index.ts'
import { hasCommands } from './testing/commands.ts'

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEOSOFIBOxYE9MZfVjpKVXjyZCjhAH5vqmFDCZLCLPxa'
const hashed = (name: string): string => {
  const salt = Buffer.alloc(20, name)
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`
}
const linesNaming = (text: string, name: string): readonly number[] =>
  indexKnownHosts(parseKnownHosts(text, 'f').lines)(name).map(({ line }) => line)

describe('known_hosts', () => {
  it('reads plain, listed, hashed, marked and commented lines, in LF and CRLF', () => {
    const text = [
      '# comment',
      `web,10.0.0.5 ${key} somebody`,
      `\t[web]:2222 ${key}`,
      `${hashed('db')} ${key}`,
      `@revoked * ${key}`,
      `@cert-authority *.example.jp ${key}`,
      '',
    ]
    for (const end of ['\n', '\r\n']) {
      const { lines, badLines } = parseKnownHosts(text.join(end), 'f')
      expect(badLines).toEqual([])
      expect(lines.map(({ line, marker, hosts }) => [line, marker, hosts.slice(0, 8)])).toEqual([
        [2, undefined, 'web,10.0'],
        [3, undefined, '[web]:22'],
        [4, undefined, '|1|ZGRkZ'.slice(0, 3) + hashed('db').slice(3, 8)],
        [5, 'revoked', '*'],
        [6, 'cert-authority', '*.exampl'],
      ])
    }
  })

  it('skips lines that hold no key, and counts them', () => {
    const bad = [
      'web',
      'web ssh-ed25519',
      'web ssh-ed25519 AAAA====',
      `web ssh-rsa ${key.split(' ')[1]}`,
      `@unknown web ${key}`,
      `@revoked @cert-authority web ${key}`,
      `|1|short|hash ${key}`,
      `|2|${hashed('web').slice(3)} ${key}`,
      'web 1024 35 1234567890',
    ]
    expect(parseKnownHosts([...bad, `web ${key}`].join('\n'), 'f')).toMatchObject({
      lines: [{ line: bad.length + 1 }],
      badLines: bad.map((_, index) => index + 1),
    })
  })

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string(), (text, name) => {
        linesNaming(text, name)
      }),
    )
  })

  it('keeps other ports apart, in lower case, and an alias stands for host and port', () => {
    expect(hostKeyName({ host: 'WEB.example.jp', port: 22 })).toBe('web.example.jp')
    expect(hostKeyName({ host: 'web', port: 2222 })).toBe('[web]:2222')
    expect(hostKeyName({ host: '2001:db8::1', port: 22 })).toBe('2001:db8::1')
    expect(hostKeyName({ host: 'fe80::1%eth0', port: 2222 })).toBe('[fe80::1%eth0]:2222')
    expect(hostKeyName({ host: 'web', port: 2222, alias: 'Cluster' })).toBe('cluster')
  })

  it('lets a negated pattern win wherever it stands', () => {
    expect(namesHost('*.jp,!web.jp', 'web.jp')).toBe(false)
    expect(namesHost('!web.jp,*.jp', 'web.jp')).toBe(false)
    expect(namesHost('!web.jp,*.jp', 'db.jp')).toBe(true)
    expect(namesHost('!web.jp', 'db.jp')).toBe(false)
    expect(namesHost('WEB.JP', 'web.jp')).toBe(true)
  })

  it('takes no longer for a hostile pattern', () => {
    const started = performance.now()
    expect(matchesPattern('*a'.repeat(500), `${'a'.repeat(1000)}b`)).toBe(false)
    expect(performance.now() - started).toBeLessThan(1000)
  })

  it('finds a host among 100,000 lines, hashed or plain, within seconds', () => {
    const names = Array.from({ length: 50_000 }, (_, index) => `host-${index}.example.jp`)
    const text = names.map((name) => `${name} ${key}\n${hashed(name)} ${key}\n`).join('')
    const started = performance.now()
    const find = indexKnownHosts(parseKnownHosts(text, 'f').lines)
    for (const index of [0, 25_000, 49_999]) {
      expect(find(`host-${index}.example.jp`).map(({ line }) => line)).toEqual([2 * index + 1, 2 * index + 2])
    }
    const seconds = (performance.now() - started) / 1000
    expect(seconds).toBeLessThan(5)
  })
})

const run = promisify(execFile)
const label = fc.constantFrom(
  'web',
  'db',
  'w*',
  '*',
  '?b',
  'WEB',
  'web.jp',
  '*.jp',
  '10.0.0.5',
  '::1',
  '[web]:2222',
  '[*]:2222',
)
const patterns = fc
  .array(
    fc.tuple(fc.constantFrom('', '', '!'), label).map((parts) => parts.join('')),
    { minLength: 1, maxLength: 3 },
  )
  .map((each) => each.join(','))
const hosts = fc.oneof(patterns, fc.constantFrom('web', 'db', '[web]:2222', '::1').map(hashed))
// after a marker, OpenSSH takes only a space; we take a tab too
const anyLine = fc
  .tuple(fc.constantFrom('', '', '@revoked ', '@cert-authority '), hosts, fc.constantFrom(' ', '\t'))
  .map(([marker, names, space]) => `${marker}${names}${space}${key}`)

labSuite('known_hosts beside ssh-keygen -F', { available: hasCommands('ssh-keygen'), lacks: 'ssh-keygen' }, () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'seisa-known-hosts-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('finds the lines that ssh-keygen finds', async () => {
    const file = join(folder, 'known_hosts')
    const asked = fc.constantFrom('web', 'db', 'WEB', 'web.jp', '10.0.0.5', '::1', '[web]:2222', 'other')
    const endings = fc.constantFrom('\n', '\r\n')
    await fc.assert(
      fc.asyncProperty(fc.array(anyLine, { maxLength: 6 }), endings, asked, async (lines, end, name) => {
        const text = lines.map((line) => line + end).join('')
        await writeFile(file, text)
        const { stdout } = await run('ssh-keygen', ['-F', name.toLowerCase(), '-f', file]).catch((error) => error)
        const found = [...String(stdout).matchAll(/found: line (\d+)/g)].map(([, line]) => Number(line))
        expect(linesNaming(text, name.toLowerCase())).toEqual(found)
      }),
      { numRuns: 200 },
    )
  })
})
