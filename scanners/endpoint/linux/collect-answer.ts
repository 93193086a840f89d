import { Fault } from '../../../src/core/fault.ts'
import { said } from '../../../src/transport/said.ts'
import { notRun } from '../../../src/transport/ssh/connect-faults.ts'

/** A login banner before the evidence may be so long. */
const longestBannerBytes = 64 * 1024

/** The line that evidence begins with (docs/evidence.md). */
const header = /^#seisa-evidence 1 [a-z0-9-]+\/[a-z0-9-]+ [0-9A-Za-z-]{1,64}\r?$/m

/**
 * Passes an answer on once it is seen to hold evidence, with what came before it (a login banner). An account that may
 * not run commands answers with something else, often successfully: that must not look like a machine without settings.
 * @throws Fault `denied` with the first line of an answer that is no evidence; whatever the answer throws
 */
export async function* fromHeader(
  answer: AsyncIterable<Uint8Array>,
  { name, secrets }: { readonly name: string; readonly secrets: ReadonlySet<string> },
): AsyncGenerator<Uint8Array> {
  let before: Buffer | undefined = Buffer.alloc(0)
  try {
    for await (const chunk of answer) {
      if (!before) {
        yield chunk
        continue
      }
      before = Buffer.concat([before, chunk])
      // byte by byte, so that nothing is lost of a banner in another character set
      if (header.test(before.toString('latin1', 0, before.lastIndexOf(0x0a) + 1))) {
        const whole: Buffer = before
        before = undefined
        yield whole
      } else if (before.length > longestBannerBytes) throw noEvidence(name, before, secrets)
    }
  } catch (cause) {
    // what it said explains more than how it ended, but not more than what sudo complained of
    if (before && before.length > 0 && cause instanceof Fault && cause.code === 'unreachable') {
      throw noEvidence(name, before, secrets, cause)
    }
    throw cause
  }
  if (before) throw noEvidence(name, before, secrets)
}

function noEvidence(name: string, bytes: Buffer, secrets: ReadonlySet<string>, cause?: unknown): Fault {
  const words = said(bytes.toString('utf8'), secrets, 200)
  return notRun({ name }, words === '' ? '-' : words, cause)
}
