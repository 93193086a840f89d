import { spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A private folder, and what ends its watch after it was removed. */
export interface PassingFolder {
  readonly path: string
  readonly removed: () => void
}

/**
 * Makes a folder that is removed when this process is gone, however it ended: a folder outlives a process that was
 * killed, so another one waits for that. Its standard input closes then.
 */
export function passingFolder(): PassingFolder {
  const path = mkdtempSync(join(tmpdir(), 'seisa-sshd-'))
  const child = spawn('sh', ['-c', 'read _; rm -rf -- "$1"', 'sh', path], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // Ctrl-C at a terminal reaches every process of the group
    detached: true,
    cwd: '/',
  })
  child.unref()
  return { path, removed: () => child.stdin.end() }
}
