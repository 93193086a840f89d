import type { RunResult } from '../core/run.ts'
import type { LocalText } from '../core/text.ts'
import { outcomes } from './messages.ts'

/** What a run came to. */
export type Outcome = keyof typeof outcomes

/**
 * What a run came to, from what was found and not from the exit code, which options may have lowered: something
 * that was not read never reads as clean.
 */
export function outcomeOf(result: RunResult): Outcome {
  const { summary, exit } = result
  const codes = exit.reasons.map((reason) => reason.code)
  if (result.run.partial || exit.code === 130 || exit.code === 143) return 'interrupted'
  if (exit.code === 10) return 'nothing'
  if (exit.code === 1 || (exit.code >= 10 && exit.code <= 13)) return 'failed'
  if (exit.code === 5 || codes.includes(5)) return 'governance'
  const incomplete =
    summary.unknown > 0 ||
    summary.gaps > 0 ||
    result.targets.some((target) => target.state !== 'ok') ||
    codes.includes(3) ||
    codes.includes(4)
  if (summary.fail > 0) return incomplete ? 'driftIncomplete' : 'drift'
  if (incomplete) return 'incomplete'
  return summary.pass + summary.excepted > 0 ? 'clean' : 'nothing'
}

/** The same in words. */
export const outcomeText = (result: RunResult): LocalText => outcomes[outcomeOf(result)]
