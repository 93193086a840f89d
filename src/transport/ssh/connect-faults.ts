import { Fault } from '../../core/fault.ts'
import type { LocalText } from '../../core/text.ts'
import type { SshSettings } from './settings.ts'

const place = ({ host, port }: SshSettings): string => `${host}:${port}`

/** What the system's own names mean to a person. */
const reasons: Readonly<Record<string, LocalText>> = {
  ECONNREFUSED: {
    ja: '接続が拒否された（そのポートで待つものがない）',
    en: 'the connection was refused: nothing listens there',
  },
  EHOSTUNREACH: { ja: 'ホストに届かない', en: 'there is no way to the host' },
  ENETUNREACH: { ja: 'ネットワークに届かない', en: 'there is no way to its network' },
  ENOTFOUND: { ja: '名前解決できない', en: 'there is no such name' },
  EAI_AGAIN: { ja: '名前解決の答えがない', en: 'the name could not be looked up now' },
  ETIMEDOUT: { ja: '応答がない', en: 'there is no answer' },
}

/** No connection at all. */
export function unreachable(settings: SshSettings, code: string | undefined, cause?: unknown): Fault {
  const why = reasons[code ?? ''] ?? { ja: code ?? '不明', en: code ?? 'unknown error' }
  return new Fault(
    'unreachable',
    {
      ja: `${settings.name}（${place(settings)}）に接続できない: ${why.ja}`,
      en: `can not connect to ${settings.name} (${place(settings)}): ${why.en}`,
    },
    {
      next: {
        ja: 'host・port・jump と、間のファイアウォール、sshd が動いているかを確かめてください',
        en: 'check host, port and jump, the firewalls in between, and that sshd runs there',
      },
      cause,
    },
  )
}

/** Connecting and logging on took too long; the system has sent its packets several times meanwhile, so that once is enough. */
export const tooSlow = (settings: SshSettings): Fault =>
  new Fault(
    'timeout',
    {
      ja: `${settings.name}（${place(settings)}）が ${settings.connectTimeoutSeconds} 秒以内に応答しない`,
      en: `${settings.name} (${place(settings)}) did not answer within ${settings.connectTimeoutSeconds} seconds`,
    },
    {
      next: {
        ja: '経路と対象の負荷を確かめてください',
        en: 'check the way there and the load of the host',
      },
    },
  )

/** Something else than SSH answers there. */
export const notSsh = (settings: SshSettings, words: string): Fault =>
  new Fault(
    'unreachable',
    {
      ja: `${settings.name}（${place(settings)}）の応答が SSH でない: 「${words}」`,
      en: `what answers at ${settings.name} (${place(settings)}) is not SSH: “${words}”`,
    },
    { next: { ja: 'port を確かめてください', en: 'check port' } },
  )

/** Both sides found no way to talk. */
export const noAgreement = (settings: SshSettings, words: string): Fault =>
  new Fault(
    'unreachable',
    {
      ja: `${settings.name} との鍵交換に失敗した: ${words}`,
      en: `the key exchange with ${settings.name} failed: ${words}`,
    },
    {
      next: {
        ja: 'sshd の KexAlgorithms・Ciphers・MACs・HostKeyAlgorithms を確かめてください',
        en: 'check KexAlgorithms, Ciphers, MACs and HostKeyAlgorithms of its sshd',
      },
    },
  )

/** The connection was lost after the key exchange. */
export const lost = (settings: SshSettings, words: string): Fault =>
  new Fault(
    'unreachable',
    {
      ja: `${settings.name} との接続が切れた${words === '' ? '' : `: ${words}`}`,
      en: `the connection to ${settings.name} was lost${words === '' ? '' : `: ${words}`}`,
    },
    {
      next: {
        ja: '経路と対象の sshd のログを確かめてから、もう一度実行してください',
        en: 'check the way there and the log of its sshd, then run again',
      },
    },
  )

/** The server gave up on us because of too many refusals. */
export const tooManyTries = (settings: SshSettings, words: string): Fault =>
  new Fault(
    'denied',
    {
      ja: `${settings.name} が試行回数の上限でログオンを打ち切った: ${words}`,
      en: `${settings.name} ended the log-on after too many tries: ${words}`,
    },
    {
      next: {
        ja: 'identity-file で使う鍵を一つに絞ってください（対象の MaxAuthTries も確かめてください）',
        en: 'name the one right key with identity-file (and look at MaxAuthTries there)',
      },
    },
  )

/** The server doesn't let us do what was asked after we logged on. */
export const notAllowed = (settings: SshSettings, what: LocalText, words: string): Fault =>
  new Fault(
    'denied',
    {
      ja: `${settings.name} が${what.ja}を許さない: ${words}`,
      en: `${settings.name} does not allow ${what.en}: ${words}`,
    },
    {
      next: {
        ja: '対象の sshd_config（ForceCommand、AllowTcpForwarding、PermitOpen、MaxSessions）と authorized_keys を確かめてください',
        en: 'check sshd_config there (ForceCommand, AllowTcpForwarding, PermitOpen, MaxSessions) and authorized_keys',
      },
    },
  )

/** What kept a jump host from being used, for a target behind it. */
export const throughJump = (jump: SshSettings, fault: Fault): Fault =>
  new Fault(
    fault.code,
    {
      ja: `踏み台 ${jump.name} を通れない: ${fault.what.ja}`,
      en: `no way through the jump host ${jump.name}: ${fault.what.en}`,
    },
    { ...(fault.next && { next: fault.next }), cause: fault },
  )

/** The account can log on and can not run the collector; `words` are what came instead. */
export const notRun = ({ name }: Pick<SshSettings, 'name'>, words: string, cause?: unknown): Fault =>
  new Fault(
    'denied',
    {
      ja: `${name} は収集スクリプトを動かさず、こう答える: 「${words}」`,
      en: `${name} did not run the collector; it says “${words}”`,
    },
    {
      next: {
        ja: 'そのアカウントがコマンドを実行できるか（ログインシェル、ForceCommand、authorized_keys の command=、期限切れのパスワード）を確かめてください',
        en: 'check that the account may run commands: its login shell, ForceCommand, command= in authorized_keys, an expired password',
      },
      cause,
    },
  )
