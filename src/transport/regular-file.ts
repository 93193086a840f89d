import { constants, type Stats } from 'node:fs'
import { open } from 'node:fs/promises'

/** A file that was read, and what the system says of it. */
export interface RegularFile {
  readonly bytes: Buffer
  readonly stats: Stats
}

/** Why a file was not read although it could be opened. */
export type NotRead = 'not-regular' | 'too-large'

/**
 * Reads a file that a user named, of at most `maximumBytes`. What was opened is looked at, not its name, and a pipe
 * that nobody writes to is not waited for.
 * @throws what the system says (`systemCode`)
 */
export async function readRegularFile(path: string, maximumBytes: number): Promise<RegularFile | NotRead> {
  await using file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  const stats = await file.stat()
  if (!stats.isFile()) return 'not-regular'
  if (stats.size > maximumBytes) return 'too-large'
  return { bytes: await file.readFile(), stats }
}
