// Linux audit rules, as `auditctl -l` lists them and as rule files hold them (auditctl(8)).

/** One comparison of a rule (`-F name op value`, or `-C name op other` with `compare`). */
export interface AuditField {
  readonly name: string
  readonly operator: string
  readonly value: string
  readonly compare: boolean
}

/** One rule. A watch (`-w`) is a rule on the exit list over all system calls with a path and permissions. */
export interface AuditRule {
  readonly action: 'always' | 'never'
  readonly list: 'exit' | 'task' | 'user' | 'exclude' | 'filesystem' | 'io_uring'
  /** System calls by name, or `all`. */
  readonly calls: readonly string[] | 'all'
  readonly architecture?: 'b32' | 'b64'
  /** Of `-w` and `-F dir=`: the path and everything below it; of `-F path=`: it alone. */
  readonly path?: { readonly name: string; readonly below: boolean }
  /** Letters of r, w, x, a. All four when the rule names none. */
  readonly permissions: string
  /** What narrows the rule: without arch, path, dir, perm and key. */
  readonly fields: readonly AuditField[]
  /** Line in the given text, from 1. */
  readonly at: number
}

export interface AuditRules {
  readonly rules: readonly AuditRule[]
  /** Lines that are neither a rule, nor a control option, nor empty. */
  readonly unknown: readonly { readonly at: number; readonly text: string }[]
}

const lists = ['exit', 'task', 'user', 'exclude', 'filesystem', 'io_uring'] as const
const wordPattern = /'([^']*)'|"([^"]*)"|(\S+)/g
const fieldPattern = /^([a-z0-9_]+)(!=|<=|>=|&=|=|<|>|&)(.*)$/i

/** Options of rule files that are no rules: buffer sizes, the enabled flag, the failure mode. */
const control =
  /^(-[DbefrciRtqms]|--(backlog_wait_time|loginuid-immutable|reset-lost|reset_backlog_wait_time_actual|signal))(\s|$)/

/** Reads rules, one a line. Never throws. */
export function readAuditRules(text: string): AuditRules {
  const rules: AuditRule[] = []
  const unknown: { at: number; text: string }[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#') || line === 'No rules' || control.test(line)) continue
    const rule = readRule(line, index + 1)
    if (rule) rules.push(rule)
    else unknown.push({ at: index + 1, text: line })
  }
  return { rules, unknown }
}

function readRule(line: string, at: number): AuditRule | undefined {
  const words = [...line.matchAll(wordPattern)].map((word) => word[1] ?? word[2] ?? word[3] ?? '')
  let action: 'always' | 'never' | undefined
  let list: AuditRule['list'] = 'exit'
  let calls: string[] | 'all' | undefined
  let architecture: 'b32' | 'b64' | undefined
  let path: AuditRule['path']
  let permissions: string | undefined
  let watch = false
  const fields: AuditField[] = []
  for (let i = 0; i < words.length; i += 2) {
    const option = words[i] ?? ''
    const value = words[i + 1]
    if (value === undefined) return undefined
    if (option === '-a' || option === '-A') {
      const parts = value.split(',')
      const found = lists.find((name) => parts.includes(name)) ?? (parts.includes('entry') ? undefined : null)
      if (!found) return undefined
      list = found
      // `possible` was the old word of the task list
      action = parts.includes('never')
        ? 'never'
        : parts.includes('always') || parts.includes('possible')
          ? 'always'
          : undefined
    } else if (option === '-w') {
      watch = true
      action = 'always'
      path = { name: trimSlash(value), below: true }
    } else if (option === '-p') {
      permissions = value
    } else if (option === '-S') {
      const names = value.split(',')
      if (names.includes('all')) calls = 'all'
      else if (calls !== 'all') calls = [...(calls ?? []), ...names]
    } else if (option === '-F' || option === '-C') {
      const field = fieldPattern.exec(value)
      if (!field) return undefined
      const [, name = '', operator = '', right = ''] = field
      if (option === '-F' && operator === '=' && name === 'path') path = { name: trimSlash(right), below: false }
      else if (option === '-F' && operator === '=' && name === 'dir') path = { name: trimSlash(right), below: true }
      else if (option === '-F' && operator === '=' && name === 'perm') permissions = right
      else if (option === '-F' && name === 'key') continue
      else if (option === '-F' && operator === '=' && name === 'arch' && widthOf(right)) architecture = widthOf(right)
      else fields.push({ name, operator, value: right, compare: option === '-C' })
    } else if (option !== '-k') {
      return undefined
    }
  }
  if (!action) return undefined
  return {
    action,
    list,
    calls: calls ?? 'all',
    ...(architecture && { architecture }),
    ...(path && { path }),
    // auditctl(8): a watch without -p takes rwxa
    permissions: permissions ?? 'rwxa',
    fields: watch ? [] : fields,
    at,
  }
}

/** auditctl lists b32 and b64; a rule file may name the machine. */
function widthOf(value: string): 'b32' | 'b64' | undefined {
  if (/^(b32|i[3-6]86|arm|armv7l|ppc|s390|armeb)$/.test(value)) return 'b32'
  if (/^(b64|x86_64|aarch64|ppc64|ppc64le|s390x|riscv64|loongarch64)$/.test(value)) return 'b64'
  return undefined
}

const trimSlash = (path: string): string => (path.length > 1 ? path.replace(/\/+$/, '') || '/' : path)
