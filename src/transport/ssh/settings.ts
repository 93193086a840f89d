import type { LocalText } from '../../core/text.ts'

/** Everything that one hop of a connection needs, after ssh_config was applied. Paths are absolute. */
export interface SshSettings {
  /** What the user wrote, for messages: `web-1`, `admin@192.0.2.7:2222`. */
  readonly name: string
  /** Name of the target in the configuration, also of its jump hosts: what `--target` takes. */
  readonly target?: string
  /** What names the target on a command line, where that is not `--target`. */
  readonly typed?: readonly string[]
  /** Host name or address that is connected to. */
  readonly host: string
  readonly port: number
  readonly username: string
  /** Name that host keys are looked up by instead of the host's (`HostKeyAlias`). */
  readonly hostKeyAlias?: string
  /** Files of known host keys, in the order in which they are read; the first is where a key is enrolled. */
  readonly knownHostsFiles: readonly string[]
  /** Private keys to offer. */
  readonly identityFiles: readonly string[]
  /** Offer these keys only, whatever else the agent holds. */
  readonly identitiesOnly: boolean
  /** Socket of ssh-agent. */
  readonly agent?: string
  /** References (`env:`, `file:`, `exec:`), never values. */
  readonly password?: string
  readonly passphrase?: string
  /** Hops before this one, first to last; each is verified by itself. */
  readonly jumps: readonly SshSettings[]
  /** Seconds for connecting and logging on. */
  readonly connectTimeoutSeconds: number
  /** What of ssh_config is not followed, for `seisa doctor`. */
  readonly notes?: readonly LocalText[]
}
