/** JSON Schema, draft 2020-12, as plain data. */
export type Schema = { readonly [keyword: string]: unknown }

/** Editors show one description, so that it holds both languages; problems take the one they need. */
export const says = (ja: string, en: string): { readonly description: string } => ({ description: `${ja} / ${en}` })

/** An object that takes these keys and no others. */
export const map = (
  properties: Readonly<Record<string, Schema>>,
  required: readonly string[],
  description: { readonly description: string },
): Schema => ({ ...description, type: 'object', additionalProperties: false, required, properties })

export const list = (items: Schema, description: { readonly description: string }): Schema => ({
  ...description,
  type: 'array',
  items,
})

export const text = (ja: string, en: string): Schema => ({ ...says(ja, en), type: 'string', minLength: 1 })

/** A sentence for people: in both languages, or one text that serves for both. */
export const sentence = (ja: string, en: string): Schema => ({
  ...says(ja, en),
  if: { type: 'string' },
  // oxlint-disable-next-line unicorn/no-thenable -- a JSON Schema keyword
  then: { minLength: 1, ...says('空でない文章', 'a sentence') },
  else: {
    ...says('文章、または {ja: 日本語, en: 英語}', 'a sentence, or {ja: Japanese, en: English}'),
    type: 'object',
    additionalProperties: false,
    minProperties: 1,
    properties: { ja: text('日本語の文', 'the sentence in Japanese'), en: text('英語の文', 'the sentence in English') },
  },
})

/** How a duration is written; `parseDuration` reads it. */
export const durationPattern = '^\\s*[0-9０-９]{1,12}[ 　]?[smhdwｓｍｈｄｗ]\\s*$'

/** `90d`; full-width forms are understood too. */
export const duration = (ja: string, en: string): Schema => ({
  ...says(`${ja}（30s、15m、6h、90d、2w のように単位を付ける）`, `${en}, with its unit: 30s, 15m, 6h, 90d, 2w`),
  type: 'string',
  pattern: durationPattern,
})

export const kebabCase = '^[a-z0-9]+(-[a-z0-9]+)*$'
export const dottedKebabCase = '^[a-z0-9]+(-[a-z0-9]+)*([.-][a-z0-9]+(-[a-z0-9]+)*)*$'
