import { Fault, type FaultCode } from '../../core/fault.ts'
import type { CollectRun } from '../../core/scanner.ts'
import { ended } from '../command.ts'
import { throughJump } from './connect-faults.ts'
import type { Connection } from './connect-handshake.ts'
import type { SshSettings } from './settings.ts'

/** Opens a connection to the last of the hops. */
type Open = (
  settings: SshSettings,
  context: { readonly run: CollectRun; readonly signal: AbortSignal },
) => Promise<Connection>

/** A jump host that was not reached this often in a row is not asked again in this run. */
const mostFailures = 3

/** What another try may end better. */
const mayPass: ReadonlySet<FaultCode> = new Set<FaultCode>(['unreachable', 'timeout'])

interface Entry {
  readonly connection: Promise<Connection>
  /** How often in a row it could not be reached. */
  readonly failures: number
  /** Nobody needs to wait for it: the next target tries anew. */
  readonly stale?: true
}

/** Jump hosts of one run. */
interface Pool {
  readonly entries: Map<string, Entry>
  readonly run: CollectRun
  readonly over: AbortController
}

const pools = new WeakMap<CollectRun, Pool>()

/**
 * The connection to the last of `hops`, shared by every target of the run that goes the same way with the same
 * settings: opened once, verified and logged on to by itself, closed with the run. One that refused us is not asked
 * again; one that could not be reached, or was lost, is asked anew a few times.
 * @throws Fault that names the jump host; `timeout` when `signal` aborts
 */
export async function jumpConnection(
  hops: readonly SshSettings[],
  context: { readonly run: CollectRun; readonly signal: AbortSignal },
  open: Open,
): Promise<Connection> {
  const jump = hops.at(-1)
  if (!jump) throw new Fault('internal', { ja: '踏み台がない', en: 'there is no jump host' })
  const pool = poolOf(context.run)
  // who asks makes no difference
  const key = JSON.stringify(hops.map((hop) => ({ ...hop, name: '', target: '', typed: [], notes: [] })))
  const known = pool.entries.get(key)
  const entry = known && !known.stale ? known : enter(pool, key, known?.failures ?? 0, jump, hops, open)
  try {
    return await unlessAborted(entry.connection, context.signal)
  } catch (cause) {
    if (!(cause instanceof Fault) || context.signal.aborted) throw cause
    throw throughJump(jump, cause)
  }
}

function poolOf(run: CollectRun): Pool {
  const known = pools.get(run)
  if (known) return known
  const pool: Pool = { entries: new Map(), run, over: new AbortController() }
  pools.set(run, pool)
  run.atEnd(async () => {
    pool.over.abort('the run is over')
    const settled = await Promise.allSettled([...pool.entries.values()].map((entry) => entry.connection))
    for (const one of settled) if (one.status === 'fulfilled') one.value.close()
  })
  return pool
}

function enter(
  pool: Pool,
  key: string,
  failures: number,
  jump: SshSettings,
  hops: readonly SshSettings[],
  open: Open,
): Entry {
  // not bound to the target that came first: others wait for it too
  const connection = open({ ...jump, jumps: hops.slice(0, -1) }, { run: pool.run, signal: pool.over.signal })
  const entry: Entry = { connection, failures }
  const replace = (by: Entry): void => {
    if (pool.entries.get(key) === entry) pool.entries.set(key, by)
  }
  pool.entries.set(key, entry)
  connection.then(
    (found) => found.onEnd(() => replace({ connection, failures: 0, stale: true })),
    (cause: unknown) => {
      const passing = cause instanceof Fault && mayPass.has(cause.code) && failures + 1 < mostFailures
      if (passing) replace({ connection, failures: failures + 1, stale: true })
    },
  )
  return entry
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) throw ended(signal)
  const { promise: aborted, reject } = Promise.withResolvers<never>()
  const stop = (): void => reject(ended(signal))
  signal.addEventListener('abort', stop)
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
