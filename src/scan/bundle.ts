import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { Fault } from '../core/fault.ts'
import type { Source } from './scan.ts'

/**
 * Sources of a saved bundle: a file, or whatever lies in a folder, in name order. Hidden names are passed over; a
 * folder inside the folder, and anything else that isn't a file, is a source that can't be read: passing it over
 * would leave its machines out without a word.
 * @throws Fault `usage` when there is nothing to read
 */
export async function bundleSources(path: string): Promise<readonly Source[]> {
  const what = await stat(path).catch((cause: unknown) => {
    throw new Fault('usage', { ja: `証跡 ${path} を読めない`, en: `can not read the evidence ${path}` }, { cause })
  })
  if (!what.isDirectory()) return [fileSource(path)]
  const names = await readdir(path).catch((cause: unknown) => {
    throw new Fault('usage', { ja: `証跡 ${path} を読めない`, en: `can not read the evidence ${path}` }, { cause })
  })
  const files = names.filter((name) => !name.startsWith('.'))
  if (files.length === 0) {
    throw new Fault('nothing-to-do', { ja: `${path} に証跡がない`, en: `there is no evidence in ${path}` })
  }
  return files.sort().map((name) => fileSource(join(path, name), true))
}

/** `met`: found in a folder; what a user names may also be a pipe. */
const fileSource = (path: string, met = false): Source => ({
  kind: 'bundle',
  name: basename(path, extname(path)),
  open: () => readFileChunks(path, met),
})

async function* readFileChunks(path: string, met: boolean): AsyncGenerator<Uint8Array> {
  try {
    // opening a forgotten pipe would wait for a writer for ever
    if (met && !(await stat(path)).isFile()) {
      throw new Fault('unreachable', {
        ja: `${path} はファイルではない。中の証跡は --from で別に指定する`,
        en: `${path} is not a file; name the evidence in it with a --from of its own`,
      })
    }
    yield* createReadStream(path) as AsyncIterable<Uint8Array>
  } catch (cause) {
    if (cause instanceof Fault) throw cause
    throw new Fault('unreachable', { ja: `${path} を読めない`, en: `can not read ${path}` }, { cause })
  }
}
