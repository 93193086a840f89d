import type { SoftwareRow } from '../core/software/row-view.ts'
import { hiddenCharacter } from '../files/source.ts'
import { visible } from '../text/safe.ts'

/** What the schema of a list takes at most. */
const longestGlob = 500

/**
 * A glob for one text. What would act as a wildcard, or can't be seen by whoever reviews the list, becomes a `?`, which
 * takes exactly one character.
 */
export function exactGlob(text: string): string {
  const characters = [...text]
  return characters
    .map((character, at) => {
      const edge = at === 0 || at === characters.length - 1
      const space = /\s/.test(character) && (edge || character !== ' ')
      const wild = character.normalize('NFKC').includes('*')
      const unseen = visible(character) !== character || hiddenCharacter(character) !== undefined
      return space || wild || unseen ? '?' : character
    })
    .join('')
}

/** Whether a text can be written as a glob that takes nothing else. */
export const isExact = (text: string): boolean =>
  text.length <= longestGlob && exactGlob(text) === text && !text.normalize('NFKC').includes('?')

/** Names and paths that no list can hold. */
export const isUnwritable = (view: SoftwareRow): boolean =>
  ['name', 'path'].some((field) => {
    const read = view.read(field)
    return read.state === 'known' && read.raw.length > longestGlob
  })
