import { type Evidence, needsRoot, type Reading, read, sectionText, unreadable } from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Origin } from '../../../../src/core/fact.ts'
import { readSshdConfig, readSshdDump, type SshdConfig, type SshdLine } from '../../../../src/readers/sshd-config.ts'
import { accessFiles, accessState, fileFailure, stateSays } from './access-files.ts'
import { collectedAsRoot } from './views.ts'

/** One setting of sshd as it is in force. */
export interface SshdValue {
  /** Several lines of the same keyword stay several values. */
  readonly values: readonly string[]
  readonly evidence: readonly EvidenceRef[]
  readonly origin: Origin
}

/** Settings for connections of one kind: everybody's, or those of a Match block laid over them. */
export interface SshdSettings {
  /** The Match line; undefined for the default. */
  readonly match?: string
  /** Keywords that the block sets. */
  readonly own: ReadonlySet<string>
  readonly get: (keyword: string) => Reading<SshdValue>
}

/** What is known about the SSH server's settings. */
export interface SshdSource {
  readonly everybody: SshdSettings
  /** Unreadable when the files that hold Match blocks were not read whole. */
  readonly matches: Reading<readonly SshdSettings[]>
}

const collectedPatterns = ['/etc/ssh/sshd_config.d/*.conf', '/usr/etc/ssh/sshd_config.d/*.conf']

/**
 * Settings of the SSH server: what `sshd -T` says, else `sshd -G`, else the files themselves with the defaults of
 * sshd_config(5). Unreadable when another server runs, or sshd runs with arguments that could not be followed.
 */
export function sshdSource(evidence: Evidence): Reading<SshdSource> {
  const dropbear = stateSays(accessState(evidence), 'dropbear-running')
  if (!dropbear.ok) return dropbear
  if (dropbear.value) {
    return unreadable({
      ja: 'Dropbear が動いている。その設定は起動時の引数にあり、読み方を持たない',
      en: 'Dropbear is running; its settings are its start arguments, which are not read',
    })
  }
  const start = listenerArguments(evidence)
  if (!start.ok) return start
  const changed = changedSinceStart(evidence, start.value.file)
  if (changed) return changed
  const config = configFiles(evidence, start.value.file)
  for (const id of start.value.followed ? ['sshd-effective', 'sshd-parsed'] : []) {
    const text = sectionText(evidence, id)
    if (text.ok && /^port \d+$/m.test(text.value) && /^permitrootlogin /m.test(text.value)) {
      return read(fromDump(text.value, id, config))
    }
  }
  return fromFiles(evidence, config, start.value.options)
}

/** A listener keeps the settings that it started with, whatever its files say since. */
function changedSinceStart(evidence: Evidence, file: string | undefined): Reading<never> | undefined {
  const state = accessState(evidence)
  const path = state.ok ? /^changed (.*)$/.exec(state.value.get('sshd-configuration')?.at(-1) ?? '')?.[1] : undefined
  if (path === undefined || file !== undefined) return undefined
  return unreadable({
    ja: `${path} が sshd の起動後に変えられており、動いている sshd の設定が分からない（再読込みが要る）`,
    en: `${path} was changed after sshd started, so what the running sshd obeys is not known (reload it)`,
  })
}

interface Start {
  readonly file: string | undefined
  /** Values of -o, in order. */
  readonly options: readonly SshdLine[]
  /** The collector asked sshd with the same file and options; its answer is not about this server otherwise. */
  readonly followed: boolean
}

/** Arguments of the running listener, which may name another file or overrule it (sshd(8)). */
function listenerArguments(evidence: Evidence): Reading<Start> {
  const text = sectionText(evidence, 'sshd-processes')
  if (!text.ok) return text
  const lines = [
    ...new Set(
      text.value
        .split('\n')
        .filter((line) => !line.startsWith('@options'))
        .map((line) =>
          line
            .replace(/\[listener\].*/, '')
            .replace(/^sshd: /, '')
            .trim(),
        ),
    ),
  ].filter((line) => line !== '')
  if (lines.length > 1) {
    return unreadable({
      ja: '引数の違う sshd が複数動いている',
      en: 'several sshd with different arguments are running',
    })
  }
  const [, ...tokens] = (lines[0] ?? '').split(/\s+/)
  let file: string | undefined
  const options: SshdLine[] = []
  const at = 'sshd-processes:1'
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] ?? ''
    const [, letter = '', glued = ''] = /^-([A-Za-z0-9])(.*)$/.exec(token) ?? []
    if (letter === '' || (/^[46deiqtDT]$/.test(letter) && !/^[46deiqtDT]*$/.test(glued))) return unclearArguments(token)
    if (/^[46deiqtDT]$/.test(letter)) continue
    if (!/^[CEbcfghkopu]$/.test(letter)) return unclearArguments(token)
    const argument = glued === '' ? (tokens[++index] ?? '') : glued
    if (letter === 'f') file = argument
    if (letter === 'o') {
      const pair = /^([A-Za-z0-9]+)=(.*)$/.exec(argument)
      if (!pair) return unclearArguments(argument)
      options.push({ keyword: (pair[1] ?? '').toLowerCase(), value: pair[2] ?? '', at })
    }
  }
  const asked = /^@options(.*)$/m.exec(text.value)?.[1] ?? ''
  const wanted = [...(file === undefined ? [] : [file]), ...options.map((line) => line.value)]
  const followed = wanted.every((word) => asked.includes(word))
  return read({ file, options, followed })
}

const unclearArguments = (token: string): Reading<never> =>
  unreadable({
    ja: `sshd の起動時の引数「${token}」を解釈できない`,
    en: `the start argument "${token}" of sshd can not be followed`,
  })

function configFiles(evidence: Evidence, given: string | undefined): Reading<SshdConfig> {
  const files = accessFiles(evidence)
  if (!files.ok) return files
  const vendor = files.value.get('/usr/etc/ssh/sshd_config')
  const own = files.value.get('/etc/ssh/sshd_config')
  // SUSE keeps the distribution's file below /usr/etc, in force while /etc has none
  const main =
    given ?? (own?.state === 'absent' && vendor?.state === 'read' ? '/usr/etc/ssh/sshd_config' : '/etc/ssh/sshd_config')
  const file = files.value.get(main)
  if (!file) return unreadable({ ja: `証跡に ${main} がない`, en: `the evidence has no ${main}` })
  if (file.state === 'absent') return unreadable({ ja: `${main} がない`, en: `${main} does not exist` })
  if (file.state !== 'read') return fileFailure(file)
  return read(readSshdConfig(files.value, main, collectedPatterns))
}

const complete = (config: Reading<SshdConfig>): Reading<SshdConfig> => {
  if (!config.ok || config.value.unread.length === 0) return config
  const files = config.value.unread.join(', ')
  return unreadable(
    { ja: `設定の一部を読めない: ${files}`, en: `a part of the configuration was not read: ${files}` },
    needsRoot,
  )
}

function fromDump(text: string, id: string, config: Reading<SshdConfig>): SshdSource {
  const dump = readSshdDump(text)
  // Debian's own keyword is obeyed, but not printed
  const undumped = (keyword: string): readonly SshdLine[] | undefined => {
    const own = keyword === 'debianbanner' && config.ok ? linesOfKeyword(config.value.global, keyword) : []
    return own.length > 0 ? own : undefined
  }
  const everybody: SshdSettings = {
    own: new Set(),
    get: (keyword) => {
      const lines = dump.get(keyword) ?? undumped(keyword)
      if (!lines) return unreadable({ ja: `${id} に ${keyword} がない`, en: `${id} does not mention ${keyword}` })
      return read({
        values: lines.map((line) => line.value),
        evidence: lines.map((line) => (line.at.includes(':') ? refOf(line) : { source: id, at: line.at })),
        origin: 'running',
      })
    },
  }
  const whole = complete(config)
  return { everybody, matches: whole.ok ? read(overlays(whole.value, everybody)) : whole }
}

/** Defaults of sshd_config(5) that have been the same since OpenSSH 7.0; others depend on the version. */
const defaults: Readonly<Record<string, string>> = {
  port: '22',
  permitrootlogin: 'prohibit-password',
  passwordauthentication: 'yes',
  kbdinteractiveauthentication: 'yes',
  pubkeyauthentication: 'yes',
  gssapiauthentication: 'no',
  hostbasedauthentication: 'no',
  permitemptypasswords: 'no',
  usepam: 'no',
  authenticationmethods: 'any',
  clientaliveinterval: '0',
  clientalivecountmax: '3',
  channeltimeout: 'none',
  banner: 'none',
  versionaddendum: 'none',
}

function fromFiles(evidence: Evidence, config: Reading<SshdConfig>, options: readonly SshdLine[]): Reading<SshdSource> {
  const whole = complete(config)
  if (!whole.ok) {
    const tried = sectionText(evidence, 'sshd-effective')
    return tried.ok || tried.skipped
      ? whole
      : unreadable({ ja: `${tried.why.ja}。${whole.why.ja}`, en: `${tried.why.en}; ${whole.why.en}` }, whole.needs)
  }
  const all = whole.value.matches.filter((match) => isAll(match.criteria)).flatMap((match) => match.lines)
  const lines = [...options, ...all, ...whole.value.global]
  // root's own sshd -T failed: rights are not what is missing
  const needs = collectedAsRoot(evidence) ? undefined : needsRoot
  const everybody: SshdSettings = {
    own: new Set(),
    get: (keyword) => {
      const found = linesOfKeyword(lines, keyword)
      if (found.length > 0)
        return read({ values: found.map((line) => line.value), evidence: found.map(refOf), origin: 'configured' })
      if (listKeywords.has(keyword))
        return read({
          values: [],
          evidence: [{ source: 'access-files', at: '/etc/ssh/sshd_config' }],
          origin: 'configured',
        })
      const byDefault = defaults[keyword]
      if (byDefault === undefined) {
        return unreadable(
          {
            ja: `${keyword} は設定されておらず、既定値は版によって違う`,
            en: `${keyword} is not set, and its default depends on the version`,
          },
          needs,
        )
      }
      return read({
        values: [byDefault],
        evidence: [{ source: 'access-files', at: '/etc/ssh/sshd_config' }],
        origin: 'platform-default',
      })
    },
  }
  return read({ everybody, matches: read(overlays(whole.value, everybody)) })
}

const isAll = (criteria: string): boolean => /^all$/i.test(criteria.trim())
const listKeywords = new Set(['allowusers', 'allowgroups', 'denyusers', 'denygroups'])

const refOf = (line: SshdLine): EvidenceRef => {
  const colon = line.at.lastIndexOf(':')
  return { source: line.at.slice(0, colon), at: line.at.slice(colon + 1) }
}

/** Lines in force: the first, or all of a keyword that adds up. */
const linesOfKeyword = (lines: readonly SshdLine[], keyword: string): readonly SshdLine[] => {
  const found = lines.filter((line) => line.keyword === keyword)
  return listKeywords.has(keyword) ? found : found.slice(0, 1)
}

/** Each Match block over the default. Of several blocks that hold, the first that sets a keyword decides (sshd_config(5)). */
function overlays(config: SshdConfig, everybody: SshdSettings): readonly SshdSettings[] {
  const earlier = new Set<string>()
  const found: SshdSettings[] = []
  for (const block of config.matches) {
    if (isAll(block.criteria)) {
      for (const line of block.lines) earlier.add(line.keyword)
      continue
    }
    const lines = block.lines.filter((line) => !earlier.has(line.keyword))
    if (lines.length === 0) continue
    found.push({
      match: `Match ${block.criteria}`,
      own: new Set(lines.map((line) => line.keyword)),
      get: (keyword) => {
        const own = linesOfKeyword(lines, keyword)
        return own.length > 0
          ? read({ values: own.map((line) => line.value), evidence: own.map(refOf), origin: 'configured' })
          : everybody.get(keyword)
      },
    })
  }
  return found
}
