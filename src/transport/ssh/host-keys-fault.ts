import { Fault } from '../../core/fault.ts'
import type { LocalText } from '../../core/text.ts'
import { keyDisplayName } from './fingerprint.ts'
import { hostKeyName, identityOf } from './known-hosts.ts'
import type { HostKeyVerdict, KnownKey, ShownKey } from './host-keys.ts'
import type { SshSettings } from './settings.ts'

/** What makes the fault of a host key. */
export type RefusedHostKey = Exclude<HostKeyVerdict, { readonly state: 'trusted' }>

/** The fault `denied` for a host whose key is not trusted: both fingerprints, where they stand, and what to do. */
export function hostKeyFault(
  verdict: RefusedHostKey,
  settings: Pick<SshSettings, 'name' | 'target' | 'typed' | 'host' | 'port' | 'hostKeyAlias' | 'knownHostsFiles'>,
): Fault {
  const { what, next } = sentences(verdict, settings)
  return new Fault('denied', what, { next })
}

const shown = ({ type, fingerprint }: ShownKey): string => `${keyDisplayName(type)} ${fingerprint}`
const place = ({ file, line }: KnownKey): string => `${file}:${line}`

function sentences(
  verdict: RefusedHostKey,
  settings: Parameters<typeof hostKeyFault>[1],
): { readonly what: LocalText; readonly next: LocalText } {
  const name = hostKeyName(identityOf(settings))
  const offered = shown(verdict.offered)
  const compare = fingerprintCommand(verdict.offered)
  const named = settings.typed ?? ['--target', settings.target ?? settings.name]
  const enrol = ['seisa doctor --enrol', ...named.map(shellWord)].join(' ')
  const compareThenEnrol = {
    ja: `対象のホスト上で \`${compare}\` を実行して指紋を比べ、同じであれば \`${enrol}\` で登録してください`,
    en: `compare it on the host itself with \`${compare}\`; if it is the same, enrol it with \`${enrol}\``,
  }
  switch (verdict.state) {
    case 'unknown': {
      const files = settings.knownHostsFiles.join(', ') || '-'
      return {
        what: {
          ja: `${name} のホスト鍵は登録されていない。提示された鍵: ${offered}（確認したファイル: ${files}）`,
          en: `the host key of ${name} is not known; it offered ${offered} (looked in ${files})`,
        },
        next: compareThenEnrol,
      }
    }
    case 'changed': {
      const known = verdict.known.map((key) => `${shown(key)} (${place(key)})`).join(', ')
      return {
        what: {
          ja: `${name} のホスト鍵が変わっている。第三者が通信に割り込んでいるおそれがある。提示された鍵: ${offered}、登録済みの鍵: ${known}`,
          en: `the host key of ${name} has changed: somebody may be in between. It offered ${offered}; known: ${known}`,
        },
        next: {
          ja: `鍵を替えた覚えがなければ接続せず、管理者に確かめてください。替えた場合は、${compareThenEnrol.ja}`,
          en: `unless you know why the key was replaced, do not connect and ask who runs the host; otherwise ${compareThenEnrol.en}`,
        },
      }
    }
    case 'revoked':
      return {
        what: {
          ja: `${name} が提示した鍵 ${offered} は失効している（${place(verdict.by)} の @revoked: ${shown(verdict.by)}）`,
          en: `the key that ${name} offered, ${offered}, is revoked (@revoked in ${place(verdict.by)}: ${shown(verdict.by)})`,
        },
        next: {
          ja: '接続せず、失効させた管理者に確かめてください',
          en: 'do not connect; ask whoever revoked it',
        },
      }
    case 'refused':
      return {
        what: {
          ja: `${name} のホスト証明書を受け入れない: ${verdict.why.ja}（証明書の鍵: ${offered}）`,
          en: `the host certificate of ${name} is not accepted: ${verdict.why.en} (its key: ${offered})`,
        },
        next: {
          ja: 'ホスト上で `ssh-keygen -Lf` により証明書の内容を確かめ、発行し直してください',
          en: 'look at the certificate on the host with `ssh-keygen -Lf` and have it issued anew',
        },
      }
  }
}

/** A word that a shell reads as one. */
export const shellWord = (text: string): string =>
  /^[\w.@:,/+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`

/** What prints the fingerprint of a host key on the host itself. */
export function fingerprintCommand({ type }: ShownKey): string {
  const word = keyDisplayName(type).toLowerCase()
  return `ssh-keygen -lf /etc/ssh/ssh_host_${['ed25519', 'ecdsa', 'rsa'].includes(word) ? word : '*'}_key.pub`
}
