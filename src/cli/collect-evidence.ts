import { Fault } from '../core/fault.ts'
import type { CollectRequest, Scanner, Target } from '../core/scanner.ts'
import type { LocalText } from '../core/text.ts'
import { evidenceTargetLine } from '../readers/evidence.ts'
import { oneEvidence } from '../readers/evidence-one.ts'
import { wait } from './scan-progress.ts'
import { collectChunks, heldSecret } from '../scan/scan-collect.ts'
import { redacting } from '../transport/redact.ts'

/** How the collection of a target went. */
export interface Collected {
  complete: boolean
  problem?: LocalText
  next?: LocalText
  /** A mistake inside seisa. */
  internal?: unknown
}

/**
 * Evidence of one target with the line that names it, and with a mark where it broke off. What goes wrong with the
 * target is told in `collected` and thrown by nobody.
 */
export async function* evidenceOf(
  target: Target,
  scanner: Scanner,
  request: CollectRequest,
  collected: Collected,
): AsyncGenerator<Uint8Array> {
  yield Buffer.from(evidenceTargetLine({ name: target.name, labels: target.labels }))
  let isMasked = false
  try {
    const chunks = collectChunks(scanner, target, request, { wait })
    const masked = redacting(chunks, request.run.secrets, () => (isMasked = true))
    collected.complete = yield* oneEvidence(masked, () => !isMasked)
    if (isMasked) tell(collected, heldSecret)
  } catch (cause) {
    if (cause instanceof Fault) tell(collected, cause)
    else {
      collected.problem = { ja: 'seisa の内部の誤り', en: 'internal error' }
      collected.internal = cause
    }
  }
  yield Buffer.from('\n')
}

function tell(collected: Collected, { what, next }: Fault): void {
  collected.problem = what
  if (next) collected.next = next
}
