import { Fault } from '../../core/fault.ts'
import type { LocalText } from '../../core/text.ts'
import type { SshSettings } from './settings.ts'

const checkReference: LocalText = {
  ja: 'パスワードの参照先を確かめてから、もう一度実行してください（アカウントを締め出さないため、この実行では二度と試しません）',
  en: 'check what the password reference points to, then run again (in this run it is not tried again, so that no account is locked)',
}

/** The server said no to the password. */
export const refused = ({ name, username }: SshSettings): Fault =>
  new Fault(
    'rejected',
    { ja: `${name} が ${username} のパスワードを拒んだ`, en: `${name} refused the password of ${username}` },
    { next: checkReference },
  )

/** The password was sent, and then came nothing that says whether it was right. */
export const noAnswer = ({ name, username }: SshSettings, cause: Fault): Fault =>
  new Fault(
    'rejected',
    {
      ja: `${username} のパスワードを送った後、${name} から可否の答えがない（${cause.what.ja}）`,
      en: `${name} did not say whether it accepts the password of ${username} (${cause.what.en})`,
    },
    { next: checkReference, cause },
  )

/** The account must get a new password first. */
export const passwordChange = ({ name, username }: SshSettings, words: string): Fault =>
  new Fault(
    'denied',
    {
      ja: `${name} が ${username} のパスワードの変更を求めている: 「${words}」`,
      en: `${name} wants a new password for ${username}: “${words}”`,
    },
    {
      next: {
        ja: 'パスワードを変更するか、期限のないサービスアカウントと公開鍵を使ってください',
        en: 'change it, or use a service account with a public key',
      },
    },
  )

/** The server asks for something that is not the password. */
export const deniedPrompt = ({ name, username }: SshSettings, prompt: string, passwordSent: boolean): Fault =>
  new Fault(
    'denied',
    {
      ja: `${name} が ${username} のログオンで${passwordSent ? 'さらに' : ''}入力を求めている: 「${prompt}」`,
      en: `${name} asks ${passwordSent ? 'for more' : 'a question'} when ${username} logs on: “${prompt}”`,
    },
    {
      next: {
        ja: 'パスワード以外の質問には答えません。公開鍵でログオンできるアカウントを使ってください',
        en: 'nothing but a password is ever answered: use an account that logs on with a public key',
      },
    },
  )

/** What was tried when nothing was accepted. */
export interface Tried {
  readonly methods: string
  readonly offered: readonly string[]
  readonly notes: readonly LocalText[]
  readonly passwordUsed: boolean
  readonly limit: number | undefined
}

/** The server accepts nothing that we have. */
export function nothingAccepted({ name, username }: SshSettings, tried: Tried): Fault {
  const { offered, passwordUsed, limit } = tried
  const offeredKeys = offered.length === 0 ? undefined : offered.join(', ')
  const ja = [...(offeredKeys ? [`鍵 ${offeredKeys}`] : []), ...(passwordUsed ? ['パスワード'] : [])].join('、')
  const en = [...(offeredKeys ? [`keys ${offeredKeys}`] : []), ...(passwordUsed ? ['a password'] : [])].join(', ')
  const notes = { ja: tried.notes.map((one) => one.ja).join('、'), en: tried.notes.map((one) => one.en).join(', ') }
  const most = limit
    ? {
        ja: `鍵は ${limit} 本まで（それ以上は OpenSSH の MaxAuthTries が接続を切る）`,
        en: `at most ${limit} keys are offered, since MaxAuthTries of OpenSSH ends the connection at six`,
      }
    : undefined
  return new Fault(
    'denied',
    {
      ja: `${name} に ${username} でログオンできない。受け付ける方法: ${tried.methods || 'なし'}。示したもの: ${ja || 'なし'}${suffix(notes.ja)}${suffix(most?.ja)}`,
      en: `${name} does not let the account ${username} log on. It accepts: ${tried.methods || 'nothing'}. Offered: ${en || 'nothing'}${suffix(notes.en)}${suffix(most?.en)}`,
    },
    {
      next: {
        ja: '公開鍵を対象の authorized_keys に入れ、identity-file でその鍵を指定するか、credentials に password を書いてください',
        en: 'put the public key into authorized_keys there and name the key with identity-file, or write password into credentials',
      },
    },
  )
}

const suffix = (text: string | undefined): string => (text ? ` (${text})` : '')
