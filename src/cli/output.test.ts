import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { machineLab } from '../../lab/machine.ts'
import { labSuite } from '../../lab/suites.ts'
import type { Finding } from '../core/run.ts'
import { packageRoot } from '../package-root.ts'
import { command } from './testing/app.ts'
import { betterThan, evidenceHere, judged, parsed, subjectOf } from './testing/judged.ts'
import { asNobody, otherUserLab, run, shell, temporaryFolder } from './testing/run.ts'

let folder = ''
let bundle = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'seisa-output-'))
  bundle = join(folder, 'here.evidence')
  writeFileSync(bundle, evidenceHere(), { mode: 0o644 })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const validate = () => {
  const schema: unknown = JSON.parse(readFileSync(join(packageRoot(), 'schemas/seisa-result-1.schema.json'), 'utf8'))
  const ajv = new Ajv2020({ allErrors: true, strict: false, validateFormats: false })
  return ajv.compile(schema as object)
}

describe('scan --json', () => {
  it('prints exactly one valid document, whatever it prints on standard error', async () => {
    const valid = validate()
    for (const words of [['--rows'], ['--only', 'fail,unknown', '--verbose'], ['--lang', 'ja', '--exit-zero']]) {
      const { stdout } = await command(['scan', '--from', bundle, '--json', ...words])
      const document: unknown = JSON.parse(stdout)
      expect(valid(document) ? [] : valid.errors?.slice(0, 5), words.join(' ')).toEqual([])
    }
  })

  it('is valid when nothing could be read, too', async () => {
    const valid = validate()
    const { code, stdout, stderr } = await command(['scan', '--from', '/dev/null', '--json'])
    expect(code).toBe(3)
    expect(valid(JSON.parse(stdout)) ? [] : valid.errors).toEqual([])
    expect(stderr).toContain('no evidence')
  })

  it('tells the exit code that the program ends with, and why', async () => {
    for (const words of [[], ['--fail-on', 'never'], ['--allow-incomplete'], ['--exit-zero']]) {
      const { code, stdout } = await command(['scan', '--from', bundle, '--json', ...words])
      const { exit } = JSON.parse(stdout) as { exit: { code: number; reasons: readonly unknown[] } }
      expect(exit.code).toBe(code)
      expect(exit.reasons.length).toBeGreaterThan(0)
    }
  })
})

describe('the exit code', () => {
  it.each([
    ['', 4],
    ['--fail-on never', 3],
    ['--allow-incomplete', 2],
    ['--allow-incomplete --fail-on never', 0],
    ['--exit-zero', 0],
    ['--fail-on critical', 3],
  ])('of this machine, which drifts and is not wholly readable, with %s is %i', async (words, code) => {
    const given = ['scan', '--from', bundle, '-q', ...words.split(' ').filter(Boolean)]
    expect((await command(given)).code).toBe(code)
  })

  it('is 10 when nothing could be scanned, with --exit-zero too', async () => {
    using empty = temporaryFolder()
    expect((await command(['scan', '--from', empty.path, '--exit-zero'])).code).toBe(10)
  })
})

describe('a reader that goes away', () => {
  it.each([
    'scan --from "$BUNDLE" -q',
    'scan --from "$BUNDLE" -q --json --rows',
    'collect --print-script linux',
    '--help',
  ])('ends the program quietly: %s', async (words) => {
    using place = temporaryFolder()
    // a reader that ends at once: the pipe is closed before the first byte
    const line = `{ $SEISA ${words} 2>err; echo $? >code; } | true; cat code err`
    const { stdout } = await shell(line, { cwd: place.path, env: { BUNDLE: bundle } })
    expect(stdout).toBe('13\n')
  })
})

describe('an output that can not be written', () => {
  it('gives exit code 13 and one message', async () => {
    for (const words of [
      'scan --from "$BUNDLE" -q',
      'scan --from "$BUNDLE" -q --json',
      'collect --here -o -',
      '--help',
    ]) {
      const { code, stderr } = await shell(`$SEISA ${words} >/dev/full`, { env: { BUNDLE: bundle } })
      expect({ words, code }).toEqual({ words, code: 13 })
      expect(stderr).toContain('ENOSPC')
      expect(stderr).not.toMatch(/\n\s+at /)
    }
  })

  it('does not change the exit code when it is only a message', async () => {
    const { code, stdout } = await shell('$SEISA scan --from "$BUNDLE" 2>/dev/full', { env: { BUNDLE: bundle } })
    expect(code).toBe(4)
    expect(stdout).toContain('exit code 4')
  })

  it('is refused behind a symbolic link, to the file or to its folder', async () => {
    using place = temporaryFolder()
    mkdirSync(join(place.path, 'real'))
    symlinkSync(join(place.path, 'real'), join(place.path, 'linked'))
    symlinkSync(join(place.path, 'real/target'), join(place.path, 'link.json'))
    for (const path of ['linked/report.json', 'link.json']) {
      expect((await command(['scan', '--from', bundle, '--format', `json=${path}`], { cwd: place.path })).code).toBe(13)
      expect((await command(['collect', '--here', '-o', path], { cwd: place.path })).code).toBe(13)
    }
    expect(readdirSync(join(place.path, 'real'))).toEqual([])
  })

  it('leaves the report of the last run as it was', async () => {
    using place = temporaryFolder()
    const report = join(place.path, 'report.xml')
    const words = ['scan', '--from', bundle, '-q', '--format', 'junit=report.xml']
    await command(words, { cwd: place.path })
    const before = readFileSync(report)
    const limited = await shell(`ulimit -f 4; exec $SEISA ${words.join(' ')}`, { cwd: place.path })
    expect(limited.code).toBe(13)
    expect(readFileSync(report).equals(before)).toBe(true)
    expect(readdirSync(place.path)).toEqual(['report.xml'])
  })
})

labSuite('a full disk', machineLab(), () => {
  const onSmallDisk = (size: string, line: string) =>
    run(
      [
        'unshare',
        '--mount',
        '--propagation',
        'private',
        'sh',
        '-c',
        `mount -t tmpfs -o size=${size} none "${folder}/small" && cd "${folder}/small" && ${line}`,
      ],
      {
        env: { SEISA: `${process.execPath} ${join(packageRoot(), 'src/main.ts')}`, BUNDLE: bundle },
      },
    )
  beforeAll(() => mkdirSync(join(folder, 'small'), { recursive: true }))

  it('costs no report that was written before, and gives exit code 13', async () => {
    const line = `echo old >report.json; $SEISA scan --from "$BUNDLE" -q --rows --format json=report.json; echo "code $?"; cat report.json; ls -A`
    const { stdout, stderr } = await onSmallDisk('64k', line)
    expect(stdout).toBe('code 13\nold\nreport.json\n')
    expect(stderr).toContain('no space is left')
  })

  it('costs no evidence that was collected before', async () => {
    const { stdout } = await onSmallDisk('64k', `echo old >e; $SEISA collect --here -o e; echo "code $?"; cat e; ls -A`)
    expect(stdout).toBe('code 13\nold\ne\n')
  })

  it('where temporary files go ends the scan with a word about TMPDIR, and is left clean', async () => {
    const line = `TMPDIR="$PWD" $SEISA scan --from "$BUNDLE" -q --rows; echo "code $?"; ls -A`
    const { stdout, stderr } = await onSmallDisk('64k', line)
    expect(stdout).toBe('code 13\n')
    expect(stderr).toContain('TMPDIR')
    expect(stderr).not.toMatch(/\n\s+at |Warning/)
  })

  it('can not take the lock, and leaves none', async () => {
    const yaml = 'baselines: [{use: ipa-sme}]\\ntargets: [{name: a, scanner: endpoint, here: true}]\\n'
    const line = `printf '${yaml}' >seisa.yaml; cat /dev/zero >fill 2>/dev/null; $SEISA scan -q; echo "code $?"; ls -A`
    const { stdout } = await onSmallDisk('16k', line)
    expect(stdout).toMatch(/^code 13\n/)
    expect(stdout).not.toContain('lock')
  })
})

labSuite('an ordinary user', otherUserLab(), () => {
  it('sees what administrator rights would add, and never more passes than root', async () => {
    const { code, stdout, stderr } = await run(
      [...asNobody, process.execPath, join(packageRoot(), 'src/main.ts'), 'scan', '--here', '--json', '-q'],
      {
        cwd: '/',
        env: { HOME: undefined },
      },
    )
    expect({ code, stderr }).toEqual({ code: 4, stderr: '' })
    const { gaps, findings } = JSON.parse(stdout) as {
      gaps: readonly { needs?: { en: string } }[]
      findings: readonly Finding[]
    }
    const asRoot = judged(await parsed(evidenceHere()))
    const better = betterThan(asRoot, new Map(findings.map((finding) => [subjectOf(finding), finding])))
    expect(better).toEqual([])
    expect(gaps.some((gap) => gap.needs?.en.includes('root'))).toBe(true)
  })

  it('is told where nothing can be written', async () => {
    for (const words of [['init'], ['collect', '--here', '-o', 'x']]) {
      const { code, stderr } = await run(
        [...asNobody, process.execPath, join(packageRoot(), 'src/main.ts'), ...words],
        { cwd: '/' },
      )
      expect({ code, stderr }).toEqual({ code: 13, stderr: expect.stringContaining('permission') })
    }
  })
})

describe('a folder that was removed', () => {
  it('is no reason to fail for what needs no file in it', async () => {
    using place = temporaryFolder()
    const line =
      'mkdir gone && cd gone && rmdir ../gone && $SEISA scan --from "$BUNDLE" -q --exit-zero && ! $SEISA collect --here -o x'
    const { code, stderr } = await shell(line, { cwd: place.path, env: { BUNDLE: bundle } })
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringMatching(/\n\s+at /) })
  })
})

describe('names that are made to harm', () => {
  const escape = '\u001b]0;owned\u0007\u001b[2J'
  const hostile = `${escape}<script>alert(1)</script>\u202e../../../tmp/x\u2028=cmd|'calc'!A0 @all [x](javascript:y) \`id\` ]]>&amp;`

  it.each(['en', 'ja'] as const)('do nothing in any report (%s)', async (lang) => {
    using place = temporaryFolder()
    const [name = ''] = /(?<=@file \/proc\/sys\/kernel\/hostname\n\|).*/.exec(evidenceHere().toString()) ?? []
    const text = evidenceHere()
      .toString()
      .replace(`@file /proc/sys/kernel/hostname\n|${name}\n`, `@file /proc/sys/kernel/hostname\n|${hostile}\n`)
      .replaceAll('\tcoreutils\t', `\t${hostile}\t`)
      .replaceAll('/etc/passwd-', `/etc/${hostile}`)
    expect(text).not.toBe(evidenceHere().toString())
    writeFileSync(join(place.path, 'e'), text)
    const formats = ['terminal', 'json', 'junit', 'markdown']
    const words = [
      'scan',
      '--from',
      'e',
      '-v',
      '--rows',
      '--lang',
      lang,
      ...formats.flatMap((id) => ['--format', `${id}=${id}.out`]),
    ]
    const { code, stderr } = await command(words, { cwd: place.path })
    expect(code).toBe(4)
    expect(readdirSync(place.path).sort()).toEqual(['e', ...formats.map((id) => `${id}.out`)].sort())
    const written = new Map(formats.map((id) => [id, readFileSync(join(place.path, `${id}.out`), 'utf8')]))
    for (const [id, report] of [...written, ['stderr', stderr] as const]) {
      expect(report.match(/(?!\n)[\p{Cc}\u202a-\u202e\u2066-\u2069\u2028\u2029]/u)?.[0], id).toBeUndefined()
      if (id !== 'stderr') expect(report).toContain('owned')
    }
    expect(written.get('markdown')?.replaceAll(/(`+).*?\1/g, '')).not.toMatch(/<script|\]\(javascript/)
    expect(written.get('junit')).not.toContain('<script')
    expect(JSON.parse(written.get('json') ?? '')).toBeTypeOf('object')
    if (spawnSync('xmllint', ['--version']).status === 0) {
      expect(spawnSync('xmllint', ['--noout', join(place.path, 'junit.out')]).status).toBe(0)
    }
  })
})
