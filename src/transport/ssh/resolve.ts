import { access } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { Fault } from '../../core/fault.ts'
import type { Target } from '../../core/scanner.ts'
import type { LocalText } from '../../core/text.ts'
import { canonicalHost, checkUserName, type Destination, parseDestination } from './resolve-destination.ts'
import { readTargetOptions, type TargetOptions } from './resolve-options.ts'
import { expandHome, expandPath, type TokenValues } from './resolve-tokens.ts'
import type { SshSettings } from './settings.ts'
import { evaluateSshConfig, isNone, type SshConfigOptions } from './ssh-config.ts'
import { readSshConfig } from './ssh-config-files.ts'
import type { ConfigLine } from './ssh-config-lines.ts'

/** Where seisa runs. */
export interface SshSurroundings {
  /** Folder of seisa.yaml: relative paths in target options start here. */
  readonly folder: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
  /** Name of the local user. */
  readonly user: string
  /** Another one than /etc/ssh/ssh_config. */
  readonly systemConfig?: string
}

const defaultIdentityNames = ['id_ed25519', 'id_ecdsa', 'id_rsa']
const defaultUserKnownHosts = ['~/.ssh/known_hosts', '~/.ssh/known_hosts2']
const defaultGlobalKnownHosts = ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2']
const defaultConnectTimeoutSeconds = 30
/** Nobody means more hops than these. */
const maximumHops = 8

/**
 * What a target's options and ssh_config say together, the options first. The target's identity file and known hosts
 * hold for its jump hosts too, its user name, port and password don't. Host keys are always verified, whatever
 * `StrictHostKeyChecking` says.
 * @throws Fault `configuration` for options or configuration that can't be followed: a ProxyCommand, a loop of jump
 * hosts, a named identity file that doesn't exist, a host name that isn't one
 */
export async function resolveSshSettings(target: Target, given: SshSurroundings): Promise<SshSettings> {
  const options = readTargetOptions(target)
  const home = given.home
  const files = [
    await readSshConfig({ file: join(home, '.ssh/config'), folder: join(home, '.ssh'), home, checkOwner: true }),
    await readSshConfig({
      file: given.systemConfig ?? '/etc/ssh/ssh_config',
      folder: '/etc/ssh',
      checkOwner: false,
    }),
  ]
  const resolver: Resolver = { target, options, given, files }
  const { host, port, username } = options.destination
  const destination = {
    host,
    ...(port === undefined ? {} : { port }),
    ...(username === undefined ? {} : { username }),
  }
  const settings = await resolveHop(resolver, { destination, name: options.text, jump: options.jump, behind: [] })
  return { ...settings, ...(options.password === undefined ? {} : { password: options.password }) }
}

interface Resolver {
  readonly target: Target
  readonly options: TargetOptions
  readonly given: SshSurroundings
  readonly files: readonly (readonly ConfigLine[])[]
}

interface Hop {
  readonly destination: Destination
  readonly name: string
  /** Its own hops, where they are not those of ssh_config. */
  readonly jump: string | undefined
  /** The hosts that are reached through it. */
  readonly behind: readonly string[]
}

async function resolveHop(resolver: Resolver, hop: Hop): Promise<SshSettings> {
  const { target, options, given, files } = resolver
  const { host, port, username: user } = hop.destination
  const config = evaluateSshConfig(files, {
    host,
    localUser: given.user,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port }),
    ...(hop.jump === undefined ? {} : { proxyJump: hop.jump }),
  })
  const username = config.user ?? given.user
  checkUserName(username)
  const hostName = canonicalHost(config.hostName)
  if (config.proxyCommand !== undefined && !isNone(config.proxyCommand)) throw noProxyCommand(hop.name)
  const values: TokenValues = {
    home: given.home,
    env: given.env,
    host: hostName,
    originalHost: host,
    port: config.port ?? 22,
    username,
    localUser: given.user,
    hostKeyName: config.hostKeyAlias ?? hostName,
  }
  const identities = await identityFiles(options, config, values, given)
  const agent = agentOf(config.identityAgent, values, given)
  const here = `${username}@${hostName}:${values.port}`
  const settings: Omit<SshSettings, 'jumps'> = {
    name: hop.name,
    target: target.name,
    ...(target.typed === undefined ? {} : { typed: target.typed }),
    host: hostName,
    port: values.port,
    username,
    knownHostsFiles: knownHostsFiles(options, config, values, given),
    identityFiles: identities.files,
    // who names a key doesn't want every key of the agent to be tried
    identitiesOnly: config.identitiesOnly || options.identityFiles.length > 0,
    connectTimeoutSeconds: config.connectTimeoutSeconds || defaultConnectTimeoutSeconds,
    notes: [...config.notes, ...identities.notes],
    ...(config.hostKeyAlias === undefined ? {} : { hostKeyAlias: aliasOf(config.hostKeyAlias) }),
    ...(agent === undefined ? {} : { agent }),
    ...(options.passphrase === undefined ? {} : { passphrase: options.passphrase }),
  }
  return { ...settings, jumps: await jumpsOf(resolver, config.proxyJump, here, hop.behind) }
}

/** The hops before a host: those before the last one are its own, in place of what ssh_config says of it. */
async function jumpsOf(
  resolver: Resolver,
  jump: string | undefined,
  here: string,
  behind: readonly string[],
): Promise<readonly SshSettings[]> {
  if (behind.includes(here) || behind.length > maximumHops) throw loop(here, behind)
  if (jump === undefined || isNone(jump)) return []
  const hops = jump.split(',').map((each) => each.trim())
  const [last = '', before] = [hops.at(-1), hops.slice(0, -1).join(',')]
  const { jumps, ...nearest } = await resolveHop(resolver, {
    destination: parseDestination(last),
    name: last,
    jump: before === '' ? undefined : before,
    behind: [...behind, here],
  })
  return [...jumps, { ...nearest, jumps: [] }]
}

async function identityFiles(
  options: TargetOptions,
  config: SshConfigOptions,
  values: TokenValues,
  { folder, home }: SshSurroundings,
): Promise<{ readonly files: readonly string[]; readonly notes: readonly LocalText[] }> {
  const named = options.identityFiles.map((file) => pathFrom(folder, expandHome(file, home)))
  for (const file of named) if (!(await exists(file))) throw noIdentity(file)
  if (named.length === 0 && config.identityFiles.length === 0) {
    const usual = defaultIdentityNames.map((name) => join(home, '.ssh', name))
    const there = await Promise.all(usual.map(exists))
    return { files: usual.filter((_, index) => there[index]), notes: [] }
  }
  const notes: LocalText[] = []
  const configured: string[] = []
  for (const entry of config.identityFiles) {
    if (isNone(entry)) continue
    const file = expandPath(entry, values, folder)
    // the agent may hold what only a public key stands for
    const found = [file, `${file}.pub`]
    const there = await Promise.all(found.map(exists))
    const usable = found.find((_, index) => there[index])
    if (usable !== undefined) configured.push(usable)
    else
      notes.push({
        ja: `ssh_config の IdentityFile が無い: ${file}`,
        en: `IdentityFile of ssh_config is missing: ${file}`,
      })
  }
  return { files: [...new Set([...named, ...configured])], notes }
}

const pathFrom = (folder: string, path: string): string => (isAbsolute(path) ? path : join(folder, path))

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  )

function knownHostsFiles(
  options: TargetOptions,
  config: SshConfigOptions,
  values: TokenValues,
  { folder, home }: SshSurroundings,
): readonly string[] {
  const own =
    options.knownHosts.length > 0
      ? options.knownHosts.map((file) => pathFrom(folder, expandHome(file, home)))
      : paths(config.userKnownHostsFiles ?? defaultUserKnownHosts, values, folder)
  return [...new Set([...own, ...paths(config.globalKnownHostsFiles ?? defaultGlobalKnownHosts, values, folder)])]
}

/** `none`, and the usual way of writing it, are no file. */
const paths = (files: readonly string[], values: TokenValues, folder: string): readonly string[] =>
  files.filter((file) => !isNone(file) && file !== '/dev/null').map((file) => expandPath(file, values, folder))

function agentOf(
  identityAgent: string | undefined,
  values: TokenValues,
  { env, folder }: SshSurroundings,
): string | undefined {
  const socket = (): string | undefined => {
    if (identityAgent === undefined || identityAgent === 'SSH_AUTH_SOCK') return env['SSH_AUTH_SOCK']
    if (isNone(identityAgent)) return undefined
    if (/^\$\w+$/.test(identityAgent)) return env[identityAgent.slice(1)]
    return expandPath(identityAgent, values, folder)
  }
  return socket() || undefined
}

/**
 * A HostKeyAlias that can stand in a known_hosts file, in lower case as ssh looks it up.
 * @throws Fault `configuration`
 */
function aliasOf(alias: string): string {
  if (/^[\w.[:][\w.:%[\]-]{0,254}$/.test(alias)) return alias.toLowerCase()
  throw new Fault(
    'configuration',
    { ja: 'HostKeyAlias として使えない', en: 'not a HostKeyAlias' },
    {
      next: {
        ja: 'ssh_config の HostKeyAlias を、英数字と . _ - : [ ] % だけの名前にしてください',
        en: 'in ssh_config, use letters, digits and . _ - : [ ] % only',
      },
    },
  )
}

const noProxyCommand = (name: string): Fault =>
  new Fault(
    'configuration',
    {
      ja: `ssh_config が ${name} に ProxyCommand を指定している。seisa は命令を実行しない`,
      en: `ssh_config gives ${name} a ProxyCommand, and seisa runs no commands of it`,
    },
    {
      next: {
        ja: 'ProxyJump に書き換えるか、対象に jump: 踏み台 を指定してください',
        en: 'use ProxyJump instead, or give the target jump: HOST',
      },
    },
  )

const loop = (here: string, behind: readonly string[]): Fault =>
  new Fault(
    'configuration',
    {
      ja: `踏み台が循環しているか多すぎる: ${[...behind, here].join(' ← ')}`,
      en: `the jump hosts go in a circle, or are too many: ${[...behind, here].join(' <- ')}`,
    },
    {
      next: {
        ja: '踏み台自身には ProxyJump none を書いてください',
        en: 'give the jump host itself ProxyJump none',
      },
    },
  )

const noIdentity = (file: string): Fault =>
  new Fault(
    'configuration',
    {
      ja: `identity-file ${file} が無いか、たどれない`,
      en: `identity-file ${file} does not exist or can not be reached`,
    },
    {
      next: {
        ja: '絶対パスか、seisa.yaml のあるフォルダー（--host では今いるフォルダー）から見た場所で書いてください',
        en: 'write an absolute path, or one relative to the folder of seisa.yaml (with --host, to the current one)',
      },
    },
  )
