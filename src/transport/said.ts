import { visible } from '../core/visible.ts'
import { redacted } from './redact.ts'

/**
 * What a target said, fit for a message: its first line with text, without known secrets, with control characters
 * shown instead of acting, and at most `longest` characters of it.
 */
export function said(text: string, secrets: ReadonlySet<string>, longest = 100): string {
  const line = redacted(text, secrets)
    .split(/[\r\n\u2028\u2029]+/)
    .find((one) => one.trim() !== '')
  const shown = [...(line ?? '').trim()]
  const cut = shown.length > longest ? [...shown.slice(0, longest), '…'] : shown
  return visible(cut.join(''))
}
