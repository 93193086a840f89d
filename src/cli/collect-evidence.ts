import { Fault } from '../core/fault.ts'
import type { CollectRequest, Scanner, Target } from '../core/scanner.ts'
import type { LocalText } from '../core/text.ts'
import { evidenceBreakLine, evidenceNonce, evidenceTargetLine } from '../readers/evidence.ts'
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
  const seen: Seen = { head: Buffer.alloc(0), tail: Buffer.alloc(0), nonce: '', masked: false }
  try {
    const chunks = collectChunks(scanner, target, request, { wait })
    for await (const chunk of redacting(chunks, request.run.secrets, () => (seen.masked = true))) {
      look(seen, chunk)
      yield chunk
    }
    if (seen.masked) tell(collected, heldSecret)
  } catch (cause) {
    if (cause instanceof Fault) tell(collected, cause)
    else {
      collected.problem = { ja: 'seisa の内部の誤り', en: 'internal error' }
      collected.internal = cause
    }
  }
  // only for the message: whoever judges the bundle looks at the frames themselves
  const whole = /\n#[0-9A-Za-z-]+ end \d+\n$/.test(seen.tail.toString('latin1'))
  collected.complete = whole && !seen.masked
  // or the evidence after it would be taken for a part of it
  if (!whole) yield Buffer.from(evidenceBreakLine(seen.nonce))
  yield Buffer.from('\n')
}

function tell(collected: Collected, { what, next }: Fault): void {
  collected.problem = what
  if (next) collected.next = next
}

/** Both ends of evidence, the nonce of its frames, and whether a secret was in it. */
interface Seen {
  head: Buffer
  tail: Buffer
  nonce: string
  masked: boolean
}

function look(seen: Seen, chunk: Uint8Array): void {
  if (seen.nonce === '' && seen.head.length < longestHeader) {
    seen.head = Buffer.concat([seen.head, chunk.subarray(0, longestHeader)])
    seen.nonce = evidenceNonce(seen.head.toString('latin1')) ?? ''
  }
  seen.tail = Buffer.from(Buffer.concat([seen.tail, chunk.subarray(-longestHeader)]).subarray(-longestHeader))
}

/** The first or the last line of evidence is far shorter. */
const longestHeader = 4096
