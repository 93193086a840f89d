import { referencePattern } from '../core/reference.ts'
import type { Range } from './excerpt.ts'

/** Last words of keys whose value is a secret. */
const secretWord =
  /(^|-)(password|passwd|passwort|passcode|passphrase|pass|pwd|secret|token|key|psk|pin|community|パスワード|暗証番号|秘密鍵|合言葉)s?$/
/** Keys that end in such a word and hold nothing secret. */
const harmlessKey = /(^|-)(public|host|known)-keys?$/

/** Whether the value of a key is a secret: `password`, `api_token`, `privateKey`, `パスワード`. */
export function isSecretKey(key: string): boolean {
  const plain = key
    .normalize('NFKC')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll(/[_. ]+/g, '-')
  return secretWord.test(plain) && !harmlessKey.test(plain)
}

const reference = new RegExp(referencePattern)

/** Whether a text says where a secret is kept, instead of being one. */
export const isReference = (value: string): boolean => reference.test(value)

const pem = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----[\s\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----|$)/g
const userinfo = /[a-z][a-z0-9+.-]*:\/\/([^\s/@:]*:[^\s/@]+)@/gi

/** Whether a text holds a private key or a password inside an address. */
export const looksSecret = (text: string): boolean =>
  [...text.matchAll(pem)].length > 0 || [...text.matchAll(userinfo)].length > 0

/**
 * Places of a source text that may hold a secret, found without understanding its YAML: a broken file must
 * not show a password in the message that says where it broke.
 */
export function secretRanges(text: string): readonly Range[] {
  const ranges: Range[] = []
  for (const match of text.matchAll(pem)) ranges.push([match.index, match.index + match[0].length])
  for (const match of text.matchAll(userinfo)) {
    const start = match.index + match[0].indexOf(match[1] ?? '')
    ranges.push([start, match.index + match[0].length - 1])
  }
  for (const match of text.matchAll(/([\p{L}\p{N}_.-]+)["']?[ \t\u3000]*[:=：][ \t\u3000]*/gu)) {
    if (!isSecretKey(match[1] ?? '')) continue
    const start = match.index + match[0].length
    const lineEnd = endOfLine(text, start)
    const value = text.slice(start, lineEnd)
    if (/^["']?(env|file|exec):/.test(value)) continue
    if (value !== '') ranges.push([start, lineEnd])
    ranges.push(...deeperLines(text, match.index, lineEnd))
  }
  return ranges
}

const endOfLine = (text: string, from: number): number => {
  const end = text.indexOf('\n', from)
  return end === -1 ? text.length : end
}

/** The lines below that are indented further than the line at `at`: the rest of a value on several lines. */
function deeperLines(text: string, at: number, lineEnd: number): readonly Range[] {
  const indentOf = (start: number): number => /^[ \t]*/.exec(text.slice(start, start + 200))?.[0].length ?? 0
  const own = indentOf(text.lastIndexOf('\n', at) + 1)
  const ranges: Range[] = []
  for (let start = lineEnd + 1; start < text.length; ) {
    const end = endOfLine(text, start)
    const indent = indentOf(start)
    const blank = text.slice(start, end).trim() === ''
    if (!blank && indent <= own) break
    if (!blank) ranges.push([start + indent, end])
    start = end + 1
  }
  return ranges
}
