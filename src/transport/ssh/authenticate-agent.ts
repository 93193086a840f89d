import ssh2, {
  type AnyAuthMethod,
  type BaseAgent,
  type IdentityCallback,
  type ParsedKey,
  type SignCallback,
  type SigningRequestOptions,
} from 'ssh2'

/** A key that ssh-agent holds. */
export interface AgentIdentity {
  readonly key: ParsedKey
  readonly agent: BaseAgent
}

/** What ssh-agent holds; an agent that can't be asked is no fault: keys and passwords may do without. */
export type AgentAnswer =
  | { readonly state: 'none' }
  | { readonly state: 'unreachable'; readonly socket: string }
  | { readonly state: 'asked'; readonly identities: readonly AgentIdentity[] }

/** Keys of the agent at `socket`. Those of kinds that ssh2 doesn't know are left out. */
export async function agentIdentities(socket: string | undefined): Promise<AgentAnswer> {
  if (socket === undefined || socket === '') return { state: 'none' }
  const agent = ssh2.createAgent(socket)
  const { promise, resolve } = Promise.withResolvers<AgentAnswer>()
  // an agent answers at once; one that hangs must not hold every target
  const timer = setTimeout(() => resolve({ state: 'unreachable', socket }), 5000)
  agent.getIdentities((error, keys) => {
    if (error || keys === undefined) return resolve({ state: 'unreachable', socket })
    resolve({ state: 'asked', identities: keys.flatMap((key) => (isParsed(key) ? [{ key, agent }] : [])) })
  })
  try {
    return await promise
  } finally {
    clearTimeout(timer)
  }
}

const isParsed = (key: unknown): key is ParsedKey =>
  typeof key === 'object' && key !== null && 'getPublicSSH' in key && typeof key.getPublicSSH === 'function'

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
