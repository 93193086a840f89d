import { constants } from 'node:fs'
import { type FileHandle, lstat, mkdir, open, rename, rm } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { basename, dirname, join, parse, resolve, sep } from 'node:path'
import { Fault, systemCode } from '../core/fault.ts'
import type { LocalText } from '../core/text.ts'
import { visible } from '../text/safe.ts'

/** What may be written: a whole text, or pieces as they come. */
export type Content = string | AsyncIterable<string | Uint8Array>

export interface WriteOptions {
  /** Permissions of the file; 0600 unless told. */
  readonly mode?: number
  /** Refuse when something of that name exists already. */
  readonly exclusive?: boolean
}

/**
 * The one way in which seisa writes a file (design law 7): everything goes to a temporary file in the same
 * folder, is flushed, and takes the final name in one step. Whoever looks at `path` sees the old file or the
 * whole new one. A symbolic link in place of the file or of its folder is refused, since the link's owner
 * would choose where the report goes. Throws a `Fault('output')`; the old file is untouched then. An error
 * that the content itself raises is passed on as it is, after the temporary file is gone.
 */
export async function writeFileAtomically(path: string, content: Content, options: WriteOptions = {}): Promise<void> {
  const target = resolve(path)
  const folder = dirname(target)
  await guard(path, () => refuseLink(folder, target))
  if (options.exclusive) await guard(path, () => refuseExisting(target))
  const temporary = join(folder, `.${basename(target)}.${randomBytes(6).toString('hex')}.tmp`)
  const mode = options.mode ?? 0o600
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
  const file = await guard(path, () => open(temporary, O_WRONLY | O_CREAT | O_EXCL | (O_NOFOLLOW ?? 0), mode))
  try {
    await using opened = file
    // The umask may have taken bits away, never added any.
    await guard(path, () => opened.chmod(mode))
    await writeAll(path, opened, content)
    await guard(path, () => opened.sync())
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  try {
    await guard(path, () => rename(temporary, target))
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncFolder(folder)
}

/** Creates a folder and those above it, owner-only. Throws a `Fault('output')`. */
export async function makeFolder(path: string): Promise<void> {
  await guard(path, () => mkdir(path, { recursive: true, mode: 0o700 }))
}

async function writeAll(path: string, file: FileHandle, content: Content): Promise<void> {
  if (typeof content === 'string') {
    await guard(path, () => file.writeFile(content))
    return
  }
  for await (const piece of content) await guard(path, () => file.appendFile(piece))
}

async function refuseLink(folder: string, target: string): Promise<void> {
  await refuseLinkedFolder(folder)
  const existing = await lstat(target).catch(ignoreMissing)
  if (existing?.isSymbolicLink()) {
    throw new Fault(
      'output',
      both(target, 'はシンボリックリンクなので書き込まない', 'is a symbolic link: not written'),
      {
        next: { ja: '実際の場所を指定する', en: 'name the real place' },
      },
    )
  }
  if (existing && !existing.isFile()) {
    throw new Fault('output', both(target, 'は通常のファイルではない', 'is not a regular file'), {
      next: { ja: '別の名前を指定する', en: 'choose another name' },
    })
  }
}

/**
 * Links that only an administrator can have made (`/var/run`, `/tmp` on macOS) are no danger and are common,
 * so that only a link owned by somebody else counts, apart from the last folder, which must be real.
 */
async function refuseLinkedFolder(folder: string): Promise<void> {
  const { root } = parse(folder)
  const parts = folder.slice(root.length).split(sep).filter(Boolean)
  let current = root
  for (const [index, part] of parts.entries()) {
    current = join(current, part)
    const found = await lstat(current)
    const last = index === parts.length - 1
    if (found.isSymbolicLink() && (last || found.uid !== 0)) {
      throw new Fault(
        'output',
        both(
          current,
          'はシンボリックリンクなので、その先へは書き込まない',
          'is a symbolic link: nothing is written behind it',
        ),
        { next: { ja: '実際の場所を指定する', en: 'name the real place' } },
      )
    }
  }
}

async function refuseExisting(target: string): Promise<void> {
  if (await lstat(target).catch(ignoreMissing)) {
    throw new Fault('output', both(target, 'は既にあるので上書きしない', 'exists already and is not overwritten'), {
      next: { ja: '移動または削除してからやり直す', en: 'move or delete it, then try again' },
    })
  }
}

/** The new name itself is only safe once the folder is flushed; file systems that can't do it are left alone. */
async function syncFolder(folder: string): Promise<void> {
  try {
    await using handle = await open(folder, constants.O_RDONLY)
    await handle.sync()
  } catch (error) {
    if (!['EINVAL', 'EPERM', 'EACCES', 'EISDIR', 'ENOTSUP'].includes(errorCode(error))) throw asFault(folder, error)
  }
}

async function guard<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action()
  } catch (error) {
    throw error instanceof Fault ? error : asFault(path, error)
  }
}

const reasons: Readonly<Record<string, { readonly what: LocalText; readonly next: LocalText }>> = {
  ENOSPC: {
    what: { ja: '空き容量が足りない', en: 'no space is left' },
    next: { ja: '容量を空けるか、別の場所を指定する', en: 'free some space, or choose another place' },
  },
  EFBIG: {
    what: { ja: 'ファイルの大きさの上限を超えた', en: 'the file is larger than allowed' },
    next: { ja: 'ulimit -f または書き込み先の上限を確かめる', en: 'check ulimit -f, or the limit of the place' },
  },
  EDQUOT: {
    what: { ja: '割り当て容量を超えた', en: 'the quota is used up' },
    next: { ja: '容量を空けるか、別の場所を指定する', en: 'free some space, or choose another place' },
  },
  EACCES: {
    what: { ja: '書き込む権限がない', en: 'permission to write is missing' },
    next: { ja: 'フォルダーの権限を確かめる', en: 'check the rights on the folder' },
  },
  EPERM: {
    what: { ja: '書き込む権限がない', en: 'permission to write is missing' },
    next: { ja: 'フォルダーの権限を確かめる', en: 'check the rights on the folder' },
  },
  EROFS: {
    what: { ja: '読み取り専用の場所である', en: 'the place is read-only' },
    next: { ja: '別の場所を指定する', en: 'choose another place' },
  },
  ENOENT: {
    what: { ja: 'フォルダーがない', en: 'the folder does not exist' },
    next: { ja: '先にフォルダーを作る', en: 'create the folder first' },
  },
  ENOTDIR: {
    what: { ja: '途中にフォルダーでない物がある', en: 'a part of the path is not a folder' },
    next: { ja: '場所を確かめる', en: 'check the path' },
  },
}

function asFault(path: string, cause: unknown): Fault {
  const code = errorCode(cause)
  const reason = reasons[code]
  const what = reason?.what ?? { ja: `書き込みに失敗した（${code}）`, en: `writing failed (${code})` }
  return new Fault(
    'output',
    { ja: `${visible(path)} に書き込めない: ${what.ja}`, en: `cannot write ${visible(path)}: ${what.en}` },
    { cause, ...(reason ? { next: reason.next } : {}) },
  )
}

const both = (path: string, ja: string, en: string): LocalText => ({
  ja: `${visible(path)} ${ja}`,
  en: `${visible(path)} ${en}`,
})

const errorCode = (error: unknown): string => systemCode(error) ?? 'unknown'

const ignoreMissing = (error: unknown): undefined => {
  if (errorCode(error) === 'ENOENT') return undefined
  throw error
}
