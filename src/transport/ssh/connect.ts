import type { Duplex } from 'node:stream'
import type { CollectRun } from '../../core/scanner.ts'
import { ended } from '../command.ts'
import { oncePerRun } from '../once-per-run.ts'
import { type BackOffPolicy, type TurnedAway, withBackOff } from './back-off.ts'
import { type Clock, startClock } from './connect-clock.ts'
import { tooSlow } from './connect-faults.ts'
import { type Connection, shakeHands } from './connect-handshake.ts'
import { forwardedSocket, openSocket } from './connect-socket.ts'
import { type HostKeys, readHostKeys } from './host-keys.ts'
import { jumpConnection } from './jump-pool.ts'
import type { SshSettings } from './settings.ts'

/** What connecting needs besides the settings. */
export interface ConnectContext {
  readonly run: CollectRun
  readonly signal: AbortSignal
  /** For tests; the usual one otherwise. */
  readonly backOff?: BackOffPolicy
}

/**
 * A verified and logged-on connection, through its jump hosts if it has any. A server that is too busy is asked again,
 * with growing delays.
 * @throws Fault `unreachable`, `denied` (also for a host key), `rejected`, `configuration`, `timeout`
 */
export async function connect(settings: SshSettings, context: ConnectContext): Promise<Connection> {
  if (context.signal.aborted) throw ended(context.signal)
  const hostKeys = await knownHostsOf(context.run, settings.knownHostsFiles)
  const once = (): Promise<Connection | TurnedAway> =>
    attempt(settings, context, (socket, signal, clock) =>
      shakeHands(socket, settings, { run: context.run, hostKeys, interruption: context.signal, signal, clock }),
    )
  return withBackOff(once, settings.name, context.signal, context.backOff)
}

/** Opens a socket to the server and works on it, within the time for connecting. */
export async function attempt<T>(
  settings: SshSettings,
  context: ConnectContext,
  work: (socket: Duplex, signal: AbortSignal, clock: Clock) => Promise<T>,
): Promise<T | TurnedAway> {
  const jump = settings.jumps.length > 0 ? await jumpConnection(settings.jumps, context, connect) : undefined
  const limit = new AbortController()
  const stop = (): void => limit.abort(ended(context.signal))
  const clock = startClock(settings.connectTimeoutSeconds, () => limit.abort(tooSlow(settings)))
  context.signal.addEventListener('abort', stop)
  if (context.signal.aborted) stop()
  try {
    const socket = jump
      ? await forwardedSocket(jump, settings, context.run.secrets, limit.signal)
      : await openSocket(settings, limit.signal)
    return 'turnedAway' in socket ? socket : await work(socket, limit.signal, clock)
  } finally {
    clock.stop()
    context.signal.removeEventListener('abort', stop)
  }
}

const readOnce = oncePerRun<HostKeys>()

/** Known host keys, read once a run: hundreds of targets share one large file. */
export const knownHostsOf = (run: CollectRun, files: readonly string[]): Promise<HostKeys> =>
  readOnce(run, JSON.stringify(files), () => readHostKeys(files))
