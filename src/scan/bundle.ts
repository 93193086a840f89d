import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { Fault } from '../core/fault.ts'
import type { Source } from './scan.ts'

/**
 * Sources of a saved bundle: a file, or every file of a folder (not below it), in name order. Hidden
 * files and folders are passed over.
 * @throws Fault `usage` when there is nothing to read
 */
export async function bundleSources(path: string): Promise<readonly Source[]> {
  const what = await stat(path).catch((cause: unknown) => {
    throw new Fault('usage', { ja: `証跡 ${path} を読めない`, en: `can not read the evidence ${path}` }, { cause })
  })
  if (!what.isDirectory()) return [fileSource(path)]
  const entries = await readdir(path, { withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.')).map((entry) => entry.name)
  if (files.length === 0) {
    throw new Fault('nothing-to-do', { ja: `${path} に証跡がない`, en: `there is no evidence in ${path}` })
  }
  return files.sort().map((name) => fileSource(join(path, name)))
}

const fileSource = (path: string): Source => ({
  kind: 'bundle',
  name: basename(path, extname(path)),
  open: () => readFileChunks(path),
})

async function* readFileChunks(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path) as AsyncIterable<Uint8Array>
  } catch (cause) {
    throw new Fault('unreachable', { ja: `${path} を読めない`, en: `can not read ${path}` }, { cause })
  }
}
