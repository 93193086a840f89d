import { type ChildProcess, spawn } from 'node:child_process'

/** Why a command gave nothing: what it ended with (its exit code, or the name of a signal), or what ended it. */
export type CommandEnd = number | string

export interface CredentialCommand {
  readonly command: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly timeoutSeconds: number
  readonly maximumBytes: number
  /** Ends it before its time. */
  readonly signal: AbortSignal | undefined
}

/**
 * Standard output of a shell command line, which reads nothing and whose error output goes nowhere: both may hold the
 * secret. Whatever it started ends with it, unless that ran away on purpose.
 */
export async function outputOfCommand(given: CredentialCommand): Promise<string | { readonly failed: CommandEnd }> {
  const { command, cwd, env, timeoutSeconds, maximumBytes, signal } = given
  if (signal?.aborted) return { failed: 'interrupted' }
  const windows = process.platform === 'win32'
  const [shell = '/bin/sh', ...flags] = windows ? ['cmd.exe', '/d', '/s', '/c'] : ['/bin/sh', '-c']
  const child = spawn(shell, [...flags, command], {
    cwd,
    env: { ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
    // a group of its own, so that a program that the shell waits for can be ended too
    detached: !windows,
    windowsHide: true,
  })
  const { promise, resolve } = Promise.withResolvers<CommandEnd>()
  let isOver = false
  const chunks: Buffer[] = []
  let length = 0
  child.stdout.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    length += chunk.length
    if (length > maximumBytes) resolve('too much output')
  })
  child.once('error', (cause) => resolve('code' in cause ? String(cause.code) : 'error'))
  child.once('close', (code, name) => {
    isOver = true
    resolve(code ?? name ?? 'unknown')
  })
  const timer = setTimeout(() => resolve('timeout'), timeoutSeconds * 1000)
  const stop = (): void => resolve('interrupted')
  signal?.addEventListener('abort', stop)
  try {
    const end = await promise
    return end === 0 ? Buffer.concat(chunks).toString('utf8') : { failed: end }
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', stop)
    if (!isOver) endAll(child)
  }
}

function endAll(child: ChildProcess): void {
  if (child.pid !== undefined) {
    try {
      // the group outlives its shell as long as anything that the shell started does
      if (process.platform === 'win32') child.kill('SIGKILL')
      else process.kill(-child.pid, 'SIGKILL')
    } catch {
      // nothing of it is left
    }
  }
  // whoever left the group may hold it open for ever
  child.stdout?.destroy()
}
