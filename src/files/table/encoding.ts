import { isUtf8 } from 'node:buffer'
import type { Says } from '../excerpt.ts'
import { textWithoutUnseen, type SourceText } from '../source.ts'
import { placed } from './place.ts'

/**
 * The text of a CSV file: UTF-8 with or without byte order mark, UTF-16 with one, or CP932 (what Excel writes in
 * Japan) when it isn't UTF-8. Refused are bytes that fit none of these or two of them, and characters that can't be seen.
 */
export function decodeTable(file: string, bytes: Uint8Array): SourceText {
  const encoding = encodingOf(bytes)
  if (typeof encoding !== 'string') return { ok: false, problem: placed(file, 1, 1, encoding) }
  let text: string
  try {
    text = new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return { ok: false, problem: placed(file, 1, 1, broken) }
  }
  return textWithoutUnseen(file, text)
}

function encodingOf(bytes: Uint8Array): string | Says {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  if (isUtf8(bytes)) return 'utf-8'
  const [cp932, eucJp] = [fits('shift_jis', bytes), fits('euc-jp', bytes)]
  // Bytes that are EUC-JP are read as a row of half-width katakana when taken for CP932.
  if (eucJp) return cp932 ? ambiguous : broken
  return cp932 ? 'shift_jis' : broken
}

function fits(encoding: string, bytes: Uint8Array): boolean {
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes)
    // WHATWG's tables map single bytes 0x80 and 0xA0-like gaps to controls and private characters.
    return !/[\u0080-\u009f\ue000-\uf8ff\ufffd]/.test(text)
  } catch {
    return false
  }
}

const saveAsUtf8 = {
  ja: 'UTF-8（Excel では「CSV UTF-8（コンマ区切り）」）で保存し直す',
  en: 'save the file again as UTF-8 (in Excel: “CSV UTF-8 (comma delimited)”)',
}
const broken: Says = {
  what: {
    ja: '文字コードが UTF-8、BOM 付き UTF-16、CP932（シフトJIS）のどれでもない',
    en: 'the file is neither UTF-8, UTF-16 with a byte order mark, nor CP932 (Shift_JIS)',
  },
  expected: saveAsUtf8,
}
const ambiguous: Says = {
  what: {
    ja: '文字コードが CP932（シフトJIS）とも EUC-JP とも読める',
    en: 'the file can be read both as CP932 (Shift_JIS) and as EUC-JP',
  },
  expected: saveAsUtf8,
}
