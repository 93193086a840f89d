import { createHash } from 'node:crypto'
import type { FleetHost } from '../../../../lab/sshd/index.ts'
import { Fault } from '../../../core/fault.ts'
import type { CollectRun } from '../../../core/scanner.ts'
import { collectRunWith } from '../../../scan/testing/collect-run.ts'
import type { Allowance, CollectorCommand } from '../../command.ts'
import { type RemoteOptions, runRemotely } from '../remote.ts'
import type { SshSettings } from '../settings.ts'

/** Settings that reach a host of the lab with the fleet's key. */
export const settingsOf = (host: FleetHost, change: Partial<SshSettings> = {}): SshSettings => ({
  name: host.name,
  host: host.address,
  port: host.port,
  username: host.users.includes('seisa') ? 'seisa' : (host.users[0] ?? 'seisa'),
  knownHostsFiles: [host.knownHosts],
  identityFiles: [host.identityFile],
  identitiesOnly: true,
  jumps: [],
  connectTimeoutSeconds: 20,
  ...change,
})

/** The same with a password and without keys; the reference is `env:PASSWORD`. */
export const byPassword = (host: FleetHost, change: Partial<SshSettings> = {}): SshSettings =>
  settingsOf(host, { identityFiles: [], password: 'env:PASSWORD', ...change })

export const script = (text: string, ...words: readonly string[]): CollectorCommand => ({
  kind: 'script',
  text,
  arguments: words,
})

/** Allows exactly this command. */
export const allowing = (command: CollectorCommand): Allowance => ({
  scripts: new Set(command.kind === 'script' ? [createHash('sha256').update(command.text).digest('hex')] : []),
  arguments: new Set(command.arguments),
})

/** What came of a command. */
export interface Remote {
  readonly output: string
  readonly bytes: Buffer
  readonly fault?: Fault
}

/** Runs a command, with a run of its own that ends with it unless one is given. */
export async function remotely(
  settings: SshSettings,
  command: CollectorCommand,
  options: Partial<RemoteOptions> & {
    readonly run?: CollectRun
    readonly secrets?: Readonly<Record<string, string>>
    readonly seen?: (output: Buffer) => void
  } = {},
): Promise<Remote> {
  const own = collectRunWith(options.secrets)
  const parts: Uint8Array[] = []
  const limits = { signal: AbortSignal.timeout(60_000), maximumBytes: 10_000_000, ...options }
  let fault: Fault | undefined
  try {
    for await (const chunk of runRemotely(command, allowing(command), settings, { run: own, ...limits })) {
      parts.push(chunk)
      options.seen?.(Buffer.concat(parts))
    }
  } catch (cause) {
    if (!(cause instanceof Fault)) throw cause
    fault = cause
  } finally {
    await own.end()
  }
  const bytes = Buffer.concat(parts)
  return { output: bytes.toString(), bytes, ...(fault && { fault }) }
}
