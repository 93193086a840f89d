import type { Duplex } from 'node:stream'
import { type Config, NodeSSH } from 'node-ssh'
import type { Client } from 'ssh2'
import { Fault } from '../../core/fault.ts'

/** A peer that doesn't answer three of these in a row is dead: half a minute. */
const keepaliveMilliseconds = 10_000

/**
 * An SSH client on an open socket. The promise of node-ssh is not used: it fails on what ssh2 gets over by itself (an
 * agent that doesn't sign), and it takes its listener for errors away once connected, after which a reset would end
 * the process. So the events count, and there is a listener for errors for good.
 */
export function startClient(
  socket: Duplex,
  config: Pick<Config, 'username' | 'authHandler' | 'hostVerifier' | 'algorithms'>,
): Client {
  const ssh = new NodeSSH()
  ssh
    .connect({
      ...config,
      // ssh2 unpacks a packet of any size, and throws where nobody listens once its unpacker is closed
      algorithms: { ...config.algorithms, compress: ['none'] },
      sock: socket,
      // the caller's clock stands still at times
      readyTimeout: 0,
      keepaliveInterval: keepaliveMilliseconds,
      keepaliveCountMax: 2,
      agentForward: false,
    })
    .catch(() => undefined)
  const client = ssh.connection
  if (client === null) {
    throw new Fault('internal', { ja: 'SSH クライアントを作れない', en: 'the SSH client could not be made' })
  }
  client.on('error', () => undefined)
  return client
}
