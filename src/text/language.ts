import type { Language } from '../core/text.ts'

/**
 * Language to speak: what was asked for (`--lang`), else `SEISA_LANG`, else the locale as POSIX orders it
 * (LC_ALL, LC_MESSAGES, LANG; an empty variable counts as not set). Japanese for `ja…`, otherwise English.
 */
export function chooseLanguage(asked: string | undefined, env: Readonly<Record<string, string | undefined>>): Language {
  const wanted = asked || env['SEISA_LANG'] || env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || ''
  return /^ja([^a-z]|$)|^japanese/i.test(wanted) ? 'ja' : 'en'
}

/**
 * True when the locale of the terminal is UTF-8. Without any locale (a container, cron) it is not known, and
 * Japanese needs it anyway, so only a locale that says otherwise gives false.
 */
export function localeIsUtf8(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || ''
  if (locale === '') return true
  return /utf-?8/i.test(locale)
}
