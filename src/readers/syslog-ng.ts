import type { ConfigurationText } from './journald.ts'

// syslog-ng.conf: `destination d { network("host" port(6514) transport("tls")); }; log { source(s); destination(d); };`

export interface SyslogNgDestination {
  readonly kind: 'file' | 'forward'
  readonly target: string
  readonly port?: string
  readonly protocol?: string
  readonly encrypted?: boolean
  /** A log path without filter, parser or condition leads here. */
  readonly everything: boolean
  readonly path: string
  readonly at: number
}

export interface SyslogNgConfiguration {
  /** Destinations that some log path leads to. */
  readonly destinations: readonly SyslogNgDestination[]
  /** Patterns of included files. */
  readonly includes: readonly string[]
  /** Time stamps are written in ISO 8601 (`ts-format(iso)`); undefined when no option says. */
  readonly isoTimestamps: boolean | undefined
}

/** Reads the files of one configuration. Never throws. */
export function readSyslogNg(files: readonly ConfigurationText[]): SyslogNgConfiguration {
  const found: (Omit<SyslogNgDestination, 'everything'> & { name: string })[] = []
  const logged = new Map<string, boolean>()
  const includes: string[] = []
  let isoTimestamps: boolean | undefined
  for (const file of files) {
    const text = withoutComments(file.lines.join('\n'))
    for (const [, pattern = ''] of text.matchAll(/@include\s+"([^"\n]*)"/g)) includes.push(pattern)
    const format = /\bts[-_]format\s*\(\s*"?([a-z0-9]+)"?\s*\)/i.exec(text)?.[1]
    if (format) isoTimestamps = /^(iso|rfc3339)$/i.test(format)
    let next = 0
    let line = 1
    let counted = 0
    for (const block of text.matchAll(/\b(destination|log)\b\s*([\w.-]*|"[^"\n]*")\s*\{/g)) {
      // blocks don't nest: what stands inside of one belongs to it
      if (block.index < next) continue
      const from = block.index + block[0].length
      next = blockEnd(text, from)
      const body = text.slice(from, next)
      if (block[1] === 'log') {
        const plain = !/\b(filter|parser|if|elif|else|junction|channel|rewrite)\b/.test(body)
        for (const [, name = ''] of body.matchAll(/\bdestination\s*\(\s*"?([\w.-]+)"?\s*\)/g)) {
          logged.set(name, plain || logged.get(name) === true)
        }
        continue
      }
      const name = (block[2] ?? '').replaceAll('"', '')
      for (; counted < block.index; counted++) if (text[counted] === '\n') line++
      const at = line
      let nextDriver = 0
      for (const driver of body.matchAll(/\b(network|syslog|tcp6?|udp6?|file)\s*\(/g)) {
        const start = driver.index + driver[0].length
        if (start < nextDriver) continue
        nextDriver = blockEnd(body, start, '(', ')')
        const inside = body.slice(start, nextDriver)
        const target = /^\s*"?([^"\s()]+)"?/.exec(inside)?.[1]
        // `file(` and `network(` also stand inside of other drivers' options, without a target of their own
        if (!target || target.endsWith('(')) continue
        const kind = driver[1] ?? ''
        if (kind === 'file') found.push({ name, kind: 'file', target, path: file.path, at })
        else {
          const transport = /\btransport\s*\(\s*"?([\w-]+)"?\s*\)/.exec(inside)?.[1]?.toLowerCase()
          const protocol = transport ?? (kind.startsWith('udp') ? 'udp' : 'tcp')
          const port = /\bport\s*\(\s*"?(\d+)"?\s*\)/.exec(inside)?.[1]
          const encrypted =
            transport === 'tls' || (transport === undefined && /\btls\s*\(/.test(inside) && !kind.startsWith('udp'))
          found.push({ name, kind: 'forward', target, protocol, encrypted, ...(port && { port }), path: file.path, at })
        }
      }
    }
  }
  const destinations = found
    .filter(({ name }) => logged.has(name))
    .map(({ name, ...destination }) => ({ ...destination, everything: logged.get(name) === true }))
  return { destinations, includes, isoTimestamps }
}

const withoutComments = (text: string): string =>
  text.replace(/"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|#[^\n]*/g, (part) => (part.startsWith('#') ? '' : part))

function blockEnd(text: string, from: number, open = '{', close = '}'): number {
  let depth = 1
  for (let i = from; i < text.length; i++) {
    if (text[i] === open) depth++
    else if (text[i] === close && --depth === 0) return i
  }
  return text.length
}
