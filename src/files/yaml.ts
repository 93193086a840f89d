import { Composer, type Document, isAlias, isMap, isScalar, isSeq, Lexer, type ParsedNode, Parser } from 'yaml'
import { problemMaker, type Range, type Says } from './excerpt.ts'
import { type Problem, problemsFault } from './problems.ts'
import { secretRanges } from './secret-text.ts'
import { decodeSource, readFileBytes } from './source.ts'
import { composeProblem } from './yaml-messages.ts'
import { plainValue } from './yaml-value.ts'

/** Keys and indexes from the top of a document. */
export type Path = readonly (string | number)[]

/** A YAML file that holds one document of plain values, and knows where each of them stands. */
export interface YamlDocument {
  readonly file: string
  /** Maps, lists, texts, numbers, booleans and null, as JSON has them. */
  readonly value: unknown
  /** A problem at the value of a path (or its key), or at the nearest thing above it that is written. */
  readonly problem: (path: Path, says: Says, at?: 'value' | 'key') => Problem
  /** How a value is written: `1.10` and not 1.1. Undefined for maps, lists and what isn't there. */
  readonly written: (path: Path) => string | undefined
  /** Keeps what stands at a path out of every problem made from now on. */
  readonly hide: (path: Path) => void
}

export type YamlResult =
  | { readonly ok: true; readonly document: YamlDocument }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** Nesting beyond this is no configuration. */
const deepest = 64

/** Reads a file. Throws a `Fault('configuration')` that carries every problem. */
export function readYamlFile(path: string): YamlDocument {
  const result = parseYaml(path, readFileBytes(path))
  if (!result.ok) throw problemsFault(result.problems)
  return result.document
}

/**
 * The one YAML reader: source → one document with positions. Refused are duplicate and dangerous keys, tags,
 * many aliases, several documents, deep nesting, and whatever `decodeSource` refuses. Never throws.
 */
export function parseYaml(file: string, bytes: Uint8Array): YamlResult {
  const source = decodeSource(file, bytes)
  if (!source.ok) return { ok: false, problems: [source.problem] }
  const { text } = source
  const hidden: Range[] = [...secretRanges(text)]
  const make = problemMaker(file, text, hidden)
  const tokens = parseTokens(text)
  if (typeof tokens === 'number') return { ok: false, problems: [make([tokens, tokens + 1], tooDeep)] }
  // uniqueKeys: our own check takes linear time.
  const composer = new Composer({
    uniqueKeys: false,
    strict: true,
    version: '1.2',
    schema: 'core',
    prettyErrors: false,
  })
  const documents: Document.Parsed[] = [...composer.compose(tokens, true, text.length)]
  // The first error in a line usually causes the others in it.
  const problems = [
    ...new Map(
      documents
        .flatMap((document) => document.errors)
        .map((error) => make([error.pos[0], error.pos[1]], composeProblem(error, text)))
        .toReversed()
        .map((problem) => [problem.line, problem] as const),
    ).values(),
  ]
  const [document, second] = documents
  if (second) problems.push(make([second.range[0], second.range[0] + 3], severalDocuments))
  if (problems.length > 0 || !document) return { ok: false, problems }
  const content: ParsedNode | null = document.contents
  const value = plainValue(document, (range, says) => problems.push(make(range, says)))
  if (problems.length > 0) return { ok: false, problems }
  return {
    ok: true,
    document: {
      file,
      value,
      problem: (path, says, at = 'value') => make(rangeAt(document, content, path, at), says),
      written: (path) => writtenAt(document, content, path),
      hide: (path) => hidden.push(rangeAt(document, content, path, 'value')),
    },
  }
}

type Token = Parameters<Composer['next']>[0]

/** The syntax tree, or the offset where it becomes too deep (the composer would run out of stack). */
function parseTokens(text: string): readonly Token[] | number {
  const lexer = new Lexer()
  const parser = new Parser()
  const tokens: Token[] = []
  let offset = 0
  for (const lexeme of lexer.lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token)
    if (parser.stack.length > deepest) return Math.min(offset, text.length)
    offset += lexeme.length
  }
  for (const token of parser.end()) tokens.push(token)
  return tokens
}

const tooDeep: Says = {
  what: { ja: `入れ子が ${deepest} 段を超えている`, en: `nested more than ${deepest} levels deep` },
  expected: { ja: '入れ子の浅い書き方', en: 'fewer levels' },
}

const severalDocuments: Says = {
  what: { ja: '1つのファイルに文書が2つ以上ある', en: 'the file holds more than one document' },
  expected: {
    ja: '文書は1ファイルに1つ（`---` の区切りで分けない）',
    en: 'one document a file, without a second `---`',
  },
}

interface Found {
  readonly node: ParsedNode | null
  readonly key?: ParsedNode
}

/** Follows a path as far as it is written. */
function follow(document: Document.Parsed, content: ParsedNode | null, path: Path): { found: Found; whole: boolean } {
  let found: Found = { node: content }
  for (const step of path) {
    const node: unknown = isAlias(found.node) ? found.node.resolve(document) : found.node
    if (isMap<ParsedNode, ParsedNode | null>(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === step)
      if (!pair) return { found, whole: false }
      found = { node: pair.value, key: pair.key }
    } else if (isSeq<ParsedNode>(node) && typeof step === 'number' && node.items[step]) {
      found = { node: node.items[step] }
    } else {
      return { found, whole: false }
    }
  }
  return { found, whole: true }
}

function rangeAt(document: Document.Parsed, content: ParsedNode | null, path: Path, at: 'value' | 'key'): Range {
  const { found, whole } = follow(document, content, path)
  // What is missing from a map or a list is shown at its key, where there is one.
  const atKey = at === 'key' || !whole || isEmpty(found.node)
  const range = (atKey ? found.key?.range : undefined) ?? found.node?.range
  return range ? [range[0], range[1]] : [0, 0]
}

const isEmpty = (node: ParsedNode | null): boolean =>
  node === null || (isScalar(node) && node.range[0] === node.range[1])

function writtenAt(document: Document.Parsed, content: ParsedNode | null, path: Path): string | undefined {
  const { found, whole } = follow(document, content, path)
  const node: unknown = isAlias(found.node) ? found.node.resolve(document) : found.node
  if (!whole || !isScalar(node)) return undefined
  return node.source ?? (typeof node.value === 'string' ? node.value : undefined)
}
