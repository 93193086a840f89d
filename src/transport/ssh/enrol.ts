import { randomBytes } from 'node:crypto'
import { lstat, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Fault, systemCode } from '../../core/fault.ts'
import type { LocalText } from '../../core/text.ts'
import { keyTypeOf } from './fingerprint.ts'
import { parseCertificate, publicKeyOf } from './host-certificate-parse.ts'
import { hostKeysOf, readKnownHosts } from './host-keys.ts'
import { type HostIdentity, hostKeyName, namesHost, parseKnownHosts } from './known-hosts.ts'

/**
 * Puts a host key into a known_hosts file, in OpenSSH's form. A file that doesn't exist is made (0600, its folder
 * 0700); one that exists keeps its mode and, byte for byte, everything else. With `replace` the host's other keys go:
 * lines for it alone are removed, others just stop naming it. Lines with `@revoked` and `@cert-authority` always stay.
 * The file is replaced at once or not at all.
 * @throws Fault `usage` for a name or key that can't stand in such a file, `configuration` for a file that can't be
 * read or is a symbolic link, `denied` for a key that the file revokes, `output` when it can't be written
 */
export async function enrolHostKey(
  file: string,
  host: HostIdentity,
  key: Buffer,
  { replace }: { readonly replace: boolean },
): Promise<void> {
  const name = enrolledName(host)
  // what a person compared is the fingerprint of the key, which a certificate shares
  const plainKey = parseCertificate(key)?.plainKey ?? key
  const type = keyTypeOf(plainKey)
  if (publicKeyOf(plainKey) === undefined) {
    throw new Fault(
      'usage',
      { ja: `登録できない種類の鍵である: ${type}`, en: `a key of type ${type} can not be enrolled` },
      {
        next: {
          ja: '対象に ED25519・ECDSA・RSA のホスト鍵を用意してください',
          en: 'give the host an ED25519, ECDSA or RSA key',
        },
      },
    )
  }
  const attributes = await attributesOf(file)
  const before = (await readKnownHosts(file)) ?? ''
  const after = withHostKey(before, name, `${type} ${plainKey.toString('base64')}`, replace)
  const verdict = hostKeysOf([{ file, text: after }]).check(host, plainKey)
  if (verdict.state !== 'trusted') {
    throw new Fault(
      'denied',
      {
        ja: `${file} は ${name} のこの鍵を失効または除外しているため、登録できない`,
        en: `${file} revokes or excludes this key of ${name}, so it can not be enrolled`,
      },
      {
        next: {
          ja: 'その行を書いた人に理由を確かめてください（誤りと分かれば、行を消してからやり直す）',
          en: 'ask whoever wrote that line why; only if it is wrong, remove it and try again',
        },
      },
    )
  }
  if (after !== before) await replaceFile(file, before, after, attributes)
}

/** The name to write. Whatever could end a field or a line, or mean more than one host, is refused. */
function enrolledName(host: HostIdentity): string {
  const name = hostKeyName(host)
  if (/^[a-z0-9._[:][a-z0-9._:%[\]-]{0,511}$/.test(name)) return name
  throw new Fault(
    'usage',
    {
      ja: 'ホスト名に使えない文字があるため、ホスト鍵を登録できない',
      en: 'the host name holds characters that a file of host keys can not hold',
    },
    { next: { ja: 'ssh_config に HostKeyAlias を書いてください', en: 'give the host a HostKeyAlias in ssh_config' } },
  )
}

/** The text with this key for this name. */
export function withHostKey(text: string, name: string, typeAndKey: string, replace: boolean): string {
  const kept = replace ? withoutHost(text, name, typeAndKey) : text
  const already = parseKnownHosts(kept, '').lines.some(
    (line) => line.marker === undefined && `${line.type} ${line.base64}` === typeAndKey && namesHost(line.hosts, name),
  )
  if (already) return kept
  return `${kept}${kept === '' || kept.endsWith('\n') ? '' : '\n'}${name} ${typeAndKey}\n`
}

/** The text without what names other keys of a host. */
function withoutHost(text: string, name: string, typeAndKey: string): string {
  const naming = new Map(
    parseKnownHosts(text, '')
      .lines.filter((line) => line.marker === undefined && namesHost(line.hosts, name))
      .filter((line) => `${line.type} ${line.base64}` !== typeAndKey)
      .map((line) => [line.line, line.hosts]),
  )
  return (text.match(/[^\n]*\n|[^\n]+$/g) ?? [])
    .map((raw, index) => {
      const hosts = naming.get(index + 1)
      if (hosts === undefined) return raw
      const others = otherHosts(hosts, name)
      return others === undefined ? '' : raw.replace(hosts, () => others)
    })
    .join('')
}

/** The patterns of a line without one host; nothing when it was for that host only. */
function otherHosts(hosts: string, name: string): string | undefined {
  if (hosts.startsWith('|')) return undefined
  const others = hosts.split(',').filter((pattern) => pattern.toLowerCase() !== name)
  if (others.every((pattern) => pattern === '' || pattern.startsWith('!'))) return undefined
  return [...others, ...(namesHost(others.join(','), name) ? [`!${name}`] : [])].join(',')
}

interface Attributes {
  readonly mode: number
  readonly uid: number
  readonly gid: number
}

async function attributesOf(file: string): Promise<Attributes | undefined> {
  const stats = await lstat(file).catch((cause: unknown) => {
    if (systemCode(cause) === 'ENOENT') return undefined
    throw new Fault('configuration', cantWrite(file, systemCode(cause)), { next: anotherFile, cause })
  })
  if (stats?.isSymbolicLink()) {
    throw new Fault(
      'configuration',
      { ja: `${file} はシンボリックリンクなので書き換えない`, en: `${file} is a symbolic link and is not replaced` },
      { next: { ja: 'known-hosts に実際のファイルを書いてください', en: 'name the real file with known-hosts' } },
    )
  }
  return stats && { mode: stats.mode & 0o777, uid: stats.uid, gid: stats.gid }
}

const cantWrite = (file: string, code: string | undefined): LocalText => ({
  ja: `${file} に書き込めない（${code ?? '-'}）`,
  en: `can not write ${file} (${code ?? '-'})`,
})

const anotherFile: LocalText = {
  ja: '書き込めるようにするか、known-hosts で別のファイルを指定してください',
  en: 'make it writable, or name another file with known-hosts',
}

async function replaceFile(
  file: string,
  before: string,
  after: string,
  attributes: Attributes | undefined,
): Promise<void> {
  const folder = dirname(file)
  const temporary = join(folder, `.seisa-known-hosts-${randomBytes(8).toString('hex')}`)
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const handle = await open(temporary, 'wx', 0o600)
    try {
      await handle.writeFile(after, 'latin1')
      if (attributes) {
        // another owner's file stays theirs
        if (attributes.uid !== process.getuid?.()) await handle.chown(attributes.uid, attributes.gid)
        await handle.chmod(attributes.mode)
      }
      await handle.sync()
    } finally {
      await handle.close()
    }
    if (((await readKnownHosts(file)) ?? '') !== before) {
      throw new Fault('output', {
        ja: `${file} が同時に書き換えられた。もう一度実行してください`,
        en: `${file} was changed by somebody else meanwhile; try again`,
      })
    }
    await rename(temporary, file)
    const opened = await open(folder, 'r')
    await opened.sync().finally(() => opened.close())
  } catch (cause) {
    await rm(temporary, { force: true })
    if (cause instanceof Fault) throw cause
    throw new Fault('output', cantWrite(file, systemCode(cause)), { next: anotherFile, cause })
  }
}
