/** Line separators and marks that reverse the reading direction or can't be seen: harmless as escapes, the same to a parser. */
const unsafe = /[\u007f-\u009f\u2028\u2029\p{Cf}\p{Cs}\p{Noncharacter_Code_Point}]/gu

const escapeUnits = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`,
  ).join('')

/** JSON on one line in which nothing acts on a terminal or an editor; it reads back as the same value. */
export const jsonText = (value: unknown): string => JSON.stringify(value).replace(unsafe, escapeUnits)

/** The given keys in this order, without those that aren't set. Only what the schema knows gets into a result. */
export function keyed<T extends object, K extends keyof T>(from: T, keys: readonly K[]): Partial<Pick<T, K>> {
  const picked: Partial<Pick<T, K>> = {}
  for (const key of keys) if (from[key] !== undefined) picked[key] = from[key]
  return picked
}

/** A JSON array, an element at a time. */
export async function* array<T>(
  items: Iterable<T> | AsyncIterable<T>,
  write: (item: T) => string,
): AsyncGenerator<string> {
  let first = true
  yield '['
  for await (const item of items) {
    yield (first ? '\n' : ',\n') + write(item)
    first = false
  }
  yield ']'
}

/** The same text in fewer pieces: a write each costs more than a join. */
export async function* inChunks(pieces: AsyncIterable<string>, characters = 16_384): AsyncGenerator<string> {
  let open = ''
  for await (const piece of pieces) {
    open += piece
    if (open.length < characters) continue
    yield open
    open = ''
  }
  if (open !== '') yield open
}
