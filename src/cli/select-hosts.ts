import { hostname } from 'node:os'
import { resolve } from 'node:path'
import { Fault } from '../core/fault.ts'
import type { Target } from '../core/scanner.ts'
import { targetSchemasOf } from '../files/config-schema.ts'
import { hostText, parseHost } from '../files/host-list-address.ts'
import { checkSchema } from '../files/schema-check.ts'
import type { Problem } from '../files/problems.ts'
import { visible } from '../text/safe.ts'
import type { App } from './app.ts'
import { askedPassword } from './collect-run.ts'
import { selectMessages, selectWords as words } from './words.ts'

/** How hosts that were named on the command line are reached. */
export interface HostFlags {
  readonly host: readonly string[]
  /** Path of an installed collector; true for an account that may run anything. */
  readonly sudo?: string | true
  readonly identityFile?: string
  readonly jump?: string
  readonly knownHosts?: string
  readonly askPassword?: true
}

/** Where the administrator puts the collector unless told. */
export const usualCollector = '/usr/local/libexec/seisa-collect'

/** This machine as a target of the command line. */
export const hereTarget = (): Target => ({
  name: hostname(),
  scanner: 'endpoint',
  platform: 'linux',
  labels: {},
  options: { here: true },
})

/**
 * The hosts of `--host` as targets.
 * @throws Fault `usage` for an address or an option that is none, for one host twice, and for options without a host
 */
export function hostTargets(app: Pick<App, 'scanners' | 'cwd'>, flags: HostFlags): readonly Target[] {
  if (flags.host.length === 0) {
    const lonely = lonelyOptions.find(([key]) => flags[key] !== undefined)
    if (lonely) throw new Fault('usage', selectMessages.needsHost(lonely[1]))
    return []
  }
  const shared = sharedOptions(app, flags)
  const way = wayThere(flags)
  const targets = flags.host.map((text) => hostTarget(text, shared, ['--host', text, ...way]))
  const seen = new Set<string>()
  for (const { name, options } of targets) {
    const address = `${String(options['host']).toLowerCase()} ${String(options['port'] ?? 22)}`
    if (seen.has(address)) throw new Fault('usage', selectMessages.hostTwice(visible(name)))
    seen.add(address)
  }
  return targets
}

const lonelyOptions = [
  ['sudo', '--sudo'],
  ['identityFile', '--identity-file'],
  ['jump', '--jump'],
  ['knownHosts', '--known-hosts'],
  ['askPassword', '--ask-password'],
] as const

/** What a command needs besides the host to meet the same host keys. */
const wayThere = ({ jump, knownHosts }: HostFlags): readonly string[] => [
  ...(jump === undefined ? [] : ['--jump', jump]),
  ...(knownHosts === undefined ? [] : ['--known-hosts', knownHosts]),
]

function hostTarget(text: string, shared: Readonly<Record<string, unknown>>, typed: readonly string[]): Target {
  const parsed = parseHost(text)
  if (!parsed.ok) {
    const { what, expected } = parsed.says
    // a password in it must not come back
    const shown = parsed.secret ? '***' : visible(text)
    throw new Fault(
      'usage',
      { ja: `--host ${shown}: ${what.ja}`, en: `--host ${shown}: ${what.en}` },
      {
        next: parsed.secret ? words.askInstead : { ja: `正しい書き方: ${expected.ja}`, en: `expected: ${expected.en}` },
      },
    )
  }
  const { host, port, username } = parsed.address
  return {
    name: hostText(host, port),
    scanner: 'endpoint',
    platform: 'linux',
    labels: {},
    typed,
    options: { host, ...(port !== undefined && { port }), ...(username !== undefined && { username }), ...shared },
  }
}

function sharedOptions(app: Pick<App, 'scanners' | 'cwd'>, flags: HostFlags): Readonly<Record<string, unknown>> {
  const options = {
    ...(flags.sudo !== undefined && { sudo: flags.sudo }),
    ...(flags.identityFile !== undefined && { 'identity-file': resolve(app.cwd, flags.identityFile) }),
    ...(flags.jump !== undefined && { jump: flags.jump }),
    ...(flags.knownHosts !== undefined && { 'known-hosts': resolve(app.cwd, flags.knownHosts) }),
  }
  const problem = optionProblem(app, options)
  if (problem) {
    const { option, what, expected } = problem
    throw new Fault(
      'usage',
      { ja: `--${option}: ${what.ja}`, en: `--${option}: ${what.en}` },
      { next: { ja: `正しい書き方: ${expected.ja}`, en: `expected: ${expected.en}` } },
    )
  }
  return flags.askPassword ? { ...options, credentials: { password: askedPassword } } : options
}

/** The options are held against the scanner's schema, as those of a configuration are. */
function optionProblem(
  { scanners }: Pick<App, 'scanners'>,
  options: Readonly<Record<string, unknown>>,
): (Pick<Problem, 'what' | 'expected'> & { readonly option: string }) | undefined {
  const scanner = scanners.get('endpoint')
  if (!scanner) return undefined
  const at: string[] = []
  const [first] = checkSchema(
    {
      problem: (path, says) => {
        at.push(String(path[0] ?? ''))
        return { file: '', line: 1, column: 1, text: '', around: { before: '', after: '' }, ...says }
      },
      written: () => undefined,
    },
    targetSchemasOf(scanner).target,
    { name: 'host', scanner: 'endpoint', host: 'host', ...options },
  )
  return first && { option: at[0] ?? '', what: first.what, expected: first.expected }
}

/**
 * The password that `--ask-password` asks for, once for all hosts.
 * @throws Fault `usage` without a terminal, and for an empty answer
 */
export async function askPassword(
  app: Pick<App, 'input' | 'language' | 'signal'>,
  flags: Pick<HostFlags, 'host' | 'askPassword'>,
): Promise<string | undefined> {
  if (!flags.askPassword) return undefined
  if (!app.input.isTTY) throw new Fault('usage', words.noTerminal, { next: words.noTerminalNext })
  const names = flags.host.map(visible).join(', ')
  const answer = await app.input.ask(`${words.password[app.language]} (${names}): `, {
    hidden: true,
    signal: app.signal,
  })
  if (answer) return answer
  throw new Fault('usage', words.noPassword)
}
