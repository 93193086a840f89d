import { connect } from 'node:net'
import { Duplex } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import { Fault, systemCode } from '../../core/fault.ts'
import { said } from '../said.ts'
import type { TurnedAway } from './back-off.ts'
import { lost, notAllowed, unreachable } from './connect-faults.ts'
import type { Connection } from './connect-handshake.ts'
import { lookupInTurn } from './connect-lookup.ts'
import type { SshSettings } from './settings.ts'

/**
 * A TCP connection, unless the server resets it at once. `signal` carries the fault that ends the waiting.
 * @throws Fault `unreachable`
 */
export async function openSocket(settings: SshSettings, signal: AbortSignal): Promise<Duplex | TurnedAway> {
  signal.throwIfAborted()
  const { host, port } = settings
  const socket = connect({ host, port, noDelay: true, lookup: lookupInTurn(signal) })
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
  // of a connection that is over already, `forwardOut` throws before anybody waits
  promise.catch(() => undefined)
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
  } catch (cause) {
    // ssh2 throws at once on a connection that is closing
    throw cause instanceof Fault ? cause : lost(jump.settings, '')
  } finally {
    forget()
    signal.removeEventListener('abort', stop)
  }
}

/**
 * A channel as a socket that is gone when it is destroyed: ssh2's own waits for the other side to agree, and is not
 * told when the connection below it is lost before that was closed.
 */
function channelSocket(channel: ClientChannel, jump: Connection): Duplex {
  const socket = new Duplex({
    read: () => void channel.resume(),
    write: (chunk: Buffer, _encoding, done) => {
      if (channel.write(chunk)) done()
      else channel.once('drain', done)
    },
    final: (done) => {
      channel.end()
      done()
    },
    destroy: (cause, done) => {
      forget()
      channel.close()
      done(cause)
    },
  })
  const forget = jump.onEnd((fault) => socket.destroy(fault))
  socket.on('error', () => undefined)
  channel.on('data', (chunk: Buffer) => {
    if (!socket.push(chunk)) channel.pause()
  })
  channel.on('end', () => socket.push(null))
  channel.on('close', () => socket.destroy())
  channel.on('error', () => socket.destroy())
  channel.stderr.on('error', () => undefined).resume()
  return socket
}
