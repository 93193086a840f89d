import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageRoot } from '../../package-root.ts'

/** How the program ended and what it said. */
export interface Ran {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd?: string
  /** Added to the few variables that a program needs; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Called with the process once it runs. */
  readonly started?: (child: ChildProcess) => void
}

/** The Node.js that the project brings, as npm scripts use it. */
export const node = (): string => {
  const own = join(packageRoot(), 'node_modules/.bin/node')
  return existsSync(own) ? own : process.execPath
}
export const program = (): string => join(packageRoot(), 'src/main.ts')

/** Runs the real program, in English unless the environment says otherwise. */
export const seisa = (words: readonly string[], options: RunOptions = {}): Promise<Ran> =>
  run([node(), program(), ...words], options)

/** Runs any command like that. */
export function run([file = '', ...words]: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const given = { PATH: process.env['PATH'], HOME: tmpdir(), LANG: 'en_US.UTF-8', ...options.env }
  const env = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  return new Promise((resolve, reject) => {
    const child = spawn(file, words, { cwd: options.cwd ?? tmpdir(), env, stdio: ['ignore', 'pipe', 'pipe'] })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    child.once('error', reject)
    child.once('close', (code, signal) =>
      resolve({ code, signal, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }),
    )
    options.started?.(child)
  })
}

/** A shell command line, with `$SEISA` for the program. */
export const shell = (line: string, options: RunOptions = {}): Promise<Ran> =>
  run(['/bin/sh', '-c', line], { ...options, env: { SEISA: `${node()} ${program()}`, ...options.env } })

/** A temporary folder that goes away with the block. */
export function temporaryFolder(): Disposable & { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'seisa-cli-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/**
 * A copy of the program whose collector is another script, for what a real machine does not do on command: hang,
 * flood, fail. Modules come from the project.
 */
export function programWithCollector(folder: string, script: string): string {
  for (const part of ['src', 'scanners', 'reports', 'baselines', 'schemas', 'package.json']) {
    cpSync(join(packageRoot(), part), join(folder, part), { recursive: true })
  }
  symlinkSync(join(packageRoot(), 'node_modules'), join(folder, 'node_modules'))
  const parts = join(folder, 'scanners/endpoint/linux/collector')
  rmSync(parts, { recursive: true })
  mkdirSync(parts)
  writeFileSync(join(parts, '00-only.sh'), script)
  return join(folder, 'src/main.ts')
}

/** Whether an ordinary user can be had, and whether that user can read the project. */
export function otherUserLab(): { readonly available: boolean; readonly lacks: string } {
  if (process.getuid?.() !== 0) return { available: false, lacks: 'root' }
  const { status } = spawnSync('setpriv', [...asNobody.slice(1), 'test', '-r', program()])
  return status === 0
    ? { available: true, lacks: '' }
    : { available: false, lacks: 'setpriv, and a clone that others may read' }
}

/** Words that run a command as a user without any rights. */
export const asNobody: readonly string[] = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--']
