import { createReadStream, lstatSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Fault } from '../core/fault.ts'
import { makeFolder, writeFileAtomically } from '../files/write.ts'
import type { App } from './app.ts'
import { fileNames } from './collect-names.ts'
import { fromHere } from './select.ts'

/** Where the evidence of several targets goes. */
export interface EvidenceOutput {
  /** Takes all of one target's evidence; gives the name of its file where it has one of its own. */
  readonly write: (position: number, name: string, evidence: AsyncIterable<Uint8Array>) => Promise<string | undefined>
  /** Puts together what was written, in the order of the positions. */
  readonly finish: () => Promise<void>
  /** Takes temporary files away; may be called always. */
  readonly remove: () => Promise<void>
}

/** `DIR/`, or the name of a folder that is there: a file for each target. */
export const isFolder = (app: Pick<App, 'cwd'>, output: string): boolean =>
  output.endsWith('/') ||
  (output !== '-' && lstatSync(fromHere(app.cwd, output), { throwIfNoEntry: false })?.isDirectory() === true)

/**
 * A file for each target in a folder, which is made when it isn't there. `names` are those of all targets that may ever
 * be written there.
 */
export async function folderOutput(
  app: Pick<App, 'cwd'>,
  folder: string,
  names: Iterable<string>,
): Promise<EvidenceOutput> {
  const files = fileNames(names)
  await makeFolder(fromHere(app.cwd, folder))
  return {
    write: async (_, name, evidence) => {
      const file = join(folder, files.get(name) ?? '')
      await writeFileAtomically(fromHere(app.cwd, file), evidence)
      return file
    },
    finish: () => Promise.resolve(),
    remove: () => Promise.resolve(),
  }
}

/**
 * One file, or standard output (`-`). Targets answer side by side, so that each one's evidence waits in an owner-only
 * temporary file until those before it are there.
 */
export async function singleOutput(app: Pick<App, 'cwd' | 'stdout'>, output: string): Promise<EvidenceOutput> {
  const folder = await mkdtemp(join(tmpdir(), 'seisa-collect-')).catch((cause: unknown) => {
    throw new Fault(
      'output',
      { ja: '一時フォルダを作れない', en: 'can not create a temporary folder' },
      { next: { ja: 'TMPDIR の場所と空き容量を確かめる', en: 'check the folder of TMPDIR and its free space' }, cause },
    )
  })
  const written: string[] = []
  return {
    write: async (position, _, evidence) => {
      const file = join(folder, String(position))
      await writeFileAtomically(file, evidence)
      written[position] = file
      return undefined
    },
    finish: async () => {
      const content = inOrder(written)
      if (output !== '-') return writeFileAtomically(fromHere(app.cwd, output), content)
      for await (const piece of content) await app.stdout.write(piece)
      return undefined
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  }
}

async function* inOrder(files: readonly (string | undefined)[]): AsyncGenerator<Uint8Array> {
  for (const file of files) if (file !== undefined) yield* createReadStream(file) as AsyncIterable<Uint8Array>
}
