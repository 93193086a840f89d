import { resolveCredential } from '../files/credentials.ts'
import { type OpenCollectRun, openCollectRun } from '../scan/collect-run.ts'
import type { App } from './app.ts'
import type { Project } from './project.ts'

/** How a target refers to the password that `--ask-password` asked for. A configuration can't write it. */
export const askedPassword = 'ask:password'

/**
 * What the targets of one command share: credentials, connections to jump hosts, and what must never be written.
 * `asked` is the password that was typed for this run.
 */
export const collectRunOf = (app: App, project: Project | undefined, asked?: string): OpenCollectRun => {
  const folder = project?.folder ?? app.cwd
  return openCollectRun({
    folder,
    env: app.env,
    resolve: async (reference, secrets, over) => {
      if (reference !== askedPassword || asked === undefined)
        return resolveCredential(reference, { env: app.env, folder, secrets, signal: over })
      secrets.add(asked)
      return asked
    },
  })
}
