/** Characters that act instead of showing, or that can't be seen. Ordinary and ideographic space stay. */
const harmful =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Noncharacter_Code_Point}\u115f\u1160\u2800\u3164\uffa0]|\u034f|\u17b4|\u17b5|(?![ \u3000])\p{Zs}|(?<![\p{Script=Han}\p{Emoji}])\p{Variation_Selector}|(?<=\p{M}{4})\p{M}/gu
const anyHarm = new RegExp(harmful.source, 'u')

const escaped = (character: string): string => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`

/**
 * Text in which everything can be seen and nothing acts: control characters, line breaks, bidirectional marks,
 * zero-width characters, tags, lone surrogates and odd spaces become `\u{202e}`. A variation selector after a Han
 * character stays (Japanese names need it).
 */
export const visible = (text: string): string => (anyHarm.test(text) ? text.replace(harmful, escaped) : text)
