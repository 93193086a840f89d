import { type Evidence, linesOf, sectionText } from '../../../../src/core/evidence.ts'
import type { Field } from '../../../../src/core/fact.ts'
import type { LocalText } from '../../../../src/core/text.ts'
import { oncePerEvidence } from './once.ts'

/**
 * SHA-256 of programs outside of packages, by path, in lower-case hexadecimal, or why there is none. The collector
 * hashes up to 16 MiB of a file and 256 MiB in all, and everything with `--deep`.
 */
export const programHash = (evidence: Evidence, path: string): Field => {
  const hashes = readHashes(evidence)
  return hashes.of.get(path) ?? { unreadable: hashes.otherwise }
}

interface Hashes {
  readonly of: ReadonlyMap<string, Field>
  /** What is said of a program that the collector says nothing about. */
  readonly otherwise: LocalText
}

const reasons: Readonly<Record<string, LocalText>> = {
  denied: { ja: 'ファイルを読む権限がない', en: 'no permission to read the file' },
  large: {
    ja: '16 MiB を超えるファイルは、--deep のときだけ調べる',
    en: 'files over 16 MiB are only hashed with --deep',
  },
  many: {
    ja: '合計 256 MiB を超える分は、--deep のときだけ調べる',
    en: 'what goes beyond 256 MiB in all is only hashed with --deep',
  },
}
const changed: LocalText = {
  ja: '調べている間にファイルが変わった',
  en: 'the file changed while it was being read',
}
const lost: LocalText = { ja: 'ファイルを読み切れなかった', en: 'the file could not be read to its end' }
const late: LocalText = {
  ja: 'ハッシュの計算が時間内に終わらなかった',
  en: 'the hashes were not computed within their time limit',
}

const readHashes = oncePerEvidence((evidence): Hashes => {
  const text = sectionText(evidence, 'program-hashes')
  if (!text.ok) return { of: new Map(), otherwise: text.why }
  const of = new Map<string, Field>()
  const before = new Map<string, string>()
  const after = new Map<string, string>()
  const hashes = new Map<string, string>()
  let part: 'before' | 'hashes' | 'after' | undefined
  let exit: string | undefined
  for (const line of linesOf(text.value)) {
    const mark = /^@(\w+)(?: (.*))?$/.exec(line)
    if (mark) {
      const [, name = '', rest = ''] = mark
      const why = reasons[name]
      if (why) of.set(rest, { unreadable: why })
      else if (name === 'exit') exit = rest
      else if (name === 'before' || name === 'hashes' || name === 'after') part = name
    } else if (part === 'hashes') {
      // coreutils marks a name in which it escaped something with a backslash before the hash; busybox never does
      const match = /^(\\?)([0-9a-f]{64}) [ *](\/.*)$/.exec(line)
      if (match) hashes.set(match[1] === '' ? (match[3] ?? '') : unescaped(match[3] ?? ''), match[2] ?? '')
    } else if (part === 'before' || part === 'after') {
      // size, last change of text and of inode, inode: another file or another text shows in one of them
      const match = /^(\d+ \d+ \d+ \d+) (\/.*)$/.exec(line)
      if (match) (part === 'before' ? before : after).set(match[2] ?? '', match[1] ?? '')
    }
  }
  const timedOut = exit === '124' || exit === '137'
  for (const [path, identity] of before) {
    const hash = hashes.get(path)
    if (hash === undefined) of.set(path, { unreadable: timedOut ? late : lost })
    else of.set(path, after.get(path) === identity ? hash : { unreadable: changed })
  }
  return { of, otherwise: lost }
})

const unescaped = (name: string): string =>
  name.replace(/\\([\\nr])/g, (_, letter: string) => (letter === 'n' ? '\n' : letter === 'r' ? '\r' : '\\'))
