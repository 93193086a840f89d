import type { AnyAuthMethod, ParsedKey } from 'ssh2'
import type { Fault } from '../../core/fault.ts'
import type { CollectRun } from '../../core/scanner.ts'
import type { LocalText } from '../../core/text.ts'
import { agentKeys, agentMethod, openAgent, type OpenAgent } from './authenticate-agent.ts'
import { keyFile, type KeyFile, needsPassphrase } from './authenticate-key-files.ts'
import type { SshSettings } from './settings.ts'

/** A key that can be offered, and how a message names it. */
export interface OfferedKey {
  readonly name: string
  readonly method: (username: string) => AnyAuthMethod
}

/** Keys of one connection in the order to offer them. */
export interface KeyRing {
  /** Nothing when there are no more. */
  readonly next: () => Promise<OfferedKey | undefined>
  /** What was not asked, so far. */
  readonly notes: readonly LocalText[]
  /** Files that could not be used, so far: of no interest as long as something else is accepted. */
  readonly unusable: readonly Fault[]
  /** Ends what the agent was asked: the server has let us in, or will not. */
  readonly close: () => void
}

type Held = OfferedKey & { readonly publicKey: Buffer }

/**
 * Keys that may be offered for `settings`: those of the files, signed for by ssh-agent where it holds them, then the
 * agent's others unless only the files are wanted. None comes twice.
 */
export function keyRing(settings: SshSettings, run: CollectRun): KeyRing {
  const notes: LocalText[] = []
  const unusable: Fault[] = []
  const agent = settings.agent ? openAgent(settings.agent) : undefined
  const keys = inOrder(settings, run, { notes, unusable, agent })
  const seen = new Set<string>()
  return {
    notes,
    unusable,
    close: () => agent?.close(),
    next: async () => {
      for (;;) {
        const found = await keys.next()
        if (found.done) return undefined
        const blob = found.value.publicKey.toString('base64')
        if (seen.has(blob)) continue
        seen.add(blob)
        return found.value
      }
    },
  }
}

async function* inOrder(
  settings: SshSettings,
  run: CollectRun,
  {
    notes,
    unusable,
    agent,
  }: { readonly notes: LocalText[]; readonly unusable: Fault[]; readonly agent: OpenAgent | undefined },
): AsyncGenerator<Held> {
  const held = await agentKeys(settings.agent, run)
  if (held.state === 'unreachable') {
    notes.push({ ja: `ssh-agent（${held.socket}）に尋ねられない`, en: `ssh-agent (${held.socket}) could not be asked` })
  }
  const identities = agent && held.state === 'asked' ? held.keys.map((key) => fromAgent(key, agent)) : []
  for (const path of settings.identityFiles) {
    const file = await keyFile(path, settings.passphrase, run)
    const inAgent = identities.find(({ publicKey }) => publicKeyOf(file)?.equals(publicKey))
    if (inAgent) yield inAgent
    else if (file.state === 'open') {
      const { key } = file
      yield { name: path, publicKey: key.getPublicSSH(), method: (username) => ({ type: 'publickey', username, key }) }
    } else unusable.push(file.state === 'locked' ? needsPassphrase(path) : file.fault)
  }
  if (!settings.identitiesOnly) yield* identities
}

const publicKeyOf = (file: KeyFile): Buffer | undefined => {
  if (file.state === 'open') return file.key.getPublicSSH()
  return file.publicKey
}

const fromAgent = (key: ParsedKey, { agent }: OpenAgent): Held => ({
  name: `${key.comment === '' ? key.type : key.comment} (ssh-agent)`,
  publicKey: key.getPublicSSH(),
  method: agentMethod(key, agent),
})
