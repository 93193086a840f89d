import { Fault } from '../../core/fault.ts'
import { allowedWords, type Allowance, checkTheTarget, type CollectorCommand, ended, failed } from '../command.ts'
import { said } from '../said.ts'
import { connect, type ConnectContext } from './connect.ts'
import { notRun } from './connect-faults.ts'
import { type SessionOptions, runOnChannel } from './session.ts'
import type { SshSettings } from './settings.ts'

export type RemoteOptions = ConnectContext & Omit<SessionOptions, 'secrets'>

/**
 * Runs one allowed command on another machine and gives its standard output as it arrives: one connection, one
 * session, one round trip. Nothing but the command line and the script on its standard input is ever sent.
 * @throws Fault `usage` for what isn't allowed, `unreachable` / `denied` / `rejected` / `configuration` when the
 * machine can't be reached or used, `timeout` when aborted
 */
export async function* runRemotely(
  command: CollectorCommand,
  allowance: Allowance,
  settings: SshSettings,
  options: RemoteOptions,
): AsyncGenerator<Uint8Array> {
  const words = allowedWords(command, allowance)
  if (options.signal.aborted) throw ended(options.signal)
  const { secrets } = options.run
  const connection = await connect(settings, options)
  try {
    const input = command.kind === 'script' ? command.text : ''
    const outcome = yield* runOnChannel(connection, words.join(' '), input, { ...options, secrets })
    if (outcome.code === 0) return
    const errors = said(outcome.errors.toString('utf8'), secrets, 200)
    if (outcome.code === null && outcome.signal === undefined) throw brokeOff(settings, errors)
    // a shell that may not run it, or an account that must do something else first
    if (outcome.code !== null && outcome.bytes === 0 && command.kind === 'script' && !command.sudo) {
      throw notRun(settings, errors === '' ? `exit ${outcome.code}` : errors)
    }
    throw failed(command, outcome.code ?? said(outcome.signal ?? '', secrets), errors)
  } finally {
    connection.close()
  }
}

const brokeOff = ({ name }: SshSettings, errors: string): Fault =>
  new Fault(
    'unreachable',
    {
      ja: `${name} が、収集スクリプトの終わり方を伝えずに終えた${errors === '' ? '' : `: ${errors}`}`,
      en: `${name} ended the session without saying how the collector ended${errors === '' ? '' : `: ${errors}`}`,
    },
    { next: checkTheTarget },
  )
