import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2, { type Algorithms, type AuthContext, type Connection, type ServerChannel, type Session } from 'ssh2'
import { knownHostsLines } from '../../../../lab/sshd/keys.ts'
import type { SshSettings } from '../settings.ts'

/** What a server of the test does where a real one would behave. */
export interface Behaviour {
  /** Lets everybody in unless told. */
  readonly authentication?: (context: AuthContext, socket: Socket) => void
  /** Once logged on. */
  readonly ready?: (connection: Connection, socket: Socket) => void
  /** Of ssh2's own choice unless told. */
  readonly algorithms?: Algorithms
  /** For the command; nothing is answered unless told. */
  readonly command?: (accept: () => ServerChannel, socket: Socket, session: Session) => void
}

/** A server on loopback, and settings that reach it. */
export interface HostileServer {
  readonly settings: SshSettings
  /** Everything that it was asked for, in order. */
  readonly asked: readonly string[]
  readonly passwords: readonly string[]
  readonly stop: () => Promise<void>
}

let generated: string | undefined

/** ssh2's own generator makes one ed25519 key in some hundred that it can't read again. */
function hostKey(): string {
  generated ??= generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'sec1', format: 'pem' },
  }).privateKey
  return generated
}

/** An SSH server that does as it likes. */
export async function hostileServer(behaviour: Behaviour): Promise<HostileServer> {
  const asked: string[] = []
  const passwords: string[] = []
  const ssh = new ssh2.Server({ hostKeys: [hostKey()], algorithms: behaviour.algorithms ?? {} }, (connection) => {
    const socket = Reflect.get(connection, '_sock') as Socket
    Reflect.set(socket, 'ssh', connection)
    connection.on('error', () => undefined)
    connection.on('authentication', (context) => {
      asked.push(`authentication ${context.method}`)
      if (context.method === 'password') passwords.push(context.password)
      if (behaviour.authentication) behaviour.authentication(context, socket)
      else context.accept()
    })
    connection.on('ready', () => behaviour.ready?.(connection, socket))
    connection.on('request', (_accept, reject, name) => {
      asked.push(`request ${name}`)
      reject?.()
    })
    connection.on('tcpip', (_accept, reject) => {
      asked.push('direct-tcpip')
      reject()
    })
    connection.on('session', (accept) => {
      asked.push('session')
      const session = accept()
      for (const name of ['pty', 'x11', 'subsystem', 'shell', 'auth-agent', 'signal', 'window-change'] as const) {
        session.on(name as 'shell', () => void asked.push(name))
      }
      session.on(
        'env',
        (_accept: unknown, _reject: unknown, { key }: { readonly key: string }) => void asked.push(`env ${key}`),
      )
      session.on('exec', (acceptCommand, _reject, { command }) => {
        asked.push(`exec ${command}`)
        behaviour.command?.(
          () => {
            const channel = acceptCommand()
            channel.on('error', () => undefined)
            return channel
          },
          socket,
          session,
        )
      })
    })
  })
  const net = createServer((socket) => {
    socket.on('error', () => undefined)
    ssh.injectSocket(socket)
  })
  const key = ssh2.utils.parseKey(hostKey())
  if (key instanceof Error) throw key
  const { settings, stop } = await listening(net, `${key.type} ${key.getPublicSSH().toString('base64')}`)
  return { settings, asked, passwords, stop }
}

/** A server that speaks whatever it is told to on a new connection. */
export async function rawServer(speak: (socket: Socket) => void): Promise<Pick<HostileServer, 'settings' | 'stop'>> {
  return listening(
    createServer((socket) => {
      socket.on('error', () => undefined)
      speak(socket)
    }),
    undefined,
  )
}

async function listening(server: Server, key: string | undefined): Promise<Pick<HostileServer, 'settings' | 'stop'>> {
  const open = new Set<Socket>()
  server.on('connection', (socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
  })
  server.on('connection', (socket) => socket.setNoDelay(true))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? (address?.port ?? 0) : 0
  const folder = mkdtempSync(join(tmpdir(), 'seisa-hostile-'))
  const known = join(folder, 'known_hosts')
  writeFileSync(known, key === undefined ? '' : knownHostsLines('127.0.0.1', port, [key]))
  return {
    settings: {
      name: 'hostile',
      host: '127.0.0.1',
      port,
      username: 'seisa',
      knownHostsFiles: [known],
      identityFiles: [],
      identitiesOnly: true,
      jumps: [],
      connectTimeoutSeconds: 20,
    },
    stop: async () => {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
