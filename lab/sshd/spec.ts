/** How one host of the fleet is made. Only the name is needed. */
export interface HostSpec {
  /** Host name as the kernel gives it: any text of up to 64 bytes without NUL or line break, also a hostile one. */
  readonly name: string
  /** Loopback address; one of its own (127.a.b.n) unless told. */
  readonly address?: string
  /** 2222 unless told. */
  readonly port?: number
  /** Lines for sshd_config. They win over those of the distribution; what follows `Match` goes to the end. */
  readonly sshdConfig?: string
  /** Files by absolute path: their text, or null to remove. Modes are kept, or 0644 for new ones. */
  readonly files?: Readonly<Record<string, string | null>>
  /** Octal modes by path, after the files were written. */
  readonly modes?: Readonly<Record<string, string>>
  /** Shell commands as root on the host, after its files and users are there and before sshd starts. */
  readonly prepare?: string
  /** `admin` (sudo without password) and `seisa` (ordinary) unless told. */
  readonly users?: readonly UserSpec[]
  /** Whether sshd asks PAM; true unless told. */
  readonly pam?: boolean
  /** Kinds of host keys; ed25519 unless told. */
  readonly hostKeys?: readonly ('ed25519' | 'rsa' | 'ecdsa')[]
  /** 32 hex digits; one of its own unless told. */
  readonly machineId?: string
  /** Folder with another root file system, which is only read; that of this machine unless told. */
  readonly root?: string
  /** Environment of sshd. */
  readonly environment?: Readonly<Record<string, string>>
  /** Name of the jump host behind which this one listens: nothing else reaches it. */
  readonly behind?: string
  /** Seconds that a new connection waits for the server's first line. */
  readonly bannerDelaySeconds?: number
  /**
   * `own` (unless told): sessions see a network of their own with nothing but `lo`. `shared`: they see this
   * machine's, and so every neighbour's listeners.
   */
  readonly network?: 'own' | 'shared'
  /** Install the collector where `seisa` may run it through sudo; true unless told. */
  readonly collector?: boolean
}

/** A user of a host. */
export interface UserSpec {
  readonly name: string
  /** Counts up from 4201 unless told. */
  readonly uid?: number
  /** `/bin/bash` unless told. */
  readonly shell?: string
  /** The fleet's password unless told; false for none. */
  readonly password?: string | false
  /** Options before the fleet's key in authorized_keys, like `command="…"`; false for no key. */
  readonly key?: string | false
  /** What follows the name in sudoers, like `ALL=(root) NOPASSWD: ALL`. */
  readonly sudo?: string
  /** Days since 1970 of the last change of the password; 0 demands a new one at once. 20000 unless told. */
  readonly passwordChangedDay?: number
}

/** Where the collector stands on hosts that have it. */
export const installedCollector = '/usr/local/libexec/seisa-collect'

/** Users of a host whose spec names none. */
export const usualUsers: readonly UserSpec[] = [
  { name: 'admin', sudo: 'ALL=(ALL:ALL) NOPASSWD: ALL' },
  { name: 'seisa', sudo: `ALL=(root) NOPASSWD: ${installedCollector} ""` },
]
