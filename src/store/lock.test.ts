import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Fault } from '../core/fault.ts'
import { takeLock } from './lock.ts'

const now = new Date('2026-11-20T03:00:00Z')
let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'seisa-lock-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const path = (): string => join(folder, '.seisa/lock')
const leave = (holder: object | string): void => {
  mkdirSync(join(folder, '.seisa'))
  writeFileSync(path(), typeof holder === 'string' ? holder : JSON.stringify(holder))
}
const holderNow = (): { readonly pid?: unknown } => JSON.parse(readFileSync(path(), 'utf8')) as { pid?: unknown }
const refused = (): Promise<unknown> =>
  takeLock(folder, now).then(
    () => undefined,
    (cause: unknown) => cause,
  )

describe('the lock of a project', () => {
  it('is held by one run at a time, and names who holds it', async () => {
    const lock = await takeLock(folder, now)
    const fault = await refused()
    expect(fault).toBeInstanceOf(Fault)
    expect(fault).toMatchObject({ code: 'locked' })
    if (!(fault instanceof Fault)) return
    for (const text of [fault.what.ja, fault.what.en]) {
      expect(text).toContain(String(process.pid))
      expect(text).toContain(hostname())
      expect(text).toContain('2026-11-20')
    }
    await lock.release()
    await (await takeLock(folder, now)).release()
  })

  it('leaves nothing behind', async () => {
    await (await takeLock(folder, now)).release()
    expect(existsSync(join(folder, '.seisa'))).toBe(false)
  })

  it('is readable by its owner only', async () => {
    const lock = await takeLock(folder, now)
    expect(spawnSync('stat', ['-c', '%a', path()]).stdout.toString().trim()).toBe('600')
    await lock.release()
  })

  it('is taken over from a process that is gone', async () => {
    const { pid } = spawnSync('true')
    leave({ pid, host: hostname(), started: '1', since: now.toISOString() })
    const lock = await takeLock(folder, now)
    expect(holderNow().pid).toBe(process.pid)
    await lock.release()
  })

  it('is taken over when another process got the number of the one that is gone', async () => {
    leave({ pid: process.pid, host: hostname(), started: '1', since: now.toISOString() })
    const lock = await takeLock(folder, now)
    await lock.release()
  })

  it('is taken over when its text never was finished', async () => {
    leave('{"pid": 1')
    await (await takeLock(folder, now)).release()
  })

  it('is never taken from another machine, whose processes can not be seen from here', async () => {
    leave({ pid: 1, host: 'another-machine', started: '1', since: now.toISOString() })
    expect(await refused()).toMatchObject({ code: 'locked' })
    expect(holderNow()).toMatchObject({ host: 'another-machine' })
  })

  it('goes to exactly one of many that find a stale one at the same moment', async () => {
    leave({ pid: spawnSync('true').pid, host: hostname(), started: '1', since: now.toISOString() })
    const script = `import { takeLock } from ${JSON.stringify(join(import.meta.dirname, 'lock.ts'))}
      await takeLock(${JSON.stringify(folder)}, new Date()).then(() => console.log('held'), (fault) => console.log(fault.code))
      process.stdin.resume()`
    const runs = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['--input-type=module-typescript', '-e', script]),
    )
    const answers = await Promise.all(
      runs.map(async (run) => {
        const [chunk] = (await once(run.stdout, 'data')) as [Buffer]
        return chunk.toString().trim()
      }),
    )
    for (const run of runs) run.stdin.end()
    expect([...answers].sort()).toEqual(['held', 'locked', 'locked', 'locked'])
  })

  it('says which folder can not be written to', async () => {
    writeFileSync(join(folder, '.seisa'), 'a file where the folder should be')
    const fault = await refused()
    expect(fault).toMatchObject({ code: 'output' })
    if (fault instanceof Fault) expect(fault.what.en).toContain(folder)
  })
})
