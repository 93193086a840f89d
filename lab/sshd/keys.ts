import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFile, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Makes private keys at these paths (and `.pub` beside them) in one process. RSA takes a second, the others 5 ms. */
export async function makeKeys(keys: readonly { readonly path: string; readonly kind: string }[]): Promise<void> {
  const script = 'while [ $# -gt 0 ]; do ssh-keygen -q -t "$1" -N "" -C lab -f "$2" </dev/null || exit 1; shift 2; done'
  // argv is limited: 200 hosts with two keys each stay far below
  await run('sh', ['-c', script, 'sh', ...keys.flatMap(({ kind, path }) => [kind, path])])
}

/** Puts a copy of a private key beside it that only opens with a passphrase, and gives its path. */
export async function encryptedKey(path: string, passphrase: string): Promise<string> {
  const copy = `${path}-encrypted`
  await copyFile(path, copy)
  // in argv for once: it guards nothing
  await run('ssh-keygen', ['-q', '-p', '-P', '', '-N', passphrase, '-f', copy])
  return copy
}

/** Public key of a private one: `ssh-ed25519 AAAA…`. */
export async function publicKey(path: string): Promise<string> {
  return (await readFile(`${path}.pub`, 'utf8')).trim().split(' ').slice(0, 2).join(' ')
}

/** `SHA256:…` as OpenSSH prints it. */
export function fingerprint(key: string): string {
  const [, blob = ''] = key.split(' ')
  return `SHA256:${createHash('sha256').update(Buffer.from(blob, 'base64')).digest('base64').replace(/=+$/, '')}`
}

/** Lines of known_hosts for one server. */
export function knownHostsLines(address: string, port: number, keys: readonly string[]): string {
  const name = port === 22 ? address : `[${address}]:${port}`
  return keys.map((key) => `${name} ${key}\n`).join('')
}

const hashes = new Map<string, Promise<string>>()

/** SHA-512 crypt of a password, as /etc/shadow holds it. The password goes by standard input, never by argv. */
export function passwordHash(password: string): Promise<string> {
  const known = hashes.get(password) ?? hash(password)
  hashes.set(password, known)
  return known
}

async function hash(password: string): Promise<string> {
  // Debian's base has perl and no other program that gives crypt(3)
  const script = 'my $p = <STDIN>; print crypt($p, q($6$labsaltlabsalt$))'
  const child = run('perl', ['-e', script])
  child.child.stdin?.end(password)
  return (await child).stdout
}
