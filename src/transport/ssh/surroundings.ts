import { homedir, userInfo } from 'node:os'
import type { CollectRun } from '../../core/scanner.ts'
import type { SshSurroundings } from './resolve.ts'

/** Where a run's SSH connections start from. */
export const surroundingsOf = ({ folder, env }: Pick<CollectRun, 'folder' | 'env'>): SshSurroundings => ({
  folder,
  env,
  home: env['HOME'] ?? homedir(),
  user: localUser(env),
})

/** A container may run us as a user without a name. */
function localUser(env: CollectRun['env']): string {
  try {
    return userInfo().username
  } catch {
    return env['USER'] ?? 'root'
  }
}
