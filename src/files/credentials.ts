import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { resolve } from 'node:path'
import { Fault, systemCode } from '../core/fault.ts'
import type { LocalText } from '../core/text.ts'
import { visible } from '../text/safe.ts'
import { outputOfCommand } from './credential-command.ts'
import { isReference } from './secret-text.ts'

/** What resolving a reference needs from around it. */
export interface CredentialContext {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Folder that relative paths start from: that of the configuration file. */
  readonly folder: string
  /** Every value that was resolved: the redactor removes them wherever they occur (design law 6). */
  readonly secrets: Set<string>
  /** Ends a command that still runs. */
  readonly signal?: AbortSignal
}

const longestSecretBytes = 64 * 1024
const commandTimeoutSeconds = 30

/**
 * The value behind `env:NAME`, `file:PATH` or `exec:COMMAND`, read when it is needed and not before. One line
 * break at the end is not part of it. Throws a `Fault('configuration')` that never holds the value.
 */
export async function resolveCredential(reference: string, context: CredentialContext): Promise<string> {
  if (!isReference(reference)) {
    throw refuse({ ja: '認証情報が参照でない', en: 'a credential that is not a reference' })
  }
  const colon = reference.indexOf(':')
  const [kind, rest] = [reference.slice(0, colon), reference.slice(colon + 1)]
  const value = await readers[kind]?.(rest, context)
  const secret = value?.replace(/\r?\n$/, '') ?? ''
  if (secret === '') {
    throw refuse({ ja: `${visible(reference)} の値が空である`, en: `${visible(reference)} is empty` })
  }
  context.secrets.add(secret)
  // Where it is written on several lines, each of them alone is secret too.
  for (const line of secret.split(/\r?\n/)) if (line.trim().length >= 8) context.secrets.add(line)
  return secret
}

const readers: Readonly<Record<string, (rest: string, context: CredentialContext) => Promise<string>>> = {
  env: async (name, { env }) => {
    const value = env[name]
    if (value === undefined)
      throw refuse({ ja: `環境変数 ${name} がない`, en: `the environment variable ${name} is not set` })
    return value
  },
  file: (path, { folder }) => readSecretFile(resolve(folder, path)),
  exec: runCommand,
}

async function readSecretFile(path: string): Promise<string> {
  const shown = visible(path)
  try {
    await using file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    // Of the opened file, not of its name: the name could point elsewhere by now.
    const found = await file.stat()
    if (!found.isFile()) throw refuse({ ja: `${shown} は通常のファイルではない`, en: `${shown} is not a regular file` })
    const self = process.getuid?.()
    if (self !== undefined) {
      if (found.uid !== self && found.uid !== 0) {
        throw refuse(
          { ja: `${shown} の所有者が自分でも root でもない`, en: `${shown} belongs to somebody else` },
          { ja: 'chown で所有者を自分にする', en: 'make it your own with chown' },
        )
      }
      if ((found.mode & 0o077) !== 0) {
        throw refuse(
          { ja: `${shown} を他の利用者が読める、または書ける`, en: `${shown} can be read or written by others` },
          { ja: `chmod 600 ${shown} を実行する`, en: `run chmod 600 ${shown}` },
        )
      }
    }
    if (found.size > longestSecretBytes) throw refuse({ ja: `${shown} が大きすぎる`, en: `${shown} is too large` })
    return await file.readFile('utf8')
  } catch (error) {
    if (error instanceof Fault) throw error
    const code = systemCode(error) ?? 'unknown'
    throw refuse({ ja: `${shown} を読めない（${code}）`, en: `cannot read ${shown} (${code})` })
  }
}

/** Nothing of the command's output is ever shown: it may hold the secret. */
async function runCommand(command: string, { env, folder, signal }: CredentialContext): Promise<string> {
  const output = await outputOfCommand({
    command,
    cwd: folder,
    env,
    timeoutSeconds: commandTimeoutSeconds,
    maximumBytes: longestSecretBytes,
    signal,
  })
  if (typeof output === 'string') return output
  // Only its first word: arguments may be secret too.
  const name = visible(command.trim().split(/\s/)[0] ?? '')
  throw refuse({
    ja: `認証情報の命令が失敗した（exec:${name} …、${output.failed}）`,
    en: `the command for a credential failed (exec:${name} …, ${output.failed})`,
  })
}

const refuse = (what: LocalText, next?: LocalText): Fault =>
  new Fault('configuration', what, {
    next: next ?? {
      ja: 'env:環境変数名、file:ファイルの場所、exec:命令 の指す先を確かめる',
      en: 'check what env:VARIABLE, file:PATH or exec:COMMAND points to',
    },
  })
