/** One way of writing for what is compared: compatibility forms and case make no difference (`Ｎｇｉｎｘ` is `nginx`). */
export const foldText = (text: string): string => text.normalize('NFKC').toLowerCase().replaceAll('ς', 'σ')

/** Letters of other alphabets that look like Latin ones, and marks that look like a hyphen (Unicode UTS 39, the common ones). */
const lookalikes: ReadonlyMap<string, string> = new Map(
  (
    [
      ['аɑα', 'a'],
      ['вβ', 'b'],
      ['сϲ', 'c'],
      ['ԁ', 'd'],
      ['еєε', 'e'],
      ['ɡ', 'g'],
      ['һнη', 'h'],
      ['іıι', 'i'],
      ['ј', 'j'],
      ['кκ', 'k'],
      ['ӏ', 'l'],
      ['м', 'm'],
      ['ոп', 'n'],
      ['оοσօ', 'o'],
      ['рρ', 'p'],
      ['ԛ', 'q'],
      ['ѕ', 's'],
      ['тτ', 't'],
      ['υսμ', 'u'],
      ['νѵ', 'v'],
      ['ԝω', 'w'],
      ['хχ', 'x'],
      ['уγ', 'y'],
      ['‐‑‒–—―−ー─━˗', '-'],
    ] as const
  ).flatMap(([alike, plain]) => [...alike].map((character) => [character, plain] as const)),
)

/**
 * Folded text in which what a person can't tell apart is one: without characters that can't be seen, look-alikes as
 * what they look like, `ß` as `ss`. A prohibition is compared in this form: `7‐zip` typed by a Japanese keyboard forbids
 * `7-zip`, and nobody gets round it with a `wіnny`.
 */
export function looseText(folded: string): string {
  // oxlint-disable-next-line no-control-regex
  if (/^[\0-\x7f]*$/.test(folded)) return folded
  const plain = folded
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '')
    .replaceAll('ß', 'ss')
    .replaceAll('i̇', 'i')
  return [...plain].map((character) => lookalikes.get(character) ?? character).join('')
}

/** The name of a Python package, which `python-nmap`, `python_nmap` and `Python.Nmap` all are (PEP 503). */
export const pipName = (folded: string): string => folded.replaceAll(/[-_.]+/g, '-')

/** A compiled pattern. */
export interface Glob {
  /** The pattern as it is compared. */
  readonly source: string
  /** Set when it has no wildcard: the one folded text that it takes. */
  readonly exact?: string
  /** Folded text that everything it takes begins with. */
  readonly prefix: string
  /** Whether it takes a text that went through `foldText`, and `looseText` if the pattern did. */
  readonly takes: (folded: string) => boolean
}

/**
 * A pattern in which `*` stands for any text and `?` for one character. The pieces between the stars are looked for
 * from left to right and never again, so that time grows with the text and the longest piece, never with the number of
 * ways to divide the text among the stars.
 */
export function compileGlob(pattern: string, { loosely = false } = {}): Glob {
  const folded = loosely ? looseText(foldText(pattern)) : foldText(pattern)
  if (!/[*?]/.test(folded)) return { source: folded, exact: folded, prefix: folded, takes: (text) => text === folded }
  const prefix = folded.slice(0, folded.search(/[*?]/))
  const pieces = folded.split('*').map(pieceOf)
  const [first, ...others] = pieces
  const last = others.pop()
  if (!first) return { source: folded, prefix, takes: () => false }
  if (!last) return { source: folded, prefix, takes: (text) => first.at(text, 0) === text.length }
  const middle = others.filter((piece) => piece.source !== '')
  return {
    source: folded,
    prefix,
    takes: (text) => {
      let from = first.at(text, 0)
      for (const piece of middle) {
        if (from < 0) return false
        from = piece.find(text, from)
      }
      return from >= 0 && last.endsAt(text, from)
    },
  }
}

/** What stands between two stars. */
interface Piece {
  readonly source: string
  /** Where it ends if it stands at this place of a text, or −1. */
  readonly at: (text: string, from: number) => number
  /** Where it ends at its first place from here on, or −1. */
  readonly find: (text: string, from: number) => number
  /** Whether the text ends with it, without reaching before `from`. */
  readonly endsAt: (text: string, from: number) => boolean
}

function pieceOf(source: string): Piece {
  if (!source.includes('?')) {
    return {
      source,
      at: (text, from) => (text.startsWith(source, from) ? from + source.length : -1),
      find: (text, from) => {
        const found = text.indexOf(source, from)
        return found < 0 ? -1 : found + source.length
      },
      endsAt: (text, from) => text.length - source.length >= from && text.endsWith(source),
    }
  }
  const characters = [...source]
  const at = (text: string, from: number): number => {
    let place = from
    for (const character of characters) {
      const size = sizeAt(text, place)
      if (size === 0) return -1
      if (character !== '?' && !text.startsWith(character, place)) return -1
      place += character === '?' ? size : character.length
    }
    return place
  }
  const find = (text: string, from: number): number => {
    for (let start = from; start < text.length; start += sizeAt(text, start)) {
      const end = at(text, start)
      if (end >= 0) return end
    }
    return -1
  }
  return {
    source,
    at,
    find,
    endsAt: (text, from) => {
      let start = text.length
      for (let count = characters.length; count > 0; count -= 1) {
        start -= isPair(text, start - 2) ? 2 : 1
      }
      return start >= from && at(text, start) === text.length
    },
  }
}

/** Units that the character at a place takes: 2 beyond the basic plane, 0 at the end. */
const sizeAt = (text: string, place: number): number => (place >= text.length ? 0 : isPair(text, place) ? 2 : 1)

const isPair = (text: string, place: number): boolean => (text.codePointAt(place) ?? 0) > 0xff_ff
