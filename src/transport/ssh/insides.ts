import type { Client, ClientChannel } from 'ssh2'

/** A property that the types of ssh2 don't show, or nothing. */
export const propertyOf = (owner: unknown, name: string): unknown =>
  typeof owner === 'object' && owner !== null ? Reflect.get(owner, name) : undefined

/**
 * Has the server end the command of a channel (RFC 4254 section 6.9). ssh2's own `signal` sends nothing once standard
 * input has ended, although the command runs on. Best effort: a server needn't, sshd doesn't for a forced command or for
 * what runs as another user, and a version of ssh2 whose insides differ sends nothing.
 */
export function terminateCommand(client: Client, channel: ClientChannel): void {
  const protocol = propertyOf(client, '_protocol')
  const send = propertyOf(protocol, 'signal')
  const [id, state] = ['id', 'state'].map((name) => propertyOf(propertyOf(channel, 'outgoing'), name))
  if (typeof send !== 'function' || typeof id !== 'number' || (state !== 'open' && state !== 'eof')) return
  try {
    Reflect.apply(send, protocol, [id, 'TERM'])
  } catch {
    // the connection is ending already
  }
}
