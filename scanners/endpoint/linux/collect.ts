import { Fault } from '../../../src/core/fault.ts'
import type { CollectRequest, Target } from '../../../src/core/scanner.ts'
import { type LocalAllowance, type LocalCommand, runLocally } from '../../../src/transport/local.ts'
import { collectorScript } from './collector.ts'

/** Far above any real answer (about 1 MB); a hostile machine must not fill our memory or disk. */
const maximumBytes = 256 * 1024 * 1024

/** Options that the collector script knows. */
export const collectorArguments = ['--deep', '--simulate-upgrade'] as const

/** What may be run here: this collector, and nothing else. */
export const localAllowance = (): LocalAllowance => ({
  scripts: new Set([collectorScript().hash]),
  arguments: new Set(collectorArguments),
})

/**
 * Evidence of this machine: the collector in this machine's shell, or, with the option `sudo`, the copy
 * that the administrator installed.
 * @throws Fault `configuration` for a target that isn't this machine
 */
export function collectLinux(target: Target, request: CollectRequest): AsyncIterable<Uint8Array> {
  if (target.options['here'] !== true) {
    throw new Fault(
      'configuration',
      {
        ja: `対象 ${target.name}: この版が直接調べられるのは、この機械（here: true）だけです`,
        en: `target ${target.name}: this version scans only the machine it runs on (here: true)`,
      },
      {
        next: {
          ja: '離れた機械では `seisa collect --print-script linux` の出力を実行し、結果を `seisa scan --from` に渡してください',
          en: 'on another machine run the output of `seisa collect --print-script linux`, and give the result to `seisa scan --from`',
        },
      },
    )
  }
  const sudo = target.options['sudo']
  const args = [...(request.deep ? ['--deep'] : []), ...(request.simulateUpgrade ? ['--simulate-upgrade'] : [])]
  const command: LocalCommand =
    typeof sudo === 'string'
      ? { kind: 'sudo', path: sudo, arguments: args }
      : { kind: 'script', text: collectorScript().text, arguments: args }
  return runLocally(command, localAllowance(), { signal: request.signal, maximumBytes })
}
