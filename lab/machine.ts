import { spawnSync, type SpawnSyncReturns } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** How a machine differs from this one while the lab looks at it. */
export interface Machine {
  /** Files below /etc by path: their text, or null to remove. Modes are kept, or 0644 for new ones. */
  readonly files?: Readonly<Record<string, string | null>>
  /** Octal modes by path, after the files were written. */
  readonly modes?: Readonly<Record<string, string>>
  /** Further shell commands in the private mounts, as root, before the collector starts. */
  readonly prepare?: string
  /** Shell that runs the collector; `/bin/sh -s` unless told. */
  readonly shell?: readonly string[]
  /** Run as this user id instead of root. */
  readonly uid?: number
  readonly environment?: Readonly<Record<string, string>>
  readonly arguments?: readonly string[]
}

/** Whether this lab can run here, and what it lacks otherwise. */
export function machineLab(): { readonly available: boolean; readonly lacks: string } {
  if (process.getuid?.() !== 0) return { available: false, lacks: 'root (private mounts)' }
  if (!existsSync('/usr/bin/unshare')) return { available: false, lacks: 'unshare (npm run lab:install)' }
  const works = spawnSync('unshare', ['--mount', 'true']).status === 0
  return { available: works, lacks: works ? '' : 'mount namespaces' }
}

/**
 * Runs a collector script on this machine as if its /etc were another's: a copy of /etc in a private mount
 * namespace, changed as told. Nothing outside of the namespace changes. Gives the standard output.
 */
export function runOnMachine(script: string, machine: Machine = {}): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'seisa-lab-'))
  try {
    writeFileSync(join(folder, 'collect.sh'), script, { mode: 0o755 })
    const shell = (machine.shell ?? ['/bin/sh']).map(quote).join(' ')
    const args = (machine.arguments ?? []).map(quote).join(' ')
    const run = inside(folder, machine, `${shell} -s -- ${args} <${quote(join(folder, 'collect.sh'))}`)
    if (run.status !== 0)
      throw new Error(`the lab machine failed (${run.status}): ${run.stderr.toString().slice(0, 2000)}`)
    return run.stdout
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Runs any command on such a machine, and gives its exit code and what it printed. */
export function commandOnMachine(
  command: readonly string[],
  machine: Machine = {},
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const folder = mkdtempSync(join(tmpdir(), 'seisa-lab-'))
  try {
    const run = inside(folder, machine, command.map(quote).join(' '))
    return { status: run.status, stdout: run.stdout.toString(), stderr: run.stderr.toString() }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function inside(folder: string, machine: Machine, command: string): SpawnSyncReturns<Buffer> {
  const user =
    machine.uid === undefined ? '' : `setpriv --reuid=${machine.uid} --regid=${machine.uid} --clear-groups -- `
  const steps = [
    'set -e',
    `mkdir ${quote(join(folder, 'etc'))}`,
    `mount -t tmpfs none ${quote(join(folder, 'etc'))}`,
    `cp -a /etc/. ${quote(join(folder, 'etc'))}`,
    `mount --bind ${quote(join(folder, 'etc'))} /etc`,
    ...Object.entries(machine.files ?? {}).map(([path, text]) => fileStep(path, text)),
    ...Object.entries(machine.modes ?? {}).map(([path, mode]) => `chmod ${mode} ${quote(path)}`),
    machine.prepare ?? '',
    `chmod 755 ${quote(folder)}`,
    `exec ${user}${command}`,
  ]
  return spawnSync(
    'unshare',
    ['--mount', '--pid', '--fork', '--mount-proc', '--propagation', 'private', 'sh', '-c', steps.join('\n')],
    {
      maxBuffer: 256 * 1024 * 1024,
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...machine.environment },
    },
  )
}

const fileStep = (path: string, text: string | null): string =>
  text === null
    ? `rm -rf ${quote(path)}`
    : // a link may lead out of the copy: /etc/os-release is one to /usr/lib
      `mkdir -p "$(dirname ${quote(path)})"\n[ ! -L ${quote(path)} ] || rm ${quote(path)}\nprintf %s ${quote(text)} >${quote(path)}`

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
