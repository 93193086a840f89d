import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { openSync, closeSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { networkFile } from './setup.ts'

/** The processes of one host. */
export interface HostProcess {
  /** Process id, on this machine, of the host's first process: its sshd. */
  readonly pid: number
  readonly stop: () => Promise<void>
  /** Like `stop`, without waiting: for the end of this process. */
  readonly kill: () => void
}

/**
 * Starts the host whose `setup.sh` lies in `folder`, in namespaces of its own, and waits until its sshd listens.
 * It dies with this process, however that ends: the kernel kills `unshare`, which kills the first process of the
 * host, with which everything in its process namespace ends.
 */
export async function startProcess(
  folder: string,
  options: { readonly environment?: Readonly<Record<string, string>>; readonly jumpPid?: number },
): Promise<HostProcess> {
  const network = options.jumpPid === undefined ? [] : ['nsenter', `--net=/proc/${options.jumpPid}/root${networkFile}`]
  const namespaces = ['--mount', '--propagation', 'private', '--uts', '--ipc', '--pid', '--fork', '--kill-child=KILL']
  const log = openSync(join(folder, 'log'), 'a', 0o600)
  const child = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', ...network, 'unshare', ...namespaces, 'sh', join(folder, 'setup.sh')],
    {
      stdio: ['ignore', log, log],
      cwd: '/',
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', ...options.environment },
    },
  )
  closeSync(log)
  const exited = once(child, 'exit')
  await listening(child, join(folder, 'log'))
  const pid = firstChild(child.pid)
  return {
    pid,
    stop: async () => {
      kill(child)
      await exited
    },
    kill: () => kill(child),
  }
}

async function listening(child: ChildProcess, log: string): Promise<void> {
  const start = Date.now()
  while (!/^Server listening on/m.test(readFileSync(log, 'utf8'))) {
    if (child.exitCode !== null || child.signalCode !== null || Date.now() - start > 60_000) {
      kill(child)
      throw new Error(`a lab host did not start: ${readFileSync(log, 'utf8').slice(-2000)}`)
    }
    await delay(10)
  }
}

/** unshare ends only after its child was reaped, and that only after every process of the namespace is gone. */
function kill(child: ChildProcess): void {
  if (child.exitCode !== null || child.signalCode !== null) return
  try {
    process.kill(firstChild(child.pid), 'SIGKILL')
  } catch {
    child.kill('SIGKILL')
  }
}

function firstChild(pid: number | undefined): number {
  const [first = ''] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')
  if (!/^\d+$/.test(first)) throw new Error('the lab host has ended')
  return Number(first)
}

/** Runs a shell command as root on the host, past its sshd; for tests that look at what was left there. */
export function runInside(pid: number, command: string): { readonly status: number | null; readonly stdout: string } {
  const run = spawnSync('nsenter', [`--target=${pid}`, '--mount', '--uts', '--ipc', '--pid', 'sh', '-c', command], {
    maxBuffer: 64 * 1024 * 1024,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
  })
  return { status: run.status, stdout: run.stdout.toString() + run.stderr.toString() }
}
