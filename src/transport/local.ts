import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { Fault } from '../core/fault.ts'

/** What may run on this machine: one shell with one known script, or that script through sudo. */
export type LocalCommand =
  | { readonly kind: 'script'; readonly text: string; readonly arguments: readonly string[] }
  | { readonly kind: 'sudo'; readonly path: string; readonly arguments: readonly string[] }

/** Allow-list of the local transport (design law 2). */
export interface LocalAllowance {
  /** SHA-256, in hex, of the scripts that may be run. */
  readonly scripts: ReadonlySet<string>
  /** Arguments that may be given to them. */
  readonly arguments: ReadonlySet<string>
}

export interface LocalOptions {
  readonly signal: AbortSignal
  /** Output over this many bytes ends the command. */
  readonly maximumBytes: number
}

/**
 * Runs one allowed command and gives its standard output as it arrives. Ends the whole process group
 * when aborted, when the output is over its limit, or when the reader stops.
 * @throws Fault `usage` for what isn't allowed, `unreachable` / `denied` when it gave nothing, `timeout`
 * when aborted
 */
export async function* runLocally(
  command: LocalCommand,
  allowance: LocalAllowance,
  options: LocalOptions,
): AsyncGenerator<Uint8Array> {
  refuseUnlessAllowed(command, allowance)
  if (options.signal.aborted) throw ended(options.signal)
  const [file, args] =
    command.kind === 'script'
      ? (['/bin/sh', ['-s', '--', ...command.arguments]] as const)
      : (['sudo', ['-n', '--', command.path, ...command.arguments]] as const)
  const child = spawn(file, args, {
    // nothing of our own environment (tokens, proxies) goes to the collector
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin', LC_ALL: 'C' },
    cwd: '/',
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  })
  const end = (): void => {
    if (child.pid !== undefined) {
      try {
        // the group outlives its shell as long as anything that the shell started does
        process.kill(-child.pid, 'SIGKILL')
      } catch {
        // nothing of it is left, or it is sudo's, which ends by itself when nobody reads its output
      }
    }
    // whoever left the group, or belongs to root, may hold these open for ever
    child.stdout.destroy()
    child.stderr.destroy()
  }
  options.signal.addEventListener('abort', end, { once: true })
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => {
    if (errors.length < 4096) errors += chunk.toString('utf8')
  })
  const closed = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  // awaited below; a failure to start must not be an unhandled rejection before that
  closed.catch(() => undefined)
  child.stdin.on('error', () => undefined)
  child.stdin.end(command.kind === 'script' ? command.text : '')
  let bytes = 0
  try {
    for await (const chunk of outputOf(child.stdout, options.signal)) {
      bytes += chunk.length
      yield chunk
      if (bytes > options.maximumBytes) {
        throw new Fault('unreachable', {
          ja: `収集の出力が上限（${options.maximumBytes} バイト）を超えた`,
          en: `the collector's output is over its limit of ${options.maximumBytes} bytes`,
        })
      }
    }
    const code = await closed.catch((cause: unknown) => {
      throw new Fault('unreachable', { ja: `${file} を起動できない`, en: `can not start ${file}` }, { cause })
    })
    if (options.signal.aborted) throw ended(options.signal)
    if (code !== 0) throw failed(command, code, errors)
  } finally {
    options.signal.removeEventListener('abort', end)
    end()
  }
}

/** Chunks of a stream; one that is destroyed because of the signal just ends. */
async function* outputOf(stream: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* stream
  } catch (cause) {
    if (!signal.aborted) throw cause
  }
}

function refuseUnlessAllowed(command: LocalCommand, allowance: LocalAllowance): void {
  const hash = command.kind === 'script' ? createHash('sha256').update(command.text).digest('hex') : undefined
  const known =
    hash === undefined ? /^\/[\w./-]+$/.test(command.kind === 'sudo' ? command.path : '') : allowance.scripts.has(hash)
  if (known && command.arguments.every((argument) => allowance.arguments.has(argument))) return
  throw new Fault('usage', {
    ja: '許可された収集スクリプト以外は実行しない',
    en: 'only the allowed collector script may be run',
  })
}

/** Signals carry their name as the reason, time limits an exception. */
const ended = (signal: AbortSignal): Fault =>
  typeof signal.reason === 'string'
    ? new Fault('timeout', { ja: '中断された', en: 'was interrupted' })
    : new Fault('timeout', { ja: '制限時間内に終わらなかった', en: 'did not end within its time limit' })

function failed(command: LocalCommand, code: number | null, errors: string): Fault {
  const said = errors.split('\n')[0]?.slice(0, 200) ?? ''
  if (command.kind === 'sudo') {
    return new Fault(
      'denied',
      { ja: `sudo で収集できない: ${said}`, en: `sudo did not run the collector: ${said}` },
      {
        next: {
          ja: '`seisa doctor` が sudoers に書く行を示します',
          en: '`seisa doctor` prints the line for sudoers',
        },
      },
    )
  }
  return new Fault('unreachable', {
    ja: `収集スクリプトが終了コード ${code} で終わった: ${said}`,
    en: `the collector ended with exit code ${code}: ${said}`,
  })
}
