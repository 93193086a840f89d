import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { collectorScript } from '../scanners/endpoint/linux/collector.ts'
import { labSuite } from './suites.ts'

/** What the collector may cost a machine that it reads. */
const mostProcesses = 120

const installed = (name: string): boolean => spawnSync('sh', ['-c', `command -v ${name}`]).status === 0

const traceLab = {
  available:
    process.getuid?.() === 0 &&
    installed('strace') &&
    spawnSync('strace', ['-qq', '-o', '/dev/null', 'true']).status === 0,
  lacks: 'root and strace (npm run lab:install)',
}

interface Trace {
  readonly processes: number
  readonly opens: readonly string[]
  readonly connections: readonly string[]
  readonly changes: readonly string[]
}

/** Runs the collector under strace, as seisa does it: script on standard input, output into a pipe. */
function traced(shell: readonly string[]): Trace {
  const folder = mkdtempSync(join(tmpdir(), 'seisa-trace-'))
  try {
    const calls =
      'execve,fork,vfork,clone,clone3,bind,open,openat,openat2,creat,connect,sendto,sendmsg,unlink,unlinkat,rename,renameat2,mkdir,mkdirat,chmod,fchmod,fchmodat,chown,fchown,fchownat,mount,init_module,finit_module,truncate,link,linkat,symlink,symlinkat,setxattr,utimensat,mknod,mknodat,kill,swapon,sethostname,settimeofday,adjtimex,clock_settime'
    const run = spawnSync(
      'strace',
      ['-f', '-qq', '-s', '300', '-e', `trace=${calls}`, '-o', join(folder, 'trace'), ...shell, '-s'],
      {
        input: collectorScript().text,
        maxBuffer: 256 * 1024 * 1024,
      },
    )
    if (run.status !== 0) throw new Error(`the collector failed under strace: ${run.stderr.toString().slice(0, 1000)}`)
    const lines = joinResumed(readFileSync(join(folder, 'trace'), 'utf8').split('\n'))
    const done = lines.filter((line) => !/= -1 E/.test(line))
    return {
      processes: done.filter((line) => /^\d+ +(fork|vfork|clone|clone3)\(/.test(line)).length,
      opens: done.filter(
        (line) => /O_WRONLY|O_RDWR|O_CREAT|O_TRUNC| creat\(/.test(line) && !/"\/dev\/(null|tty)"/.test(line),
      ),
      connections: lines.filter((line) => /sa_family=AF_(INET|PACKET)/.test(line) && !onThisMachine.test(line)),
      changes: done.filter((line) =>
        /^\d+ +(unlink|rename|mkdir|f?chmod|f?chown|fchmodat|fchownat|mount|f?init_module|truncate|link|symlink|setxattr|utimensat|mknod|bind\(\d+, \{sa_family=AF_UNIX, sun_path="|swapon|set\w+|adjtimex|clock_settime)/.test(
          line,
        ),
      ),
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * chronyc asks chronyd of this machine, and the resolver library tries its own addresses to sort them: neither leaves
 * the machine.
 */
const onThisMachine = /inet_addr\("(127\.\d+\.\d+\.\d+|0\.0\.0\.0)"\)|inet_pton\(AF_INET6, "(::1|::)"/

/** strace writes a call that another process interrupts on two lines: `<unfinished ...>`, then `resumed>`. */
function joinResumed(lines: readonly string[]): readonly string[] {
  const open = new Map<string, string>()
  return lines.flatMap((line) => {
    const [pid = ''] = line.split(' ')
    if (line.endsWith('<unfinished ...>')) {
      open.set(pid, line.replace(/ *<unfinished \.\.\.>$/, ''))
      return []
    }
    const resumed = /^\d+ +<\.\.\. \w+ resumed>(.*)$/.exec(line)
    return resumed ? [`${open.get(pid) ?? pid}${resumed[1]}`] : [line]
  })
}

labSuite('the collector on a machine', traceLab, () => {
  const shells = [['dash'], ['bash'], ['busybox', 'sh']].filter(([name = '']) => installed(name))

  describe.each(shells.map((words) => ({ name: words.join(' '), words })))('under $name', ({ words }) => {
    let trace: Trace
    // not while the tests are gathered: that happens on machines without strace too
    beforeAll(() => {
      trace = traced(words)
    })

    it(`starts at most ${mostProcesses} processes`, () => {
      expect(trace.processes).toBeGreaterThan(10)
      expect(trace.processes).toBeLessThanOrEqual(mostProcesses)
    })

    it('writes no file and changes nothing', () => {
      expect(trace.opens).toEqual([])
      expect(trace.changes).toEqual([])
    })

    it('makes no network connection', () => {
      expect(trace.connections).toEqual([])
    })
  })

  it('leaves nothing in the folder where it is started', () => {
    const folder = mkdtempSync(join(tmpdir(), 'seisa-cwd-'))
    try {
      writeFileSync(join(folder, 'collect.sh'), collectorScript().text)
      spawnSync('sh', ['collect.sh'], { cwd: folder, maxBuffer: 256 * 1024 * 1024 })
      expect(readdirSync(folder)).toEqual(['collect.sh'])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
