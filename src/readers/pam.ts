// PAM configuration as libpam reads it: pam.conf(5), pam.d(5) and the behaviour of Linux-PAM's
// libpam/pam_handlers.c. `pam-run.ts` walks the stacks that are built here.

export const pamTypes = ['auth', 'account', 'password', 'session'] as const
export type PamType = (typeof pamTypes)[number]

/** What a module's return code does to the stack: pam.conf(5), "actionN"; a number jumps over that many modules. */
export type PamAction = 'ignore' | 'ok' | 'done' | 'bad' | 'die' | 'reset' | number

/** The control field: an action for each return code that it names, and for every other one. */
export interface PamControl {
  readonly actions: ReadonlyMap<string, PamAction>
  readonly otherwise: PamAction
}

/** One line of a stack after includes. `level` counts the substacks around it. */
export interface PamStep {
  readonly kind: 'module' | 'substack' | 'fails'
  /** The service that asks, whatever file the line stands in: what modules see as PAM_SERVICE. */
  readonly service: string
  readonly level: number
  readonly control: PamControl
  /** `pam_unix` for `pam_unix.so` or `/lib/security/pam_unix.so`; empty for lines that can only fail. */
  readonly module: string
  /** False when the module file isn't on the machine: libpam then answers module_unknown. */
  readonly installed: boolean
  readonly arguments: readonly string[]
  readonly path: string
  readonly line: number
}

/** Configuration files and modules of a machine. */
export interface PamSources {
  /** Lines of each file that exists; `unreadable` for one that exists and could not be read whole. */
  readonly files: ReadonlyMap<string, readonly string[] | 'unreadable'>
  /** Folders of service files that exist, in the order of lookup. Without any, /etc/pam.conf is used. */
  readonly folders: readonly string[]
  /** Module files that exist: name without folder, and whole path for modules that are named by path. */
  readonly modules: ReadonlySet<string>
}

/** A stack, or the path of a file that it depends on and that could not be read. */
export type PamStack =
  | { readonly ok: true; readonly steps: readonly PamStep[]; readonly files: readonly string[] }
  | { readonly ok: false; readonly path: string }

/** Folders of service files in the order of lookup (pam.d(5); the last two are vendors'). */
export const pamFolders = ['/etc/pam.d', '/usr/lib/pam.d', '/usr/etc/pam.d'] as const

/** libpam's PAM_SUBSTACK_MAX_LEVEL; deeper includes fail. */
const maximumDepth = 16

const control = (actions: Readonly<Record<string, PamAction>>, otherwise: PamAction): PamControl => ({
  actions: new Map(Object.entries(actions)),
  otherwise,
})

const failing = control({}, 'bad')
const keywords: ReadonlyMap<string, PamControl> = new Map([
  ['required', control({ success: 'ok', new_authtok_reqd: 'ok', ignore: 'ignore' }, 'bad')],
  ['requisite', control({ success: 'ok', new_authtok_reqd: 'ok', ignore: 'ignore' }, 'die')],
  ['sufficient', control({ success: 'done', new_authtok_reqd: 'done' }, 'ignore')],
  ['optional', control({ success: 'ok', new_authtok_reqd: 'ok' }, 'ignore')],
])

/** A control field. A malformed one makes every outcome `bad`, as in libpam. */
export function parsePamControl(text: string): PamControl {
  const keyword = keywords.get(text.toLowerCase())
  if (keyword) return keyword
  if (!text.startsWith('[')) return failing
  const actions = new Map<string, PamAction>()
  let otherwise: PamAction | undefined
  const pairs = text.replace(/^\[/, '').replace(/\]$/, '').trim()
  // libpam accepts white space around the equals sign
  const pattern = /\s*([a-z_]+)\s*=\s*([a-z]+|[0-9]+)/y
  for (let at = 0; at < pairs.length; at = pattern.lastIndex) {
    pattern.lastIndex = at
    const match = pattern.exec(pairs)
    if (!match) return failing
    const [, code = '', word = ''] = match
    const action = parseAction(word)
    if (action === undefined) return failing
    if (code === 'default') {
      // the first one settles every code that has no action of its own
      otherwise ??= action
    } else actions.set(code, action)
  }
  return { actions, otherwise: otherwise ?? 'bad' }
}

function parseAction(word: string): PamAction | undefined {
  switch (word) {
    case 'ignore':
    case 'ok':
    case 'done':
    case 'bad':
    case 'die':
    case 'reset':
      return word
  }
  const jump = Number(word)
  return Number.isSafeInteger(jump) && jump > 0 ? jump : undefined
}

interface LogicalLine {
  readonly text: string
  readonly line: number
}

/** Lines without comments, continued over a backslash at the end. */
function logicalLines(lines: readonly string[]): readonly LogicalLine[] {
  const result: LogicalLine[] = []
  let open: LogicalLine | undefined
  for (const [index, raw] of lines.entries()) {
    const comment = raw.indexOf('#')
    const text = (comment < 0 ? raw : raw.slice(0, comment)).trim()
    const continues = comment < 0 && text.endsWith('\\')
    const part = continues ? text.slice(0, -1) : text
    const joined = open ? { text: `${open.text} ${part}`, line: open.line } : { text: part, line: index + 1 }
    open = continues ? joined : undefined
    if (!continues && joined.text.trim() !== '') result.push({ text: joined.text.trim(), line: joined.line })
  }
  if (open && open.text.trim() !== '') result.push({ text: open.text.trim(), line: open.line })
  return result
}

/** Words of a line; `[…]` is one word, in which `\]` stands for a bracket. The brackets of the first one are kept. */
function words(text: string): readonly string[] {
  const result: string[] = []
  for (const [, bracketed, plain] of text.matchAll(/\[((?:\\\]|[^\]])*)\]|(\S+)/g)) {
    result.push(bracketed === undefined ? (plain ?? '') : `[${bracketed.replaceAll('\\]', ']')}]`)
  }
  return result
}

const unbracketed = (word: string): string => (word.startsWith('[') && word.endsWith(']') ? word.slice(1, -1) : word)

const moduleName = (path: string): string => (path.split('/').at(-1) ?? '').replace(/\.so(\.\d+)*$/, '')

class Unreadable {
  readonly path: string
  constructor(path: string) {
    this.path = path
  }
}

/**
 * The stack of a service and a type, with includes resolved. A service without lines of the type
 * falls back to the service `other`, line by type as libpam does.
 */
export function pamStack(sources: PamSources, service: string, type: PamType): PamStack {
  const own = build(sources, service, type)
  if (!own.ok || own.steps.length > 0 || service === 'other') return own
  return build(sources, 'other', type, service)
}

/** Whether a service has a configuration of its own. */
export const hasPamService = (sources: PamSources, service: string): boolean =>
  sources.folders.length > 0
    ? findFile(sources, service) !== undefined
    : pamConfLines(sources).some((line) => (words(line.text)[0] ?? '').toLowerCase() === service)

function pamConfLines(sources: PamSources): readonly LogicalLine[] {
  const lines = sources.files.get('/etc/pam.conf')
  return lines === undefined || lines === 'unreadable' ? [] : logicalLines(lines)
}

function findFile(sources: PamSources, name: string): string | undefined {
  const paths = name.startsWith('/') ? [name] : pamFolders.map((folder) => `${folder}/${name}`)
  return paths.find((path) => sources.files.has(path))
}

function build(sources: PamSources, service: string, type: PamType, asking: string = service): PamStack {
  const used: string[] = []
  const context = { sources, type, used, service: asking }
  const steps: PamStep[] = []
  let failure: Unreadable | undefined
  if (sources.folders.length > 0) {
    const path = findFile(sources, service)
    if (path !== undefined) failure = append(context, steps, path, 0, 0)
  } else {
    const path = '/etc/pam.conf'
    const lines = sources.files.get(path)
    if (lines === 'unreadable') return { ok: false, path }
    used.push(path)
    for (const { text, line } of logicalLines(lines ?? [])) {
      const [name = '', ...rest] = words(text)
      if (name.toLowerCase() !== service) continue
      failure ??= appendLine(context, steps, rest, { path, line }, 0, 0)
    }
  }
  if (failure) return { ok: false, path: failure.path }
  // the service's own file, and those that gave lines of the type
  return { ok: true, steps, files: [...new Set([...used.slice(0, 1), ...steps.map((step) => step.path)])] }
}

interface Context {
  readonly sources: PamSources
  readonly type: PamType
  readonly used: string[]
  readonly service: string
}

function append(
  context: Context,
  steps: PamStep[],
  path: string,
  depth: number,
  level: number,
): Unreadable | undefined {
  const lines = context.sources.files.get(path)
  if (lines === undefined || lines === 'unreadable') return new Unreadable(path)
  if (!context.used.includes(path)) context.used.push(path)
  // a file that includes itself twice over would double at each level
  if (steps.length > 2000) return new Unreadable(path)
  for (const { text, line } of logicalLines(lines)) {
    const failure = appendLine(context, steps, words(text), { path, line }, depth, level)
    if (failure) return failure
  }
  return undefined
}

function appendLine(
  context: Context,
  steps: PamStep[],
  tokens: readonly string[],
  at: { readonly path: string; readonly line: number },
  depth: number,
  level: number,
): Unreadable | undefined {
  const [first = '', second, third, ...rest] = tokens
  const step = (kind: PamStep['kind'], more: Partial<PamStep> = {}): PamStep => ({
    kind,
    service: context.service,
    level,
    control: failing,
    module: '',
    installed: true,
    arguments: [],
    ...at,
    ...more,
  })
  // Debian and its descendants: every type of the named file, here only the one asked for
  if (first.toLowerCase() === '@include') return include(context, steps, second, depth, level, step)
  const named = first.replace(/^-/, '').toLowerCase()
  const type = pamTypes.find((known) => known === named)
  // an unknown type is put into the stack that is asked for, and fails there
  if (type === undefined) {
    steps.push(step('fails'))
    return undefined
  }
  if (type !== context.type) return undefined
  const keyword = (second ?? '').toLowerCase()
  if (keyword === 'include') return include(context, steps, third, depth, level, step)
  if (keyword === 'substack') {
    steps.push(step('substack'))
    return include(context, steps, third, depth, level + 1, step)
  }
  const controlled = second === undefined ? failing : parsePamControl(second)
  if (third === undefined) {
    steps.push(step('fails', { control: controlled }))
    return undefined
  }
  const path = unbracketed(third)
  steps.push(
    step('module', {
      control: controlled,
      module: moduleName(path),
      installed: isInstalled(context.sources, path),
      arguments: rest.map(unbracketed),
    }),
  )
  return undefined
}

function isInstalled({ modules }: PamSources, path: string): boolean {
  if (path.startsWith('/') && !path.includes('$ISA')) return modules.has(path)
  return modules.has(path.split('/').at(-1) ?? '')
}

function include(
  context: Context,
  steps: PamStep[],
  name: string | undefined,
  depth: number,
  level: number,
  step: (kind: PamStep['kind']) => PamStep,
): Unreadable | undefined {
  const path = name === undefined || depth + 1 >= maximumDepth ? undefined : findFile(context.sources, name)
  // a missing file, and an include that is too deep, become a line that fails
  if (path === undefined) {
    // a path outside the folders that were read may well exist
    if (name?.startsWith('/')) return new Unreadable(name)
    steps.push(step('fails'))
    return undefined
  }
  return append(context, steps, path, depth + 1, level)
}
