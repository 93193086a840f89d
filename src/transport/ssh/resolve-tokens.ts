import { hostname } from 'node:os'
import { isAbsolute, join } from 'node:path'
import { Fault } from '../../core/fault.ts'

/** What the tokens of ssh_config (TOKENS in ssh_config(5)) stand for, and where paths start. */
export interface TokenValues {
  readonly home: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Host that is connected to (`%h`). */
  readonly host: string
  /** Host as typed (`%n`). */
  readonly originalHost: string
  readonly port: number
  /** User on the target (`%r`). */
  readonly username: string
  /** User here (`%u`). */
  readonly localUser: string
  /** `%k`: HostKeyAlias, or the host. */
  readonly hostKeyName: string
}

/**
 * A path of ssh_config, absolute: `~`, `${NAME}` and the tokens `%% %d %h %i %k %L %l %n %p %r %u` expanded. Relative
 * ones start from `folder`.
 * @throws Fault `configuration` for any other token, another user's home, or a variable that isn't set
 */
export function expandPath(path: string, values: TokenValues, folder: string): string {
  const expanded = expandHome(path, values.home)
    .replace(/\$\{([^}]*)\}/g, (_, name: string) => {
      const value = values.env[name]
      if (value === undefined) throw cant(path, `\${${name}}`)
      return value
    })
    .replace(/%(.?)/gs, (_, token: string) => tokenOf(token, values) ?? refuse(path, `%${token}`))
  return isAbsolute(expanded) ? expanded : join(folder, expanded)
}

/**
 * `~` and `~/…` as the home folder.
 * @throws Fault `configuration` for another user's
 */
export function expandHome(path: string, home: string): string {
  if (path === '~') return home
  if (path.startsWith('~/')) return join(home, path.slice(2))
  if (path.startsWith('~')) throw cant(path, path.split('/', 1)[0] ?? '~')
  return path
}

function tokenOf(token: string, values: TokenValues): string | undefined {
  switch (token) {
    case '%':
      return '%'
    case 'd':
      return values.home
    case 'h':
      return values.host
    case 'i':
      return String(process.getuid?.() ?? '')
    case 'k':
      return values.hostKeyName
    case 'L':
      return hostname().split('.', 1)[0]
    case 'l':
      return hostname()
    case 'n':
      return values.originalHost
    case 'p':
      return String(values.port)
    case 'r':
      return values.username
    case 'u':
      return values.localUser
    default:
      return undefined
  }
}

const refuse = (path: string, token: string): never => {
  throw cant(path, token)
}

const cant = (path: string, token: string): Fault =>
  new Fault(
    'configuration',
    { ja: `パス ${path} の ${token} を展開できない`, en: `can not expand ${token} in the path ${path}` },
    { next: { ja: '絶対パスで書いてください', en: 'write the path in full' } },
  )
