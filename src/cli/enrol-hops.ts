import type { Target } from '../core/scanner.ts'
import type { OfferedHostKey } from '../transport/ssh/connect-host-key.ts'
import { hostKeyName, identityOf } from '../transport/ssh/known-hosts.ts'
import type { SshSettings } from '../transport/ssh/settings.ts'

/** One server on the way to a target, the target itself among them, with the servers before it as its jumps. */
export interface Hop {
  /** Name of the first target that needs it. */
  readonly target: string
  readonly settings: SshSettings
  /** It is only on the way. */
  readonly jump: boolean
  /** How many servers come before it. */
  readonly depth: number
  /** The same for every target that gets there the same way. */
  readonly id: string
  /** That of the server before it. */
  readonly before: string | undefined
}

/** Every server on the way to the targets, each once, those that come first on the way first. */
export function hopsOf(ways: readonly { readonly target: Target; readonly settings: SshSettings }[]): readonly Hop[] {
  const hops = new Map<string, Hop>()
  for (const { target, settings } of ways) {
    const chain = [...settings.jumps, settings]
    let before: string | undefined
    for (const [depth, one] of chain.entries()) {
      const id = JSON.stringify([before ?? '', one.host, one.port, one.hostKeyAlias ?? '', one.knownHostsFiles])
      if (!hops.has(id)) {
        hops.set(id, {
          target: target.name,
          settings: { ...one, jumps: chain.slice(0, depth) },
          jump: depth < chain.length - 1,
          depth,
          id,
          before,
        })
      }
      before = id
    }
  }
  return [...hops.values()].toSorted((a, b) => a.depth - b.depth)
}

/** The name that the hop's key is kept under. */
export const keyNameOf = (settings: SshSettings): string => hostKeyName(identityOf(settings))

/** What a hop offered, and what was done about it. */
export type EnrolState =
  /** Known already. */
  | 'trusted'
  | 'enrolled'
  /** Put in place of another key. */
  | 'replaced'
  /** Nobody agreed to it. */
  | 'declined'
  /** Never enrolled: revoked, or a certificate that doesn't hold. */
  | 'refused'

export interface Enrolment {
  readonly hop: Hop
  readonly offered: OfferedHostKey
  readonly state: EnrolState
}
