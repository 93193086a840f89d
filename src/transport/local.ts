import { spawn } from 'node:child_process'
import { Fault } from '../core/fault.ts'
import {
  type Allowance,
  allowedWords,
  type CollectorCommand,
  type CommandLimits,
  ended,
  failed,
  overLimit,
} from './command.ts'
import { said } from './said.ts'

/**
 * Runs one allowed command and gives its standard output as it arrives. Ends the whole process group
 * when aborted, when the output is over its limit, or when the reader stops.
 * @throws Fault `usage` for what isn't allowed, `unreachable` / `denied` when it gave nothing, `timeout`
 * when aborted
 */
export async function* runLocally(
  command: CollectorCommand,
  allowance: Allowance,
  options: CommandLimits,
): AsyncGenerator<Uint8Array> {
  const [file = '', ...args] = allowedWords(command, allowance)
  if (options.signal.aborted) throw ended(options.signal)
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
  const errors: Buffer[] = []
  let errorBytes = 0
  child.stderr.on('data', (chunk: Buffer) => {
    if (errorBytes < 4096) errors.push(chunk)
    errorBytes += chunk.length
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
      if (bytes > options.maximumBytes) throw overLimit(options.maximumBytes)
    }
    const code = await closed.catch((cause: unknown) => {
      throw new Fault('unreachable', { ja: `${file} を起動できない`, en: `can not start ${file}` }, { cause })
    })
    if (options.signal.aborted) throw ended(options.signal)
    if (code !== 0) throw failed(command, code, said(Buffer.concat(errors).toString('utf8'), new Set(), 200))
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
