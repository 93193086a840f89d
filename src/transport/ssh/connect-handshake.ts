import type { Duplex } from 'node:stream'
import type { Client, ClientErrorExtensions } from 'ssh2'
import { Fault, systemCode } from '../../core/fault.ts'
import type { CollectRun } from '../../core/scanner.ts'
import { said } from '../said.ts'
import { Authenticator } from './authenticate.ts'
import type { TurnedAway } from './back-off.ts'
import { startClient } from './connect-client.ts'
import type { Clock } from './connect-clock.ts'
import { lost, noAgreement, notSsh, tooManyTries } from './connect-faults.ts'
import { hostKeyAlgorithms, makeHostVerifier } from './host-certificate.ts'
import type { HostKeys, HostKeyVerdict } from './host-keys.ts'
import { hostKeyFault } from './host-keys-fault.ts'
import type { SshSettings } from './settings.ts'

/** A server whose key is trusted and that let us in. */
export interface Connection {
  readonly settings: SshSettings
  readonly client: Client
  readonly socket: Duplex
  /** Told once why it is over, at once when it already is. Gives a function that takes the listener away. */
  readonly onEnd: (listener: (fault: Fault) => void) => () => void
  /** Ends it for good; may be called often. */
  readonly close: () => void
}

/** What the key exchange and logging on need. */
export interface HandshakeContext {
  readonly run: CollectRun
  readonly hostKeys: HostKeys
  /** Of the caller, as opposed to the time limit. */
  readonly interruption: AbortSignal
  /** Carries the fault that ends this attempt. */
  readonly signal: AbortSignal
  readonly clock: Clock
}

/** What a busy sshd says instead of its version (sshd.c, srclimit.c). */
const busyWords = /^(Exceeded MaxStartups|Not allowed at this time)/
/** RFC 4253 section 11.1. */
const tooManyConnections = 12

/** Far above a collector script and the window of OpenSSH (2 MiB); whoever asks and asks and never reads the answers would fill our memory. */
const mostUnsentBytes = 4 * 1024 * 1024

type SshError = Error & ClientErrorExtensions

/**
 * Exchanges keys, verifies the server's, and logs on. A server that closed the connection before any of that could be
 * done turned us away, and may be asked again.
 * @throws Fault
 */
export function shakeHands(
  socket: Duplex,
  settings: SshSettings,
  context: HandshakeContext,
): Promise<Connection | TurnedAway> {
  const { run, signal } = context
  const { promise, resolve, reject } = Promise.withResolvers<Connection | TurnedAway>()
  const words = (text: string): string => said(text, run.secrets)
  const listeners = new Set<(fault: Fault) => void>()
  const heard = firstBytes()
  let phase: 'key-exchange' | 'logging-on' | 'ready' = 'key-exchange'
  let verdict: HostKeyVerdict | undefined
  let over: Fault | undefined

  const finish = (fault: Fault): void => {
    if (over) return
    over = fault
    signal.removeEventListener('abort', abort)
    for (const listener of listeners) listener(fault)
    socket.destroy()
    reject(fault)
  }
  const abort = (): void => {
    const fault = signal.reason instanceof Fault ? signal.reason : lost(settings, '')
    finish(phase === 'logging-on' ? authenticator.lost(fault) : fault)
  }
  const authenticator = new Authenticator(settings, {
    run,
    signal: context.interruption,
    clock: context.clock,
    fail: finish,
  })

  /** The connection is over; `error` is what ssh2 knows of it. */
  const ended = (error?: SshError): void => {
    if (over) return
    if (verdict && verdict.state !== 'trusted') return finish(hostKeyFault(verdict, settings))
    if (phase !== 'key-exchange') {
      const text = words(error?.message ?? '')
      const fault = /too many authentication/i.test(text) ? tooManyTries(settings, text) : lost(settings, text)
      return finish(phase === 'logging-on' ? authenticator.lost(fault) : fault)
    }
    const first = words(heard.text())
    if (first !== '' && !first.startsWith('SSH-') && !busyWords.test(first)) return finish(notSsh(settings, first))
    if (!wasTurnedAway(error)) return finish(noAgreement(settings, words(error?.message ?? '')))
    const away = { turnedAway: busyWords.test(first) ? first : words(error?.message ?? '') }
    over = lost(settings, away.turnedAway)
    signal.removeEventListener('abort', abort)
    socket.destroy()
    resolve(away)
  }

  const algorithms = hostKeyAlgorithms(context.hostKeys, settings)
  const client: Client = startClient(socket, {
    username: settings.username,
    authHandler: authenticator.handler,
    hostVerifier: makeHostVerifier({
      settings,
      hostKeys: context.hostKeys,
      now: () => new Date(),
      clientOf: () => client,
      onVerdict: (found) => {
        verdict = found
      },
    }),
    ...(algorithms ? { algorithms: { serverHostKey: algorithms } } : {}),
  })
  socket.on('data', heard.hear)
  socket.on('data', () => {
    if (socket.writableLength > mostUnsentBytes) ended(new Error('it does not take our answers'))
  })
  client.on('error', (error: SshError) => {
    // ssh2 goes on with the next key after these
    if (error.level === 'agent' || (error.level === 'client-authentication' && phase === 'logging-on')) return
    ended(error)
  })
  client.on('end', () => ended())
  client.on('close', () => ended())
  client.on('change password', authenticator.mustChange)
  client.on('handshake', () => {
    if (phase !== 'key-exchange') return
    phase = 'logging-on'
    socket.off('data', heard.hear)
  })
  client.once('ready', () => {
    authenticator.accepted().then(
      () => {
        if (over) return
        phase = 'ready'
        signal.removeEventListener('abort', abort)
        resolve({ settings, client, socket, onEnd, close })
      },
      (cause: unknown) => finish(cause instanceof Fault ? cause : lost(settings, '')),
    )
  })
  const onEnd: Connection['onEnd'] = (listener) => {
    if (over) listener(over)
    else listeners.add(listener)
    return () => void listeners.delete(listener)
  }
  const close = (): void => {
    if (over) return
    over = lost(settings, '')
    for (const listener of listeners) listener(over)
    closePolitely(client, socket)
  }
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort)
  return promise
}

/** The first bytes of an answer: what a server says that doesn't speak SSH, or won't. */
function firstBytes(): { readonly hear: (chunk: Buffer) => void; readonly text: () => string } {
  const kept: Buffer[] = []
  let length = 0
  return {
    hear: (chunk) => {
      if (length >= 512) return
      kept.push(Buffer.from(chunk.subarray(0, 512 - length)))
      length += chunk.length
    },
    text: () => Buffer.concat(kept).toString('utf8'),
  }
}

/** Whether the connection ended without anything having gone wrong in what was said. */
function wasTurnedAway(error: SshError | undefined): boolean {
  if (error === undefined || error.message === 'Connection lost before handshake') return true
  if ('code' in error && error.code === tooManyConnections) return true
  return error.level === 'client-socket' && ['ECONNRESET', 'EPIPE'].includes(systemCode(error) ?? '')
}

/** Says goodbye, and doesn't wait for a peer that doesn't. */
function closePolitely(client: Client, socket: Duplex): void {
  client.end()
  if (socket.writableFinished) socket.destroy()
  else {
    socket.once('finish', () => socket.destroy())
    setTimeout(() => socket.destroy(), 1000).unref()
  }
}
