import { Collecting, evidenceBreakLine, headerPattern, lines } from './evidence.ts'

/** Longest line that is held as a whole: a mark is far shorter. */
const longestLineBytes = 64 * 1024

/** More than this around the evidence is no banner. */
const mostAroundBytes = 1024 * 1024

/** Nothing of the sections is kept, only how their marks go. */
const nothingKept = { section: 0, total: 0 }

/**
 * Passes one collector output on, from its header to its end mark. What stands before and after it is left out: a login
 * banner could name another target, and what follows could pass for the evidence of one. Output that breaks off, or
 * whose end is not to be believed, gets an end mark that says so. Gives whether it is whole.
 * @throws whatever the output throws before it is whole
 */
export async function* oneEvidence(
  chunks: AsyncIterable<Uint8Array>,
  believed: () => boolean,
): AsyncGenerator<Uint8Array, boolean> {
  let frames: { readonly marks: Collecting; readonly nonce: string } | undefined
  let isOver = false
  let isWhole = false
  let failure: { readonly cause: unknown } | undefined
  let aroundBytes = 0
  const out = new Pieces()
  try {
    for await (const line of lines(chunks, { section: longestLineBytes })) {
      if (isOver || !frames) aroundBytes += line.length
      if (aroundBytes > mostAroundBytes) break
      // whoever still speaks is heard out, or would be cut off in its work
      if (isOver) continue
      const text = line.length < longestLineBytes && line[0] === 35 ? line.toString('utf8').replace(/\r?\n$/, '') : ''
      const header = text === '' ? null : headerPattern.exec(text)
      if (frames) {
        const end = header && frames.marks.open === undefined ? 'broken' : frames.marks.take(line, text)
        isOver = end !== undefined
        isWhole = end === 'whole' && believed()
        yield* out.add(!isOver || isWhole ? line : Buffer.from(evidenceBreakLine(frames.nonce)))
      } else if (header) {
        const [, collector = '', nonce = ''] = header
        frames = { marks: new Collecting(collector, nonce, nothingKept, false), nonce }
        yield* out.add(line)
      }
    }
  } catch (cause) {
    failure = { cause }
  }
  // what came before a fault stays
  if (frames && !isOver) yield* out.add(Buffer.from(evidenceBreakLine(frames.nonce)))
  yield* out.rest()
  if (failure && !isWhole) throw failure.cause
  return isWhole
}

/** Lines are put together, so that a file of them is not written line by line. */
class Pieces {
  #pieces: Uint8Array[] = []
  #bytes = 0

  add(piece: Uint8Array): readonly Uint8Array[] {
    this.#pieces.push(piece)
    this.#bytes += piece.length
    return this.#bytes < longestLineBytes ? [] : this.rest()
  }

  rest(): readonly Uint8Array[] {
    const whole = Buffer.concat(this.#pieces)
    this.#pieces = []
    this.#bytes = 0
    return whole.length > 0 ? [whole] : []
  }
}
