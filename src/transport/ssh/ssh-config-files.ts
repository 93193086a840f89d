import { readdir } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { Fault, systemCode } from '../../core/fault.ts'
import { readRegularFile } from '../regular-file.ts'
import { type ConfigLine, splitConfigLine } from './ssh-config-lines.ts'

/** Where one of the two configurations stands, and what its relative includes start from. */
export interface ConfigPlace {
  readonly file: string
  /** Folder of relative `Include`s: `~/.ssh` or `/etc/ssh`. */
  readonly folder: string
  /** What `~` means; nothing in the system's configuration, where it is refused. */
  readonly home?: string
  /** Refuse files that others could have written, as OpenSSH does for the user's configuration. */
  readonly checkOwner: boolean
}

/** OpenSSH's READCONF_MAX_DEPTH. */
const maximumDepth = 16
/** No honest configuration comes near these. */
const maximumFiles = 1000
const maximumBytes = 1024 * 1024

/**
 * Lines of an ssh_config file, includes read. A file that doesn't exist is empty.
 * @throws Fault `configuration` for a file that can't be read, that others can write, or that is no ssh_config
 */
export async function readSshConfig(place: ConfigPlace): Promise<readonly ConfigLine[]> {
  let files = 0
  const read = async (file: string, depth: number): Promise<readonly ConfigLine[]> => {
    files++
    if (depth > maximumDepth || files > maximumFiles) {
      throw bad(file, { ja: 'Include が深すぎるか多すぎる', en: 'Include is nested too deeply, or includes too much' })
    }
    const text = await textOf(file, place.checkOwner)
    const lines: ConfigLine[] = []
    for (const [index, raw] of (text ?? '').split('\n').entries()) {
      const split = splitConfigLine(raw)
      if (split === undefined) continue
      const at = `${file}:${index + 1}`
      if (split === 'bad quotes') throw bad(at, { ja: '引用符が閉じていない', en: 'a quote is not closed' })
      const line = { file, line: index + 1, ...split }
      if (split.keyword !== 'include') {
        lines.push(line)
        continue
      }
      const included: ConfigLine[] = []
      for (const pattern of split.arguments) {
        const paths = await pathsOf(anchored(pattern, place, at))
        for (const path of paths) {
          // whatever a file begins ends with it
          const inside = await read(path, depth + 1)
          included.push({ file: path, line: 0, keyword: 'include', arguments: [], rest: '', included: inside })
        }
      }
      lines.push({ ...line, included })
    }
    return lines
  }
  return read(place.file, 0)
}

function anchored(pattern: string, { folder, home }: ConfigPlace, at: string): string {
  if (isAbsolute(pattern)) return pattern
  if (!pattern.startsWith('~')) return join(folder, pattern)
  if (home !== undefined && pattern.startsWith('~/')) return join(home, pattern.slice(2))
  throw bad(at, { ja: `Include ${pattern} は使えない`, en: `Include ${pattern} can not be used` })
}

/** Files that a pattern of glob(7) names, in the order of their bytes; a plain path names itself. */
async function pathsOf(pattern: string): Promise<readonly string[]> {
  let found: readonly string[] = ['/']
  for (const part of pattern.split('/').filter((each) => each !== '')) {
    if (!/[*?[]/.test(part)) {
      found = found.map((folder) => join(folder, part))
      continue
    }
    const matches = globOf(part)
    const next: string[] = []
    for (const folder of found) {
      const names = await readdir(folder).catch((cause: unknown) => {
        if (['ENOENT', 'ENOTDIR'].includes(systemCode(cause) ?? '')) return []
        throw bad(folder, unreadable(systemCode(cause)), cause)
      })
      next.push(...names.filter(matches).map((name) => join(folder, name)))
    }
    found = next.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
  }
  return found
}

function globOf(part: string): (name: string) => boolean {
  const source = part.replace(/\[!?\]?[^\]]*\]|[\s\S]/g, (token) => {
    if (token === '*') return '[^]*'
    if (token === '?') return '[^]'
    if (token.length > 1) {
      const negated = token[1] === '!'
      return `[${negated ? '^' : ''}${token.slice(negated ? 2 : 1, -1).replace(/[\\\]^[]/g, '\\$&')}]`
    }
    return token.replace(/[\\^$.+()[\]{}|/]/g, '\\$&')
  })
  const whole = regularExpression(`^${source}$`)
  return (name) => (part.startsWith('.') || !name.startsWith('.')) && whole?.test(name) === true
}

/** Nothing for a range that runs backwards (`[z-a]`), which in glob(7) holds no character. */
function regularExpression(source: string): RegExp | undefined {
  try {
    return new RegExp(source)
  } catch {
    return undefined
  }
}

const unreadable = (code: string | undefined): { readonly ja: string; readonly en: string } => ({
  ja: `読めない（${code ?? '-'}）`,
  en: `can not be read (${code ?? '-'})`,
})

async function textOf(file: string, checkOwner: boolean): Promise<string | undefined> {
  try {
    const read = await readRegularFile(file, maximumBytes)
    if (typeof read === 'string') throw bad(file, unreadable(read === 'too-large' ? 'EFBIG' : 'EINVAL'))
    const { bytes, stats } = read
    const uid = process.getuid?.()
    if (checkOwner && uid !== undefined && ((stats.uid !== 0 && stats.uid !== uid) || (stats.mode & 0o022) !== 0)) {
      throw bad(file, {
        ja: '他の利用者が所有しているか書き込める（ssh も受け付けない）。chown と chmod go-w で直す',
        en: 'belongs to somebody else or can be written by others (ssh refuses it too); use chown and chmod go-w',
      })
    }
    return bytes.toString('utf8')
  } catch (cause) {
    if (cause instanceof Fault) throw cause
    if (systemCode(cause) === 'ENOENT') return undefined
    throw bad(file, unreadable(systemCode(cause)), cause)
  }
}

/** The fault of a place in ssh_config. */
export const bad = (place: string, why: { readonly ja: string; readonly en: string }, cause?: unknown): Fault =>
  new Fault('configuration', { ja: `${place}: ${why.ja}`, en: `${place}: ${why.en}` }, { cause })
