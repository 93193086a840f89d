import type { LocalText } from '../core/text.ts'
import { visible } from '../text/safe.ts'
import type { App } from './app.ts'

const mistake: LocalText = {
  ja: 'seisa の内部の誤り。次の内容を報告してください',
  en: 'an error inside seisa; please report the following',
}

/** Says what went wrong inside seisa, with the place in the code. */
export async function reportInternalError(app: App, cause: unknown): Promise<void> {
  const text = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)
  await app.stderr.write(`seisa: ${mistake[app.language]}\n${text.split('\n').map(visible).join('\n')}\n`)
}
