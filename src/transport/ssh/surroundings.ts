import { userInfo } from 'node:os'
import { isAbsolute } from 'node:path'
import type { CollectRun } from '../../core/scanner.ts'
import type { SshSurroundings } from './resolve.ts'

/** Where a run's SSH connections start from. */
export const surroundingsOf = ({ folder, env }: Pick<CollectRun, 'folder' | 'env'>): SshSurroundings => ({
  folder,
  env,
  home: homeOf(env),
  user: localUser(env),
})

/** One that is empty or relative would let the folder that we stand in say which host keys are known. */
function homeOf(env: CollectRun['env']): string {
  const home = env['HOME'] ?? ''
  if (isAbsolute(home)) return home
  try {
    return userInfo().homedir
  } catch {
    return '/nonexistent'
  }
}

/** A container may run us as a user without a name. */
function localUser(env: CollectRun['env']): string {
  try {
    return userInfo().username
  } catch {
    return env['USER'] ?? 'root'
  }
}
