import { isUtf8 } from 'node:buffer'
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { Fault, systemCode } from '../core/fault.ts'
import type { LocalText } from '../core/text.ts'
import { visible } from '../text/safe.ts'
import type { Problem } from './problems.ts'

/** A file that a user wrote is no larger than this. */
export const largestFileBytes = 1024 * 1024

/** A source text or the one problem that kept it from being one. */
export type SourceText =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: Problem }

/** Bytes of a regular file, at most one more than the limit. Throws a `Fault('configuration')` when it can't be read. */
export function readFileBytes(path: string, limit: number = largestFileBytes): Uint8Array {
  let file: number | undefined
  try {
    // Without O_NONBLOCK, opening a pipe would wait for a writer for ever.
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    if (!fstatSync(file).isFile()) throw cannotRead(path, { ja: '通常のファイルではない', en: 'not a regular file' })
    const buffer = Buffer.alloc(limit + 1)
    let length = 0
    while (length < buffer.length) {
      const count = readSync(file, buffer, length, buffer.length - length, null)
      if (count === 0) break
      length += count
    }
    return buffer.subarray(0, length)
  } catch (error) {
    if (error instanceof Fault) throw error
    const code = systemCode(error) ?? ''
    throw cannotRead(
      path,
      reasons[code] ?? { ja: `読み取りに失敗した（${code}）`, en: `reading failed (${code})` },
      error,
    )
  } finally {
    if (file !== undefined) closeSync(file)
  }
}

const reasons: Readonly<Record<string, LocalText>> = {
  ENOENT: { ja: 'ファイルがない', en: 'there is no such file' },
  ENOTDIR: { ja: 'ファイルがない', en: 'there is no such file' },
  EACCES: { ja: '読む権限がない', en: 'permission to read it is missing' },
  EPERM: { ja: '読む権限がない', en: 'permission to read it is missing' },
  EISDIR: { ja: 'フォルダーである', en: 'it is a folder' },
  ELOOP: { ja: 'シンボリックリンクが循環している', en: 'its symbolic links run in a circle' },
  ENAMETOOLONG: { ja: '名前が長すぎる', en: 'the name is too long' },
}

const cannotRead = (path: string, why: LocalText, cause?: unknown): Fault =>
  new Fault(
    'configuration',
    { ja: `${visible(path)} を読めない: ${why.ja}`, en: `cannot read ${visible(path)}: ${why.en}` },
    { cause, next: { ja: 'ファイルの場所と権限を確かめる', en: 'check the place of the file and its rights' } },
  )

/** Bytes as text: UTF-8 with or without a byte order mark, without characters that a reader can't see. */
export function decodeSource(file: string, bytes: Uint8Array): SourceText {
  if (bytes.length > largestFileBytes) {
    return refuse(file, '', 0, {
      what: { ja: 'ファイルが 1 MiB を超えている', en: 'the file is larger than 1 MiB' },
      expected: { ja: '1 MiB 以下のファイル（大きな物は分ける）', en: 'at most 1 MiB; split a larger one' },
    })
  }
  if (!isUtf8(bytes)) {
    const at = firstInvalidByte(bytes)
    const before = new TextDecoder().decode(bytes.subarray(0, at))
    const hex = (bytes[at] ?? 0).toString(16).padStart(2, '0').toUpperCase()
    return refuse(file, before, before.length, {
      what: {
        ja: `UTF-8 でない文字がある（先頭から ${at + 1} バイト目、0x${hex}）`,
        en: `not UTF-8: byte ${at + 1} from the start is 0x${hex}`,
      },
      expected: { ja: '文字コード UTF-8 で保存し直す', en: 'save the file again as UTF-8' },
    })
  }
  return textWithoutUnseen(file, new TextDecoder().decode(bytes))
}

/** The text, unless it holds a character that a reader can't see. */
export function textWithoutUnseen(file: string, text: string): SourceText {
  const found = unseen.exec(text)
  if (found) {
    const code = codeOf(found[0])
    return refuse(file, text, found.index, {
      what: { ja: `目に見えない文字がある（${code}）`, en: `a character that can not be seen (${code})` },
      expected: {
        ja: 'この文字を消す（読む人に見える通りに書く）',
        en: 'delete it: a file must say what its reader sees',
      },
    })
  }
  return { ok: true, text }
}

/**
 * Controls other than tab and line breaks, the characters that reverse the reading direction, and those without any
 * width: with them a reviewer would sign for something else than what is written.
 */
const unseen =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\u{e0000}-\u{e007f}]/u

/** The first character of a text that a reader can't see, as `U+200B`. */
export function hiddenCharacter(text: string): string | undefined {
  const found = unseen.exec(text)
  return found ? codeOf(found[0]) : undefined
}

const codeOf = (character: string): string =>
  `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`

/** The longest valid start is found by halving: UTF-8 has no state beyond four bytes. */
function firstInvalidByte(bytes: Uint8Array): number {
  let low = 0
  let high = bytes.length
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (startsValid(bytes.subarray(0, middle))) low = middle
    else high = middle
  }
  while (low > 0 && !isUtf8(bytes.subarray(0, low))) low--
  return low
}

/** Valid, or broken off inside a character that could still become valid. */
function startsValid(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
    return true
  } catch {
    return false
  }
}

function refuse(file: string, text: string, at: number, says: Pick<Problem, 'what' | 'expected'>): SourceText {
  const before = text.slice(0, at)
  const line = before.split('\n').length
  const lineStart = before.lastIndexOf('\n') + 1
  const column = Array.from(before.slice(lineStart)).length + 1
  return { ok: false, problem: { file, line, column, text: '', around: { before: '', after: '' }, ...says } }
}
