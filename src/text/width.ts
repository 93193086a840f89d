import { eastAsianWidth } from 'get-east-asian-width'

const graphemes = new Intl.Segmenter('ja', { granularity: 'grapheme' })
const printableAscii = /^[ -~]*$/
const withoutWidth = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}\u1160-\u11ff\ud7b0-\ud7ff]$/u
const emoji = /^\p{RGI_Emoji}$/v

/** Pieces that a person sees as one character. */
export function* characters(text: string): Generator<string> {
  if (printableAscii.test(text)) yield* text
  else for (const { segment } of graphemes.segment(text)) yield segment
}

/** Columns that one visible character takes: marks 0, East Asian wide 2, ambiguous 1 as in UTF-8 terminals. */
function characterWidth(character: string): number {
  if (character.length === 1 && character >= ' ' && character <= '~') return 1
  if (emoji.test(character)) return 2
  let width = 0
  for (const part of character) if (!withoutWidth.test(part)) width += eastAsianWidth(part.codePointAt(0) ?? 0)
  return width
}

/** Columns that a line of text takes on a terminal. */
export function displayWidth(text: string): number {
  if (printableAscii.test(text)) return text.length
  let width = 0
  for (const character of characters(text)) width += characterWidth(character)
  return width
}

/** Text filled up with spaces to a number of columns; longer text is left as it is. */
export const padEnd = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - displayWidth(text)))

/** Text with spaces before it. */
export const padStart = (text: string, columns: number): string =>
  ' '.repeat(Math.max(0, columns - displayWidth(text))) + text

/** Text cut to a number of columns, with `ellipsis` at its end when something was left out. */
export function truncate(text: string, columns: number, ellipsis = '…'): string {
  if (text.length <= columns && printableAscii.test(text)) return text
  const room = columns - displayWidth(ellipsis)
  let kept = ''
  let width = 0
  let keptWhole = ''
  let keptWidth = 0
  for (const character of characters(text)) {
    width += characterWidth(character)
    if (width > columns) return room < 0 ? keptWhole : kept + ellipsis
    keptWhole += character
    if (width <= room) {
      kept = keptWhole
      keptWidth = width
    }
  }
  return keptWidth <= columns ? text : kept
}
