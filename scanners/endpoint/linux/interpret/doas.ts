import type { LocalText } from '../../../../src/core/text.ts'
import { changesLogging, installsSoftware } from './command-power.ts'
import type { Assignment } from './elevation.ts'

/** doas.conf(5), as far as it grants rights. */
export interface Doas {
  readonly assignments: readonly Assignment[]
  readonly gaps: readonly LocalText[]
  /** Some rule keeps a successful authentication for a while. */
  readonly persists: boolean
  /** Some rule leaves no record. */
  readonly unlogged: boolean
}

/** Reads the rules of one or more files in order. `deny` lines only take away and give no row. */
export function readDoas(files: readonly { readonly path: string; readonly lines: readonly string[] }[]): Doas {
  const assignments: Assignment[] = []
  const gaps: LocalText[] = []
  let persists = false
  let unlogged = false
  for (const { path, lines } of files) {
    for (const [index, raw] of lines.entries()) {
      const text = raw.replace(/#.*/, '').trim()
      if (text === '' || /^deny\b/.test(text)) continue
      const match =
        /^permit\s+((?:(?:nopass|nolog|persist|keepenv|setenv\s*\{[^}]*\})\s+)*)(\S+)(?:\s+as\s+(\S+))?(?:\s+cmd\s+(\S+)(?:\s+args(?:\s+(.*))?)?)?$/.exec(
          text,
        )
      if (!match) {
        gaps.push({
          ja: `${path} の ${index + 1} 行目を読み取れない`,
          en: `line ${index + 1} of ${path} could not be understood`,
        })
        continue
      }
      const [, options = '', identity = '', target, command, parameters] = match
      const asRoot = target === undefined || target === 'root' || target === '0'
      const commands = [command === undefined ? 'ALL' : [command, parameters].filter(Boolean).join(' ')]
      persists ||= /\bpersist\b/.test(options)
      unlogged ||= /\bnolog\b/.test(options)
      assignments.push({
        principal: identity.startsWith(':') ? `%${identity.slice(1)}` : identity,
        role: target ?? 'ALL',
        commands,
        unrestricted: asRoot && command === undefined,
        passwordRequired: !/\bnopass\b/.test(options),
        installsSoftware: asRoot && commands.some(installsSoftware),
        changesLogging: asRoot && commands.some(changesLogging),
        source: 'doas',
        at: { source: path, at: String(index + 1) },
      })
    }
  }
  return { assignments, gaps, persists, unlogged }
}
