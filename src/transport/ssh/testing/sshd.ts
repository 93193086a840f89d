import { execFile, spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { hasCommands } from './commands.ts'

/** What the suites with an sshd of their own need. */
export const sshdLab = {
  available: process.getuid?.() === 0 && hasCommands('sshd', 'ssh', 'ssh-keygen', 'unshare'),
  lacks: 'root, sshd, ssh, ssh-keygen and unshare',
}

export interface Sshd {
  readonly port: number
  /** All that it has logged. */
  readonly log: () => string
  readonly stop: () => Promise<void>
}

/**
 * An OpenSSH server on 127.0.0.1 that lets root in with `userKey`.
 * @param lines what its sshd_config holds besides
 */
export async function startSshd(folder: string, userKey: string, lines: readonly string[]): Promise<Sshd> {
  const port = await freePort()
  const config = join(folder, `sshd_config-${port}`)
  const fixed = [
    'UsePAM no',
    'PermitRootLogin yes',
    'StrictModes no',
    'PidFile none',
    'LogLevel VERBOSE',
    `AuthorizedKeysFile ${userKey}.pub`,
    'ListenAddress 127.0.0.1',
  ]
  await writeFile(config, [...lines, ...fixed, ''].join('\n'))
  // sshd wants /run/sshd, which needn't be there: it gets a /run of its own
  const script = 'mount -t tmpfs tmpfs /run && mkdir /run/sshd && exec /usr/sbin/sshd -D -e -f "$1" -p "$2"'
  const child = spawn('unshare', ['-m', 'sh', '-c', script, 'sh', config, String(port)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let text = ''
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    child.once('close', () => reject(new Error(`sshd ended: ${text}`)))
    child.stderr.on('data', (chunk: Buffer) => {
      text += chunk.toString()
      if (text.includes('Server listening on')) resolve()
    })
  })
  return {
    port,
    log: () => text,
    stop: async () => {
      child.kill()
      await ended
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

const run = promisify(execFile)

/** Makes a key pair and gives the path of its private half. */
export async function makeKey(folder: string, name: string, type = 'ed25519', bits?: number): Promise<string> {
  const file = join(folder, name)
  await run('ssh-keygen', ['-q', '-t', type, ...(bits === undefined ? [] : ['-b', String(bits)]), '-N', '', '-f', file])
  return file
}

/** `type base64` of a public key. */
export const publicText = async (file: string): Promise<string> =>
  (await readFile(`${file}.pub`, 'latin1')).split(' ').slice(0, 2).join(' ').trim()

/** A public key or certificate in SSH form. */
export const publicBlob = async (file: string): Promise<Buffer> =>
  Buffer.from((await readFile(file, 'latin1')).split(' ')[1] ?? '', 'base64')
