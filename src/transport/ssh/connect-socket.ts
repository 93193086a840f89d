import { connect } from 'node:net'
import { Duplex } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import { systemCode } from '../../core/fault.ts'
import { said } from '../said.ts'
import type { TurnedAway } from './back-off.ts'
import { notAllowed, unreachable } from './connect-faults.ts'
import type { Connection } from './connect-handshake.ts'
import type { SshSettings } from './settings.ts'

/**
 * A TCP connection, unless the server resets it at once. `signal` carries the fault that ends the waiting.
 * @throws Fault `unreachable`
 */
export async function openSocket(settings: SshSettings, signal: AbortSignal): Promise<Duplex | TurnedAway> {
  signal.throwIfAborted()
  const socket = connect({ host: settings.host, port: settings.port, noDelay: true })
  // for its whole life: a reset between two other listeners must not end the process
  socket.on('error', () => undefined)
  const { promise, resolve, reject } = Promise.withResolvers<Duplex | TurnedAway>()
  const stop = (): void => reject(signal.reason)
  signal.addEventListener('abort', stop)
  socket.once('connect', () => resolve(socket))
  socket.once('error', (cause) => {
    const code = systemCode(cause)
    if (code === 'ECONNRESET') resolve({ turnedAway: code })
    else reject(unreachable(settings, code, cause))
  })
  try {
    return await promise
  } catch (cause) {
    socket.destroy()
    throw cause
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

/** RFC 4254 section 5.1: the jump host doesn't want to, or could not reach the place. */
const administrativelyProhibited = 1

/**
 * A connection from a jump host to the next hop.
 * @throws Fault `denied` when it doesn't forward, `unreachable` when it can't reach the next hop
 */
export async function forwardedSocket(
  jump: Connection,
  settings: SshSettings,
  secrets: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Duplex> {
  signal.throwIfAborted()
  const { promise, resolve, reject } = Promise.withResolvers<Duplex>()
  const stop = (): void => reject(signal.reason)
  signal.addEventListener('abort', stop)
  const forget = jump.onEnd(reject)
  try {
    jump.client.forwardOut('127.0.0.1', 0, settings.host, settings.port, (error, channel) => {
      if (error) {
        const words = said(error.message, secrets)
        const reason = 'reason' in error ? error.reason : undefined
        if (reason === administrativelyProhibited) {
          const what = {
            ja: ` ${settings.host}:${settings.port} への中継`,
            en: `forwarding to ${settings.host}:${settings.port}`,
          }
          reject(notAllowed(jump.settings, what, words))
        } else reject(unreachable(settings, words))
        return
      }
      const socket = channelSocket(channel, jump)
      if (signal.aborted) socket.destroy()
      resolve(socket)
    })
    return await promise
  } finally {
    forget()
    signal.removeEventListener('abort', stop)
  }
}

/**
 * A channel as a socket. ssh2's own channels throw from `write` and `end` once their connection is gone, also inside
 * a timer of the connection that they carry, where nobody could catch it.
 */
function channelSocket(channel: ClientChannel, jump: Connection): Duplex {
  const quietly = (action: () => void): void => {
    try {
      action()
    } catch {
      // the connection below is gone, and with it the channel
    }
  }
  const socket = new Duplex({
    read: () => void channel.resume(),
    write: (chunk: Buffer, _encoding, done) => {
      try {
        if (channel.write(chunk)) done()
        else channel.once('drain', done)
      } catch (cause) {
        done(cause instanceof Error ? cause : new Error('the jump host is gone'))
      }
    },
    final: (done) => {
      quietly(() => channel.end())
      done()
    },
    destroy: (cause, done) => {
      forget()
      quietly(() => channel.close())
      done(cause)
    },
  })
  socket.on('error', () => undefined)
  const forget = jump.onEnd((fault) => {
    // what it still wants to send has nowhere to go
    channel.eof = () => undefined
    channel.close = () => undefined
    socket.destroy(fault)
  })
  channel.on('data', (chunk: Buffer) => {
    if (!socket.push(chunk)) channel.pause()
  })
  channel.on('end', () => socket.push(null))
  channel.on('close', () => socket.destroy())
  channel.on('error', () => socket.destroy())
  channel.stderr.on('error', () => undefined).resume()
  return socket
}
