/** One directive of an ssh_config file. */
export interface ConfigLine {
  readonly file: string
  /** From 1. */
  readonly line: number
  /** In lower case. */
  readonly keyword: string
  readonly arguments: readonly string[]
  /** What follows the keyword as it stands, for commands. */
  readonly rest: string
  /** What an `Include` brought in, in order. */
  readonly included?: readonly ConfigLine[]
}

/** Splits one line as OpenSSH does (readconf.c, misc.c strdelim and argv_split); nothing for an empty one or a comment. */
export function splitConfigLine(
  text: string,
): Pick<ConfigLine, 'keyword' | 'arguments' | 'rest'> | 'bad quotes' | undefined {
  const trimmed = text.trim()
  if (trimmed === '' || trimmed.startsWith('#')) return undefined
  const [whole = '', quoted, bare] = /^(?:"([^"]*)"|([^ \t\r\n"=]+))/.exec(trimmed) ?? []
  const keyword = quoted ?? bare
  if (keyword === undefined) return 'bad quotes'
  const rest = trimmed.slice(whole.length).replace(/^[ \t\r\n]*=?[ \t\r\n]*/, '')
  const words = splitWords(rest)
  return words === undefined ? 'bad quotes' : { keyword: keyword.toLowerCase(), arguments: words, rest }
}

/**
 * Words in or out of single and double quotes; a backslash takes the meaning from a quote, a backslash, or a space
 * outside of quotes. `#` at the start of a word begins a comment. Nothing where a quote isn't closed.
 */
export function splitWords(text: string): readonly string[] | undefined {
  const words: string[] = []
  let at = 0
  const isSpace = (mark: string | undefined): boolean => mark === ' ' || mark === '\t'
  while (at < text.length) {
    if (isSpace(text[at])) {
      at++
      continue
    }
    if (text[at] === '#') break
    let word = ''
    let quote = ''
    for (; at < text.length; at++) {
      const mark = text[at] ?? ''
      const next = text[at + 1] ?? ''
      if (mark === '\\' && (`'"\\`.includes(next) || (quote === '' && next === ' ')) && next !== '') {
        word += next
        at++
      } else if (quote === '' && isSpace(mark)) break
      else if (quote === '' && (mark === '"' || mark === "'")) quote = mark
      else if (quote !== '' && mark === quote) quote = ''
      else word += mark
    }
    if (quote !== '') return undefined
    words.push(word)
  }
  return words
}
