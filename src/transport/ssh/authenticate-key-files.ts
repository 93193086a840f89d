import ssh2, { type ParsedKey } from 'ssh2'
import { Fault, systemCode } from '../../core/fault.ts'
import type { CollectRun } from '../../core/scanner.ts'
import type { LocalText } from '../../core/text.ts'
import { oncePerRun } from '../once-per-run.ts'
import { readRegularFile } from '../regular-file.ts'

/** What a key file gives: a key that signs, a public half that ssh-agent may know the other of, or a reason. */
export type KeyFile =
  | { readonly state: 'open'; readonly key: ParsedKey }
  | { readonly state: 'locked'; readonly publicKey: Buffer | undefined }
  | { readonly state: 'unusable'; readonly publicKey: Buffer | undefined; readonly fault: Fault }

/** Far above any key. */
const longestFileBytes = 1024 * 1024

/** Opening an encrypted key is slow on purpose (bcrypt): once a run is enough. */
const openOnce = oncePerRun<KeyFile>()

/** A key file, opened once a run. `passphrase` is a reference, resolved when it is needed. */
export const keyFile = (path: string, passphrase: string | undefined, run: CollectRun): Promise<KeyFile> =>
  openOnce(run, JSON.stringify([path, passphrase]), () => openKeyFile(path, passphrase, run))

async function openKeyFile(path: string, passphrase: string | undefined, run: CollectRun): Promise<KeyFile> {
  let publicKey: Buffer | undefined
  try {
    const { bytes, isExposed } = await readKeyFile(path)
    const plain = parse(bytes)
    if (plain && !plain.isPrivateKey()) {
      return { state: 'unusable', publicKey: plain.getPublicSSH(), fault: badKey(path, notPrivate) }
    }
    if (isExposed) {
      const next = { ja: `chmod 600 ${path} を実行してください`, en: `run chmod 600 ${path}` }
      throw badKey(path, { ja: '他の利用者も読み書きできる', en: 'others can read or write it' }, next)
    }
    if (plain) return { state: 'open', key: plain }
    if (!isEncrypted(bytes)) throw badKey(path, notUnderstood)
    publicKey = publicHalf(bytes) ?? (await publicFile(path))
    if (passphrase === undefined) return { state: 'locked', publicKey }
    const key = parse(bytes, await run.credential(passphrase))
    if (!key) throw wrongPassphrase(path)
    return { state: 'open', key }
  } catch (cause) {
    if (cause instanceof Fault) return { state: 'unusable', publicKey, fault: cause }
    throw cause
  }
}

/** The first key of a text; OpenSSH's own form holds one. */
function parse(bytes: Buffer, passphrase?: string): ParsedKey | undefined {
  const parsed: ParsedKey | Error | readonly ParsedKey[] = ssh2.utils.parseKey(bytes, passphrase)
  if (parsed instanceof Error) return undefined
  return 'isPrivateKey' in parsed ? parsed : parsed[0]
}

function isEncrypted(bytes: Buffer): boolean {
  const parsed = ssh2.utils.parseKey(bytes)
  return parsed instanceof Error && /encrypted/i.test(parsed.message)
}

/** Exposed is what OpenSSH refuses too: ours, and others can read or write it (sshkey_perm_ok). */
async function readKeyFile(path: string): Promise<{ readonly bytes: Buffer; readonly isExposed: boolean }> {
  try {
    const file = await readRegularFile(path, longestFileBytes)
    if (file === 'not-regular') throw badKey(path, { ja: '通常のファイルでない', en: 'it is not a regular file' })
    if (file === 'too-large') throw badKey(path, notUnderstood)
    const { bytes, stats } = file
    return { bytes, isExposed: stats.uid === process.getuid?.() && (stats.mode & 0o077) !== 0 }
  } catch (cause) {
    if (cause instanceof Fault) throw cause
    const code = systemCode(cause) ?? 'error'
    throw badKey(path, { ja: `読めない（${code}）`, en: `it can not be read (${code})` })
  }
}

/** Public half of an encrypted key in OpenSSH's own form, which stands there in the clear (PROTOCOL.key). */
function publicHalf(bytes: Buffer): Buffer | undefined {
  const [, base64 = ''] = /-----BEGIN OPENSSH PRIVATE KEY-----([^-]+)-----END/.exec(bytes.toString('latin1')) ?? []
  const blob = Buffer.from(base64, 'base64')
  let at = 'openssh-key-v1\0'.length
  const field = (): Buffer | undefined => {
    if (at + 4 > blob.length) return undefined
    const length = blob.readUInt32BE(at)
    const value = blob.subarray(at + 4, at + 4 + length)
    at += 4 + length
    return value.length === length ? value : undefined
  }
  // cipher, key derivation, its options; then the number of keys and the first public key
  for (let skipped = 0; skipped < 3; skipped += 1) if (field() === undefined) return undefined
  at += 4
  return field()
}

async function publicFile(path: string): Promise<Buffer | undefined> {
  try {
    return parse((await readKeyFile(`${path}.pub`)).bytes)?.getPublicSSH()
  } catch {
    return undefined
  }
}

const notPrivate: LocalText = {
  ja: '公開鍵であり、対応する秘密鍵は ssh-agent にもない',
  en: 'it is a public key, and ssh-agent does not hold the private one',
}

const notUnderstood: LocalText = {
  ja: 'この種類の鍵は扱えない（ed25519・ECDSA・RSA の秘密鍵だけ）',
  en: 'this kind of key is not supported (private ed25519, ECDSA and RSA keys are)',
}

/** The fault of an encrypted key that nothing opens. */
export const needsPassphrase = (path: string): Fault =>
  badKey(
    path,
    { ja: '暗号化されていて、パスフレーズの指定がない', en: 'it is encrypted, and no passphrase is configured' },
    {
      ja: 'credentials に passphrase: env:… を書くか、ssh-agent に鍵を入れてください',
      en: 'write passphrase: env:… into credentials, or add the key to ssh-agent',
    },
  )

const wrongPassphrase = (path: string): Fault =>
  badKey(
    path,
    { ja: 'パスフレーズが合わない', en: 'the passphrase does not open it' },
    {
      ja: 'credentials の passphrase が指す値を確かめてください',
      en: 'check what passphrase in credentials points to',
    },
  )

const badKey = (path: string, why: LocalText, next?: LocalText): Fault =>
  new Fault(
    'configuration',
    { ja: `鍵ファイル ${path} を使えない: ${why.ja}`, en: `the key file ${path} can not be used: ${why.en}` },
    next ? { next } : {},
  )
