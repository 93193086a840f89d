import { type Evidence, type Reading, read, unreadable } from '../../../../src/core/evidence.ts'
import type { EvidenceRef, Fact, Scope } from '../../../../src/core/fact.ts'
import { sshdSeconds, words } from '../../../../src/readers/sshd-config.ts'
import { type Contribution, inapplicable, known, type Part, unread } from './contribution.ts'
import { lockFacts, lockSettings } from './session-lock.ts'
import { logindIdle, logoutFacts } from './session-logind.ts'
import { shellTimeout } from './session-shell.ts'
import { sshEnabled, sshInstalled } from './sshd-enabled.ts'
import { type SshdSettings, sshdSource } from './sshd-source.ts'

const idle = 'session.idle-disconnect'

/** What this part reports on. */
export const observesSessions = {
  settings: [idle, ...lockSettings, 'session.processes-end-at-logout', 'session.lingering-accounts'],
  rows: [],
} as const

interface Limit {
  readonly value: number | 'never'
  readonly evidence: readonly EvidenceRef[]
}

/** Ends and locks of idle sessions: shells, logind, channels of sshd, screens. */
export const interpretSessions: Part = (evidence): Contribution => {
  const facts = [...consoleFacts(evidence), ...sshFacts(evidence), ...lockFacts(evidence), ...logoutFacts(evidence)]
  return {
    facts,
    scopes: facts.flatMap((fact) => (fact.scope ? [{ settings: [fact.setting], scope: fact.scope }] : [])),
  }
}

const consoleFacts = (evidence: Evidence): readonly Fact[] => [
  earliest([shellTimeout(evidence), logindIdle(evidence)], { kind: 'line', key: 'console' }),
]

function sshFacts(evidence: Evidence): readonly Fact[] {
  const scope: Scope = { kind: 'line', key: 'ssh' }
  const enabled = sshEnabled(evidence)
  const installed = sshInstalled(evidence)
  if (installed.ok && !installed.value && enabled.ok && !enabled.value) {
    return [
      inapplicable(
        idle,
        { ja: 'SSHサーバが入っていない', en: 'no SSH server is installed' },
        [{ source: 'access-state' }],
        scope,
      ),
    ]
  }
  const others = [shellTimeout(evidence), logindIdle(evidence)]
  const source = sshdSource(evidence)
  if (!source.ok) return [earliest([...others, source], scope)]
  const facts = [earliest([...others, channelTimeout(source.value.everybody)], scope)]
  if (!source.value.matches.ok) {
    facts.push(earliest([...others, source.value.matches], { kind: 'line', key: 'ssh Match (unread)' }))
    return facts
  }
  const used = new Set<string>()
  for (const block of source.value.matches.value) {
    if (!block.own.has('channeltimeout') || block.match === undefined || used.has(block.match)) continue
    used.add(block.match)
    facts.push(earliest([...others, channelTimeout(block)], { kind: 'line', key: `ssh ${block.match}` }))
  }
  return facts
}

/**
 * The earliest of several ends. One that is known is true as an upper bound, even when another could not be read; but
 * `never` needs all of them.
 */
function earliest(limits: readonly Reading<Limit>[], scope: Scope): Fact {
  const finite = limits.flatMap((one) =>
    one.ok && one.value.value !== 'never' ? [{ seconds: one.value.value, evidence: one.value.evidence }] : [],
  )
  const first = finite.sort((left, right) => left.seconds - right.seconds)[0]
  if (first) return known(idle, first.seconds, first.evidence, 'configured', scope)
  const open = limits.find((one) => !one.ok)
  if (open && !open.ok) return unread(idle, open, [], scope)
  return known(
    idle,
    'never',
    limits.flatMap((one) => (one.ok ? one.value.evidence : [])),
    'configured',
    scope,
  )
}

/** ChannelTimeout of interactive sessions (OpenSSH 9.2); a value of 0 disables it. */
export function channelTimeout(settings: SshdSettings): Reading<Limit> {
  const reading = settings.get('channeltimeout')
  // versions before 9.2 don't print the keyword, and have no such end
  if (!reading.ok) return read({ value: 'never', evidence: [{ source: 'sshd-effective' }] })
  let value: number | 'never' = 'never'
  for (const word of reading.value.values.flatMap(words)) {
    const pair = /^([^=]+)=(.+)$/.exec(word)
    if (!pair) continue
    const [, type = '', interval = ''] = pair
    const seconds = sshdSeconds(interval)
    if (!coversShell(type)) continue
    if (seconds === undefined)
      return unreadable({ ja: 'ChannelTimeout の値を解釈できない', en: 'ChannelTimeout is not understood' })
    // the first type that matches decides (sshd_config(5))
    value = seconds === 0 ? 'never' : seconds
    break
  }
  return read({ value, evidence: reading.value.evidence })
}

const coversShell = (type: string): boolean =>
  type.length < 64 &&
  new RegExp(
    `^${type
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replace(/\*+/g, '.*')
      .replaceAll('?', '.')}$`,
  ).test('session:shell')
