import { characters, displayWidth } from './width.ts'

/**
 * Line breaking for Japanese and English in one text. Between Japanese characters a line may break anywhere except
 * before and after the characters below (JIS X 4051, 行頭禁則 and 行末禁則); other words break at spaces.
 */
const notAtLineStart =
  /^[、。，．・：；？！゛゜ヽヾゝゞ々ー）］｝〕〉》」』】〙〗〟’”｠»ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ‐–〜～%％‰℃°,.:;?!)\]}…‥]/u
const notAtLineEnd = /[（［｛〔〈《「『【〘〖〝‘“｟«([{¥￥$＄#＃№]$/u
const breakable = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff01-\uff60ー]/u

/** Pieces between which a line may break; a space belongs to the piece before it. */
function pieces(text: string): string[] {
  const found: string[] = []
  let open = ''
  for (const character of characters(text)) {
    const last = open.at(-1) ?? ''
    const apart =
      open !== '' &&
      character !== ' ' &&
      (last === ' ' || breakable.test(character) || breakable.test(lastCharacter(open))) &&
      !(last !== ' ' && notAtLineStart.test(character)) &&
      !notAtLineEnd.test(open)
    if (apart) {
      found.push(open)
      open = ''
    }
    open += character
  }
  if (open !== '') found.push(open)
  return found
}

const lastCharacter = (text: string): string => /.$/su.exec(text)?.[0] ?? ''

/** A piece that is wider than a whole line, cut where the line ends. */
function* cut(piece: string, columns: number): Generator<string> {
  let line = ''
  let width = 0
  for (const character of characters(piece)) {
    const more = displayWidth(character)
    if (width + more > columns && line !== '') {
      yield line
      line = ''
      width = 0
    }
    line += character
    width += more
  }
  if (line !== '') yield line
}

/** Text as lines of at most so many columns (at least 2, the width of one Japanese character). Line breaks in the text stay. */
export function wrap(text: string, columns: number): string[] {
  const room = Math.max(2, columns)
  const lines: string[] = []
  for (const paragraph of text.split('\n')) {
    let line = ''
    for (const piece of pieces(paragraph)) {
      if (displayWidth((line + piece).trimEnd()) <= room) {
        line += piece
        continue
      }
      if (line.trim() !== '') lines.push(line.trimEnd())
      line = ''
      const parts = [...cut(piece, room)]
      line = parts.pop() ?? ''
      lines.push(...parts)
    }
    lines.push(line.trimEnd())
  }
  return lines
}

/** Wrapped text whose first line begins with `first` and whose others begin with as many spaces. */
export function hang(first: string, text: string, columns: number): string[] {
  const indent = displayWidth(first)
  return wrap(text, columns - indent).map((line, at) => ((at === 0 ? first : ' '.repeat(indent)) + line).trimEnd())
}
