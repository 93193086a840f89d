import type { ClientChannel } from 'ssh2'
import { Fault } from '../../core/fault.ts'
import { type CommandLimits, ended, overLimit } from '../command.ts'
import { said } from '../said.ts'
import { lost, notAllowed } from './connect-faults.ts'
import type { Connection } from './connect-handshake.ts'
import { terminateCommand } from './insides.ts'

/** How a command ended: `code` is null when a signal ended it or nobody said how. */
export interface Outcome {
  readonly code: number | null
  readonly signal: string | undefined
  /** How much it said on standard output. */
  readonly bytes: number
  /** First 4 KiB of its standard error. */
  readonly errors: Buffer
}

export interface SessionOptions extends CommandLimits {
  readonly secrets: ReadonlySet<string>
}

/** sshd may wait for PAM before it answers a request (pam_systemd: 25 s). */
const openSeconds = 60
/** Chunks that nobody has taken yet, before we stop reading. */
const queueBytes = 256 * 1024
/** The window that ssh2 gives is 2 MiB for both streams; whoever sends much more ignores it. */
const unreadBytes = 8 * 1024 * 1024
const keptErrorBytes = 4096

/**
 * Runs one command line on the one channel that a connection gets: no environment, no terminal, no forwarding. Gives
 * its standard output as it arrives, and how it ended.
 * @throws Fault `denied` when the server doesn't run it, `unreachable` when the connection is lost or too much comes,
 * `timeout` when aborted
 */
export async function* runOnChannel(
  connection: Connection,
  line: string,
  input: string,
  options: SessionOptions,
): AsyncGenerator<Uint8Array, Outcome> {
  const stream = await openStream(connection, line, options)
  try {
    stream.send(input)
    for (let chunk = await stream.next(); chunk !== undefined; chunk = await stream.next()) yield chunk
    return stream.outcome()
  } finally {
    stream.release()
  }
}

async function openStream(connection: Connection, line: string, options: SessionOptions): Promise<ChannelStream> {
  const { settings } = connection
  const { promise, resolve, reject } = Promise.withResolvers<ChannelStream>()
  // of a connection that is over already, `exec` throws before anybody waits
  promise.catch(() => undefined)
  const forget = connection.onEnd(reject)
  const stop = (): void => reject(ended(options.signal))
  options.signal.addEventListener('abort', stop)
  const timer = setTimeout(
    () => reject(lost(settings, `no answer to the request to run a command within ${openSeconds} seconds`)),
    openSeconds * 1000,
  )
  const what = { ja: 'コマンドの実行', en: 'running a command' }
  try {
    if (options.signal.aborted) stop()
    connection.client.exec(line, {}, (error, channel) => {
      if (error) return reject(notAllowed(settings, what, said(error.message, options.secrets)))
      // at once: the exit status may be in the same packet as the answer to the request
      resolve(new ChannelStream(connection, channel, options))
    })
    return await promise
  } catch (cause) {
    if (cause instanceof Fault) throw cause
    throw lost(settings, cause instanceof Error ? said(cause.message, options.secrets) : '')
  } finally {
    clearTimeout(timer)
    forget()
    options.signal.removeEventListener('abort', stop)
  }
}

/**
 * Output of a channel as a queue with back-pressure. Node's own iterator would not tell an end from a lost connection,
 * and would leave the channel open when its reader stops.
 */
class ChannelStream {
  readonly #connection: Connection
  readonly #channel: ClientChannel
  readonly #options: SessionOptions
  readonly #queue: Buffer[] = []
  #queued = 0
  #bytes = 0
  #exit: { readonly code: number | null; readonly signal: string | undefined } | undefined
  readonly #errors: Buffer[] = []
  #errorBytes = 0
  #closed = false
  #fault: Fault | undefined
  #wake: () => void = () => undefined
  readonly #forget: () => void

  constructor(connection: Connection, channel: ClientChannel, options: SessionOptions) {
    this.#connection = connection
    this.#channel = channel
    this.#options = options
    channel.on('error', () => undefined)
    channel.stderr.on('error', () => undefined)
    channel.on('data', this.#onData)
    channel.stderr.on('data', this.#onError)
    channel.on('exit', this.#onExit)
    channel.on('close', this.#onClose)
    connection.socket.on('data', this.#onPacket)
    options.signal.addEventListener('abort', this.#onAbort)
    this.#forget = connection.onEnd((fault) => this.#fail(fault))
    if (options.signal.aborted) this.#onAbort()
  }

  /** Standard input, to its end. A command that doesn't read it is no fault. */
  send(input: string): void {
    this.#channel.end(input)
  }

  /** The next chunk; nothing when the command has ended. */
  async next(): Promise<Buffer | undefined> {
    for (;;) {
      const chunk = this.#queue.shift()
      if (chunk) {
        this.#queued -= chunk.length
        if (this.#queued < queueBytes) this.#channel.resume()
        return chunk
      }
      if (this.#fault) throw this.#fault
      if (this.#closed) return undefined
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      await promise
    }
  }

  outcome(): Outcome {
    return {
      code: this.#exit?.code ?? null,
      signal: this.#exit?.signal,
      bytes: this.#bytes,
      errors: Buffer.concat(this.#errors),
    }
  }

  release(): void {
    if (!this.#closed && !this.#fault) this.#terminate()
    this.#forget()
    this.#options.signal.removeEventListener('abort', this.#onAbort)
    this.#connection.socket.off('data', this.#onPacket)
    // whatever still comes is thrown away until the connection is closed
    this.#queue.length = 0
    this.#channel.off('data', this.#onData)
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#bytes += chunk.length
    this.#queue.push(chunk)
    this.#queued += chunk.length
    if (this.#bytes > this.#options.maximumBytes) this.#fail(overLimit(this.#options.maximumBytes))
    else if (this.#queued >= queueBytes) this.#channel.pause()
    this.#wake()
  }

  readonly #onError = (chunk: Buffer): void => {
    const room = keptErrorBytes - this.#errorBytes
    if (room > 0) this.#errors.push(Buffer.from(chunk.subarray(0, room)))
    this.#errorBytes += chunk.length
    if (this.#errorBytes > this.#options.maximumBytes) this.#fail(overLimit(this.#options.maximumBytes))
  }

  readonly #onExit = (code: number | null, signal?: string): void => {
    this.#exit = { code: code ?? null, signal }
  }

  readonly #onClose = (): void => {
    this.#closed = true
    this.#wake()
  }

  readonly #onAbort = (): void => {
    this.#fail(ended(this.#options.signal))
  }

  readonly #onPacket = (): void => {
    const unread = this.#channel.readableLength + this.#channel.stderr.readableLength
    if (unread > unreadBytes) this.#fail(ignoresWindow(this.#connection.settings.name))
  }

  /** A command without a terminal outlives its session until it next writes. */
  #terminate(): void {
    terminateCommand(this.#connection.client, this.#channel)
  }

  #fail(fault: Fault): void {
    if (this.#closed || this.#fault) return
    this.#fault = fault
    this.#terminate()
    // a reader that takes its time must not leave the other side time
    this.#connection.close()
    this.#wake()
  }
}

const ignoresWindow = (name: string): Fault =>
  new Fault(
    'unreachable',
    {
      ja: `${name} が受信側の制御に従わずにデータを送り続ける`,
      en: `${name} keeps sending more than it was allowed to`,
    },
    {
      next: {
        ja: 'そのポートで待つものが通常の sshd かを確かめてください',
        en: 'check what listens there: no ordinary sshd does so',
      },
    },
  )
