import { crc32, inflateRawSync } from 'node:zlib'
import { largestUnpackedBytes } from './limits.ts'

/** Why a ZIP archive isn't read. */
export type ZipRefusal = 'not-zip' | 'broken' | 'encrypted' | 'too-large' | 'unsupported'

/** The files of an archive; each is unpacked when it is asked for. */
export interface ZipFiles {
  readonly names: readonly string[]
  /** Its bytes, or why not; undefined when there is no such file. */
  readonly read: (name: string) => Uint8Array | ZipRefusal | undefined
}

interface Entry {
  readonly name: string
  readonly flags: number
  readonly method: number
  readonly crc: number
  readonly packed: number
  readonly unpacked: number
  readonly at: number
}

/** An office document has a few dozen parts. */
const mostEntries = 2000
const endSize = 22
const [endMark, directoryMark, localMark] = [0x06054b50, 0x02014b50, 0x04034b50]

/**
 * Opens an archive by its directory (APPNOTE.TXT 4.3). What the parts say they unpack to is added up before any is
 * unpacked, and none may become larger than it says: a bomb is refused by either.
 */
export function openZip(bytes: Uint8Array): ZipFiles | ZipRefusal {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const end = findEnd(view)
  if (end === undefined) return 'not-zip'
  const [disk, count, size, start] = [
    view.getUint16(end + 4, true),
    view.getUint16(end + 10, true),
    view.getUint32(end + 12, true),
    view.getUint32(end + 16, true),
  ]
  if (disk !== 0 || count === 0xffff || start === 0xffffffff) return 'unsupported'
  if (count > mostEntries) return 'too-large'
  if (start + size > end) return 'broken'
  const entries = new Map<string, Entry>()
  let at = start
  for (let index = 0; index < count; index++) {
    const entry = directoryEntry(view, at, end)
    // two parts of one name: which is read would depend on the reader
    if (!entry || entries.has(entry.name)) return 'broken'
    entries.set(entry.name, entry)
    at = entry.next
  }
  return { names: [...entries.keys()], read: reader(bytes, view, entries) }
}

/** Unpacks what is asked for, no more than the limit all together. */
function reader(bytes: Uint8Array, view: DataView, entries: ReadonlyMap<string, Entry>): ZipFiles['read'] {
  let left = largestUnpackedBytes
  return (name) => {
    const entry = entries.get(name)
    if (!entry) return undefined
    if (entry.unpacked > left) return 'too-large'
    const content = unpack(bytes, view, entry)
    if (typeof content !== 'string') left -= content.length
    return content
  }
}

function findEnd(view: DataView): number | undefined {
  const earliest = Math.max(0, view.byteLength - endSize - 0xffff)
  for (let at = view.byteLength - endSize; at >= earliest; at--) {
    if (view.getUint32(at, true) === endMark && at + endSize + view.getUint16(at + 20, true) === view.byteLength)
      return at
  }
  return undefined
}

function directoryEntry(view: DataView, at: number, end: number): (Entry & { readonly next: number }) | undefined {
  if (at + 46 > end || view.getUint32(at, true) !== directoryMark) return undefined
  const [nameLength, extra, comment] = [
    view.getUint16(at + 28, true),
    view.getUint16(at + 30, true),
    view.getUint16(at + 32, true),
  ]
  const next = at + 46 + nameLength + extra + comment
  if (next > end) return undefined
  const name = Buffer.from(view.buffer, view.byteOffset + at + 46, nameLength).toString('utf8')
  return {
    // some writers of .NET put a backslash
    name: name.replaceAll('\\', '/').replace(/^\//, ''),
    flags: view.getUint16(at + 8, true),
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    packed: view.getUint32(at + 20, true),
    unpacked: view.getUint32(at + 24, true),
    at: view.getUint32(at + 42, true),
    next,
  }
}

function unpack(bytes: Uint8Array, view: DataView, entry: Entry): Uint8Array | ZipRefusal {
  if (entry.flags & 1) return 'encrypted'
  if (entry.method !== 0 && entry.method !== 8) return 'unsupported'
  if (entry.at + 30 > bytes.length || view.getUint32(entry.at, true) !== localMark) return 'broken'
  const start = entry.at + 30 + view.getUint16(entry.at + 26, true) + view.getUint16(entry.at + 28, true)
  if (start + entry.packed > bytes.length) return 'broken'
  const packed = bytes.subarray(start, start + entry.packed)
  const content = entry.method === 0 ? packed : inflate(packed, entry.unpacked)
  if (typeof content === 'string') return content
  return content.length === entry.unpacked && crc32(content) === entry.crc ? content : 'broken'
}

function inflate(packed: Uint8Array, unpacked: number): Uint8Array | ZipRefusal {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, unpacked) })
  } catch (error) {
    const grows = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE'
    return grows ? 'too-large' : 'broken'
  }
}

/** An archive of these files and of nothing else, without compression. */
export function storedZip(files: ReadonlyMap<string, Uint8Array>): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const [path, content] of files) {
    const name = Buffer.from(path)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(0x800, 2)
    common.writeUInt32LE(crc32(content), 10)
    common.writeUInt32LE(content.length, 14)
    common.writeUInt32LE(content.length, 18)
    common.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([number32(localMark), common, name])
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(at, 10)
    directory.push(Buffer.concat([number32(directoryMark), Buffer.from([20, 0]), common, rest, name]))
    parts.push(local, Buffer.from(content))
    at += local.length + content.length
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(endSize)
  end.writeUInt32LE(endMark, 0)
  end.writeUInt16LE(files.size, 8)
  end.writeUInt16LE(files.size, 10)
  end.writeUInt32LE(listed.length, 12)
  end.writeUInt32LE(at, 16)
  return Buffer.concat([...parts, listed, end])
}

function number32(value: number): Buffer {
  const buffer = Buffer.alloc(4)
  buffer.writeUInt32LE(value)
  return buffer
}
