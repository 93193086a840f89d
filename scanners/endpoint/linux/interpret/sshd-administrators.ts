import type { Evidence } from '../../../../src/core/evidence.ts'
import { accountFiles } from './account-model.ts'
import { incomplete } from './accounts.ts'
import { privilegedAccounts } from './privilege.ts'
import { valueOf } from './sshd-authentication.ts'
import type { SshdSettings } from './sshd-source.ts'

/**
 * Match blocks that set how administrators authenticate, when they take in every one of them: what holds for
 * everybody else is then no administrator's. Undefined when somebody is left, or when that can't be told. Only blocks
 * for plain names of groups or users count; root is left out where it can't log on over SSH at all.
 */
export function administratorBlocks(
  evidence: Evidence,
  everybody: SshdSettings,
  matches: readonly SshdSettings[],
): readonly SshdSettings[] | undefined {
  const accounts = privilegedAccounts(evidence)
  const files = accountFiles(evidence)
  if (!accounts.ok || !files.ok) return undefined
  // administrators of a directory aren't listed here
  if (incomplete(evidence, files.value, 'passwd') || incomplete(evidence, files.value, 'group')) return undefined
  const rootRefused = [everybody, ...matches.filter((block) => block.own.has('permitrootlogin'))].every((settings) => {
    const value = valueOf(settings, 'permitrootlogin')
    return value.ok && value.value.toLowerCase() === 'no'
  })
  const concerned = accounts.value.filter(({ name }) => !(name === 'root' && rootRefused))
  if (concerned.length === 0) return undefined
  const blocks = new Set<SshdSettings>()
  for (const { name, memberOf } of concerned) {
    const block = matches.find((one) => one.own.has('authenticationmethods') && takesIn(one, name, memberOf))
    if (!block) return undefined
    blocks.add(block)
  }
  return [...blocks]
}

/** Whether a block is for this account whatever else the connection is. */
function takesIn(block: SshdSettings, name: string, memberOf: readonly string[]): boolean {
  const [, criterion = '', list = ''] = /^Match\s+(user|group)\s+"?([^\s"]+)"?$/i.exec(block.match ?? '') ?? []
  const names = list.split(',')
  if (names.some((one) => !/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(one))) return false
  return criterion.toLowerCase() === 'user' ? names.includes(name) : names.some((one) => memberOf.includes(one))
}
