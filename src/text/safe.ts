/**
 * What a target said may hold anything: terminal escapes, invisible characters, marks that reverse the reading
 * direction, markup. Every report passes names and values through here before a person or a parser sees them.
 */
import { visible } from '../core/visible.ts'

// in the core, since the transports make what they quote visible too
export { visible }

/** Own prose from a file on one line: its line breaks become spaces, anything else is made visible. */
export const visibleProse = (text: string): string => visible(text.trim().replace(/[ \t]*\r?\n\s*/g, ' '))

const xmlEntities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
}

/** Text for XML 1.0, in content or in an attribute. What XML can't hold at all becomes visible first. */
export const xmlText = (text: string): string => visible(text).replace(/[&<>"']/g, (mark) => xmlEntities[mark] ?? '')

/** Text for HTML, in content or in a quoted attribute. */
export const htmlText = (text: string): string =>
  visible(text).replace(/[&<>"']/g, (mark) => (mark === "'" ? '&#39;' : (xmlEntities[mark] ?? '')))

/**
 * A word that a forge would turn into a link, a mention or a picture although its punctuation is escaped, because
 * mentions and bare addresses are looked for after Markdown is read: only a code span keeps them text.
 */
const linksByItself = /@|:\/\/|www\.|[#!~%&$^]\w|:\w+:|^[0-9a-f]{7,40}$|GH-\d/i

/**
 * Text as a Markdown code span, in or outside a table. Nothing is interpreted inside one. A vertical bar would still
 * end a table cell, so the span is broken there.
 */
export function markdownCode(text: string): string {
  const spans = visible(text)
    .split('|')
    .map((part) => {
      if (part === '') return ''
      const longest = Math.max(0, ...[...part.matchAll(/`+/g)].map((run) => run[0].length))
      const fence = '`'.repeat(longest + 1)
      const room = /^[` ]|[` ]$/.test(part) ? ' ' : ''
      return `${fence}${room}${part}${room}${fence}`
    })
  return spans.join('&#124;')
}

/**
 * Text on one line for Markdown that reads the same and does nothing, in a table cell, a list entry or a paragraph.
 * Only what could begin markup is escaped, so that it can also be read as it stands.
 */
export const markdownText = (text: string): string =>
  visible(text)
    .replace(/[!-~]+/g, (word) =>
      linksByItself.test(word)
        ? markdownCode(word)
        : word.replace(/[\\`*_[\]<>~|&$#]/g, (mark, at: number) => escapeMark(mark, at, word)),
    )
    .replace(/^([ \u3000]*\d*)([-+.)=])/, '$1\\$2')

function escapeMark(mark: string, at: number, word: string): string {
  if (mark === '|') return '&#124;'
  // Inside a word an underscore is no emphasis (GFM 6.4).
  if (mark === '_' && /^[A-Za-z0-9]_[A-Za-z0-9]$/.test(word.slice(Math.max(0, at - 1), at + 2))) return mark
  return `\\${mark}`
}
