import { Fault } from '../../../src/core/fault.ts'
import type { CollectRequest, Target } from '../../../src/core/scanner.ts'
import type { Allowance, CollectorCommand } from '../../../src/transport/command.ts'
import { runLocally } from '../../../src/transport/local.ts'
import { fromHeader } from './collect-answer.ts'
import { collectorScript } from './collector.ts'

/** Far above any real answer (about 1 MB; a walk of all files gives more); hostile machines must not fill our memory. */
const maximumBytes = ({ deep }: CollectRequest): number => (deep ? 256 : 64) * 1024 * 1024

/** Options that the collector script knows. */
export const collectorArguments = ['--deep', '--simulate-upgrade'] as const

/** What may be run, here and elsewhere: this collector, and nothing else. */
export const collectorAllowance = (): Allowance => ({
  scripts: new Set([collectorScript().hash]),
  arguments: new Set(collectorArguments),
})

/**
 * Evidence of this machine (`here: true`) or of another over SSH (`host`): the collector in a shell there, or, with
 * the option `sudo`, as root.
 * @throws Fault `configuration` for a target that is neither or both
 */
export function collectLinux(target: Target, request: CollectRequest): AsyncIterable<Uint8Array> {
  const { here, host } = target.options
  if ((here === true) === (typeof host === 'string')) throw hereOrHost(target)
  const command = commandOf(target, request)
  return here === true
    ? runLocally(command, collectorAllowance(), { signal: request.signal, maximumBytes: maximumBytes(request) })
    : collectOverSsh(target, command, request)
}

function commandOf(target: Target, request: CollectRequest): CollectorCommand {
  const sudo = target.options['sudo']
  const args = [...(request.deep ? ['--deep'] : []), ...(request.simulateUpgrade ? ['--simulate-upgrade'] : [])]
  return typeof sudo === 'string'
    ? { kind: 'sudo', path: sudo, arguments: args }
    : { kind: 'script', text: collectorScript().text, arguments: args, sudo: sudo === true }
}

async function* collectOverSsh(
  target: Target,
  command: CollectorCommand,
  request: CollectRequest,
): AsyncGenerator<Uint8Array> {
  // a scan of this machine needs none of it
  const [{ resolveSshSettings }, { runRemotely }, { surroundingsOf }] = await Promise.all([
    import('../../../src/transport/ssh/resolve.ts'),
    import('../../../src/transport/ssh/remote.ts'),
    import('../../../src/transport/ssh/surroundings.ts'),
  ])
  const { run, signal } = request
  const settings = await resolveSshSettings(target, surroundingsOf(run))
  const limits = { signal, maximumBytes: maximumBytes(request) }
  const answer = runRemotely(command, collectorAllowance(), settings, { run, ...limits })
  yield* fromHeader(answer, { name: target.name, secrets: run.secrets })
}

const hereOrHost = ({ name }: Target): Fault =>
  new Fault(
    'configuration',
    {
      ja: `対象 ${name}: here: true か host のどちらか一方が要る`,
      en: `target ${name}: it needs either here: true or host`,
    },
    {
      next: {
        ja: 'この機械なら here: true、離れた機械なら host: ホスト名 を書いてください。SSH で届かない機械では `seisa collect --print-script linux` の出力を実行し、結果を `seisa scan --from` に渡してください',
        en: 'write here: true for this machine, host: NAME for another; on a machine that SSH does not reach run the output of `seisa collect --print-script linux`, and give the result to `seisa scan --from`',
      },
    },
  )
