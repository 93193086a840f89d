import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hostText, parseHost } from './host-list-address.ts'

const address = (text: string): unknown => {
  const parsed = parseHost(text)
  return parsed.ok ? parsed.address : parsed.says.what.en
}

describe('a host', () => {
  it.each([
    ['web-1', { host: 'web-1' }],
    ['web-1.example.jp.', { host: 'web-1.example.jp.' }],
    ['admin@10.0.0.5:2222', { host: '10.0.0.5', port: 2222, username: 'admin' }],
    ['[2001:db8::1]:22', { host: '2001:db8::1', port: 22 }],
    ['[2001:db8::1]', { host: '2001:db8::1' }],
    ['2001:db8::1', { host: '2001:db8::1' }],
    ['root@fe80::1%eth0', { host: 'fe80::1%eth0', username: 'root' }],
    ['svc@corp.example.jp@web-1', { host: 'web-1', username: 'svc@corp.example.jp' }],
    ['CORP\\svc@web-1', { host: 'web-1', username: 'CORP\\svc' }],
    ['　ｗｅｂ－１：２２ ', { host: 'web-1', port: 22 }],
    ['経理サーバ', { host: '経理サーバ' }],
  ])('is understood: %s', (text, expected) => {
    expect(address(text)).toEqual(expected)
  })

  it.each([
    '-oProxyCommand=id',
    '-web',
    '[-web]',
    'a b',
    'a\u0000b',
    'a\nb',
    '../../x',
    'a/b',
    'a\\b',
    '"web"',
    "we'b",
    '`id`',
    '$(id)',
    'a;b',
    'a|b',
    'a,b',
    'web*',
    '!web',
    '.',
    '..',
    'a..b',
    '.a',
    '',
    '@web',
    '-l@web',
    'web:',
    'web:0',
    'web:65536',
    'web:-1',
    'web:22x',
    'web:1:2',
    '[web]:22',
    '[::1',
    '::1]:22',
    'a'.repeat(254),
    '\u202eweb',
    'ssh://web-1',
    '10.0.0.0/24',
  ])('that would be read as something else is refused: %j', (text) => {
    expect(parseHost(text).ok).toBe(false)
  })

  it('with a password is refused as a secret', () => {
    for (const text of ['admin:hunter2@web-1', 'ssh://admin:hunter2@web-1/', ':hunter2@web-1']) {
      expect(parseHost(text)).toMatchObject({ ok: false, secret: true })
      expect(JSON.stringify(parseHost(text))).not.toContain('hunter2')
    }
    expect(parseHost('we b')).toMatchObject({ secret: false })
  })

  it('comes back from its text', () => {
    const host = fc.oneof(
      fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,20}(\.[a-z0-9][a-z0-9-]{0,20}){0,3}$/),
      fc.ipV4(),
      fc.ipV6().filter((one) => !one.includes('.')),
    )
    const port = fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined })
    fc.assert(
      fc.property(host, port, (name, number) => {
        expect(address(hostText(name, number))).toEqual({ host: name, ...(number !== undefined && { port: number }) })
      }),
    )
  })

  it('that is accepted holds nothing that acts', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (text) => {
        const parsed = parseHost(text)
        if (parsed.ok)
          expect(parsed.address.host).toMatch(/^[^-\s/\\'"`$;|&<>(){}*?!,#=@\p{C}][^\s/\\'"`$;|&<>(){}*?!,#=@\p{C}]*$/u)
      }),
      { numRuns: 2000 },
    )
  })
})
