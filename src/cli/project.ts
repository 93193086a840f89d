import { existsSync } from 'node:fs'
import { Fault } from '../core/fault.ts'
import type { ResolvedBaseline } from '../core/resolve.ts'
import type { Target } from '../core/scanner.ts'
import { type Config, loadBaselines, readConfig } from '../files/config.ts'
import type { App } from './app.ts'
import { fromHere } from './select.ts'

/** A seisa.yaml with its baselines ready to judge by. */
export interface Project {
  /** Folder of seisa.yaml; `.seisa/` lies in it. */
  readonly folder: string
  readonly config: {
    readonly baselines: readonly ResolvedBaseline[]
    readonly targets: readonly Target[]
    readonly settings: Config
  }
}

/**
 * The project that `--config` names, or that lies in this folder when one is wanted.
 * @throws Fault `configuration` when it has mistakes, or when a wanted one isn't there
 */
export async function readProject(app: App, named: string | undefined, wanted: boolean): Promise<Project | undefined> {
  const path = fromHere(app.cwd, named ?? 'seisa.yaml')
  if (named === undefined && !wanted) return undefined
  if (!existsSync(path)) {
    const what =
      named === undefined
        ? {
            ja: 'このフォルダに seisa.yaml がなく、対象の指定もない',
            en: 'there is no seisa.yaml here and no target on the command line',
          }
        : { ja: `設定ファイル ${named} がない`, en: `there is no configuration file ${named}` }
    throw new Fault(named === undefined ? 'nothing-to-do' : 'configuration', what, {
      next: {
        ja: 'この機械なら --here、ほかの機械なら --host 利用者@ホスト を付けるか、`seisa init` で設定を作る',
        en: 'name this machine with --here or another one with --host USER@HOST, or write a configuration with `seisa init`',
      },
    })
  }
  const settings = await readConfig(path, { scanners: [...app.scanners.values()] })
  return {
    folder: settings.folder,
    config: { baselines: loadBaselines(settings), targets: settings.targets, settings },
  }
}
