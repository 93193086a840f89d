import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { node, programWithCollector, type Ran, run, temporaryFolder } from './testing/run.ts'

/** A collector that answers one section, says which processes it has, and then hangs with a child. */
const hanging = (place: string): string => `sleep 600 &
printf '#seisa-evidence 1 endpoint/linux n0\\n\\n#n0 > collector\\nversion=1\\nuid=0\\nobserved-at=%s\\n\\n#n0 < collector 0\\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)"
echo "$$ $!" >'${place}/pids.new' && mv '${place}/pids.new' '${place}/pids'
wait
`
const twoTargets = `baselines: [{use: ipa-sme}]

targets:
  - {name: first, scanner: endpoint, here: true}
  - {name: second, scanner: endpoint, here: true}
`

let copy = ''
let main = ''
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'seisa-hanging-'))
  main = programWithCollector(copy, hanging(copy))
  writeFileSync(join(copy, 'seisa.yaml'), twoTargets)
})
afterAll(() => rmSync(copy, { recursive: true, force: true }))

/** Polls until something is there; the test's own time limit ends it. */
async function until<T>(look: () => T | undefined): Promise<T> {
  for (;;) {
    const found = look()
    if (found !== undefined) return found
    await pause(20)
  }
}

const pids = (): readonly number[] | undefined =>
  existsSync(join(copy, 'pids')) ? readFileSync(join(copy, 'pids'), 'utf8').trim().split(' ').map(Number) : undefined

const runs = (pid: number): boolean => {
  try {
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/** Starts the program, waits until its collector hangs, sends the signal, and gives how everything ended. */
async function interrupted(
  words: readonly string[],
  signal: NodeJS.Signals,
): Promise<Ran & { readonly left: readonly number[] }> {
  rmSync(join(copy, 'pids'), { force: true })
  let send: (signal: NodeJS.Signals) => void = () => undefined
  const running = run([node(), main, ...words], {
    cwd: copy,
    env: { TMPDIR: copy },
    started: (child) => (send = (name) => child.kill(name)),
  })
  const children = await until(pids)
  send(signal)
  const ran = await running
  await until(() => (children.some(runs) ? undefined : true))
  return { ...ran, left: children.filter(runs) }
}

describe('a scan that is interrupted', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('by %s ends its collectors, writes what it has and marks it partial', async (signal, code) => {
    const report = join(copy, `${signal}.json`)
    const ran = await interrupted(
      ['scan', '--concurrency', '1', '--exit-zero', '--format', 'terminal', '--format', `json=${report}`],
      signal,
    )
    expect({ code: ran.code, signal: ran.signal, left: ran.left }).toEqual({ code, signal: null, left: [] })
    const document = JSON.parse(readFileSync(report, 'utf8')) as {
      run: { partial?: boolean }
      targets: readonly { name: string; state: string }[]
      exit: { code: number }
      summary: { pass: number }
    }
    expect(document.run.partial).toBe(true)
    expect(document.exit.code).toBe(code)
    expect(document.targets.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'first partial',
      'second unreachable',
    ])
    expect(document.summary.pass).toBe(0)
    expect(ran.stdout).toMatch(/interrupted/i)
    // neither a lock nor a half-written file is left
    expect(existsSync(join(copy, '.seisa'))).toBe(false)
  })

  it.each([
    [['collect', '--here', '-o', '-'], 143],
    [['doctor', '--here'], 143],
  ] as const)('ends with the code of the signal in every command: %s', async (words, code) => {
    const ran = await interrupted(words, 'SIGTERM')
    expect({ code: ran.code, left: ran.left }).toEqual({ code, left: [] })
  })

  it('keeps the evidence that came, and judges it as broken off', async () => {
    await interrupted(['collect', '--here', '-o', 'cut.evidence'], 'SIGTERM')
    const { code, stdout } = await run([node(), main, 'scan', '--from', join(copy, 'cut.evidence'), '--json', '-q'])
    expect(code).toBe(3)
    const { targets } = JSON.parse(stdout) as {
      targets: readonly { state: string; problems: readonly { en: string }[] }[]
    }
    expect(targets).toMatchObject([{ state: 'partial', problems: [{ en: expect.stringContaining('breaks off') }] }])
  })

  it('ends at once when it is told twice', async () => {
    rmSync(join(copy, 'pids'), { force: true })
    const running = run([node(), main, 'scan', '--here', '-q'], {
      cwd: copy,
      env: { TMPDIR: copy },
      started: (child) => void until(pids).then(() => [child.kill('SIGINT'), child.kill('SIGINT')]),
    })
    expect((await running).code).toBe(130)
    for (const pid of pids() ?? []) if (runs(pid)) process.kill(pid, 'SIGKILL')
  })
})

describe('a target that takes longer than its time', () => {
  it('is ended with all its processes, and the run is incomplete', async () => {
    rmSync(join(copy, 'pids'), { force: true })
    const { code, stdout } = await run([node(), main, 'scan', '--here', '--timeout', '1s', '--json', '-q'], {
      cwd: copy,
      env: { TMPDIR: copy },
    })
    expect(code).toBe(3)
    expect(stdout).toContain('did not end within its time limit')
    const children = pids() ?? []
    expect(children).toHaveLength(2)
    await until(() => (children.some(runs) ? undefined : true))
  })
})

describe('a collector that gives no end of output', () => {
  it.each([
    ['lines', `yes '${'a long line '.repeat(60)}'`],
    ['one line', 'tr "\\000" x </dev/zero'],
  ])('is ended at the limit, with bounded memory: %s', async (_, flood) => {
    using folder = temporaryFolder()
    const script = `printf '#seisa-evidence 1 endpoint/linux n0\\n\\n#n0 > collector\\n'\n${flood}\n`
    const program = programWithCollector(folder.path, script)
    const words = [node(), '--max-old-space-size=200', program, 'scan', '--here', '--json', '-q']
    const { code, stdout, stderr } = await run(words)
    expect(stderr).toBe('')
    expect(code).toBe(3)
    expect(stdout).toMatch(/over its limit|gave nothing|could not be read/)
  })
})

describe('two runs in one folder', () => {
  it('do not happen: the second says who holds the lock, and the first goes on', async () => {
    rmSync(join(copy, 'pids'), { force: true })
    let stop = (): void => undefined
    let pid: number | undefined
    const first = run([node(), main, 'scan', '-q'], {
      cwd: copy,
      env: { TMPDIR: copy },
      started: (child) => {
        pid = child.pid
        stop = () => void child.kill('SIGTERM')
      },
    })
    await until(pids)
    const second = await run([node(), main, 'scan', '-q'], { cwd: copy, env: { TMPDIR: copy } })
    expect(second).toMatchObject({ code: 11, stdout: '' })
    expect(second.stderr).toContain(`pid ${pid}`)
    expect(second.stderr).toContain(hostname())
    stop()
    expect((await first).code).toBe(143)
  })

  it('follow each other after one was killed: its lock is taken over', async () => {
    rmSync(join(copy, 'pids'), { force: true })
    // of two collectors at work only one would be known by its process id
    const killed = run([node(), main, 'scan', '-q', '--target', 'first'], {
      cwd: copy,
      env: { TMPDIR: copy },
      started: (child) => void until(pids).then(() => child.kill('SIGKILL')),
    })
    expect((await killed).signal).toBe('SIGKILL')
    expect(existsSync(join(copy, '.seisa/lock'))).toBe(true)
    for (const pid of pids() ?? []) if (runs(pid)) process.kill(pid, 'SIGKILL')
    const ran = await run([node(), main, 'scan', '-q', '--timeout', '1s', '--target', 'first'], {
      cwd: copy,
      env: { TMPDIR: copy },
    })
    expect(ran.code).toBe(3)
    rmSync(join(copy, '.seisa'), { recursive: true, force: true })
  })
})
