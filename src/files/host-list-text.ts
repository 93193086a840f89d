import { type Range, problemMaker, type Says } from './excerpt.ts'
import { type HostList, hostsFrom, type WrittenHost } from './host-list.ts'
import { type Problem, problemsFault } from './problems.ts'
import { rawMap } from './raw.ts'
import type { Schema } from './schema-words.ts'
import { secretRanges } from './secret-text.ts'
import { readFileBytes } from './source.ts'
import { decodeTable } from './table/encoding.ts'
import type { Path } from './yaml.ts'

/**
 * Hosts of a text file, one a line: `admin@web-1:2222 role=web env=prod # comment`. `schema` is that of one host.
 * Throws a `Fault('configuration')` when the file can't be read.
 */
export function readHostText(path: string, schema: Schema): HostList {
  const source = decodeTable(path, readFileBytes(path))
  if (!source.ok) throw problemsFault([source.problem])
  return hostsOfText(path, source.text, schema)
}

/** One word of a line. */
interface Word {
  readonly text: string
  readonly range: Range
}

/** The same for a text that was read. */
export function hostsOfText(file: string, text: string, schema: Schema): HostList {
  const hidden: Range[] = [...secretRanges(text)]
  const make = problemMaker(file, text, hidden)
  const problems: Problem[] = []
  const places: (readonly Word[])[] = []
  const written: WrittenHost[] = []
  const taken = new Set(Object.keys(rawMap(schema['properties'])))
  for (const words of linesOf(text)) {
    const [host, ...more] = words
    if (!host) continue
    const labels = new Map<string, string>()
    for (const word of more) {
      const says = addLabel(labels, word.text, taken)
      if (says) problems.push(make(word.range, says))
    }
    written.push({ options: { host: host.text, labels: Object.fromEntries(labels) }, at: [places.length] })
    places.push(words)
  }
  const rangeAt = ([line, key, label]: Path): Range => {
    const words = places[Number(line)] ?? []
    const named = key === 'labels' ? words.slice(1).find((word) => word.text.startsWith(`${label}=`)) : undefined
    return (named ?? words[0])?.range ?? [0, 0]
  }
  const source = { problem: (path: Path, says: Says): Problem => make(rangeAt(path), says), written: () => undefined }
  const list = hostsFrom(source, written, { schema, hide: (path) => void hidden.push(rangeAt(path)) })
  return { entries: list.entries, problems: [...problems, ...list.problems] }
}

/** Words of each line, without comments. */
function* linesOf(text: string): Generator<readonly Word[]> {
  let start = 0
  for (const line of text.split('\n')) {
    const words: Word[] = []
    for (const match of line.matchAll(/\S+/gu)) {
      if (match[0].startsWith('#')) break
      const from = start + match.index
      words.push({ text: match[0], range: [from, from + match[0].length] })
    }
    yield words
    start += line.length + 1
  }
}

/** What is wrong with the word, unless it was added. */
function addLabel(labels: Map<string, string>, word: string, taken: ReadonlySet<string>): Says | undefined {
  const [, key = '', value = ''] = /^([^=]+)=(.+)$/su.exec(word) ?? []
  if (key === '') return notLabel
  if (taken.has(key) || ['__proto__', 'constructor', 'prototype'].includes(key)) return option(key)
  if (labels.has(key)) return labelTwice(key)
  labels.set(key, value)
  return undefined
}

const notLabel: Says = {
  what: { ja: '札（キー=値）でない', en: 'not a label (key=value)' },
  expected: {
    ja: '1行に1ホスト、その後に role=web のような札。注釈は # の後',
    en: 'one host a line, labels such as role=web after it, comments after #',
  },
}
const option = (key: string): Says => ({
  what: { ja: `「${key}」は札の名前として使えない`, en: `“${key}” can not be the name of a label` },
  expected: {
    ja: '利用者名とポートは admin@web-1:2222 の形。ほかの値は CSV か seisa.yaml に書く',
    en: 'user and port as in admin@web-1:2222; other values belong in a CSV file or in seisa.yaml',
  },
})
const labelTwice = (key: string): Says => ({
  what: { ja: `札「${key}」が2回書かれている`, en: `the label “${key}” is written twice` },
  expected: { ja: '同じ札は1回だけ', en: 'each label once' },
})
