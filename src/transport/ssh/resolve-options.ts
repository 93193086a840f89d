import { Fault } from '../../core/fault.ts'
import type { Target } from '../../core/scanner.ts'
import { checkUserName, type Destination, parseDestination } from './resolve-destination.ts'

/** What a target says about its SSH connection. */
export interface TargetOptions {
  /** Its `host` as written. */
  readonly text: string
  readonly destination: Destination
  readonly identityFiles: readonly string[]
  readonly knownHosts: readonly string[]
  /** Hops separated by commas, or `none`. */
  readonly jump: string | undefined
  /** References, never values. */
  readonly password: string | undefined
  readonly passphrase: string | undefined
}

/**
 * Reads the options that are about SSH. The name of a target without `host` is its host.
 * @throws Fault `configuration`
 */
export function readTargetOptions({ name, options }: Target): TargetOptions {
  const credentials = options['credentials'] ?? {}
  const credential = (key: string): unknown =>
    typeof credentials === 'object' && credentials !== null ? Reflect.get(credentials, key) : undefined
  const text = oneText(options['host'], 'host') ?? name
  const written = parseDestination(text)
  const port = portOf(options['port']) ?? written.port
  const username = [
    oneText(options['username'], 'username'),
    oneText(credential('username'), 'credentials.username'),
    written.username,
  ].find((each) => each !== undefined)
  if (username !== undefined) checkUserName(username)
  return {
    text,
    destination: {
      host: written.host,
      ...(port === undefined ? {} : { port }),
      ...(username === undefined ? {} : { username }),
    },
    identityFiles: texts(options['identity-file'], 'identity-file'),
    knownHosts: texts(options['known-hosts'], 'known-hosts'),
    jump: oneText(options['jump'], 'jump'),
    password: reference(credential('password'), 'credentials.password'),
    passphrase: reference(credential('passphrase'), 'credentials.passphrase'),
  }
}

function oneText(value: unknown, key: string): string | undefined {
  if (value === undefined || (typeof value === 'string' && value !== '')) return value
  throw badOption(key)
}

const texts = (value: unknown, key: string): readonly string[] =>
  value === undefined ? [] : (Array.isArray(value) ? value : [value]).map((each) => oneText(each, key) ?? '')

function reference(value: unknown, key: string): string | undefined {
  const text = oneText(value, key)
  if (text === undefined || /^(env|file|exec|ask):./s.test(text)) return text
  // the text may be the secret itself, so it is not shown
  throw badOption(key)
}

function portOf(value: unknown): number | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535) return value
  throw badOption('port')
}

const badOption = (key: string): Fault =>
  new Fault('configuration', {
    ja: `対象の ${key} の値が使えない`,
    en: `the target's ${key} has a value that can not be used`,
  })
