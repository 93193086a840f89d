/** What of a line of Markdown is not inside a code span, as CommonMark 6.1 finds them; backslash escapes are left out too. */
export function outsideCode(markdown: string): string {
  let rest = ''
  for (let at = 0; at < markdown.length; ) {
    if (markdown[at] === '\\') {
      at += 2
      continue
    }
    const run = /^`+/.exec(markdown.slice(at))?.[0]
    if (run === undefined) {
      rest += markdown[at]
      at++
      continue
    }
    const after = at + run.length
    const closing = [...markdown.slice(after).matchAll(/`+/g)].find((match) => match[0].length === run.length)
    if (!closing) rest += run
    at = after + (closing ? closing.index + run.length : 0)
  }
  return rest
}
