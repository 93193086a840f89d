import type { Duplex } from 'node:stream'
import type { Client } from 'ssh2'
import { said } from '../said.ts'
import { type TurnedAway, withBackOff } from './back-off.ts'
import { attempt, type ConnectContext, knownHostsOf } from './connect.ts'
import { startClient } from './connect-client.ts'
import { noAgreement } from './connect-faults.ts'
import { hostKeyAlgorithms, makeHostVerifier } from './host-certificate.ts'
import type { HostKeys, HostKeyVerdict } from './host-keys.ts'
import type { SshSettings } from './settings.ts'

/** A host key as it was offered, to be shown and perhaps enrolled. */
export interface OfferedHostKey {
  /** In SSH form. */
  readonly key: Buffer
  readonly verdict: HostKeyVerdict
}

/**
 * The key that a server offers, and what the known ones say of it. Ends before anything is authenticated. Jump hosts
 * on the way must be trusted, and are logged on to.
 * @throws Fault like `connect`
 */
export async function offeredHostKey(settings: SshSettings, context: ConnectContext): Promise<OfferedHostKey> {
  const hostKeys = await knownHostsOf(context.run, settings.knownHostsFiles)
  const once = (): Promise<OfferedHostKey | TurnedAway> =>
    attempt(settings, context, (socket, signal) => look(socket, settings, hostKeys, context, signal))
  return withBackOff(once, settings.name, context.signal, context.backOff)
}

function look(
  socket: Duplex,
  settings: SshSettings,
  hostKeys: HostKeys,
  { run }: ConnectContext,
  signal: AbortSignal,
): Promise<OfferedHostKey | TurnedAway> {
  const { promise, resolve, reject } = Promise.withResolvers<OfferedHostKey | TurnedAway>()
  const abort = (): void => {
    reject(signal.reason)
    socket.destroy()
  }
  const algorithms = hostKeyAlgorithms(hostKeys, settings)
  const client: Client = startClient(socket, {
    username: settings.username,
    // never gets so far; if it did, nothing would be sent
    authHandler: () => undefined,
    hostVerifier: (key: Buffer) => {
      makeHostVerifier({
        settings,
        hostKeys,
        now: () => new Date(),
        clientOf: () => client,
        onVerdict: (verdict) => resolve({ key: Buffer.from(key), verdict }),
      })(key)
      return false
    },
    ...(algorithms ? { algorithms: { serverHostKey: algorithms } } : {}),
  })
  client.on('error', (error) => {
    const busy = error.level === 'client-socket' || error.message === 'Connection lost before handshake'
    if (busy) resolve({ turnedAway: '' })
    else reject(noAgreement(settings, said(error.message, run.secrets)))
  })
  client.on('close', () => resolve({ turnedAway: '' }))
  if (signal.aborted) abort()
  else signal.addEventListener('abort', abort)
  return promise.finally(() => {
    signal.removeEventListener('abort', abort)
    socket.destroy()
  })
}
