import { spawnSync } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packageRoot } from '../package-root.ts'
import { command, type Given } from './testing/app.ts'
import { run, shell, temporaryFolder } from './testing/run.ts'

const words = (line: string): readonly string[] => line.split(' ').filter((word) => word !== '')

/** Exit code 10, nothing on standard output, one message; gives it. */
async function usageError(line: string, given: Given = {}): Promise<string> {
  const ran = await command(words(line), given)
  expect(ran).toMatchObject({ code: 10, stdout: '' })
  expect(ran.stderr).not.toMatch(/\n\s+at |outputHelp|error:/)
  return ran.stderr
}

describe('a mistake on the command line', () => {
  it.each([
    ['scna', 'there is no command scna; did you mean scan?', 'seisa --help'],
    ['scan --hre', 'there is no option --hre; did you mean --here?', 'seisa scan --help'],
    [
      'scan --fail-on hgh',
      '--fail-on can not be hgh (critical, high, medium, low, info, never); did you mean high?',
      'seisa scan --help',
    ],
    ['baseline shw', 'there is no command shw; did you mean show?', 'seisa baseline --help'],
    ['baseline show', 'the argument ID|FILE is missing', 'seisa baseline show --help'],
    ['scan --here --format', '--format <FORMAT[=PATH]> needs a value', 'seisa scan --help'],
    [
      'scan there',
      'too many arguments',
      'with --host HOST, and a target of seisa.yaml with --target NAME; see seisa scan --help',
    ],
    ['--lang fr scan', '--lang can not be fr (ja, en)', 'seisa scan --help'],
  ])('is named, with the help to see: %s', async (line, what, see) => {
    const said = await usageError(line)
    expect(said).toContain(what)
    expect(said).toContain(see)
  })

  it.each([
    ['scan --here --format jsn', 'did you mean json?'],
    ['scan --here --format json=', 'names no path'],
    ['scan --here --format json --format junit', '--format FORMAT=PATH'],
    ['scan --here --format json=a --format junit=./a', 'two outputs name the same file'],
    ['collect --here -o - --json', 'standard output'],
    ['scan --here --only fial', 'did you mean fail?'],
    ['scan --here --timeout 5', '5m'],
    ['scan --here --concurrency 0', '1 to 1000'],
    ['scan --here --as-of yesterday', '2026-11-20'],
    ['scan --here --as-of 2026-11-20T09:00', '+09:00'],
    ['scan --here --max-age 3', '90d'],
    ['scan --here --baseline ipa-sm', 'did you mean ipa-sme?'],
    ['scan --here --target web', '--target and --label choose'],
    ['scan --from /does/not/exist', '/does/not/exist'],
    ['scan', 'seisa init'],
    ['scan --config other.yaml', 'other.yaml'],
    ['collect --here', '-o FILE'],
    ['collect --print-script windows', 'linux'],
    ['explain lockout.treshold', 'did you mean lockout.threshold?'],
    ['completion tcsh', 'bash, zsh, fish'],
  ])('is told before anything is read: %s', async (line, what) => {
    using folder = temporaryFolder()
    expect(await usageError(line, { cwd: folder.path })).toContain(what)
  })

  it.each([
    ['scna', 'scna というコマンドはない。scan のことですか'],
    ['scan --hre', '--hre というオプションはない。--here のことですか'],
    ['scan --fail-on hgh', '--fail-on に hgh は使えない'],
    ['scan --lang ja --here --only fial', 'fail のことですか'],
    ['collect --here', '-o FILE で書き込み先を指定する'],
  ])('is told in Japanese where that is the locale: %s', async (line, what) => {
    expect(await usageError(line, { lang: 'ja' })).toContain(what)
  })

  it('shows the commands of a group when none is given', async () => {
    const { code, stdout, stderr } = await command(['baseline'])
    expect({ code, stdout }).toEqual({ code: 10, stdout: '' })
    expect(stderr).toContain('validate')
    expect(stderr).not.toContain('outputHelp')
  })
})

describe('help', () => {
  const groups = ['', 'scan', 'collect', 'init', 'doctor', 'baseline', 'explain', 'completion']
  const commands = [...groups, ...['list', 'show', 'validate', 'capture'].map((name) => `baseline ${name}`)]

  it.each(commands)('has examples in both languages, each with what it does: seisa %s', async (name) => {
    for (const [lang, heading, usage] of [
      ['en', 'Examples:', 'Usage:'],
      ['ja', '例:', '使い方:'],
    ] as const) {
      const { code, stdout, stderr } = await command([...words(name), '--help', '--lang', lang])
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(stdout).toContain(usage)
      expect(stdout.slice(stdout.indexOf(heading))).toMatch(/\n +.*seisa /)
      if (lang === 'ja') expect(stdout).not.toMatch(/^(Usage|Options|Commands|Arguments|Examples):/m)
    }
  })

  it('of a command can be asked for in both ways', async () => {
    expect(await command(['help', 'scan'])).toEqual(await command(['scan', '--help']))
  })

  it('keeps to eighty columns', async () => {
    const { stdout } = await command(['--help'], { env: { COLUMNS: '80' } })
    const options = stdout.slice(stdout.indexOf('Options:'), stdout.indexOf('Examples:'))
    expect(Math.max(...options.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  it('shows the version, and the commands when nothing is asked', async () => {
    expect((await command(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect(await command([])).toMatchObject({ code: 0, stdout: expect.stringContaining('Commands:') })
  })
})

describe('a configuration', () => {
  it('that init wrote can be scanned at once', async () => {
    for (const lang of ['ja', 'en'] as const) {
      using folder = temporaryFolder()
      const place = { cwd: folder.path, lang }
      expect(await command(['init'], place)).toMatchObject({ code: 0, stderr: '' })
      const { code, stdout } = await command(['scan', '--exit-zero'], place)
      expect(code).toBe(0)
      expect(stdout).toContain('our-rules')
      // the lock went with the run
      expect(existsSync(join(folder.path, '.seisa'))).toBe(false)
      expect((await command(['init'], place)).code).toBe(13)
    }
  })

  it('is written into a folder that has a .gitignore of its own, which stays as it is', async () => {
    using folder = temporaryFolder()
    writeFileSync(join(folder.path, '.gitignore'), 'mine\n')
    expect((await command(['init'], { cwd: folder.path })).code).toBe(0)
    expect(existsSync(join(folder.path, 'seisa.yaml'))).toBe(true)
    expect((await shell('cat .gitignore', { cwd: folder.path })).stdout).toBe('mine\n')
  })

  it.each([
    ['a literal password', 'credentials: {username: u, password: Tr0ub4dor}', 'env:'],
    ['an unknown key', 'heer: true', 'here'],
    ['a duplicate key', 'here: true\n    here: false', '6:5'],
    ['__proto__', '__proto__: {here: true}', '__proto__'],
  ])('with %s is refused, with its place, and without repeating a secret', async (_, line, what) => {
    using folder = temporaryFolder()
    const text = `baselines: [{use: ipa-sme}]\ntargets:\n  - name: a\n    scanner: endpoint\n    ${line}\n`
    writeFileSync(join(folder.path, 'seisa.yaml'), text)
    const { code, stdout, stderr } = await command(['scan'], { cwd: folder.path })
    expect({ code, stdout }).toEqual({ code: 10, stdout: '' })
    expect(stderr).toContain(what)
    expect(stderr).toMatch(/seisa\.yaml:\d+:\d+/)
    expect(stderr).not.toContain('Tr0ub4dor')
  })

  it('without a target, or without a requirement, is never a success', async () => {
    for (const text of [
      'baselines: [{use: ipa-sme}]\ntargets: []\n',
      'baselines: []\ntargets: [{name: a, scanner: endpoint, here: true}]\n',
    ]) {
      using folder = temporaryFolder()
      writeFileSync(join(folder.path, 'seisa.yaml'), text)
      expect((await command(['scan', '--exit-zero'], { cwd: folder.path })).code, text).toBe(10)
    }
  })
})

describe('the command in the package', () => {
  const bin = join(packageRoot(), 'bin/seisa.cjs')
  const old = ['/usr/bin/node', '/usr/bin/nodejs'].find(
    (path) => Number(spawnSync(path, ['-p', 'process.versions.node.split(".")[0]']).stdout) < 24,
  )

  it.skipIf(old === undefined)('says which Node.js it needs when this one is too old', async () => {
    for (const [LANG, what] of [
      ['en_US.UTF-8', 'needs Node.js 24'],
      ['ja_JP.UTF-8', 'Node.js 24 以降が必要'],
    ] as const) {
      const { code, stdout, stderr } = await run([old ?? '', bin, 'scan', '--here'], { env: { LANG } })
      expect({ code, stdout }).toEqual({ code: 10, stdout: '' })
      expect(stderr).toContain(what)
    }
  })

  it('passes words, output and the exit code on', async () => {
    const { code, stderr } = await run([process.execPath, bin, 'scan', '--hre'])
    expect({ code, stderr: stderr.split('\n')[0] }).toEqual({
      code: 10,
      stderr: 'seisa: there is no option --hre; did you mean --here?',
    })
  })
})

describe('explanations and completions', () => {
  it('exist for settings, row types, requirements and clauses', async () => {
    for (const subject of ['lockout.threshold', 'account', 'lockout-general', 'ipa-sme.4.3.8.3-auth']) {
      expect(await command(['explain', subject]), subject).toMatchObject({ code: 0, stderr: '' })
    }
  })

  it('for bash can be loaded and offer the commands', async () => {
    const line = `eval "$($SEISA completion bash)"; COMP_WORDS=(seisa sc); COMP_CWORD=1; _seisa; echo "\${COMPREPLY[@]}"`
    const { stdout } = await shell(`bash -c '${line.replaceAll("'", "'\\''")}'`)
    expect(stdout.trim()).toBe('scan')
  })
})
