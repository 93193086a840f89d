import { createHash } from 'node:crypto'
import { Fault } from '../core/fault.ts'
import type { LocalText } from '../core/text.ts'

/**
 * What may run on a target: one shell with one known script on its standard input (`sudo` for an account that may
 * already run anything), or the copy of the script that the administrator installed, through sudo.
 */
export type CollectorCommand =
  | {
      readonly kind: 'script'
      readonly text: string
      readonly arguments: readonly string[]
      readonly sudo?: boolean
    }
  | { readonly kind: 'sudo'; readonly path: string; readonly arguments: readonly string[] }

/** Allow-list of the transports that run something (design law 2). */
export interface Allowance {
  /** SHA-256, in hex, of the scripts that may be run. */
  readonly scripts: ReadonlySet<string>
  /** Arguments that may be given to them. */
  readonly arguments: ReadonlySet<string>
}

/** Limits of one run of a command. */
export interface CommandLimits {
  readonly signal: AbortSignal
  /** Output over this many bytes ends the command. */
  readonly maximumBytes: number
}

/**
 * The words of an allowed command. None of them means anything to any shell, so that they may be joined by blanks
 * for a login shell of whatever kind.
 * @throws Fault `usage` for what isn't allowed
 */
export function allowedWords(command: CollectorCommand, allowance: Allowance): readonly string[] {
  const known =
    command.kind === 'script'
      ? allowance.scripts.has(createHash('sha256').update(command.text).digest('hex'))
      : /^\/[\w./-]+$/.test(command.path)
  const plain = command.arguments.every((word) => allowance.arguments.has(word) && /^--[a-z-]+$/.test(word))
  if (!known || !plain) {
    throw new Fault('usage', {
      ja: '許可された収集スクリプト以外は実行しない',
      en: 'only the allowed collector script may be run',
    })
  }
  if (command.kind === 'sudo') return ['sudo', '-n', '--', command.path, ...command.arguments]
  return [...(command.sudo ? ['sudo', '-n', '--'] : []), '/bin/sh', '-s', '--', ...command.arguments]
}

/** Signals carry their name as the reason, time limits an exception. */
export const ended = (signal: AbortSignal): Fault =>
  typeof signal.reason === 'string'
    ? new Fault('timeout', { ja: '中断された', en: 'was interrupted' })
    : new Fault(
        'timeout',
        { ja: '制限時間内に終わらなかった', en: 'did not end within its time limit' },
        {
          next: {
            ja: '対象の負荷を確かめるか、timeout（--timeout）を延ばしてください',
            en: 'look at the load of the target, or raise timeout (--timeout)',
          },
        },
      )

/** The answer is larger than anything honest. */
export const overLimit = (maximumBytes: number): Fault =>
  new Fault(
    'unreachable',
    {
      ja: `収集の出力が上限（${maximumBytes} バイト）を超えた`,
      en: `the collector's output is over its limit of ${maximumBytes} bytes`,
    },
    {
      next: {
        ja: '収集スクリプトのほかに出力するもの（ログインシェルの初期化など）が対象にないか確かめてください',
        en: 'check that nothing besides the collector prints there, such as the start-up files of the login shell',
      },
    },
  )

/** A command that ended badly: `outcome` is its exit code, or the name of the signal that ended it. */
export function failed(command: CollectorCommand, outcome: number | string | null, said: string): Fault {
  if (command.kind === 'sudo' || command.sudo) {
    return new Fault(
      'denied',
      { ja: `sudo で収集できない: ${said}`, en: `sudo did not run the collector: ${said}` },
      {
        next:
          command.kind === 'sudo'
            ? {
                ja: `対象に ${command.path} があり、sudoers がそれをパスワードなしで許しているかを確かめてください（書く行は \`seisa doctor\` が示します）`,
                en: `check that ${command.path} is there and that sudoers allows it without a password (\`seisa doctor\` prints the line)`,
              }
            : {
                ja: '何でもパスワードなしで sudo できるアカウントを使うか、収集スクリプトだけを許し、そのパスを sudo に書いてください（手順は `seisa doctor` が示します）',
                en: 'use an account that may run anything through sudo without a password, or allow the installed collector only and give its path to sudo (`seisa doctor` prints the steps)',
              },
      },
    )
  }
  const what =
    typeof outcome === 'string'
      ? {
          ja: `収集スクリプトがシグナル ${outcome} で終わった: ${said}`,
          en: `the collector was ended by the signal ${outcome}: ${said}`,
        }
      : {
          ja: `収集スクリプトが終了コード ${outcome} で終わった: ${said}`,
          en: `the collector ended with exit code ${outcome}: ${said}`,
        }
  return new Fault('unreachable', what, { next: checkTheTarget })
}

/** What to do about a collector that ended before its work was done. */
export const checkTheTarget: LocalText = {
  ja: '対象の空きメモリと制限（ulimit、systemd）、ログを確かめてから、もう一度実行してください',
  en: 'check memory, limits (ulimit, systemd) and logs there, then run again',
}
