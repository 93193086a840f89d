import { resolveCredential } from '../files/credentials.ts'
import { type OpenCollectRun, openCollectRun } from '../scan/collect-run.ts'
import type { App } from './app.ts'
import type { Project } from './project.ts'

/** What the targets of one command share: credentials, connections to jump hosts, and what must never be written. */
export const collectRunOf = (app: App, project: Project | undefined): OpenCollectRun => {
  const folder = project?.folder ?? app.cwd
  return openCollectRun({
    folder,
    env: app.env,
    resolve: (reference, secrets) => resolveCredential(reference, { env: app.env, folder, secrets }),
  })
}
