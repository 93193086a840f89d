import { execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it, test } from 'vitest'
import { readEvidence } from '../../../../src/readers/evidence.ts'
import { packageVersions } from '../interpret/views.ts'

const here = import.meta.dirname
const folder = mkdtempSync(join(tmpdir(), 'seisa-software-'))
afterAll(() => rmSync(folder, { recursive: true }))

const parts = ['00-prelude.sh', '20-software.sh'].map((name) => readFileSync(join(here, name), 'utf8')).join('\n')
const shells = [['sh'], ...(existsSync('/bin/busybox') || existsSync('/usr/bin/busybox') ? [['busybox', 'sh']] : [])]

function run(shell: readonly string[], commands: string): string {
  const script = `COLLECTOR=t DEEP=no SIMULATE=no\n${parts}\nROOT=1 NONCE=n COUNT=0 TIMEOUT=coreutils\n${commands}\n`
  const [command = 'sh', ...before] = shell
  return execFileSync(command, [...before, '-s'], { input: script, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
}

/** What leaves the target of one file, reduced by one of the collector's awk functions. */
function reduced(shell: readonly string[], clean: string, path: string, text: string): string {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
  return run(shell, `FILES_CLEAN=$${clean}\nfiles x '${file}'`)
}

const crontab = `MYSQL_PWD=hunter2
# hunter2 in a comment
0 3 * * * PGPASSWORD=hunter2 pg_dump -U hunter2 -h db mydb > /backup/x.sql
*/5 * * * * mysqldump -uroot -phunter2 --password=hunter2 --all-databases | gzip -c > /b.gz
@daily curl -u admin:hunter2 https://u:hunter2@host/x?token=hunter2 -H 'Authorization: Bearer hunter2'
0 1 * * * sudo nice -n 19 restic backup --password-file /etc/restic/pw --password hunter2 /home; echo hunter2 | sudo -S ls
1 1 * * * sh -c 'x hunter2 && hunter2'; TOKEN=hunter2 /opt/run --key hunter2 -khunter2 "two words hunter2"
2 2 * * * sshpass -p hunter2 rsync -a /home backup@host:/srv
3 3 * * * /usr/bin/clamscan -r --exclude-dir=^/sys --exclude='hunter2' /
`

describe.each(shells.map((shell) => [shell.join(' '), shell] as const))(
  'what leaves the target, with %s',
  (_, shell) => {
    it('is a command without anything that may be a secret', () => {
      const text = reduced(shell, 'SOFTWARE_CRON', 'spool/alice', crontab)
      expect(text).not.toContain('hunter2')
      expect(text).toContain(
        '|0\t1\t*\t*\t*\tsudo nice -n 19 restic backup --password-file /etc/restic/pw --password *** /home ; echo *** | sudo -S ls',
      )
      expect(text).toContain('clamscan -r --exclude-dir=^/sys *** /')
    })
    it('is a configuration without names and passwords', () => {
      const text = reduced(
        shell,
        'SOFTWARE_CONFIG',
        'x.repo',
        'baseurl=https://bob:hunter2@example.jp/repo\ndeb https://bob:hunt@er2hunter2@example.jp/apt stable main\npassword=hunter2\nproxy_password = hunter2\nHTTPProxyPassword hunter2\nmirrorlist=https://x/y?key=hunter2\ngpgcheck=1\n',
      )
      expect(text).not.toContain('hunter2')
      expect(text).toContain('|gpgcheck=1')
      expect(text).toContain('|baseurl=https://example.jp/repo')
    })
    it('is of fapolicyd its rules, its switches, and the paths of what is trusted', () => {
      const configuration =
        'permissive = 0\nintegrity = sha256\ntrust = rpmdb,file\nwatch_fs = ext4,xfs\nuid = hunter2\n'
      expect(reduced(shell, 'SOFTWARE_CONFIG', 'fapolicyd/fapolicyd.conf', configuration)).toContain(
        '|permissive = 0\n|integrity = sha256\n|trust = rpmdb,file\n|watch_fs = ext4,xfs\n|uid=***\n',
      )
      const rules = '# hunter2\n%languages=a,b\n%languages+=c\nallow perm=any all : trust=1\nhunter2\n'
      expect(reduced(shell, 'SOFTWARE_CONFIG', 'fapolicyd/rules.d/1.rules', rules)).toContain(
        '|\n|%languages=a,b\n|%languages+=c\n|allow perm=any all : trust=1\n|\n',
      )
      const trusted = `# hunter2\n/opt/my tool 12 ${'0a'.repeat(32)}\nhunter2 1 00\n/opt/x\n`
      for (const file of ['fapolicyd/fapolicyd.trust', 'fapolicyd/trust.d/team'])
        expect(reduced(shell, 'SOFTWARE_CONFIG', file, trusted)).toContain('|\n|/opt/my tool\n|\n|\n@end')
    })
    it('is of the arguments of fapolicyd its options alone', () => {
      const file = join(folder, `programs-${shell[0]}`, 'fapolicyd')
      mkdirSync(dirname(file))
      copyFileSync('/bin/sh', file)
      chmodSync(file, 0o755)
      const program = spawn(file, ['-c', 'echo; read _; : hunter2', '--permissive', 'hunter2'])
      return new Promise<void>((resolve, reject) => {
        program.on('error', reject)
        program.stdout.once('data', () => {
          const text = run(shell, 'PATH=/usr/bin:/bin\nsoftware_processes')
          program.stdin.end()
          program.once('close', () => {
            expect(text).toContain(`#n > fapolicyd-arguments\n${file}\n***\n`)
            expect(text).toMatch(/\n--permissive\n\*\*\*\n/)
            expect(text).not.toContain('hunter2')
            resolve()
          })
        })
      })
    })
    it('is nothing of a backup configuration but what was asked for', () => {
      const text = reduced(
        shell,
        'SOFTWARE_BACKUP',
        'borgmatic.yaml',
        'encryption_passphrase: "hunter2"\nrepositories:\n  - ssh://bob:hunter2@host/repo\nkeep_daily: 7\n',
      )
      expect(text).not.toContain('hunter2')
      expect(text).toContain('|keep_daily: 7')
    })
  },
)

describe('commands of any shape', () => {
  it('never carry the value of an option that asks for a secret', () => {
    const word = fc.constantFrom(
      '/usr/bin/tool',
      '-a',
      '--opt',
      '--opt=/path',
      '&&',
      '|',
      ';',
      'backup',
      '"',
      "'",
      '{',
      '[',
      '>',
      'x=y',
      '/path',
      '10',
    )
    const secret = fc.constantFrom(
      '--password=s3cr3t',
      '-ps3cr3t',
      '--token s3cr3t',
      'A=s3cr3t',
      'https://u:s3cr3t@h',
      '-p s3cr3t',
      '--password -s3cr3t',
      '"s3cr3t"',
    )
    const line = fc
      .tuple(fc.array(word, { maxLength: 5 }), secret, fc.array(word, { maxLength: 3 }))
      .map(([before, middle, after]) => ['/bin/tool', ...before, middle, ...after].join(' '))
    // a secret straight after a command separator would stand for the program itself
    const lines = fc.sample(line, 300).filter((text) => !/[|;&{>] -?-?\w* ?s3cr3t/.test(text))
    const text = reduced(['sh'], 'SOFTWARE_CRON', 'spool/any', lines.map((each) => `0 0 * * * ${each}\n`).join(''))
    expect(text.split('\n').filter((each) => each.includes('s3cr3t'))).toEqual([])
  })
})

describe('this machine', () => {
  test.skipIf(spawnSync('dpkg-query', ['--version']).status !== 0)(
    'has the packages that dpkg-query counts',
    async () => {
      const output = run(['sh'], 'prelude\nsoftware_packages\npostlude')
      const expected = execFileSync('dpkg-query', ['-W', '-f', '${db:Status-Abbrev}|${Package}\\n'], {
        encoding: 'utf8',
      })
      const names = expected
        .split('\n')
        .filter((line) => /^.i /.test(line))
        .map((line) => line.slice(4))
      for await (const { evidence } of readEvidence([Buffer.from(output)])) {
        const packages = packageVersions(evidence)
        expect(packages.ok && [...packages.value.keys()].filter((name) => names.includes(name)).length).toBe(
          new Set(names).size,
        )
      }
    },
  )
  test.skipIf(spawnSync('strace', ['-V']).status !== 0)('starts at most 38 processes', () => {
    const script = join(folder, 'collect.sh')
    const trace = join(folder, 'trace')
    writeFileSync(
      script,
      `COLLECTOR=t DEEP=no SIMULATE=no\n${parts}\nROOT=1 NONCE=n COUNT=0 TIMEOUT=coreutils\ncollect_software\n`,
    )
    spawnSync('strace', ['-f', '-qq', '-e', 'trace=clone,clone3,fork,vfork', '-o', trace, 'sh', script])
    const started = readFileSync(trace, 'utf8')
      .split('\n')
      .filter((line) => /(?:clone3?|v?fork)\(.*= \d+$|<\.\.\. (?:clone3?|v?fork) resumed.*= \d+$/.test(line))
    expect(started.length).toBeGreaterThan(5)
    expect(started.length).toBeLessThanOrEqual(38)
  })
})
