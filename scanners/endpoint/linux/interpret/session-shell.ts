import { type Evidence, type Reading, read, unreadable } from '../../../../src/core/evidence.ts'
import type { EvidenceRef } from '../../../../src/core/fact.ts'
import { accessState, reducedFiles, type WholeFile, wholeFiles } from './access-files.ts'

/** Idle seconds after which a shell ends, or `never`. */
export interface ShellTimeout {
  readonly value: number | 'never'
  readonly evidence: readonly EvidenceRef[]
}

/** Which files a family of shells reads at the start of a session, in order. */
const startFiles = {
  bourne: [
    /^\/etc\/profile$/,
    /^\/etc\/profile\.d\/[^/]*\.sh$/,
    /^\/etc\/(?:bash\.bashrc|bashrc|bash\/bashrc)$/,
    /^\/etc\/bash\/bashrc\.d\//,
  ],
  zsh: [/^\/etc\/(?:zsh\/)?zshenv$/, /^\/etc\/(?:zsh\/)?zprofile$/, /^\/etc\/(?:zsh\/)?zshrc$/],
} as const
type Shell = keyof typeof startFiles

/**
 * The idle limit of every shell that people have. A TMOUT that isn't read-only can be lifted by its user, and so
 * doesn't count; nor do shells without one (dash, fish, csh: `unset autologout`).
 */
export function shellTimeout(evidence: Evidence): Reading<ShellTimeout> {
  const kinds = shellsInUse(evidence)
  if (!kinds.ok) return kinds
  let worst: ShellTimeout | undefined
  let open: Reading<ShellTimeout> | undefined
  for (const kind of kinds.value) {
    if (kind === 'other') return read({ value: 'never', evidence: [{ source: '/etc/passwd' }] })
    const one =
      kind === 'unknown'
        ? unreadable({ ja: '/bin/sh の実体が分からない', en: 'it is not known what /bin/sh is' })
        : timeoutOf(evidence, kind)
    if (!one.ok) open = one
    else if (one.value.value === 'never') return one
    else if (!worst || worst.value === 'never' || one.value.value > worst.value) worst = one.value
  }
  if (open) return open
  return worst
    ? read(worst)
    : unreadable({ ja: '利用者のシェルが1つも分からない', en: 'no shell of any user is known' })
}

/** Kinds of shell in /etc/passwd, of root and ordinary accounts. */
function shellsInUse(evidence: Evidence): Reading<ReadonlySet<Shell | 'other' | 'unknown'>> {
  const passwd = wholeFiles(reducedFiles(evidence), (path) => path === '/etc/passwd')
  if (!passwd.ok) return passwd
  const state = accessState(evidence)
  if (!state.ok) return state
  const kinds = new Set<Shell | 'other' | 'unknown'>()
  for (const line of passwd.value.flatMap((file) => file.lines)) {
    const name = line.slice(line.lastIndexOf('/') + 1)
    if (line === '' || ['nologin', 'false', 'true', 'sync', 'shutdown', 'halt', 'git-shell'].includes(name)) continue
    if (['bash', 'rbash', 'ksh', 'ksh93', 'mksh', 'ash'].includes(name)) kinds.add('bourne')
    else if (name === 'zsh') kinds.add('zsh')
    else if (name === 'sh') {
      const link = state.value.get('sh')?.at(-1)
      kinds.add(link === 'bash' || link === 'busybox' ? 'bourne' : link === 'dash' ? 'other' : 'unknown')
    } else kinds.add('other')
  }
  return read(kinds)
}

function timeoutOf(evidence: Evidence, shell: Shell): Reading<ShellTimeout> {
  const files = reducedFiles(evidence)
  const state = accessState(evidence)
  if (!state.ok) return state
  // a file that only root can read sets nothing for anybody else
  const hidden = state.value.get('shell-private') ?? []
  if (hidden.includes('@error')) {
    return unreadable({
      ja: 'シェルの起動ファイルを一般の利用者が読めるか分からない',
      en: 'whether ordinary users can read the start files of the shell could not be told',
    })
  }
  const all: WholeFile[] = []
  for (const pattern of startFiles[shell]) {
    const some = wholeFiles(
      files,
      (path) => pattern.test(path) || (path.endsWith('*') && pattern.test(path.replace(/\*$/, 'x'))),
    )
    // a folder that another distribution has isn't mentioned, the main file always is
    if (!some.ok && (pattern === startFiles[shell][0] || mentioned(files, pattern))) return some
    if (some.ok) all.push(...some.value.filter(({ path }) => !hidden.includes(path)))
  }
  return inAnyOrder(all)
}

/**
 * A read-only TMOUT keeps its first value, and /etc/profile reads profile.d and the shell's own file somewhere
 * in its middle (Debian's before profile.d, Red Hat's after it). The longest limit of every order holds for certain.
 */
function inAnyOrder(files: readonly WholeFile[]): Reading<ShellTimeout> {
  const folder = files.filter(({ path }) => path.startsWith('/etc/profile.d/'))
  const main = files.filter(({ path }) => path === '/etc/profile')
  const own = files.filter((file) => !folder.includes(file) && !main.includes(file))
  const first = readTimeout(files)
  let longest = first
  for (const order of [
    [main, own, folder],
    [folder, main, own],
    [folder, own, main],
    [own, main, folder],
    [own, folder, main],
  ]) {
    const other = readTimeout(order.flat())
    if (!longest.ok) return longest
    if (!other.ok) return other
    if (other.value.value === longest.value.value) continue
    if (other.value.value === 'never' || longest.value.value === 'never') {
      return unreadable({
        ja: 'TMOUT が働くかどうかは先に読まれるファイルにより、どれが先か分からない',
        en: 'whether TMOUT is in force depends on which file comes first, and that can not be told',
      })
    }
    if (other.value.value > longest.value.value) longest = other
  }
  return longest
}

const mentioned = (files: ReturnType<typeof reducedFiles>, pattern: RegExp): boolean =>
  files.ok && [...files.value.keys()].some((path) => pattern.test(path))

/** When the lines under a condition run, for an interactive shell. */
type When = 'always' | 'never' | 'unsure'
const opposite: Readonly<Record<When, When>> = { always: 'never', never: 'always', unsure: 'unsure' }

/**
 * Only a condition that asks for an interactive shell and for nothing else is sure: as the collector reduces it
 * (`if PS1`), and as people write it.
 */
function conditionOf(part: string): When {
  if (/^if (?:PS1|\$-)$/.test(part)) return 'always'
  if (/^if ! (?:PS1|\$-)$/.test(part)) return 'never'
  if (/^if \[\[? (?:-n )?"?\$(?:PS1|\{PS1:?-?\})"? \]\]?$/.test(part)) return 'always'
  if (/^if \[\[? -z "?\$(?:PS1|\{PS1:?-?\})"? \]\]?$/.test(part)) return 'never'
  return 'unsure'
}

/** Follows TMOUT through files that were reduced on the target to what decides it. */
export function readTimeout(files: readonly WholeFile[]): Reading<ShellTimeout> {
  let value: number | 'unset' | 'unclear' = 'unset'
  let readOnly = false
  let doubt: EvidenceRef | undefined
  const evidence: EvidenceRef[] = []
  for (const file of files) {
    const conditions: When[] = []
    // a return that may have ended the file before this line
    let returned: When = 'never'
    // the line before ended in && or the like: whether this one runs hangs on it
    let hanging = false
    for (const [index, line] of file.lines.entries()) {
      const text = line.trim()
      const hangs = hanging
      hanging = /(?:&&|\||\\)$/.test(text)
      if (text === '' || text.startsWith('#')) continue
      const at = { source: file.path, at: String(index + 1) }
      // each command of the line; what follows && or || or then hangs on what stands before
      const parts = text.split(/;|\bthen\b|\bdo\b/).map((part) => part.trim())
      for (const part of parts) {
        if (/^(?:if|case)\b/.test(part)) conditions.push(hangs ? 'unsure' : conditionOf(part))
        else if (/^(?:for|while|until|function)\b/.test(part) || /^(?:reduced )?\($/.test(part))
          conditions.push('unsure')
        else if (/^else\b/.test(part)) conditions.push(opposite[conditions.pop() ?? 'unsure'])
        else if (/^elif\b/.test(part)) {
          conditions.pop()
          conditions.push('unsure')
        } else if (/^(?:fi\b|esac\b|done\b|\))/.test(part)) conditions.pop()
        if (/\}\s*$/.test(part) && !part.includes('${')) conditions.pop()
        if (conditions.includes('never') || returned === 'always') continue
        const sure: boolean = !hangs && returned === 'never' && conditions.every((when) => when === 'always')
        if (/^return\b/.test(part)) returned = sure && !/&&|\|\|/.test(part) ? 'always' : 'unsure'
        if (!/\bTMOUT\b/.test(part) || readOnly) continue
        const found = assignment(part)
        if (found === 'none') continue
        evidence.push(at)
        if (found === 'unclear' || !sure || /&&|\|\||\|/.test(part)) {
          doubt = at
          continue
        }
        if (found.value !== undefined) value = found.value
        if (found.readOnly) readOnly = true
      }
    }
  }
  const where = evidence.length > 0 ? evidence : files.map((file) => ({ source: file.path }))
  if (readOnly && typeof value === 'number' && value > 0 && !doubt) return read({ value, evidence: where })
  if (doubt && !readOnly) {
    return unreadable({
      ja: `TMOUT が条件付きで設定されている（${doubt.source}:${doubt.at}）`,
      en: `TMOUT is set under a condition (${doubt.source}:${doubt.at})`,
    })
  }
  if (readOnly && (value === 'unclear' || doubt)) {
    return unreadable({ ja: 'TMOUT の値を決められない', en: 'the value of TMOUT can not be told' })
  }
  return read({ value: 'never', evidence: where })
}

function assignment(part: string): { value?: number | 'unset' | 'unclear'; readOnly: boolean } | 'none' | 'unclear' {
  const match =
    /^(?:(export|readonly|typeset|declare)\s+((?:-\w+\s+)*))?(?:export\s+)?TMOUT(?:=(\S*))?(?:\s+#.*)?(?:\s+\w+)*$/.exec(
      part,
    )
  // a line that also assigned something else lost its text on the target
  if (part.includes('#reduced')) return 'unclear'
  if (!match)
    return /^(?:unset)\s/.test(part)
      ? { value: 'unset', readOnly: false }
      : /TMOUT=/.test(part) || /\b(?:readonly|typeset|declare)\b/.test(part)
        ? 'unclear'
        : 'none'
  const [, command = '', flags = '', given] = match
  const readOnly = command === 'readonly' || ((command === 'typeset' || command === 'declare') && /-\w*r/.test(flags))
  if (given === undefined) return { readOnly }
  const bare = given.replace(/^["']|["']$/g, '')
  return { value: /^\d{1,9}$/.test(bare) ? Number(bare) : 'unclear', readOnly }
}
