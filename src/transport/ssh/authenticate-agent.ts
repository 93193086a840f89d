import { connect, type Socket } from 'node:net'
import ssh2, {
  type AnyAuthMethod,
  type BaseAgent,
  type GetStreamCallback,
  type IdentityCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2'
import type { CollectRun } from '../../core/scanner.ts'
import { oncePerRun } from '../once-per-run.ts'

/** What ssh-agent holds; an agent that can't be asked is no fault: keys and passwords may do without. */
export type AgentAnswer =
  | { readonly state: 'none' }
  | { readonly state: 'unreachable'; readonly socket: string }
  | { readonly state: 'asked'; readonly keys: readonly ParsedKey[] }

/** An agent answers this question at once; one that hangs must not hold every target. */
const answerSeconds = 5

/** OpenSSH's agent says no more in one answer (AGENT_MAX_LEN), and we ask it one thing on a connection. */
const longestAnswerBytes = 256 * 1024

const askOnce = oncePerRun<AgentAnswer>()

/** Keys of the agent at `socket`, asked once a run. Those of kinds that ssh2 doesn't know are left out. */
export const agentKeys = async (socket: string | undefined, run: CollectRun): Promise<AgentAnswer> =>
  socket === undefined || socket === '' ? { state: 'none' } : askOnce(run, socket, () => askAgent(socket))

async function askAgent(socket: string): Promise<AgentAnswer> {
  const { agent, close } = openAgent(socket)
  const { promise, resolve } = Promise.withResolvers<AgentAnswer>()
  const timer = setTimeout(() => resolve({ state: 'unreachable', socket }), answerSeconds * 1000)
  agent.getIdentities((error, keys) => {
    if (error || keys === undefined) return resolve({ state: 'unreachable', socket })
    resolve({ state: 'asked', keys: keys.flatMap((key) => (isParsed(key) ? [key] : [])) })
  })
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    close()
  }
}

const isParsed = (key: unknown): key is ParsedKey =>
  typeof key === 'object' && key !== null && 'getPublicSSH' in key && typeof key.getPublicSSH === 'function'

/** An agent, and the end of all that was asked of it: a question that it doesn't answer would keep this process. */
export interface OpenAgent {
  readonly agent: BaseAgent
  readonly close: () => void
}

export function openAgent(socket: string): OpenAgent {
  // Windows has agents of other kinds
  if (process.platform === 'win32') return { agent: ssh2.createAgent(socket), close: () => undefined }
  const agent = new ClosableAgent(socket)
  return { agent, close: () => agent.close() }
}

/** ssh2's own client leaves its sockets to the agent, and believes any length that it says. */
class ClosableAgent extends ssh2.OpenSSHAgent {
  readonly #path: string
  readonly #sockets = new Set<Socket>()
  #isClosed = false

  constructor(path: string) {
    super(path)
    this.#path = path
  }

  override getStream(done: GetStreamCallback): void {
    const fail = (): void => done(new Error('the agent can not be reached'))
    if (this.#isClosed) return fail()
    const socket = connect(this.#path)
    this.#sockets.add(socket)
    let length = 0
    let isOpen = false
    socket.on('error', () => undefined)
    socket.once('close', () => {
      this.#sockets.delete(socket)
      if (!isOpen) fail()
    })
    socket.once('connect', () => {
      isOpen = true
      done(undefined, socket)
    })
    socket.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length > longestAnswerBytes) socket.destroy()
    })
  }

  close(): void {
    this.#isClosed = true
    for (const socket of this.#sockets) socket.destroy()
  }
}

/** Offers this key of the agent and no other: ssh2 would offer them all, past the server's limit on tries. */
export const agentMethod =
  (key: ParsedKey, agent: BaseAgent): ((username: string) => AnyAuthMethod) =>
  (username) => ({ type: 'agent', username, agent: new OneKey(key, agent) })

/** ssh2 takes only what extends its own class for an agent. */
class OneKey extends ssh2.BaseAgent {
  readonly #key: ParsedKey
  readonly #agent: BaseAgent

  constructor(key: ParsedKey, agent: BaseAgent) {
    super()
    this.#key = key
    this.#agent = agent
  }

  override getIdentities(done: IdentityCallback<ParsedKey>): void {
    done(undefined, [this.#key])
  }

  override sign(
    key: ParsedKey,
    data: Buffer,
    options: SigningRequestOptions | SignCallback | undefined,
    done?: SignCallback,
  ): void {
    if (typeof options === 'function') this.#agent.sign(key, data, options)
    else this.#agent.sign(key, data, options ?? {}, done)
  }
}
