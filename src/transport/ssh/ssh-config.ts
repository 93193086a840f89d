import { portNumber } from '../../core/host-address.ts'
import type { LocalText } from '../../core/text.ts'
import { matchesPatternList, matchesPatterns } from './known-hosts.ts'
import { bad } from './ssh-config-files.ts'
import { type ConfigLine, splitWords } from './ssh-config-lines.ts'

/** What ssh_config says about one host, `~` and tokens not yet expanded. */
export interface SshConfigOptions {
  /** Where to connect to, `%h` expanded. */
  readonly hostName: string
  readonly user?: string
  readonly port?: number
  readonly hostKeyAlias?: string
  readonly identityFiles: readonly string[]
  readonly identitiesOnly: boolean
  readonly identityAgent?: string
  /** Hops separated by commas, or `none`. */
  readonly proxyJump?: string
  readonly proxyCommand?: string
  readonly userKnownHostsFiles?: readonly string[]
  readonly globalKnownHostsFiles?: readonly string[]
  readonly connectTimeoutSeconds?: number
  /** What stands in the configuration and is not followed. */
  readonly notes: readonly LocalText[]
}

/** Who is asked about: as typed, before any configuration. */
export interface SshConfigQuery {
  readonly host: string
  readonly localUser: string
  /** Of the command line in OpenSSH's case; they win over the configuration. */
  readonly user?: string
  readonly port?: number
  readonly proxyJump?: string
}

/** What has been collected so far: the first value of each keyword, as its arguments. */
interface Collected {
  readonly values: Map<string, ConfigLine>
  readonly identityFiles: string[]
  readonly notes: Map<string, LocalText>
  wantsFinalPass: boolean
  /** Settled by the first pass; what a final one says of it comes too late. */
  hostName: string | undefined
}

interface Pass {
  readonly query: SshConfigQuery
  /** The host name that patterns are held against in this pass. */
  readonly host: string
  readonly isFinal: boolean
}

/**
 * Evaluates configurations, the user's before the system's: for each keyword the first value wins (ssh_config(5)).
 * Nothing is ever executed: a `Match exec` block doesn't apply. Keywords that would make host keys count for less
 * (`StrictHostKeyChecking no`, `NoHostAuthenticationForLocalhost`, `VerifyHostKeyDNS`) are not followed.
 * @throws Fault `configuration` for a value that can't be understood, with file and line
 */
export function evaluateSshConfig(files: readonly (readonly ConfigLine[])[], query: SshConfigQuery): SshConfigOptions {
  const collected: Collected = {
    values: new Map(),
    identityFiles: [],
    notes: new Map(),
    wantsFinalPass: false,
    hostName: undefined,
  }
  const pass = (host: string, isFinal: boolean): void => {
    for (const lines of files) follow(lines, true, { query, host, isFinal }, collected)
  }
  pass(query.host, false)
  collected.hostName = hostNameOf(query.host, collected)
  if (collected.wantsFinalPass) pass(collected.hostName.toLowerCase(), true)
  return optionsOf(query, collected.hostName, collected)
}

/** Follows lines; `may` is false inside of what doesn't apply anyway. */
function follow(lines: readonly ConfigLine[], may: boolean, pass: Pass, collected: Collected): void {
  let isActive = may
  for (const line of lines) {
    if (line.keyword === 'host') isActive = may && matchesPatterns(line.arguments, pass.host)
    else if (line.keyword === 'match') isActive = isMatch(line, pass, collected, may)
    // what an included file begins ends with it
    else if (line.included) follow(line.included, isActive, pass, collected)
    else if (isActive) collect(line, collected)
  }
}

const commands = new Set(['proxycommand', 'localcommand', 'remotecommand', 'knownhostscommand'])

function collect(line: ConfigLine, { values, identityFiles, notes }: Collected): void {
  const { keyword } = line
  const [first] = line.arguments
  if (!followed.has(keyword)) {
    const note = Object.hasOwn(unfollowed, keyword) ? unfollowed[keyword] : undefined
    if (note && !['no', 'none', 'false'].includes(first?.toLowerCase() ?? '')) {
      notes.set(keyword, noteOf(line, note))
    }
    return
  }
  if (first === undefined && !(commands.has(keyword) && line.rest !== '')) {
    throw bad(placeOf(line), { ja: `${keyword} に値が無い`, en: `${keyword} has no value` })
  }
  if (keyword === 'identityfile') {
    if (first !== undefined && !identityFiles.includes(first)) identityFiles.push(first)
    return
  }
  if (values.has(keyword)) return
  // whichever of the two comes first is taken, but no jump leaves room for a command
  if (keyword === 'proxyjump' && values.has('proxycommand')) return
  if (keyword === 'proxycommand' && !isNone(values.get('proxyjump')?.arguments[0] ?? 'none')) return
  // a later line may still set this one
  if (keyword === 'connecttimeout' && isNone(first ?? '')) return
  values.set(keyword, line)
}

const followed = new Set([
  'hostname',
  'user',
  'port',
  'hostkeyalias',
  'identityfile',
  'identitiesonly',
  'identityagent',
  'proxyjump',
  'proxycommand',
  'userknownhostsfile',
  'globalknownhostsfile',
  'connecttimeout',
])

const unfollowed: Readonly<Record<string, LocalText>> = {
  canonicalizehostname: { ja: 'ホスト名の正規化は行わない', en: 'host names are not canonicalised' },
  revokedhostkeys: {
    ja: 'このファイルは読まない。失効した鍵は known_hosts に @revoked で書いてください',
    en: 'this file is not read; put revoked keys into known_hosts with @revoked',
  },
}

/** How ssh_config says that there is none. */
export const isNone = (value: string): boolean => value.toLowerCase() === 'none'

const placeOf = ({ file, line }: ConfigLine): string => `${file}:${line}`

const noteOf = (line: ConfigLine, why: LocalText): LocalText => ({
  ja: `${placeOf(line)}: ${line.keyword}: ${why.ja}`,
  en: `${placeOf(line)}: ${line.keyword}: ${why.en}`,
})

function hostNameOf(host: string, { values, hostName }: Collected): string {
  if (hostName !== undefined) return hostName
  const line = values.get('hostname')
  const template = line?.arguments[0]
  if (line === undefined || template === undefined) return host
  return template.replace(/%(.?)/gs, (_, token: string) => {
    if (token === 'h') return host
    if (token === '%') return '%'
    throw bad(placeOf(line), { ja: `HostName の %${token} は使えない`, en: `HostName can not hold %${token}` })
  })
}

/** Whether all criteria of a `Match` line hold. Those that can't be known here never do, negated or not. */
function isMatch(line: ConfigLine, pass: Pass, collected: Collected, may: boolean): boolean {
  const words = [...(splitWords(line.rest.replaceAll(/(?<=^|\s)(!?\w+)=/g, '$1 ')) ?? [])]
  if (words.length === 0) throw bad(placeOf(line), { ja: 'match に条件が無い', en: 'match has no criteria' })
  let holds = may
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    const negated = word.startsWith('!')
    const criterion = (negated ? word.slice(1) : word).toLowerCase()
    if (criterion === 'all') {
      if (negated) holds = false
      continue
    }
    if (criterion === 'canonical' || criterion === 'final') {
      if (criterion === 'final') collected.wantsFinalPass = true
      const isSo = pass.isFinal
      if (isSo === negated) holds = false
      continue
    }
    const value = words.shift()
    if (value === undefined) {
      throw bad(placeOf(line), { ja: `match ${criterion} に値が無い`, en: `match ${criterion} has no value` })
    }
    const result = holds ? criterionHolds(criterion, value, pass, collected) : false
    if (result === undefined) {
      collected.notes.set(placeOf(line), noteOf(line, notMatched(criterion)))
      holds = false
    } else if (result === negated) holds = false
  }
  return holds
}

const notMatched = (criterion: string): LocalText => ({
  ja: `条件 ${criterion} は確かめないので、このブロックは使わない`,
  en: `the criterion ${criterion} is not evaluated, so this block is not used`,
})

function criterionHolds(criterion: string, value: string, pass: Pass, collected: Collected): boolean | undefined {
  const { query, host } = pass
  const patterns = value.split(',')
  const isSo = (text: string): boolean => matchesPatternList(patterns, text.toLowerCase())
  switch (criterion) {
    case 'host':
      return isSo(hostNameOf(host, collected))
    case 'originalhost':
      return isSo(query.host)
    case 'user':
      return matchesPatterns(patterns, query.user ?? collected.values.get('user')?.arguments[0] ?? query.localUser)
    case 'localuser':
      return matchesPatterns(patterns, query.localUser)
    default:
      return undefined
  }
}

function optionsOf(query: SshConfigQuery, hostName: string, collected: Collected): SshConfigOptions {
  const { values, identityFiles, notes } = collected
  const text = (keyword: string): string | undefined => values.get(keyword)?.arguments[0]
  const line = (keyword: string): ConfigLine => values.get(keyword) ?? noLine
  const port = query.port ?? read(text('port'), (value) => portOf(value, line('port')))
  const user = query.user ?? text('user')
  const hostKeyAlias = text('hostkeyalias')
  const identityAgent = text('identityagent')
  const proxyJump = query.proxyJump ?? text('proxyjump')
  const proxyCommand = query.proxyJump === undefined ? values.get('proxycommand')?.rest : undefined
  const userFiles = values.get('userknownhostsfile')?.arguments
  const globalFiles = values.get('globalknownhostsfile')?.arguments
  const timeout = read(text('connecttimeout'), (value) => secondsOf(value, line('connecttimeout')))
  return {
    hostName,
    identityFiles,
    identitiesOnly: ['yes', 'true'].includes(text('identitiesonly')?.toLowerCase() ?? 'no'),
    notes: [...notes.values()],
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port }),
    ...(hostKeyAlias === undefined ? {} : { hostKeyAlias }),
    ...(identityAgent === undefined ? {} : { identityAgent }),
    ...(proxyJump === undefined ? {} : { proxyJump }),
    ...(proxyCommand === undefined ? {} : { proxyCommand }),
    ...(userFiles === undefined ? {} : { userKnownHostsFiles: userFiles }),
    ...(globalFiles === undefined ? {} : { globalKnownHostsFiles: globalFiles }),
    ...(timeout === undefined ? {} : { connectTimeoutSeconds: timeout }),
  }
}

const noLine: ConfigLine = { file: '-', line: 0, keyword: '', arguments: [], rest: '' }

const read = <Value>(text: string | undefined, reader: (text: string) => Value): Value | undefined =>
  text === undefined ? undefined : reader(text)

function portOf(text: string, line: ConfigLine): number {
  const port = portNumber(text)
  if (port !== undefined) return port
  throw bad(placeOf(line), { ja: `ポート番号でない: ${text}`, en: `not a port number: ${text}` })
}

const unitSeconds: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86400, w: 604800 }

/** OpenSSH's TIME FORMATS (sshd_config(5)): `90`, `1m30s`. */
function secondsOf(text: string, line: ConfigLine): number {
  if (!/^(?=\d)(?:\d{1,9}[smhdw])*(?:\d{1,9})?$/i.test(text)) {
    throw bad(placeOf(line), { ja: `時間でない: ${text}`, en: `not a time: ${text}` })
  }
  return [...text.toLowerCase().matchAll(/(\d+)([smhdw]?)/g)].reduce(
    (sum, [, count = '0', unit = '']) => sum + Number(count) * (unitSeconds[unit] ?? 1),
    0,
  )
}
