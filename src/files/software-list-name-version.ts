import { readVersions } from './software-list-version.ts'

/**
 * The two parts of a cell that holds a name and its versions (ソフト・版): `FortiOS 7.4.3`, `nginx 1.22以上`. The versions
 * are the longest end that can be read as such and begins after a space, a colon or a line break; without one the whole is a name.
 */
export function nameAndVersion(text: string): { readonly name: string; readonly version?: string } {
  for (const gap of text.matchAll(/[\s:：]+/g)) {
    const name = text.slice(0, gap.index).trim()
    const version = text.slice(gap.index + gap[0].length).trim()
    if (name === '' || !/^[^A-Za-z]*\d|^v(?:er(?:sion)?)?\.?\s*\d/i.test(version.normalize('NFKC'))) continue
    if (!('what' in readVersions(version))) return { name, version }
  }
  return { name: text }
}
