import { setTimeout } from 'node:timers/promises'
import { localeIsUtf8 } from '../text/language.ts'
import { laterByTimer, type Progress, showProgress } from '../text/progress.ts'
import { colorAllowed } from '../text/terminal.ts'
import type { App } from './app.ts'

/** Progress of a run over `total` targets, on standard error. */
export const progressOf = (app: App, total: number, color: boolean | undefined): Progress =>
  showProgress({
    stream: {
      isTTY: app.stderr.isTTY,
      columns: app.stderr.columns,
      rows: app.stderr.rows,
      write: (text) => void app.stderr.write(text),
    },
    env: app.env,
    lang: app.language,
    color: colorAllowed(app.stderr, app.env, color),
    unicode: localeIsUtf8(app.env),
    total,
    clock: () => performance.now(),
    later: laterByTimer,
  })

/** For `--quiet`. */
export const noProgress: Progress = { event: () => undefined, close: () => undefined }

/** The same for commands that say at their end what failed: nothing off a terminal. */
export const quietProgressOf = (app: App, total: number, color: boolean | undefined): Progress =>
  app.stderr.isTTY ? progressOf(app, total, color) : noProgress

/** Waits, or stops waiting when aborted. */
export const wait = async (milliseconds: number, signal: AbortSignal): Promise<void> => {
  await setTimeout(milliseconds, undefined, { signal }).catch(() => undefined)
}
