/** Text without the spaces around it, ideographic ones and byte order marks too; what is inside stays. */
export const trimmed = (text: string): string => text.trim()

/** The form in which headers, keywords, digits and dates are read: NFKC, so that `１２` and `㍻` are `12` and `平成`. */
export const normalised = (text: string): string => text.normalize('NFKC').trim()

/** The form in which words are compared: normalised, case-folded, without any space or line break inside. */
export const folded = (text: string): string => normalised(text).toLowerCase().replaceAll(/\s+/g, '')
