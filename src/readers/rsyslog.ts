import type { ConfigurationText } from './journald.ts'
import type { Condition } from './syslog-selector.ts'
import { always, both, readCondition, readSelector, unsure } from './syslog-selector.ts'

// rsyslog.conf: the sysklogd form (`auth.* @@host`), $directives and RainerScript, mixed as they come.

/** Where rsyslog sends messages to. */
export interface RsyslogAction {
  readonly kind: 'file' | 'forward'
  /** File path, or host name / address. */
  readonly target: string
  readonly port?: string
  /** `udp`, `tcp`, `relp`, or the output module's name. */
  readonly protocol?: string
  readonly encrypted?: boolean
  /** Template named on the action or by the default in force there. */
  readonly template?: string
  readonly matches: Condition
  readonly path: string
  readonly at: number
}

export interface RsyslogConfiguration {
  readonly actions: readonly RsyslogAction[]
  /** Input modules, without their folder and ending. */
  readonly modules: ReadonlySet<string>
  /** Text of each template. */
  readonly templates: ReadonlyMap<string, string>
  /** Included files that were not given. */
  readonly missing: readonly string[]
}

type Parameters = ReadonlyMap<string, readonly string[]>

interface Draft extends Omit<RsyslogAction, 'encrypted'> {
  readonly encrypted?: boolean
  /** Decided at the end, when the global stream driver is known. */
  readonly driver?: string
  readonly driverMode?: string
  readonly ruleset: string
}

const defaultRuleset = 'RSYSLOG_DefaultRuleset'
const objects =
  /(action|module|input|template|include|ruleset|global|main_queue|parser|lookup_table|timezone|dyn_stats|percentile_stats|ratelimit)\s*\(/iy
const deepest = 200

/**
 * Reads a configuration from its main file. `resolve` gives the files of an include (a path or a
 * pattern), or undefined when they were not collected. Never throws.
 */
export function readRsyslog(
  main: ConfigurationText,
  resolve: (pattern: string) => readonly ConfigurationText[] | undefined,
): RsyslogConfiguration {
  return new Reader(resolve).read(main)
}

/** What is open around a statement: its condition, and the rule set it belongs to. */
interface Block {
  readonly condition: Condition
  readonly ruleset: string
}

class Reader {
  readonly #resolve: (pattern: string) => readonly ConfigurationText[] | undefined
  readonly #drafts: Draft[] = []
  readonly #modules = new Set<string>()
  readonly #templates = new Map<string, string>()
  readonly #missing: string[] = []
  readonly #calls = new Map<string, Condition>()
  readonly #stops = new Map<string, Condition[]>()
  #includes = 0
  #fileTemplate: string | undefined
  #moduleFileTemplate: string | undefined
  #driver = ''
  #legacyMode = ''
  #previous: Condition = always
  #ruleset = defaultRuleset
  #start = defaultRuleset

  constructor(resolve: (pattern: string) => readonly ConfigurationText[] | undefined) {
    this.#resolve = resolve
  }

  read(main: ConfigurationText): RsyslogConfiguration {
    this.#file(main, { condition: always, ruleset: defaultRuleset }, 0)
    const actions: RsyslogAction[] = []
    for (const { driver, driverMode, ruleset, ...draft } of this.#drafts) {
      const called = ruleset === this.#start || ruleset === defaultRuleset ? always : this.#calls.get(ruleset)
      // a rule set that nobody calls handles no local message
      if (!called) continue
      const stream = (driver || this.#driver).toLowerCase()
      const encrypted =
        draft.encrypted ?? (draft.protocol === 'tcp' && driverMode === '1' && /^(gtls|ossl|mbedtls)$/.test(stream))
      actions.push({ ...draft, matches: both(called, draft.matches), ...(draft.kind === 'forward' && { encrypted }) })
    }
    return { actions, modules: this.#modules, templates: this.#templates, missing: this.#missing }
  }

  #file(file: ConfigurationText, outer: Block, depth: number): void {
    const text = file.lines.join('\n')
    const stack: Block[] = [outer]
    // conditions of `if` and selectors that wait for their action or block
    let pending: Condition | undefined
    let at = 0
    let line = 1
    let counted = 0
    const lineAt = (position: number): number => {
      for (; counted < position; counted++) if (text.charCodeAt(counted) === 10) line++
      return line
    }
    let steps = 0
    let endOfLine = -1
    // how many conditions `pending` is made of: a chain too long is not followed
    let chained = 0
    while (at < text.length && steps++ < 200_000) {
      const space = /[\s;]*/y
      space.lastIndex = at
      at += space.exec(text)?.[0].length ?? 0
      if (at >= text.length) break
      const top = stack.at(-1) ?? outer
      const block: Block = top.ruleset === defaultRuleset ? { ...top, ruleset: this.#ruleset } : top
      const condition = both(block.condition, pending ?? always)
      const c = text[at]
      if (endOfLine < at) {
        const found = text.indexOf('\n', at)
        endOfLine = found < 0 ? text.length : found
      }
      if (c === '#') at = endOfLine
      else if (text.startsWith('/*', at)) {
        const end = text.indexOf('*/', at + 2)
        at = end < 0 ? text.length : end + 2
      } else if (c === '}') {
        if (stack.length > 1) stack.pop()
        at++
      } else if (c === '{') {
        if (stack.length < deepest) stack.push({ condition, ruleset: block.ruleset })
        pending = undefined
        at++
      } else if (c === '$' && !/^\$(syslog|msg|programname|hostname|fromhost)/i.test(text.slice(at, at + 16))) {
        this.#directive(text.slice(at, endOfLine).trim(), file, block, depth)
        at = endOfLine
      } else {
        objects.lastIndex = at
        const object = objects.exec(text)
        const word = /(if|else|stop|continue|call|set|unset|reset|foreach)\b/iy
        word.lastIndex = at
        const keyword = object ? undefined : word.exec(text)?.[1]?.toLowerCase()
        if (object) {
          const open = at + object[0].length
          const close = closing(text, open)
          const name = (object[1] ?? '').toLowerCase()
          const values = readParameters(text.slice(open, close))
          const where = lineAt(at)
          at = close + 1
          if (name === 'ruleset' || name === 'template') {
            const brace = /\s*\{/y
            brace.lastIndex = at
            const found = brace.exec(text)
            if (found && name === 'ruleset') {
              at += found[0].length
              if (stack.length < deepest) stack.push({ condition: always, ruleset: values.get('name')?.[0] ?? '?' })
            } else if (found) {
              const end = closing(text, at + found[0].length, '{', '}')
              this.#templates.set(values.get('name')?.[0] ?? '', text.slice(at, end))
              at = end + 1
            } else if (name === 'template') {
              this.#templates.set(values.get('name')?.[0] ?? '', values.get('string')?.[0] ?? '')
            }
          } else this.#object(name, values, condition, block, file, where, depth)
          pending = undefined
        } else if (keyword === 'if') {
          const then = /\bthen\b/gi
          then.lastIndex = at
          const end = then.exec(text)
          chained = pending ? chained + 1 : 0
          pending =
            end && chained < deepest ? both(pending ?? always, readCondition(text.slice(at + 2, end.index))) : unsure
          this.#previous = pending
          at = end ? end.index + 4 : text.length
        } else if (keyword === 'else' || keyword === 'foreach') {
          pending = unsure
          at = keyword === 'else' ? at + 4 : Math.max(at + 7, text.indexOf('{', at))
        } else if (keyword === 'stop' || keyword === 'continue' || keyword === 'call') {
          const rest = text.slice(at, endOfLine)
          if (keyword === 'stop') this.#stop(block, condition)
          const name = /^call\s+([^\s;}]+)/i.exec(rest)?.[1]
          if (keyword === 'call' && name) this.#calls.set(name, condition)
          at += keyword === 'call' && name ? rest.indexOf(name) + name.length : keyword.length
          pending = undefined
        } else if (keyword) {
          const end = text.indexOf(';', at)
          at = end < 0 ? text.length : end + 1
          pending = undefined
        } else if (pending && !/^(&|:[^,\n]*,|[a-z*][a-z0-9*,]*\.)/i.test(text.slice(at, at + 60))) {
          this.#legacy(text.slice(at, endOfLine), condition, block, file, lineAt(at))
          pending = undefined
          at = endOfLine
        } else {
          const filter = /(&|:[^,\n]*,[^,\n]*,\s*"(?:[^"\\\n]|\\.)*"|\S+)[ \t]*/y
          filter.lastIndex = at
          const found = filter.exec(text)
          const raw = found?.[1] ?? ''
          if (raw !== '&') this.#previous = raw.startsWith(':') ? unsure : (readSelector(raw) ?? unsure)
          pending = this.#previous
          at += Math.max(1, found?.[0].length ?? 1)
          if (text[at] === '\n' || at >= text.length) pending = undefined
        }
      }
    }
  }

  #directive(text: string, file: ConfigurationText, block: Block, depth: number): void {
    const match = /^\$(\S+)\s*(.*)$/s.exec(text)
    const name = (match?.[1] ?? '').toLowerCase()
    const value = (match?.[2] ?? '').trim()
    if (name === 'includeconfig') this.#include(value, block, depth)
    else if (name === 'modload') this.#modules.add(moduleName(value))
    else if (name === 'actionfiledefaulttemplate') this.#fileTemplate = value
    else if (name === 'defaultnetstreamdriver' || name === 'actionsendstreamdriver')
      this.#driver = value.replaceAll('"', '')
    else if (name === 'actionsendstreamdrivermode') this.#legacyMode = value
    else if (name === 'resetconfigvariables') this.#legacyMode = ''
    else if (name === 'ruleset') this.#ruleset = value || defaultRuleset
    else if (name === 'defaultruleset') this.#start = value || defaultRuleset
    else if (name === 'template') {
      const comma = value.indexOf(',')
      if (comma > 0) this.#templates.set(value.slice(0, comma).trim(), value.slice(comma + 1))
    }
  }

  #object(
    name: string,
    values: Parameters,
    condition: Condition,
    block: Block,
    file: ConfigurationText,
    at: number,
    depth: number,
  ): void {
    const first = (key: string): string | undefined => values.get(key)?.[0]
    if (name === 'include') this.#include(first('file') ?? '', block, depth)
    else if (name === 'module') {
      const module = moduleName(first('load') ?? '')
      this.#modules.add(module)
      if (module.endsWith('omfile')) this.#moduleFileTemplate = first('template') ?? this.#moduleFileTemplate
    } else if (name === 'global') this.#driver = first('defaultnetstreamdriver') ?? this.#driver
    else if (name === 'action') {
      const type = (first('type') ?? '').toLowerCase()
      const common = { matches: this.#unstopped(block, condition), path: file.path, at, ruleset: block.ruleset }
      const template = first('template') ?? this.#moduleFileTemplate
      if (type === 'omfile') {
        const target = first('file') ?? first('dynafile') ?? ''
        this.#drafts.push({ kind: 'file', target, ...(template && { template }), ...common })
      } else if (type === 'omfwd' || type === 'omrelp') {
        for (const target of values.get('target') ?? ['']) {
          const protocol = type === 'omrelp' ? 'relp' : (first('protocol') ?? 'udp').toLowerCase()
          this.#drafts.push({
            kind: 'forward',
            target,
            port: first('port') ?? (type === 'omrelp' ? '514' : '514'),
            protocol,
            ...(type === 'omrelp' && { encrypted: (first('tls') ?? 'off').toLowerCase() === 'on' }),
            ...(first('streamdriver') && { driver: first('streamdriver') ?? '' }),
            ...((first('streamdrivermode') ?? first('streamdriver.mode')) && {
              driverMode: first('streamdrivermode') ?? first('streamdriver.mode') ?? '',
            }),
            ...common,
          })
        }
      } else if (
        /^om(elasticsearch|kafka|http|httpfs|mysql|pgsql|mongodb|clickhouse|amqp1|rabbitmq|hiredis|gssapi|snmp|libdbi|czmq|azureeventhubs)$/.test(
          type,
        )
      ) {
        const hosts = values.get('server') ?? values.get('broker') ?? values.get('target') ?? ['']
        for (const target of hosts) {
          const encrypted =
            target.startsWith('https://') || (first('usehttps') ?? (type === 'omhttp' ? 'on' : 'off')) === 'on'
          this.#drafts.push({ kind: 'forward', target, protocol: type, encrypted, ...common })
        }
      }
    }
  }

  #legacy(text: string, condition: Condition, block: Block, file: ConfigurationText, at: number): void {
    const action = text.trim()
    const common = { matches: this.#unstopped(block, condition), path: file.path, at, ruleset: block.ruleset }
    if (action === '~' || action === 'stop') {
      this.#stop(block, condition)
      return
    }
    const path = /^-?(\/[^;\s]*)(?:;(\S+))?/.exec(action)
    const forward = /^(@@?)(?:\([^)]*\))?(\[[^\]]+\]|[^:;\s]+)(?::([^;\s]+))?/.exec(action)
    const module = /^:(om[a-z0-9]+):(\[[^\]]+\]|[^:;,\s]*)(?::([^;,\s]+))?/i.exec(action)
    if (path) {
      const template = path[2] ?? this.#fileTemplate
      this.#drafts.push({ kind: 'file', target: path[1] ?? '', ...(template && { template }), ...common })
    } else if (forward) {
      this.#drafts.push({
        kind: 'forward',
        target: (forward[2] ?? '').replace(/^\[|\]$/g, ''),
        port: forward[3] ?? '514',
        protocol: forward[1] === '@@' ? 'tcp' : 'udp',
        ...(this.#legacyMode && { driverMode: this.#legacyMode }),
        ...common,
      })
    } else if (module && !/^om(usrmsg|file|prog|pipe|stdout|mail|discard|journal|null)$/i.test(module[1] ?? '')) {
      const relp = module[1]?.toLowerCase() === 'omrelp'
      this.#drafts.push({
        kind: 'forward',
        target: (module[2] ?? '').replace(/^\[|\]$/g, ''),
        ...(module[3] && { port: module[3] }),
        protocol: relp ? 'relp' : (module[1] ?? '').toLowerCase(),
        // the short form has no place for TLS
        encrypted: false,
        ...common,
      })
    }
  }

  #stop(block: Block, condition: Condition): void {
    this.#stops.set(block.ruleset, [...(this.#stops.get(block.ruleset) ?? []), condition])
  }

  /** Without what an earlier `stop` took away for certain; one that asks for more (a text) takes only some messages. */
  #unstopped(block: Block, condition: Condition): Condition {
    const stops = this.#stops.get(block.ruleset)
    if (!stops) return condition
    return (facility, priority) =>
      stops.some((stop) => stop(facility, priority) === true) ? false : condition(facility, priority)
  }

  #include(pattern: string, block: Block, depth: number): void {
    if (pattern === '') return
    const files = depth < 10 && this.#includes++ < 1000 ? this.#resolve(pattern) : undefined
    if (!files) this.#missing.push(pattern)
    else for (const file of files) this.#file(file, block, depth + 1)
  }
}

const moduleName = (text: string): string =>
  text.replaceAll('"', '').replace(/^.*\//, '').replace(/\.so$/, '').toLowerCase()

/** Where the bracket that is open at `from` closes; the end of the text when it doesn't. */
function closing(text: string, from: number, open = '(', close = ')'): number {
  let depth = 1
  let quote = ''
  for (let i = from; i < text.length; i++) {
    const c = text[i] ?? ''
    if (quote !== '') {
      if (c === '\\') i++
      else if (c === quote) quote = ''
    } else if (c === '"' || c === "'") quote = c
    else if (c === '#') {
      const end = text.indexOf('\n', i)
      i = end < 0 ? text.length : end
    } else if (c === open) depth++
    else if (c === close && --depth === 0) return i
  }
  return text.length
}

/** `name="value" name=["a", "b"]`: values by lower-case name. */
function readParameters(text: string): Parameters {
  const values = new Map<string, string[]>()
  // the look-behind keeps one long word from being tried at each of its letters
  const pattern =
    /(?<![\w.-])([A-Za-z][\w.-]*)\s{0,20}=\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|\[([^\]]*)\]|([^\s")\]]+))/g
  for (const [, name = '', double, single, list, bare] of text.matchAll(pattern)) {
    const given =
      list === undefined
        ? [double ?? single ?? bare ?? '']
        : [...list.matchAll(/["']([^"']*)["']/g)].map((item) => item[1] ?? '')
    values.set(name.toLowerCase(), given)
  }
  return values
}
