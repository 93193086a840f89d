import { readFile } from 'node:fs/promises'
import ssh2 from 'ssh2'
import { hostKeyAlgorithms, makeHostVerifier } from '../host-certificate.ts'
import { type HostKeyVerdict, readHostKeys } from '../host-keys.ts'

export interface Verified {
  /** In the order of the key exchanges. */
  readonly verdicts: readonly HostKeyVerdict[]
  /** What the command put out, in bytes; nothing where the connection was refused. */
  readonly bytes: number | undefined
}

export interface VerifiedOptions {
  readonly host?: string
  readonly port: number
  readonly alias?: string
  readonly knownHosts: string
  readonly userKey: string
  readonly now?: Date
  readonly command?: string
  /** Called with the client inside the verifier, before anything is judged. */
  readonly meddle?: (client: ssh2.Client) => void
}

/** Connects to 127.0.0.1 with nothing but ssh2 and the verifier under test, and runs one command. */
export async function connectVerified(options: VerifiedOptions): Promise<Verified> {
  const hostKeys = await readHostKeys([options.knownHosts])
  const settings = {
    host: options.host ?? '127.0.0.1',
    port: options.port,
    ...(options.alias === undefined ? {} : { hostKeyAlias: options.alias }),
  }
  const privateKey = await readFile(options.userKey)
  const client = new ssh2.Client()
  const verdicts: HostKeyVerdict[] = []
  const verifier = makeHostVerifier({
    settings,
    hostKeys,
    now: () => options.now ?? new Date(),
    clientOf: () => client,
    onVerdict: (verdict) => verdicts.push(verdict),
  })
  const algorithms = hostKeyAlgorithms(hostKeys, settings)
  const bytes = await new Promise<number | undefined>((resolve, reject) => {
    client.on('error', (error) => {
      if (error.message.startsWith('Host denied')) resolve(undefined)
      else reject(error)
    })
    client.on('ready', () => {
      client.exec(options.command ?? 'true', (error, channel) => {
        if (error) return reject(error)
        let length = 0
        channel.on('data', (chunk: Buffer) => {
          length += chunk.length
        })
        channel.on('close', () => resolve(length))
      })
    })
    client.connect({
      host: '127.0.0.1',
      port: options.port,
      username: 'root',
      privateKey,
      ...(algorithms ? { algorithms: { serverHostKey: algorithms } } : {}),
      hostVerifier: (key: Buffer) => {
        options.meddle?.(client)
        return verifier(key)
      },
    })
  }).finally(() => client.end())
  return { verdicts, bytes }
}
