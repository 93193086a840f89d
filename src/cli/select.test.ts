import { describe, expect, it } from 'vitest'
import { endpoint } from '../../scanners/endpoint/index.ts'
import { Fault } from '../core/fault.ts'
import type { Target } from '../core/scanner.ts'
import { chosenTargets } from './select-targets.ts'
import { askPassword, hostTargets } from './select-hosts.ts'
import { command } from './testing/app.ts'

const host = (name: string, group: string | undefined, labels: Record<string, string>, address = name): Target => ({
  name: group && name === address ? `${group}/${name}` : name,
  scanner: 'endpoint',
  labels,
  ...(group !== undefined && { group: { name: group } }),
  options: { host: address, ...(address === 'b' && { port: 2222 }) },
})
const targets = [
  host('a', 'web', { role: 'web', env: 'prod' }),
  host('Shop', 'web', { role: 'web', env: 'test' }, 'b'),
  host('a', 'db', { role: 'db', env: 'prod' }),
  host('single', undefined, {}),
]
const names = (chosen: readonly Target[]): readonly string[] => chosen.map(({ name }) => name)
const refused = (action: () => unknown): string => {
  try {
    action()
  } catch (error) {
    if (error instanceof Fault) return `${error.code}: ${error.what.en} → ${error.next?.en ?? ''}`
    throw error
  }
  throw new Error('nothing was refused')
}

describe('targets of a configuration', () => {
  it.each([
    [['web'], ['web/a', 'Shop']],
    [['web/a'], ['web/a']],
    [['Shop'], ['Shop']],
    [['web/Shop'], ['Shop']],
    [['web/b'], ['Shop']],
    [['b:2222'], ['Shop']],
    [['a'], ['web/a', 'db/a']],
    [
      ['single', 'web/a'],
      ['web/a', 'single'],
    ],
    [[], ['web/a', 'Shop', 'db/a', 'single']],
  ])('are chosen by name, group, GROUP/HOST or address, in their own order: %j', (given, expected) => {
    expect(names(chosenTargets(targets, given, []))).toEqual(expected)
  })

  it('are chosen by their own name before the address of another', () => {
    expect(names(chosenTargets([...targets, host('b', undefined, {}, 'c')], ['b'], []))).toEqual(['b'])
  })

  it('are not chosen beside others that the command line names', async () => {
    for (const words of [
      ['--target', 'x'],
      ['--label', 'a=b'],
    ]) {
      expect(await command(['scan', '--here', ...words])).toMatchObject({ code: 10, stdout: '' })
      expect(await command(['scan', '--host', 'web', ...words])).toMatchObject({ code: 10, stdout: '' })
    }
  })

  it('are chosen by labels, all of which must hold', () => {
    expect(names(chosenTargets(targets, [], ['env=prod']))).toEqual(['web/a', 'db/a'])
    expect(names(chosenTargets(targets, [], ['env=prod', 'role=db']))).toEqual(['db/a'])
    expect(names(chosenTargets(targets, ['web'], ['env=prod']))).toEqual(['web/a'])
  })

  it.each([
    [['wbe'], [], 'usage: there is no target wbe (there are: web, db, single) → did you mean web?'],
    [
      [],
      ['env=prdo'],
      'usage: no target has the label env=prdo (there are: env=prod, env=test, role=db, role=web) → did you mean env=prod?',
    ],
    [[], ['toString=x'], 'usage: no target has the label toString=x'],
    [['single'], ['env=prod'], 'usage: no target has the label env=prod: none has any'],
    [[], ['env=test', 'role=db'], 'usage: no target has all of these labels'],
    [[], ['env'], 'usage: --label env is not KEY=VALUE'],
    [[], ['=x'], 'usage: --label =x is not KEY=VALUE'],
    [['w\u001b[2J'], [], 'usage: there is no target w\\u{1b}[2J'],
  ])('that are none are an error which lists the known ones: %j %j', (given, labels, expected) => {
    expect(refused(() => chosenTargets(targets, given, labels))).toContain(expected)
  })

  it('are not listed by the thousand', () => {
    const many = Array.from({ length: 1000 }, (_, index) => host(`t${index}`, undefined, { n: `${index}` }))
    expect(refused(() => chosenTargets(many, ['x'], [])).length).toBeLessThan(300)
    expect(refused(() => chosenTargets(many, [], ['n=x'])).length).toBeLessThan(300)
  })
})

describe('hosts of the command line', () => {
  const app = { scanners: new Map([['endpoint', endpoint]]), cwd: '/work-folder' }
  const of = (flags: Partial<Parameters<typeof hostTargets>[1]>) => hostTargets(app, { host: [], ...flags })

  it('are targets with the options that go with them', () => {
    expect(
      of({
        host: ['admin@web-1:2222', '[2001:db8::1]:22'],
        sudo: true,
        identityFile: 'id',
        jump: 'a,b',
        knownHosts: '/kh',
        askPassword: true,
      }),
    ).toEqual(
      [
        { name: 'web-1:2222', text: 'admin@web-1:2222', host: 'web-1', port: 2222, username: 'admin' },
        { name: '[2001:db8::1]:22', text: '[2001:db8::1]:22', host: '2001:db8::1', port: 22 },
      ].map(({ name, text, ...where }) => ({
        name,
        scanner: 'endpoint',
        platform: 'linux',
        labels: {},
        // with all that it takes to meet the same host keys again
        typed: ['--host', text, '--jump', 'a,b', '--known-hosts', '/kh'],
        options: {
          ...where,
          sudo: true,
          'identity-file': '/work-folder/id',
          jump: 'a,b',
          'known-hosts': '/kh',
          credentials: { password: 'ask:password' },
        },
      })),
    )
    expect(of({ host: ['a'], sudo: '/opt/collect' })[0]?.options).toEqual({ host: 'a', sudo: '/opt/collect' })
  })

  it.each([
    [{ host: ['-oProxyCommand=id'] }, 'not a host name'],
    [{ host: ['a b'] }, 'not a host name'],
    [{ host: ['web', 'WEB:22'] }, '--host WEB:22 is given twice'],
    [{ host: ['web'], sudo: 'rm -rf /' }, '--sudo: not written in the expected form'],
    [{ host: ['web'], jump: '' }, '--jump: it is empty'],
    [{ sudo: true as const }, '--sudo goes with --host'],
    [{ askPassword: true as const }, '--ask-password goes with --host'],
    [{ host: ['a:hunter2@b'] }, 'usage: --host ***: a password is written after the user name → write USER@HOST'],
  ])('that can not be used are refused: %j', (flags, expected) => {
    const said = refused(() => of(flags))
    expect(said).toContain(expected)
    expect(said).not.toContain('hunter2')
  })

  it('get the password that is asked for once, unseen', async () => {
    const asked: unknown[] = []
    const answering = (answer: string | undefined, isTTY = true) => ({
      input: {
        isTTY,
        ask: async (prompt: string, { hidden }: { readonly hidden?: boolean }) => {
          asked.push([prompt, hidden])
          return answer
        },
      },
      language: 'en' as const,
      signal: new AbortController().signal,
    })
    const flags = { host: ['a', 'b'], askPassword: true as const }
    expect(await askPassword(answering('secret'), flags)).toBe('secret')
    expect(asked).toEqual([[expect.stringContaining('(a, b): '), true]])
    for (const none of ['', undefined])
      await expect(askPassword(answering(none), flags)).rejects.toMatchObject({ code: 'usage' })
    await expect(askPassword(answering('secret', false), flags)).rejects.toMatchObject({ code: 'usage' })
  })
})
