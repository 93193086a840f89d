import type { Evidence, Section, SkipReason } from '../core/evidence.ts'

/** What a bundle says about the target of the evidence that follows. Absent in a collector's bare output. */
export interface EvidenceHeader {
  readonly name?: string
  /** Labels and owner as they were configured when the evidence was collected. */
  readonly labels?: Readonly<Record<string, string>>
}

export interface ReadEvidence {
  readonly evidence: Evidence
  readonly target: EvidenceHeader
}

/** Bounds on hostile or endless output, in bytes. */
export interface EvidenceLimits {
  readonly section: number
  readonly total: number
}

export const evidenceLimits: EvidenceLimits = { section: 32 * 1024 * 1024, total: 256 * 1024 * 1024 }

/** A collector writes about a hundred sections; a hostile one could fill the memory with empty ones. */
const mostSections = 10_000

/** The line that begins evidence. */
export const headerPattern = /^#seisa-evidence 1 ([a-z0-9-]+\/[a-z0-9-]+) ([0-9A-Za-z-]{1,64})$/
const targetPattern = /^#seisa-target (\{.*\})$/

/**
 * Reads evidence in the text form (docs/evidence.md) as it arrives, one item per collector output;
 * a bundle may hold many. Text before the first header (a login banner) is passed over. Never throws
 * on content: what broke off is marked incomplete, and a target that is named without any evidence gives
 * one without a collector.
 */
export async function* readEvidence(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  limits: EvidenceLimits = evidenceLimits,
): AsyncGenerator<ReadEvidence> {
  let target: EvidenceHeader = {}
  let current: Collecting | undefined
  let seen = 0
  for await (const line of lines(chunks, limits)) {
    seen += line.length
    // twice the content that is kept at most: whatever goes on after that is endless
    if (seen > 2 * limits.total) break
    // a target's line holds labels, a frame's is short
    const text =
      line.length < (current ? 4096 : 65_536) && line[0] === 35 ? line.toString('utf8').replace(/\r?\n$/, '') : ''
    const header = text === '' ? null : headerPattern.exec(text)
    if (header) {
      // a header is only a frame outside of a section; inside one it is somebody's text
      if (!current || !current.open) {
        if (current) yield { evidence: current.done(false), target }
        if (current) target = {}
        current = new Collecting(header[1] ?? '', header[2] ?? '', limits, line.at(-2) === 13)
        seen = 0
        continue
      }
    }
    if (!current) {
      const given = targetPattern.exec(text)
      if (!given) continue
      if (target.name !== undefined) yield { evidence: nothing, target }
      target = readTarget(given[1] ?? '{}')
      continue
    }
    const end = current.take(line, text)
    if (end) {
      yield { evidence: current.done(end === 'whole'), target }
      current = undefined
      target = {}
      seen = 0
    }
  }
  if (current) yield { evidence: current.done(false), target }
  else if (target.name !== undefined) yield { evidence: nothing, target }
}

/** What a target that could not be reached left in its bundle. */
const nothing: Evidence = { collector: '', complete: false, sections: new Map() }

/** The line that names the target of the evidence after it. */
export const evidenceTargetLine = (header: EvidenceHeader): string => `#seisa-target ${JSON.stringify(header)}\n`

/** What ends evidence that broke off, so that the next one of the same bundle is not read as a part of it. */
export const evidenceBreakLine = (nonce: string): string => `\n#${nonce} end broken\n`

function readTarget(json: string): EvidenceHeader {
  try {
    const value: unknown = JSON.parse(json)
    if (typeof value !== 'object' || value === null) return {}
    const { name, labels } = value as Record<string, unknown>
    return {
      ...(typeof name === 'string' && { name }),
      ...(isTextRecord(labels) && { labels }),
    }
  } catch {
    return {}
  }
}

const isTextRecord = (value: unknown): value is Record<string, string> =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.values(value).every((item) => typeof item === 'string')

const skipReasons: readonly SkipReason[] = ['root', 'command', 'not-asked']

/** One collector output while it is being read. */
export class Collecting {
  readonly #collector: string
  readonly #mark: string
  readonly #limits: EvidenceLimits
  readonly #carriageReturns: boolean
  readonly #sections = new Map<string, Section>()
  #count = 0
  #total = 0
  /** Bytes of the open section; grows by doubling, since a section may have a million lines. */
  #bytes = Buffer.alloc(64 * 1024)
  #size = 0
  #cut = false
  #mixed = false
  open: string | undefined

  constructor(collector: string, nonce: string, limits: EvidenceLimits, carriageReturns: boolean) {
    this.#collector = collector
    this.#mark = `#${nonce} `
    this.#limits = limits
    this.#carriageReturns = carriageReturns
  }

  /** Takes one line; `whole` or `broken` when it was the end marker. */
  take(line: Buffer, text: string): 'whole' | 'broken' | undefined {
    if (!text.startsWith(this.#mark)) {
      this.#content(line)
      return undefined
    }
    const [kind, id = '', code = '', why] = text.slice(this.#mark.length).split(' ')
    if (kind === 'end') {
      const whole = this.open === undefined && Number(id) === this.#count && !this.#mixed
      return whole ? 'whole' : 'broken'
    }
    // where the output broke off inside a mark, `124` may have become `1`
    if (line.at(-1) !== 10) {
      this.#mixed = true
    } else if (kind === '>') {
      // nothing that comes now could make it whole
      if (this.#count >= mostSections) return 'broken'
      if (this.open !== undefined) this.#close(null, undefined, false)
      this.open = id
      this.#count += 1
    } else if (kind === '<' && this.open === id) {
      this.#close(
        /^\d{1,3}$/.test(code) ? Number(code) : null,
        skipReasons.find((reason) => reason === why),
        true,
      )
    } else {
      this.#mixed = true
    }
    return undefined
  }

  done(complete: boolean): Evidence {
    if (this.open !== undefined) this.#close(null, undefined, false)
    return { collector: this.#collector, complete, sections: this.#sections }
  }

  #content(line: Buffer): void {
    if (this.open === undefined || this.#cut) return
    this.#total += line.length
    const size = this.#size + line.length
    if (size > this.#limits.section || this.#total > this.#limits.total) {
      this.#cut = true
      return
    }
    if (size > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(size, 2 * this.#bytes.length))
      this.#bytes.copy(larger, 0, 0, this.#size)
      this.#bytes = larger
    }
    line.copy(this.#bytes, this.#size)
    this.#size = size
  }

  #close(exitCode: number | null, skipped: SkipReason | undefined, ended: boolean): void {
    const id = this.open ?? ''
    let text = this.#bytes.toString('utf8', 0, this.#size)
    // the frame's own line break, not the section's
    if (text.endsWith('\n')) text = text.slice(0, -1)
    if (this.#carriageReturns) text = text.replaceAll('\r\n', '\n').replace(/\r$/, '')
    const section = { id, complete: ended && !this.#cut, exitCode, text, ...(skipped && { skipped }) }
    // a second section of the same name is not ours: neither can be trusted
    this.#sections.set(id, this.#sections.has(id) ? { ...section, complete: false } : section)
    this.open = undefined
    this.#size = 0
    this.#cut = false
  }
}

/** Lines with their line break. A line over the section limit comes in pieces of that size. */
export async function* lines(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  limits: Pick<EvidenceLimits, 'section'>,
): AsyncGenerator<Buffer> {
  let rest: Buffer[] = []
  let size = 0
  for await (const chunk of chunks) {
    let buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    for (let at = buffer.indexOf(10); at >= 0; at = buffer.indexOf(10)) {
      const line = buffer.subarray(0, at + 1)
      yield rest.length === 0 ? line : Buffer.concat([...rest, line])
      rest = []
      size = 0
      buffer = buffer.subarray(at + 1)
    }
    if (buffer.length === 0) continue
    rest.push(buffer)
    size += buffer.length
    if (size > limits.section) {
      yield Buffer.concat(rest)
      rest = []
      size = 0
    }
  }
  if (rest.length > 0) yield Buffer.concat(rest)
}
