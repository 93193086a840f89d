import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { hasPamService, pamStack, parsePamControl } from './pam.ts'
import type { PamSources } from './pam.ts'
import { runPam } from './pam-run.ts'

const sources = (
  files: Readonly<Record<string, string | 'unreadable'>>,
  more: Partial<PamSources> = {},
): PamSources => ({
  files: new Map(Object.entries(files).map(([path, text]) => [path, text === 'unreadable' ? text : text.split('\n')])),
  folders: ['/etc/pam.d'],
  modules: new Set(['pam_a.so', 'pam_b.so', 'pam_c.so', 'pam_d.so']),
  ...more,
})

const modules = (from: PamSources, service = 'login') => {
  const stack = pamStack(from, service, 'auth')
  return stack.ok ? stack.steps.map((step) => (step.kind === 'module' ? step.module : step.kind)) : stack.path
}

/** Whether a stack lets in, with modules that answer by name. */
function run(text: string, answers: Readonly<Record<string, string>>): boolean | undefined {
  const stack = pamStack(sources({ '/etc/pam.d/login': text }), 'login', 'auth')
  if (!stack.ok) return undefined
  const outcomes = runPam(
    stack.steps,
    (step, state: null) => [{ returns: answers[step.module] ?? 'success', state }],
    null,
  )
  return outcomes?.[0]?.success
}

describe('lines (pam.conf(5))', () => {
  it('reads comments, continued lines, keywords of any case and bracketed arguments', () => {
    const text =
      '# a comment\nAUTH Required pam_a.so one \\\n  [two words\\] here] # rest\n-auth optional pam_gone.so\n'
    const stack = pamStack(sources({ '/etc/pam.d/login': text }), 'login', 'auth')
    expect(stack).toMatchObject({
      ok: true,
      steps: [
        { module: 'pam_a', installed: true, arguments: ['one', 'two words] here'], line: 2 },
        { module: 'pam_gone', installed: false },
      ],
    })
  })
  it('a line of an unknown type fails in every stack', () => {
    expect(modules(sources({ '/etc/pam.d/login': 'athu required pam_a.so\nauth required pam_b.so\n' }))).toEqual([
      'fails',
      'pam_b',
    ])
  })
  it('a malformed control field fails whatever the module says', () => {
    expect(parsePamControl('[success=1 default]')).toEqual(parsePamControl('nonsense'))
    expect(parsePamControl('[success=0]').otherwise).toBe('bad')
    expect(parsePamControl('[default=die success=ok]').otherwise).toBe('die')
  })
})

describe('files', () => {
  it('include, substack and @include', () => {
    const files = {
      '/etc/pam.d/login': 'auth include one\nauth substack two\n@include three\n',
      '/etc/pam.d/one': 'auth required pam_a.so\naccount required pam_d.so\n',
      '/etc/pam.d/two': 'auth required pam_b.so\n',
      '/etc/pam.d/three': 'auth required pam_c.so\naccount required pam_d.so\n',
    }
    expect(modules(sources(files))).toEqual(['pam_a', 'substack', 'pam_b', 'pam_c'])
  })
  it('/etc/pam.d comes before the vendors’ folders', () => {
    const files = {
      '/usr/lib/pam.d/login': 'auth required pam_b.so\n',
      '/usr/etc/pam.d/login': 'auth required pam_c.so\n',
    }
    expect(modules(sources(files))).toEqual(['pam_b'])
    expect(modules(sources({ ...files, '/etc/pam.d/login': 'auth required pam_a.so\n' }))).toEqual(['pam_a'])
  })
  it('a missing included file fails', () => {
    expect(modules(sources({ '/etc/pam.d/login': 'auth include nothing\n' }))).toEqual(['fails'])
  })
  it('an unreadable file is named', () => {
    expect(modules(sources({ '/etc/pam.d/login': 'auth include one\n', '/etc/pam.d/one': 'unreadable' }))).toBe(
      '/etc/pam.d/one',
    )
  })
  it('a file that includes itself ends', () => {
    expect(modules(sources({ '/etc/pam.d/login': 'auth include login\n' }))).toEqual(['fails'])
  })
  it('a service without lines of the type falls back to other', () => {
    const files = { '/etc/pam.d/login': 'account required pam_a.so\n', '/etc/pam.d/other': 'auth required pam_d.so\n' }
    expect(modules(sources(files))).toEqual(['pam_d'])
    expect(modules(sources(files), 'unheard-of')).toEqual(['pam_d'])
  })
  it('every step knows the service that asks, not the file that it stands in', () => {
    const services = (service: string): readonly string[] => {
      const stack = pamStack(sources(files), service, 'auth')
      return stack.ok ? stack.steps.map((step) => step.service) : []
    }
    const files = { '/etc/pam.d/login': 'auth include all\n', '/etc/pam.d/all': 'auth required pam_a.so\n' }
    const other = { ...files, '/etc/pam.d/other': 'auth required pam_a.so\n' }
    expect(services('login')).toEqual(['login'])
    const fallen = pamStack(sources(other), 'vlock', 'auth')
    expect(fallen.ok && fallen.steps.map((step) => step.service)).toEqual(['vlock'])
  })
  it('/etc/pam.conf counts only where no folder exists', () => {
    const files = { '/etc/pam.conf': 'login auth required pam_a.so\nother auth required pam_d.so\n' }
    expect(modules(sources(files, { folders: [] }))).toEqual(['pam_a'])
    expect(modules(sources(files))).toEqual([])
    expect(hasPamService(sources(files, { folders: [] }), 'login')).toBe(true)
  })
})

describe('the walk', () => {
  const fail = { pam_a: 'auth_err' }
  test.each([
    ['required goes on and fails', 'auth required pam_a.so\nauth sufficient pam_b.so\n', fail, false],
    ['sufficient ends', 'auth sufficient pam_b.so\nauth required pam_a.so\n', fail, true],
    ['sufficient that fails is passed over', 'auth sufficient pam_a.so\nauth required pam_b.so\n', fail, true],
    ['optional alone decides', 'auth optional pam_a.so\n', fail, false],
    ['nothing but ignored failures is a failure', 'auth sufficient pam_a.so\n', fail, false],
    [
      'a jump',
      'auth [success=1 default=ignore] pam_b.so\nauth requisite pam_a.so\nauth required pam_c.so\n',
      fail,
      true,
    ],
    ['a jump out of the stack', 'auth required pam_b.so\nauth [success=5 default=ignore] pam_c.so\n', {}, false],
    ['reset', 'auth required pam_a.so\nauth [default=reset] pam_b.so\nauth required pam_c.so\n', fail, true],
    ['a module that isn’t installed', 'auth required pam_gone.so\nauth required pam_b.so\n', {}, false],
    ['an optional one that isn’t installed', '-auth optional pam_gone.so\nauth required pam_b.so\n', {}, true],
    ['an empty stack', '', {}, false],
  ])('%s', (_, text, answers, lets) => {
    expect(run(text, answers)).toBe(lets)
  })
  it('die inside a substack ends the substack only, and a jump counts it as one', () => {
    const files = {
      '/etc/pam.d/login': 'auth [success=1 default=ignore] pam_b.so\nauth substack sub\nauth required pam_c.so\n',
      '/etc/pam.d/sub': 'auth requisite pam_a.so\nauth required pam_d.so\n',
    }
    const stack = pamStack(sources(files), 'login', 'auth')
    if (!stack.ok) throw new Error('unreadable')
    const called: string[] = []
    runPam(
      stack.steps,
      (step, state: null) => {
        called.push(step.module)
        return [{ returns: step.module === 'pam_a' || step.module === 'pam_b' ? 'auth_err' : 'success', state }]
      },
      null,
    )
    expect(called).toEqual(['pam_b', 'pam_a', 'pam_c'])
    let count = 0
    runPam(
      stack.steps,
      (_, state: null) => {
        count++
        return [{ returns: 'success', state }]
      },
      null,
    )
    expect(count).toBe(2)
  })
})

test('nothing that a file may hold makes it throw', () => {
  const word = fc.constantFrom(
    'auth',
    '@include',
    'include',
    'substack',
    'login',
    'required',
    '[success=1',
    'default=die]',
    'pam_a.so',
    '\\',
    '#',
    '\n',
    '[',
    ']',
    '-auth',
  )
  fc.assert(
    fc.property(fc.array(fc.oneof(word, fc.string({ unit: 'binary', maxLength: 6 })), { maxLength: 40 }), (tokens) => {
      run(tokens.join(' '), {})
    }),
  )
})

interface Recorded {
  readonly type: 'auth' | 'password'
  readonly files: Readonly<Record<string, string>>
  readonly success: boolean
}

// Random stacks of pam_debug, whose answers stand in its arguments, and what pam_authenticate and
// pam_chauthtok of Linux-PAM 1.5.2 (Debian 12) made of them.
test('walks stacks as the real libpam did', () => {
  const recorded: readonly Recorded[] = JSON.parse(
    readFileSync(new URL('fixtures/libpam-1.5.2.json', import.meta.url), 'utf8'),
  )
  expect(recorded.length).toBeGreaterThan(300)
  for (const { type, files, success } of recorded) {
    const paths = Object.fromEntries(Object.entries(files).map(([name, text]) => [`/etc/pam.d/${name}`, text]))
    const stack = pamStack(sources(paths, { modules: new Set(['pam_debug.so']) }), 'svc', type)
    if (!stack.ok) throw new Error(stack.path)
    const succeeds = (argument: string): boolean => {
      const answer = (options: readonly string[]): string =>
        options.find((option) => option.startsWith(`${argument}=`))?.slice(argument.length + 1) ?? 'success'
      const outcomes = runPam(stack.steps, (step, state: null) => [{ returns: answer(step.arguments), state }], null)
      return outcomes?.[0]?.success ?? false
    }
    const result = type === 'auth' ? succeeds('auth') : succeeds('prechauthtok') && succeeds('chauthtok')
    expect(result, JSON.stringify(files)).toBe(success)
  }
})
