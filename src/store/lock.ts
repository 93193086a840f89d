import { type FileHandle, link, mkdir, open, readFile, rename, rm, rmdir, unlink } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { Fault, systemCode } from '../core/fault.ts'

/** Who holds a project's lock. */
interface Holder {
  readonly pid: number
  readonly host: string
  /** Start of the process as the kernel counts it, so that a reused pid isn't taken for the holder. */
  readonly started: string
  readonly since: string
}

/** A held lock. */
export interface Lock {
  readonly release: () => Promise<void>
}

/**
 * Takes the lock of a project folder (`.seisa/lock`), so that two runs don't write the same ledger or
 * reports. A lock whose process is gone is taken over.
 * @throws Fault `locked` naming the holder; Fault `output` when the folder can't be written.
 */
export async function takeLock(folder: string, now: Date): Promise<Lock> {
  const state = join(folder, '.seisa')
  const path = join(state, 'lock')
  const made = await mkdir(state, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw new Fault('output', { ja: `${state} を作れない`, en: `can not create ${state}` }, { cause })
  })
  const mine: Holder = {
    pid: process.pid,
    host: hostname(),
    started: (await processStart(process.pid)) ?? '',
    since: now.toISOString(),
  }
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const handle = await create(path)
    if (handle) {
      await write(handle, path, mine)
      return { release: () => release(path, state, made !== undefined) }
    }
    const holder = await readHolder(path)
    if (holder && (await isAlive(holder))) {
      throw new Fault(
        'locked',
        {
          ja: `別の seisa がこのフォルダで実行中です（pid ${holder.pid}、${holder.host}、${holder.since} から）`,
          en: `another seisa is running in this folder (pid ${holder.pid} on ${holder.host}, since ${holder.since})`,
        },
        { next: { ja: '終わるのを待つか、その処理を止めてください', en: 'wait for it to end, or stop it' } },
      )
    }
    await takeAway(path, holder)
  }
  throw new Fault('locked', { ja: 'ロックを取れない', en: 'the lock could not be taken' })
}

async function write(handle: FileHandle, path: string, holder: Holder): Promise<void> {
  try {
    await handle.writeFile(`${JSON.stringify(holder)}\n`)
  } catch (cause) {
    await rm(path, { force: true })
    throw new Fault('output', { ja: `${path} に書けない`, en: `can not write ${path}` }, { cause })
  } finally {
    await handle.close()
  }
}

/**
 * Removes a lock whose holder is gone. Two runs may find it at once: the one that comes later would remove
 * the new lock of the first, so that what was taken away is looked at again, and put back when it is another.
 */
async function takeAway(path: string, stale: Holder | undefined): Promise<void> {
  const aside = `${path}.${process.pid}`
  try {
    await rename(path, aside)
    const taken = await readHolder(aside)
    if (JSON.stringify(taken) !== JSON.stringify(stale)) await link(aside, path)
  } catch (cause) {
    if (!['ENOENT', 'EEXIST'].includes(String(systemCode(cause)))) {
      throw new Fault('output', { ja: `${path} を消せない`, en: `can not remove ${path}` }, { cause })
    }
  } finally {
    await rm(aside, { force: true })
  }
}

async function create(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'wx', 0o600)
  } catch (cause) {
    if (systemCode(cause) === 'EEXIST') return undefined
    throw new Fault('output', { ja: `${path} を作れない`, en: `can not create ${path}` }, { cause })
  }
}

async function readHolder(path: string): Promise<Holder | undefined> {
  // a lock that is being written right now is short for a moment
  for (let attempt = 0; attempt < 20; attempt += 1) {
    try {
      const value: unknown = JSON.parse(await readFile(path, 'utf8'))
      if (isHolder(value)) return value
    } catch (cause) {
      if (systemCode(cause) === 'ENOENT') return undefined
    }
    await new Promise((done) => setTimeout(done, 10))
  }
  return undefined
}

const isHolder = (value: unknown): value is Holder =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Holder).pid === 'number' &&
  typeof (value as Holder).host === 'string' &&
  typeof (value as Holder).started === 'string'

/** A holder on another machine (a shared folder) can't be checked, so it counts as alive. */
async function isAlive(holder: Holder): Promise<boolean> {
  if (holder.host !== hostname()) return true
  const started = await processStart(holder.pid)
  if (started !== undefined) return holder.started === '' || started === holder.started
  try {
    process.kill(holder.pid, 0)
    return true
  } catch (cause) {
    return systemCode(cause) === 'EPERM'
  }
}

/** Field 22 of /proc/PID/stat (proc(5)); undefined where there is no such process or no /proc. */
async function processStart(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  return stat === '' ? undefined : stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
}

async function release(path: string, state: string, made: boolean): Promise<void> {
  await unlink(path).catch(() => undefined)
  // a folder that was made for the lock alone goes with it
  if (made) await rmdir(state).catch(() => undefined)
}
