/**
 * The one CSV writer for people: UTF-8 with byte order mark, CR LF, and cells that a spreadsheet would run as a formula
 * made text by an apostrophe, which `readTable` takes off again.
 */
export const csvForPeople = (rows: readonly (readonly string[])[]): string =>
  `\uFEFF${rows.map((row) => `${row.map(csvCell).join(',')}\r\n`).join('')}`

const csvCell = (text: string): string => {
  const safe = guarded(text)
  return /[",\r\n\t;]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** Excel, LibreOffice and their Japanese editions take cells that begin so for formulas. */
const guarded = (text: string): string => (/^\s*'*[=+\-@\t\r＝＋－＠]/.test(text) ? `'${text.trimStart()}` : text)
