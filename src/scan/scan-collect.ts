import { Fault } from '../core/fault.ts'
import type { CollectRequest, Scanner, Target } from '../core/scanner.ts'
import { defaultRetry, type RetryPolicy, retrying } from './retry.ts'

/** How a live target is tried again. */
export interface Retrying {
  readonly policy?: RetryPolicy
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>
  /** Called when the target is at work. */
  readonly onBegin?: () => void
}

/**
 * Chunks of a live target. It is tried again while it has given nothing; a fault after its first byte ends the stream.
 * @throws whatever collecting threw last
 */
export async function* collectChunks(
  scanner: Pick<Scanner, 'collect'>,
  target: Target,
  request: CollectRequest,
  { policy, wait, onBegin }: Retrying,
): AsyncGenerator<Uint8Array> {
  const begun = await retrying(
    async () => {
      const chunks = scanner.collect(target, request)[Symbol.asyncIterator]()
      const first = chunks.next()
      onBegin?.()
      return { chunks, first: await first }
    },
    policy ?? defaultRetry,
    wait,
    request.signal,
  )
  try {
    for (let item = begun.first; !item.done; item = await begun.chunks.next()) yield item.value
  } finally {
    // a reader that has enough ends the collector too
    await begun.chunks.return?.()
  }
}

/** What was masked may have been a part of something that is judged. */
export const heldSecret = new Fault(
  'unreachable',
  {
    ja: '応答に、この実行で使った認証情報と同じ文字列があった。伏せたので、その前後は読み違えているかもしれない',
    en: 'the answer held a text equal to a credential of this run; it was masked, and what stands around it may be misread',
  },
  {
    next: {
      ja: '対象のどこにその値があるかを調べて消し、認証情報を変更する',
      en: 'find and remove what holds it on the target, and change the credential',
    },
  },
)
