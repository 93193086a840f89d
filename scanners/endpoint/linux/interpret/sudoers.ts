import type { CollectedFile } from '../../../../src/core/evidence.ts'
import type { EvidenceRef } from '../../../../src/core/fact.ts'
import type { LocalText } from '../../../../src/core/text.ts'

// sudoers(5), pure.

/** One right: who may run what as whom. Aliases are resolved. */
export interface SudoRule {
  /** Words of the user list: `name`, `%group`, `#uid`, `%#gid`, `+netgroup`, `ALL`; `!` in front excludes. */
  readonly users: readonly string[]
  /** Accounts that the commands run as; the default is root. */
  readonly runAs: readonly string[]
  readonly commands: readonly SudoCommand[]
  readonly at: EvidenceRef
}

export interface SudoCommand {
  /** As written, with `!` in front when it is excluded. */
  readonly text: string
  /** Undefined when the default decides. */
  readonly password: boolean | undefined
}

/** A Defaults entry; `binding` is empty for one that holds for everybody. */
export interface SudoDefault {
  readonly binding: string
  readonly name: string
  readonly negated: boolean
  readonly value: string
  readonly at: EvidenceRef
}

export interface Sudoers {
  readonly rules: readonly SudoRule[]
  readonly defaults: readonly SudoDefault[]
  /** What could not be read or understood. */
  readonly gaps: readonly LocalText[]
}

type Aliases = Map<string, readonly string[]>

/** Characters of the private area that stand for escaped ones while a line is taken apart. */
const hidden = { ',': '\uE000', ':': '\uE001', '=': '\uE002', ' ': '\uE003', '#': '\uE004' } as const
const hide = (text: string): string =>
  [...text].map((letter) => (letter in hidden ? hidden[letter as keyof typeof hidden] : letter)).join('')
const show = (text: string): string =>
  text.replace(/[\uE000-\uE004]/g, (letter) => Object.entries(hidden).find(([, mark]) => mark === letter)?.[0] ?? '')

const tags =
  'NOPASSWD|PASSWD|NOEXEC|EXEC|SETENV|NOSETENV|LOG_INPUT|NOLOG_INPUT|LOG_OUTPUT|NOLOG_OUTPUT|FOLLOW|NOFOLLOW|MAIL|NOMAIL|INTERCEPT|NOINTERCEPT'

/** Reads the policy that begins at `main`, with the files that it includes. */
export function readSudoers(files: ReadonlyMap<string, CollectedFile>, main: string): Sudoers {
  const lines: { readonly text: string; readonly at: EvidenceRef }[] = []
  const gaps: LocalText[] = []
  gather(files, main, lines, gaps, new Set())

  const userAliases: Aliases = new Map()
  const runAliases: Aliases = new Map()
  const commandAliases: Aliases = new Map()
  const rest: typeof lines = []
  for (const line of lines) {
    const alias = /^(User|Runas|Host|Cmnd|Cmd)_Alias\s+(.*)$/s.exec(line.text)
    if (!alias) {
      rest.push(line)
      continue
    }
    const into = { User: userAliases, Runas: runAliases, Cmnd: commandAliases, Cmd: commandAliases }[alias[1] ?? '']
    for (const definition of (alias[2] ?? '').split(/\s*:\s*(?=[A-Z][A-Z0-9_]*\s*=)/)) {
      const [name = '', members = ''] = splitOnce(definition, '=')
      into?.set(name.trim(), list(members))
    }
  }
  const defaults: SudoDefault[] = []
  const rules: SudoRule[] = []
  for (const { text, at } of rest) {
    const entry = /^Defaults(?:([@:!>])\s*(\S+))?\s+(.*)$/s.exec(text)
    if (entry) {
      const binding = entry[1] ? `${entry[1]}${show(entry[2] ?? '')}` : ''
      for (const item of list(entry[3] ?? '')) defaults.push({ ...parseDefault(item), binding, at })
      continue
    }
    const parsed = parseRule(text, at, userAliases, runAliases, commandAliases)
    if (parsed === undefined) {
      gaps.push({
        ja: `${at.source} の ${at.at} 行目を読み取れない`,
        en: `line ${at.at} of ${at.source} could not be understood`,
      })
    } else rules.push(...parsed)
  }
  return { rules, defaults, gaps }
}

function gather(
  files: ReadonlyMap<string, CollectedFile>,
  path: string,
  lines: { text: string; at: EvidenceRef }[],
  gaps: LocalText[],
  seen: Set<string>,
): void {
  const file = files.get(path)
  if (!file || file.state !== 'read' || seen.has(path) || seen.size > 500) {
    gaps.push(
      file?.state === 'cut'
        ? { ja: `${path} が長すぎて途中まで`, en: `${path} is too long and was read in part` }
        : { ja: `${path} を読めない`, en: `${path} could not be read` },
    )
    return
  }
  const within = new Set(seen).add(path)
  let open: { text: string; line: number } | undefined
  for (const [index, raw] of file.lines.entries()) {
    const part = open ? open.text + raw : raw
    const line = open?.line ?? index + 1
    if (/(^|[^\\])(\\\\)*\\$/.test(raw) && index + 1 < file.lines.length) {
      open = { text: `${part.slice(0, -1)} `, line }
      continue
    }
    open = undefined
    const include = /^\s*[#@]include(dir)?\s+"?([^"]*?)"?\s*$/.exec(part)
    if (include) {
      const target = (include[2] ?? '').replaceAll('\\ ', ' ')
      const absolute = target.startsWith('/') ? target : `${path.slice(0, path.lastIndexOf('/'))}/${target}`
      if (!include[1]) gather(files, absolute, lines, gaps, within)
      else gatherFolder(files, absolute.replace(/\/$/, ''), lines, gaps, within)
      continue
    }
    const text = withoutComment(protect(part)).trim()
    if (text !== '') lines.push({ text, at: { source: path, at: String(line) } })
  }
}

/** Files of a folder in order; sudo passes over names with a dot or a tilde at the end. */
function gatherFolder(
  files: ReadonlyMap<string, CollectedFile>,
  folder: string,
  lines: { text: string; at: EvidenceRef }[],
  gaps: LocalText[],
  seen: Set<string>,
): void {
  const listed = [...files.keys()].filter((path) => path.startsWith(`${folder}/`)).sort()
  const pattern = files.get(`${folder}/*`)
  if (listed.length === 0 || pattern?.state === 'denied') {
    gaps.push({ ja: `${folder} を読めない`, en: `${folder} could not be read` })
  }
  for (const path of listed) {
    const name = path.slice(folder.length + 1)
    if (name === '*' || name.includes('/') || name.includes('.') || name.endsWith('~')) continue
    // a folder inside is passed over by sudo as well
    if (files.get(path)?.state === 'refused') continue
    gather(files, path, lines, gaps, seen)
  }
}

/** Escaped characters and quoted words, out of the way of commas, colons and spaces. */
const protect = (text: string): string =>
  text
    .replace(/"((?:[^"\\]|\\.)*)"/g, (_, inside: string) => hide(inside))
    .replace(/\\([,:= #])/g, (_, one: string) => hide(one))

/** `#` begins a comment unless a number follows, which makes it a user or group id. */
const withoutComment = (text: string): string =>
  text.replace(/(^|[^%])#(?![0-9]).*$/s, '$1').replace(/^#(?![0-9]).*$/s, '')

const list = (text: string): readonly string[] =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

function parseDefault(item: string): Pick<SudoDefault, 'name' | 'negated' | 'value'> {
  const match = /^(!*)\s*([a-z_0-9]+)\s*(?:[+-]?=\s*(.*))?$/s.exec(item)
  if (!match) return { name: show(item), negated: false, value: '' }
  return { name: match[2] ?? '', negated: (match[1] ?? '').length % 2 === 1, value: show(match[3] ?? '').trim() }
}

function parseRule(
  text: string,
  at: EvidenceRef,
  userAliases: Aliases,
  runAliases: Aliases,
  commandAliases: Aliases,
): readonly SudoRule[] | undefined {
  const compact = text.replace(/\s*,\s*/g, ',')
  const match = /^((?:!\s*)*\S+)\s+(.*)$/s.exec(compact)
  if (!match) return undefined
  const users = resolve(list((match[1] ?? '').replaceAll(/\s/g, '')), userAliases)
  const groups = (match[2] ?? '').split(new RegExp(`(?<!(?:${tags})\\s*):(?=[^:=()]+=)`))
  const rules: SudoRule[] = []
  for (const group of groups) {
    const equals = group.indexOf('=')
    if (equals < 0) return undefined
    let runAs: readonly string[] = ['root']
    let password: boolean | undefined
    let current: SudoCommand[] = []
    let currentRunAs = runAs
    for (const item of splitCommands(group.slice(equals + 1))) {
      let left = item.trim()
      const given = /^\(([^)]*)\)\s*/.exec(left)
      if (given) {
        const names = list((given[1] ?? '').split(':')[0] ?? '')
        // an empty user list: as oneself, with another group
        runAs = names.length > 0 ? resolve(names, runAliases) : (given[1] ?? '').includes(':') ? ['self'] : ['root']
        left = left.slice(given[0].length)
      }
      for (;;) {
        const tag = new RegExp(`^(${tags})\\s*:\\s*`).exec(left)
        const option =
          /^(?:ROLE|TYPE|APPARMOR_PROFILE|PRIVS|LIMITPRIVS|NOTBEFORE|NOTAFTER|TIMEOUT|CWD|CHROOT)=\S+\s+/.exec(left)
        if (tag) {
          if (tag[1] === 'NOPASSWD') password = false
          if (tag[1] === 'PASSWD') password = true
          left = left.slice(tag[0].length)
        } else if (option) left = left.slice(option[0].length)
        else break
      }
      left = left.replace(/^(?:sha(?:224|256|384|512):\S+\s+)+/, '')
      if (left === '') return undefined
      if (runAs !== currentRunAs && current.length > 0) {
        rules.push({ users, runAs: currentRunAs, commands: current, at })
        current = []
      }
      currentRunAs = runAs
      for (const command of resolve([left], commandAliases)) current.push({ text: command, password })
    }
    if (current.length === 0) return undefined
    rules.push({ users, runAs: currentRunAs, commands: current, at })
  }
  return rules
}

/** Commands of a list; a comma inside the brackets of a run-as list doesn't part them. */
function splitCommands(text: string): readonly string[] {
  const items: string[] = []
  let depth = 0
  let from = 0
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '(') depth++
    else if (text[index] === ')') depth--
    else if (text[index] === ',' && depth === 0) {
      items.push(text.slice(from, index))
      from = index + 1
    }
  }
  items.push(text.slice(from))
  return items.filter((item) => item.trim() !== '')
}

/** Aliases in place of their names, `!` carried into them. */
function resolve(names: readonly string[], aliases: Aliases, depth = 0): readonly string[] {
  return names.flatMap((name) => {
    const marks = /^[!\s]*/.exec(name)?.[0] ?? ''
    const negated = [...marks].filter((mark) => mark === '!').length % 2 === 1
    const bare = name.slice(marks.length)
    const members = depth < 32 ? aliases.get(bare) : undefined
    if (!members) return [`${negated ? '!' : ''}${show(bare)}`]
    return resolve(members, aliases, depth + 1).map((member) =>
      negated ? (member.startsWith('!') ? member.slice(1) : `!${member}`) : member,
    )
  })
}
