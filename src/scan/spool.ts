import { createReadStream } from 'node:fs'
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Fault } from '../core/fault.ts'

/** Kinds of records that a scan spools. */
const kinds = ['component', 'finding', 'gap'] as const
type Kind = (typeof kinds)[number]

interface Range {
  readonly file: string
  readonly from: number
  /** One past the last byte. */
  readonly to: number
}

/** Where one target's records go; targets are written side by side and read in their order. */
export interface SpoolWriter {
  readonly write: (kind: Kind, record: unknown) => Promise<void>
  readonly close: () => Promise<void>
}

/**
 * What a scan found, as JSON lines in an owner-only temporary folder: memory grows with the largest
 * component, not with the number of components (design section 3).
 */
export class Spool {
  readonly #folder: string
  readonly #free: { readonly [kind in Kind]: SpoolFile }[] = []
  readonly #ranges: Record<Kind, Map<number, Range>> = { component: new Map(), finding: new Map(), gap: new Map() }
  #files = 0

  private constructor(folder: string) {
    this.#folder = folder
  }

  /** @throws Fault `output` when the temporary folder can't be made */
  static async create(): Promise<Spool> {
    try {
      return new Spool(await mkdtemp(join(tmpdir(), 'seisa-')))
    } catch (cause) {
      throw cannotWrite(cause)
    }
  }

  /** Opens the place of the target that stands `position`-th in the result. */
  async writer(position: number): Promise<SpoolWriter> {
    const files = this.#free.pop() ?? (await this.#open())
    const from = { component: files.component.size, finding: files.finding.size, gap: files.gap.size }
    return {
      write: (kind, record) => files[kind].append(`${JSON.stringify(record)}\n`),
      close: async () => {
        try {
          for (const kind of kinds) {
            await files[kind].flush()
            if (files[kind].size > from[kind]) {
              this.#ranges[kind].set(position, { file: files[kind].path, from: from[kind], to: files[kind].size })
            }
          }
        } finally {
          // also when the disk is full: whoever removes the spool closes what is free
          this.#free.push(files)
        }
      },
    }
  }

  /** Records of a kind in the order of their targets; may be called any number of times. */
  async *read<T>(kind: Kind): AsyncGenerator<T> {
    const positions = [...this.#ranges[kind].keys()].sort((a, b) => a - b)
    let joined: Range | undefined
    for (const position of positions) {
      const range = this.#ranges[kind].get(position)
      if (!range) continue
      if (joined && joined.file === range.file && joined.to === range.from) {
        joined = { ...joined, to: range.to }
        continue
      }
      if (joined) yield* readRange<T>(joined)
      joined = range
    }
    if (joined) yield* readRange<T>(joined)
  }

  /** Removes everything. */
  async remove(): Promise<void> {
    for (const files of this.#free) for (const kind of kinds) await files[kind].close()
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #open(): Promise<{ readonly [kind in Kind]: SpoolFile }> {
    // taken before the first await: targets open theirs at the same time
    this.#files += 1
    const number = this.#files
    const opened: SpoolFile[] = []
    const open = async (kind: Kind): Promise<SpoolFile> => {
      const file = await SpoolFile.open(join(this.#folder, `${kind}-${number}.jsonl`))
      opened.push(file)
      return file
    }
    try {
      return { component: await open('component'), finding: await open('finding'), gap: await open('gap') }
    } catch (cause) {
      for (const file of opened) await file.close()
      throw cause
    }
  }
}

/** One append-only file with a small buffer. */
class SpoolFile {
  readonly path: string
  readonly #handle: FileHandle
  #buffer: string[] = []
  #buffered = 0
  #written = 0

  private constructor(path: string, handle: FileHandle) {
    this.path = path
    this.#handle = handle
  }

  static async open(path: string): Promise<SpoolFile> {
    try {
      return new SpoolFile(path, await open(path, 'wx', 0o600))
    } catch (cause) {
      throw cannotWrite(cause)
    }
  }

  /** Bytes handed over so far; exact once flushed. */
  get size(): number {
    return this.#written
  }

  async append(line: string): Promise<void> {
    this.#buffer.push(line)
    this.#buffered += line.length
    if (this.#buffered > 256 * 1024) await this.flush()
  }

  async flush(): Promise<void> {
    if (this.#buffer.length === 0) return
    const bytes = Buffer.from(this.#buffer.join(''), 'utf8')
    this.#buffer = []
    this.#buffered = 0
    try {
      await this.#handle.appendFile(bytes)
    } catch (cause) {
      throw cannotWrite(cause)
    }
    this.#written += bytes.length
  }

  close(): Promise<void> {
    return this.#handle.close()
  }
}

async function* readRange<T>(range: Range): AsyncGenerator<T> {
  const stream = createReadStream(range.file, { start: range.from, end: range.to - 1, encoding: 'utf8' })
  // pieces of the line that is open: joined once, because one line may hold a table of many megabytes
  let open: string[] = []
  for await (const chunk of stream as AsyncIterable<string>) {
    const [first = '', ...others] = chunk.split('\n')
    open.push(first)
    for (const next of others) {
      yield JSON.parse(open.join('')) as T
      open = [next]
    }
  }
}

const cannotWrite = (cause: unknown): Fault =>
  new Fault(
    'output',
    { ja: `一時フォルダ ${tmpdir()} に書けない`, en: `can not write to the temporary folder ${tmpdir()}` },
    {
      cause,
      next: {
        ja: '空き容量を確かめるか、TMPDIR で別の場所を指定してください',
        en: 'check the free space, or name another folder in TMPDIR',
      },
    },
  )
