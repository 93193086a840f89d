import { setTimeout } from 'node:timers/promises'
import { Fault } from '../../core/fault.ts'
import { ended } from '../command.ts'

/** A server that turned a new connection away before anything was sent to it, with what it said. */
export interface TurnedAway {
  readonly turnedAway: string
}

export interface BackOffPolicy {
  /** Tries in all. */
  readonly tries: number
  /** Milliseconds before the second try, doubled for each further one. */
  readonly firstMilliseconds: number
  readonly longestMilliseconds: number
  /** 0 ≤ x < 1; hosts that were turned away together must not come back together. */
  readonly random: () => number
}

/** About ten seconds in all; sshd's MaxStartups frees a place as soon as somebody has logged on. */
export const usualBackOff: BackOffPolicy = {
  tries: 6,
  firstMilliseconds: 250,
  longestMilliseconds: 5000,
  random: Math.random,
}

/** Milliseconds before the try after `tried` ones: between half of the doubled delay and the whole. */
export const delayAfter = (tried: number, policy: BackOffPolicy): number =>
  Math.min(policy.longestMilliseconds, policy.firstMilliseconds * 2 ** (tried - 1)) * (0.5 + policy.random() / 2)

/**
 * Calls `connect` until it is not turned away. Whatever it throws is for its caller: only a server that is busy is
 * asked again, so that nobody is sent a password twice.
 * @throws Fault `unreachable` after the last try; `timeout` when aborted
 */
export async function withBackOff<T extends object>(
  connect: () => Promise<T | TurnedAway>,
  name: string,
  signal: AbortSignal,
  policy: BackOffPolicy = usualBackOff,
): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    const found = await connect()
    if (!('turnedAway' in found)) return found
    if (tried >= policy.tries) throw stillBusy(name, tried, found.turnedAway)
    await pause(delayAfter(tried, policy), signal)
  }
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await setTimeout(milliseconds, undefined, { signal }).catch(() => {
    throw ended(signal)
  })
}

function stillBusy(name: string, tries: number, words: string): Fault {
  const why = words === '' ? { ja: '', en: '' } : { ja: `: ${words}`, en: `: ${words}` }
  return new Fault(
    'unreachable',
    {
      ja: `${name} は ${tries} 回とも、ログオンの前に接続を閉じた${why.ja}`,
      en: `${name} closed the connection before logging on, ${tries} times${why.en}`,
    },
    {
      next: {
        ja: '同時接続の上限（MaxStartups、PerSourceMaxStartups）や接続元の制限を確かめるか、concurrency を下げてください',
        en: 'check its limits on connections (MaxStartups, PerSourceMaxStartups) and on sources, or lower concurrency',
      },
    },
  )
}
