import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseSync } from 'oxc-parser'
import { parseAllDocuments } from 'yaml'
import { describe, expect, it, test } from 'vitest'
import { packageRoot } from '../package-root.ts'

/**
 * Everything a person reads exists in Japanese and in English (design law 10). Three nets: what modules export, what
 * stands in their source (texts inside functions), and what baselines say.
 */
const root = packageRoot()
const modules = globSync('{src,reports,scanners}/**/*.ts', { cwd: root })
  .filter((path) => !/\.test\.ts$|(^|\/)testing\/|^src\/main\.ts$|\.d\.ts$/.test(path))
  .sort()

const japanese = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u
/** Japanese punctuation and full-width forms have no place in English either. */
const japaneseMarks = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff01-\uff60]/u
/** A name, a number or an option that is written alike in both languages. */
const sameInBoth = /^[\w.+\-/:*()[\]<>=&,| ]{0,60}$/

/** In English the product may say its name, and an example of a file may hold a Japanese value: `{ja: 見出し, en: Title}`. */
const speaksJapanese = (en: string): boolean =>
  japaneseMarks.test(en.replace('seisa (精査)', 'seisa').replace(/\bja: [^,}]*/g, ''))

/** What is wrong with a text, or nothing. */
function fault(ja: unknown, en: unknown): string | undefined {
  if (typeof ja !== 'string' || ja.trim() === '') return 'no Japanese'
  if (typeof en !== 'string' || en.trim() === '') return 'no English'
  if (speaksJapanese(en)) return `Japanese in English: ${en}`
  if (
    /\p{L}/u.test(ja) &&
    !japanese.test(ja) &&
    !(sameInBoth.test(ja) && (ja === en || !/[a-z]{2,} [a-z]{2,}/.test(ja)))
  ) {
    return `no Japanese characters: ${ja}`
  }
  return undefined
}

/** Collects faults of every text inside a value; functions in tables of messages are called to see what they say. */
function walk(value: unknown, path: string, found: string[], seen: Set<unknown>, callable: boolean): void {
  if (typeof value === 'function' && callable) {
    for (const sample of [2, 'x']) {
      const said: unknown = value(...Array.from({ length: value.length }, () => sample))
      walk(said, `${path}()`, found, seen, false)
    }
    return
  }
  if (typeof value !== 'object' || value === null || seen.has(value)) return
  seen.add(value)
  if (value instanceof Map || value instanceof Set) {
    for (const item of value.values()) walk(item, path, found, seen, callable)
    return
  }
  const entries = Object.entries(value)
  const texts = Object.fromEntries(entries)
  if (typeof texts['ja'] === 'string' || typeof texts['en'] === 'string') {
    const wrong = fault(texts['ja'], texts['en'])
    if (wrong) found.push(`${path}: ${wrong}`)
  }
  for (const [key, item] of entries) walk(item, `${path}.${key}`, found, seen, callable)
}

const exportedMessages = /messages|amounts|words|outcomes/i

describe('what modules export', () => {
  test.each(modules)('%s speaks both languages', async (path) => {
    const found: string[] = []
    const exported: Readonly<Record<string, unknown>> = await import(join(root, path))
    for (const [name, value] of Object.entries(exported)) {
      if (typeof value !== 'function') walk(value, name, found, new Set(), exportedMessages.test(name))
    }
    expect(found).toEqual([])
  })
})

type Node = Readonly<Record<string, unknown>>
const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null

/** Every text inside an expression, pieces of templates too, but not what is handed to a function. */
function textsIn(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(textsIn)
  if (!isNode(node) || node['type'] === 'CallExpression') return []
  if (node['type'] === 'Literal' && typeof node['value'] === 'string') return [node['value']]
  if (node['type'] === 'TemplateElement' && isNode(node['value'])) return [String(node['value']['cooked'])]
  return Object.values(node).flatMap(textsIn)
}

/** Texts given under a key (`ja`, `en`) of an object: a literal, or a template as one text. */
function textsUnder(node: unknown, key: 'ja' | 'en'): string[] {
  if (Array.isArray(node)) return node.flatMap((part) => textsUnder(part, key))
  if (!isNode(node)) return []
  const inside = Object.values(node).flatMap((part) => textsUnder(part, key))
  if (node['type'] !== 'Property' || !isNode(node['key']) || node['key']['name'] !== key) return inside
  const value = node['value']
  const direct = isNode(value) && (value['type'] === 'Literal' || value['type'] === 'TemplateLiteral')
  // What else an English text is made of may hold no Japanese either; parts of a Japanese one may be names.
  return [...inside, ...(direct ? [textsIn(value).join('')] : key === 'en' ? textsIn(value) : [])]
}

const literals = (source: string, key: 'ja' | 'en'): string[] => textsUnder(parseSync('source.ts', source).program, key)

describe('what stands in the source', () => {
  test.each(modules)('%s has no text in the wrong language', (path) => {
    const source = readFileSync(join(root, path), 'utf8')
    const wrong = [
      ...literals(source, 'en').filter(speaksJapanese),
      ...literals(source, 'ja').filter((text) => /\p{L}/u.test(text) && !japanese.test(text) && !sameInBoth.test(text)),
    ]
    expect(wrong).toEqual([])
  })
})

describe('what baselines say', () => {
  const files = globSync('baselines/**/*.yaml', { cwd: root }).sort()
  test.skipIf(files.length === 0)('is said in both languages', () => {
    const found: string[] = []
    for (const path of files) {
      for (const document of parseAllDocuments(readFileSync(join(root, path), 'utf8'))) {
        walk(document.toJS(), path, found, new Set(), false)
      }
    }
    expect(found).toEqual([])
  })
})

it('finds what is missing', () => {
  const found: string[] = []
  const texts = {
    a: { ja: '良い', en: 'good' },
    b: { ja: '片方' },
    c: { ja: 'only english words', en: 'only' },
    d: { ja: '逆', en: '逆' },
  }
  walk(texts, 'x', found, new Set(), true)
  walk({ count: (n: number) => ({ ja: '', en: `${n}` }) }, 'y', found, new Set(), true)
  expect(found).toHaveLength(5)
  expect(literals("f({ ja: `${n ? `${n}件` : ''}あり`, en: n ? 'a' : '乙' })", 'ja')).toEqual(['あり件'])
  expect(literals("f({ ja: `甲`, en: n ? 'a' : '乙' })", 'en')).toEqual(['a', '乙'])
})
