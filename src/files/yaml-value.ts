import { type Document, isAlias, isMap, isScalar, isSeq, type ParsedNode } from 'yaml'
import type { Range, Says } from './excerpt.ts'

/** Keys that would reach into the machinery of JavaScript objects. */
const dangerousKeys: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** Aliases are for people who repeat themselves now and then; a bomb needs many. */
const mostAliases = 32
/** Values in a document once its aliases are written out. */
const mostValues = 100_000

/** Plain values of a document that was composed without errors; everything that is refused is reported. */
export function plainValue(document: Document.Parsed, report: (range: Range, says: Says) => void): unknown {
  let values = 0
  let aliases = 0
  let stopped = false
  const inside = new Set<ParsedNode>()

  const read = (node: ParsedNode | null): unknown => {
    if (node === null || stopped) return null
    if (++values > mostValues) {
      stopped = true
      report(rangeOf(node), tooMany)
      return null
    }
    if (isAlias(node)) {
      const target = node.resolve(document)
      if (++aliases > mostAliases) {
        stopped = true
        report(rangeOf(node), tooManyAliases)
        return null
      }
      if (!target || inside.has(target as ParsedNode)) {
        report(rangeOf(node), unknownAlias)
        return null
      }
      return read(target as ParsedNode)
    }
    if (node.tag !== undefined) report(rangeOf(node), noTags(node.tag))
    if (isScalar(node)) return readScalar(node, report)
    inside.add(node)
    const value = isSeq<ParsedNode>(node) ? node.items.map((item) => read(item)) : readMap(node, read, report)
    inside.delete(node)
    return value
  }
  return read(document.contents)
}

function readScalar(node: ParsedNode & { value?: unknown }, report: (range: Range, says: Says) => void): unknown {
  const { value } = node
  if (typeof value === 'number' && !Number.isFinite(value)) report(rangeOf(node), notFinite)
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value))
    report(rangeOf(node), tooLarge)
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null
}

function readMap(
  node: ParsedNode,
  read: (node: ParsedNode | null) => unknown,
  report: (range: Range, says: Says) => void,
): Record<string, unknown> {
  const entries = new Map<string, unknown>()
  if (!isMap<ParsedNode, ParsedNode | null>(node)) return {}
  for (const { key, value } of node.items) {
    const name: unknown = isScalar(key) ? key.value : undefined
    if (typeof name !== 'string') {
      report(key ? rangeOf(key) : rangeOf(node), keyNotText)
    } else if (dangerousKeys.has(name)) {
      report(rangeOf(key), dangerousKey(name))
    } else if (entries.has(name)) {
      report(rangeOf(key), duplicateKey(name))
    } else {
      if (key.tag !== undefined) report(rangeOf(key), noTags(key.tag))
      entries.set(name, read(value))
    }
  }
  return Object.fromEntries(entries)
}

const rangeOf = (node: ParsedNode): Range => [node.range[0], node.range[1]]

const duplicateKey = (name: string): Says => ({
  what: { ja: `キー「${name}」が重複している`, en: `the key “${name}” is written twice` },
  expected: { ja: '同じキーは1回だけ', en: 'each key once' },
})
const dangerousKey = (name: string): Says => ({
  what: { ja: `キー「${name}」は使えない`, en: `the key “${name}” is not allowed` },
  expected: { ja: '別の名前のキー', en: 'another name' },
})
const keyNotText: Says = {
  what: { ja: 'キーが文字列でない', en: 'a key is not a text' },
  expected: {
    ja: "文字列のキー（数字などは引用符で囲む: '123'）",
    en: "a text; put numbers and the like in quotes: '123'",
  },
}
const noTags = (tag: string): Says => ({
  what: { ja: `YAML のタグ（${tag}）は使えない`, en: `YAML tags are not allowed (${tag})` },
  expected: { ja: 'タグのない値', en: 'the value without a tag' },
})
const tooManyAliases: Says = {
  what: { ja: `別名（*名前）が ${mostAliases} 個を超えている`, en: `more than ${mostAliases} aliases (*name)` },
  expected: { ja: '別名を使わずに書く', en: 'write the values out' },
}
const unknownAlias: Says = {
  what: {
    ja: '別名（*名前）の指す値がない、または自分自身を指している',
    en: 'an alias (*name) that names nothing, or itself',
  },
  expected: { ja: '先に &名前 で定義した値', en: 'a value defined before with &name' },
}
const tooMany: Says = {
  what: { ja: `値が ${mostValues} 個を超えている`, en: `more than ${mostValues} values` },
  expected: { ja: '小さく分けたファイル', en: 'smaller files' },
}
const notFinite: Says = {
  what: { ja: '有限の数でない', en: 'not a finite number' },
  expected: { ja: '普通の数（上限のないことは never と書く）', en: 'an ordinary number; write never for no limit' },
}
const tooLarge: Says = {
  what: { ja: '数が大きすぎて正確に扱えない', en: 'a number too large to be exact' },
  expected: {
    ja: '9007199254740991 以下の数、または引用符で囲んだ文字列',
    en: 'at most 9007199254740991, or a text in quotes',
  },
}
