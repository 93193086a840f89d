/** A tag of an XML text: its name without prefix, and what stands after the name. */
export interface XmlTag {
  readonly name: string
  readonly kind: 'open' | 'close' | 'empty'
  readonly attributes: string
  /** Where the text after it starts. */
  readonly after: number
}

/**
 * The tags of an XML text in one pass, for looking at a document before a parser gets it. Undefined where the text
 * isn't plain markup: a document type, a comment, a CDATA section, or a tag that never ends.
 */
export function* xmlTags(xml: string): Generator<XmlTag | undefined> {
  for (let at = xml.indexOf('<'); at !== -1; at = xml.indexOf('<', at)) {
    if (xml[at + 1] === '!') {
      yield undefined
      return
    }
    const end = tagEnd(xml, at + 1)
    if (end === -1) {
      yield undefined
      return
    }
    const text = xml.slice(at + 1, end)
    at = end + 1
    if (text.startsWith('?')) continue
    const close = text.startsWith('/')
    const empty = text.endsWith('/')
    const body = text.slice(close ? 1 : 0, empty ? -1 : undefined)
    const gap = body.search(/\s/)
    const name = gap === -1 ? body : body.slice(0, gap)
    yield {
      name: name.slice(name.indexOf(':') + 1),
      kind: close ? 'close' : empty ? 'empty' : 'open',
      attributes: gap === -1 ? '' : body.slice(gap),
      after: at,
    }
  }
}

/** Where a tag ends: the next `>` outside of quotes. */
function tagEnd(xml: string, from: number): number {
  let quote = ''
  for (let at = from; at < xml.length; at++) {
    const character = xml[at]
    if (quote !== '') {
      if (character === quote) quote = ''
    } else if (character === '"' || character === "'") quote = character
    else if (character === '>') return at
  }
  return -1
}

/** The value of an attribute, without its prefix if it has one; entities are left as they are. */
export function attribute(tag: XmlTag, name: string): string | undefined {
  if (tag.attributes.length > 4096) return undefined
  for (const match of tag.attributes.matchAll(/([^\s=:"']+)\s*=\s*("[^"]*"|'[^']*')/g)) {
    if (match[1] === name) return (match[2] ?? '').slice(1, -1)
  }
  return undefined
}
